"""What a machine under load, or a shell in the background, would do to tests that mean something else."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# A shell that starts the suite in the background has SIGINT ignored, all children inherit that, and no Ctrl-C would arrive.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# matplotlib warns of it by the clock, when another process has the processor; a mark counts even beside `-W error`.
SLOW_LEGEND = 'ignore:Creating legend with loc="best" can be slow:UserWarning'

# Hypothesis fails by the clock, too, where examples take long or are slow to come.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# SYMCALC_EXAMPLES=20 takes twenty times the examples, other ones with every --hypothesis-seed: a hunt, not a test of every day.
TIMES = int(os.environ.get("SYMCALC_EXAMPLES", "1"))


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.filterwarnings(SLOW_LEGEND))
        test = getattr(item, "function", None)
        if TIMES > 1 and getattr(test, "is_hypothesis_test", False):
            few = test._hypothesis_internal_use_settings         # hypothesis has no other way in from outside of a test
            test._hypothesis_internal_use_settings = settings(
                few, derandomize=False, database=None, max_examples=TIMES * few.max_examples)

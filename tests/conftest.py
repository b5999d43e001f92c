"""What a machine under load, or a shell in the background, would do to tests that mean something else."""

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


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.filterwarnings(SLOW_LEGEND))

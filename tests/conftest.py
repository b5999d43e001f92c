"""What a machine under load, or a shell in the background, would do to tests that mean something else; and what saves time."""

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module

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

# Where nothing is compiled yet, workers that collect the same files side by side would each compile every module. So every
# second one begins with these, the largest that the tests ask for, and SymPy is compiled by others before it comes to that.
LARGE = ("distributed", "dask.dataframe", "dask.array", "scipy.optimize", "pyarrow.parquet", "pandas", "nbformat")
if int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2:
    for large in LARGE:
        with suppress(ImportError):
            import_module(large)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """What collecting makes stays to the end: nothing looks for garbage in it, then or again and again while the tests run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
        gc.enable()


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.filterwarnings(SLOW_LEGEND))
        test = getattr(item, "function", None)
        if TIMES > 1 and getattr(test, "is_hypothesis_test", False):
            few = test._hypothesis_internal_use_settings         # hypothesis has no other way in from outside of a test
            test._hypothesis_internal_use_settings = settings(
                few, derandomize=False, database=None, max_examples=TIMES * few.max_examples)

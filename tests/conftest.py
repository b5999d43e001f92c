"""What a machine under load, or a shell in the background, would do to tests that mean something else."""

import signal

import pytest

# A shell that starts the suite in the background has SIGINT ignored, all children inherit that, and no Ctrl-C would arrive.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# matplotlib warns of it by the clock, when another process has the processor; a mark counts even beside `-W error`.
SLOW_LEGEND = 'ignore:Creating legend with loc="best" can be slow:UserWarning'


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.filterwarnings(SLOW_LEGEND))

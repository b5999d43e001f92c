"""What the tests of several threads ask of them."""

import _thread
import time

PATIENCE = 120                       # seconds, for what comes at once wherever there is a processor to spare


def gone(before: int) -> bool:
    """Whether no more threads are there than before, once those that are ending have ended."""
    end = time.monotonic() + PATIENCE
    while _thread._count() > before and time.monotonic() < end:
        time.sleep(0.01)
    return _thread._count() <= before

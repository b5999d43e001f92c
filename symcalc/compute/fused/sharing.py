"""Work on many parts shared among threads, which are gone where it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress

_TURNS = 4               # in which a thread takes its share, since another may be held up


def cores() -> int:
    """How many processors there are for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def helpers(threads: int) -> AbstractContextManager[Executor | None]:
    """What makes so many threads with the one that asks; None for that one alone. The block ends when they have ended.

    >>> with helpers(1) as pool:
    ...     print(pool)
    None
    """
    return ThreadPoolExecutor(threads - 1, thread_name_prefix="symcalc") if threads > 1 else nullcontext()


def share(work: Callable[[int, int], None], count: int, threads: int, pool: Executor | None) -> None:
    """The work on all `count` parts; each thread takes the next few as long as there are any, and then needs no more.

    What the work writes to must be held by it, not by its address alone: a second Ctrl-C ends the waiting for the others.

    >>> done = []
    >>> with helpers(2) as pool:
    ...     share(lambda first, last: done.extend(range(first, last)), 20, 2, pool)
    >>> sorted(done) == list(range(20))
    True
    """
    some = -(-count // (_TURNS * threads)) if threads > 1 else count
    begins = iter(range(0, count, some))
    others: list[Future[None]] = []

    def take() -> None:
        for begin in begins:
            work(begin, min(begin + some, count))

    with suppress(RuntimeError):                # where no thread is to be had, as when Python ends, the others do it all
        others.extend(pool.submit(take) for _ in range(threads - 1))
    take()
    for other in others:
        if not other.cancel():
            other.result()

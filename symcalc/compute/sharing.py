"""Work on many parts shared among threads, which are gone where it ends.

Ctrl-C may come between any two instructions of Python, and a lock that is written in Python stays shut if it comes within. So
threads meet in nothing but queues of C here, whose every call is made whole or not at all.
"""

from __future__ import annotations

import os
from _thread import start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from symcalc.compute.quota import processors_allowed

_TURNS = 4               # in which a thread takes its share, since another may be held up


def cores() -> int:
    """How many processors there are for this process."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(min(there, processors_allowed()))


class Jobs:
    """A queue of work for the threads beside the one that asks, each of which is begun when it is first wanted.

    Where no thread is to be had, as when Python ends, there are fewer, and those that there are do it all.
    """

    __slots__ = ("begun", "queue")

    def __init__(self) -> None:
        self.queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.begun = 1                          # the one that asks

    def reach(self, threads: int) -> None:
        """Let there be so many threads with the one that asks."""
        with suppress(RuntimeError):
            while self.begun < threads:
                self.begun += 1
                start_new_thread(_help, (self.queue,))

    def put(self, job: Callable[[], None] | None) -> None:
        """What the next thread that is free shall do, or None for all to end."""
        self.queue.put(job)


@contextmanager
def helpers(threads: int = 1) -> Iterator[Jobs]:
    """A queue of work for so many threads with the one that asks, or more where more are wanted. They end with the block."""
    jobs = Jobs()
    try:
        jobs.reach(threads)
        yield jobs
    finally:
        jobs.put(None)


def _help(queue: SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := queue.get()) is not None:
        job()
    queue.put(None)                             # for the next one


def share(work: Callable[[int, int], None], count: int, threads: int, jobs: Jobs, some: int = 0) -> None:
    """The work on all `count` parts; each thread takes the next few, or the next `some`, as long as there are any.

    What the work writes to must be held by it, not by its address alone: where Ctrl-C ends the waiting, the others end what
    they have begun, and begin nothing else.

    >>> made = []
    >>> with helpers() as jobs:
    ...     share(lambda first, last: made.extend(range(first, last)), 20, 2, jobs)
    >>> sorted(made) == list(range(20))
    True
    """
    some = count if threads == 1 else some or -(-count // (_TURNS * threads))
    begins = iter(range(0, count, some))
    ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def help_along() -> None:
        for begin in begins:
            try:
                work(begin, min(begin + some, count))
            except BaseException as error:      # it belongs to the one who waits
                ended.put(error)
                return
            ended.put(None)

    left = -(-count // some)
    jobs.reach(threads)
    try:
        for _ in range(threads - 1):
            jobs.put(help_along)
        for begin in begins:
            work(begin, min(begin + some, count))
            left -= 1
        for _ in range(left):
            if error := ended.get():
                raise error
    finally:
        for _ in begins:                        # what nobody has begun where this one was interrupted
            pass

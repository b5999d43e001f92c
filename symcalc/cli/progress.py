"""How far a long run has come: a bar on the terminal, once it is clear that the run is long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

PATIENCE = 2.0           # seconds that a run may take without a word


@contextmanager
def shown_progress(steps: int) -> Iterator[Callable[[int], None] | None]:
    """What a run is to call with the number of its updates; None where nobody watches, as in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    began = time.monotonic()
    with ExitStack() as closing:
        bar: Callable[[int], None] | None = None

        def show(made: int) -> None:
            nonlocal bar
            if bar is None and time.monotonic() - began >= PATIENCE:
                bar = _bar(closing, steps)
            if bar is not None:
                bar(made)

        yield show


def one_after_another(show: Callable[[int], None], steps: int) -> Callable[[int], None]:
    """The progress of several runs as one: each begins where the one before it was to end."""
    before, last = 0, 0

    def of_all(made: int) -> None:
        nonlocal before, last
        if made <= last:
            before += -(-last // steps) * steps          # runs side by side count together
        last = made
        show(before + made)

    return of_all


def _bar(closing: ExitStack, steps: int) -> Callable[[int], None]:
    """A bar on the error stream, which vanishes when the run is over."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.completed:,} of {task.total:,} updates, ready in"), TimeRemainingColumn())
    progress = closing.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    task = progress.add_task("", total=steps)
    return lambda made: progress.update(task, completed=made)

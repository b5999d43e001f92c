"""How a callback is called: as SciPy calls it, by position or by the name `intermediate_result`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter, signature
from typing import Any

from symcalc.errors import DescentError

_TOLD = 100              # times that a run of many steps tells how far it has come


def with_result(callback: Callable[..., Any]) -> Callable[[Any], Any]:
    """The callback as a function of one argument, also where it takes that by name alone.

    >>> with_result(lambda *, intermediate_result: intermediate_result + 1)(2)
    3
    """
    if not callable(callback):
        raise DescentError(f"the callback is a function of one argument, not {type(callback).__name__}")
    try:
        taken = signature(callback).parameters.get("intermediate_result")
    except (TypeError, ValueError):              # built-in functions need not have a signature
        return callback
    if taken is None or taken.kind is not Parameter.KEYWORD_ONLY:
        return callback
    return lambda result: callback(intermediate_result=result)


def due(told: int, made: int, steps: int) -> Iterator[int]:
    """The numbers of updates that are told on the way to `made` of so many steps: a hundred in all, however they were made.

    >>> list(due(0, 250, 1000)) == list(range(10, 251, 10)), list(due(4, 5, 5)), list(due(5, 5, 5))
    (True, [5], [])
    """
    every = -(-steps // _TOLD)
    while told < made and (told := min(told // every * every + every, steps)) <= made:
        yield told


def checked_progress(progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """What is called with the number of updates made, if it can be called."""
    if progress is not None and not callable(progress):
        raise DescentError(f"progress is a function of the number of updates made, not {type(progress).__name__}")
    return progress

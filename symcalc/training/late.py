"""What is worked out when it is first asked for, though it was known before how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Found = TypeVar("Found")


class Once(Generic[Found]):
    """A function of nothing that is called when it is first asked for, and its result from then on.

    Threads that ask at once may each call it; with a function that always finds the same, all get the same.

    >>> once = Once([3, 4].pop)
    >>> once(), once()
    (4, 4)
    """

    __slots__ = ("_found", "_function")

    def __init__(self, function: Callable[[], Found]) -> None:
        self._function: Callable[[], Found] | None = function

    def __call__(self) -> Found:
        function = self._function                                # which another thread may be done with at any time
        if function is not None:
            self._found = function()
            self._function = None                                # and what it held
        return self._found


class Late(Generic[Found]):
    """A field of a dataclass that may be given as a function of nothing, which is called when the field is first read.

    Threads that read it at once may each call it.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Told:
    ...     number: Late[int] = Late()
    >>> Told(5).number, Told(lambda: 2 + 3).number
    (5, 5)
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Late[Found]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Found: ...

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            raise AttributeError(self.name)                      # so that the field has no default
        if callable(found := instance.__dict__[self.name]):
            found = instance.__dict__[self.name] = found()
        return found

    def __set__(self, instance: Any, value: Found | Callable[[], Found]) -> None:
        instance.__dict__[self.name] = value

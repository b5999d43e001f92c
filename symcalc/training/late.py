"""What is worked out when it is first asked for, though it was known before how."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from threading import RLock
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


class Room:
    """A bound to how much is kept at one time, whoever keeps it, until nobody does.

    >>> room, kept = Room(10), {4, 5}
    >>> room.take(kept, 8), room.take({6}, 8)
    (True, False)
    >>> del kept
    >>> room.take({6}, 8)
    True
    """

    __slots__ = ("_free", "_lock")

    def __init__(self, size: int) -> None:
        self._free, self._lock = size, RLock()          # which the end of what is kept may take while another is put in

    def take(self, kept: object, size: int) -> bool:
        """Whether there is room for it, which is then its own for as long as it is there."""
        with self._lock:
            if size > self._free:
                return False
            self._free -= size
        weakref.finalize(kept, self._give_back, size).atexit = False
        return True

    def _give_back(self, size: int) -> None:
        with self._lock:
            self._free += size


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

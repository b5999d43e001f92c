"""A fault is planted in the running program and taken out again; no file is changed."""

import __future__

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

KEPT = ("symcalc.language.syntax", "symcalc.compute.fused.engine", "symcalc.compute.fused.loops")     # no formula is kept there


@dataclass(frozen=True)
class Check:
    """What looks for faults: a guard of the product itself, at work whenever it runs, or a check of the tests.

    `run` does what the guard or the check watches over; `catches` are the errors by which either speaks up.
    """

    name: str
    run: Callable[[], Any]
    catches: tuple[type[Exception], ...] = (AssertionError,)


@dataclass(frozen=True)
class Fault:
    """One fault: in what, how it is planted (a context), and the checks that look for it, in order."""

    where: str
    what: str
    plant: Callable[[], Any]
    checks: tuple[Check, ...] = field(compare=False)

    @property
    def name(self) -> str:
        return f"{self.where}: {self.what}"

    def caught_by(self) -> str:
        """The first check that notices; "nothing" where none does."""
        with self.plant():
            for check in self.checks:
                try:
                    check.run()
                except check.catches:
                    return check.name
        return "nothing"


def forget() -> None:
    """Empty what the package remembers of earlier work, so that the fault is met and nothing of it stays."""
    for name, module in list(sys.modules.items()):
        if name.startswith("symcalc.") and name not in KEPT:
            for remembered in _caches(module):
                remembered.cache_clear()


@cache
def _caches(module: ModuleType) -> list[Any]:
    return [value for value in vars(module).values() if type(value) is _CACHE]


_CACHE = type(_caches)


@contextmanager
def changed(thing: object, **values: Any) -> Iterator[None]:
    """Attributes of a module or of a frozen record set to other values."""
    put = setattr if inspect.ismodule(thing) or inspect.isclass(thing) else object.__setattr__
    before = {name: getattr(thing, name) for name in values}
    forget()
    try:
        for name, value in values.items():
            put(thing, name, value)
        yield
    finally:
        for name, value in before.items():
            put(thing, name, value)
        forget()


@contextmanager
def rewritten(place: str, old: str, new: str) -> Iterator[None]:
    """A function of the package, "training.stops:_still", with `old` in its source replaced by `new`, wherever it is used."""
    function = function_at(place)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) >= 1, f"{place} has no {old!r}"
    namespace: dict[str, Any] = dict(function.__globals__)
    lines = source.replace(old, new).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("def "))            # its decorators stay as they are
    exec(compile("\n".join(lines[start:]), f"<{place}>", "exec", __future__.annotations.compiler_flag), namespace)
    right, wrong = function.__code__, namespace[function.__name__].__code__
    assert right.co_freevars == wrong.co_freevars == ()
    forget()
    try:
        function.__code__ = wrong
        yield
    finally:
        function.__code__ = right
        forget()


def function_at(place: str) -> FunctionType:
    """The plain function behind a property, a cache or a class method."""
    module, _, path = place.partition(":")
    found: Any = import_module(f"symcalc.{module}" if module else "symcalc")
    for name in path.split("."):
        found = inspect.getattr_static(found, name)
    for behind in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, behind, found)
    return found

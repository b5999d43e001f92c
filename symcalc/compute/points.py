"""A point as a person gives it, or many of them: a list, a mapping by name or an array, as float64 in the loss's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from sympy import Basic, Symbol

from symcalc.errors import DescentError, SymcalcError, as_given
from symcalc.language.constants import Constants
from symcalc.language.gate import admitted
from symcalc.language.items import holds_masked
from symcalc.language.names import plain_name
from symcalc.pages.elided import several

Values: TypeAlias = Mapping[str, float] | Sequence[float] | np.ndarray
"""A point as a person gives it: by name, or in the order of the parameters."""

_EXACT = 2**53            # up to here every integer is a float
# Though some can be made into a float: NumPy counts a time span among the integers, and reads a text for one.
_NO_NUMBERS = (str, bytes, bool, np.bool_, complex, np.complexfloating, np.timedelta64, np.datetime64, np.void)


def ordered(values: object, parameters: Sequence[str]) -> np.ndarray:
    """The values as a float64 array in the order of the parameters, each present, real and a number.

    >>> ordered({"b": 2, "m": 1}, ["m", "b"])
    array([1., 2.])
    """
    if isinstance(values, (list, tuple)) and len(values) == len(parameters) and all(map(_is_plain, values)):
        return np.array(values, dtype=np.float64)
    if isinstance(values, Mapping):
        values = {_plain(name): value for name, value in values.items()}
        missing = [name for name in parameters if name not in values]
        unknown = [str(name) for name in values if name not in parameters]
        if missing or unknown:
            amiss = (("no value for", missing), ("there is no parameter", unknown))
            what = [f"{said} {several(names)}" for said, names in amiss if names]
            which = "the parameter is" if len(parameters) == 1 else "the parameters are"
            raise DescentError(f"{', and '.join(what)}; {which} {several(parameters)}")
        values = [values[name] for name in parameters]
    elif hasattr(values, "__array__"):
        values = _listed(values)
    if isinstance(values, (str, bytes)) or not isinstance(values, Sequence) or len(values) != len(parameters):
        each = "" if len(parameters) == 1 else "one each "
        raise DescentError(f"{_counted(len(parameters))} needed, {each}for {several(parameters)}; write a list, or "
                           f"a mapping such as {{'{parameters[0]}': 0.5}}")
    return np.array([_real(value, name) for value, name in zip(values, parameters)], dtype=np.float64)


def _is_plain(value: object) -> bool:
    """Whether it is one of the numbers that most people give, which no other question need be asked of."""
    return type(value) is float or (type(value) is int and -_EXACT <= value <= _EXACT)


def _listed(values: Any) -> object:
    """What an array, or what becomes one, holds; itself where it becomes none, and is refused."""
    try:
        return [*values] if holds_masked(values) else np.asarray(values).tolist()
    except (TypeError, ValueError):
        return values


def checked_points(points: object, parameters: Sequence[str]) -> np.ndarray:
    """The points as a float64 array with a row for each."""
    if holds_masked(points):
        raise DescentError("a number of the points is masked; fill it in or leave the point out")
    try:
        found = np.asarray(points)
    except (TypeError, ValueError, OverflowError):          # rows of several lengths, or what will not be an array
        found = np.empty(())
    if found.ndim != 2 or found.shape[1] != len(parameters) or found.dtype.kind not in "iuf":
        given = f"an array of shape {found.shape}" if found.ndim else type(points).__name__
        kind = "" if found.dtype.kind in "iuf" else ", not all of them real numbers"
        raise DescentError(f"the points are rows with a number each for {several(parameters)}, an array of shape "
                           f"(points, {len(parameters)}); this is {given}{kind}")
    with np.errstate(all="ignore"):              # a longdouble too large becomes inf
        return found.astype(np.float64, copy=False)


def _plain(name: object) -> Any:
    """A parameter's name as the loss has it, from a symbol or from text with a Greek letter."""
    name = name.name if isinstance(name, Symbol) else name
    return plain_name(name) if isinstance(name, str) and name else name


def _counted(number: int) -> str:
    return "1 value is" if number == 1 else f"{number} values are"


def _real(value: Any, name: str) -> float:
    if isinstance(value, Basic):
        return _constant(value, name)
    if np.ma.is_masked(value):
        raise DescentError(f"the value of {name} is masked; give a number")
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    if isinstance(value, _NO_NUMBERS) or getattr(value, "ndim", None) or not hasattr(value, "__float__"):
        raise DescentError(f"the value of {name} is a real number, not {type(value).__name__} {as_given(value)}")
    try:
        return float(value)
    except (TypeError, OverflowError, ValueError):
        raise DescentError(f"the value of {name} is not a real number that a float can hold") from None


def _constant(value: Basic, name: str) -> float:
    """The number that a SymPy expression is, which passes the gate like any other."""
    try:
        number = Constants().value(admitted(value))
    except SymcalcError as fault:
        raise DescentError(f"the value of {name} is a real number: {str(fault).splitlines()[0]}") from None
    if number is None:
        raise DescentError(f"the value of {name} is not a real number that a float can hold; it has letters in it")
    return number

"""Sums and their indices: the row i, the letters that inner sums run over, and those that are free, as k in w[k]."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from sympy import Basic, Expr, Indexed, IndexedBase, Integer, KroneckerDelta, Sum, Symbol

from symcalc.errors import LossError, ReadError, visible
from symcalc.indices import element, index_of, whole
from symcalc.language.names import (
    COUNT,
    ROW,
    checked_name,
    columns_of,
    items_of,
    name_of,
    parameters_of,
    plain_name,
    symbol,
)
from symcalc.vocabulary import CONSTANTS

MAX_INDICES = 3                  # in one formula, the row among them
MAX_END = 20                     # where a sum ends at a number
_ELEMENT = re.compile(r"\s*([^\[\]\s]+)\s*\[([^\[\]]*)\]\s*")
_LETTERS = (Symbol, Indexed, IndexedBase)
_FRESH = "kljhc"                 # indices to suggest
INSIDE = "a sum over the rows cannot stand inside another"


def index(name: str) -> Symbol:
    """The index of this name; i is the row.

    >>> index("j"), index("i") == ROW
    (j, True)
    """
    if not re.fullmatch("[A-Za-z]", name) or name in CONSTANTS or name == COUNT.name:
        raise LossError(f"an index is a letter such as j or k, not {visible(name)[:20] or 'nothing'}")
    return ROW if name == ROW.name else whole(name)


def end(name: str) -> Expr:
    """What a sum runs up to: a name such as p, or a number up to 20.

    >>> end("p"), end("3")
    (p, 3)
    """
    if name.isdigit():
        if not 2 <= int(name) <= MAX_END:
            raise LossError(f"a sum over an index ends at a name such as p, or at a number from 2 to {MAX_END}")
        return Integer(int(name))
    return whole(checked_name(name))


# The letters that one differentiates by

def letters(names: str | Basic | Iterable[str | Basic], repeated: bool = False) -> tuple[str, ...]:
    """The names in a text, of a letter or in a sequence of these, of parameters (m) and of elements (w[k]), each checked.

    None comes twice, unless they may be `repeated`.

    >>> letters("m, W[k, l] θ"), letters(["x", Symbol("x")], repeated=True)
    (('m', 'W[k,l]', 'theta'), ('x', 'x'))
    """
    if isinstance(names, str):
        names = re.findall(r"[^\s,\[\]]+(?:\s*\[[^\]]*\]?)?|[\[\]]", names)
    elif isinstance(names, _LETTERS):
        names = (names,)
    plain = [as_named(item) for item in items_of(names) if not isinstance(item, str) or item]
    found = tuple(_element_name(item) if _is_element(item) else checked_name(item) for item in plain)
    for k, name in enumerate(found):
        if name in found[:k] and not repeated:
            raise ReadError(f"the name {name} is given twice")
    return found


def as_named(name: object) -> object:
    """The name in plain letters, as typed or of a letter: θ₁ is theta_1; what can be no name stays as it is.

    >>> as_named("θ₁"), as_named(Symbol("x"))
    ('theta_1', 'x')
    """
    return plain_name(name) if isinstance(name, str) and name else name.name if isinstance(name, _LETTERS) else name


def _is_element(item: object) -> bool:
    return isinstance(item, str) and bool(set("[]") & set(item))


def _element_name(item: str) -> str:
    """w[ k ] as w[k]."""
    match = _ELEMENT.fullmatch(item)
    if match is None:
        raise ReadError(f"an element is written w[k] or W[k,l], not {visible(item)[:40]}")
    indices = [part.strip() for part in match[2].split(",")]
    if len(indices) > 2 or len(set(indices)) < len(indices) or ROW in map(index, indices):
        raise LossError("an element has one or two indices, as in w[k] or W[k,l], and none of them is i, the row")
    return f"{checked_name(plain_name(match[1]))}[{','.join(indices)}]"


def letter(name: str) -> Symbol | Indexed:
    """The parameter of this name, or the element.

    >>> letter("m"), letter("w[k]")
    (m, w[k])
    """
    if "[" not in name:
        return symbol(name)
    base, inside = _ELEMENT.fullmatch(name).groups()
    return element(base, *map(index, inside.split(",")))


def check_letter(wanted: Symbol | Indexed, expression: Expr) -> None:
    """Whether one can differentiate the expression by this letter, as far as its indices go; the error says by which."""
    summed = {index_of(total) for total in expression.atoms(Sum)}
    vectors = {name_of(part): part for part in expression.atoms(Indexed)}
    if isinstance(wanted, Symbol):
        if wanted.name in {part.name for part in expression.atoms(Symbol) if part.is_integer} - {COUNT.name, ROW.name}:
            raise LossError(f"{wanted.name} is an index here, or where a sum ends; differentiate by a parameter")
        if wanted.name in vectors and ROW not in vectors[wanted.name].indices:
            raise LossError(f"{wanted.name} has an index here; differentiate by one of its elements, such as "
                            f"{_suggested(vectors[wanted.name], summed)}")
        return
    name = name_of(wanted)
    if taken := [str(own) for own in wanted.indices if own in summed]:
        raise LossError(f"the formula sums over {taken[0]}; differentiate by an element with an index of its own, such as "
                        f"{_suggested(wanted, summed)}")
    if name in map(name_of, columns_of(expression)):
        raise LossError(f"{name} is a column of data, not a parameter; a sum up to n runs over the rows, so that one over "
                        "features ends at another letter, as in (j, 1, p)")
    if name in vectors and len(vectors[name].indices) != len(wanted.indices):
        raise LossError(f"{name} has {_counted(vectors[name])} in the formula; differentiate by an element such as "
                        f"{_suggested(vectors[name], summed)}")
    if name in {part.name for part in parameters_of(expression) if isinstance(part, Symbol)}:
        raise LossError(f"{name} stands without an index in the formula; differentiate by {name}")


def _suggested(like: Indexed, summed: set[Symbol]) -> str:
    """w[k], with indices that are free."""
    fresh = [name for name in _FRESH if whole(name) not in summed]
    return f"{name_of(like)}[{','.join(fresh[:len(like.indices)])}]"


def _counted(part: Indexed) -> str:
    return "one index" if len(part.indices) == 1 else f"{len(part.indices)} indices"


# In a SymPy expression

def meanings(expression: Basic, wanted: Collection[str]) -> dict[Basic, Symbol]:
    """Our own indices and ends for those of an expression from outside that are not the row and its number.

    A single sum may be one over the rows under any name, unless one of the letters `wanted` has its index.
    """
    totals = [total for total in expression.atoms(Sum) if len(total.limits) == 1 and len(total.limits[0]) == 3]
    inner = [total for total in totals if plain(index_of(total)) != ROW.name and plain(total.limits[0][2]) != COUNT.name]
    bases = {plain(part.base.label) for total in inner for part in total.function.atoms(Indexed)}
    nested = any(total.function.has(Sum) or any(len(part.indices) > 1 for part in total.function.atoms(Indexed))
                 for total in totals)
    if not nested and not any("[" in name or name in bases for name in wanted):
        return {}
    rows = {index_of(total) for total in totals if total not in inner}
    free = {own for part in expression.atoms(Indexed) for own in part.indices} | {
        own for part in expression.atoms(KroneckerDelta) for own in part.args}
    known = {own: index(own.name) for own in free - rows if plain(own) not in ("", ROW.name)}
    known |= {part: part for part in expression.free_symbols if isinstance(part, Symbol) and part == whole(part.name)}
    for total in inner:
        own, _, last = total.limits[0]
        known[own] = index(plain(own))
        if isinstance(last, Symbol):
            known[last] = end(last.name)
    return known


def counts(expression: Basic, indices: Mapping[Basic, Symbol]) -> dict[Symbol, Symbol]:
    """What a sum runs up to is the number of rows everywhere, also in the 1/n outside it."""
    ends = {limit[2] for total in expression.atoms(Sum) for limit in total.limits
            if len(limit) == 3 and isinstance(limit[2], Symbol) and limit[0] not in indices}
    if ends:
        ends |= {part for part in expression.atoms(Symbol) if part.name == COUNT.name}
    if len(names := {end.name for end in ends}) > 1:
        raise LossError(f"there is one number of rows, not {' and '.join(sorted(names))}; use one of them in every sum")
    return dict.fromkeys(ends, COUNT)


def plain(part: Basic) -> str:
    """The name of a symbol; nothing for what is no symbol."""
    return getattr(part, "name", "")


# In either, once it is read

def checked(expression: Expr, wanted: Collection[str] = ()) -> Expr:
    """The expression, if each of its indices means one thing and there are few, those of the letters `wanted` not counted."""
    totals = expression.atoms(Sum)
    summed = {index_of(total) for total in totals}
    used = {own for part in expression.atoms(Indexed) for own in part.indices} | summed
    spare = {own for name in wanted if "[" in name for own in letter(name).indices}
    if len(used - spare) > MAX_INDICES:
        raise LossError(f"the formula has more than {MAX_INDICES} indices: {', '.join(sorted(map(str, used)))}")
    for total in totals:
        within = {index_of(inner) for inner in total.function.atoms(Sum)}
        if ROW in within:
            raise LossError(INSIDE)
        if index_of(total) in within:
            raise LossError(f"a sum over {index_of(total)} stands inside another; give one of them another index")
    inner = summed - {ROW}
    if outside := inner and expression.free_symbols & inner:
        raise LossError(f"{min(map(str, outside))} is the index of a sum; outside that sum write another letter")
    if any(not (own.is_integer and own.is_positive) for part in expression.atoms(KroneckerDelta) for own in part.args):
        raise LossError("KroneckerDelta compares the indices of elements, such as the j of w[j]")
    _check_bases(expression)
    return expression


def _check_bases(expression: Expr) -> None:
    """Each name with indices has them everywhere, as many of them, and the row in the same place."""
    seen: dict[str, Indexed] = {}
    for part in sorted(expression.atoms(Indexed), key=str):
        name, rows = name_of(part), [own == ROW for own in part.indices]
        before = seen.setdefault(name, part)
        others = [own == ROW for own in before.indices]
        if len(rows) == len(others) and any(rows) != any(others):
            raise LossError(f"{name} is written {before} and {part}; i stands for the row of the data, so write another "
                            "letter in its place")
        if others != rows or sum(rows) > 1:
            raise LossError(f"{name} is written {before} and {part}; give it as many indices everywhere, "
                            "and the row i the same place")
    bare = {part.name for part in expression.atoms(Symbol) - {ROW, COUNT} if part.is_integer} | {
        part.name for part in parameters_of(expression) if isinstance(part, Symbol)}
    if clash := bare & {name for name, part in seen.items() if part.indices != (ROW,)}:
        raise LossError(f"{min(clash)} stands with an index, {seen[min(clash)]}, and without; rename one of them")
    printed = {f"{name}_{''.join(map(str, part.indices))}": part for name, part in seen.items()}
    if clash := bare & printed.keys():
        raise LossError(f"the names {min(clash)} and {printed[min(clash)]} look the same when printed; rename one")

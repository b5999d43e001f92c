"""The body of a generated loop: each result at once under the name by which the next step knows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symcalc.compute.statements import beside

_NAMES = re.compile(r"[a-z]\d+(?:_\d+)?\b")
_MADE = re.compile(r"([au]\d+) = ")          # a result of the loss or of the equations, not what one step hands to the next
_FEW = 4                 # numbers up to which one after the other is put away faster than all in a tuple


def kept(names: Sequence[str]) -> list[str]:
    """The lines that put the numbers of a step away.

    >>> kept(["p0", "p1"])
    ['keep.append(p0)', 'keep.append(p1)']
    """
    if len(names) > _FEW:
        return [f"keep.extend(({', '.join(names)}))"]
    return [f"keep.append({name})" for name in names]


def in_place(lines: Sequence[str]) -> list[str]:
    """The lines without those that only give a result another name: it has that name from the start.

    So it is where nothing needs what had the name before, after the line that makes the result.

    >>> for each in in_place(["u0 = g0 * rate", "u1 = p0 - u0", "p0 = u1", "a0 = 2.0 * p0", "g0 = a0"]): print(each)
    u0 = g0 * rate
    p0 = p0 - u0
    g0 = 2.0 * p0
    >>> in_place(["u0 = p0 * rate", "u1 = p0 - u0", "p0, s0 = u0, u1"])
    ['u0 = p0 * rate', 's0 = p0 - u0', 'p0 = u0']
    """
    found = list(lines)
    for place in reversed(range(len(found))):
        pairs = _pairs(found[place])
        for target, value in list(pairs.items()):
            made = [k for k, line in enumerate(found) if (match := _MADE.match(line)) and match[1] == value]
            if len(made) == 1 and made[0] < place and [*pairs.values()].count(value) == 1 and target not in pairs.values() \
                    and _is_free(target, found[made[0] + 1:place], found[place + 1:]):
                found = [_renamed(line, value, target) if k >= made[0] and k != place else line for k, line in enumerate(found)]
                del pairs[target]
        if pairs != _pairs(found[place]):
            found[place:place + 1] = [f"{', '.join(pairs)} = {', '.join(pairs.values())}"] if pairs else []
    return found


def _pairs(line: str) -> dict[str, str]:
    """The names that the line gives to results, with what these are called; none where it does anything else."""
    targets, _, values = line.partition(" = ")
    names, results = targets.split(", "), values.split(", ")
    return dict(zip(names, results)) if len(names) == len(results) and all(map(_NAMES.fullmatch, names + results)) else {}


def _is_free(name: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the lines before need and make nothing of this name, and those after make nothing of it."""
    return not any(name in _NAMES.findall(_code(line)) for line in before) and not any(
        name in _NAMES.findall(_code(line).rpartition(" = ")[0]) for line in after)


def _code(line: str) -> str:
    return line.partition("  # ")[0]


def _renamed(line: str, name: str, other: str) -> str:
    code, comment = _code(line), line.partition("  # ")[2]
    changed = _NAMES.sub(lambda found: other if found[0] == name else found[0], code.rstrip())
    return beside(changed, comment) if comment else changed

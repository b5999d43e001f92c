"""Many runs on one page: not a row for each, but where they ended and how many did, and how each rate and method fared."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from sympy import Symbol

from symcalc.pages.document import Block, Inline, Table, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import cell, short
from symcalc.training.many.ended import Ended, ended_briefly, rate_in_words
from symcalc.training.stops import CONVERGED, Stop

_NEAR = 1e-4             # of the size of a point: ends that are closer than this are one place
_PLACES = 6              # places that are told apart
_LETTERS = 4             # parameters up to which a place is written out
_ROWS = 40               # rates or methods that each have a row
_AT_REST = CONVERGED | {Stop.MAXIMUM, Stop.SADDLE, Stop.FLAT, Stop.STILL}
_LOST = frozenset({Stop.DIVERGED, Stop.OVERFLOW, Stop.BOTTOMLESS, Stop.OUTSIDE, Stop.START})
_DOWN = CONVERGED | {Stop.STILL}


def grouped(ended: Sequence[Ended], letters: Sequence[Symbol]) -> list[Block]:
    """A table with a row for every end that runs have in common, and one for the methods and rates where they vary."""
    rows = [(f"{len(group):,}", ended_briefly(group[0]), where,
             "-" if group[0].stop in _LOST else _range([run.fun for run in group]), _counts([run.nit for run in group]))
            for group, where in _groups(ended, letters)]
    header = ("runs", "how they ended", "where", "J at the end", "updates")
    if not any(where for _, _, where, *_ in rows):          # none came to rest
        header, rows = header[:2] + header[3:], [row[:2] + row[3:] for row in rows]
    return [Table(header=header, rows=tuple(rows), words=frozenset({1, 2} if "where" in header else {1})),
            *_not_asked(ended), *(block for key in ("method", "rate") for block in _fared(ended, key)),
            paragraph("Each can be had as a whole run, made again alone with all its updates: runs[0] is the first, runs.best "
                      "the lowest. Looked at more closely, it may say more of how it ended; where a method amplifies rounding, "
                      "its numbers differ.")]


def _not_asked(ended: Sequence[Ended]) -> list[Block]:
    """Of how many runs it is open whether they bounce, as so many are not made again for that."""
    if not (count := sum(run.bounces is None for run in ended)):
        return []
    return [paragraph(f"Of {count:,} of the runs whose steps are used up it was not asked whether they go up and down or are "
                      "still on their way: that would take too many steps.")]


def _groups(ended: Sequence[Ended], letters: Sequence[Symbol]) -> list[tuple[list[Ended], Inline]]:
    """The runs that ended alike, the most first, and in words where."""
    alike: dict[str, list[Ended]] = {}
    for run in ended:
        alike.setdefault(ended_briefly(run), []).append(run)
    found: list[tuple[list[Ended], Inline]] = []
    for group in alike.values():
        if group[0].stop not in _AT_REST:
            found.append((group, ""))                          # on its way still, or gone
            continue
        places = sorted(_places(group), key=len, reverse=True)
        found += [(place, _where(letters, place[0])) for place in places[:_PLACES]]
        if rest := [run for place in places[_PLACES:] for run in place]:
            found.append((rest, f"at {len(places) - _PLACES:,} other points"))
    return sorted(found, key=lambda one: -len(one[0]))


def _places(group: Sequence[Ended]) -> list[list[Ended]]:
    """The runs of a group by the place where they came to rest, the lowest of each first."""
    left = sorted(group, key=lambda run: run.fun)
    points, found = np.array([run.x for run in left]), []
    waiting = np.arange(len(left))
    while len(waiting):
        first = points[waiting[0]]
        near = np.abs(points[waiting] - first).max(axis=1) <= _NEAR * (1 + np.abs(first).max())
        found.append([left[at] for at in waiting[near].tolist()])
        waiting = waiting[~near]
    return found


def _where(letters: Sequence[Symbol], run: Ended) -> Inline:
    if len(letters) > _LETTERS:
        return f"{len(letters)} parameters"
    size = _NEAR * (1 + float(np.abs(run.x).max()))
    values = [0.0 if abs(value) < size else value for value in run.x.tolist()]
    return ", ".join(f"{text(letter)} = {short(value, 4)}" for letter, value in zip(letters, values))


def _range(values: Sequence[float]) -> Inline:
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return "-"
    low, high = min(finite), max(finite)
    return cell(low, 4) if short(low, 4) == short(high, 4) else f"{short(low, 4)} to {short(high, 4)}"


def _counts(values: Sequence[int]) -> str:
    return f"{min(values):,}" if min(values) == max(values) else f"{min(values):,} to {max(values):,}"


def _fared(ended: Sequence[Ended], key: str) -> list[Block]:
    """For every method, or rate: how many runs converged, in how many updates, how many diverged, and the lowest cost."""
    alike: dict[str, list[Ended]] = {}
    methods = {(run.method.name, run.rate): run.method for run in ended}
    words = {(name, rate): name if key == "method" else rate_in_words(method, rate) for (name, rate), method in methods.items()}
    for run in ended:
        alike.setdefault(words[run.method.name, run.rate], []).append(run)
    if not 1 < len(alike) <= _ROWS:
        return []
    rows = []
    for told, group in alike.items():
        down = [run for run in group if run.stop in _DOWN]
        lost = sum(run.stop in _LOST for run in group)
        rows.append((told, f"{len(down):,}", f"{int(np.median([run.nit for run in down])):,}" if down else "-", f"{lost:,}",
                     f"{len(group) - len(down) - lost:,}", _range([min(run.fun for run in group)])))
    header = (key, "converged", "updates, median", "diverged or left", "other ends", "lowest J")
    return [Table(header=header, rows=tuple(rows), words=frozenset({0} if key == "method" else ()))]

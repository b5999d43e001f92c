"""What a run says of itself beside its numbers, held against what it says when it is made again."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symcalc.errors import as_given, visible
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.training.change import promised
from symcalc.training.course import Course
from symcalc.training.kept.export import run_head
from symcalc.training.stops import Stop
from symcalc.written import derivative_of

CUT_SHORT = frozenset({Stop.CALLBACK, Stop.INTERRUPTED})         # from outside, so that a replay goes no further either
_USED_UP = frozenset({Stop.STEPS, Stop.CRAWLING, Stop.UNREACHED, Stop.PRECISE})      # how one ends that goes no further
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_LAST_DIGIT = 1e-5       # relative: numbers of six digits that are the same but for rounding
_CLOSE = 1e-9            # relative: a number of the table, of which sums are added up in one order here and in another there
_MAY_LACK = ("expected_change", "actual_change", "ratio")
_SHOWN = 120
_LEAD = 30               # letters shown before the place where two texts part


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """What is said otherwise: what it is called, as it was and as it is."""

    what: str
    before: str
    now: str

    @property
    def sentence(self) -> str:
        """The end of a sentence that says so, with the place where the two part.

        >>> Retold(what="the rate", before="0.1", now="0.2").sentence
        'the rate was "0.1" and is now "0.2"'
        """
        start = next((k for k, (a, b) in enumerate(zip(self.before, self.now)) if a != b), min(len(self.before), len(self.now)))
        longest = max(len(self.before), len(self.now))
        start = 0 if longest <= _SHOWN else max(0, self.before.rfind(" ", 0, max(0, start - _LEAD)) + 1)
        before, now = (_cut(words, start) for words in (self.before, self.now))
        return f"{self.what} was {before} and is now {now}"


def _cut(words: str, start: int) -> str:
    if not words:
        return "nothing"
    end = "…" if len(words) > start + _SHOWN else ""
    return f'"{"…" * bool(start)}{words[start:start + _SHOWN]}{end}"'


def retold(run: Course, again: Course, rounded: bool) -> tuple[Retold, ...]:
    """How the run ended and what its file says, where the run made again says otherwise; `rounded` where its numbers are."""
    found = []
    if run.stop in CUT_SHORT:
        ends = [("the sentence on its end", run.detail, "")]
    else:
        ends = [("the reason why it stopped", run.stop.value, again.stop.value)]
        ends += [("the sentence on its end", run.detail, again.detail)] if run.stop is again.stop else []
    found += [Retold(what=what, before=before, now=now) for what, before, now in ends if not _alike(before, now, rounded)]
    return (*found, *_of_file(run))


def remarks(run: Course, again: Course) -> tuple[str, ...]:
    """What is no difference, and yet should be known: formulas that are not those of the derivation, an end from outside."""
    found = []
    if run.stop in CUT_SHORT and again.nit == run.nit and again.stop not in _USED_UP:
        found.append(f"It was stopped from outside; made again, it ends there by itself. {again.message}")
    if run.partials is not None and not run.loss.is_large:
        own = [f"{text(run.slope_name(letter))} = {text(formula)} in place of {text(derivative_of(run.loss.symbol, letter))} = "
               f"{text(known)}" for letter, formula, known in zip(run.loss.parameters, run.partials, run.loss.partials)
               if formula != known]
        if own:
            found.append(f"Its slopes are not those of the derivation but formulas of its own: {several(own)}.")
    return tuple(found)


def _alike(before: str, now: str, rounded: bool) -> bool:
    """Whether the texts are the same; with numbers that differ in the last digit, where those of the run do, too."""
    if before == now or not rounded or _NUMBER.split(before) != _NUMBER.split(now):
        return before == now
    old, new = ([float(word.replace(",", "")) for word in _NUMBER.findall(words)] for words in (before, now))
    return all(math.isclose(a, b, rel_tol=_LAST_DIGIT) for a, b in zip(old, new))


# What a file says before its record, for a person to read

def _of_file(run: Course) -> Iterator[Retold]:
    if run.told is None:
        return
    for key, now in run_head(run).items():
        before = run.told.get(key, now)
        if before != now:
            yield from _parts(key, before, now)
    if isinstance(run.told["updates"], Retold):
        yield run.told["updates"]


def _parts(key: str, before: object, now: object) -> Iterator[Retold]:
    """The entries that differ, by their names."""
    called = f"the file's {key}"
    if isinstance(now, Mapping) and isinstance(before, Mapping):
        for name in dict.fromkeys((*now, *before)):
            if before.get(name) != now.get(name):
                yield Retold(what=f"{called} for {as_given(name)}", before=_plain(before.get(name)), now=_plain(now.get(name)))
    else:
        yield Retold(what=called, before=_plain(before), now=_plain(now))


def _plain(value: object) -> str:
    return "" if value is None else visible(value) if isinstance(value, str) else as_given(value)


def first_odd(run: Course, updates: object) -> Retold | None:
    """The first number in the table of updates, as a file gives it, that is not that of the history; None where all are."""
    if not isinstance(updates, list) or len(updates) != run.nit:
        return Retold(what="the number of updates in the file's table", now=str(run.nit),
                      before=str(len(updates)) if isinstance(updates, list) else as_given(updates))
    slopes = run.gradients[:-1] if run.drives is None else run.drives
    exact = zip(run.points[1:].tolist(), run.costs[1:].tolist(), slopes.tolist(), run.rates.tolist())
    changes = zip(promised(run.gradients[:-1], run.points).tolist(), run.changes.tolist())
    for k, (update, (point, cost, slope, rate), (expected, actual)) in enumerate(zip(updates, exact, changes), 1):
        told = update if isinstance(update, dict) else {}
        known = {"k": k, "J": cost, "rate": rate, "expected_change": expected, "actual_change": actual,
                 "ratio": actual / expected if expected else math.nan}
        found = [(key, told.get(key), value) for key, value in known.items()]
        for key, values in (("parameters", point), ("gradient", slope)):
            given = told.get(key)
            found += [(f"{key} for {name}", given.get(name) if isinstance(given, dict) else given, value)
                      for name, value in zip(run.loss.names, values)]
        for key, given, value in found:
            if not _close(given, value, key in _MAY_LACK):
                return Retold(what=f"update {k} in the file's table, {key}", before=_plain(given), now=repr(value))
    return None


def _close(told: object, known: float, may_lack: bool) -> bool:
    """Whether the number in the file is this one; a change that is not finite, or a ratio that says nothing, is not there."""
    if told is None:
        return may_lack
    return isinstance(told, (int, float)) and abs(told) <= sys.float_info.max and math.isclose(
        told, known, rel_tol=_CLOSE, abs_tol=sys.float_info.min)

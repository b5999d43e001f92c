"""Answers and hints where one derivation follows the other: second, mixed and higher derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symcalc.calculus.derived import DerivedAgain
from symcalc.calculus.tutor.answers import read_answer
from symcalc.calculus.tutor.check import own_line, verdict_on
from symcalc.calculus.tutor.guesses import Guess
from symcalc.calculus.tutor.hints import MOST_HINTS, Hint, Hints, check_line, hints
from symcalc.calculus.tutor.places import Mistake, Words
from symcalc.calculus.tutor.search import Search
from symcalc.calculus.tutor.trials import trials
from symcalc.calculus.tutor.verdict import Verdict, wrong

_ORDINALS = ("first", "second", "third")
_TIMES = ("once", "twice", "three times")
_COUNTS = ("two", "three", "four")


def check_stages(derivation: DerivedAgain, answer: object) -> Verdict:
    """The verdict on an answer to the whole; a mistake is looked for in the last of the derivations.

    >>> from symcalc.calculus.problems import derive
    >>> check_stages(derive("x^3", "x", order=2), "3x^2").message
    'That is the first derivative; differentiate once more.'
    """
    last, own = derivation.stages[-1], own_line(derivation, answer)
    found = read_answer(answer, derivation.expression, last.variable) if own is None else own
    tried = trials(derivation.expression, derivation.result, found, derivation.variables)
    search = Search(found, tried)
    if tried and not search.equals(derivation.result) and (early := search.first(_unfinished(derivation))):
        verdict = wrong(found, early)
    else:
        verdict = verdict_on(last, found, derivation)
    return replace(verdict, question=derivation.lines[0].expression)


def _unfinished(derivation: DerivedAgain) -> Iterator[Guess]:
    """What comes out of the derivations before the last, the latest first, and the function itself."""
    for k in reversed(range(1, len(derivation.stages))):
        yield Guess(Mistake("stopped too early"), derivation.stages[k - 1].result, _what_is_left(derivation, k))
    yield Guess(Mistake("not differentiated"), derivation.expression,
                ("This is the function itself; it is still to be differentiated.",))


def _what_is_left(derivation: DerivedAgain, k: int) -> Words:
    variables = derivation.variables
    if len(set(variables)) == 1:
        return (f"That is the {_ORDINALS[k - 1]} derivative; differentiate {_TIMES[len(variables) - k - 1]} more.",)
    by = [part for variable in variables[:k] for part in (" and ", variable)][1:]
    then = [part for variable in variables[k:] for part in (", then by ", variable)][1:]
    return ("That is the derivative by ", *by, "; differentiate it by ", *then, ".")


def stage_hints(derivation: DerivedAgain, after: int = 0) -> Hints:
    """The hints of the derivation in which the line after `after` is worked out.

    >>> from symcalc.calculus.problems import derive
    >>> stage_hints(derive("x^3*y", "x y")).hints[0].text
    'Two derivatives are taken, one after the other; the first is by x, of x³ y.'
    """
    check_line(derivation.lines, after)
    last = len(derivation.stages) - 1
    if after >= last:
        return hints(derivation.stages[last], after - last)
    stage = derivation.stages[after]
    found = hints(stage)
    if after:
        return found
    count = _COUNTS[last - 1].capitalize()
    first = Hint((f"{count} derivatives are taken, one after the other; the first is by ", stage.variable, ", of ",
                  stage.expression, "."))
    return replace(found, hints=(first, *found.hints[max(0, len(found.hints) + 1 - MOST_HINTS):]))

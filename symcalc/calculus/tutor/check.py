"""Checking an answer: right in whatever form, or wrong, and then by which mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Derivative, Expr, Indexed

from symcalc.calculus.derived import Derived, DerivedAgain, DerivedOnce
from symcalc.calculus.rule import depends, letters_of
from symcalc.calculus.tutor.answers import read_answer
from symcalc.calculus.tutor.form import form
from symcalc.calculus.tutor.guesses import Guess, Tree, guesses, single_row, taken_out_of_sum
from symcalc.calculus.tutor.misreadings import in_one_row, without_mean, without_sum
from symcalc.calculus.tutor.places import Mistake, Words
from symcalc.calculus.tutor.search import Search
from symcalc.calculus.tutor.trials import gap, has_loose_columns, trials
from symcalc.calculus.tutor.verdict import Verdict, with_values, wrong
from symcalc.calculus.unfolding import applied
from symcalc.language.names import COUNT, has_row_sum, name_of
from symcalc.pages.document import joined
from symcalc.pages.notation import text


def check(derivation: DerivedOnce, answer: object) -> Verdict:
    """Whether the answer, text or SymPy, equals the derivative; ReadError or LossError where it is no formula.

    >>> from symcalc.calculus.problems import derive
    >>> check(derive("x^2*sin(x)", "x"), "x (2 sin(x) + x cos(x))").correct
    True
    """
    own = own_line(derivation, answer)
    found = read_answer(answer, derivation.expression, derivation.variable) if own is None else own
    return replace(verdict_on(derivation, found), question=derivation.lines[0].expression)


def own_line(derivation: Derived, answer: object) -> Expr | None:
    """The answer where it is a line of the derivation itself, which need not be read."""
    return next((line.expression for line in derivation.lines if line.expression is answer), None)


def verdict_on(derivation: DerivedOnce, found: Expr, whole: DerivedAgain | None = None) -> Verdict:
    """The verdict on an answer that has been read; the derivation may be the last part of a `whole`."""
    function, right = derivation.expression, derivation.result
    in_a_row = has_loose_columns(found) and has_row_sum(function) and not has_loose_columns(function)
    if in_a_row:
        function, right = without_sum(function), without_sum(right)
    tried = trials(function, right, found, (derivation.variable,))
    if not tried:
        return wrong(found, ("The answer has no value at any point that was tried, though the derivative has one.",))
    search = Search(found, tried)
    if in_a_row:
        return _for_one_row(derivation, search)
    if search.equals(right):
        return _right(whole or derivation, found)
    tree, lines = Tree(derivation.root), tuple(line.expression for line in derivation.lines)
    return wrong(found, _strange(whole or derivation, found) or search.first(guesses(tree, lines)) or search.other(tree, right)
                 or search.plain(function, right))


# Right answers

def _right(derivation: Derived, found: Expr) -> Verdict:
    """Which line the answer has reached, and what is left to do."""
    lines = [line.expression for line in derivation.lines]
    reached, last, standing = _reached(lines, found), len(lines) - 1, _standing(found)
    if reached is None and not standing:
        said: Words = ("Right: the same as the last line, in another form.",)
        if hole := gap(derivation.expression, derivation.result, found):
            there = ("for some rows",) if hole.tables else ("where ", *with_values(hole.numbers))
            said = (*said, " It has no value ", *there, ", though, where the derivative has one.")
        return Verdict(correct=True, answer=found, said=said, line=last)
    if reached is None:
        reached = max((k for k, line in enumerate(lines) if _standing(line) >= standing), default=0)
        where = "Right so far"
    elif not standing:
        tidy = "." if reached == last else f"; it can still be tidied: this is line {reached} of {last}."
        return Verdict(correct=True, answer=found, said=(f"Right{tidy}",), line=reached)
    else:
        where = f"Right so far: line {reached} of {last}" if reached else "This is the question itself"
    count = {1: "one derivative still stands", 2: "two derivatives still stand", 3: "three derivatives still stand"}
    left = count.get(standing, f"{standing} derivatives still stand")
    return Verdict(correct=True, answer=found, said=(f"{where}; {left}.",), line=reached)


def _reached(lines: Sequence[Expr], found: Expr) -> int | None:
    """The line that the answer is, that is printed like it, or that has its form; of several the last."""
    shown, shape = text(found), form(found)
    alike = (lambda line: line is found, lambda line: text(line) == shown, lambda line: form(line) == shape)
    return next((k for same in alike for k in reversed(range(len(lines))) if same(lines[k])), None)


def _standing(expression: Expr) -> int:
    """How many derivatives still stand, a second one counted as two."""
    return sum(len(part.variables) for part in expression.atoms(Derivative))


# Wrong ones

def _for_one_row(derivation: DerivedOnce, search: Search) -> Verdict:
    """An answer for a single row, held against what stands inside the sum."""
    tree, found = Tree(derivation.root), search.answer
    if guess := search.first((*single_row(tree), *taken_out_of_sum(derivation.result))):
        return wrong(found, guess)
    inner = in_one_row(derivation.root)
    misread = dict.fromkeys((without_mean(derivation.expression), without_sum(derivation.expression)))
    rows = [applied(expression, derivation.variable, {}) for expression in misread]
    summed = has_row_sum(derivation.result)
    for root in [inner, *rows] if inner else rows:
        one = Tree(root)
        if guess := search.first(guesses(one, (one.right,))) or search.other(one, one.right):
            too = " The sum over the rows is missing too." if summed else " The sum over the rows is gone, too."
            return wrong(found, Guess(guess.mistake, guess.answer, (*guess.message, too)))
    return wrong(found, ("The answer has a value in every row; the derivative is one number",
                         ", a sum over the rows. In one row it is not equal to what stands in that sum either." if summed
                         else ".",))


def _strange(derivation: Derived, found: Expr) -> Guess | None:
    """What the answer has and the problem has not: a letter, or a sum over rows."""
    if has_row_sum(found) and not has_row_sum(derivation.expression):
        return Guess(Mistake("a sum that the problem does not have"), found,
                     ("There is no sum over rows in ", derivation.expression, "."))
    asked = derivation.lines[0].expression
    absent = [letter for letter in asked.variables if not depends(derivation.expression, letter)]
    if absent and letters_of(derivation.expression):
        return Guess(Mistake("the letter does not occur"), found,
                     (absent[0], " does not occur in ", derivation.expression, ": nothing there changes with ", absent[0], "."))
    known = {COUNT, *map(_kind, letters_of(asked))}        # d/dx f: what f holds, and x
    if strange := [letter for letter in letters_of(found) if _kind(letter) not in known and not letter.is_integer]:
        verb = " does" if len(strange) == 1 else " do"
        return Guess(Mistake("a letter that the problem does not have"), found,
                     (*joined(strange), f"{verb} not occur in ", derivation.expression, "."))
    return None


def _kind(letter: Expr) -> object:
    """The letter, and for an element the vector of which it is one."""
    return name_of(letter) if isinstance(letter, Indexed) else letter

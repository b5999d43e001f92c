"""The search for the mistake that explains an answer: the guesses, held against the answer's values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Expr, Float

from symcalc.calculus.rule import letters_of
from symcalc.calculus.tutor.guesses import Guess, Tree, in_pairs
from symcalc.calculus.tutor.places import Mistake, Words
from symcalc.calculus.tutor.trials import Trial, to_show
from symcalc.calculus.tutor.verdict import with_rows, with_values
from symcalc.language.names import COUNT
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral

_CLOSE = 0.02                # relative: a number that was rounded, and by how much at most
_SIMPLE = 100                # the largest denominator of a factor that is named
_SHOWN = 3                   # values of letters that a message gives at most
_DIGITS = (4, 8, 15)         # of the two values that it compares: the fewest with which they differ
_SIZES = (1e6, 1e300)        # and how large they are at most, or one over that how small, where there is a choice


class Search:
    """The answer's values at the points, and the guesses held against them."""

    def __init__(self, answer: Expr, tried: list[Trial]) -> None:
        self.answer, self.tried = answer, tried
        self.values = [trial.value(answer) for trial in tried]
        self.near: list[Guess] = []              # what was tried, is not the answer, and could be with a factor

    @property
    def fixed(self) -> bool:
        """Whether the derivative is one number, which a factor or a value would give away."""
        return all(trial.same(trial.right, self.tried[0].right) for trial in self.tried)

    def equals(self, expression: Expr, change: Callable[[Trial], Any] | None = None) -> bool:
        """Whether the answer is the expression (times something), wherever that has a value."""
        compared = 0
        for trial, value in zip(self.tried, self.values):
            other = trial.value(expression)
            if other is None:
                continue
            if not trial.same(value, other if change is None else other * change(trial)):
                return False
            compared += 1
        return compared >= min(2, len(self.tried))

    def first(self, candidates: Iterable[Guess]) -> Guess | None:
        """The first guess that is the answer."""
        for guess in candidates:
            if self.equals(guess.answer):
                return guess
            if not guess.alone:
                self.near.append(guess)
        return None

    def other(self, tree: Tree, right: Expr) -> Guess | None:
        """What no single mistake explains: a factor, a constant, a rounded number, or two mistakes."""
        simple = self.rounded(right) or self.by_a_factor(right) or self.by_a_constant(right)
        if simple or not letters_of(self.answer):           # a number alone could be explained by too many pairs
            return simple
        return self.by_sign_and_more() or self.first(in_pairs(tree)) or self.on_a_part(right)

    def rounded(self, right: Expr) -> Guess | None:
        close = all(abs(value - trial.right) <= _CLOSE * abs(value) for trial, value in zip(self.tried, self.values))
        if close and self.answer.has(Float):
            return Guess(Mistake("a number rounded"), self.answer,
                         ("This is close, but a decimal in it is rounded; write the number as it is, such as a fraction.",))
        return None

    def by_a_factor(self, right: Expr) -> Guess | None:
        """k times the derivative, or k n times, or k/n times, with k a number; or n/5 times, by who has counted 5 rows."""
        for count, name, said in _COUNTED:
            k = self.common(lambda trial, value, count=count: value / (trial.right * count(trial)))
            if k in _BESIDE:
                also, more = _BESIDE[k]
                return Guess(Mistake(f"{name}{also}"), right, (said, more))
        rows = self.common(lambda trial, value: trial.right * trial.point.numbers[COUNT] / value)
        if rows and rows.denominator == 1 and abs(rows) > 1:
            but = "Up to its sign, this" if rows < 0 else "This"
            return Guess(Mistake("a number put in for n"), right,
                         (f"{but} is right for {abs(rows)} rows only; the number of rows stays n.",))
        k = self.common(lambda trial, value: value / trial.right)
        if k == -1:
            return Guess(Mistake("overall sign wrong"), right, ("The sign is wrong; all else is right.",))
        if self.fixed:
            return None
        if k is None:
            return self.by_another_factor(right)
        return Guess(Mistake("off by a factor"), right, (f"The answer is {k} times the derivative; all else is right.",))

    def by_another_factor(self, right: Expr) -> Guess | None:
        """k times the derivative, with k such as √2 or ln(2)."""
        ratios = [value / trial.right for trial, value in zip(self.tried, self.values) if abs(trial.right) > trial.blur]
        if len(ratios) < max(2, len(self.tried) - 1) or not all(self.tried[0].same(k, ratios[0]) for k in ratios):
            return None
        return Guess(Mistake("off by a factor"), right,
                     ("The answer is about ", numeral(float(ratios[0]), _DIGITS[0]),
                      " times the derivative; all else is right."))

    def by_a_constant(self, right: Expr) -> Guess | None:
        if not self.fixed and self.common(lambda trial, value: value - trial.right) is not None:
            return Guess(Mistake("a constant term too many or too few"), right,
                         ("The answer and the derivative differ by a constant term only.",))
        return None

    def common(self, measure: Callable[[Trial, Any], Any]) -> Fraction | None:
        """The simple fraction that the measure gives at every point, if it is the same one."""
        found: set[Fraction] = set()
        for trial, value in zip(self.tried, self.values):
            if abs(trial.right) <= trial.blur or abs(value) <= trial.blur:
                return None
            exact = measure(trial, value)
            if abs(exact) > _SIMPLE**2:
                return None
            k = Fraction(float(exact)).limit_denominator(_SIMPLE)
            if not k or abs(exact - k.numerator / trial.point.context.mpf(k.denominator)) > 1e-12 * abs(exact):
                return None
            found.add(k)
        return found.pop() if len(found) == 1 else None

    def by_sign_and_more(self) -> Guess | None:
        """A mistake tried before, and a wrong sign or factor with it."""
        for guess in list(self.near):
            for change, name, said in _WITH:
                if self.equals(guess.answer, change):
                    return Guess(Mistake(f"{guess.mistake.name} and {name}"), guess.answer, (*guess.message, " ", said))
        return None

    def on_a_part(self, right: Expr) -> Guess | None:
        pairs = zip(self.tried, self.values)
        same = [trial.same(value, trial.right) for trial, value in pairs if abs(trial.right) > trial.blur]
        if any(same) and not all(same):
            return Guess(Mistake("right on a part only"), right,
                         ("The answer is right for some values of the letters and wrong for others.",))
        return None

    def plain(self, function: Expr, right: Expr) -> Words:
        """That the answer is wrong, with numbers that show it at the point as it is written, and no more."""
        unexplained = "This is not equal to the derivative, and no usual mistake explains it."
        point = self.tried[0].point
        letters = [letter for letter in point.numbers if not letter.is_integer]
        if with_rows(point.tables) is None or self.fixed or not 1 <= len(letters) <= _SHOWN:
            return (unexplained,)
        shown = [(there, there.value(self.answer)) for trial in self.tried
                 if (there := to_show(trial, function, right, self.answer))]
        for most, digits in product(_SIZES, _DIGITS):
            for trial, value in shown:
                pair = (value, trial.right)
                if trial.same(*pair) or not all(number == 0 or 1 / most <= abs(number) <= most for number in pair):
                    continue
                gives, slope = (numeral(float(number), digits) for number in pair)
                if text(gives) != text(slope):
                    rows = (", in rows with ", *(with_rows(trial.point.tables) or ())) if point.tables else ()
                    return (unexplained, " Where ", *with_values(trial.point.numbers), *rows, ", it gives ", gives,
                            ", the derivative ", slope, ".")
        return (unexplained,)


_COUNTED: tuple[tuple[Callable[[Trial], Any], str, str], ...] = (
    (lambda trial: trial.point.numbers[COUNT], "the 1/n dropped", "The number of rows, n, is missing under the bar."),
    (lambda trial: trial.point.context.one / trial.point.numbers[COUNT], "a 1/n too many",
     "The answer is divided by n once too often."),
)
_BESIDE = {
    Fraction(1): ("", ""), Fraction(-1): (" and the sign wrong", " The sign is wrong too."),
    Fraction(1, 2): (" and the 2 dropped", " A factor 2 is missing too."),
    Fraction(2): (" and a 2 too many", " There is a factor 2 too many, too."),
}
_WITH: tuple[tuple[Callable[[Trial], Any], str, str], ...] = (
    (lambda trial: -1, "the sign wrong", "The sign is wrong too."),
    (lambda trial: trial.point.context.one / 2, "the 2 dropped", "A factor 2 is missing too."),
    (lambda trial: 2, "a 2 too many", "There is a factor 2 too many, too."),
    (lambda trial: trial.point.numbers[COUNT], "the 1/n dropped", "The number of rows, n, is missing under the bar too."),
)

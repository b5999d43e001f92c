"""Checking an answer: right in whatever form, or wrong, and then by which mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import Derivative, Expr, Float, Sum, Symbol

from symcalc.calculus.rule import letters_of
from symcalc.calculus.tutor.answers import Trial, form, gap, has_loose_columns, read_answer, trials
from symcalc.calculus.tutor.guesses import Guess, Tree, guesses, in_pairs, single_row, taken_out_of_sum
from symcalc.calculus.tutor.misreadings import in_one_row, without_sum
from symcalc.calculus.tutor.places import Mistake, Words
from symcalc.calculus.unfolding import applied
from symcalc.errors import LossError
from symcalc.language.names import COUNT
from symcalc.pages.document import Document, Formula, Inline, Paragraph, joined
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown

if TYPE_CHECKING:
    from symcalc.calculus.derivation import Derivation

_CLOSE = 0.02                # relative: a number that was rounded, and by how much at most
_SIMPLE = 100                # the largest denominator of a factor that is named


@dataclass(frozen=True, kw_only=True, repr=False)
class Verdict(Shown):
    """Whether an answer is right; if not, the mistake that explains it; the line that it has reached.

    >>> from symcalc.calculus.problems import derive
    >>> derive("(2x + 1)^3", "x").check("3(2x + 1)^2").mistake.name
    'inner derivative forgotten'
    """

    correct: bool
    answer: Expr                                  # as it was read
    said: Words
    mistake: Mistake | None = None
    line: int | None = None

    @property
    def message(self) -> str:
        """What to tell the learner, which does not give the answer away."""
        return in_words(self.said)

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain data, for JSON."""
        return {"correct": self.correct, "mistake": self.mistake.name if self.mistake else None, "message": self.message,
                "line": self.line}

    def document(self) -> Document:
        """Right or not, the mistake by name, and what there is to say about it."""
        named = f"Not right: {self.mistake.name}." if self.mistake else "Not right."
        return Document("", (*(() if self.correct else (Paragraph((named,)),)), Paragraph(self.said)))

    def __repr__(self) -> str:
        said = "right" if self.correct else self.mistake.name if self.mistake else "wrong"
        return f"<verdict on {text(self.answer)}: {said}>"


def in_words(parts: Iterable[Inline]) -> str:
    """Words and mathematics as text.

    >>> in_words(("The slope of ", Symbol("x") ** 2))
    'The slope of x²'
    """
    return "".join(part if isinstance(part, str) else part.text if isinstance(part, Formula) else text(part) for part in parts)


def check(derivation: Derivation, answer: object) -> Verdict:
    """Whether the answer, text or SymPy, equals the derivative; ReadError or LossError where it is no formula.

    >>> from symcalc.calculus.problems import derive
    >>> check(derive("x^2*sin(x)", "x"), "x (2 sin(x) + x cos(x))").correct
    True
    """
    own = next((line.expression for line in derivation.lines if line.expression is answer), None)
    found = read_answer(answer, derivation.expression, derivation.variable) if own is None else own
    in_a_row = has_loose_columns(found) and derivation.expression.has(Sum)
    function, right = derivation.expression, derivation.result
    if in_a_row:
        function, right = without_sum(function), without_sum(right)
    try:
        tried = trials(function, right, found, (derivation.variable,))
    except LossError:
        tried = []
    if not tried:
        return _wrong(found, ("The answer has no value at any point that was tried, though the derivative has one.",))
    search = _Search(found, tried)
    if in_a_row:
        return _for_one_row(derivation, search)
    if search.equals(right):
        return _right(derivation, found)
    tree, lines = Tree(derivation.root), tuple(line.expression for line in derivation.lines)
    return _wrong(found, _strange(derivation, found) or search.first(guesses(tree, lines)) or search.other(tree, right)
                  or search.plain())


def _wrong(found: Expr, guess: Guess | Words) -> Verdict:
    if isinstance(guess, tuple):
        return Verdict(correct=False, answer=found, said=guess)
    first, *rest = guess.message
    said = (first[0].upper() + first[1:], *rest) if isinstance(first, str) else guess.message
    return Verdict(correct=False, answer=found, mistake=guess.mistake, said=said)


# Right answers

def _right(derivation: Derivation, found: Expr) -> Verdict:
    """Which line the answer has reached, and what is left to do."""
    lines = [line.expression for line in derivation.lines]
    shape, last = form(found), len(lines) - 1
    reached = next((k for k in range(last, -1, -1) if form(lines[k]) == shape), None)
    standing = len(found.atoms(Derivative))
    if reached is None and not standing:
        said: Words = ("Right: the same as the last line, in another form.",)
        if hole := gap(derivation.expression, derivation.result, found):
            where = ("for some rows",) if hole.tables else ("where ", *_values(hole.numbers))
            said = (*said, " It has no value ", *where, ", though, where the derivative has one.")
        return Verdict(correct=True, answer=found, said=said, line=last)
    if reached is None:
        reached = max((k for k, line in enumerate(lines) if len(line.atoms(Derivative)) >= standing), default=0)
        where = "Right so far"
    else:
        where = "Right" if reached == last else "This is the question itself" if reached == 0 else \
            f"Right so far: line {reached} of {last}"
    count = {1: "one derivative still stands", 2: "two derivatives still stand", 3: "three derivatives still stand"}
    left = count.get(standing, f"{standing} derivatives still stand") if standing else \
        "" if reached == last else "what is left is algebra"
    return Verdict(correct=True, answer=found, said=(f"{where}; {left}." if left else f"{where}.",), line=reached)


def _values(numbers: dict[Symbol, Any]) -> Words:
    """x = 0.442 and y = 1.73."""
    parts = [Formula(text=f"{text(letter)} = {float(value):.3g}", latex=f"{letter.name} = {float(value):.3g}")
             for letter, value in numbers.items() if not letter.is_integer]
    return joined(parts)


# Wrong ones

def _for_one_row(derivation: Derivation, search: _Search) -> Verdict:
    """An answer for a single row, held against what stands inside the sum."""
    tree, found = Tree(derivation.root), search.answer
    if guess := search.first((*single_row(tree), *taken_out_of_sum(derivation.result))):
        return _wrong(found, guess)
    inner = in_one_row(derivation.root)
    rows = applied(without_sum(derivation.expression), derivation.variable, {})
    for root in (inner, rows):
        one = Tree(root)
        if guess := search.first(guesses(one, (one.right,))) or search.other(one, one.right):
            said = (*guess.message, " The sum over the rows is missing too.")
            return _wrong(found, Guess(guess.mistake, guess.answer, said))
    return _wrong(found, ("The answer has a value in every row; the derivative is one number, a sum over the rows. "
                          "In one row it is not equal to what stands in that sum either.",))


def _strange(derivation: Derivation, found: Expr) -> Guess | None:
    """What the answer has and the problem has not: a letter, or a sum over rows."""
    if found.has(Sum) and not derivation.expression.has(Sum):
        return Guess(Mistake("a sum that the problem does not have"), found,
                     ("There is no sum over rows in ", derivation.expression, "."))
    known = {derivation.variable, COUNT, *letters_of(derivation.expression)}
    if strange := [letter for letter in letters_of(found) if letter not in known]:
        verb = " does" if len(strange) == 1 else " do"
        return Guess(Mistake("a letter that the problem does not have"), found,
                     (*joined(strange), f"{verb} not occur in ", derivation.expression, "."))
    return None


class _Search:
    """The answer's values at the points, and the guesses held against them."""

    def __init__(self, answer: Expr, tried: list[Trial]) -> None:
        self.answer, self.tried = answer, tried
        self.values = [trial.value(answer) for trial in tried]
        self.near: list[Guess] = []              # what was tried and is not the answer

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
            self.near.append(guess)
        return None

    def other(self, tree: Tree, right: Expr) -> Guess | None:
        """What no single mistake explains: a factor, a constant, a rounded number, or two mistakes."""
        simple = self.rounded(right) or self.by_a_factor(right) or self.by_a_constant(right)
        if simple or not letters_of(self.answer):           # a number alone could be explained by too many pairs
            return simple
        return self.by_sign_and_more() or self.first(in_pairs(tree)) or self.on_a_part(right)

    def rounded(self, right: Expr) -> Guess | None:
        close = all(abs(value - trial.value(right)) <= _CLOSE * abs(value) for trial, value in zip(self.tried, self.values))
        if close and self.answer.has(Float):
            return Guess(Mistake("a number rounded"), self.answer,
                         ("This is close, but a decimal in it is rounded; write the number as it is, such as a fraction.",))
        return None

    def by_a_factor(self, right: Expr) -> Guess | None:
        """k times the derivative, or k n times, with k a number."""
        for count, said, name in _FACTORS:
            k = self.common(lambda trial, value, count=count: value / (trial.right * count(trial)))
            if k is not None and (name == "off by a factor" or abs(k.numerator) + k.denominator < 4):
                if k == -1 and name == "off by a factor":
                    return Guess(Mistake("overall sign wrong"), right, ("The sign is wrong; all else is right.",))
                return Guess(Mistake(name), right, (said.format(k),))
        return None

    def by_a_constant(self, right: Expr) -> Guess | None:
        if self.common(lambda trial, value: value - trial.right) is not None:
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
        same = [trial.same(value, trial.right) for trial, value in zip(self.tried, self.values)]
        if any(same) and not all(same):
            return Guess(Mistake("right on a part only"), right,
                         ("The answer is right for some values of the letters and wrong for others.",))
        return None

    def plain(self) -> Words:
        """That the answer is wrong, with numbers that show it, and no more."""
        pairs = zip(self.tried, self.values)
        trial, value = next((trial, value) for trial, value in pairs if not trial.same(value, trial.right))
        if trial.point.tables:
            return ("This is not equal to the derivative, and no usual mistake explains it.",)
        show = trial.point.context.nstr
        return ("This is not equal to the derivative, and no usual mistake explains it. Where ", *_values(trial.point.numbers),
                f", it gives {show(value, 4)}, the derivative {show(trial.right, 4)}.")


_FACTORS: tuple[tuple[Callable[[Trial], Any], str, str], ...] = (
    (lambda trial: 1, "The answer is {} times the derivative; all else is right.", "off by a factor"),
    (lambda trial: trial.point.numbers[COUNT], "The number of rows, n, is missing under the bar.", "the 1/n dropped"),
    (lambda trial: trial.point.context.one / trial.point.numbers[COUNT], "The answer is divided by n once too often.",
     "a 1/n too many"),
)
_WITH: tuple[tuple[Callable[[Trial], Any], str, str], ...] = (
    (lambda trial: -1, "the sign wrong", "The sign is wrong too."),
    (lambda trial: trial.point.context.one / 2, "the 2 dropped", "A factor 2 is missing too."),
    (lambda trial: 2, "a 2 too many", "There is a factor 2 too many, too."),
    (lambda trial: trial.point.numbers[COUNT], "the 1/n dropped", "The number of rows, n, is missing under the bar too."),
)

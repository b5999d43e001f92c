"""What a rate will do, said before it is tried: from the eigenvalues of the Hessian alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sympy import Expr, Integer, Pow

from symcalc.pages.document import Inline
from symcalc.pages.numbers import numeral
from symcalc.pages.text import inline
from symcalc.written import mul

_AT = 1e-9               # relative: rates and eigenvalues this close are one
_COUNTABLE = 1e6         # steps from which on only their power of ten tells anything
_WIDE = 1e3              # from which on a number is shown with all its digits before the point, and one after
_LOST = 1e12             # steps that rounding would swallow
_UNSEEN = 1e-13          # a distance from 1 that is rounding
IF = "If the curvature stayed as it is {}"              # at the start, or here
RESTING = "Every slope is 0 {}, so no step leads away from it."
AT_START = "at the start"
LONG = 1000             # steps for one more digit that count as a crawl where nobody says how many there are

Kind = Literal["diverges", "unstable", "jumps", "oscillates", "converges", "crawls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What gradient descent does at one rate, as far as the curvature tells.

    An eigenvalue λ of the Hessian multiplies the distance to the minimum along its direction by 1 - ηλ in every step.
    `factor` is that number where it is largest, `per_digit` the steps in which the distance shrinks to a tenth.

    >>> found = outlook(0.6, (1.0, 2.0))
    >>> found.kind, round(found.factor, 9), found.sentence
    ('oscillates', 0.4, 'The run converges, swinging from side to side along the steepest direction: about 3 steps for each \
further digit.')
    """

    rate: float
    kind: Kind
    factor: float
    per_digit: float                     # inf where nothing is gained
    parts: tuple[Inline, ...]

    @property
    def sentence(self) -> str:
        """What will happen, in a sentence."""
        return inline(self.parts)

    def as_dict(self) -> dict[str, Any]:
        """The outlook as plain data, for JSON."""
        return {"rate": self.rate, "kind": self.kind, "factor": self.factor,
                "steps_per_digit": self.per_digit if math.isfinite(self.per_digit) else None, "sentence": self.sentence}


def outlook(rate: float, upwards: Sequence[float], *, steps: int | None = None) -> Outlook:
    """What the rate does to a quadratic that curves by these eigenvalues, all above 0 and the smallest first.

    >>> outlook(1.5, (1.0, 2.0)).kind, outlook(1.0, (1.0, 2.0)).kind, outlook(0.001, (1.0, 2.0), steps=100).kind
    ('diverges', 'jumps', 'crawls')
    """
    facts = _Facts(rate=rate, flattest=float(upwards[0]), steepest=float(upwards[-1]), steps=steps)
    kind: Kind = "diverges" if facts.product > 2 + _AT else "jumps" if facts.product >= 2 - _AT else facts.pace
    said = {"diverges": facts.diverges, "jumps": facts.jumps, "crawls": facts.crawls, "oscillates": facts.oscillates,
            "converges": facts.converges}[kind]()
    return Outlook(rate=rate, kind=kind, factor=facts.factor, per_digit=facts.per_digit, parts=said)


def outlook_at_start(rate: float, upwards: Sequence[float], *, steps: int | None = None, bowl: bool = True,
                     there: str = AT_START) -> Outlook:
    """What the rate does at the start of a loss that curves differently elsewhere: no more than the curvature there says.

    `there` is what the start is called.
    Without `bowl` it does not curve upwards in all directions, or has kinks: nothing is said of the pace.

    >>> outlook_at_start(1.5, (1.0, 2.0)).kind
    'unstable'
    """
    facts = _Facts(rate=rate, flattest=float(upwards[0]), steepest=float(upwards[-1]), steps=steps, there=there)
    kind: Kind = "unstable" if facts.product > 2 + _AT else facts.pace if bowl else facts.side
    said = {"unstable": facts.unstable, "crawls": facts.crawls_there, "oscillates": facts.oscillates_there,
            "converges": facts.converges_there}[kind]()
    pace = facts.per_digit if bowl else math.inf
    if kind != "unstable":
        said = (*said, *(facts.pace_there() if bowl else ()), ".")
    return Outlook(rate=rate, kind=kind, factor=facts.factor, per_digit=pace, parts=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the sentences are made of."""

    rate: float
    flattest: float
    steepest: float
    steps: int | None
    there: str = AT_START

    @property
    def product(self) -> float:
        return self.rate * self.steepest

    @property
    def factor(self) -> float:
        return max(1 - self.product, 1 - self.rate * self.flattest, key=abs)

    @property
    def per_digit(self) -> float:
        """ln 10 / -ln |1 - ηλ| for the λ that takes longest."""
        return max(_steps(self.rate * self.flattest), _steps(self.product))

    @property
    def side(self) -> Kind:
        return "oscillates" if self.product > 1 + _AT else "converges"

    @property
    def pace(self) -> Kind:
        return "crawls" if self.per_digit > (LONG if self.steps is None else self.steps) else self.side

    @property
    def alone(self) -> bool:
        """Whether the loss curves by the same amount in all directions."""
        return self.steepest - self.flattest <= _AT * self.steepest

    @property
    def along(self) -> str:
        return "" if self.alone else " along the steepest direction"

    @property
    def times(self) -> Expr:
        return beside_one(self.product / 2, 3)

    # Where the loss is a quadratic

    def diverges(self) -> tuple[Inline, ...]:
        return ("The run diverges: the rate is ", self.times, " times the largest stable one, and every step multiplies the "
                f"distance to the minimum{self.along} by ", beside_one(abs(self.factor), 4), ".")

    def jumps(self) -> tuple[Inline, ...]:
        return ("The run jumps between two points for ever: at the largest stable rate itself, every step ends as far on the "
                f"other side of the minimum{self.along}.",)

    def crawls(self) -> tuple[Inline, ...]:
        if self.factor < 0:
            swings = f"The run swings from side to side{self.along} and hardly comes nearer: "
            return (swings, *self._digits(), self._few(), ".")
        where = "" if self.alone else " along the flattest direction"
        return (f"The run crawls{where}: ", *self._digits(), self._few(), ".")

    def oscillates(self) -> tuple[Inline, ...]:
        return (f"The run converges, swinging from side to side{self.along}: ", *self._digits(), ".")

    def converges(self) -> tuple[Inline, ...]:
        if abs(self.factor) <= _AT:
            return ("One step lands on the minimum.",)
        return ("The run converges without overshooting: ", *self._digits(), ".")

    def _digits(self) -> tuple[Inline, ...]:
        return (*about(self.per_digit), " for each further digit")

    def _few(self) -> str:
        if self.steps is None:
            return ""
        return f", and there {'are' if self.steps > 1 else 'is'} only {self.steps:,}"

    # Where it is not

    @property
    def supposed(self) -> str:
        return IF.format(self.there)

    def unstable(self) -> tuple[Inline, ...]:
        return (f"{self.supposed}, the run would diverge: the rate is ", self.times, " times the largest that is stable there.")

    def oscillates_there(self) -> tuple[Inline, ...]:
        past = f"each step would go past the lowest point{self.along}"
        return (f"{self.supposed}, {past}, though not so far that the cost rises",)

    def converges_there(self) -> tuple[Inline, ...]:
        return (f"{self.supposed}, no step would overshoot",)

    def crawls_there(self) -> tuple[Inline, ...]:
        return (self.oscillates_there if self.side == "oscillates" else self.converges_there)()

    def pace_there(self) -> tuple[Inline, ...]:
        few = self._few() if self.pace == "crawls" else ""
        return (", and it would take ", *self._digits(), few)


def _steps(product: float) -> float:
    """The steps in which (1 - ηλ)^steps is a tenth, where the product is ηλ."""
    if product >= 2 - _AT or product == 0:
        return math.inf
    if product == 1:
        return 0.0
    return math.log(10) / (-math.log1p(-product) if product < 1 else -math.log(product - 1))


def about(steps: float) -> tuple[Inline, ...]:
    """A number of steps to two digits.

    >>> inline(about(0.3)), inline(about(1234.5)), inline(about(2.3e9))
    ('about 1 step', 'about 1,200 steps', 'about 2.3 · 10⁹ steps')
    """
    if steps > _LOST:
        return ("more than ", power_of_ten(_LOST, 1), " steps")
    if steps >= _COUNTABLE:
        return ("about ", power_of_ten(steps, 2), " steps")
    count = math.ceil(float(f"{max(steps, 1):.2g}"))
    return (f"about {count:,} step{'s' if count > 1 else ''}",)


def beside_one(value: float, digits: int) -> Expr:
    """The number with enough digits to tell it from 1 and from -1, and, of up to a million, to the first decimal.

    >>> inline((beside_one(2.5, 3), " ", beside_one(0.99999512, 3), " ", beside_one(-22799.67, 3)))
    '2.5 0.9999951 -22799.7'
    """
    gap = abs(abs(value) - 1)
    if _WIDE <= gap < _COUNTABLE:
        digits = max(digits, 2 + math.floor(math.log10(abs(value))))
    return numeral(value, digits if gap < _UNSEEN else max(digits, 1 - math.floor(math.log10(gap))))


def power_of_ten(value: float, digits: int) -> Expr:
    """A large number as m · 10^k.

    >>> inline((power_of_ten(47830000000.0, 3),))
    '4.78 · 10¹⁰'
    """
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return mul(numeral(float(mantissa)), Pow(Integer(10), Integer(int(exponent)), evaluate=False))

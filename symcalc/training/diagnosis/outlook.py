"""What a rate will do, said before it is tried: from the eigenvalues of the Hessian alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from symcalc.pages.document import Inline
from symcalc.pages.numbers import numeral
from symcalc.pages.text import inline

_AT = 1e-9               # relative: how near to 2/λ_max a rate must be for the point to jump for ever
_AS_ONE = 1e-9           # relative: eigenvalues this close are one
_LONG = 1000             # steps for one more digit that count as a crawl where nobody says how many there are

Kind = Literal["diverges", "unstable", "jumps", "oscillates", "converges", "crawls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What gradient descent does at one rate, as far as the curvature tells.

    An eigenvalue λ of the Hessian multiplies the distance to the minimum along its direction by 1 - ηλ in every step.
    `factor` is that number where it is largest, `per_digit` the steps in which the distance shrinks to a tenth.

    >>> found = outlook(0.6, (1.0, 2.0))
    >>> found.kind, round(found.factor, 9), found.sentence
    ('oscillates', 0.4, 'It converges, swinging from side to side along the steepest direction: about 3 steps for each digit.')
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


def outlook(rate: float, upwards: Sequence[float], *, steps: int | None = None, everywhere: bool = True) -> Outlook:
    """What the rate does where the loss curves by these eigenvalues, all above 0 and the smallest first.

    With `everywhere` the loss is a quadratic and this is what will happen; otherwise it is what the start promises.

    >>> outlook(1.5, (1.0, 2.0)).kind, outlook(1.0, (1.0, 2.0)).kind, outlook(0.001, (1.0, 2.0), steps=100).kind
    ('diverges', 'jumps', 'crawls')
    """
    flattest, steepest = float(upwards[0]), float(upwards[-1])
    factors = {value: 1 - rate * value for value in (steepest, flattest)}
    factor = max(factors.values(), key=abs)
    kind, per_digit = _kind(rate, flattest, steepest, steps), _per_digit(rate, flattest, steepest)
    if kind == "diverges" and not everywhere:
        kind = "unstable"
    facts = _Facts(rate=rate, steepest=steepest, factor=factor, per_digit=per_digit, steps=steps,
                   alone=steepest - flattest <= _AS_ONE * steepest)
    parts = facts.said(kind)
    if not everywhere and kind != "unstable":
        parts = ("If the curvature stayed as it is at the start: ", *_lowered(parts))
    return Outlook(rate=rate, kind=kind, factor=factor, per_digit=per_digit, parts=parts)


def _kind(rate: float, flattest: float, steepest: float, steps: int | None) -> Kind:
    product = rate * steepest
    if abs(product - 2) <= 2 * _AT:
        return "jumps"
    if product > 2:
        return "diverges"
    if _per_digit(rate, flattest, steepest) > (_LONG if steps is None else steps):
        return "crawls"
    return "oscillates" if product > 1 + _AT else "converges"


def _per_digit(rate: float, flattest: float, steepest: float) -> float:
    """ln 10 / -ln |1 - ηλ| for the λ that takes longest."""
    return max(_steps(rate * flattest), _steps(rate * steepest))


def _steps(product: float) -> float:
    if product >= 2:
        return math.inf
    gained = -math.log1p(-product) if product < 1 else -math.log(product - 1) if product > 1 else math.inf
    return math.log(10) / gained if gained else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the sentences are made of."""

    rate: float
    steepest: float
    factor: float
    per_digit: float
    steps: int | None
    alone: bool              # whether the loss curves by the same amount in all directions

    def said(self, kind: Kind) -> tuple[Inline, ...]:
        return {"diverges": self._diverges, "unstable": self._unstable, "jumps": self._jumps, "crawls": self._crawls,
                "oscillates": self._oscillates, "converges": self._converges}[kind]()

    @property
    def along(self) -> str:
        return "" if self.alone else " along the steepest direction"

    @property
    def times(self) -> Inline:
        return numeral(self.rate * self.steepest / 2, 3)

    def _diverges(self) -> tuple[Inline, ...]:
        return ("It diverges: the rate is ", self.times, " times the largest stable one, and every step multiplies the "
                f"distance to the minimum{self.along} by ", numeral(abs(self.factor), 4), ".")

    def _unstable(self) -> tuple[Inline, ...]:
        return ("The rate is ", self.times, " times the largest one that is stable at the start: the steps overshoot there, "
                "and the cost rises until the run diverges or comes to where the loss is flatter.")

    def _jumps(self) -> tuple[Inline, ...]:
        return (f"It jumps between two points for ever: at exactly the largest stable rate every step{self.along} ends as far "
                "on the other side of the minimum.",)

    def _crawls(self) -> tuple[Inline, ...]:
        slow: tuple[Inline, ...] = ("about ", *_counted(self.per_digit), " steps for each digit")
        enough = f", and there are only {self.steps:,}" if self.steps is not None else ""
        if self.factor < 0:
            return (f"It swings from side to side{self.along} and hardly comes nearer: ", *slow, enough, ".")
        where = "" if self.alone else " along the flattest direction"
        return (f"It crawls{where}: ", *slow, enough, ".")

    def _oscillates(self) -> tuple[Inline, ...]:
        return (f"It converges, swinging from side to side{self.along}: about ", *_counted(self.per_digit),
                " steps for each digit.")

    def _converges(self) -> tuple[Inline, ...]:
        if abs(self.factor) <= _AT:
            return ("One step lands on the minimum.",)
        return ("It converges without overshooting: about ", *_counted(self.per_digit), " steps for each digit.")


def _counted(steps: float) -> tuple[Inline, ...]:
    """A number of steps to two digits."""
    if not math.isfinite(steps) or steps >= 1e15:
        return ("10¹⁵ or more",)
    return (f"{int(float(f'{max(steps, 1):.2g}')):,}",)


def _lowered(parts: tuple[Inline, ...]) -> tuple[Inline, ...]:
    first, *rest = parts
    return (first[0].lower() + first[1:], *rest) if isinstance(first, str) else parts

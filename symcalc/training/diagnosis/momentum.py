"""What a rate does to momentum on a bowl: the same question as for gradient descent, with speed kept from step to step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Integer, Mul, Number, Symbol, expand, preorder_traversal

from symcalc.pages.document import Formula, Inline
from symcalc.pages.numbers import numeral
from symcalc.training.diagnosis.outlook import AT_START, IF, LONG, Kind, Outlook, about, beside_one
from symcalc.training.methods import RATE, SLOPE, THETA, Method
from symcalc.training.shape.rates import suggested_rate, two_digits
from symcalc.written import add

_AT = 1e-9               # relative: rates this close are one
_HUGE = 1e100            # a root whose square is too large to compute with
_HALF = math.log10(2)    # of the steps for a digit: in these the distance is halved


@dataclass(frozen=True, slots=True, kw_only=True)
class Momentum:
    """v ← β v - η g, θ ← θ + v, which is gradient descent for β = 0; `ahead` is Nesterov's, with the slope g at θ + β v.

    Where J curves by λ the distance to the minimum shrinks by the roots z of z² - (1 + β - ηλ) z + β = 0, and of
    z² - (1 + β)(1 - ηλ) z + β (1 - ηλ) = 0 with `ahead` (Polyak 1964; Lessard, Recht and Packard 2016).

    >>> plain, ahead = Momentum(beta=0.25), Momentum(beta=0.25, ahead=True)
    >>> plain.limit, plain.shrinking(2.5), plain.shrinking(0.5)
    (2.5, 1.0, 0.5)
    >>> round(ahead.limit, 9), round(ahead.shrinking(ahead.limit), 9), ahead.shrinking(0.75)
    (1.666666667, 1.0, 0.25)
    """

    beta: float = 0.0
    ahead: bool = False

    @property
    def limit(self) -> float:
        """The largest stable ηλ, at which -1 is a root: 2 (1 + β), with `ahead` 2 (1 + β)/(1 + 2β)."""
        return 2 * (1 + self.beta) / (1 + 2 * self.beta * self.ahead)

    @property
    def swings_from(self) -> float:
        """The ηλ above which the roots are complex or below 0, so that the point goes past the minimum time and again."""
        return ((1 - self.beta) / (1 + self.beta) if self.ahead else 1 - math.sqrt(self.beta))**2

    def shrinking(self, product: float) -> float:
        """|z| of the larger root at this ηλ, by which the distance to the minimum shrinks in the long run."""
        last = self.beta * (1 - product) if self.ahead else self.beta
        middle = (1 + last - product) / 2
        if abs(middle) > _HUGE:
            return 2 * abs(middle)               # beside its square nothing is left of the other root
        root = middle**2 - last
        return math.sqrt(last) if root < 0 else abs(middle) + math.sqrt(root)

    def suggested_rate(self, upwards: Sequence[float], everywhere: bool = True) -> float:
        """The rate to try for what curves by these eigenvalues, the smallest first, to two digits.

        A whole range of rates shrinks the distance by √β in every direction: the least of them moves the most gently.

        >>> Momentum(beta=0.9).suggested_rate((2.0, 20.0)), Momentum(beta=0.9, ahead=True).suggested_rate((2.0, 20.0))
        (0.0014, 0.05)
        >>> Momentum().suggested_rate((1.0, 2.0)), Momentum(beta=0.25).suggested_rate((1.0, 20.0))
        (0.66, 0.11)
        """
        flattest, steepest = float(upwards[0]), float(upwards[-1])
        if self.ahead and self.beta:
            return suggested_rate(upwards, everywhere=False)                # the customary 1/λ_max
        usual = suggested_rate([value / (1 + self.beta) for value in upwards], everywhere)
        low, high = self.swings_from / flattest, (1 + math.sqrt(self.beta))**2 / steepest
        least = two_digits(low, up=True)
        return min(least, usual) if self.beta and least <= high else usual


def momentum_of(method: Method) -> Momentum | None:
    """What a method is, however its equations are written; None where it is no momentum with 0 ≤ β < 1.

    >>> from symcalc.training.methods import method, method_named
    >>> momentum_of(method("heavy ball", "v = beta*v + g", "theta = theta - eta*v", beta=0.5))
    Momentum(beta=0.5, ahead=False)
    >>> momentum_of(method_named("nesterov")), momentum_of(method_named("adam"))
    (Momentum(beta=0.9, ahead=True), None)
    """
    if method.search or method.turns or len(method.state) > 1:
        return None
    curvature = Dummy("lambda", real=True)
    rows = _rows(method, curvature)
    left = 1 - RATE * curvature
    if rows is None or expand(rows[-1][-1] - left) != 0:                 # by each of these the first step is -η ∇J
        return None
    if not method.state:
        return Momentum()
    (speed, by_place), (moved, place) = rows
    beta, last = speed.xreplace({curvature: Number(0)}), expand(speed * place - by_place * moved)
    share = beta.xreplace({letter: Number(value) for letter, value in method.settings.items()})
    if not share.is_number or not 0 <= share < 1:
        return None
    for ahead, part in ((False, Number(1)), (True, left)):               # the roots have the product βq, the sum 1 - ηλ + βq
        if expand(speed - beta * part) == 0 == expand(last - beta * part):
            return Momentum(beta=float(share), ahead=ahead)
    return None


def _rows(method: Method, curvature: Symbol) -> list[list[Expr]] | None:
    """A step where the slope is λθ, as the matrix by which it multiplies (v, θ), or θ alone; None where it is no matrix."""
    formulas = [method.slope_at, *(formula for _, formula in method.equations)]
    if not all(isinstance(part, (Add, Mul, Symbol, Number)) for formula in formulas for part in preorder_traversal(formula)):
        return None
    after: dict[Symbol, Expr] = {SLOPE: curvature * method.slope_at}
    for letter, formula in method.equations:
        after[letter] = expand(formula.xreplace(after))
    letters = (*method.state, THETA)
    rows = [[after[letter].coeff(other) for other in letters] for letter in letters]
    fixed = {RATE, curvature, *method.settings}
    whole = all(entry.free_symbols <= fixed for row in rows for entry in row) and all(
        expand(after[letter] - sum(map(Mul, row, letters))) == 0 for letter, row in zip(letters, rows))
    return rows if whole else None


def momentum_outlook(momentum: Momentum, rate: float, upwards: Sequence[float], *, steps: int | None, everywhere: bool,
                     bowl: bool, partly: bool = False, there: str = AT_START) -> Outlook:
    """What momentum does at this rate to what curves by these eigenvalues, the smallest first; `partly` where others are not.

    >>> momentum_outlook(Momentum(beta=0.9), 0.7, (6.0,), steps=None, everywhere=True, bowl=True).sentence
    'With momentum it diverges: the rate is 1.11 times the largest stable one.'
    >>> momentum_outlook(Momentum(beta=0.9), 0.5, (6.0,), steps=None, everywhere=True, bowl=True).sentence
    'With momentum it converges, swinging from side to side: about 44 steps for each further digit in the long run.'
    """
    flattest, steepest = rate * float(upwards[0]), rate * float(upwards[-1])
    share = steepest / momentum.limit
    factor = max(momentum.shrinking(flattest), momentum.shrinking(steepest))
    stable, swings = share < 1 - _AT, steepest > momentum.swings_from
    per_digit = math.inf
    if stable and factor < 1 and bowl:
        per_digit = math.log(10) / -math.log(factor) if factor else 0.0
    crawls = bowl and stable and (per_digit > LONG if steps is None else per_digit * _HALF > steps)
    kind: Kind = ("diverges" if everywhere else "unstable") if share > 1 + _AT else "jumps" if not stable else \
        "crawls" if crawls else "oscillates" if swings else "converges"
    called = "Nesterov's momentum" if momentum.ahead else "momentum"
    begin = f"With {called} it " if everywhere else f"{IF.format(there)}, {called} would "
    if kind in ("diverges", "unstable"):
        rest: tuple[Inline, ...] = ("diverges" if everywhere else "diverge", ": the rate is ", beside_one(share, 3),
                                    " times the largest stable one.")
    elif kind == "jumps":
        rest = ("jumps" if everywhere else "jump", " about the minimum for ever: the rate is the largest stable one itself.")
    else:
        few = f", and there {'are' if steps > 1 else 'is'} only {steps:,}" if steps is not None and per_digit > steps else ""
        pace = (": ", *about(per_digit), f" for each further digit in the long run{few}") if bowl else ()
        where = " along the directions in which J curves upwards" * partly
        rest = ("converges" if everywhere else "converge", where, " slowly" if crawls else "",
                ", swinging from side to side" if swings else " without swinging", *pace, ".")
    return Outlook(rate=rate, kind=kind, factor=factor, per_digit=per_digit, parts=(begin, *rest))


def limit_written(momentum: Momentum, top: Formula, largest: Expr) -> tuple[Formula, Expr, Expr]:
    """The formula of the largest stable rate over the curvature `top`, and its numbers: what is divided, and by what.

    >>> limit_written(Momentum(beta=0.5), Formula(text="κ", latex=r"\\kappa"), Integer(6))[0].text
    '2 (1 + β)/κ'
    """
    if not momentum.beta:
        return Formula(text=f"2/{top.text}", latex=rf"\frac{{2}}{{{top.latex}}}"), numeral(2), largest
    beta = numeral(momentum.beta)
    above = Mul(Integer(2), add(Integer(1), beta), evaluate=False)
    if not momentum.ahead:
        return Formula(text=f"2 (1 + β)/{top.text}", latex=rf"\frac{{2 (1 + \beta)}}{{{top.latex}}}"), above, largest
    twice = add(Integer(1), Mul(Integer(2), beta, evaluate=False))
    return (Formula(text=f"2 (1 + β)/((1 + 2β) {top.text})", latex=rf"\frac{{2 (1 + \beta)}}{{(1 + 2\beta) {top.latex}}}"),
            above, Mul(twice, largest, evaluate=False))

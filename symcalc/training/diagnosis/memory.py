"""What a rate does to momentum on a bowl: the same question as for gradient descent, with speed kept from step to step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symcalc.pages.document import Inline
from symcalc.training.diagnosis.outlook import IF, LONG, Kind, Outlook, about, beside_one
from symcalc.training.methods import Method, method_named

_AT = 1e-9               # relative: rates this close are one


def kept_by(method: Method) -> float | None:
    """β, the share of its speed that a method keeps, 0 for gradient descent; None where the curvature tells of no rates.

    >>> kept_by(method_named("momentum")), kept_by(method_named("gradient descent")), kept_by(method_named("adam"))
    (0.9, 0.0, None)
    """
    if method == method_named("gradient descent"):
        return 0.0
    if method.equations != method_named("momentum").equations:
        return None
    beta, = method.settings.values()
    return beta if 0 <= beta < 1 else None


def shrinking(product: float, beta: float) -> float:
    """|z| of the larger root of z² - (1 + β - ηλ) z + β = 0, by which the distance to the minimum shrinks in the long run.

    From θₖ₊₁ - θₖ = β (θₖ - θₖ₋₁) - ηλ θₖ. It is 1 at ηλ = 2 (1 + β), the largest stable rate (Polyak 1964).

    >>> shrinking(0.5, 0.25), shrinking(2.5, 0.25), shrinking(0.0, 0.25)
    (0.5, 1.0, 1.0)
    """
    middle = (1 + beta - product) / 2
    root = middle**2 - beta
    return math.sqrt(beta) if root < 0 else abs(middle) + math.sqrt(root)


def outlook_with(beta: float, rate: float, upwards: Sequence[float], *, steps: int | None, everywhere: bool,
                 bowl: bool) -> Outlook:
    """What momentum does at this rate to what curves by these eigenvalues, the smallest first.

    >>> outlook_with(0.9, 0.7, (6.0,), steps=None, everywhere=True, bowl=True).sentence
    'With momentum it diverges: the rate is 1.11 times the largest stable one.'
    >>> outlook_with(0.9, 0.5, (6.0,), steps=None, everywhere=True, bowl=True).sentence
    'With momentum it converges, swinging from side to side: about 44 steps for each further digit.'
    """
    flattest, steepest = rate * float(upwards[0]), rate * float(upwards[-1])
    share = steepest / (2 * (1 + beta))
    factor = max(shrinking(flattest, beta), shrinking(steepest, beta))
    stable, swings = share < 1 - _AT, steepest > (1 - math.sqrt(beta))**2
    per_digit = math.log(10) / -math.log(factor) if stable and 0 < factor < 1 and bowl else math.inf
    crawls = bowl and stable and per_digit > (LONG if steps is None else steps)
    kind: Kind = ("diverges" if everywhere else "unstable") if share > 1 + _AT else "jumps" if not stable else \
        "crawls" if crawls else "oscillates" if swings else "converges"
    begin = "With momentum it " if everywhere else f"{IF}, momentum would "
    if kind in ("diverges", "unstable"):
        rest: tuple[Inline, ...] = ("diverges" if everywhere else "diverge", ": the rate is ", beside_one(share, 3),
                                    " times the largest stable one.")
    elif kind == "jumps":
        rest = ("jumps" if everywhere else "jump", " about the minimum for ever: the rate is the largest stable one itself.")
    else:
        s = "s" * everywhere
        gained = f"hardly come{s} nearer" if crawls else f"converge{s}"
        few = f", and there {'are' if steps > 1 else 'is'} only {steps:,}" if crawls and steps is not None else ""
        pace = (": ", *about(per_digit), f" for each further digit{few}") if bowl else ()
        rest = (gained, ", swinging from side to side" if swings else " without swinging", *pace, ".")
    return Outlook(rate=rate, kind=kind, factor=factor, per_digit=per_digit, parts=(begin, *rest))

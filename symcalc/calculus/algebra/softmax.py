"""The softmax recognised in what differentiating leaves: e^a/(e^a + e^b + e^c) is softmax₁(a, b, c), and 1 - p_k its rest.

Whoever writes a cross-entropy out in exponentials thus ends in the same p_k - [k = c] as one who starts from a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Add, Basic, Derivative, Expr, Indexed, Integer, Mul, Pow, Sum

from symcalc.calculus.algebra.kind import EXPONENTIALS, Algebra
from symcalc.calculus.algebra.products import Written, factors_of, multiplied, product_of
from symcalc.calculus.algebra.terms import distributed, in_order, taken_out, terms_of
from symcalc.functions import sigmoid, softmax
from symcalc.parts import exponent_of_e, signed
from symcalc.written import add, call, is_one, mul, negative, power, rebuilt, row_sum, subtract

ZERO, ONE = Integer(0), Integer(1)


def with_softmax(expression: Expr, written: Written) -> Expr:
    """The expression with every e^a/(e^a + e^b + e^c) named, of three terms and more.

    >>> from sympy import exp, symbols
    >>> a, b, c = symbols("a b c")
    >>> with_softmax(exp(b) / (exp(a) + exp(b) + exp(c)), Written())
    softmax(2, a, b, c)
    """
    return _everywhere(expression, lambda part: _named(part, pairs=False))


def with_sigmoid_of_pair(expression: Expr, written: Written) -> Expr:
    """The expression with every e^a/(e^a + e^b) named σ(a - b).

    >>> from sympy import exp, symbols
    >>> a, b = symbols("a b")
    >>> with_sigmoid_of_pair(exp(b) / (exp(a) + exp(b)), Written())
    sigmoid(-a + b)
    """
    return _everywhere(expression, lambda part: _named(part, pairs=True))


def collected(expression: Expr, written: Written) -> Expr:
    """f p + g p as (f + g) p, and x p - x as x (p - 1), where p is a softmax.

    >>> from sympy import symbols
    >>> a, b = symbols("a b")
    >>> p = softmax(1, a, b)
    >>> collected(subtract(mul(a, p), a), Written())
    a*(softmax(1, a, b) - 1)
    """
    return _everywhere(expression, lambda part: _collected(part, written)) if expression.has(softmax) else expression


def _everywhere(expression: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The change made once in each part, the outermost first; a term that becomes a sum joins the sum around it.

    From the inside out, as `kind.bottom_up` goes, 1/(1 + e^a + e^b)² would get its name before the e^a above it is seen.
    """
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if not part.args or isinstance(part, (Indexed, Derivative)):
            return part
        if part not in known:
            changed = change(part) if isinstance(part, Expr) else part
            known[part] = rebuilt(changed, arguments(changed)) if changed.args else changed
        return known[part]

    def arguments(part: Basic) -> tuple[Basic, ...]:
        visited = [(inner, visit(inner)) for inner in part.args]
        return tuple(piece for before, after in visited for piece in (
            after.args if isinstance(part, Add) and isinstance(after, Add) and not isinstance(before, Add) else (after,)))

    return visit(expression)


# Naming

def logits_of(total: Basic) -> tuple[Expr, ...]:
    """a, b, c where the sum is e^a + e^b + e^c; a term 1 is e^0, and 1 + e^z alone is a matter for the sigmoid.

    >>> from sympy import exp, symbols
    >>> a, b = symbols("a b")
    >>> logits_of(1 + exp(a) + exp(b))
    (0, a, b)
    """
    exponents = [ZERO if is_one(term) else exponent_of_e(term) for term in total.args] if isinstance(total, Add) else [None]
    return () if None in exponents or (len(exponents) == 2 and ZERO in exponents) else tuple(exponents)


def _below(factor: Basic, pairs: bool) -> tuple[Expr, ...]:
    """The logits of a factor 1/(e^a + e^b + ...), if there are two of them or more as asked for."""
    logits = logits_of(factor.base) if isinstance(factor, Pow) and factor.exp == -1 else ()
    return logits if (len(logits) == 2) == pairs else ()


def _probability(logits: tuple[Expr, ...], k: int) -> Expr:
    """e^(k-th)/(sum of all): of two, the sigmoid of their difference."""
    if len(logits) == 2:
        return call(sigmoid, subtract(logits[k], logits[1 - k]))
    return call(softmax, Integer(k + 1), *logits)


def _named(part: Expr, pairs: bool) -> Expr:
    """The product with each e^z over a sum of such named; a sum above the bar is named term by term."""
    if not isinstance(part, (Mul, Pow)):
        return part
    factors = [copy for factor in factors_of(part) for copy in _copies(factor, pairs)]
    for k, below in enumerate(factors):
        if logits := _below(below, pairs):
            rest = factors[:k] + factors[k + 1:]
            for j, above in enumerate(rest):
                if (found := _over(above, logits)) is not None:
                    return _named(_turned(mul(*_complemented([*rest[:j], *found, *rest[j + 1:]], logits))), pairs)
            if ZERO in logits:
                return _named(mul(*rest, _probability(logits, logits.index(ZERO))), pairs)
    return _upside_down(part, factors, pairs)


def _upside_down(part: Expr, factors: list[Expr], pairs: bool) -> Expr:
    """(e^a + e^b + e^c)/e^b as 1/p_b, beside a probability of the same logits, which it may then cancel."""
    for j, above in enumerate(factors):
        logits = logits_of(above)
        known = {p for k in range(len(logits)) if any(factor.has(p := _probability(logits, k)) for factor in factors)}
        if not known or (len(logits) == 2) != pairs:
            continue
        for k, below in enumerate(factors):
            if isinstance(below, Pow) and below.exp == -1 and (z := exponent_of_e(below.base)) in logits:
                place = logits.index(z)
                chance = _probability(logits, place)
                if pairs and chance not in known:
                    chance = subtract(ONE, _probability(logits, 1 - place))
                return mul(*(factor for at, factor in enumerate(factors) if at not in (j, k)), power(chance, Integer(-1)))
    return part


def _copies(factor: Expr, pairs: bool) -> list[Expr]:
    """e^(2z) and 1/(e^a + e^b + e^c)² as factors of their own, so that each finds its partner."""
    if isinstance(factor, Pow) and factor.exp in (2, 3) and exponent_of_e(factor.base) is not None:
        return [factor.base] * int(factor.exp)
    if isinstance(factor, Pow) and factor.exp in (-2, -3) and _below(single := power(factor.base, Integer(-1)), pairs):
        return [single] * -int(factor.exp)
    return [factor]


def _complemented(factors: list[Expr], logits: tuple[Expr, ...]) -> list[Expr]:
    """σ(a - b) σ(b - a) as σ(a - b) (1 - σ(a - b))."""
    first, second = _probability(logits, 0), _probability(logits, 1)
    if len(logits) > 2 or first not in factors or second not in factors:
        return factors
    return [subtract(ONE, first) if factor == second else factor for factor in factors]


def _over(above: Expr, logits: tuple[Expr, ...]) -> list[Expr] | None:
    """The factors that a factor above the bar becomes over the sum of e^z: p_k, a sum of such, or 1 less the others."""
    if not isinstance(above, Add):
        z = exponent_of_e(above)
        return [_probability(logits, logits.index(z))] if z in logits else None
    shared, inside = taken_out(above) or (ONE, above)
    weighted = [_weight(term, logits) for term in inside.args]
    if None in weighted:
        return None
    present = [k for _, k in weighted]
    if all(is_one(weight) for weight, _ in weighted) and len(set(present)) == len(present) > len(logits) / 2:
        absent = [_probability(logits, k) for k in range(len(logits)) if k not in present]
        return [*factors_of(shared), subtract(ONE, add(*absent))]
    return [*factors_of(shared), add(*(mul(weight, _probability(logits, k)) for weight, k in weighted))]


def _weight(term: Expr, logits: tuple[Expr, ...]) -> tuple[Expr, int] | None:
    """f and k where the term is f e^(k-th logit)."""
    factors = factors_of(term)
    for j, factor in enumerate(factors):
        if (z := exponent_of_e(factor)) in logits:
            return mul(*factors[:j], *factors[j + 1:]), logits.index(z)
    return (term, logits.index(ZERO)) if ZERO in logits else None


# House style

def _turned(part: Expr) -> Expr:
    """-(f - p) as p - f, where p is a softmax; also where the minus stands before the sum over the rows."""
    if not (isinstance(part, Mul) and signed(part)[0]):
        return part
    factors = list(part.args)
    for k, factor in enumerate(factors[1:], start=1):
        inside = _negated(factor)
        if inside is not None:
            return mul(negative(factors[0]), *factors[1:k], inside, *factors[k + 1:])
    return part


def _negated(factor: Expr) -> Expr | None:
    """-f without a minus in front: p - 1 for 1 - p, also as a factor in a sum over the rows."""
    if isinstance(factor, Sum):
        inside = _turned(negative(factor.function))
        return None if signed(inside)[0] else row_sum(inside, factor)
    if not isinstance(factor, Add):
        return None
    chances = [term for term in factor.args if _probabilities(term)]
    if not chances or not all(signed(term)[0] for term in chances):
        return None
    terms = [_turned(negative(term)) for term in factor.args]
    lead = next((k for k, term in enumerate(terms) if not signed(term)[0]), 0)
    return add(terms[lead], *terms[:lead], *terms[lead + 1:])


def _collected(part: Expr, written: Written) -> Expr:
    """Over a sum, or minus a sum: what all terms share taken out, or else brackets with a softmax opened and joined."""
    if not isinstance(part, (Add, Mul)):
        return part
    terms = [inner for term in terms_of(part) for inner in _opened(term, written)]
    found = [p for term in terms for p in _probabilities(term)]
    shared = [p for p in dict.fromkeys(found) if found.count(p) > 1]
    if found and isinstance(part, Add) and (split := taken_out(part, None, written)):
        return multiplied(Mul(*split, evaluate=False), written)
    return _gathered(terms, shared, written) if shared else part


def _opened(term: Expr, written: Written) -> list[Expr]:
    """f (1 - p) as f and -f p, where f has no softmax of its own."""
    brackets = [factor for factor in factors_of(term) if isinstance(factor, Add) and factor.has(softmax)]
    return distributed(term, written) if brackets and not _probabilities(term) else [term]


def _gathered(terms: Sequence[Expr], shared: Sequence[Expr], written: Written) -> Expr:
    """f p + g p + h as (f + g) p + h."""
    gathered, rest = [], list(terms)
    for p in shared:
        alike = [term for term in rest if p in _probabilities(term)]
        weights = in_order([mul(*(factor for factor in factors_of(term) if factor != p)) for term in alike])
        minus = all(signed(weight)[0] for weight in weights)
        weight = add(*(negative(weight) if minus else weight for weight in weights))
        whole = multiplied(mul(weight, p), written)
        gathered.append(negative(whole) if minus else whole)
        rest = [term for term in rest if term not in alike]
    return add(*sorted([*gathered, *rest], key=lambda term: signed(term)[0]))


def _probabilities(term: Expr) -> list[Expr]:
    """The softmaxes among the factors of a term, each to the power 1."""
    return [base for base, (exponent, _) in product_of(term).powers.items() if isinstance(base, softmax) and exponent == 1]


SOFTMAXES = (
    Algebra(
        name="name the sigmoid", formula="e^a/(e^a + e^b) = σ(a - b)", latex=r"\frac{e^a}{e^a + e^b} = \sigma(a - b)",
        because="one of two exponentials over the sum of both is a sigmoid", rewrite=with_sigmoid_of_pair,
        about=EXPONENTIALS),
    Algebra(
        name="name the softmax", formula="e^(z_k)/(e^(z₁) + e^(z₂) + ...) = softmax_k(z₁, z₂, ...)",
        latex=r"\frac{e^{z_k}}{e^{z_1} + e^{z_2} + \ldots} = \operatorname{softmax}_{k}(z_1, z_2, \ldots)",
        because="one exponential over the sum of all: the probability of the k-th, and all of them add up to 1",
        rewrite=with_softmax, about=EXPONENTIALS),
    Algebra(
        name="collect the probabilities", formula="f p + g p = (f + g) p", latex="f p + g p = (f + g)\\,p",
        because="terms that share a factor are put together", rewrite=collected, about=frozenset({softmax})),
)

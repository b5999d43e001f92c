"""The same value by a road that does not overflow: softplus and sigmoid where they are hidden in e^z.

The derivation differentiates the formula as it was written; only the numbers take this road. It knows:

    1/(1 + e^(-z)) = σ(z)        e^z = σ(z)/σ(-z)        1 - σ(z) = σ(-z)
    ln(1 + e^z) = softplus(z)    ln σ(z) = -softplus(-z)
    ln(cosh(z)) = 2 artanh(tanh²(z/2)) up to |z| = 1, and |z| + softplus(-2|z|) - ln 2 from there
    e^a/(e^a + e^b + ...) = softmax₁(a, b, ...)          1 - softmax₁(a, b, ...) = σ(logsumexp(b, ...) - a)
    ln(e^a + e^b + ...) = logsumexp(a, b, ...)           ln softmax₁(a, b, ...) = a - logsumexp(a, b, ...)

By the first two a product of e^z, of 1 + e^z and of sigmoids is σ(z)^i σ(-z)^j, in which nothing is too large.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from sympy import (
    Abs,
    Add,
    Basic,
    E,
    Expr,
    Integer,
    LessThan,
    Min,
    Mul,
    Piecewise,
    Pow,
    atanh,
    cosh,
    exp,
    gamma,
    log,
    loggamma,
    tanh,
)

from symcalc.calculus.algebra.products import NOTHING
from symcalc.calculus.algebra.sigmoids import logistic_exponent
from symcalc.calculus.algebra.softmax import logits_of, with_sigmoid_of_pair, with_softmax
from symcalc.functions import logsumexp, sigmoid, softmax, softplus
from symcalc.parts import signed
from symcalc.written import add, call, divide, exact, is_number, is_one, mul, negative, number, power, rebuilt, subtract

_Powers = dict[Expr, Fraction]
_EXPONENTIAL = (exp, log, sigmoid, softmax, softplus, logsumexp)


def stabilised(expression: Expr) -> Expr:
    """The expression with ln(1 + e^z) as softplus(z), 1/(1 + e^(-z)) as σ(z), 1 - σ(z) as σ(-z).

    >>> from sympy import Symbol
    >>> stabilised(log(1 + exp(Symbol("z"))))
    softplus(z)
    """
    return all_stabilised([expression])[0]


def all_stabilised(expressions: Sequence[Expr]) -> list[Expr]:
    """The same for several expressions, with what they share looked at once.

    >>> from sympy import Symbol
    >>> all_stabilised([Symbol("z")**2, log(1 + exp(Symbol("z")))])
    [z**2, softplus(z)]
    """
    plain: dict[int, bool] = {}
    known: dict[Basic, Basic] = {}

    def is_plain(part: Basic) -> bool:
        """Whether there is nothing in it that could be e^z: most parts of long sums, which are the same object many times."""
        if id(part) not in plain:
            plain[id(part)] = not (isinstance(part, _EXPONENTIAL) or (isinstance(part, Pow) and part.base is E)) and all(
                map(is_plain, part.args))
        return plain[id(part)]

    def visit(part: Basic) -> Basic:
        if part not in known:
            known[part] = _one_step(rebuilt(part, tuple(map(visit, part.args))) if part.args else part)
        return known[part]

    return [expression if is_plain(expression) else visit(with_softmax(with_sigmoid_of_pair(expression, NOTHING), NOTHING))
            for expression in expressions]


def _one_step(part: Basic) -> Basic:
    if isinstance(part, log):
        return _stable_log(part)
    if isinstance(part, Add):
        return _stable_sum(part)
    return _stable_product(part) if isinstance(part, (Mul, Pow)) else part


def _stable_log(part: log) -> Expr:
    inside = part.args[0]
    if isinstance(inside, sigmoid):                    # ln σ(z) = -softplus(-z)
        return negative(call(softplus, negative(inside.args[0])))
    if isinstance(inside, softmax):                    # ln softmax_k(z₁, ...) = z_k - logsumexp(z₁, ...)
        which, *logits = inside.args
        return subtract(logits[int(which) - 1], call(logsumexp, *logits))
    if isinstance(inside, cosh):
        return log_of_cosh(inside.args[0])
    if logits := logits_of(inside):
        return call(logsumexp, *logits)
    if isinstance(inside, gamma):                      # Γ(172) is too large for a float, its logarithm is 711.7
        return call(loggamma, inside.args[0])
    z = logistic_exponent(inside)
    return part if z is None else call(softplus, z)


def log_of_cosh(z: Expr) -> Expr:
    """ln(cosh(z)) = |z| + softplus(-2|z|) - ln 2; near 0, where only rounding would be left of that, 2 artanh(tanh²(z/2)).

    >>> from sympy import Symbol
    >>> log_of_cosh(Symbol("z")).args[1][0]
    Abs(z) + softplus(-2*Abs(z)) - log(2)
    """
    size, two = call(Abs, z), Integer(2)
    small = call(Min, size, Integer(1))          # artanh has a value also where the other case holds
    near = mul(two, call(atanh, power(call(tanh, divide(small, two)), two)))
    far = add(size, call(softplus, mul(Integer(-2), size)), negative(call(log, two)))
    return Piecewise((near, LessThan(size, Integer(1), evaluate=False)), (far, True), evaluate=False)


def inside_log_of_cosh(part: Piecewise) -> Expr | None:
    """z where the cases are this form of ln(cosh(z)), whose slope is tanh(z).

    >>> from sympy import Symbol
    >>> inside_log_of_cosh(log_of_cosh(Symbol("z")))
    z
    """
    size = part.args[0][1].args[0] if isinstance(part.args[0][1], LessThan) else None
    return size.args[0] if isinstance(size, Abs) and part == log_of_cosh(size.args[0]) else None


# Sums

def _stable_sum(part: Add) -> Expr:
    """σ f + σ g as σ (f + g), and 1 - σ(z) as σ(-z), which keeps its digits where σ(z) is close to 1."""
    terms = [dict(_powers(term)) for term in part.args]
    shared = {base: min(powers.get(base, Fraction(0)) for powers in terms) for base in terms[0] if isinstance(base, sigmoid)}
    if not any(exponent > 0 for exponent in shared.values()):
        return _complement(part)
    rest = [_product({base: exponent - shared.get(base, 0) for base, exponent in powers.items()}) for powers in terms]
    return _stable_product(mul(_product(shared), _complement(add(*rest))), multiply_out=False)


def _complement(part: Expr) -> Expr:
    """1 - p + f as (1 - p) + f, and p - 1 + f as -(1 - p) + f, the bracket without a loss of digits."""
    terms = part.args if isinstance(part, Add) else ()
    for outside in (lambda term: term, negative):
        one = next((term for term in terms if is_one(outside(term))), None)
        for term in terms:
            if one is not None and isinstance(probability := negative(outside(term)), (sigmoid, softmax)):
                rest = [other for other in terms if other is not term and other is not one]
                return add(outside(_less_than_one(probability)), *rest)
    return part


def _less_than_one(probability: Expr) -> Expr:
    """1 - σ(z) is σ(-z), and 1 - softmax₁(a, b, c) is σ(logsumexp(b, c) - a)."""
    if isinstance(probability, sigmoid):
        return call(sigmoid, negative(probability.args[0]))
    which, *logits = probability.args
    one = logits.pop(int(which) - 1)
    return call(sigmoid, subtract(call(logsumexp, *logits) if len(logits) > 1 else logits[0], one))


# Products

def _stable_product(part: Expr, multiply_out: bool = True) -> Expr:
    """The product with its e^z, 1 + e^z and sigmoids joined, if it has a sigmoid, or a 1 + e^z under the bar.

    With a sum among its factors that has e^z in it, it is multiplied out, so that each e^z meets its sigmoid.
    """
    powers: _Powers = {}
    for base, exponent in _powers(part):
        powers[base] = powers.get(base, Fraction(0)) + exponent
    arguments = dict.fromkeys(_unsigned(z)[1] for base, exponent in powers.items()
                              if (z := _hidden(base, exponent)) is not None)
    if not arguments:
        return part
    for base, exponent in powers.items():
        if multiply_out and exponent == 1 and _is_sum_with_exponential(base, arguments):
            others = _product({other: power for other, power in powers.items() if other != base})
            return _stable_sum(Add(*(_stable_product(Mul(term, others, evaluate=False)) for term in base.args),
                                   evaluate=False))
    for z in arguments:
        powers = _joined(powers, z)
    return _product(powers)


def _powers(part: Expr) -> Iterator[tuple[Expr, Fraction]]:
    """The bases and whole exponents of a product, products and powers inside it opened."""
    if isinstance(part, Mul):
        for factor in part.args:
            yield from _powers(factor)
    elif isinstance(part, Pow) and is_number(part.exp) and exact(part.exp).denominator == 1 and not is_number(part.base):
        for base, exponent in _powers(part.base):
            yield base, exponent * exact(part.exp)
    else:
        yield part, Fraction(1)


def _product(powers: _Powers) -> Expr:
    return mul(*(power(base, number(exponent)) for base, exponent in powers.items()))


def _hidden(base: Expr, exponent: Fraction) -> Expr | None:
    """z where the factor is a σ(z), or a 1 + e^z under the bar."""
    if isinstance(base, sigmoid):
        return base.args[0]
    return logistic_exponent(base) if exponent < 0 else None


def _joined(powers: _Powers, z: Expr) -> _Powers:
    """All that the product has of σ(z), σ(-z), e^z, e^(2z), ..., 1 + e^z and 1 + e^(-z), as σ(z)^i σ(-z)^j."""
    above, below, rest = Fraction(0), Fraction(0), {}
    for base, exponent in powers.items():
        logistic = logistic_exponent(base)
        inner = base.args[0] if isinstance(base, sigmoid) else base.exp if isinstance(base, exp) else logistic
        sign, argument = _unsigned(inner) if inner is not None else (0, None)
        if isinstance(base, exp) and (times := _times(inner, z)):
            above, below = above + times * exponent, below - times * exponent
        elif argument != z:
            rest[base] = exponent
        elif (sign > 0) == isinstance(base, sigmoid):
            above += exponent if isinstance(base, sigmoid) else -exponent
        else:
            below += exponent if isinstance(base, sigmoid) else -exponent
    return {**rest, **_pair(z, above, below)}


def _pair(z: Expr, above: Fraction, below: Fraction) -> _Powers:
    """σ(z)^i σ(-z)^j, with what is left under the bar as powers of e^z or of 1 + e^z."""
    minus = negative(z)
    if below < 0 <= above + below:
        return {call(exp, z): -below, call(sigmoid, z): above + below}
    if above < 0 <= above + below:
        return {call(exp, minus): -above, call(sigmoid, minus): above + below}
    found = {}
    for argument, exponent in ((z, above), (minus, below)):
        if exponent < 0:
            found[add(Integer(1), call(exp, negative(argument)))] = -exponent
        elif exponent > 0:
            found[call(sigmoid, argument)] = exponent
    return found


# Exponentials

def _unsigned(z: Expr) -> tuple[int, Expr]:
    """The sign and the rest: -z is (-1, z), and -(-z) is (1, z)."""
    minus, rest = signed(z)
    twice, inner = signed(rest) if minus else (False, rest)
    return (-1 if minus and not twice else 1), inner


def _times(inner: Expr, z: Expr) -> int:
    """k where the inner part is k z, a whole number of times; else 0."""
    (k, rest), (one, whole) = map(_with_factor, (inner, z))
    return int(k / one) if rest == whole and (k / one).denominator == 1 else 0


def _with_factor(z: Expr) -> tuple[Fraction, _Powers]:
    """The number before the rest, and the rest."""
    number = Fraction(1)
    rest: _Powers = {}
    for base, exponent in _powers(z):
        if is_number(base):
            number *= exact(base) ** int(exponent)
        else:
            rest[base] = rest.get(base, Fraction(0)) + exponent
    return number, rest


def _is_sum_with_exponential(part: Expr, arguments: dict[Expr, None]) -> bool:
    """Whether the part is a sum, other than 1 + e^z, with e^z among the factors of one of its terms."""
    return isinstance(part, Add) and logistic_exponent(part) is None and any(
        isinstance(base, exp) and any(_times(base.exp, z) for z in arguments)
        for term in part.args for base, _ in _powers(term))

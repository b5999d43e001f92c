"""The sigmoid recognised: e^z, 1 + e^z and σ(z) in one product are σ(z)^i (1 - σ(z))^j."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from sympy import Add, Basic, Derivative, Expr, Function, Indexed, Integer, Mul, Pow

from symcalc.calculus.algebra.bases import Exponents, exponents_of, in_place_of
from symcalc.calculus.algebra.kind import EXPONENTIALS, Algebra
from symcalc.calculus.algebra.products import NOTHING, Written
from symcalc.calculus.algebra.terms import distributed, joined, size
from symcalc.functions import sigmoid
from symcalc.parts import exponent_of_e, signed
from symcalc.written import add, call, is_one, negative, number, power, rebuilt, replaced, subtract


def as_sigmoid(part: Expr, written: Written = NOTHING) -> Expr:
    """1/(1 + e^(-z)) is σ(z), e^z/(1 + e^z) too, and e^z/(1 + e^z)² is σ(z) (1 - σ(z)); the rest stays.

    >>> from sympy import Symbol, exp
    >>> z = Symbol("z")
    >>> as_sigmoid(1 / (1 + exp(-z)))
    sigmoid(z)
    """
    if not isinstance(part, (Mul, Pow)):
        return part
    exponents = exponents_of(part)
    for base, exponent in exponents.items():
        z = logistic_exponent(base) if exponent < 0 else base.args[0] if isinstance(base, sigmoid) else None
        if z is not None:
            found = _logistic_powers(exponents, *_unsigned(z))
            if found is not None:
                return as_sigmoid(in_place_of(part, *found, written), written)
    return _term_by_term(part, written) or part


def _term_by_term(part: Expr, written: Written) -> Expr | None:
    """(1 + e^(-z) + x e^(-z))/(1 + e^(-z))² as σ(z) + x σ(z) (1 - σ(z)), where every term above the bar finds its name."""
    exponents = exponents_of(part) if isinstance(part, Mul) else {}
    below = next((base for base, exponent in exponents.items() if exponent < -1 and logistic_exponent(base) is not None), None)
    above = next((base for base, exponent in exponents.items() if exponent == 1 and isinstance(base, Add)), None)
    if below is None or above is None:
        return None
    opened = add(*joined([inner for term in above.args for inner in distributed(term, written)], written))
    if size(opened) < size(above):
        return None                      # most of it cancels first
    left = Counter(above.args) - Counter(below.args)
    whole = sum(left.values()) == len(above.args) - len(below.args)          # one term is the bracket below
    terms = [below, *left.elements()] if whole else list(above.args)
    named = [as_sigmoid(in_place_of(part, {above: Fraction(1)}, [term], written), written) for term in terms]
    return None if any(_has_power_of_e(term, logistic_exponent(below)) for term in named) else add(*named)


def _logistic_powers(exponents: Exponents, minus: bool, z: Expr) -> tuple[Exponents, list[Expr]] | None:
    """What the product has of e^z, 1 + e^z and σ(z), and the same as σ(z)^i (1 - σ(z))^j, where i and j are no less than 0."""
    gone: Exponents = {}
    i = j = Fraction(0)
    hidden = False
    for base, exponent in exponents.items():
        share = _share(base, z)
        if share is not None:
            gone[base] = exponent
            i, j = i + share[0] * exponent, j + share[1] * exponent
            hidden = hidden or not base.has(sigmoid)
    rest = [base for base in exponents if base not in gone]
    if not hidden or min(i, j) < 0 or {i.denominator, j.denominator} != {1} or any(_has_power_of_e(base, z) for base in rest):
        return None
    alone = i == 0 and not any(base.has(sigmoid) for base in gone) and not (minus and isinstance(z, Add))
    below = call(sigmoid, negative(z)) if alone else subtract(Integer(1), call(sigmoid, z))
    return gone, [power(call(sigmoid, z), number(i)), power(below, number(j))]


def _share(base: Expr, z: Expr) -> tuple[int, int] | None:
    """(i, j) where the base is σ(z)^i (1 - σ(z))^j."""
    if isinstance(base, sigmoid):
        direct, crossed, inner = (1, 0), (0, 1), base.args[0]
    elif (inner := exponent_of_e(base)) is not None:
        direct, crossed = (1, -1), (-1, 1)
    elif (inner := logistic_exponent(base)) is not None:
        direct, crossed = (0, -1), (-1, 0)
    elif (inner := _complement(base)) is not None:
        direct, crossed = (0, 1), (1, 0)
    else:
        return None
    minus, argument = _unsigned(inner)
    return None if argument != z else crossed if minus else direct


def logistic_exponent(base: Basic) -> Expr | None:
    """z where the base is 1 + e^z.

    >>> from sympy import Symbol, exp
    >>> logistic_exponent(1 + exp(-Symbol("z")))
    -z
    """
    one, other = _one_and_other(base)
    return exponent_of_e(other) if other is not None and one else None


def _complement(base: Basic) -> Expr | None:
    """z where the base is 1 - σ(z)."""
    one, other = _one_and_other(base)
    minus, function = signed(other) if other is not None and one else (False, None)
    return function.args[0] if minus and isinstance(function, sigmoid) else None


def _one_and_other(base: Basic) -> tuple[bool, Expr | None]:
    if not isinstance(base, Add) or len(base.args) != 2:
        return False, None
    one, other = sorted(base.args, key=lambda term: not is_one(term))
    return is_one(one), other


def _unsigned(z: Expr) -> tuple[bool, Expr]:
    """Whether z has a minus sign, or all its terms have, and z without it."""
    if isinstance(z, Add) and all(signed(term)[0] for term in z.args):
        return True, add(*map(negative, z.args))
    return signed(z)


def _has_power_of_e(part: Basic, z: Expr) -> bool:
    """Whether an e^w with the letters of z is left in the part, but for those inside a function."""
    exponent = exponent_of_e(part)
    if exponent is not None or isinstance(part, Function):
        return exponent is not None and exponent.free_symbols <= z.free_symbols
    return any(_has_power_of_e(inner, z) for inner in part.args)


def _named_sigmoid(expression: Expr, written: Written) -> Expr:
    """Sigmoids everywhere, innermost first; a factor is looked at with the whole product that it stands in."""
    def inside(part: Basic) -> Basic:
        return rebuilt(part, tuple(map(inside if isinstance(part, Mul) else visit, part.args))) \
            if isinstance(part, (Mul, Pow)) else visit(part)

    def visit(part: Basic) -> Basic:
        if not part.args or isinstance(part, (Indexed, Derivative)):
            return part
        if isinstance(part, (Mul, Pow)):
            return as_sigmoid(inside(part), written)
        return rebuilt(part, tuple(map(visit, part.args)))

    named = visit(expression)
    arguments = {function.args[0] for function in named.atoms(sigmoid)}
    return replaced(named, lambda part: _as_complement(part, arguments)) if len(arguments) > 1 else named


def _as_complement(part: Basic, arguments: set[Expr]) -> Expr | None:
    """σ(-z) as 1 - σ(z) where σ(z) stands in the expression too."""
    if not isinstance(part, sigmoid):
        return None
    minus, z = _unsigned(part.args[0])
    if not minus or z not in arguments:
        return None
    return subtract(Integer(1), call(sigmoid, z))


SIGMOID = Algebra(
    name="name the sigmoid", formula="1/(1 + e^(-z)) = σ(z), σ(-z) = 1 - σ(z)",
    latex=r"\frac{1}{1 + e^{-z}} = \sigma(z),\; \sigma(-z) = 1 - \sigma(z)",
    because="this fraction has a name of its own", rewrite=_named_sigmoid, about=EXPONENTIALS,
    renames=True)

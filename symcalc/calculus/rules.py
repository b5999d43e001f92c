"""The textbook's table of derivatives: one small declaration for each rule, in the order in which they are tried.

The rules for powers and functions are made in `elementary.py`, those for functions from their rows in `vocabulary.py`.
"""

from __future__ import annotations

from sympy import (
    Add,
    And,
    Equality,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    StrictGreaterThan,
    StrictLessThan,
    Sum,
    Symbol,
    Tuple,
    Unequality,
    exp,
    log,
    true,
)

from symcalc.calculus.elementary import INNER, POWERS, elementary, of_row
from symcalc.calculus.indexed import ELEMENT, INDEXED
from symcalc.calculus.rule import Rule, constancy, depends
from symcalc.calculus.several import SEVERAL
from symcalc.calculus.unknown import UNKNOWN
from symcalc.errors import LossError
from symcalc.pages.document import Formula, Inline, joined
from symcalc.pages.notation import text
from symcalc.parts import is_below, product_as_written, signed, upright
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import add, call, comparison, divide, mul, negative, power, row_sum

# Constants, the variable, sums

CONSTANT = Rule(
    name="constant rule", statement=Formula(text="c' = 0", latex="c' = 0"),
    applies=lambda e, x: not depends(e, x),
    parts=lambda e, x: (),
    combine=lambda e, x: Integer(0),
    because=lambda es, x: constancy(es, x, ", with derivative 0", ", with derivative 0"),
)

IDENTITY = Rule(
    name="identity rule", statement=Formula(text="x' = 1", latex="x' = 1"),
    applies=lambda e, x: e == x,
    parts=lambda e, x: (),
    combine=lambda e, x: Integer(1),
    because=lambda es, x: (x, " changes exactly as fast as itself, so its slope is 1"),
)

ROW_SUM = Rule(
    name="sum over the rows", statement=Formula(text="(Σ f)' = Σ f'", latex=r"\left(\sum f\right)' = \sum f'"),
    applies=lambda e, x: isinstance(e, Sum),
    parts=lambda e, x: (e.function,),
    combine=lambda e, x, inner: row_sum(inner, e),
    because=lambda es, x: ("the derivative of a sum over the rows is the sum of the derivatives, row by row",),
)


def _add_derivatives(e: Expr, x: Symbol, *derivatives: Expr) -> Expr:
    minuses = (signed(term)[0] for term in e.args)
    return _total(*(negative(derivative) if minus else derivative for minus, derivative in zip(minuses, derivatives)))


def _total(*terms: Expr) -> Expr:
    """a + b + ..., where a sum among the terms needs no brackets."""
    return add(*(inner for term in terms for inner in (term.args if isinstance(term, Add) else (term,))))


SUM = Rule(
    name="sum rule", statement=Formula(text="(f + g)' = f' + g'", latex="(f + g)' = f' + g'"),
    applies=lambda e, x: isinstance(e, Add),
    parts=lambda e, x: tuple(signed(term)[1] for term in e.args),
    combine=_add_derivatives,
    because=lambda es, x: ("differentiate term by term",),
)


# Products and quotients

def split(e: Expr, x: Symbol) -> tuple[list[Expr], list[Expr]]:
    """The factors that do not depend on the variable, and those that do; 5, 1/3 and 1/x of 5/(3x).

    >>> x = Symbol("x")
    >>> split(Pow(2*x**3, -1, evaluate=False), x)
    ([1/2], [1/(x**3)])
    """
    factors = e.args if isinstance(e, Mul) else (e,)
    fixed = [factor for factor in factors if not depends(factor, x)]
    moving = [factor for factor in factors if depends(factor, x)]
    below = upright(moving[0]) if len(moving) == 1 else None
    if not isinstance(below, Mul) or below is moving[0]:
        return fixed, moving
    under, left = ([_inverse(product_as_written(part))] if part else [] for part in split(below, x))
    return fixed + under, left


def _inverse(e: Expr) -> Expr:
    return upright(e) if is_below(e) else divide(Integer(1), e)


def _stays(es: tuple[Expr, ...], x: Symbol) -> tuple[Inline, ...]:
    factors = tuple(product_as_written(split(e, x)[0]) for e in es)
    if factors == (-1,):
        return ("the minus sign is the constant factor -1: it stays in front",)
    return constancy(factors, x, " and stays as a factor", " and stay as factors")


CONSTANT_MULTIPLE = Rule(
    name="constant multiple rule", statement=Formula(text="(c f)' = c f'", latex=r"(c\,f)' = c\,f'"),
    applies=lambda e, x: bool(split(e, x)[0]),
    parts=lambda e, x: (product_as_written(split(e, x)[1]),),
    combine=lambda e, x, inner: mul(*split(e, x)[0], inner),
    because=_stays,
)


def _fraction(e: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator of a written quotient."""
    above = [factor for factor in e.args if not is_below(factor)]
    below = [upright(factor) for factor in e.args if is_below(factor)]
    return product_as_written(above), product_as_written(below)


def _quotient(e: Expr, x: Symbol, above_: Expr, below_: Expr) -> Expr:
    above, below = _fraction(e)
    return divide(_total(mul(above_, below), negative(mul(above, below_))), power(below, Integer(2)))


# x²/x⁵ is no power here: a derivation starts from what was written, and what is alike above and below the bar cancels later.
QUOTIENT = Rule(
    name="quotient rule", statement=Formula(
        text="(f/g)' = (f' g - f g')/g²", latex=r"\left(\frac{f}{g}\right)' = \frac{f'g - f g'}{g^2}"),
    applies=lambda e, x: isinstance(e, Mul) and any(map(is_below, e.args)) and not all(map(is_below, e.args)),
    parts=lambda e, x: _fraction(e),
    combine=_quotient,
    because=lambda es, x: ("a fraction with ", x, " above and below the bar"),
)


def _product(e: Expr, x: Symbol, *derivatives: Expr) -> Expr:
    factors = e.args
    return _total(*(mul(*factors[:k], derivative, *factors[k + 1:]) for k, derivative in enumerate(derivatives)))


PRODUCT = Rule(
    name="product rule", statement=Formula(text="(f g)' = f' g + f g'", latex="(f g)' = f' g + f g'"),
    applies=lambda e, x: isinstance(e, Mul),
    parts=lambda e, x: e.args,
    combine=_product,
    because=lambda es, x: ("both factors depend on " if all(len(e.args) == 2 for e in es) else "all the factors depend on ",
                           x, ": differentiate one at a time and keep the rest"),
)


def _logarithm(e: Pow) -> Expr:
    """ln(f^g) = g ln(f), with what stands below a bar in g below the bar."""
    factors = e.exp.args if isinstance(e.exp, Mul) else (e.exp,)
    above = [factor for factor in factors if not is_below(factor)]
    return mul(*above, call(log, e.base), *(factor for factor in factors if is_below(factor)))


GENERAL_POWER = Rule(
    name="logarithmic differentiation", statement=Formula(
        text="(f^g)' = f^g · (g ln(f))'", latex=r"(f^g)' = f^g \cdot (g \ln(f))'"),
    applies=lambda e, x: isinstance(e, Pow),
    parts=lambda e, x: (_logarithm(e),),
    combine=lambda e, x, inner: mul(e, inner),
    because=lambda es, x: ("base and exponent both depend on ", x, "; the logarithm is ",
                           *joined([Equality(call(log, e), _logarithm(e), evaluate=False) for e in es]),
                           ", and a function changes by itself times the slope of its logarithm"),
)


# Maximum, minimum, cases

def _contest(e: Expr, x: Symbol, *derivatives: Expr) -> Expr:
    """The derivative of the first argument that is ahead of all after it; constants come last and so win a tie."""
    ahead = StrictGreaterThan if isinstance(e, Max) else StrictLessThan
    order = sorted(zip(e.args, derivatives), key=lambda pair: not depends(pair[0], x))
    cases = []
    for k, (argument, derivative) in enumerate(order[:-1], start=1):
        wins = [comparison(ahead(argument, other, evaluate=False)) for other, _ in order[k:]]
        cases.append(Tuple(derivative, And(*wins, evaluate=False) if len(wins) > 1 else wins[0]))
    return Piecewise(*cases, Tuple(order[-1][1], true), evaluate=False)


def _extremum(head: type[Expr], called: str, sign: str, most: str) -> Rule:
    name = head.__name__.lower()
    return Rule(
        name=f"rule for the {called}",
        statement=Formula(
            text=f"{name}(f, g)' = f' where f {sign} g, g' elsewhere",
            latex=rf"\{name}(f, g)' = \begin{{cases}} f' & \text{{if }} f {sign} g \\ g' & \text{{otherwise}} \end{{cases}}"),
        applies=lambda e, x: isinstance(e, head),
        parts=lambda e, x: e.args,
        combine=_contest,
        because=lambda es, x: (f"the {most} argument sets the slope",),
    )


MAXIMUM = _extremum(Max, "maximum", ">", "largest")
MINIMUM = _extremum(Min, "minimum", "<", "smallest")

def _case_by_case(e: Piecewise, x: Symbol) -> tuple[Expr, ...]:
    for _, condition in e.args:
        for relation in condition.atoms(Equality, Unequality):
            if depends(relation, x):
                raise LossError("a case that holds at one value alone has no slope of its own; "
                                f"write {text(relation)} with < or >")
    return tuple(value for value, _ in e.args)


CASES = Rule(
    name="rule for cases", statement=Formula(text="each case on its own", latex=r"\text{each case on its own}"),
    applies=lambda e, x: isinstance(e, Piecewise),
    parts=_case_by_case,
    combine=lambda e, x, *derivatives: Piecewise(
        *(Tuple(derivative, pair.args[1]) for derivative, pair in zip(derivatives, e.args)), evaluate=False),
    because=lambda es, x: ("differentiate each case and keep its condition",),
)


# Where no rule is known

def _looked_up(e: Expr, x: Symbol) -> Expr:
    if len(e.args) != 1:
        raise LossError(f"no rule is known for {text(e)}")
    return e.func(INNER).diff(INNER).xreplace({INNER: e.args[0]})


NO_RULE = Rule(
    name="no rule", statement=Formula(text="f(u)' = f'(u) · u'", latex=r"f(u)' = f'(u) \cdot u'"),
    applies=lambda e, x: True,
    parts=lambda e, x: e.args,
    combine=lambda e, x, *inner: mul(_looked_up(e, x), *inner),
    because=lambda es, x: ("there is no rule here for ", *joined(es), "; its slope is looked up and checked with numbers"),
)

RULES: tuple[Rule, ...] = (
    CONSTANT, IDENTITY, *INDEXED, ROW_SUM, SUM, CONSTANT_MULTIPLE, QUOTIENT, PRODUCT,
    *(rule for outer in POWERS for rule in elementary(outer)), GENERAL_POWER,
    *(rule for row in FUNCTIONS.values() if row.derivative and row.head is not exp for rule in elementary(of_row(row))),
    *SEVERAL, *UNKNOWN, MAXIMUM, MINIMUM, CASES, NO_RULE,
)
ROUTINE: tuple[Rule, ...] = (CONSTANT, IDENTITY, ELEMENT, CONSTANT_MULTIPLE, SUM)
"""What a practised hand does in passing."""


def rule_for(expression: Expr, variable: Symbol) -> Rule:
    """The first rule of the table that applies.

    >>> rule_for(Symbol("x")**2, Symbol("x")).name
    'power rule'
    """
    return next(rule for rule in RULES if rule.applies(expression, variable))

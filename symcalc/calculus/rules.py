"""The textbook's table of derivatives: one small declaration for each rule, in the order in which they are tried.

A rule says when it applies, what it leaves to differentiate (its parts), and how the derivatives of the parts
combine. The rules for the functions are made from their rows in `vocabulary.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import (
    Add,
    And,
    Basic,
    E,
    Expr,
    Indexed,
    Integer,
    Max,
    Min,
    Mul,
    Number,
    Piecewise,
    Pow,
    Rational,
    StrictGreaterThan,
    StrictLessThan,
    Sum,
    Symbol,
    Tuple,
    exp,
    log,
    true,
)

from symcalc.errors import LossError
from symcalc.pages.document import Inline, joined
from symcalc.pages.notation import latex, text
from symcalc.vocabulary import FUNCTIONS, Function
from symcalc.written import add, call, divide, exact, is_number, mul, negative, number, power, row_sum, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)
INNER = Symbol("u", real=True)          # the inner function in a chain rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the textbook's table of derivatives.

    >>> SUM.name, SUM.formula
    ('sum rule', "(f + g)' = f' + g'")
    """

    name: str
    formula: str
    latex: str
    applies: Callable[[Expr, Symbol], bool]
    parts: Callable[[Expr, Symbol], tuple[Expr, ...]]          # what is left to differentiate
    combine: Callable[..., Expr]                               # (expression, variable, *derivatives of the parts)
    because: Callable[[tuple[Expr, ...], Symbol], tuple[Inline, ...]]     # of all that one line uses the rule on


@lru_cache(maxsize=4096)
def depends(expression: Basic, variable: Symbol) -> bool:
    """Whether the variable occurs in the expression.

    >>> depends(Symbol("x") + 1, Symbol("x"))
    True
    """
    return expression == variable or (not isinstance(expression, Indexed) and any(
        depends(argument, variable) for argument in expression.args))


def _letters(expression: Expr) -> list[Expr]:
    """The parameters and columns in the expression, in order of appearance."""
    if isinstance(expression, (Symbol, Indexed)):
        return [expression]
    parts = (expression.function,) if isinstance(expression, Sum) else expression.args
    return list(dict.fromkeys(letter for part in parts for letter in _letters(part)))


def _constancy(expressions: tuple[Expr, ...], variable: Symbol, one: str, many: str) -> tuple[Inline, ...]:
    """Which letters do not move with the variable, what learners overlook most, and what follows for one or for many."""
    fixed = list(dict.fromkeys(part for expression in expressions for part in _letters(expression) or [expression]))
    alone = len(fixed) == 1
    if not any(map(_letters, fixed)):
        return (*joined(fixed), f" is a constant number{one}" if alone else f" are constant numbers{many}")
    return (*joined(fixed), f" {'does' if alone else 'do'} not depend on ", variable,
            f": it is a constant here{one}" if alone else f": they are constants here{many}")


# Constants, the variable, sums

CONSTANT = Rule(
    name="constant rule", formula="c' = 0", latex="c' = 0",
    applies=lambda e, x: not depends(e, x),
    parts=lambda e, x: (),
    combine=lambda e, x: Integer(0),
    because=lambda es, x: _constancy(es, x, ", with derivative 0", ", with derivative 0"),
)

IDENTITY = Rule(
    name="identity rule", formula="x' = 1", latex="x' = 1",
    applies=lambda e, x: e == x,
    parts=lambda e, x: (),
    combine=lambda e, x: ONE,
    because=lambda es, x: (x, " changes exactly as fast as itself, so its slope is 1"),
)

ROW_SUM = Rule(
    name="sum over the rows", formula="(Σ f)' = Σ f'", latex=r"\left(\sum f\right)' = \sum f'",
    applies=lambda e, x: isinstance(e, Sum),
    parts=lambda e, x: (e.function,),
    combine=lambda e, x, inner: row_sum(inner, e),
    because=lambda es, x: ("the derivative of a sum over the rows is the sum of the derivatives, row by row",),
)


def _unsigned(term: Expr) -> tuple[bool, Expr]:
    """Whether a term is subtracted, and the term without its sign."""
    lead = term.args[0] if isinstance(term, Mul) else term
    return (True, negative(term)) if isinstance(lead, Number) and lead < 0 else (False, term)


def _add_derivatives(e: Expr, x: Symbol, *derivatives: Expr) -> Expr:
    signed = zip((_unsigned(term)[0] for term in e.args), derivatives)
    return _total(*(negative(derivative) if minus else derivative for minus, derivative in signed))


def _total(*terms: Expr) -> Expr:
    """a + b + ..., where a sum among the terms needs no brackets."""
    return add(*(inner for term in terms for inner in (term.args if isinstance(term, Add) else (term,))))


SUM = Rule(
    name="sum rule", formula="(f + g)' = f' + g'", latex="(f + g)' = f' + g'",
    applies=lambda e, x: isinstance(e, Add),
    parts=lambda e, x: tuple(_unsigned(term)[1] for term in e.args),
    combine=_add_derivatives,
    because=lambda es, x: ("differentiate term by term",),
)


# Products and quotients

def _split(e: Mul, x: Symbol) -> tuple[list[Expr], list[Expr]]:
    """The factors that do not depend on the variable, and those that do."""
    fixed = [factor for factor in e.args if not depends(factor, x)]
    return fixed, [factor for factor in e.args if depends(factor, x)]


def _times(factors: list[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Mul(*factors, evaluate=False)


def _stays(es: tuple[Expr, ...], x: Symbol) -> tuple[Inline, ...]:
    factors = tuple(_times(_split(e, x)[0]) for e in es)
    if factors == (-1,):
        return ("the minus sign is the constant factor -1: it stays in front",)
    return _constancy(factors, x, " and stays as a factor", " and stay as factors")


CONSTANT_MULTIPLE = Rule(
    name="constant multiple rule", formula="(c f)' = c f'", latex=r"(c\,f)' = c\,f'",
    applies=lambda e, x: isinstance(e, Mul) and bool(_split(e, x)[0]),
    parts=lambda e, x: (_times(_split(e, x)[1]),),
    combine=lambda e, x, inner: mul(*_split(e, x)[0], inner),
    because=_stays,
)


def _is_below(factor: Expr) -> bool:
    """Whether the factor is written under a fraction bar."""
    return isinstance(factor, Pow) and isinstance(factor.exp, Number) and bool(factor.exp < 0)


def _fraction(e: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator of a written quotient."""
    above = [factor for factor in e.args if not _is_below(factor)]
    below = [power(factor.base, -factor.exp) for factor in e.args if _is_below(factor)]
    return _times(above), _times(below)


def _quotient(e: Expr, x: Symbol, above_: Expr, below_: Expr) -> Expr:
    above, below = _fraction(e)
    return divide(_total(mul(above_, below), negative(mul(above, below_))), power(below, TWO))


QUOTIENT = Rule(
    name="quotient rule", formula="(f/g)' = (f' g - f g')/g²", latex=r"\left(\frac{f}{g}\right)' = \frac{f'g - f g'}{g^2}",
    applies=lambda e, x: isinstance(e, Mul) and any(map(_is_below, e.args)) and not all(map(_is_below, e.args)),
    parts=lambda e, x: _fraction(e),
    combine=_quotient,
    because=lambda es, x: ("a fraction with ", x, " above and below the bar"),
)


def _product(e: Expr, x: Symbol, *derivatives: Expr) -> Expr:
    factors = e.args
    return _total(*(mul(*factors[:k], derivative, *factors[k + 1:]) for k, derivative in enumerate(derivatives)))


PRODUCT = Rule(
    name="product rule", formula="(f g)' = f' g + f g'", latex="(f g)' = f' g + f g'",
    applies=lambda e, x: isinstance(e, Mul),
    parts=lambda e, x: e.args,
    combine=_product,
    because=lambda es, x: ("both factors depend on " if all(len(e.args) == 2 for e in es) else "all the factors depend on ",
                           x, ": differentiate one at a time and keep the rest"),
)


# Elementary functions of u, each for u = x itself and, by the chain rule, for any inner function

@dataclass(frozen=True, slots=True, kw_only=True)
class _Outer:
    """An outermost operation on u: when it is one, what u is, and its slope with respect to u."""

    name: str                                     # of the rule where u is the variable itself
    called: Callable[[Expr], str]                 # in a sentence
    matches: Callable[[Expr, Symbol], bool]
    inner: Callable[[Expr], Expr]
    slope: Callable[[Expr], Expr]
    sample: Callable[[Symbol], Expr]              # the operation on a letter, from which the formula is written


def _elementary(outer: _Outer) -> tuple[Rule, Rule]:
    """The rule for f(x) and the chain rule for f(u)."""
    u = outer.inner
    at_x, at_u = (outer.sample(Symbol(letter, real=True)) for letter in "xu")
    direct = Rule(
        name=outer.name,
        formula=f"({text(at_x)})' = {text(outer.slope(at_x))}",
        latex=rf"\left({latex(at_x)}\right)' = {latex(outer.slope(at_x))}",
        applies=lambda e, x: outer.matches(e, x) and u(e) == x,
        parts=lambda e, x: (),
        combine=lambda e, x: outer.slope(e),
        because=lambda es, x: (*joined(list(dict.fromkeys(map(outer.called, es)))), " of ", x, " itself"),
    )
    chain = Rule(
        name="chain rule",
        formula=f"({text(at_u)})' = {_factor(outer.slope(at_u), text, '({})')} · u'",
        latex=rf"\left({latex(at_u)}\right)' = {_factor(outer.slope(at_u), latex, _LATEX_BRACKETS)} \cdot u'",
        applies=outer.matches,
        parts=lambda e, x: (u(e),),
        combine=lambda e, x, inner: mul(outer.slope(e), inner),
        because=lambda es, x: _chain_reason(outer, es),
    )
    return direct, chain


_LATEX_BRACKETS = r"\left({}\right)"


def _factor(slope: Expr, write: Callable[[Expr], str], brackets: str) -> str:
    return brackets.format(write(slope)) if isinstance(slope, Add) else write(slope)


def _chain_reason(outer: _Outer, es: tuple[Expr, ...]) -> tuple[Inline, ...]:
    inside: dict[str, list[Expr]] = {}
    for e in es:
        inside.setdefault(outer.called(e), []).append(outer.inner(e))
    reason: list[Inline] = []
    for called, (first, *others) in inside.items():
        reason += ["; " if reason else "", f"outside stands {called}, inside ", INNER, " = ", first]
        for other in others:
            reason += [", and again with ", INNER, " = ", other]
    return tuple(reason)


def _is_power(e: Expr, x: Symbol) -> bool:
    return isinstance(e, Pow) and not depends(e.exp, x)


def _power_called(e: Expr) -> str:
    named = {TWO: "the square", Integer(3): "the cube"}
    return named.get(e.exp) or (f"the {e.exp}th power" if e.exp in range(4, 21) else f"the power {text(e.exp)}")


_POWERS = (
    _Outer(name="square root rule", called=lambda e: "the square root",
           matches=lambda e, x: _is_power(e, x) and e.exp == HALF,
           inner=lambda e: e.base, slope=lambda e: divide(ONE, mul(TWO, e)),
           sample=lambda u: power(u, HALF)),
    _Outer(name="reciprocal rule", called=lambda e: "the reciprocal",
           matches=lambda e, x: _is_power(e, x) and e.exp == -1,
           inner=lambda e: e.base, slope=lambda e: negative(power(e.base, Integer(-2))),
           sample=lambda u: power(u, Integer(-1))),
    _Outer(name="power rule", called=_power_called,
           matches=_is_power,
           inner=lambda e: e.base, slope=lambda e: mul(e.exp, power(e.base, lowered(e.exp))),
           sample=lambda u: power(u, Symbol("n"))),
    _Outer(name="exponential rule", called=lambda e: "the exponential function",
           matches=lambda e, x: type(e) is exp,         # SymPy also calls a Pow of E an exp
           inner=lambda e: e.args[0], slope=lambda e: e,
           sample=lambda u: call(exp, u)),
    _Outer(name="exponential rule", called=lambda e: "the exponential function",
           matches=lambda e, x: isinstance(e, Pow) and e.base is E,
           inner=lambda e: e.exp, slope=lambda e: e,
           sample=lambda u: power(E, u)),
    _Outer(name="exponential rule", called=lambda e: f"the exponential function with base {text(e.base)}",
           matches=lambda e, x: isinstance(e, Pow) and not depends(e.base, x),
           inner=lambda e: e.exp, slope=lambda e: mul(e, call(log, e.base)),
           sample=lambda u: power(Symbol("a"), u)),
)


def lowered(exponent: Expr) -> Expr:
    """The exponent less one, worked out where it is a number."""
    if is_number(exponent):
        less = exact(exponent) - 1
        return number(less) if less.denominator == 1 or not exponent.is_Float else exponent - 1
    return subtract(exponent, ONE)


def _of_row(row: Function) -> _Outer:
    """The outermost operation that a row of the vocabulary describes."""
    return _Outer(
        name=f"derivative of {row.called}", called=lambda e: row.called,
        matches=lambda e, x: type(e) is row.head,
        inner=lambda e: e.args[0], slope=lambda e: row.derivative(e.args[0]),
        sample=lambda u: call(row.head, u),
    )


GENERAL_POWER = Rule(
    name="general power rule", formula="(f^g)' = f^g (g' ln(f) + g f'/f)",
    latex=r"(f^g)' = f^g \left(g' \ln(f) + g \frac{f'}{f}\right)",
    applies=lambda e, x: isinstance(e, Pow),
    parts=lambda e, x: (e.base, e.exp),
    combine=lambda e, x, base_, exponent_: mul(e, add(mul(exponent_, call(log, e.base)), divide(mul(e.exp, base_), e.base))),
    because=lambda es, x: ("base and exponent both depend on ", x, ": write f^g as e^(g ln f), then use the chain rule"),
)


# Maximum, minimum, cases

def _contest(e: Expr, x: Symbol, *derivatives: Expr) -> Expr:
    """The derivative of the first argument that is ahead of all after it; constants come last and so win a tie."""
    ahead = StrictGreaterThan if isinstance(e, Max) else StrictLessThan
    order = sorted(zip(e.args, derivatives), key=lambda pair: not depends(pair[0], x))
    cases = []
    for k, (argument, derivative) in enumerate(order[:-1], start=1):
        wins = [ahead(argument, other, evaluate=False) for other, _ in order[k:]]
        cases.append(Tuple(derivative, And(*wins, evaluate=False) if len(wins) > 1 else wins[0]))
    return Piecewise(*cases, Tuple(order[-1][1], true), evaluate=False)


def _extremum(head: type[Expr], called: str, sign: str, most: str) -> Rule:
    name = head.__name__.lower()
    return Rule(
        name=f"rule for the {called}", formula=f"{name}(f, g)' = f' where f {sign} g, g' elsewhere",
        latex=rf"\{name}(f, g)' = \begin{{cases}} f' & \text{{if }} f {sign} g \\ g' & \text{{otherwise}} \end{{cases}}",
        applies=lambda e, x: isinstance(e, head),
        parts=lambda e, x: e.args,
        combine=_contest,
        because=lambda es, x: (f"the {most} argument sets the slope",),
    )


MAXIMUM = _extremum(Max, "maximum", ">", "largest")
MINIMUM = _extremum(Min, "minimum", "<", "smallest")

CASES = Rule(
    name="rule for cases", formula="each case on its own", latex=r"\text{each case on its own}",
    applies=lambda e, x: isinstance(e, Piecewise),
    parts=lambda e, x: tuple(value for value, _ in e.args),
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
    name="no rule", formula="f(u)' = f'(u) · u'", latex=r"f(u)' = f'(u) \cdot u'",
    applies=lambda e, x: True,
    parts=lambda e, x: e.args,
    combine=lambda e, x, *inner: mul(_looked_up(e, x), *inner),
    because=lambda es, x: ("there is no rule here for ", *joined(es), "; its slope is looked up and checked with numbers"),
)

RULES: tuple[Rule, ...] = (
    CONSTANT, IDENTITY, ROW_SUM, SUM, CONSTANT_MULTIPLE, QUOTIENT, PRODUCT,
    *(rule for outer in _POWERS for rule in _elementary(outer)), GENERAL_POWER,
    *(rule for row in FUNCTIONS.values() if row.derivative and row.head is not exp for rule in _elementary(_of_row(row))),
    MAXIMUM, MINIMUM, CASES, NO_RULE,
)
ROUTINE: tuple[Rule, ...] = (CONSTANT, IDENTITY, CONSTANT_MULTIPLE, SUM)
"""What a practised hand does in passing."""


def rule_for(expression: Expr, variable: Symbol) -> Rule:
    """The first rule of the table that applies.

    >>> rule_for(Symbol("x")**2, Symbol("x")).name
    'power rule'
    """
    return next(rule for rule in RULES if rule.applies(expression, variable))

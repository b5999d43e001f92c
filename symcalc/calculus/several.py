"""The rules for functions of several arguments, made from their rows in the vocabulary, and for a logarithm's base."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Basic, Expr, Symbol, log

from symcalc.calculus.elementary import Outer, elementary
from symcalc.calculus.rule import Rule, constancy, depends
from symcalc.functions import logarithm, polygamma
from symcalc.pages.document import Formula, Inline, joined
from symcalc.pages.notation import text
from symcalc.vocabulary import FUNCTIONS, ONE, Function
from symcalc.written import add, call, divide, mul

_CHAIN = Formula(text="f(u, v)' = f_u · u' + f_v · v'", latex=r"f(u, v)' = f_u \cdot u' + f_v \cdot v'")


def moving(arguments: Sequence[Expr], x: Symbol) -> list[int]:
    """Which arguments depend on the variable."""
    return [k for k, argument in enumerate(arguments) if depends(argument, x)]


def chain_rule(statement: Formula, applies: Callable[[Expr, Symbol], bool], partial: Callable[[int, Expr], Expr],
               because: Callable[[tuple[Expr, ...], Symbol], tuple[Inline, ...]],
               arguments: Callable[[Expr], Sequence[Expr]] = lambda e: e.args) -> Rule:
    """(f(u, v))' = f_u · u' + f_v · v', with partial(k, f(u, v)) for the slope in argument k."""
    return Rule(
        name="chain rule for several variables", statement=statement, applies=applies,
        parts=lambda e, x: tuple(arguments(e)[k] for k in moving(arguments(e), x)),
        combine=lambda e, x, *inner: add(*(mul(partial(k, e), slope) for k, slope in zip(moving(arguments(e), x), inner))),
        because=because,
    )


def several(row: Function) -> tuple[Rule, Rule]:
    """The rule where all that moves inside f is x itself, and the chain rule: (f(u, v))' = f_u · u' + f_v · v'."""
    partials = Formula(text=row.partials[0], latex=row.partials[1])
    direct = Rule(
        name=f"derivative of {row.called}", statement=partials,
        applies=lambda e, x: type(e) is row.head and all(e.args[k] == x for k in moving(e.args, x)),
        parts=lambda e, x: (),
        combine=lambda e, x: add(*(row.partial(k, e.args) for k in moving(e.args, x))),
        because=lambda es, x: (row.called, " by ", x, " itself", *_held(es, x)),
    )
    chain = chain_rule(
        _CHAIN, applies=lambda e, x: type(e) is row.head, partial=lambda k, e: row.partial(k, e.args),
        because=lambda es, x: (f"outside stands {row.called}, with ", partials, "; inside, ",
                               *joined(_arguments(es, x, moving=True)),
                               " depends on " if len(_arguments(es, x, moving=True)) == 1 else " depend on ", x,
                               *_held(es, x)),
    )
    return direct, chain


def _arguments(es: tuple[Expr, ...], x: Symbol, moving: bool) -> tuple[Expr, ...]:
    """The arguments that depend on the variable, or those that do not, each once; which softmax is meant is no argument."""
    return tuple(dict.fromkeys(argument for e in es for k, argument in enumerate(e.args)
                               if depends(argument, x) == moving and k != FUNCTIONS[type(e)].subscript))


def _held(es: tuple[Expr, ...], x: Symbol) -> tuple[Inline, ...]:
    fixed = _arguments(es, x, moving=False)
    return ("; ", *constancy(fixed, x, "", "")) if fixed else ()


# Logarithms

LOGARITHM = Outer(
    name="logarithm rule", called=lambda e: f"the logarithm to base {text(e.args[1])}",
    matches=lambda e, x: type(e) is logarithm and not depends(e.args[1], x),
    inner=lambda e: e.args[0], slope=lambda e: FUNCTIONS[logarithm].partial(0, e.args),
    sample=lambda u: call(logarithm, u, Symbol("b")),
)

CHANGE_OF_BASE = Rule(
    name="change of base",
    statement=Formula(text="log_b(f) = ln(f)/ln(b)", latex=r"\log_{b}(f) = \frac{\ln(f)}{\ln(b)}"),
    applies=lambda e, x: type(e) is logarithm,
    parts=lambda e, x: (divide(call(log, e.args[0]), call(log, e.args[1])),),
    combine=lambda e, x, inner: inner,
    because=lambda es, x: ("the base depends on ", x, ": write the logarithm as a quotient of natural logarithms"),
)


# The derivatives of digamma

def _raised(e: Expr) -> Expr:
    """polygamma(k + 1, u), also for the letter k of a formula, which holds for every order where a function has one."""
    order, u = e.args
    return FUNCTIONS[polygamma].partial(1, e.args) if order.is_Integer else Basic.__new__(polygamma, add(order, ONE), u)


POLYGAMMA = Outer(
    name="derivative of the polygamma function", called=lambda e: f"the polygamma function of order {e.args[0]}",
    matches=lambda e, x: type(e) is polygamma,
    inner=lambda e: e.args[1],
    slope=_raised, sample=lambda u: Basic.__new__(polygamma, Symbol("k"), u),
)

SEVERAL: tuple[Rule, ...] = (
    *elementary(LOGARITHM), CHANGE_OF_BASE, *elementary(POLYGAMMA),
    *(rule for row in FUNCTIONS.values() if row.partial and row.head not in (logarithm, polygamma) for rule in several(row)),
)

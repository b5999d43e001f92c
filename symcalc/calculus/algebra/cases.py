"""Algebra of cases: a factor goes into each of them, and cases within a case become one list."""

from __future__ import annotations

from sympy import And, Basic, Expr, Mul, Piecewise, Tuple, true

from symcalc.calculus.algebra.kind import Algebra, inside_out
from symcalc.calculus.algebra.products import Written, multiplied
from symcalc.written import replaced


def _join_cases(part: Expr, written: Written) -> Expr:
    """Cases within a case, as cases of one list: {{f if c; g} if d; h} = {f if d and c; g if d; h}, equal neighbours joined."""
    if not isinstance(part, Piecewise) or not any(isinstance(value, Piecewise) for value, _ in part.args):
        return part
    cases: list[tuple[Expr, Basic]] = []
    for value, condition in part.args:
        inner = value.args if isinstance(value, Piecewise) else ((value, true),)
        cases += [(value, _both(condition, inside)) for value, inside in inner]
    return _without_twins(cases)


def _without_twins(cases: list[tuple[Expr, Basic]]) -> Expr:
    """The cases without those before the last that say the same as it does."""
    while len(cases) > 1 and cases[-2][0] == cases[-1][0]:
        del cases[-2]
    return Piecewise(*(Tuple(*case) for case in cases), evaluate=False) if len(cases) > 1 else cases[0][0]


def _both(first: Basic, second: Basic) -> Basic:
    """The condition that both hold."""
    if true in (first, second):
        return second if first == true else first
    parts = [inner for part in (first, second) for inner in (part.args if isinstance(part, And) else (part,))]
    return And(*parts, evaluate=False)


def _into_cases(part: Expr, written: Written) -> Expr:
    """f · {g if c; h otherwise} = {f g if c; f h otherwise}."""
    cases = [factor for factor in part.args if isinstance(factor, Piecewise)] if isinstance(part, Mul) else []
    if not cases:
        return part

    def case(value: Expr) -> Expr:
        return multiplied(Mul(*(value if factor is cases[0] else factor for factor in part.args), evaluate=False), written)

    return Piecewise(*(Tuple(case(value), condition) for value, condition in cases[0].args), evaluate=False)


def same_in_every_case(part: Expr, written: Written) -> Expr:
    """{f if c; f otherwise} = f, and {f if c; g if d; g otherwise} = {f if c; g otherwise}.

    >>> from sympy import Integer, Symbol
    >>> x, zero = Symbol("x"), Integer(0)
    >>> same_in_every_case(Piecewise(Tuple(zero, x > 1), Tuple(zero, True), evaluate=False), Written())
    0
    """
    if not isinstance(part, Piecewise) or (part.args[-2:-1] and part.args[-2].args[0] != part.args[-1].args[0]):
        return part
    return _without_twins([pair.args for pair in part.args])


def known_conditions(part: Expr, written: Written) -> Expr:
    """{{f if c; g otherwise} if c; h otherwise} = {f if c; h otherwise}.

    >>> from sympy import Integer, Symbol
    >>> x = Symbol("x")
    >>> inner = Piecewise(Tuple(x, x > 1), Tuple(Integer(2), True), evaluate=False)
    >>> known_conditions(Piecewise(Tuple(inner, x > 1), Tuple(Integer(3), True), evaluate=False), Written())
    Piecewise((x, x > 1), (3, True))
    """
    if not isinstance(part, Piecewise):
        return part

    def settled(value: Expr, condition: object) -> Expr:
        return replaced(value, lambda inner: inner.args[0].args[0] if isinstance(inner, Piecewise)
                        and inner.args[0].args[1] == condition else None)

    cases = [(settled(*pair.args), pair.args[1]) for pair in part.args]
    return part if all(value == pair.args[0] for (value, _), pair in zip(cases, part.args)) else \
        Piecewise(*(Tuple(*case) for case in cases), evaluate=False)


_CASES = frozenset({Piecewise})
INTO_CASES = Algebra(
    name="multiply in each case", formula="f · {g; h} = {f g; f h}",
    latex=r"f \cdot \begin{cases} g \\ h \end{cases} = \begin{cases} f g \\ f h \end{cases}",
    because="the factor goes with whichever case holds", rewrite=inside_out(_into_cases), about=_CASES)
ONE_LIST = Algebra(
    name="one list of cases", formula="{{f if c; g} if d; h} = {f if d and c; g if d; h}",
    latex=r"\text{cases within a case, as cases of one list}",
    because="a case within a case holds where both conditions do", rewrite=inside_out(_join_cases), about=_CASES)
OWN_CASE = Algebra(
    name="a case within its own case", formula="{{f; g} if c; h} = {f if c; h}",
    latex=r"\begin{cases} \begin{cases} f & \text{if } c \\ g & \end{cases} & \text{if } c \\ h & \end{cases} = "
          r"\begin{cases} f & \text{if } c \\ h & \end{cases}",
    because="where the outer condition holds, so does the same one inside", rewrite=inside_out(known_conditions),
    about=_CASES)
NO_CASES = Algebra(
    name="the same in every case", formula="{f; f} = f", latex=r"\begin{cases} f \\ f \end{cases} = f",
    because="cases that say the same need not be told apart", rewrite=inside_out(same_in_every_case),
    about=_CASES)

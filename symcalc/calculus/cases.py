"""Algebra of cases: a factor goes into each of them, and cases within a case become one list."""

from __future__ import annotations

from sympy import And, Basic, Expr, Mul, Piecewise, Tuple, true

from symcalc.calculus.algebra import Algebra, inside_out
from symcalc.calculus.products import Written, multiplied


def _join_cases(part: Expr, written: Written) -> Expr:
    """Cases within a case, as cases of one list: {{f if c; g} if d; h} = {f if d and c; g if d; h}, equal neighbours joined."""
    if not isinstance(part, Piecewise) or not any(isinstance(value, Piecewise) for value, _ in part.args):
        return part
    cases: list[tuple[Expr, Basic]] = []
    for value, condition in part.args:
        inner = value.args if isinstance(value, Piecewise) else ((value, true),)
        cases += [(value, _both(condition, inside)) for value, inside in inner]
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
    if len(cases) != 1:
        return part

    def case(value: Expr) -> Expr:
        return multiplied(Mul(*(value if factor is cases[0] else factor for factor in part.args), evaluate=False), written)

    return Piecewise(*(Tuple(case(value), condition) for value, condition in cases[0].args), evaluate=False)


INTO_CASES = Algebra(
    name="multiply in each case", formula="f · {g; h} = {f g; f h}",
    latex=r"f \cdot \begin{cases} g \\ h \end{cases} = \begin{cases} f g \\ f h \end{cases}",
    because="the factor goes with whichever case holds", rewrite=inside_out(_into_cases))
ONE_LIST = Algebra(
    name="one list of cases", formula="{{f if c; g} if d; h} = {f if d and c; g if d; h}",
    latex=r"\text{cases within a case, as cases of one list}",
    because="a case within a case holds where both conditions do", rewrite=inside_out(_join_cases))

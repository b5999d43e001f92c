"""From the last rule to the form that a textbook prints: algebra as named lines, house style.

What the learner wrote stays as it is; only what differentiating has put together is tidied. Each pass is one line, and
like any other line it is proved.
"""

from __future__ import annotations

from sympy import Expr

from symcalc.calculus.algebra.cases import INTO_CASES, NO_CASES, ONE_LIST, OWN_CASE
from symcalc.calculus.algebra.fractions import BELOW, CANCEL, COMMON_DENOMINATOR, EXPANDED, POLYNOMIALS
from symcalc.calculus.algebra.identities import HYPERBOLIC, PYTHAGORAS, RATIOS, SIGNS
from symcalc.calculus.algebra.indices import NAME_SOFTMAX, ONE_TERM
from symcalc.calculus.algebra.kind import Algebra
from symcalc.calculus.algebra.products import NOTHING, Written
from symcalc.calculus.algebra.sigmoids import SIGMOID
from symcalc.calculus.algebra.softmax import SOFTMAXES
from symcalc.calculus.algebra.sums import BEFORE_SUM, BRACKETS, COUNTS, FACTOR, LIKE_TERMS, MINUS, PRODUCT

PASSES: tuple[Algebra, ...] = (
    ONE_TERM, PRODUCT, SIGMOID, HYPERBOLIC, SIGNS, *PYTHAGORAS, LIKE_TERMS, CANCEL, BRACKETS, NAME_SOFTMAX, *SOFTMAXES,
    FACTOR, POLYNOMIALS, COMMON_DENOMINATOR, BELOW, EXPANDED, *RATIOS, MINUS, *COUNTS, *BEFORE_SUM, INTO_CASES, OWN_CASE,
    ONE_LIST, NO_CASES,
)
_ROUNDS = 4              # in which one pass may make work for another


def tidied(expression: Expr, written: Written = NOTHING) -> list[tuple[Algebra, Expr]]:
    """The tidying that the expression needs: each pass that changes it, with what it gives.

    >>> from sympy import Integer, Symbol
    >>> from symcalc.written import mul
    >>> x = Symbol("x", real=True)
    >>> [(algebra.name, line) for algebra, line in tidied(mul(Integer(3), mul(Integer(2), x)))]
    [('simplify the product', 6*x)]
    """
    lines: list[tuple[Algebra, Expr]] = []
    idle = 0                                    # passes in a row that changed nothing
    for algebra in PASSES * _ROUNDS:
        tidier = algebra.rewrite(expression, written) if algebra.concerns(expression) else expression
        idle += 1
        if tidier != expression:
            idle = 0
            lines.append((algebra, tidier))
            expression = tidier
            written = written.renamed(algebra.rewrite) if algebra.renames else written
        if idle == len(PASSES):
            break
    return lines

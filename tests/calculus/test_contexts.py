"""Arithmetic for proofs: kept from one derivation to the next, and never shared between threads or left with other digits."""

from concurrent.futures import ThreadPoolExecutor

import mpmath

import symcalc as sc
from symcalc.calculus.point import DIGITS, context_of

FORMULAS = ["gamma(x)*digamma(x)", "erf(x)^2", "x^x*sin(x)", "ln(1 + exp(x))", "atan(x)/x", "x^3/(1 + x^2)"]


def test_it_is_kept_by_digits_and_has_them_again_whatever_came_between():
    context = context_of(DIGITS)
    context.dps = 7
    assert context_of(DIGITS) is context and context.dps == DIGITS
    assert context_of(30) is not context and mpmath.mp.dps == 15


def test_each_thread_has_its_own():
    with ThreadPoolExecutor(1) as other:
        assert other.submit(context_of, DIGITS).result() is not context_of(DIGITS)


def test_threads_prove_what_one_proves_alone():
    alone = [sc.derive(formula, "x").proof for formula in FORMULAS]
    with ThreadPoolExecutor(4) as pool:
        together = [*pool.map(lambda formula: sc.derive(formula, "x").proof, FORMULAS * 3)]
    assert together == alone * 3

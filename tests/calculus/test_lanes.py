"""Points side by side: the same numbers as each point by itself, to the last digit, and nothing where that has none."""

from itertools import islice, pairwise

import pytest
from corpus import CORPUS, OVER_ROWS
from sympy import Derivative

import symcalc as sc
from symcalc.calculus.lanes import Lanes, Places
from symcalc.calculus.point import NO_VALUE
from symcalc.calculus.proof import POINTS, points, prove
from symcalc.errors import ProofError
from symcalc.written import derivative_of

FORMULAS = {
    "some points have no value": "ln(x) + sqrt(1 - x)/x",
    "1/0 at none of them": "1/(x^2 - a) + x^(-3)",
    "a power of a negative base": "x^a + (-2)^x + x^0.5 + 0^x",
    "poison does not come back": "(ln(x))^0 + 1/ln(x)",
    "large exponents": "(1 + x/1000)^900 + (1 + x/1000)^(30000*a) + x^(10^9*a)",
    "a case of its own": "piecewise((x^2, x < 0), (ln(x), x > 1), (a, True))",
    "a case behind one that cannot be told": "piecewise((1, ln(x) < 0), (2, True))",
    "conditions together": "piecewise((1, 0 < x < 1), (x, True))",
    "the largest of what there is": "max(x, a, ln(x)) + min(x^2, a)",
    "kinks": "|x - a| + relu(x) + sign(x)",
    "functions only named": "f(x)*g(x, a)",
    "a sum over the rows": "mean((u - a*x)^2)*x",
    "a sum within a sum": "Sum(w[j]*x^2/Sum(exp(w[k]*x), (k, 1, K)), (j, 1, K))",
    "large numbers": "sin(1000*x) + exp(40*x)",
}


def by_points(places, parts):
    """The value of each part at each of them, one by one; None where there is none."""
    found = []
    for part in parts:
        found.append([])
        for point in places:
            try:
                found[-1].append(point.value(part)._mpf_)
            except NO_VALUE:
                found[-1].append(None)
    return found


def side_by_side(lanes, parts):
    return [[number._mpf_ if lanes.has_value(number) else None for number in lanes.value(part)] for part in parts]


def parts_of(formula):
    expression = sc.read(formula, columns="u" if "u" in formula else "", functions="f g")
    slope = derivative_of(expression, sc.parameters("x"))
    return [expression, slope, Derivative(slope, sc.parameters("x"), evaluate=False), slope * expression]


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS.keys())
def test_the_numbers_are_those_of_each_point_alone(formula):
    parts = parts_of(formula)
    alone, together = ([*islice(Places(parts[0]), 12)] for _ in range(2))
    wanted = by_points(alone, parts)
    lanes = Lanes([(point, ()) for point in together])
    assert side_by_side(lanes, parts) == wanted
    few = lanes.kept((7, 2, 3))                  # and those that are kept go on knowing them
    assert side_by_side(few, [*parts, parts[0] * parts[1]])[:-1] == [[row[k] for k in (7, 2, 3)] for row in wanted]
    assert side_by_side(lanes.kept((0,)), parts) == [row[:1] for row in wanted]


def test_they_are_in_the_whole_corpus():
    for formula, letter, *_ in (*CORPUS, *OVER_ROWS)[::3]:
        problem = sc.derive(formula, letter).lines[0].expression
        alone, together = ([*islice(Places(problem), 3)] for _ in range(2))
        lanes = Lanes([(point, ()) for point in together])
        assert side_by_side(lanes, [problem]) == by_points(alone, [problem]), formula


@pytest.mark.parametrize("formula", [
    "x^2*sin(x)", "ln(x)*sqrt(1 - x)", "max(x, 2 - x)^3", "mean((u - a*x)^2)", "softplus(ln(x))"])
def test_a_proof_says_what_going_through_the_points_one_by_one_says(formula):
    derivation = sc.derive(formula, "x", columns="u") if "u" in formula else sc.derive(formula, "x")
    lines = [line.expression for line in derivation.lines]
    found = [differences(point, lines) for point in points(lines[0])]
    checks = [check.difference for check in derivation.proof.checks]
    assert len(checks) >= POINTS * (len(lines) - 1)
    assert checks == [difference for row in found for difference in row]


def differences(point, lines):
    """As far as each line is from the one before it, in itself."""
    values = [point.value(line) for line in lines]
    return [0.0 if now == before else float(abs(now - before) / max(abs(before), abs(now))) for before, now in pairwise(values)]


def test_what_differs_in_one_lane_only_is_caught():
    x = sc.parameters("x")
    problem = derivative_of(sc.read("x^2*ln(x)"), x)
    right, wrong = sc.read("2*x*ln(x) + x"), sc.read("piecewise((2*x*ln(x) + x, x < 0.5), (2*x*ln(x) + 1.001*x, True))")
    assert prove([problem, right]).passed
    with pytest.raises(ProofError, match=r"^line 1 is not equal"):
        prove([problem, wrong])

"""The rules for functions of several arguments: which applies, what it says, and what it gives."""

import mpmath
import pytest

import symcalc as sc

CHAIN = "chain rule for several variables"
ANGLE = "∂/∂y atan2(y, x) = x/(x² + y²), ∂/∂x atan2(y, x) = -y/(x² + y²)"


@pytest.mark.parametrize("formula, letter, rule, line, because", [
    ("atan2(y, x)", "y", "derivative of the angle atan2", "x/(x² + y²)",
     "the angle atan2 by y itself; x does not depend on y: it is a constant here"),
    ("atan2(sin(t), t^2)", "t", CHAIN, "t²/((t²)² + sin²(t)) · d/dt sin(t) - sin(t)/((t²)² + sin²(t)) · d/dt t²",
     f"outside stands the angle atan2, with {ANGLE}; inside, sin(t) and t² depend on t"),
    ("logsumexp(a*w, b, 0)", "w", CHAIN, "softmax₁(a w, b, 0) · d/dw (a w)",
     "outside stands log-sum-exp, with ∂/∂z_k logsumexp(z₁, z₂, ...) = softmax_k(z₁, z₂, ...); inside, a w depends on w; "
     "b and 0 do not depend on w: they are constants here"),
    ("softmax(2, a, b, 1)", "a", "derivative of the softmax", "-softmax₂(a, b, 1) softmax₁(a, b, 1)",
     "the softmax by a itself; b and 1 do not depend on a: they are constants here"),
    ("logsumexp(x, x)", "x", "derivative of log-sum-exp", "softmax₁(x, x) + softmax₂(x, x)", "log-sum-exp by x itself"),
    ("log2(x)", "x", "logarithm rule", "1/(x ln(2))", "the logarithm to base 2 of x itself"),
    ("log(3x, b)", "x", "chain rule", "1/(3x ln(b)) · d/dx (3x)", "outside stands the logarithm to base b, inside u = 3x"),
    ("log(5, x)", "x", "change of base", "d/dx (ln(5)/ln(x))",
     "the base depends on x: write the logarithm as a quotient of natural logarithms"),
])
def test_rule_and_reason(formula, letter, rule, line, because):
    first = sc.derive(formula, letter).lines[1]
    assert (first.rule.name, sc.text(first.expression), first.because) == (rule, line, because)


@pytest.mark.parametrize("formula, letter, last, function", [
    ("atan2(t, 1)", "t", "1/(1 + t²)", lambda t: mpmath.atan(t)),
    ("atan2(1, t)", "t", "-1/(t² + 1)", lambda t: mpmath.acot(t)),
    ("log(5, x)", "x", "-ln(5)/(x ln²(x))", lambda x: mpmath.log(5, x)),
    ("log2(x^3)", "x", "3/(x ln(2))", lambda x: 3 * mpmath.log(x, 2)),
    ("log10(x)^2", "x", "2 log₁₀(x)/(x ln(10))", lambda x: mpmath.log10(x) ** 2),
    ("erf(x/2)", "x", "exp(-x²/4)/√π", lambda x: mpmath.erf(x / 2)),
    ("gamma(x^2)", "x", "2x gamma(x²) digamma(x²)", lambda x: mpmath.gamma(x ** 2)),
    ("x*step(x - 1)", "x", "step(x - 1)", lambda x: x if x > 1 else 0),
    ("logit(x)", "x", "1/(x (1 - x))", lambda x: mpmath.log(x) - mpmath.log(1 - x)),
    ("cbrt(x)^2", "x", "2/(3 ∛x)", lambda x: mpmath.cbrt(x) ** 2),
    ("hypot(3, x)", "x", "x/√(3² + x²)", lambda x: mpmath.hypot(3, x)),
])
def test_ends_in_the_textbook_form_and_in_the_right_number(formula, letter, last, function, number_of, slope_of):
    derivation = sc.derive(formula, letter)
    assert derivation.proof.passed and sc.text(derivation.result) == last
    at = {letter: 0.6}
    plain = derivation.result.replace(sc.logarithm, sc.logarithm.plain).replace(sc.cbrt, sc.cbrt.plain).replace(
        sc.step, sc.step.plain)
    assert mpmath.almosteq(number_of(plain, at), slope_of(function, letter, at), 1e-14, 1e-14)

"""Second, mixed and higher derivatives, against mpmath's differences of differences."""

import json

import mpmath
import pytest
import sympy
from mpmath import exp, log, sin, sqrt
from sympy import Derivative

import symcalc as sc
from symcalc.calculus.higher import joined_up
from symcalc.pages.notation import latex, text

AT = {"x": 0.7, "y": 1.2, "w": 0.8, "b": -0.4, "a": 1.3}

# (formula, letters, order, the last line, the function in plain Python)
CASES = (
    ("x^3*y", "x y", None, "3x²", lambda x, y: x**3*y),
    ("x^3*y", "y, x", None, "3x²", lambda x, y: x**3*y),
    ("x^3*y^2", ["x", "y", "x"], None, "12x y", lambda x, y: x**3*y**2),
    ("x^3", "x x", None, "6x", lambda x: x**3),
    ("sin(x)^2", "x", 2, "2 (cos²(x) - sin²(x))", lambda x: sin(x)**2),
    ("exp(a*x)", "x", 3, "a³ exp(a x)", lambda x, a: exp(a*x)),
    ("ln(x)", "x", 4, "-6/x⁴", log),
    ("sqrt(x*y)", "x y", None, None, lambda x, y: sqrt(x*y)),
    ("x^y", "x y", None, None, lambda x, y: x**y),
    ("sin(x*y)", "x y", None, None, lambda x, y: sin(x*y)),
    ("x/(x^2+y^2)", "x y", None, None, lambda x, y: x/(x**2+y**2)),
    ("sigmoid(w*x+b)", "w b", None, None, lambda w, x, b: 1/(1+exp(-(w*x+b)))),
    ("exp(-x^2/2)", "x", 4, None, lambda x: exp(-x**2/2)),
    ("|x^2-1|", "x", 2, "2 sign(x² - 1)", lambda x: abs(x**2-1)),
    ("|x|", "x", 2, "0", abs),
    ("sign(x)", "x", 2, "0", mpmath.sign),
    ("relu(w*x+b)", "w", 2, "0", lambda w, x, b: max(w*x+b, 0)),
    ("relu(w*x+b)^2", "w", 2, "{2x² if w x + b > 0; 0 otherwise}", lambda w, x, b: max(w*x+b, 0)**2),
    ("relu(w*x+b)^2", "w b", None, "{2x if w x + b > 0; 0 otherwise}", lambda w, x, b: max(w*x+b, 0)**2),
    ("max(x,x^2)", "x", 2, "{0 if x > x²; 2 otherwise}", lambda x: max(x, x**2)),
    ("max(0,1-x*y)", "x", 2, "0", lambda x, y: max(0, 1-x*y)),
    ("max(0,1-x*y)", "x y", None, None, lambda x, y: max(0, 1-x*y)),
    ("piecewise((x^2/2,|x|<1),(|x|-1/2,True))", "x", 2, None, lambda x: x**2/2 if abs(x) < 1 else abs(x)-0.5),
)


def along(function, names, values, turns):
    """The nested difference quotient of a plain function, at enough digits for each to use some up."""
    if not turns:
        return function(*(values[name] for name in names))
    *rest, last = turns
    return mpmath.diff(lambda t: along(function, names, {**values, last: t}, rest), values[last], h=mpmath.mpf(10)**-30)


@pytest.mark.parametrize("formula, letters, order, ending, function", CASES, ids=[f"{c[0]} by {c[1]}" for c in CASES])
def test_the_result_is_the_derivative_of_the_derivative(formula, letters, order, ending, function, number_of):
    d = sc.derive(formula, letters, order=order)
    turns = [variable.name for variable in d.variables]
    names = [symbol.name for symbol in sorted(d.expression.free_symbols, key=str)]
    with mpmath.workdps(200):
        values = {name: mpmath.mpf(AT[name]) for name in names}
        known = function.__code__.co_varnames[:function.__code__.co_argcount] if hasattr(function, "__code__") and \
            set(function.__code__.co_varnames[:function.__code__.co_argcount]) <= set(values) else names
        expected = along(function, known, values, turns)
    assert abs(number_of(d.result, {name: AT[name] for name in names}) - expected) < 1e-12 * (1 + abs(expected))
    if ending is not None:
        assert text(d.result) == ending
    assert d.proof.passed and not d.result.has(sympy.DiracDelta, Derivative)


def test_the_lines_are_one_chain_from_the_whole_derivative_to_the_result():
    d = sc.derive("x^3*y", "x y")
    assert [text(line.expression) for line in d.lines] == ["∂²/∂y∂x (x³ y)", "d/dy (3x² y)", "3x² · d/dy y", "3x²"]
    assert latex(d.lines[0].expression) == r"\frac{\partial^{2}}{\partial y \partial x} \left(x^{3} y\right)"
    assert d.lines[0].rule is None and all(line.rule.formula and line.because for line in d.lines[1:])
    assert d.lines[1].because == "by x first: that gave 3x² y"
    assert [stage.variable.name for stage in d.stages] == ["x", "y"] and d.stages[1].expression == d.stages[0].result


def test_each_stage_is_shown_and_all_are_joined():
    printed = str(sc.derive("sin(x)^2", "x", order=2))
    for part in ("The first derivative\n", "d/dx sin²(x)\n", "The second derivative\n", "d/dx (2 sin(x) cos(x))\n",
                 "d²/dx² sin²(x) = 2 (cos²(x) - sin²(x))\n"):
        assert part in printed
    assert "First by x" in str(sc.derive("x*y", "x y")) and "Then by y" in str(sc.derive("x*y", "x y"))


def test_order_one_is_the_plain_derivation():
    assert str(sc.derive("x^2", "x", order=1)) == str(sc.derive("x^2", "x"))


def test_a_stage_that_does_not_follow_from_the_one_before_is_caught():
    first, other = sc.derive("x^3", "x"), sc.derive("3*x^2 + x", "x")
    with pytest.raises(sc.ProofError):
        joined_up([first, other])


def test_kinks_of_every_stage_are_told():
    d = sc.derive("|x|", "x", order=2)
    assert [text(kink.part) for kink in d.kinks] == ["|x|", "sign(x)"]
    assert "At the jump of sign(x), where x = 0: " in str(d)


def test_its_data_has_the_keys_of_a_derivation_and_its_stages():
    data = json.loads(json.dumps(sc.derive("x^3*y", "x y").as_dict()))
    assert list(data) == ["expression", "wrt", "lines", "result", "proof", "kinks", "stages"]
    assert data["wrt"] == "x y" and [stage["wrt"] for stage in data["stages"]] == ["x", "y"]
    assert data["proof"]["passed"] and data["result"]["text"] == "3x²"
    x = sympy.Symbol("x")
    assert all(sympy.simplify(sympy.sympify(line["sympy"]).doit() - 3*x**2) == 0 for line in data["lines"])


def test_a_loss_has_second_derivatives_too():
    J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    assert text(J.derive("m b").result) == "2/n Σ xᵢ" and text(J.derive("b", order=2).result) == "2"
    assert J.derive(sc.parameters("m b")).lines[-1].expression == J.derive(["m", "b"]).result


@pytest.mark.parametrize("arguments, options, sentence", [
    (("x^2", "x y"), {"order": 2}, "give several letters or an order, not both"),
    (("x^2", "x"), {"order": 5}, "the order of a derivative is a whole number from 1 to 4, not 5"),
    (("x^2", "x"), {"order": 0}, "the order of a derivative is a whole number from 1 to 4, not 0"),
    (("x^2", "x"), {"order": True}, "the order of a derivative is a whole number from 1 to 4, not True"),
    (("x^2", "x x x x x"), {}, "at most 4 derivatives are taken one after the other, not 5"),
    (("x^2", []), {}, "name the letter to differentiate by"),
    (("x^2", 5), {}, "names are a text such as 'm b' or a list of names, not int"),
    (("sum(x*w)", "w x"), {"columns": "x"}, "x is"),
    (("sum(x*w)", "w n"), {"columns": "x"}, "n counts the rows here"),
])
def test_what_is_refused(arguments, options, sentence):
    with pytest.raises(sc.SymcalcError, match=sentence):
        sc.derive(*arguments, **options)

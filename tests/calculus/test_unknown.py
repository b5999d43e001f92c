"""Functions that are only named: their slope stays f', whatever f is; held against functions put in their place."""

import mpmath
import pytest
import sympy
from sympy import Derivative, Function, Lambda, Subs, Symbol

import symcalc as sc
from symcalc.calculus.unknown import UNKNOWN, stand_in
from symcalc.pages.notation import latex, text
from symcalc.pages.source import source
from symcalc.primed import Primed
from symcalc.written import derivative_of

x, y = sc.parameters("x y")
f, g, h = Function("f"), Function("g"), Function("h")
u, v = Symbol("u"), Symbol("v")
CONCRETE = {"f": Lambda(u, sympy.sin(u) + u**3), "g": Lambda(u, sympy.exp(u / 2)),
            "h": Lambda((u, v), sympy.sin(u * v) + u**2 * v), "phi": Lambda(u, sympy.cos(u))}
AT = {"x": 0.7, "y": 1.2, "a": 1.3}

# (formula, letters, order, the last line)
CASES = (
    ("f(x)", "x", None, "f'(x)"),
    ("x*f(x^2)", "x", None, "f(x²) + 2x² f'(x²)"),
    ("f(g(x))", "x", None, "f'(g(x)) g'(x)"),
    ("f(x)*g(x)", "x", None, "f'(x) g(x) + f(x) g'(x)"),
    ("f(x)/g(x)", "x", None, "(f'(x) g(x) - f(x) g'(x))/g(x)²"),
    ("f(x)^2", "x", None, "2 f(x) f'(x)"),
    ("exp(f(x))", "x", None, "exp(f(x)) f'(x)"),
    ("f(a)*x", "x", None, "f(a)"),
    ("phi(x)", "x", None, "φ'(x)"),
    ("f(x)", "x", 2, "f''(x)"),
    ("f(2x)", "x", 4, "16 f^(4)(2x)"),
    ("f(g(x))", "x", 2, "f''(g(x)) g'(x)² + f'(g(x)) g''(x)"),
    ("h(x, y)", "x", None, "∂₁h(x, y)"),
    ("h(x, y)", "x y", None, "∂₁₂h(x, y)"),
    ("h(x*y, x)", "x", None, "y ∂₁h(x y, x) + ∂₂h(x y, x)"),
    ("h(x, x)", "x", None, "∂₁h(x, x) + ∂₂h(x, x)"),
)


@pytest.mark.parametrize("formula, letters, order, ending", CASES, ids=[f"{case[0]} by {case[1]}" for case in CASES])
def test_the_slope_stays_by_name_and_is_right_whatever_the_function_is(formula, letters, order, ending, number_of):
    d = sc.derive(formula, letters, functions="f g h phi", order=order)
    assert text(d.result) == ending and d.proof.passed
    assert not d.result.has(Derivative)                 # f' is finished: nothing stands any more

    def known(expression):
        for name, function in CONCRETE.items():
            expression = expression.replace(Function(name), function)
        return expression.doit()

    turns = [variable.name for variable in getattr(d, "variables", [getattr(d, "variable", None)])]
    names = [symbol.name for symbol in sorted(d.expression.free_symbols, key=str)]
    with mpmath.workdps(60):
        plain = sympy.lambdify(sympy.symbols(names, real=True), known(d.expression), "mpmath")
        wanted = mpmath.diff(plain, tuple(AT[name] for name in names), tuple(map(turns.count, names)))
    assert mpmath.almosteq(number_of(known(d.result.doit()), AT), wanted, 1e-12, 1e-12)
    assert sympy.simplify(known(sympy.sympify(source(d.result))).subs(Symbol("x"), x).subs(Symbol("y"), y).subs(
        Symbol("a"), Symbol("a", real=True)) - known(d.result.doit())) == 0


def test_the_reason_says_that_nothing_is_known_of_it():
    line = sc.derive("f(x^2)", "x", functions="f").lines[1]
    assert (line.rule.name, line.rule.formula) == ("chain rule", "(f(u))' = f'(u) · u'")
    assert line.because == "outside stands the function f, inside u = x²; f is not known: its slope stays f'"
    assert sc.derive("f(x*y, x)", "x", functions="f").lines[1].rule.name == "chain rule for several variables"
    assert sc.derive("f(x*y, x)", "x", functions="f").lines[1].because == \
        "f is not known: ∂₁f is its slope in the first argument and ∂₂f in the second"


def test_sympy_functions_need_no_declaration():
    d = sc.derive(x * f(x**2), x)
    assert sympy.expand(d.result.doit() - (f(x**2) + 2*x**2*Subs(Derivative(f(u), u), u, x**2))).subs(x, 0).doit() == 0
    assert text(sc.derive(f(x, y), y).result) == "∂₂f(x, y)"


def test_a_slope_may_be_differentiated_again():
    assert text(sc.derive(f(x).diff(x) * x, x).result) == "f'(x) + x f''(x)"
    assert text(sc.derive(sc.derive(f(x**2), x).result, x).result) == text(sc.derive(f(x**2), x, order=2).result)
    assert text(sc.derive(Derivative(h(x, y), x, y, x, evaluate=False), x).result) == "∂₁₁₁₂h(x, y)"
    for refused in (Derivative(x**2, x), Derivative(f(x**2), x), Derivative(h(x, x), x), Derivative(f(x), (x, Symbol("k")))):
        with pytest.raises(sc.LossError, match="Derivative is not supported"):
            sc.derive(refused, x)


@pytest.mark.parametrize("expression, shown, tex", [
    (Primed(f(x), sympy.Integer(1)), "f'(x)", r"f'\left(x\right)"),
    (Primed(f(x**2), sympy.Integer(1)), "f'(x²)", r"f'\left(x^{2}\right)"),
    (Primed(f(x), sympy.Integer(4)), "f^(4)(x)", r"f^{(4)}\left(x\right)"),
    (Primed(f(x, y), sympy.Integer(1), sympy.Integer(1)), "∂₁₂f(x, y)", r"\partial_{12} f\left(x, y\right)"),
    (derivative_of(f(x**2), x), "d/dx f(x²)", r"\frac{d}{dx} f\left(x^{2}\right)"),
    (derivative_of(Function("J")(x, y), x), "∂J/∂x", r"\frac{\partial J}{\partial x}"),
])
def test_how_it_is_written(expression, shown, tex):
    assert (text(expression), latex(expression)) == (shown, tex)


@pytest.mark.parametrize("expression, written", [
    (Primed(f(x), sympy.Integer(2)), "Derivative(f(x), (x, 2))"),
    (Primed(f(x**2), sympy.Integer(1)), "Subs(Derivative(f(u_1), u_1), u_1, x**2)"),
    (Primed(f(sympy.Add(1, Symbol("u_1"), evaluate=False)), sympy.Integer(1)),
     "Subs(Derivative(f(u0_1), u0_1), u0_1, 1 + u_1)"),
    (Primed(Function("zeta")(x), sympy.Integer(1)), "Derivative(Function('zeta')(x), x)"),
])
def test_its_source_is_sympys(expression, written):
    assert source(expression) == written
    assert sympy.sympify(written).has(Derivative)


def test_a_wrong_slope_is_caught(monkeypatch):
    from symcalc.calculus import proof
    wrong = [derivative_of(f(x**2), x), Primed(f(x**2), sympy.Integer(1)) * x]
    with pytest.raises(sc.ProofError):
        proof.prove(wrong)
    with pytest.raises(sc.ProofError):
        proof.prove([derivative_of(f(x, y), x), Primed(f(x, y), sympy.Integer(0), sympy.Integer(1))])


def test_what_stands_in_differs_from_name_to_name_and_stays():
    values = [stand_in(mpmath.mp, name, [0], [mpmath.mpf(1)]) for name in ("f", "g", "f")]
    assert values[0] == values[2] != values[1]
    assert len({rule.name for rule in UNKNOWN}) == 4


@pytest.mark.parametrize("formula, options, sentence", [
    ("f(x)", {}, r"f is a name, not a function; did you mean f\*\(x\)"),
    ("f*f(x)", {"functions": "f"}, r"f is declared as a function; write its argument in brackets, as in f\(x\)"),
    ("f(x) + f(x, 1)", {"functions": "f"}, "the function f has . arguments in one place and . in another"),
    ("f()", {"functions": "f"}, r"the function f has no arguments; write f\(x\)"),
    ("x", {"functions": "sin"}, "sin is a function that is known already"),
    ("x", {"functions": "J"}, "J names the loss"),
    ("x", {"functions": "2"}, "'2' is no name"),
    ("f(x)", {"functions": "f f"}, "the name f is given twice"),
    (f(x) + Symbol("f", real=True), {}, "f is both a function and a letter"),
    (Function("\x1b[31m")(x), {}, "is no name"),
    (f() + x, {}, r"the function f has no arguments; write f\(x\)"),
])
def test_what_is_refused(formula, options, sentence):
    with pytest.raises(sc.SymcalcError, match=sentence):
        sc.derive(formula, "x", **options)


def test_a_loss_cannot_be_computed_with_it():
    with pytest.raises(sc.LossError, match="the function f is unknown; only functions with a row in the vocabulary"):
        sc.Loss(f(x))

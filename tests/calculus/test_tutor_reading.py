"""The tutor: answers with indices, unknown functions, one row, printed signs; several derivatives; what is not said."""

import pytest
import sympy

import symcalc as sc

DOT = "Sum(w[j]*x[j],(j,1,p))"
LINEAR = "mean((y-Sum(w[j]*x[i,j],(j,1,p)))^2)"
LOG_SUM = "ln(Sum(exp(z[j]),(j,1,K)))"
CROSS = "-ln(exp(z[c])/Sum(exp(z[j]),(j,1,K)))"
LINE = "mean((y-(m*x+b))^2)"


def verdict(problem, letter, answer, **given):
    return sc.derive(problem, letter, **given).check(answer)


# Indices

@pytest.mark.parametrize(("problem", "letter", "answer", "mistake"), [
    (DOT, "w[k]", "x[k]", None), (DOT, "w[k]", "2x[k]", "off by a factor"), (DOT, "w[k]", "w[k]", type(None)),
    (LINEAR, "w[k]", "-2/n*sum((y-Sum(w[j]*x[i,j],(j,1,p)))*x[i,k])", None),
    (LINEAR, "w[k]", "2/n*sum((y-Sum(w[j]*x[i,j],(j,1,p)))*x[i,k])", "sign of the inner derivative lost"),
    (LINEAR, "w[k]", "-2*(y-Sum(w[j]*x[i,j],(j,1,p)))*x[i,k]", "the sum dropped"),
    (LOG_SUM, "z[k]", "exp(z[k])/Sum(exp(z[j]),(j,1,K))", None), (LOG_SUM, "z[k]", "exp(zₖ)/Σⱼ exp(zⱼ)", None),
    (LOG_SUM, "z[k]", "exp(z[k])", "only the inner derivative"),
    (LOG_SUM, "z[k]", "2*w", "a letter that the problem does not have"),
    (CROSS, "z[k]", "exp(z[k])/Sum(exp(z[j]),(j,1,K)) - 1", "inner derivative forgotten"),
    ("mean(x) + m^2", "m", "2m", None), ("mean(x) + m^2", "m", "2m + x", type(None)),
])
def test_answers_with_indices(problem, letter, answer, mistake):
    found = verdict(problem, letter, answer)
    assert found.correct == (mistake is None), found.message
    assert mistake in (None, type(None)) or found.mistake.name == mistake


@pytest.mark.parametrize(("problem", "letter"), [(DOT, "w[k]"), (LINEAR, "w[k]"), (LOG_SUM, "z[k]"), (CROSS, "z[k]")])
def test_every_line_over_an_index_is_right(problem, letter):
    d = sc.derive(problem, letter)
    assert [d.check(line.expression).line for line in d.lines] == list(range(len(d.lines)))
    assert d.check(d.result).message == "Right." and d.hints()


@pytest.mark.parametrize(("problem", "answer"), [
    ("sin(4t)^3", "12sin^2(4t)*cos(4t)"), ("tan(t)^3", "3*tan^2(t)/cos^2(t)"), ("t*e^(3t)", "e^(3t)(3t+1)"),
    ("sin(t)*e^(3t)", "e^(3t)cos(t) + 3e^(3t)sin(t)"), ("|e^(3t)|", "3*|e^(3t)|"),
])
def test_a_power_of_a_function_and_a_bracket_behind_an_exponent_are_clear_in_an_answer(problem, answer):
    assert verdict(problem, "t", answer).correct


@pytest.mark.parametrize(("problem", "answer"), [("t*2^t", "2^t(1+t*ln(2))"), ("asin(t)", "sin^-1(t)"), ("t*e^(2t)", "e^(2t)3")])
def test_what_can_be_misread_in_an_answer_is_refused(problem, answer):
    with pytest.raises(sc.ReadError):
        verdict(problem, "t", answer)


def test_a_sympy_answer_over_an_index():
    k, j, end = sympy.symbols("k j K")
    z = sympy.IndexedBase("z")
    assert verdict(LOG_SUM, "z[k]", sympy.exp(z[k]) / sympy.Sum(sympy.exp(z[j]), (j, 1, end))).correct


@pytest.mark.parametrize(("problem", "letter", "answer", "sentence"), [
    (DOT, "w[k]", "2*w", "w has an index in the problem; write one of its elements, such as w\\[k\\]"),
    (LINEAR, "w[k]", "mean(x)", "x has an index"), ("x*y", "y", "Sum(x[j],(j,1,p))", "x has no index in the problem; write x"), ("x^2", "x", "y = 3x^2", "leave out the sign ="),
    ("x^2", "x", "y' = 2x", "leave out the sign ="),
    ("x^2", "x", "\\sum_{i=1}^{2} x", "write plain text, not LaTeX"), ("x^2", "x", "d/dx "*5 + "(x^7)", "up to 4 deep"),
    (LINE, "m", "Σⱼ x", "no sum over j"), (LINE, "m", "Σ", "written sum"),
])
def test_one_sentence_says_what_cannot_be_read(problem, letter, answer, sentence):
    with pytest.raises((sc.ReadError, sc.LossError), match=sentence):
        verdict(problem, letter, answer)


# One derivative after the other

@pytest.mark.parametrize(("problem", "by", "answer", "line", "said"), [
    ("x^3", "x x", "6x", 4, "Right."), ("x^3", "x x", "3x^2", None, "That is the first derivative; differentiate once more."),
    ("x^3", "x x", "6x^2", None, "The exponent came down"), ("x^3", "x x", "x^3", None, "This is the function itself"),
    ("x^3", "x x", "d/dx(3x^2)", 1, "Right so far: line 1 of 4; one"), ("x^3", "x x", "d/dx(d/dx(x^3))", 0, "This is the quest"),
    ("x^3*y", "x y", "3x^2*y", None, "That is the derivative by x; differentiate it by y."), ("x^3*y", "x y", "3x^2", 3, "Right."),
    ("sin(x)", "x x x", "cos(x)", None, "That is the first derivative; differentiate twice more."),
    ("sin(x)", "x x x", "-cos(x)", 4, "Right."),
    ("f(x^2)", "x x", "2f'(x^2) + 4x^2*f''(x^2)", 7, "Right"), ("mean((y-m*x)^2)", "m m", "2x^2", None, "This is for one row"),
])
def test_answers_to_several_derivatives(problem, by, answer, line, said):
    found = verdict(problem, by, answer, functions="f")
    assert (found.correct, found.line) == (line is not None, line) and found.message.startswith(said), found.message


def test_lines_and_hints_of_several_derivatives():
    d = sc.derive("x^2*sin(x)", "x", order=3)
    assert [d.check(line.expression).line for line in d.lines] == list(range(len(d.lines)))
    assert d.hints()[0] == "Three derivatives are taken, one after the other; the first is by x, of x² sin(x)."
    assert "2x sin(x) + x² cos(x)" in d.hints(after=1)[0] and len(d.hints()) <= 8
    assert d.hints(after=len(d.lines) - 1) == ("Nothing is left to do: this is the last line.",)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("after", ["a", 1.5, None, True, -1, 99])
def test_a_line_that_is_none_is_refused(order, after):
    with pytest.raises(sc.LossError, match="there is no line"):
        sc.derive("x^3", "x", order=order).hints(after=after)


# Functions that are only named, and one row

@pytest.mark.parametrize(("answer", "mistake"), [
    ("f(x^2)+2x^2*f'(x^2)", None), ("f(x^2) + x*d/dx f(x^2)", None), ("f(x^2)+2x^2*f’(x²)", None),
    ("f(x^2)+x*f'(x^2)", "inner derivative forgotten"), ("f(x^2)", "one half of the product rule forgotten"),
])
def test_functions_that_are_only_named(answer, mistake):
    found = verdict("x*f(x^2)", "x", answer, functions="f")
    assert (found.mistake and found.mistake.name) == mistake and found.correct == (mistake is None)


def test_sympy_slopes_of_a_function_that_is_only_named():
    x, f = sympy.Symbol("x"), sympy.Function("f")
    d = sc.derive("x*f(x^2)", "x", functions="f")
    assert d.check((x*f(x**2)).diff(x)).correct and d.check(d.result.doit()).correct
    assert sc.derive("f(x)", "x", functions="f").check(f(x).diff(x)).message == "Right."
    with pytest.raises(sc.LossError, match="no other Subs"):
        d.check(sympy.Subs(x**2, x, 1))
    with pytest.raises(sc.LossError, match="f is unknown"):
        sc.derive("x^2", "x").check(f(x))


@pytest.mark.parametrize("answer", ["-2x*(y-(m*x+b))", "-2x[1]*(y[1]-(m*x[1]+b))", "-2x1*(y1-(m*x1+b))", "-2x_1*(y_1-m*x_1-b)",
                                    "-2x₁ (y₁ - (m x₁ + b))"])
def test_answers_for_one_row(answer):
    row = sc.Loss(LINE).derive("m").row(1)
    assert row.check(answer).message == "Right." and row.check(f"({answer})/2").mistake.name == "the 2 dropped"
    assert row.check("-2x[2]*(y[1]-(m*x[1]+b))").message.startswith("x₂ does not occur")


# As it is printed

@pytest.mark.parametrize(("problem", "letter"), [
    ("sqrt(x^2+1)", "x"), ("x^x", "x"), ("2^x", "x"), ("tan(x)", "x"), ("tanh(x)", "x"), ("asin(x)", "x"), ("x^(3/2)", "x"),
    ("cbrt(x)", "x"), ("sin(x)*cos(x)", "x"), ("e^(2x)*sin(x)", "x"), (LINE, "m"), (LINE, "b"), ("mean(-y*ln(sigmoid(w*x)))", "w"),
    ("sum(ln(1+e^(-y*w*x)))", "w"), ("sqrt(mean((y-m*x)^2))", "m"), ("f(x^2)", "x"), (DOT, "w[k]"), (LINEAR, "w[k]"),
])
def test_the_last_line_is_read_as_it_is_printed(problem, letter):
    d = sc.derive(problem, letter, functions="f")
    assert d.check(sc.text(d.result)).correct and d.check(sc.text(d.result)).line == len(d.lines) - 1


@pytest.mark.parametrize(("answer", "line"), [
    ("∂/∂m (1/n Σ (yᵢ - (m xᵢ + b))²)", 0), ("1/n Σ d/dm (yᵢ - (m xᵢ + b))²", 2),
    ("1/n Σᵢ 2 (yᵢ - (m xᵢ + b)) ∂/∂m (yᵢ - (m xᵢ + b))", 3),
])
def test_printed_lines_in_which_a_derivative_stands(answer, line):
    assert verdict(LINE, "m", answer).line == line


# What is said, and what is not

@pytest.mark.parametrize(("problem", "answer"), [("x^2", "(x+1)^1000"), ("x^2", "exp(exp(exp(exp(x))))"), ("x^2", "x^(x^x)")])
def test_numbers_beyond_floats_have_a_verdict(problem, answer):
    assert not verdict(problem, "x", answer).correct


def test_derivatives_three_deep():
    assert verdict("x^2", "x", "d/dx(d/dx(d/dx(x^4/12)))").correct
    assert not verdict("x^2", "x", "d/dx(d/dx(d/dx(x^4/11)))").correct


@pytest.mark.parametrize(("problem", "answer"), [("3x", "6"), ("5x+1", "10"), ("5x+1", "7"), ("5x", "x^2+cosh(x)"),
                                                 ("a*b*c*x^2", "gamma(x)*a")])
def test_a_derivative_that_is_one_number_is_not_told(problem, answer):
    message = verdict(problem, "x", answer).message
    assert message == "This is not equal to the derivative, and no usual mistake explains it."


@pytest.mark.parametrize("answer", ["2x", "2z"])
def test_a_letter_that_does_not_occur(answer):
    assert verdict("x^2", "z", answer).message == "z does not occur in x²: nothing there changes with z."
    assert verdict("x^2", "z", "0").message == "Right."


@pytest.mark.parametrize(("problem", "letter", "number", "said"), [
    ("3x^2-11", "x", 1, "Use the sum rule"), ("3x", "x", 1, "Use the constant multiple rule"), ("7", "x", 0, "How fast does 7"),
    ("log2(x)", "x", 1, "log₂(x) is the logarithm to base 2 of x."), ("x^2+y", "x", 1, "Use the sum rule"),
    ("atan2(x^2,x)", "x", 1, "atan2(x², x) is the angle atan2 of several expressions."),
    ("logsumexp(x,2x)", "x", 1, "logsumexp(x, 2x) is log-sum-exp of several"), ("f(x,x^2)", "x", 1, "f(x, x²) is the function f"),
    (DOT, "w[k]", 1, "Σⱼ wⱼ xⱼ is a sum over j; look for its terms that hold wₖ."),
])
def test_hints_say_what_stands_there(problem, letter, number, said):
    assert sc.derive(problem, letter, functions="f").hints()[number].startswith(said)


def test_hints_from_a_line_on():
    d = sc.derive("x^2/(3x+1)", "x")
    assert "multiplied, cancelled or collected" in d.hints(after=len(d.lines) - 2)[0]
    assert d.hints(after=len(d.lines) - 1) == ("Nothing is left to do: this is the last line.",)
    for after in (-1, 99):
        with pytest.raises(sc.LossError, match=f"there is no line {after}"):
            d.hints(after=after)


@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_hints_and_lines_in_every_detail(detail):
    d = sc.derive(LINE, "m", detail=detail)
    assert "chain rule" in " ".join(d.hints()) and "___" in d.hints()[-2] and "algebra" not in " ".join(d.hints())
    assert all(d.check(line.expression).line == k for k, line in enumerate(d.lines))

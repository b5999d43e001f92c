"""The tutor: wrong answers by the mistake that was made, right ones in whatever form, what it says, and the hints."""

import importlib.util
import re
from pathlib import Path

import mpmath
import pytest
import sympy

import symcalc as sc
from symcalc.calculus.tutor.answers import read_answer
from symcalc.calculus.tutor.mistakes import COMMON, LIKELY, RARER
from symcalc.language.names import columns_of, name_of, parameters_of

SPEC = importlib.util.spec_from_file_location("answers_table", Path(__file__).with_name("answers_table.py"))
TABLE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(TABLE)
ROWS = [*((problem, letter, answer, False) for problem, letter, answer, _ in TABLE.WRONG),
        *((problem, letter, answer, True) for problem, letter, answer in TABLE.RIGHT)]
STEP = mpmath.mpf("1e-9")
LINE = "mean((y-(m*x+b))^2)"


@pytest.fixture(scope="module")
def derivation():
    known = {}

    def derived(problem, letter):
        if (problem, letter) not in known:
            known[problem, letter] = sc.derive(problem, letter)
        return known[problem, letter]

    return derived


# The tables

def test_the_mistake_is_named(derivation):
    missed = []
    for problem, letter, answer, mistake in TABLE.WRONG:
        verdict = derivation(problem, letter).check(answer)
        if verdict.correct or verdict.mistake is None or verdict.mistake.name != mistake:
            missed.append((problem, letter, answer, mistake, verdict.correct or verdict.mistake, verdict.message))
    print(*missed, sep="\n")
    assert len(TABLE.WRONG) >= 100 and len(missed) <= 0.05 * len(TABLE.WRONG), missed


def test_no_right_answer_is_called_wrong(derivation):
    missed = [(problem, letter, answer, verdict.message) for problem, letter, answer in TABLE.RIGHT
              if not (verdict := derivation(problem, letter).check(answer)).correct]
    assert len(TABLE.RIGHT) >= 100 and missed == []


def test_the_tables_are_right_by_outside_numbers(derivation, number_of):
    """A right answer is mpmath's slope of the problem at two points, a wrong one is not at both."""
    # number_of works with 30 digits, which is too few for the steps that mpmath.diff would take.
    mismatched, compared = [], 0
    for problem, letter, answer, right in ROWS:
        d = derivation(problem, letter)
        found = read_answer(answer, d.expression, d.variable)
        loose = sympy.Tuple(found).has(sympy.Indexed) and not found.has(sympy.Sum)
        if found.has(sympy.Derivative) or loose:
            continue
        same = True
        for scale in (1, -0.7):
            names = {part.name for part in (*parameters_of(d.expression), *parameters_of(found), d.variable)}
            values = {name: mpmath.mpf(scale) * (k + 3) / 5 for k, name in enumerate(sorted(names))}
            values |= {name_of(column): [mpmath.mpf(scale) * (k + 2 * j + 1) / 4 for j in range(4)]
                       for k, column in enumerate(columns_of(d.expression))} | {"n": 4}

            def along(value, d=d, values=values):
                return number_of(d.expression, {**values, d.variable.name: value})

            with mpmath.workdps(30):
                try:
                    wanted = (along(values[letter] + STEP) - along(values[letter] - STEP)) / (2 * STEP)
                    given = number_of(found, values)
                except (ZeroDivisionError, ValueError):
                    continue
            if isinstance(wanted, mpmath.mpc) or isinstance(given, mpmath.mpc):
                continue
            same = same and abs(wanted - given) < 1e-9 * (1 + abs(wanted))
            compared += 1
        if same != right:
            mismatched.append((problem, letter, answer))
    assert mismatched == [] and compared > len(ROWS)


def test_no_message_gives_the_answer_away(derivation):
    def bare(text):
        return text.replace(" ", "")

    leaks = []
    for problem, letter, answer, _ in TABLE.WRONG:
        d = derivation(problem, letter)
        said, result = bare(d.check(answer).message), bare(sc.text(d.result))
        if len(result) > 2 and result in said and result not in bare(sc.text(d.expression)):
            leaks.append((problem, said))
    assert leaks == []


def test_messages_are_short_and_clean(derivation):
    for problem, letter, answer, _ in ROWS:
        message = derivation(problem, letter).check(answer).message
        assert message[0].isupper() or message[0].isdigit() or len(message.split()[0]) < 9, message
        assert message.endswith(".") and ".." not in message and "  " not in message and len(message) < 330, message
        assert message.count(". ") <= 3, message


def test_every_wrong_rule_has_a_name_of_its_own():
    names = [rule.name for rule in (*LIKELY, *COMMON, *RARER)]
    assert len(names) == len(set(names)) and all(rule.says and rule.wrong for rule in (*LIKELY, *COMMON, *RARER))


# The line reached

@pytest.mark.parametrize(("problem", "answer", "line", "said"), [
    ("(2x+1)^3", "d/dx (2x+1)^3", 0, "This is the question itself; one derivative still stands."),
    ("(2x+1)^3", "3(2x+1)^2 · d/dx(2x+1)", 1, "Right so far: line 1 of 6; one derivative still stands."),
    ("(2x+1)^3", "3(1+2x)²(d/dx(2x) + d/dx 1)", 2, "Right so far: line 2 of 6; two derivatives still stand."),
    ("(2x+1)^3", "diff(2x+1, x)*3*(2x+1)^2", 1, "Right so far: line 1 of 6; one derivative still stands."),
    ("(2x+1)^3", "2*3(2x+1)^2", 5, "Right; it can still be tidied: this is line 5 of 6."),
    ("(2x+1)^3", "3*2(1+2x)^2", 6, "Right."),
    ("ln(sin(x))", "cos(x)/sin(x)", 3, "Right; it can still be tidied"),
    ("(2x+1)^3", "24x^2+24x+6", 6, "Right: the same as the last line, in another form."),
    ("(2x+1)^3", "2 d/dx (x)*3(4x^2+4x+1)", 4, "Right so far; one derivative still stands."),
    ("x^2/(3x+1)", "(2x(3x+1)-3x^2)/(3x+1)^2", 6, "Right; it can still be tidied: this is line 6 of 8."),
    ("ln(x)", "1/sqrt(x)^2", 1, "Right: the same as the last line, in another form."),
    ("x*sqrt(x^2)/2", "|x|", None, "Right: the same as the last line, in another form."),
    ("1/x", "-e^(-2ln(x))", None, "Right: the same as the last line, in another form. It has no value where x = -"),
])
def test_the_line_that_an_answer_has_reached(derivation, problem, answer, line, said):
    d = derivation(problem, "x")
    verdict = d.check(answer)
    assert verdict.correct and verdict.message.startswith(said), verdict.message
    assert verdict.line == (len(d.lines) - 1 if line is None else line)


@pytest.mark.parametrize(("problem", "letter"), [
    (LINE, "m"), ("x^2*sin(x)", "x"), ("x^2/(3x+1)", "x"), ("x^x", "x"), ("max(x,0)^2", "x"), ("ln(1+e^(-z))", "z"),
    ("sum(y*ln(sigmoid(w*x)))", "w"), ("7", "x"), ("sin(cos(e^(x^2)))", "x"),
])
def test_every_line_is_right_as_it_stands(derivation, problem, letter):
    d = derivation(problem, letter)
    for k, line in enumerate(d.lines):
        verdict = d.check(line.expression)
        assert verdict.correct and verdict.line == k, verdict.message


# What counts as equal

@pytest.mark.parametrize(("problem", "answer", "mistake"), [
    ("x^2/6", "x/3", None), ("x^2/6", "0.333x", "a number rounded"), ("x^2/6", "0.3333333333x", "a number rounded"),
    ("x^2/4", "0.5x", None), ("x^2/4", "0.51x", "a number rounded"), ("x^2/2", "|x|", "right on a part only"),
    ("x^2/2", "sqrt(x^2)", "right on a part only"), ("x^2", "2x + t - t", None), ("pi*x", "3.14", "a number rounded"),
    ("x^2", "2x + 5", "a constant term too many or too few"),
])
def test_close_is_not_equal(derivation, problem, answer, mistake):
    verdict = derivation(problem, "x").check(answer)
    assert (verdict.correct, verdict.mistake and verdict.mistake.name) == (mistake is None, mistake), verdict.message


@pytest.mark.parametrize("answer", ["-2/3*sum(x*(y-(m*x+b)))", "-2/4*sum(x*(y-(m*x+b)))", "-2/n*sum(x*(y-(m*x+b)))*n/3"])
def test_the_number_of_rows_is_not_taken_for_a_number(derivation, answer):
    assert not derivation(LINE, "m").check(answer).correct


@pytest.mark.parametrize(("factor", "said"), [
    ("-2/5", "This is right for 5 rows only; the number of rows stays n."),
    ("-2/7", "This is right for 7 rows only; the number of rows stays n."),
    ("-0.002", "This is right for 1000 rows only; the number of rows stays n."),
    ("2/4", "Up to its sign, this is right for 4 rows only; the number of rows stays n."),
])
def test_rows_counted_where_n_belongs(derivation, factor, said):
    verdict = derivation(LINE, "m").check(f"{factor}*sum(x*(y-(m*x+b)))")
    assert (verdict.mistake.name, verdict.message) == ("a number put in for n", said)


@pytest.mark.parametrize(("problem", "answer", "where"), [("sqrt(3x+1)", "3/sqrt(3x+1)", " below the bar"), ("x^2", "x", "")])
def test_where_a_two_is_missing(derivation, problem, answer, where):
    said = f"The 2 that comes from the exponent is missing{where} where "
    assert derivation(problem, "x").check(answer).message.startswith(said)


def test_an_answer_without_values_is_wrong(derivation):
    verdict = derivation("x^2", "x").check("2x + sqrt(-1-x^2)")
    assert not verdict.correct and "has no value" in verdict.message


def test_what_nothing_explains_is_shown_with_numbers(derivation):
    verdict = derivation("x^3", "x").check("gamma(x^2+1) + x")
    assert not verdict.correct and verdict.mistake is None and "no usual mistake explains it. Where x = " in verdict.message


SHOWN = re.compile(r"Where (.*), it gives (.*), the derivative (.*)\.$")
UNEXPLAINED = [("(0.5x + 3)^2", "x^2"), ("ln(x)", "x^2"), ("x*y", "sin(x) + y"), ("x^2*theta_1", "theta_1^2 + sin(x)"), ("x^30", "x^2 + 5"),
               ("exp(x^3)", "x^5 + 1"), ("x^2", "tan(x)^7"), ("x^2", "2x + x^3/10^9"), ("sqrt(x - 1000)", "x^3"), ("exp(900x)", "sin(x)"),
               ("asin(x)", "ln(x)*x")]


def shown_number(text):
    """The number that stands there, and half a unit of its last digit."""
    mantissa, _, power = text.replace("(", "").replace(")", "").partition(" · 10")
    unit = sympy.Integer(10) ** (int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or "0") if power else 0)
    return sympy.Rational(mantissa) * unit, unit / (2 * sympy.Integer(10) ** len(mantissa.partition(".")[2]))


def test_the_numbers_of_a_counter_example_are_right(derivation):
    """Every number shown is right to its last digit, by mpmath, at the point as it is written."""
    seen = 0
    for problem, answer in [*UNEXPLAINED, *((p, a) for p, letter, a, right in ROWS if letter == "x" and not right)]:
        d = derivation(problem, "x")
        if not (found := SHOWN.search(d.check(answer).message)):
            continue
        where, gives, slope = found.groups()
        at = {name: shown_number(value)[0] for name, value in (pair.split(" = ") for pair in where.split(" and "))}
        assert gives != slope
        for expression, shown in ((sc.read(answer), gives), (d.result, slope)):
            value = expression.subs({letter: at[sc.text(letter)] for letter in expression.free_symbols}).evalf(40)
            number, within = shown_number(shown)
            assert abs(value - number) <= within, (problem, answer, where, shown)
        seen += 1
    assert seen == len(UNEXPLAINED)


def test_a_point_without_a_value_is_one_as_it_is_written(derivation):
    """At the first point that is tried, 0.44186, there is no value either, but at 0.442, as it would be shown, there is."""
    message = derivation("x^2", "x").check("2x*sqrt(x - 0.4419)^2/(x - 0.4419)").message
    assert float(re.search(r"It has no value where x = (\S+), though", message)[1]) < 0.4419


@pytest.mark.parametrize("formula, answer, hint", [
    ("sigmoid(x)", "sigmoid(x)*(1 + sigmoid(x))", "write the sigmoid with e, as it is defined"),
    ("atan(x)", "1/(1 - x^2)", "it is a fraction with a sum below the bar"),
])
def test_a_wrong_slope_of_a_function_comes_with_a_way_to_the_right_one(formula, answer, hint):
    assert hint in sc.check(formula, answer, "x").message


def test_sympy_answers():
    x = sympy.Symbol("x")
    d = sc.derive("x^2*sin(x)", "x")
    assert d.check(x**2*sympy.cos(x) + 2*x*sympy.sin(x)).correct and d.check(sympy.diff(x**2*sympy.sin(x), x)).correct
    assert d.check(sympy.Derivative(x**2*sympy.sin(x), x)).line == 0
    assert sc.derive("x/2", "x").check(0.5).correct and sc.derive("3x", "x").check(3).correct
    assert d.check(2*x*sympy.cos(x)).mistake.name == TABLE.PRODUCT


# Bad input

@pytest.mark.parametrize(("answer", "sentence"), [
    ("", "the answer is empty"), ("  \n", "the answer is empty"), ("2x +", "something must follow"), ("foo(x)", "unknown function"),
    ("2x\x1b[31m", "U+001B"), ("x"*3000, "longer than 2,000"), ("(" * 60 + "x" + ")" * 60, "nested more than"),
    ("9" * 40, "more than 30 digits"), ("1/0", "division by zero"), ("__import__('os')", "unexpected"), ("x.real", "unexpected"),
    ("2xy", "xy is read as one name"), ("x + 2xe^(2)", "xe is read as one name; did you mean x"), ("d/dx", "something must follow"),
    ("diff(x)", "a derivative is written d/dx (f)"),
    ("diff(x, 2)", "a derivative is written d/dx (f)"), ("1e400", "too large"), ("e^e^e^e^e", "too large"), (None, "a formula is"),
    (True, "a formula is"), ([1], "a formula is"), (float("nan"), "no finite number"), (sympy.I, "complex"),
    (sympy.Derivative(sympy.Symbol("x")**3, (sympy.Symbol("x"), 2)), "first derivatives"),
])
def test_bad_answers_are_refused_in_one_sentence(derivation, answer, sentence):
    with pytest.raises((sc.ReadError, sc.LossError), match=sentence.replace("(", r"\(").replace(")", r"\)").replace("+", r"\+")):
        derivation("x^2*y", "x").check(answer)


def test_a_derivative_by_a_column_is_refused(derivation):
    with pytest.raises(sc.ReadError, match="x is a column of data"):
        derivation(LINE, "m").check("d/dx (x)")


def test_only_answers_hold_standing_derivatives():
    assert sc.read("d/dx*2").free_symbols == {sympy.Symbol("d", real=True), sympy.Symbol("dx", real=True)}
    for formula in ("d/dx (x^2)", "diff(x^2, x)", "m x"):
        with pytest.raises(sc.ReadError):
            sc.read(formula)


# The verdict

def test_a_verdict_as_data_and_as_text():
    verdict = sc.derive("(2x+1)^3", "x").check("3(2x+1)^2")
    assert isinstance(verdict, sc.Verdict) and list(verdict.as_dict()) == ["correct", "mistake", "message", "line", "question", "answer"]
    assert verdict.as_dict()["mistake"] == "inner derivative forgotten" and verdict.line is None
    assert str(verdict).startswith("Not right: inner derivative forgotten.\n")
    assert verdict._repr_mimebundle_()["text/html"]
    half = sc.derive(LINE, "m").check("x")
    assert str(half).startswith("Not right: outer derivative missing and the sign wrong.\n")
    assert str(sc.derive("x^2", "x").check("2x")).strip() == "Right."


# Hints

@pytest.mark.parametrize(("problem", "letter"), [(problem, letter) for problem, letter, _, _ in TABLE.WRONG[::3]])
def test_hints_climb_to_a_line_that_is_filled_in(derivation, problem, letter):
    d = derivation(problem, letter)
    for after in range(len(d.lines) - 1):
        hints = d.hints(after=after)
        assert 1 <= len(hints) <= 8 and len(set(hints)) == len(hints)
        assert any(f"next line is {sc.text(line.expression)}." in hints[-1] for line in d.lines[after + 1:])
        assert all(hint.endswith((".", "?")) and not hint.startswith(" ") for hint in hints)
    told = sc.text(d.result) in sc.text(d.expression)                 # 0.5x + 3 of (0.5x + 3)²
    assert all(sc.text(d.result) + "." not in hint for hint in d.hints()[:2]) or len(d.lines) == 2 or told


def test_the_hints_of_a_chain_rule():
    assert sc.derive("(2x+1)^3", "x").hints() == (
        "What is the outermost operation in (2x + 1)³, the one that is done last when it is worked out?",
        "(2x + 1)³ is the cube, and inside stands 2x + 1. Which rule is there for that?",
        "Use the chain rule: (u^n)' = n u^(n - 1) · u'.",
        "Fill in the blank: 3 (2x + 1)² ___.",
        "Filled in, the next line is 3 (2x + 1)² · d/dx (2x + 1).")


def test_the_session_of_the_contract():
    m, b = sc.parameters("m b")
    x, y = sc.columns("x y")
    d = sc.Loss(sc.mean((y - (m*x + b))**2)).derive("m")
    verdict = d.check("2*(y-(m*x+b))*x")
    assert not verdict.correct and verdict.mistake.name == TABLE.INNER_SIGN and verdict.line is None
    assert repr(verdict) == "<verdict on 2 (yᵢ - (m xᵢ + b)) xᵢ: sign of the inner derivative lost>"
    assert d.check("-2/n*sum(x*(y-(m*x+b)))").correct and d.check(d.result).message == "Right."
    assert len(d.hints()) == 8 and d.hints()[0].endswith("?")


@pytest.mark.parametrize(("problem", "letter", "answer", "mistake"), [
    ("(y-(m*x+b))^2", "m", "sum(-2*x*(y-(m*x+b)))", "a sum that the problem does not have"),
    (LINE, "m", "-2*x*mean(y-(m*x+b))", "a column taken out of the sum"),
    (LINE, "m", "-2*mean(x)*mean(y-(m*x+b))", "sum of products taken as product of sums"),
    ("x^2*y^3", "x", "2x*3y^2", "a constant factor differentiated too"),
    ("x^2+y^2", "x", "2x+2y", "a constant differentiated as if it changed"),
    ("pi^2", "x", "2*pi", "a constant differentiated as if it changed"),
    ("x^5", "x", "5x^3", "exponent lowered wrongly"), ("x^x", "x", "x^x*ln(x)", "exponential rule used on f^g"),
])
def test_further_mistakes(derivation, problem, letter, answer, mistake):
    verdict = derivation(problem, letter).check(answer)
    assert not verdict.correct and verdict.mistake.name == mistake


def test_more_derivatives_than_any_line_has_may_stand(derivation):
    pieces = " + ".join(f"d/dx ({k}x^2)" for k in range(1, 9))
    verdict = derivation("36x^2", "x").check(pieces)
    assert verdict.correct and verdict.line == 0 and verdict.message == "Right so far; 8 derivatives still stand."


def test_the_lines_of_a_function_without_a_rule_are_right():
    d = sc.derive("gamma(x^2)", "x")
    assert all(d.check(line.expression).correct for line in d.lines) and not d.check("2x*gamma(x^2)").correct

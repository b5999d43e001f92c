"""Straight-line code: each part once, what needs no parameters beforehand, sums as dot products."""

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Integer, Mul, Symbol

import symcalc as sc
from symcalc.compute.cluster import PartTape
from symcalc.compute.generated import executed, source_of
from symcalc.compute.tape import Tape
from symcalc.errors import LossError
from symcalc.language.data import read_table
from symcalc.language.names import columns_of, parameters_of
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import call

DATA = {"x": [1.0, 2.0, -4.0], "y": [0.5, -1.0, 3.0]}


def recorded(formula, arrays=True, **names):
    expression = sc.read(formula, **names)
    tape = Tape(parameters_of(expression), columns_of(expression), arrays)
    return tape, tape.value(expression)


def statements(tape):
    return [line.partition("#")[0].strip() for line in (*tape.before, *tape.steps)]


@pytest.mark.parametrize(("formula", "before", "steps"), [
    ("w*sum(x*y)", ["a0 = np.dot(c0, c1)"], ["a1 = a0 * p0"]),
    ("sum((y - w*x)^2)", [], ["a0 = p0 * c1", "a1 = c0 - a0", "a2 = np.dot(a1, a1)"]),
    ("sum(w*x)", ["a0 = np.add.reduce(c0)"], ["a1 = p0 * a0"]),
    ("sum(w)", [], ["a0 = rows * p0"]),
    ("mean(3)", ["a0 = rows * 3.0", "a1 = a0 / rows"], []),
    ("sum(x^2) + sum(x^2)*w", ["a0 = np.dot(c0, c0)"], ["a1 = a0 * p0", "a2 = a0 + a1"]),
    ("sum(-x*w)", ["a0 = np.add.reduce(c0)"], ["a1 = (-1.0) * p0", "a2 = a1 * a0"]),
])
def test_sums_over_rows(formula, before, steps):
    tape, _ = recorded(formula, columns="x y")
    assert statements(tape) == [*before, *steps] and len(tape.before) == len(before)


@pytest.mark.parametrize(("formula", "source"), [
    ("w^2", "p0 * p0"), ("w^3", "p0 * p0 * p0"), ("1/w", "1.0 / p0"), ("w^-2", "1.0 / a0"), ("sqrt(w)", "math.sqrt(p0)"),
    ("w^2.5", "math.pow(p0, 2.5)"), ("2^w", "math.pow(2.0, p0)"), ("e^w", "math.exp(p0)"), ("a - b", "p0 - p1"),
    ("-a - b", "-p0 - p1"), ("a - 2", "p0 - 2.0"), ("max(a, b)", "max(p0, p1)"), ("abs(a)", "abs(p0)"),
    ("piecewise((a, a < 0), (b, True))", "(p0 if a0 else p1)"),
])
def test_arithmetic_reads_as_a_person_writes_it(formula, source):
    tape, result = recorded(formula, arrays=False)
    assert statements(tape)[-1] == f"{result.source} = {source}"


def test_loss_and_gradient_share_their_parts():
    loss = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
    source = loss.compile(DATA).source
    assert source.count("np.multiply(p0, c1, ") == source.count("np.subtract(c0, ") == 1        # line and residual, once
    assert source.count(" = product_sum(") == 2 and source.count(" = np.add.reduce(") == 1         # one reduction for J and for each slope


def test_equal_code_is_written_once_though_the_expressions_differ():
    tape, _ = recorded("a*b + b*a", arrays=False)
    assert len(tape.steps) == 2


def test_what_moves_stands_inside_and_the_rest_before():
    tape, result = recorded("sum(exp(x)) + ln(sum(x^2))*w", columns="x")
    assert [line.split(" = ")[0] for line in tape.before] == ["a0", "a1", "a2", "a3"]
    assert all("p0" not in line for line in tape.before) and result.moves


def test_every_statement_says_in_mathematics_what_it_holds():
    tape, _ = recorded("mean((y - (m*x + b))^2)", columns="x y")
    assert [line.partition("# ")[2] for line in tape.steps][:2] == ["m xᵢ", "m xᵢ + b"]
    long, _ = recorded("+".join(f"sin({k}*w)" for k in range(2, 40)), arrays=False)
    assert all(len(line) < 2000 and "\n" not in line for line in long.steps)
    assert len(long.steps[-1].partition("# ")[2]) == 103                        # 100 characters and three dots


@pytest.mark.parametrize("row", [row for row in FUNCTIONS.values() if row.takes == (1, 1)], ids=lambda row: row.names[0])
@pytest.mark.parametrize("arrays", [False, True])
def test_every_function_of_the_vocabulary_compiles_to_its_value(row, arrays):
    w = Symbol("w", real=True)
    tape = Tape((w,), (), arrays)
    function = executed(tape, source_of(tape, "value", tape.value(call(row.head, w)).source))(None)
    for at in (0.3, 1.7):
        if row.inside is None or row.inside(at):
            found = function(np.float64(at) if arrays else at)
            assert float(found) == pytest.approx(float(row.value(mpmath.mp, at)), rel=2e-15, abs=1e-15)


@pytest.mark.parametrize("expression", [
    sympy.zeta(Symbol("s", real=True)), sympy.DiracDelta(Symbol("s", real=True)), sympy.Heaviside(Symbol("s", real=True)),
    sympy.I, sympy.Function("f")(Symbol("s", real=True)), sympy.Derivative(Symbol("s", real=True)**2, Symbol("s", real=True)),
])
def test_what_has_no_numeric_form_is_an_error_and_never_a_guess(expression):
    tape = Tape(tuple(expression.free_symbols), (), arrays=False)
    with pytest.raises((LossError, sc.SymcalcError)):
        tape.value(expression)


@pytest.mark.parametrize("number", [sympy.oo, -sympy.oo, sympy.nan, sympy.zoo])
def test_a_number_that_is_not_finite_is_an_error(number):
    with pytest.raises(sc.SymcalcError):
        Tape((), (), arrays=False).value(number)


@pytest.mark.parametrize(("number", "source"), [
    (Integer(-3), "-3.0"), (sympy.Rational(1, 3), "0.3333333333333333"), (sympy.Float("0.1"), "0.1"), (sympy.pi, repr(np.pi)),
    (sympy.E, repr(np.e)), (sympy.Float("1e-300"), "1e-300"), (Integer(10)**20, "1e+20"),
])
def test_numbers_are_written_to_the_last_digit(number, source):
    assert Tape((), (), arrays=False).value(number).source == source


def test_a_negative_number_is_bracketed_where_a_factor_stands():
    w = Symbol("w", real=True)
    tape = Tape((w,), (), arrays=False)
    tape.value(Mul(w, Integer(-3), evaluate=False))
    assert statements(tape) == ["a0 = (-3.0) * p0"]


def test_data_of_one_row_stay_a_column():
    table = read_table({"x": [2.0], "y": [5.0]})
    expression = sc.read("sum((y - w*x)^2)", columns="x y")
    tape = Tape(parameters_of(expression), columns_of(expression), True)
    function = executed(tape, source_of(tape, "value", tape.value(expression).source))(table)
    assert function(np.float64(2)) == 1.0


def test_a_tape_in_parts_has_the_statements_of_any_tape():
    """With the same mathematics beside them: of what is long, the beginning and dots."""
    loss = sc.Loss(f"mean(exp({' + '.join(f'w{k}*x' for k in range(40))}))", columns="x")
    plain, parts = (kind(loss.parameters, loss.columns, arrays=True) for kind in (Tape, PartTape))
    for tape in (plain, parts):
        tape.value(loss.expression)
    lines = [each.line() for each in parts.made.values()]
    assert lines == plain.written() and any(line.endswith("...") for line in lines)

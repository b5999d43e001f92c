"""SymPy expressions pass as real ones over our names, in the order in which people write, or one sentence says why not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import sympy
from sympy import (
    Add,
    And,
    Basic,
    Dummy,
    E,
    Eq,
    Expr,
    Float,
    Function,
    I,
    IndexedBase,
    Integer,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    Tuple,
    Wild,
    nan,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)

from symcalc.errors import LossError, SymcalcError
from symcalc.language import read
from symcalc.language.constants import Constants
from symcalc.language.gate import MAX_NODES, MAX_SYMPY_NODES, admitted
from symcalc.language.names import COUNT, ROW, column, columns, mean, parameters, parameters_of, sum_rows, symbol
from symcalc.language.shape import MAX_SYMPY_DEPTH, small
from symcalc.pages.notation import text

x, y, m, b, i, n, k, N = symbols("x y m b i n k N")
X, Y = IndexedBase("x"), IndexedBase("y")
cx, cy = columns("x y")
rm, rb = parameters("m b")


def nested(levels: int, inner: Basic = x) -> Basic:
    """sin(sin(...)), built past SymPy's own checks, as a crafted object would be."""
    for _ in range(levels):
        inner = Basic.__new__(sin, inner)
    return inner


def kept(head: type, *arguments: Basic) -> Expr:
    return head(*arguments, evaluate=False)


# (what is given, how it is written)
ADMITTED: list[tuple[Callable[[], Basic], str]] = [
    (lambda: x**2, "x²"),
    (lambda: Symbol("x", positive=True) + 1, "x + 1"),
    (lambda: pi * x + E, "π x + e"),
    (lambda: sqrt(x**2), "√(x²)"),
    (lambda: sympy.Abs(x) + sympy.sign(y), "|x| + sign(y)"),
    (lambda: Max(0, 1 - x) + Min(x, y), "max(0, 1 - x) + min(x, y)"),
    (lambda: Piecewise((x**2, x < 1), (2 * x - 1, True)), "{x² if x < 1; 2x - 1 otherwise}"),
    (lambda: Piecewise((x, Or(x < 1, Ne(y, 2))), (0, True)), "{x if x < 1 or y ≠ 2; 0 otherwise}"),
    (lambda: kept(Mul, 2, kept(Add, x, 1)), "2 (x + 1)"),
    (lambda: kept(Add, y, x), "y + x"),
    # the order in which people write, out of SymPy's
    (lambda: y - (m * x + b), "y - m x - b"),
    (lambda: (1 - x) ** 2 + 100 * (y - x**2) ** 2, "(1 - x)² + 100 (y - x²)²"),
    (lambda: x**2 - 2 * x + 1, "x² - 2x + 1"),
    (lambda: 1 - x, "1 - x"),
    (lambda: -x - y, "-x - y"),
    (lambda: mean((cy - (rm * cx + rb)) ** 2), "1/n Σ (yᵢ - (m xᵢ + b))²"),
    (lambda: mean((cy - rm * cx - rb) ** 2), "1/n Σ (yᵢ - (m xᵢ + b))²"),
    (lambda: mean((rm * cx + rb - cy) ** 2), "1/n Σ (m xᵢ + b - yᵢ)²"),
    (lambda: sum_rows((cy - rm * cx) ** 2), "Σ (yᵢ - m xᵢ)²"),
    # rows, whatever their index and number are called
    (lambda: X[i], "xᵢ"),
    (lambda: n * x, "n x"),
    (lambda: Sum((Y[i] - (m * X[i] + b)) ** 2, (i, 1, n)) / n, "1/n Σ (yᵢ - (m xᵢ + b))²"),
    (lambda: Sum((Y[k] - m * X[k]) ** 2, (k, 1, N)) / N, "1/n Σ (yᵢ - m xᵢ)²"),
    (lambda: Sum(X[i], (i, 1, Symbol("n", integer=True))) / n, "1/n Σ xᵢ"),
    (lambda: sum_rows(cx) / n, "1/n Σ xᵢ"),
    (lambda: Sum(i * X[i], (i, 1, n)), "Σ i xᵢ"),
    (lambda: Sum(X[sympy.Idx("i")], (sympy.Idx("i"), 1, n)), "Σ xᵢ"),
]

REFUSED: list[tuple[Callable[[], Basic], str]] = [
    # names
    (lambda: Symbol("__import__('os').getpid()"), "because it holds '(' (U+0028 LEFT PARENTHESIS)"),
    (lambda: Symbol("my x"), "'my x' is no name, because it holds (U+0020 SPACE)"),
    (lambda: Symbol("\\input{secret}"), "because it holds '\\' (U+005C REVERSE SOLIDUS)"),
    (lambda: Symbol("a\nb"), "'a<U+000A>b' is no name"),
    (lambda: Symbol(""), "it is empty"),
    (lambda: Symbol("a" * 100), "is longer than 32 characters"),
    (lambda: IndexedBase("<b>")[i], "'<b>' is no name"),
    (lambda: Symbol("x") + Symbol("x", real=True), "there are two different symbols named x; use one, such as Symbol('x'"),
    (lambda: Symbol("x1") + Symbol("x_1"), "the names x1 and x_1 look the same when printed; rename one"),
    (lambda: Dummy("x") + x, "x is a Dummy; use a plain Symbol"),
    (lambda: Wild("x"), "x is a Wild; use a plain Symbol"),
    (lambda: Symbol("z", imaginary=True), "z is declared as something other than a real number; use a plain Symbol"),
    (lambda: Symbol("z", real=False), "z is declared as something other than a real number"),
    (lambda: Symbol("A", commutative=False), "A is declared as something other than a real number"),
    # numbers
    (lambda: I * x, "complex numbers are not supported; the expression holds the imaginary unit"),
    (lambda: sqrt(-2) * x, "complex numbers are not supported"),
    (lambda: Integer(-8) ** Rational(1, 3), "(-1)^(1/3) is not real"),
    (lambda: oo * x, "the expression holds oo, which is no finite number; is there a division by zero in it?"),
    (lambda: -oo + x, "holds -oo"),
    (lambda: x / 0, "the expression holds zoo, which is no finite number; is there a division by zero in it?"),
    (lambda: nan, "the expression holds nan"),
    (lambda: Float("nan"), "the expression holds nan"),
    (lambda: Integer(10) ** 400 * x, "a whole number has more than 300 digits"),
    (lambda: Rational(10**400, 10**400 + 1) * x, "a whole number has more than 300 digits"),
    (lambda: Float("1e500") * x, "is too large to compute with"),
    (lambda: Float("1e-500") * x, "a number is too small to compute with; float64 cannot tell it from 0"),
    (lambda: kept(Pow, 9, kept(Pow, 9, 9)) * x, "the exponent 9⁹ is too large to compute with"),
    (lambda: x ** (Integer(10) ** 400) + 1, "a whole number has more than 300 digits"),
    (lambda: sympy.exp(1000) * x, "the constant exp(1000) is too large to compute with"),
    (lambda: kept(sympy.log, Integer(-1)), "ln(-1) is not real; ln needs a positive argument"),
    (lambda: sympy.GoldenRatio * x, "GoldenRatio is not supported"),
    # rows
    (lambda: Sum(X[i], (i, 0, n - 1)), "a sum over the rows is written Sum(f, (i, 1, n))"),
    (lambda: Sum(X[i], (i, 1, 10)), "a sum over the rows is written Sum(f, (i, 1, n))"),
    (lambda: Sum(X[i], (i, 1, n), (k, 1, n)), "only single sums over the rows are supported"),
    (lambda: Sum(Mul(2, Sum(X[i], (i, 1, n))), (k, 1, n)), "a sum over the rows cannot stand inside another"),
    (lambda: Sum(X[i], (i, 1, n)) + Sum(Y[i], (i, 1, N)), "there is one number of rows, not N and n"),
    (lambda: Sum(X[i], (i, 1, N)) / n, "there is one number of rows, not N and n"),
    (lambda: Sum(X[i], (k, 1, n)), "x[i] is no column; columns have one index, the row, as in x[k]"),
    (lambda: X[1], "x[1] is no column; columns have one index, the row, as in x[i]"),
    (lambda: X[i + 1], "x[i + 1] is no column"),
    (lambda: X[i, k], "x[i, k] is no column"),
    (lambda: X[k], "x[k] is no column"),
    # conditions
    (lambda: Piecewise((x, x < 1)), "the last pair of a piecewise needs the condition True"),
    (lambda: Piecewise((x, x < 1), (1, x >= 2)), "the last pair of a piecewise needs the condition True"),
    (lambda: Piecewise((x, Symbol("p")), (1, True)), "a condition compares two expressions, such as x < 1"),
    (lambda: Piecewise((x, And(x < 1, Symbol("p"))), (1, True)), "a condition compares two expressions"),
    (lambda: Piecewise((x, Eq(x, True)), (1, True)), "a condition compares two expressions"),
    (lambda: Piecewise((x, Not(And(x < 1, y > 0), evaluate=False)), (1, True)), "a condition compares two expressions"),
    # what is no expression
    (lambda: sympy.true, "a loss is an expression, not BooleanTrue"),
    (lambda: x < 1, "a loss is an expression, not StrictLessThan"),
    (lambda: Tuple(x, y), "a loss is an expression, not Tuple"),
    (lambda: sympy.Interval(0, 1), "a loss is an expression, not Interval"),
    (lambda: sympy.ImmutableMatrix([x]), "ImmutableDenseMatrix is not supported"),
    (lambda: sympy.MatrixSymbol("A", 2, 2)[0, 0], "MatrixElement is not supported"),
    (lambda: X, "IndexedBase is not supported"),
    (lambda: sympy.Lambda(x, x), "IdentityFunction is not supported"),
    (lambda: Function("f")(x), "the function f is unknown; only functions with a row in the vocabulary can be used"),
    (lambda: Function("\x1b[31m")(x), "the function <U+001B>[31m is unknown"),
    (lambda: sympy.erfi(x), "erfi is not supported; a loss is made of sums, products, powers and the functions of the vocab"),
    (lambda: sympy.Derivative(x**2, x), "Derivative is not supported"),
    (lambda: sympy.Integral(x, x), "Integral is not supported"),
    (lambda: sympy.Heaviside(x, 1), "the step function is 1/2 at 0 here, not 1; leave the second argument of Heaviside out"),
    (lambda: sympy.re(x), "re is not supported"),
    (lambda: sympy.UnevaluatedExpr(x), "UnevaluatedExpr is not supported"),
    # size
    (lambda: Add(*(Symbol(f"x{j}") for j in range(MAX_SYMPY_NODES))), "the expression has more than 5,000 parts"),
    (lambda: nested(MAX_SYMPY_DEPTH + 1), "the expression is nested more than 150 levels deep"),
    (lambda: nested(2_000), "nested more than 150 levels deep"),
    (lambda: X[nested(2_000)], "nested more than 150 levels deep"),
]


@pytest.mark.parametrize("case", ADMITTED, ids=lambda case: case[1])
def test_admitted(case: tuple[Callable[[], Basic], str]) -> None:
    build, shown = case
    given, own = build(), read(build())
    assert text(own) == shown
    assert all(part in (ROW, COUNT) or part == symbol(part.name) for part in own.atoms(Symbol) - _labels(own))
    assert read(own) == own
    rng = random.Random(7)
    at = {name: rng.uniform(-2, 2) for name in sorted({part.name for part in given.atoms(Symbol)} - {"i", "n", "N", "k"})}
    assert _number(given, at) == pytest.approx(_number(own, at), rel=1e-12)


def _labels(expression: Basic) -> set[Basic]:
    return {part.base.label for part in expression.atoms(sympy.Indexed)}


def _number(expression: Basic, at: dict[str, float]) -> float:
    """The value by SymPy itself, over three rows."""
    data = {name: sympy.Array([value, 2 * value, value - 1]) for name, value in at.items()}
    columns_in = expression.atoms(sympy.Indexed)
    rows = {symbol_: 3 for symbol_ in expression.atoms(Symbol) if symbol_.name in ("n", "N")}
    done = expression.xreplace(rows).doit() if columns_in else expression
    done = done.xreplace({part: data[str(part.base.label)][_row(part)] for part in done.atoms(sympy.Indexed)})
    return float(done.xreplace(rows).evalf(subs={part: at[part.name] for part in done.free_symbols if part.name in at}))


def _row(part: sympy.Indexed) -> int:
    return int(part.indices[0]) - 1 if part.indices[0].is_Integer else 0


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[1][:50].encode("unicode_escape").decode())
def test_refused(case: tuple[Callable[[], Basic], str]) -> None:
    build, sentence = case
    given = build()
    with pytest.raises(SymcalcError) as caught:
        read(given)
    said = str(caught.value)
    assert sentence in said
    assert said.isprintable() and len(said) <= 200


def test_plain_and_real_symbols_are_one_letter_afterwards() -> None:
    assert read(Symbol("w") ** 2) == read("w^2") == read(symbol("w") ** 2)
    assert parameters_of(read(Symbol("w", positive=True))) == (symbol("w"),)


def test_our_row_and_a_plain_i_are_the_same_row() -> None:
    assert text(read(Sum(cx * m, (i, 1, n)) / n)) == text(read("sum(m*x)/n")) == "1/n Σ m xᵢ"


def test_what_was_written_stays_as_it_was() -> None:
    for typed in ("y - (m*x + b)", "b + a - 2*(x + y)", "x*2*y/3", "mean((y - (m*x + b))^2)", "max(b, a)^2 - -3"):
        assert text(read(read(typed))) == text(read(typed))


def test_small_counts_a_column_as_one_part() -> None:
    expression = Add(*(column(f"x{j}") for j in range(MAX_NODES - 1)))
    assert small(expression, MAX_NODES) is expression
    with pytest.raises(LossError, match="more than 300 parts"):
        small(expression + 1, MAX_NODES)


def test_depth_up_to_the_limit_is_fine() -> None:
    assert text(admitted(nested(MAX_SYMPY_DEPTH))).count("sin") == MAX_SYMPY_DEPTH


# (constant, its value or why it has none)
CONSTANTS: list[tuple[Basic, object]] = [
    (Integer(3), 3.0), (Rational(1, 4), 0.25), (Float(0.1), 0.1), (pi, 3.141592653589793), (x, None), (cx, None), (2 * x, None),
    (kept(Add, 1, 2), 3.0), (kept(Mul, 2, 3), 6.0), (kept(Pow, 2, 3), 8.0), (kept(Pow, 0, 0), 1.0), (Float(0.0), 0.0),
    (kept(sympy.log, Integer(50_000)), 10.819778284410283), (kept(sin, pi), 1.2246467991473532e-16),
    (kept(sympy.tanh, Integer(100_000)), 1.0), (kept(Max, 1, 2), None),
    (kept(Mul, Float(1e200), Float(1e200), x), "is too large to compute with"),
    (kept(Mul, Float(1e-200), Float(1e-200)), "is too small to compute with"),
    (kept(Pow, Float(1e-200), 2), "is too small to compute with"),
    (kept(Mul, Float(1e-200), Integer(0)), 0.0), (kept(Pow, 0, 2), 0.0),
    (kept(Pow, 2, 1001), "the exponent 1001 is too large to compute with; at most 1,000"),
    (kept(Pow, x, 1001), "the exponent 1001 is too large"),
    (kept(Pow, 10, 301), "the constant 10³⁰¹ is too large"),
    (kept(Pow, kept(Add, 1, -1), -1), "division by zero in 1/(1 - 1)"),
    (kept(Pow, -8, Rational(1, 3)), "(-8)^(1/3) is not real"),
    (kept(sympy.tanh, Integer(10) ** 9), "the constant tanh(1000000000) is too large"),
    (kept(sympy.cot, Integer(0)), "cot(0) is not real; cot needs an argument that is no multiple of pi"),
    (kept(sympy.cosh, Integer(10_000)), "the constant cosh(10000) is too large"),
]


@pytest.mark.parametrize(("constant", "expected"), CONSTANTS, ids=lambda value: str(value)[:30])
def test_constants(constant: Basic, expected: object) -> None:
    if isinstance(expected, str):
        with pytest.raises(LossError) as caught:
            Constants().value(constant)
        assert expected in str(caught.value)
    else:
        assert Constants().value(constant) == expected

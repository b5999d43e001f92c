"""What a person types is read as meant and kept as written, or one sentence says where it fails and what to type."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Add, And, Basic, Float, Indexed, Integer, Max, Min, Mul, Piecewise, Pow, Rational, Sum, Symbol

from symcalc.errors import LossError, ReadError, SymcalcError
from symcalc.language import read
from symcalc.language.names import COUNT, ROW, column, name_of, parameters, parameters_of, symbol
from symcalc.pages.notation import text

LETTERS = list("abcdmpwxyz")
ROWS = 4

# What a tree means, in Python floats: an oracle that shares nothing with the reader.

_ONE = {"exp": math.exp, "log": math.log, "sin": math.sin, "cos": math.cos, "tan": math.tan, "sinh": math.sinh,
        "tanh": math.tanh, "atan": math.atan, "asinh": math.asinh, "Abs": abs, "sign": lambda u: math.copysign(1, u),
        "sigmoid": lambda u: 1 / (1 + math.exp(-u)), "softplus": lambda u: math.log1p(math.exp(u)),
        "relu": lambda u: max(u, 0.0), "gamma": math.gamma, "cbrt": math.cbrt, "logarithm": math.log, "asin": math.asin}
_COMPARED = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "==": float.__eq__,
             "!=": float.__ne__}


def value(part: Basic, at: dict[str, float], rows: dict[str, list[float]], row: int = 0) -> float:
    def of(inner: Basic) -> float:
        return value(inner, at, rows, row)

    match part:
        case Integer() | Rational() | Float():
            return float(part)
        case Indexed():
            return rows[name_of(part)][row]
        case Symbol():
            return float(ROWS if part == COUNT else row + 1 if part == ROW else at[part.name])
        case Add():
            return math.fsum(map(of, part.args))
        case Mul():
            return math.prod(map(of, part.args))
        case Pow():
            return math.pow(of(part.base), of(part.exp))
        case Sum():
            return math.fsum(value(part.function, at, rows, k) for k in range(ROWS))
        case Max() | Min():
            return (max if isinstance(part, Max) else min)(map(of, part.args))
        case Piecewise():
            return next(of(case) for case, condition in part.args if holds(condition, of))
        case sympy.E | sympy.pi:
            return float(part)
        case _:
            return _ONE[type(part).__name__](*map(of, part.args))


def holds(condition: Basic, of: Callable[[Basic], float]) -> bool:
    if isinstance(condition, And):
        return all(holds(part, of) for part in condition.args)
    return condition == True or _COMPARED[condition.rel_op](*map(of, condition.args))  # noqa: E712 (SymPy's own true)


def a_point(seed: int) -> tuple[dict[str, float], dict[str, list[float]]]:
    rng = random.Random(seed)
    return ({name: rng.uniform(0.2, 2.5) for name in LETTERS},
            {name: [rng.uniform(-2, 2) for _ in range(ROWS)] for name in ("x", "y")})


# (typed, how it is written back, what it is in Python) or (typed, where the caret stands, part of the sentence)

ARITHMETIC = [
    ("x^2", "x²", "x**2"),
    ("x**2", "x²", "x**2"),
    ("x²", "x²", "x**2"),
    ("x⁻¹", "1/x", "1/x"),
    ("x²y", "x² y", "x**2*y"),
    ("x^2²", "x^(2²)", "x**4"),
    ("2x", "2x", "2*x"),
    ("2 x", "2x", "2*x"),
    ("2x^2", "2x²", "2*x**2"),
    ("2(x+1)", "2 (x + 1)", "2*(x+1)"),
    ("2(x+1)^2", "2 (x + 1)²", "2*(x+1)**2"),
    ("(x+1)(x-1)", "(x + 1) (x - 1)", "(x+1)*(x-1)"),
    ("(x+1)(x-1)(x-2)", "(x + 1) (x - 1) (x - 2)", "(x+1)*(x-1)*(x-2)"),
    ("(x)y", "x y", "x*y"),
    ("2pi*x", "2π x", "2*math.pi*x"),
    ("3x - 11", "3x - 11", "3*x - 11"),
    ("y - (m*x + b)", "y - (m x + b)", "y - (m*x + b)"),
    ("(y-(m*x+b))^2", "(y - (m x + b))²", "(y - (m*x + b))**2"),
    ("a-b-c", "a - b - c", "a - b - c"),
    ("a-(b-c)", "a - (b - c)", "a - (b - c)"),
    ("a-(b+c)-d", "a - (b + c) - d", "a - (b + c) - d"),
    ("b + a", "b + a", "b + a"),
    ("x*2", "x · 2", "x*2"),
    ("a/b/c", "a/(b c)", "a/b/c"),
    ("a/b*c", "a/b · c", "a/b*c"),
    ("a*b/c*d", "a b/c · d", "a*b/c*d"),
    ("a/(b*c)", "a/(b c)", "a/(b*c)"),
    ("a*(b*c)", "a · b c", "a*(b*c)"),
    ("(a*b)*c", "a b c", "(a*b)*c"),
    ("a/(b/c)", "a/(b/c)", "a/(b/c)"),
    ("1/2*x", "1/2 · x", "0.5*x"),
    ("(1/2)x", "1/2 · x", "0.5*x"),
    ("1/(2x)", "1/(2x)", "1/(2*x)"),
    ("x/2", "x/2", "x/2"),
    ("x/1", "x", "x"),
    ("-x^2", "-x²", "-(x**2)"),
    ("(-x)^2", "(-x)²", "(-x)**2"),
    ("-2^2", "-2²", "-4"),
    ("-x²", "-x²", "-(x**2)"),
    ("2*-3", "2 · (-3)", "-6"),
    ("2/-4", "-1/2", "-0.5"),
    ("--x", "x", "x"),
    ("+x", "x", "x"),
    ("x--y", "x + y", "x + y"),
    ("x+-y", "x - y", "x - y"),
    ("x*-y*-z", "x · (-y) · (-z)", "x*y*z"),
    ("-x*-y", "-x · (-y)", "x*y"),
    ("-(a+b)", "-(a + b)", "-(a + b)"),
    ("2^-x", "2^(-x)", "2**-x"),
    ("x^-2", "1/x²", "x**-2"),
    ("x^-y^2", "x^(-y²)", "x**-(y**2)"),
    ("x^y^z", "x^(y^z)", "x**(y**z)"),
    ("2**3**2", "2^(3²)", "512"),
    ("(x^y)^z", "(x^y)^z", "(x**y)**z"),
    ("x^(1/2)", "√x", "math.sqrt(x)"),
    ("x^0.5", "x^0.5", "math.sqrt(x)"),
    ("x^1", "x¹", "x"),
    ("0*x", "0 · x", "0"),
    ("2×x − 3·y", "2x - 3y", "2*x - 3*y"),
    ("x÷y – z", "x/y - z", "x/y - z"),
    (" \t2x\n + 1 ", "2x + 1", "2*x + 1"),
    ("\ufeffx+1", "x + 1", "x + 1"),
    ("x y", 2, "a sign is missing before 'y'; did you mean x*y?"),
    ("2x y", 3, "did you mean x*y?"),
    ("x 2", 2, "did you mean x*2?"),
    ("3 4", 2, "did you mean 3*4?"),
    ("(x+1)2", 5, "a sign is missing before '2'"),
    ("pi r^2", 3, "did you mean pi*r?"),
    ("x[i] y[i]", 5, "a sign is missing before 'y'"),
    ("1/2x", 3, "it is unclear whether 'x' belongs under the fraction bar; write * and brackets, such as (1/2)*x or 1/(2*x)"),
    ("1/2(x+1)", 3, "it is unclear whether '(' belongs under the fraction bar"),
    ("1/2 sin(x)", 4, "it is unclear whether 'sin' belongs under the fraction bar"),
    ("1/-2x", 4, "it is unclear"),
    ("1/(2)x", 5, "it is unclear"),
    ("1/|x|y", 5, "it is unclear"),
    ("1/x²y", 4, "it is unclear"),
    ("x^2y", 3, "it is unclear whether 'y' belongs to the exponent; write * and brackets, such as x^2*y or x^(2*y)"),
    ("x^2(x+1)", 3, "belongs to the exponent"),
    ("e^-2x", 4, "belongs to the exponent"),
    ("e^--2x", 5, "belongs to the exponent"),
    ("x+", 2, "something must follow '+'"),
    ("x + ", 3, "something must follow '+'"),
    ("x**", 3, "something must follow '*'"),
    ("x***2", 3, "unexpected '*'; a number, a name or a bracket is expected here"),
    ("x^^2", 2, "unexpected '^'"),
    ("x // 2", 3, "unexpected '/'"),
    ("*", 0, "unexpected '*'"),
    ("²x", 0, "unexpected '²'; a number, a name or a bracket is expected here"),
    ("()", 1, "unexpected ')'"),
    ("(x+1", 0, "'(' at column 1 is never closed"),
    ("sin((x)", 3, "'(' at column 4 is never closed"),
    ("x)", 1, "')' closes nothing"),
    ("(x]", 2, "']' closes nothing"),
    ("x, y", 1, "one expression is expected here, not a list"),
    ("(x, y)", 2, "one expression is expected here, not a list"),
    ("0,5*x", 1, "not a list; write decimals with a point, such as 0.5"),
    ("x < y", 2, "a comparison is not allowed here, only as a condition in piecewise(...)"),
    ("x ≠ y", 2, "a comparison is not allowed here"),
    ("y = m*x", 2, "a loss is an expression, not an equation; write its right side alone"),
    ("[x+1]*2", 0, "square brackets hold the row of a column, as in x[i]; write round ones around anything else"),
    ("x if y", 2, "unexpected 'if'; write piecewise((f, x < 1), (g, True))"),
    ("x and y", 2, "unexpected 'and'; write 0 < x < 1 for both"),
    ("not x", 0, "unexpected 'not'; write the opposite comparison"),
]

NUMBERS = [
    ("0.1", "0.1", "0.1"),
    (".5x", "0.5x", "0.5*x"),
    ("5.", "5", "5"),
    ("1.5e-3x", "0.0015x", "0.0015*x"),
    ("2E3", "2000", "2000"),
    ("2e", "2e", "2*math.e"),
    ("2e-x", "2e - x", "2*math.e - x"),
    ("007", "7", "7"),
    ("0e5", "0", "0"),
    ("2/3", "2/3", "2/3"),
    ("ln(50000)", "ln(50000)", "math.log(50000)"),
    ("1.2.3", 0, "malformed number '1.2.3'; write one such as 0.5 or 2e-3"),
    ("0x1F", 0, "malformed number '0x1F'"),
    ("1..2", 0, "malformed number"),
    ("1_000", 1, "a number is written in one piece"),
    ("...", 0, "a number needs digits, such as 0.5"),
    ("7" * 31, 0, "the number has more than 30 digits"),
    ("1e400", 0, "the number 1e400 is too large to compute with"),
    ("x + 1e-400", 4, "the number 1e-400 is too small to compute with"),
    ("1e-320", 0, "too small"),
    ("9^9^9", 0, "the exponent 9⁹ is too large to compute with; at most 1,000"),
    ("x^1001", 0, "the exponent 1001 is too large"),
    ("1e200*x*1e200", 0, "is too large to compute with"),
    ("x + 10^301", 4, "the constant 10³⁰¹ is too large"),
    ("0/0", 2, "division by zero"),
    ("x/0.0", 2, "division by zero"),
    ("2 + x/(1-1)", 4, "division by zero in 1/(1 - 1)"),
    ("0^-1", 0, "division by zero"),
    ("x + log(-1)", 4, "ln(-1) is not real; ln needs a positive argument"),
    ("log(x, 1)", 0, "the base of a logarithm is a positive number other than 1, not 1"),
    ("sqrt(-1)", 0, "√(-1) is not real"),
    ("(-8)^(1/3)", 0, "(-8)^(1/3) is not real"),
    ("asin(2)", 0, "asin(2) is not real; asin needs an argument from -1 to 1"),
    ("sin(exp(exp(9)))", 4, "the constant exp(exp(9)) is too large"),
    ("tanh(10^9)", 0, "the constant tanh(10⁹) is too large"),
    ("gamma(200)", 0, "the constant gamma(200) is too large"),
]

FUNCTIONS = [
    ("exp(x)", "exp(x)", "math.exp(x)"),
    ("e^x", "e^x", "math.exp(x)"),
    ("E**-x", "e^(-x)", "math.exp(-x)"),
    ("ln(x)", "ln(x)", "math.log(x)"),
    ("log(x)", "ln(x)", "math.log(x)"),
    ("log(x, 2)", "log₂(x)", "math.log2(x)"),
    ("log2(x) + log10(y)", "log₂(x) + log₁₀(y)", "math.log2(x) + math.log10(y)"),
    ("sqrt(x+1)", "√(x + 1)", "math.sqrt(x+1)"),
    ("cbrt(x)", "∛x", "math.cbrt(x)"),
    ("sin(x)^2 + cos(x)²", "sin²(x) + cos²(x)", "1"),
    ("sin(x)cos(x)", "sin(x) cos(x)", "math.sin(x)*math.cos(x)"),
    ("2sin(x)", "2 sin(x)", "2*math.sin(x)"),
    ("sin(2x)", "sin(2x)", "math.sin(2*x)"),
    ("arctan(x) + arsinh(x)", "atan(x) + asinh(x)", "math.atan(x) + math.asinh(x)"),
    ("|x - y|", "|x - y|", "abs(x - y)"),
    ("||x| - |y||", "||x| - |y||", "abs(abs(x) - abs(y))"),
    ("|x||y|", "|x| |y|", "abs(x)*abs(y)"),
    ("2|-x|^2", "2 |-x|²", "2*x**2"),
    ("| |x| |", "||x||", "x"),
    ("|x - |y + |z|||", "|x - |y + |z|||", "abs(x - abs(y + z))"),
    ("|(|x|)|", "||x||", "x"),
    ("abs(x-2) + Abs(y)", "|x - 2| + |y|", "abs(x-2) + y"),
    ("max(0, 1 - y*(w*x + b))", "max(0, 1 - y (w x + b))", "max(0, 1 - y*(w*x + b))"),
    ("Max(x, 0)", "max(x, 0)", "max(x, 0)"),
    ("min(x, y, z)", "min(x, y, z)", "min(x, y, z)"),
    ("Min(1, x)", "min(1, x)", "min(1, x)"),
    ("relu(-x) + ReLU(y)", "relu(-x) + relu(y)", "y"),
    ("sigmoid(x)", "σ(x)", "1/(1 + math.exp(-x))"),
    ("softplus(x)", "softplus(x)", "math.log(1 + math.exp(x))"),
    ("sign(x)*x", "sign(x) x", "x"),
    ("gamma(x)", "gamma(x)", "math.gamma(x)"),
    ("piecewise((x^2, x < 1), (2*x - 1, True))", "{x² if x < 1; 2x - 1 otherwise}", "x**2 if x < 1 else 2*x - 1"),
    ("Piecewise((x**2, x <= 1), (y, x >= 2), (2*x - 1, True))", "{x² if x ≤ 1; y if x ≥ 2; 2x - 1 otherwise}",
     "x**2 if x <= 1 else y if x >= 2 else 2*x - 1"),
    ("piecewise((x, 0.5 <= x < 1), (y, otherwise))", "{x if 0.5 ≤ x < 1; y otherwise}", "x if .5 <= x < 1 else y"),
    ("piecewise((x, (x + 1 ≤ y)), (y, True))", "{x if x + 1 ≤ y; y otherwise}", "x if x + 1 <= y else y"),
    ("piecewise((x, x ≠ y), (2, x == y), (3, true))", "{x if x ≠ y; 2 if x = y; 3 otherwise}", "x"),
    ("piecewise(((x+1)^2, (x+1) < y), (1, True))", "{(x + 1)² if x + 1 < y; 1 otherwise}",
     "(x+1)**2 if x + 1 < y else 1"),
    ("sin x", 0, "sin is a function; write its argument in brackets, as in sin(x)"),
    ("sin 2x", 0, "sin is a function"),
    ("2 + ln|x|", 4, "ln is a function; write its argument in brackets, as in ln(x)"),
    ("exp theta", 0, "as in exp(theta)"),
    ("x sin(x)", 2, "did you mean x*sin(...)?"),
    ("xsin(x)", 0, "unknown function 'xsin'; did you mean x*sin(x)?"),
    ("sin^2(x)", 0, "a power stands behind the argument; write sin(x)^2, or asin(x) for the inverse"),
    ("1 + sin²(x)", "1 + sin²(x)", "1 + math.sin(x)**2"),
    ("1 + sin²x", 4, "write sin(x)^2"),
    ("sin^-1(x)", 0, "or asin(x) for the inverse"),
    ("tanh^2 x", 0, "write tanh(x)^2, or atanh(x) for the inverse"),
    ("sinx", 0, "sinx is read as one name, which is not declared; did you mean sin(x)?"),
    ("1 + sqrtx", 4, "did you mean sqrt(x)?"),
    ("sim(x)", 0, "unknown function 'sim'; did you mean 'sin'?"),
    ("SIN(x)", 0, "did you mean 'sin'?"),
    ("Exp(x)", 0, "did you mean 'exp'?"),
    ("sumx(x)", 0, "did you mean 'sum'?"),
    ("lg(x)", 0, "unknown function 'lg'; write log10(x)"),
    ("pow(x, 2)", 0, "unknown function 'pow'; write x^2"),
    ("σ(x)", 0, "write sigmoid(x)"),
    ("factorial(x)", 0, "unknown function 'factorial'; the functions are exp, ln, sin"),
    ("f(x)", 0, "f is a name, not a function; did you mean f*(x)?"),
    ("x(1)", 0, "x is a name, not a function; did you mean x*(1)?"),
    ("w1(x+1)", 0, "w1 is a name, not a function; did you mean w1*(x+1)?"),
    ("λ(w)", 0, "λ is a name, not a function; did you mean λ*(w)?"),
    ("e^x(x+1)", 2, "did you mean x*(x+1)?"),
    ("sin()", 0, "sin takes 1 argument, 0 given"),
    ("1 + sin(x, y)", 4, "sin takes 1 argument, 2 given"),
    ("max(x)", 0, "max takes 2 or more arguments, 1 given"),
    ("sin(x,)", 6, "unexpected ')'"),
    ("max((x, 1), 2)", 4, "one expression is expected here, not a list"),
    ("max(x < 1, 2)", 4, "a comparison is not allowed here"),
    ("|x", 0, "'|' at column 1 is never closed"),
    ("x|y|", 1, "did you mean x*|...|?"),
    ("|x|y|z|", 4, "a sign is missing before '|'"),
    ("piecewise((x, x < 1))", 10, "the last pair of a piecewise needs the condition True, so that every case is covered"),
    ("piecewise((x, x < 1), (2x, x >= 1))", 22, "the last pair of a piecewise needs the condition True"),
    ("piecewise()", 0, "the last pair of a piecewise needs"),
    ("piecewise(x, x < 1)", 10, "piecewise takes pairs, such as piecewise((x^2, x < 1), (2*x - 1, True))"),
    ("piecewise((x, y), (1, True))", 14, "a condition compares two expressions, such as x < 1"),
    ("1 and x", 2, "unexpected 'and'"),
    ("piecewise((x, x ≤ 1), (2, True)) + )", 35, "')' closes nothing"),
    ("piecewise((x, x < piecewise((y, x < 1), (x, True))), (1, True))", 14, "a condition cannot hold another piecewise"),
]

NAMES = [
    ("alpha*x", "α x", "alpha*x"),
    ("θ₁ + θ₂", "θ₁ + θ₂", "theta_1 + theta_2"),
    ("θ_1*θ_max", "θ₁ theta_max", "theta_1*theta_max"),
    ("λw", 1, "did you mean λ*w?"),
    ("λ*w²", "λ w²", "lambda_*w**2"),
    ("lambda*w", "λ w", "lambda_*w"),
    ("µ*σ + ϵ", "μ σ + ε", "mu*sigma + epsilon"),
    ("gamma*x", "γ x", "gamma*x"),
    ("gamma x", 6, "did you mean gamma*x?"),
    ("x₁ + 2x₂", "x₁ + 2x₂", "x_1 + 2*x_2"),
    ("x1 + x2", "x1 + x2", "x1 + x2"),
    ("learning_rate*x", "learning_rate x", "learning_rate*x"),
    ("S*x + N - Q", "S x + N - Q", "S*x + N - Q"),
    ("beta + zeta*xi", "β + ζ ξ", "beta + zeta*xi"),
    ("max*x + sum - min", "max x + sum - min", "max_*x + sum_ - min_"),
    ("exp^2 + exp", "exp² + exp", "exp**2 + exp"),
    ("cost + tanh", "cost + tanh", "cost + tanh"),
    ("i*x + n", "i x + n", "i*x + n"),
    ("e*x + E*y + pi", "e x + e y + π", "math.e*x + math.e*y + math.pi"),
    ("π*x", "π x", "math.pi*x"),
    ("I*x", 0, "complex numbers are not supported; declare I as a parameter or use another name"),
    ("_x", 0, "a name starts with a letter"),
    ("x + " + "a" * 33, 4, "the name 'aaaaaaaaaaaaaaaaaaaa...' is longer than 32 characters"),
    ("x1 + x_1", 5, "the names x1 and x_1 look the same when printed; rename one"),
    ("lambda + lamda", 9, "the names lambda and lamda look the same"),
    ("x'", 1, "leave quotation marks and primes out"),
    ("np.exp(x)", 2, "and a function no np. in front"),
    ("xⁿ", 1, "write x^n"),
    ("x_{1}", 2, "use round brackets, as in x^(2), and plain numbers, as in x_1"),
    ("х + 1", 0, "'х' (U+0445 CYRILLIC SMALL LETTER HA): it only looks like a plain letter, digit or sign; did you mean 'x'?"),
    ("+".join(f"a{k}" for k in range(65)), None, "the formula has more than 64 different names"),
]


def python(source: str, at: dict[str, float], rows: dict[str, list[float]]) -> float:
    """The oracle: the row's Python, with the same letters."""
    return eval(source, {"math": math, "n": ROWS, **{f"{name}s": values for name, values in rows.items()}, **at})


def names_in(expression: Basic) -> list[str]:
    return [parameter.name for parameter in parameters_of(expression)]


@pytest.mark.parametrize("case", ARITHMETIC + NUMBERS + FUNCTIONS + NAMES, ids=lambda case: case[0][:40])
def test_formula(case: tuple[str, object, str]) -> None:
    typed, shown, meant = case
    if isinstance(shown, str):
        check_read(read(typed), shown, meant)
    else:
        check_refused(typed, shown, meant)


def check_read(expression: Basic, shown: str, meant: str) -> None:
    assert text(expression) == shown
    for seed in range(3):
        at, rows = a_point(seed)
        rng = random.Random(seed)
        at |= {name: rng.uniform(0.2, 2.5) for name in names_in(expression) if name not in at}
        spelled = at | {f"{name}_": at[name] for name in ("lambda", "max", "min", "sum") if name in at}
        assert value(expression, at, rows) == pytest.approx(python(meant, spelled, rows), rel=1e-12)


def check_refused(typed: str, position: object, sentence: str, **declared: str) -> None:
    with pytest.raises(SymcalcError) as caught:
        print(text(read(typed, **declared)))
    first, *below = str(caught.value).splitlines()
    assert sentence in first
    assert len(first) <= 220 and first.isprintable()
    assert getattr(caught.value, "position", None) == position
    if position is not None:
        line, caret = below
        assert caret.strip() == "^"
        assert line[caret.index("^"):][:1] == caught.value.text[position:][:1].replace("\t", "<")


OVER_ROWS = [
    ("mean((y - (m*x + b))^2)", "1/n Σ (yᵢ - (m xᵢ + b))²", "sum((v - (m*u + b))**2 for u, v in zip(xs, ys))/n"),
    ("sum(x)", "Σ xᵢ", "sum(xs)"),
    ("sum(x^2)/(2n)", "1/(2n) Σ xᵢ²", "sum(u*u for u in xs)/8"),
    ("1/(2n)*sum(x)", "1/(2n) Σ xᵢ", "sum(xs)/8"),
    ("2*sum(x)/n", "2/n Σ xᵢ", "sum(xs)/2"),
    ("m*sum(x)/n", "m/n Σ xᵢ", "m*sum(xs)/4"),
    ("sum(x)^2", "(Σ xᵢ)²", "sum(xs)**2"),
    ("sqrt(mean(x^2))", "√(1/n Σ xᵢ²)", "math.sqrt(sum(u*u for u in xs)/n)"),
    ("mean(abs(x)) + lambda*m^2", "1/n Σ |xᵢ| + λ m²", "sum(map(abs, xs))/n + lambda_*m**2"),
    ("mean(max(0, 1 - y*(w*x + b)))", "1/n Σ max(0, 1 - yᵢ (w xᵢ + b))",
     "sum(max(0, 1 - v*(w*u + b)) for u, v in zip(xs, ys))/n"),
    ("Sum((w*x[i] + b - y[i])**2, (i, 1, n))/n", "1/n Σ (w xᵢ + b - yᵢ)²",
     "sum((w*u + b - v)**2 for u, v in zip(xs, ys))/n"),
    ("Sum((w*x[k] - y[k])**2, (k, 1, n))", "Σ (w xᵢ - yᵢ)²", "sum((w*u - v)**2 for u, v in zip(xs, ys))"),
    ("Sum(i*x[i], (i, 1, n))", "Σ i xᵢ", "sum(k*u for k, u in enumerate(xs, 1))"),
    ("Sum(k*x[k], (k, 1, n))", "Σ i xᵢ", "sum(k*u for k, u in enumerate(xs, 1))"),
    ("sum(n*x)", "Σ n xᵢ", "n*sum(xs)"),
    ("sum(x[i]*m)", "Σ xᵢ m", "m*sum(xs)"),
    ("sum(x) + sum(y)/m", "Σ xᵢ + 1/m Σ yᵢ", "sum(xs) + sum(ys)/m"),
    ("sum((y - piecewise((m*x, |x| <= 1), (b*x - 2*m, True)))^2)", "Σ (yᵢ - {m xᵢ if |xᵢ| ≤ 1; b xᵢ - 2m otherwise})²",
     "sum((v - (m*u if abs(u) <= 1 else b*u - 2*m))**2 for u, v in zip(xs, ys))"),
    ("mean(sum(x))", 5, "a sum over the rows cannot stand inside another"),
    ("sum(x, y)", 0, "sum takes 1 argument, 2 given; write sum(f)"),
    ("Sum(x)", 0, "Sum takes 2 arguments, 1 given; write Sum(f, (i, 1, n))"),
    ("Sum(x, (i, 0, n))", 7, "a sum over the rows is written Sum(f, (i, 1, n)), or simply sum(f)"),
    ("Sum(x, (i, 1, 10))", 7, "a sum over the rows is written Sum(f, (i, 1, n))"),
    ("Sum(x, (1, 1, n))", 7, "a sum over the rows is written"),
    ("Sum(x, n)", 7, "a sum over the rows is written"),
    ("Sum(x[i], (k, 1, n))", 6, "square brackets hold the row of a column, as in x[k]"),
    ("Sum(i*x[k], (k, 1, n))", 4, "i is the row here; give the parameter another name"),
    ("Sum(x[x], (x, 1, n))", 10, "x has another meaning here"),
    ("Sum(x, (n, 1, n))", 7, "n has another meaning here"),
    ("sum((y_i - m*x_i)^2)", 5, "y_i is read as one name, which is not declared; did you mean y[i]?"),
    ("x[0]", 2, "square brackets hold the row of a column, as in x[i]"),
    ("x[i+1]", 3, "square brackets hold the row"),
    ("x[j]", 2, "square brackets hold the row"),
    ("x[]", 2, "square brackets hold the row"),
    ("1/2 sum(x)", 4, "it is unclear whether 'sum' belongs under the fraction bar"),
]


@pytest.mark.parametrize("case", OVER_ROWS, ids=lambda case: case[0])
def test_formula_over_rows(case: tuple[str, object, str]) -> None:
    test_formula(case)


# (typed, what is declared, how it is written back or where the caret stands, its parameters or the sentence)

DECLARED = [
    *((f"{name}*x + 1", {"parameters": name}, shown, [name, "x"]) for name, shown in (
        ("lambda", "λ x + 1"), ("E", "E x + 1"), ("I", "I x + 1"), ("S", "S x + 1"), ("N", "N x + 1"), ("Q", "Q x + 1"),
        ("beta", "β x + 1"), ("gamma", "γ x + 1"), ("zeta", "ζ x + 1"), ("pi", "π x + 1"),
        ("e", "e x + 1"), ("sum", "sum x + 1"), ("max", "max x + 1"), ("n", "n x + 1"), ("i", "i x + 1"),
        ("exp", "exp x + 1"), ("sinx", "sinx x + 1"), ("True", "True x + 1"), ("class", "class x + 1"))),
    ("pi*r^2", {}, "π r²", ["r"]),
    ("pi*r^2", {"parameters": "pi"}, "π r²", ["pi", "r"]),
    ("lambda*w", {"parameters": ["w"]}, "λ w", ["lambda", "w"]),
    ("mean((y - m*x)^2)", {}, "1/n Σ (yᵢ - m xᵢ)²", ["m"]),
    ("mean((y1 - m*x_2)^2)", {}, "1/n Σ (y1ᵢ - m x₂ᵢ)²", ["m"]),
    ("mean((t - m*u)^2)", {}, "1/n Σ (tᵢ - m u)²", ["m", "u"]),
    ("mean((y - m*x)^2)", {"columns": "y"}, "1/n Σ (yᵢ - m x)²", ["m", "x"]),
    ("mean((y - m*x)^2)", {"parameters": "x"}, "1/n Σ (yᵢ - m x)²", ["m", "x"]),
    ("mean((revenue - m*budget)^2)", {"columns": ["budget", "revenue"]}, "1/n Σ (revenueᵢ - m budgetᵢ)²", ["m"]),
    ("mean(e*E)", {"columns": "e"}, "1/n Σ eᵢ e", []),
    ("mean(n*x)", {"columns": "n, x"}, "1/n Σ nᵢ xᵢ", []),
    ("Sum((x[i] - t)^2, (i, 1, n))", {}, "Σ (xᵢ - t)²", ["t"]),
    ("x*y", {}, "x y", ["x", "y"]),
    ("x*x[i]", {}, "xᵢ xᵢ", []),
    ("x*m", {"columns": "x"}, "xᵢ m", ["m"]),
    ("x[i]/n", {}, "xᵢ/n", []),
    ("x/n", {}, "x/n", ["x", "n"]),
    ("mean(n*x)", {"parameters": "n"}, 5, "n is the number of rows here; give the parameter another name"),
    ("mean(i*x)", {"parameters": "i"}, 5, "i is the row here; give the parameter another name"),
    ("mean(x[i])", {"parameters": "x"}, 5, "x is declared as a parameter, but has an index like a column"),
    ("x*y", {"parameters": "x y", "columns": "y"}, None, "y is both a parameter and a column; give one another name"),
    ("x*y", {"parameters": "x x"}, None, "the name x is given twice"),
    ("x", {"columns": "my-x"}, None, "'my-x' is no name"),
    ("x", {"columns": None}, None, "names are a text such as 'm b' or a list of names, not NoneType"),
    ("mean((y - (mx + b))^2)", {"columns": "x y"}, 11, "mx is read as one name, which is not declared; did you mean m*x?"),
    ("xb + 1", {"parameters": "x"}, 0, "did you mean x*b?"),
    ("ax + 1", {"parameters": "x"}, 0, "did you mean a*x?"),
    ("x2", {"parameters": "x"}, 0, "did you mean x^2?"),
    ("sint", {"parameters": "t"}, 0, "did you mean sin(t)?"),
    ("wx*x + wy*y", {"columns": "x y"}, "wx xᵢ + wy yᵢ", ["wx", "wy"]),
    ("mu*x", {"parameters": "m x"}, "μ x", ["mu", "x"]),
]


@pytest.mark.parametrize("case", DECLARED, ids=lambda case: f"{case[0]} {case[1]}")
def test_declared_names(case: tuple[str, dict[str, str], object, object]) -> None:
    typed, declared, shown, rest = case
    if isinstance(shown, str):
        expression = read(typed, **declared)
        assert (text(expression), names_in(expression)) == (shown, rest)
    else:
        check_refused(typed, shown, rest, **declared)


WRONG_TYPES = [
    (None, "not NoneType"), (b"x", "not bytes"), (float("nan"), "not float"), (1.5, "not float"), (True, "not bool"),
    ([1, 2], "not list"), ({"x": 1}, "not dict"), (("x",), "not tuple"), (1j, "not complex"), (object(), "not object"),
    (Fraction(1, 2), "not Fraction"), (np.ones(2), "not ndarray"), (sympy.sin, "not FunctionClass"),
    (sympy.Matrix([1]), "not MutableDenseMatrix"),
]


@pytest.mark.parametrize(("given_", "kind"), WRONG_TYPES, ids=lambda value: str(value)[:20])
def test_wrong_type(given_: object, kind: str) -> None:
    with pytest.raises(LossError) as caught:
        read(given_)
    assert str(caught.value) == f"a formula is text or a SymPy expression, {kind}"


def test_what_is_no_text_is_still_read() -> None:
    assert read(3) == 3
    assert read(Symbol("x")) == symbol("x")
    assert read("mean(x)") == read(Sum(column("x"), (ROW, 1, COUNT)) / COUNT)


def test_long_texts_show_the_place_of_the_fault() -> None:
    typed = "x + " * 100 + "2 y z + " + "x + " * 100 + "1"
    with pytest.raises(ReadError) as caught:
        read(typed)
    _, line, caret = str(caught.value).splitlines()
    assert line[caret.index("^")] == "z" and len(line) < 80


def test_a_bad_formula_is_one_kind_of_error() -> None:
    with pytest.raises(ValueError, match="something must follow"):
        read("x +")


# Random formulas: a text and what it is, grown together.

ATOMS = st.one_of(
    st.sampled_from(LETTERS).map(lambda name: (name, lambda at: at[name])),
    st.integers(0, 9).map(lambda k: (str(k), lambda at: float(k))),
    st.sampled_from(["0.5", "1.25", "2e-1", ".75"]).map(lambda digits: (digits, lambda at: float(digits))),
)
OPERATORS = {
    "({}) + ({})": lambda a, b: a + b, "({}) - ({})": lambda a, b: a - b, "({})*({})": lambda a, b: a * b,
    "({})({})": lambda a, b: a * b, "({})/(1 + |{}|)": lambda a, b: a / (1 + abs(b)),
    "max({}, {})": max, "Min({}, {})": min, "-({}) + {}": lambda a, b: -a + b,
}
CALLS = {
    "({})^2": lambda a: a * a, "(-({}))²": lambda a: a * a, "-({})**2": lambda a: -a * a, "2({})": lambda a: 2 * a,
    "|{}|": abs, "sin({})": math.sin, "exp(-|{}|)": lambda a: math.exp(-abs(a)), "--({})": lambda a: a,
    "sqrt(1 + ({})^2)": lambda a: math.sqrt(1 + a * a), "tanh({})": math.tanh, "ln(2 + |{}|)": lambda a: math.log(2 + abs(a)),
    "3 − ({}) · 2": lambda a: 3 - a * 2, "2^-|{}|": lambda a: 2 ** -abs(a),
}


def grown(parts: st.SearchStrategy) -> st.SearchStrategy:
    def joined(pattern: str, left: tuple, right: tuple) -> tuple:
        return pattern.format(left[0], right[0]), lambda at: OPERATORS[pattern](left[1](at), right[1](at))

    def chosen(low: str, left: tuple, right: tuple) -> tuple:
        return (f"piecewise(({left[0]}, {low} < x ≤ y), ({right[0]}, True))",
                lambda at: (left if at[low] < at["x"] <= at["y"] else right)[1](at))

    def called(pattern: str, inner: tuple) -> tuple:
        return pattern.format(inner[0]), lambda at: CALLS[pattern](inner[1](at))

    return st.one_of(st.builds(joined, st.sampled_from(sorted(OPERATORS)), parts, parts),
                     st.builds(chosen, st.sampled_from(LETTERS), parts, parts),
                     st.builds(called, st.sampled_from(sorted(CALLS)), parts))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.recursive(ATOMS, grown, max_leaves=6), st.integers(0, 5))
def test_random_formulas_mean_what_they_say(formula: tuple, seed: int) -> None:
    typed, meant = formula
    at, rows = a_point(seed)
    assert value(read(typed), at, rows) == pytest.approx(meant(at), rel=1e-9, abs=1e-9)


PIECES = ["x", "y", "sin", "sin(", "max(", "piecewise(", "Sum(", "mean(", "1", "2.5", "e", "1e9", "**", "^", "*", "/", "+", "-",
          "(", ")", "[", "]", "[i]", "|", ",", "<", "≤", "==", "=", "!", "²", "⁻", "θ", "₁", ".", "_", " ", "\n", "True", "n",
          "and", "x_1", "9" * 12, "√", "'", "\\", "\x00", "\u200d", "é", "𝑒"]


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(max_size=20)))
def test_garbage_raises_nothing_but_our_errors(typed: str) -> None:
    try:
        read(typed)
    except SymcalcError as error:
        first = str(error).splitlines()[0]
        assert first.isprintable() and len(first) <= 220
        if isinstance(error, ReadError) and error.position is not None:
            assert 0 <= error.position <= len(error.text)


def test_a_wrong_reading_would_be_noticed() -> None:
    """The oracle itself: a planted misreading fails the check that right ones pass."""
    x, y = parameters("x y")
    check_read(Add(x, Mul(2, y, evaluate=False), evaluate=False), "x + 2y", "x + 2*y")
    with pytest.raises(AssertionError):
        check_read(Add(x, Mul(2, y, evaluate=False), evaluate=False), "x + 2y", "(x + 2)*y")


@pytest.mark.parametrize(("typed", "printed"), [
    ("mean(x)/2", "1/(2n) Σ xᵢ"), ("2*sum(x)/n", "2/n Σ xᵢ"), ("sum(x)/(2*n)", "1/(2n) Σ xᵢ"),
])
def test_what_divides_a_sum_stands_before_it(typed, printed):
    assert text(read(typed)) == printed

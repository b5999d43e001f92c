"""Random expressions: whatever is put together from the vocabulary, the result is the derivative and every line is proved."""

import random

import mpmath
import pytest
from corpus import UGLY

import symcalc as sc

LETTERS = {"x": mpmath.mpf("0.83"), "y": mpmath.mpf("1.37"), "w": mpmath.mpf("0.59")}
ELSEWHERE = [{name: value * scale for name, value in LETTERS.items()} for scale in (1, 0.3, -0.7, 1.9)]

ONE = {
    "exp": mpmath.exp, "ln": mpmath.log, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "atan": mpmath.atan, "abs": abs,
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)), "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
    "relu": lambda u: max(u, mpmath.mpf(0)),
}
TWO = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "max": lambda a, b: max(a, b), "min": lambda a, b: min(a, b),
}


def tree(draw, depth):
    """A letter, a number, or an operation on smaller trees."""
    if depth == 0 or draw.random() < 0.12:
        return draw.choice(["x", "x", "y", "w", "5", "2", "3", "1/2", "0.5"])
    kind = draw.random()
    if kind < 0.3:
        return (draw.choice(list(ONE)), tree(draw, depth - 1))
    if kind < 0.45:
        return ("^", tree(draw, depth - 1), draw.choice(["2", "3", "-1", "-2", "1/2", "x"]))
    return (draw.choice(["+", "-", "*", "*", "/", "+", "max", "min"]), tree(draw, depth - 1), tree(draw, depth - 1))


def written(part):
    if isinstance(part, str):
        return f"({part})" if "/" in part else part
    head, *arguments = part
    inner = [written(argument) for argument in arguments]
    if head in ONE or head in ("max", "min"):
        return f"{head}({', '.join(inner)})"
    return f"({inner[0]}){head}({inner[1]})"


def value(part, letters):
    if part in letters:
        return letters[part]
    if isinstance(part, str):
        return mpmath.fraction(*map(int, part.split("/"))) if "/" in part else mpmath.mpf(part)
    head, *arguments = part
    numbers = [value(argument, letters) for argument in arguments]
    if head == "^":
        return numbers[0] ** numbers[1]
    found = (ONE if head in ONE else TWO)[head](*numbers)
    if not isinstance(found, mpmath.mpf) or not mpmath.isfinite(found):
        raise ValueError
    return found


def slope(part, letters):
    """dpart/dx from mpmath's differences; None where the function has no real value, or bends nearby."""
    def along(x):
        return value(part, {**letters, "x": x})

    try:
        with mpmath.workdps(40):
            sides = [mpmath.diff(along, letters["x"], direction=side, h=mpmath.mpf("1e-12")) for side in (-1, 1)]
            return mpmath.diff(along, letters["x"]) if abs(sides[1] - sides[0]) < 1e-6 * (1 + abs(sides[0])) else None
    except (ValueError, ZeroDivisionError, TypeError, OverflowError):
        return None


def admissible(seed):
    """A random tree of this seed and its derivation; one with a part like 1/0, or without a real value, is passed over."""
    draw = random.Random(seed)
    while True:
        part = tree(draw, 2 + seed % 3)
        try:
            return part, sc.derive(written(part), "x")
        except (sc.ReadError, sc.LossError) as error:
            assert any(reason in str(error) for reason in ("no real value", "division by zero", "not real", "too large")), error


@pytest.mark.parametrize("seed", range(200))
def test_a_random_expression(seed, number_of):
    part, derivation = admissible(seed)
    assert derivation.proof.passed
    assert all(line.rule.name != "no rule" for line in derivation.lines[1:])
    assert not [line for line in derivation.lines if UGLY.search(sc.text(line.expression))]
    for letters in ELSEWHERE:
        if (expected := slope(part, letters)) is not None:
            assert mpmath.almosteq(number_of(derivation.result, letters), expected, 1e-9, 1e-9)

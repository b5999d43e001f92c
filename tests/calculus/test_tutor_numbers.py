"""What the tutor says of wrong answers in numbers, worked out again by NumPy, and mistakes with bases, angles and cases."""

import re

import numpy as np
import pytest

import symcalc as sc

# Loss, columns, letter, a wrong answer that no usual mistake explains; the answer and the derivative in NumPy
WORKED = [
    ("mean((y - (m*x + b))^2)", "x y", "m", "mean(x^2*m + y)",
     lambda m, b, x, y: np.mean(x**2 * m + y), lambda m, b, x, y: -2 * np.mean(x * (y - m * x - b))),
    ("sum((y - m)^2)", "y", "m", "sum(y^2)", lambda m, y: np.sum(y**2), lambda m, y: -2 * np.sum(y - m)),
    ("mean(w*abs(y - m*x))", "x y w", "m", "mean(x*w*y)",
     lambda m, x, y, w: np.mean(x * w * y), lambda m, x, y, w: -np.mean(w * x * np.sign(y - m * x))),
    ("mean(-(y*ln(sigmoid(w*x + b)) + (1 - y)*ln(1 - sigmoid(w*x + b))))", "x y", "w",
     "mean((sigmoid(w*x + b) - y)*sigmoid(w*x + b)*(1 - sigmoid(w*x + b))*x)",
     lambda w, b, x, y: np.mean((s(w * x + b) - y) * s(w * x + b) * (1 - s(w * x + b)) * x),
     lambda w, b, x, y: np.mean((s(w * x + b) - y) * x)),
    ("sin(x)*e^x", "", "x", "e^x*sin(x)*cos(x) + x",
     lambda x: np.exp(x) * np.sin(x) * np.cos(x) + x, lambda x: np.exp(x) * (np.sin(x) + np.cos(x))),
]


def s(z):
    return 1 / (1 + np.exp(-z))


def verdict(loss, columns, letter, answer):
    return (sc.Loss(loss, columns=columns).derive(letter) if columns else sc.derive(loss, letter)).check(answer)


@pytest.mark.parametrize("loss, columns, letter, answer, gives, slope", WORKED, ids=[case[0] for case in WORKED])
def test_the_numbers_that_show_that_an_answer_is_wrong_are_right(loss, columns, letter, answer, gives, slope):
    said = verdict(loss, columns, letter, answer)
    assert not said.correct and said.mistake is None
    shown = {name: np.array([float(value) for value in values.strip("()").split(", ")]) if values.startswith("(") else float(values)
             for name, values in re.findall(r"(\w) = (\([^)]*\)|-?[\d.]*\d)", said.message)}
    assert set(shown) >= {*columns.split(), letter}
    found = [float(value) for value in re.search(r"it gives (-?[\d.e-]+), the derivative (-?[\d.e-]+)\.", said.message).groups()]
    assert found == pytest.approx([gives(**shown), slope(**shown)], rel=6e-4)
    assert found[0] != found[1]


@pytest.mark.parametrize("problem, columns, letter, answer, name", [
    ("log10(x)", "", "x", "1/x", "base of the logarithm forgotten"),
    ("log2(3*x + 1)", "", "x", "3/(3*x + 1)", "base of the logarithm forgotten"),
    ("log2(x)", "", "x", "ln(2)/x", "ln of the base above the bar"),
    ("5^x", "", "x", "5^x/ln(5)", "ln of the base dropped"),
    ("sin(x)", "", "x", "pi/180*cos(x)", "degrees instead of radians"),
    ("sin(x)", "", "x", "pi/180*cos(pi*x/180)", "degrees instead of radians"),
    ("tan(2*x)", "", "x", "pi/90/cos(2*x)^2", "degrees instead of radians"),
    ("mean(max(0, 1 - y*(w*x + b)))", "x y", "w", "mean(piecewise((-x*y, 1 - y*(w*x + b) < 0), (0, True)))", "cases swapped"),
    ("mean(relu(y - m*x))", "x y", "m", "mean(piecewise((-x, y - m*x < 0), (0, True)))", "cases swapped"),
    ("piecewise((x^2, x < 1), (2*x, True))", "", "x", "piecewise((2, x < 1), (2*x, True))", "cases swapped"),
    ("polygamma(1, x^2)", "", "x", "polygamma(2, x^2)", "inner derivative forgotten"),
    ("x^3", "", "x", "sqrt(2)*x^2", "off by a factor"),
])
def test_mistakes_with_bases_angles_and_cases(problem, columns, letter, answer, name):
    assert verdict(problem, columns, letter, answer).mistake.name == name

"""The scale of a loss: the factor against hand-worked ones, the paths against a plain NumPy loop, and what is no factor."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DataError, LossError
from symcalc.pages.notation import text

RANDOM = np.random.RandomState(225)
X = RANDOM.rand(30)
TABLE = {"x": X, "y": 3 + 50 * X + RANDOM.normal(0, 3, 30)}
LINE = sc.line("x")
RSS, MSE, HALF = (make("y", LINE) for make in (
    sc.residual_sum_of_squares, sc.mean_squared_error, sc.half_mean_squared_error))


def loss(formula, columns="x y"):
    return sc.Loss(formula, columns=columns)


@pytest.mark.parametrize(("one", "other", "factor", "rate", "number"), [
    (RSS, MSE, "1/n", "n", 30), (RSS, HALF, "1/(2n)", "2n", 60), (MSE, HALF, "1/2", "2", 2), (HALF, MSE, "2", "1/2", 0.5),
    (HALF, RSS, "2n", "1/(2n)", 1 / 60), (loss("sum((y - (m*x + b))^2)/2"), MSE, "2/n", "n/2", 15),
    (MSE, loss("sum(((m*x + b) - y)^2)/7"), "n/7", "7/n", 7 / 30), (MSE, MSE, "1", "1", 1),
    (MSE, loss("0.001*mean(y^2 - 2*y*(m*x + b) + (m*x + b)^2)"), "1/1000", "1000", 1000),
])
def test_factors(one, other, factor, rate, number):
    scale = one.scale_to(other, TABLE, steps=3)
    assert (text(scale.factor), text(scale.rate_factor), scale.power) == (factor, rate, 1)
    assert scale.value == pytest.approx(number, rel=1e-15)
    assert other.compile(TABLE)([43, 3])[0] * scale.value == pytest.approx(one.compile(TABLE)([43, 3])[0], rel=1e-13)
    assert scale.difference <= 1e-14


def test_the_paths_against_a_plain_loop():
    scale = loss("sum((y - (m*x + b))^2)/2").scale_to(MSE, TABLE, start={"m": 43, "b": 3}, rate=0.01, steps=5)
    assert scale.sentence == "The same path if the rate is multiplied by n/2 = 15."
    m, b, path = 43.0, 3.0, [(43.0, 3.0)]
    for _ in range(5):
        errors = TABLE["y"] - (m * X + b)
        m, b = m + 0.15 * 2 / 30 * (errors * X).sum(), b + 0.15 * 2 / 30 * errors.sum()
        path.append((m, b))
    for run in scale.runs:
        assert run.points == pytest.approx(np.array(path), rel=1e-13)
    assert scale.runs[1].rate == pytest.approx(0.15)
    shown = str(scale)
    assert "0.01 · 15 = 0.15" in shown and "K = 2/n · J" in shown
    rows = [line.split() for line in shown.splitlines() if line[:4].strip().isdigit()]
    assert len(rows) == 6 and all(cells[1] == cells[2] and cells[3] == cells[4] for cells in rows)


@pytest.mark.parametrize(("one", "other", "power", "words"), [
    (MSE, loss("sqrt(mean((y - (m*x + b))^2))"), "1/2", "K rises with J"),
    (RSS, loss("sqrt(mean((y - (m*x + b))^2))"), "1/2", "K rises with J"),
    (loss("sqrt(mean((y - (m*x + b))^2))"), MSE, "2", "K rises with J"),
    (MSE, loss("mean(abs(y - (m*x + b)))"), "None", "more than a factor"),
    (MSE, loss("mean((y - (m*x + b))^2) + m^2"), "None", "more than a factor"),
    (MSE, loss("mean((y - (m*x - b))^2)"), "None", "more than a factor"),
    (MSE, loss("mean((y - (m*x + b))^2)^2"), "2", "K rises with J"),
    (loss("w", ""), loss("w^2", ""), "None", "more than a factor"),           # w² does not rise with w
    (loss("(w - 3)^2", ""), loss("-2*(w - 3)^2", ""), "1", "upside down"),
])
def test_what_is_no_factor(one, other, power, words):
    scale = one.scale_to(other, TABLE if one.columns else None)
    assert (str(scale.power), words in scale.sentence) == (power, True)
    assert scale.runs is None and words in " ".join(str(scale).split())


@pytest.mark.parametrize(("one", "other", "words", "constant"), [
    ("(w - 3)^2", "(w - 3)^2 + 5", "K = J + 5: a constant has slope 0, so the same path at the same rate.", "5"),
    ("w^2 - 6*w", "(w - 3)^2", "K = J + 9: a constant", "9"), ("w", "w - 0.25", "K = J - 1/4: a constant", "-1/4"),
    ("2*w^2 + w", "w^2 + w/2 + 1", "The same path if the rate is multiplied by 2.", "1"),
    ("a^2 + b", "2*a^2 + 2*b - 3", "multiplied by 1/2.", "-3"),
    ("ln(w)^2", "1 - ln(w)^2", "upside down, but for a constant", "1"),
    ("mean((y - m*x)^2)", "mean(m^2*x^2 - 2*m*x*y)/2", "multiplied by 2.", "None"),
    ("mean((y - m*x)^2)", "mean((y - m*x)^2) + mean(y)", "K = J + d: a constant", "None"),
    ("w^2", "w^2 + sign(w)", "more than a factor", "0"), ("a^2 + b^2", "a^2 + 2*b^2", "more than a factor", "0"),
])
def test_a_constant_has_no_slope(one, other, words, constant):
    scale = loss(one, "x y" if "x" in one else "").scale_to(loss(other, "x y" if "x" in one else ""))
    assert words in scale.sentence and words in " ".join(str(scale).split())
    assert str(scale.as_dict()["constant"]) == constant
    if scale.runs is not None:
        assert scale.difference <= 1e-14


def test_without_data():
    scale = RSS.scale_to(HALF)
    assert (scale.sentence, scale.runs, scale.value) == ("The same path if the rate is multiplied by 2n.", None, None)
    assert loss("(w - 3)^2", "").scale_to(loss("(w - 3)^2/4", "")).runs is not None
    outside = loss("ln(w)^2", "").scale_to(loss("3*ln(w)^2", ""))           # ln has no value at 0
    assert outside.runs is None and outside.sentence == "The same path if the rate is multiplied by 1/3."
    assert RSS.scale_to(HALF).as_dict()["factor"] == "1/(2n)"


def test_refused():
    with pytest.raises(LossError, match="different parameters: m, b and w"):
        MSE.scale_to(loss("w^2", ""))
    with pytest.raises(DataError):
        RSS.scale_to(MSE, {"x": [1, 2]})

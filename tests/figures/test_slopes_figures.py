"""The pictures of difference quotients, by what is drawn in them."""

import io

import numpy as np
import pytest
from PIL import Image

import symcalc as sc
from symcalc.errors import LossError

SQUARE = sc.slopes("x^2", "x", at=2)
SUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def drawn(axes):
    return {line.get_label(): line for line in axes.lines}


def test_the_secant_turns_into_the_tangent():
    figure = sc.figures.secants(SQUARE)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Δ = 1: slope 5", "Δ = 0.5: slope 4.5", "Δ = 0.1: slope 4.1", "Δ = 0.01: slope 4.01"]
    for axes, step in zip(figure.axes, (1, 0.5, 0.1, 0.01)):
        across, up = drawn(axes)["secant"].get_data()
        assert np.interp([2, 2 + step], across, up) == pytest.approx([4, (2 + step) ** 2])       # through both points
        across, up = drawn(axes)["tangent, slope 4"].get_data()
        assert np.diff(up) / np.diff(across) == pytest.approx(4)
        across, up = drawn(axes)["J"].get_data()
        assert up == pytest.approx(across**2)
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "", "x", "x"]


def test_the_v_of_the_errors():
    figure = sc.figures.difference_errors(SQUARE)
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale(), axes.get_xlabel()) == ("log", "log", "Δ")
    steps, errors = drawn(axes)["forward"].get_data()
    assert errors[:5] == pytest.approx(steps[:5], rel=1e-6) and errors.argmin() in (7, 8)
    assert drawn(axes)["the curve: Δ J''/2"].get_ydata() == pytest.approx(drawn(axes)["the curve: Δ J''/2"].get_xdata())
    across, up = drawn(axes)["rounding: ε J/(2Δ)"].get_data()
    assert np.array(up) * across == pytest.approx(2.0**-52 * 4 / 2)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "forward", "central", "the curve: Δ J''/2", "rounding: ε J/(2Δ)"]


def test_a_straight_line_has_one_side_only():
    labels = drawn(sc.figures.difference_errors(sc.slopes("3*x", "x", at=1)).axes[0])
    assert "rounding: ε J/(2Δ)" in labels and "the curve: Δ J''/2" not in labels


def test_a_kink_has_no_tangent_and_no_part_that_the_curve_adds():
    found = sc.slopes("x^2 + abs(x)", "x", at=0)
    assert {"secant", "slope used at the kink: 0"} <= drawn(sc.figures.secants(found).axes[0]).keys()
    assert "the curve: Δ J''/2" not in drawn(sc.figures.difference_errors(found).axes[0])


@pytest.mark.parametrize("make", [sc.figures.secants, sc.figures.difference_errors])
def test_they_open_as_pictures(make):
    file = io.BytesIO()
    make(sc.Loss("e^u*v").slopes("u", at={"u": 0.5, "v": -2})).savefig(file, format="png")
    assert Image.open(file).size[0] > 500


def test_no_secant_where_the_function_ends():
    with pytest.raises(LossError, match="no finite value at x = 2"):
        sc.figures.secants(sc.slopes("(1 - x)^(3/2)", "x", at=1))
    figure = sc.figures.secants(sc.slopes("ln(2 - x)", "x", at=1))
    assert figure.axes[0].get_title(loc="left") == "Δ = 0.5: slope -1.38629" and figure.axes[0].get_xlim()[1] < 2


@pytest.mark.parametrize(("formula", "at", "scale"), [
    ("sin(50*x)", 0.1, 1 / 50), ("sin(5000*x)", 1, 1 / 5000), ("tanh(30*x)", 0.02, 1 / 30), ("1/x", 0.01, 0.01),
    ("e^(10*x)", 0.3, 0.1), ("x^2", 1000, 1000), ("sqrt(x)", 100, 100), ("x^2", 2, 1), ("sin(x)", 1, 1), ("x^6", 0, 1)])
def test_the_first_secant_goes_about_as_far_as_the_function_bends(formula, at, scale):
    slopes = sc.slopes(formula, "x", at=at)
    axes = sc.figures.secants(slopes).axes
    first = float(axes[0].get_title(loc="left").split(":")[0].removeprefix("Δ = ").replace(" · 10", "e").translate(SUPER))
    assert scale / 10 <= first <= 5 * scale
    across, up = drawn(axes[0])["J"].get_data()
    finer = np.linspace(across[0], across[-1], 50 * len(across))
    exact = np.array([slopes.function(value) for value in finer])
    assert np.abs(np.interp(finer, across, up) - exact).max() < 0.02 * np.ptp(exact)          # the curve drawn is the curve
    assert np.count_nonzero(np.diff(np.sign(np.diff(exact)))) <= 2                             # and one period of it at most

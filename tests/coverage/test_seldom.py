"""What is seldom reached: short names of results, ends that few runs meet, and calls that few formulas need."""

import json
import math

import numpy as np
import pytest
from sympy import sympify

import symcalc as sc
from symcalc.training.stops import Stop
from symcalc.training.walking.callbacks import with_result

DATA = {"x": np.linspace(-1, 1, 40), "y": np.linspace(-1, 1, 40) ** 2 + 2}


def fitted(loss, data, start, **how):
    return loss.descend(data, start=start, **{"rate": 0.1, "steps": 5, **how})


LINE = fitted(sc.mean_squared_error("y", sc.line("x")), DATA, [0, 0])


@pytest.mark.parametrize(("thing", "short"), [
    (lambda: sc.derive("x^3", "x", order=2), "<derivation of x³ by x, x: 2 stages>"),
    (lambda: sc.hessian("u^2*v", "u v"), "<Hessian by u and v>"),
    (lambda: sc.network("x", hidden=200), "<model ŷ = "), (lambda: sc.methods(), "<11 methods>"),
    (lambda: sc.line("x"), "<model ŷ = m xᵢ + b>"),
], ids=["derivation", "hessian", "network", "methods", "line"])
def test_results_have_a_short_name(thing, short):
    assert repr(thing()).startswith(short)


def test_results_stand_for_their_expressions():
    assert sympify(sc.derive("x^3", "x", order=2)) == sc.read("6x")
    matrix = sympify(sc.hessian("u^2*v", "u v"))
    assert str(matrix) == "((2*v, 2*u), (2*u, 0))"


def test_the_normal_equations_are_data_and_a_page_too():
    found = sc.mean_squared_error("y", sc.line("x")).minimum(DATA)
    slope, level = np.polyfit(DATA["x"], DATA["y"], 1)
    assert found.point == pytest.approx({"m": slope, "b": level}, abs=1e-12)
    assert json.loads(json.dumps(found.as_dict()))["parameters"] == pytest.approx(found.point)


# Ends that few runs meet

def test_a_step_that_divides_by_zero_is_no_step():
    odd = sc.method("odd", "theta = theta - eta/(g - 2)")
    run = sc.Loss("w^2").descend(start=[1], rate=0.1, method=odd, callback=lambda result: None)
    assert run.stop is Stop.NO_STEP and run.nit == 0 and run.message.endswith("Its equations give no finite value for w.")


def test_a_look_ahead_outside_of_the_domain_ends_the_run():
    run = sc.Loss("w - ln(w)").descend(start=[5], rate=1.2, method="nesterov", steps=50)
    assert run.stop is Stop.OUTSIDE and np.isfinite(run.points).all() and (run.points > 0).all()


def test_a_callback_of_python_itself_needs_no_signature():
    assert with_result(dict) is dict
    with pytest.raises(sc.DescentError, match="the callback is a function of one argument, not int"):
        with_result(5)


def test_runs_to_many_places_are_told_by_their_number():
    starts = np.linspace(-20, 20, 200)[:, None]
    runs = sc.Loss("cos(w)").sweep(starts=starts, rates=[0.5], steps=300)
    shown = str(runs)
    assert "other points" in shown
    lowest = {round(float(run.x[0] / math.pi)) for run in runs.ends}
    assert all(place % 2 for place in lowest)                # at odd multiples of π the cosine is -1


def test_runs_without_a_value_have_no_lowest_cost():
    runs = sc.Loss("ln(w)").sweep(starts=range(-40, 0), rates=[0.1, 0.2], steps=5)
    rows = [line.split() for line in str(runs).splitlines()[1:] if line.strip().startswith(("80", "0.1", "0.2"))]
    assert [row[-2:] for row in rows] == [["-", "0"], ["0", "-"], ["0", "-"]]


def test_a_place_of_many_letters_is_told_by_their_number():
    runs = sc.Loss("a^2 + b^2 + c^2 + d^2 + f^2").sweep(starts=np.random.RandomState(0).rand(70, 5), rates=[0.5], steps=5)
    rows = [" ".join(line.split()) for line in str(runs).splitlines() if "converged" in line]
    assert rows == ["70 converged 5 parameters 0 1"]


def test_a_step_too_large_for_a_float_is_no_step_without_a_value():
    """e^g - e^(g+1) is ∞ - ∞ there, where ln(g) of a slope below 0 is nothing at all."""
    large = sc.method("large", "theta = theta - eta*(exp(g^2) - exp(g^2 + 1))")
    none = sc.method("none", "theta = theta - eta*ln(-g)")
    for by, stop in ((large, Stop.OUTSIDE), (none, Stop.NO_STEP)):
        runs = sc.Loss("w^2").sweep(starts=range(20, 90), rate=0.1, steps=5, method=by)
        assert {run.stop for run in runs.ends} == {stop} and runs.ended[0].stop is runs[0].stop


def test_ctrl_c_before_the_first_number_leaves_no_runs(monkeypatch):
    def interrupted(self, points):
        raise KeyboardInterrupt
    monkeypatch.setattr(sc.Compiled, "across", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sc.Loss("w^2").sweep(starts=range(70), rate=0.1)


def test_wrong_slopes_that_vanish_are_no_minimum():
    wrong = sc.Loss("(w - 3)^2").compare_gradients({"w": "2*(w - 1)"}, start=[1]).wrong
    assert wrong.nit == 0 and wrong.message == "Ended where every slope that drove it is zero to within the tolerance."


# Figures of what cannot be drawn

def test_a_fit_by_classes_has_a_curve_for_each():
    classes = sc.softmax_cross_entropy("y", sc.softmax_classification("x", 2))
    run = fitted(classes, {"x": DATA["x"], "y": np.where(DATA["x"] > 0, 2, 1)}, [0, 0, 0, 0])
    curves = [line.get_ydata() for line in sc.figures.fit(run).axes[0].lines if len(line.get_xdata()) > 20]
    assert len(curves) == 2 and np.allclose(curves[0] + curves[1], 1)


def test_a_line_that_goes_off_does_not_press_the_data_flat():
    run = fitted(sc.mean_squared_error("y", sc.line("x")), DATA, [0, 0], rate=3.0, steps=60)
    figure = sc.figures.fit(run)
    low, high = figure.axes[0].get_ylim()
    assert run.stop is Stop.DIVERGED and high - low <= 3.01 * np.ptp(DATA["y"])


# Calls that few formulas need, compiled by LLVM

@pytest.mark.parametrize("formula", ["sum((w*x + 9)^(-3))", "sum(log2(w*x + 9))", "sum(log10(w*x + 9))",
                                     "sum(log(9 + w, x + 9))",
                                     "sum(sign(w*x) + step(x - w))", "sum(x*(w + 2)^(-2)) + log(w + 9, 2) + (w + 3)^(-5)"])
def test_llvm_has_the_numbers_of_numpy(formula):
    pytest.importorskip("llvmlite")
    from symcalc.compute.fused import loops
    plain = sc.Loss(formula, columns="x", parameters="w").compile({"x": DATA["x"]})
    fused = loops.gradient(plain)
    value, slopes = plain([0.3])
    if fused is not None:                        # sums of the data alone are none of its business
        assert fused([0.3])[0] == pytest.approx(value, rel=1e-13) and fused([0.3])[1] == pytest.approx(slopes, rel=1e-12)
    assert value == pytest.approx(_plain(formula), rel=1e-13)


def _plain(formula):
    x, w = DATA["x"], 0.3
    return {"sum((w*x + 9)^(-3))": np.sum((w * x + 9)**-3.0), "sum(log2(w*x + 9))": np.sum(np.log2(w * x + 9)),
            "sum(log10(w*x + 9))": np.sum(np.log10(w * x + 9)),
            "sum(log(9 + w, x + 9))": np.sum(np.log(9 + w) / np.log(x + 9)),
            "sum(sign(w*x) + step(x - w))": np.sum(np.sign(w * x) + (np.sign(x - w) + 1) / 2)}.get(
                formula, np.sum(x) * (w + 2)**-2 + np.log2(w + 9) + (w + 3)**-5)

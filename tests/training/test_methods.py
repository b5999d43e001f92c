"""A method is its equations; what is printed is what runs."""

import math
import pickle

import pytest

import symcalc as sc
from symcalc.errors import DescentError
from symcalc.training.methods import METHODS, method_named

WRITTEN = {
    "gradient descent": ["θ ← θ - η g"],
    "momentum": ["v ← β v - η g", "θ ← θ + v"],
    "nesterov": ["v ← β v - η g", "θ ← θ + v"],
    "adagrad": ["s ← s + g²", "θ ← θ - η g/(√s + ε)"],
    "rmsprop": ["s ← β s + (1 - β) g²", "θ ← θ - η g/(√s + ε)"],
    "newton": ["θ ← θ - η p"],
    "line search": ["θ ← θ - η g"],
    "backtracking": ["θ ← θ - η g"],
    "coordinate descent": ["θ ← θ - η g"],
}
SETTINGS = {"momentum": {"beta": 0.9}, "rmsprop": {"beta": 0.9, "epsilon": 1e-8}, "adagrad": {"epsilon": 1e-8},
            "adam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}}


@pytest.mark.parametrize(("name", "equations"), WRITTEN.items())
def test_a_method_is_printed_as_the_field_writes_it(name, equations):
    assert [f"{sc.text(letter)} ← {sc.text(formula)}" for letter, formula in method_named(name).equations] == equations


@pytest.mark.parametrize(("name", "settings"), SETTINGS.items())
def test_the_settings_are_those_of_the_papers(name, settings):
    assert {symbol.name: value for symbol, value in method_named(name).settings.items()} == settings


def test_every_method_of_the_table_is_known_by_its_name():
    assert all(method_named(name).name == name for name in METHODS)
    assert method_named("Line-Search") is method_named("line search")


def adam(steps, gradient, theta, rate=0.001):
    v = s = 0.0
    for k in range(1, steps + 1):
        g = gradient(theta)
        v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g * g
        theta -= rate * (v / (1 - 0.9**k)) / (math.sqrt(s / (1 - 0.999**k)) + 1e-8)
        yield theta


def momentum(steps, gradient, theta, rate=0.01, ahead=False):
    v = 0.0
    for _ in range(steps):
        v = 0.9 * v - rate * gradient(theta + 0.9 * v if ahead else theta)
        theta += v
        yield theta


def adagrad(steps, gradient, theta, rate=0.01):
    s = 0.0
    for _ in range(steps):
        g = gradient(theta)
        s += g * g
        theta -= rate * g / (math.sqrt(s) + 1e-8)
        yield theta


def rmsprop(steps, gradient, theta, rate=0.001):
    s = 0.0
    for _ in range(steps):
        g = gradient(theta)
        s = 0.9 * s + 0.1 * g * g
        theta -= rate * g / (math.sqrt(s) + 1e-8)
        yield theta


def adamw(steps, gradient, theta, rate=0.001):
    v = s = 0.0
    for k in range(1, steps + 1):
        g = gradient(theta)
        v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g * g
        theta -= rate * (v / (1 - 0.9**k)) / (math.sqrt(s / (1 - 0.999**k)) + 1e-8) + rate * 0.01 * theta
        yield theta


@pytest.mark.parametrize(("name", "plain"), [
    ("adam", adam), ("adamw", adamw), ("adagrad", adagrad), ("rmsprop", rmsprop), ("momentum", momentum),
    ("nesterov", lambda *given: momentum(*given, ahead=True)),
])
def test_each_method_walks_like_a_plain_loop(name, plain):
    run = sc.Loss("(w - 3)^4 + w^2").descend(start=[5], steps=40, method=name, rate=None)
    expected = list(plain(40, lambda w: 4 * (w - 3)**3 + 2 * w, 5.0))
    assert run.points[1:, 0].tolist() == pytest.approx(expected, rel=1e-13)


# Worked by hand on J = w², start 1, slopes 2w; rate 0.1.
BY_HAND = {
    "gradient descent": [0.8, 0.64, 0.512],
    "momentum": [0.8, 0.46, 0.062],                     # v: -0.2, -0.34, -0.398
    "nesterov": [0.8, 0.496, 0.17792],                   # slopes at 1, 0.62, 0.2224; v: -0.2, -0.304, -0.31808
    "adagrad": [1 - 0.1, 0.9 - 0.18 / math.sqrt(4 + 3.24), None],
    "adam": [1 - 0.1, None, None],
}


@pytest.mark.parametrize(("name", "points"), BY_HAND.items())
def test_three_steps_by_hand(name, points):
    run = sc.Loss("w^2").descend(start=[1], rate=0.1, steps=3, method=name)
    for found, expected in zip(run.points[1:, 0], points):
        assert expected is None or found == pytest.approx(expected, abs=1e-8)


def test_a_method_of_your_own_runs_as_written():
    heavy = sc.method("heavy ball", "v = beta*v + g", "theta = theta - eta*v", beta=0.5)
    run = sc.Loss("w^2").descend(start=[1], rate=0.25, steps=2, method=heavy)
    assert run.history["w"].tolist() == [1, 0.5, 0] and run.method is heavy
    assert run.states[:, 0, 0].tolist() == [0, 2, 2]


def test_a_method_of_your_own_shows_its_equations(tmp_path):
    ahead = sc.method("my own", "v = beta*v - eta*p", "theta = theta + v", slope_at="theta + v", beta=0.5)
    assert str(ahead) == ("  v ← β v - η p\n\n  θ ← θ + v\n\n"
                          "g is the slope at θ + v. p solves ∇²J p = ∇J. Unless given, η = 0.01 and β = 0.5.")
    assert repr(ahead) == "<method my own: v ← β v - η p, θ ← θ + v>" == repr(pickle.loads(pickle.dumps(ahead)))
    assert "<h1>The method my own</h1>" in ahead.save(tmp_path / "own.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("given", "settings", "sentence"), [
    ((), {}, "the method mine has no equations"),
    (("theta - g",), {}, "an equation of a method is written 'v = beta*v + g'; 'theta - g' does not fit"),
    (("v = g",), {}, "the last equation of a method gives the new theta, not v"),
    (("theta = theta - mu*g",), {}, "mu has no value in the method's equations; give it as a setting, mu=0.9"),
    (("theta = theta - (g",), {}, "the equation 'theta - (g' cannot be read"),
    (("g = g", "theta = theta - g"), {}, "g stands on the left of an equation, but it is given already or set twice"),
    (("v = g", "v = v", "theta = v"), {}, "v stands on the left of an equation"),
    (("theta = theta - eta*g",), {"eta": 0.1}, "eta has a meaning of its own in a method"),
    (("theta = theta - a*g",), {"a": "0.1"}, "the setting a is a finite number, not '0.1'"),
    (("theta = theta - a*g",), {"a": math.nan}, "the setting a is a finite number, not nan"),
    (("theta = mean(g)",), {}, ""),
])
def test_what_is_no_method_gets_one_sentence(given, settings, sentence):
    with pytest.raises(DescentError) as caught:
        sc.method("mine", *given, **settings)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_a_method_with_other_settings_is_otherwise_the_same():
    adam = method_named("adam")
    slow = adam.with_settings(beta_1=0.5)
    assert (slow.name, slow.equations, slow.rate) == (adam.name, adam.equations, adam.rate)
    assert {letter.name: value for letter, value in slow.settings.items()} == {"beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}
    run = sc.Loss("w^2").descend(start=[1], steps=3, method=slow)
    assert run.replay().same and pickle.loads(pickle.dumps(run)).method.settings.values() != adam.settings.values()
    for settings, sentence in (({"gamma": 1}, "adam has no setting gamma; its settings are beta_1, beta_2, epsilon$"),
                               ({"beta1": 1}, r"beta_1, beta_2, epsilon; did you mean beta_1\?"),
                               ({"beta_1": "x"}, "the setting beta_1 is a finite number, not 'x'"), ({"": 1}, "is no name")):
        with pytest.raises(sc.SymcalcError, match=sentence):
            adam.with_settings(**settings)


@pytest.mark.parametrize("name", ["sgd", "", None, 5, ["gradient descent"], {"a": 1}])
def test_an_unknown_method_is_named_with_those_there_are(name):
    with pytest.raises(DescentError, match=r"there is no method .*; the methods are gradient descent"):
        method_named(name)


LONG = 10**5000
TOLD = "a whole number of more than 300 digits"


@pytest.mark.parametrize("call", [
    lambda: sc.method(LONG), lambda: sc.method("own", LONG), lambda: sc.method("own", "theta = theta - b*g", b=LONG),
    lambda: sc.derive("mean((y - m*x)^2)", "m").row(LONG), lambda: sc.Loss("w^2").gradient()[LONG],
    lambda: sc.huber("y", sc.line("x"), delta=LONG), lambda: sc.Loss("w^2").parameter(LONG),
    lambda: sc.Loss("w^2").descend(start=[1], hold=[LONG]),
])
def test_a_number_that_python_does_not_write_out_is_told(call):
    with pytest.raises(sc.SymcalcError, match=TOLD):
        call()

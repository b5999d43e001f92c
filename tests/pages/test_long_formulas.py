"""Formulas of pages: how they begin, how their middle is left out, and how they are broken into lines."""

import pytest
from sympy import Add, Function, Mul, Symbol, symbols, tanh

import symcalc as sc
from symcalc.pages.beginnings import Beginnings
from symcalc.pages.breaking import _best, _fitting, _hardly, _places, broken, width_of
from symcalc.pages.elided import elided, is_long, shortened
from symcalc.pages.notation import latex, text

FORMULAS = ["mean((y - (m*x + b))^2)", "-a/b + 2*a*x - x/(3*a)", "mean(ln(1 + exp(-y*(v*x + w))))", "sqrt(a + b)/(1 - c)^2*a^x",
            "max(a*b, -c, 0) - abs(a*b - c)/2", "piecewise((a*b, a > 2), (c - 1, True))*a", "2*3*a*b*a*b*(a*b)^2 - (-(a*b))"]


@pytest.mark.parametrize("length", [3, 20, 200])
def test_a_formula_begins_as_it_is_written(length):
    told = Beginnings(length)
    for loss in map(sc.Loss, FORMULAS):
        for part in (loss.expression, *loss.partials, *loss.partials[0].args):
            whole = text(part)
            assert told(part) == (whole if len(whole) <= length else whole[:length] + "...")


def in_one_go(formula, first, rest):
    """The lines of a formula, all of it looked at for every line."""
    lines, room = [], first
    while width_of(formula) > room:
        places, end = _places(formula), _fitting(formula, room)
        fitting = [place for place in places if place.at <= end]
        chosen = _best(fitting, room) if fitting else _hardly(formula, places, end)
        if chosen is None:
            break
        lines.append(formula[:chosen.at])
        formula, room = formula[chosen.at + chosen.width:], rest
    return [*lines, formula]


@pytest.mark.parametrize("room", [5, 12, 40, 85])
def test_looking_ahead_a_little_breaks_a_formula_as_looking_at_all_of_it(room):
    network = sc.mean_squared_error("y", sc.network("x1 x2", hidden=9))
    for formula in (text(network.expression), text(network.partials[1]), "x̄" * 70 + " + " + "a" * 90 + " (b - c)", "a" * 500,
                    *map(text, (sc.Loss(formula).expression for formula in FORMULAS))):
        assert broken(formula, room, room + 3) == in_one_go(formula, room, room + 3)


def test_the_middle_of_what_is_long_is_left_out():
    letters = symbols("a1:31")
    inner = Add(*letters, evaluate=False)
    whole = Mul(Symbol("c"), tanh(inner, evaluate=False), evaluate=False)
    assert text(elided(whole)) == "c tanh(a1 + a2 + … + a29 + a30)"
    assert latex(elided(inner)) == r"a_{1} + a_{2} + \ldots + a_{29} + a_{30}"
    assert text(elided(Function("J")(*letters))) == "J(a1, a2, …, a29, a30)"
    assert elided(Add(*letters[:8], evaluate=False)) == Add(*letters[:8], evaluate=False)
    assert shortened(letters, None) == [*letters] and not is_long(letters) and is_long([*letters, 1])

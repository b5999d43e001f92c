"""No bomb goes off: what is too large is refused at once, at every door, with the part and the limit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

import symcalc as sc
from symcalc.calculus.size import MAX_DERIVATIVE, most_parts, parts_in
from symcalc.errors import SymcalcError

WITHIN = 0.05  # seconds of processor time
NUMBERS = ["9", "99", "1e300", "1e-300", "10^100", "(1/3)", "0.1", "999", "1000", "2", "1e308", "1" * 30, "e", "pi"]
FORMS = [
    "({})^({})",
    "exp({})",
    "({})*({})",
    "gamma({})",
    "({})/({})",
    "cosh({})",
    "sinh({})",
    "max({},{})",
    "x^({})",
    "({})^x",
    "ln({})",
    "softplus({})",
    "tan({})",
    "sqrt({}-{})",
]


def bomb(chance: random.Random, levels: int) -> str:
    if levels <= 0:
        return chance.choice(NUMBERS)
    form = chance.choice(FORMS)
    return form.format(*(bomb(chance, levels - 1 - k * chance.randrange(2)) for k in range(form.count("{}"))))


def quickest(action: Callable[[], object]) -> float:
    times = []
    for _ in range(10):
        began = time.process_time()
        with pytest.raises(SymcalcError):
            action()
        times.append(time.process_time() - began)
        if times[-1] < WITHIN:
            break
    return min(times)


@pytest.mark.parametrize("seed", range(4))
def test_generated_bombs(seed: int) -> None:
    chance, refused = random.Random(seed), 0
    for typed in [bomb(chance, chance.randrange(2, 7)) for _ in range(100)]:
        try:
            sc.read(typed)
        except SymcalcError:
            refused += 1
            assert quickest(lambda typed=typed: sc.read(typed)) < WITHIN, typed
    assert refused > 50


def factors(count: int, form: str = "(x+{})") -> str:
    return "*".join(form.format(k) for k in range(1, count + 1))


def test_a_derivative_has_a_bound_that_says_what_to_split() -> None:
    with pytest.raises(SymcalcError, match=r"more than 5,000 parts after the product rule on \(x \+ 1\) \(x \+ 2\).*split it"):
        sc.derive(factors(69), "x")
    assert parts_in(sc.derive(factors(36), "x").result) <= MAX_DERIVATIVE
    assert most_parts(sc.read(factors(69))) == MAX_DERIVATIVE
    for refuse in (
        lambda: sc.derive(factors(69), "x"),
        lambda: sc.Loss(factors(69)).gradient(),
        lambda: sc.Loss(factors(69)).compile(),
        lambda: sc.derive(factors(69, "sin({}x)"), "x"),
    ):
        assert quickest(refuse) < 10 * WITHIN


LOSS = sc.Loss("(w - 3)^2")
HUGE = "9^9^9"
DOORS: dict[str, Callable[[], object]] = {
    "loss": lambda: sc.Loss(f"w*{HUGE}"),
    "derive": lambda: sc.derive(f"x^({HUGE})", "x"),
    "gradient": lambda: sc.gradient(f"x^({HUGE})"),
    "answer": lambda: sc.derive("x^2", "x").check(HUGE),
    "effect": lambda: sc.Loss(HUGE),
    "letter": lambda: sc.derive("x", "x" * 40),
    "parameters": lambda: sc.Loss("w", parameters="w" * 40),
    "columns": lambda: sc.Loss("w", columns="w" * 40),
    "start text": lambda: LOSS.descend(start={"w": "1e400"}, rate=0.1, steps=1),
    "rate text": lambda: LOSS.descend(start=[1], rate=HUGE, steps=1),
    "start int": lambda: LOSS.descend(start=[10**400], rate=0.1, steps=1),
    "rate int": lambda: LOSS.descend(start=[1], rate=10**400, steps=1),
    "steps": lambda: LOSS.descend(start=[1], rate=0.1, steps=10**5000),
    "rate in k": lambda: LOSS.descend(start=[1], rate="k^9^9", steps=1),
    "columns of numbers": lambda: sc.read_table({"x": [10**400]}),
    "nested": lambda: sc.read("max(" * 51 + "x" + ",1)" * 51),
    "order": lambda: sc.derive("x^2", "x", order=10**9),
    "spec": lambda: sc.Worksheet.from_spec(
        {
            "title": "T",
            "sections": [{"title": "S", "items": [{"kind": "differentiate", "expression": f"x^({HUGE})", "wrt": "x"}]}],
        }
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_the_same_at_every_door(door: str) -> None:
    with pytest.raises(SymcalcError) as caught:
        DOORS[door]()
    assert len(str(caught.value)) < 500
    assert quickest(DOORS[door]) < 2 * WITHIN

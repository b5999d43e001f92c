"""The body of a generated loop does the same whether or not its results have their last names from the start."""

import random

import numpy as np
import pytest

from symcalc.compute.loops.lines import in_place, kept

FIXED = [
    ("what had the name is needed after the result is made", ["u0 = p0 * rate", "u1 = u0 + p0", "p0 = u0"], None),
    ("the result has two names", ["u0 = p0 * rate", "p0, s0_0 = u0, u0"], None),
    ("the result is no name", ["u0 = p0 * rate", "p0 = 2.0"], None),
    ("a sum over blocks", ["a0 = 0.0", "for c0 in blocks:", "    a0 += np.dot(c0, p0)", "g0 = float(a0)"], None),
    ("the result is made outside", ["a1 = 2.0 * p0", "g0 = a7"], None),
    ("needed afterwards, too", ["u0 = p0 * rate", "p0 = u0", "a1 = u0 * u0"], ["p0 = p0 * rate", "a1 = p0 * p0"]),
    ("made again afterwards", ["u0 = p0 * rate", "p0 = u0", "p0 = u0 * u0"], None),
    ("a state and its parameter", ["u0 = 0.9 * s0_0", "u1 = p0 - u0", "s0_0, p0 = u0, u1"],
     ["s0_0 = 0.9 * s0_0", "p0 = p0 - s0_0"]),
    ("names alike at their beginning", ["a1 = p0 * a10", "g1 = a1", "g10 = a10"], ["g1 = p0 * a10", "g10 = a10"]),
]


@pytest.mark.parametrize("lines, wanted", [case[1:] for case in FIXED], ids=[case[0] for case in FIXED])
def test_a_name_is_given_at_once_only_where_nothing_else_needs_it(lines, wanted):
    assert in_place(lines) == (lines if wanted is None else wanted)


def some_body(dice):
    """Lines as they are generated, of names that are made once, with some of them under other names in the end."""
    known, lines, pending = ["p0", "p1", "s0_0", "s0_1", "g0", "g1"], [], []
    for k in range(dice.randint(2, 9)):
        lines.append(f"u{k} = {dice.choice(known)} {dice.choice('+-*')} {dice.choice(known)}".ljust(40) + "  # u0 p0 = 1")
        known.append(f"u{k}")
        pending.append(f"u{k}")
        if dice.random() < 0.4:
            targets = dice.sample(known[:6], dice.randint(1, 2))
            values = [dice.choice(pending) for _ in targets]
            lines.append(f"{', '.join(targets)} = {', '.join(values)}")
    return lines


def left_by(lines):
    names = {name: float(k + 2) for k, name in enumerate(["p0", "p1", "s0_0", "s0_1", "g0", "g1"])}
    before = sorted(names)
    exec("\n".join(lines), {}, names)
    return [names[name] for name in before]


def test_any_body_leaves_the_same_numbers():
    bodies = {seed: some_body(random.Random(seed)) for seed in range(300)}
    assert [seed for seed, lines in bodies.items()
            if not np.array_equal(left_by(lines), left_by(in_place(lines)), equal_nan=True)] == []


def test_few_numbers_are_put_away_one_by_one_and_many_together():
    for names in (["p0"], ["p0", "p1"], [f"p{k}" for k in range(9)]):
        keep = []
        exec("\n".join(kept(names)), {"keep": keep, **{name: k for k, name in enumerate(names)}})
        assert keep == list(range(len(names)))

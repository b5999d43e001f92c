"""Texts told by what is new in each, and by words of a shorthand, come out again to the letter."""

import random
from itertools import chain

import pytest
from page_data import RAISED, retold, spelled

from symcalc.pages.retelling import Retelling
from symcalc.pages.shorthand import Shorthand


def random_states(seed):
    """States of blocks whose numbers often come again, and which are now and then a line longer."""
    draw = random.Random(seed)
    numbers = ["0.5", "0", "17", "00.5", "1.25", "0.001"]
    kinds = ["a = {0}", "{0}b²⁰ = {1}; {1}", "x{1}", "", "<b>&#39;{0}</b> 7", "k⁵ 10⁻{2}", "-{0}"]
    texts = []
    for _ in range(120):
        numbers[draw.randrange(6)] = f"{draw.random():.3g}"
        raised = str(draw.randint(1, 20)).translate(RAISED)
        texts.append([[draw.choice(kinds[block:block + 3]).format(*draw.sample(numbers, 2), raised) for _ in range(draw.randint(1, 3))]
                      for block in range(4)])
    return texts


@pytest.mark.parametrize("texts", [[], [[]], [[["a"]]], [[["1"]], [["1"]]], [[["1", "1"], ["2"]], [["2"], ["1"]]], [[["x 0.5"]], [["x 0.5"], ["0.5"]]],
                                   [[["a 1"]], [[]], [["a 1"]]], random_states(1), random_states(2)])
def test_every_state_comes_out_again(texts):
    told = Retelling.of(texts)
    heights = [max(len(text[k]) if k < len(text) else 0 for text in texts) for k in range(max(map(len, texts), default=0))]
    padded = [[[*block, *[""] * (height - len(block))] for block, height in zip([*text, *[[]] * len(heights)], heights)] for text in texts]
    assert retold(told.lines, told.kinds, told.rows) == [[*chain(*text)] for text in padded]


def test_a_number_that_was_told_is_not_told_again():
    told = Retelling.of([[[f"m = {k}"], [f"new m = {k} + 1", f"= {k + 1}"]] for k in range(50)])
    assert told.rows[10:] == tuple(f"|{k + 1}" for k in range(10, 50))


def test_a_line_more_leaves_the_lines_of_other_blocks_in_place():
    told = Retelling.of([[["a", "b"][:1 + k % 2], [f"m = {k}"]] for k in range(9)])
    assert told.rows[4:] == ("1:1|4", "1:3|5", "1:1|6", "1:3|7", "1:1|8") and told.kinds == ("0", "1", "2 *", "3")


@pytest.mark.parametrize("texts", [[], [""], ["<"] * 9, ["<mi>", "Ā<mi>", "<mi>Ā</mi>"] * 5, ["ĀāĂ"] * 5, ["<a><b><a><b><a><b>"] * 9,
                                   [f"<mn>{k % 7}</mn><mo>·</mo><mi>x</mi>" for k in range(300)], ["<b>" * 7, "<b>" * 12]])
def test_a_shorthand_can_be_spelled_out_and_is_no_longer(texts):
    short = Shorthand.of(texts)
    assert [spelled(text, short.words) for text in short.texts] == texts
    assert sum(map(len, (*short.texts, *short.words.values()))) <= sum(map(len, texts))
    assert not {*short.words} & {*"".join(texts)}

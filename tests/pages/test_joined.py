"""A browser takes a formula in a sentence for a picture, behind which a line may end; the sign that follows stays with it."""

import pytest

import symcalc as sc
from symcalc.pages.document import Formula
from symcalc.pages.html import inline

X = Formula(text="x", latex="x")
LONG = Formula(text="long", latex=" + ".join(["a_{1} b_{2} c_{3}"] * 6))


@pytest.mark.parametrize(("parts", "end"), [
    (("is ", X, ": a"), '</math>:</span> a'), (("is ", X, "."), '</math>.</span>'), (("is ", X, ", y"), '</math>,</span> y'),
    (("is ", X, " and"), "</math> and"), (("is ", X), "</math>"), (("is ", X, ""), "</math>"), (("a", ". b"), "a. b"),
])
def test_a_sign_stays_with_the_formula_before_it(parts, end):
    written = inline(parts)
    assert written.endswith(end) and written.count("<span") == written.count("</span>") == ("span" in end)


def test_a_long_formula_can_still_be_broken():
    written = inline(("is ", LONG, "."))
    pieces = written.split("<wbr/>")
    assert len(pieces) > 1 and "joined" not in "".join(pieces[:-1]) and pieces[-1].startswith('<span class="joined"><math')


def test_a_value_that_is_held_stays_with_its_letter(tmp_path):
    run = sc.mean_squared_error("y", sc.line("x")).descend({"x": [1, 2, 3], "y": [2, 4, 5]}, start=[0, 1], rate=0.1, steps=3,
                                                           hold=["b"])
    assert '<span>with <span class="joined">b = 1</span></span></figcaption>' in run.save(tmp_path / "run.html").read_text(encoding="utf-8")

"""A saved run that was edited by hand: a replay says what the file tells of it that is not so, beside the numbers."""

import json

import pytest

import symcalc as sc
from symcalc.training.descent import descend

ROWS = {"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [2.1, 3.9, 6.2, 8.1, 9.8]}


def line(**how):
    return sc.mean_squared_error("y", sc.line("x")).descend(ROWS, start=[0, 0.5], **how)


def parabola(steps=5):
    return sc.Loss("(w - 3)^2").descend(start=[0], rate=0.1, steps=steps)


def edited(run, tmp_path, value, *path):
    saved = run.save(tmp_path / "run.json")
    data = json.loads(saved.read_text(encoding="utf-8"))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    saved.write_text(json.dumps(data), encoding="utf-8")
    return sc.load_run(saved, ROWS if run.table is not None else None)


EDITED = [
    (parabola, "CONVERGED", ("replay", "stop"), 'the reason why it stopped was "Converged: every partial derivative is zero to '
     'within the tolerance." and is now "All steps are used up."'),
    (parabola, "The rate is perfect.", ("replay", "detail"), 'the sentence on its end was "The rate is perfect." and is now'),
    (parabola, "It proves the theorem.", ("message",), 'the file\'s message was "It proves the theorem." and is now'),
    (parabola, "2 (w - 4)", ("gradient", "w"), "the file's gradient for 'w' was \"2 (w - 4)\" and is now \"2 (w - 3)\""),
    (parabola, "\x1b[31m2", ("gradient", "w"), "was \"<U+001B>[31m2\" and is now"),
    (parabola, {}, ("gradient",), "the file's gradient for 'w' was nothing and is now \"2 (w - 3)\""),
    (parabola, "(w - 4)²", ("loss",), 'the file\'s loss was "(w - 4)²" and is now "(w - 3)²"'),
    (parabola, "newton", ("method",), 'the file\'s method was "newton" and is now "gradient descent"'),
    (parabola, 0, ("status",), 'the file\'s status was "0" and is now "1"'),
    (parabola, 0.2, ("rate",), 'the file\'s rate was "0.2" and is now "0.1"'),
    (parabola, 3.0, ("parameters", "w"), "the file's parameters for 'w' was \"3.0\" and is now \"2.01696\""),
    (parabola, 3.0, ("updates", 2, "J"), "update 3 in the file's table, J was \"3.0\" and is now \"2.35929"),
    (parabola, 0.5, ("updates", 4, "ratio"), "update 5 in the file's table, ratio was \"0.5\" and is now \"0.89999"),
    (parabola, 10**400, ("updates", 4, "J"), "update 5 in the file's table, J was"),
    (parabola, "x", ("updates", 1, "parameters"), "update 2 in the file's table, parameters for w was \"x\" and is now"),
    (parabola, {"w": 1.0}, ("updates", 1, "gradient"), "update 2 in the file's table, gradient for w was \"1.0\""),
    (parabola, [], ("updates",), "the number of updates in the file's table was \"0\" and is now \"5\""),
    (lambda: line(rate=1.0, steps=50), "Take a rate of 0.9.", ("replay", "detail"), "the sentence on its end was"),
    (lambda: line(rate=0.01, steps=5), "2/n Σ xᵢ", ("gradient", "m"), 'was "2/n Σ xᵢ" and is now'),
]


@pytest.mark.parametrize(("make", "value", "path", "said"), EDITED, ids=[f"{case[2][-1]} {n}" for n, case in enumerate(EDITED)])
def test_what_was_edited_beside_the_numbers_is_said(make, value, path, said, tmp_path):
    again = edited(make(), tmp_path, value, *path).replay()
    assert not again.same and again.first_difference is None
    assert "every number of its record is equal to the last bit, but " in again.sentence and said in again.sentence
    assert again.sentence.isprintable() and again.as_dict()["retold"][0]["what"] in again.sentence


def test_a_file_of_the_record_alone_is_the_run(tmp_path):
    for key in ("gradient", "message", "updates"):
        assert edited(parabola(), tmp_path, None, key).replay().same


def test_a_long_sentence_is_shown_where_it_parts(tmp_path):
    run = line(rate=1.0, steps=50)
    again = edited(run, tmp_path, f"{'so ' * 80}it went well", "replay", "detail").replay()
    assert not again.same and len(again.sentence) < 700 and "…" in again.sentence


def test_several_edits_are_counted(tmp_path):
    run = edited(parabola(), tmp_path, "CONVERGED", "replay", "stop")
    assert "and 2 more are another." in run.replay().sentence            # status and message in the file, too


@pytest.mark.parametrize(("partials", "said"), [
    (["(+ (* 2 w) -6)"], "Its slopes are not those of the derivation but formulas of its own: "
     "dJ/dw = 2w - 6 in place of dJ/dw = 2 (w - 3)."),
    (["(* 2 (+ w -4))"], "g_w = 2 (w - 4) in place of dJ/dw = 2 (w - 3)."),
])
def test_other_formulas_of_the_partials_are_said(partials, said, tmp_path):
    again = edited(parabola(), tmp_path, partials, "replay", "partials").replay()
    assert said in again.sentence and not again.same


def test_formulas_of_ones_own_are_named_and_are_the_run_all_the_same():
    run = descend(sc.Loss("(w - 3)^2"), None, kind=sc.Run, start=[0], rate=0.1, steps=5, partials=(sc.read("w - 3"),))
    again = run.replay()
    assert again.same and again.sentence.startswith("The same: 5 updates made again")
    assert again.sentence.endswith("formulas of its own: g_w = w - 3 in place of dJ/dw = 2 (w - 3).")


def test_an_end_that_is_said_to_come_from_outside(tmp_path):
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.5, steps=50)
    again = edited(run, tmp_path, "INTERRUPTED", "replay", "stop").replay()
    assert "It was stopped from outside; made again, it ends there by itself. Converged: " in again.sentence
    with_word = edited(run, tmp_path, "and it is right", "replay", "detail").replay()
    assert not with_word.same and 'was "and it is right" and is now nothing' in with_word.sentence


def test_the_last_digit_of_a_number_in_the_end_is_no_difference_where_the_run_is_rounded():
    from symcalc.training.kept.retold import _alike
    assert _alike("a rate of 0.123456 would do", "a rate of 0.123457 would do", True)
    assert not _alike("a rate of 0.123456 would do", "a rate of 0.123457 would do", False)
    assert not _alike("a rate of 0.12 would do", "a rate of 0.13 would do", True)
    assert not _alike("a rate of 0.12 would do", "no rate of 0.12 would do", True)

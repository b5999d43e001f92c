"""Quizzes for Moodle and packages of QTI 1.2: as the formats want them, the same bytes, and every answer in them right.

The answers are read back out of the files, formulas from their TeX or MathML, and held against mpmath, which knows
nothing of symcalc's rules.
"""

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from exported import (  # noqa: F401
    FIELD,
    HOSTILE,
    ORACLES,
    SPEC,
    WANTED,
    Formula,
    bare,
    differ,
    faults_of_moodle,
    fields_of,
    package,
    questions_of,
    quiz,
    seen,
    shown_formula,
    slope,
    version,
)
from mpmath import mp

import symcalc as sc
from symcalc.worksheets.fills import Gap, fill_of
from symcalc.worksheets.graded import graded
from symcalc.worksheets.items.kinds import KINDS, build


def test_the_reader_of_formulas():
    assert Formula(r"\frac{3 \left(2 t - 1\right)^{2}}{\sqrt{t}} - 2 \cdot t e^{2 t}")(4) == pytest.approx(73.5 - 8 * mp.e**8)
    assert Formula(r"-2 \sin^{2}\left(4 u\right) v")(3, 5) == pytest.approx(-10 * mp.sin(12)**2)


def test_a_quiz_is_as_moodle_wants_it(version, quiz):
    assert faults_of_moodle(quiz) == []
    items = [question for part in version.parts for question in part.questions]
    named = questions_of(quiz)
    assert list(named) == [f"Version A, question {k}" for k in range(1, len(items) + 1)]
    for question, node in zip(items, named.values()):
        weights = [int(field.split(":")[0]) for field in FIELD.findall(node.findtext("questiontext/text"))]
        if node.get("type") != "cloze":
            assert node.findtext("defaultgrade") == str(question.points)
        elif question.points >= len(weights):
            assert sum(weights) == question.points


@pytest.mark.parametrize(("old", "new"), [
    ('fraction="0"', 'fraction="100"'), ("<single>true</single>", ""), ("<graderinfo", "<gradeinfo"), ("@@PLUGINFILE@@/f", "f"),
    ("question 3<", "question 2<"), (":NUMERICAL:=", ":NUMERICAL:"), ('<question type="category">', '<question type="essay">'),
    ("<hidden>0</hidden>\n<idnumber></idnumber>", "<idnumber></idnumber>\n<hidden>0</hidden>"),
], ids=lambda part: part[:24])
def test_a_fault_in_a_quiz_is_noticed(version, old, new):
    broken = version.moodle().replace(old, new, 1)
    if "gradeinfo" in new:
        broken = broken.replace("</graderinfo", "</gradeinfo", 1)
    assert faults_of_moodle(ElementTree.fromstring(broken.encode())) != []


def test_what_becomes_of_each_kind(version, quiz):
    items = [question.item for part in version.parts for question in part.questions]
    found = {}
    for item, node in zip(items, questions_of(quiz).values()):
        found.setdefault(item.kind, set()).add(node.get("type"))
    assert found.pop("free") == {"essay", "multichoice"}
    assert found == {kind: {form} for kind, form in WANTED.items()}


def test_the_choice_that_scores_is_the_derivative_and_no_other_is(quiz):
    seen = 0
    for name, node in questions_of(quiz).items():
        if node.get("type") == "multichoice":
            text = node.findtext("questiontext/text")
            function = shown_formula(text)
            by = "m" if "By m" in text else function.letters[0]
            for answer in node.iter("answer"):
                given = Formula(html.unescape(re.search(r"\\\((.*)\\\)", answer.findtext("text"))[1]))
                gap = differ(given, slope(function, by), function.letters)
                assert (gap < 1e-8) == (answer.get("fraction") == "100"), (name, answer.findtext("text"), gap)
                # Where the key says (A), the answers stay in their order.
                assert (node.findtext("shuffleanswers") == "false") == ("Answer: (" in node.findtext("generalfeedback/text"))
                assert bool(answer.findtext("feedback/text")) == (answer.get("fraction") == "0")
                seen += 1
    assert seen >= 15


def test_the_numbers_that_score_are_right(version, quiz):
    items = [question.item for part in version.parts for question in part.questions]
    checked = set()
    for item, node in zip(items, questions_of(quiz).values()):
        if item.kind in ORACLES:
            text, fields = node.findtext("questiontext/text"), fields_of(node)
            right = ORACLES[item.kind](shown_formula(text), text, len(fields))
            assert len(right) == len(fields), (item.kind, right, fields)
            for field, value in zip(fields, right):
                if isinstance(field, str):
                    assert field == value, item.source
                else:
                    assert abs(field[0] - value) <= field[1] / 2 and 0 < field[1] <= mp.mpf("0.001"), item.source
            checked.add(item.kind)
    assert checked == set(ORACLES)


# What stands in the files


def test_hostile_words_show_as_they_are(quiz, package):
    texts = [node.text or "" for node in quiz.iter("text")][1:]           # the first is the name of the category, no HTML
    assert all("<script" not in text and "<b>" not in text and "$$" not in text and "{1:NM" not in text for text in texts)
    assert all("@@" not in text.replace("@@PLUGINFILE@@/figure-", "") and r"\(x_1" not in text for text in texts)
    assert sum(HOSTILE in seen(text) for text in texts) == 5          # the answer also for who grades
    materials = [node.text for node in bare(package.read("quiz.xml")).iter("mattext")]
    assert all("<script" not in text and "<b>" not in text and "$$" not in text for text in materials)
    assert sum(HOSTILE in seen(text) for text in materials) == 4


def test_pictures_and_keys_are_in_the_file(version, quiz):
    files = [base64.b64decode(node.text) for node in quiz.iter("file")]
    assert len(files) == 4 and all(data.startswith(b"\x89PNG") for data in files)
    for node in questions_of(quiz).values():
        assert "<p>Answer:" in node.findtext("generalfeedback/text")
        assert (node.find("graderinfo") is not None) == (node.get("type") == "essay")
    whole = version.moodle()
    assert "<em>chain rule</em>" in whole and "Proved: " in whole and whole.count("<hint ") > 10
    spec = replace(version.spec, solutions="short", hints=False)
    short = replace(version, spec=spec).moodle()
    assert "<em>chain rule</em>" not in short and "<hint " not in short and "<p>Answer:" in short


def test_what_is_otherwise_is_said(version):
    essays, *points, card = version.remarks(".xml")
    assert re.fullmatch(r"questions [\d, ]+: an essay, for you to grade by the key that comes with it", essays)
    said = r"question \d+: Moodle gives a point for each of \d+ blanks, not \d+ in all; set its mark in the quiz"
    assert points and all(re.fullmatch(said, point) for point in points)
    assert card == "the card of rules is left out"
    first, *_, last = version.remarks(".zip")
    assert first == essays and last == "the hints and the card of rules are left out"
    assert version.remarks(".tex") == ()


# Every kind and level, and the same bytes


@pytest.mark.parametrize("kind", sorted(WANTED))
def test_every_level_has_a_form(kind):
    forms = {type(graded(build(kind, level, 1))).__name__ for level in KINDS[kind].levels}
    wanted = {"multichoice": {"Choice"}, "essay": {"NoneType"}}.get(WANTED[kind], {"Fill"})
    assert forms == wanted | ({"NoneType"} if kind == "gradient" else set())          # over rows it is a formula


def test_a_blank_is_half_a_place_wide_at_most():
    gaps = [gap for level in (1, 2, 3) for gap in fill_of(build("trace", level, 5)).gaps.values()]
    for gap in gaps:
        assert isinstance(gap, Gap) and gap.tolerance * 2 * gap.value.denominator <= max(1, gap.tolerance * 2000)


BYTES = """
import hashlib, json, symcalc as sc
sheet = sc.Worksheet.from_spec(json.load(open("spec.json")))
print(*(hashlib.sha256(sheet.version("A").save(f"there.{form}").read_bytes()).hexdigest() for form in ("xml", "zip", "ipynb")))
"""


def test_the_same_bytes_in_another_process(tmp_path):
    some = {**SPEC, "sections": [{"items": [{"kind": kind} for kind in ("differentiate", "trace", "partial")]}]}
    (tmp_path / "spec.json").write_text(json.dumps(some))
    there = subprocess.run([sys.executable, "-c", BYTES], cwd=tmp_path, capture_output=True, text=True, check=True, env={
        **os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1]), "PYTHONHASHSEED": "1"}).stdout.split()
    handout = sc.Worksheet.from_spec(some).version("A")
    assert there == [hashlib.sha256(handout.save(tmp_path / f"here.{form}").read_bytes()).hexdigest()
                     for form in ("xml", "zip", "ipynb")]


def test_the_command_writes_several_forms(tmp_path):
    from click.testing import CliRunner

    from symcalc import cli

    spec = tmp_path / "slopes.toml"
    spec.write_text('title = "Slopes"\n[[sections]]\nitems = [{kind = "evaluate"}, {kind = "partial"}]\n')
    forms = [part for form in ("moodle", "qti", "md") for part in ("--form", form)]
    done = CliRunner().invoke(cli.main, ["worksheet", str(spec), "-o", str(tmp_path / "out"), *forms], prog_name="symcalc")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted(["slopes-A.xml", "slopes-B.xml", "slopes-A.zip", "slopes-B.zip", "slopes-A.md", "slopes-B.md",
                            "slopes-A-key.md", "slopes-B-key.md"])
    assert done.stderr.count("question 2: an essay, for you to grade by the key that comes with it.\n") == 2
    wrong = CliRunner().invoke(cli.main, ["worksheet", str(spec), "--form", "doc"], prog_name="symcalc")
    assert wrong.exit_code == 2 and "moodle" in wrong.stderr
    with pytest.raises(sc.SymcalcError, match=r"does not end in \.txt, .*\.xml or \.zip"):
        sc.Worksheet.from_spec(spec).version("A").save(tmp_path / "sheet.doc")


@pytest.mark.parametrize("formula", ["ln(t)", "t^3*ln(6t + 1)", "sqrt(t)", "1/t"])
def test_a_formula_that_has_not_a_value_everywhere_is_proved_where_it_has_one(formula):
    item = build("free", 1, 0, expression=formula, wrt="t")
    choice = graded(item)                # ln(t) has no two wrong answers to choose from
    assert item.checks > 5 and (formula == "ln(t)" if choice is None else sum(one.is_right for one in choice.options) == 1)

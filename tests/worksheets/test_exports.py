"""Quizzes for Moodle and packages of QTI 1.2: as the formats want them, the same bytes, and every answer in them right.

The answers are read back out of the files, formulas from their TeX or MathML, and held against mpmath, which knows
nothing of symcalc's rules.
"""

import base64
import hashlib
import html
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from mpmath import mp

import symcalc as sc
from symcalc.worksheets.fills import Gap, fill_of
from symcalc.worksheets.graded import graded
from symcalc.worksheets.items.kinds import KINDS, build

HOSTILE = r"<b>5</b> % of \(x_1\) < 3 & $$y$$ ]]> {1:NM:=3} @@PLUGINFILE@@ [tex]z[/tex] <script>alert(1)</script>"
OWN = [{"question": HOSTILE, "answer": f"It is $2 {HOSTILE}", "points": 3},
       {"expression": "(y - (m*x + b))^2", "wrt": "m", "question": f"By m: {HOSTILE}"}]
SPEC = {"title": HOSTILE, "note": HOSTILE, "versions": 1, "seed": 7, "hints": True, "rule_card": True, "sections": [
    *({"title": name, "items": [{"kind": name, "level": list(kind.levels)[:2], "count": 2}]}
      for name, kind in KINDS.items() if name != "free"), {"note": "Mine.", "items": OWN}]}


@pytest.fixture(scope="module")
def version():
    return sc.Worksheet.from_spec(SPEC).version("A")


# Formulas, read back without symcalc

TOKEN = re.compile(r"\\[a-zA-Z]+|\d+(?:\.\d+)?|[^\s\\]")
FUNCTIONS = {r"\sin": mp.sin, r"\cos": mp.cos, r"\ln": mp.log, r"\exp": mp.exp}


class Formula:
    r"""A formula in TeX as sheets have it, with its value: + - \cdot, products side by side, ^, \frac, \sqrt, functions."""

    def __init__(self, tex):
        self.tokens = [token for token in TOKEN.findall(tex) if token not in (r"\left", r"\right", r"\displaystyle")]
        self.letters = sorted({token for token in self.tokens if token.isalpha() and token != "e"})

    def __call__(self, *values, **at):
        self.left, self.at = [*reversed(self.tokens)], {**dict(zip(self.letters, values)), **at}
        found = self.sum()
        assert not self.left, self.tokens
        return found

    def next(self, *wanted):
        return bool(self.left) and (not wanted or self.left[-1] in wanted) and self.left.pop()

    def sum(self):
        found = -self.product() if self.next("-") else self.product()
        while sign := self.next("+", "-"):
            found = found + self.product() if sign == "+" else found - self.product()
        return found

    def product(self):
        found = self.power()
        while self.left and self.left[-1] not in (*"+-=)}",):
            self.next(r"\cdot")
            found *= self.power()
        return found

    def power(self):
        base = self.part()
        return base ** self.part() if self.next("^") else base

    def part(self):
        token = self.next()
        if token in FUNCTIONS:
            times = self.part() if self.next("^") else 1
            return FUNCTIONS[token](self.part()) ** times
        if token == r"\frac":
            return self.part() / self.part()
        if token == r"\sqrt":
            return mp.sqrt(self.part())
        if token in ("(", "{"):
            found = self.sum()
            assert self.next(")", "}")
            return found
        return mp.e if token == "e" else self.at[token] if token.isalpha() else mp.mpf(token)


def test_the_reader_of_formulas():
    assert Formula(r"\frac{3 \left(2 t - 1\right)^{2}}{\sqrt{t}} - 2 \cdot t e^{2 t}")(4) == pytest.approx(73.5 - 8 * mp.e**8)
    assert Formula(r"-2 \sin^{2}\left(4 u\right) v")(3, 5) == pytest.approx(-10 * mp.sin(12)**2)


def tex_of(node):
    """MathML as TeX."""
    parts = [tex_of(child) for child in node]
    match node.tag:
        case "mfrac":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "msup":
            return f"{parts[0]}^{{{parts[1]}}}"
        case "msqrt":
            return rf"\sqrt{{{' '.join(parts)}}}"
        case "mi" | "mn" | "mo" | "mtext":
            said = node.text.strip()
            return {"−": "-", "·": r"\cdot", "sin": r"\sin", "cos": r"\cos", "ln": r"\ln"}.get(said, said)
    return " ".join(parts)


def differ(one, other, letters):
    """How far two functions are apart at places where both have values."""
    places = [{letter: mp.mpf(start + k * step) for k, letter in enumerate(letters)} for start, step in
              ((1.3, 0.4), (0.7, 0.9), (2.1, -0.6))]
    return max(abs(one(**at) - other(**at)) / max(1, abs(other(**at))) for at in places)


def slope(formula, by):
    return lambda **at: mp.diff(lambda value: formula(**{**at, by: value}), at[by])


# Moodle: what its documentation and its importer want

_TEXT, _HEAD = "name questiontext generalfeedback", "penalty hidden idnumber"
MOODLE = {
    "category": "category",
    "description": f"{_TEXT} defaultgrade {_HEAD}",
    "multichoice": f"{_TEXT} defaultgrade {_HEAD} single shuffleanswers answernumbering showstandardinstruction "
                   "correctfeedback partiallycorrectfeedback incorrectfeedback( answer){2,}( hint)*",
    "numerical": f"{_TEXT} defaultgrade {_HEAD} answer unitgradingtype unitpenalty showunits unitsleft( hint)*",
    "essay": f"{_TEXT} defaultgrade {_HEAD} responseformat responserequired responsefieldlines attachments "
             "attachmentsrequired graderinfo responsetemplate",
    "cloze": f"{_TEXT} {_HEAD}( hint)*",
}
INSIDE = {"answer": "text feedback( tolerance)?", "name": "text", "category": "text"}
FIELD = re.compile(r"\{([^}]*:(?:NUMERICAL|MULTICHOICE|NM|SHORTANSWER)[^}]*)\}")
NUMERICAL = re.compile(r"(\d+):NUMERICAL:=(-?\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
CHOSEN = re.compile(r"(\d+):MULTICHOICE:((?:=?[\w ]+~)+=?[\w ]+)")


def faults_of_moodle(root):
    """Where a quiz is not as Moodle wants it."""
    faults = [] if root.tag == "quiz" and root[0].get("type") == "category" else ["no category first"]
    names = [node.findtext("name/text") for node in root if node.get("type") != "category"]
    faults += ["a name twice"] if len(set(names)) < len(names) else []
    for question in root:
        kind, within = question.get("type"), " ".join(child.tag for child in question)
        if not re.fullmatch(MOODLE.get(kind, "-"), within):
            faults.append(f"{kind}: {within}")
        for node in question.iter():
            if node.tag in INSIDE and not re.fullmatch(INSIDE[node.tag], " ".join(child.tag for child in node)):
                faults.append(f"{node.tag} in {kind}")
            if node.get("format") == "html" and node[0].tag != "text":
                faults.append(f"{node.tag} has no text")
        shares = [answer.get("fraction") for answer in question.iter("answer")]
        if shares and (shares.count("100") != 1 or set(shares) - {"0", "100"}):
            faults.append(f"{kind}: {shares}")
        text = question.findtext("questiontext/text") or ""
        fields = FIELD.findall(text)
        if bool(fields) != (kind == "cloze") or any(not NUMERICAL.fullmatch(it) and not CHOSEN.fullmatch(it) for it in fields):
            faults.append(f"{kind}: {fields}")
        faults += [f"{kind}: {src}" for node in question.iter("text") for src in re.findall(r'src="([^"]*)"', node.text or "")
                   if not any(src == f"@@PLUGINFILE@@/{file.get('name')}" for file in question.iter("file"))]
    return faults


@pytest.fixture(scope="module")
def quiz(version):
    return ElementTree.fromstring(version.moodle().encode())


def questions_of(quiz):
    return {node.findtext("name/text"): node for node in quiz if node.get("type") not in ("category", "description")}


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


WANTED = {"differentiate": "multichoice", "choice": "multichoice", "evaluate": "numerical"} \
    | dict.fromkeys(("tangent", "gradient", "trace", "predicted_actual", "converges", "stationary", "rss_table", "read_curve",
                     "match_curve"), "cloze") \
    | dict.fromkeys(("partial", "chain_steps", "blanks", "mistake", "short_answer"), "essay")


def test_what_becomes_of_each_kind(version, quiz):
    items = [question.item for part in version.parts for question in part.questions]
    found = {}
    for item, node in zip(items, questions_of(quiz).values()):
        found.setdefault(item.kind, set()).add(node.get("type"))
    assert found.pop("free") == {"essay", "multichoice"}
    assert found == {kind: {form} for kind, form in WANTED.items()}


def shown_formula(text):
    r"""The right side of \(f(t) = ...\), the first formula on a line of its own."""
    whole = html.unescape(re.search(r"\\\(\\displaystyle (.*?)\\\)", text)[1])
    return Formula(whole.split(" = ", 1)[-1])


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


def places_named(text):
    return {name: mp.mpf(value) for name, value in re.findall(r"\\\((\\?\w+) = (-?[\d.]+)\\\)", text)}


def of_descent(function, text, steps):
    """The points of a descent from the place that the question names."""
    named = places_named(text)
    rate = named.pop(r"\eta")
    points = [named]
    for _ in range(steps):
        at = points[-1]
        points.append({name: value - rate * slope(function, name)(**at) for name, value in at.items()})
    return points


def of_trace(function, text, count):
    cells = []
    for k, at in enumerate(of_descent(function, text, 9)):
        cells += [*(at.values() if k else ()), *(slope(function, name)(**at) for name in at), function(**at)]
        if len(cells) > count:            # the last row has no slopes
            return [*cells[:count - 1], function(**at)]
    return []


def of_update(function, text, count):
    before, after = of_descent(function, text, 1)
    expected = sum(slope(function, name)(**before) * (after[name] - before[name]) for name in before)
    actual = function(**after) - function(**before)
    return [expected, actual, actual / expected]


def of_rate(function, text, count):
    bend = mp.diff(lambda value: function(value), 0, 2)
    return ["Yes" if abs(1 - places_named(text)[r"\eta"] * bend) < 1 else "No", 2 / bend]


def of_stationary(function, text, count):
    low, high = -12, 12
    changes = [mp.findroot(slope_at, (k - 0.5, k + 0.5)) for slope_at in [lambda v: slope(function, function.letters[0])(
        **{function.letters[0]: v})] for k in range(low, high) if slope_at(k - 0.5) * slope_at(k + 0.5) < 0]
    return [part for at in changes for part in (at, function(at), "minimum" if mp.diff(function, at, 2) > 0 else "maximum")]


def of_tangent(function, text, count):
    name, place = next(iter(places_named(text).items()))
    goes = re.search(r"goes from \\\((-?[\d.]+)\\\) to \\\((-?[\d.]+)\\\)", text)
    steep = slope(function, name)(**{name: place})
    return [steep, function(place) - steep * place, steep * (mp.mpf(goes[2]) - mp.mpf(goes[1]))]


def of_gradient(function, text, count):
    at = places_named(text)
    return [slope(function, name)(**at) for name in at]


def of_table(function, text, count):
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)[1:]
    pairs = [[mp.mpf(value) for value in re.findall(r"\\\((-?[\d.]+)\\\)", row)[:2]] for row in rows]
    cells = [part for x, y in pairs for part in (function(x), y - function(x), (y - function(x))**2)]
    total = sum((y - function(x))**2 for x, y in pairs)
    return [*cells, total, total / len(pairs), mp.sqrt(total / len(pairs))][:count]


ORACLES = {"evaluate": of_gradient, "tangent": of_tangent, "gradient": of_gradient, "trace": of_trace,
           "predicted_actual": of_update, "converges": of_rate, "stationary": of_stationary, "rss_table": of_table}


def fields_of(node):
    """Each field of a question: the number with its tolerance, or the word that scores."""
    if node.get("type") == "numerical":
        return [(mp.mpf(node.findtext("answer/text")), mp.mpf(node.findtext("answer/tolerance")))]
    found = []
    for field in FIELD.findall(node.findtext("questiontext/text")):
        if number := NUMERICAL.fullmatch(field):
            found.append((mp.mpf(number[2]), mp.mpf(number[3])))
        else:
            words = CHOSEN.fullmatch(field)[2].split("~")
            assert sum(word.startswith("=") for word in words) == 1
            found.append(next(word[1:] for word in words if word.startswith("=")))
    return found


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

def seen(fragment):
    """The words of a page as a reader sees them."""
    return html.unescape(re.sub(r"<[^>]*>", "", fragment))


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


# QTI 1.2: what its schema wants

QTI = {
    "questestinterop": "assessment",
    "assessment": "(rubric )*section",
    "rubric": "material",
    "section": "item( item)*",
    "item": "itemmetadata presentation resprocessing( itemfeedback)*",
    "itemmetadata": "qtimetadata",
    "qtimetadata": "qtimetadatafield( qtimetadatafield)*",
    "qtimetadatafield": "fieldlabel fieldentry",
    "presentation": "material (response_lid|response_str)",
    "response_lid": "render_choice", "response_str": "render_fib",
    "render_choice": "response_label( response_label)+", "render_fib": "response_label",
    "response_label": "(material)?",
    "resprocessing": "outcomes( respcondition)+",
    "outcomes": "decvar",
    "respcondition": "conditionvar( setvar)*( displayfeedback)*",
    "conditionvar": "other|varequal|or", "or": "varequal and", "and": "vargte varlte",
    "itemfeedback": "flow_mat", "flow_mat": "material", "material": "mattext",
}
REQUIRED = {"displayfeedback": "linkrefid", **dict.fromkeys(("varequal", "vargte", "varlte"), "respident"), **dict.fromkeys(
    ("assessment", "section", "item", "response_lid", "response_str", "response_label", "itemfeedback"), "ident")}


def faults_of_qti(root):
    """Where a document is not as the schema of QTI 1.2 wants it, or refers to what is not there."""
    faults, idents = [], [node.get("ident") for node in root.iter("item")]
    for node in root.iter():
        within = " ".join(child.tag for child in node)
        if not re.fullmatch(QTI.get(node.tag, ""), within):
            faults.append(f"{node.tag}: {within}")
        if node.tag in REQUIRED and not node.get(REQUIRED[node.tag]):
            faults.append(f"{node.tag} without {REQUIRED[node.tag]}")
    faults += ["an item twice"] if len(set(idents)) < len(idents) else []
    for item in root.iter("item"):
        responses = {node.get("ident") for tag in ("response_lid", "response_str") for node in item.iter(tag)}
        told = {node.get("ident") for node in item.iter("itemfeedback")}
        labels = {node.get("ident") for node in item.iter("response_label")}
        faults += ["no such response" for node in item.iter() if node.get("respident") not in (None, *responses)]
        faults += ["no such feedback" for node in item.iter("displayfeedback") if node.get("linkrefid") not in told]
        if item.find("presentation/response_lid") is not None:
            faults += ["no such choice" for node in item.iter("varequal") if node.text not in labels]
    return faults


def bare(data):
    """The document without its namespace."""
    root = ElementTree.fromstring(data)
    for node in root.iter():
        assert node.tag.startswith("{http://www.imsglobal.org/xsd/")
        node.tag = node.tag.split("}")[1]
    return root


@pytest.fixture(scope="module")
def package(version):
    return zipfile.ZipFile(io.BytesIO(version.qti()))


def test_a_package_is_as_the_schema_wants_it(version, package):
    assert faults_of_qti(bare(package.read("quiz.xml"))) == []
    manifest = bare(package.read("imsmanifest.xml"))
    assert [node.tag for node in manifest] == ["metadata", "organizations", "resources"]
    main, *pictures = manifest.iter("resource")
    assert main.get("type") == "imsqti_xmlv1p2" and {node.get("type") for node in pictures} == {"webcontent"}
    files = [node.get("href") for node in manifest.iter("file")]
    assert sorted([*files, "imsmanifest.xml"]) == sorted(package.namelist()) and len(set(files)) == len(files) == 5
    assert [node.get("identifierref") for node in main.iter("dependency")] == [node.get("identifier") for node in pictures]
    sources = re.findall(r'src="([^"]*)"', html.unescape(package.read("quiz.xml").decode()))
    assert set(sources) == {node.get("href") for node in pictures}


@pytest.mark.parametrize(("old", "new"), [
    ('linkrefid="general_fb"', 'linkrefid="none"'), ("<outcomes>", "<qticomment/><outcomes>"), ('ident="A-1"', 'ident="A-2"'),
    ("<conditionvar><other/></conditionvar>", ""), ('respident="response1"', 'respident="response2"'),
    ('<response_label ident="A">', "<response_label>"), ("<mattext ", '<mattext/><mattext '),
], ids=lambda part: part[:24])
def test_a_fault_in_a_package_is_noticed(package, old, new):
    text = package.read("quiz.xml").decode()
    broken = text.replace(old, new, 1)
    assert broken != text and faults_of_qti(bare(broken)) != []


def qti_task(item):
    """The text of an item, and what scores: a choice, or the bounds of a number."""
    text = item.findtext("presentation/material/mattext")
    scoring = [node for node in item.iter("respcondition") if node.find("setvar") is not None]
    assert len(scoring) <= 1
    return text, scoring[0] if scoring else None


def test_what_scores_in_a_package_is_what_scores_in_the_quiz(version, quiz, package):
    """Choices are held against mpmath again, numbers against the quiz, whose numbers are."""
    by_name = questions_of(quiz)
    numbers = choices = 0
    for item in bare(package.read("quiz.xml")).iter("item"):
        text, scoring = qti_task(item)
        node = by_name[item.get("title").split(", number")[0]]
        if scoring is None:
            assert node.get("type") == "essay"
        elif node.get("type") == "multichoice":
            functions = [Formula(tex_of(ElementTree.fromstring(math)).split("=")[-1])
                         for math in re.findall(r"<math [^>]*display.*?</math>", text)]
            by = "m" if "By m" in text else functions[0].letters[0]
            for label in item.iter("response_label"):
                shown = re.search("<math.*</math>", label.findtext("material/mattext"))[0]
                given = Formula(tex_of(ElementTree.fromstring(shown)))
                is_slope = differ(given, slope(functions[0], by), functions[0].letters) < 1e-8
                assert is_slope == (scoring.findtext("conditionvar/varequal") == label.get("ident"))
            choices += 1
        elif item.find("presentation/response_str") is not None:
            right, low, high = (mp.mpf(next(scoring.iter(tag)).text) for tag in ("varequal", "vargte", "varlte"))
            known = [field for field in fields_of(node) if not isinstance(field, str)]
            assert low < right < high
            assert any(value == right and mp.almosteq(high - low, 2 * near, 1e-5) for value, near in known)
            numbers += 1
        else:
            labels = {label.get("ident"): seen(label.findtext("material/mattext")) for label in item.iter("response_label")}
            assert labels[scoring.findtext("conditionvar/varequal")] in fields_of(node)
    assert choices >= 5 and numbers >= 20


def test_the_points_of_a_package_add_up(version, package):
    shares = {}
    for item in bare(package.read("quiz.xml")).iter("item"):
        fields = {field.findtext("fieldlabel"): field.findtext("fieldentry") for field in item.iter("qtimetadatafield")}
        shares.setdefault(item.get("title").split(", number")[0], []).append(round(100 * float(fields["points_possible"])))
    points = [question.points for part in version.parts for question in part.questions]
    assert [sum(parts) for parts in shares.values()] == [100 * number for number in points]


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

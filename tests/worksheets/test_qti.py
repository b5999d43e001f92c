"""Packages of QTI 1.2: as the schema wants them, and what scores in them is what scores in the quiz."""

import html
import re
from xml.etree import ElementTree

import pytest
from exported import (  # noqa: F401
    Formula,
    bare,
    differ,
    fields_of,
    package,
    questions_of,
    quiz,
    seen,
    slope,
    tex_of,
    version,
)
from mpmath import mp

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

"""Whole sheets: versions that differ, keys that match, the same bytes everywhere, pages that compile and print literally."""

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

import symcalc as sc
from symcalc.pages.document import Table, paragraph
from symcalc.worksheets import version as versions_module
from symcalc.worksheets.blocks import all_questions
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.latex import sheet_source

SPEC = {"title": "Slopes", "versions": 3, "seed": 7, "hints": True, "rule_card": True, "sections": [
    {"title": "Rules", "note": "Show your working.", "items": [{"kind": "differentiate", "level": [1, 2], "count": 4}]},
    {"title": "Words", "items": [{"question": "Why is 5 % of x_1 < 3?", "answer": "It is $2.", "points": 3},
                                 {"expression": "(y - (m*x + b))^2", "wrt": "m", "question": "By m:"}]}]}
# The LaTeX in titles and notes that others tried; each is to be printed, none to be obeyed.
HOSTILE = [
    r"\input{secret.txt}", r"\verbatiminput{secret.txt}", r"\immediate\write18{touch CANARY}", r"\ShellEscape{touch CANARY}",
    r"\newwrite\f\immediate\openout\f=CANARY", r"\catcode`\%=12", r"^^5cinput{secret.txt}", r"\def\a{\a}\a",
    r"\usepackage{shellesc}", r"\end{aligned}\]\input{secret.txt}\[\begin{aligned}", "$$", r"x & y \\", "a_b_c", "{", "~",
    r"\href{javascript:alert(1)}{x}", r"\htmlData{x=1}{y}", r"\pdfobj{}", r"\require{html}\style{background:url(//evil)}{x}",
    r"\\[9999999pt]", "%% body", "100% #1 {\\", "</style><script>alert(1)</script>",
]
needs_latex = pytest.mark.skipif(shutil.which("latexmk") is None or shutil.which("pdftotext") is None,
                                 reason="latexmk or pdftotext is not installed")


@pytest.fixture(scope="module")
def sheet():
    return sc.Worksheet.from_spec(SPEC)


# Versions and keys

def test_versions_differ_in_numbers_and_in_nothing_else(sheet):
    assert sheet.letters == ("A", "B", "C")
    drawn = [[question.item for question in all_questions(sheet.version(letter).parts)] for letter in sheet.letters]
    for same in zip(*drawn):
        assert len({(item.kind, item.level, item.length, item.space) for item in same}) == 1
    sources = [item.source for items in drawn for item in items if item.kind != "free"]
    assert len(sources) == len(set(sources)) == 12


def test_fewer_versions_are_the_first_of_more(sheet):
    fewer = sc.Worksheet.from_spec(SPEC, versions=1)
    assert fewer.version("A") == sc.Worksheet.from_spec(SPEC, versions=1).version("A")
    assert fewer.marks == sheet.marks[:1] and sc.Worksheet.from_spec(SPEC, seed=8).marks != sheet.marks


def test_version_and_key_carry_the_same_stamp(sheet):
    version, key = sheet.version("B"), sheet.key("B")
    assert version.stamp == key.stamp == f"seed 7, {version.mark}" and re.fullmatch("[0-9a-f]{8}", version.mark)
    for page in (str(version), str(key), version.latex(), key.html(), version.notebook()):
        assert version.stamp in page
    assert len(set(sheet.marks)) == 3


def test_the_key_answers_and_the_sheet_does_not(sheet):
    answers = [sc.text(question.item.expected) for question in all_questions(sheet.key("A").parts) if question.item.expected]
    page, key = str(sheet.version("A")), str(sheet.key("A"))
    assert len(answers) == 5 and all(answer in key and answer not in page for answer in answers)
    assert "proved: " in key and "It is $2." in key and "It is $2." not in page
    assert "without a proof, as the teacher wrote them: 5." in " ".join(key.split())
    short = str(sc.Worksheet.from_spec({**SPEC, "solutions": "short"}).key("A"))
    assert "sum rule" in key and "sum rule" not in short and all(answer in short for answer in answers)


def test_an_unknown_version(sheet):
    with pytest.raises(WorksheetError, match="there is no version 'D'; there are A, B, C"):
        sheet.version("D")


def test_items_that_run_out_are_named(monkeypatch):
    real = versions_module.build
    monkeypatch.setattr(versions_module, "build", lambda kind, level, seed, **more: real(kind, level, seed % 2))
    with pytest.raises(WorksheetError, match="question 3 of version A: 60 draws of differentiate, level 1, gave only items"):
        sc.Worksheet.from_spec({"title": "x", "sections": [{"items": [{"kind": "differentiate", "count": 4}]}]})


def test_an_overview_and_json(sheet):
    assert "6 questions" in str(sheet) and all(mark in str(sheet) for mark in sheet.marks)
    data = json.loads(json.dumps(sheet.as_dict()))
    assert list(data["versions"]) == ["A", "B", "C"] and data["versions"]["A"]["mark"] == sheet.marks[0]


BYTES = """
import hashlib, symcalc as sc
sheet = sc.Worksheet.from_spec(SPEC)
for form in ("tex", "html", "md", "ipynb", "txt"):
    for shown in (sheet.version("B"), sheet.key("B")):
        print(hashlib.sha256(shown.save(f"page.{form}").read_bytes()).hexdigest())
"""


def test_the_same_bytes_in_every_process(tmp_path, monkeypatch, capsys):
    there = subprocess.run([sys.executable, "-c", f"SPEC = {SPEC!r}\n{BYTES}"], cwd=tmp_path, capture_output=True, text=True,
                           check=True, env={**os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1]),
                                            "PYTHONHASHSEED": "4711"}).stdout
    monkeypatch.chdir(tmp_path)
    exec(BYTES, {"SPEC": SPEC})                   # here sets have another order
    assert capsys.readouterr().out == there and len(set(there.split())) == 10


# Media

def test_the_latex_is_a_source_to_edit(sheet):
    source = sheet.version("A").latex()
    assert source.count("\n\\begin{question}{") == 6 and r"\newcommand{\sheettitle}{Slopes}" in source
    assert r"\ruled{" in source and r"\begin{rulecard}" in source and "%% " not in source
    assert r"\begin{question}{3}" "\n" r"Why is 5 \% of x\_1 \textless{} 3?" in source
    blank = sc.Worksheet.from_spec({**SPEC, "space": "blank", "points": False, "rule_card": False, "paper": "letter"})
    assert all(part in blank.version("A").latex() for part in (r"\blank{", r"\begin{question}{}", "letterpaper"))
    assert r"\begin{answer}" in sheet.key("A").latex() and r"\proved{" in sheet.key("A").latex()


def test_a_table_with_empty_cells_has_room_to_write(sheet):
    spec, (part, *_) = sheet.spec, sheet.drawn[0]
    for cell, tall in (("", True), ("4", False)):
        table = Table(header=("x", "y"), rows=(("3", cell),))
        asked = replace(part.questions[0], item=replace(part.questions[0].item, question=(table,)))
        page = sheet_source(spec, (replace(part, questions=(asked,)),), "A", "seed 7", {})
        assert (r"\begin{tofill}{|c|E{7em}|}" "\n" in page) == tall


def test_paragraphs_of_a_question_stand_apart(sheet):
    part = sheet.drawn[0][0]
    asked = replace(part.questions[0], item=replace(part.questions[0].item, question=(paragraph("one"), paragraph("two"))))
    page = sheet_source(sheet.spec, (replace(part, questions=(asked,)),), "A", "seed 7", {})
    assert "}\none\n\ntwo\n" in page


def test_the_page_for_a_browser_fetches_nothing(sheet):
    hostile = {**SPEC, "title": HOSTILE[-1], "note": "\n\n".join(HOSTILE), "course": HOSTILE[-1]}
    page = sc.Worksheet.from_spec(hostile).version("A").html()
    assert "<script" not in page and "</style><" not in page.replace("</style>\n</head>", "")
    assert html.escape(HOSTILE[-1]) in page and not re.search(r'(src|href)="http', page)
    plain = sheet.version("A").html()
    assert plain.count('<article class="question">') == 6 and "@page { size: A4;" in plain


def test_the_cells_of_a_notebook_check_the_answer(sheet):
    cells = json.loads(sheet.version("A").notebook())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) == 7 and len({cell["id"] for cell in cells}) == len(cells)
    first = all_questions(sheet.version("A").parts)[0].item
    formula, letter = re.search(r"sc\.check\('(.*)', answer, '(.*)'\)", code[1]).groups()
    assert sc.check(formula, str(first.expected), letter).correct
    assert not sc.check(formula, "1", letter).correct
    assert sc.text(first.expected) not in code[1] and "your working" in code[5]


# Pages set by LaTeX

def set_page(handout, folder, name):
    """The words of the page, and what TeX complained of."""
    handout.save(folder / f"{name}.tex")
    subprocess.run(["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"], cwd=folder,
                   capture_output=True, check=True, env={**os.environ, "openin_any": "p", "openout_any": "p"})
    log = (folder / f"{name}.log").read_text(errors="replace")
    said = subprocess.run(["pdftotext", "-layout", f"{name}.pdf", "-"], cwd=folder, capture_output=True, text=True,
                          check=True).stdout
    wide = [float(points) for points in re.findall(r"Overfull \\[hv]box \(([0-9.]+)pt", log)]
    return said, max(wide, default=0.0)


def packed(text):
    return "".join(text.split())


@needs_latex
@pytest.mark.parametrize("look", [{}, {"large_print": True, "paper": "letter", "space": "blank"}], ids=["plain", "large"])
def test_sheet_and_key_fit_their_pages(tmp_path, look):
    sheet = sc.Worksheet.from_spec({**SPEC, **look})
    for name, handout in (("sheet", sheet.version("A")), ("key", sheet.key("A"))):
        said, widest = set_page(handout, tmp_path, name)
        assert widest <= 5 and handout.stamp in said and packed("Version A") in packed(said)
        assert all(f"{question.number}." in said for question in all_questions(handout.parts))
        assert packed("Why is 5 % of x_1 < 3?") in packed(said)


@needs_latex
def test_hostile_words_are_printed_not_obeyed(tmp_path):
    (tmp_path / "secret.txt").write_text("SECRET")
    for k in range(0, len(HOSTILE), 8):
        some = HOSTILE[k:k + 8]
        sheet = sc.Worksheet.from_spec({
            "title": some[0], "course": some[1], "date": some[2], "fields": [part[:40] for part in some[:4]], "versions": 1,
            "note": "\n\n".join(some), "sections": [{"title": some[3], "note": some[0], "items": [
                {"question": said, "answer": said} for said in some]}]})
        for handout in (sheet.version("A"), sheet.key("A")):
            said, widest = set_page(handout, tmp_path, "page")
            assert widest <= 5 and "SECRET" not in said and not list(tmp_path.glob("CANARY*"))
            printed = packed(said).replace("’", "'").replace("`", "`")
            assert [part for part in some if packed(part) not in printed] == []


@needs_latex
def test_the_pdf_is_the_same_each_time(tmp_path, sheet):
    first, second = (sheet.version("A").save(tmp_path / f"{name}.pdf").read_bytes() for name in "ab")
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


# The command

def test_the_command_writes_every_version_with_its_key(tmp_path):
    from click.testing import CliRunner

    from symcalc import cli

    def called(*arguments):
        return CliRunner().invoke(cli.main, ["worksheet", *map(str, arguments)], prog_name="symcalc")

    example = called("--example")
    assert example.output == files("symcalc.worksheets").joinpath("example.toml").read_text(encoding="utf-8")
    words, formula = tomllib.loads(example.output)["sections"][-2:]
    assert "sentences" in words["note"] and all("expression" not in item for item in words["items"])
    assert "note" not in formula
    assert "the derivative of a formula" in called("--kinds").stdout
    assert "free" in json.loads(called("--kinds", "--json").stdout)
    spec = tmp_path / "sheet.toml"
    spec.write_text(example.output)
    written = called(spec, "-o", tmp_path / "out", "--versions", 2, "--seed", 3)
    assert written.exit_code == 0, written.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["sheet-A-key.tex", "sheet-A.tex", "sheet-B-key.tex", "sheet-B.tex"]
    again = called(spec, "-o", tmp_path / "out")
    assert again.exit_code == 2 and "add --force to overwrite it" in again.stderr
    assert called(spec, "-o", tmp_path / "out", "--force", "--form", "md").exit_code == 0
    assert json.loads(called(spec, "--json").stdout)["title"] and "Fingerprints: " in called(spec).stdout
    for arguments, said in ((("no.toml",), "there is no file"), ((), "missing argument"),
                            ((spec, "--versions", 99), "versions must be")):
        result = called(*arguments)
        assert result.exit_code == 2 and said in result.stderr

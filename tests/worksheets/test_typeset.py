"""Example sheets and keys set by pdfLaTeX: nothing sticks out, every question can be read out of the PDF, a fault is told."""

import re
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from sheets import LOOKS, WIDEST, every_kind, missing, set_page

import symcalc as sc
from symcalc.errors import SymcalcError
from symcalc.pages.document import Document, Formula, Table, paragraph
from symcalc.pages.latex_tables import in_room
from symcalc.pages.pdf import set_pdf, write_pdf
from symcalc.worksheets.blocks import all_questions
from symcalc.worksheets.spec import read_spec

EXAMPLES = {
    "example": files("symcalc.worksheets").joinpath("example.toml"),
    "course": Path(__file__).parents[2] / "worked_examples" / "15_worksheet.toml",
}
LARGE = {"large_print": True, "paper": "letter"}
needs_latex = pytest.mark.skipif(shutil.which("latexmk") is None or shutil.which("pdftotext") is None,
                                 reason="latexmk or pdftotext is not installed")


def told(handout, folder, name):
    """What is wrong with the page."""
    said, widest = set_page(handout, folder, name)
    return missing(handout, said), widest <= WIDEST or widest


@needs_latex
@pytest.mark.parametrize("name", EXAMPLES)
def test_example_sheets_hold_every_question(tmp_path, name):
    sheet = sc.Worksheet.from_spec(Path(str(EXAMPLES[name])), versions=1)
    assert told(sheet.version(), tmp_path, "sheet") == told(sheet.key(), tmp_path, "key") == ([], True)


@pytest.fixture(scope="module")
def every():
    """Each kind at its highest level; all levels in all looks are for tests/benchmarks/sheets.py."""
    spec = every_kind(7)
    for section in spec["sections"]:
        section["items"] = [{**item, "level": max(item["level"])} if "kind" in item else item for item in section["items"]]
    return sc.Worksheet.from_spec({**spec, "versions": 1})


@needs_latex
@pytest.mark.parametrize("look", LOOKS)
def test_every_kind_fits_its_page(tmp_path, every, look):
    sheet = replace(every, spec=replace(every.spec, **LOOKS[look]))
    handout = sheet.key() if "short" in look else sheet.version()
    assert told(handout, tmp_path, "page") == ([], True)


@needs_latex
def test_high_derivations_and_a_full_card_stay_on_their_pages(tmp_path):
    """A derivation to fill in runs over to the next page; each page knows how many there are."""
    sheet = sc.Worksheet.from_spec({"title": "Blanks", "versions": 1, "seed": 101, "rule_card": True, **LARGE, "sections": [
        {"items": [{"kind": "blanks", "level": [2, 4], "count": 6}]}]})
    assert told(sheet.version(), tmp_path, "page") == ([], True)
    short = sc.Worksheet.from_spec({"title": "T", "versions": 1, "seed": 3, "rule_card": True, **LARGE, "sections": [
        {"items": [{"kind": "differentiate"}]}]})
    assert told(short.version(), tmp_path, "short") == ([], True)


@needs_latex
def test_a_question_that_is_not_there_is_missed(tmp_path, every):
    handout = every.version()
    said, _ = set_page(handout, tmp_path, "page")
    (part, *parts), lines = handout.parts, (paragraph("Which zebra is it?"), paragraph(Formula(text="", latex="q^{77}")))
    other = replace(part.questions[0], item=replace(part.questions[0].item, question=lines))
    lost = missing(replace(handout, parts=(replace(part, questions=(other,)), *parts)), said)
    assert any("zebra" in entry for entry in lost) and any("'q'" in entry for entry in lost)


@needs_latex
def test_pages_are_filled_and_questions_stay_whole(tmp_path):
    """A question is on the page where it begins, and room is left unused on the last page only."""
    asked = {"title": "Room", "versions": 1, "seed": 3, "sections": [{"items": [
        {"kind": kind, "level": [1, 2, 3]} for kind in ("differentiate", "tangent", "converges")]}]}
    handout = sc.Worksheet.from_spec(asked).version()
    said, _ = set_page(handout, tmp_path, "page")
    pages = said.split("\f")[:-1]
    starts = [len(re.findall(r"^ *\d+\. ", page, re.MULTILINE)) for page in pages]
    assert sum(starts) == 9 and all(starts) and len(pages) <= 5


# The source

def test_rooms_are_written_as_a_teacher_would_change_them():
    sheet = sc.Worksheet.from_spec({"title": "T", "versions": 1, "sections": [{"items": [
        {"kind": "choice", "level": [1, 4]}, {"kind": "blanks", "level": 4}, {"kind": "trace", "space": 7},
        {"question": "Why?", "space": 11}]}]})
    page = sheet.version().latex().split(r"\begin{document}")[1]
    assert page.count(r"\begin{choices}{0.48}") + page.count(r"\begin{choices}{1}") == 2 and page.count(r"\choice{D}{") == 2
    assert page.count("& $\\fillline$ &") >= 5
    assert all(f"\\ruled{{{k}}}\n" in page for k in (7, 11)) and page.count("{tofill}{|c|E{7em}|") == 1


def test_a_page_for_a_browser_has_room_in_its_tables():
    sheet = sc.Worksheet.from_spec({"title": "T", "versions": 1, "sections": [{"items": [
        {"kind": "blanks", "level": 4}, {"kind": "trace"}]}]})
    page = sheet.version().html()
    assert page.count('<table class="tofill">') == 2 and len(re.findall(r"<td[^>]*></td>", page)) >= 5


def test_neighbours_with_the_same_hint_are_named_together():
    sheet = sc.Worksheet.from_spec({"title": "T", "versions": 1, "hints": True, "sections": [{"items": [
        {"kind": "tangent", "count": 2}, {"kind": "trace", "count": 3}, {"kind": "tangent"}]}]})
    page = sheet.version().latex()
    assert re.findall(r"\\hintto\{([^}]*)\}", page) == ["1 and 2", "3 to 5", "6"]
    assert "<b>3 to 5.</b>" in sheet.version().html() and "3 to 5. " in str(sheet.version())


def test_wide_tables_are_broken_before_they_are_shrunk():
    wide = Formula(text="", latex=" + ".join(["aaaaaaaa"] * 6))
    table = Table(header=("line", "", "rule"), rows=(("1", wide, "constant multiple rule"),), words=frozenset({1, 2}))
    assert in_room(table, 60) is table
    assert in_room(table, 36).rows[0][1].latex.count(r"\\") == 1 and len(in_room(table, 36).header) == 3
    narrow = in_room(table, 25)
    assert narrow.header == ("line", "") and "rule: constant multiple rule" in narrow.rows[0][1].latex


def test_levels_without_a_count_are_one_item_each():
    read = read_spec({"title": "T", "sections": [{"items": [{"kind": "trace", "level": [1, 2, 4]}]}]})
    assert read.sections[0].items[0].levels == (1, 2, 4)
    assert len(all_questions(sc.Worksheet.from_spec({"title": "T", "sections": [{"items": [
        {"kind": "choice", "level": [1, 2]}]}]}).version().parts)) == 2


# PDF

@needs_latex
def test_what_tex_cannot_set_is_told_with_its_line_and_kept(tmp_path):
    source = "\\documentclass{article}\n\\begin{document}\nx\n\\[ \\frac{1} \\zebra \\]\n\\end{document}\n"
    with pytest.raises(SymcalcError) as raised:
        set_pdf(lambda target: target.write_text(source), tmp_path / "page.pdf")
    said = str(raised.value)
    assert "on line 4, Undefined control sequence, after '" in said and r"\zebra'" in said and "\n" not in said
    assert said.endswith(f"; the source is in '{tmp_path / 'page.tex'}'") and (tmp_path / "page.tex").read_text() == source
    assert not (tmp_path / "page.pdf").exists()


@needs_latex
def test_a_document_gives_the_same_pdf_at_any_time(tmp_path):
    for name in "ab":
        write_pdf(Document("Slopes", (paragraph("A line."),)), tmp_path / f"{name}.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_without_latexmk_every_source_is_kept(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from symcalc import cli

    spec = tmp_path / "sheet.toml"
    spec.write_text('title = "T"\nversions = 1\n[[sections]]\nitems = [{kind = "differentiate"}]\n')
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(cli.main, ["worksheet", str(spec), "-o", str(tmp_path / "out"), "--pdf"], prog_name="symcalc")
    assert result.exit_code == 2 and "install latexmk, texlive-latex-recommended and lmodern" in result.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["sheet-A-key.tex", "sheet-A.tex"]

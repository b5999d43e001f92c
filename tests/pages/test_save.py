"""Saving: by suffix, whole or not at all, with a sentence when it cannot be done; PDFs set for real."""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from sympy import Integer, Symbol, sin

from symcalc.errors import SymcalcError
from symcalc.pages import latex, pdf
from symcalc.pages.document import Code, Document, Equation, Formula, Heading, Paragraph, Step, Steps, Table, paragraph
from symcalc.pages.shown import Shown
from symcalc.written import add, derivative_of, mul, power


@dataclass(frozen=True, slots=True)
class Page(Shown):
    """A document to save."""

    said: Document

    def document(self) -> Document:
        return self.said


HELLO = Page(Document("Hello", (paragraph("x² — a line"),)))
needs_latex = pytest.mark.skipif(shutil.which("latexmk") is None or shutil.which("pdftotext") is None,
                                 reason="latexmk or pdftotext is not installed")


# What everything shown can do

def test_a_shown_object_prints_and_keeps_its_repr():
    assert str(HELLO) == "Hello\n═════\n\nx² — a line"
    assert repr(HELLO).startswith("Page(said=Document(")
    assert not hasattr(HELLO, "__dict__")


def test_a_notebook_gets_the_media_that_it_asks_for():
    bundle = HELLO._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/latex", "text/html"]
    assert bundle["text/html"].startswith('<div class="symcalc">') and "documentclass" not in bundle["text/latex"]
    assert list(HELLO._repr_mimebundle_(include={"text/html"})) == ["text/html"]
    assert list(HELLO._repr_mimebundle_(exclude={"text/html"})) == ["text/plain", "text/latex"]


# Files

@pytest.mark.parametrize("suffix, begins", [
    (".txt", "Hello\n═"), (".tex", r"\documentclass"), (".html", "<!DOCTYPE html>"), (".md", "# Hello"), (".ipynb", "{"), (".TXT", "Hello"),
])
def test_the_suffix_chooses_the_form(tmp_path, suffix, begins):
    path = HELLO.save(tmp_path / f"page{suffix}")
    data = path.read_bytes()
    assert data.decode("utf-8").startswith(begins) and data.endswith(b"\n") and b"\r" not in data
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_file_has_the_permissions_of_any_file(tmp_path):
    before = os.umask(0o027)
    try:
        mode = stat.S_IMODE(HELLO.save(str(tmp_path / "page.txt")).stat().st_mode)
    finally:
        os.umask(before)
    assert mode == 0o640 or os.name == "nt"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    HELLO.save(tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "real.txt").read_text(encoding="utf-8").startswith("Hello")


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "interrupted"])
def test_an_interrupted_save_leaves_the_old_file(tmp_path, monkeypatch, fault):
    target = tmp_path / "page.txt"
    target.write_text("old")

    def fail(source, destination):
        raise fault

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises((SymcalcError, KeyboardInterrupt)):
        HELLO.save(target)
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name, sentence", [
    ("page", r"'.*page' does not end in \.txt, \.tex, \.html, \.md, \.ipynb or \.pdf"),
    ("page.svg", r"or \.pdf; pictures are drawn by sc\.figures, by descend --plot, and by plot at the prompt"),
    ("page.doc", r"does not end in"), ("none/page.txt", r"there is no folder '.*none' to save 'page\.txt' in; create it first"),
    ("folder.txt", r"'.*folder\.txt' is a folder"),
])
def test_what_cannot_be_saved_gets_a_sentence(tmp_path, name, sentence):
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(SymcalcError, match=sentence):
        HELLO.save(tmp_path / name)


def test_the_pictures_of_a_latex_file_stand_beside_it(tmp_path, everything):
    Page(everything).save(tmp_path / "my %sheet.tex")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["my %sheet.tex", "my--sheet-1.png"]
    assert "{my--sheet-1.png}" in (tmp_path / "my %sheet.tex").read_text(encoding="utf-8")


# PDF

def test_without_latexmk_the_source_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SymcalcError, match=r"install latexmk, texlive-latex-recommended and lmodern.*page\.tex"):
        HELLO.save(tmp_path / "page.pdf")
    assert (tmp_path / "page.tex").read_text(encoding="utf-8") == latex.render(HELLO.document())


def read(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


@needs_latex
def test_a_pdf_has_every_block(tmp_path, everything):
    shown = read(Page(everything).save(tmp_path / "page.pdf"))
    for words in ("Slope of the cost", "Update 1", "constant multiple rule", "Updates", "return x**2", "The cost"):
        assert words in shown
    assert [file.name for file in tmp_path.iterdir()] == ["page.pdf"]


@needs_latex
def test_hostile_strings_are_printed_in_a_pdf(tmp_path, all_hostile):
    blocks = [block for string in all_hostile for block in (
        Heading(string), Paragraph((string,)), Code(string),
        Table(header=("k", string), rows=(("0", string), (string, "1")), caption=string),
        Steps((Step(expression=Symbol("x"), rule=string, because=(string,)),)))]
    shown = "".join(read(Page(Document("hostile", tuple(blocks))).save(tmp_path / "page.pdf")).split())
    for string in all_hostile:
        assert "".join(string.split()).replace("'", "’") in shown
    assert "CANARY" not in [file.name for file in tmp_path.iterdir()]


@needs_latex
def test_long_formulas_stay_on_the_page(tmp_path):
    x = Symbol("x", real=True)
    long = add(*(mul(Integer(k), power(x, Integer(k)), sin(mul(Integer(k), x))) for k in range(2, 22)))
    deep = power(add(x, power(add(long, x), Integer(3))), Integer(2))
    steps = Steps((Step(expression=derivative_of(deep, x)), Step(expression=long, rule="sum rule", because=("long: ", long)),
                   Step(expression=deep)))
    source = tmp_path / "long.tex"
    source.write_text(latex.render(Document("", (steps, Equation((long, deep)), Equation((x, long))))), encoding="utf-8")
    subprocess.run(["pdflatex", "-interaction=batchmode", "-halt-on-error", source.name], cwd=tmp_path, check=True,
                   stdout=subprocess.DEVNULL)
    assert "Overfull" not in (tmp_path / "long.log").read_text(errors="replace")


@needs_latex
def test_what_latex_says_is_told(tmp_path):
    broken = Page(Document("", (Paragraph((Formula(text="?", latex=r"\nosuchcommand"),)),)))
    with pytest.raises(SymcalcError, match="LaTeX could not set '.*page.pdf': .*Undefined control sequence"):
        broken.save(tmp_path / "page.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["page.tex"]


@needs_latex
def test_latex_that_never_ends_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "_SECONDS", 2)
    endless = Page(Document("", (Paragraph((Formula(text="?", latex=r"\loop\iftrue\repeat"),)),)))
    with pytest.raises(SymcalcError, match="LaTeX took more than 2 s over"):
        endless.save(tmp_path / "page.pdf")

"""A version or its key as a web page that prints well: no script, no network, a question is never cut in two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files
from string import Template

from symcalc.pages.document import Block, Table
from symcalc.pages.html import block as block_in_html
from symcalc.pages.html import inline, page, words
from symcalc.worksheets.blocks import answer_blocks, hints_of, point_tables, proof_of, proof_sentence
from symcalc.worksheets.card import rule_card
from symcalc.worksheets.fill_in import is_to_fill
from symcalc.worksheets.items.steps import BLANKS
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Part, Question


def sheet_page(spec: Spec, parts: tuple[Part, ...], version: str, stamp: str) -> str:
    """The sheet as a whole page."""
    fields = "".join(f'<span class="field">{words(field)}: <span class="line"></span></span>' for field in spec.fields)
    body = [_head(spec, spec.title, version), _element("p", "fields", fields), *_paragraphs("note", spec.note)]
    body += [_classed(table, "points") for table in point_tables(parts)] if spec.points else []
    for part in parts:
        body += [*_part_head(part), *(_question(spec, question, map(_asked, question.item.question), _room(spec, question))
                                      for question in part.questions)]
    if spec.hints and (hints := "".join(f"<p><b>{numbers}.</b> {inline(hint)}</p>\n" for numbers, hint in hints_of(parts))):
        body.append(_element("section", "apart", f"<h2>Hints</h2>\n{hints}"))
    if spec.rule_card:
        body.append(_element("section", "apart card", "\n".join(_blocks(rule_card()))))
    return _page(spec, spec.title, version, stamp, body)


def key_page(spec: Spec, parts: tuple[Part, ...], version: str, stamp: str) -> str:
    """The key as a whole page."""
    title = f"{spec.title}: key"
    body = [_head(spec, title, version), *_paragraphs("note", [proof_sentence(parts)])]
    for part in parts:
        body += _part_head(part)
        body += [_question(spec, question, _answered(question), _worked(spec, question), "question solved")
                 for question in part.questions]
    return _page(spec, title, version, stamp, body)


def _page(spec: Spec, title: str, version: str, stamp: str, body: Iterable[str]) -> str:
    style = Template(files("symcalc.worksheets").joinpath("templates", "sheet.css").read_text(encoding="utf-8")).substitute(
        paper="A4" if spec.paper == "a4" else "letter", size="17pt" if spec.large_print else "11pt",
        foot=f"Version {version} · {stamp}")
    foot = _element("footer", "foot", words(f"Version {version} · {stamp}"))
    return page(title, "\n".join([*body, foot, ""]), style)


def _head(spec: Spec, title: str, version: str) -> str:
    over = f"<span>{words(spec.course)}</span> <span>{words(spec.date)}</span>"
    return (f'{_element("p", "over", over)}\n'
            f'<h1 class="title"><span>{words(title)}</span> <span class="version">Version {words(version)}</span></h1>')


def _element(tag: str, name: str, inside: str) -> str:
    return f'<{tag} class="{name}">{inside}</{tag}>'


def _paragraphs(name: str, said: Iterable[str]) -> list[str]:
    return [_element("p", name, words(part)) for part in said]


def _part_head(part: Part) -> list[str]:
    return [*([f"<h2>{words(part.title)}</h2>"] if part.title else []), *_paragraphs("note", part.note)]


def _blocks(blocks: Iterable[Block]) -> list[str]:
    return [block_in_html(block) for block in blocks]


def _asked(block: Block) -> str:
    """A block of a question; a table with empty cells, or with lines in the place of formulas, has room to write in them."""
    if not (isinstance(block, Table) and is_to_fill(block)):
        return block_in_html(block)
    rows = tuple(tuple("" if cell in BLANKS else cell for cell in row) for row in block.rows)
    return _classed(replace(block, rows=rows), "tofill")


def _classed(table: Table, name: str) -> str:
    return block_in_html(table).replace("<table>", f'<table class="{name}">', 1)


def _question(spec: Spec, question: Question, asked: Iterable[str], below: Iterable[str], name: str = "question") -> str:
    """The question, never torn from its number, and what stands below it."""
    score = _element("span", "score", f"/ {question.points}") if spec.points else ""
    number = _element("span", "number", f"{question.number}.")
    head = _element("div", "together", "\n".join([f"{number}{score}", *asked]))
    return _element("article", name, "\n".join([head, *below, ""]))


def _room(spec: Spec, question: Question) -> list[str]:
    if spec.space == "blank" and question.space:
        return [f'<div style="height: {2.4 * question.space:g}em"></div>']
    return ['<div class="blank"></div>'] * (question.space if spec.space == "ruled" else 0)


def _answered(question: Question) -> list[str]:
    return [*map(_asked, question.item.question), _element("div", "answer", "\n".join(_blocks(answer_blocks(question))))]


def _worked(spec: Spec, question: Question) -> list[str]:
    said = _blocks(question.item.solution) if spec.solutions == "worked" else []
    return [*said, _element("p", "proved", f"✓ {proved}")] if (proved := proof_of(question)) else said

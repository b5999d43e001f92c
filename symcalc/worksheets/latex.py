r"""A version or its key in LaTeX: a source that a teacher can edit, one macro for each element of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from symcalc.pages.document import Block, Equation, Figure, Inline, Paragraph, Table
from symcalc.pages.latex import block as block_in_latex
from symcalc.pages.latex_breaking import ems
from symcalc.pages.latex_inline import inline
from symcalc.pages.latex_tables import table_in_latex
from symcalc.pages.latex_words import words
from symcalc.pages.rendering import formula_of
from symcalc.worksheets.blocks import as_inline, counted, hints_of, on_one_line, point_tables, proof_sentence
from symcalc.worksheets.card import rule_card
from symcalc.worksheets.fill_in import fill_in, is_to_fill
from symcalc.worksheets.items.item import LETTERS
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Part, Question

Pictures = Mapping[Figure, str]

_LINE = {False: 36.0, True: 23.0}          # ems that a question has across the page, by large print
_WIDER = 1.07                              # which a table may fill better
_ACROSS = {False: 10, True: 7}             # questions in one row of the table of points
_WHOLE = ".001fil"         # a page may end before any question, whatever is left of it
_ROOM = {"ruled": r"\ruled", "blank": r"\blank"}


def sheet_source(spec: Spec, parts: tuple[Part, ...], version: str, stamp: str, pictures: Pictures) -> str:
    """The sheet as a whole LaTeX document."""
    body = [r"\sheethead", _fields(spec), *map(_note, spec.note)]
    body += ["\n\n".join(map(_points, point_tables(parts, _ACROSS[spec.large_print])))] if spec.points else []
    for part in parts:
        body += [*_part_head(part), *(_question(spec, question, [*_asked(spec, question, pictures), *_room(spec, question)])
                                      for question in part.questions)]
    hints = _hints(parts) if spec.hints else []
    body += [r"\lastpage" "\n" r"\section*{Hints}", *hints] if hints else []
    return _document(spec, spec.title, version, stamp, _WHOLE, [*body, *_card(spec)])


def key_source(spec: Spec, parts: tuple[Part, ...], version: str, stamp: str, pictures: Pictures) -> str:
    """The key as a whole LaTeX document."""
    body = [r"\sheethead", _note(proof_sentence(parts))]
    for part in parts:
        body += _part_head(part)
        body += [_question(spec, question, _solved(spec, question, pictures)) for question in part.questions]
    together = r"8\baselineskip" if spec.solutions == "worked" else _WHOLE
    return _document(spec, f"{spec.title}: key", version, stamp, together, body)


def _document(spec: Spec, title: str, version: str, stamp: str, together: str, body: Iterable[str]) -> str:
    size = "17pt" if spec.large_print else "11pt"
    facts = {"course": words(spec.course), "sheettitle": words(title), "sheetdate": words(spec.date),
             "sheetversion": words(version), "stamp": words(stamp), "together": together,
             "cardsize": r"\footnotesize" if spec.large_print else r"\small",
             "lineheight": "10mm" if spec.large_print else "8mm"}
    filled = {
        "class": f"fontsize={size},paper={spec.paper}",
        "margins": f"{spec.paper}paper,margin=20mm,bottom=24mm,right=24mm,footskip=12mm",
        "facts": "\n".join(f"\\newcommand{{\\{name}}}{{{said}}}" for name, said in facts.items()),
        "body": "\n\n".join(filter(None, body)),
    }
    page = files("symcalc.worksheets").joinpath("templates", "sheet.tex").read_text(encoding="utf-8")
    # The body comes last: what a teacher wrote is never looked through for places to fill.
    for name in ("class", "margins", "facts", "body"):
        page = page.replace(f"%% {name}", filled[name], 1)
    return page


# The head of the page

def _fields(spec: Spec) -> str:
    """The lines to fill in, in two columns."""
    rows = [spec.fields[k:k + 2] for k in range(0, len(spec.fields), 2)]
    return "\n\n".join("\n".join(rf"\fillin{{{words(field)}}}" for field in row) for row in rows)


def _note(said: str) -> str:
    return rf"\note{{{words(said)}}}"


def _points(table: Table) -> str:
    """The table of points, with lines between its cells, where a teacher writes into it."""
    rows = [table.header, *table.rows]
    lines = "\n".join(f"  {' & '.join(map(_cell, row))} \\\\ \\hline" for row in rows)
    return f"\\begin{{points}}{{{len(table.header) - 1}}}\n  \\hline\n{lines}\n\\end{{points}}"


def _cell(cell: object) -> str:
    return words(str(cell))


def _part_head(part: Part) -> list[str]:
    return [*([rf"\sheetpart{{{words(part.title)}}}"] if part.title else []), *map(_note, part.note)]


# Questions

def _question(spec: Spec, question: Question, lines: Iterable[str]) -> str:
    points = str(question.points) if spec.points else ""
    body = "\n".join(lines).lstrip("\n")
    return f"\\begin{{question}}{{{points}}}\n{body}\n\\end{{question}}"


def _asked(spec: Spec, question: Question, pictures: Pictures) -> list[str]:
    line, blocks, choices = _LINE[spec.large_print], question.item.question, question.item.choices
    if choices and all(ems(formula_of(choice).latex) < line - 4 for choice in choices if not isinstance(choice, str)):
        # They stand at the end of the question, a paragraph each.
        return [*_flowing(blocks[:-len(choices)], pictures, line), _choices(choices, line)]
    return _flowing(blocks, pictures, line)


def _flowing(blocks: Iterable[Block], pictures: Pictures, line: float) -> list[str]:
    """An empty line before words, so that they do not run on in the paragraph before; a display belongs to what leads to it."""
    return [("\n" if isinstance(block, Paragraph) else "") + _block(block, pictures, line) for block in blocks]


def _block(block: Block, pictures: Pictures, line: float) -> str:
    if isinstance(block, Table):
        return (fill_in if is_to_fill(block) else table_in_latex)(block, _WIDER * line)
    return block_in_latex(block, pictures, line)


def _choices(choices: Sequence[Inline], line: float) -> str:
    """Boxes to tick, two beside each other where they are short."""
    formulas = [formula_of(choice).latex if not isinstance(choice, str) else rf"\text{{{words(choice)}}}" for choice in choices]
    share = "0.48" if max(map(ems, formulas)) < line / 2 - 5 else "1"
    rows = "\n".join(rf"  \choice{{{letter}}}{{{formula}}}" for letter, formula in zip(LETTERS, formulas))
    return f"\\begin{{choices}}{{{share}}}\n{rows}\n\\end{{choices}}"


def _room(spec: Spec, question: Question) -> list[str]:
    return [f"{_ROOM[spec.space]}{{{question.space}}}"] if question.space and spec.space in _ROOM else []


def _solved(spec: Spec, question: Question, pictures: Pictures) -> list[str]:
    line = _LINE[spec.large_print]
    answer = "\n".join(_answered(question.item.answer, pictures, line))
    said = [*_asked(spec, question, pictures), f"\\begin{{answer}}\n{answer}\n\\end{{answer}}"]
    if spec.solutions == "worked" and question.item.solution:
        solution = "\n".join(_flowing(question.item.solution, pictures, line)).lstrip("\n")
        said.append(f"\\begin{{solution}}\n{solution}\n\\end{{solution}}")
    return [*said, rf"\proved{{{counted(question.item.checks, 'check')}}}"] if question.item.checks else said


def _answered(answer: tuple[Block, ...], pictures: Pictures, line: float) -> list[str]:
    """The answer behind its mark; a short equation on the same line."""
    if not answer:
        return ["in your own words."]
    first, *others = answer
    if isinstance(first, Equation) and ems((formula := as_inline(first)).latex) < line - 8:
        start = rf"$\displaystyle {formula.latex}$"
    elif isinstance(first, Paragraph):
        start = inline(first.parts)
    else:
        start = _block(first, pictures, line)
    return [start, *_flowing(map(on_one_line, others), pictures, line)]


def _hints(parts: tuple[Part, ...]) -> list[str]:
    return [rf"\hintto{{{words(numbers)}}}{{{inline(hint)}}}" for numbers, hint in hints_of(parts)]


def _card(spec: Spec) -> list[str]:
    if not spec.rule_card:
        return []
    _, *tables = rule_card()
    return ["\n".join([r"\begin{rulecard}", *map(_plain_table, tables), r"\end{rulecard}"])]


def _plain_table(table: Table) -> str:
    head, *rows = (" & ".join(inline((cell,)) for cell in row) for row in (table.header, *table.rows))
    lines = [row + (r"\tall \\" if "\\frac" in row or "\\begin" in row else r" \\") for row in rows]
    body = "\n  ".join([r"\toprule", rf"{head} \\", r"\midrule", *lines, r"\bottomrule"])
    return f"\\begin{{tabular}}{{{'l' * len(table.header)}}}\n  {body}\n\\end{{tabular}}\\par\\medskip"

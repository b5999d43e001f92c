"""A version as a QTI 1.2 content package: a zip with the questions, their pictures and a manifest.

Each question has one answer, since few readers of QTI 1.2 grade several in one: of numbers that belong together each is
a question of its own. Formulas are MathML; the metadata that Canvas reads say what kind of question it is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from symcalc.errors import visible
from symcalc.pages import html
from symcalc.pages.document import Block, Figure, Formula, Inline, Paragraph, Table
from symcalc.worksheets.asked import Choice, Option
from symcalc.worksheets.blocks import all_questions
from symcalc.worksheets.fills import Fill, Gap
from symcalc.worksheets.graded import as_decimal, by_hand, graded, key_of, typed
from symcalc.worksheets.items.item import LETTERS
from symcalc.worksheets.items.numbers import decimal
from symcalc.worksheets.items.steps import BLANKS
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.version import Part, Question

_QUIZ = "quiz.xml"
_SCHEMA = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
# A backslash or a dollar among the words would begin TeX where a platform runs MathJax.
_LITERAL = re.compile(r"(<[^>]*>)|[\\$]")
_BEGIN = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LONG_AGO = (1980, 1, 1, 0, 0, 0)          # the date of every file in the package: the same bytes at any time
_ANSWER, _KEY = "response1", "general_fb"
_KINDS: Mapping[type, str] = {Choice: "multiple_choice_question", Gap: "numerical_question", type(None): "essay_question"}


def package(spec: Spec, parts: Sequence[Part], version: str, mark: str) -> bytes:
    """The zip; the same version gives the same bytes."""
    pictures: dict[bytes, str] = {}          # by what they show, each once
    items = "".join(_item(task, pictures) for task in _tasks(spec, parts, version))
    notes = "".join(f"<rubric>{_material(_said((note,)))}</rubric>\n"
                    for told in (spec.note, *(part.note for part in parts)) for note in told)
    title = f"{visible(spec.title)}, version {version}"
    quiz = (f'{_BEGIN}<questestinterop xmlns="{_SCHEMA}">\n<assessment ident="sheet-{mark}" title={quoteattr(title)}>\n'
            f'{notes}<section ident="root_section">\n{items}</section>\n</assessment>\n</questestinterop>\n')
    files = {"imsmanifest.xml": _manifest(title, mark, list(pictures.values())).encode(), _QUIZ: quiz.encode(),
             **{path: png for png, path in pictures.items()}}
    return _zipped(files)


def remarks(spec: Spec, parts: Sequence[Part]) -> tuple[str, ...]:
    """What is otherwise in the package than on the sheet, in a sentence each."""
    forms = [(question, graded(question.item)) for question in all_questions(parts)]
    said = list(by_hand(forms))
    split = [str(question.number) for question, form in forms if isinstance(form, Fill) and len(form.gaps) > 1]
    if split:
        said.append(f"question{'s' * (len(split) > 1)} {', '.join(split)}: a question for each of the numbers, with the points "
                    "shared among them")
    left = [name for name, is_there in (("the hints", spec.hints), ("the card of rules", spec.rule_card)) if is_there]
    return (*said, *([f"{' and '.join(left)} {'are' if left[0] == 'the hints' else 'is'} left out"] if left else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One question of the package: its text, what is asked, and the key."""

    name: str
    ident: str
    points: str
    blocks: tuple[Block, ...]
    asked: Choice | Gap | None
    key: tuple[Block, ...]


def _tasks(spec: Spec, parts: Sequence[Part], version: str) -> Iterator[_Task]:
    for question in all_questions(parts):
        form = graded(question.item)
        task = _Task(name=f"Version {version}, question {question.number}", ident=f"{version}-{question.number}",
                     points=decimal(Fraction(question.points)), asked=form if isinstance(form, Choice) else None,
                     blocks=form.question if isinstance(form, Choice) else question.item.question,
                     key=tuple(key_of(spec, question)))
        if isinstance(form, Fill):
            yield from _each(task, form, question)
        else:
            yield task


def _each(task: _Task, fill: Fill, question: Question) -> Iterator[_Task]:
    """A task for each blank, those of a table row by row."""
    asked = fill.gaps
    names = {blank: f"[{k}]" if len(asked) > 1 else "?" for k, blank in enumerate(asked, 1)}
    blocks = tuple(_named(block, fill, names) for block in fill.blocks)
    shares = _shares(question.points, len(asked))
    for k, ((blank, gap), share) in enumerate(zip(asked.items(), shares), 1):
        what = Paragraph((f"What belongs at {names[blank]}?",))
        wanted = gap if gap.value is not None else Choice(question=(), options=tuple(
            Option(shown=word, is_right=word == gap.right) for word in gap.options))
        one = replace(task, asked=wanted, points=share)
        if len(asked) == 1:
            yield replace(one, blocks=blocks)
        else:
            yield replace(one, name=f"{task.name}, number {k}", ident=f"{task.ident}-{k}", blocks=(*blocks, what))


def _named(block: Block, fill: Fill, names: Mapping[Formula, str]) -> Block:
    """The block with its blanks by these names."""
    def shown(part: Inline) -> Inline:
        return names[part] if isinstance(part, Formula) and part in fill.gaps else part

    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(map(shown, row)) for row in block.rows))
    return Paragraph(tuple(map(shown, block.parts))) if isinstance(block, Paragraph) else block


def _shares(points: int, count: int) -> list[str]:
    """The points in equal parts of hundredths, the first with what is left over.

    >>> _shares(5, 3)
    ['1.68', '1.66', '1.66']
    """
    part = Fraction(points * 100 // count, 100)
    return [decimal(points - part * (count - 1)), *[decimal(part)] * (count - 1)]


# Items

def _item(task: _Task, pictures: dict[bytes, str]) -> str:
    fields = "".join(f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
                     for label, entry in (("question_type", _KINDS[type(task.asked)]), ("points_possible", task.points)))
    text = _material(_html(task.blocks, pictures))
    response, conditions, feedback = _choice(task.asked) if isinstance(task.asked, Choice) else _typed(task.asked)
    key = _feedback(_KEY, _html(task.key, pictures))
    return (f"<item ident={quoteattr(task.ident)} title={quoteattr(task.name)}>\n"
            f"<itemmetadata><qtimetadata>{fields}</qtimetadata></itemmetadata>\n"
            f"<presentation>\n{text}\n{response}\n</presentation>\n<resprocessing>\n"
            '<outcomes><decvar varname="SCORE" vartype="Decimal" minvalue="0" maxvalue="100"/></outcomes>\n'
            f'<respcondition continue="Yes"><conditionvar><other/></conditionvar>{_show(_KEY)}</respcondition>\n'
            f"{conditions}</resprocessing>\n{key}{feedback}</item>\n")


def _choice(choice: Choice) -> tuple[str, str, str]:
    """The answers to choose from, which of them scores, and what is said of the others."""
    named = list(zip(LETTERS, choice.options))
    labels = "".join(f'<response_label ident="{name}">{_material(_said((option.shown,)))}</response_label>\n'
                     for name, option in named)
    said = [(name, option) for name, option in named if option.says]
    told = "".join(f'<respcondition continue="Yes"><conditionvar>{_equal(name)}</conditionvar>{_show(f"{name}_fb")}'
                   "</respcondition>\n" for name, _ in said)
    shuffle = "Yes" if choice.free else "No"
    right = next(name for name, option in named if option.is_right)
    return (f'<response_lid ident="{_ANSWER}" rcardinality="Single"><render_choice shuffle="{shuffle}">\n{labels}'
            "</render_choice></response_lid>", f"{told}{_scored(_equal(right))}",
            "".join(_feedback(f"{name}_fb", _said(option.says)) for name, option in said))


def _typed(gap: Gap | None) -> tuple[str, str, str]:
    """A field for a number, with the bounds within which it is right; or one for an essay, which a person scores."""
    if gap is None:
        return (f'<response_str ident="{_ANSWER}" rcardinality="Single"><render_fib fibtype="String" rows="10" columns="60">'
                f'<response_label ident="answer1" rshuffle="No"/></render_fib></response_str>', "", "")
    low, high = ((gap.value or 0) + sign * gap.tolerance for sign in (-1, 1))
    bounds = "".join(f'<{test} respident="{_ANSWER}">{as_decimal(value)}</{test}>'
                     for test, value in (("vargte", low), ("varlte", high)))
    return (f'<response_str ident="{_ANSWER}" rcardinality="Single"><render_fib fibtype="Decimal">'
            '<response_label ident="answer1" rshuffle="No"/></render_fib></response_str>',
            _scored(f"<or>{_equal(typed(gap))}<and>{bounds}</and></or>"), "")


def _equal(answer: str) -> str:
    return f'<varequal respident="{_ANSWER}">{answer}</varequal>'


def _scored(condition: str) -> str:
    return (f'<respcondition continue="No"><conditionvar>{condition}</conditionvar>'
            '<setvar varname="SCORE" action="Set">100</setvar></respcondition>\n')


def _show(feedback: str) -> str:
    return f'<displayfeedback feedbacktype="Response" linkrefid="{feedback}"/>'


def _feedback(ident: str, text: str) -> str:
    return f'<itemfeedback ident="{ident}"><flow_mat>{_material(text)}</flow_mat></itemfeedback>\n'


def _material(text: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(text)}</mattext></material>'


def _said(parts: Sequence[Inline]) -> str:
    return _html([Paragraph(tuple(parts))], {})


def _html(blocks: Sequence[Block], pictures: dict[bytes, str]) -> str:
    """The blocks in HTML; a picture becomes a file of the package."""
    written = []
    for block in blocks:
        if isinstance(block, Figure):
            path = pictures.setdefault(block.png, f"images/picture-{len(pictures) + 1}.png")
            written.append(f'<p><img src="{path}" alt="{html.words(block.alt)}"/></p>')
        else:
            shown = _with_lines(block) if isinstance(block, Table) else block
            written.append(html.block(shown).replace("<table>", '<table border="1" cellpadding="4">'))
    return _LITERAL.sub(lambda found: found[1] or f"<span>&#{ord(found[0])};</span>", "\n".join(written))


def _with_lines(table: Table) -> Table:
    """The table with lines of words in the place of those of a formula, which MathML does not draw."""
    return replace(table, rows=tuple(tuple(
        cell.text if isinstance(cell, Formula) and cell in BLANKS else cell for cell in row) for row in table.rows))


# The package

def _manifest(title: str, mark: str, pictures: Sequence[str]) -> str:
    links = "".join(f'<dependency identifierref="picture-{k}"/>\n' for k in range(1, len(pictures) + 1))
    shown = "".join(f'<resource identifier="picture-{k}" type="webcontent" href="{path}"><file href="{path}"/></resource>\n'
                    for k, path in enumerate(pictures, 1))
    return (f'{_BEGIN}<manifest identifier="package-{mark}" xmlns="{_PACKAGE}">\n<metadata><schema>IMS Content</schema>'
            "<schemaversion>1.1.3</schemaversion></metadata>\n<organizations/>\n<resources>\n"
            f'<resource identifier="sheet-{mark}" type="imsqti_xmlv1p2" href="{_QUIZ}"><file href="{_QUIZ}"/>\n{links}'
            f"</resource>\n{shown}</resources>\n</manifest>\n")


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in one, not compressed: what compressing gives depends on the machine."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in files:
            entry = zipfile.ZipInfo(name, date_time=_LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return written.getvalue()

r"""A version as a quiz in Moodle XML: choices, numbers, tables to fill in, and essays with the key for who grades them.

No formula is asked to be typed: Moodle's short answers are compared letter by letter, so 2(x + 3) would be wrong where 2x + 6
is the key, and a wildcard that lets both pass lets wrong ones pass too; its calculated questions ask for numbers. So
a derivative is chosen among proved wrong ones, or its value at a place is typed as a number.

Formulas are TeX between \( and \), which Moodle's MathJax filter typesets and a teacher can edit; pictures are in the file.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from xml.sax.saxutils import escape

from symcalc.errors import visible
from symcalc.pages.document import Block, Figure, Formula, Paragraph
from symcalc.worksheets.asked import Choice
from symcalc.worksheets.blocks import all_questions, counted
from symcalc.worksheets.fills import Fill, Gap
from symcalc.worksheets.graded import by_hand, graded, key_of, typed
from symcalc.worksheets.items.numbers import decimal
from symcalc.worksheets.spec import Spec
from symcalc.worksheets.tex_html import TexHtml
from symcalc.worksheets.version import Part, Question

_PENALTY = "0.3333333"            # for each further try, where a quiz allows some; Moodle's own default
_FEWEST_LINES = 5                 # of the field for an essay


def quiz(spec: Spec, parts: Sequence[Part], version: str) -> str:
    """The whole file: a category for the version, then its questions."""
    title = visible(spec.title).replace("/", "//")            # a single / would begin a category within the category
    written = [f'<question type="category">\n<category>{_text(f"$course$/top/{title}, version {version}")}</category>\n'
               "</question>"]
    for k, part in enumerate(parts, 1):
        if notes := [*(spec.note if k == 1 else ()), *part.note]:
            written.append(_description(f"Version {version}, section {k}", [Paragraph((note,)) for note in notes]))
        written += [_question(spec, question, graded(question.item), f"Version {version}, question {question.number}")
                    for question in part.questions]
    return '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n".join(written) + "\n</quiz>\n"


def remarks(spec: Spec, parts: Sequence[Part]) -> tuple[str, ...]:
    """What is otherwise in the quiz than on the sheet, in a sentence each."""
    forms = [(question, graded(question.item)) for question in all_questions(parts)]
    said = list(by_hand(forms))
    for question, form in forms:
        if isinstance(form, Fill) and not _single(form) and sum(_weights(form, question.points)) != question.points:
            said.append(f"question {question.number}: Moodle gives a point for each of {counted(len(form.gaps), 'blank')}, not "
                        f"{question.points} in all; set its mark in the quiz")
    return (*said, *(["the card of rules is left out"] if spec.rule_card else []))


class _Files:
    """The pictures of one field of a question, and the fields within its text."""

    def __init__(self, fill: Fill | None = None, weights: Sequence[int] = ()) -> None:
        self.figures: list[Figure] = []
        self._fields = {} if fill is None else {
            blank: _embedded(gap, weight) for (blank, gap), weight in zip(fill.gaps.items(), weights)}

    def source(self, figure: Figure) -> str:
        self.figures.append(figure)
        return f"@@PLUGINFILE@@/figure-{len(self.figures)}.png"

    def field(self, formula: Formula) -> str | None:
        return self._fields.get(formula)

    def elements(self) -> str:
        return "".join(f'<file name="figure-{k}.png" path="/" encoding="base64">{base64.b64encode(figure.png).decode("ascii")}'
                       "</file>" for k, figure in enumerate(self.figures, 1))


def _html(tag: str, blocks: Sequence[Block], files: _Files | None = None) -> str:
    """An element that holds a text in HTML, with its pictures."""
    files = files or _Files()
    text = TexHtml(special=files.field, source=files.source).blocks(blocks)
    return f'<{tag} format="html">{_text(text)}{files.elements()}</{tag}>'


def _text(text: str) -> str:
    return f"<text>{escape(text) if '<' not in text and '&' not in text else _cdata(text)}</text>"


def _cdata(text: str) -> str:
    """The text in a CDATA section; one that holds the end of such a section goes on in another."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _description(name: str, blocks: Sequence[Block]) -> str:
    return _element("description", _head(name, _html("questiontext", blocks), (), 0, "0"))


def _head(name: str, text: str, feedback: Sequence[Block], points: int | None, penalty: str) -> str:
    """What every question begins with; Moodle counts the points of a text with fields by itself."""
    grade = "" if points is None else f"<defaultgrade>{points}</defaultgrade>\n"
    return (f"<name>{_text(name)}</name>\n{text}\n{_html('generalfeedback', feedback)}\n{grade}<penalty>{penalty}</penalty>\n"
            "<hidden>0</hidden>\n<idnumber></idnumber>\n")


def _question(spec: Spec, question: Question, form: Choice | Fill | None, name: str) -> str:
    """The question in the form that leaves least to grade by hand."""
    key, points = key_of(spec, question), question.points
    if isinstance(form, Choice):
        return _element("multichoice", _head(name, _html("questiontext", form.question), key, points, _PENALTY),
                        _choices(form), _hints(spec, question))
    if form is None:
        return _element("essay", _head(name, _html("questiontext", question.item.question), key, points, "0"),
                        _essay(question, key))
    if gap := _single(form):
        return _element("numerical", _head(name, _html("questiontext", _without_field(form)), key, points, _PENALTY),
                        _numerical(gap), _hints(spec, question))
    text = _html("questiontext", form.blocks, _Files(form, _weights(form, points)))
    return _element("cloze", _head(name, text, key, None, _PENALTY), _hints(spec, question))


def _element(kind: str, *inside: str) -> str:
    return f'<question type="{kind}">\n{"".join(inside)}</question>'


def _hints(spec: Spec, question: Question) -> str:
    return "".join(f"{_html('hint', [hint])}\n" for hint in question.item.hints) if spec.hints else ""


def _choices(choice: Choice) -> str:
    answers = "".join(
        f'<answer fraction="{100 if option.is_right else 0}" format="html">{_text(_plain.blocks([Paragraph((option.shown,))]))}'
        f"{_html('feedback', [Paragraph(option.says)] if option.says else ())}</answer>\n" for option in choice.options)
    shuffle = f"<shuffleanswers>{'true' if choice.free else 'false'}</shuffleanswers>\n"
    return (f"<single>true</single>\n{shuffle}<answernumbering>ABCD</answernumbering>\n"
            "<showstandardinstruction>0</showstandardinstruction>\n"
            f"{_html('correctfeedback', ())}\n{_html('partiallycorrectfeedback', ())}\n{_html('incorrectfeedback', ())}\n"
            f"{answers}")


_plain = TexHtml(special=lambda formula: None, source=lambda figure: "")


def _essay(question: Question, key: Sequence[Block]) -> str:
    return ("<responseformat>editor</responseformat>\n<responserequired>1</responserequired>\n"
            f"<responsefieldlines>{max(_FEWEST_LINES, question.space)}</responsefieldlines>\n"
            # One file, for a photograph of what was written on paper.
            "<attachments>1</attachments>\n<attachmentsrequired>0</attachmentsrequired>\n"
            f'{_html("graderinfo", key)}\n<responsetemplate format="html"><text></text></responsetemplate>\n')


# Numbers

def _single(fill: Fill) -> Gap | None:
    """The one number that is asked for."""
    gap, *others = fill.gaps.values()
    return gap if not others and gap.value is not None and isinstance(fill.blocks[-1], Paragraph) else None


def _without_field(fill: Fill) -> list[Block]:
    """The question, where its field stands under it anyway: f'(2) = ?"""
    *blocks, line = fill.blocks
    parts = line.parts if isinstance(line, Paragraph) else ()
    return [*blocks, Paragraph(tuple("?" if part in fill.gaps else part for part in parts))]


def _numerical(gap: Gap) -> str:
    return (f'<answer fraction="100" format="moodle_auto_format">{_text(typed(gap))}{_html("feedback", ())}'
            f"<tolerance>{decimal(gap.tolerance)}</tolerance></answer>\n"
            "<unitgradingtype>0</unitgradingtype>\n<unitpenalty>0.1000000</unitpenalty>\n<showunits>3</showunits>\n"
            "<unitsleft>0</unitsleft>\n")


def _embedded(gap: Gap, weight: int) -> str:
    """A field within the text: {1:NUMERICAL:=2.5:0.001}, or a list to choose from."""
    if gap.value is not None:
        return f"{{{weight}:NUMERICAL:={typed(gap)}:{decimal(gap.tolerance)}}}"
    return f"{{{weight}:MULTICHOICE:{'~'.join('=' * (word == gap.right) + word for word in gap.options)}}}"


def _weights(fill: Fill, points: int) -> list[int]:
    """The points shared among the blanks, at least one each, since Moodle counts in whole points."""
    count = len(fill.gaps)
    return [max(1, points // count + (k < points % count if points >= count else 0)) for k in range(count)]

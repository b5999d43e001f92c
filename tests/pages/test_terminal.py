"""A terminal: colours that add nothing to the words, and tables that keep to its width and lose no cell."""

import re

import pytest
from sympy import Symbol

from symcalc.pages import text
from symcalc.pages.breaking import width_of
from symcalc.pages.document import Document, Formula, Heading, Paragraph, Step, Steps, Table
from symcalc.pages.ink import Ink, changed, marked, painted, shown
from symcalc.pages.tables import table_lines

CODE = re.compile(r"\x1b\[[0-9;]*m")
x = Symbol("x", real=True)


def test_colours_add_nothing_to_the_words(everything):
    assert CODE.sub("", text.for_terminal(everything, colored=True)) == text.for_terminal(everything)
    codes = set(CODE.findall(text.for_terminal(everything, colored=True)))
    assert codes <= {f"\x1b[{ink}m" for ink in Ink} | {"\x1b[0m"} and "\x1b" not in text.for_terminal(everything)


def test_no_code_comes_from_what_people_write(hostile):
    for string in (hostile, "\x1b[31mred", "\x9b31m", "a\u202eb", "\x07\x08\r"):
        steps = Steps((Step(expression=x), Step(expression=x + 1, rule=string, because=(string,))))
        document = Document(string, (Heading(string), Paragraph((string,)), steps,
                                     Table(header=(string,), rows=((string,),), caption=string)))
        bare = CODE.sub("", text.for_terminal(document, colored=True))
        assert bare == text.for_terminal(document) and all(c.isprintable() or c == "\n" for c in bare)


@pytest.mark.parametrize(("before", "after", "new"), [
    ("2 (u + 1) d/dx (u + 1)", "2 (u + 1) u'", "u'"), ("a + sin(x) b", "a + cos(x) b", "cos"),
    ("one + two + three + f (g + (h + k))", "one + two + three + f (g' + (h' + k))", "' + (h' + k)"), ("a", "a", ""), ("a + b", "c d e", ""),
    ("p + q + softmax", "p + q + z(1)", "z(1)"), ("p q r s (a b)", "p q r s (a) b", "(a) b")])
def test_the_changed_part_keeps_its_brackets(before, after, new):
    start, end = changed(before, after)
    assert after[start:end] == new


def test_the_changed_part_stands_out_over_broken_lines():
    """Where a line of a derivation is broken, both pieces of what changed are marked, and nothing else."""
    first, second = (Formula(text=f"one + two + three + four + five + {new} + six", latex="")
                     for new in ("old", "(first new + second new + third new)"))
    document = Document("", (Steps((Step(expression=x), Step(expression=first), Step(expression=second))),))
    lines = text._lines(document, text.Page(40, painted=True), True)
    inked = "".join(piece for line in lines if not isinstance(line, str) for ink, piece in line if ink is Ink.CHANGED)
    assert inked == "(first new + second new+ third new)" and max(width_of(shown(line)) for line in lines) <= 40


def test_marks_and_blanks():
    assert painted(marked("right.  ", 0, 6, Ink.RIGHT)) == "\x1b[1;32mright.\x1b[0m" and painted("plain ") == "plain"
    assert painted(marked("ab", 1, 9)) == "a\x1b[01mb\x1b[0m" and marked("ab", 2, 2) == "ab"


def wrap(words: str, width: int) -> list[str]:
    return text.wrapped((words,), width)


WIDE = [["k", *(f"column{c}" for c in range(9))], *([str(k), *(f"{k}.{c}2345678" for c in range(9))] for k in range(4))]
WORDS = [["name", "what it does", "formula"], ["descent", "every parameter goes against its slope, and further where it is steeper",
                                                 "w - r g"], ["adam", "two memories that fade", "w - r v/s"]]


@pytest.mark.parametrize("width", [20, 40, 41, 60, 80, 200, None])
@pytest.mark.parametrize("cells", [WIDE, WORDS, [["a" * 30, "b" * 30], ["1", "2"]]], ids=["numbers", "words", "long"])
def test_a_table_keeps_to_the_width_and_loses_no_cell(cells, width):
    lines = list(map(shown, table_lines(cells, frozenset({0, 1}), width, wrap)))
    assert {word for row in cells for cell in row for word in cell.split()} <= set(" ".join(lines).replace(": ", " ").split())
    assert all(line == line.rstrip() for line in lines)
    longest = max(len(word) for row in cells for cell in row for word in cell.split())
    assert width is None or max(map(width_of, lines)) <= max(width, longest + 4)


def test_the_parts_of_a_wide_table_have_the_first_column_and_are_even():
    lines = list(map(shown, table_lines(WIDE, frozenset(), 60, wrap)))
    headers = [line.split() for line in lines if line.startswith("k")]
    assert [len(header) for header in headers] == [4, 4, 4] and [cell for header in headers for cell in header[1:]] == WIDE[0][1:]


@pytest.mark.parametrize(("tty", "environment", "colored"), [
    (True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False), (True, {"NO_COLOR": ""}, True), (True, {"TERM": "dumb"}, False)])
def test_where_colours_are_wanted(tty, environment, colored, monkeypatch):
    from io import StringIO

    from symcalc.pages.terminal import is_colored

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: tty, raising=False)
    assert is_colored(stream) == colored

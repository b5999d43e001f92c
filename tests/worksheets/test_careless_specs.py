"""Specs as a teacher in a hurry writes them: each gets one sentence with the line and what to write instead."""

import pytest

from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.spec import read_spec

SECTION = '[[sections]]\nitems = [{kind = "differentiate"}]\n'


def sheet(line):
    return f'title = "T"\n{line}\n{SECTION}'


def item(inside):
    return f'title = "T"\n[[sections]]\nitems = [{{{inside}}}]\n'


# What stands in the file, the line, and the sentence, or how it goes on after "KEY must be".
SLIPS = [
    # TOML that is none
    ("title", 1, 'after a key comes = and its value, as in title = "Slopes"'),
    (sheet("course = Maths"), 2, 'write text in quotes, as in title = "Slopes"'),
    (sheet('title = "b"'), 2, "title stands there twice"),
    (sheet("hints = True"), 2, "write true or false, in small letters"),
    (sheet("hints = on"), 2, "write true or false, in small letters"),
    (sheet("large print = true"), 2, "a key is one word, as in large_print = true"),
    (sheet("course: Maths"), 2, "between a key and its value comes =, not a colon"),
    (sheet("seed ="), 2, "after = comes a value"),
    (sheet('course = "one\ntwo"'), 2, "a quote is not closed on its line"),
    (item('kind = "differentiate",, level = 1'), 3, "there is a comma too many"),
    (item('kind = "differentiate"; level = 1'), 3, "the entries of { ... } are parted by commas"),
    (item('kind = "differentiate" level = 1'), 3, "the entries of { ... } are parted by commas"),
    (item('kind: "differentiate"'), 3, "between a key and its value comes =, not a colon"),
    (item("kind = 'differentiate"), 3, "a quote is not closed on its line"),
    (item('kind = "differentiate",\n  level = 2'), 3, "close { ... } on the line on which it began"),
    (item(r'question = "a", latex = "\input{x}"'), 3, r"write LaTeX between single quotes, as in latex = '\frac{1}{2}'"),
    ('{"title": "a"}', 1, "this is no TOML"),
    ('title = "a"\rpaper = "a5"', 2, 'paper must be "a4" or "letter", not "a5"'),
    (b"title = 'a'\ncourse = 'caf\xe9'\n", 2, "this is no text in UTF-8; save the file as UTF-8"),
    ("title = 'a'".encode("utf-16"), 1, "this is no text in UTF-8"),
    (b"title = 'a\x00b'", 1, r"invalid character '\x00'"),
    (b"\xef\xbb\xbftitle = 3\n", 1, 'title must be a text in quotes, as in "3", not 3'),
    # Keys
    (sheet("Course = 'a'"), 2, 'there is no key "Course" here; did you mean course?'),
    (sheet("version = 4"), 2, 'there is no key "version" here; did you mean versions?'),
    (sheet("large-print = true"), 2, "did you mean large_print?"),
    ('title = "a"\n[[section]]\n', 2, 'there is no key "section" here; did you mean sections?'),
    ('title = "a"\n[[items]]\nkind = "trace"', 2, "items stands in a section, under [[sections]], not here"),
    ('title = "a"\n[[sections]]\nkind = "trace"', 3, "kind stands in an item, as in items = [{kind = "),
    (f'title = "a"\n{SECTION}versions = 3', 4, "versions stands at the top, before the first [[sections]], not here"),
    (item('kind = "trace", levels = 1'), 3, 'there is no key "levels" here; did you mean level?'),
    (item('kind = "trace", rule = "chain"'), 3, 'there is no key "rule" here; the keys are kind, level, count, '),
    # Values
    (sheet('versions = "4"'), 2, 'versions must be a whole number from 1 to 26, not "4"'),
    (sheet("versions = 4.0"), 2, "versions must be a whole number from 1 to 26, not 4.0"),
    (sheet(f"versions = {10**21}"), 2, "versions must be a whole number from 1 to 26, not 1000000000000000000000"),
    (sheet(f"seed = 0x{'f' * 6000}"), 2, "from 0 to 1,000,000,000, not a whole number of more than 300 digits"),
    (sheet(f"seed = {'7' * 6000}"), 2, "there is a whole number of thousands of digits"),
    (sheet(f"date = 0x{'f' * 6000}"), 2, "date must be a text in quotes, not a whole number of more than 300 digits"),
    (item(f"kind = 0x{'f' * 6000}"), 3, "kind must be a text in quotes, not a whole number of more than 300 digits"),
    (item(f"kind = 'trace', steps = 0x{'f' * 6000}"), 3, "steps must be a text or a number, not a whole number of more than"),
    (item(f"kind = 'trace', level = 0x{'f' * 6000}"), 3, "there is no level a whole number of more than 300 digits of trace"),
    (item("kind = 'trace', level = []"), 3, "level is an empty list; write a whole number from 1 to 4, or a list of them"),
    ('title = "a"\n[[sections]]\nitems = [{kind = "trace"},\n{kind = "free"}]', 4, "a free item needs a question or an expr"),
    (sheet("seed = -3"), 2, "seed must be a whole number from 0 to 1,000,000,000, not -3"),
    (sheet("seed = nan"), 2, "seed must be a whole number from 0 to 1,000,000,000, not nan"),
    (sheet('paper = "A4"'), 2, 'paper must be "a4" or "letter", not "A4"; did you mean "a4"?'),
    (sheet('space = "lined"'), 2, 'space must be "ruled", "blank" or "none", not "lined"; did you mean "ruled"?'),
    (sheet('hints = "yes"'), 2, 'hints must be true or false, not "yes"'),
    (sheet("date = 2026-05-12"), 2, 'date must be a text in quotes, as in "2026-05-12", not 2026-05-12'),
    (sheet('fields = "Name"'), 2, 'fields must be a list, as in ["Name", "Date"], not "Name"'),
    (sheet("fields = [1]"), 2, 'entry 1 of fields must be a text in quotes, as in "1", not 1'),
    (sheet('note = ["x"]'), 2, "note must be a text in quotes, not a list"),
    # Sections
    ('title = "a"\nsections = []', 2, "sections has 0 entries; from 1 to 26 are allowed"),
    ('title = "a"\n[sections]\nitems = []', 2, "must be tables, each under [[sections]] with two brackets, not a table"),
    ('title = "a"\n[[sections]]\ntitle = "x"', 2, "the section has no items; list some, as in items = [{kind = "),
    (f'title = "a"\n{SECTION * 30}', 2, "sections has 30 entries; at most 26 are allowed"),
    ('title = "a"\n[[sections]]\nitems = {kind = "trace"}', 3, "items must be a list, as in [{kind = "),
    ('title = "a"\n[[sections]]\nitems = ["trace"]', 3, 'entry 1 of items must be a table, as in {kind = '),
    ('title = "a"\n[[sections]]\n[sections.items]\nkind = "trace"', 3, "or tables under [[sections.items]], not a table"),
    # Items
    (item('kind = "diff"'), 3, 'there is no kind "diff"; did you mean differentiate?'),
    (item('kind = "chain-rule"'), 3, 'there is no kind "chain-rule"; did you mean chain_steps?'),
    (item('kind = "derivative"'), 3, 'there is no kind "derivative"; the kinds are differentiate, evaluate, '),
    (item("kind = 3"), 3, "kind must be a text in quotes"),
    (item('kind = "read_curve", level = 9'), 3, "there is no level 9 of read_curve; its levels are 1, 2"),
    (item('kind = "trace", level = 1.5'), 3, "level must be a whole number from 1 to 4, or a list of them, not 1.5"),
    (item('kind = "trace", level = [1, "2"]'), 3, 'entry 2 of level must be a whole number from 1 to 4, or'),
    (item('kind = "trace", count = -1'), 3, "count must be a whole number from 1 to 50, not -1"),
    (item('kind = "trace", count = 100000000'), 3, "count must be a whole number from 1 to 50, not 100000000"),
    (item('kind = "trace", points = 2.5'), 3, "points must be a whole number from 0 to 100, not 2.5"),
    (item('kind = "trace", steps = "two"'), 3, "steps is 1, 2 or 3, not 'two'"),
    (item('kind = "differentiate", rule = "chian"'), 3, "not 'chian'; did you mean chain?"),
    (item('kind = "gradient", question = "Why?"'), 3, "gradient draws its own question; leave out the question, or the kind"),
    (item('question = ""'), 3, "question is empty; give it some words"),
    (item("question = 3"), 3, 'question must be a text in quotes, as in "3", not 3'),
    (item('answer = "x"'), 3, 'an item needs a kind, as in kind = "differentiate", or a question of your own'),
    (item('expression = "x^2"'), 3, 'wrt is missing: by which letter is it to be differentiated, as in wrt = "x"?'),
    (item('expression = "x*y", wrt = "z"'), 3, "there is no z in the expression to differentiate by; it holds x, y"),
    (item('expression = "x^2 +", wrt = "x"'), 3, "something must follow '+'"),
    (item("question = 'a', latex = '\\input{x}'"), 3, r"latex: \input is no command for formulas on a worksheet"),
]


@pytest.mark.parametrize(("text", "line", "sentence"), SLIPS, ids=range(len(SLIPS)))
def test_a_slip_is_told_in_a_sentence(tmp_path, text, line, sentence):
    path = tmp_path / "sheet.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(WorksheetError) as raised:
        read_spec(path)
    said = str(raised.value)
    assert said.startswith(f"sheet.toml, line {line}: ") and sentence in said
    assert said.isprintable() and len(said) < 340


def test_a_file_without_end_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "sheet.toml"
    path.write_bytes(b"#" * 10_000_000)
    with pytest.raises(WorksheetError, match=r"sheet.toml has more than 200,000 bytes"):
        read_spec(path)
    with pytest.raises(WorksheetError, match="is a folder"):
        read_spec(tmp_path)


def test_every_level_of_an_item_is_tried():
    asked = {"title": "T", "sections": [{"items": [{"kind": "differentiate", "rule": "mixed", "level": [3, 1]}]}]}
    with pytest.raises(WorksheetError) as raised:
        read_spec(asked)
    assert str(raised.value).startswith("item 1 of section 1: the rule at level 1 is one of ")

"""Specs: what is read, and one sentence with the line, the key and what would be valid for what cannot be."""

import tomllib

import pytest

from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.items.kinds import KINDS
from symcalc.worksheets.places import key_lines
from symcalc.worksheets.spec import read_spec

ITEM = 'items = [{kind = "differentiate"}]'
GOOD = f'title = "Slopes"\n\n[[sections]]\n{ITEM}\n'

LAYOUT = '''title = "a # no = sign"   # note = "none"
note = """
seed = 1
"""
"paper" = 'a4'
seed = 12

[[sections]]
title = 'q [[sections]]'
when = 1979-05-27 07:32:00
f = [1.5, [2, 3]]
[[sections.items]]
kind = 'x'
[sections.items.deep]
er = 1
[[sections]]
items = [
  # a comment, with {braces}
  {kind = "b", level = [1, 2]},
  {kind = "c"}
]
a.b = 2
'''


@pytest.mark.parametrize(("path", "line"), [
    (("title",), 1), (("note",), 2), (("paper",), 5), (("seed",), 6), (("sections", 0), 8), (("sections", 0, "title"), 9),
    (("sections", 0, "when"), 10), (("sections", 0, "f"), 11), (("sections", 0, "items", 0, "kind"), 13),
    (("sections", 0, "items", 0, "deep", "er"), 15), (("sections", 1, "items"), 17), (("sections", 1, "items", 0, "level"), 19),
    (("sections", 1, "items", 1, "kind"), 20), (("sections", 1, "a", "b"), 22),
])
def test_the_line_of_each_key(path, line):
    tomllib.loads(LAYOUT)
    assert key_lines(LAYOUT)[path] == line


def read(tmp_path, text):
    path = tmp_path / "sheet.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_spec(path)


def test_a_file_and_a_mapping_say_the_same(tmp_path):
    assert read(tmp_path, GOOD) == read(tmp_path, "\ufeff" + GOOD.replace("\n", "\r\n")) == read_spec(tomllib.loads(GOOD))
    spec = read_spec(tomllib.loads(GOOD), versions=5, seed=3)
    assert (spec.versions, spec.seed, spec.paper, spec.sections[0].items[0].levels) == (5, 3, "a4", (1,))


@pytest.mark.parametrize(("text", "sentence"), [
    (GOOD.replace("title", "titel"), 'sheet.toml, line 1: there is no key "titel" here; did you mean title?'),
    (GOOD.replace("differentiate", "diferentiate"),
     'sheet.toml, line 4: there is no kind "diferentiate"; did you mean differentiate?'),
    (GOOD.replace("differentiate", "zzz"), 'sheet.toml, line 4: there is no kind "zzz"; the kinds are differentiate, '),
    ("versions = 30\n" + GOOD, "sheet.toml, line 1: versions must be a whole number from 1 to 26, not 30"),
    ('versions = "4"\n' + GOOD, 'sheet.toml, line 1: versions must be a whole number from 1 to 26, not "4"'),
    ("versions = true\n" + GOOD, "sheet.toml, line 1: versions must be a whole number from 1 to 26, not true"),
    ("hints = 1\n" + GOOD, "sheet.toml, line 1: hints must be true or false, not 1"),
    ('\npaper = "a5"\n' + GOOD, 'sheet.toml, line 2: paper must be "a4" or "letter", not "a5"'),
    ("fields = 3\n" + GOOD, 'sheet.toml, line 1: fields must be a list, as in ["Name", "Date"], not 3'),
    (GOOD.replace('"}', '", level = 9}'), "line 4: there is no level 9 of differentiate; its levels are 1, 2, 3, 4"),
    (GOOD.replace('"}', '", level = []}'), "line 4: level is an empty list; write a whole number from 1 to 4, or a list of them"),
    (GOOD.replace('"}', '", count = 99}'), "sheet.toml, line 4: count must be a whole number from 1 to 50, not 99"),
    (GOOD.replace('"}', '", qount = 2}'), 'sheet.toml, line 4: there is no key "qount" here; did you mean count?'),
    (GOOD.replace('kind = "differentiate"', "points = 1"), "sheet.toml, line 4: an item needs a kind, as in"),
    (GOOD.replace('kind = "differentiate"', 'expression = "x +", wrt = "x"'), "sheet.toml, line 4: "),
    (GOOD.replace('kind = "differentiate"', 'question = "Why?", count = 2'), "sheet.toml, line 4: count is for items that are"),
    (GOOD.replace(ITEM, "items = []"), "sheet.toml, line 4: items has 0 entries; from 1 to 50 are allowed"),
    (GOOD.replace('title = "Slopes"', ""), "sheet.toml: title is missing; name the sheet"),
    ('title = ""\n', "sheet.toml, line 1: title is empty; give it some words"),
    (f'title = "{"x" * 300}"\n', "sheet.toml, line 1: title has 300 characters; at most 200 are allowed"),
    ('title = "Slopes"\n', "sheet.toml: it has no sections; write [[sections]], and under it items = "),
    (GOOD.replace(ITEM, "items = [" + '{kind = "differentiate", count = 50}, ' * 5 + "]"), "sheet.toml: it asks for 250 items"),
    ("title = \n", "sheet.toml, line 1: this is no TOML: invalid value"),
    (b"title = '\xff'\n", "sheet.toml, line 1: this is no text in UTF-8; save the file as UTF-8"),
    ("a = " + "[" * 5000 + "]" * 5000, "sheet.toml"),
    ("x" * 300_000, "sheet.toml has more than 200,000 bytes, the most that a spec may have"),
])
def test_what_cannot_be_read_is_one_sentence(tmp_path, text, sentence):
    with pytest.raises(WorksheetError) as raised:
        read(tmp_path, text)
    assert sentence in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(("spec", "sentence"), [
    ({"title": "x", "sections": [{"items": [{"kind": "differentiate"}, {"kind": "differentiate", "level": 7}]}]},
     "item 2 of section 1: there is no level 7"),
    ({"title": "x", "sections": [{"note": 3}]}, 'section 1: note must be a text in quotes, as in "3", not 3'),
    ({"title": 3}, 'the spec: title must be a text in quotes, as in "3", not 3'),
    ({"title": "x", "sections": [5]}, "section 1: entry 1 of sections must be a table, as [[sections]] begins one, not 5"),
    ({"title": "x", 5: 6}, 'the spec: there is no key 5 here'),
])
def test_in_a_mapping_the_item_is_named(spec, sentence):
    with pytest.raises(WorksheetError) as raised:
        read_spec(spec)
    assert str(raised.value).startswith(sentence)


def test_a_file_that_is_not_there():
    with pytest.raises(WorksheetError, match=r"there is no file 'no-such-sheet.toml'; check its name and folder"):
        read_spec("no-such-sheet.toml")


def test_kinds_may_take_more():
    assert set(KINDS["free"].params) >= {"question", "answer", "expression", "wrt"}
    own = read_spec({"title": "x", "sections": [{"items": [{"question": "Why?", "answer": "So."}]}]}).sections[0].items[0]
    assert own.kind == "free" and own.params == {"question": "Why?", "answer": "So."} and own.is_written

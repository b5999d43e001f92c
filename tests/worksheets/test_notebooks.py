"""Notebooks of sheets: valid, with ids that stay, and cells that say whether a learner's answer is right when they are run."""

import contextlib
import io
import json
import re
from fractions import Fraction

import nbformat
import numpy as np
import pytest
import sympy

import symcalc as sc
from symcalc.pages.source import source
from symcalc.worksheets.asked import derivatives_asked

SPEC = {"title": "Slopes", "versions": 1, "seed": 5, "hints": True, "rule_card": True, "sections": [
    {"title": "Derivatives", "items": [
        {"kind": "differentiate", "level": [1, 3], "count": 2}, {"kind": "choice"},
        {"kind": "evaluate", "level": [1, 3], "count": 2}, {"kind": "partial"}, {"kind": "chain_steps"}]},
    {"title": "Losses", "items": [
        {"kind": "gradient", "level": [1, 3, 4], "count": 3}, {"kind": "trace"}, {"kind": "read_curve"},
        {"expression": "(y - (m*x + b))^2", "wrt": "m"}, {"question": "Why?"}]}]}


@pytest.fixture(scope="module")
def version():
    return sc.Worksheet.from_spec(SPEC).version("A")


def code_of(notebook):
    return [cell["source"] for cell in notebook.cells if cell["cell_type"] == "code"]


def test_both_notebooks_are_valid(tmp_path, version):
    for name, handout in (("sheet", version), ("key", sc.Worksheet.from_spec(SPEC).key("A"))):
        notebook = nbformat.read(handout.save(tmp_path / f"{name}.ipynb"), as_version=4)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        ids = [cell["id"] for cell in notebook.cells]
        assert len(set(ids)) == len(ids) and all(re.fullmatch("[A-Za-z0-9_-]{1,64}", name) for name in ids)
        assert any("attachments" in cell for cell in notebook.cells)
    assert "proved: " in json.dumps(notebook) and code_of(notebook) == []


def test_a_fault_in_a_notebook_is_noticed(version):
    broken = json.loads(version.notebook())
    broken["cells"][1]["id"] = "not an id"
    with pytest.raises(nbformat.ValidationError):
        nbformat.validate(broken)


def run(cell, answer, names):
    """What a cell shows once the answer is typed: the value of its last line."""
    *lines, last = cell.replace('answer = ""', f"answer = {answer!r}").splitlines()
    exec("\n".join(lines), names)
    return eval(last, names)


def test_the_cells_say_what_is_right_and_what_is_wrong(version):
    notebook = nbformat.reads(version.notebook(), as_version=4)
    first, *cells = code_of(notebook)
    names = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(first, names)
        asked = [one for part in version.parts for question in part.questions for one in derivatives_asked(question.item)]
        checked = [cell for cell in cells if "sc.check(" in cell]
        assert len(checked) == len(asked) == 15 and len(cells) == 15 + 3
        for cell, one in zip(checked, asked):
            assert run(cell, "", names) is None                   # untouched, it says nothing
            key = re.sub(r"Indexed\('(\w+)', i\)", r"\1[i]", source(one.expected))
            right, wrong = run(cell, key, names), run(cell, f"({key})/3 + 7", names)
            assert right.correct and not wrong.correct, (cell, key)
            assert sc.text(one.expected) not in cell and key not in cell
        for cell in cells:
            if cell not in checked:
                exec(cell, names)
                assert re.fullmatch(r"# Question \d+: your working", cell)
    assert printed.getvalue() == ""


def test_a_mistake_is_named_in_the_cell(version):
    cell = code_of(nbformat.reads(version.notebook(), as_version=4))[-2]
    assert "(y - (m*x + b))**2" in cell
    verdict = run(cell, "2*(y - (m*x + b))", {"sc": sc})
    assert not verdict.correct and verdict.mistake.name == "inner derivative forgotten" and verdict._repr_mimebundle_()


# The check of a value

@pytest.mark.parametrize(("answer", "correct", "says"), [
    ("20/9", True, "Right."), (2.2222222222222223, True, "Right."), ("2.222", True, "Right, rounded."),
    ("2.22", False, "not the slope"), ("9", False, "value of the formula there, not its slope"), ("-20/9", False, "wrong sign"),
    ("4*5/9", True, "Right."), (7, False, "put in"),
])
def test_a_value_is_checked_at_its_place(answer, correct, says):
    verdict = sc.check("sqrt(5t^2 + 1)", answer, "t", at={"t": 4})
    assert verdict.correct == correct and says in verdict.message


@pytest.mark.parametrize(("formula", "answer", "place", "says"), [
    ("1/x", "-4/10^10", 10**5, "not the slope"), ("1/x", "1/10^10", 10**5, "wrong sign"), ("1/x", -1e-10, 10**5, "Right."),
    ("1/x^2", 0, 2000, "not the slope"), ("x^2", "0.000", 0, "Right."), ("cos(x)", 0, "pi", "Right."),
    ("cos(x)", 0, np.pi, "Right."), ("cos(x)", 0, 3.1415, "not the slope"), ("x^2/6060", "0.000", 1, "Rounded too far"),
    ("x^2/6060", "0.0003", 1, "Rounded too far"), ("x^2/6060", "0.00033", 1, "Right, rounded."),
    ("x^2", np.int64(4), np.int64(2), "Right."), ("x^2", Fraction(1, 3), Fraction(1, 6), "Right."),
])
def test_a_value_is_as_close_as_its_own_size_asks(formula, answer, place, says):
    assert says in sc.check(formula, answer, "x", at={"x": place}).message


def test_a_place_may_be_named_by_the_symbol_and_a_number_be_of_another_library():
    assert sc.check("x^2", 4, "x", at={sympy.Symbol("x", real=True): 2}).correct
    assert sc.check("4x", np.int64(4), "x").correct


@pytest.mark.parametrize(("call", "says"), [
    *((lambda at=at: sc.check("x^2", 4, "x", at=at), "at gives numbers for letters") for at in (3, "x=2", [("x", 2)])),
    (lambda: sc.check("x^2", 4, "x", at={"x": 2, 3: 4}), "a name is text, not int"),
    (lambda: sc.check("x^2", "x", "x", at={"x": 1}), "the answer is a number, not x"),
    (lambda: sc.check("x^2", "f'(1) = 2", "x", at={"x": 1}), "the answer is a number alone; leave out the sign ="),
    (lambda: sc.check("a*x^2", "2", "x", at={"x": 1}), "at gives no number for a"),
    (lambda: sc.check("x^2", "2", "x", at={"x": "y"}), "the place of x is a number, not y"),
    (lambda: sc.check("ln(x)", "2", "x", at={"x": -1}), r"ln\(x\) has no slope there"),
    (lambda: sc.check("x^3", "2", "x", at={"x": 1}, order=2), "a value is checked of a first derivative"),
    (lambda: sc.check("x^2", "", "x"), "the answer is empty"),
])
def test_what_cannot_be_checked_is_said(call, says):
    with pytest.raises(sc.SymcalcError, match=says):
        call()

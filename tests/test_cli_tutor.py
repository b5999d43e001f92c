"""The commands `check` and `hint`: what they print and save, and their exit status."""

import json

import pytest
from click.testing import CliRunner

import symcalc as sc
from symcalc import cli

LINE = "mean((y-(m*x+b))^2)"


def called(*arguments):
    result = CliRunner().invoke(cli.main, arguments, prog_name="symcalc")
    assert "Traceback" not in result.stderr and (result.exception is None or isinstance(result.exception, SystemExit))
    return result


@pytest.mark.parametrize(("arguments", "status", "said"), [
    (("(2x+1)^3", "6(2x+1)^2", "--wrt", "x"), 0, "Right."),
    (("(2x+1)^3", "24x^2+24x+6", "--wrt", "x"), 0, "in another form"),
    (("sin(3x)", "cos(3x)*d/dx(3x)", "--wrt", "x"), 0, "one derivative still stands"),
    (("(y-(m*x+b))^2", "2*(y-(m*x+b))", "--wrt", "m"), 1, "Not right: inner derivative forgotten."),
    ((LINE, "2*(y-(m*x+b))*x", "--wrt", "m", "--columns", "x,y"), 1, "The sum over the rows is missing too."),
    (("-x^2", "-2x", "--wrt", "x"), 0, "Right."),
    (("--wrt", "x", "-x^2", "-x"), 1, "the 2 dropped"),
    (("mean(x) + m^2", "2m + x", "--wrt", "m", "--columns", "x"), 1, "Not right: a constant kept."),
    (("x^3", "3x^2", "--wrt", "x", "--order", "2"), 1, "differentiate once more"),
    (("x^3*y", "3x^2", "--wrt", "x,y"), 0, "Right."),
    (("x*f(x^2)", "f(x^2) + 2x^2*f'(x^2)", "--wrt", "x", "--functions", "f"), 0, "Right."),
    (("Sum(w[j]*x[j],(j,1,p))", "x[k]", "--wrt", "w[k]"), 0, "Right."),
])
def test_check_says_right_or_what_went_wrong(arguments, status, said):
    result = called("check", *arguments)
    assert (result.exit_code, result.stderr) == (status, "") and said in " ".join(result.stdout.split())


@pytest.mark.parametrize(("answer", "sentence"), [
    ("", "the answer is empty"), ("2x\x1b[31m", "U+001B"), ("2x +", "something must follow"), ("x*" * 2000, "longer than 2,000"),
    ("foo(x)", "unknown function"), ("(" * 99, "nested more than"), ("1/0", "division by zero"),
])
def test_a_bad_answer_is_one_sentence_and_status_2(answer, sentence):
    result = called("check", "x^2", answer, "--wrt", "x")
    assert result.exit_code == 2 and result.stdout == "" and sentence in result.stderr and "\x1b" not in result.stderr


def test_check_as_json_and_saved(tmp_path):
    result = called("check", "x^2", "x", "--wrt", "x", "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == 1 and list(data) == ["correct", "mistake", "message", "line", "question", "answer"]
    assert data["correct"] is False and data["mistake"] == "the 2 dropped"
    target = tmp_path / "verdict.html"
    assert called("check", "x^2", "x", "--wrt", "x", "-o", str(target)).exit_code == 1
    assert "the 2 dropped" in target.read_text(encoding="utf-8")
    again = called("check", "x^2", "2x", "--wrt", "x", "-o", str(target))
    assert again.exit_code == 2 and "--force" in again.stderr


@pytest.mark.parametrize(("verdict", "asked", "question"), [
    (lambda: sc.derive("(2x + 1)^3", "x").check("3(2x + 1)^2"), "Asked: d/dx (2x + 1)³ Answered: 3 (2x + 1)² Not right: inner",
     "d/dx (2x + 1)³"),
    (lambda: sc.derive("x^3", "x", order=2).check("3x^2"), "Asked: d²/dx² x³ Answered: 3x² Not right: stopped", "d²/dx² x³"),
    (lambda: sc.derive("x^3", "x", order=2).check("6x"), "Asked: d²/dx² x³ Answered: 6x Right.", "d²/dx² x³"),
    (lambda: sc.check("x^2", 2, "x", at={"x": 1}), "Asked at x = 1: d/dx x² Answered: 2 Right.", "d/dx x² at x = 1"),
])
def test_a_saved_verdict_names_the_question_and_a_shown_one_follows_it(verdict, asked, question, tmp_path):
    found = verdict()
    said = " ".join(found.save(tmp_path / "v.txt").read_text(encoding="utf-8").split())
    assert said.startswith(asked) and "Asked" not in str(found) and found.as_dict()["question"] == question
    assert "Asked" in found.save(tmp_path / "v.html").read_text(encoding="utf-8")


def test_hints_climb_with_the_level(tmp_path):
    first, third = (called("hint", "(2x+1)^3", "--wrt", "x", *more) for more in ((), ("--level", "3")))
    assert first.exit_code == third.exit_code == 0 and "What is the outermost operation" in first.stdout
    assert "chain rule" not in first.stdout and "chain rule" in third.stdout and third.stdout.startswith(first.stdout.strip())
    data = json.loads(called("hint", LINE, "--wrt", "m", "--level", "2", "--json").stdout)
    assert list(data) == ["level", "levels", "hints"] and data["level"] == len(data["hints"]) == 2 and data["levels"] == 8
    assert called("hint", "x^2", "--wrt", "x", "-o", str(tmp_path / "hint.tex")).exit_code == 0


@pytest.mark.parametrize(("arguments", "said"), [
    (("x^3", "--wrt", "x", "--order", "2"), "Two derivatives are taken"), (("x^3*y", "--wrt", "x,y"), "the first is by x"),
    (("x*f(x^2)", "--wrt", "x", "--functions", "f"), "outermost operation in x f(x²)"),
])
def test_hints_for_several_derivatives_and_functions(arguments, said):
    result = called("hint", *arguments)
    assert (result.exit_code, result.stderr) == (0, "") and said in " ".join(result.stdout.split())


@pytest.mark.parametrize("level", ["0", "-1", "9"])
def test_a_level_that_is_not_there_says_how_many_there_are(level):
    result = called("hint", "(2x+1)^3", "--wrt", "x", "--level", level)
    assert result.exit_code == 2 and f"there is no hint {level}; there are 5" in result.stderr


@pytest.mark.parametrize("command", ["check", "hint"])
def test_help_has_examples(command):
    assert "Examples:" in called(command, "--help").stdout

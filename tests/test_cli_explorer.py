"""The prompt: each line answered, each mistake one sentence, and the session goes on."""

import subprocess
import sys

import pytest

from symcalc.cli.explorer import PROMPT, WORDS, Explorer

TABLE = "x,y\n30,45\n40,60\n100,150\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(TABLE)
    return path


def answers(*lines: str) -> list[str]:
    """What is said to each line."""
    said: list[str] = []
    explorer = Explorer(lambda text: said.append(str(text)))
    found = []
    for line in lines:
        del said[:]
        explorer.onecmd(line)
        found.append("\n".join(said))
    return found


def test_a_session_from_a_formula_to_its_minimum(table, tmp_path):
    _, derived, wrong, right, first, *_, working, table_, why, lowest, saved = answers(
        "(w - 3)^2", "derive w", "check 2w", "check 2(w-3)", "hint", "hint", "rate 0.25", "step", "step 5", "why 2", "minimum",
        f"save {tmp_path / 'steps.html'}")
    assert "= 2 (w - 3)" in derived and "Proved" in derived
    assert wrong.startswith("Not right") and right.startswith("Right") and "outermost" in first
    assert "new w = w - η dJ/dw" in working and "= 1.5" in working
    assert "6  2.95312" in table_ and "= 2.25\n" in why and "w = 3" in lowest and saved == ""
    assert (tmp_path / "steps.html").read_text().startswith("<!DOCTYPE html>")


def test_a_table_and_its_columns(table):
    *_, letters, missing, rows, _, _ = answers("mean((y - (m*x + b))^2)", "step", f"data {table}", "rate 1e-4", "step 3")[-5:]
    assert (letters, missing, rows) == ("1/n Σ (yᵢ - (m xᵢ + b))²\nLetters: m, b.", "the loss needs data for y, x; give a table "
                                        "or a CSV file", "3 rows of x, y")


def test_steps_go_on_where_they_stopped_and_new_settings_start_from_there():
    said = answers("(w - 3)^2", "rate 0.25", "step", "step", "rate 0.5", "step", "step")
    assert ["= 1.5" in said[2], "= 2.25" in said[3], "2.25 - 0.5" in said[5], "Converged" in said[6]] == [True] * 4


def test_ask_keeps_the_derivative_to_itself_until_it_is_found():
    asked, hint, right = answers("x^2*sin(x)", "ask x", "hint", "check 2x sin(x) + x^2*cos(x)")[1:]
    assert "cos" not in asked and "?" in asked and "cos" not in hint and right.startswith("Right")


@pytest.mark.parametrize(("lines", "sentence"), [
    (["derive x"], "there is no formula yet; type one, such as (w - 3)^2"),
    (["run"], "there is no step yet; type step"),
    (["why"], "there is no step yet; type step"),
    (["save a.html"], "nothing has been shown yet; derive or step first"),
    (["(w - 3"], "'(' at column 1 is never closed"),
    (["__import__('os').system('id')"], "unexpected"),
    (["x*y", "derive"], "a letter is missing, as in: derive x"),
    (["x*y", "hint"], "say by which letter first: ask x"),
    (["w^2", "step 0"], "a number of updates is a whole number from 1 to 100,000, not '0'"),
    (["w^2", "step 1e9"], "a number of updates is a whole number from 1 to 100,000, not '1e9'"),
    (["w^2", "step", "why 3"], "there is no update 3; the run has"),
    (["w^2", "rate fast"], ""), (["w^2", "method adamm"], "there is no method 'adamm'; the methods are"),
    (["w^2", "start q=1", "step"], "q does not occur in the loss"),
    (["data nowhere.csv"], "nowhere.csv"), (["help me"], "there is no word 'me'; the words are loss, data"),
    (["w^2", "derive w", "save x.doc"], "does not end in .txt"), (["w^2", "step", "plot x.bmp"], "x.bmp"),
    (["\x1b[31m"], "U+001B"), (["", "   "], ""), (["derive w\x00"], "there is no formula yet"),
])
def test_a_mistake_costs_one_sentence(lines, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    *_, said = answers(*lines)
    assert sentence in said and "Traceback" not in said and "\x1b" not in said
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path):
    kept = tmp_path / "run.html"
    kept.write_text("mine")
    *_, said = answers("w^2", "start w=1", "step", f"save {kept}")
    assert "exists; give another name" in said and kept.read_text() == "mine"


def test_every_word_has_its_help_and_every_answer_its_word():
    said, = answers("help")
    assert [line.split()[0] for line in said.splitlines()[:-1]] == list(WORDS)
    assert {name[3:] for name in dir(Explorer) if name.startswith("do_")} == set(WORDS)


@pytest.mark.parametrize(("text", "line", "found"), [
    ("de", "de", ["derive"]), ("mo", "method mo", ["momentum"]), ("", "derive ", ["m", "b"]), ("", "save ", [])])
def test_completion(text, line, found):
    explorer = Explorer(lambda _: None)
    explorer.onecmd("m*q + b^2 - m")
    explorer.onecmd("(m - 1)^2 + b^2")
    assert (explorer.completenames(text) if text == line else explorer.completedefault(text, line)) == found


def test_lines_of_a_file_read_like_a_session():
    done = subprocess.run([sys.executable, "-m", "symcalc"], input="w^2\nderive w\nquit\nnever\n", capture_output=True, text=True,
                          check=True, encoding="utf-8")
    assert done.stdout.startswith(f"{PROMPT}w^2\nw²\nLetters: w.\n{PROMPT}derive w\n") and done.stderr == ""
    assert done.stdout.endswith(f"{PROMPT}quit\n")

"""The prompt: each line answered, each mistake one sentence, and the session goes on."""

import subprocess
import sys

import pytest

import symcalc as sc
from symcalc.cli import screen
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
    explorer = Explorer(lambda shown: said.append(screen.said(shown)))
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
    assert (letters, missing, rows) == ("1/n Σ (yᵢ - (m xᵢ + b))²\nParameters m and b; columns y and x.",
                                        "the loss needs data for y, x; type data FILE.csv",
                                        "3 rows of x, y\nParameters m and b; columns y and x.")


def test_steps_go_on_where_they_stopped_and_new_settings_start_from_there():
    said = answers("(w - 3)^2", "rate 0.25", "step", "step", "rate 0.5", "step", "step")
    assert ["= 1.5" in said[2], "= 2.25" in said[3], "2.25 - 0.5" in said[5], "Converged" in said[6]] == [True] * 4


def test_the_prompt_says_that_a_new_run_starts_and_not_that_steps_are_used_up():
    said = answers("(w - 3)^2", "rate 0.1", "step 4", "rate 0.2", "rate 0.3", "step 1", "run", "why 4", "method adam")
    anew = ("A new run starts here, from w = {}; its updates count from 1.").format
    assert [said[3], said[4], said[7], said[8]] == [
        anew("1.7712"), "The next step is by gradient descent at the rate 0.3.", "there is no update 4; the run has 1.", anew("2.50848")]
    assert "used up" not in "".join(said) and said[2].endswith("before it.")
    assert "The run crawls. At this pace" in " ".join(answers("(w - 3)^2", "rate 1e-6", "step 1000")[-1].split())


@pytest.mark.parametrize("typed", ["000000001999999999", "000000001" + "0" * 5000, "000", "0", "1.5", "²"])
def test_a_number_of_updates_is_checked_to_its_last_digit(typed):
    first, after = answers("(w - 3)^2", f"step {typed}", "step 0000002")[1:]
    assert first == f"a number of updates is a whole number from 1 to 100,000, not {typed[:40]!r}" and "\n   2  " in after


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
    (["w^2", "start w=1", "step", "why 3"], "there is no update 3; the run has 1."),
    (["w^2", "step", "run 3"], "nothing can follow run, so not '3'"),
    (["w^2", "hint 2"], "nothing can follow hint, so not '2'"), (["w^2", "derive w", "why x"], "say which line by its number"),
    (["w^2", "step", "why"], "the run has no updates. Converged"), (["w^2", "step", "why 0"], "the run has no updates. Converged"),
    (["w^2", "start w=1", "step", "why 0"], "there is no update 0; the run has 1, counted from 1."),
    (["w^2", "start w=1", "step", f"why {'9' * 5000}"], "say which update by its number, as in why 1, not '999"),
    (["w^2", "minimum q=1"], "there is no parameter q"), (["w^2", "minimum 3"], "a point is written m=0,b=0, each name once"),
    (["w^2", "diagnose fast"], "a rate may change with k"),
    (["w^2", "rate fast"], "a rate may change with k"), (["rate nan"], "finite number"), (["rate -1"], "greater than 0"),
    (["w^2", "method adamm"], "there is no method 'adamm'; did you mean adam?"),
    (["start w=1"], "there is no formula yet"), (["w^2", "start q=1"], "q is no parameter of this loss; the parameters are w"),
    (["w^2", "start w=nan"], "the start is not finite: w = nan"), (["w^2", "start w"], "a start is written m=0,b=0, each name once"),
    (["u*v", "derive u fulll"], "after the letter comes brief or full, not 'fulll'"),
    (["data"], "there is no table yet; give a file, as in: data points.csv"),
    (["undo"], "there is no word 'undo'; help shows those there are. For the formula undo type: loss undo"),
    (["stpe"], "there is no word 'stpe'; did you mean step?"), (["stepp 5"], "there is no word 'stepp'; did you mean step?"),
    (["descend 5"], "there is no word 'descend'; did you mean step?"), (["load t.csv"], "no word 'load'; did you mean data?"),
    (["data nowhere.csv"], "nowhere.csv"), (["help me"], "there is no word 'me'; the words are loss, data"),
    (["w^2", "derive w", "save x.doc"], "does not end in .txt"), (["w^2", "step", "plot x.bmp"], "x.bmp' does not end in .png, .svg, .pdf, .gif or .mp4"),
    (["\x1b[31m"], "U+001B"), (["", "   "], ""), (["derive w\x00"], "there is no formula yet"),
])
def test_a_mistake_costs_one_sentence(lines, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    *_, said = answers(*lines)
    assert sentence in said and "Traceback" not in said and "\x1b" not in said
    assert not list(tmp_path.iterdir())


def test_what_is_refused_changes_nothing():
    """Neither the run nor the formula."""
    slips = ("start q=1", "start w=nan", "rate nan", "rate abc", "rate -1", "method adamm", "undo", "stpe", "exit 3", "data no.csv")
    *_, said = answers("(w - 3)^2", "rate 0.25", "step", *slips, "step")
    assert said.startswith("Update 2\n") and "= 2.25" in said


def test_the_table_is_for_formulas_with_rows(table):
    alone, told, step, known, gone, _ = answers(
        f"data {table}", "(w - 3)^2", "step", "data", "data none", "data")
    assert alone == "3 rows of x, y" and told.endswith("so the table is not used.") and step.startswith("Update 1")
    assert known.startswith("points.csv: 3 rows of x, y\nLetters: w.") and gone == "no table is in use"


def test_who_is_parameter_and_who_is_column_is_said_as_soon_as_it_is_known(tmp_path):
    path = tmp_path / "hours.csv"
    path.write_text("hours,points,more\n1,2,0\n2,3,0\n")
    before, after, again, missing = answers("mean((points - m*hours)^2)", f"data {path}", "mean((points - m*hours - b)^2)",
                                            "mean((y - m*x)^2)")
    assert before.splitlines()[1:] == ["Letters: points, m, hours.", "Which of them are columns, a table says: data FILE.csv"]
    assert after.splitlines() == ["2 rows of hours, points, more", "Parameter m; columns points and hours."]
    assert again.endswith("\nParameters m and b; columns points and hours.")
    assert missing.endswith("\nthe formula uses y, x; hours.csv has hours, points, more")
    assert answers("mean((y - (m*x + b))^2)") == ["1/n Σ (yᵢ - (m xᵢ + b))²\nParameters m and b; columns y and x."]


@pytest.mark.parametrize("start", ["m=1", "m=1 b=0", "m = 1, b = 0", "b=0,m=1"])
def test_a_start_may_leave_parameters_out(table, start):
    told, _, step = answers("mean((y - (m*x + b))^2)", f"data {table}", f"start {start}", "rate 1e-4", "step")[-3:]
    assert told == "The next step starts from m = 1, b = 0." and "= 1 - 0.0001" in step and "= 0 - 0.0001" in step


def test_a_name_with_a_start_is_no_missing_column(table):
    refused, _, told = answers(f"data {table}", "mean((z - m*x)^2)", "start z=2", "step")[1:]
    assert refused.endswith("If it is a parameter, give it a value, as in start z=0") and "new z" in told


def test_after_a_step_the_run_is_saved(tmp_path):
    step, why, table_ = tmp_path / "step.txt", tmp_path / "why.txt", tmp_path / "run.csv"
    answers("(w - 3)^2", "derive w", "step", "step", f"save {step}", "why 1", f"save {why}", f"save {table_}")
    assert step.read_text().startswith("Gradient descent on J(w)") and why.read_text().startswith("Update 1")
    assert len(table_.read_text().splitlines()) == 4


def test_saving_says_what_is_saved_and_after_a_plot_that_is_the_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = [("derive w", "the derivation"), ("check 2w", "the verdict"), ("hint", "the hints"), ("why 2", "line 2"),
             ("step 3", "the run"), ("why 2", "update 2"), ("diagnose", "the diagnosis"), ("minimum", "the minimum"),
             ("plot a.png", "the run"), ("run", "the run")]
    answers("(w - 3)^2", *(line for k, (word, _) in enumerate(words) for line in (word, f"save {k}.json")),
            "w^2 - v^2", "minimum", "save s.json")
    saved = [line for line in capsys.readouterr().err.splitlines() if line.endswith(".json")]
    assert saved == [*(f"saved {called} in {k}.json" for k, (_, called) in enumerate(words)), "saved the stationary point in s.json"]
    assert (tmp_path / "8.json").read_text() == (tmp_path / "4.json").read_text()


def test_diagnose_speaks_of_the_method_and_the_rate_in_use_or_of_the_rate_that_is_typed():
    used, typed, schedule, _, adam = answers("(w - 3)^2", "method momentum", "rate 0.9", "diagnose", "diagnose 5",
                                             "diagnose 1/k", "method adam", "diagnose")[3:]
    J = sc.Loss("(w - 3)^2")
    assert (used, typed) == tuple(str(J.diagnose(start=[0], rate=rate, method="momentum")) for rate in (0.9, 5))
    assert "by momentum" in used and "the first of the rates 1/k" in schedule
    assert adam.endswith("symcalc does not know the largest stable rate of adam.")


def test_what_holds_is_said_before_the_first_step():
    assert answers("u^2 + v^2", "rate 0.25", "method line search", "rate 1/k", "start v=2")[1:] == [
        "The next step is by gradient descent at the rate 0.25.", "The next step is by line search, which starts from the rate 0.25.",
        "The next step is by line search, which starts from the rate 1/k.", "The next step starts from u = 0, v = 2."]


def test_a_minimum_is_looked_for_near_a_point_and_advice_names_what_can_be_typed():
    _, advice, found, _, bend = answers("sin(w)", "minimum", "minimum w=4", "abs(w) + w^2 - w", "minimum")
    assert advice.endswith("as in minimum w=1") and "w ≈ 4.71239" in found
    assert "such as rate 1/(k + 1), comes" in bend and "run.parameters" not in advice + bend


def test_several_letters_one_after_the_other():
    said, asked, right = answers("u^2*v", "derive u v", "ask u v", "check 2u")[1:]
    assert "Then by v" in said and asked.startswith("What is the derivative by u, then by v?") and right.startswith("Right")


@pytest.mark.parametrize("last", ["quit", "Exit", "BYE", "q", "exit()"])
def test_ways_out(last):
    assert Explorer(lambda _: None).onecmd(last)


def test_nothing_is_overwritten(tmp_path):
    kept = tmp_path / "run.html"
    kept.write_text("mine")
    *_, said = answers("w^2", "start w=1", "step", f"save {kept}")
    assert "exists; give another name" in said and kept.read_text() == "mine"


def test_every_word_has_its_help_and_every_answer_its_word():
    said, = answers("help")
    assert [line.split()[0] for line in said.splitlines()[:-1] if line[2] != " "] == list(WORDS)
    assert {name[3:] for name in dir(Explorer) if name.startswith("do_")} == set(WORDS)


@pytest.mark.parametrize(("text", "line", "found"), [
    ("de", "de", ["derive"]), ("mo", "method mo", ["momentum"]), ("", "derive ", ["m", "b"]), ("R", "R", ["rate", "run"]),
    ("ad", "method ad", ["adagrad", "adam", "adamw"]), ("se", "method line se", ["search"]), ("m", "Derive m", ["m"]),
    ("da", "save da", ["data-1.csv", "data.d/"]), ("data.d/", "data data.d/", ["data.d/x y.csv"]),
    ("y", "data data.d/x y", ["y.csv"]), ("no/", "plot no/", []), ("", "rate ", [])])
def test_completion(text, line, found, tmp_path, monkeypatch):
    (tmp_path / "data.d").mkdir()
    (tmp_path / "data-1.csv").touch()
    (tmp_path / "data.d" / "x y.csv").touch()
    monkeypatch.chdir(tmp_path)
    explorer = Explorer(lambda _: None)
    explorer.onecmd("m*q + b^2 - m")
    explorer.onecmd("(m - 1)^2 + b^2")
    assert (explorer.completenames(text) if text == line else explorer.completedefault(text, line)) == found


def test_lines_of_a_file_read_like_a_session():
    done = subprocess.run([sys.executable, "-m", "symcalc"], input="w^2\nderive w\nquit\nnever\n", capture_output=True, text=True,
                          check=True, encoding="utf-8")
    assert done.stdout.startswith(f"{PROMPT}w^2\nw²\nLetters: w.\n{PROMPT}derive w\n") and done.stderr == ""
    assert done.stdout.endswith(f"{PROMPT}quit\n")

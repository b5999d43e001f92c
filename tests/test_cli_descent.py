"""`symcalc descend` and `symcalc methods` with every option: what they print, save, refuse, and how they end."""

import io
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import symcalc as sc
from symcalc import cli
from symcalc.cli import progress
from symcalc.training.method_table import methods
from symcalc.training.methods import METHODS, method_named

LINE = "mean((y-(m*x+b))^2)"
ROSENBROCK = "(1-u)^2 + 100*(v-u^2)^2"
GOLDEN = Path(__file__).parent / "golden_cli"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with a table in it."""
    monkeypatch.chdir(tmp_path)
    Path("points.csv").write_text("x,y\n30,45\n40,60\n100,150\n70,110\n")
    Path("others.csv").write_text("x,y\n30,45\n40,60\n100,150\n70,111\n")
    return tmp_path


def called(*arguments):
    result = CliRunner().invoke(cli.main, arguments, prog_name="symcalc")
    assert "Traceback" not in result.stderr and (result.exception is None or isinstance(result.exception, SystemExit))
    return result


def done(*arguments):
    result = called(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    return result.stdout


# Every option is the library's

@pytest.mark.parametrize(("options", "how"), [
    (("--method", "adam"), {"method": "adam"}), (("--method", "Line-Search"), {"method": "line search"}),
    (("--rate", "1e-5"), {"rate": 1e-5}), (("--rate", "0.0001/(1+k)"), {"rate": "0.0001/(1 + k)"}),
    (("--rate", "1/20000"), {"rate": 1 / 20000}), (("--hold", "m"), {"hold": "m", "rate": 1e-4}),
    (("--batch", "2"), {"batch": 2}), (("--batch", "2", "--seed", "7"), {"batch": 2, "seed": 7}),
    (("--tolerance", "1000"), {"tolerance": 1000}), (("--step-tolerance", "0.1"), {"step_tolerance": 0.1}),
    (("--cost-tolerance", "0.5"), {"cost_tolerance": 0.5}), (("--steps", "7"), {"steps": 7}),
])
def test_an_option_is_the_argument_of_that_name(options, how):
    if "method" not in how and "rate" not in how:
        options, how = (*options, "--rate", "0.0001"), {**how, "rate": 1e-4}
    if "--rate" not in options and how.get("rate"):
        options = (*options, "--rate", str(how["rate"]))
    run = sc.Loss(LINE, parameters="m b").descend("points.csv", start=[0, 0], **{"steps": 20, **how})
    given = ("descend", LINE, "--data", "points.csv", *options)
    assert done(*given) == f"{run}\n"
    assert json.loads(done(*given, "--json"))["replay"] == json.loads(json.dumps(run.as_dict()["replay"]))


def test_the_rate_left_out_is_the_methods_own():
    for name in ("gradient descent", "adam", "newton"):
        assert json.loads(done("descend", "(w-3)^2", "--method", name, "--json"))["rate"] == method_named(name).rate


def test_a_million_rows_are_like_ten():
    """A smaller million: the same path, against the sums worked out by NumPy."""
    random = np.random.RandomState(5)
    x = random.rand(60_000)
    y = 3 + 50 * x + random.normal(0, 3, x.size)
    Path("large.csv").write_text("x,name,y\n" + "".join(f"{a!r},row,{b!r}\n" for a, b in zip(x.tolist(), y.tolist())))
    made = called("descend", LINE, "--data", "large.csv", "--rate", "0.5", "--steps", "200", "--json")
    data = json.loads(made.stdout)
    assert made.stderr == "symcalc: parameters: m, b; columns of large.csv: y, x\n"          # as name is left unused
    m, b = 0.0, 0.0
    for _ in range(200):
        residual = y - (m * x + b)
        m, b = m + np.mean(x * residual), b + np.mean(residual)
    assert data["parameters"] == pytest.approx({"m": m, "b": b}, rel=1e-9)


# Replays

def test_a_saved_run_is_made_again():
    for name in ("run.json", "printed.json"):
        given = ("descend", LINE, "--data", "points.csv", "--rate", "0.0001", "--batch", "2", "--seed", "7", "--method",
                 "nesterov")
        if name == "run.json":
            assert called(*given, "-o", name).stderr == "saved run.json\n"
        else:
            Path(name).write_text(done(*given, "--json"), encoding="utf-8")
        said = done("descend", "--replay", name, "--data", "points.csv")
        assert said == "The same: 20 updates made again, and every number is equal to the last bit.\n"
    assert json.loads(done("descend", "--replay", "run.json", "--data", "points.csv", "--json"))["same"] is True
    assert done("descend", "--data", "points.csv", "--replay=run.json") == said


def test_a_run_that_comes_out_another_has_status_one():
    called("descend", "(w-3)^2", "--steps", "3", "-o", "run.json")
    data = json.loads(Path("run.json").read_text(encoding="utf-8"))
    data["replay"]["history"]["points"][2][0] += 0.5
    Path("run.json").write_text(json.dumps(data), encoding="utf-8")
    result = called("descend", "--replay", "run.json")
    assert (result.exit_code, result.stderr) == (1, "") and result.stdout.startswith("Not the same: after 2 updates, w was 0.6")


# Methods

def test_methods_prints_every_method_with_its_equations():
    text = done("methods")
    assert text == f"{methods()}\n" and not re.search(r"Dummy|_theta|\{|\n\n\n", text)
    for name in METHODS:
        _, _, after = text.partition(f"\n{name}\n{'─' * len(name)}\n")
        assert "  θ ← θ " in after.partition("─")[0]
    assert "  v ← β v - η g\n" in text and "  s ← β₂ s + (1 - β₂) g²\n" in text and "p solves ∇²J p = ∇J." in text
    data = json.loads(done("methods", "--json"))["methods"]
    assert [method["name"] for method in data] == list(METHODS)
    assert data[1] == {"name": "momentum", "said": data[1]["said"], "rate": 0.01, "settings": {"beta": 0.9},
                       "equations": ["v ← β v - η g", "θ ← θ + v"]}


@pytest.mark.parametrize("suffix", [".html", ".tex", ".md", ".json"])
def test_methods_are_saved(suffix):
    assert called("methods", "-o", f"methods{suffix}").stderr == f"saved methods{suffix}\n"
    assert "momentum" in Path(f"methods{suffix}").read_text(encoding="utf-8")


# What is refused

@pytest.mark.parametrize(("arguments", "said"), [
    (("--rate", "fast"), "a rate may change with k, the number of the update, and with nothing else; it has fast"),
    (("--rate", "1/(k-1)"), "is inf for update 1; it must be finite and not negative"),
    (("--rate", "0.1*k*"), "something must follow"),
    (("--rate", ""), "the rate is a number or a formula in k"), (("--hold", "q"), "q cannot be held"),
    (("--hold", "w"), "every parameter is held"), (("--batch", "2"), "this loss has no data"),
    (("--tolerance", "-1"), "the tolerance is at least 0, not -1.0"),
    (("--step-tolerance", "nan"), "is a finite number, not nan"),
    (("--seed", "3"), "--seed draws the rows of a batch; add --batch"), (("--batch", "some"), "'some' is not a valid integer"),
    (("--replay", "run.json"), "--replay takes the formula from the file; leave FORMULA out"), (("--sweep",), "no such option"),
])
def test_what_is_refused(arguments, said):
    result = called("descend", "(w-3)^2", *arguments)
    assert (result.exit_code, result.stdout) == (2, "") and said in " ".join(result.stderr.split())


@pytest.mark.parametrize(("formula", "options", "said"), [
    ("mean((z-(m*x+b))^2)", (), "points.csv has no column z to predict; its columns are x, y. If it is a parameter"),
    ("mean((y-(m*X+b))^2)", (), "points.csv has no column X; did you mean x? If it is a parameter"),
    ("(w-3)^2", (), "the formula has no mean(...) or sum(...) over the rows of points.csv"),
    ("(y-(m*x+b))^2", ("--start", "m=0,b=0"), "the formula has no mean(...) or sum(...) over the rows of points.csv"),
    (LINE, ("--set", "beta=1"), "--set changes the numbers of one method; add --method"),
    (LINE, ("--method", "adam", "--set", "gamma=1"), "adam has no setting gamma; its settings are beta_1, beta_2, epsilon"),
    (LINE, ("--method", "newton", "--set", "beta=1"), "newton has no setting beta; it has none"),
    (LINE, ("--method", "adam", "--set", "beta_1"), "--set is written beta=0.5, each name once; 'beta_1' does not fit"),
    (LINE, ("--predict", ""), "'' does not fit"), (LINE, ("--predict", "x"), "--predict is written x=1,2,3"), (LINE, ("--predict", "x=1;x=2"), "'x=2' does not fit"),
    (LINE, ("--predict", "z=1", "--rate", "1e-5"), "predicting needs x; give values for x, as in x=[1, 2]"),
    (LINE, ("--predict", "x=1", "--summary"), "--summary and --predict do not go together"),
])
def test_what_is_refused_beside_a_table(formula, options, said):
    result = called("descend", formula, "--data", "points.csv", *options)
    assert (result.exit_code, result.stdout) == (2, "") and said in " ".join(result.stderr.split())


def test_the_reading_is_told_where_the_table_has_more_than_the_formula_uses():
    result = called("descend", "mean((y-(m*z+b))^2)", "--data", "points.csv", "--rate", "1e-4")
    assert (result.exit_code, result.stderr) == (0, "symcalc: parameters: m, z, b; columns of points.csv: y\n")
    assert "mean" not in done("descend", "mean((x-m)^2)", "--data", "points.csv", "--start", "m=0")


@pytest.mark.parametrize(("arguments", "said"), [
    ((), "missing argument 'FORMULA', a loss such as \"(w-3)^2\""), (("--replay", "none.json"), "there is no file none.json"),
    (("--replay", "points.csv"), "points.csv is no saved run: it is not JSON at line 1"),
    (("--replay", "."), "is a folder; give the path of a file"),
    (("--replay", "data.json"), "data.json is a run on data; add them, as in --data points.csv"),
    (("--replay", "data.json", "--data", "others.csv"),
     "others.csv: these are not the data of the run; the column y holds other numbers"),
    (("--replay", "data.json", "--data", "none.csv"), "there is no file none.csv"),
    (("--replay", "plain.json", "--data", "points.csv"), "plain.json is a run without data; leave --data out"),
    (("--replay", "data.json", "--set", "beta=1"), "leave --set out"),
    (("--replay", "data.json", "--steps", "3"), "--replay takes everything but the data from the file; leave --steps out"),
    (("--replay", "data.json", "--start", "m=1"), "leave --start out"),
    (("--replay", "data.json", "--update", "0"), "leave --update out"),
    (("--replay", "data.json", "--cost-tolerance", "1"), "leave --cost-tolerance out"),
])
def test_what_is_refused_of_a_replay(arguments, said):
    called("descend", LINE, "--data", "points.csv", "--rate", "0.0001", "-o", "data.json")
    called("descend", "(w-3)^2", "-o", "plain.json")
    result = called("descend", *arguments)
    assert (result.exit_code, result.stdout) == (2, "") and said in " ".join(result.stderr.split())


# Ctrl-C keeps the run

@contextmanager
def given_up(steps):
    def give_up(made):
        if made >= 30:
            raise KeyboardInterrupt

    yield give_up


@pytest.mark.parametrize("form", [(), ("--json",), ("-o", "run.json"), ("-o", "run.html"), ("--json", "-o", "run.data")])
def test_control_c_keeps_the_run(form, monkeypatch):
    monkeypatch.setattr(progress, "shown_progress", given_up)
    result = called("descend", "(w-3)^2", "--steps", "100000", "--rate", "1e-4", *form)
    assert result.exit_code == 130 and result.stderr.endswith("symcalc: interrupted\n")
    shown = Path(form[-1]).read_text(encoding="utf-8") if "-o" in form else result.stdout
    assert "Interrupted; every update so far is kept." in shown
    if "--json" in form or "run.json" in form:
        data = json.loads(shown)
        assert len(data["updates"]) >= 30 and data["updates"][-1]["parameters"] == data["parameters"]
        Path("kept.json").write_text(shown, encoding="utf-8")
        assert sc.load_run("kept.json").replay().same


def test_control_c_in_a_replay_says_how_far_it_came(monkeypatch):
    called("descend", "(w-3)^2", "--steps", "5000", "--rate", "1e-4", "-o", "run.json")
    monkeypatch.setattr(progress, "shown_progress", given_up)
    result = called("descend", "--replay", "run.json")
    assert (result.exit_code, result.stderr) == (130, "symcalc: interrupted\n")
    assert re.fullmatch(r"Interrupted: \d+ updates of 5,000 made again, and the same so far\.\n", result.stdout)


# Progress

class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_shown_on_a_terminal_when_a_run_takes_long(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_progress(5000) as show:
        show(1)
        assert sys.stderr.getvalue() == ""                       # not yet long
        monkeypatch.setattr(progress, "PATIENCE", 0.0)
        show(1234)
    assert "1,234 of 5,000 updates, ready in" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sys.stderr.getvalue())


def test_progress_is_shown_to_nobody_else(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.shown_progress(5) as show:
        assert show is None


def test_rich_is_not_imported_before_it_is_needed():
    code = ("import sys; from symcalc import cli\n"
            "try: cli.main(['descend', '(w-3)^2', '--steps', '9'], prog_name='symcalc')\n"
            "except SystemExit: print([name for name in sys.modules if name.partition('.')[0] == 'rich'])")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, encoding="utf-8",
                           env={**os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"})
    assert ended.stderr == "" and ended.stdout.endswith("\n[]\n")


# Help

@pytest.mark.parametrize("command", ["descend", "diagnose", "methods", "minimum"])
def test_help_reads_as_it_was_approved(command):
    file, text = GOLDEN / f"{command}.txt", done(command, "--help")
    if os.environ.get("SYMCALC_BLESS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8") and text.isascii()


# Several runs, and one in short

def test_rates_and_methods_are_compared():
    pytest.importorskip("symcalc.training.many.runs")
    runs = sc.Loss("(w-3)^2").sweep(start=[0], rates=[0.1, "0.5/k", 1.1], methods=["adam", "momentum"], steps=5)
    given = ("descend", "(w-3)^2", "--rates", "0.1, 0.5/k,1.1", "--methods", "adam,momentum", "--steps", "5")
    assert done(*given) == f"{runs}\n" and json.loads(done(*given, "--json")) == json.loads(json.dumps(runs.as_dict()))
    assert called(*given, "-o", "runs.csv", "--plot", "runs.svg").stderr == "saved runs.csv\nsaved runs.svg\n"
    for options, said in ((("--rates", "0.1,1/10"), "the rate 0.1 is given twice"),
                          (("--methods", "adam,Adam"), "the method 'adam' is given twice"),
                          (("--starts", "w=1; w=1.0"), "the start [1.0] is given twice"),
                          (("--starts", "w=1; v=2"), "no value for w, and there is no parameter v"),
                          (("--starts", "w=1", "--start", "w=2"), "--start and --starts do not go together"),
                          (("--starts", "w=1;w=2", "--summary"), "--starts and --summary do not go together"),
                          (("--rates", "1,2", "--method", "line search"), "line search finds the rate of every step itself"),
                          (("--rates", "0.1,fast"), "it has fast"), (("--methods", "adamm"), "there is no method 'adamm'"),
                          (("--rates", ","), "empty list"),
                          (("--rates", "1,2", "--rate", "1"), "--rate and --rates do not go together"),
                          (("--rates", "1,2", "--update", "1"), "--rates and --update do not go together")):
        result = called("descend", "(w-3)^2", *options)
        assert (result.exit_code, result.stdout) == (2, "") and said in " ".join(result.stderr.split())


def test_a_summary_stands_in_place_of_the_table():
    pytest.importorskip("symcalc.training.told.summary")
    run = sc.Loss("(w-3)^2").descend(start=[0], rate=0.1, steps=5)
    given = ("descend", "(w-3)^2", "--rate", "0.1", "--steps", "5", "--summary")
    assert done(*given) == f"{run.summary()}\n" and json.loads(done(*given, "--json")) == run.summary().as_dict()
    assert "--update and --summary do not go together" in " ".join(called(*given, "--update", "1").stderr.split())


def test_the_progress_of_several_runs_is_one():
    seen = []
    show = progress.one_after_another(seen.append, 10)
    for made in (4, 10, 3, 5, 10, 10):
        show(made)
    assert seen == [4, 10, 13, 15, 20, 30]


def test_starts_settings_and_predictions():
    runs = sc.Loss("w^4 - 2*w^2").sweep(starts=[{"w": -1.5}, {"w": 1 / 3}], rate=0.05, steps=9)
    given = ("descend", "w^4 - 2*w^2", "--rate", "0.05", "--steps", "9")
    assert done(*given, "--starts", "w=-1.5; w=1/3") == f"{runs}\n"
    heavy = sc.Loss("w^2").descend(start=[1], steps=20, method=method_named("momentum").with_settings(beta=0.5))
    assert done("descend", "w^2", "--start", "w=1", "--method", "momentum", "--set", "\u03b2=1/2") == f"{heavy}\n"
    assert done("descend", "w\u2081^2", "--start", "w\u2081=1") == f"{sc.Loss('w_1^2').descend(start=[1], steps=20)}\n"
    J, given = sc.Loss(LINE, parameters="m b"), ("descend", LINE, "--data", "points.csv", "--method", "newton")
    values = J.descend("points.csv", start=[0, 0], method="newton").predict(x=[50, 60.5])
    assert json.loads(done(*given, "--predict", "x=50,60.5", "--json"))["predictions"] == pytest.approx(values.tolist())
    assert re.search(r"\n +x +\u0177\n.*\n50\.0000 +76\.0833\n60\.5000 +92\.0083\n", done(*given, "--predict", "x=50,60.5"))


def test_predictions_without_a_value_are_null():
    given = ("descend", "mean((y-ln(m)*x)^2)", "--data", "points.csv", "--start", "m=-1", "--predict", "x=1,2", "--json")
    result = called(*given)
    assert result.exit_code == 2 and json.loads(result.stdout, parse_constant=pytest.fail)["predictions"] == [None, None]


def test_a_comma_in_brackets_parts_no_rates():
    given = ("descend", "(w-3)^2", "--rates", "0.1, max(0.2, 1/k)", "--steps", "4", "--json")
    assert [run["rate"] for run in json.loads(done(*given))["runs"]] == [0.1, "max(0.2, 1/k)"]


# Before the descent, and without one

def test_diagnose_and_minimum_are_the_librarys():
    J = sc.Loss(LINE, parameters="m b")
    assert done("diagnose", LINE, "--data", "points.csv", "--rate", "1/5000", "--steps", "50") == (
        f"{J.diagnose('points.csv', rate=1 / 5000, steps=50)}\n")
    fast = sc.Loss("3*w^2").diagnose(rate=0.5, method="momentum")
    assert done("diagnose", "3*w^2", "--rate", "0.5", "--method", "momentum") == f"{fast}\n"
    steep = sc.Loss(ROSENBROCK).diagnose(start={"u": -1, "v": 1})
    assert json.loads(done("diagnose", ROSENBROCK, "--start", "u=-1,v=1", "--json")) == json.loads(json.dumps(steep.as_dict()))
    assert done("minimum", LINE, "--data", "points.csv") == f"{J.minimum('points.csv')}\n"
    near = json.loads(done("minimum", "exp(w) - 2*w + w^4", "--near", "w=0", "--json"))
    assert near == json.loads(json.dumps(sc.Loss("exp(w) - 2*w + w^4").minimum(near={"w": 0}).as_dict()))
    assert called("minimum", LINE, "--data", "points.csv", "-o", "m.html").stderr == "saved m.html\n"


@pytest.mark.parametrize(("arguments", "said"), [
    (("diagnose", ROSENBROCK), "give the start, a value for each of u, v"),
    (("diagnose", "w^2", "--rate", "0.1/k"), "the rate to diagnose is a number, not '0.1/k'"),
    (("diagnose", "w^2", "--method", "adamm"), "there is no method 'adamm'"),
    (("minimum", "sin(a*b*c*d)*a"), "close to it, as in --near a=1,b=1,c=1,..."),
    (("minimum", "sin(w)"), "give a point close to it, as in --near w=1"),
    (("diagnose", "w^2", "--rate", "-1"), "the rate must be greater than 0, not -1"),
    (("diagnose", "w^2", "-o", "d.csv"), ".pdf or .json"), (("minimum", "w", "-o", "m.csv"), ".pdf or .json"),
    (("minimum", "w^2 + v^2", "--near", "w=1"), "no value for v; add it to --near, as in --near v=0"),
    (("minimum", "mean((z-m*x)^2)", "--data", "points.csv"), "as in --near z=0"),
    (("minimum", "w^2", "--data", "points.csv"), "no mean(...) or sum(...)"), (("minimum",), "missing argument 'FORMULA'"),
])
def test_what_is_refused_of_diagnose_and_minimum(arguments, said):
    result = called(*arguments)
    assert (result.exit_code, result.stdout) == (2, "") and said in " ".join(result.stderr.split())


def test_a_start_without_a_value_has_status_two():
    result = called("diagnose", "ln(w)", "--start", "w=-1")
    assert result.exit_code == 2 and "ln needs a positive argument" in " ".join(result.stdout.split())

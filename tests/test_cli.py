"""The command line: what it prints, saves and refuses, in this process and in real ones."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import sympy
from click.testing import CliRunner

import symcalc as sc
from symcalc import cli

ROOT = Path(sc.__file__).parents[1]
LINE = "mean((y-(m*x+b))^2)"
LONG = "a" * 90_000
COMMANDS = ("demo", "derive", "diagnose", "descend", "minimum")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with a table in it."""
    monkeypatch.chdir(tmp_path)
    Path("points.csv").write_text("x,y\n30,45\n40,60\n100,150\n")
    return tmp_path


def called(*arguments):
    return CliRunner().invoke(cli.main, arguments, prog_name="symcalc")


def done(*arguments):
    """What a call that succeeds prints."""
    result = called(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    return result.stdout


def refused(*arguments):
    """The sentence of a call that is refused: exit status 2, nothing printed, no traceback."""
    result = called(*arguments)
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit) and result.stdout == ""
    assert result.stderr.endswith("\n") and "Traceback" not in result.stderr
    return result.stderr


def process(*arguments, **options):
    """The command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run([sys.executable, "-m", "symcalc", *arguments], env=environment, timeout=600,
                          **({"capture_output": True} | options))


# derive

@pytest.mark.parametrize(("formula", "wrt", "result"), [
    ("x^2", "x", "2x"), ("-x^2", "x", "-2x"), ("-log(x)", "x", "-1/x"), ("-x", "x", "-1"), ("-1", "x", "0"),
    ("- x^3", "x", "-3x²"),
    ("-(2x+1)", "x", "-2"), ("-o*x", "x", "-o"), ("-h*x", "x", "-h"), ("x^2", "y", "0"),
    (LINE, "m", "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))"), (LINE, "b", "-2/n Σ (yᵢ - (m xᵢ + b))"),
])
def test_derive_prints_the_derivation(formula, wrt, result):
    text = done("derive", formula, "--wrt", wrt)
    assert text.startswith(f"d/d{wrt} ") and "Proved: " in text
    assert f"  = {result}" in text


@pytest.mark.parametrize("arguments", [
    ("-x^2", "--wrt", "x"), ("--wrt", "x", "-x^2"), ("--wrt=x", "-x^2"), ("--wrt=x", "--", "-x^2"),
    ("--wrt", "x", "--", "-x^2"), ("--detail", "normal", "-x^2", "--wrt", "x"),
])
def test_a_formula_may_start_with_a_minus_anywhere(arguments):
    assert done("derive", *arguments) == done("derive", "-x^2", "--wrt", "x")


@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_derive_in_every_detail_ends_in_the_same_result(detail):
    data = json.loads(done("derive", "x^2*sin(x)", "--wrt", "x", "--detail", detail, "--json"))
    assert sympy.sympify(data["result"]["sympy"]) == sympy.sympify("2*x*sin(x) + x**2*cos(x)")


def test_derive_json_has_the_keys_of_the_contract():
    data = json.loads(done("derive", "(y-(m*x+b))^2", "--wrt", "m", "--json"))
    assert list(data) == ["expression", "wrt", "lines", "result", "proof", "kinks"]
    assert data["expression"] == "(y - (m x + b))²" and data["wrt"] == "m" and data["kinks"] == []
    assert all(list(line) == ["text", "latex", "sympy", "rule", "formula", "because"] for line in data["lines"])
    assert data["lines"][0]["rule"] is None and all(line["rule"] and line["formula"] for line in data["lines"][1:])
    assert list(data["result"]) == ["text", "latex", "sympy"] and data["lines"][-1]["text"] == data["result"]["text"]
    assert data["proof"]["passed"] is True and data["proof"]["checks"] > 0
    y, m, x, b = sympy.symbols("y m x b")
    for line in data["lines"]:
        assert sympy.simplify(sympy.sympify(line["sympy"]).doit() + 2*x*(y - (m*x + b))) == 0
    assert "Derivative(" in data["lines"][0]["sympy"]


def test_derive_takes_several_letters_an_order_functions_and_a_row():
    assert done("derive", "x^3*y", "--wrt", "x,y") == f"{sc.derive('x^3*y', 'x y')}\n"
    assert done("derive", "x^3", "--wrt", "x", "--order", "2") == f"{sc.derive('x^3', 'x', order=2)}\n"
    assert json.loads(done("derive", "x^3*y", "--wrt", "x y", "--json"))["wrt"] == "x y"
    assert "  = f(x²) + 2x² f'(x²)" in done("derive", "x*f(x^2)", "--wrt", "x", "--functions", "f")
    assert done("derive", LINE, "--wrt", "m", "--row", "2").startswith("d/dm (y₂ - (m x₂ + b))²\n")


def test_derive_prints_the_hessian():
    assert done("derive", LINE, "--wrt", "m,b", "--hessian") == f"{sc.Loss(LINE, parameters='m b').hessian()}\n"
    data = json.loads(done("derive", "x^2*y", "--wrt", "x y", "--hessian", "--json"))
    assert [entry["result"]["text"] for entry in data["entries"]] == ["2y", "2x", "0"]


@pytest.mark.parametrize(("formula", "wrt", "said"), [
    ("x^2", "z", "z does not occur in the formula."), ("x^2", "X", "X does not occur in the formula; did you mean x?"),
    ("weight^2", "wieght", "wieght does not occur in the formula; did you mean weight?"),
    ("x^2", "x y", "y does not occur in the formula."), ("x^2", "x", None), ("7", "x", None),
])
def test_a_letter_that_does_not_occur_is_told(formula, wrt, said):
    told = [line for line in done("derive", formula, "--wrt", wrt).splitlines() if "does not occur" in line]
    assert told == ([said] if said else [])


def test_derive_json_tells_of_kinks():
    (kink,) = json.loads(done("derive", "abs(w - 1)", "--wrt", "w", "--json"))["kinks"]
    assert set(kink) == {"part", "where", "at", "subgradient"} and kink["at"] == "w = 1"


# descend

def test_descend_prints_the_run(folder):
    text = done("descend", "(w-3)^2", "--start", "w=0", "--rate", "0.25", "--steps", "3")
    assert text == str(sc.Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3)) + "\n"


def test_descend_on_a_table(folder):
    run = sc.Loss(LINE, parameters="m b").descend("points.csv", start=[0, 0], rate=1e-4, steps=10)
    for start in (["--start", "m=0,b=0"], []):
        arguments = ["descend", LINE, "--data", "points.csv", *start, "--rate", "0.0001", "--steps", "10"]
        assert done(*arguments) == f"{run}\n"
        assert json.loads(done(*arguments, "--json")) == run.as_dict()
    data = json.loads(done(*arguments, "--json"))
    assert {"loss", "gradient", "status", "message", "parameters", "updates"} <= set(data)
    assert done(*arguments, "--update", "2") == f"{run.updates[1]}\n"
    assert json.loads(done(*arguments, "--update", "2", "--json")) == run.updates[1].as_dict()


@pytest.mark.parametrize("start", ["w=-5", "w = -5", " w=-5 ", "w=\N{MINUS SIGN}5", "w=-5,", "w=-5e0"])
def test_a_start_may_be_negative(start):
    assert "   0  -5" in done("descend", "(w-3)^2", "--start", start, "--steps", "1", "--rate", "0.5")


def test_a_loss_may_start_with_a_minus():
    assert "J(w) = -w²" in done("descend", "-w^2", "--start", "w=1", "--steps", "2")


def test_a_run_that_goes_wrong_is_shown_and_says_why():
    shown = called("descend", "ln(w)", "--start", "w=-1")
    assert shown.exit_code == 2
    assert "Stopped before the first step" in shown.stdout
    assert "ln needs a positive argument." in shown.stdout.replace("\n", " ")
    data = json.loads(called("descend", "ln(w)", "--start", "w=-1", "--json").stdout, parse_constant=pytest.fail)
    assert data["updates"] == [] and data["parameters"] == {"w": -1.0}


def test_a_start_that_is_forgotten_is_asked_for(tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("x,y\n1,2\n2,3\n")
    assert "no start for b" in refused("descend", "mean((y-(m*x+b))^2)", "--data", str(table), "--start", "m=0")


def test_a_greek_letter_is_a_name():
    assert json.loads(done("derive", "θ^2", "--wrt", "θ", "--json"))["result"]["sympy"] == "2*theta"
    assert "θ" in done("descend", "θ^2", "--start", "θ=1", "--steps", "1")


# Files

@pytest.mark.parametrize(("arguments", "suffixes"), [
    (("derive", "x^2", "--wrt", "x"), (".txt", ".md", ".html", ".tex", ".ipynb", ".json")),
    (("descend", "(w-3)^2", "--start", "w=0"), (".txt", ".md", ".html", ".tex", ".ipynb", ".json", ".csv", ".TXT")),
    (("descend", "(w-3)^2", "--update", "1"), (".txt", ".md", ".html", ".tex", ".ipynb", ".json")),
    (("demo",), (".txt", ".md", ".html", ".tex", ".ipynb", ".json")),
], ids=["derive", "descend", "update", "demo"])
def test_saving_to_every_suffix(folder, arguments, suffixes):
    for suffix in suffixes:
        result = called(*arguments, "-o", f"out{suffix}")
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"saved out{suffix}\n")
        content = Path(f"out{suffix}").read_text(encoding="utf-8")
        assert content.endswith("\n") and len(content) > 100
        if suffix in (".json", ".ipynb"):
            assert isinstance(json.loads(content), dict)
        if suffix == ".csv":
            assert len(list(csv.DictReader(content.splitlines()))) == 21


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("descend", "w^2", "--summary", "-o", "s.csv"), "does not end in .txt, .tex, .html, .md, .ipynb, .pdf or .json"),
    (("descend", "w^2", "--update", "1", "-o", "s.csv"), ".pdf or .json"), (("demo", "-o", "s.csv"), ".pdf or .json"),
    (("descend", "w^2", "-o", "q.xyz"), ".pdf, .json or .csv"), (("methods", "-o", "m.csv"), ".pdf or .json"),
    (("descend", "w^2", "--rates", "0.1,0.2", "-o", "q.xyz"), ".pdf, .json or .csv"),
    (("descend", "w^2", "--json", "-o", "x.csv"), "--json writes JSON, and 'x.csv' ends in .csv"),
])
def test_a_suffix_is_looked_at_before_any_work(folder, arguments, sentence, monkeypatch):
    monkeypatch.setattr("symcalc.training.descent.descend", pytest.fail)
    assert sentence in refused(*arguments) and "csv of" in done("descend", "--help") and "csv" not in done("demo", "--help")


def test_json_goes_into_whatever_file_is_named(folder):
    assert called("derive", "x^2", "--wrt", "x", "--json", "-o", "x.data").exit_code == 0
    assert json.loads(Path("x.data").read_text(encoding="utf-8")) == json.loads(done("derive", "x^2", "--wrt", "x", "--json"))


def test_a_file_is_kept_unless_forced(folder):
    Path("a.txt").write_text("mine")
    for arguments in (("derive", "x^2", "--wrt", "x", "-o", "a.txt"), ("demo", "-o", "a.txt"),
                      ("descend", "w^2", "--json", "-o", "a.txt")):
        assert refused(*arguments) == "symcalc: a.txt exists; add --force to overwrite it, or save under another name\n"
        assert Path("a.txt").read_text() == "mine"
    assert called("derive", "x^2", "--wrt", "x", "-o", "a.txt", "--force").exit_code == 0
    assert "2x" in Path("a.txt").read_text(encoding="utf-8")


def test_pictures_are_saved_beside_the_text(folder):
    for formula, options, name in (("(w-3)^2", (), "curve.png"), ("u^2+v^2", ("--start", "u=1,v=1"), "rings.svg"),
                                   (LINE, ("--data", "points.csv", "--rate", "0.0001"), "fit.pdf")):
        result = called("descend", formula, *options, "--plot", name)
        assert result.exit_code == 0 and result.stderr == f"saved {name}\n" and "Gradient descent on" in result.stdout
        assert Path(name).stat().st_size > 1000
    assert "exists; add --force" in refused("descend", "w^2", "--plot", "curve.png")
    assert "is written" not in refused("descend", "w^2", "--plot", "p.pdf", "-o", "p.pdf")


@pytest.mark.parametrize(("target", "sentence"), [
    ("nowhere/a.txt", "there is no folder 'nowhere' to save 'a.txt' in; create it first"), ("a.xyz", "does not end in"),
    ("a", "does not end in"), (".", "is a folder"), ("a" * 300 + ".txt", "File name too long"),
])
def test_a_file_that_cannot_be_written_says_why(folder, target, sentence):
    assert sentence in refused("derive", "x^2", "--wrt", "x", "-o", target)


# What is refused

OWN = [     # our sentences: (arguments, what they say)
    (("derive", "", "--wrt", "x"), "the formula is empty; write one such as"),
    (("derive", "x^2 +", "--wrt", "x"), "something must follow '+'"),
    (("derive", "x^^2", "--wrt", "x"), "unexpected '^'"),
    (("derive", "foo(x)", "--wrt", "x"), "unknown function 'foo'"),
    (("derive", "sinn(x)", "--wrt", "x"), "did you mean 'sin'?"),
    (("derive", "x = 2", "--wrt", "x"), "a loss is an expression, not an equation"),
    (("derive", "(x", "--wrt", "x"), ""), (("derive", "x)", "--wrt", "x"), ""),
    (("derive", "1/0", "--wrt", "x"), "division by zero"),
    (("derive", "x^2", "--wrt", ""), "name the letter to differentiate by, such as x"),
    (("derive", "x^2", "--wrt", "x y", "--order", "2"), "give several letters or an order, not both"),
    (("derive", "x^2", "--wrt", "x", "--order", "5"), "the order of a derivative is a whole number from 1 to 4, not 5"),
    (("derive", "x^2", "--wrt", "x", "--row", "1"), "x² has no sum over the rows, so it has no row to write out"),
    (("derive", LINE, "--wrt", "m b", "--hessian", "--order", "2"), "--hessian goes neither with --order nor with --row"),
    (("derive", LINE, "--wrt", "m m", "--hessian"), "the name m is given twice"),
    (("derive", LINE, "--wrt", "m", "--row", "0"), "rows are counted from 1; 0 is no row"),
    (("derive", "g(x)", "--wrt", "x", "--functions", "sin"), "sin is a function that is known already"),
    (("derive", "x^2", "--wrt", "2"), "'2' is no name"),
    (("derive", "x^2", "--wrt", "x^2"), "is no name"),
    (("derive", "x^2", "--wrt", "x", "--columns", "x"), "x is"),
    (("derive", "w*x", "--wrt", "w", "--columns", "x;y"), "is no name"),
    (("derive", "__import__('os').system('id')", "--wrt", "x"), ""),
    (("derive", "x" * 5000, "--wrt", "x"), ""), (("derive", "(" * 500 + "x" + ")" * 500, "--wrt", "x"), ""),
    (("derive", "9^9^9^9", "--wrt", "x"), "too large"),
    (("descend", "5"), "the formula has no parameters to move"),
    (("descend", "(w-3)^2", "--rate", "0"), "the rate must be greater than 0, not 0; with a rate of 0 nothing moves"),
    (("descend", "(w-3)^2", "--rate", "-0.1"), "a negative rate would climb"),
    (("descend", "(w-3)^2", "--rate", "nan"), "the rate is a finite number, not nan"),
    (("descend", "(w-3)^2", "--steps", "0"), "steps is a whole number from 1 to 10,000,000, not 0"),
    (("descend", "(w-3)^2", "--steps", "-3"), "steps is a whole number"),
    (("descend", "(w-3)^2", "--steps", "100000000"), "steps is a whole number"),
    (("descend", "(w-3)^2", "--start", "-5"), "--start is written m=0,b=0, each name once; '-5' does not fit"),
    (("descend", "(w-3)^2", "--start", "w:0"), "'w:0' does not fit"),
    (("descend", "(w-3)^2", "--start", "w=1/q"), "'w=1/q' does not fit"),
    (("descend", "w^2+v^2", "--start", "w=1"), "no value for v; add it to --start, as in --start v=0"),
    (("descend", "(w-3)^2", "--start", "w=0;b=1"), "does not fit"),
    (("descend", "(w-3)^2", "--start", "w=0,w=1"), "'w=1' does not fit"),
    (("descend", "(w-3)^2", "--start", "w="), "'w=' does not fit"),
    (("descend", "(w-3)^2", "--start", "=3"), "'=3' does not fit"),
    (("descend", "(w-3)^2", "--start", "v=0"), "v does not occur in the loss, which has w"),
    (("descend", "(w-3)^2", "--start", "w=inf"), "the start is not finite: w = inf"),
    (("descend", "(w-3)^2", "--method", "adamm"), "there is no method 'adamm'; did you mean adam?"),
    (("descend", "(w-3)^2", "--update", "99"), "there is no update 99; the run has 20."),
    (("descend", "(w-3)^2", "--update", "0"), "there is no update 0"),
    (("descend", "(w-3)^2", "--plot", "a.jpg"), "does not end in .png, .svg, .pdf, .gif or .mp4"),
    (("descend", LINE), "the loss needs data for y, x; add --data FILE.csv"),
    (("descend", LINE, "--data", "nowhere.csv"), "there is no file nowhere.csv; check its name and folder"),
    (("descend", LINE, "--data", "."), "is a folder"),
    (("descend", LINE, "--data", "bad.csv"), "bad.csv, line 3, column y: 'abc' is not a number"),
    (("descend", LINE, "--data", "empty.csv"), "empty.csv is empty"),
    (("descend", LINE, "--data", "clash.csv", "--start", "m=0,b=0"),
     "m is both a parameter of the loss and a column of the data"),
    (("descend", "(y-(m*x+b))^2", "--data", "points.csv", "--start", "m=0,b=0"), ""),
    (("demo", "cars"), "there is no demo 'cars'; there is films"),
    (("demo", "-x"), "there is no demo"),
    (("demo", "--plot", "a.doc"), "does not end in .png, .svg, .pdf, .gif or .mp4"),
]
CLICKS = [  # click's own sentences, in one line as ours
    (("derve", "x"), "no such command 'derve'"), (("--nonsense",), "no such option"),
    (("derive",), "missing argument 'FORMULA'"), (("derive", "x^2"), "missing option '--wrt'"),
    (("derive", "x^2", "--wrt"), "requires an argument"), (("derive", "x^2", "x^3", "--wrt", "x"), "unexpected extra argument"),
    (("derive", "--x", "--wrt", "x"), "no such option"),
    (("derive", "x", "--wrt", "x", "--detail", "silly"), "'silly' is not one of 'brief', 'normal', 'full'"),
    (("derive", "x", "--wrt", "x", "--detail", "breif"), "'brief', 'normal', 'full'; did you mean brief?"),
    (("worksheet", "--example", "--form", "htm"), "'moodle', 'qti'; did you mean html?"),
    (("demo", "film"), "there is no demo 'film'; there is films; did you mean films?"),
    (("derive", "x", "--wrt", "x", "-o", "a.htlm"), "; did you mean .html?"),
    (("descend", "(w-3)^2", "--plot", "a.pgn"), ".gif or .mp4; did you mean .png?"),
    (("descend",), "missing argument 'FORMULA'"),
    (("descend", "w^2", "--steps", "1.5"), "'1.5' is not a valid integer"),
    (("demo", "films", "more"), "unexpected extra argument"),
    (("derive", "x^2", "--wrt", "x", "-o"), "requires an argument"),
]


@pytest.mark.parametrize(("arguments", "sentence"), OWN, ids=[" ".join(given)[:60] for given, _ in OWN])
def test_bad_input_gets_one_sentence(folder, arguments, sentence):
    Path("bad.csv").write_text("x,y\n1,2\n3,abc\n")
    Path("empty.csv").write_text("")
    Path("clash.csv").write_text("x,y,m\n1,2,3\n")
    before = sorted(folder.iterdir())
    said = refused(*arguments)
    assert sentence in said and said.startswith("symcalc: ")
    first, *place = said.rstrip("\n").split("\n")
    assert len(first) < 400 and (not place or (len(place) == 2 and place[1].strip() == "^"))
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(("arguments", "sentence"), CLICKS, ids=[" ".join(given)[:60] for given, _ in CLICKS])
def test_what_click_refuses(arguments, sentence):
    said = refused(*arguments)
    assert sentence in said and (not arguments or (said.startswith("symcalc: ") and said.count("\n") == 1))


# Help

@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_in_the_help_runs(folder, command):
    text = done(command, "--help")
    examples = re.findall(r"^ *symcalc (.+)$", text.partition("Examples:")[2], re.MULTILINE)
    assert len(examples) >= 3
    for example in examples:
        result = called(*shlex.split(example), "--force")
        assert result.exit_code == 0, (example, result.stderr)


def test_help_names_every_option():
    assert all(command in done("--help") for command in COMMANDS) and done("-h") == done("--help")
    for command in COMMANDS:
        assert all(option in done(command, "-h") for option in ("--json", "-o, --output", "--force", "--help"))
    assert done("--version") == f"symcalc, version {sc.__version__}\n"


# As processes

def test_help_imports_nothing_heavy():
    code = ("import sys; from symcalc import cli\n"
            "for command in ([], ['derive'], ['descend'], ['demo']):\n"
            "    try: cli.main([*command, '--help'], prog_name='symcalc')\n"
            "    except SystemExit: print(command, [name for name in 'sympy numpy matplotlib jinja2 lark'.split()\n"
            "                                       if name in sys.modules])")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600,
                           env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert ended.stderr == "" and re.findall(r"^\[.*\] \[.*\]$", ended.stdout, re.MULTILINE) == [
        "[] []", "['derive'] []", "['descend'] []", "['demo'] []"]


def test_deriving_imports_no_numpy():
    code = ("import sys; from symcalc import cli\n"
            "try: cli.main(['derive', 'x^2', '--wrt', 'x'], prog_name='symcalc')\n"
            "except SystemExit: print(sorted({'numpy', 'matplotlib', 'jinja2', 'latex2mathml', 'pandas'} & set(sys.modules)))")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, encoding="utf-8",
                           env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"})
    assert ended.stderr == "" and ended.stdout.endswith("\n[]\n") and "= 2x" in ended.stdout


def test_the_exit_status_of_a_process():
    good, bad = process("derive", "-x^2", "--wrt", "x"), process("derive", "x^2 +", "--wrt", "x")
    assert (good.returncode, good.stderr) == (0, b"") and (bad.returncode, bad.stdout) == (2, b"")
    assert bad.stderr == b"symcalc: something must follow '+'\n  x^2 +\n       ^\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_our_characters_still_gets_an_answer(encoding):
    plain = {"env": {"PYTHONIOENCODING": encoding}}
    text = process("descend", "(w-3)^2", "--steps", "2", **plain)
    assert (text.returncode, text.stderr) == (0, b"") and b"1  0.060000  8.64360" in text.stdout
    assert text.stdout.isascii() and b"?" not in text.stdout and b"dJ/dw = 2*(w - 3)\n" in text.stdout
    data = process("derive", LINE, "--wrt", "m", "--json", **plain)
    assert data.stdout.isascii() and json.loads(data.stdout)["result"]["text"] == "-2/n Σ xᵢ (yᵢ - (m xᵢ + b))"
    wrong = process("derive", "σ^^", "--wrt", "x", **plain)
    assert wrong.returncode == 2 and b"Traceback" not in wrong.stderr


def test_a_pipe_that_is_closed_early_is_no_fault():
    for arguments in (["demo"], ["descend", "(w-3)^2", "--steps", "2000", "--rate", "1e-6", "--json"]):
        with subprocess.Popen([sys.executable, "-m", "symcalc", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "PYTHONPATH": str(ROOT)}) as running:
            running.stdout.readline()
            running.stdout.close()
            assert running.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to write to")
def test_a_full_disk_is_one_sentence():
    with open("/dev/full", "wb") as full:
        ended = process("demo", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ended.returncode == 2 and ended.stderr == b"symcalc: the output cannot be written: No space left on device\n"


def test_an_output_that_is_closed_is_one_sentence():
    ended = subprocess.run([f'exec "{sys.executable}" -m symcalc derive "x^2" --wrt x >&-'], shell=True, stderr=subprocess.PIPE,
                           env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert ended.returncode == 2 and ended.stderr == b"symcalc: the output cannot be written: standard output is closed\n"


@pytest.mark.parametrize("arguments", [
    ["derive", "w^2", "-o", f"{LONG}.html"], ["derive", "w^2", "-o", f"{LONG}/a.html"], ["derive", "w^2", "-o", LONG],
    ["derive", "w^2", "--detail", LONG], [LONG], ["descend", "w^2", "--start", "w=1", "--method", LONG],
    ["minimum", "mean((y - m)^2)", "--data", LONG]], ids=["file", "folder", "suffix", "choice", "command", "method", "table"])
def test_a_name_that_would_fill_the_screen_is_not_repeated_whole(arguments):
    ended = called(*arguments)
    assert ended.exit_code == 2 and len(ended.stderr) < 1_000 and ended.stderr.startswith("symcalc: ")


AMID_THE_RUN = """
import signal
from symcalc.cli import run
from symcalc.training.walking import walk

def first_stop(track, since, judge=walk.first_stop):
    if since > 1_000:
        signal.raise_signal(signal.SIGINT)
    return judge(track, since)

walk.first_stop = first_stop
run()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_control_c_ends_without_a_traceback():
    ended = subprocess.run([sys.executable, "-c", AMID_THE_RUN, "descend", "(w-3)^2", "--steps", "10000000", "--rate", "1e-12"],
                           capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=600)
    assert (ended.returncode, ended.stderr) == (130, b"symcalc: interrupted\n")
    assert b"Interrupted; every update so far is kept." in ended.stdout.strip().splitlines()[-1]

"""The gradient and back-propagation from the command line."""

import json

import pytest
from click.testing import CliRunner

import symcalc as sc
from symcalc import cli

LINE = "mean((y-(m*x+b))^2)"


def called(*arguments):
    return CliRunner().invoke(cli.main, arguments, prog_name="symcalc")


@pytest.mark.parametrize(("flag", "made"), [("--gradient", sc.gradient), ("--backprop", sc.backpropagation)])
@pytest.mark.parametrize("formula", [LINE, "-x*z^2", "ln(u^2 + v^2)"])
def test_it_prints_what_the_library_shows(flag, made, formula):
    result = called("derive", formula, flag)
    assert (result.exit_code, result.stderr, result.stdout) == (0, "", f"{made(formula)}\n")
    assert json.loads(called("derive", flag, formula, "--json").stdout) == json.loads(json.dumps(made(formula).as_dict()))


def test_columns_are_no_parameters():
    plain = json.loads(called("derive", "mean((h - w*l)^2)", "--gradient", "--columns", "h l", "--json").stdout)
    assert plain["parameters"] == ["w"] and plain["result"]["w"]["text"] == "-2/n Σ lᵢ (hᵢ - w lᵢ)"


def test_it_saves(tmp_path):
    for flag, suffix in (("--gradient", "html"), ("--backprop", "tex"), ("--gradient", "json")):
        path = tmp_path / f"a{flag}.{suffix}"
        assert called("derive", LINE, flag, "-o", str(path)).exit_code == 0 and path.stat().st_size > 1000


@pytest.mark.parametrize(("arguments", "sentence"), [
    ((LINE,), "missing option '--wrt'"), ((LINE, "--wrt", "m", "--gradient"), "exclude each other"),
    ((LINE, "--backprop", "--gradient"), "exclude each other"), ((LINE, "--hessian"), "missing option '--wrt' with a letter\n"),
    ((LINE, "--gradient", "--detail", "full"), "--detail goes with --wrt"),
    (("3", "--gradient"), "no letters to differentiate by"), (("mean(w*x)^2", "--backprop"), "goes row by row"),
])
def test_what_is_refused(arguments, sentence):
    result = called("derive", *arguments)
    assert (result.exit_code, result.stdout) == (2, "") and sentence in result.stderr

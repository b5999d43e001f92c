"""Nothing in the package can turn a text into running code, but for the two places that are meant to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import symcalc

PACKAGE = Path(symcalc.__file__).parent
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}

# What runs a text, or a file, as a whole dotted name.
EVALUATORS = re.compile("|".join([
    r"eval|exec|compile|__import__|breakpoint|shell",
    r"(import )?(.*\.)?(sympify|parse_expr|lambdify|parse_latex|__globals__|__builtins__)",
    r"(import )?(sympy|sp)\.(S|preview|autowrap|ufuncify|var|parsing|utilities\.lambdify|utilities\.autowrap)(\..*)?",
    r"import (pickle|dill|shelve|marshal|subprocess|ctypes|cffi|code|codeop|runpy|builtins|pty|socket|urllib|http)(\..*)?",
    r"(import )?os\.(system|popen|startfile|fork.*|exec.*|spawn.*|posix_spawn.*)",
    r"(import )?(np|numpy)\.(load|genfromtxt)",
]))

MEANT = {
    "pages/source.py": r"import builtins",             # only to see which names are taken
    "compute/generated.py": r"exec|compile",          # the generated loop, over private names
    "compute/fused/engine.py": r"import ctypes",       # to call what LLVM made of the generated loop
    "compute/fused/together.py": r"import ctypes",
    "compute/fused/floats.py": r"import ctypes",       # to find the C library's functions
    "pages/pdf.py": r"import subprocess",            # latexmk, without a shell
    "figures/animation.py": r"import subprocess",    # ffmpeg, without a shell
}


def mentioned(source: str) -> Iterator[str]:
    """Every name in the code, with what it is taken from: eval, os.system, import pickle."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name):
                yield name
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                yield f"{owner}.{name}"
            case ast.Attribute(attr=name):
                yield f"...{name}"
            case ast.Import(names=names):
                yield from (f"import {alias.name}" for alias in names)
            case ast.ImportFrom(module=module, names=names):
                yield from (f"import {module}.{alias.name}" for alias in names)
            case ast.keyword(arg="shell" as name):
                yield name


def evaluators(source: str) -> set[str]:
    return {name for name in mentioned(source) if EVALUATORS.fullmatch(name)}


def test_nothing_evaluates_text_but_where_it_is_meant_and_still_needed() -> None:
    found = {file: evaluators(path.read_text(encoding="utf-8")) for file, path in FILES.items()}
    assert [(file, name) for file, names in found.items() for name in names if not re.fullmatch(MEANT.get(file, ""), name)] == []
    assert [file for file in MEANT if not found[file]] == [] and len(FILES) > 100


PLANTED = [
    "eval('1')", "exec('1')", "f = eval", "compile('1', '', 'eval')", "__import__('os')", "map(eval, x)", "breakpoint()",
    "from sympy import sympify", "import sympy\nsympy.sympify('x')", "from sympy import S\nS('x')", "sympy.S.One", "sp.S('x')",
    "from sympy.parsing.sympy_parser import parse_expr", "import sympy.parsing", "from sympy import parsing",
    "sp.parse_expr('x')", "from sympy import lambdify", "from sympy.utilities.lambdify import lambdify as f", "a.b.lambdify(x)",
    "import sympy as sm\nsm.lambdify(x, 'x')", "import pickle", "from pickle import loads", "import os\nos.system('ls')",
    "os.popen('ls')", "os.execv('a', [])", "from os import system", "from os import posix_spawn", "import subprocess",
    "from subprocess import run", "run('ls', shell=True)", "import builtins", "import ctypes.util", "f.__globals__['eval']",
    "f().__globals__", "import numpy as np\nnp.load(path)", "from urllib.request import urlopen",
    "def f():\n    import marshal",
]


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_evaluator_is_found(source: str) -> None:
    assert evaluators(source)


INNOCENT = ["import re\nre.compile('x')", "loss.compile(data)", "class Loss:\n    def compile(self): ...", "'sympify(x)'",
            "from importlib import import_module", "import os\nos.stat(path)", "from sympy import Sum, Symbol", "s = x.S"]


@pytest.mark.parametrize("source", INNOCENT)
def test_innocent_code_passes(source: str) -> None:
    assert not evaluators(source)

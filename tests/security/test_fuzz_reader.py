"""Whatever is typed is read or refused in one sentence; what is read prints, and reads back to the same value."""

from __future__ import annotations

import cmath
import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Basic, Pow

from symcalc.errors import SymcalcError
from symcalc.language import read
from symcalc.language.names import columns_of, name_of, parameters_of
from symcalc.pages.notation import latex, text
from symcalc.pages.source import source

FIXTURES = json.loads(Path(__file__).with_name("hostile_formulas.json").read_text(encoding="utf-8"))
PIECES = st.sampled_from(
    [
        *"xyabmnwi0123456789.+-*/^(),|<>=_ θσ²₁√π'\"[]{}\\",
        "sin(",
        "max(",
        "mean(",
        "Sum(",
        "piecewise((",
        "x[i]",
        "1e",
        "exp(",
        "softmax(",
        "**",
        "ln",
        "log(2,",
        "sigmoid(",
        " and ",
        "True",
        "2x",
        "(x-1)",
        "\x1b",
        "e^",
        "Σ ",
        "xᵢ",
        "1/n Σ",
        "sin²(",
        "log₂²(",
        "∛",
        "{x if x > 0; ",
        " otherwise}",
        " if ",
    ]
)
TYPED = st.one_of(
    st.lists(PIECES, max_size=25).map("".join),
    st.text(max_size=40),
    st.tuples(
        st.sampled_from([case["input"] for case in FIXTURES if len(case.get("input", "x" * 99)) < 80]),
        st.lists(PIECES, max_size=3).map("".join),
        st.integers(0, 80),
    ).map(lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]),
)
COMMANDS = re.compile(r"\\(input|write|include|openout|def|catcode|href|special|immediate|csname|read|usepackage)\b")
REPEATED = {"max_examples": 400, "deadline": None, "derandomize": True, "database": None}


def checked(typed: str) -> Basic | None:
    """What both fuzzers ask of a text."""
    try:
        expression = read(typed)
    except SymcalcError as refused:
        first = str(refused).split("\n")[0]
        assert isinstance(refused, SymcalcError) and first.isprintable() and len(first) <= 230, first
        return None
    shown, set_in_tex = text(expression), latex(expression)
    assert shown.isprintable() and set_in_tex.isprintable()
    assert not COMMANDS.search(set_in_tex) and not set(set_in_tex) & set('%#$~"`')
    written = source(expression)
    if "'" in written:  # a name that is a word of Python is quoted there, for SymPy
        return expression
    again = read(
        written,
        parameters=[part.name for part in parameters_of(expression) if part.is_Symbol],
        columns=[name_of(part) for part in columns_of(expression)],
    )
    assert same(expression, again), (typed, shown, text(again))
    return expression


def same(left: Basic, right: Basic) -> bool:
    """Whether two expressions are the same number wherever the first has one, by SymPy's own evaluation."""
    if left == right:
        return True
    if any(part.exp.has(Pow) for part in left.atoms(Pow)):  # SymPy may work at a tower of powers for ever
        return True
    for shift in (0.37, 1.61):
        try:
            first, second = (
                complex(
                    side.evalf(
                        20, subs={letter: shift + 0.29 * k for k, letter in enumerate(sorted(left.free_symbols, key=str))}
                    )
                )
                for side in (left, right)
            )
        except (TypeError, ZeroDivisionError, OverflowError, SymcalcError):  # no number there
            continue
        if not (first == second or abs(first - second) <= 1e-9 * max(1, abs(first)) or cmath.isnan(first)):
            return False
    return True


@given(TYPED)
@settings(**REPEATED)
def test_reader(typed: str) -> None:
    checked(typed)


def test_the_check_can_fail() -> None:
    assert not same(read("x + 1"), read("x + 2")) and same(read("2(x + 1)"), read("2x + 2"))

"""What a session shows: in colour at a terminal that has it, plain wherever else, and never wider than the terminal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"\x1b\[[0-9;]*m")
WIDTH = 52
# One session after the other at the same terminal; \f and \v stand between what they show.
SESSION = """
import os, sys
import symcalc as sc
d = sc.derive("(2x + 1)^3", "x")
J = sc.Loss("mean((y - (m*x + b))^2)", columns="x y")
data = {"x": [1, 2, 3, 4], "y": [3, 5, 6, 9]}
run = J.descend(data, start=[0, 0], rate=0.02, steps=3)
things = [d, d.check("3(2x + 1)^2"), d.check("6(2x + 1)^2"), J, J.gradient(), run, run.updates[0], run.summary(), J.minimum(data),
          J.diagnose(data, start=[0, 0], rate=0.02), J.sweep(data, start=[0, 0], rates=[0.01, 0.02], steps=3), sc.methods()]
for name, value, encoding in [("", "", "utf-8"), ("NO_COLOR", "1", "utf-8"), ("TERM", "dumb", "utf-8"), ("", "", "ascii")]:
    sys.stdout.reconfigure(encoding=encoding, errors="strict")
    os.environ |= {"TERM": "xterm-256color", "NO_COLOR": ""} | ({name: value} if name else {})
    for thing in things:
        sc.show(thing)
        print(end="\\v")
        print(thing._repr_mimebundle_(include={"text/plain"})["text/plain"])          # what IPython shows at its prompt
        print(end="\\v")
        print(thing, end="\\n\\v")
        print(ascii([thing]), end="\\v")
    print(end="\\f")
sc.show(*d.hints(), "a sentence that is longer than this terminal is wide, and so it is wrapped", d.result)
"""


@pytest.fixture(scope="module")
def shown():
    """What was shown in each of the sessions, thing by thing: by show, at IPython's prompt, by print, within a list."""
    import fcntl
    import struct
    import termios

    fd, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "PYTHONIOENCODING")}
    process = subprocess.Popen([sys.executable, "-c", SESSION], stdin=inner, stdout=inner, stderr=inner,
                               env={**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})
    os.close(inner)
    said = b""
    while True:
        try:
            read = os.read(fd, 65536)
        except OSError:                              # the other end is closed
            break
        if not read:
            break
        said += read
    os.close(fd)
    assert process.wait(600) == 0, said.decode(errors="replace")
    *sessions, last = said.decode().replace("\r\n", "\n").split("\f")
    parts = [session.split("\v")[:-1] for session in sessions]
    return {"sessions": [[part[k:k + 4] for k in range(0, len(part), 4)] for part in parts], "last": last}


def test_colours_only_where_they_are_wanted_and_with_the_same_words(shown):
    colored, *others = shown["sessions"]
    for show, prompt, printed, listed in colored:
        assert show == prompt and "\x1b" not in printed + listed and CODE.sub("", show) == printed
    # A loss alone, a formula with a sentence, has nothing that stands out.
    assert ["\x1b[" in show for show, *_ in colored] == [True] * 3 + [False] + [True] * 8
    for session in others[:2]:
        assert all("\x1b" not in "".join(thing) and thing[0] == thing[1] == thing[2] for thing in session)


def test_right_and_wrong_have_their_colours(shown):
    wrong, right = (shown["sessions"][0][k][0] for k in (1, 2))
    assert wrong.startswith("\x1b[1;35mNot right:\x1b[0m inner") and right.startswith("\x1b[1;32mRight.\x1b[0m")


def test_a_terminal_without_the_letters_gets_ascii(shown):
    spelt = shown["sessions"][3]
    assert "1/n*sum((y[i] - (m*x[i] + b))^2)" in spelt[5][0] and all("".join(thing).isascii() for thing in spelt)
    assert all(show == prompt and CODE.sub("", show) == printed for show, prompt, printed, _ in spelt)


def test_within_a_list_all_are_short(shown):
    assert [listed[:2] for *_, listed in shown["sessions"][0]] == ["[<"] * 12


def test_no_line_is_wider_than_the_terminal(shown):
    for session in shown["sessions"]:
        for thing in session:
            assert max(len(line) for said in thing[:3] for line in CODE.sub("", said).split("\n")) <= WIDTH
    assert max(map(len, shown["last"].split("\n"))) <= WIDTH
    assert shown["last"].endswith("\nwide, and so it is wrapped\n6*(2*x + 1)^2\n")


def test_show_writes_what_print_writes_where_nobody_watches(capsys):
    things = [sc.derive("x^2", "x"), "a hint", sc.parameters("m") ** 2, np.float64(0.5), sc.Loss]
    sc.show(*things)
    assert capsys.readouterr().out == f"{things[0]}\na hint\nm²\n0.5\n{sc.Loss}\n"

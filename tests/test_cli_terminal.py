"""A session as a person has it: at a real terminal, in a pipe, in ASCII, with keys, a history and Ctrl-C."""

import io
import json
import os
import re
import stat
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from symcalc.cli import main, screen, session
from symcalc.cli.explorer import Explorer
from symcalc.training.stops import Stop

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LINE = "mean((y-(m*x+b))^2)"
COMMANDS = [["demo"], ["derive", LINE, "--wrt", "m"], ["derive", "x^2*sqrt(x)", "--wrt", "x"], ["derive", LINE, "--gradient"],
            ["derive", "mean((y-tanh(w*x+b))^2)", "--backprop"], ["derive", LINE, "--wrt", "m,b", "--hessian"],
            ["check", "(2x+1)^3", "6(2x+1)", "--wrt", "x"], ["hint", "sqrt(2x+1)", "--wrt", "x"], ["diagnose", "3w^2", "--rate", "0.5"],
            ["descend", "(w-3)^2", "--steps", "3"], ["descend", "(w-3)^2", "--update", "2"], ["minimum", "2x^2 - 8x"], ["methods"],
            ["worksheet", "--kinds"], ["derive", "σ^^", "--wrt", "x"], ["descend", "w²", "--start", "ω=1"]]


# ASCII

@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: " ".join(arguments[:2]))
def test_every_command_speaks_ascii(arguments):
    for encoding in ("ascii", "cp1252"):
        out, err = io.BytesIO(), io.BytesIO()
        with io.TextIOWrapper(out, encoding=encoding, errors="strict") as stdout, \
                io.TextIOWrapper(err, encoding=encoding, errors="strict") as stderr, \
                redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as ended:
            main(arguments)
        said = out.getvalue() + err.getvalue() if not out.closed else b""
        assert ended.value.code in (0, 1, 2) and said.isascii() and b"?" not in said.replace(b"?\n", b"").replace(b"? ", b"")


def test_the_caret_stays_under_its_place_in_ascii(monkeypatch):
    err = io.BytesIO()
    with io.TextIOWrapper(err, encoding="ascii", write_through=True) as stream, redirect_stderr(stream):
        screen.complain("unexpected '√'\n  λ + √x\n      ^")
        assert err.getvalue() == b"symcalc: unexpected 'sqrt'\n  lambda + sqrt(x)\n           ^\n"


def test_a_pipe_and_a_file_never_get_a_colour(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    from click.testing import CliRunner

    for arguments in COMMANDS:
        assert "\x1b" not in CliRunner().invoke(main, arguments).output


# Lines

def said_to(*lines: str) -> list[str]:
    said: list[str] = []
    explorer = Explorer(lambda shown: said.append(screen.said(shown)))
    for line in lines:
        explorer.onecmd(line)
    return said


def test_pasted_lines_are_answered_one_by_one():
    assert said_to("w^2\nrate 0.1\nstep\n")[0] == "w²" and said_to("mean((y -\n  m*x)^2)")[0] == "1/n Σ (yᵢ - m xᵢ)²"
    assert list(session.split("(a\n(b")) == ["(a (b"] and list(session.split("")) == [""]


@pytest.mark.parametrize(("lines", "last"), [
    (["(w-3)^2", "derive w", "why 1"], "chain rule"), (["(w-3)^2", "derive w", "why 9"], "there is no line 9; the derivation has 4"),
    (["(w-3)^2", "step", "derive w", "why 2"], "sum rule"), (["(w-3)^2", "derive w", "step 2", "why 2"], "Update 2"),
    (["(w-3)^2", "ask w", "why"], "that would give the answer away"), (["(w-3)^2", "ask w", "check 2(w-3)", "why"], "Proved"),
    (["w^3", "derive w w", "why 3"], "= 3 · 2w"),
])
def test_why_explains_what_was_spoken_of_last(lines, last):
    assert last in said_to(*lines)[-1]


def test_hints_can_be_saved_and_a_picture_needs_no_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said_to("(w-3)^2", "ask w", "hint", "hint", "save hints.txt", "step 3", "plot", "plot")
    assert (tmp_path / "hints.txt").read_text().startswith("1. What is the outermost") and "2. " in (tmp_path / "hints.txt").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hints.txt", "run-2.png", "run.png"]


def test_an_interrupted_step_keeps_the_run(monkeypatch):
    """Ctrl-C amid the new updates keeps those made; amid those that were there already, the run there was."""
    import symcalc.training.losses as losses

    explorer = Explorer(lambda _: None)
    for line in ("(w-3)^2", "rate 0.001", "step 5"):
        explorer.onecmd(line)
    before, real = explorer.run, losses.Loss.descend

    def interrupted(after):
        def descend(self, *arguments, steps, **how):
            def progress(made):
                raise KeyboardInterrupt
            return real(self, *arguments, steps=after, **how) if after else real(self, *arguments, steps=steps, progress=progress, **how)
        return descend

    monkeypatch.setattr(losses.Loss, "descend", interrupted(3))
    explorer.onecmd("step 10")
    assert explorer.run is before
    monkeypatch.setattr(losses.Loss, "descend", interrupted(8))
    explorer.onecmd("step 10")
    assert explorer.run.nit == 8 and explorer.run.stop is not Stop.INTERRUPTED


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x07", "a\u202eb", "x\x00", "\x9b31m", "\u200b", "derive \x1b[31m", "data \x1b]0;t\x07",
                                     "save \u202e.html", "method \x1b[2J", "start \x1b=1", "check \x1b", "help \x1b[2J", "loss \u2066"])
def test_nothing_typed_steers_the_terminal(hostile):
    explorer_said = "\n".join(said_to("w^2", hostile))
    assert all(c.isprintable() or c == "\n" for c in explorer_said)


def test_lines_that_never_end_are_not_read_to_their_end(capsys):
    class Endless(io.StringIO):
        read = 0

        def readline(self, limit=-1):
            assert 0 < limit < 10**6
            self.read += limit
            return "w" * limit

    stream = Endless()
    session.from_stream(lambda line: False, stream)
    assert stream.read < 10**6 and "longer than 10,000 characters" in capsys.readouterr().out


def test_bytes_and_letters_that_a_stream_lacks_are_spelt_out():
    code = "import sys; sys.stdin.reconfigure(encoding='utf-8', errors='strict'); from symcalc.cli import run; run()"
    done = subprocess.run([sys.executable, "-c", code], input=b"\xff\xfe\nw\xc2\xb2 + \xcf\x89\n", capture_output=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"})
    assert b"\n  <U+DCFF><U+DCFE>\n" in done.stdout and b"\nw^2 + omega\n" in done.stdout and done.stderr == b""


# A real terminal

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")


class Terminal:
    """symcalc at a terminal of its own."""

    def __init__(self, home: Path, *arguments: str, columns: int = 60) -> None:
        import fcntl
        import struct
        import termios

        self.fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "XDG_STATE_HOME", "COLUMNS")}
        # To open it again makes it the terminal of the new session, from which Ctrl-C comes.
        code = "import os; os.close(os.open(os.ttyname(0), os.O_RDWR)); from symcalc.cli import run; run()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], stdin=inner, stdout=inner, stderr=inner, cwd=home, start_new_session=True,
            env={**kept, "HOME": str(home), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)})
        os.close(inner)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(600)
        os.close(self.fd)

    def send(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def until(self, last: str = session.PROMPT, patience: float = 600) -> str:
        """What is shown up to these letters, or to the end; where neither comes in time, a failure that shows it."""
        said, arrived = self.shown(last, patience)
        assert arrived, f"no {last!r} in {patience} seconds, but {said!r}"
        return said

    def shown(self, last: str, patience: float) -> tuple[str, bool]:
        """What is shown in that time, and whether it came to these letters or to the end."""
        import select

        said, end, closed = "", time.monotonic() + patience, False
        while not (arrived := CODE.sub("", said).rstrip("\r").endswith(last)) and not closed and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    letters = os.read(self.fd, 65536)
                except OSError:                          # the other end is closed, which other systems tell by no letters
                    letters = b""
                said, closed = said + letters.decode(errors="replace"), not letters
        return said.replace("\r\n", "\n"), arrived or closed

    def ask(self, line: str) -> str:
        self.send(line + "\n")
        return self.until()

    def interrupt(self) -> str:
        """Ctrl-C, again where Python does not see it: between showing its prompt and waiting for keys it notes it for later."""
        said = ""
        for _ in range(20):
            self.send("\x03")
            more, arrived = self.shown(session.PROMPT, 10)
            said += more
            if arrived:
                return said
        raise AssertionError(f"no prompt after Ctrl-C, but {said!r}")


def test_a_session_at_a_terminal(tmp_path):
    pytest.importorskip("readline", reason="this Python has no readline")
    with Terminal(tmp_path) as terminal:
        assert "(y -\n(m*x + b))^2)" in terminal.until()
        derived = terminal.ask("(w - 3)^2") + terminal.ask("derive w")
        assert "\x1b[35mchain rule\x1b[0m" in derived and "\x1b[1;32mRight.\x1b[0m" in terminal.ask("check 2(w-3)")
        assert all(len(line) <= 60 for line in CODE.sub("", derived).split("\n"))
        terminal.send("half a li")
        terminal.until("half a li")
        assert "Traceback" not in terminal.interrupt()
        terminal.send("me\tadam\n")                      # the tab key makes method of it
        assert "there is no word" not in terminal.until()
        terminal.send("\x04")
        terminal.until("no such end")
        assert terminal.process.wait(600) == 0
    history = tmp_path / ".local" / "state" / "symcalc" / "history"
    assert history.read_text().splitlines()[:3] == ["(w - 3)^2", "derive w", "check 2(w-3)"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (history, history.parent)] == [0o600, 0o700]


def test_a_command_at_a_terminal(tmp_path):
    with Terminal(tmp_path, "derive", LINE, "--backprop", columns=40) as terminal:
        said = terminal.until("no such end")
        assert terminal.process.wait(600) == 0 and "\x1b[1m" in said
    assert all(len(line) <= 40 and line == line.rstrip() for line in CODE.sub("", said).split("\n"))


# Kills

@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one():
    """Thirty of the thousand of the benchmark, on files that take little time."""
    done = subprocess.run([sys.executable, str(ROOT / "tests" / "benchmarks" / "kills.py"), "30", "7", "run.json", "run.csv", "run.txt"],
                          capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0 and "30 whole" in done.stdout and "0 torn" in done.stdout, done.stdout + done.stderr


def test_json_stays_json(capsys):
    with pytest.raises(SystemExit):
        main(["minimum", "w^2", "--json"])
    assert json.loads(capsys.readouterr().out)

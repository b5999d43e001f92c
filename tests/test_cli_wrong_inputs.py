"""Every command with wrong inputs: exit status 2, one sentence on the error stream, nothing that steers a terminal, no file."""

import os

import pytest
from click.testing import CliRunner

from symcalc.cli import main

LINE = "mean((y-(m*x+b))^2)"
ESCAPE, BIDI = "\x1b[2J", "\N{RIGHT-TO-LEFT OVERRIDE}"
WRONG = {
    "demo": ("nope", "films|x", "--plot|a.doc", "-o|a.doc", "--nope", ESCAPE, "-o|", "--json|-o|a.html", "films|-o|no/a.txt", "--plot|"),
    "derive": ("x^2", "x^2|--wrt|", "x^2|--wrt|x|--gradient", "x^2 +|--wrt|x", "|--wrt|x", "x^2|--wrt|x|--order|0", "x^2|--wrt|x|--row|1",
               "x^2|--wrt|x|--detail|nope", f"x^2|--wrt|{ESCAPE}", "9^9^9^9|--wrt|x", "__import__('os')|--wrt|x", "x|y|--wrt|x",
               "x^2|--wrt|x|--functions|1f", f"x^2|--wrt|x|--columns|{BIDI}"),
    "check": ("x^2", "x^2|2x", "x^2|2x +|--wrt|x", "|2x|--wrt|x", "x^2||--wrt|x", f"x^2|{ESCAPE}|--wrt|x", "x^2|2x|--wrt|1",
              "x^2|2x|--wrt|x|--order|-1", "x^2|2x|3|--wrt|x", "x^2|2x|--wrt|x|-o|a", "x^2|9^9^9^9|--wrt|x"),
    "hint": ("x^2", "x^2|--wrt|x|--level|0", "x^2|--wrt|x|--level|99", "x^2|--wrt|x|--level|a", "|--wrt|x", "x^|--wrt|x", "x^2|--wrt|",
             "x^2|--wrt|x|--order|0", "\0|--wrt|x", "x^2|--wrt|x|--zz"),
    "diagnose": ("", "w^2|--rate|x", "w^2|--rate|-1", "w^2|--rate|nan", "w^2|--start|q=1", f"w^2|--start|w={ESCAPE}", "w^2|--steps|0", LINE,
                 f"{LINE}|--data|no.csv", "w^2|--data|.", "w^2|--rate|0"),
    "descend": ("", "w^2|--rate|nan", "w^2|--steps|0", "w^2|--steps|99999999999", f"w^2|--method|{ESCAPE}", "w^2|--set|a=1", "w^2|--batch|2",
                "w^2|--seed|1", "w^2|--update|99", "w^2|--predict|x=1", "w^2|--plot|a.doc", "w^2|--hold|q", "w^2|--start|w=1,w=2",
                "--replay|no.json", f"w^2|--data|{ESCAPE}.csv", "w^2|--rates|", "w^2|--methods|,", "w^2|--starts|", "w^2|--start|w=1e400"),
    "minimum": ("", "w^", "w^2|--near|w=x", "w^2|--near|q=1", "w", LINE, f"{LINE}|--data|/dev/null", f"w^2|--near|w={BIDI}", "w^2|-o|a.exe",
                "w^2|x"),
    "methods": ("x", "--nope", "-o|a", "-o|a.csv", "--json|-o|a.html", "-o|no/a.txt", "-o|.", "-o|-", ESCAPE, "--force|x"),
    "worksheet": ("", "no.toml", ".", "/dev/null", "bad.toml", "kind.toml", "a.toml|--versions|x", "a.toml|--form|doc", "a.toml|--pdf",
                  f"{ESCAPE}.toml", "pipe.toml"),
}


def refused(arguments: list[str]) -> None:
    before = sorted(os.listdir())
    ended = CliRunner().invoke(main, arguments)
    assert (ended.exit_code, ended.stdout, sorted(os.listdir())) == (2, "", before)
    assert isinstance(ended.exception, SystemExit) and ended.stderr.startswith("symcalc: ")
    assert all(line.isprintable() for line in ended.stderr.splitlines())
    assert ended.stderr.count("\n") == 1 or ended.stderr.endswith("^\n")


@pytest.mark.parametrize("command", WRONG)
def test_wrong_inputs_are_refused_in_a_sentence(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("title = 'x'\n\x1b")
    (tmp_path / "kind.toml").write_text("[[sections]]\ntitle = '\\u202e'\nitems = [{kind = \"\\u001b[2J\"}]\n")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")            # which nobody writes to: to open it would be to wait for ever
    assert len(WRONG[command]) >= 10
    for row in WRONG[command]:
        refused([command, *(row.split("|") if row or command not in ("worksheet",) else [])])


def test_the_group_itself():
    for arguments in (["nope"], [ESCAPE], ["--nope"], ["derivee", "x"]):
        refused(arguments)
    said = CliRunner().invoke(main, ["--help"]).stdout
    assert "Exit status: 0 done; 1 the answer is wrong" in " ".join(said.split()) and said.isascii()


@pytest.mark.parametrize("command", WRONG)
def test_help_has_examples_in_letters_that_every_terminal_has(command):
    said = CliRunner().invoke(main, [command, "--help"]).stdout
    assert said.isascii() and f"symcalc {command}" in said and "Examples:" in said


# Files that are no files

def test_what_is_no_regular_file_is_neither_read_nor_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "null.txt").symlink_to("/dev/null")
    names = ["null.txt"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.txt")
        os.mkfifo(tmp_path / "pipe.json")
        names.append("pipe.txt")
        refused(["descend", "--replay", "pipe.json"])
    for name in names:
        ended = CliRunner().invoke(main, ["minimum", "w^2", "-o", name, "--force"])
        assert ended.exit_code == 2 and "is no regular file but a pipe, socket or device" in ended.stderr
        assert not (tmp_path / name).is_file()


def test_a_file_in_the_place_of_another_keeps_its_permissions(tmp_path):
    private = tmp_path / "run.txt"
    private.write_text("old")
    private.chmod(0o600)
    assert CliRunner().invoke(main, ["minimum", "w^2", "-o", str(private), "--force"]).exit_code == 0
    assert os.name == "nt" or private.stat().st_mode & 0o777 == 0o600


def test_too_little_memory_is_said_in_a_sentence(monkeypatch):
    def needs_more(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 256. MiB for an array with shape (8388640, 4)")

    monkeypatch.setattr("symcalc.training.losses.Loss.descend", needs_more)
    ended = CliRunner().invoke(main, ["descend", "w^2", "--start", "w=1"])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == "symcalc: there is not enough memory for this; ask for fewer steps, or give fewer rows\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no limit to the size of files")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    """No file may grow beyond 100 bytes, as on a disk that is full."""
    import subprocess
    import sys

    old = tmp_path / "methods.html"
    old.write_text("old")
    code = ("import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); from symcalc.cli import run; run()")
    ended = subprocess.run([sys.executable, "-c", code, "methods", "-o", str(old), "--force"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2 and ended.stderr.startswith("symcalc: cannot write") and ended.stderr.count("\n") == 1
    assert old.read_text() == "old" and list(tmp_path.iterdir()) == [old]

"""What stands at a name already: a link, one that leads nowhere, a file with permissions; and who may read the history."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from symcalc.cli import main
from symcalc.cli import session as terminal
from symcalc.errors import SymcalcError
from symcalc.pages.files import write_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither these links nor these permissions")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


# A name that a link has

def test_a_file_is_written_through_a_link_which_stays(tmp_path):
    target, link = tmp_path / "real" / "a.txt", tmp_path / "link.txt"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new" and mode(target) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.txt", "real"] and os.listdir(target.parent) == ["a.txt"]


def test_a_link_that_leads_nowhere_leads_to_the_new_file(tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "later.txt")
    with umask(0o027):
        write_whole(link, b"new")
    assert link.is_symlink() and (tmp_path / "later.txt").read_bytes() == b"new" and mode(tmp_path / "later.txt") == 0o640


@pytest.mark.parametrize("leads_to", ["no-such-folder/a.txt"], ids=["no folder"])
def test_a_link_that_cannot_be_followed_is_refused(leads_to, tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / leads_to)
    with pytest.raises(SymcalcError) as refused:
        write_whole(link, b"new")
    assert "cannot write" in str(refused.value) and str(refused.value).isprintable()
    assert os.listdir(tmp_path) == ["link.txt"] and link.is_symlink()


@pytest.mark.parametrize("command", [["minimum", "w^2", "-o", "{}"], ["derive", "w^2", "--wrt", "w", "-o", "{}"],
                                     ["descend", "w^2", "--start", "w=1", "-o", "{}"]], ids=["minimum", "derive", "descend"])
def test_a_dangling_link_is_a_file_that_exists(command, tmp_path):
    link, later = tmp_path / "link.txt", tmp_path / "later.txt"
    link.symlink_to(later)
    typed = [word.format(link) for word in command]
    ended = CliRunner().invoke(main, typed)
    assert ended.exit_code == 2 and "exists; add --force to overwrite it" in " ".join(ended.stderr.split())
    assert not later.exists() and os.listdir(tmp_path) == ["link.txt"]
    assert CliRunner().invoke(main, [*typed, "--force"]).exit_code in (0, 1) and later.stat().st_size > 20 and link.is_symlink()


@pytest.mark.parametrize("kept", [0o600, 0o644, 0o444, 0o664])
def test_the_permissions_of_the_old_file_are_those_of_the_new(kept, tmp_path):
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    target.chmod(kept)
    with umask(0o077):
        write_whole(target, b"new")
    assert target.read_bytes() == b"new" and mode(target) == kept


@pytest.mark.parametrize(("mask", "known"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_of_the_users_umask(mask, known, tmp_path):
    with umask(mask):
        write_whole(tmp_path / "a.txt", b"new")
    assert mode(tmp_path / "a.txt") == known


def test_nobody_reads_half_a_private_file(tmp_path, monkeypatch):
    """While it is written, the file beside the target is no more open than the target."""
    target, seen = tmp_path / "a.txt", []
    target.write_bytes(b"old")
    target.chmod(0o600)
    replaced = os.replace

    def watched(source, final):
        seen.append(mode(source))
        replaced(source, final)

    monkeypatch.setattr(os, "replace", watched)
    with umask(0):
        write_whole(target, b"new")
    assert seen == [0o600] and mode(target) == 0o600


# The history of a session

def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "symcalc" / "history"


@pytest.mark.parametrize("before", [None, 0o644, 0o666, 0o600])
def test_the_history_is_for_nobody_else_to_read(before, tmp_path, monkeypatch):
    pytest.importorskip("readline", reason="this Python has no readline")
    path = home(tmp_path, monkeypatch)
    if before is not None:
        path.parent.mkdir()
        path.write_text("w^2\n")
        path.chmod(before)
    with umask(0), terminal.history():
        assert mode(path) == 0o600              # from the first on, not only when it is written
    assert mode(path) == 0o600 and (before is not None or mode(path.parent) == 0o700)


@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe", "too long"])
def test_what_is_no_history_of_ours_is_left_alone(kind, tmp_path, monkeypatch):
    readline = pytest.importorskip("readline", reason="this Python has no readline")
    path = home(tmp_path, monkeypatch)
    path.parent.mkdir()
    other = tmp_path / "other.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path, 0o644)
    elif kind == "too long":
        path.write_bytes(b"x" * (terminal.LONGEST * 1_000))
    else:
        path.symlink_to(other)
        if kind == "link":
            other.write_text("mine\n")
            other.chmod(0o644)
    monkeypatch.setattr(readline, "write_history_file", lambda name: pytest.fail(f"{name} was written"))
    monkeypatch.setattr(readline, "read_history_file", lambda name: pytest.fail(f"{name} was read"))
    with terminal.history():
        pass
    if kind == "link":
        assert other.read_text() == "mine\n" and mode(other) == 0o644
    assert kind != "dangling link" or not other.exists()


def test_a_folder_that_cannot_be_written_ends_no_session(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with terminal.history():
        pass
    assert (tmp_path / "file").read_text() == ""

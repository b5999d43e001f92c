"""Reading a file up to a bound, and writing one whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from symcalc.errors import SymcalcError, as_given, named


def path_of(given: object) -> Path:
    """The path of a file, as text or as a Path.

    >>> path_of(3)
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: a file is given by its path, such as 'page.html', not 3
    """
    if not isinstance(given, (str, os.PathLike)):
        raise SymcalcError(f"a file is given by its path, such as 'page.html', not {as_given(given)}")
    return Path(given)


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of a regular file, and of a longer one no more than one byte over `most`.

    A pipe, of which nobody knows whether it ends, or a device is not opened.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     written = write_text(Path(folder, "a.txt"), "x = 1")
    ...     read_bounded(written, 2)
    b'x ='
    """
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            raise SymcalcError(f"'{named(path)}' is a folder; give the name of a file")
        if not stat.S_ISREG(kind):
            raise SymcalcError(f"'{named(path)}' is not a regular file but a pipe, socket or device; save what it gives "
                               "in a file first")
        with open(path, "rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise SymcalcError(f"there is no file '{named(path)}'; check its name and folder") from None
    except (OSError, ValueError) as fault:                   # ValueError: a NUL in the name
        raise SymcalcError(f"cannot read '{named(path)}': {getattr(fault, 'strerror', None) or fault}") from None


def check_target(target: Path) -> None:
    """Whether a file can stand there: its folder exists, and what has its name already is a regular file.

    >>> check_target(Path("no-such-folder/slopes.txt"))
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: there is no folder 'no-such-folder' to save 'slopes.txt' in; create it first
    """
    if "\0" in str(target):
        raise SymcalcError(f"'{named(target)}' holds a sign that no name of a file may hold")
    try:
        if not target.parent.is_dir():
            raise SymcalcError(f"there is no folder '{named(target.parent)}' to save '{named(target.name)}' in; "
                               "create it first")
        if target.is_dir():
            raise SymcalcError(f"'{named(target)}' is a folder; give the name of a file")
        if target.exists() and not target.is_file():
            raise SymcalcError(f"'{named(target)}' is no regular file but a pipe, socket or device; save under another name")
    except OSError as fault:                         # a name that is too long
        raise SymcalcError(f"cannot write '{named(target)}': {fault.strerror}") from None


def write_whole(target: Path, data: bytes) -> None:
    """The bytes at `target`, put there in one move: a reader sees the old file or the new one, never half of it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "a.txt"), b"x = 1")
    ...     [(file.name, file.read_text()) for file in Path(folder).iterdir()]
    [('a.txt', 'x = 1')]
    """
    check_target(target)
    final = Path(os.path.realpath(target))           # through a link, to the file that it stands for
    temporary = final.with_name(f".symcalc-{secrets.token_hex(8)}.tmp")
    try:
        # os.open rather than tempfile: a new file gets the permissions that the user's umask gives to any file, and one that
        # takes the place of another has those that the other had.
        mode = stat.S_IMODE(final.stat().st_mode) if final.exists() else None
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(temporary, flags, 0o666 if mode is None else 0o600), "wb") as file:
            if mode is not None:                # before there is anything to read in it
                os.chmod(temporary, mode)
            file.write(data)
        os.replace(temporary, final)
    except OSError as fault:
        raise SymcalcError(f"cannot write '{named(target)}': {fault.strerror or fault}") from fault
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], content: str) -> Path:
    """The text at `path`, as UTF-8, in one move; the path is returned.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_text(Path(folder, "a.txt"), "Σ").read_text(encoding="utf-8")
    'Σ'
    """
    target = path_of(path)
    write_whole(target, content.encode("utf-8"))
    return target

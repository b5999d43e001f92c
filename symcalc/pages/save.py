"""Writing a document to a file: whole or not at all, in the form that the name's suffix asks for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from symcalc.errors import SymcalcError, visible
from symcalc.pages import html, latex, markdown, notebook, text
from symcalc.pages.document import Document, Figure


class HasDocument(Protocol):
    """Anything that can say what it shows."""

    def document(self) -> Document: ...


def save(shown: HasDocument, path: str | os.PathLike[str]) -> Path:
    """The file written: .txt, .tex, .html, .md, .ipynb or .pdf by its suffix; an interrupted save leaves the old file.

    >>> from symcalc.pages.shown import Shown
    >>> save(Shown(), "slopes.doc")
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: 'slopes.doc' does not end in .txt, .tex, .html, .md, .ipynb or .pdf
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _WRITERS:
        *others, last = _WRITERS
        raise SymcalcError(f"'{visible(str(path))}' does not end in {', '.join(others)} or {last}")
    check_target(target)
    _WRITERS[suffix](shown.document(), target)
    return target


def check_target(target: Path) -> None:
    """Whether a file can stand there: its folder exists, and it is no folder itself.

    >>> check_target(Path("no-such-folder/slopes.txt"))
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: there is no folder 'no-such-folder' to save 'slopes.txt' in; create it first
    """
    if not target.parent.is_dir():
        raise SymcalcError(f"there is no folder '{visible(str(target.parent))}' to save '{visible(target.name)}' in; "
                           "create it first")
    if target.is_dir():
        raise SymcalcError(f"'{visible(str(target))}' is a folder; give the name of a file")


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
        # os.open rather than tempfile: the file gets the permissions that the user's umask gives to any file.
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "wb") as file:
            file.write(data)
        os.replace(temporary, final)
    except OSError as fault:
        raise SymcalcError(f"cannot write '{visible(str(target))}': {fault.strerror or fault}") from fault
    finally:
        temporary.unlink(missing_ok=True)


def _as_text(render: Callable[[Document], str]) -> Callable[[Document, Path], None]:
    """A writer for a renderer; every file ends with one newline."""
    return lambda document, target: write_whole(target, (render(document).rstrip("\n") + "\n").encode("utf-8"))


def write_latex(document: Document, target: Path) -> None:
    """The source at `target`, its pictures beside it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_latex(Document("", (Figure(png=b"", alt="a line"),)), Path(folder, "sheet.tex"))
    ...     sorted(file.name for file in Path(folder).iterdir())
    ['sheet-1.png', 'sheet.tex']
    """
    pictures = [block for block in document.blocks if isinstance(block, Figure)]
    # TeX reads a file name as TeX: only plain letters may stand in it.
    stem = "".join(c if (c.isascii() and c.isalnum()) or c == "-" else "-" for c in target.stem)
    names = {picture: f"{stem}-{k}.png" for k, picture in enumerate(dict.fromkeys(pictures), 1)}
    for picture, name in names.items():
        write_whole(target.with_name(name), picture.png)
    write_whole(target, latex.render(document, figures=names).encode("utf-8"))


def _write_pdf(document: Document, target: Path) -> None:
    from symcalc.pages.pdf import write_pdf

    write_pdf(document, target)


_WRITERS: Mapping[str, Callable[[Document, Path], None]] = {
    ".txt": _as_text(lambda document: text.render(document, width=88)), ".tex": write_latex, ".html": _as_text(html.render),
    ".md": _as_text(markdown.render), ".ipynb": _as_text(notebook.render), ".pdf": _write_pdf,
}

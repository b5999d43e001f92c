"""A document as a LaTeX file, and as PDF, set by latexmk where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from symcalc.errors import SymcalcError, named, visible
from symcalc.pages import latex
from symcalc.pages.document import Document, Figure
from symcalc.pages.files import write_whole

_SECONDS = 120
# No shell, no start-up files of the user's, and TeX may neither read nor write outside its folder.
_COMMAND = ("latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error",
            "-no-shell-escape", "sheet.tex")
# The same source gives the same PDF at any time, and no line of TeX's log is broken.
_GUARDED = {"openin_any": "p", "openout_any": "p", "max_print_line": "1000", "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}


def write_latex(document: Document, target: Path) -> None:
    """The source at `target`, its pictures beside it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_latex(Document("", (Figure(png=b"", alt="a line"),)), Path(folder, "sheet.tex"))
    ...     sorted(file.name for file in Path(folder).iterdir())
    ['sheet-1.png', 'sheet.tex']
    """
    pictures = [block for block in document.blocks if isinstance(block, Figure)]
    names = write_pictures(pictures, target)
    write_whole(target, latex.render(document, figures=names).encode("utf-8"))


def write_pictures(pictures: Sequence[Figure], target: Path) -> dict[Figure, str]:
    """The pictures beside `target`, and the name of each."""
    # TeX reads a file name as TeX: only plain letters may stand in it.
    stem = "".join(c if (c.isascii() and c.isalnum()) or c == "-" else "-" for c in target.stem)
    names = {picture: f"{stem}-{k}.png" for k, picture in enumerate(dict.fromkeys(pictures), 1)}
    for picture, name in names.items():
        write_whole(target.with_name(name), picture.png)
    return names


def write_pdf(document: Document, target: Path) -> None:
    """The document at `target`; without latexmk the .tex beside it, and an error that says what to install."""
    set_pdf(lambda source: write_latex(document, source), target)


def set_pdf(write: Callable[[Path], None], target: Path) -> None:
    """The PDF of the source that `write` puts where it is told to; without latexmk the .tex beside it, and an error."""
    if shutil.which("latexmk") is None:
        source = target.with_suffix(".tex")
        write(source)
        raise SymcalcError("a PDF needs LaTeX: install latexmk, texlive-latex-recommended and lmodern; "
                           f"until then the source is in '{named(source)}'")
    with TemporaryDirectory(prefix="symcalc-") as folder:
        write(Path(folder, "sheet.tex"))
        try:
            _run(Path(folder), target)
        except _Unset as fault:
            source = target.with_suffix(".tex")
            write(source)
            raise SymcalcError(f"{fault}; the source is in '{named(source)}'") from fault
        write_whole(target, Path(folder, "sheet.pdf").read_bytes())


class _Unset(SymcalcError):
    """What TeX could not set."""


def _run(folder: Path, target: Path) -> None:
    process = subprocess.Popen(_COMMAND, cwd=folder, env=os.environ | _GUARDED, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired as fault:
        raise _Unset(f"LaTeX took more than {_SECONDS} s over '{named(target)}' and was stopped") from fault
    finally:
        if process.poll() is None:
            _stop(process)
    if process.returncode != 0 or not (folder / "sheet.pdf").is_file():
        raise _Unset(f"LaTeX could not set '{named(target)}': {_complaint(folder / 'sheet.log')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """latexmk and the TeX that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _complaint(log: Path) -> str:
    """The first error in TeX's log, with the line of the source on which it stands."""
    said = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    if (found := re.search(r"^(?:\./)?sheet\.tex:(\d+): (?:LaTeX Error: )?(.*?)\.?$", said, re.MULTILINE)) is None:
        other = re.search(r"^(?:! |\S+:\d+: )(.*)$", said, re.MULTILINE)
        return visible(other[1]) if other else "it gave no reason"
    # TeX shows what it had read of the line: "l.12 \\frac".
    read = re.compile(rf"^l\.{found[1]} (.+)$", re.MULTILINE).search(said, found.end())
    near = f", after '{visible(read[1])[-40:]}'" if read else ""
    return f"on line {found[1]}, {visible(found[2])}{near}"

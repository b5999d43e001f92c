"""Writing a document to a file: whole or not at all, in the form that the name's suffix asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from symcalc.errors import SymcalcError, named, perhaps
from symcalc.pages import html, markdown, notebook, text
from symcalc.pages.document import Document
from symcalc.pages.files import check_target, path_of, write_whole
from symcalc.pages.pdf import write_latex, write_pdf


class HasDocument(Protocol):
    """Anything that can say what it shows."""

    def document(self) -> Document: ...


def check_suffix(path: str | os.PathLike[str], besides: tuple[str, ...] = ()) -> str:
    """The suffix in small letters, if it is one of a document, or one of those besides.

    >>> check_suffix("run.CSV", (".csv",))
    '.csv'
    """
    suffix = path_of(path).suffix.lower()
    *others, last = accepted = (*SUFFIXES, *besides)
    if suffix not in accepted:
        raise SymcalcError(f"'{named(path)}' does not end in {', '.join(others)} or {last}"
                           f"{_FOR_PICTURES if suffix in _PICTURES else perhaps(suffix, accepted)}")
    return suffix


def save(shown: HasDocument, path: str | os.PathLike[str], besides: tuple[str, ...] = (), *,
         own: Mapping[str, Callable[[Path], None]] = MappingProxyType({})) -> Path:
    """The file written: .txt, .tex, .html, .md, .ipynb or .pdf by its suffix; an interrupted save leaves the old file.

    `besides` are the suffixes that its owner writes, for the sentence that names them; `own` writers come in the
    place of those for any document.

    >>> from symcalc.pages.shown import Shown
    >>> save(Shown(), "slopes.doc")
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: 'slopes.doc' does not end in .txt, .tex, .html, .md, .ipynb or .pdf
    """
    target = path_of(path)
    suffix = check_suffix(target, besides)
    check_target(target)
    if suffix in own:
        own[suffix](target)
    else:
        _WRITERS[suffix](shown.document(), target)
    return target


def _as_text(render: Callable[[Document], str]) -> Callable[[Document, Path], None]:
    """A writer for a renderer; every file ends with one newline."""
    return lambda document, target: write_whole(target, (render(document).rstrip("\n") + "\n").encode("utf-8"))


_WRITERS: Mapping[str, Callable[[Document, Path], None]] = {
    ".txt": _as_text(text.for_file), ".tex": write_latex, ".html": _as_text(html.unfolding),
    ".md": _as_text(markdown.render), ".ipynb": _as_text(notebook.render), ".pdf": write_pdf,
}
SUFFIXES = tuple(_WRITERS)
_PICTURES = (".png", ".svg", ".gif", ".mp4", ".jpg", ".jpeg")
_FOR_PICTURES = "; pictures are drawn by sc.figures, by descend --plot, and by plot at the prompt"

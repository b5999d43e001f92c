"""What every object that can be shown has in common: print it, look at it in a notebook, save it."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, SupportsIndex

from symcalc.errors import SymcalcError
from symcalc.pages import text
from symcalc.pages.document import Document
from symcalc.pages.terminal import in_color


def _as_latex(document: Document) -> str:
    from symcalc.pages import latex

    return latex.render(document, standalone=False)


def _as_html(document: Document) -> str:
    from symcalc.pages import html

    return html.render(document, standalone=False)


_MEDIA: Mapping[str, Callable[[Document], str]] = {"text/latex": _as_latex, "text/html": _as_html}


class Shown:
    """Gives a class with a `document()` its `str`, its look in a notebook, and `save`.

    >>> from symcalc.pages.document import paragraph
    >>> class Slope(Shown):
    ...     def document(self):
    ...         return Document("", (paragraph("a slope of ", 3),))
    >>> print(Slope())
    a slope of 3
    """

    __slots__ = ()
    _pickled: ClassVar[bool] = False         # whether it may be; most hold formulas, which SymPy would put in its own order

    def document(self) -> Document:
        """What there is to say."""
        raise NotImplementedError

    def __str__(self) -> str:
        return text.printed(self.document())

    def _repr_mimebundle_(self, include: Container[str] | None = None,
                          exclude: Container[str] | None = None) -> dict[str, str]:
        """The media that a notebook asks for; IPython at a terminal asks too, and shows the text with the colours there are."""
        wanted = [kind for kind in ("text/plain", *_MEDIA)
                  if (not include or kind in include) and not (exclude and kind in exclude)]
        document = self.document()
        return {kind: _MEDIA[kind](document) if kind in _MEDIA else in_color(self, document) or text.printed(document)
                for kind in wanted}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """The file written, in the form that its suffix asks for: .txt, .tex, .html, .md, .ipynb or .pdf."""
        from symcalc.pages.save import save

        return save(self, path)

    def __copy__(self) -> Self:
        return self                          # nothing changes it

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        if self._pickled or type(self).__reduce__ is not object.__reduce__:
            return super().__reduce_ex__(protocol)
        raise SymcalcError(f"{type(self).__name__} cannot be pickled, as its formulas would not come back as written; "
                           "pickle the loss or the run, and make it again")

"""A worksheet: several versions out of one spec, each with a proved key, saved in any medium."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symcalc.errors import as_given, visible
from symcalc.pages import notebook, text
from symcalc.pages.document import Document, Figure, Paragraph, Table, paragraph
from symcalc.pages.files import write_whole
from symcalc.pages.pdf import set_pdf, write_pictures
from symcalc.pages.save import save
from symcalc.pages.shown import Shown
from symcalc.worksheets import moodle, qti
from symcalc.worksheets.blocks import all_questions, counted, key_blocks, points_of, sheet_blocks
from symcalc.worksheets.cells import answer_cells
from symcalc.worksheets.html import key_page, sheet_page
from symcalc.worksheets.items.item import LETTERS, WorksheetError
from symcalc.worksheets.latex import key_source, sheet_source
from symcalc.worksheets.spec import Spec, read_spec
from symcalc.worksheets.version import Part, draw_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout(Shown):
    """One version of a sheet, for learners or, as its key, for the teacher."""

    spec: Spec
    version: str
    parts: tuple[Part, ...]
    mark: str                 # the start of the SHA-256 of all that version and key say, the same on both
    is_key: bool = False

    def __repr__(self) -> str:
        return f"<{'key' if self.is_key else 'version'} {self.version} of '{visible(self.spec.title)}', {self.mark}>"

    @property
    def stamp(self) -> str:
        """What the foot of each page says beside the version: by which seed, and the mark of the content."""
        return f"seed {self.spec.seed}, {self.mark}"

    @property
    def title(self) -> str:
        return f"{self.spec.title}{': key' if self.is_key else ''}"

    def document(self) -> Document:
        """The page from its title to its foot."""
        blocks = (key_blocks if self.is_key else sheet_blocks)(self.spec, self.parts)
        return Document(self.title, (*blocks, self._foot()))

    def latex(self, pictures: Mapping[Figure, str] | None = None) -> str:
        """The LaTeX source on a page of its own making; `pictures` names the files of its figures."""
        source = key_source if self.is_key else sheet_source
        return source(self.spec, self.parts, self.version, self.stamp, pictures or {})

    def html(self) -> str:
        """The page for a browser, and for its printer."""
        return (key_page if self.is_key else sheet_page)(self.spec, self.parts, self.version, self.stamp)

    def notebook(self) -> str:
        """The notebook: for learners with a cell for each answer, which checks it where it is one formula."""
        blocks = key_blocks(self.spec, self.parts) if self.is_key else answer_cells(self.spec, self.parts)
        return notebook.render(Document(self.title, (*blocks, self._foot())))

    def moodle(self) -> str:
        """The version as a quiz in Moodle XML, with its key: what Moodle can grade is graded there, the rest are essays."""
        return moodle.quiz(self.spec, self.parts, self.version)

    def qti(self) -> bytes:
        """The version as a content package of QTI 1.2, a zip, with its key."""
        return qti.package(self.spec, self.parts, self.version, self.mark)

    def remarks(self, suffix: str) -> tuple[str, ...]:
        """What a file with this suffix has otherwise than the page, in a sentence each."""
        told = {".xml": moodle.remarks, ".zip": qti.remarks}.get(suffix)
        return told(self.spec, self.parts) if told else ()

    def _foot(self) -> Paragraph:
        return paragraph(f"Version {self.version} · {self.stamp}")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """The file written, in the form that its suffix asks for: .txt, .tex, .html, .md, .ipynb, .pdf, .xml or .zip.

        .xml is a quiz for Moodle and .zip a package of QTI 1.2 for other platforms; both hold the key too.
        """
        return save(self, path, besides=(".xml", ".zip"), own={
            ".tex": self._write_latex, ".pdf": lambda target: set_pdf(self._write_latex, target),
            ".html": lambda target: write_whole(target, self.html().encode("utf-8")),
            ".ipynb": lambda target: write_whole(target, self.notebook().encode("utf-8")),
            ".xml": lambda target: write_whole(target, self.moodle().encode("utf-8")),
            ".zip": lambda target: write_whole(target, self.qti()),
        })

    def _write_latex(self, target: Path) -> None:
        names = write_pictures(self._figures(), target)
        write_whole(target, self.latex(names).encode("utf-8"))

    def _figures(self) -> list[Figure]:
        items = [question.item for question in all_questions(self.parts)]
        asked = [block for item in items for block in item.question]
        solved = [block for item in items for block in (*item.answer, *item.solution)] if self.is_key else []
        return [block for block in (*asked, *solved) if isinstance(block, Figure)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet(Shown):
    """A sheet in several versions with proved keys; the same spec and seed give the same bytes.

    >>> sheet = Worksheet.from_spec({"title": "Slopes", "sections": [{"items": [{"kind": "differentiate", "count": 2}]}]})
    >>> sheet.letters, len(sheet.version("A").parts[0].questions), sheet.key("B").is_key
    (('A', 'B'), 2, True)
    """

    spec: Spec
    drawn: tuple[tuple[Part, ...], ...]
    marks: tuple[str, ...]

    @classmethod
    def from_spec(cls, spec: str | os.PathLike[str] | Mapping[str, Any], versions: int | None = None, seed: int | None = None,
                  made: Callable[[int], None] | None = None) -> Worksheet:
        """The sheet of a TOML file, or of a mapping like it; `versions` and `seed` come in the place of its own.

        `made` is called with the number of items so far. A spec that cannot be read, or items that cannot be made or
        proved, raise WorksheetError.
        """
        given = {"versions": versions, "seed": seed}
        read = read_spec(spec, **{key: value for key, value in given.items() if value is not None})
        drawn = draw_versions(read, made)
        return cls(spec=read, drawn=drawn, marks=tuple(_mark(read, parts) for parts in drawn))

    def __repr__(self) -> str:
        return f"<worksheet '{visible(self.spec.title)}', versions {', '.join(self.letters)}, seed {self.spec.seed}>"

    @property
    def letters(self) -> tuple[str, ...]:
        """The names of the versions."""
        return tuple(LETTERS[:len(self.drawn)])

    def version(self, letter: str = "A") -> Handout:
        """The sheet for learners."""
        return self._handout(letter, is_key=False)

    def key(self, letter: str = "A") -> Handout:
        """The same version with answers and solutions."""
        return self._handout(letter, is_key=True)

    def _handout(self, letter: str, is_key: bool) -> Handout:
        if not isinstance(letter, str) or letter not in self.letters:
            raise WorksheetError(f"there is no version {as_given(letter)}; there are {', '.join(self.letters)}")
        k = self.letters.index(letter)
        return Handout(spec=self.spec, version=letter, parts=self.drawn[k], mark=self.marks[k], is_key=is_key)

    def document(self) -> Document:
        """What there is: each question with its kind, level, points and proofs, and the fingerprints of the versions."""
        rows = tuple(
            (str(first.number), first.item.kind, str(first.item.level or ""), str(first.points),
             *(str(question.item.checks) for question in same))
            for same in zip(*map(all_questions, self.drawn)) for first in same[:1])
        questions = all_questions(self.drawn[0])
        head = ("Question", "Kind", "Level", "Points", *(f"Checks {letter}" for letter in self.letters))
        return Document(self.spec.title, (
            paragraph(f"{counted(len(questions), 'question')}, {counted(points_of(questions), 'point')}, "
                      f"{counted(len(self.drawn), 'version')}, seed {self.spec.seed}."),
            Table(header=head, rows=rows, words=frozenset({1})),
            paragraph("Fingerprints: ", ", ".join(map(" ".join, zip(self.letters, self.marks)))),
        ))

    def as_dict(self) -> dict[str, Any]:
        """The sheet for programs: of every question its kind, level, seed, points, checks and source, by version."""
        return {"title": self.spec.title, "seed": self.spec.seed, "versions": {
            letter: {"mark": mark, "questions": [
                {"number": question.number, "kind": question.item.kind, "level": question.item.level,
                 "seed": question.item.seed, "points": question.points, "checks": question.item.checks,
                 "source": question.item.source}
                for question in all_questions(parts)]}
            for letter, mark, parts in zip(self.letters, self.marks, self.drawn)}}


def _mark(spec: Spec, parts: tuple[Part, ...]) -> str:
    said = text.render(Document("", (*sheet_blocks(spec, parts), *key_blocks(spec, parts))))
    return hashlib.sha256(said.encode()).hexdigest()[:8]

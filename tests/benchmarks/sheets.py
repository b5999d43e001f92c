"""Worksheets set by LaTeX: every kind at every level in four looks, sheets and keys; and the time that twenty items take.

    python tests/benchmarks/sheets.py [--seeds 7 8] [--keep FOLDER]

Says for each look how many pages were set, the widest overfull box, and the questions whose words or letters are not found
in the text of the PDF; then the processor time of 20 items in four versions with keys as .tex. Tests use its functions too.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import symcalc as sc
from symcalc.pages.document import Block, Equation, Figure, Paragraph, Steps, Table
from symcalc.pages.rendering import formula_of
from symcalc.worksheets.blocks import all_questions
from symcalc.worksheets.items.kinds import KINDS
from symcalc.worksheets.sheet import Handout
from symcalc.worksheets.spec import read_spec

LOOKS = {
    "A4, ruled": {}, "letter, blank, short keys": {"paper": "letter", "space": "blank", "solutions": "short"},
    "large print": {"large_print": True},
    "large print, letter, no room": {"large_print": True, "paper": "letter", "space": "none", "points": False},
}
WIDEST = 5.0              # points by which a box may stick out
# Twenty items of many kinds.
TWENTY = {"title": "Twenty", "versions": 4, "seed": 7, "sections": [{"items": [
    {"kind": kind, "level": [1, 2]} for kind in ("differentiate", "evaluate", "tangent", "partial", "gradient", "chain_steps",
                                                 "mistake", "trace", "converges", "stationary")]}]}
_COMMAND = ("pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error")
_GUARDED = {"openin_any": "p", "openout_any": "p"}


def set_page(handout: Handout, folder: Path, name: str) -> tuple[str, float]:
    """The text of the PDF, and by how much its widest box, or its highest page, is overfull."""
    handout.save(folder / f"{name}.tex")
    done = subprocess.run([*_COMMAND, f"{name}.tex"], cwd=folder, capture_output=True, env=os.environ | _GUARDED, check=False)
    log = (folder / f"{name}.log").read_text(errors="replace")
    if done.returncode:
        raise RuntimeError(next((line for line in log.splitlines() if line.startswith("!")), "pdflatex failed"))
    said = subprocess.run(["pdftotext", "-layout", f"{name}.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True)
    # The number of pages that each of them names comes with the second run.
    if f"\\pages{{{said.stdout.count(chr(12))}}}" not in (folder / f"{name}.aux").read_text():
        raise RuntimeError("the number of pages is lost")
    wide = re.findall(r"Overfull \\[hv]box \(([0-9.]+)pt", log)
    return said.stdout, max(map(float, wide), default=0.0)


def missing(handout: Handout, said: str) -> list[str]:
    """What the questions say and the text does not: their words in order, and the letters and digits of their formulas."""
    page, lost = _packed(said), []
    places = list(_places(said, len(all_questions(handout.parts))))
    for question, place in zip(all_questions(handout.parts), places):
        lost += [f"{question.number}: {words}" for words in _words(question.item.question) if _packed(words) not in page]
        wanted = Counter("".join(_signs(question.item.question)))
        if short := wanted - Counter(place):
            lost.append(f"{question.number}: {dict(short)}")
    return lost if len(places) == len(all_questions(handout.parts)) else [*lost, f"only {len(places)} numbers of questions"]


def _packed(text: str) -> str:
    # A formula may stand in the middle of a sentence on lines of its own: only letters are compared.
    return "".join(filter(str.isalpha, text))


def _places(said: str, count: int) -> Iterator[str]:
    """The text of each question, from its number to the next; what is raised above its first line belongs to it too."""
    starts, at = [], 0
    for number in range(1, count + 1):
        found = re.compile(rf"^[ \f]*{number}\.\s", re.MULTILINE).search(said, at)
        if found is None:
            return
        at = found.end()
        starts.append(max(0, said.rfind("\n", 0, max(0, found.start() - 1))))
    for start, end in zip(starts, [*starts[1:], len(said)]):
        yield said[start:end + 160]


def _words(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from (part for part in block.parts if isinstance(part, str))
        elif isinstance(block, Table):
            yield from (cell for row in (block.header, *block.rows) for cell in row if isinstance(cell, str))


def _signs(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The Latin letters and digits of the formulas."""
    for block in blocks:
        if isinstance(block, Figure):
            continue
        formulas = block.sides if isinstance(block, Equation) else [step.expression for step in block.lines] \
            if isinstance(block, Steps) else block.parts if isinstance(block, Paragraph) else \
            [cell for row in block.rows for cell in row] if isinstance(block, Table) else []
        for formula in formulas:
            if not isinstance(formula, str) and "underline" not in (latex := formula_of(formula).latex):
                yield re.sub(r"\\(?:begin|end){[a-z]+}|\\[A-Za-z]+|[^A-Za-z0-9]", "", latex)


def every_kind(seed: int) -> dict[str, object]:
    """A spec with each kind at each of its levels, beside two items that a teacher wrote."""
    own = [{"question": "Why does a step become smaller towards the minimum?", "answer": "Its slope goes to 0."},
           {"question": "By m:", "expression": "(y - (m*x + b))^2", "wrt": "m",
            "latex": r"\begin{aligned} r &= y - (m x + b) \\ J &= r^2 \end{aligned}"}]
    drawn = [{"title": kind.about, "items": [{"kind": kind.name, "level": list(kind.levels)}]}
             for kind in KINDS.values() if kind.drawn]
    return {"title": "Every kind of question", "course": "Mathematics for machine learning", "date": "12 May", "versions": 2,
            "note": "Show your working.", "seed": seed, "hints": True, "rule_card": True,
            "sections": [*drawn, {"title": "In your own words", "items": own}]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        for seed in asked.seeds:
            spec = every_kind(seed)
            drawn = sc.Worksheet.from_spec(spec)
            for look, more in LOOKS.items():
                sheet = replace(drawn, spec=read_spec({**spec, **more}))
                _told(look, seed, sheet, folder)
    start = time.process_time()
    sheet = sc.Worksheet.from_spec(TWENTY)
    with tempfile.TemporaryDirectory() as made:
        for letter in sheet.letters:
            sheet.version(letter).save(Path(made, f"{letter}.tex"))
            sheet.key(letter).save(Path(made, f"{letter}-key.tex"))
    print(f"20 items in 4 versions with keys as .tex: {time.process_time() - start:.2f} s of processor time")


def _told(look: str, seed: int, sheet: sc.Worksheet, folder: Path) -> None:
    handouts = [handout for letter in sheet.letters for handout in (sheet.version(letter), sheet.key(letter))]
    names = [f"{look.replace(', ', '-').replace(' ', '-')}-{seed}-{k}" for k in range(len(handouts))]
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda job: set_page(*job), [(*job[:1], folder, job[1]) for job in zip(handouts, names)]))
    lost = [entry for handout, (said, _) in zip(handouts, pages) for entry in missing(handout, said)]
    print(f"seed {seed}, {look}: {sum(said.count(chr(12)) for said, _ in pages)} pages in {len(pages)} files, "
          f"overfull by {max(wide for _, wide in pages):.1f} pt at most, {len(lost)} questions not found {lost[:5] or ''}")


if __name__ == "__main__":
    main()

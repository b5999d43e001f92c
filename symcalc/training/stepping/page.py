"""The page itself: the loss and its method, the player, the derivations that unfold, and the table of updates."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from string import Template

import numpy as np

from symcalc.pages import html
from symcalc.pages.document import Document, Table
from symcalc.pages.files import write_whole
from symcalc.pages.numbers import short
from symcalc.pages.rendering import template
from symcalc.pages.retelling import Retelling
from symcalc.pages.shorthand import Shorthand
from symcalc.pages.slots import Form, Paths
from symcalc.pages.typeset import typeset, with_typeset_names
from symcalc.training.course import Course
from symcalc.training.stepping.pictures import pictures
from symcalc.training.told.page import page as in_words
from symcalc.training.told.update import Update

MOST = 200               # updates that can be stepped to; of a longer run the first half of them, then wider and wider apart
_LINE = re.compile("(?=<math)")          # each formula for itself: few forms, since most differ in numbers alone
_SCRIPT_ENDS = re.compile(r"<(?=[/!]|script)", re.IGNORECASE)          # what a browser looks for inside a script
_DERIVED = 4             # parameters up to which the page has their derivations


def write_page(run: Course, target: Path) -> None:
    """The page of the run as one file that needs no other: with the player where there is an update to step to."""
    write_whole(target, page(run).encode("utf-8"))


def page(run: Course) -> str:
    """The page of a run as HTML.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3)
    >>> "Update 2 of 3" in page(run) or 'id="slider"' in page(run)
    True
    """
    document = with_typeset_names(in_words(run), run.loss.parameters)
    if not run.nit or not run.started:
        return html.render(document)
    above = [*takewhile(lambda block: not isinstance(block, Table), document.blocks)]
    derived = _derivations(run)
    body = [f"<h1>{html.words(document.title)}</h1>", *map(html.block, above), "<h2>Step by step</h2>", _player(run),
            *(["<h2>Where the slopes come from</h2>"] if derived else []), *derived,
            "<h2>The updates</h2>", *map(html.block, document.blocks[len(above):])]
    return html.page(document.title, "\n".join(body) + "\n", template("unfold.css") + template("player.css"))


def stepped_to(count: int) -> list[int]:
    """After how many updates the run is looked at: at its start and after each; of a long one after ever fewer.

    >>> stepped_to(3), stepped_to(10**6)[-2:]
    ([0, 1, 2, 3], [912010, 1000000])
    """
    if count <= MOST:
        return list(range(count + 1))
    half = MOST // 2
    return sorted({*range(half), *np.geomspace(half, count, MOST + 1 - half).astype(int).tolist()})


# The player

def _player(run: Course) -> str:
    states = stepped_to(run.nit)
    drawings = pictures(run, states)
    seen = drawings[-1].seen("now")
    told = Retelling.of([[[_said(run, k, there)], *map(_LINE.split, working_of(run, k))] for k, there in zip(states, seen)])
    words, lines = _shorter(told.lines)
    data = {"steps": states, "words": words, "lines": lines, "kinds": told.kinds, "rows": told.rows,
            "moving": {name: {key: asdict(Paths.of([*map(str, values)])) if key == "d" else values
                              for key, values in moves.items()}
                       for drawing in drawings for name, moves in drawing.moving.items()},
            "trails": {f"{drawing.name}-trail": drawing.trail for drawing in drawings if drawing.trail}}
    return Template(template("player.html")).substitute(
        pictures="".join(drawing.svg() for drawing in drawings), last=len(states) - 1, data=in_script(data),
        left_out=_left_out(run, states),
        script=html.script("scroll.js", "player.js", "unfold.js"))


def _left_out(run: Course, states: Sequence[int]) -> str:
    """The sentence that says how many states of a long run one can step to."""
    if len(states) > run.nit:
        return ""
    told = f"{len(states):,} of the {run.nit + 1:,} states can be stepped to"
    return f"<p>{told}: the first {MOST // 2 + 1}, then ever fewer.</p>\n"


def _shorter(forms: Sequence[Form]) -> tuple[dict[str, str], list[Form]]:
    """The words of a shorthand, and the forms written in it."""
    short = Shorthand.of([part for form in forms for part in form if isinstance(part, str)])
    written = iter(short.texts)
    return short.words, [tuple(next(written) if isinstance(part, str) else part for part in form) for form in forms]


def working_of(run: Course, k: int) -> list[str]:
    """How the k-th update comes about, block by block, as HTML; nothing at the start."""
    return [*map(html.block, Update(run=run, k=k).document().blocks)] if k else []


def _said(run: Course, k: int, seen: bool) -> str:
    """Where the run stands, for the line under the slider and for those who hear it; whether that is out of the picture."""
    values = [_equal(typeset(run.loss.parameters[j]), run.points[k, j]) for j in run.moving[:_DERIVED]]
    values += ["…"] if len(run.moving) > _DERIVED else []
    values += [_equal("J", run.told_costs[k]), *([] if seen else ["out of the picture"])]
    return f"{f'After update {k} of {run.nit}' if k else 'At the start'}: {', '.join(values)}"


def _equal(name: str, value: float) -> str:
    """The equation so that no line ends within it, with a true minus sign."""
    return f"{name} = {short(value).replace('-', '−')}".replace(" ", "\N{NO-BREAK SPACE}")


def in_script(data: object) -> str:
    r"""The data as JSON in which nothing begins or ends an element or a comment of the page around it.

    >>> in_script({"a": "<b></script>"})
    '{"a":"<b>\\u003c/script>"}'
    """
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _SCRIPT_ENDS.sub(r"\\u003c", written)


# The derivations

def _derivations(run: Course) -> list[str]:
    if not run.by_gradient or run.partials is not None or len(run.moving) > _DERIVED:
        return []
    return [unfolding(f"How the slope along {typeset(run.loss.parameters[j])} is derived",
                      run.loss.derive(run.loss.parameters[j]).document()) for j in run.moving]


def unfolding(title: str, document: Document) -> str:
    """A derivation behind its title; the script lets it unfold line by line."""
    return (f'<details class="unfolding"><summary>{html.words(title)}</summary>\n'
            + "\n".join(map(html.block, document.blocks)) + "\n</details>")

"""A document as a Jupyter notebook: words in Markdown cells, Python in cells that can be run."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from symcalc.pages import markdown
from symcalc.pages.document import Block, Code, Document, Figure, Heading

Cell = dict[str, Any]


def render(document: Document) -> str:
    """The document as a notebook of format 4.5; the same document gives the same text.

    >>> cells = json.loads(render(Document("Slopes", (Code("1 + 1"),))))["cells"]
    >>> [(cell["id"], cell["cell_type"], cell["source"]) for cell in cells]
    [('cell-1', 'markdown', ['# Slopes']), ('cell-2', 'code', ['1 + 1'])]
    """
    cells = [_code_cell(group[0]) if _is_python(group[0]) else _markdown_cell(group) for group in _groups(document)]
    notebook = {"cells": [cell | {"id": f"cell-{k}"} for k, cell in enumerate(cells, 1)], "metadata": _METADATA,
                "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


_METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
             "language_info": {"name": "python"}}


def _is_python(block: Block) -> bool:
    return isinstance(block, Code) and block.language == "python"


def _groups(document: Document) -> list[list[Block]]:
    """The blocks cell by cell: a heading begins a cell, and Python has one of its own."""
    groups: list[list[Block]] = [[Heading(document.title, level=1)]] if document.title else []
    fresh = False
    for block in document.blocks:
        if fresh or not groups or _is_python(block) or isinstance(block, Heading):
            groups.append([])
        groups[-1].append(block)
        fresh = _is_python(block)
    return groups


def _code_cell(code: Code) -> Cell:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
            "source": _lines(code.text.rstrip("\n"))}


def _markdown_cell(blocks: Iterable[Block]) -> Cell:
    """The blocks as Markdown, their pictures attached to the cell."""
    written, pictures = [], {}
    for block in blocks:
        if isinstance(block, Figure):
            name = f"picture-{len(pictures) + 1}.png"
            pictures[name] = {"image/png": base64.b64encode(block.png).decode("ascii")}
            written.append(markdown.picture(block, f"attachment:{name}"))
        else:
            written.append(markdown.block(block))
    cell: Cell = {"cell_type": "markdown", "metadata": {}, "source": _lines("\n\n".join(written))}
    return cell | {"attachments": pictures} if pictures else cell


def _lines(text: str) -> list[str]:
    """The text line by line, each but the last with its newline, as Jupyter stores it."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + lines[-1:]

"""Notebooks: format 4.5, the same text every time, Python in cells of its own."""

import base64
import json

import pytest

from symcalc.errors import SymcalcError
from symcalc.pages import notebook
from symcalc.pages.document import Code, Document, Figure, Heading, paragraph


def cells(document: Document) -> list[dict]:
    return json.loads(notebook.render(document))["cells"]


def test_the_whole_of_a_small_notebook():
    assert json.loads(notebook.render(Document("T", (paragraph("a"), Code("x = 1\nx\n"), paragraph("b"))))) == {
        "cells": [
            {"cell_type": "markdown", "id": "cell-1", "metadata": {}, "source": ["# T\n", "\n", "a"]},
            {"cell_type": "code", "execution_count": None, "id": "cell-2", "metadata": {}, "outputs": [], "source": ["x = 1\n", "x"]},
            {"cell_type": "markdown", "id": "cell-3", "metadata": {}, "source": ["b"]},
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                     "language_info": {"name": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }


def test_the_text_is_stable_sorted_and_ends_with_a_newline(everything):
    written = notebook.render(everything)
    assert written == notebook.render(everything) and written.endswith("}\n")
    assert written == json.dumps(json.loads(written), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_a_heading_begins_a_cell():
    assert [cell["source"][0] for cell in cells(Document("", (paragraph("a"), Heading("H"), paragraph("b"))))] == ["a", "## H\n"]


def test_other_languages_are_for_reading():
    assert cells(Document("", (Code("x", language="text"),)))[0]["cell_type"] == "markdown"


def test_pictures_are_attached():
    cell, = cells(Document("", (Figure(png=b"p", alt="a"),)))
    assert cell["source"] == ["![a](attachment:picture-1.png)"]
    assert base64.b64decode(cell["attachments"]["picture-1.png"]["image/png"]) == b"p"


def test_every_block_is_there(everything):
    kinds = [cell["cell_type"] for cell in cells(everything)]
    assert kinds == ["markdown", "markdown", "code", "markdown"]


def test_strings_are_only_strings(hostile):
    document = Document(hostile, (paragraph(hostile), Code(hostile)))
    assert cells(document)[-1]["source"] == [hostile]


def test_what_is_no_block_is_named():
    with pytest.raises(SymcalcError, match="a document cannot hold a bytes"):
        notebook.render(Document("", (b"x",)))

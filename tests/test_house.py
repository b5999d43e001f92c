"""Imports run downwards, from room to room, folder to folder and file to file, also those in functions and for types alone."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import symcalc

PACKAGE = Path(symcalc.__file__).parent
FILES = {".".join(("symcalc", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
         for path in PACKAGE.rglob("*.py")}
ROOMS = ("errors", "written", "functions", "primed", "indices", "parts", "vocabulary", "pages", "language", "calculus", "compute",
         "training", "demo", "figures", "worksheets", "", "cli", "__main__")          # the one without a name is symcalc itself


def imported(source: str) -> Iterator[str]:
    """The files of the package that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, "imports name the whole path"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in FILES else node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room(name: str) -> str:
    return name.removeprefix("symcalc").lstrip(".").split(".")[0]


def folder(name: str) -> str:
    """The folder that a file is in, as one; a file in none of its own room's is itself."""
    parts = name.split(".")
    return ".".join(parts[:3]) if len(parts) > 3 else name


@cache
def graph() -> dict[str, set[str]]:
    """What each file imports; asked for by the tests, not while they are collected."""
    return {name: {found for found in imported(path.read_text(encoding="utf-8")) if found in FILES and found != name}
            for name, path in FILES.items()}


def test_no_file_imports_itself_by_way_of_others() -> None:
    assert len(graph()) > 300
    TopologicalSorter(graph()).prepare()           # CycleError names the circle


def test_no_folder_imports_itself_by_way_of_others() -> None:
    folders: dict[str, set[str]] = {}
    for name, below in graph().items():
        folders.setdefault(folder(name), set()).update({folder(found) for found in below} - {folder(name)})
    assert "symcalc.training.minima" in folders and "symcalc.training.minima.finding" not in folders
    TopologicalSorter(folders).prepare()


def test_a_circle_would_be_found() -> None:
    below = next(iter(graph()["symcalc.training.course"]))
    with pytest.raises(CycleError):
        TopologicalSorter({**graph(), below: {*graph()[below], "symcalc.training.course"}}).prepare()
    assert [*imported("def later():\n    from symcalc.training import course\n")] == ["symcalc.training.course"]


def test_rooms_import_from_those_below_them_alone() -> None:
    assert {room(name) for name in graph()} == set(ROOMS)
    assert [(name, found) for name, below in graph().items() for found in below
            if ROOMS.index(room(found)) > ROOMS.index(room(name))] == []

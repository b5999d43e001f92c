"""The list of what no test reaches speaks of functions that are there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import symcalc

PACKAGE = Path(symcalc.__file__).parent
LISTED = re.findall(r"^symcalc/(\S+\.py)  (\S+): \d+, \d+$",
                    Path(__file__).with_name("not_covered.txt").read_text(encoding="utf-8"), re.MULTILINE)


def named(node: ast.AST, before: str = "") -> Iterator[str]:
    """The functions and classes of a file, each under those around it."""
    for child in ast.iter_child_nodes(node):
        name = f"{before}{child.name}" if isinstance(child, ast.FunctionDef | ast.ClassDef) else ""
        if name:
            yield name
        yield from named(child, f"{name}." if name else before)


def test_every_function_on_the_list_is_there() -> None:
    files = {path: {"module", *named(ast.parse((PACKAGE / path).read_text(encoding="utf-8")))} for path, _ in LISTED}
    assert len(LISTED) > 100
    assert [(path, name) for path, name in LISTED if name not in files[path]] == []

"""The file of a spec: its text, and what TOML makes of it, with advice where that is nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from symcalc.errors import SymcalcError, visible
from symcalc.pages.files import read_bounded
from symcalc.worksheets.items.item import WorksheetError

_LONGEST = 200_000        # bytes of a spec
_UNREAD = re.compile(r"(?:[0-9]_?){4000}")
_DEEP = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++\s*+\.\s*+){50}")          # with n dots in a key, tomllib takes n² steps
_SLIPS: tuple[tuple[str, str], ...] = (
    (r"^\s*[\w-]+\s*=\s*(True|TRUE|False|FALSE|yes|no|on|off|Yes|No|On|Off)\b", "write true or false, in small letters"),
    (r"^\s*[\w-]+\s*=\s*(#.*)?$", "after = comes a value, as in title = \"Slopes\""),
    (r"^\s*[\w-]+\s*=\s*[A-Za-z]", "write text in quotes, as in title = \"Slopes\""),
    (r"^\s*[\w-]+\s*:|[{,]\s*[\w-]+\s*:", "between a key and its value comes =, not a colon"),
    (r"^\s*[\w-]+\s+[\w-]+\s*=", "a key is one word, as in large_print = true"),
    (r"\"[^\"]*\\[^\"]*\"", "write LaTeX between single quotes, as in latex = '\\frac{1}{2}'"),
    (r"\{[^}]*;", "the entries of { ... } are parted by commas"),
    (r",\s*,|\{\s*,|,\s*\}", "there is a comma too many"),
    (r"\{[^}]*$", "close { ... } on the line on which it began"),
    (r"\{[^}]*[\w\"'\]]\s+[\w-]+\s*=", "the entries of { ... } are parted by commas"),
    (r"^[^\"#]*(\"[^\"]*\"[^\"#]*)*\"[^\"]*$|^[^'#]*'[^']*$", "a quote is not closed on its line"),
    (r"^\s*[\w-]+\s*$", "after a key comes = and its value, as in title = \"Slopes\""),
)


def read_text(path: Path) -> str:
    """The text of a spec in UTF-8, its lines ended by one sign each."""
    name = visible(path.name)
    try:
        written = read_bounded(path, _LONGEST)
    except SymcalcError as fault:
        raise WorksheetError(str(fault)) from None
    if len(written) > _LONGEST:
        raise WorksheetError(f"{name} has more than {_LONGEST:,} bytes, the most that a spec may have")
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = written.count(b"\n", 0, fault.start) + 1
        raise WorksheetError(f"{name}, line {line}: this is no text in UTF-8; save the file as UTF-8") from fault
    return text.replace("\r\n", "\n").replace("\r", "\n")


def toml(path: Path, text: str) -> Mapping[str, Any]:
    """The tables of the text."""
    name = visible(path.name)
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise WorksheetError(f"{name}, line {line}: a key with so many dots is nested too deeply; a spec has sections, and "
                             "sections have items")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise WorksheetError(_no_toml(name, text, str(fault))) from fault
    except ValueError as fault:          # of Python itself, from a number that it does not read
        number = next((k for k, line in enumerate(text.split("\n"), 1) if _UNREAD.search(line)), 1)
        raise WorksheetError(f"{name}, line {number}: there is a whole number of thousands of digits") from fault
    except RecursionError as fault:
        raise WorksheetError(f"{name} is nested too deeply; a spec has sections, and sections have items") from fault


def _no_toml(name: str, text: str, complaint: str) -> str:
    """What tomllib says, "Invalid value (at line 2, column 7)", with the line in front and what to write instead behind."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", complaint, re.DOTALL)
    lines = text.rstrip("\n").split("\n")
    number = int(found[2]) if found and found[2] else len(lines)
    line = lines[min(number, len(lines)) - 1]
    if found and found[1] == "Cannot overwrite a value":
        return f"{name}, line {number}: {visible(line.split('=')[0].strip())} stands there twice"
    said = visible(found[1] if found else complaint)
    slip = next((advice for pattern, advice in _SLIPS if re.search(pattern, line)), "")
    return f"{name}, line {number}: this is no TOML: {said[:1].lower()}{said[1:]}{slip and f'; {slip}'}"

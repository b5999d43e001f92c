"""A saved run read back from its file."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from symcalc.errors import DataError, SymcalcError, as_given, visible
from symcalc.training.course import with_data
from symcalc.training.kept.recorded import run_in
from symcalc.training.kept.retold import first_odd
from symcalc.training.losses import Loss
from symcalc.training.run import Run

MAX_BYTES = 2**30


def load_run(path: str | os.PathLike[str], data: object = None) -> Run[Loss]:
    """The run saved in a JSON file, with every number as it was; `data` is needed to replay it or to print its sums.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     saved = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=2).save(Path(folder, "run.json"))
    ...     load_run(saved).history["w"]
    array([0.  , 1.5 , 2.25])
    """
    if not isinstance(path, (str, os.PathLike)):
        raise DataError(f"a saved run is a file, so give its path, as in load_run('run.json'), not {as_given(path)}")
    source = visible(Path(path).name or str(path))[:80]
    whole = _parsed(_text(Path(path), source), source)
    if not isinstance(whole, dict) or not isinstance(whole.get("replay"), dict):
        raise DataError(f'{source} is no saved run: it has no "replay"; run.save("run.json") writes such a file')
    run = run_in(whole["replay"], Run, Loss, source=source)
    said = {key: value for key, value in whole.items() if key not in ("replay", "updates")}
    run = replace(run, told={**said, "updates": first_odd(run, whole["updates"]) if "updates" in whole else None})
    return run if data is None else with_data(run, data)


def _text(path: Path, source: str) -> str:
    try:
        if path.is_dir():
            raise DataError(f"{source} is a folder; give the path of a file")
        if not path.is_file():
            raise DataError(f"there is no file {source}; check its name and folder")
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{source} is larger than {MAX_BYTES // 2**30} GB, so it is not read")
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise DataError(f"{source} cannot be read: {fault.strerror}") from None
    except ValueError as fault:                 # no UTF-8, or a NUL in the path
        if isinstance(fault, SymcalcError):
            raise
        raise DataError(f"{source} is not UTF-8 text, so it is no saved run") from None


def _parsed(text: str, source: str) -> Any:
    def refused(word: str) -> NoReturn:
        raise DataError(f"{source} is no saved run: it holds {word}, which is no JSON")

    try:
        return json.loads(text, parse_constant=refused)
    except json.JSONDecodeError as fault:
        raise DataError(f"{source} is no saved run: it is not JSON at line {fault.lineno}, column {fault.colno}") from None
    except RecursionError:
        raise DataError(f"{source} is no saved run: its brackets are nested too deeply") from None
    except ValueError as fault:                 # a whole number with thousands of digits
        if isinstance(fault, SymcalcError):
            raise
        raise DataError(f"{source} is no saved run: a number in it is too long") from None

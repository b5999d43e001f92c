"""The public surface keeps its word to a strict type checker: each module that a public name comes from, and a program."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import symcalc

pytest.importorskip("mypy")

ROOT = Path(__file__).parents[1]
PACKAGE = Path(symcalc.__file__).parent


def public_modules() -> set[str]:
    """The files that public names are defined in."""
    homes = {getattr(getattr(symcalc, name), "__module__", f"symcalc.{name}") for name in symcalc.__all__}
    return {str(import_module(home).__file__) for home in homes}


def checked(*files: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(folder),
         "--follow-imports=silent", *files], capture_output=True, text=True, cwd=folder,
        env={**os.environ, "MYPYPATH": str(PACKAGE.parent)})


def test_the_public_surface_is_strictly_typed(tmp_path: Path) -> None:
    files = sorted({str(PACKAGE / "__init__.py"), *public_modules()})
    done = checked(str(ROOT / "tests" / "typed" / "client.py"), *files, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert len(files) > 30 and (PACKAGE / "py.typed").exists()

    wrong = tmp_path / "wrong.py"
    wrong.write_text('import symcalc as sc\nsteps: str = sc.Loss("w^2").descend(start={"w": 1}).nit\nsc.derive()\n')
    done = checked(str(wrong), folder=tmp_path)
    assert done.stdout.count("error:") == 2, done.stdout

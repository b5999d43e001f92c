"""Every worked example runs, and prints what it is known to print.

`SYMCALC_BLESS=1` writes the outputs anew; read them before keeping them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "worked_examples"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_example_prints_what_it_is_known_to_print(example, tmp_path):
    done = subprocess.run([sys.executable, "-W", "error", example, tmp_path], capture_output=True, text=True,
                          encoding="utf-8", timeout=60, env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "88", "PYTHONPATH": str(EXAMPLES.parent)})
    assert done.returncode == 0, done.stderr
    known = EXAMPLES / "output" / f"{example.stem}.txt"
    if os.environ.get("SYMCALC_BLESS"):
        known.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == known.read_text(encoding="utf-8")


def test_the_first_example_saves_its_pictures(tmp_path):
    example = next(EXAMPLES.glob("01_*.py"))
    subprocess.run([sys.executable, example, tmp_path], check=True, capture_output=True, timeout=60)
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["films-cost.png", "films-fit.png"]

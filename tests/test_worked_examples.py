"""Every worked example runs, prints what it is known to print, and draws the picture that stands for it in the README.

`SYMCALC_BLESS=1` writes the outputs and the small pictures anew; read and look at them before keeping them.
"""

import io
import os
import re
import runpy
import shutil
import sys
import warnings
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[1] / "worked_examples"
PICTURES = EXAMPLES / "pictures"
README = EXAMPLES.parent.joinpath("README.md").read_text(encoding="utf-8")
ROW = r"^\| `(\w+)\.py` \| .+ \| !\[[^]]+\]\(worked_examples/pictures/([\w-]+\.png)\) \|$"
ROWS = dict(re.findall(ROW, README, re.MULTILINE))
MOVING = "films.gif"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
WIDE = 420               # pixels of a small picture


@pytest.mark.parametrize("example", SCRIPTS, ids=lambda path: path.stem)
def test_example_prints_and_draws_what_it_is_known_to(example, tmp_path, monkeypatch, capsys):
    """All in this process, one after the other: what ran before changes neither a character nor a picture."""
    pictures = tmp_path / "pictures"           # the example makes it
    monkeypatch.setattr(sys, "argv", [str(example), str(pictures)])
    for name, value in {"PYTHONIOENCODING": "utf-8", "COLUMNS": "88", "PYTHONPATH": str(EXAMPLES.parent)}.items():
        monkeypatch.setenv(name, value)        # for what an example starts
    with warnings.catch_warnings():
        warnings.simplefilter("error")         # with old versions of others, too, whose own warnings are let pass elsewhere
        runpy.run_path(str(example), run_name="__main__")
    said, complained = capsys.readouterr()
    assert complained == ""
    known = EXAMPLES / "output" / f"{example.stem}.txt"
    if os.environ.get("SYMCALC_BLESS"):
        known.write_text(said, encoding="utf-8")
        bless(pictures, ROWS[example.stem])
    assert said == known.read_text(encoding="utf-8")
    if example.stem.startswith("15") and not (shutil.which("latexmk") and shutil.which("pdftoppm")):
        pytest.skip("the picture of a printed page needs latexmk and pdftoppm")
    with Image.open(pictures / ROWS[example.stem]) as drawn, Image.open(PICTURES / ROWS[example.stem]) as small:
        assert drawn.width / drawn.height == pytest.approx(small.width / small.height, rel=0.02)


def bless(folder, name):
    """A picture made small: fewer pixels, and as many colours as a line drawing needs."""
    if (folder / name).exists():
        with Image.open(folder / name) as drawn:
            small = drawn.convert("RGB").resize((WIDE, round(drawn.height * WIDE / drawn.width)), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        small.quantize(64, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)
        PICTURES.joinpath(name).write_bytes(file.getvalue())
    if (folder / MOVING).exists():
        shutil.copy(folder / MOVING, PICTURES)


def test_every_example_has_its_line_and_its_picture_in_the_readme():
    assert [*ROWS] == [script.stem for script in SCRIPTS] and len({*ROWS.values()}) == len(SCRIPTS)
    assert sorted(path.name for path in PICTURES.iterdir()) == sorted([*ROWS.values(), MOVING])
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert sizes.pop(MOVING) < 400_000 and max(sizes.values()) < 40_000 and sum(sizes.values()) < 400_000
    assert f"(worked_examples/pictures/{MOVING})" in README

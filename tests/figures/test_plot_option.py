"""`symcalc descend --plot` with a suffix that moves."""

import pytest
from click.testing import CliRunner
from PIL import Image

from symcalc.cli import main

GIVEN = ("descend", "(w-3)^2", "--rate", "0.2", "--steps", "4")


def called(*arguments):
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", ["run.gif", "RUN.GIF"])
def test_a_gif_is_the_run_as_an_animation(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    result = called(*GIVEN, "--plot", name)
    assert (result.exit_code, result.stderr) == (0, f"saved {name}\n")
    with Image.open(tmp_path / name) as picture:
        assert picture.n_frames == 5
    assert "add --force to overwrite it" in " ".join(called(*GIVEN, "--plot", name).stderr.split())


@pytest.mark.parametrize(("options", "sentence"), [
    (("--plot", "run.mp4"), "an MP4 needs ffmpeg"), (("--plot", "run.jpg"), "does not end in .png, .svg, .pdf, .gif or .mp4"),
    (("--plot", "run.gif", "--methods", "adam,momentum"), "an animation shows one run; save the picture of several"),
])
def test_what_cannot_be_saved_is_said_before_the_run(tmp_path, monkeypatch, options, sentence):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    given = [part for part in GIVEN if "--methods" not in options or part not in ("--rate", "0.2")]
    result = called(*given, *options)
    assert (result.exit_code, result.stdout) == (2, "") and sentence in " ".join(result.stderr.split())

"""Runs as moving pictures and strips, by their frames, their size and what is drawn in them."""

import os
import shutil
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

import symcalc as sc
from symcalc.errors import LossError, SymcalcError
from symcalc.figures import animate, strip
from symcalc.figures.animation import _caption, _chosen, spread
from symcalc.figures.scene import panels_of
from symcalc.figures.style import drawing, fixed_legend, is_seen

X = np.linspace(0, 5, 12)
DATA = {"x": X, "y": 2 * X + 1 + 0.4 * np.sin(7 * X)}
LINE = sc.mean_squared_error("y", sc.line("x"))
PARABOLA = sc.Loss("(w - 3)^2")


def line_run(rate=0.02, steps=6, **how):
    return LINE.descend(DATA, start=[0, 0], rate=rate, steps=steps, **how)


def shown(run, panel, k):
    """The artists of one panel after so many updates, by their labels."""
    axes = Figure().subplots()
    panel(axes, run)(k)
    return axes, {artist.get_label(): artist for artist in (*axes.lines, *axes.collections)}


# Files

def test_a_gif_has_a_frame_for_every_point_and_rests_on_the_last(tmp_path):
    path = animate(line_run(), tmp_path / "run.gif")
    assert path == tmp_path / "run.gif"
    with Image.open(path) as picture:
        assert picture.format == "GIF" and picture.n_frames == 7 and picture.info["loop"] == 0
        times = []
        for k in range(picture.n_frames):
            picture.seek(k)
            times.append(picture.info["duration"])
            assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert len(set(times[:-1])) == 1 and times[-1] > 5 * times[0]


def test_it_is_the_same_each_time(tmp_path):
    one, other = (animate(line_run(steps=3), tmp_path / name).read_bytes() for name in ("a.gif", "b.GIF"))
    assert one == other


def test_a_long_run_is_small(tmp_path):
    path = animate(line_run(steps=300), tmp_path / "run.gif")
    assert path.stat().st_size < 1_000_000
    with Image.open(path) as picture:
        assert picture.n_frames == 40


@pytest.mark.parametrize(("count", "frames"), [(1, 40), (40, 40), (41, 40), (42, 40), (1001, 40), (10**6, 40), (3, 2), (9, 3)])
def test_frames_go_from_the_start_to_the_end(count, frames):
    steps = _chosen(count, frames)
    assert steps[0] == 0 and steps[-1] == count - 1 and len(steps) == min(count, frames)
    assert all(a < b for a, b in pairwise(steps))


def test_stills_go_from_the_start_to_the_end():
    assert spread(101, 5)[0] == 0 and spread(101, 5)[-1] == 100 and spread(2, 5) == [0, 1]


FAKE = """#!{python}
import sys
data = sys.stdin.buffer.read()
width, height = map(int, sys.argv[sys.argv.index("-s") + 1].split("x"))
assert len(data) % (3 * width * height) == 0
open(sys.argv[-1], "wb").write(b"frames %d" % (len(data) // (3 * width * height)))
sys.exit({status})
"""


def fake_ffmpeg(folder, monkeypatch, status):
    program = folder / "ffmpeg"
    program.write_text(FAKE.format(python=sys.executable, status=status))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for ffmpeg is a script")
def test_an_mp4_is_made_by_ffmpeg(tmp_path, monkeypatch):
    fake_ffmpeg(tmp_path, monkeypatch, 0)
    run = PARABOLA.descend(start=[0], rate=0.2, steps=3)
    assert animate(run, tmp_path / "run.mp4").read_bytes() == b"frames 12"          # the last of four stays on
    fake_ffmpeg(tmp_path, monkeypatch, 1)
    with pytest.raises(SymcalcError, match=r"^ffmpeg could not make the MP4; save a \.gif instead$"):
        animate(run, tmp_path / "other.mp4")
    assert not (tmp_path / "other.mp4").exists()


@pytest.mark.parametrize(("name", "how", "sentence"), [
    ("run.mov", {}, "'run.mov' does not end in .gif or .mp4"), ("run", {}, "does not end in .gif or .mp4"),
    ("nowhere/run.gif", {}, "there is no folder"), ("run.mp4", {}, "an MP4 needs ffmpeg, which is not installed here"),
    ("run.gif", {"frames": 1}, "an animation has at least 2 frames, not 1"), ("run.gif", {"over": "q"}, "q is no parameter"),
])
def test_what_cannot_be_animated_says_why(tmp_path, monkeypatch, name, how, sentence):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SymcalcError) as caught:
        animate(line_run(), name, **how)
    assert sentence in str(caught.value) and not list(tmp_path.iterdir())


def test_several_runs_are_no_animation(tmp_path):
    with pytest.raises(SymcalcError, match="an animation shows one run; of several, animate one"):
        animate(PARABOLA.sweep(start=[0], rates=[0.1, 0.2], steps=2), tmp_path / "a.gif")


def test_a_run_that_did_not_start_has_nothing_to_show(tmp_path):
    run = sc.Loss("ln(w)").descend(start=[-1])
    for make in (lambda: animate(run, tmp_path / "a.gif"), lambda: strip(run)):
        with pytest.raises(LossError, match="there is no run to draw: Stopped before"):
            make()


# What moves

def test_the_line_moves_over_the_data_with_its_residuals():
    run = line_run()
    for k in (0, 3, 6):
        _, drawn = shown(run, panels_of(run)[0], k)
        m, b = run.points[k]
        across, line = drawn["model"].get_data()
        assert line == pytest.approx(m * across + b)
        assert drawn["data"].get_ydata() == pytest.approx(DATA["y"])
        ends = np.array(drawn["residuals"].get_segments())
        assert ends[:, 0, 1] == pytest.approx(DATA["y"]) and ends[:, 1, 1] == pytest.approx(m * X + b)


def test_the_point_rolls_down_the_curve_with_its_tangent():
    run = PARABOLA.descend(start=[0], rate=0.2, steps=8)
    panel, = panels_of(run)
    for k in (0, 4, 8):
        axes, drawn = shown(run, panel, k)
        w = run.points[k, 0]
        assert drawn["now"].get_data() == ([w], [pytest.approx((w - 3) ** 2)])
        across, up = drawn["tangent"].get_data()
        assert np.diff(up) / np.diff(across) == pytest.approx(2 * (w - 3))
        assert np.mean(up) == pytest.approx((w - 3) ** 2)
        values, curve = drawn["J"].get_data()
        assert curve == pytest.approx((values - 3) ** 2)
        assert len(drawn["visited"].get_xdata()) == k
        assert axes.texts[0].get_text() == f"slope {2 * (w - 3):.3g}"


def test_what_is_not_yet_there_is_not_named():
    """In the film's first frame nothing has been visited; there the next step is, and at the end no more."""
    film = sc.Loss("u^2 + 4*v^2").descend(start=[2, 1], rate=0.1, steps=3)
    names = []
    with drawing() as (figure, axes):
        show = panels_of(film)[0](axes, film)
        axes.legend()
        FigureCanvasAgg(figure).draw()
        for drawn, (_, words) in fixed_legend(axes):
            show(0)
            first = is_seen(axes, drawn)
            show(3)
            names.append((words.get_text(), first, is_seen(axes, drawn)))
    assert names == [("the way so far", False, True), ("the next step", True, False), ("now", True, True)]


def test_over_one_of_two_parameters_the_curve_moves_with_the_other():
    run = line_run()
    panel = panels_of(run, over=run.loss.parameters[0])[1]
    for k in (0, 5):
        axes, drawn = shown(run, panel, k)
        values, curve = drawn["J"].get_data()
        b = run.points[k, 1]
        assert curve == pytest.approx([np.mean((DATA["y"] - (m * X + b)) ** 2) for m in values])
        assert axes.get_title(loc="center") + axes.get_title(loc="left") == f"b = {b:.4g} held"


def test_contours_show_the_way_so_far_and_the_next_step():
    run = sc.Loss("u^2 + 4*v^2").descend(start=[2, 1], rate=0.1, steps=5)
    panel, = panels_of(run)
    _, drawn = shown(run, panel, 2)
    for label, part in (("the way so far", slice(3)), ("the next step", slice(2, 4)), ("now", slice(2, 3))):
        assert np.column_stack(drawn[label].get_data()).tolist() == run.points[part].tolist()
    assert len(shown(run, panel, 5)[1]["the next step"].get_xdata()) == 1


@pytest.mark.parametrize(("run", "labels"), [
    (sc.Loss("a^2 + b^2 + c^2").descend(start=[1, 2, 3], rate=0.1, steps=4), ["step"]),
    (line_run(hold=["b"]), ["x", "m"]), (line_run(hold=["m"]), ["x", "b"]), (line_run(), ["x", "m"]),
    (sc.Loss("u^2 + v^2").descend(start=[1, 1], rate=0.1, steps=2, hold=["u"]), ["v"]),
])
def test_each_kind_of_run_has_its_panels(run, labels):
    found = []
    for panel in panels_of(run):
        axes = Figure().subplots()
        panel(axes, run)
        found.append(axes.get_xlabel())
    assert found == labels


def test_two_names_are_contours():
    axes, drawn = shown(line_run(), panels_of(line_run(), over="m b")[1], 2)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("m", "b") and "the way so far" in drawn
    cubic = sc.mean_squared_error("y", sc.polynomial("x", 3)).descend(DATA, start=[0] * 4, rate=1e-4, steps=2)
    assert shown(cubic, panels_of(cubic)[1], 0)[0].get_xlabel() == "step"
    with pytest.raises(LossError, match="over one parameter, or over both where the loss has two"):
        panels_of(cubic, over="a0 a1")


def test_the_start_of_a_run_that_diverges_stays_in_view():
    run = PARABOLA.descend(start=[0], rate=1.3, steps=200)
    panel, = panels_of(run)
    axes, _ = shown(run, panel, 0)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert left < 0 < 3 < right and right - left < 200 and low < 9 < high < 5_000


# Words

def test_the_formula_stands_under_the_picture_with_its_numbers():
    run = PARABOLA.descend(start=[0], rate=0.25, steps=2)
    assert _caption(run, 0, last=False) == "new w = w - η dJ/dw = 0 - 0.25 · (-6) = 1.5"
    assert _caption(run, 2, last=True) == "w = 2.25. All steps are used up."


def test_of_many_parameters_some_have_their_formula():
    run = sc.Loss("a^2 + b^2 + c^2 + d^2 + k^2").descend(start=[1] * 5, rate=0.1, steps=1)
    lines = _caption(run, 0, last=False).split("\n")
    assert len(lines) == 4 and lines[0].startswith("new a = ") and lines[3] == "and so for 2 more parameters"


def test_a_run_that_leaves_the_picture_says_so():
    run = PARABOLA.descend(start=[0], rate=1.3, steps=200)
    assert "more updates lead out of the picture. Diverged: the cost grows" in _caption(run, 2, last=True).replace("\n", " ")


@pytest.mark.parametrize("method", ["momentum", "nesterov", "adam", "newton", "line search", "coordinate descent"])
def test_every_method_has_its_formula(method):
    run = sc.Loss("(u - 1)^2 + 3*v^2 + u*v").descend(start=[3, 2], steps=2, method=method)
    assert _caption(run, 0, last=False).startswith("new u = ")


# Strips

def test_a_strip_of_stills():
    run = line_run(steps=50)
    figure = strip(run, panels=4)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["start", "step 1", "step 7", "step 50", "", "", "", ""]
    lines = [next(line for line in axes.lines if line.get_label() == "model") for axes in figure.axes[:4]]
    for k, line in zip((0, 1, 7, 50), lines):
        assert line.get_ydata() == pytest.approx(run.points[k, 0] * line.get_xdata() + run.points[k, 1])
    with pytest.raises(SymcalcError, match="a strip has 2 to 8 panels, not 9"):
        strip(run, panels=9)


def test_names_and_nothing_else_stand_on_the_axes(tmp_path):
    J = sc.Loss("mean((beta_1 - (theta_1*x_2 + learning_rate))^2)", columns="beta_1 x_2")
    run = J.descend({"beta_1": [1, 2, 4], "x_2": [1, 2, 3]}, start=[0, 0], rate=0.01, steps=3)
    labels = [(axes.get_xlabel(), axes.get_ylabel()) for axes in strip(run, panels=2).axes]
    assert labels[0] == ("x₂", "β₁") and labels[2] == ("θ₁", "J(θ₁, learning_rate)")
    assert animate(run, tmp_path / "$x_1$.gif").exists()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_real_mp4_has_every_step_and_stays_on_the_last(tmp_path):
    run = sc.Loss("(w - 3)^2").descend(start=[0], rate=0.2, steps=3)
    made = [animate(run, tmp_path / name) for name in ("one.mp4", "other.mp4")]
    assert made[0].read_bytes() == made[1].read_bytes() and made[0].read_bytes()[4:8] == b"ftyp"
    listed = subprocess.run(["ffmpeg", "-v", "error", "-i", made[0], "-f", "framemd5", "-"], capture_output=True, text=True,
                            check=True)
    pictures = [line for line in listed.stdout.splitlines() if not line.startswith("#")]
    assert len(pictures) == 3 + 9                          # three pictures, and 3 s on the last

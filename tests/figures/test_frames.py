"""The frames of an animation, drawn over what stands still, look as whole pictures do."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import symcalc as sc
from symcalc.figures import animation

LINE = sc.mean_squared_error("y", sc.line("x")).descend({"x": [1.0, 2, 4], "y": [2.0, 3, 6]}, start=[0, 0], rate=0.05, steps=3)
VALLEY = sc.Loss("(1 - u)^2 + 4*(v - u^2)^2").descend(start=[-1, 1], rate=0.02, steps=3)


@pytest.mark.parametrize("run", [LINE, VALLEY], ids=["line", "valley"])
def test_a_frame_is_what_drawing_all_of_it_gives(run, monkeypatch):
    frames = [np.asarray(picture, dtype=int) for picture in animation._pictures(run, [0, 1, 3], None)]
    monkeypatch.setattr(FigureCanvasAgg, "restore_region", lambda canvas, still: canvas.draw())
    monkeypatch.setattr("matplotlib.figure.Figure.draw_artist", lambda figure, part: None)
    whole = [np.asarray(picture, dtype=int) for picture in animation._pictures(run, [0, 1, 3], None)]
    for frame, all_of_it in zip(frames, whole, strict=True):
        assert (abs(frame - all_of_it).max(axis=2) > 60).sum() < 30         # but for the frame's line, which lies below now
    assert (abs(frames[0] - frames[-1]).max(axis=2) > 60).sum() > 1000

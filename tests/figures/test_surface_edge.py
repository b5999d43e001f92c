"""Where a surface goes further up than its picture, it is drawn in smaller cells, so that its edge is smooth."""

import numpy as np
import pytest
from mpl_toolkits.mplot3d.axes3d import Axes3D

import symcalc as sc


@pytest.mark.parametrize(("loss", "start", "rate", "size"), [
    ("u^2 + v^2", [1, 1], 0.1, 41), ("(u^2 - 1)^2 + v^2", [0.2, 1.5], 0.05, 81),
    ("(1 - u)^2 + 100*(v - u^2)^2", [-1, 1], 0.001, 161)])
def test_a_surface_that_is_cut_has_smaller_cells(monkeypatch, loss, start, rate, size):
    drawn, draw = [], Axes3D.plot_surface
    monkeypatch.setattr(Axes3D, "plot_surface", lambda axes, *grid, **how: [drawn.append(grid), draw(axes, *grid, **how)][1])
    run = sc.Loss(loss).descend(start=start, rate=rate, steps=200)
    sc.figures.surface(run)
    heights = drawn[0][2]
    assert heights.shape == (size, size) and (np.isfinite(heights).all() == (size == 41))
    assert np.nanmax(heights) <= 1.6 * run.costs.max()

"""Where a surface goes further up than its picture, it ends at one height, in cells that are the smaller the more is cut."""

import numpy as np
import pytest

import symcalc as sc
from symcalc.figures import landscapes
from symcalc.figures.cut_surface import cells

CUT = "(1 - u)^2 + 100*(v - u^2)^2"


@pytest.mark.parametrize(("loss", "start", "rate", "steps", "size"), [
    ("u^2 + v^2", [1, 1], 0.1, 200, 41), ("(u^2 - 1)^2 + v^2", [0.2, 1.5], 0.05, 200, 81), (CUT, [-1, 1], 0.001, 200, 161),
    ("(u^2 - 1)^2 + v^2", [0.1, 2], 0.1, 9, 81), (CUT, [-1, 1], 0.002, 4000, 321)])
def test_a_surface_that_is_cut_has_small_cells_and_a_level_edge(monkeypatch, loss, start, rate, steps, size):
    drawn, draw = [], landscapes.draw_surface
    monkeypatch.setattr(landscapes, "draw_surface", lambda axes, *grid, **how: drawn.append(grid) or draw(axes, *grid, **how))
    run = sc.Loss(loss).descend(start=start, rate=rate, steps=steps)
    axes, = sc.figures.surface(run).axes
    across, up, cost, top = drawn[0]
    assert cost.shape == (size, size) and run.costs.max() < top <= 1.6 * run.costs.max()
    found = cells(across, up, cost, top)
    heights = np.concatenate(found)[:, 2]
    assert heights.max() <= top + 1e-9 and not any((cell[:, 2] == top).all() for cell in found)
    if (cost > top).any():
        # Every corner above the top that a cell of the surface has is replaced by two places on the edge.
        assert all((cell[:, 2] < top * (1 - 1e-9)).any() and len(cell) in (3, 4, 5, 6) for cell in found)
        assert heights.max() == pytest.approx(top) and axes.get_zlim()[1] < 1.1 * top


@pytest.mark.parametrize(("corners", "count"), [
    ((0, 0, 0, 0), 4), ((0, 2, 2, 0), 4), ((2, 0, 2, 2), 3), ((0, 2, 0, 0), 5), ((2, 2, 2, 2), 0), ((0, np.nan, 0, 0), 0)])
def test_what_of_a_cell_is_below_the_top(corners, count):
    place, (a, b, c, d) = np.arange(2.0), corners
    found = cells(place, place, np.array([[a, b], [d, c]], dtype=float), 1.0)
    assert [len(cell) for cell in found] == [count] * (count > 0)
    assert all(cell[:, 2].max() <= 1 for cell in found)

"""A surface over a grid, cut off at a height where that lies, between the points of the grid, so that its edge is smooth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from mpl_toolkits.mplot3d.axes3d import Axes3D


def draw_surface(axes: Axes3D, across: np.ndarray, up: np.ndarray, cost: np.ndarray, top: float, **how: Any) -> None:
    """The cost over the grid up to the top, the darker the lower."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    found = cells(across, up, cost, top)
    # Matplotlib fills up shorter outlines with whatever was in memory, and warns where that is huge.
    surface = Poly3DCollection(_alike(found), cmap="Blues_r", alpha=0.75, zorder=1, **how)
    surface.set_array(np.array([cell[:, 2].mean() for cell in found]))
    axes.add_collection(surface, autolim=False)            # it would take the corners that smaller cells lack for places
    heights = np.concatenate(found)[:, 2]
    axes.auto_scale_xyz(across, up, [heights.min(), heights.max()])


def cells(across: np.ndarray, up: np.ndarray, cost: np.ndarray, top: float) -> list[np.ndarray]:
    """The corners of every cell below the top, and of what lies below it of those through which it passes.

    >>> place = np.array([0.0, 1.0])
    >>> [cell.tolist() for cell in cells(place, place, np.array([[0.0, 0.0], [4.0, 4.0]]), 1.0)]
    [[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.25, 1.0], [0.0, 0.25, 1.0]]]
    """
    points = np.dstack([*np.meshgrid(across, up), cost])
    corners = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], axis=2).reshape(-1, 4, 3)
    corners = corners[np.isfinite(corners[..., 2]).all(axis=1)]
    above = (corners[..., 2] > top).sum(axis=1)
    return [*corners[above == 0], *(_below(cell, top) for cell in corners[(above > 0) & (above < 4)])]


def _alike(outlines: list[np.ndarray]) -> np.ndarray:
    """The outlines with as many corners each, the last one repeated."""
    most = max(map(len, outlines))
    return np.stack([outline[np.minimum(np.arange(most), len(outline) - 1)] for outline in outlines])


def _below(cell: np.ndarray, top: float) -> np.ndarray:
    """What of a cell lies no higher than the top, once round it."""
    kept = []
    for here, there in zip(cell, np.roll(cell, -1, axis=0)):
        if here[2] <= top:
            kept.append(here)
        if (here[2] <= top) != (there[2] <= top):
            kept.append(here + (top - here[2]) / (there[2] - here[2]) * (there - here))
    return np.array(kept)

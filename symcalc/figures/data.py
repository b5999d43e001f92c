"""How the data of a loss are drawn: as points, with the line over them and where it divides classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symcalc.figures.style import BLUE, GREY
from symcalc.language.names import symbol
from symcalc.pages.typeset import typeset
from symcalc.training.readings import heights, reading_of
from symcalc.training.run import Run
from symcalc.training.views import MARGIN, drawn_data, fitted_columns, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RESIDUALS = 300          # more rows than this would fill the picture with what is measured of each


def dots(axes: Axes, x: np.ndarray, y: np.ndarray, size: float) -> None:
    """The data as points, small and pale where they are many."""
    few = len(x) <= RESIDUALS
    axes.plot(x, y, "o", color=BLUE, markersize=size if few else 2, alpha=1 if few else 0.35, label="data")


def draw_data(axes: Axes, run: Run) -> None:
    """The data alone, with room for lines that do not fit them yet."""
    (x_name, _), (x, y) = fitted_columns(run), drawn_data(run)
    dots(axes, x, y, 4)
    left, right = span(x)
    axes.set_xlim(left - MARGIN / 2 * (right - left), right + MARGIN / 2 * (right - left))
    axes.set(xlabel=typeset(symbol(x_name)), ylabel=reading_of(run).upwards, ylim=heights(run, y))


def draw_boundaries(axes: Axes, places: np.ndarray, label: str) -> None:
    """Upright dotted lines between the classes."""
    for k, place in enumerate(places):
        axes.axvline(place, color=GREY, linewidth=1, linestyle=":", label=label if k == 0 else f"_{k}")

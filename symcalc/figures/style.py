"""The quiet style that all figures share, in colours that colour-blind readers can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#6E6E6E"      # from the Okabe-Ito palette

_QUIET = {
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": "#333333",
    "axes.titlesize": 11, "axes.titlelocation": "left", "xtick.color": GREY, "ytick.color": GREY, "font.size": 10,
    "legend.frameon": False, "figure.dpi": 120, "text.usetex": False,
}


@contextmanager
def drawing(width: float = 6.4, height: float = 4.2) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes in the shared style; nothing global changes."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_QUIET):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def save_figure(figure: Figure, path: str | Path) -> Path:
    """The figure written to a file, whole or not at all."""
    import io

    from symcalc.pages.save import write_whole

    target = Path(path)
    picture = io.BytesIO()
    figure.savefig(picture, format=target.suffix.lstrip(".") or "png")
    write_whole(target, picture.getvalue())
    return target

"""The quiet style that all figures share, in colours that colour-blind readers can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symcalc.errors import LossError, SymcalcError, as_given, named, perhaps
from symcalc.figures.settling import settle
from symcalc.pages.typeset import typeset, typeset_in

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from symcalc.training.problem.objective import Objective

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6E6E6E"      # from the Okabe-Ito palette
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "black", GREY)
LINES = ("-", "--", ":", "-.")

FORMATS = (".png", ".svg", ".pdf")

_QUIET = {
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": "#333333",
    "axes.titlesize": 11, "axes.titlelocation": "left", "xtick.color": GREY, "ytick.color": GREY, "font.size": 10,
    "legend.framealpha": 0.85, "legend.edgecolor": "none", "figure.dpi": 120, "text.usetex": False,
    "axes.formatter.useoffset": False, "axes.formatter.limits": (-4, 6), "axes.unicode_minus": True,
}
_ON_THE_EDGE = 2         # pixels beside the frame, where marks on its edge still are in view
_LONG_NAME = 22          # characters along the axis of a small panel


def look(k: int) -> dict[str, str]:
    """The colour and the dashes of curve number k: 32 that can be told apart, neighbours without their colours too.

    >>> len({tuple(look(k).values()) for k in range(32)}), look(1)["linestyle"], look(9)["linestyle"]
    (32, '--', ':')
    """
    return {"color": COLOURS[k % len(COLOURS)], "linestyle": LINES[(k + k // len(COLOURS)) % len(LINES)]}


def cost_name(loss: Objective) -> str:
    """J(m, b), or where that is too long for an axis J(w1, …, b), or J.

    >>> from symcalc.training.losses import Loss
    >>> [cost_name(Loss(formula)) for formula in ("u^2 + v^2", "a + b + c + d + f + g + h + k")]
    ['J(u, v)', 'J(a, …, k)']
    """
    names = loss.parameters
    for name in (typeset_in(loss.called, names), f"J({typeset(names[0])}, …, {typeset(names[-1])})"):
        if len(name) <= _LONG_NAME:
            return name
    return "J"


def legend(axes: Axes, **how: Any) -> Legend:
    """The legend of what is in view; a mark that lies outside the frame is not named."""
    if "handles" not in how:
        axes.autoscale_view()                            # which matplotlib leaves until the figure is drawn
        how["handles"] = [drawn for drawn in axes.get_legend_handles_labels()[0] if is_seen(axes, drawn)]
    return axes.legend(**how)


def is_seen(axes: Axes, drawn: Artist) -> bool:
    """Whether any of a line, of marks or of an area is within the frame."""
    from matplotlib.collections import Collection
    from matplotlib.lines import Line2D

    if not isinstance(drawn, (Line2D, Collection)):
        return True
    paths = [drawn.get_path()] if isinstance(drawn, Line2D) else drawn.get_paths()
    places = [drawn.get_transform().transform_path(path).cleaned(remove_nans=True) for path in paths]
    box = axes.bbox.padded(_ON_THE_EDGE)
    if isinstance(drawn, Collection):
        return any(path.intersects_bbox(box) for path in places)
    if drawn.get_marker() != "None" and any(box.contains(*place) for path in places for place in path.vertices[:-1]):
        return True                                      # the last is the end that a cleaned path has
    return drawn.get_linestyle() != "None" and any(len(path) > 2 and path.intersects_bbox(box, filled=False) for path in places)


def fixed_legend(axes: Axes) -> list[tuple[Artist, tuple[Artist, ...]]]:
    """The legend stays where it is now, whatever moves: what is drawn, each with what names it there."""
    if (before := axes.get_legend()) is None:
        return []
    box = before.get_window_extent().transformed(axes.transAxes.inverted())
    now = axes.legend(loc=(box.x0, box.y0), fontsize=8, borderaxespad=0)
    return [*zip(axes.get_legend_handles_labels()[0], zip(now.legend_handles, now.get_texts()), strict=True)]


def outside(axes: Axes, **how: Any) -> None:
    """The legend beside the picture, where it hides nothing."""
    legend(axes, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, borderaxespad=0.3, **how)


def clear(axes: Axes, **how: Any) -> None:
    """The legend within the picture where it hides no point, and otherwise under it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    within, figure = legend(axes, **how), axes.figure
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    box = within.get_window_extent()
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    if any(box.contains(*place) for line in dots for place in axes.transData.transform(line.get_xydata())):
        legend(axes, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=8.5, **how)


@contextmanager
def drawing(width: float = 6.4, height: float = 4.2, projection: str | None = None) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes in the shared style; nothing global changes."""
    with _figure(width, height) as figure:
        yield figure, figure.subplots(subplot_kw={"projection": projection})


@contextmanager
def panels(rows: int, columns: int, width: float = 7.2, height: float = 5.4) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure with several pairs of axes of one scale, row by row, in the shared style."""
    with _figure(width, height) as figure:
        yield figure, list(figure.subplots(rows, columns, sharex=True, sharey=True).flat)


@contextmanager
def stacked(rows: int, width: float = 6.4, height: float = 5.2) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure with axes under each other that share what runs across, in the shared style."""
    with _figure(width, height) as figure:
        yield figure, list(figure.subplots(rows, 1, sharex=True))


@contextmanager
def side_by_side(columns: int, rows: int = 1, width: float = 4.4, height: float = 3.8) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure with axes of their own beside each other, row by row, each so wide and high, in the shared style."""
    with _figure(width * columns, height * rows) as figure:
        yield figure, list(figure.subplots(rows, columns, squeeze=False).flat)


@contextmanager
def _figure(width: float, height: float) -> Iterator[Figure]:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_QUIET):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        settle(figure)


def check_picture(path: str | Path) -> Path:
    """The path, if a picture can be written there.

    >>> check_picture("fit.doc")
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: 'fit.doc' does not end in .png, .svg or .pdf
    """
    from symcalc.pages.files import check_target, path_of

    target = path_of(path)
    if target.suffix.lower() not in FORMATS:
        raise SymcalcError(f"'{named(path)}' does not end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
                           f"{perhaps(target.suffix, FORMATS)}")
    check_target(target)
    return target


def save_figure(figure: Figure, path: str | Path) -> Path:
    """The figure written to a file, whole or not at all."""
    import io

    from symcalc.pages.files import write_whole

    target = check_picture(path)
    picture = io.BytesIO()
    figure.savefig(picture, format=target.suffix.lower().lstrip("."))
    write_whole(target, picture.getvalue())
    return target


def check_drawn(given: object, kind: type, such_as: str = "a run, such as loss.descend(...) gives") -> None:
    """Nothing, where what was given is what the picture is drawn of; else the error that says what that is.

    >>> check_drawn("run.json", dict)
    Traceback (most recent call last):
    symcalc.errors.LossError: this picture is drawn of a run, such as loss.descend(...) gives, not of 'run.json'
    """
    if not isinstance(given, kind):
        raise LossError(f"this picture is drawn of {such_as}, not of {as_given(given)}")

"""What is done to every figure when it is drawn: plain ticks, words taken literally, and nothing wider than its place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from symcalc.pages.breaking import on_two_lines
from symcalc.pages.scales import Scale, scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.ticker import ScalarFormatter

_MOST = 1e6              # ticks beyond are counted in a power of ten that stands in the label
_MOST_IN_SPACE = 1e4     # ... and on the short axes of a picture in space
_TICK = 5                # characters of a tick for which matplotlib leaves room
_LETTER = 0.58           # of the size of the font, the width of a letter
_SMALLEST = 6.5          # points: a label shrinks down to this and is then cut
_INCH = 72               # points


def settle(figure: Figure) -> None:
    """The last touch, before a figure is shown or its first picture taken.

    >>> from symcalc.figures.style import drawing
    >>> with drawing() as (figure, axes):
    ...     lines = axes.plot([0, 3e12], [5_000_000, 5_000_000.2])
    ...     labels = axes.set(xlabel="w", ylabel="$J$")
    >>> axes.get_xlabel(), axes.get_ylabel(), axes.yaxis.label.get_parse_math()
    ('w (in 10¹²)', '$J$ - 5000000', False)
    """
    for axes in figure.axes:
        in_space = axes.name == "3d"
        for axis in (axes.xaxis, axes.yaxis, *([axes.zaxis] if in_space else [])):
            if axis.get_visible() and axis.get_scale() == "linear":
                _plain(axis, _MOST_IN_SPACE if in_space else _MOST)
        _fit_in(axes, figure)
    for words in _written(figure):
        words.set_parse_math(False)


# Ticks

def _plain(axis: Axis, most: float) -> None:
    """Ticks in a few digits; a power of ten or a large number that they have in common stands once, in the label."""
    counted = scale(*sorted(map(float, axis.get_view_interval())), most)
    if counted != Scale():
        axis.set_major_formatter(_counted()(counted))
        if label := axis.get_label_text():
            axis.set_label_text(counted.label(label))
    _thin(axis)


@cache
def _counted() -> type[ScalarFormatter]:
    """A class of matplotlib's, made when it is first wanted: the ticks counted from a number, in units."""
    from matplotlib.ticker import ScalarFormatter

    class Counted(ScalarFormatter):
        def __init__(self, counted: Scale) -> None:
            super().__init__(useOffset=False)
            self.set_scientific(False)
            self._counted = counted

        def set_locs(self, locs: object) -> None:
            super().set_locs(self._counted.counted(np.asarray(locs, dtype=float)))

        def __call__(self, x: float, pos: int | None = None) -> str:
            return super().__call__(self._counted.counted(x), pos)

    return Counted


def _thin(axis: Axis) -> None:
    """Fewer ticks along an axis that runs across where their numbers are long."""
    from matplotlib.ticker import MaxNLocator

    locator = axis.get_major_locator()
    if axis.axis_name != "x" or not isinstance(locator, MaxNLocator) or axis.axes.name == "3d":
        return
    longest = max(map(len, axis.get_major_formatter().format_ticks(axis.get_majorticklocs())), default=0)
    if longest >= _TICK:             # one digit more may come, as the axis gets its final width only later
        locator.set_params(nbins=max(2, int(axis.get_tick_space() * _TICK / (longest + 1)) - 1))


# Words

def _fit_in(axes: Axes, figure: Figure) -> None:
    """Titles on two lines at the most, and labels no longer than their axis."""
    place = axes.get_subplotspec().get_gridspec()
    wide, high = figure.get_size_inches() / (place.ncols, place.nrows)
    for title in (words for words in _texts(axes) if words not in axes.texts):
        room = int(wide * _INCH / (_LETTER * title.get_fontsize()))
        if any(len(line) > room for line in title.get_text().split("\n")):
            first, second = on_two_lines(" ".join(title.get_text().split()), room)
            title.set_text(f"{first}\n{second if len(second) <= room else f'{second[:room - 1]}…'}")
    for label, inches in ((axes.xaxis.label, wide - 0.5), (axes.yaxis.label, high - 0.5)):
        _shrink(label, inches * _INCH)


def _shrink(label: Text, room: float) -> None:
    size = min(label.get_fontsize(), room / (_LETTER * max(len(label.get_text()), 1)))
    label.set_fontsize(max(size, _SMALLEST))
    letters = int(room / (_LETTER * _SMALLEST))
    if len(label.get_text()) > letters:
        label.set_text(f"{label.get_text()[:letters - 1]}…")


def _written(figure: Figure) -> Iterator[Text]:
    """All words that come from people; not the ticks, whose powers of ten are matplotlib's."""
    yield from figure.texts
    for axes in figure.axes:
        yield from (*_texts(axes), axes.xaxis.label, axes.yaxis.label)
        if axes.name == "3d":
            yield axes.zaxis.label
        if (legend := axes.get_legend()) is not None:
            yield from legend.get_texts()


def _texts(axes: Axes) -> list[Text]:
    """The titles and the notes."""
    from matplotlib.text import Text

    return [child for child in axes.get_children() if isinstance(child, Text)]

"""A run as a moving picture, step by step, the formula with its numbers under it; and as a strip of stills for print."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Symbol

from symcalc.errors import LossError, SymcalcError, as_given, named, visible
from symcalc.figures.scene import Show, panels_of
from symcalc.figures.settling import settle
from symcalc.figures.style import BLUE, GREY, ORANGE, check_drawn, cost_name, fixed_legend, is_seen, side_by_side
from symcalc.pages.document import Equation
from symcalc.pages.files import check_target, path_of, write_whole
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.rendering import formula_of
from symcalc.pages.typeset import typeset_in
from symcalc.training.run import Run
from symcalc.training.told.working import renewed
from symcalc.training.views import in_view, started

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL.Image import Image

ANIMATED = (".gif", ".mp4")
_FRAMES = 40
_EACH, _PAUSE = 350, 3_000       # milliseconds that a frame is shown, and the last one
_COLOURS = 64
_PAPER = 240                     # of 255 in each of red, green and blue: from here on it is paper
_DPI = 100
_SHARE = 0.5                     # of the frames of a long run, those that its first steps have one by one
_FORMULAS = 3                    # parameters whose formulas stand under the picture
_VALUES = 6              # ... and at the end their values
_LINE, _NARROW = 110, 85         # characters of a line of words under two panels, and under one
_PANELS = 5


def animate(run: Run, path: str | os.PathLike[str], *, over: str | Symbol | None = None, frames: int = _FRAMES) -> Path:
    """The run as a GIF (or an MP4, where ffmpeg is installed), saved at `path`, which is returned.

    The line moves over the data while the point rolls down the cost, with its tangent; the formula of the next step stands
    under it with its numbers. `over` names the parameter over which the cost is drawn, or two, as in "m b", for contours; a
    loss of more parameters has J against the step. A run of more than `frames` steps shows its first ones one by one and the
    rest ever further apart. The same run gives the same bytes.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=3)
    >>> with TemporaryDirectory() as folder:
    ...     animate(run, Path(folder, "run.gif")).read_bytes()[:6]
    b'GIF89a'
    """
    target = check_animation(path)
    if not isinstance(run, Run):
        raise SymcalcError("an animation shows one run; of several, animate one, as in runs[0]")
    if isinstance(frames, bool) or not isinstance(frames, int) or frames < 2:
        raise SymcalcError(f"an animation has at least 2 frames, not {as_given(frames)}")
    pictures = _pictures(run, _chosen(in_view(run), frames), over)
    write_whole(target, _gif(pictures) if target.suffix.lower() == ".gif" else _mp4(pictures))
    return target


def check_animation(path: str | os.PathLike[str]) -> Path:
    """The path, if an animation can be made there.

    >>> check_animation("run.mov")
    Traceback (most recent call last):
    symcalc.errors.SymcalcError: 'run.mov' does not end in .gif or .mp4
    """
    target = path_of(path)
    if target.suffix.lower() not in ANIMATED:
        raise SymcalcError(f"'{named(path)}' does not end in {' or '.join(ANIMATED)}")
    check_target(target)
    if target.suffix.lower() == ".mp4" and shutil.which("ffmpeg") is None:
        raise SymcalcError("an MP4 needs ffmpeg, which is not installed here; install it, or save a .gif, which needs nothing")
    return target


def strip(run: Run, *, over: str | Symbol | None = None, panels: int = _PANELS) -> Figure:
    """The run in stills beside each other, for print: where it began, some steps on its way, where it ended.

    >>> from symcalc.training.losses import Loss
    >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.2, steps=20)
    >>> [axes.get_title(loc="left") for axes in strip(run, panels=4).axes]
    ['start', 'step 1', 'step 4', 'step 20']
    """
    check_drawn(run, Run)
    started(run, "is no run")
    if isinstance(panels, bool) or not isinstance(panels, int) or not 2 <= panels <= 8:
        raise SymcalcError(f"a strip has 2 to 8 panels, not {as_given(panels)}")
    steps = spread(in_view(run), panels)
    kinds = panels_of(run, over)
    with side_by_side(len(steps), len(kinds), 2.3, 2.3) as (figure, all_axes):
        for row, kind in enumerate(kinds):
            rows = all_axes[row * len(steps):(row + 1) * len(steps)]
            for axes, k in zip(rows, steps):
                kind(axes, run)(k)
                axes.set_title("")
                axes.tick_params(labelsize=7)
                if row == 0:
                    of = f" of {run.nit}" if k == steps[-1] < run.nit else ""
                    axes.set_title(f"step {k}{of}" if k else "start", fontsize=10)
                if axes is not rows[0]:
                    axes.set_ylabel("")
                    axes.tick_params(labelleft=False)
    return figure


# Which steps

def _chosen(count: int, frames: int) -> list[int]:
    """Steps of a run with so many points: all, or the first one by one and the rest ever further apart, up to the last.

    >>> _chosen(4, 40), _chosen(1001, 8)
    ([0, 1, 2, 3], [0, 1, 2, 3, 13, 55, 234, 1000])
    """
    if count <= frames:
        return list(range(count))
    first = max(1, int(frames * _SHARE))
    later = np.geomspace(first - 1 or 1, count - 1, frames - first + 1)[1:]
    steps = [*range(first), *(round(step) for step in later)]
    for k in range(1, len(steps)):                   # where rounding put two on one step, the later moves on
        steps[k] = max(steps[k], steps[k - 1] + 1)
    return steps


def spread(count: int, panels: int) -> list[int]:
    """The start, the end and steps between them, the early ones closer together, since they are the larger ones.

    >>> spread(4, 5), spread(1001, 5)
    ([0, 1, 2, 3], [0, 1, 10, 100, 1000])
    """
    if count <= panels:
        return list(range(count))
    return sorted({0, *(round(step) for step in np.geomspace(1, count - 1, panels - 1))})


# Frames

def _pictures(run: Run, steps: list[int], over: str | Symbol | None) -> Iterator[Image]:
    """A picture of each step, all of one size and in one layout."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    started(run, "is no run")
    kinds = panels_of(run, over)
    room = _LINE if len(kinds) > 1 else _NARROW
    captions = [_caption(run, k, room, last=k == steps[-1]) for k in steps]
    lines = max(caption.count("\n") for caption in captions) + 1
    foot = 0.2 + 0.21 * lines                         # inches
    with side_by_side(len(kinds), 1, 4.4 if len(kinds) > 1 else 7.0, 3.9 + foot) as (figure, all_axes):
        figure.set_dpi(_DPI)
        figure.get_layout_engine().set(rect=(0, foot / (3.9 + foot), 1, 1 - foot / (3.9 + foot)))
        caption = figure.text(0.015, foot / (3.9 + foot) - 0.01, "", fontsize=9.5, va="top", linespacing=1.4, color="#222222")
        title = figure.suptitle("step 0", fontsize=11, x=0.015, ha="left")
        shows: list[Show] = [kind(axes, run) for kind, axes in zip(kinds, all_axes)]
        for axes in all_axes:
            if len(axes.get_legend_handles_labels()[0]) > 1:
                axes.legend(loc="best", fontsize=8)
        for show in shows:
            show(steps[-1])
        settle(figure)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        figure.set_layout_engine("none")               # all pictures keep the places of the last, where most is drawn
        named = [(axes, fixed_legend(axes)) for axes in all_axes]
        moving = [*(part for axes in all_axes for part in _moving(axes)), title, caption]
        still = _without(canvas, moving)
        for k, words in zip(steps, captions):
            for show in shows:
                show(k)
            for axes, names in named:
                for drawn, name in names:
                    for part in name:
                        part.set_visible(is_seen(axes, drawn))
            title.set_text(f"Step {k} of {run.nit}:  {cost_name(run.loss)} = {short(run.costs[k])}")
            caption.set_text(words)
            canvas.restore_region(still)
            for part in moving:
                figure.draw_artist(part)
            yield Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3].copy())


def _moving(axes: Axes) -> list[Artist]:
    """All but the paper, its frame and the numbers along it, which take longest to draw; what lies above comes last."""
    still = {axes.patch, axes.xaxis, axes.yaxis, *axes.spines.values()}
    return sorted((part for part in axes.get_children() if part not in still), key=lambda part: part.get_zorder())


def _without(canvas: FigureCanvasAgg, moving: Sequence[Artist]) -> Any:
    """The picture with nothing that moves, to draw that upon."""
    from matplotlib.text import Text

    shown = [part.get_visible() for part in moving]
    places = [(part, part.get_position()) for part in moving if isinstance(part, Text)]
    for part in moving:
        part.set_visible(False)
    canvas.draw()
    for part, before in zip(moving, shown):
        part.set_visible(before)
    for title, place in places:                     # a title that is not drawn loses its place
        title.set_position(place)
    return canvas.copy_from_bbox(canvas.figure.bbox)


def _caption(run: Run, k: int, room: int = _LINE, *, last: bool) -> str:
    """The formula of the step that comes next, with its numbers; at the end, where the run is and how it ended."""
    if last:
        ends = [f"{text(parameter)} = {short(value)}" for parameter, value in zip(run.loss.parameters, run.points[k])]
        if len(ends) > _VALUES:
            ends[_VALUES - 1:] = [f"and {len(ends) - _VALUES + 1} more parameters"]
        at = ", ".join(ends)
        rest = run.nit - k
        onward = f"{rest} more update{'s' * (rest != 1)} lead{'s' * (rest == 1)} out of the picture. " if rest else ""
        return fill(typeset_in(f"{at}. {onward}{run.message}", run.loss.parameters), room)
    update, names = run.updates[k], run.loss.parameters
    news = [renewed(names[j]) for j in update.turn]
    lines = [fill(typeset_in(_on_a_line(block), names), room, subsequent_indent="    ") for block in update.document().blocks
             if isinstance(block, Equation) and block.sides[0] in news]
    more = len(lines) - _FORMULAS
    return "\n".join([*lines[:_FORMULAS], *([f"and so for {more} more parameter{'s' * (more != 1)}"] if more > 0 else [])])


def _on_a_line(equation: Equation) -> str:
    return " = ".join(formula_of(side).text for side in equation.sides)


# Files

def _gif(pictures: Iterator[Image]) -> bytes:
    """The pictures in one palette, without dithering, so that what does not move takes no room."""
    from PIL import Image

    coloured = list(pictures)
    if not coloured:
        raise LossError("there is no run to draw")
    together = Image.new("RGB", (coloured[0].width, 3 * coloured[0].height))
    for row, picture in enumerate((coloured[0], coloured[len(coloured) // 2], coloured[-1])):
        together.paste(picture, (0, row * picture.height))
    palette = together.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    _settle(palette)
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in coloured)
    file = io.BytesIO()
    first.save(file, format="GIF", save_all=True, append_images=others, loop=0, optimize=True,
               duration=[_EACH] * len(others) + [_PAUSE])
    return file.getvalue()


def _settle(palette: Image) -> None:
    """White and the colours of the style as they are: the choice of few colours spends several on shades of the paper."""
    entries = np.array(palette.getpalette(), dtype=np.uint8).reshape(-1, 3)
    paper = np.flatnonzero((entries >= _PAPER).all(axis=1))
    entries[paper] = 255
    for place, colour in zip(paper[1:], (BLUE, ORANGE, GREY)):
        entries[place] = list(bytes.fromhex(colour[1:]))
    palette.putpalette(entries.tobytes())


def _mp4(pictures: Iterator[Image]) -> bytes:
    """The pictures as ffmpeg encodes them, without the time and the program's version, which would differ each time."""
    coloured = list(pictures)
    width, height = coloured[0].size
    stay = [1] * (len(coloured) - 1) + [round(_PAUSE / _EACH)]
    raw = b"".join(picture.tobytes() * times for picture, times in zip(coloured, stay))
    with TemporaryDirectory(prefix="symcalc-") as folder:
        made = Path(folder, "run.mp4")
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
             "-framerate", f"1000/{_EACH}", "-i", "pipe:0", "-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2", "-pix_fmt", "yuv420p",
             "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", str(made)],
            input=raw, capture_output=True)
        if done.returncode or not made.exists():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            why = f": {visible(said[-1][:120])}" if said else ""
            raise SymcalcError(f"ffmpeg could not make the MP4{why}; save a .gif instead")
        return made.read_bytes()

"""The pictures beside a step: the data with the model, and the cost over the parameters that move."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import contourpy
import numpy as np

from symcalc.language.names import symbol
from symcalc.pages.html import words
from symcalc.pages.typeset import typeset
from symcalc.training.course import Course
from symcalc.training.readings import AWAY, Reading, boundaries, enters, heights, reading_of, segments
from symcalc.training.stepping.drawing import HEIGHT, Drawing, coordinates
from symcalc.training.views import (
    called,
    cropped,
    curve_over,
    drawn_data,
    fineness,
    fitted_columns,
    grid,
    held,
    in_view,
    levels,
    predictions,
    tenfold,
    window,
    windows,
)

_DOTS = 400              # points of data at the most
_GAPS = 6_000            # of what is measured of a row, as many at the most, over all states
_CURVE, _ROUGH = 121, 41
_MODEL = (3, 23, 45)     # points of the model's curve, of which the fewest are taken that tell it
_FINE = 241              # places between which a boundary is looked for
_SEEN = 0.5              # units, as far may the curve pass from the model
_RINGS, _ROUGH_RINGS = 121, 25
_ARROW = 36              # units, as long is the arrow against the gradient, whatever its length
_NOTHING = 1e-12         # of the first slope: what is left of it is rounding

_NOW = "now", "after the step"


def pictures(run: Course, states: Sequence[int]) -> list[Drawing]:
    """What shows this run best: the data where there is one column to draw them over, and the cost."""
    return [*([_data(run, states)] if fitted_columns(run) is not None else []), _cost_of(run)(run, states)]


def _cost_of(run: Course) -> Callable[[Course, Sequence[int]], Drawing]:
    if len(run.moving) == 1:
        return _curve
    return _rings if len(run.loss.names) == 2 else _course


# The data

def _data(run: Course, states: Sequence[int]) -> Drawing:
    """The data with the model as it stands after each update, and what the loss measures of each row."""
    x_name, y_name = (typeset(symbol(name)) for name in fitted_columns(run))
    x, y = drawn_data(run, _DOTS)
    reading = reading_of(run)
    apart = bool(reading.gaps) and len(x) * len(states) <= _GAPS
    margin = 0.05 * (float(np.ptp(x)) or 1.0)
    drawing = Drawing(name="data", across=(float(x.min()) - margin, float(x.max()) + margin), up=heights(run, y),
                      labels=(x_name, reading.upwards), alt=f"the data and the model, {y_name} over {x_name}")
    across = _places(drawing, run, states)
    lines = [predictions(run, k, across) for k in states]
    entered = [enters(line, drawing.up) for line in lines]
    drawing.key("dot", _told(len(x), run.rows))
    drawing.key("line", "the model after the step", entered)
    if apart:
        drawing.key("gap", reading.gaps)
        drawing.move("path", "gaps", "gap", d=[_gaps(drawing, segments(reading, x, y, predictions(run, k, x))) for k in states])
    if reading.boundary is not None:
        divided = [_boundary(drawing, run, k, reading) for k in states]
        drawing.move("path", "boundary", "boundary", d=divided)
        drawing.key("divide", "the boundary", [*map(bool, divided)])
    drawing.still += [f'<circle class="data" r="3" cx="{a}" cy="{b}"/>'
                      for a, b in zip(coordinates(drawing.x(x)), coordinates(drawing.y(y)))]
    drawing.move("path", "model", "model", d=[drawing.bend(across, line) for line in lines])
    drawing.note("away", AWAY, [not there for there in entered])
    return drawing


def _gaps(drawing: Drawing, found: Sequence[Sequence[tuple[float, float]]]) -> str:
    """An upright line from each row to where the model is."""
    rows = np.array(found).reshape(-1, 2, 2)
    return "".join(f"M{a:.0f},{b:.0f}V{c:.0f}"
                   for a, (b, c) in zip(drawing.x(rows[:, 0, 0]), drawing.y(rows[..., 1])) if np.isfinite(c))


def _boundary(drawing: Drawing, run: Course, k: int, reading: Reading) -> str:
    """Upright lines where one class gives way to the other."""
    fine = np.linspace(*drawing.across, _FINE)
    return "".join(f"M{at:.1f},0v{HEIGHT}" for at in drawing.x(boundaries(reading, fine, predictions(run, k, fine))))


def _places(drawing: Drawing, run: Course, states: Sequence[int]) -> np.ndarray:
    """The fewest places between which parabolas tell the model, as it is at the start, half way and at the end."""
    for count in _MODEL:
        finer = np.linspace(*drawing.across, 2 * count - 1)
        if all(_missed(drawing.y(predictions(run, k, finer))) <= _SEEN for k in (0, states[len(states) // 2], states[-1])):
            break
    return finer[::2]


def _missed(y: np.ndarray) -> float:
    """How far a parabola through the first, third and fifth of these heights passes from the others, and so on, in sight."""
    one, two, three = y[:-1:4], y[2::4], y[4::4]
    between = np.stack([y[1::4], y[3::4]])
    away = np.abs(np.stack([3 * one + 6 * two - three, 3 * three + 6 * two - one]) / 8 - between)
    return float(np.nanmax(away[(between > 0) & (between < HEIGHT)], initial=0.0))


def _told(shown: int, rows: int) -> str:
    return "the data" if shown == rows else f"{shown:,} of the {rows:,} rows"


# The cost

def _curve(run: Course, states: Sequence[int]) -> Drawing:
    """J over the one parameter that moves: where the step began with its tangent, what that promised, and what came."""
    j = run.moving[0]
    values = np.linspace(*window(run, j), fineness(run, _CURVE, _ROUGH))
    curve = curve_over(run, j, run.points[0], values)
    name = typeset(run.loss.parameters[j])
    others = ", ".join(f'<span class="joined">{words(each)}</span>' for each in held(run, j, run.points[0]).split(", ") if each)
    drawing = Drawing(name="cost", across=(values[0], values[-1]), up=cropped(curve, run.costs[:in_view(run)]),
                      labels=(name, called(run)), alt=f"the cost over {name}, with the tangent where the step began",
                      caption=others and f"<span>with {others}</span>")
    before = [max(0, k - 1) for k in states]
    start, end = run.points[before, j], run.points[list(states), j]
    costs, slopes = run.costs[before], run.gradients[before, j]
    reach = 0.06 * (values[-1] - values[0])
    drawing.still.append(f'<path class="curve" d="{drawing.path(values, curve)}"/>')
    sides = [(min(a, b) - reach, max(a, b) + reach) for a, b in zip(start, end)]
    with np.errstate(over="ignore"):                     # a steep tangent leaves the picture, and may leave the floats
        rises = [[cost + slope * (at - a) for at in side] for side, a, cost, slope in zip(sides, start, costs, slopes)]
        promised = costs + slopes * (end - start)
    drawing.move("path", "tangent", "tangent", d=[drawing.path(*line) for line in zip(sides, rises)])
    drawing.point("before", "before", start, costs, radius=4)
    drawing.point("promised", "promised", end, promised, radius=5)
    drawing.point("now", "now", end, run.costs[list(states)])
    drawing.key(*_NOW, drawing.seen("now"))
    drawing.key("promised", "what the tangent promised", drawing.seen("promised"))
    return drawing


def _rings(run: Course, states: Sequence[int]) -> Drawing:
    """Lines of equal J over both parameters, the way so far, and the arrow against the gradient."""
    u, v = windows(run)
    first, second = map(typeset, run.loss.parameters)
    drawing = Drawing(name="cost", across=u, up=v, labels=(first, second), alt=f"lines of equal cost over {first} and {second}")
    across, up, cost = grid(run, u, v, fineness(run, _RINGS, _ROUGH_RINGS))
    rings = contourpy.contour_generator(across, up, np.ma.masked_invalid(cost))
    drawing.still.append('<path class="ring" d="{}"/>'.format(
        "".join(drawing.path(*line.T) for level in levels(cost) for line in rings.lines(level))))
    points = run.points[list(states)]
    x, y = drawing.x(points[:, 0]), drawing.y(points[:, 1])
    drawing.trail = [f"{a},{b}" for a, b in zip(coordinates(x), coordinates(y))]
    if run.by_gradient:
        least = max(run.tolerances.slope, _NOTHING * float(np.abs(run.gradients[0]).max()))
        arrows = _arrows(drawing, points, run.gradients[list(states)], least)
        drawing.move("path", "down", "down", d=arrows)
    drawing.point("now", "now", points[:, 0], points[:, 1])
    seen = drawing.seen("now")
    drawing.key("ring", f"lines of equal {called(run)}")
    drawing.key(*_NOW, seen)
    drawing.key("way", "the way so far", [k > 0 and any(seen[:k + 1]) for k in range(len(states))])
    if run.by_gradient:
        drawing.key("arrow", "the way of −∇J", [bool(arrow) and there for arrow, there in zip(arrows, seen)])
    return drawing


def _arrows(drawing: Drawing, points: np.ndarray, gradients: np.ndarray, least: float) -> list[str]:
    """From each point the way that a small step against the gradient goes on the picture; none where no slope is left."""
    x, y = drawing.x(points[:, 0]), drawing.y(points[:, 1])
    with np.errstate(all="ignore"):
        # Both axes are linear, so the way of a step is that of the gradient in their units, which differ.
        across, up = (-gradients[:, k] * unit for k, unit in enumerate(drawing.units))
        length = np.hypot(across, up)
        across, up = _ARROW * across / length, _ARROW * up / length
    some = np.isfinite(across + up) & (np.abs(gradients).max(axis=1) > least)
    return [_arrow(*place) if there else "" for there, place in zip(some, zip(x, y, across, up))]


def _arrow(x: float, y: float, across: float, up: float) -> str:
    a, b = x + across, y + up
    left, right = ((a - 0.25 * across + side * up * 0.12, b - 0.25 * up - side * across * 0.12) for side in (1, -1))
    return "M{:.0f},{:.0f}L{:.0f},{:.0f}M{:.0f},{:.0f}L{:.0f},{:.0f}L{:.0f},{:.0f}".format(x, y, a, b, *left, a, b, *right)


def _course(run: Course, states: Sequence[int]) -> Drawing:
    """J against the update, on a scale of powers of ten where that helps."""
    seen = in_view(run)
    costs = run.costs[:seen]
    powers = tenfold(costs)
    drawing = Drawing(name="cost", across=(0, max(1, seen - 1)), up=powers or cropped(costs, costs), logarithmic=bool(powers),
                      labels=("update", called(run)), alt="the cost against the update")
    every = range(0, seen, max(1, seen // _DOTS))
    drawing.still.append(f'<path class="curve" d="{drawing.path(list(every), costs[list(every)])}"/>')
    drawing.point("now", "now", list(states), run.costs[list(states)])
    drawing.key(*_NOW, drawing.seen("now"))
    return drawing

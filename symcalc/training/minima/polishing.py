"""Newton's method on the derived gradient and Hessian, from a point that is close already."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from symcalc.compute.compiled import Compiled
from symcalc.compute.points import Values, ordered
from symcalc.errors import LossError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.document import Block, Equation, Formula, Inline, paragraph
from symcalc.pages.document import Table as Rows
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, numeral, short
from symcalc.training.minima.minimum import Minimum, StationaryPoint, told
from symcalc.training.minima.without import why_not_close
from symcalc.training.problem.objective import Objective
from symcalc.training.shape.curvature import second_derivatives
from symcalc.training.shape.spectrum import MAXIMUM, MINIMUM, SADDLE, kind_by, kind_of, newton_step, scaled

_STEPS = 60
_HALVINGS = 40
_SETTLED = 1e-8          # how small, relative to the point, a step is after which the next only polishes

Curvature = Callable[[np.ndarray], np.ndarray]


def polished(loss: Objective, table: Table | Parts | None, near: Values) -> Minimum:
    """The stationary point that Newton's method reaches from `near`, classified by the Hessian.

    >>> from symcalc.training.losses import Loss
    >>> found = polished(Loss("e^w - 2*w"), None, {"w": 1})
    >>> found.point, found.kind, found.exact
    ({'w': 0.6931471805599453}, 'minimum', False)
    """
    compiled, second = loss.compile(table), second_derivatives(loss, table)
    visited = _newton(compiled, second, ordered(near, loss.names))
    if visited is None:
        raise LossError(f"Newton's method from {_named(loss, ordered(near, loss.names))} does not come to rest where every "
                        f"slope is 0: {why_not_close(loss)}")
    point = visited[-1]
    cost, slopes = compiled.at(point)
    hessian = second(point)
    kind = kind_of(hessian)
    found = StationaryPoint(values=tuple(map(float, point)), J=cost, kind=kind, hessian=tuple(map(tuple, hessian)))
    return Minimum(loss=loss, points=(found,), exact=False, working=(*_working(loss, compiled, visited), *told(loss, found)),
                   reading=_reading(hessian, kind, float(np.abs(slopes).max())), flat=np.empty((0, len(point))))


def _newton(compiled: Compiled, second: Curvature, point: np.ndarray) -> list[np.ndarray] | None:
    """The points on the way, the last one where the steps no longer change it; None where they do not end."""
    visited = [point]
    for _ in range(_STEPS):
        step = _step(compiled, second, visited[-1])
        if step is None:
            return None
        after = visited[-1] + step
        size = np.abs(step) / (_SETTLED + np.abs(after))
        if (after == visited[-1]).all():
            return visited
        visited.append(after)
        if size.max() <= _SETTLED:
            return visited
    return None


def _step(compiled: Compiled, second: Curvature, point: np.ndarray) -> np.ndarray | None:
    """-H⁻¹ ∇J, halved until the slopes shrink; None where H is singular or the slopes do not shrink."""
    slopes, hessian = compiled.at(point)[1], second(point)
    if not slopes.any():
        return np.zeros_like(point)
    newton = newton_step(hessian, slopes)
    if newton is None:
        return None
    step, lengths = -newton, scaled(hessian)[1]
    if np.abs(step).max() <= _SETTLED * np.abs(point).max():
        return step                                  # what is left is rounding, which need not shrink
    with np.errstate(all="ignore"):                  # the slopes where a step lands may have squares beyond the floats
        size = np.linalg.norm(slopes / lengths)
        for _ in range(_HALVINGS):
            if np.linalg.norm(compiled.at(point + step)[1] / lengths) < size:
                return step
            step = step / 2
    return None


def _working(loss: Objective, compiled: Compiled, visited: Sequence[np.ndarray]) -> tuple[Block, ...]:
    costs, slopes = zip(*map(compiled.at, visited))
    letters, points = ((), []) if loss.is_large else (loss.parameters, np.array(visited).T)
    columns = [*(aligned(column, 9) for column in points), aligned(costs, 9),
               [numeral(np.abs(slope).max(), 3) for slope in slopes]]
    method = Formula(text="θ ← θ - H⁻¹ ∇J", latex=r"\theta \leftarrow \theta - H^{-1} \nabla J")
    return (paragraph("That every slope is 0 is an equation without a closed form here, so it is solved by numbers. Newton's "
                      "method follows the slopes and the second derivatives H:"), Equation((method,)),
            Rows(header=("step", *letters, "J", "largest slope"),
                 rows=tuple((str(k), *cells) for k, cells in enumerate(zip(*columns)))))


def _reading(hessian: np.ndarray, kind: str, slope: float) -> tuple[Inline, ...]:
    start = f"Found by numbers: {f'no slope here is larger than {_said(slope, 2)}' if slope else 'every slope here is 0'}. "
    if not np.isfinite(hessian).all():
        return (f"{start}The second derivatives are not finite, so they do not tell what kind of point it is.",)
    sizes, units = np.linalg.eigvalsh(hessian), ""
    if kind_by(sizes) != kind:                       # one parameter in other units hides what the others do
        sizes = np.linalg.eigvalsh(scaled(hessian)[0])
        units = ", each parameter in units in which its own second derivative is 1 or -1,"
    values = _said(sizes[0], 4) if len(sizes) == 1 else f"{_said(sizes[0], 4)} to {_said(sizes[-1], 4)}"
    what = f"The second derivative is {values}" if len(sizes) == 1 else f"The eigenvalues of the Hessian{units} are {values}"
    says = {MINIMUM: "J curves upwards in every direction, so this is a minimum of its neighbourhood",
            MAXIMUM: "J curves downwards in every direction, so this is a maximum of its neighbourhood",
            SADDLE: "J curves upwards in one direction and downwards in another, so this is a saddle point"}
    if len(sizes) == 1:
        says = {key: words.replace(" in every direction", "") for key, words in says.items()}
    return (f"{start}{what}: {says.get(kind, 'that is too flat to tell what kind of point it is')}.",)


def _said(value: float, digits: int) -> str:
    return text(numeral(value, digits))


def _named(loss: Objective, point: np.ndarray) -> str:
    return several([f"{text(parameter)} = {short(value)}" for parameter, value in zip(loss.parameters, point)])

"""The descent: what it is asked to do is checked, walked, and kept as a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from sympy import Expr, Symbol

from symcalc.compute.compiling import compile_loss
from symcalc.compute.points import Values
from symcalc.errors import DescentError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.course import R
from symcalc.training.ends.ending import ending, looks_at_rows
from symcalc.training.late import Once, Room
from symcalc.training.methods import Method, method_named
from symcalc.training.problem.objective import Objective
from symcalc.training.settings import checked_hold, checked_rate, checked_start, checked_steps, checked_tolerances, rates_of
from symcalc.training.shape.curvature import affordable_derivatives, by_differences, is_quadratic, second_derivatives
from symcalc.training.stops import Stop, Tolerances
from symcalc.training.walking.batches import Batches
from symcalc.training.walking.callbacks import checked_progress, with_result
from symcalc.training.walking.history import History
from symcalc.training.walking.walk import Walk

if TYPE_CHECKING:
    from symcalc.compute.compiled import Compiled

_KEPT = 2**19            # numbers of a table that are kept for whoever asks how the run ended
_ROOM = Room(2**22)      # ... and of all tables that are kept at one time


@dataclass(frozen=True, slots=True, kw_only=True)
class Intermediate:
    """What a callback is given after every update: the point, its cost and gradient, and the update's number."""

    x: np.ndarray
    fun: float
    jac: np.ndarray
    nit: int
    parameters: Mapping[str, float]


class Settings(TypedDict, total=False):
    """What `Loss.descend` takes beside the start, the rate, the steps and the method."""

    tolerance: float
    step_tolerance: float
    cost_tolerance: float
    hold: str | Iterable[str | Symbol]
    batch: int | None
    seed: int
    callback: Callable[[Intermediate], Any] | None
    progress: Callable[[int], None] | None


def descend(loss: Objective, data: object, *, kind: type[R], start: Values, steps: int,
            rate: object = None, method: str | Method = "gradient descent",
            tolerance: float = 1e-10, step_tolerance: float = 0.0,
            cost_tolerance: float = 0.0, hold: str | Iterable[str | Symbol] = (), batch: int | None = None, seed: int = 0,
            callback: Callable[[Intermediate], Any] | None = None, progress: Callable[[int], None] | None = None,
            partials: tuple[Expr, ...] | None = None, compiled: Compiled | None = None) -> R:
    """Run the method on the loss; what `Loss.descend` says holds here. `partials` drive it in place of the gradient.

    What comes out is of this `kind`, a `Run` for whoever wants to see it. `compiled` is the loss over these data, where it has
    been compiled already.
    """
    formula = method_named(method)
    wanted = checked_rate(rate, formula)
    tolerances = checked_tolerances(tolerance, step_tolerance, cost_tolerance)
    rates = rates_of(wanted, checked_steps(steps))
    point = checked_start(start, loss.names)
    held = checked_hold(hold, loss.names)
    table = loss.table(data)
    make = partial(walk_of, loss, method=formula, rates=rates, tolerances=tolerances, held=held,
                   batches=_batches(batch, seed, table, formula, len(rates)), wrong=partials is not None)
    walk = make(table, compiled or _compiled(loss, partials, table), watch=_watched(callback, loss.names),
                progress=checked_progress(progress))
    stop, last = walk.go(point)
    walk.watch = walk.progress = None           # what they hold is not held until somebody asks how the run ended
    walk.history.trim()
    ended: Callable[[], tuple[Stop, str]] = Once(partial(ending, loss, walk, stop, last))
    if table is not None and looks_at_rows(walk, stop):          # which may change, or be gone, before anybody asks
        copy = _kept(table) if compiled is None and callback is None else None
        if copy is not None:                    # ... not this one
            ended = Once(partial(_later, loss, stop, last, copy, partials, make, walk.history, walk.undefined))
        else:
            ended = _at_once(ended, stop)
    history = walk.history
    return kind(loss=loss, table=table, method=formula, rate=wanted, points=history.points, steps=len(rates),
                tolerances=tolerances, costs=history.costs, gradients=history.gradients, states=history.states,
                rates=history.rates, drives=history.drives if walk.driven_apart else None, held=held, batch=batch, seed=seed,
                stop=lambda: ended()[0], detail=(lambda: ended()[1]) if partials is None else "", source=walk.source,
                partials=partials)


def made_again(run: R, table: Table | Parts | None, steps: int, progress: Callable[[int], None] | None = None) -> R:
    """The run with all its settings over the same data once more, for so many steps."""
    return descend(run.loss, table, kind=type(run), start=run.points[0].tolist(), rate=run.rate, steps=steps,
                   method=run.method, tolerance=run.tolerances.slope, step_tolerance=run.tolerances.step,
                   cost_tolerance=run.tolerances.cost, hold=run.held, batch=run.batch, seed=run.seed, progress=progress,
                   partials=run.partials)


def _kept(table: Table | Parts) -> Table | None:
    """A copy of the rows, where it takes little memory beside those that are kept already."""
    if not isinstance(table, Table) or (size := table.rows * len(table.names)) > _KEPT:
        return None
    copy = table.copied()
    return copy if _ROOM.take(copy, size) else None


def _at_once(ended: Callable[[], tuple[Stop, str]], stop: Stop) -> Callable[[], tuple[Stop, str]]:
    """The same, found out now."""
    try:
        found = ended()
    except KeyboardInterrupt:
        found = stop, ""                        # the run is there; only what could be said of its end is not
    return lambda: found


def _later(loss: Objective, stop: Stop, last: np.ndarray, table: Table, partials: tuple[Expr, ...] | None,
           make: Callable[..., Walk], history: History, undefined: int | None) -> tuple[Stop, str]:
    """What would have been found out at once, from the rows as they were then."""
    walk = make(table, _compiled(loss, partials, table))
    walk.history, walk.undefined = history, undefined
    return ending(loss, walk, stop, last)


def _compiled(loss: Objective, partials: tuple[Expr, ...] | None, table: Table | Parts | None) -> Compiled:
    """The loss with its gradient, or with the partials that stand in its place."""
    if partials is None:
        return loss.compile(table)
    return compile_loss(loss.expression, partials, loss.parameters, loss.columns, table)


def walk_of(loss: Objective, table: Table | Parts | None, compiled: Compiled, method: Method, rates: np.ndarray,
            tolerances: Tolerances, held: tuple[str, ...], wrong: bool = False, **how: Any) -> Walk:
    """The walk that goes down the loss by the method; `wrong` partials that drive it make up the curvature, too."""
    return Walk(compiled=compiled, slopes=loss.slope_names, table=table, method=method, rates=rates, tolerances=tolerances,
                moving=np.array([k for k, name in enumerate(loss.names) if name not in held]),
                curvature=_curvature(loss, table, method, compiled, wrong),
                exact=method.search == "line" and is_quadratic(loss), **how)


def _batches(size: int | None, seed: int, table: Table | Parts | None, method: Method, steps: int) -> Batches | None:
    if size is None:
        return None
    if table is None:
        raise DescentError("a batch is a part of the rows, and this loss has no data")
    if method.needs_curvature or method.search:
        raise DescentError(f"{method.name} looks at the whole loss, so it does not go with a batch; leave batch out")
    found = Batches(rows=table.rows, size=size, seed=seed, last=steps)
    if isinstance(table, Parts):
        table.hold()                            # they will be asked for rows again and again
    return found


def _curvature(loss: Objective, table: Table | Parts | None, method: Method, compiled: Compiled,
               wrong: bool) -> Callable[[np.ndarray], np.ndarray]:
    """The second derivatives: at once for a method that needs them, else when the ending asks what kind of place it is.

    Where wrong partials drive the run, the ending sees the curvature that these make up.
    """
    if method.needs_curvature or method.search == "line":
        return second_derivatives(loss, table)
    found = Once(lambda: by_differences(compiled) if wrong else affordable_derivatives(loss, table, compiled))
    return lambda point: found()(point)


def _watched(callback: Callable[[Intermediate], Any] | None, names: Sequence[str]) -> Callable[[History], None] | None:
    if callback is None:
        return None
    call = with_result(callback)

    def watch(history: History) -> None:
        x, gradient = history.points[-1].copy(), history.gradients[-1].copy()
        call(Intermediate(x=x, fun=float(history.costs[-1]), jac=gradient, nit=history.count - 1,
                          parameters=dict(zip(names, x.tolist(), strict=True))))

    return watch

"""The course of a run: every number that it went through, what drove it, how it ended and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from sympy import Expr, Sum, Symbol

from symcalc.compute.compiled import Compiled
from symcalc.compute.compiling import compile_loss
from symcalc.errors import DataError, LossError
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.training.by_name import ByName
from symcalc.training.fingerprint import Fingerprint
from symcalc.training.late import Late
from symcalc.training.methods import Method
from symcalc.training.problem.objective import L
from symcalc.training.rounding import are_lost, are_wrong, changes_told, least_told, rounding_of_cost
from symcalc.training.settings import Rate
from symcalc.training.shape.curvature import is_quadratic
from symcalc.training.stops import CONVERGED, Stop, Tolerances, status_of
from symcalc.training.walking.batches import Batches
from symcalc.written import derivative_of

if TYPE_CHECKING:
    from symcalc.training.minima.minimum import Minimum


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Course(Generic[L]):
    """Where a run went, update by update, as plain numbers; `Run` is what one sees of it.

    SciPy's names are there: `x`, `fun`, `jac`, `nit`, `success`, `status`, `message`.
    """

    loss: L
    table: Table | Parts | None
    method: Method
    rate: Rate                               # a number, or a formula in k
    points: np.ndarray = field()             # one row per point visited, the start first
    costs: np.ndarray
    gradients: np.ndarray                    # ∇J there
    states: np.ndarray                       # the method's letters there, one row each, per parameter
    rates: np.ndarray                        # one per update
    drives: np.ndarray | None                # the slopes that drove each update, where they are not ∇J at its start
    held: tuple[str, ...] = ()
    batch: int | None = None
    seed: int = 0
    # Why it ended, which may be looked at more closely when it is asked for, and what is particular to this end:
    stop: Late[Stop] = Late()  # noqa: RUF009
    detail: Late[str] = Late()  # noqa: RUF009
    source: str
    partials: tuple[Expr, ...] | None = None      # formulas that drove the run in place of the gradient's own
    steps: int                               # that were asked for
    tolerances: Tolerances
    data: Fingerprint | None = None          # of the table, where the run was loaded without it
    rounding: float | None = None            # the change of J up to which it is rounding, where it is known already
    cost_rounding: float | None = None       # the J up to which it is, too
    told: Mapping[str, Any] | None = None    # what the file that it was loaded from says of it, for a person to read

    def __post_init__(self) -> None:
        for array in (self.points, self.costs, self.gradients, self.states, self.rates, self.drives):
            if array is not None:
                array.setflags(write=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"stop": self.stop, "detail": self.detail}          # how they would be found stays here

    # SciPy's names

    @property
    def x(self) -> np.ndarray:
        """The last point, in the order of the loss's parameters."""
        return self.points[-1]

    @property
    def fun(self) -> float:
        """The cost at the last point."""
        return float(self.costs[-1])

    @property
    def jac(self) -> np.ndarray:
        """The gradient at the last point."""
        return self.gradients[-1]

    @property
    def nit(self) -> int:
        """The number of updates."""
        return len(self.points) - 1

    @property
    def success(self) -> bool:
        """Whether the run converged."""
        return self.stop in CONVERGED

    @property
    def status(self) -> int:
        """0 where the run converged, 1 where its steps were used up, another number for every other end."""
        return status_of(self.stop)

    @property
    def started(self) -> bool:
        """Whether the loss has a finite value at the start."""
        return self.stop is not Stop.START

    @property
    def message(self) -> str:
        """How the run ended, and why."""
        if not self.by_gradient and self.stop is Stop.CONVERGED:
            return "Ended where every slope that drove it is zero to within the tolerance."
        return f"{self.stop.value} {self.detail}".strip()

    @cached_property
    def minimum(self) -> Minimum | None:
        """The minimum by calculus, where the slopes can be set to 0 in closed form; None elsewhere, and where one is held."""
        from symcalc.training.minima.finding import minimum_of
        from symcalc.training.minima.normal_equations import normal_equations
        closed = self.partials is None and not self.held and (
            is_quadratic(self.loss) if self.loss.is_large else normal_equations(self.loss) is not None)
        try:
            return minimum_of(self.loss, self.table) if closed else None
        except (LossError, DataError):
            return None                             # no slope can be 0 there, as in a straight line, or nobody can tell where

    @property
    def distance(self) -> float | None:
        """How far from the `minimum` the run ended, in the space of the parameters; None where it is not known.

        >>> from symcalc.training.losses import Loss
        >>> round(Loss("(w - 3)^2").descend(start=[0], rate=0.25, steps=3).distance, 12)
        0.375
        """
        return None if self.minimum is None else self.minimum.distance(self.parameters)

    # What drove the run

    @property
    def rows(self) -> int:
        """How many rows the data have, also where the run was loaded without them; 0 where there are none."""
        known = self.table if self.data is None else self.data
        return known.rows if known is not None else 0

    @cached_property
    def slopes(self) -> Mapping[str, Expr]:
        """The formulas that drove the run, by the names of their parameters."""
        own = self.loss.partials if self.partials is None else self.partials
        return MappingProxyType(dict(zip(self.loss.names, own, strict=True)))

    @cached_property
    def compiled(self) -> Compiled:
        """The loss and those formulas as one function."""
        if self.data is not None:
            raise DataError("the run was loaded without its data, which this needs; write load_run(path, data)")
        if self.partials is None:
            return self.loss.compile(self.table)
        return compile_loss(self.loss.expression, self.partials, self.loss.parameters, self.loss.columns, self.table)

    @cached_property
    def sums(self) -> dict[Sum, float]:
        """The sums over all rows of data alone, as the workings of the steps come to know them."""
        return {}

    def slope_name(self, parameter: Symbol) -> Expr:
        """∂J/∂m, or g_m where a formula that is not the derivative, in whatever form, stands in its place."""
        if self.partials is None or self._is_right[parameter.name]:
            return derivative_of(self.loss.symbol, parameter)
        return Symbol(f"g_{parameter.name}")

    @cached_property
    def _is_right(self) -> Mapping[str, bool]:
        known = dict(zip(self.loss.names, self.loss.partials, strict=True))
        return {name: formula == known[name] or self.loss.partial(name).check(formula).correct
                for name, formula in self.slopes.items()}

    @property
    def by_gradient(self) -> bool:
        """Whether the derivatives themselves drove the run, in whatever form."""
        return self.partials is None or all(self._is_right.values())

    @cached_property
    def moving(self) -> tuple[int, ...]:
        """The places of the parameters that are not held."""
        return tuple(j for j, name in enumerate(self.loss.names) if name not in self.held)

    @cached_property
    def batches(self) -> Batches | None:
        """Which rows drove which update; None where all of them drove each."""
        return None if self.batch is None else Batches(rows=self.rows, size=self.batch, seed=self.seed, last=self.nit)

    # The course of the run

    @property
    def parameters(self) -> dict[str, float]:
        """Where the run ended, by name."""
        return self.named(self.x)

    def named(self, values: np.ndarray) -> dict[str, float]:
        """Values in the order of the parameters, by name."""
        return dict(zip(self.loss.names, map(float, values), strict=True))

    @cached_property
    def history(self) -> Mapping[str, np.ndarray]:
        """Each parameter, and J, at every point visited."""
        return ByName({**{name: self.points[:, k] for k, name in enumerate(self.loss.names)}, "J": self.costs})

    @cached_property
    def least_told(self) -> float | None:
        """The change of J up to which it is rounding, where terms cancel; None where that is not asked."""
        if self.rounding is not None or self.data is not None:
            return self.rounding
        return least_told(self._with_own_slopes, self.points, self.costs, self.gradients)

    @cached_property
    def blur(self) -> float | None:
        """The J up to which it is the rounding of terms that cancel; None where none is, or that is not asked."""
        if self.cost_rounding is not None or self.data is not None:
            return self.cost_rounding
        return rounding_of_cost(self._with_own_slopes, self.points, self.costs)

    @cached_property
    def told_costs(self) -> np.ndarray:
        """J at every point visited; 0 where its rounding is all there is."""
        return self.costs if self.blur is None else np.where(np.abs(self.costs) <= self.blur, 0.0, self.costs)

    def _with_own_slopes(self) -> Compiled:
        """The loss as one function with its derivatives, whatever drove the run."""
        return self.compiled if self.partials is None else self.loss.compile(self.table)

    @cached_property
    def lost(self) -> np.ndarray:
        """Whether each update changes J by so little that its rounding decides on the ratio."""
        visited = self.points, self.costs, self.gradients
        lost = are_lost(*visited, self.least_told)
        return lost if self.loss.over_rows else lost | are_wrong(self.loss, *visited)

    @cached_property
    def changes(self) -> np.ndarray:
        """The change of J in each update; 0 where its rounding is all there is."""
        return changes_told(self.points, self.told_costs, self.gradients, self.lost)

    def predict(self, **columns: ArrayLike) -> np.ndarray:
        """The fitted model's prediction in each row: `run.predict(x=[1, 2, 3])`."""
        if self.loss.model is None:
            raise LossError("this loss has no model to predict with: no residual such as y - (m x + b), squared or as its "
                            "size, is in it")
        model = self.loss.model
        return model.predict({symbol.name: self.parameters[symbol.name] for symbol in model.parameters}, **columns)


R = TypeVar("R", bound=Course)


def with_data(run: R, data: object) -> R:
    """The same run with its data, if they are the ones that it was made with."""
    table = run.loss.table(data)
    if run.data is None or table is None:
        return run
    run.data.check(table)
    return replace(run, table=table, data=None)

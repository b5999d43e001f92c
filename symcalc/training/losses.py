"""What one asks of a loss and its data: a descent, a sweep, what will happen, where the minimum is, which slope is right.

Each is answered by a module of its own, which is imported when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, Unpack

from sympy import Expr, Symbol

from symcalc.errors import LossError, as_given
from symcalc.training.problem.objective import Objective

if TYPE_CHECKING:
    import numpy as np

    from symcalc.compute.points import Values
    from symcalc.training.descent import Settings
    from symcalc.training.diagnosis.diagnose import Diagnosis
    from symcalc.training.effect import Effect
    from symcalc.training.many.runs import Runs
    from symcalc.training.methods import Method
    from symcalc.training.minima.minimum import Minimum
    from symcalc.training.run import Run
    from symcalc.training.scale import Scale
    from symcalc.training.slopes import Slopes


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Loss(Objective):
    """What training makes small: an expression in parameters and columns, a sum or a mean over the rows.

    `formula` is text, which keeps its written form, or any SymPy expression. `columns` names the data, `parameters`
    what training changes, in the order wanted; what is not given is found: every other name is a parameter, and
    where a text runs over rows and nothing is declared, x, y and t are data.

    >>> J = Loss("mean((y - (m*x + b))^2)", columns="x y")
    >>> print(J)
    J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))²
    Parameters m and b; columns y and x.
    """

    def descend(self, data: object = None, *, start: Values,
                rate: float | str | Expr | None = None, steps: int = 100, method: str | Method = "gradient descent",
                **settings: Unpack[Settings]) -> Run[Self]:
        """Walk down the loss from `start`: `steps` updates with learning rate `rate`, each kept with what drove it.

        `rate` is a number, or a schedule: a formula in k, the number of the update; left out, it is the method's own.
        The run ends early where every partial derivative is at most `tolerance` (1e-10), where an update changes the
        parameters by at most `step_tolerance` or the cost by at most `cost_tolerance`, or where going on makes no sense.
        Parameters named in `hold` keep their value. With `batch`, each update is driven by so many rows, drawn from `seed`.
        `callback` is called after every update with its result (x, fun, jac, nit, parameters), and ends the run by raising
        StopIteration.

        >>> import symcalc as sc
        >>> run = sc.Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3)
        >>> run.history["w"]
        array([0.   , 1.5  , 2.25 , 2.625])
        """
        from symcalc.training.descent import descend
        from symcalc.training.run import Run
        return descend(self, data, kind=Run, start=start, rate=rate, steps=steps, method=method, **settings)

    def diagnose(self, data: object = None, *, start: Values | None = None,
                 rate: float | str | Expr | None = None, steps: int | None = None,
                 method: str | Method = "gradient descent") -> Diagnosis:
        """How the loss curves, the largest stable rate 2/λ_max, and what `rate` will do in `steps` updates.

        A quadratic curves alike everywhere; any other loss needs the start, and is foretold no further than from there.
        Of a schedule the first rate counts. With momentum the largest stable rate is 2 (1 + β)/λ_max, with Nesterov's
        2 (1 + β)/((1 + 2β) λ_max); of other methods it is not known here.

        >>> import symcalc as sc
        >>> sc.Loss("3*w^2").diagnose(rate=0.2).outlook.kind
        'oscillates'
        """
        from symcalc.training.diagnosis.diagnose import diagnose
        return diagnose(self, data, start=start, rate=rate, steps=steps, method=method)

    def sweep(self, data: object = None, *, starts: Sequence[Any] | np.ndarray | None = None,
              rates: Sequence[Any] | None = None, methods: Sequence[str | Method] | None = None, steps: int = 100,
              **settings: Any) -> Runs[Self]:
        """Descend once for every combination of `methods`, `starts` and `rates`, and compare the runs.

        Each is a list, or starts an array with a row for each; what is the same in all runs is given as for `descend`: start,
        rate, method and the rest. Many runs go side by side, and only their ends are kept: a thousand starts cost little more
        than a few, and `runs[k]` makes a whole run again.

        >>> import symcalc as sc
        >>> runs = sc.Loss("(w - 3)^2").sweep(start={"w": 0}, rates=[0.1, 0.5, 1.1], steps=20)
        >>> [round(run.parameters["w"], 2) for run in runs]
        [2.97, 3.0, -15.58]
        """
        from symcalc.training.many.sweeps import sweep
        return sweep(self, data, starts=starts, rates=rates, methods=methods, steps=steps, **settings)

    def compare_gradients(self, wrong: Mapping[str, object], data: object = None, *,
                          start: Values, rate: float = 0.01, steps: int = 10) -> Effect[Self]:
        """Descend twice from `start`: by the gradient, and by wrong partials (by name) in place of the right ones.

        >>> import symcalc as sc
        >>> J = sc.Loss("(w - 3)^2")
        >>> print(J.compare_gradients({"w": "-2*(w - 3)"}, start={"w": 0}, rate=0.25, steps=2).sentence)
        With the wrong formula the cost climbs from 9 to 45.5625 in 2 updates, since every slope has the wrong sign; \
with the right gradient it falls to 0.5625.
        """
        from symcalc.training.effect import compare_gradients
        return compare_gradients(self, wrong, data, start=start, rate=rate, steps=steps)

    def minimum(self, data: object = None, near: Values | None = None) -> Minimum[Self]:
        """Where every slope is 0: the normal equations of a quadratic loss or its root, or algebra; else Newton from `near`.

        LossError where there is no such point, or where it has no closed form and no `near` is given.

        >>> import symcalc as sc
        >>> sc.Loss("2*x^2 - 8*x").minimum()
        <minimum of J(x): x = 2, J = -8>
        """
        from symcalc.training.minima.finding import minimum_of
        return minimum_of(self, data, near)

    def slopes(self, wrt: str | Symbol, data: object = None, *, at: Values) -> Slopes:
        """Difference quotients by one parameter beside the derivative, for a Δ that shrinks from 1 to 10⁻¹⁵.

        >>> import symcalc as sc
        >>> sc.Loss("(w - 3)^2").slopes("w", at={"w": 1}).best.step
        1e-08
        """
        from symcalc.training.slopes import slopes_of
        return slopes_of(self, wrt, data, at=at)

    def scale_to(self, other: Loss, data: object = None, *, start: Values | None = None,
                 rate: float | None = None, steps: int = 6) -> Scale[Loss]:
        """The factor c in other = c J + d, and by what the rate is multiplied for the other loss to walk the same path.

        With data, both paths side by side, from `start` (or 0) with `rate` (or a moderate one) for this loss.

        >>> import symcalc as sc
        >>> print(sc.Loss("(w - 3)^2").scale_to(sc.Loss("(w - 3)^2/2")).sentence)
        The same path if the rate is multiplied by 2.
        """
        from symcalc.training.scale import scale_of
        if not isinstance(other, Loss):
            raise LossError(f"the other loss is a Loss too, such as Loss('sum((y - m*x)^2)'), not {as_given(other)}")
        return scale_of(self, other, data, start=start, rate=rate, steps=steps)

    def __reduce__(self) -> tuple[Any, ...]:
        from symcalc.training.kept.record import loss_in, loss_record
        return loss_in, (loss_record(self), type(self))         # SymPy would put a pickled expression together in its own order

"""What calculus says of a loss: its partial derivatives, line by line or by back-propagation, and the second ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast

from sympy import Expr, Indexed, Symbol

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.gradient import Gradient, gradient
from symcalc.calculus.higher import HigherDerivation, derive_by, repeated
from symcalc.calculus.problems import derive as derive_problem
from symcalc.errors import LossError
from symcalc.language.names import name_of
from symcalc.language.sums import letters
from symcalc.training.problem.checked import check_elements, elements_in

if TYPE_CHECKING:
    from symcalc.calculus.backprop import Backpropagation
    from symcalc.calculus.hessian import Hessian

MOST_DERIVED = 30        # parameters up to which the gradient that is compiled is the one that is derived, line by line
MOST_AT_ONCE = 100       # ... and up to which all are derived at once, on request: it takes seconds, and goes with their square


class Derivatives:
    """The derivatives of a loss, each worked out when it is first asked for."""

    parameters: tuple[Symbol, ...]
    indexed: Expr | None

    if TYPE_CHECKING:                   # which the loss itself has
        @property
        def expression(self) -> Expr: ...
        @property
        def names(self) -> tuple[str, ...]: ...
        def parameter(self, name: str | Symbol) -> Symbol: ...

    def derive(self, wrt: str | Symbol | Iterable[str | Symbol], detail: str = "normal",
               order: int | None = None) -> Derivation | HigherDerivation:
        """The partial derivative by one parameter, line by line; by several, one after the other, or by one `order` times.

        `detail` is "brief", "normal" or "full", for fewer or more lines. Where the features have numbers, w[k] is the
        weight of any of them.

        >>> import symcalc as sc
        >>> sc.Loss("(w - 3)^2").derive("w").result
        2*(w - 3)
        """
        if self.indexed is not None:
            asked = letters(wrt, repeated=True)
            check_elements(self.indexed, asked, self.names)
            if any("[" in name for name in asked):
                return derive_problem(self.indexed, wrt, detail=detail, order=order)
        names = letters(name_of(wrt) if isinstance(wrt, Indexed) else wrt, repeated=True) or ("",)
        return derive_by(self.expression, tuple(map(self.parameter, repeated(names, order))), detail)

    def partial(self, name: str) -> Derivation:
        """The derivation by one parameter: from the gradient, or on its own where the loss is large."""
        return cast("Derivation", self.derive(name)) if self.is_large else self.gradient()[name]

    @cached_property
    def _gradient(self) -> Gradient:
        return gradient(self.expression, self.parameters)

    def gradient(self) -> Gradient:
        """The partial derivatives by all parameters, of up to a hundred.

        >>> import symcalc as sc
        >>> sc.Loss("(w - 3)^2 + v").gradient()["v"].result
        1
        """
        if len(self.parameters) > MOST_AT_ONCE:
            one = repr(self.names[0])
            any_of = "" if self.indexed is None else f"derive({next(iter(elements_in(self.indexed).values()))!r}) or "
            raise LossError(f"a gradient line by line is for up to {MOST_AT_ONCE} parameters, and this loss has "
                            f"{len(self.parameters):,}; ask for one slope with {any_of}derive({one})")
        return self._gradient

    @property
    def is_large(self) -> bool:
        """Whether it has so many parameters that only those are derived line by line that one asks for."""
        return len(self.parameters) > MOST_DERIVED

    @cached_property
    def partials(self) -> tuple[Expr, ...]:
        """The formulas of the slopes: the results of the gradient, or of reverse accumulation for a large loss.

        >>> import symcalc as sc
        >>> sc.Loss("(w - 3)^2").partials
        (2*(w - 3),)
        """
        if not self.is_large:
            return tuple(self.gradient().result)
        from symcalc.compute.reverse import accumulated
        return accumulated(self.expression, self.parameters)[1]

    @property
    def has_kinks(self) -> bool:
        """Whether a slope jumps somewhere.

        >>> import symcalc as sc
        >>> sc.Loss("abs(w)").has_kinks
        True
        """
        if not self.is_large:
            return any(slope.kinks for slope in self.gradient().values())
        from symcalc.training.problem.degree import may_jump
        return may_jump(self.expression, self.parameters)

    def hessian(self) -> Hessian:
        """The second derivatives by every pair of parameters.

        >>> import symcalc as sc
        >>> sc.Loss("(w - 3)^2*v").hessian()["w v"].result
        2*(w - 3)
        """
        return self._hessian

    @cached_property
    def _hessian(self) -> Hessian:
        from symcalc.calculus.hessian import hessian_of
        return hessian_of(self.expression, self.parameters)

    def backpropagation(self, at: Mapping[str, float] | None = None, data: object = None, row: int = 1) -> Backpropagation:
        """The slopes by back-propagation: intermediate values, local slopes, and the products on the way back.

        With `at` (and data) in numbers too, for one row at a time where the loss sums over rows.

        >>> import symcalc as sc
        >>> sc.Loss("(w - 3)^2").backpropagation(at={"w": 1}).gradient
        {'w': -4.0}
        """
        from symcalc.calculus.backprop import propagated
        found = propagated(self.expression, self.parameters)
        return found if at is None else found.at(at, data, row=row)

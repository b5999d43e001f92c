"""Losses: an expression in parameters and columns, its derivative, its compiled form, its descent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from sympy import Basic, Expr, Function, Indexed, Sum, Symbol

from symcalc.calculus.derivation import Derivation, derive
from symcalc.calculus.gradient import Gradient, gradient
from symcalc.calculus.higher import HigherDerivation, derive_by, repeated
from symcalc.errors import DataError, LossError, visible
from symcalc.indices import is_indexed
from symcalc.language import read
from symcalc.language.names import (
    COUNT,
    LOSS,
    ROW,
    check_not_loss,
    columns_of,
    listed,
    name_of,
    parameters_of,
    plain_name,
    symbol,
)
from symcalc.language.sums import letters
from symcalc.pages.document import Document, Equation, Formula, joined, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.shown import Shown
from symcalc.training.models import Model, model_in

if TYPE_CHECKING:
    from symcalc.calculus.backprop import Backpropagation
    from symcalc.calculus.hessian import Hessian
    from symcalc.compute.compiled import Compiled
    from symcalc.training.descent import Settings
    from symcalc.training.effect import Effect
    from symcalc.training.methods import Method
    from symcalc.training.run import Run


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Loss(Shown):
    """What training makes small: an expression in parameters and columns, a sum or a mean over the rows.

    `formula` is text, which keeps its written form, or any SymPy expression. `columns` names the data, `parameters`
    what training changes, in the order wanted; what is not given is found: every other name is a parameter, and
    where a text runs over rows and nothing is declared, x, y and t are data.

    >>> J = Loss("mean((y - (m*x + b))^2)", columns="x y")
    >>> print(J)
    J(m, b) = 1/n Σ (yᵢ - (m xᵢ + b))²
    Parameters m and b; columns y and x.
    """

    expression: Expr
    parameters: tuple[Symbol, ...]
    columns: tuple[Indexed, ...]

    def __init__(self, formula: object, *, parameters: str | Iterable[str] = (), columns: str | Iterable[str] = ()) -> None:
        wanted, data = listed(parameters), listed(columns)
        if both := set(wanted) & set(data):
            raise LossError(f"{', '.join(sorted(both))} is both a parameter and a column; give one another name")
        expression = read(formula, parameters=wanted, columns=data)
        if isinstance(formula, str) and wanted and not data and expression.has(Sum):
            # With the parameters declared, every other name in a formula over rows is data.
            others = [p.name for p in parameters_of(expression) if p.name not in wanted]
            data = (*map(name_of, columns_of(expression)), *others)
            expression = read(formula, parameters=wanted, columns=data)
        self._settle(expression, wanted)

    @classmethod
    def _as_built(cls, expression: Expr, wanted: tuple[str, ...] = ()) -> Loss:
        """The loss of an expression of our own, whose form is as it should be."""
        loss = cls.__new__(cls)
        loss._settle(expression, wanted)
        return loss

    def __reduce__(self) -> tuple:
        from symcalc.training.record import loss_in, loss_record
        return loss_in, (loss_record(self),)          # SymPy would put a pickled expression together in its own order

    def _settle(self, expression: Expr, wanted: tuple[str, ...]) -> None:
        if is_indexed(expression):
            raise LossError("a loss to train has every feature written out, as in w1*x1 + w2*x2; sums over an index of their "
                            "own are for derive alone")
        object.__setattr__(self, "expression", expression)
        object.__setattr__(self, "parameters", _parameters(expression, wanted))
        object.__setattr__(self, "columns", columns_of(expression))
        _check_rows(expression, self.parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def symbol(self) -> Expr:
        """J(m, b), the loss by name."""
        return Function(LOSS)(*self.parameters)

    def parameter(self, name: str | Symbol) -> Symbol:
        """The parameter of this name."""
        wanted = name.name if isinstance(name, Symbol) else name_of(name) if isinstance(name, Indexed) else name
        for parameter in self.parameters:
            if wanted and parameter.name == plain_name(str(wanted)):
                return parameter
        what = "a column, not a parameter" if wanted in map(name_of, self.columns) else "no parameter of this loss"
        raise LossError(f"{visible(str(wanted))[:40] or 'an empty name'} is {what}; the parameters are {', '.join(self.names)}")

    def derive(self, wrt: str | Symbol | Iterable[str | Symbol], detail: str = "normal",
               order: int | None = None) -> Derivation | HigherDerivation:
        """The partial derivative by one parameter, line by line; by several, one after the other, or by one `order` times.

        >>> Loss("(w - 3)^2").derive("w").result
        2*(w - 3)
        """
        names = letters(name_of(wrt) if isinstance(wrt, Indexed) else wrt, repeated=True) or ("",)
        return derive_by(self.expression, tuple(map(self.parameter, repeated(names, order))), detail)

    @cached_property
    def _gradient(self) -> Gradient:
        return gradient(self.expression, self.parameters)

    def gradient(self) -> Gradient:
        """The partial derivatives by all parameters.

        >>> Loss("(w - 3)^2 + v").gradient()["v"].result
        1
        """
        return self._gradient

    def hessian(self) -> Hessian:
        """The second derivatives by every pair of parameters.

        >>> Loss("(w - 3)^2*v").hessian()["w v"].result
        2*(w - 3)
        """
        from symcalc.calculus.hessian import hessian_of
        return hessian_of({parameter.name: derive(self.expression, parameter) for parameter in self.parameters})

    def backpropagation(self, at: Mapping[str, float] | None = None, data: object = None, row: int = 1) -> Backpropagation:
        """The slopes by back-propagation: intermediate values, local slopes, and the products on the way back.

        With `at` (and data) in numbers too, for one row at a time where the loss sums over rows.

        >>> Loss("(w - 3)^2").backpropagation(at={"w": 1}).gradient
        {'w': -4.0}
        """
        from symcalc.calculus.backprop import propagated
        found = propagated(self.expression, self.parameters)
        return found if at is None else found.at(at, data, row=row)

    def compile(self, data: object = None) -> Compiled:
        """Loss and gradient as one function of the parameters, bound to the data.

        >>> Loss("(w - 3)^2").compile()([5])
        (4.0, array([4.]))
        """
        from symcalc.compute.compiled import compile_loss
        table = self.table(data)
        return compile_loss(self.expression, self.gradient().result, self.parameters, self.columns, table)

    def table(self, data: object) -> object:
        """The columns that the loss needs out of the data; None where it needs none."""
        from symcalc.language.table import column_names, read_table
        names = tuple(map(name_of, self.columns))
        if data is None:
            if names or self.expression.has(Sum):
                raise LossError(f"the loss needs data for {', '.join(names) or 'its rows'}; give a table or a CSV file")
            return None
        known = column_names(data)
        if clash := [name for name in self.names if name in known]:
            raise _clash(clash[0])
        return read_table(data, names) if self.expression.has(Sum) else None

    def descend(self, data: object = None, *, start: Mapping[str, float] | Sequence[float],
                rate: float | str | Expr | None = None, steps: int = 100, method: str | Method = "gradient descent",
                **settings: Unpack[Settings]) -> Run:
        """Walk down the loss from `start`: `steps` updates with learning rate `rate`, each kept with what drove it.

        `rate` is a number, or a schedule: a formula in k, the number of the update; left out, it is the method's own.
        The run ends early where every partial derivative is at most `tolerance` (1e-10), where an update changes the
        parameters by at most `step_tolerance` or the cost by at most `cost_tolerance`, or where going on makes no sense.
        Parameters named in `hold` keep their value. With `batch`, each update is driven by so many rows, drawn from `seed`.
        `callback` is called after every update with its result (x, fun, jac, nit, parameters), and ends the run by raising
        StopIteration.

        >>> run = Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3)
        >>> run.history["w"]
        array([0.   , 1.5  , 2.25 , 2.625])
        """
        from symcalc.training.descent import descend
        return descend(self, data, start=start, rate=rate, steps=steps, method=method, **settings)

    def compare_gradients(self, wrong: Mapping[str, object], data: object = None, *,
                          start: Mapping[str, float] | Sequence[float], rate: float = 0.01, steps: int = 10) -> Effect:
        """Descend twice from `start`: by the gradient, and by wrong partials (by name) in place of the right ones.

        >>> J = Loss("(w - 3)^2")
        >>> print(J.compare_gradients({"w": "-2*(w - 3)"}, start={"w": 0}, rate=0.25, steps=2).sentence)
        With the wrong formula the cost climbs from 9 to 45.5625 in 2 updates, since every slope has the wrong sign; \
with the right gradient it falls to 0.5625.
        """
        from symcalc.training.effect import compare_gradients
        return compare_gradients(self, wrong, data, start=start, rate=rate, steps=steps)

    @cached_property
    def _model(self) -> tuple[Indexed, Model] | None:
        return model_in(self.expression)

    @property
    def model(self) -> Model | None:
        """The prediction inside the loss, where its residual can be seen."""
        return self._model[1] if self._model else None

    @property
    def target(self) -> Indexed | None:
        """The column that the model predicts."""
        return self._model[0] if self._model else None

    def document(self) -> Document:
        """The formula, its parameters and its columns."""
        words = ["Parameters " if len(self.parameters) > 1 else "Parameter ", *joined(self.parameters)]
        if self.columns:
            words += ["; columns " if len(self.columns) > 1 else "; column ",
                      *joined([Formula(text=text(s), latex=latex(s)) for s in map(symbol, map(name_of, self.columns))])]
        return Document("", (Equation((self.symbol, self.expression)), paragraph(*words, ".")))

    def __repr__(self) -> str:
        return f"<loss {text(self.symbol)} = {text(self.expression)}>"


def _clash(name: str) -> DataError:
    return DataError(f"{name} is both a parameter of the loss and a column of the data; rename one of them")


def _parameters(expression: Expr, wanted: tuple[str, ...]) -> tuple[Symbol, ...]:
    """The parameters in the order wanted, or as they appear."""
    found = {parameter.name: parameter for parameter in parameters_of(expression)}
    if clash := set(found) & set(map(name_of, columns_of(expression))):
        raise LossError(f"{min(clash)} is both a parameter and a column; rename one of them")
    check_not_loss(found, "parameter")
    if not found:
        raise LossError("the formula has no parameters to move; a loss needs at least one")
    if not wanted:
        return tuple(found.values())
    if missing := [name for name in wanted if name not in found]:
        names = [*found, *map(name_of, columns_of(expression))]
        raise LossError(f"{', '.join(missing)} does not occur in the loss; its names are {', '.join(names)}")
    if more := [name for name in found if name not in wanted]:
        raise LossError(f"{', '.join(more)} is neither a parameter nor a column; declare it as one of them")
    return tuple(found[name] for name in wanted)


def _check_rows(expression: Expr, parameters: tuple[Symbol, ...]) -> None:
    """A loss is one number: every column stands inside a sum over the rows."""
    if names := {symbol.name for symbol in parameters} & {COUNT.name, ROW.name} if expression.has(Sum) else ():
        raise LossError(f"{min(names)} is taken in a sum over rows (i is the row, n their number); rename the parameter")
    waiting: list[tuple[Basic, bool]] = [(expression, False)]
    while waiting:
        part, summed = waiting.pop()
        if part == ROW:
            raise LossError("the row i is no number to compute with; give the table a column with the row numbers")
        if isinstance(part, Indexed):
            if not summed:
                raise LossError(f"the loss has a value in every row, since {text(part)} stands outside a sum; "
                                "write mean(...) or sum(...) around it")
        else:
            inner = (part.function,) if isinstance(part, Sum) else part.args
            waiting.extend((argument, summed or isinstance(part, Sum)) for argument in inner)

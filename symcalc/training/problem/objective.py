"""A loss as it is written: an expression in parameters and columns, what it predicts, the data it needs, its compiled form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sympy import Basic, Expr, Function, Indexed, Sum, Symbol

from symcalc.errors import DataError, LossError, as_given, visible
from symcalc.indices import is_indexed
from symcalc.language import read
from symcalc.language.names import alike, columns_of, listed, name_of, parameters_of, plain_name, symbol
from symcalc.pages.document import Document, Equation
from symcalc.pages.elided import elided, several
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown
from symcalc.training.problem.checked import check_rows, parameters_in
from symcalc.training.problem.derivatives import Derivatives
from symcalc.training.problem.models import Model, model_in, roles, written_out
from symcalc.training.problem.numbered import Numbered
from symcalc.training.problem.task import Task
from symcalc.training.problem.units import Units
from symcalc.vocabulary import LOSS
from symcalc.written import derivative_of

if TYPE_CHECKING:
    import typing_extensions

    from symcalc.compute.compiled import Compiled
    from symcalc.language.table import Table
    from symcalc.language.table_parts import Parts


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Objective(Derivatives, Shown):
    """A loss as it is written: its letters, its derivatives, its compiled form; `Loss` is what one asks more of.

    >>> Objective("mean((y - (m*x + b))^2)", columns="x y").names
    ('m', 'b')
    """

    parameters: tuple[Symbol, ...]
    columns: tuple[Indexed, ...]
    indexed: Expr | None = None           # the same with its features or units by number, where it was built so

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
    def _as_built(cls, expression: Expr, wanted: tuple[str, ...] = (), task: Task | None = None,
                  indexed: Expr | None = None) -> Self:
        """The loss of an expression of our own, whose form is as it should be, with what it has to predict."""
        loss = cls.__new__(cls)
        loss._settle(expression, wanted)
        if pair := alike([*loss.names, *map(name_of, loss.columns)]):
            raise LossError(f"the names {pair[0]} and {pair[1]} look the same when printed; rename one")
        if task is not None:
            loss.__dict__["task"] = task
        object.__setattr__(loss, "indexed", indexed)
        return loss

    @classmethod
    def _by_number(cls, indexed: Expr, task: Any) -> Self:
        """The loss of a model of many units, which is written out only when it is asked for its `expression`."""
        loss = cls.__new__(cls)
        units: Any = task.model.numbered
        for name, value in (("indexed", indexed), ("parameters", units.parameters_of(indexed)),
                            ("columns", units.columns_of(indexed))):
            object.__setattr__(loss, name, value)
        loss.__dict__["task"] = task
        return loss

    @cached_property
    def expression(self) -> Expr:
        """The loss as it was written, or written out."""
        return self._numbered.written_out(self.indexed)

    def _settle(self, expression: Expr, wanted: tuple[str, ...]) -> None:
        if is_indexed(expression):
            raise LossError("a loss to train has every feature written out, as in w1*x1 + w2*x2; sums over an index of their "
                            "own are for derive alone")
        self.__dict__["expression"] = expression
        object.__setattr__(self, "parameters", parameters_in(expression, wanted))
        object.__setattr__(self, "columns", columns_of(expression))
        check_rows(expression, self.parameters)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def slope_names(self) -> tuple[Expr, ...]:
        """∂J/∂m and so on, by which the slopes go on the page."""
        symbol = self.symbol                # of hundreds of letters, where there are so many parameters
        return tuple(derivative_of(symbol, parameter) for parameter in self.parameters)

    @property
    def symbol(self) -> Expr:
        """J(m, b), the loss by name."""
        return Function(LOSS)(*self.parameters)

    @property
    def called(self) -> str:
        """J(m, b) in text; of a large loss J(w1, w2, …, w300, b)."""
        return text(elided(self.symbol) if self.is_large else self.symbol)

    def parameter(self, name: str | Symbol) -> Symbol:
        """The parameter of this name."""
        wanted = name.name if isinstance(name, Symbol) else name_of(name) if isinstance(name, Indexed) else name
        wanted = str(wanted) if isinstance(wanted, (str, Basic)) else as_given(wanted)
        for parameter in self.parameters:
            if wanted and parameter.name == plain_name(wanted):
                return parameter
        what = "a column, not a parameter" if wanted in map(name_of, self.columns) else "no parameter of this loss"
        raise LossError(f"{visible(wanted)[:40] or 'an empty name'} is {what}; the parameters are "
                        f"{several(self.names)}")

    def compile(self, data: object = None) -> Compiled:
        """Loss and gradient as one function of the parameters, bound to the data.

        >>> Objective("(w - 3)^2").compile()([5])
        (4.0, array([4.]))
        """
        from symcalc.compute.compiling import compile_loss
        from symcalc.language.table import Table
        table = self.table(data)
        if table is None:
            return self._without_data
        if self.indexed is not None and isinstance(table, Table):
            from symcalc.compute.indexed.compiling import compile_indexed, takes_arrays
            if takes_arrays(self.indexed, len(self.parameters)):
                return compile_indexed(self.indexed, self.parameters, self._numbered.layout(self.names), table)
        return compile_loss(self.expression, None if self.is_large else self.partials, self.parameters, self.columns, table)

    @cached_property
    def _without_data(self) -> Compiled:
        from symcalc.compute.compiling import compile_loss
        return compile_loss(self.expression, None if self.is_large else self.partials, self.parameters)

    def table(self, data: object) -> Table | Parts | None:
        """The columns that the loss needs out of the data; None where it needs none."""
        from symcalc.language.data import column_names, read_table
        names = tuple(map(name_of, self.columns))
        if self.model and self.model.numbered:
            data = self.model.numbered.spread(data)
        if data is None:
            if names or self.over_rows:
                raise LossError(f"the loss needs data for {', '.join(names) or 'its rows'}; give a table or a CSV file")
            return None
        known = column_names(data)
        if clash := [name for name in self.names if name in known]:
            raise DataError(f"{clash[0]} is both a parameter of the loss and a column of the data; rename one of them")
        if not self.over_rows:
            return None
        table = read_table(data, names)
        return self.task.checked(table) if self.task else table

    @property
    def _numbered(self) -> Any:
        """What the index of the loss counts, where it has one."""
        return self.model and self.model.numbered

    @cached_property
    def task(self) -> Task | None:
        """What the loss has to predict, where it was built for that or its residual can be seen."""
        found = model_in(self.expression)
        return Task(target=found[0], model=found[1]) if found else None

    @property
    def model(self) -> Model | None:
        """The model that the loss was built from, or the prediction inside it, where its residual can be seen."""
        return self.task.model if self.task else None

    @property
    def target(self) -> Indexed | tuple[Indexed, ...] | None:
        """The column that the model predicts, or one for each class."""
        return self.task.target if self.task else None

    @cached_property
    def over_rows(self) -> bool:
        """Whether there is a sum over the rows in it."""
        return self.units is not None or self.expression.has(Sum)

    @property
    def units(self) -> Units | None:
        """The units of its model, where there are too many to write them out."""
        return self.model.units if self.indexed is not None and self.model else None

    def document(self) -> Document:
        """The formula, its parameters and its columns."""
        told = [roles(self.parameters, self.columns)] if self.units is None else self.units.told(self.indexed)
        return Document("", (*self.formula(), *told), f"The loss {self.called}")

    def formula(self) -> tuple[Equation, ...]:
        """J = ... with an index where it is shown so, and what that stands for; of a large sum the middle is left out."""
        if self.units is not None:
            return (Equation((self._by_letters, self.indexed)),)
        numbered = self.indexed is not None and isinstance(self._numbered, Numbered)
        whole = Equation((self.symbol, self.indexed if numbered else self.expression))
        found = (whole, *(written_out(self.model) if numbered else []))
        return tuple(Equation(tuple(map(elided, each.sides))) for each in found) if self.is_large else found

    def slopes_by_letter(self) -> tuple[Equation, ...]:
        """∂J/∂vₚ = ... and so on, the partials by any element of each letter, of a loss of many units.

        >>> from symcalc.training.catalogue import mean_squared_error, network
        >>> print(mean_squared_error("y", network("x", hidden=100)).slopes_by_letter()[-1].sides[1])
        -2*Sum(-(b + Sum(tanh(W[j]*x[i] + c[j])*v[j], (j, 1, H))) + y[i], (i, 1, n))/n
        """
        from symcalc.compute.indexed.compiling import partials_by_element
        return tuple(Equation((derivative_of(self._by_letters, letter), slope))
                     for letter, slope in partials_by_element(self.indexed).items())

    @property
    def _by_letters(self) -> Expr:
        """J(v, W, c, b), the loss by the letters of its form with an index."""
        return Function(LOSS)(*dict.fromkeys(symbol(name_of(part)) for part in parameters_of(self.indexed)))

    def __repr__(self) -> str:
        if self.units is not None:
            return f"<loss {text(self._by_letters)} = {text(self.indexed)}>"
        return f"<loss {self.called} = {text(elided(self.expression) if self.is_large else self.expression)}>"


# A result says to a type checker of which class its loss is: a `Loss` knows its results, so their files cannot name it.
if TYPE_CHECKING:
    L = typing_extensions.TypeVar("L", bound=Objective, default=Any)         # typing knows the default from Python 3.13 on
else:
    L = TypeVar("L")

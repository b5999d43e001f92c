"""Back-propagation: an expression as intermediate values from the letters to the loss, and the slopes on the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Basic, Expr, Integer, Mul, Symbol

from symcalc.calculus.algebra.tidy import tidied
from symcalc.calculus.derivation import Derivation
from symcalc.calculus.lanes import Places
from symcalc.calculus.passes import Numbers, numbers_at
from symcalc.calculus.plain_data import forms_of
from symcalc.calculus.proof import Proof, prove
from symcalc.calculus.values import Value, row_part, values_of
from symcalc.errors import LossError
from symcalc.language import read
from symcalc.language.names import check_not_loss, parameters_of
from symcalc.language.sums import as_named, check_letter
from symcalc.pages.document import Block, Document, Equation, Formula, Heading, Inline, Paragraph, Table, joined, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.numbers import numeral, short
from symcalc.pages.shown import Shown
from symcalc.vocabulary import LOSS
from symcalc.written import add, derivative_of, mul, replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """The slope of the loss by one letter: the sum, over the values that use it, of their slope times the local one."""

    letter: Symbol
    users: tuple[Symbol, ...]
    result: Expr


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Backpropagation(Shown):
    """The values forwards, v₁, v₂, ... up to the loss, and backwards ∂J/∂v = Σ ∂J/∂u · ∂u/∂v over the u that use v.

    Where the loss sums over rows, `term` is one row's part of it, and `factor` what stands before the sum.

    >>> p = backpropagation("(w*x + b - 1)^2")
    >>> [(value.letter, value.formula) for value in p.values]
    [(v_1, w*x), (v_2, b + v_1 - 1), (v_3, v_2**2)]
    >>> p["w"].result
    2*v_2*x
    """

    expression: Expr
    parameters: tuple[Symbol, ...]
    term: Expr
    factor: Expr | None
    values: tuple[Value, ...]
    slopes: tuple[Slope, ...]
    proof: Proof
    numbers: Numbers | None = None

    def __getitem__(self, name: str | Symbol) -> Slope:
        """The slope by a parameter or an intermediate value."""
        for slope in self.slopes:
            if slope.letter.name == as_named(name):
                return slope
        raise LossError(f"there is no {name} here; the letters are {', '.join(s.letter.name for s in self.slopes)}")

    @property
    def gradient(self) -> dict[str, float]:
        """The numbers that the slopes by the parameters have, after `at`; for one row where the loss sums over rows."""
        if self.numbers is None:
            raise LossError("the slopes have no numbers yet; say where, as in .at({'m': 1, 'b': 0}, data)")
        return {parameter.name: self.numbers.slopes[parameter] for parameter in self.parameters}

    def at(self, values: Mapping[str, float], data: object = None, *, row: int = 1) -> Backpropagation:
        """The same table with numbers, for one row of the data where there are rows.

        >>> backpropagation("(w - 3)^2").at({"w": 1}).gradient
        {'w': -4.0}
        """
        steps = [(value.letter, value.formula) for value in self.values]
        local = {value.letter: value.slopes for value in self.values}
        return replace(self, numbers=numbers_at(steps, local, self.parameters, values, data, row))

    # Showing

    @property
    def name(self) -> Formula:
        """J, or Jᵢ for one row's part."""
        return Formula(text=LOSS, latex=LOSS) if self.factor is None else Formula(text=f"{LOSS}ᵢ", latex=f"{LOSS}_{{i}}")

    def document(self) -> Document:
        """What is worked out, the values and local slopes, and the products on the way back."""
        blocks: list[Block] = [] if self.factor is None else [paragraph("One row's part of the loss:")]
        blocks += [Equation((self.name, self.term)), *([_origin(self.numbers)] if self.numbers else []),
                   Heading("Forwards"), self._forwards(), Heading("Backwards"), self._backwards()]
        if self.factor is not None:
            blocks += [self._over_rows()]
        notes = dict.fromkeys(note for value in self.values for d in value.derivations.values() for note in d.notes())
        return Document("", (*blocks, *notes, paragraph(
            f"Proved: {len(self.proof.checks)} checks, each local slope by its rule, each slope by a parameter as a whole.")),
                        "Back-propagation")

    def _forwards(self) -> Table:
        rows: list[tuple[Inline, ...]] = []
        for value in self.values:
            name = _plain(value.letter) if value is not self.values[-1] else _equal(value.letter, self.name)
            first = [name, value.formula, *self._number("values", value.letter)]
            local = [(_slope(_plain(value.letter), by), slope, *self._number("local", (value.letter, by)),
                      _rule_of(value.derivations[by])) for by, slope in value.slopes.items()]
            for k, shown in enumerate(local or [("no slope", Integer(0), *([""] if self.numbers else []), "")]):
                rows.append((*(first if k == 0 else [""] * len(first)), *shown))
        filled = ("value",) if self.numbers else ()
        return _table(("name", "formula", *filled, "local slope", "is", *filled, "rule"), rows)

    def _backwards(self) -> Table:
        rows = []
        for slope in self.slopes:
            way = _added([_times(_slope(self.name, user), _slope(_plain(user), slope.letter)) for user in slope.users]
                         ) if slope.users else slope.result
            rows.append((_slope(self.name, slope.letter), way, slope.result, *self._number("slopes", slope.letter)))
        return _table(("slope", "on the way back", "is", *(("value",) if self.numbers else ())), rows)

    def _number(self, kind: str, key: Any) -> tuple[str, ...]:
        return (short(getattr(self.numbers, kind)[key]),) if self.numbers else ()

    def _over_rows(self) -> Paragraph:
        """How the slopes of the rows make up the gradient."""
        factor = text(self.factor)
        before = "" if self.factor == 1 else f"{factor} "
        before_latex = "" if self.factor == 1 else latex(self.factor)
        inner = _slope(self.name, self.parameters[0])
        whole = _slope(Formula(text=LOSS, latex=LOSS), self.parameters[0])
        gathered = Formula(text=f"{whole.text} = {before}Σ {inner.text}",
                           latex=rf"{whole.latex} = {before_latex} \sum_{{i=1}}^{{n}} {inner.latex}")
        how = {"1": "sum", "1/n": "mean"}.get(factor, f"sum, times {factor},")
        return paragraph(f"The gradient of J is the {how} of these slopes over all rows: ", gathered,
                         ", and so for every parameter." if len(self.parameters) > 1 else ".")

    def as_dict(self) -> dict[str, Any]:
        """The table as plain data, for JSON; numbers are None before `at`."""
        numbers = self.numbers
        values = [{"name": value.letter.name, **forms_of(value.formula), "value": numbers and numbers.values[value.letter],
                   "local": [{"by": by.name, **forms_of(slope), "rule": _rule_of(value.derivations[by]),
                              "value": numbers and numbers.local[value.letter, by]} for by, slope in value.slopes.items()]}
                  for value in self.values]
        slopes = [{"by": slope.letter.name, "users": [user.name for user in slope.users], **forms_of(slope.result),
                   "value": numbers and numbers.slopes[slope.letter]} for slope in self.slopes]
        return {"expression": text(self.expression), "term": text(self.term),
                "factor": None if self.factor is None else text(self.factor), "row": numbers and numbers.row,
                "parameters": [parameter.name for parameter in self.parameters], "values": values, "slopes": slopes,
                "proof": {"passed": self.proof.passed, "checks": len(self.proof.checks)}}

    def __repr__(self) -> str:
        return f"<back-propagation through {text(self.term)}: {len(self.values)} values>"


def backpropagation(formula: str | Basic, *, columns: str | Iterable[str] = (), at: Mapping[str, float] | None = None,
                    data: object = None, row: int = 1) -> Backpropagation:
    """The values and slopes of a formula; with `at` (and data, where there are columns) in numbers too.

    >>> backpropagation("ln(1 + w^2)")["w"].result
    2*w/v_2
    """
    expression = read(formula, columns=columns)
    found = propagated(expression, parameters_of(expression))
    return found if at is None else found.at(at, data, row=row)


def propagated(expression: Expr, parameters: Sequence[Symbol]) -> Backpropagation:
    """The expression opened into values, each of one operation, and its slopes by all of them.

    Raises LossError where the rows are not summed up at the very end.
    """
    if not parameters:
        raise LossError("the formula has no letters to differentiate by")
    check_not_loss(parameter.name for parameter in parameters)
    for parameter in parameters:
        check_letter(parameter, expression)
    factor, term = row_part(expression)
    values = values_of(term, parameters)
    slopes = slopes_of(values, parameters)
    return Backpropagation(expression=expression, parameters=tuple(parameters), term=term, factor=factor, values=values,
                           slopes=slopes, proof=_proof(term, parameters, values, slopes))


# Backwards

def slopes_of(values: Sequence[Value], parameters: Sequence[Symbol]) -> tuple[Slope, ...]:
    """The slope of the last value by each letter, from the last back to the parameters."""
    known: dict[Symbol, Slope] = {}
    for letter in (*(value.letter for value in reversed(values)), *parameters):
        users = [value for value in values if letter in value.slopes]
        ways = [mul(known[user.letter].result, user.slopes[letter]) for user in users]
        total = add(*ways) if letter != values[-1].letter else Integer(1)
        lines = [total, *(line for _, line in (tidied(total) if isinstance(total, (Add, Mul)) else ()))]
        if len(lines) > 1:
            prove(lines)
        known[letter] = Slope(letter=letter, users=tuple(user.letter for user in users), result=lines[-1])
    return tuple(known.values())


def _rule_of(derivation: Derivation) -> str:
    rule = derivation.lines[1].rule
    return rule.name if rule else ""


def _proof(term: Expr, parameters: Sequence[Symbol], values: Sequence[Value], slopes: Sequence[Slope]) -> Proof:
    """Each slope by a parameter, its values written out, against the slope of the whole."""
    meaning: dict[Basic, Basic] = {}
    for value in values:
        meaning[value.letter] = replaced(value.formula, meaning.get)
    places = Places(term)
    checks = [check for slope in slopes if slope.letter in parameters for check in
              prove([derivative_of(term, slope.letter), replaced(slope.result, meaning.get)], places).checks]
    checks += [check for value in values for derivation in value.derivations.values() for check in derivation.proof.checks]
    return Proof(tuple(checks))


# Notation

def _origin(numbers: Numbers) -> Paragraph:
    """The values that everything starts from: "At w = 2; row 3 has xᵢ = 1."."""
    parameters, columns = ([_equal(letter, numeral(value)) for letter, value in given.items()]
                           for given in (numbers.parameters, numbers.columns))
    row = (f"; row {numbers.row} has ", *joined(columns)) if columns else ()
    return paragraph("At ", *joined(parameters), *row, ".")


def _plain(letter: Symbol) -> Formula:
    return Formula(text=text(letter), latex=latex(letter))


def _table(header: tuple[str, ...], rows: Sequence[tuple[Inline, ...]]) -> Table:
    words = frozenset(k for k, title in enumerate(header) if title != "value")
    return Table(header=header, rows=tuple(rows), words=words)


def _equal(letter: Basic, value: Basic | Formula) -> Formula:
    right = value if isinstance(value, Formula) else Formula(text=text(value), latex=latex(value))
    return Formula(text=f"{text(letter)} = {right.text}", latex=f"{latex(letter)} = {right.latex}")


def _slope(of: Formula, by: Symbol) -> Formula:
    return Formula(text=f"∂{of.text}/∂{text(by)}", latex=rf"\frac{{\partial {of.latex}}}{{\partial {latex(by)}}}")


def _times(first: Formula, second: Formula) -> Formula:
    return Formula(text=f"{first.text} · {second.text}", latex=rf"{first.latex} \cdot {second.latex}")


def _added(ways: Sequence[Formula]) -> Formula:
    return Formula(text=" + ".join(way.text for way in ways), latex=" + ".join(way.latex for way in ways))

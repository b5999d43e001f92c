"""A learner's answer: read, held against the derivative with numbers, and found among the lines of the derivation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Add, Basic, Derivative, Expr, Float, Indexed, Mul, Pow, Sum, Symbol

from symcalc.calculus.point import OutsideDomain, Point
from symcalc.calculus.proof import TOLERANCE, points
from symcalc.calculus.rule import letters_of
from symcalc.errors import LossError, ReadError
from symcalc.language import read
from symcalc.language.names import COUNT, ROW, columns_of, name_of, parameters_of, symbol
from symcalc.language.reader import read_text
from symcalc.written import derivative_of, exact, is_number, replaced

NO_VALUE = (OutsideDomain, ZeroDivisionError, OverflowError, ValueError)      # the last where SymPy's own number is none
_ROUNDING = 1e-30                # relative to the function: what is left by rounding where a slope is 0
_NOTHING = 1e-40


def read_answer(answer: object, problem: Expr, variable: Symbol) -> Expr:
    """The answer as an expression over the letters of the problem; derivatives may still stand in it.

    >>> from symcalc.language.names import columns
    >>> x = Symbol("x", real=True)
    >>> read_answer("3 d/dx (x^2)", 3*x**2, x).args
    (3, Derivative(x**2, x))
    """
    if isinstance(answer, str) and not answer.strip():
        raise ReadError("the answer is empty; write the derivative, such as 2x")
    if isinstance(answer, float):
        answer = Float(answer)
    if isinstance(answer, str):
        columns = [name_of(column) for column in columns_of(problem)]
        letters = dict.fromkeys(part.name for part in (variable, *parameters_of(problem)))
        found = read_text(answer, parameters=list(letters), columns=columns, standing=True)
        _check_run_together(found, {*letters, *columns}, answer)
    else:
        found = _read_around(answer) if isinstance(answer, Basic) and answer.has(Derivative) else read(answer)
    return replaced(found, {symbol(COUNT.name): COUNT}.get) if problem.has(Sum) else found


def _check_run_together(found: Expr, letters: set[str], answer: str) -> None:
    """No name is two letters of the problem without a sign between them."""
    for name in map(name_of, parameters_of(found)):
        if name not in letters and len(name) == 2 and letters.issuperset(name):
            raise ReadError(f"{name} is read as one name; did you mean {name[0]}*{name[1]}?", answer, max(answer.find(name), 0))


def _read_around(answer: Basic) -> Expr:
    """A SymPy expression through the gate, which knows no derivatives: each waits outside under another name."""
    waiting: dict[Basic, Expr] = {}

    def held(part: Basic) -> Basic | None:
        if not isinstance(part, Derivative):
            return None
        if len(part.variables) != 1:
            raise LossError("an answer may hold first derivatives that still stand, none of higher order")
        name = symbol(f"standing_{len(waiting)}")
        waiting[name] = derivative_of(_read_around(part.expr), symbol(part.variables[0].name))
        return name

    return replaced(read(replaced(answer, held)), waiting.get)


def has_loose_columns(expression: Basic) -> bool:
    """Whether a column stands outside every sum, so that the expression has a value in each row."""
    if isinstance(expression, (Indexed, Sum)):
        return isinstance(expression, Indexed)
    return any(map(has_loose_columns, expression.args))


# Values

@dataclass(frozen=True, slots=True)
class Trial:
    """A point at which the answer is tried, with the derivative there; `blur` is what rounding may leave of a 0."""

    point: Point
    right: Any
    blur: float

    def value(self, expression: Expr) -> Any:
        """The value there; None where the expression has none."""
        try:
            return self.point.value(expression)
        except NO_VALUE:
            return None

    def same(self, value: Any, other: Any) -> bool:
        scale = max(abs(value), abs(other))
        return scale <= self.blur or abs(value - other) <= TOLERANCE * scale


def trials(function: Expr, right: Expr, answer: Expr, letters: Iterable[Expr] = ()) -> list[Trial]:
    """Points at which the function, its derivative and the answer all have values, on every branch of each.

    The points have values for the `letters` as well.

    >>> x = Symbol("x", real=True)
    >>> all(trial.same(trial.right, trial.value(x + x)) for trial in trials(x**2, 2*x, x + x))
    True
    """
    return [trial for point in _spread(Add(function, right, answer, *letters, evaluate=False))
            if (trial := _trial(point, function, right, answer))]


def gap(function: Expr, right: Expr, answer: Expr) -> Point | None:
    """A point at which the derivative has a value and the answer has none."""
    for point in _spread(Add(function, right, *letters_of(answer), evaluate=False)):
        if (trial := _trial(point, function, right)) and trial.value(answer) is None:
            return trial.point
    return None


def _trial(point: Point, function: Expr, right: Expr, *others: Expr) -> Trial | None:
    try:
        blur = max(_NOTHING, _ROUNDING * float(abs(point.value(function))))
        for other in others:
            point.value(other)
        return Trial(point, point.value(right), blur)
    except NO_VALUE:
        return None


def _spread(expression: Expr) -> Iterator[Point]:
    """The points, each with another number of rows, so that n is not taken for 3; and their mirror images."""
    found = points(expression)
    axes = {part.base: part.indices.index(ROW) for part in expression.atoms(Indexed) if ROW in part.indices}
    for k, point in enumerate(found):
        tables = {base: _lengthened(table, axes.get(base), k % 3) for base, table in point.tables.items()}
        yield Point(point.context, {**point.numbers, COUNT: point.numbers[COUNT] + k % 3}, tables)
    for point in found[:3]:
        yield Point(point.context, {letter: value if letter.is_integer else -value for letter, value in point.numbers.items()},
                    {base: {place: -value for place, value in table.items()} for base, table in point.tables.items()})


def _lengthened(table: Mapping[tuple[int, ...], Any], axis: int | None, more: int) -> Mapping[tuple[int, ...], Any]:
    """The table with more rows, each half-way between two that are there; what has no rows stays."""
    if axis is None:
        return table
    rows = max(place[axis] for place in table)
    return table | {_placed(place, axis, rows + place[axis]): (value + table[_placed(place, axis, place[axis] % rows + 1)]) / 2
                    for place, value in table.items() if place[axis] <= more}


def _placed(place: tuple[int, ...], axis: int, row: int) -> tuple[int, ...]:
    return (*place[:axis], row, *place[axis + 1:])


# Form

def form(expression: Basic) -> object:
    """What stays of the form when order, brackets round terms, signs and the working out of numbers do not count.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> form(Mul(3, Mul(2, x, evaluate=False), evaluate=False)) == form(6*x)
    True
    >>> form(x*(x + y)) == form(x*x + x*y)
    False
    """
    return _scaled(expression)


def _scaled(part: Basic) -> tuple[Any, object]:
    """The number in front, and what it stands before."""
    if is_number(part):
        return exact(part), frozenset()
    if isinstance(part, Add):
        return _scaled_sum(part)
    if isinstance(part, (Mul, Pow)):
        return _scaled_product(part)
    return 1, frozenset({(_atom(part), 1)})


def _atom(part: Basic) -> object:
    if isinstance(part, Sum):
        return "sum", form(part.function)
    if isinstance(part, Derivative):
        return "derivative", part.variables, form(part.expr)
    if part.args and not isinstance(part, Indexed):
        return type(part), tuple(form(argument) if isinstance(argument, Expr) else argument for argument in part.args)
    return part


def _scaled_sum(total: Add) -> tuple[Any, object]:
    terms: dict[object, Any] = {}
    waiting: list[tuple[Any, Basic]] = [(1, total)]
    while waiting:
        sign, part = waiting.pop()
        if isinstance(part, Add):
            waiting += [(sign, term) for term in part.args]
        elif isinstance(part, Mul) and len(part.args) == 2 and part.args[0] == -1:
            waiting.append((-sign, part.args[1]))
        else:
            lead, rest = _scaled(part)
            terms[rest] = terms.get(rest, 0) + sign * lead
    kept = {rest: lead for rest, lead in terms.items() if lead}
    if len(kept) < 2:
        return next(((lead, rest) for rest, lead in kept.items()), (0, frozenset()))
    sign = 1 if min(kept.items(), key=lambda item: _order(item[0]))[1] > 0 else -1
    return sign, frozenset({(("total", frozenset((rest, sign * lead) for rest, lead in kept.items())), 1)})


def _order(key: object) -> str:
    """Some order of the terms, the same for equal ones."""
    if isinstance(key, frozenset):
        return "{" + ",".join(sorted(map(_order, key))) + "}"
    return "(" + ",".join(map(_order, key)) + ")" if isinstance(key, tuple) else str(key)


def _scaled_product(product: Basic) -> tuple[Any, object]:
    lead: Any = 1
    powers: dict[object, Any] = {}
    for factor in product.args if isinstance(product, Mul) else (product,):
        base, exponent = (factor.base, factor.exp) if isinstance(factor, Pow) else (factor, None)
        if exponent is not None and not (is_number(exponent) and exact(exponent).denominator == 1):
            key: object = (Pow, form(base), form(exponent))
            powers[key] = powers.get(key, 0) + 1
            continue
        times = 1 if exponent is None else int(exact(exponent))
        number, rest = _scaled(base)
        if number == 0 or abs(times) > 64:
            return (0, frozenset()) if number == 0 and times > 0 else (1, frozenset({(_atom(product), 1)}))
        lead *= Fraction(number) ** times
        for key, count in rest:
            powers[key] = powers.get(key, 0) + count * times
    return lead, frozenset((key, count) for key, count in powers.items() if count)

"""What is linear in the data, in a block of rows: many products with columns as one product with a matrix.

v x1 + w x2 + b is (v, w, b) times the matrix whose rows are x1, x2 and 1; so it is for each unit of a layer of a network.
Σ x1 s, Σ x2 s and Σ s, as slopes are, are that matrix times s.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from symcalc.compute.rows.buffered import Block, Operation
from symcalc.compute.statements import beside, bracketed

ONE = "1"
_MOST = 64               # rows of a matrix
_QUICK = 4               # rows that BLAS multiplies in less time than one fewer

Form = dict[str, tuple[str, ...]]
"""The data arrays with their factors, as they are written: p0 * c1 + p2 is {c1: (p0,), 1: (p2,)}."""


@dataclass(slots=True)
class Matrix:
    """The data arrays that are its rows, and what numbers times them make."""

    name: str
    rows: tuple[str, ...]
    results: list[Operation] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    zeros: bool = False                  # whether there is one more row, of zeros

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows) + self.zeros

    def lines(self, made: Mapping[str, tuple[str, str]], column: str) -> list[str]:
        """The rows put into one array as long as the column; for those that nothing else needs, how they are `made`.

        >>> for line in Matrix("m0", ("a8", "c1", "1")).lines({"a8": ("c0 * c1", "x y")}, "c1"): print(line)
        m0 = np.zeros((3, c1.size))
        m0[0] = c0 * c1                           # x y
        m0[1] = c1
        m0[2] = 1.0
        """
        lines = [f"{self.name} = np.zeros(({self.height}, {column}.size))"]
        for k, row in enumerate(self.rows):
            source, comment = made.get(row, ("1.0" if row == ONE else row, ""))
            code = f"{self.name}[{k}] = {source}"
            lines.append(beside(code, comment) if comment else code)
        return lines

    @property
    def factors(self) -> str:
        """The name of what it is multiplied by."""
        return f"k{self.name[1:]}"

    @property
    def numbers(self) -> str:
        """What it is multiplied by, as a line."""
        zero = ["0.0"] if self.zeros else []
        lines = ["(" + ", ".join([*(" + ".join(form[row]) for row in self.rows), *zero]) + ")" for form in self.forms]
        return f"{self.factors} = np.array({lines[0] if len(lines) == 1 else '(' + ', '.join(lines) + ')'})"

    @property
    def product(self) -> Operation:
        """All the results at once."""
        names = tuple(result.name for result in self.results)
        comment = "" if len(names) == 1 else f" and {len(names) - 1} more like it"
        # np.dot would fill the result with zeros first.
        return Operation(names[0] if len(names) == 1 else "", "np.matmul", (self.factors, self.name),
                         self.results[0].comment + comment, results=names if len(names) > 1 else ())


def products_of(statements: Iterable[tuple[str, str]]) -> dict[tuple[str, ...], str]:
    """The statements, name and source, that are products of two names, by these.

    >>> products_of([("a8", "c0 * c1"), ("a9", "np.exp(c1)")])
    {('c0', 'c1'): 'a8'}
    """
    found = {}
    for name, source in statements:
        match ast.parse(source).body[0].value:
            case ast.BinOp(left=ast.Name(id=left), op=ast.Mult(), right=ast.Name(id=right)):
                found[tuple(sorted((left, right)))] = name
    return found


@dataclass(slots=True)
class Forms:
    """The results that are linear in the data arrays, by name."""

    block: Block
    data: Sequence[str]
    products: dict[tuple[str, ...], str]
    known: dict[str, Form] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known |= {name: {name: ("1.0",)} for name in self.data}
        for operation in self.block.operations:
            if operation.function and not operation.total and (form := self.of(operation)) and len(form) <= _MOST:
                self.known[operation.name] = form

    def of(self, operation: Operation) -> Form | None:
        """What the operation makes of the forms of its operands; None where that is not linear."""
        parts = [self.known.get(operand) if operand in self.block.arrays else {ONE: (operand,)}
                 for operand in operation.operands]
        number = next((operand for operand in operation.operands if operand not in self.block.arrays), None)
        if None in parts:
            return None
        match operation.function:
            case "np.negative":
                return _each(parts[0], "-{}")
            case "np.add":
                return _together(*parts)
            case "np.subtract":
                return _together(parts[0], _each(parts[1], "-{}"))
            case "np.multiply" if number is not None:
                return _scaled(parts[operation.operands[0] == number], number)
            case "np.multiply":
                return self.times(operation.operands, parts)
            case "np.divide" if number == operation.operands[1]:
                return _each(parts[0], f"{{}} / ({number})")
        return None

    def times(self, operands: Sequence[str], parts: Sequence[Form]) -> Form | None:
        """A data array times a form, where the products are data arrays too."""
        for array, form in zip(operands, reversed(parts)):
            if array in self.data:
                names = {row: array if row == ONE else self.products.get(tuple(sorted((array, row)))) for row in form}
                if None not in names.values() and len(set(names.values())) == len(names):
                    return {names[row]: terms for row, terms in form.items()}
        return None

    def matrices(self) -> list[Matrix]:
        """Those that save time, with their results: what is linear and goes into something that is not."""
        needed = {operand for operation in self.block.operations if operation.name not in self.known
                  for operand in operation.operands}
        found: dict[tuple[str, ...], Matrix] = {}
        for operation in self.block.operations:
            form = self.known.get(operation.name) if operation.name in needed and operation.function else None
            if form and len(form) > 1 and all(form.values()):
                rows = tuple(sorted(form, key=lambda row: (row == ONE, row)))
                matrix = found.setdefault(rows, Matrix("", rows))
                matrix.results.append(operation)
                matrix.forms.append(form)
        chosen = [matrix for matrix in found.values() if self.steps(matrix) > len(matrix.rows) + len(matrix.results)]
        for k, matrix in enumerate(chosen):
            matrix.name = f"m{k}"
        return chosen

    def steps(self, matrix: Matrix) -> int:
        """How many operations on arrays the matrix stands for."""
        made = {operation.name: operation for operation in self.block.operations if operation.name in self.known}
        waiting, seen = [result.name for result in matrix.results], set()
        while waiting:
            name = waiting.pop()
            if name in made and name not in seen:
                seen.add(name)
                waiting += made[name].operands
        return len(seen)


def _together(one: Form, other: Form) -> Form:
    return {row: one.get(row, ()) + other.get(row, ()) for row in (*one, *(row for row in other if row not in one))}


def _scaled(form: Form, number: str) -> Form:
    return {row: tuple(number if term == "1.0" else f"{bracketed(number)} * {bracketed(term)}" for term in terms)
            for row, terms in form.items()}


def _each(form: Form, source: str) -> Form:
    return {row: tuple(source.format(bracketed(term)) for term in terms) for row, terms in form.items()}


def with_matrices(operations: list[Operation], matrices: Sequence[Matrix]) -> list[Operation]:
    """The operations with the products by the matrices in place of what they make."""
    replaced = {result.name for matrix in matrices for result in matrix.results}
    found = [matrix.product for matrix in matrices]
    for k, operation in enumerate(operation for operation in found if operation.results):
        operation.name = f"z{k}"
    found += [operation for operation in operations if operation.name not in replaced]
    for matrix in matrices:
        found = _summed_together(found, matrix)
    return found


def without_idle(operations: list[Operation]) -> list[Operation]:
    """The operations whose results are used."""
    used: set[str] = set()
    kept = []
    for operation in reversed(operations):
        if operation.total or used.intersection((operation.name, *operation.results)):
            kept.append(operation)
            used.update(operation.names)
    return kept[::-1]


def _summed_together(operations: list[Operation], matrix: Matrix) -> list[Operation]:
    """Σ x1 s, Σ x2 s and Σ s, where all rows of the matrix are among x1, x2 and 1, as the matrix times s."""
    sums: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        if operation.total and operation.function in ("np.dot", "np.add.reduce"):
            pair = operation.operands if len(operation.operands) == 2 else (ONE, *operation.operands)
            for row, array in (pair, pair[::-1]):
                if row in matrix.rows and array not in matrix.rows:
                    sums.setdefault(array, {})[row] = operation
    whole = {array: found for array, found in sums.items() if len(found) == len(matrix.rows)}
    matrix.zeros = bool(whole) and len(matrix.rows) == _QUICK - 1
    first = {}
    for k, (array, found) in enumerate(whole.items()):
        top = found[matrix.rows[0]]
        results = (*(found[row].name for row in matrix.rows), *("_" * matrix.zeros))
        first[top.name] = Operation(f"g{matrix.name[1:]}_{k}", "np.dot", (matrix.name, array), f"{top.comment}, and so on",
                                    total=True, results=results)
    gone = {operation.name for found in whole.values() for operation in found.values()} - set(first)
    return [first.get(operation.name, operation) for operation in operations if operation.name not in gone]

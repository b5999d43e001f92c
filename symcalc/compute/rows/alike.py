"""What is done alike with every row of an array: as the units of a layer of a network, all of them in one operation.

From a3 = tanh(a2), a8 = tanh(a7), ..., where a2, a7, ... are the rows of z0, comes z1 = tanh(z0); from v1 a3 + v2 a8 + ...
the product of (v1, v2, ...) with z1; and from Σ a3 r, Σ a8 r, ... the product of z1 with r.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symcalc.compute.rows.buffered import Block, Operation
from symcalc.compute.rows.matrices import ONE, Forms, Matrix


def grouped(operations: list[Operation], arrays: set[str]) -> tuple[list[Operation], list[Matrix]]:
    """The operations with those that are alike as one, and the factors that the rows of arrays are multiplied by."""
    groups = [operation for operation in operations if len(operation.results) > 1 and not operation.total]
    factors: list[Matrix] = []
    arrays = {*arrays, *(group.name for group in groups)}
    for group in groups:                                     # which grows as more are found
        operations, found = _elementwise(operations, group, len(groups))
        groups += found
        arrays |= {more.name for more in found}
        operations = _sums(operations, group)
        operations, more = _products(operations, group, arrays)
        factors += more
    return operations, factors


def _elementwise(operations: list[Operation], group: Operation, number: int) -> tuple[list[Operation], list[Operation]]:
    """What one function makes of each row, the other operands being the same."""
    alike: dict[tuple[str, ...], dict[int, Operation]] = {}
    rows = {name: k for k, name in enumerate(group.results)}
    apart = {name for operation in operations if operation.function == "softplus_sum" for name in operation.operands}
    for operation in operations:
        if operation.function and not operation.total and not operation.results and operation.name not in apart:
            places = {rows[operand] for operand in operation.operands if operand in rows}
            if len(places) == 1:
                pattern = tuple(group.name if operand in rows else operand for operand in operation.operands)
                alike.setdefault((operation.function, *pattern), {})[places.pop()] = operation
    found = []
    for (function, *operands), parts in alike.items():
        if len(parts) == len(rows) and function.startswith("np.") and function != "np.dot":
            results = tuple(parts[k].name for k in range(len(rows)))
            comment = f"{parts[0].comment} and {len(rows) - 1} more like it"
            found.append(Operation(f"z{number + len(found)}", function, tuple(operands), comment, results=results))
            operations = _in_place_of(results, found[-1], operations)
    return operations, found


def _sums(operations: list[Operation], group: Operation) -> list[Operation]:
    """Σ of each row times one array."""
    sums: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        if operation.total and operation.function == "np.dot" and not operation.results:
            for row, array in (operation.operands, operation.operands[::-1]):
                if row in group.results and array not in group.results:
                    sums.setdefault(array, {})[row] = operation
    for k, (array, parts) in enumerate(sums.items()):
        if len(parts) == len(group.results):
            results = tuple(parts[row].name for row in group.results)
            together = Operation(f"g{group.name}_{k}", "np.dot", (group.name, array), parts[group.results[0]].comment +
                                 f" and {len(results) - 1} more like it", total=True, results=results)
            operations = _in_place_of(results, together, operations)
    return operations


def _products(operations: list[Operation], group: Operation, arrays: set[str]) -> tuple[list[Operation], list[Matrix]]:
    """Sums of numbers times all the rows."""
    forms = Forms(Block(arrays, operations), group.results, {})
    found = []
    for matrix in forms.matrices():
        if len(matrix.results) == 1 and set(matrix.rows) - {ONE} == set(group.results):
            result, form = matrix.results[0], matrix.forms[0]
            matrix.name = f"m{group.name}_{len(found)}"
            matrix.rows = group.results
            product = replace(result, function="np.dot", operands=(matrix.factors, group.name))
            made = [product]
            if ONE in form:
                part = f"t{matrix.name[1:]}"
                constant = " + ".join(form[ONE])
                made = [replace(product, name=part, comment=f"{result.comment}, but {constant}"),
                        replace(result, function="np.add", operands=(part, constant))]
            place = operations.index(result)
            operations = [*operations[:place], *made, *operations[place + 1:]]
            found.append(matrix)
    return operations, found


def _in_place_of(names: Sequence[str], operation: Operation, operations: list[Operation]) -> list[Operation]:
    """The operation where the first of these stood, and none of them."""
    first = min(k for k, other in enumerate(operations) if other.name in names and not other.results)
    rest = [other for other in operations[first:] if other.name not in names or other.results]
    return [*operations[:first], operation, *rest]

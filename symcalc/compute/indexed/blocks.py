"""A block of rows of whole arrays written out so that no array is made: each result goes to a buffer of its shape.

What comes in are statements as a person writes them, `a1 = np.dot(p1, c1) + p2[:, None]`. What comes out are single
operations, `a1 = np.matmul(k0, m0, out=b0)`, the buffers used again as soon as what they hold is done with. There, a number
added to a product with columns, such as the offset of a unit, is one more factor of the product, for one more column of ones.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Protocol

from symcalc.compute.rows.blockwise import Blockwise, Summed, apart_from, numbers_in
from symcalc.compute.rows.buffered import Block, Operation, is_elementwise
from symcalc.compute.rows.matrices import without_idle
from symcalc.compute.statements import Statement, line, names_in, packed

ROWS = -1                # in a shape, in the place of the number of rows
Shape = tuple[int, ...]
_PRODUCTS = ("np.dot", "np.matmul", "np.einsum", "np.add.reduce")         # whose result may not stand where an operand stood


class Whole(Protocol):
    """What the lines are made from: a tape of whole arrays."""

    @property
    def still(self) -> Sequence[Statement]: ...
    @property
    def moving(self) -> Sequence[Statement]: ...
    @property
    def tables(self) -> Sequence[str]: ...
    @property
    def rowwise(self) -> Sequence[str]: ...
    @property
    def data_names(self) -> Sequence[str]: ...
    @property
    def shapes(self) -> dict[str, Shape]: ...
    @property
    def block(self) -> int: ...


@dataclass(slots=True)
class ArrayBlock(Block):
    """The operations on whole arrays that a block of rows needs, and the shape of each result."""

    shapes: dict[str, Shape] = field(default_factory=dict)

    def add(self, statements: Sequence[Statement]) -> ArrayBlock:
        for statement in statements:
            Block.add(self, [statement])
            self.shapes.setdefault(statement[0].source, self.shape(ast.parse(statement[1]).body[0].value))
        return self

    def has_buffers(self, tree: ast.expr) -> bool:
        match tree:
            case ast.Subscript(value=inner) | ast.Attribute(value=inner, attr="T"):
                return self.has_buffers(inner)
            case ast.BinOp() | ast.UnaryOp():
                return is_elementwise(tree) and all(map(self.has_buffers, _parts(tree)))
            case ast.Call(func=function, args=given):
                return (ast.unparse(function) in _PRODUCTS or is_elementwise(tree)) and all(map(self.has_buffers, given))
        return is_elementwise(tree)

    def innermost(self, tree: ast.expr, source: str, comment: str = "", name: str = "") -> str:
        if isinstance(tree, (ast.Subscript, ast.Attribute)) and self.is_array(tree):
            return re.sub(r"\b[a-z]\d+\b", lambda found: self.same.get(found[0], found[0]), ast.unparse(tree))
        return Block.innermost(self, tree, source, comment, name)

    def operation(self, function: str, operands: tuple[str, ...], comment: str = "", name: str = "") -> str:
        found = Block.operation(self, function, operands, comment, name)
        if found not in self.shapes:
            self.shapes[found] = self.shape(ast.parse(f"{function}({', '.join(operands)})").body[0].value)
        return found

    def shape(self, tree: ast.expr) -> Shape:
        """The lengths of what the source makes along its axes, ROWS in the place of the number of rows."""
        match tree:
            case ast.Name(id=name):
                return self.shapes.get(self.same.get(name, name), ())
            case ast.Attribute(value=inner, attr="T"):
                return self.shape(inner)[::-1]
            case ast.Subscript(value=inner, slice=ast.Tuple(elts=places)):
                own = iter(self.shape(inner))
                return tuple(next(own) if isinstance(place, ast.Slice) else 1 for place in places)
            case ast.Call(func=function, args=given, keywords=named):
                return self.called(ast.unparse(function), given, named)
        return _broadcast([self.shape(part) for part in _parts(tree)])

    def called(self, function: str, given: Sequence[ast.expr], named: Sequence[ast.keyword]) -> Shape:
        """The shape of what a function makes."""
        if function == "np.einsum":
            letters, result = given[0].value.split("->")
            lengths = {letter: length for word, array in zip(letters.split(","), given[1:])
                       for letter, length in zip(word, self.shape(array))}
            return tuple(lengths[letter] for letter in result)
        shapes = [self.shape(part) for part in given]
        if function == "np.add.reduce":
            axis = named[0].value.value if named else 0
            return (*shapes[0][:axis], *shapes[0][axis + 1:])
        if function == "np.dot" and all(shapes):
            left, right = shapes
            return (*left[:-1], *right[:-2], *(right[-1:] if len(right) > 1 else ()))
        return _broadcast(shapes)


def _parts(tree: ast.expr) -> list[ast.expr]:
    return [part for part in ast.iter_child_nodes(tree) if isinstance(part, ast.expr)]


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape of what is done element by element: a length of 1 gives way."""
    size = max(map(len, shapes), default=0)
    padded = [(1,) * (size - len(shape)) + shape for shape in shapes]
    return tuple(next((length for length in lengths if length != 1), 1) for lengths in zip(*padded))


@dataclass(frozen=True, slots=True)
class Widened:
    """Columns with one of ones below them, and the matrix of their factors with that of the ones beside them."""

    columns: str
    matrix: str                  # the name of such columns
    factors: str                 # and of their factors
    made_of: tuple[str, str]     # which are these

    @property
    def line(self) -> str:
        """The columns, the ones below."""
        return f"{self.matrix} = np.vstack((*{self.columns}, np.ones_like({self.columns}[0])))"

    @property
    def numbers(self) -> str:
        """The factors, as a line before the first block."""
        return f"{self.factors} = np.column_stack(({', '.join(self.made_of)}))"


def widened(operations: list[Operation], tables: Sequence[str]) -> tuple[list[Operation], list[Widened]]:
    """Products of factors with columns to which numbers are added, as one product; the tables are two-dimensional data.

    >>> product = Operation("t0", "np.dot", ("p1", "c1"), "")
    >>> found, more = widened([product, Operation("a1", "np.add", ("t0", "p2[:, None]"), "")], ["c1"])
    >>> found[0].line("b0").split("  ")[0], more[0].numbers
    ('a1 = np.matmul(k0, m0, out=b0)', 'k0 = np.column_stack((p1, p2))')
    """
    uses = Counter(name for operation in operations for name in operation.names)
    products = {operation.name: operation for operation in operations if operation.function == "np.dot"
                and not operation.total and operation.operands[1] in tables and uses[operation.name] == 1}
    made, found, gone = {operation.name for operation in operations}, [], {}
    for operation in operations:
        for one, other in (operation.operands, operation.operands[::-1]) if operation.function == "np.add" else ():
            number, is_offset = other.removesuffix("[:, None]"), other.endswith("[:, None]")
            if one in products and is_offset and not made.intersection(names_in(products[one].operands[0] + number)):
                factors, columns = products[one].operands
                matrix = next((more.matrix for more in found if more.columns == columns), f"m{len(found)}")
                found.append(Widened(columns, matrix, f"k{len(found)}", (factors, number)))
                product = replace(operation, function="np.matmul", operands=(found[-1].factors, matrix))
                gone |= {one: None, operation.name: product}
                break
    return [new for operation in operations if (new := gone.get(operation.name, operation))], found


@dataclass(slots=True)
class Lines:
    """Operations as lines, and the shapes of the buffers that they use, in the order of their names."""

    lines: list[str] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    @property
    def buffers(self) -> list[str]:
        """The names of the buffers."""
        return [f"b{k}" for k in range(len(self.shapes))]


def in_buffers(operations: Sequence[Operation], shapes: Mapping[str, Shape]) -> Lines:
    """The operations as lines, in as few buffers of each shape as will do.

    >>> operations = [Operation("a0", "np.dot", ("p1", "c1"), "W x"), Operation("a1", "np.tanh", ("a0",), "tanh(W x)")]
    >>> for each in in_buffers(operations, {"a0": (8, ROWS), "a1": (8, ROWS)}).lines: print(each)
    a0 = np.dot(p1, c1, out=b0)               # W x
    a1 = np.tanh(a0, out=b0)                  # tanh(W x)
    """
    last = {name: k for k, operation in enumerate(operations) for name in operation.names}
    written, held = Lines(), {}
    free: dict[Shape, list[str]] = {}
    for k, operation in enumerate(operations):
        ended = [held.pop(name) for name in dict.fromkeys(operation.names) if name in held and last[name] == k]
        if not operation.total and operation.function not in _PRODUCTS:
            for shape, buffer in ended:         # elementwise, so the result may stand where an operand stood
                free.setdefault(shape, []).append(buffer)
            ended = []
        shape = (ROWS,) if operation.total else shapes.get(operation.name, ())
        buffer = ""
        if operation.function and shape[-1:] == (ROWS,) and (not operation.total or operation.function == "softplus_sum"):
            if not free.get(shape):
                free[shape] = [f"b{len(written.shapes)}"]
                written.shapes.append(shape)
            buffer = free[shape].pop()
            if operation.total:
                ended.append((shape, buffer))
            else:
                held[operation.name] = shape, buffer
        written.lines.append(operation.line(buffer))
        for shape, buffer in ended:
            free.setdefault(shape, []).append(buffer)
    return written


def arrays_by_blocks(tape: Whole) -> Blockwise:
    """The lines of a tape of whole arrays that prepare the blocks, and those of a step."""
    whole, apart = apart_from(tape.still)
    moving, tables = tape.moving, tape.tables
    block = ArrayBlock({*tape.rowwise}, shapes=tape.shapes)
    for statement in (*tape.still, *moving):
        if statement in moving and (statement[0].array or statement[0].total):
            block.add([statement])
        else:
            block.shapes[statement[0].source] = block.shape(ast.parse(statement[1]).body[0].value)
    operations, wider = widened(without_idle(block.shortened()), tables)
    written = in_buffers(operations, block.shapes)
    used = {name for operation in operations for name in operation.names}
    needs_whole = {name for _, source, _ in whole for name in names_in(source)}.intersection(tables)
    prepared = [*(f"{name} = np.stack({name})" for name in tables if name in needs_whole), *(line(*each) for each in whole),
                *_cut(tape, block.shapes, apart, used, wider)]
    taken = [*(name for name in tape.rowwise if name in used), *dict.fromkeys(more.matrix for more in wider)]
    summed = Summed(block=[*taken, *written.buffers], lines=written.lines,
                    sums=[operation.name for operation in operations if operation.total],
                    numbers=numbers_in(operations, moving, [more.factors for more in wider]))
    shapes = (str(shape[:-1]) for shape in written.shapes)
    return Blockwise([*prepared, *summed.defined(", ".join(["rows", str(tape.block), *shapes]))], [
        *(line(*statement) for statement in moving if not (statement[0].array or statement[0].summed)),
        *(more.numbers for more in wider), *summed.asked,
        *(line(*statement) for statement in moving if statement[0].summed and not statement[0].total)])


def _cut(tape: Whole, shapes: Mapping[str, Shape], apart: Sequence[Statement], used: set[str],
         wider: Sequence[Widened]) -> list[str]:
    """The rows cut into blocks, with what the data alone decide; the columns of a table are put together block by block."""
    needed, lines = set(used), []
    for value, source, comment in reversed(apart):
        if value.source in needed:
            lines.insert(0, line(value, source, comment))
            needed |= names_in(source)
    matrices = {more.columns: more for more in reversed(wider)}
    tables = [name for name in tape.tables if name in needed]
    given = packed(name for name in tape.rowwise if (name in needed and name in tape.data_names) or name in matrices)
    cut = f"split(rows, {tape.block}, {given})"
    if not lines and not tables and not matrices:
        return [f"blocks = {cut}"]
    lines[:0] = [*(more.line for more in matrices.values()),
                 *(f"{name} = {f'{matrices[name].matrix}[:-1]' if name in matrices else f'np.stack({name})'}"
                   for name in tables)]
    made = [name for name in tape.rowwise if name in used]
    kept = sum(prod(shapes[name][:-1]) for name in made if name not in tape.data_names or name in {*tables} - {*matrices})
    kept += sum(shapes[name][0] + 1 for name in matrices)          # of which the table itself is a part
    result = packed([*made, *(more.matrix for more in matrices.values())])
    return [f"def fixed({given}):", *(f"    {each}" for each in lines), f"    return {result}",
            f"blocks = Fixed(fixed, {kept}, {cut})"]

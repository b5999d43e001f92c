"""The statements of one block of rows written out so that no array is made: each result goes to a buffer that is used again.

What comes in are statements as a person writes them, `a5 = np.tan(0.5 * a4)`. What comes out are single operations,
`t0 = np.multiply(0.5, a4, out=b1)` and `a5 = np.tan(t0, out=b1)`, equal ones done once, with as few buffers as will do, so
that they stay in the processor's cache. Softplus and sigmoid of one argument share one e^z.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from symcalc.compute.statements import Statement, beside, names_in

_OPERATORS = {ast.Add: "np.add", ast.Sub: "np.subtract", ast.Mult: "np.multiply", ast.Div: "np.divide"}
_SIGNS = {"+": "np.add", "-": "np.subtract", "*": "np.multiply", "/": "np.divide"}
_EITHER_WAY = ("np.add", "np.multiply", "np.maximum", "np.minimum")      # the same whichever operand comes first


@dataclass(slots=True)
class Operation:
    """One result and what makes it: a function of operands that are names of arrays, or numbers as they are written."""

    name: str
    function: str                        # empty for a statement that stays as it was written
    operands: tuple[str, ...]
    comment: str
    source: str = ""                     # of such a statement
    total: bool = False                  # whether it is a sum over the rows, to be added to what the earlier blocks gave
    softplus_of: tuple[str, ...] = ()    # z, e^z and 1 + e^z where it is softplus(z)
    results: tuple[str, ...] = ()        # the names of the rows, where the result is several arrays in one

    @property
    def names(self) -> list[str]:
        """The names in its operands."""
        return [name for operand in self.operands for name in names_in(operand)]

    @property
    def needs_buffer(self) -> bool:
        """For its result, or to work in."""
        return self.function not in ("", "np.add.reduce") and not (self.total and self.function == "np.dot")

    def line(self, buffer: str = "") -> str:
        """As it is written, with the mathematics beside it."""
        given = ", ".join([*self.operands, *([f"out={buffer}"] if buffer else [])])
        source = f"{self.function}({given})" if self.function else self.source
        return beside(f"{self.name} = {source}", self.comment)


@dataclass(slots=True)
class Block:
    """The operations that a block of rows needs, in order."""

    arrays: set[str]                                     # the names that hold an array
    operations: list[Operation] = field(default_factory=list)
    known: dict[tuple[str, ...], str] = field(default_factory=dict)      # what each operation's result is called
    same: dict[str, str] = field(default_factory=dict)                   # other names for such a result
    opposite: dict[str, str] = field(default_factory=dict)               # the array that is minus another
    spare: int = 0                                       # results without a name so far

    def add(self, statements: Iterable[Statement]) -> Block:
        """The statements, one after the other."""
        for value, source, comment in statements:
            tree = ast.parse(source).body[0].value
            if value.total:
                self.operations.append(Operation(value.source, ast.unparse(tree.func), self.given(tree, source), comment,
                                                 total=True))
                continue
            if self.has_buffers(tree):
                found = self.operand(tree, source, comment, value.source)
                self.same |= {value.source: found} if found != value.source else {}
            else:
                # A statement that makes its array itself: comparisons, cases, functions that are not NumPy's.
                source = re.sub(r"\b[a-z]\d+\b", lambda name: self.same.get(name[0], name[0]), source)
                self.operations.append(Operation(value.source, "", tuple(names_in(source)), comment, source))
            self.arrays.add(value.source)
        return self

    def operand(self, tree: ast.expr, source: str, comment: str = "", name: str = "") -> str:
        """The name of the array that the tree stands for, or its source where it is one number."""
        chain = []
        while isinstance(tree, ast.BinOp) and self.is_array(tree):       # a sum of many terms is nested to the left
            chain.append(tree)
            tree = tree.left
        result = self.innermost(tree, source, *(() if chain else (comment, name)))
        for above in reversed(chain):
            operands = result, self.operand(above.right, source)
            last = (comment, name) if above is chain[0] else ()
            result = self.arithmetic(_OPERATORS[type(above.op)], operands, *last)
        return result

    def innermost(self, tree: ast.expr, source: str, comment: str = "", name: str = "") -> str:
        if not self.is_array(tree):
            return source[tree.col_offset:tree.end_col_offset]
        match tree:
            case ast.Name():
                return self.same.get(tree.id, tree.id)
            case ast.UnaryOp():
                return self.operation("np.negative", (self.operand(tree.operand, source),), comment, name)
        function, operands = ast.unparse(tree.func), self.given(tree, source)
        special = {"softplus": self.softplus, "sigmoid": self.sigmoid}.get(function)
        return special(*operands, comment, name) if special else self.operation(function, operands, comment, name)

    def given(self, tree: ast.Call, source: str) -> tuple[str, ...]:
        """What a function is called with."""
        return (*(self.operand(argument, source) for argument in tree.args), *map(ast.unparse, tree.keywords))

    def has_buffers(self, tree: ast.expr) -> bool:
        """Whether it is arithmetic and elementwise functions throughout, whose results are float64."""
        return all(is_elementwise(node) for node in ast.walk(tree) if isinstance(node, ast.expr))

    def is_array(self, tree: ast.expr) -> bool:
        return any(isinstance(node, ast.Name) and node.id in self.arrays for node in ast.walk(tree))

    def arithmetic(self, function: str, operands: tuple[str, ...], comment: str = "", name: str = "") -> str:
        if function == "np.multiply" and operands[0] == operands[1]:
            function, operands = "np.square", operands[:1]
        elif function == "np.multiply" and operands[0] == "-1.0":
            function, operands = "np.negative", operands[1:]
        return self.operation(function, operands, comment, name)

    def operation(self, function: str, operands: tuple[str, ...], comment: str = "", name: str = "") -> str:
        key = (function, *(sorted(operands) if function in _EITHER_WAY else operands))
        if key not in self.known:
            if not name:
                name, self.spare = f"t{self.spare}", self.spare + 1
            self.known[key] = name
            self.arrays.add(name)
            self.operations.append(Operation(name, function, operands, comment or _infix(function, operands)))
            if function == "np.negative":
                self.opposite |= {name: operands[0], operands[0]: name}
        return self.known[key]

    # ln(1 + e^z) and 1/(1 + e^(-z)), from one e^z that ends near the largest float

    def power(self, z: str) -> str:
        return self.operation("limited_exp", (z,), f"exp({z}), and no more than 1e+304")

    def above(self, z: str) -> str:
        return self.operation("np.add", ("1.0", self.power(z)))

    def softplus(self, z: str, comment: str, name: str) -> str:
        power, above = self.power(z), self.above(z)
        logarithm = self.operation("np.log1p", (power,), f"ln(1 + exp({z})), where that is no more than 700")
        found = self.operation("np.maximum", (logarithm, z), comment, name)         # it is z where e^z ended
        next(made for made in reversed(self.operations) if made.name == found).softplus_of = (z, power, above)
        return found

    def sigmoid(self, z: str, comment: str, name: str) -> str:
        turned = self.opposite.get(z)
        if ("limited_exp", z) not in self.known and ("limited_exp", turned) in self.known:
            return self.operation("np.divide", ("1.0", self.above(turned)), comment, name)
        return self.operation("np.divide", (self.power(z), self.above(z)), comment, name)

    def shortened(self) -> list[Operation]:
        """The operations, with Σ softplus(z) by few logarithms where nothing else needs softplus(z) row by row.

        That stands where 1 + e^z is made, since it sees to it that both end near the largest float.
        """
        uses = Counter(name for operation in self.operations for name in operation.names)
        made = {operation.name: operation for operation in self.operations if not operation.total}
        spared, sums, limited = set(), {}, {}
        for operation in self.operations:
            is_sum = operation.function == "np.add.reduce" and operation.total and len(operation.operands) == 1
            softplus = made.get(operation.operands[0]) if is_sum else None
            if softplus and softplus.softplus_of and uses[softplus.name] == 1 and uses[softplus.operands[0]] == 1:
                z, power, above = softplus.softplus_of
                spared |= {softplus.name, softplus.operands[0], operation.name}
                sums.setdefault(above, []).append(replace(operation, function="softplus_sum", operands=softplus.softplus_of))
                limited[power] = replace(made[power], function="np.exp", operands=(z,), comment=f"exp({z})")
        return [each for operation in self.operations if operation.name not in spared
                for each in (limited.get(operation.name, operation), *sums.get(operation.name, ()))]


def is_elementwise(node: ast.expr) -> bool:
    """Whether what stands at the top of it is arithmetic, or an elementwise function with a float64 as its result."""
    match node:
        case ast.Name() | ast.Constant() | ast.Attribute() | ast.UnaryOp(op=ast.USub()):
            return True
        case ast.BinOp():
            return type(node.op) in _OPERATORS
        case ast.Call(func=ast.Attribute(attr=name)):
            return isinstance(getattr(np, name, None), np.ufunc)
        case ast.Call(func=ast.Name(id=name)):
            return name in ("softplus", "sigmoid")
    return False


def _infix(function: str, operands: Sequence[str]) -> str:
    """The operation as mathematics."""
    sign = next((sign for sign, named in _SIGNS.items() if named == function), None)
    return f" {sign} ".join(operands) if sign else f"{function.removeprefix('np.')}({', '.join(operands)})"


@dataclass(slots=True)
class Written:
    """Operations as lines, and what they need."""

    lines: list[str] = field(default_factory=list)
    buffers: int = 0
    groups: list[int] = field(default_factory=list)      # the rows of further buffers that have several
    sums: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)       # what names the sums that are found together
    used: set[str] = field(default_factory=set)

    @property
    def rooms(self) -> list[str]:
        """The names of all buffers."""
        return [*(f"y{k}" for k in range(len(self.groups))), *(f"b{k}" for k in range(self.buffers))]

    def another(self, rows: int) -> str:
        """The name of one more buffer."""
        if rows == 1:
            self.buffers += 1
            return f"b{self.buffers - 1}"
        self.groups.append(rows)
        return f"y{len(self.groups) - 1}"


def written_out(operations: list[Operation]) -> Written:
    """The operations as lines, in as few buffers as will do.

    >>> from symcalc.compute.statements import Value
    >>> a0, a1 = Value("a0", array=True, moves=True), Value("a1", array=True, moves=True)
    >>> block = Block({"c0"}).add([(a0, "p0 * c0 + 1.0", "w x + 1"), (a1, "np.exp(a0)", "exp(w x + 1)")])
    >>> for line in written_out(block.operations).lines: print(line)
    t0 = np.multiply(p0, c0, out=b0)          # p0 * c0
    a0 = np.add(t0, 1.0, out=b0)              # w x + 1
    a1 = np.exp(a0, out=b0)                   # exp(w x + 1)
    """
    last = {operand: k for k, operation in enumerate(operations) for operand in operation.operands}
    written = Written(used=set(last))
    for operation in operations:                         # an array is in use as long as any of its rows
        if operation.results and not operation.total:
            last[operation.name] = max(last.get(name, 0) for name in (operation.name, *operation.results))
    owner = {row: operation.name for operation in operations for row in operation.results}
    held: dict[str, tuple[int, str]] = {}                # the buffers that results are in, with the number of rows
    free: dict[int, list[str]] = {}
    for k, operation in enumerate(operations):
        names = dict.fromkeys(owner.get(operand, operand) for operand in operation.operands)
        ended = [held.pop(name) for name in names if name in held and last[name] == k]
        if operation.total:
            written.sums.append(operation.name)
            if operation.results:
                written.after.append(f"{', '.join(operation.results)} = {operation.name}")
        else:
            for rows, buffer in ended:                   # elementwise, so the result may stand where an operand stood
                free.setdefault(rows, []).append(buffer)
            ended = []
        rows = 1 if operation.total else len(operation.results) or 1
        buffer = ""
        if operation.needs_buffer:
            buffer = free[rows].pop() if free.get(rows) else written.another(rows)
            if operation.total:
                ended.append((rows, buffer))
            else:
                held[operation.name] = rows, buffer
        in_pieces = operation.total and operation.function == "np.dot" and not operation.results
        written.lines.append((replace(operation, function="product_sum") if in_pieces else operation).line(buffer))
        if operation.results and not operation.total and written.used.intersection(operation.results):
            written.lines.append(f"{', '.join(operation.results)} = {operation.name}")
        for rows, buffer in ended:
            free.setdefault(rows, []).append(buffer)
    return written

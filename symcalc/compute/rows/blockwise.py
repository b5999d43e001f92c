"""A program over many rows, written out block by block: what is done once for the data, and what for each block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symcalc.compute.rows.alike import grouped
from symcalc.compute.rows.buffered import Block, Operation, written_out
from symcalc.compute.rows.matrices import Forms, Matrix, products_of, with_matrices, without_idle
from symcalc.compute.statements import Statement, line, names_in, packed

_TOGETHER = 800_000      # numbers in all arrays of a block
_LEAST = 8_000           # rows in a block
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Blockwise:
    """The lines that prepare the blocks and say what is summed over one, and those of a step, which take the sums over all."""

    prepared: list[str]
    steps: list[str]


def blockwise(columns: Sequence[str], before: Sequence[Statement], moving: Sequence[Statement]) -> Blockwise:
    """The statements that need no parameters and those that do, as lines."""
    whole, apart = apart_from(before)
    data = [*columns, *(value.source for value, *_ in before if value.array)]
    block = Block(set(data)).add(statement for statement in moving if statement[0].array or statement[0].total)
    matrices = Forms(block, data, products_of((value.source, source) for value, source, _ in apart)).matrices()
    operations, factors = grouped(without_idle(with_matrices(block.shortened(), matrices)), block.arrays)
    operations = without_idle(operations)
    written = written_out(operations)
    used = {*written.used, *(row for matrix in matrices for row in matrix.rows)}
    alone = [name for name in data if name in written.used]
    groups = [f"({size},)" for size in written.groups] + ["()"] * written.buffers
    most = _most(len(alone) + sum(matrix.height for matrix in matrices) + sum(written.groups) + written.buffers)
    prepared = [*(line(*statement) for statement in whole), *_blocks(data, apart, used, written.used, matrices, most)]
    summed = Summed(block=[*alone, *(matrix.name for matrix in matrices), *written.rooms],
                    lines=written.lines, sums=written.sums,
                    numbers=numbers_in(operations, moving, [matrix.factors for matrix in (*matrices, *factors)]))
    return Blockwise([*prepared, *summed.defined(", ".join(["rows", str(most), *groups]))], [
        *(line(*statement) for statement in moving if not (statement[0].array or statement[0].summed)),
        *(matrix.numbers for matrix in (*matrices, *factors)), *summed.asked, *written.after,
        *(line(*statement) for statement in moving if statement[0].summed and not statement[0].total)])


def _most(arrays: int) -> int:
    """The rows of a block of so many arrays: the fewer calls the better, as long as the arrays stay in a cache."""
    return max(_LEAST, min(_MOST, _TOGETHER // arrays // 1000 * 1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What is summed over the rows: the arrays of a block, the numbers that it needs besides, its lines and its sums."""

    block: list[str]
    numbers: list[str]
    lines: list[str]
    sums: list[str]

    def defined(self, buffers: str) -> list[str]:
        """The function for one block, and that for all, with so many rows, so many at a time, and buffers of these shapes."""
        if not self.sums:
            return []
        return [f"def sums({', '.join([*self.block, *self.numbers])}):", *(f"    {each}" for each in self.lines),
                f"    return {packed(self.sums)}", f"total = Total(sums, blocks, Buffers({buffers}))"]

    @property
    def asked(self) -> list[str]:
        """The line with the sums over all blocks, where there are any."""
        return [f"{packed(self.sums)} = total({', '.join(self.numbers)})"] if self.sums else []


def numbers_in(operations: Iterable[Operation], moving: Iterable[Statement], factors: Iterable[str]) -> list[str]:
    """The names that come from a step, and not from the block or from what was prepared."""
    known = {*factors, *(value.source for value, *_ in moving if not (value.array or value.summed))}
    names = dict.fromkeys(name for operation in operations for name in operation.names)
    return [name for name in names if name in known or re.fullmatch(r"p\d+", name)]


def apart_from(before: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """What is worked out over all rows at once, as a number or what needs a sum, and the arrays that can wait for a block."""
    needed: set[str] = set()
    whole = []
    for statement in reversed(before):
        value, source, _ = statement
        if not value.array or value.summed or value.source in needed:
            whole.append(statement)
            needed |= names_in(source)
    return whole[::-1], [statement for statement in before if statement not in whole]


def _blocks(data: Sequence[str], apart: Sequence[Statement], used: set[str], taken: set[str], matrices: Sequence[Matrix],
            most: int) -> list[str]:
    """The rows cut into blocks, with what the data alone decide."""
    needed: list[Statement] = []
    for value, source, comment in reversed(apart):
        if value.source in used:
            needed.insert(0, (value, source, comment))
            used |= names_in(source)
    made = {value.source for value, *_ in apart}
    columns = [name for name in data if name in used and name not in made]
    given = packed(columns)
    if not needed and not matrices:
        return [f"blocks = split(rows, {most}, {given})"]
    uses = Counter([*taken, *(row for matrix in matrices for row in matrix.rows),
                    *(name for _, source, _ in needed for name in names_in(source))])
    rows = {value.source: (source, comment) for value, source, comment in needed
            if uses[value.source] == 1 and value.source not in taken
            and any(value.source in matrix.rows for matrix in matrices)}
    lines = [line(*statement) for statement in needed if statement[0].source not in rows]
    lines += [each for matrix in matrices for each in matrix.lines(rows, columns[0])]
    result = packed([*(name for name in data if name in taken), *(matrix.name for matrix in matrices)])
    size = len(made & taken) + sum(matrix.height for matrix in matrices)
    return [f"def fixed({given}):", *(f"    {each}" for each in lines), f"    return {result}",
            f"blocks = Fixed(fixed, {size}, split(rows, {most}, {given}))"]

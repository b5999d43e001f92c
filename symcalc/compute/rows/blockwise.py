"""A program over many rows, written out block by block: what is done once for the data, and what for each block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symcalc.compute.rows.alike import grouped
from symcalc.compute.rows.buffered import Block, written_out
from symcalc.compute.rows.matrices import Forms, Matrix, products_of, with_matrices, without_idle
from symcalc.compute.statements import Statement, line, names_in, packed


@dataclass(frozen=True, slots=True)
class Blockwise:
    """The lines that prepare the blocks, those before the loop over them, and the loop with what follows from it."""

    prepared: list[str]
    steps: list[str]


def blockwise(columns: Sequence[str], before: Sequence[Statement], moving: Sequence[Statement]) -> Blockwise:
    """The statements that need no parameters and those that do, as lines."""
    whole, apart = apart_from(before)
    data = [*columns, *(value.source for value, *_ in before if value.array)]
    block = Block(set(data)).add(statement for statement in moving if statement[0].array or statement[0].total)
    matrices = Forms(block, data, products_of((value.source, source) for value, source, _ in apart)).matrices()
    operations, factors = grouped(without_idle(with_matrices(block.shortened(), matrices)), block.arrays)
    written = written_out(without_idle(operations))
    used = {*written.used, *(row for matrix in matrices for row in matrix.rows)}
    prepared = [*(line(*statement) for statement in whole), *_blocks(data, apart, used, written.used, matrices)]
    taken = packed([*(name for name in data if name in written.used), *(matrix.name for matrix in matrices)])
    if written.rooms:
        sizes = "".join(f", {size}" for size in written.groups)
        prepared.append(f"buffers = Buffers(rows, {written.buffers}{sizes})")
        head = f"for ({taken}), ({packed(written.rooms)}) in zip(blocks, buffers()):"
    else:
        head = f"for {taken} in blocks:"
    sums = " = ".join(written.sums)
    return Blockwise(prepared, [
        *(line(*statement) for statement in moving if not (statement[0].array or statement[0].summed)),
        *(matrix.numbers for matrix in (*matrices, *factors)), *([f"{sums} = 0.0"] if sums else []), head,
        *(f"    {written}" for written in written.lines), *written.after,
        *(line(*statement) for statement in moving if statement[0].summed and not statement[0].total)])


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


def _blocks(data: Sequence[str], apart: Sequence[Statement], used: set[str], taken: set[str],
            matrices: Sequence[Matrix]) -> list[str]:
    """The rows cut into blocks, with what the data alone decide."""
    lines = []
    for value, source, comment in reversed(apart):
        if value.source in used:
            lines.insert(0, line(value, source, comment))
            used |= names_in(source)
    made = {value.source for value, *_ in apart}
    given = packed(name for name in data if name in used and name not in made)
    if not lines and not matrices:
        return [f"blocks = split(rows, {given})"]
    lines += [matrix.line for matrix in matrices]
    result = packed([*(name for name in data if name in taken), *(matrix.name for matrix in matrices)])
    size = len(made & taken) + sum(len(matrix.rows) for matrix in matrices)
    return [f"def fixed({given}):", *(f"    {each}" for each in lines), f"    return {result}",
            f"blocks = Fixed(fixed, {size}, split(rows, {given}))"]

"""A table as lines of text; one too wide for a terminal is wrapped in its cells, or parted, or told row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from symcalc.pages.breaking import width_of
from symcalc.pages.ink import Ink, Line

Cells = Sequence[Sequence[str]]
Wrap = Callable[[str, int], list[str]]
_GAP = 2
_LEAST = 12              # cells that a column keeps in which text is wrapped


def table_lines(cells: Cells, words: frozenset[int], width: int | None, wrap: Wrap) -> list[Line]:
    """The header, a line, and the rows, aligned; the columns in `words` on the left, the others on the right.

    >>> for line in table_lines([["k", "w"], ["0", "1.5"]], frozenset(), None, lambda text, width: [text]):
    ...     print(line if isinstance(line, str) else [text for _, text in line])
    ['k    w']
    ['─  ───']
    0  1.5
    """
    widths = [max(map(width_of, column)) for column in zip(*cells)]
    if width is None or _total(widths) <= width:
        return _aligned(cells, widths, words)
    narrowed = _narrowed(widths, cells, width, wrap)
    if narrowed:
        return _wrapped(cells, narrowed, words, wrap)
    return _parted(cells, widths, words, width) or _told(cells, width, wrap)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _aligned(cells: Cells, widths: Sequence[int], words: frozenset[int]) -> list[Line]:
    header, *rows = ["  ".join(_padded(cell, room, k in words) for k, (cell, room) in enumerate(zip(row, widths)))
                     for row in cells]
    return [((Ink.HEADING, header),), ((Ink.LINE, "  ".join("─" * room for room in widths)),), *rows]


def _padded(cell: str, room: int, left: bool) -> str:
    space = " " * (room - width_of(cell))
    return cell + space if left else space + cell


def _narrowed(widths: list[int], cells: Cells, width: int, wrap: Wrap) -> list[int]:
    """The widths with room taken from the widest columns of words; empty where that is not enough."""
    least = [min(room, max(_LEAST, *(width_of(piece) for cell in column for piece in wrap(cell, _LEAST))))
             for column, room in zip(zip(*cells), widths)]
    if _total(least) > width:
        return []
    rooms = list(widths)
    while _total(rooms) > width:
        k = max((k for k in range(len(rooms)) if rooms[k] > least[k]), key=lambda k: rooms[k])
        rooms[k] -= 1
    return rooms


def _wrapped(cells: Cells, widths: Sequence[int], words: frozenset[int], wrap: Wrap) -> list[Line]:
    header, *rows = [list(zip_longest(*(wrap(cell, room) if width_of(cell) > room else [cell]
                                        for cell, room in zip(row, widths)), fillvalue="")) for row in cells]
    aligned = _aligned([*header, *(line for row in rows for line in row)], widths, words)
    # The line stands under the whole header, however many lines that takes.
    extra = len(header) - 1
    head, rule, body = aligned[0], aligned[1], aligned[2:]
    return [head, *(((Ink.HEADING, line),) for line in body[:extra] if isinstance(line, str)), rule, *body[extra:]]


def _parted(cells: Cells, widths: Sequence[int], words: frozenset[int], width: int) -> list[Line]:
    """Several tables under each other, each with the first column; none where a column is too wide for that."""
    least = max((widths[0] + _GAP + room for room in widths[1:]), default=widths[0])
    if least > width:
        return []
    groups = _groups(widths, width)
    while width > least and len(closer := _groups(widths, width - 1)) == len(groups):        # as even as they can be
        groups, width = closer, width - 1
    tables = [_aligned([[row[k] for k in group] for row in cells], [widths[k] for k in group],
                       frozenset(place for place, k in enumerate(group) if k in words)) for group in groups]
    return [line for n, table in enumerate(tables) for line in ([""] if n else []) + table]


def _groups(widths: Sequence[int], width: int) -> list[list[int]]:
    groups: list[list[int]] = [[0]]
    for k in range(1, len(widths)):
        if _total([widths[j] for j in (*groups[-1], k)]) > width:
            groups.append([0])
        groups[-1].append(k)
    return groups


def _told(cells: Cells, width: int, wrap: Wrap) -> list[Line]:
    """Row by row, each cell after the name of its column."""
    header, *rows = cells
    lines: list[Line] = []
    for k, row in enumerate(rows):
        lines += [""] if k else []
        for place, (name, cell) in enumerate(zip(header, row)):
            before = "  " * (place > 0) + (f"{name}: " if name else "")
            first, *others = wrap(cell, max(width - 4, _LEAST))
            beside = width_of(before + first) <= width
            lines += [before + first] if beside else [before.rstrip(" "), f"    {first}"]
            lines += [f"    {other}" for other in others]
    return lines

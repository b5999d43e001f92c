r"""Tables that a learner fills in, in LaTeX: lines between the cells, and room to write in the empty ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from symcalc.pages.document import Formula, Table
from symcalc.pages.latex_tables import SPACE, full_size, in_room, row_of, shrunk, spaced_rows, widths_of
from symcalc.pages.rendering import formula_of
from symcalc.worksheets.items.steps import BLANK, BLANKS

_EMPTY = 7.0              # ems for a number in handwriting
_SEPARATE = 1.3           # ems on both sides of a column together
_ROW = 2.4                # ems from one line of a derivation to the next
_PAGE = 1.3               # breadths of a line are the most that a table in one piece is high


def is_to_fill(table: Table) -> bool:
    """Whether cells are left empty, or a line stands in the place of a formula."""
    return bool(_empty(table)) or any(isinstance(cell, Formula) and cell in BLANKS for row in table.rows for cell in row)


def fill_in(table: Table, line: float) -> str:
    r"""The table on lines of so many ems.

    >>> print(fill_in(Table(header=("x", "y"), rows=(("1", ""),)), 36))
    \begin{tofill}{|c|E{7em}|}
      \hline
      x & y \\ \hline
      $1$ &  \\ \hline
    \end{tofill}
    """
    empty = _empty(table)
    if not empty:
        return _with_lines(table, line)
    others = sum(width + _SEPARATE - SPACE for k, width in enumerate(widths_of(table)) if k not in empty)
    breadth = min(_EMPTY, (line - 1 - others) / len(empty) - _SEPARATE)
    columns = "".join(f"|E{{{breadth:.3g}em}}" if k in empty else "|c" for k in range(len(table.header)))
    tall = r"\tall " if any("\\frac" in formula_of(cell).latex for cell in table.header if not isinstance(cell, str)) else ""
    rows = "".join(f"  {row_of(row)} {end}\\\\ \\hline\n" for row, end in
                   ((table.header, tall), *((row, "") for row in table.rows)))
    return f"\\begin{{tofill}}{{{columns}|}}\n  \\hline\n{rows}\\end{{tofill}}"


def _empty(table: Table) -> list[int]:
    """The columns of numbers to fill in."""
    return [k for k, column in enumerate(zip(*table.rows)) if "" in column and k not in table.words]


def _with_lines(table: Table, line: float) -> str:
    """A derivation with lines in the place of some of its formulas, as long as the page allows."""
    fitted = in_room(table, line)
    columns = "".join("l" if k in table.words else "r" for k in range(len(fitted.header)))
    head = f"  \\toprule\n  {row_of(fitted.header)} \\\\\n  \\midrule\n"
    rows = spaced_rows(fitted).replace(BLANK.latex, r"\fillline")
    if rows.count(r"\\") * _ROW > _PAGE * line:
        return _in_pieces(head, rows.splitlines(keepends=True), f"N{columns[1:]}")
    body = f"\\begin{{tabular}}{{{columns}}}\n{head}{rows}  \\bottomrule\n\\end{{tabular}}"
    stretch = "\\renewcommand{\\arraystretch}{1.9}\n"
    return f"\\begin{{center}}\n{stretch}{full_size(fitted)}{shrunk(body, fitted, line)}\n\\end{{center}}"


def _in_pieces(head: str, rows: Sequence[str], columns: str) -> str:
    """A derivation that is higher than a page, or nearly so, a few rows at a time; what leads to it stays with the first."""
    count = max(2, len(rows) // 3)
    cuts = [round(k * len(rows) / count) for k in range(count + 1)]
    pieces = ["".join(rows[start:end]) for start, end in pairwise(cuts)]
    inside = [head + pieces[0], *pieces[1:-1], f"{pieces[-1]}  \\bottomrule\n"]
    return "\\par\\nobreak\n" + "\n".join(f"\\begin{{piece}}{{{columns}}}\n{part}\\end{{piece}}" for part in inside)

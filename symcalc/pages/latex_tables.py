r"""Tables in LaTeX, as wide as the page at most: long formulas are broken in their cells, then the whole is made smaller."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sympy import Basic

from symcalc.pages.document import Formula, Inline, Table
from symcalc.pages.latex_breaking import broken_latex, ems
from symcalc.pages.latex_inline import inline
from symcalc.pages.latex_words import words
from symcalc.pages.rendering import formula_of, is_number

_TALL = 30                # rows from which a table may run over to the next page
SPACE = 1.1              # ems between two columns
_NARROW = 16.0            # ems for a formula, with less of which the words beside it come under it
_NARROWEST = 9.0          # and in which it is still worth breaking


def table_in_latex(table: Table, line: float) -> str:
    r"""The table on lines of so many ems.

    >>> print(table_in_latex(Table(header=("x", "y"), rows=(("1", "-2"),)), 36))
    \begin{center}
    \begin{tabular}{rr}
      \toprule
      x & y \\
      \midrule
      $1$ & $-2$ \\
      \bottomrule
    \end{tabular}
    \end{center}
    """
    caption = f"{words(table.caption)}\\par\n" if table.caption else ""
    columns = "".join("l" if k in table.words else "r" for k in range(len(table.header)))
    if len(table.rows) >= _TALL:
        rows = "".join(f"  {row_of(row)} \\\\\n" for row in table.rows)
        return (f"\\begin{{center}}\n{caption}\\end{{center}}\n{_size(table, line)}"
                f"\\begin{{longtable}}{{{columns}}}\n  \\toprule\n  {row_of(table.header)} \\\\\n  \\midrule\n"
                f"  \\endhead\n{rows}  \\bottomrule\n\\end{{longtable}}\\normalsize")
    fitted = in_room(table, line)
    body = f"\\begin{{tabular}}{{{columns}}}\n  \\toprule\n  {row_of(fitted.header)} \\\\\n  \\midrule\n" \
           f"{spaced_rows(fitted)}  \\bottomrule\n\\end{{tabular}}"
    return f"\\begin{{center}}\n{full_size(fitted)}{caption}{shrunk(body, fitted, line)}\n\\end{{center}}"


def row_of(cells: Sequence[Inline]) -> str:
    """The cells of a row, without its end."""
    row = " & ".join(map(_cell, cells))
    # The \\ or rule before it would take a [ or * for its own.
    return "{}" + row if row.startswith(("[", "*")) else row


def _cell(cell: Inline) -> str:
    """A number is mathematics, so that its sign is a minus and not a hyphen; a formula that fills its column stands whole."""
    if is_number(cell):
        return f"${cell}$"
    return f"${cell.latex}$" if isinstance(cell, Formula) and cell.text == _FITTED else inline((cell,))


def full_size(table: Table) -> str:
    """What makes fractions as large in the cells as on a line of their own."""
    return "\\everymath{\\displaystyle}\n" if any(map(_is_high, table.rows)) else ""


def spaced_rows(table: Table) -> str:
    """The rows, with air between them where fractions stand in some."""
    air = r" \addlinespace[4pt]" if any(map(_is_high, table.rows)) else ""
    rows = [f"  {row_of(row)} \\\\" for row in table.rows]
    return f"{air}\n".join(rows) + "\n"


def _is_high(row: Sequence[Inline]) -> bool:
    return any(not isinstance(cell, str) and re.search(r"\\frac|\\begin|\\sum", formula_of(cell).latex) for cell in row)


# Breadth

_FITTED = "fitted"        # the text of a formula whose LaTeX has been broken to fit its column


def widths_of(table: Table) -> list[float]:
    """About how wide each column is, in ems, with the space beside it."""
    return [SPACE + max(map(_width, column)) for column in zip(table.header, *table.rows)]


def _width(cell: Inline) -> float:
    if isinstance(cell, str):
        return 0.47 * len(cell)
    latex = formula_of(cell).latex
    rules = re.findall(r"\\underline\{\\hspace\{([0-9.]+)em\}\}", latex)
    return float(rules[0]) if rules else ems(latex)


def in_room(table: Table, line: float) -> Table:
    """The table with the formulas of its widest column broken into lines, where it would not fit across the page.

    Where little room is left for them, words in the last column come under the formula beside them.

    >>> from symcalc.pages.document import Formula
    >>> wide = Formula(text="", latex=" + ".join(["aaaa"] * 9))
    >>> in_room(Table(header=("",), rows=((wide,),)), 20).rows[0][0].latex.count(chr(92) * 2)
    1
    """
    widths = widths_of(table)
    formulas = [max((_width(row[k]) for row in table.rows if not isinstance(row[k], str)), default=0.0)
                for k in range(len(widths))]
    widest = formulas.index(max(formulas))
    room = line - sum(widths) + widths[widest] - SPACE
    if sum(widths) <= line:
        return table
    if room < _NARROW and len(widths) - 1 in table.words and widest == len(widths) - 2:
        room += widths[-1]
        return replace(table, header=table.header[:-1],
                       rows=tuple((*row[:-2], _with_under(row[-2], table.header[-1], row[-1], room)) for row in table.rows))
    if room < _NARROWEST:
        return table
    return replace(table, rows=tuple((*row[:widest], _in_lines(row[widest], room), *row[widest + 1:]) for row in table.rows))


def _in_lines(cell: Inline, room: float) -> Inline:
    if isinstance(cell, str) or _width(cell) <= room:
        return cell
    return _stacked(_pieces(cell, room))


def _with_under(cell: Inline, name: Inline, said: Inline, room: float) -> Inline:
    if isinstance(cell, str) or said == "":
        return _in_lines(cell, room)
    return _stacked([*_pieces(cell, room), rf"\text{{\small {inline((name, ': ', said))}}}"])


def _pieces(cell: Basic | Formula, room: float) -> list[str]:
    return [piece if ems(piece) <= 1.1 * room else rf"\resizebox{{{room:.3g}em}}{{!}}{{$\displaystyle {piece}$}}"
            for piece in broken_latex(formula_of(cell).latex, room, room - 1.5)]


def _stacked(pieces: Sequence[str]) -> Formula:
    lines = r" \\ & \quad ".join(pieces)
    return Formula(text=_FITTED, latex=rf"\begin{{aligned}}[t] & {lines} \end{{aligned}}" if len(pieces) > 1 else pieces[0])


def _size(table: Table, line: float) -> str:
    """The size of type at which a table that runs over pages fits across one."""
    share = line / sum(widths_of(table))
    return "" if share > 1 else "\\footnotesize\n" if share > 0.8 else "\\scriptsize\n" if share > 0.65 else "\\tiny\n"


def shrunk(tabular: str, table: Table, line: float) -> str:
    """The tabular made smaller, if it turns out wider than the page."""
    # The breadth is an estimate: what fits after all is not made larger.
    width = r"\ifdim\width>\linewidth\linewidth\else\width\fi"
    fits = sum(widths_of(table)) <= 0.85 * line and not any(_is_fitted(cell) for row in table.rows for cell in row)
    return tabular if fits else f"\\resizebox{{{width}}}{{!}}{{%\n{tabular}}}"


def _is_fitted(cell: Inline) -> bool:
    return isinstance(cell, Formula) and cell.text == _FITTED

"""Items on tables of data: predictions, residuals, their squares and what these add up to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isclose, isqrt

from sympy import Add, Expr, Integer

from symcalc.pages.document import Block, Equation, Formula, Inline, Table, paragraph
from symcalc.pages.notation import text
from symcalc.training.losses import Loss
from symcalc.worksheets.items.bricks import symbol
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind
from symcalc.worksheets.items.numbers import decimal, is_short, written
from symcalc.worksheets.items.proving import require
from symcalc.written import add, mul

_TRIES = 300
_NEAR = 4                    # times as large as the other RSS, at most
_ROWS = {1: (3,), 2: (4, 5), 3: (4,), 4: (4, 5, 6)}           # of the table, by level
_LARGEST = {1: 3, 2: 3, 3: 3, 4: 6}                           # residual
_HINTS = {1: (), 2: ("The mean squared error is the RSS over the number of rows.",),
          3: ("The better line leaves the smaller squares.",),
          4: ("The mean squared error is the RSS over the number of rows.",)}
_RESIDUAL = Formula(text="residual y - prediction", latex=r"\text{residual } y - \text{prediction}")
_IS_RESIDUAL = Formula(text="residual = y - prediction", latex=r"\text{residual} = y - \text{prediction}")
_RSS = Formula(text="RSS", latex=r"\mathrm{RSS}")
_MSE = Formula(text="MSE", latex=r"\mathrm{MSE}")
_RMSE = Formula(text="RMSE", latex=r"\mathrm{RMSE}")


@dataclass(frozen=True, slots=True)
class _Line:
    """y = m x + b over the rows of a table."""

    m: int
    b: int
    rows: tuple[tuple[int, int], ...]

    @property
    def residuals(self) -> list[int]:
        return [y - (self.m * x + self.b) for x, y in self.rows]

    @property
    def rss(self) -> int:
        return sum(residual**2 for residual in self.residuals)

    @property
    def formula(self) -> Expr:
        return add(mul(Integer(self.m), symbol("x")), Integer(self.b))

    def table(self, filled: bool) -> Table:
        """x, y, prediction, residual, its square: all of it, or x and y alone."""
        header: tuple[Inline, ...] = (symbol("x"), symbol("y"), "prediction", _RESIDUAL, "squared")
        rows = [(str(x), str(y), *((str(self.m * x + self.b), str(residual), str(residual**2)) if filled else ("", "", "")))
                for (x, y), residual in zip(self.rows, self.residuals)]
        return Table(header=header, rows=tuple(rows))

    def total(self) -> Equation:
        """RSS = 1 + 4 + 9 = 14."""
        squares = Add(*(Integer(residual**2) for residual in self.residuals), evaluate=False)
        return Equation((_RSS, squares, Integer(self.rss)))

    def checked(self) -> int:
        """In how many cells the table says what the line and symcalc's own loss say."""
        cells = [tuple(map(int, row)) for row in self.table(filled=True).rows]
        for x, y, prediction, residual, squared in cells:
            require(self.m * x + self.b == prediction == y - residual and squared == residual * residual,
                    f"the row of x = {x} in the table of {text(self.formula)}")
        require(sum(row[-1] for row in cells) == self.rss, f"the sum of the squares of {text(self.formula)}")
        data = {"x": [x for x, _ in self.rows], "y": [y for _, y in self.rows]}
        found = Loss("sum((y - (m*x + b))^2)", columns="x y").compile(data).at([self.m, self.b])[0]
        require(isclose(found, self.rss, abs_tol=1e-9), f"the RSS of {text(self.formula)}")
        return 3 * len(cells) + 1


def _drawn(draw: Draw, level: int) -> list[_Line] | None:
    """A line over a few rows with small residuals, none of them 0; at level 3 a second line that fits nearly as well."""
    xs = sorted(draw.shuffled(range(2, 10))[:draw.form("rows").choice(_ROWS[level])])
    m, b, most = draw.whole(2, 5), draw.whole(2, 9), _LARGEST[level]
    rows = tuple((x, m * x + b + draw.whole(-most, most, avoid=(0,))) for x in xs)
    first = _Line(m, b, rows)
    if len(set(map(abs, first.residuals))) < min(3, len(rows) - 1):
        return None
    mse = Fraction(first.rss, len(rows))
    if level == 3:
        turn = draw.sign()
        second = _Line(m + turn, b - turn * sum(xs) // len(xs) + draw.whole(-1, 1), rows)           # about the middle row
        nice = second.m > 1 and abs(second.b) > 1 and 0 not in second.residuals
        return draw.shuffled([first, second]) if nice and first.rss != second.rss <= _NEAR * first.rss else None
    if level == 4:
        return [first] if _root(mse)**2 == mse else None
    return [first] if level == 1 or is_short(mse) else None


def _root(mse: Fraction) -> Fraction:
    """The root to one half, from below."""
    return Fraction(isqrt(int(4 * mse)), 2)


def _rss_table(draw: Draw, level: int) -> Item | None:
    lines = next(filter(None, (_drawn(draw, level) for _ in range(_TRIES))), None)
    if lines is None:
        return None
    count = len(lines[0].rows)
    mse = Fraction(lines[0].rss, count)
    checks = sum(line.checked() for line in lines)
    asked, answer, solution = _asked(level, lines, mse)
    return Item(
        kind="rss_table", level=level, seed=draw.seed, points=2 + level, space=2 + level, checks=checks,
        question=asked, answer=answer, solution=solution,
        hints=(paragraph(_IS_RESIDUAL, "; square each, then add."), *map(paragraph, _HINTS[level])),
        source=f"rss {[text(line.formula) for line in lines]} {lines[0].rows}", length=count)


def _asked(level: int, lines: list[_Line], mse: Fraction) -> tuple[tuple[Block, ...], tuple[Block, ...], tuple[Block, ...]]:
    """The question, the answer and the working."""
    first, count = lines[0], len(lines[0].rows)
    if level == 3:
        other = lines[1]
        better = "first" if first.rss < other.rss else "second"
        ask = paragraph("Two lines are laid through the data. Find the residual sum of squares (RSS) of each. "
                        "Which line fits better?")
        return ((ask, _model(first), _model(other), paragraph("With the first line:"), first.table(False),
                 paragraph("With the second line:"), other.table(False)),
                (paragraph(f"RSS = {first.rss} for the first line, {other.rss} for the second: the {better} fits better."),),
                (paragraph("With the first line:"), first.table(True), first.total(), paragraph("With the second line:"),
                 other.table(True), other.total(), paragraph(f"The smaller RSS is that of the {better} line: it fits better.")))
    names = {1: "the residual sum of squares (RSS)", 2: "the residual sum of squares (RSS) and the mean squared error (MSE)",
             4: "the residual sum of squares (RSS), the mean squared error (MSE) and its root (RMSE)"}
    ask = (paragraph(f"Fill in the table for this line, then find {names[level]}."), _model(first), first.table(False))
    extra: list[Equation] = []
    if level != 1:
        over = Formula(text=f"{first.rss}/{count}", latex=rf"\frac{{{first.rss}}}{{{count}}}")
        extra.append(Equation((_MSE, over, Formula(text=decimal(mse), latex=decimal(mse)))))
    if level == 4:
        under = Formula(text=f"√{decimal(mse)}", latex=rf"\sqrt{{{decimal(mse)}}}")
        extra.append(Equation((_RMSE, under, written(_root(mse)))))
    short = [Equation((equation.sides[0], equation.sides[-1])) for equation in (first.total(), *extra)]
    return ask, tuple(short), (first.table(True), first.total(), *extra)


def _model(line: _Line) -> Equation:
    return Equation((symbol("y"), line.formula))


TABLES = (
    Kind(name="rss_table", about="a table of residuals and the residual sum of squares", levels=(1, 2, 3, 4), make=_rss_table),
)

"""Mathematics as people write it: an expression to text for a terminal, or to LaTeX.

One walk decides order, brackets and signs for every medium; a `Medium` only says how each thing looks there.
Nothing is rearranged: what stands first in the expression stands first on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    E,
    Float,
    Indexed,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    Sum,
    Symbol,
    exp,
    pi,
)
from sympy.core.function import Application, AppliedUndef

from symcalc.errors import SymcalcError
from symcalc.indices import is_indexed, softmax_at
from symcalc.pages.elided import Dots
from symcalc.pages.fractions import Fraction, fractions_of, is_big
from symcalc.pages.function_notation import FunctionNotation
from symcalc.pages.marked import Marked
from symcalc.pages.media import LATEX, TEXT, Medium
from symcalc.pages.numbers import digits_of, whole_digits, with_power
from symcalc.pages.pieces import Level, Piece
from symcalc.parts import signed, upright
from symcalc.primed import Primed
from symcalc.vocabulary import FUNCTIONS, LOSS


def text(expression: Basic) -> str:
    """The expression for a terminal, in Unicode.

    >>> from sympy import symbols
    >>> m, x = symbols("m x")
    >>> text(3 * x**2), text(m * x), text(1 / x)
    ('3x²', 'm x', '1/x')
    """
    return written(expression, TEXT)


def latex(expression: Basic) -> str:
    """The expression in LaTeX, without dollar signs.

    >>> from sympy import symbols, sqrt
    >>> x = symbols("x")
    >>> print(latex(1 / sqrt(x)))
    \\frac{1}{\\sqrt{x}}
    """
    return written(expression, LATEX)


def written(expression: Basic, medium: Medium) -> str:
    """The expression in any medium.

    >>> from sympy import symbols
    >>> written(symbols("theta"), TEXT)
    'θ'
    """
    try:
        return Writer(medium, expression).write(expression).string
    except RecursionError:
        raise SymcalcError("the expression is nested too deeply to be written") from None


def named(part: AppliedUndef | Primed, medium: Medium = TEXT) -> str:
    """The name of a function that is only named, or of its slope.

    >>> from sympy import Function, Integer, Symbol
    >>> named(Primed(Function("f")(Symbol("x")), Integer(1)))
    "f'"
    """
    return Writer(medium, part).name_of(part)


class Writer(FunctionNotation):
    """The walk from expression to piece, for one medium."""

    def __init__(self, medium: Medium, page: Basic) -> None:
        self.medium, self.page = medium, page

    # Names and numbers

    def symbol(self, symbol: Symbol) -> Piece:
        return Piece(self.medium.name(symbol.name), Level.ATOM, "letter" if self.medium.is_short(symbol.name) else "")

    def dots(self, part: Dots) -> Piece:
        return Piece(self.medium.dots, Level.ATOM)

    def marked(self, letter: Marked) -> Piece:
        written = self.medium.marked(letter.name, letter.mark.name)
        return Piece(written, Level.ATOM, "letter" if self.medium.is_short(letter.name) else "")

    def indexed(self, column: Indexed) -> Piece:
        name = column.base.label.name
        indices = [self.write(index).string for index in column.indices]
        return Piece(self.medium.indexed(name, indices), Level.ATOM, "letter" if self.medium.is_short(name) else "")

    def constant(self, constant: Basic) -> Piece:
        return Piece("e" if constant is E else self.medium.name("pi"), Level.ATOM, "letter")

    def number(self, number: Rational | Float) -> Piece:
        if isinstance(number, Rational) and number.q != 1:
            fraction = self.medium.fraction(whole_digits(abs(number.p)), whole_digits(number.q))
            return Piece(f"-{fraction}", Level.SUM) if number < 0 else Piece(fraction, Level.FRACTION, "digit")
        plain = digits_of(number) if isinstance(number, Float) else with_power(number.p)
        level = Level.SUM if number < 0 else Level.PRODUCT if "e" in plain else Level.ATOM
        return Piece(self.medium.digits(plain), level, "" if number < 0 else "digit")

    # Arithmetic

    def sum(self, expression: Add) -> Piece:
        written = ""
        for term in expression.args:
            minus, rest = signed(term)
            joint = ("-" if minus else "") if not written else (" - " if minus else " + ")
            written += joint + self.at_least(rest, Level.PRODUCT)
        return Piece(written, Level.SUM)

    def product(self, expression: Mul) -> Piece:
        minus, rest = signed(expression)
        if minus:
            return Piece("-" + self.at_least(rest, Level.PRODUCT), Level.SUM)
        groups = fractions_of(expression.args)
        pieces = [self.group(group, last=k == len(groups) - 1) for k, group in enumerate(groups)]
        if len(pieces) == 1:
            return pieces[0]
        return Piece(self.join(pieces), Level.PRODUCT, pieces[0].first)

    def group(self, group: Fraction, last: bool) -> Piece:
        if not group.below:
            return self.factors(group.above, last)
        return self.over(self.alone(group.above, divided=True), self.alone(group.below, divided=True))

    def alone(self, factors: Sequence[Basic], divided: bool = False) -> Piece:
        """The product of factors that have their side of the fraction bar to themselves."""
        if len(factors) == 1 and not (divided and self.has_bar(factors[0])):
            return self.write(factors[0])
        return self.factors(factors, last=True, divided=divided) if factors else Piece("1", Level.ATOM, "digit")

    def over(self, above: Piece, below: Piece) -> Piece:
        return Piece(self.medium.fraction(self.inline(above, Level.PRODUCT), self.inline(below, Level.POWER)),
                     Level.FRACTION, above.first)

    def inline(self, piece: Piece, level: Level) -> str:
        """A part of a fraction: bracketed where the fraction is written on one line and would be misread."""
        loose = self.medium.fractions_inline and (piece.level < level or piece.level == Level.BIG)
        return self.medium.brackets(piece.string) if loose else piece.string

    def has_bar(self, factor: Basic) -> bool:
        """Whether a factor has a bar of its own on the line, as ∂J/∂m has, which is misread in front of another."""
        return self.medium.fractions_inline and isinstance(factor, Derivative) and is_named_slope(factor)

    def factors(self, factors: Sequence[Basic], last: bool, divided: bool = False) -> Piece:
        pieces = []
        for k, factor in enumerate(factors):
            final = last and k == len(factors) - 1
            piece = self.write(factor)
            if divided and self.has_bar(factor):
                piece = Piece(self.medium.brackets(piece.string), Level.ATOM)
            elif isinstance(factor, Derivative) and not final:
                piece = self.derivative(factor, tight=True)
            elif piece.level < Level.PRODUCT or (piece.level == Level.BIG and not final and not is_big(factor)) or (
                    not final and not self.medium.called
                    and (isinstance(factor, Sum) or (isinstance(factor, Mul) and is_big(factor.args[-1])))):
                piece = Piece(self.medium.brackets(piece.string), Level.ATOM, "terms" if isinstance(factor, Add) else "")
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else Piece(self.join(pieces), Level.PRODUCT, pieces[0].first)

    def join(self, pieces: Sequence[Piece]) -> str:
        written = pieces[0].string
        for before, after in pairwise(pieces):
            written += self.joint(before, after) + after.string
        return written

    def joint(self, before: Piece, after: Piece) -> str:
        """What stands between two factors: nothing as in 2x, a space as in m x, or a dot where either would be misread."""
        counted = before.first == "digit" and before.level == Level.ATOM and after.first == "letter"
        if counted and before.string not in ("0", "1"):
            return self.medium.tight
        dotted = (counted or after.first == "digit" or before.string == "0" or after.level == Level.PRODUCT
                  or after.string.startswith(self.medium.slope)
                  or (after.first != "terms" and after.string.startswith(self.medium.brackets("-")[:-len(self.medium.close)]))
                  or before.string.startswith(self.medium.slope)
                  or (before.level == Level.FRACTION and self.medium.fractions_inline and after.level != Level.BIG))
        return self.medium.dot if dotted else self.medium.space

    def power(self, expression: Pow) -> Piece:
        base, exponent = expression.args
        if isinstance(exponent, Rational) and exponent < 0:
            return self.over(self.alone([]), self.alone([upright(expression)]))
        if exponent == Rational(1, 2):
            root = self.write(base)
            level = Level.ATOM if self.medium.called else Level.POWER
            return Piece(self.medium.root(root.string, root.level < Level.ATOM), level)
        if not self.medium.called and isinstance(exponent, Integer) and type(base) in FUNCTIONS and not (
                _is_signed_round(base) or isinstance(base, exp)):
            return self.call(base, exponent)
        below = self.write(base)
        under = below.string if below.level == Level.ATOM else self.medium.brackets(below.string)
        above = self.write(exponent)
        return Piece(self.medium.power(under, above.string, above.level == Level.ATOM),
                     Level.POWER, below.first if base is not E else "")

    # Sums and derivatives

    def row_sum(self, expression: Sum) -> Piece:
        limits = [tuple(self.write(part).string for part in limit) for limit in expression.limits]
        body = self.write(expression.function)
        return Piece(self.medium.summed(limits, is_indexed(self.page), body.string, body.level < Level.PRODUCT),
                     Level.ATOM if self.medium.called else Level.BIG)

    def coincidence(self, part: KroneckerDelta) -> Piece:
        """[j = k], which is 1 or 0."""
        return Piece(self.medium.square(" = ".join(self.write(index).string for index in part.args)), Level.ATOM)

    def softmax(self, part: softmax_at) -> Piece:
        """softmaxₖ(z), or softmaxₖ(zᵢ) where every row has a z of its own."""
        head = self.medium.indexed("softmax", [self.write(part.args[1]).string])
        return Piece(head + self.medium.brackets(self.write(part.argument).string), Level.ATOM)

    def derivative(self, expression: Derivative, tight: bool = False) -> Piece:
        # What is done first stands nearest to the operand: d/dy (d/dx f) is ∂²/∂y∂x f.
        variables = [(self.write(variable).string, int(count)) for variable, count in reversed(expression.variable_count)]
        if is_named_slope(expression):
            return self.slope_of(expression.expr, variables)
        operand = self.write(expression.expr)
        bare = operand.level >= Level.POWER if not tight else isinstance(expression.expr, (Symbol, Indexed))
        if isinstance(expression.expr, Sum):             # d/dv (Σ v) · Σ x, where Σ would take the rest of the line
            bare = not tight or self.medium.called or not self.medium.fractions_inline
        body = operand.string if bare else self.medium.brackets(operand.string)
        return Piece(f"{self.medium.derivative(variables)} {body}", Level.BIG)

    def slope_of(self, function: AppliedUndef, variables: Sequence[tuple[str, int]]) -> Piece:
        """The derivative of a function that is only named: dJ/dm, or ∂J/∂m where it has several arguments."""
        name = self.medium.name(function.func.__name__)
        return Piece(self.medium.slope_of(name, variables, len(function.args) > 1), Level.POWER, "letter")

    table: ClassVar[Mapping[type, Callable[..., Piece]]] = {
        **FunctionNotation.table,
        Dots: dots, Symbol: symbol, Marked: marked, Indexed: indexed, Float: number, Rational: number,
        Add: sum, Mul: product, Pow: power, Sum: row_sum, Derivative: derivative,
        KroneckerDelta: coincidence, softmax_at: softmax, type(E): constant, type(pi): constant,
    }


def is_named_slope(derivative: Derivative) -> bool:
    """Whether it is a slope of J, written ∂J/∂m."""
    return isinstance(derivative.expr, AppliedUndef) and derivative.expr.func.__name__ == LOSS


def _is_signed_round(function: Application) -> bool:
    """Whether the function is written as a sign round its argument, |x| or ∛x, and not as a name that can bear an exponent."""
    return isinstance(function, Abs) or FUNCTIONS[type(function)].radical

"""A derivative to work out, from text or SymPy, without a loss around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sympy import Basic, Expr, Indexed, Sum, Symbol

from symcalc.calculus.derivation import Derivation
from symcalc.calculus.higher import HigherDerivation, derive_by, repeated
from symcalc.errors import LossError
from symcalc.language import read
from symcalc.language.names import COUNT, ROW, check_not_loss, columns_of, name_of, parameters_of
from symcalc.language.sums import check_letter, letter, letters

if TYPE_CHECKING:
    from symcalc.calculus.gradient import Gradient
    from symcalc.calculus.hessian import Hessian


def derive(formula: str | Basic, wrt: str | Symbol | Indexed | Iterable[str | Symbol | Indexed], *,
           columns: str | Iterable[str] = (), functions: str | Iterable[str] = (), detail: str = "normal",
           order: int | None = None) -> Derivation | HigherDerivation:
    """d/dwrt (formula), line by line; every other letter is a constant. `wrt` is a letter, m, or an element, w[k].

    Several letters, as in "x y", are taken one after the other; `order` is how often to differentiate by one.
    `functions` are those of which nothing but the name is known: f in "x f(x^2)". `detail` is how many steps stand in a
    line: "brief" joins routine ones, "normal" has one rule a line, "full" one step a line.

    >>> print(derive("3x^2", "x"))
    d/dx (3x²)
      = 3 · d/dx x²
            constant multiple rule: (c f)' = c f'
            3 is a constant number and stays as a factor
      = 3 · 2x
            power rule: (x^n)' = n x^(n - 1)
            the square of x itself
      = 6x
            simplify the product: a · (b c) = a b c
            numbers and signs first, equal factors joined or cancelled
    <BLANKLINE>
    Proved: 9 checks, each line against the one before.
    """
    turns = repeated(letters(wrt, repeated=True), order)
    expression = _readable(formula, tuple(dict.fromkeys(turns)), columns, functions)
    return derive_by(expression, tuple(map(letter, turns)), detail)


def hessian(formula: str | Basic, wrt: str | Iterable[str | Symbol], *, columns: str | Iterable[str] = (),
            functions: str | Iterable[str] = (), detail: str = "normal") -> Hessian:
    """The second derivatives of the formula by every pair of these letters.

    >>> hessian("x^2*y", "x y").result
    ((2*y, 2*x), (2*x, 0))
    """
    from symcalc.calculus.hessian import hessian_of
    names = letters(wrt)
    expression = _readable(formula, names, columns, functions)
    check_not_loss(parameter.name for parameter in parameters_of(expression))
    return hessian_of(expression, tuple(map(letter, names)), detail)


def _readable(formula: str | Basic, names: tuple[str, ...], columns: str | Iterable[str],
              functions: str | Iterable[str]) -> Expr:
    """The expression, if one can differentiate it by these letters."""
    if not names:
        raise LossError("name the letter to differentiate by, such as x, or several, such as x y")
    expression = read(formula, parameters=names, columns=columns, functions=functions)
    for name in names:
        _check_letter(name, expression)
    return expression


def _check_letter(name: str, expression: Expr) -> None:
    """Whether one can differentiate by this letter."""
    if expression.has(Sum) and name in (ROW.name, COUNT.name):
        raise LossError(f"{name} counts the rows here (i is the row, n their number); differentiate by a parameter")
    check_letter(letter(name), expression)
    if name in map(name_of, columns_of(expression)):
        raise LossError(f"{name} is a column of data; differentiate by a parameter: "
                        f"{', '.join(p.name for p in parameters_of(expression)) or 'there is none'}")


def gradient(formula: str | Basic, *, columns: str | Iterable[str] = ()) -> Gradient:
    """∇ (formula), by every letter that is no column, in order of appearance: what the partials share once.

    >>> gradient("(u + 3v)^2").result
    (2*(u + 3*v), 6*(u + 3*v))
    """
    from symcalc.calculus.gradient import gradient as gradient_by
    expression = read(formula, columns=columns)
    found = parameters_of(expression)
    if not found:
        raise LossError("the formula has no letters to differentiate by")
    check_not_loss(parameter.name for parameter in found)
    for parameter in found:
        check_letter(parameter, expression)
    return gradient_by(expression, found)

"""Who is who in a loss: parameters, columns of data, the row index i and the number of rows n."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sympy import Basic, Expr, Indexed, IndexedBase, Integer, Mul, Pow, Sum, Symbol

from symcalc.errors import LossError, ReadError, described, visible
from symcalc.vocabulary import GREEK, LOSS
from symcalc.written import row_sum

ROW = Symbol("i", integer=True, positive=True)
"""The row index: x[i] is the value of column x in row i."""

COUNT = Symbol("n", integer=True, positive=True)
"""The number of rows."""

_OVER_ROWS = Sum(Integer(1), (ROW, Integer(1), COUNT))
MAX_NAME = 32
GREEK_LETTERS = {letter: name for name, letter in GREEK.items() if name != "lamda"} | {
    "ϵ": "epsilon", "ϕ": "phi", "µ": "mu"}                             # the last is the micro sign of keyboards
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_LIKELY_COLUMN = re.compile(r"[xyt](_?\d+)?")


def plain_name(token: str) -> str:
    """The name in plain letters: θ₁ is theta_1.

    >>> plain_name("θ₁"), plain_name("x₁"), plain_name("m")
    ('theta_1', 'x_1', 'm')
    """
    letters = token[0] if token[0] in GREEK_LETTERS else token.rstrip("₀₁₂₃₄₅₆₇₈₉")
    number = unicodedata.normalize("NFKC", token[len(letters):]).lstrip("_")
    name = GREEK_LETTERS.get(letters, letters)
    return f"{name.rstrip('_')}_{number}" if number else name


def checked_name(name: str) -> str:
    """The name, if it is one: a letter, then letters, digits and underscores; Greek letters are spelled out.

    >>> checked_name("learning_rate"), checked_name("θ")
    ('learning_rate', 'theta')
    """
    if not isinstance(name, str):
        raise ReadError(f"a name is text, not {type(name).__name__}")
    name = str.__str__(name)            # what a subclass makes of itself does not count
    if len(name) > MAX_NAME:
        raise ReadError(f"the name '{visible(name[:20])}...' is longer than {MAX_NAME} characters")
    if name[:1] in GREEK_LETTERS:
        name = plain_name(name)
    if not _NAME.fullmatch(name):
        wrong = next((c for c in name if not re.match(r"[A-Za-z0-9_]", c, re.ASCII)), name[:1])
        why = f"it holds {described(wrong)}" if (wrong and not wrong.isalnum() and wrong != "_") or not wrong.isascii() \
            else "it does not start with a letter" if name else "it is empty"
        raise ReadError(f"'{visible(name)}' is no name, because {why}; use letters, digits and _")
    return name


def listed(names: str | Iterable[str]) -> tuple[str, ...]:
    """The names in a text such as "m b" or "m, b", or in a sequence, each checked and none twice.

    >>> listed("m, b")
    ('m', 'b')
    """
    items = re.split(r"[\s,]+", str.__str__(names).strip()) if isinstance(names, str) else items_of(names)
    checked = tuple(checked_name(name) for name in items if not isinstance(name, str) or str.__len__(name))
    for k, name in enumerate(checked):
        if name in checked[:k]:
            raise ReadError(f"the name {name} is given twice")
    return checked


def items_of(names: Iterable[Any]) -> list[Any]:
    """What a sequence of names holds; an array of no dimension is none, though it passes for one.

    >>> items_of(3)
    Traceback (most recent call last):
    symcalc.errors.ReadError: names are a text such as 'm b' or a list of names, not int
    """
    try:
        return list(names)
    except TypeError:
        raise ReadError(f"names are a text such as 'm b' or a list of names, not {type(names).__name__}") from None


def check_not_loss(names: Iterable[str], what: str = "letter") -> None:
    """Whether none of the names is J, by which the loss goes on the page.

    >>> check_not_loss(["m", "J"])
    Traceback (most recent call last):
    symcalc.errors.LossError: J names the loss; give the letter another name
    """
    if LOSS in names:
        raise LossError(f"{LOSS} names the loss; give the {what} another name")


def symbol(name: str) -> Symbol:
    """The real symbol of this name.

    >>> symbol("m").is_real
    True
    """
    return Symbol(checked_name(name), real=True)


def column(name: str) -> Indexed:
    """The column of this name, one real value per row.

    >>> column("x")
    x[i]
    """
    return _column(checked_name(name))


@lru_cache(maxsize=256)                # the same one each time: formulas with it are then compared at once
def _column(name: str) -> Indexed:
    return IndexedBase(symbol(name), real=True)[ROW]


def parameters(names: str | Iterable[str]) -> Symbol | tuple[Symbol, ...]:
    """Real symbols, one for each name; a single name gives the symbol itself.

    >>> m, b = parameters("m b")
    >>> m.is_real
    True
    """
    symbols = tuple(map(symbol, listed(names)))
    return symbols[0] if len(symbols) == 1 else symbols


def columns(names: str | Iterable[str]) -> Indexed | tuple[Indexed, ...]:
    """Columns of data, one for each name: x stands for x[i], its value in row i.

    >>> columns("x y")
    (x[i], y[i])
    """
    indexed = tuple(map(column, listed(names)))
    return indexed[0] if len(indexed) == 1 else indexed


def sum_rows(expression: Expr) -> Sum:
    """Σ over the rows, i from 1 to n.

    >>> sum_rows(columns("x"))
    Sum(x[i], (i, 1, n))
    """
    if not isinstance(expression, Expr):
        # SymPy would evaluate a text here, as Python.
        raise LossError(f"the rows of an expression can be summed, not {type(expression).__name__}; "
                        "for text, write the sum in it, as in Loss('mean((y - m*x)^2)')")
    return row_sum(expression, _OVER_ROWS)


def mean(expression: Expr) -> Expr:
    """1/n Σ over the rows.

    >>> mean(columns("x"))
    Sum(x[i], (i, 1, n))/n
    """
    return Mul(Pow(COUNT, Integer(-1), evaluate=False), sum_rows(expression), evaluate=False)


def alike(names: Iterable[str]) -> tuple[str, str] | None:
    """The first two names that look the same on the page, where x1 and x_1 are both x₁, but w1_11 and w11_1 as they are.

    >>> alike(["x1", "w", "x_1"]), alike(["w1_11", "w11_1", "w111"])
    (('x1', 'x_1'), None)
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(re.sub(r"(?<!\d)_(?=\d+$)", "", name).replace("lamda", "lambda"), name)
        if first != name:
            return first, name
    return None


def is_likely_column(name: str) -> bool:
    """Whether the name is one that people give to data: x, y or t, with or without a number.

    >>> is_likely_column("x2"), is_likely_column("w")
    (True, False)
    """
    return bool(_LIKELY_COLUMN.fullmatch(name))


def name_of(part: Basic) -> str:
    """The name of a parameter (m) or a column (x[i] is x)."""
    return part.base.label.name if isinstance(part, Indexed) else part.name


def parameters_of(expression: Basic) -> tuple[Symbol | Indexed, ...]:
    """The parameters in the expression, and the elements of vectors, in order of appearance.

    >>> m, b = parameters("m b")
    >>> parameters_of(b + m * columns("x"))
    (b, m)
    """
    return tuple(part for part in _appearing(expression) if isinstance(part, Symbol) or ROW not in part.indices)


def columns_of(expression: Basic) -> tuple[Indexed, ...]:
    """The columns in the expression, in order of appearance."""
    return tuple(part for part in _appearing(expression) if isinstance(part, Indexed) and ROW in part.indices)


def is_column(part: Basic) -> bool:
    """Whether the part is x[i], which has a value in each row.

    >>> is_column(column("x")), is_column(symbol("m"))
    (True, False)
    """
    return isinstance(part, Indexed) and ROW in part.indices


def runs_over_rows(part: Basic) -> bool:
    """Whether the part is a sum over the rows, and not over an index of its own.

    >>> runs_over_rows(sum_rows(column("x")))
    True
    """
    return isinstance(part, Sum) and part.limits[0][0] == ROW


def has_row_sum(expression: Basic) -> bool:
    """Whether a sum over the rows stands in the expression.

    >>> has_row_sum(mean(column("x")))
    True
    """
    return any(map(runs_over_rows, expression.atoms(Sum)))


def _appearing(expression: Basic) -> list[Basic]:
    """Parameters and columns from left to right, each once."""
    found: dict[Basic, None] = {}
    waiting: list[Basic] = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Indexed) or (isinstance(part, Symbol) and not part.is_integer):
            found[part] = None
        elif isinstance(part, Sum):
            waiting.append(part.function)
        else:
            waiting.extend(reversed(part.args))
    return list(found)

"""Long sums and lists with their middle left out: w1 x1 + w2 x2 + … + w300 x300 + b."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sympy import Add, Basic, Dummy, Expr, Function, Mul
from sympy.core.function import AppliedUndef

from symcalc.written import replaced

_LONG = 8                # terms or arguments up to which all are shown
_LIST = 30               # ... and names
_FIRST, _LAST = 2, 2

Item = TypeVar("Item")


class Dots(Dummy):
    """What stands where something was left out.

    >>> from symcalc.pages.notation import latex, text
    >>> text(Dots()), latex(Dots())
    ('…', '\\\\ldots')
    """


def shortened(items: Sequence[Item], dots: Item, most: int = _LIST) -> list[Item]:
    """All of a short list; of a long one the first two, dots, and the last two.

    >>> shortened(range(100), "...")
    [0, 1, '...', 98, 99]
    """
    return [*items] if len(items) <= most else [*items[:_FIRST], dots, *items[-_LAST:]]


def is_long(items: Sequence[Item]) -> bool:
    """Whether a list of names is too long to be shown whole."""
    return len(items) > _LIST


def several(names: Sequence[str]) -> str:
    """The names, as they are listed in a message.

    >>> several(["a", "b"]), several([f"w{k}" for k in range(1, 101)])
    ('a, b', 'w1, w2, ..., w99, w100')
    """
    return ", ".join(shortened(names, "..."))


def elided(expression: Expr) -> Expr:
    """The expression with the middle of its long sums, products and lists of letters left out, to be shown.

    >>> from sympy import symbols
    >>> from symcalc.pages.notation import text
    >>> text(elided(Add(*symbols("a1:20"), evaluate=False)))
    'a1 + a2 + … + a18 + a19'
    """
    def change(part: Basic) -> Basic | None:
        if len(part.args) <= _LONG or not isinstance(part, (Add, Mul, AppliedUndef)):
            return None
        kept = [elided(argument) for argument in shortened(part.args, Dots(), _LONG)]
        return Function(part.func.__name__)(*kept) if isinstance(part, AppliedUndef) else part.func(*kept, evaluate=False)

    return replaced(expression, change)

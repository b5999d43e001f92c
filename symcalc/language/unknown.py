"""Functions of which nothing but the name is known: f in x f(x²)."""

from __future__ import annotations

from collections import Counter

from sympy import Basic, Derivative, Integer, Symbol
from sympy.core.function import AppliedUndef

from symcalc.errors import LossError
from symcalc.language.names import check_not_loss, checked_name
from symcalc.language.shape import called
from symcalc.language.tokens import FORMS
from symcalc.primed import Primed
from symcalc.vocabulary import BY_NAME, SPELLINGS


def function_name(name: str) -> str:
    """The name, if a function that is only named can bear it.

    >>> function_name("f"), function_name("φ")
    ('f', 'phi')
    """
    plain = checked_name(name)
    if plain in BY_NAME or plain in SPELLINGS or plain in FORMS:
        raise LossError(f"{plain} is a function that is known already; give the one that is not another name")
    check_not_loss([plain], "function")
    return plain


def check_functions(expression: Basic) -> None:
    """Functions that are only named pass, each with a name of its own and always as many arguments."""
    counts: dict[str, int] = {}
    taken = {part.name for part in expression.atoms(Symbol)}
    for part in sorted(expression.atoms(AppliedUndef), key=called):
        name = function_name(part.func.__name__)
        if name in taken:
            raise LossError(f"{name} is both a function and a letter; rename one of them")
        if not part.args:
            raise LossError(f"the function {name} has no arguments; write {name}(x)")
        if counts.setdefault(name, len(part.args)) != len(part.args):
            raise LossError(f"the function {name} has {counts[name]} arguments in one place and {len(part.args)} in another")


def as_primed(part: Derivative) -> Primed | None:
    """f'(x) for SymPy's Derivative(f(x), x), where f has letters, no two the same, for arguments; None for any other.

    >>> from sympy import Function
    >>> x = Symbol("x")
    >>> as_primed(Function("f")(x).diff(x, 2)).orders
    (2,)
    """
    counts: Counter[Basic] = Counter()
    for letter, count in part.variable_count:
        counts[letter] += int(count) if count.is_Integer else 0
    slope = Primed(part.expr, *(Integer(counts.pop(argument, 0)) for argument in part.expr.args))
    return slope if isinstance(part.expr, AppliedUndef) and slope.is_plain and any(slope.orders) and not counts else None

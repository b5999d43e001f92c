"""Functions of which nothing but the name is known: f in x f(x²)."""

from __future__ import annotations

from sympy import Basic, Symbol
from sympy.core.function import AppliedUndef

from symcalc.errors import LossError
from symcalc.language.names import checked_name
from symcalc.language.tokens import FORMS
from symcalc.vocabulary import BY_NAME, SPELLINGS

_LOSS = "J"


def function_name(name: str) -> str:
    """The name, if a function that is only named can bear it.

    >>> function_name("f"), function_name("φ")
    ('f', 'phi')
    """
    plain = checked_name(name)
    if plain in BY_NAME or plain in SPELLINGS or plain in FORMS:
        raise LossError(f"{plain} is a function that is known already; give the one that is not another name")
    if plain == _LOSS:
        raise LossError(f"{plain} names the loss; give the function another name")
    return plain


def check_functions(expression: Basic) -> None:
    """Functions that are only named pass, each with a name of its own and always as many arguments."""
    counts: dict[str, int] = {}
    taken = {part.name for part in expression.atoms(Symbol)}
    for part in sorted(expression.atoms(AppliedUndef), key=str):
        name = function_name(part.func.__name__)
        if name in taken:
            raise LossError(f"{name} is both a function and a letter; rename one of them")
        if not part.args:
            raise LossError(f"the function {name} has no arguments; write {name}(x)")
        if counts.setdefault(name, len(part.args)) != len(part.args):
            raise LossError(f"the function {name} has {counts[name]} arguments in one place and {len(part.args)} in another")

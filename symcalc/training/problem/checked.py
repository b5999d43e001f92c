"""What the formula of a loss has to be: its parameters, and one number in all rows together."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Basic, Expr, Indexed, Sum, Symbol

from symcalc.errors import LossError
from symcalc.language.names import COUNT, ROW, check_not_loss, columns_of, name_of, parameters_of
from symcalc.pages.notation import text


def parameters_in(expression: Expr, wanted: tuple[str, ...]) -> tuple[Symbol, ...]:
    """The parameters of a loss in the order wanted, or as they appear; a `LossError` where they are not those wanted.

    >>> w, b = Symbol("w"), Symbol("b")
    >>> parameters_in(w + b, ("w", "b"))
    (w, b)
    """
    found = {parameter.name: parameter for parameter in parameters_of(expression)}
    if clash := set(found) & set(map(name_of, columns_of(expression))):
        raise LossError(f"{min(clash)} is both a parameter and a column; rename one of them")
    check_not_loss(found, "parameter")
    if not found:
        raise LossError("the formula has no parameters to move; a loss needs at least one")
    if not wanted:
        return tuple(found.values())
    if missing := [name for name in wanted if name not in found]:
        names = [*found, *map(name_of, columns_of(expression))]
        raise LossError(f"{', '.join(missing)} does not occur in the loss, which has {', '.join(names)}")
    if more := [name for name in found if name not in wanted]:
        raise LossError(f"{', '.join(more)} is neither a parameter nor a column; declare it as one of them")
    return tuple(found[name] for name in wanted)


def check_rows(expression: Expr, parameters: tuple[Symbol, ...]) -> None:
    """A loss is one number: every column stands inside a sum over the rows, else it is a `LossError`.

    >>> from symcalc.language.names import column
    >>> check_rows(Symbol("w") * column("x"), (Symbol("w"),))
    Traceback (most recent call last):
    symcalc.errors.LossError: the loss has a value in every row, since x... stands outside a sum; write mean(...) or ...
    """
    if names := {symbol.name for symbol in parameters} & {COUNT.name, ROW.name} if expression.has(Sum) else ():
        raise LossError(f"{min(names)} is taken in a sum over rows (i is the row, n their number); rename the parameter")
    waiting: list[tuple[Basic, bool]] = [(expression, False)]
    while waiting:
        part, summed = waiting.pop()
        if part == ROW:
            raise LossError("the row i is no number to compute with; give the table a column with the row numbers")
        if isinstance(part, Indexed):
            if not summed:
                raise LossError(f"the loss has a value in every row, since {text(part)} stands outside a sum; "
                                "write mean(...) or sum(...) around it")
        else:
            inner = (part.function,) if isinstance(part, Sum) else part.args
            waiting.extend((argument, summed or isinstance(part, Sum)) for argument in inner)


def elements_in(indexed: Expr) -> dict[str, str]:
    """The letters with an index, and how any of their elements is written, with indices that the formula does not use."""
    taken = {letter.name for letter in indexed.atoms(Symbol)}
    free = [letter for letter in "pqklrs" if letter not in taken]
    return {name_of(part): f"{name_of(part)}[{','.join(free[:len(part.indices)])}]"
            for part in parameters_of(indexed) if isinstance(part, Indexed)}


def check_elements(indexed: Expr, asked: Iterable[str], names: tuple[str, ...]) -> None:
    """Whether v, of which there are many, is asked for as v[p], and what is asked for so is there; else a `LossError`.

    >>> from sympy import IndexedBase
    >>> j = Symbol("j")
    >>> check_elements(Sum(IndexedBase("v")[j], (j, 1, 3)), ["v"], ("v1", "v2", "v3"))
    Traceback (most recent call last):
    symcalc.errors.LossError: v stands for many parameters; differentiate by any of them, as in derive('v[p]'), or by ...
    """
    forms = elements_in(indexed)
    for name in asked:
        base, bracket, _ = name.partition("[")
        if bracket and base not in forms:
            raise LossError(f"{base} has no index in this loss; differentiate by {' or '.join(forms.values())}")
        meant = [form for letter, form in forms.items() if letter.lower() == name.lower()]
        if meant and name not in names:
            raise LossError(f"{name} stands for many parameters; differentiate by any of them, as in derive({meant[0]!r}), "
                            f"or by one, as in derive({names[0]!r})")

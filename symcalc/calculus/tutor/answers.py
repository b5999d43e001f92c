"""A learner's answer, read: text as it is typed or printed, or SymPy, over the letters of the problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement

from sympy import Basic, Derivative, Expr, Float, Indexed, Integer, Subs, Sum, Symbol
from sympy.core.function import AppliedUndef, UndefinedFunction

from symcalc.calculus.tutor.typed import partial_name, primed_name, typed
from symcalc.errors import LossError, ReadError
from symcalc.functions import sigmoid
from symcalc.indices import index_of
from symcalc.language import read
from symcalc.language.gate import MAX_SYMPY_NODES
from symcalc.language.names import ROW, columns_of, name_of, parameters_of, runs_over_rows, symbol
from symcalc.language.reader import read_text
from symcalc.language.shape import small
from symcalc.language.tokens import check_length
from symcalc.language.unknown import as_primed
from symcalc.primed import Primed
from symcalc.written import derivative_of, replaced

_MOST_PRIMES = 4
_MOST_ARGUMENTS = 9      # of a function that is only named, whose slopes can be typed


def read_answer(answer: object, problem: Expr, variable: Symbol | Indexed) -> Expr:
    """The answer as an expression over the letters of the problem; derivatives may still stand in it.

    >>> from symcalc.language.names import columns
    >>> x = Symbol("x", real=True)
    >>> read_answer("3 d/dx (x^2)", 3*x**2, x).args
    (3, Derivative(x**2, x))
    """
    answer = str.__str__(answer) if isinstance(answer, str) else answer
    if isinstance(answer, str) and not answer.strip():
        raise ReadError("the answer is empty; write the derivative, such as 2x")
    if isinstance(answer, float):
        answer = Float(answer)
    functions = {part.func.__name__ for part in problem.atoms(AppliedUndef)}
    if isinstance(answer, str):
        check_length(answer, "answer")
        found = _read_typed(answer, problem, variable, functions)
    else:
        known = list(dict.fromkeys((*_elements(problem, variable), *_letters(problem, variable))))
        found = _read_around(answer, known, functions) if isinstance(answer, Basic) else read(answer)
    whole = {symbol(part.name): part for part in (*problem.free_symbols, *_indices(variable))
             if isinstance(part, Symbol) and part.is_integer and part != ROW}
    found = replaced(found, whole.get)
    _check_indices(found, problem, variable)
    return found


# Names

def _indices(part: Expr) -> tuple[Basic, ...]:
    return part.indices if isinstance(part, Indexed) else ()


def _letters(problem: Expr, variable: Expr) -> list[str]:
    return [part.name for part in (variable, *parameters_of(problem)) if isinstance(part, Symbol)]


def _elements(problem: Expr, variable: Expr) -> list[str]:
    """The elements, such as w[k], that stand in the problem outside the sums over their indices, and that of the derivative."""
    summed = {index_of(total) for total in problem.atoms(Sum)}
    free = [part for part in (variable, *parameters_of(problem)) if isinstance(part, Indexed)
            and all(isinstance(own, Symbol) and own not in summed for own in part.indices)]
    return [f"{name_of(part)}[{','.join(map(str, part.indices))}]" for part in free]


def _of_one_row(problem: Expr) -> dict[str, Indexed]:
    """The elements with a number, x₁, by their names."""
    return {name_of(part): part for part in problem.atoms(Indexed) if all(isinstance(own, Integer) for own in part.indices)}


def _check_indices(found: Expr, problem: Expr, variable: Expr) -> None:
    """What has indices in the problem has as many in the answer."""
    known = {name_of(part): part for part in (*parameters_of(problem), *columns_of(problem), variable)}
    for part in (*parameters_of(found), *columns_of(found)):
        like = known.get(name_of(part), part)
        if len(_indices(part)) != len(_indices(like)):
            raise LossError(f"{name_of(part)} has an index in the problem; write one of its elements, such as "
                            f"{str(like).replace(' ', '')}" if _indices(like) else
                            f"{name_of(part)} has no index in the problem; write {like}")


# Text

def _read_typed(answer: str, problem: Expr, variable: Expr, functions: set[str]) -> Expr:
    rows = _of_one_row(problem)
    for name in rows:
        answer = re.sub(rf"(?<![A-Za-z_]){name}\[(\d+)\]", rf"{name}_\1 ", answer)
    spelled = {form: part for name, part in rows.items() for form in _spellings(name, part.indices[0])}
    columns = [name_of(column) for column in columns_of(problem)]
    letters = dict.fromkeys((*_letters(problem, variable), *spelled))
    primes = _primes(problem)
    ends = {str(index_of(total)): str(total.limits[0][2]) for total in problem.atoms(Sum)}
    if "sigma" in letters and problem.has(sigmoid) and "σ(" in answer:
        raise ReadError("σ is a letter here, and the sigmoid; write σ*(...) for a product or sigmoid(...)", answer,
                        answer.index("σ("))
    found = read_text(typed(answer, functions, ends), parameters=[*_elements(problem, variable), *letters], columns=columns,
                      functions=[*functions, *primes], standing=True)
    _check_run_together(found, {*letters, *columns}, answer)
    found = _with_primes(found, primes)
    elements = {symbol(form): part for form, part in spelled.items()}
    return replaced(found, lambda part: part if runs_over_rows(part) else elements.get(part))


def _spellings(name: str, row: Basic) -> tuple[str, ...]:
    """x, x1 and x_1 for x₁."""
    return name, f"{name}{row}", f"{name}_{row}"


def _primes(problem: Expr) -> dict[str, tuple[str, tuple[int, ...]]]:
    """What stands for f', f'' or ∂₁f, each with its function and how often that is differentiated in each argument."""
    found = {}
    for name, count in sorted({(part.func.__name__, len(part.args)) for part in problem.atoms(AppliedUndef)}):
        found |= {primed_name(name, order): (name, (order, *[0] * (count - 1))) for order in range(1, _MOST_PRIMES + 1)}
        for which in _slopes_of(min(count, _MOST_ARGUMENTS)) if count > 1 else ():
            found[partial_name(name, "".join(map(str, which)))] = name, tuple(which.count(k + 1) for k in range(count))
    return found


def _slopes_of(count: int) -> Iterator[tuple[int, ...]]:
    """1, 2, 11, 12, 22, ...: the arguments in which a function is differentiated, one after the other."""
    for order in range(1, _MOST_PRIMES + 1):
        yield from combinations_with_replacement(range(1, count + 1), order)


def _with_primes(found: Expr, primes: Mapping[str, tuple[str, tuple[int, ...]]]) -> Expr:
    """f'(u) and ∂₁f(u, v) for what stood in their place while the text was read."""
    def put(part: Basic) -> Basic | None:
        if not isinstance(part, AppliedUndef) or part.func.__name__ not in primes:
            return None
        name = part.func.__name__
        arguments = [_with_primes(argument, primes) for argument in part.args]
        name, orders = primes[name]
        if len(arguments) != len(orders):
            raise LossError(f"{name} has {len(orders)} argument{'s' * (len(orders) != 1)}, {len(arguments)} given")
        if len(orders) > 1 and part.func.__name__ == primed_name(name, orders[0]):
            raise LossError(f"{name}' is the slope of a function of one argument; {name} has {len(orders)}")
        return Primed(UndefinedFunction(name)(*arguments), *map(Integer, orders))

    return replaced(found, put)


def _check_run_together(found: Expr, letters: set[str], answer: str) -> None:
    """No name is two letters of the problem, or one and the number e, without a sign between them."""
    for name in map(name_of, parameters_of(found)):
        if name not in letters and len(name) == 2 and {*letters, "e"}.issuperset(name):
            raise ReadError(f"{name} is read as one name; did you mean {name[0]}*{name[1]}?", answer, max(answer.find(name), 0))


# SymPy

def _read_around(answer: Basic, letters: list[str], functions: set[str]) -> Expr:
    """A SymPy expression through the gate, which knows no derivatives: each waits outside under another name."""
    waiting: dict[Basic, Expr] = {}

    def held(part: Basic) -> Basic | None:
        if not isinstance(part, Derivative) or as_primed(part):
            return None
        if len(part.variables) != 1:
            raise LossError("an answer may hold first derivatives that still stand, none of higher order")
        name = symbol(f"standing_{len(waiting)}")
        waiting[name] = derivative_of(_read_around(part.expr, letters, functions), symbol(part.variables[0].name))
        return name

    small(answer, MAX_SYMPY_NODES)
    known = replaced(replaced(answer, _slope_at), held) if answer.has(Derivative, Subs) else answer
    return replaced(read(known, parameters=letters, functions=() if functions else None), waiting.get)


def _slope_at(part: Basic) -> Basic | None:
    """f'(u) for SymPy's Subs(Derivative(f(x), x), x, u)."""
    if not isinstance(part, Subs):
        return None
    slope = as_primed(part.expr) if isinstance(part.expr, Derivative) else _slope_at(part.expr)
    if slope is None:
        raise LossError("an answer may hold the slope of a function at a point, no other Subs")
    return replaced(slope, dict(zip(part.variables, (replaced(point, _slope_at) for point in part.point))).get)

"""An expression opened into intermediate values: one operation each, from the letters to the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sympy import Add, Basic, Expr, Indexed, Mul, Piecewise, Pow, Sum, Symbol

from symcalc.calculus.derivation import Derivation, derive
from symcalc.calculus.rule import depends
from symcalc.errors import LossError
from symcalc.language.names import name_of, parameters_of
from symcalc.parts import is_below, scaled_sum, signed
from symcalc.written import add, is_zero, negative, rebuilt, replaced

_STEMS = "vuzahgqrst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One intermediate value: its letter, its formula in letters that came before, and the slope by each of those.

    `slopes` are the results of `derivations`, in terms of values that are known by then: σ(v₂)' is v₃ (1 - v₃) with v₃ = σ(v₂).
    """

    letter: Symbol
    formula: Expr
    derivations: Mapping[Symbol, Derivation]
    slopes: Mapping[Symbol, Expr]


def row_part(expression: Expr) -> tuple[Expr | None, Expr]:
    """What stands before the sum over the rows, None where there is none, and one row's part."""
    if not expression.has(Sum):
        return None, expression
    found = scaled_sum(expression)
    if found is None:
        raise LossError("back-propagation goes row by row: write the loss as one mean(...) or sum(...), "
                        "with everything else inside it")
    return found[0], found[1].function


def values_of(term: Expr, parameters: Sequence[Symbol]) -> tuple[Value, ...]:
    """The operations of the term, innermost first, each with a letter of its own."""
    used = {name_of(part) for part in term.atoms(Symbol, Indexed)}
    stem = next((stem for stem in _STEMS if not any(name.startswith(stem) for name in used)), "value")
    formulas: dict[Expr, Symbol] = {}
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part not in known:
            if part in parameters or not any(depends(part, parameter) for parameter in parameters):
                known[part] = part
            else:
                known[part] = opened(part)
        return known[part]

    def opened(part: Basic) -> Basic:
        formula = _over(part, visit)
        return named(formula) if isinstance(formula, Expr) else formula

    def named(formula: Expr) -> Symbol:
        return formulas.setdefault(formula, Symbol(f"{stem}_{len(formulas) + 1}", real=True))

    last = visit(term)
    if not formulas:
        named(last)                  # the loss is a bare letter
    letters = {*parameters, *formulas.values()}
    return tuple(_value(letter, formula, [by for by in parameters_of(formula) if by in letters], formulas)
                 for formula, letter in formulas.items())


def _value(letter: Symbol, formula: Expr, by: Sequence[Symbol], named: Mapping[Expr, Symbol]) -> Value:
    derivations = {other: derive(formula, other) for other in by}
    slopes = {other: replaced(derivation.result, named.get) for other, derivation in derivations.items()
              if not _vanishes(derivation.result)}
    return Value(letter=letter, formula=formula, derivations=derivations, slopes=slopes)


def _vanishes(slope: Expr) -> bool:
    """Whether the slope is 0 in all cases, as where a letter only decides which case holds."""
    return all(map(is_zero, (value for value, _ in slope.args) if isinstance(slope, Piecewise) else (slope,)))


def _over(part: Basic, visit: Callable[[Basic], Basic]) -> Basic:
    """The operation over what its operands are called; a minus sign and a fraction bar are no operation of their own."""
    if isinstance(part, Add):
        return add(*(negative(visit(rest)) if minus else visit(rest) for minus, rest in map(signed, part.args)))
    if isinstance(part, Mul):
        return Mul(*(Pow(visit(f.base), f.exp, evaluate=False) if is_below(f) else visit(f) for f in part.args), evaluate=False)
    if isinstance(part, Piecewise):
        return Piecewise(*(pair.func(visit(pair.args[0]), visit(pair.args[1])) for pair in part.args), evaluate=False)
    return rebuilt(part, tuple(map(visit, part.args)))

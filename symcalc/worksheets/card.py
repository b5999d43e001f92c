"""One page with the rules of differentiation, out of the very tables that differentiate."""

from __future__ import annotations

from sympy import Symbol, exp

from symcalc.calculus.rule import Rule
from symcalc.calculus.rules import CONSTANT, CONSTANT_MULTIPLE, GENERAL_POWER, IDENTITY, NO_RULE, PRODUCT, QUOTIENT, RULES, SUM
from symcalc.pages.document import Block, Formula, Heading, Inline, Table
from symcalc.pages.rendering import formula_of
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import call

_X = Symbol("x", real=True)
_NAMED = (CONSTANT, IDENTITY, CONSTANT_MULTIPLE, SUM, PRODUCT, QUOTIENT)
_EXP = call(exp, _X)                         # which the table of functions has
_POWERS = ("power rule", "square root rule", "reciprocal rule", "exponential rule")
# The rarest: a learner looks them up, and without them the card stays on its page.
_RARE = frozenset({"acot", "asec", "acsc", "sech", "csch", "coth", "gamma", "lgamma", "digamma", "step", "sign"})


def rule_card() -> tuple[Block, ...]:
    """The rules, then the functions with their derivatives, in two tables.

    >>> [type(block).__name__ for block in rule_card()]
    ['Heading', 'Table', 'Table']
    """
    return (Heading("Rules of differentiation"), _rules(), _functions())


def _rules() -> Table:
    rows: list[tuple[Inline, ...]] = [(rule.name, _stated(rule)) for rule in (*_NAMED, *_of_powers(), GENERAL_POWER)]
    rows.insert(len(_NAMED), ("chain rule", _stated(NO_RULE)))
    return Table(header=("Rule", "Formula"), rows=tuple(rows), words=frozenset({0, 1}))


def _of_powers() -> list[Rule]:
    """The rules for powers of x itself, each formula once."""
    found = {rule.formula: rule for rule in RULES if rule.name in _POWERS and not rule.applies(_EXP, _X)}
    return list(found.values())


def _stated(rule: Rule) -> Formula:
    return Formula(text=rule.formula, latex=rule.latex)


def _functions() -> Table:
    """f(x) and its slope, two beside each other."""
    cells: list[tuple[Inline, ...]] = []
    for row in FUNCTIONS.values():
        if row.derivative is not None and not _RARE & set(row.names):
            expression, slope = call(row.head, _X), row.derivative(_X)
            cells.append((formula_of(expression), formula_of(slope)))
    half = (len(cells) + 1) // 2
    right = [*cells[half:], *[("", "")] * (2 * half - len(cells))]
    head = tuple(Formula(text=said, latex=said) for said in ("f(x)", "f'(x)"))
    return Table(header=(*head, *head), rows=tuple((*a, *b) for a, b in zip(cells[:half], right)), words=frozenset(range(4)))

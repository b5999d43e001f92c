"""What may pass: a real, finite expression of bounded size over checked names, or an error that says why.

Text and SymPy objects go through the same gate. Bounds hold by construction: a constant is worked out in floats,
with limits at every step, before anything exact is asked to.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Function,
    Indexed,
    Integer,
    Mul,
    Or,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    nan,
    oo,
    zoo,
)
from sympy.core.function import AppliedUndef
from sympy.core.numbers import ImaginaryUnit
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.tensor.indexed import IndexedBase

from symcalc.errors import LossError, visible
from symcalc.indices import element, index_of, sum_over
from symcalc.language.constants import MAX_EXPONENT, Constants
from symcalc.language.names import (
    COUNT,
    ROW,
    alike,
    checked_name,
    columns_of,
    name_of,
    parameters_of,
    sum_rows,
    symbol,
)
from symcalc.language.shape import HEADS, LEAVES, called, small
from symcalc.language.sums import INSIDE, checked, counts, end, meanings, plain
from symcalc.language.twins import ours
from symcalc.parts import is_below, product_as_written
from symcalc.primed import Primed
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import is_number, rebuilt

MAX_NODES = 300                  # parts of an expression read from text
MAX_SYMPY_NODES = 5_000          # parts of a SymPy expression

_PASSING = HEADS | LEAVES | FUNCTIONS.keys() | {Primed}
_CONDITIONS = (Relational, And, Or, BooleanTrue, BooleanFalse)


def admitted(expression: Basic, wanted: Collection[str] = (), unknown: bool = False) -> Expr:
    """A SymPy expression from outside, over real symbols of the same names, if it may pass; `unknown` lets f(x) pass too.

    >>> admitted(Symbol("x")**2).free_symbols.pop().is_real
    True
    """
    small(expression, MAX_SYMPY_NODES)
    if not isinstance(expression, Expr):
        raise LossError(f"a loss is an expression, not {_kind(expression)}")
    _check_names(expression)
    if functions := sorted(expression.atoms(AppliedUndef), key=called):
        if not unknown:
            raise _refused(functions[0])
        from symcalc.language.unknown import check_functions
        check_functions(expression)
    indices = meanings(expression, wanted)
    own = checked(_own(expression, {**counts(expression, indices), **indices}), wanted)
    if both := {part.name for part in parameters_of(own)} & {name_of(part) for part in columns_of(own)}:
        raise LossError(f"{min(both)} is both a parameter and a column, {min(both)}[i]; rename one of them")
    Constants().value(own)
    return own


def _check_names(expression: Basic) -> None:
    """Every symbol is real and has a plain name, and no two different symbols share one."""
    seen: dict[str, Basic] = {}
    for part in expression.atoms(Symbol):
        name = checked_name(part.name)
        if type(part) is not Symbol:
            raise LossError(f"{name} is a {_kind(part)}; use a plain Symbol")
        if type(part.name) is not str:
            raise LossError(f"the name {name} is a {type(part.name).__name__:.40}; use plain text")
        if part.is_real is False or not part.is_commutative:
            raise LossError(f"{name} is declared as something other than a real number; use a plain Symbol")
        other = seen.setdefault(name, part)
        if other != part and name not in ("i", "n"):
            raise LossError(f"there are two different symbols named {name}; use one, such as Symbol('{name}', real=True)")
    if pair := alike(sorted(seen)):
        raise LossError(f"the names {pair[0]} and {pair[1]} look the same when printed; rename one")


def _own(part: Basic, limits: dict[Symbol, Symbol]) -> Basic:
    """The same expression over our symbols, every head one that we know."""
    if isinstance(part, Symbol):
        return limits.get(part) or (part if part in (ROW, COUNT) else symbol(part.name))
    if isinstance(part, Indexed):
        return _own_column(part, limits)
    if isinstance(part, Sum):
        return _own_sum(part, limits)
    if isinstance(part, Derivative):
        from symcalc.language.unknown import as_primed
        part = as_primed(part) or part
    part = ours(part)
    if type(part) not in _PASSING and not isinstance(part, AppliedUndef):
        raise _refused(part)
    _check_conditions(part)
    arguments = tuple(_own(inner, limits) for inner in part.args)
    if isinstance(part, AppliedUndef):
        return Function(type(part).__name__)(*arguments)           # by its name alone, without what it may bring along
    return _arranged(rebuilt(part, arguments), part) if arguments else part


def _check_conditions(part: Basic) -> None:
    """Conditions are comparisons of expressions, and the cases of a piecewise cover everything."""
    if isinstance(part, Piecewise) and part.args[-1].cond != True:      # noqa: E712 (SymPy's own true)
        raise LossError("the last pair of a piecewise needs the condition True, so that every case is covered")
    conditions = part.args if isinstance(part, (And, Or)) else part.args[1:] if isinstance(part, ExprCondPair) else ()
    values = part.args if isinstance(part, Relational) else ()
    if values and not part.atoms(Symbol):            # SymPy divides by such a side, 0, as soon as it rebuilds the case
        raise LossError("a condition compares two numbers; leave that case out, or let it always hold")
    if not all(isinstance(c, _CONDITIONS) and not c.has(Piecewise) for c in conditions) or not all(
            isinstance(v, Expr) for v in values):
        raise LossError("a condition compares two expressions, such as x < 1")


def _refused(part: Basic) -> LossError:
    if part in (oo, -oo, zoo, nan):
        return LossError(f"the expression holds {part}, which is no finite number; is there a division by zero in it?")
    if isinstance(part, ImaginaryUnit):
        return LossError("complex numbers are not supported; the expression holds the imaginary unit")
    if isinstance(part, AppliedUndef):
        return LossError(f"the function {_kind(part)} is unknown; only functions with a row in the vocabulary can be used")
    return LossError(f"{_kind(part)} is not supported; a loss is made of sums, products, powers and the functions of the "
                     "vocabulary")


def _kind(part: Basic) -> str:
    return visible(type(part).__name__[:40])


def _own_column(part: Indexed, limits: dict[Symbol, Symbol]) -> Indexed:
    row = next((index.name for index, meaning in limits.items() if meaning == ROW), ROW.name)
    indices = [ROW if plain(index) == row else limits.get(index) for index in part.indices]
    if None in indices or indices.count(ROW) > 1 or not isinstance(part.base, IndexedBase) or not isinstance(
            part.base.label, Symbol):
        raise LossError(f"{visible(str(part)[:40])} is no column; columns have one index, the row, as in x[{row}]")
    return element(checked_name(part.base.label.name), *indices)


def _own_sum(part: Sum, limits: dict[Symbol, Symbol]) -> Sum:
    if len(part.limits) != 1:
        raise LossError("only single sums over the rows are supported")
    index, low, high = part.limits[0] if len(part.limits[0]) == 3 else (part.limits[0][0], None, None)
    if low == 1 and limits.get(index, ROW) != ROW and isinstance(high, (Symbol, Integer)):
        last = limits[high] if isinstance(high, Symbol) else end(str(high))
        return sum_over(limits[index], last, _own(part.function, limits))
    if low != 1 or not isinstance(high, Symbol):
        raise LossError("a sum over the rows is written Sum(f, (i, 1, n))")
    if any(limits.get(index_of(inner), ROW) == ROW for inner in part.function.atoms(Sum)):
        raise LossError(INSIDE)
    inner = {**limits, index: ROW, high: COUNT}
    return sum_rows(_own(part.function, inner))


def _arranged(part: Basic, given: Basic) -> Basic:
    """What SymPy has sorted, in the order in which people write it: y - (m x + b), x² - 2 x + 1, sin(x)/x."""
    if isinstance(part, Mul) and Mul(*given.args).args == given.args and not any(isinstance(f, Sum) for f in part.args):
        return _over_one_bar(part)
    if not isinstance(part, Add) or Add(*part.args).args != part.args:
        return part
    terms = sorted(part.args, key=lambda term: (-_degree(term), _numbered(term)))
    lead = next((k for k, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
    terms.insert(0, terms.pop(lead))
    first, rest = terms[0], terms[1:]
    if isinstance(first, Indexed) and len(rest) > 1 and all(term.could_extract_minus_sign() for term in rest):
        prediction = Add(*(-term for term in rest), evaluate=False)
        return Add(first, Mul(Integer(-1), prediction, evaluate=False), evaluate=False)
    return Add(*terms, evaluate=False)


def _over_one_bar(product: Mul) -> Expr:
    """The product with what is below the bar behind the rest: x/2 for 1/2 · x."""
    lead, *rest = product.args
    above = [factor for factor in rest if not is_below(factor)]
    below = [factor for factor in rest if is_below(factor)]
    if isinstance(lead, Rational) and lead.q != 1 and above:
        whole = [Integer(lead.p)] if lead.p != 1 else []
        return product_as_written([*whole, *above, Pow(Integer(lead.q), Integer(-1), evaluate=False), *below])
    return product_as_written([lead, *above, *below] if not is_below(lead) else [*above, lead, *below])


def _numbered(term: Basic) -> list[int]:
    """The numbers in the names of the term, so that w2 x2 stands before w10 x10."""
    return [int(digits) for name in sorted(letter.name for letter in term.atoms(Symbol))
            for digits in re.findall(r"\d+", name)]


def _degree(term: Basic) -> float:
    """How many letters are multiplied in the term."""
    if isinstance(term, Mul):
        return sum(map(_degree, term.args))
    if isinstance(term, Pow) and is_number(term.exp) and abs(term.exp) <= MAX_EXPONENT:
        return float(term.exp) * _degree(term.base)
    return 1.0 if term.atoms(Symbol) else 0.0      # is_number rebuilds what is under a Sum, 0 > 3 too

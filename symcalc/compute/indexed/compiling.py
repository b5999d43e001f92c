"""Losses with an index: derived once for every letter, whatever the number of its elements, and compiled to whole arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from sympy import Add, Basic, Expr, Indexed, Mul, Pow, Sum, Symbol

from symcalc.calculus.derivation import derive
from symcalc.compute.compiled import Compiled
from symcalc.compute.estimate import may_fuse
from symcalc.compute.generated import bound, executed, indented
from symcalc.compute.indexed.arrays import Arrays, Layout, Place, inside
from symcalc.compute.stable import stabilised
from symcalc.compute.statements import beside
from symcalc.errors import DescentError, LossError
from symcalc.indices import element, index_of, whole
from symcalc.language.names import ROW, columns_of, name_of, parameters_of
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts
from symcalc.pages.notation import text
from symcalc.written import replaced

MOST_APART = 32              # parameters up to which each is a name of its own in what is compiled
MOST_FUSED = 64              # ... where one compiled loop can hold them all
_FRESH = "pqrst"             # indices of the element by which a partial is taken


@lru_cache(maxsize=16)
def partials_by_element(loss: Expr) -> Mapping[Symbol | Indexed, Expr]:
    """The derived partial by every letter; by any of its elements, with indices of its own, where it has an index.

    >>> from symcalc.indices import sum_over
    >>> j = whole("j")
    >>> partials_by_element(sum_over(j, whole("m"), element("w", j)**2))
    mappingproxy({w[p]: 2*w[p]})
    """
    taken = {part.name for part in loss.atoms(Symbol)}
    fresh = [whole(name) for name in _FRESH if name not in taken]
    letters = [element(name_of(letter), *fresh[:len(letter.indices)]) if isinstance(letter, Indexed) else letter
               for letter in parameters_of(loss)]
    return MappingProxyType({letter: derive(loss, letter).result for letter in letters})


def partials_by_letter(loss: Expr) -> dict[Symbol | Indexed, Expr]:
    """The same partials with the indices that the letters have in the loss, so that what they share with it is the same part.

    >>> from symcalc.indices import sum_over
    >>> j = whole("j")
    >>> partials_by_letter(sum_over(j, whole("m"), element("w", j)**2))
    {w[j]: 2*w[j]}
    """
    found = {}
    for letter, (wanted, slope) in zip(parameters_of(loss), partials_by_element(loss).items(), strict=True):
        back = dict(zip(wanted.indices, letter.indices)) if isinstance(letter, Indexed) else {}
        if any(new in total.function.free_symbols and old == index_of(total) for total in slope.atoms(Sum)
               for new, old in back.items()):
            raise LossError(f"the index of {text(wanted)} stands inside a sum that has the same name for its own")
        found[letter] = replaced(slope, back.get)
    return found


def is_polynomial(part: Basic) -> bool:
    """Whether the parameters stand in sums, products and whole powers alone, so that sums over the rows separate.

    >>> from sympy import tanh
    >>> w = element("w", whole("j"))
    >>> is_polynomial(w**2 + 3), is_polynomial(tanh(w))
    (True, False)
    """
    if not parameters_of(part) or isinstance(part, (Symbol, Indexed)):
        return True
    if isinstance(part, Pow):
        return part.exp.is_Integer and part.exp > 0 and is_polynomial(part.base)
    return isinstance(part, (Add, Mul, Sum)) and all(map(is_polynomial, inside(part)))


def takes_arrays(loss: Expr, parameters: int) -> bool:
    """Whether a loss with an index and so many parameters is compiled to whole arrays, not to a name for each parameter.

    It is not where its sums over the rows separate, since no step goes through the rows then.

    >>> from sympy import tanh
    >>> w = element("w", whole("j"))
    >>> takes_arrays(tanh(w), 100), takes_arrays(tanh(w), 10), takes_arrays(w**2, 100)
    (True, False, False)
    """
    return parameters > (MOST_FUSED if may_fuse() else MOST_APART) and not is_polynomial(loss)


def compile_indexed(loss: Expr, parameters: Sequence[Symbol], layout: Layout, table: Table) -> Compiled:
    """One function for a loss with an index and its partials: of one array with all parameters, in their order."""
    tape, source, results = _written(loss, tuple(layout.sizes.items()), tuple(layout.places.items()),
                                     tuple((name, tuple(columns)) for name, columns in layout.tables.items()), layout.count)
    bind = executed(tape, source)
    names = tuple(symbol.name for symbol in parameters)

    def over(table: Table | Parts) -> Compiled:
        if isinstance(table, Parts):
            raise DescentError("many parameters with an index are worked out from rows in memory, and these are in parts; "
                               "compile the loss over them instead")
        function = bind(table)
        return Compiled(parameters=names, strategy="arrays", source=source, function=function, outside=lambda: function,
                        in_numpy=lambda: (tape, results), over=over, tape=tape, results=results, table=table, data=table,
                        whole=True)

    return over(table)


@lru_cache(maxsize=16)                # one descent follows the other
def _written(loss: Expr, sizes: tuple[tuple[Expr, int], ...], places: tuple[tuple[str, Place], ...],
             tables: tuple[tuple[str, tuple[str, ...]], ...], count: int) -> tuple[Arrays, str, tuple[str, ...]]:
    """What of a compiled loss does not depend on the numbers in its table: the tape, its source and its results."""
    layout = Layout(sizes=dict(sizes), places=dict(places), tables=dict(tables), count=count)
    slopes = partials_by_letter(loss)
    lengths = {index_of(total): layout.sizes[total.limits[0][2]]
               for total in sorted(loss.atoms(Sum), key=str) if index_of(total) != ROW}
    lengths = {axis: lengths[axis] for letter in slopes if isinstance(letter, Indexed) for axis in letter.indices} | lengths
    tape = Arrays(tuple(slopes), columns_of(loss), arrays=True, blocks=True, layout=layout, lengths=lengths)
    value = tape.value(stabilised(loss)).source
    found = []
    for letter, slope in slopes.items():
        tape.frame = tape.axes_of(letter)
        found.append(tape.value(stabilised(slope)).source)
        tape.frame = ()
    filled = [f"{layout.places[name_of(letter)].source('slopes')} = {source}" for letter, source in zip(slopes, found)]
    source = bound(tape, ["def value_and_gradient(point):", *indented(opened(tape)), *indented(tape.steps),
                          *indented(slopes_of(tape, filled)), f"    return {value}, slopes", "return value_and_gradient"])
    return tape, source, (value, *filled)


def opened(tape: Arrays) -> list[str]:
    """The letters as views of the array that holds all parameters."""
    return [beside(f"p{k} = {tape.layout.places[name_of(letter)].source('point')}", text(letter))
            for k, letter in enumerate(tape.parameters)]


def slopes_of(tape: Arrays, filled: Sequence[str]) -> list[str]:
    """The partials put where the parameters stand."""
    return [f"slopes = np.empty({tape.layout.count})", *filled]

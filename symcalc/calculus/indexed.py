"""The rules for what has an index: elements of a vector, sums over an index, softmax."""

from __future__ import annotations

from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol

from symcalc.calculus.rule import Rule, depends
from symcalc.indices import index_of, same, softmax_at
from symcalc.language.names import ROW
from symcalc.pages.document import Formula, Inline, joined
from symcalc.pages.notation import latex, text
from symcalc.written import mul, replaced, row_sum, subtract


def _matches(e: Indexed, x: Indexed) -> Expr:
    """[j = k], with one factor for each index that may differ."""
    return mul(*(same(index, other) for index, other in zip(x.indices, e.indices)))


def _when(e: Indexed, x: Indexed) -> tuple[Inline, ...]:
    """What it takes for the element to be the variable."""
    pairs = [(index, other) for index, other in zip(e.indices, x.indices) if index != other]
    equalities = [Formula(text=f"{text(one)} = {text(other)}", latex=f"{latex(one)} = {latex(other)}") for one, other in pairs]
    return (e, " is ", x, " exactly when ", *joined(equalities), ": then the slope is 1, otherwise 0")


def _whens(es: tuple[Expr, ...], x: Indexed) -> tuple[Inline, ...]:
    reasons = [_when(e, x) for e in dict.fromkeys(es)]
    return tuple(part for k, reason in enumerate(reasons) for part in (*(["; "] if k else []), *reason))


ELEMENT = Rule(
    name="element rule", statement=Formula(
        text="dwⱼ/dwₖ = [j = k]", latex=r"\frac{d w_{j}}{d w_{k}} = \left[j = k\right]"),
    applies=lambda e, x: isinstance(e, Indexed) and e != x and depends(e, x),
    parts=lambda e, x: (),
    combine=_matches,
    because=_whens,
)


def _own_index_first(body: Expr, index: Symbol) -> Expr:
    """[j = k] in a sum over j, not [k = j]."""
    return replaced(body, lambda part: same(*part.args[::-1])
                    if isinstance(part, KroneckerDelta) and part.args[1] == index else None)


def _over(es: tuple[Expr, ...], x: Symbol) -> tuple[Inline, ...]:
    indices = dict.fromkeys(map(index_of, es))
    return ("the derivative of a sum over ", *joined(list(indices)), " is the sum of the derivatives, term by term")


INDEX_SUM = Rule(
    name="sum over an index", statement=Formula(
        text="(Σⱼ f)' = Σⱼ f'", latex=r"\left(\sum_{j} f\right)' = \sum_{j} f'"),
    applies=lambda e, x: isinstance(e, Sum) and index_of(e) != ROW,
    parts=lambda e, x: (e.function,),
    combine=lambda e, x, inner: row_sum(_own_index_first(inner, index_of(e)), e),
    because=_over,
)

def _softmax_slope(e: softmax_at, x: Indexed) -> Expr:
    """softmaxₖ ([l = k] - softmaxₗ); 0 where the z of another row moves."""
    index = e.args[1]
    pairs = list(zip(x.indices, e.exponent.indices))
    others = [same(*pair) for pair in pairs if pair[1] != index]
    moved = next(one for one, other in pairs if other == index)
    return mul(e, *others, subtract(same(moved, index), e.at(moved)))


SOFTMAX = Rule(
    name="derivative of the softmax", statement=Formula(
        text="dsoftmaxₖ(z)/dzₗ = softmaxₖ(z) ([l = k] - softmaxₗ(z))",
        latex=r"\frac{d \operatorname{softmax}_{k}(z)}{d z_{l}} = \operatorname{softmax}_{k}(z)"
              r" \left(\left[l = k\right] - \operatorname{softmax}_{l}(z)\right)"),
    applies=lambda e, x: isinstance(e, softmax_at) and isinstance(e.exponent, Indexed) and depends(e.exponent, x),
    parts=lambda e, x: (),
    combine=_softmax_slope,
    because=lambda es, x: (x, " stands in the sum below the bar, and above it where the indices are the same"),
)

SOFTMAX_WRITTEN_OUT = Rule(
    name="definition of the softmax", statement=Formula(
        text="softmaxₖ(z) = e^zₖ/Σⱼ e^zⱼ",
        latex=r"\operatorname{softmax}_{k}(z) = \frac{e^{z_{k}}}{\sum_{j} e^{z_{j}}}"),
    applies=lambda e, x: isinstance(e, softmax_at),
    parts=lambda e, x: (e.plain,),
    combine=lambda e, x, inner: inner,
    because=lambda es, x: ("write the softmax as the fraction that it is",),
)

INDEXED = (ELEMENT, INDEX_SUM, SOFTMAX, SOFTMAX_WRITTEN_OUT)

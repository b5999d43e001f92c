"""What is numbered by an index: elements such as wⱼ and xᵢⱼ, the sums over them, [j = k], and softmaxₖ(z)."""

from __future__ import annotations

from functools import lru_cache

from sympy import Basic, Expr, Function, Indexed, IndexedBase, Integer, KroneckerDelta, Sum, Symbol, exp

from symcalc.written import call, divide, replaced, row_sum


def whole(name: str) -> Symbol:
    """The positive whole number of this name: an index j, or p, up to which it runs.

    >>> whole("j").is_integer
    True
    """
    return Symbol(name, integer=True, positive=True)


def element(name: str, *indices: Symbol) -> Indexed:
    """The element of a vector or a table of real numbers.

    >>> element("x", whole("i"), whole("j"))
    x[i, j]
    """
    return IndexedBase(Symbol(name, real=True), real=True)[indices]


def sum_over(index: Symbol, end: Expr, body: Expr) -> Sum:
    """Σ body over the index, from 1 to the end.

    >>> sum_over(whole("j"), whole("p"), element("w", whole("j")))
    Sum(w[j], (j, 1, p))
    """
    return row_sum(body, Sum(Integer(1), (index, Integer(1), end)))


def index_of(total: Sum) -> Symbol:
    """The index that the sum runs over.

    >>> index_of(sum_over(whole("j"), whole("p"), element("w", whole("j"))))
    j
    """
    return total.limits[0][0]


def same(first: Symbol, second: Symbol) -> Expr:
    """[j = k]: 1 where the indices are the same and 0 where they differ.

    >>> same(whole("j"), whole("j")), same(whole("j"), whole("k")).args
    (1, (j, k))
    """
    if first == second:
        return Integer(1)
    return KroneckerDelta(first, second, evaluate=False)


def renamed(part: Expr, index: Symbol, other: Symbol) -> Expr:
    """The part with another index in place of one.

    >>> renamed(element("w", whole("j")), whole("j"), whole("k"))
    w[k]
    """
    return replaced(part, lambda inner: other if inner == index else None)


class softmax_at(Function):
    """softmaxₖ(z) = e^zₖ/Σⱼ e^zⱼ, written with the sum below the bar and the index k.

    >>> j, k = whole("j"), whole("k")
    >>> share = softmax_at(sum_over(j, whole("K"), exp(element("z", j))), k)
    >>> share.exponent, share.argument
    (z[k], z)
    """

    nargs = 2

    @property
    def exponent(self) -> Expr:
        """zₖ."""
        total, index = self.args
        return renamed(total.function.args[-1], index_of(total), index)

    @property
    def argument(self) -> Expr:
        """z, which has no index; zᵢ where every row has a z of its own."""
        total = self.args[0]

        def bare(part: Basic) -> Basic | None:
            if not isinstance(part, Indexed):
                return None
            others = [index for index in part.indices if index != index_of(total)]
            return element(part.base.label.name, *others) if others else Symbol(part.base.label.name, real=True)

        return replaced(total.function.args[-1], bare)

    @property
    def plain(self) -> Expr:
        """The fraction that it stands for."""
        return divide(call(exp, self.exponent), self.args[0])

    def at(self, index: Symbol) -> softmax_at:
        """The same softmax at another index."""
        return call(softmax_at, self.args[0], index)

    def _eval_is_extended_real(self) -> bool:
        return True


@lru_cache(maxsize=512)
def is_indexed(expression: Basic) -> bool:
    """Whether an index other than i, the row, stands in the expression.

    >>> is_indexed(element("x", whole("i"))), is_indexed(element("w", whole("j")))
    (False, True)
    """
    if isinstance(expression, Indexed):
        return any(str(index) != "i" for index in expression.indices)
    if isinstance(expression, KroneckerDelta):
        return any(isinstance(part, Symbol) or is_indexed(part) for part in expression.args)       # [y = 2] has no index
    return (isinstance(expression, Sum) and str(index_of(expression)) != "i") or any(map(is_indexed, expression.args))

"""Sums over rows that the data enter once: a step costs the same for fifty rows and for fifty million.

A sum Σ u v, where u and v are data functions 1, x, y, x², ... times factors of the parameters, depends on the data only
through the products of those functions, summed. With Φ = Q R, where the columns of Φ are the data functions and R is
triangular with as many rows as there are functions, Σ u v = (R α)·(R β) for the factors α of u and β of v. So the
squares stay squares: a sum of them comes out neither negative nor noisy, as it would from the products themselves.

Few functions are written out number by number. For many, R α is a product of a matrix with a vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Basic, Expr, Indexed, Sum, Symbol

from symcalc.compute.moments.blocks import Monomial
from symcalc.compute.moments.gram import closed
from symcalc.compute.moments.separation import Forms, Product, Side
from symcalc.compute.moments.tapes import Moments, Packed, are_long, by_length, pass_over
from symcalc.compute.tape import differs

_FLOAT = 0.018           # microseconds that an operation on floats takes in Python
_ARRAY = 0.6, 4e-4       # ... that one on an array takes, and for each of its rows
_VECTOR = 2.0, 0.1, 2e-4             # ... that a step with a matrix takes, for each function, for each of its entries


def moments_of(expressions: Sequence[Expr], parameters: Sequence[Symbol], columns: Sequence[Indexed],
               rows: int) -> Moments | None:
    """A tape for expressions all of whose sums separate; None where one does not, or where the rows are less work.

    >>> import symcalc
    >>> losses = [symcalc.Loss(f"mean({part})", columns="x y") for part in ("(y - m*x)^2", "abs(y - m*x)")]
    >>> [moments_of([J.expression], J.parameters, J.columns, 1_000) is not None for J in losses]
    [True, False]
    """
    sums = _sums(expressions)
    if sums is None:
        return None
    for centred in (False, True):
        forms = Forms(moving=frozenset(parameters), centred=centred)
        products = {total.function: forms.products(total.function) for total in sums}
        if None not in products.values():
            break
    else:
        return None
    sides = {side.parts: side for found in products.values() for product in found for side in (product.left, product.right)}
    functions = _ordered(sides.values(), forms)
    works = {Moments: _work_on_floats(sides.values(), products.values(), functions),
             Packed: _work_on_vectors(products.values(), functions, rows),
             None: _work_on_rows(expressions, forms, rows)}
    kind = min(works, key=works.get)
    if kind is None:
        return None
    over = pass_over(forms.letters, functions, columns)
    return kind(parameters, columns, arrays=False, forms=forms, functions=functions, products=products, over=over)


def _ordered(sides: Iterable[Side], forms: Forms) -> tuple[Monomial, ...]:
    """1 first, which centres all others, and products after their factors; last what no parameter touches."""
    fixed: dict[Monomial, bool] = {}
    for side in sides:
        for function, terms in side.form.items():
            fixed[function] = fixed.get(function, True) and not any(map(forms.moves, terms))
    every = closed([(), *fixed, *((letter,) for letter in forms.letters.values())])
    return tuple(sorted(every, key=lambda function: (function != (), fixed.get(function, False), len(function))))


def _sums(expressions: Iterable[Expr]) -> list[Sum] | None:
    """The sums over the rows; None where one stands within another."""
    found: dict[Sum, None] = {}
    seen: set[tuple[int, bool]] = set()

    def are_apart(part: Basic, within: bool) -> bool:
        if (id(part), within) in seen:          # what several slopes share is one object
            return True
        seen.add((id(part), within))
        if isinstance(part, Sum):
            found[part] = None
            return not within and are_apart(part.function, True)
        return all(are_apart(inner, within) for inner in part.args)

    return list(found) if all(are_apart(expression, False) for expression in expressions) else None


# Estimates of a step's work, in microseconds

def _work_on_floats(sides: Iterable[Side], products: Iterable[list[Product]], functions: Sequence[Monomial]) -> float:
    place = {function: k + 1 for k, function in enumerate(functions)}
    entries = sum(place[function] * len(terms) for side in sides for function, terms in side.form.items() if len(side.form) > 1)
    pairs = sum(min(max(map(place.get, side.form)) for side in (product.left, product.right))
                for found in products for product in found)
    return _FLOAT * (entries + pairs)


def _work_on_vectors(products: Iterable[list[Product]], functions: Sequence[Monomial], rows: int) -> float:
    call, each, entry = _VECTOR
    size, factors, vectors = len(functions), 0, {}
    for one, two in (by_length(product) for found in products for product in found):
        vectors[two.parts] = two
        if are_long(one, two, functions):
            vectors[one.parts] = one
        elif len(one.form) > 2:                 # one letter and its centre are counted with the vector
            factors += len(one.form)
    factors += sum(len(function) for side in vectors.values() for function in side.form if len(function) > 1)
    return call + len(vectors) * (each * size + entry * size * min(rows, size)) + 3 * _FLOAT * factors


def _work_on_rows(expressions: Iterable[Expr], forms: Forms, rows: int) -> float:
    seen: set[Basic] = set()

    def count(part: Basic) -> None:
        if part not in seen:
            seen.add(part)
            for inner in part.args:
                count(inner)

    for expression in expressions:
        count(expression)
    call, each = _ARRAY
    return (call + each * rows) * sum(
        isinstance(part, Sum) or (bool(part.args) and differs(part) and forms.moves(part)) for part in seen)

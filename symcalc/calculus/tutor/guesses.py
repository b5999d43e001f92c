"""What the answer would be by each mistake that a learner could have made, the likely ones first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from sympy import Derivative, Expr, Indexed, Integer, Mul, Sum, Symbol

from symcalc.calculus.rule import depends, letters_of
from symcalc.calculus.rules import CONSTANT
from symcalc.calculus.tutor.misreadings import (
    antiderivatives,
    derivative,
    in_one_row,
    movable,
    slope,
    spread_powers,
    unbracketed,
    with_fractions,
    without_mean,
    without_sum,
)
from symcalc.calculus.tutor.mistakes import COMMON, FORGOTTEN, LIKELY, RARER
from symcalc.calculus.tutor.places import Mistake, Place, Words, WrongRule
from symcalc.calculus.unfolding import Application
from symcalc.language.names import COUNT, is_column, runs_over_rows
from symcalc.parts import product_as_written
from symcalc.written import divide, is_number, mul, negative, replaced, row_sum

MISTAKES = (*LIKELY, *COMMON, *RARER)
_MOST_PAIRS = 400
_MOST_TWICE = 20             # nodes of a derivation that is tried with a second one behind it
_MOST_NODES = 60             # of a derivation, for each of which every mistake is tried


@dataclass(frozen=True, slots=True)
class Guess:
    """An answer that a learner gets by a mistake, and what to say about it."""

    mistake: Mistake
    answer: Expr
    message: Words
    alone: bool = False              # too far-fetched where something else is wrong as well


class Tree:
    """The derivation's tree of rules, with wrong steps in the place of right ones."""

    def __init__(self, root: Application) -> None:
        self.root = root
        self.known: dict[Application, Expr] = {}
        self.right = slope(root, self.known)
        self.nodes = list(_nodes(root))[:_MOST_NODES]

    def place(self, node: Application) -> Place:
        """The node with the right derivatives of its parts."""
        return Place(node=node, slopes=tuple(self.known[part] for part in node.parts))

    def with_steps(self, steps: Mapping[Application, tuple[WrongRule, int]]) -> Expr | None:
        """The derivative by these wrong steps; None where one of them is not possible there."""
        found: dict[Application, Expr | None] = {}

        def visit(node: Application) -> Expr | None:
            if node not in found:
                slopes = tuple(visit(part) for part in node.parts)
                if None in slopes:
                    found[node] = None
                elif node in steps:
                    mistake, k = steps[node]
                    ways = list(mistake.wrong(Place(node=node, slopes=slopes)))
                    found[node] = ways[k] if k < len(ways) else None
                elif all(new is self.known[part] for part, new in zip(node.parts, slopes)):
                    found[node] = self.known[node]
                else:
                    found[node] = node.rule.combine(node.expression, node.variable, *slopes)
            return found[node]

        return visit(self.root)

    def ways(self, mistake: WrongRule) -> Iterator[tuple[Application, int]]:
        """Every place at which the mistake can be made, from the outside inwards, and in which way."""
        for node in self.nodes:
            for k, _ in enumerate(mistake.wrong(self.place(node))):
                yield node, k


def _nodes(root: Application) -> dict[Application, None]:
    """The tree's nodes from the outside inwards, each once."""
    seen: dict[Application, None] = {root: None}
    waiting = [root]
    while waiting:
        parts = [part for node in waiting for part in node.parts]
        waiting = list(dict.fromkeys(part for part in parts if part not in seen))
        seen.update(dict.fromkeys(waiting))
    return seen


def at_one_place(tree: Tree, mistakes: Iterable[WrongRule]) -> Iterator[Guess]:
    """Each mistake made once, everything else right."""
    for mistake in mistakes:
        for node, k in tree.ways(mistake):
            if (answer := tree.with_steps({node: (mistake, k)})) is not None:
                yield Guess(Mistake(mistake.name), answer, mistake.says(tree.place(node)), mistake.alone)


def everywhere(tree: Tree, mistakes: Iterable[WrongRule]) -> Iterator[Guess]:
    """Each mistake made wherever it can be: learners are consistent."""
    for mistake in mistakes:
        places: dict[int, list[Application]] = {}
        for node, k in tree.ways(mistake):
            places.setdefault(k, []).append(node)
        for k, nodes in places.items():
            answer = tree.with_steps(dict.fromkeys(nodes, (mistake, k))) if len(nodes) > 1 else None
            if answer is not None:
                said = mistake.says(tree.place(nodes[0]))
                yield Guess(Mistake(mistake.name), answer, (*said, " It happens at more than one place."))


def in_pairs(tree: Tree) -> Iterator[Guess]:
    """Two mistakes: one with the inner derivative forgotten too, or at two places; as many as can be tried in passing."""
    paired = [mistake for mistake in MISTAKES if not mistake.alone]
    yield from at_one_place(tree, (_and_forgotten(mistake) for mistake in paired if mistake is not FORGOTTEN))
    single = [(mistake, node, k) for mistake in paired for node, k in tree.ways(mistake) if k == 0]
    pairs = ((a, b) for a, b in combinations(single[:40], 2) if a[1] is not b[1] and a[0] is not b[0])
    for count, ((first, at, j), (second, beside, k)) in enumerate(pairs):
        if count == _MOST_PAIRS:
            return
        if (answer := tree.with_steps({at: (first, j), beside: (second, k)})) is not None:
            yield Guess(Mistake(f"{first.name} and {second.name}"), answer,
                        (*first.says(tree.place(at)), " ", *second.says(tree.place(beside))))


def _and_forgotten(mistake: WrongRule) -> WrongRule:
    return WrongRule(
        name=f"{mistake.name} and {FORGOTTEN.name}",
        wrong=lambda p: mistake.wrong(replace(p, slopes=(Integer(1),))) if p.chained else iter(()),
        says=lambda p: (*mistake.says(p), " The derivative of the inside is missing too."))


# The whole problem misread

def untouched(tree: Tree) -> Iterator[Guess]:
    """The function itself."""
    if tree.root.rule is not CONSTANT:
        yield Guess(Mistake("not differentiated"), tree.root.expression,
                    ("This is the function itself; it is still to be differentiated.",))


def as_constant(tree: Tree) -> Iterator[Guess]:
    """Nothing at all."""
    f, x = tree.root.expression, tree.root.variable
    if depends(f, x):
        changes = (x, " is the letter that changes") if f == x else (f, " changes with ", x)
        yield Guess(Mistake("treated as a constant"), Integer(0), (*changes, "; only the derivative of a constant is 0."))


def twice(tree: Tree) -> Iterator[Guess]:
    """The second derivative."""
    if len(tree.nodes) <= _MOST_TWICE:
        yield Guess(Mistake("differentiated twice"), derivative(tree.right, tree.root.variable),
                    ("This is differentiated once more than it should be.",), alone=True)


def by_another_letter(tree: Tree, numbers: bool) -> Iterator[Guess]:
    """The right derivative by a wrong letter; what is only a number is more likely something else."""
    f, x = tree.root.expression, tree.root.variable
    for letter in movable(f):
        if letter != x and is_number(found := derivative(f, letter)) == numbers:
            yield Guess(Mistake("the other letter differentiated"), found,
                        ("This is the derivative by ", letter, "; the letter that changes here is ", x, "."))


def with_brackets_lost(tree: Tree, lines: Iterable[Expr]) -> Iterator[Guess]:
    """The derivative of what the problem is without its brackets, and the right lines without theirs."""
    f, x = tree.root.expression, tree.root.variable
    lost = Mistake("brackets lost")
    for part, read in unbracketed(f):
        yield Guess(lost, derivative(read, x), ("The brackets in ", part, " are lost: what stands in them belongs together.",))
    for part, read in spread_powers(f):
        said = ("In ", part, " the power is of the whole sum, not of each term.")
        yield Guess(Mistake("power of a sum taken term by term"), derivative(read, x), said)
        yield Guess(Mistake("power of a sum taken term by term"), read,
                    (*said, " What comes out of it is then still to be differentiated."))
    for line in lines:
        if not line.has(Derivative):
            yield from (Guess(lost, read, ("Brackets are lost in the answer: a factor or a sign before a bracket is for "
                                           "all that stands in it.",)) for _, read in unbracketed(line))


def integrated(tree: Tree) -> Iterator[Guess]:
    """The integral in place of the derivative."""
    for found in antiderivatives(tree.root.expression, tree.root.variable):
        yield Guess(Mistake("integrated instead"), found,
                    ("This goes the other way: ", tree.root.expression, " is integrated, not differentiated."))


def with_a_wrong_letter(tree: Tree, result: Expr) -> Iterator[Guess]:
    """The result with another letter in the place of a factor: y where x belongs."""
    letters, result = letters_of(tree.root.expression), with_fractions(result)
    for product in (*result.atoms(Mul),):
        for factor in product.args:
            if isinstance(factor, (Symbol, Indexed)) and factor in letters:
                for other in letters:
                    if other != factor and isinstance(other, Indexed) == isinstance(factor, Indexed):
                        put = mul(*(other if part == factor else part for part in product.args))
                        yield Guess(Mistake("wrong letter as a factor"), replaced(result, {product: put}.get),
                                    ("A factor of the answer is the wrong letter: ", other, " stands where another belongs."))


def split_sums(result: Expr) -> Iterator[Guess]:
    """Σ f g taken for Σ f Σ g, with or without the 1/n that a mean would have."""
    result = with_fractions(result)
    for total in result.atoms(Sum):
        factors = total.function.args if isinstance(total.function, Mul) else ()
        for k, factor in enumerate(factors):
            if factor.has(Indexed):
                rest = row_sum(product_as_written((*factors[:k], *factors[k + 1:])), total)
                split = Mul(row_sum(factor, total), rest, evaluate=False)
                for put in (split, divide(split, COUNT)):
                    yield Guess(Mistake("sum of products taken as product of sums"), replaced(result, {total: put}.get),
                                ("The sum of a product is not the product of the sums: multiply in each row, then add.",))


def taken_out_of_sum(result: Expr) -> Iterator[Guess]:
    """Σ x f taken for x Σ f, though x differs from row to row."""
    result = with_fractions(result)
    for total in filter(runs_over_rows, result.atoms(Sum)):
        factors = total.function.args if isinstance(total.function, Mul) else ()
        for k, factor in enumerate(factors):
            if is_column(factor):
                rest = row_sum(product_as_written((*factors[:k], *factors[k + 1:])), total)
                yield Guess(Mistake("a column taken out of the sum"),
                            replaced(result, {total: Mul(factor, rest, evaluate=False)}.get),
                            (factor, " differs from row to row, so it stays inside the sum.",))


def single_row(tree: Tree) -> Iterator[Guess]:
    """What is right for one row, where a sum over the rows belongs."""
    dropped = Mistake("the sum dropped")
    message = ("This is for one row; the derivative is a sum over all the rows.",)
    if inner := in_one_row(tree.root):
        yield Guess(dropped, slope(inner, tree.known), message)
        yield Guess(dropped, without_sum(tree.right), message)
        yield Guess(dropped, without_mean(tree.right), message)


def turned(tree: Tree) -> Iterator[Guess]:
    """The derivative with the wrong sign."""
    yield Guess(Mistake("overall sign wrong"), negative(tree.right), ("The sign is wrong; all else is right.",))


def guesses(tree: Tree, lines: tuple[Expr, ...]) -> Iterator[Guess]:
    """All that one mistake explains, the likely before the unlikely."""
    yield from at_one_place(tree, LIKELY)
    yield from everywhere(tree, (FORGOTTEN,))
    yield from untouched(tree)
    yield from by_another_letter(tree, numbers=False)
    yield from at_one_place(tree, COMMON)
    yield from by_another_letter(tree, numbers=True)
    yield from as_constant(tree)
    yield from twice(tree)
    yield from turned(tree)
    yield from with_brackets_lost(tree, lines)
    yield from at_one_place(tree, RARER)
    yield from everywhere(tree, MISTAKES)
    yield from integrated(tree)
    yield from with_a_wrong_letter(tree, lines[-1])
    yield from split_sums(lines[-1])

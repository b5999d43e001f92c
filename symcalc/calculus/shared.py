"""What the partial derivatives of one expression have in common: the part of their trees that is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, count

from sympy import Add, Basic, Derivative, Dummy, Expr, Indexed, Mul, Sum, Symbol

from symcalc.calculus.algebra.kind import kinds_in
from symcalc.calculus.rule import Rule
from symcalc.calculus.rules import CONSTANT, CONSTANT_MULTIPLE, ROUTINE
from symcalc.calculus.unfolding import Application, Line, unfolded
from symcalc.language.names import name_of
from symcalc.pages.document import Formula, Inline
from symcalc.parts import product_as_written
from symcalc.written import add, derivative_of, is_number, mul, rebuilt, row_sum

_LETTERS = ("theta", "phi", "psi", "omega", "zeta", "xi")

LEFT = Rule(
    name="left for each parameter", statement=Formula(text="d/dθ f", latex=r"\frac{d}{d\theta} f"),
    applies=lambda e, x: True,
    parts=lambda e, x: (),
    combine=derivative_of,
    because=lambda es, x: (),
)
"""Where the partials part: the slope goes on standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The lines that the partials by `parameters` share, with `letter` for any of them, and the parts that they leave.

    `lines` starts with d/dθ (expression) and ends where each of `left` stands as d/dθ (...). `further` holds, for each part
    that is left, the chains that some of the parameters go on sharing.
    """

    letter: Symbol
    parameters: tuple[Symbol, ...]
    lines: tuple[Line, ...]
    left: tuple[Expr, ...]
    further: tuple[tuple[Chain, ...], ...]

    def by(self, parameter: Symbol) -> list[Line]:
        """The lines for one of the parameters."""
        return _renamed(self.lines, self.letter, parameter)

    def chains(self) -> list[Chain]:
        """This chain and those that follow it."""
        return [self, *(each for chains in self.further for inner in chains for each in inner.chains())]


_Nodes = Mapping[Symbol, Mapping[Expr, Application]]        # of each parameter, by their expressions
Tidying = Callable[[Sequence[Line]], list[Line]]


def shared_chains(expression: Expr, nodes: _Nodes, tidying: Tidying) -> tuple[Chain, ...]:
    """The chains that groups of parameters share, where a rule of weight is shared; at best one chain for all.

    >>> from symcalc.calculus.unfolding import applied
    >>> u, v = Symbol("u", real=True), Symbol("v", real=True)
    >>> nodes = {u: {}, v: {}}
    >>> trees = [applied((u + v)**2, letter, known) for letter, known in nodes.items()]
    >>> [line.expression for line in shared_chains((u + v)**2, nodes, list)[0].lines]
    [Derivative((u + v)**2, theta), 2*(u + v)*Derivative(u + v, theta)]
    """
    used = {name_of(part) for part in expression.atoms(Symbol, Indexed)}
    names = chain((*_LETTERS,), (f"theta_{k}" for k in count(1)))
    return _chains(expression, nodes, tidying, (Symbol(name, real=True) for name in names if name not in used))


def _chains(expression: Expr, nodes: _Nodes, tidying: Tidying, letters: Iterator[Symbol]) -> tuple[Chain, ...]:
    trees, chains = {parameter: known[expression] for parameter, known in nodes.items()}, []
    while (found := _largest(trees)) is not None:
        root, parameters = found
        group = {parameter: nodes[parameter] for parameter in parameters}
        chains.append(_chain(root, group, tidying, letters))
        trees = {parameter: tree for parameter, tree in trees.items() if parameter not in group}
    return tuple(chains)


def _chain(root: Application, nodes: _Nodes, tidying: Tidying, letters: Iterator[Symbol]) -> Chain:
    letter = next(letters)
    lines = tidying(_renamed(unfolded(root, "normal"), root.variable, letter))
    left = tuple(dict.fromkeys(slope.expr for slope in _standing(lines[-1].expression)))
    return Chain(letter=letter, parameters=tuple(nodes), lines=tuple(lines), left=left,
                 further=tuple(_chains(part, nodes, tidying, letters) for part in left))


def put_in(expression: Expr, slope: Derivative, value: Expr) -> Expr:
    """The expression with the value where the slope stands, as a person puts it in: without zeros, ones and loose signs.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> slope = derivative_of(x, y)
    >>> put_in(Add(x, Mul(2, slope, evaluate=False), evaluate=False), slope, Mul(0))
    x
    """
    known: dict[Basic, Basic] = {slope: value}

    def visit(part: Basic) -> Basic:
        if part not in known:
            arguments = part.args if isinstance(part, (Derivative, Indexed)) else tuple(map(visit, part.args))
            known[part] = part if arguments == part.args else _joined(part, arguments)
        return known[part]

    return visit(expression)


def _joined(part: Basic, arguments: tuple[Basic, ...]) -> Basic:
    if isinstance(part, Add):
        return add(*arguments)
    if isinstance(part, Mul):
        kept, new = [], []
        for argument, before in zip(arguments, part.args):
            (new if argument is not before and is_number(argument) else kept).append(argument)
        return mul(product_as_written(kept), *new) if kept else mul(*new)     # a number gives its sign to all the rest
    return row_sum(arguments[0], part) if isinstance(part, Sum) else rebuilt(part, arguments)


def _largest(trees: Mapping[Symbol, Application]) -> tuple[Application, tuple[Symbol, ...]] | None:
    """The shared tree of all the parameters, or of the first that share one, the others left out; None where there is none."""
    if (root := _worthwhile(list(trees.values()))) is not None:
        return root, tuple(trees)
    parameters = list(trees)
    weighty = {parameter: _weighty(tree) for parameter, tree in trees.items()}
    for k, first in enumerate(parameters):
        group = [first]
        for other in parameters[k + 1:]:
            if not weighty[first].isdisjoint(weighty[other]) and _worthwhile([trees[each] for each in (*group, other)]):
                group.append(other)
        if (root := _worthwhile([trees[each] for each in group])) is not None:
            return root, tuple(group)
    return None


def _worthwhile(nodes: Sequence[Application]) -> Application | None:
    root = _common(tuple(nodes), {}) if len(nodes) > 1 else None
    return root if root is not None and _weighs(root) else None


def _common(nodes: tuple[Application, ...], known: dict[tuple[Application, ...], Application | None]) -> Application | None:
    """The shared part of trees that stand at the same place; None where they part at the root."""
    if nodes not in known:
        known[nodes] = _joint(nodes, known)
    return known[nodes]


def _joint(nodes: tuple[Application, ...], known: dict[tuple[Application, ...], Application | None]) -> Application | None:
    first, *others = nodes
    if any(node.rule is not first.rule or [part.expression for part in node.parts] !=
           [part.expression for part in first.parts] for node in others) or not _alike(nodes):
        return None
    parts = tuple(_common(alike, known) or _left(alike[0]) for alike in zip(*(node.parts for node in nodes)))
    return replace(first, parts=tuple(part if part.rule in _OPENED or _weighs(part) else _left(part) for part in parts))


# What leaves no more than one slope: a sum would fall into terms in which the partials part.
_OPENED = (LEFT, CONSTANT, CONSTANT_MULTIPLE)


def _left(node: Application) -> Application:
    # A node of its own at each place, so that no line says that its slope is known from above.
    return Application(rule=LEFT, expression=node.expression, variable=node.variable, parts=())


def _alike(nodes: tuple[Application, ...]) -> bool:
    """Whether the rule puts the slopes of the parts together in the same way for all."""
    slopes = _any(len(nodes[0].parts))
    return len({node.rule.combine(node.expression, node.variable, *slopes) for node in nodes}) == 1


@lru_cache(maxsize=64)
def _any(count: int) -> tuple[Dummy, ...]:
    """So many letters that stand for any slopes."""
    return tuple(Dummy(real=True) for _ in range(count))


def _weighs(node: Application) -> bool:
    """Whether the shared tree is worth a line of its own: some rule in it is more than routine."""
    return node.rule not in (*ROUTINE, LEFT) or any(map(_weighs, node.parts))


def _weighty(tree: Application) -> set[Expr]:
    """What a rule of weight is used on, anywhere in the tree."""
    found: dict[Application, None] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting += node.parts
    return {node.expression for node in found if node.rule not in ROUTINE}


def _standing(expression: Basic) -> list[Derivative]:
    if isinstance(expression, Derivative):
        return [expression]
    return [slope for part in expression.args for slope in _standing(part)]


def _renamed(lines: Sequence[Line], before: Symbol, after: Symbol) -> list[Line]:
    """The lines with the derivatives by another letter; everything else stays."""
    known: dict[Basic, Basic] = {}

    def visit(part: Basic) -> Basic:
        if part not in known:
            if isinstance(part, Derivative):
                known[part] = derivative_of(part.expr, after)
            elif Derivative not in kinds_in(part):
                known[part] = part
            else:
                known[part] = rebuilt(part, tuple(map(visit, part.args)))
        return known[part]

    def spoken(part: Inline) -> Inline:
        return visit(part) if isinstance(part, Derivative) else after if part == before else part

    return [replace(line, expression=visit(line.expression), why=tuple(map(spoken, line.why)),
                    cited=tuple((visit(slope), number) for slope, number in line.cited)) for line in lines]


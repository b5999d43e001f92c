"""A tree of rule applications, and its lines, which are that tree cut along a frontier that moves inwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sympy import Basic, Expr, Symbol

from symcalc.calculus.algebra.kind import Algebra
from symcalc.calculus.rule import Rule
from symcalc.calculus.rules import CONSTANT, IDENTITY, NO_RULE, ROUTINE, SUM, rule_for
from symcalc.calculus.size import check_size, most_parts
from symcalc.pages.document import Formula, Inline, Step, Steps
from symcalc.pages.text import inline
from symcalc.written import derivative_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Application:
    """A rule applied to d/dx (expression): a node of the derivation."""

    rule: Rule
    expression: Expr
    variable: Symbol
    parts: tuple[Application, ...]

    def shown(self, opened: frozenset[Application], known: dict[Application, Expr]) -> Expr:
        """The derivative with every node that is not opened still standing as d/dx (...)."""
        if self not in known:
            known[self] = derivative_of(self.expression, self.variable) if self not in opened else self.rule.combine(
                self.expression, self.variable, *(part.shown(opened, known) for part in self.parts))
        return known[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nesting:
    """d²f/dx² = d/dx (df/dx): a derivative of a derivative is worked out from the inside."""

    name: str
    formula: str
    latex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One equality of a derivation: what stands there now, by which rule, and why.

    `rule` is None on the first line, which only states the problem.
    """

    expression: Expr
    rule: Rule | Algebra | Nesting | None = None
    why: tuple[Inline, ...] = ()
    cited: tuple[tuple[Expr, int], ...] = ()             # slopes that are met again here, each with the line that has it

    @property
    def reason(self) -> tuple[Inline, ...]:
        """Why, and which slopes are known from which line."""
        return (*self.why, *(part for slope, number in self.cited for part in ("; ", slope, f" is known from line {number}")))

    @property
    def because(self) -> str:
        """The reason in words."""
        return inline(self.reason)

    def step(self, label: str = "") -> Step:
        """The line as a document shows it; what other lines cite bears a label."""
        if self.rule is None:
            return Step(expression=self.expression)
        return Step(expression=self.expression, rule=label + self.rule.name, because=self.reason,
                    formula=Formula(text=self.rule.formula, latex=self.rule.latex))


def moved_down(line: Line, by: int) -> Line:
    """The line where `by` more stand before it and those that it cites."""
    return replace(line, cited=tuple((slope, number + by) for slope, number in line.cited))


def steps_of(lines: Sequence[Line]) -> Steps:
    """The lines for a document, those numbered that another line cites."""
    cited = {number for line in lines for _, number in line.cited}
    return Steps(tuple(line.step(f"line {k}, " if k in cited else "") for k, line in enumerate(lines)))


def unfolded(root: Application, detail: str, most: int | None = None) -> list[Line]:
    """The lines from d/dx (...) to where no derivative stands any more, each of at most so many parts.

    `detail`: "brief" joins routine lines, "normal" has one rule a line, "full" one application a line.
    """
    lines = [Line(expression=derivative_of(root.expression, root.variable))]
    most = most or most_parts(root.expression)
    counted: dict[Basic, int] = {}
    opened: dict[Application, int] = {}                     # and on which line
    for batch in _batches(root, detail):
        line = _line(root, batch, opened, silent=frozenset() if detail == "full" else frozenset({CONSTANT, IDENTITY}))
        widest = max(batch, key=lambda node: len(node.parts))
        check_size(line.expression, most, widest.expression, widest.rule.name, counted)
        if line.expression != lines[-1].expression:         # the slope of what is multiplied by 0 is not to be seen
            lines.append(line)
        opened |= dict.fromkeys(batch, len(lines) - 1)
    return lines


def applied(expression: Expr, variable: Symbol, known: dict[Expr, Application]) -> Application:
    """The tree of rules for d/dvariable (expression); a part that occurs twice is one node."""
    if expression not in known:
        rule = rule_for(expression, variable)
        parts = tuple(applied(part, variable, known) for part in rule.parts(expression, variable))
        known[expression] = Application(rule=rule, expression=expression, variable=variable, parts=parts)
    return known[expression]


def _line(root: Application, batch: list[Application], opened: Mapping[Application, int], silent: Collection[Rule]) -> Line:
    """What stands after the nodes of the batch have been opened too; a merged line bears its weightiest rule.

    Of what a practised hand does in passing it says no more than which letters are constants. A slope that is known from an
    earlier line is cited, but for those by the `silent` rules.
    """
    by_rule: dict[Rule, list[Application]] = {}
    for node in batch:
        by_rule.setdefault(node.rule, []).append(node)
    leading = min(by_rule, key=lambda rule: rule in ROUTINE)
    why: list[Inline] = []
    for rule, nodes in by_rule.items():
        told = [node.expression for node in nodes if rule is leading or rule not in ROUTINE or _has_fixed_letter(node)]
        why += ["; "] if why and told else []
        why += rule.because(tuple(told), root.variable) if told else ()
    again = {part.expression: opened[part] for node in batch for part in node.parts
             if part in opened and part.rule not in silent}
    return Line(expression=root.shown(frozenset((*opened, *batch)), {}), rule=leading, why=tuple(why),
                cited=tuple((derivative_of(part, root.variable), number) for part, number in again.items()))


def _has_fixed_letter(node: Application) -> bool:
    """Whether a letter is a constant where the rule is one for constants."""
    return node.rule not in (SUM, IDENTITY) and bool(node.expression.free_symbols - node.variable.free_symbols)


def _batches(root: Application, detail: str) -> Iterator[list[Application]]:
    """The nodes that each line opens, outermost first; constants and the variable itself as soon as they stand free."""
    frontier = _Frontier({root: 0})
    while frontier.depths:
        first = frontier.first()
        batch = frontier.open({first.rule}, only=first if detail == "full" or first.rule is NO_RULE else None)
        if detail == "brief":
            batch += frontier.open(ROUTINE)
            if all(node.rule in ROUTINE for node in batch) and frontier.depths:
                batch += frontier.open({frontier.outermost().rule}) + frontier.open(ROUTINE)
        yield batch


@dataclass(slots=True)
class _Frontier:
    """The nodes that still stand as d/dx (...), each with its depth in the tree, and those opened so far."""

    depths: dict[Application, int]
    opened: set[Application] = field(default_factory=set)

    def first(self) -> Application:
        """The node to open next: a constant, the variable, or else the outermost."""
        return min(self.depths, key=lambda node: (node.rule is not CONSTANT, node.rule is not IDENTITY, self.depths[node]))

    def outermost(self) -> Application:
        return min(self.depths, key=self.depths.__getitem__)

    def open(self, rules: Collection[Rule], only: Application | None = None) -> list[Application]:
        """Take all nodes with these rules (or one alone) off the frontier and put their parts there.

        Routine rules go on with the parts: a sum within a sum is opened in the same line.
        """
        batch: list[Application] = []
        while nodes := [node for node in self.depths if (node.rule in rules if only is None else node is only)]:
            for node in nodes:
                depth = self.depths.pop(node)
                self.opened.add(node)
                self.depths.update((part, depth + 1) for part in node.parts if part not in self.opened)
            batch += nodes
            if only is not None or not any(rule is SUM or rules is ROUTINE for rule in rules):
                break
        return batch

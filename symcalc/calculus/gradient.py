"""The gradient: one derivation for all parameters, its shared chain once and then what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sympy import Basic, Expr, Function, Symbol, Tuple

from symcalc.calculus.algebra.kind import Algebra
from symcalc.calculus.algebra.products import written_in
from symcalc.calculus.derivation import Derivation, tidied_up
from symcalc.calculus.lanes import Places
from symcalc.calculus.plain_data import forms_of, line_data
from symcalc.calculus.proof import Proof, prove
from symcalc.calculus.shared import Chain, Tidying, put_in, shared_chains
from symcalc.calculus.unfolding import Application, Line, applied, moved_down, steps_of, unfolded
from symcalc.errors import LossError, as_given, visible
from symcalc.language.sums import as_named
from symcalc.pages.document import Block, Document, Equation, Heading, Paragraph, Step, Steps, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown
from symcalc.vocabulary import LOSS
from symcalc.written import derivative_of

_LONG = 60               # characters of what a reason repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """What one partial has for itself after the shared chain, and its proof.

    `own` holds the lines of each slope that the chain left standing, `together` the tail of the whole derivation: those
    slopes put in, and the result tidied. `inner` says the same of each own slope, None where its lines are all its own.
    """

    own: tuple[tuple[Line, ...], ...]
    inner: tuple[Branch | None, ...]
    together: tuple[Line, ...]
    proofs: tuple[Proof, ...] = ()

    def blocks(self, slope: Expr) -> list[Block]:
        """The slopes of its own, and all put together in the slope of the whole."""
        blocks: list[Block] = []
        for steps, inner in zip(self.own, self.inner):
            blocks += inner.blocks(steps[0].expression) if inner else [steps_of(steps)]
        slopes = [part for k, steps in enumerate(self.own) for part in
                  (" and " if k else "", steps[-1].expression, " in for ", steps[0].expression)]
        if len(text(Tuple(*(steps[-1].expression for steps in self.own)))) > _LONG:
            slopes = ["the slopes in that were found above"]
        first, *others = self.together
        return [*blocks, Steps((Step(expression=slope),
                                Step(expression=first.expression, rule="put together", because=("put ", *slopes)),
                                *(line.step() for line in others)))]


class Gradient(Shown, Mapping[str, Derivation]):
    """∇J: the derivations of all partials by the names of the parameters, and their results in order.

    `shared` holds the lines that they have in common, with θ for any of the parameters; there are none where the partials
    part at once, or where there is only one parameter. A parameter on which too little depends may stand alone.

    >>> from sympy import symbols
    >>> u, v = symbols("u v", real=True)
    >>> g = gradient((u + 3*v)**2, (u, v))
    >>> g.result, g["u"].result
    ((2*(u + 3*v), 6*(u + 3*v)), 2*(u + 3*v))
    >>> [line.expression for line in g.shared]
    [Derivative((u + 3*v)**2, theta), 2*(u + 3*v)*Derivative(u + 3*v, theta)]
    """

    __slots__ = ("_branches", "_chains", "_derivations")

    def __init__(self, derivations: Mapping[str, Derivation], chains: Sequence[Chain], branches: Mapping[str, Branch]) -> None:
        self._derivations, self._chains, self._branches = dict(derivations), tuple(chains), dict(branches)

    @property
    def result(self) -> Tuple:
        """The partials, in the order of the parameters."""
        return Tuple(*(derivation.result for derivation in self.values()))

    @property
    def shared(self) -> tuple[Line, ...]:
        """The lines that the partials share, from d/dθ (...) on; each is proved for every parameter that θ stands for."""
        return self._chains[0].lines if self._chains else ()

    @property
    def proof(self) -> Proof:
        """The record that every line shown equals the one before it, the shared lines for each of their parameters."""
        proofs = [*(derivation.proof for derivation in self.values()),
                  *(proof for branch in self._branches.values() for proof in branch.proofs)]
        return Proof(tuple(check for proof in proofs for check in proof.checks))

    def __getitem__(self, name: str | Symbol) -> Derivation:
        wanted = as_named(name)
        found = self._derivations.get(str(wanted)) if isinstance(wanted, (str, Basic)) else None
        if found is None:
            said = visible(str(wanted))[:40] if isinstance(wanted, (str, Basic)) else as_given(wanted)
            raise LossError(f"there is no parameter {said}; the parameters are {', '.join(self)}")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._derivations)

    def __len__(self) -> int:
        return len(self._derivations)

    # Showing

    def document(self) -> Document:
        """The partials as equations, then the shared chain once, then for each parameter what differs."""
        blocks: list[Block] = [Equation((self._slope(derivation.variable), derivation.result)) for derivation in self.values()]
        for chain in (each for first in self._chains for each in first.chains()):
            title = "What the partial derivatives share" if chain is self._chains[0] else "What some of them share besides"
            alike = (*joined(chain.parameters), " alike" if len(chain.parameters) == 2 else "")
            blocks += [Heading(title), Paragraph(("For ", *alike, ", with ", chain.letter, " for any of them:")),
                       steps_of(chain.lines)]
        for name, derivation in self.items():
            blocks += [Heading(f"The slope in {text(derivation.variable)}"), *self._rest(derivation, self._branches.get(name))]
        notes = dict.fromkeys(note for derivation in self.values() for note in derivation.notes())
        every = ", the shared ones for each of their parameters" if self.shared else ""
        proved = paragraph(f"Proved: {len(self.proof.checks)} checks, each line against the one before{every}.")
        return Document("", (*blocks, *notes, proved), "The gradient")

    def _slope(self, parameter: Symbol) -> Expr:
        return derivative_of(Function(LOSS)(*(derivation.variable for derivation in self.values())), parameter)

    def _rest(self, derivation: Derivation, branch: Branch | None) -> list[Block]:
        """What stands in the document for one parameter: its own slopes, and all put together."""
        parameter = derivation.variable
        if branch is None:
            return [steps_of(derivation.lines)]
        if not branch.own:
            return [Equation((self._slope(parameter), derivation.result))]
        return branch.blocks(self._slope(parameter))

    def as_dict(self) -> dict[str, Any]:
        """The gradient as plain data, for JSON."""
        return {"parameters": list(self),
                "result": {name: forms_of(derivation.result) for name, derivation in self.items()},
                "proof": {"passed": self.proof.passed, "checks": len(self.proof.checks)},
                "shared": [_chain_data(chain) for chain in self._chains],
                "partials": {name: derivation.as_dict() | self._own(name) for name, derivation in self.items()}}

    def _own(self, name: str) -> dict[str, Any]:
        branch = self._branches.get(name)
        return {} if branch is None else {"own": [[line_data(line) for line in steps] for steps in branch.own],
                "together": [line_data(line) for line in branch.together]}

    def __repr__(self) -> str:
        return f"<gradient by {', '.join(self)}>"


def _chain_data(chain: Chain) -> dict[str, Any]:
    return {"letter": chain.letter.name, "parameters": [parameter.name for parameter in chain.parameters],
            "lines": [line_data(line) for line in chain.lines], "left": [forms_of(part) for part in chain.left],
            "further": [_chain_data(inner) for chains in chain.further for inner in chains]}


def gradient(expression: Expr, parameters: Sequence[Symbol]) -> Gradient:
    """∇ (expression): the partials by all the parameters, each derived by named rules, every line proved.

    >>> u, v = Symbol("u", real=True), Symbol("v", real=True)
    >>> gradient(u**2 + 3*v, (u, v)).result
    (2*u, 3)
    """
    as_written, places = written_in(expression), Places(expression)
    nodes: dict[Symbol, dict[Expr, Application]] = {parameter: {} for parameter in parameters}
    for parameter, known in nodes.items():
        applied(expression, parameter, known)
    derivations, branches = {}, {}
    chains, found = _unfolded(expression, nodes, partial(tidied_up, written=as_written))
    for parameter, (lines, branch) in found.items():
        derivations[parameter.name] = Derivation(
            expression=expression, variable=parameter, root=nodes[parameter][expression], lines=tuple(lines),
            proof=prove([line.expression for line in lines], places))
        if branch:
            branches[parameter.name] = _proved(branch, places)
    return Gradient(derivations, chains, branches)


_Found = dict[Symbol, tuple[list[Line], Branch | None]]


def _unfolded(expression: Expr, nodes: Mapping[Symbol, Mapping[Expr, Application]],
              tidying: Tidying) -> tuple[tuple[Chain, ...], _Found]:
    """The shared chains and the lines of each partial, the chains tidied where that leads to the same ends.

    A chain that is tidied is shorter. But what is known by another name before the slopes are put in may not meet its
    partner afterwards; then the chains stay as the rules leave them, and everything is tidied at the end.
    """
    chains = shared_chains(expression, nodes, tidying)
    found = {parameter: _lines(expression, chains, parameter, known, tidying) for parameter, known in nodes.items()}
    renamed = any(_is_renamed(line) for lines, _ in found.values() for line in lines)
    if not renamed or all(text(lines[-1].expression) == _end(nodes[parameter][expression], tidying)
                          for parameter, (lines, _) in found.items()):
        return chains, found
    chains = shared_chains(expression, nodes, list)
    for parameter, known in nodes.items():
        lines, branch = _lines(expression, chains, parameter, known, list)
        tidier = tidying(lines)
        if branch:
            branch = replace(branch, together=(*branch.together, *tidier[len(lines):]))
        found[parameter] = tidier, branch
    return chains, found


def _is_renamed(line: Line) -> bool:
    """Whether something got another name or other cases here."""
    return isinstance(line.rule, Algebra) and bool(line.rule.about)


def _end(root: Application, tidying: Tidying) -> str:
    """The last line of a derivation that shares nothing."""
    return text(tidying(unfolded(root, "normal")[-1:])[-1].expression)


def _lines(part: Expr, chains: Sequence[Chain], parameter: Symbol, known: Mapping[Expr, Application],
           tidying: Tidying) -> tuple[list[Line], Branch | None]:
    """The lines of d/dx (part), through the chain that the parameter shares, if it shares one."""
    chain = next((chain for chain in chains if parameter in chain.parameters), None)
    if chain is None:
        return tidying(unfolded(known[part], "normal")), None
    return _branch(chain, parameter, known, tidying)


def _branch(chain: Chain, parameter: Symbol, known: Mapping[Expr, Application], tidying: Tidying) -> tuple[list[Line], Branch]:
    """The lines of one partial, from d/dx (...) to its result, and what in them is not shared."""
    lines, own, inner = chain.by(parameter), [], []
    for part, further in zip(chain.left, chain.further):
        steps, branch = _lines(part, further, parameter, known, tidying)
        slope, before, above = steps[0].expression, lines[-1].expression, len(lines) - 1
        lines += [replace(moved_down(step, above), expression=put_in(before, slope, step.expression)) for step in steps[1:]]
        own.append(tuple(steps))
        inner.append(branch)
    opened = len(lines)
    lines = tidying(lines)
    return lines, Branch(own=tuple(own), inner=tuple(inner), together=tuple(lines[opened - 1:]))


def _proved(branch: Branch, places: Places) -> Branch:
    """The branch with the proof of its own lines."""
    inner = tuple(_proved(each, places) if each else None for each in branch.inner)
    proofs = (*(prove([step.expression for step in steps], places) for steps in branch.own),
              *(proof for each in inner if each for proof in each.proofs))
    return replace(branch, inner=inner, proofs=proofs)

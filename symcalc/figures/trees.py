"""An expression as a tree of operations, with the local derivative on every edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sympy import Basic, Symbol

from symcalc.calculus.backprop import Backpropagation, propagated
from symcalc.calculus.derivation import Derivation
from symcalc.calculus.values import Value
from symcalc.errors import LossError
from symcalc.figures.style import BLUE, GREY, ORANGE, drawing
from symcalc.pages.notation import text
from symcalc.pages.typeset import typeset
from symcalc.training.losses import Loss

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 40               # nodes that can be read in one picture
_WIDE, _WIDEST, _HIGH = 1.75, 4.0, 1.05          # inches from node to node
_LETTER = 0.068          # inches
_CUT, _LINE, _TITLE = 32, 18, 90          # characters of a formula, of a note on one line, of the title
_NOTED = 28              # ... and of a line of a note, two of which stand beside each other where boxes are furthest apart

Node = tuple[Symbol, tuple["Node", ...]]


def tree(what: Derivation | Loss | Backpropagation) -> Figure:
    """The operations that the expression is made of, each in a box over what it works on, and on each edge its local slope.

    The slope of the whole by a letter is the product of the slopes down to it, added up over all the ways there: the chain
    rule. The tree of a derivation goes down to its variable, the one of a loss to all its parameters.

    >>> from symcalc.calculus.problems import derive
    >>> sorted(note.get_text() for note in tree(derive("(3*x + 1)^2", "x")).axes[0].texts if "∂" in note.get_text())
    ['∂v₁/∂x = 3', '∂v₂/∂v₁ = 1', '∂v₃/∂v₂ = 2v₂']
    """
    graph = _graph(what)
    values = {value.letter: value for value in graph.values}
    if not values:
        raise LossError(f"there is no tree to draw: {text(graph.term)} is a single letter")
    followed = {what.variable} if isinstance(what, Derivation) else set(graph.parameters)
    root = _opened(graph.values[-1].letter, values, followed)
    places: dict[int, tuple[float, float, Node]] = {}
    leaves = _placed(root, 0, 0.0, places)
    if len(places) > _MOST:
        raise LossError(f"the tree would have {len(places)} boxes, more than the {_MOST} that can be read in one picture")
    depth = max(-up for _, up, _ in places.values())
    notes = {(id(node), id(child)): _slope(values, node[0], child[0]) for _, _, node in places.values() for child in node[1]}
    # Notes stand half way down, so those of two edges from one box are half as far from each other as the boxes below.
    beside = [notes[id(node), id(child)] for _, _, node in places.values() if len(node[1]) > 1 for child in node[1]]
    longest = max((len(line) for note in beside for line in note.split("\n")), default=0)
    wide = min(max(_WIDE, 2 * _LETTER * longest), _WIDEST)
    with drawing(max(4.6, wide * leaves + 0.8), _HIGH * (depth + 1) + 0.7) as (figure, axes):
        for across, up, node in places.values():
            for child in node[1]:
                x, y, _ = places[id(child)]
                axes.plot([across, x], [up, y], color=GREY, linewidth=1, zorder=1)
                _note(axes, (across + x) / 2, (up + y) / 2, notes[id(node), id(child)])
            _box(axes, across, up, _said(node[0], values, node[0] is root[0], graph), bool(node[1]))
        axes.set(xlim=(-0.6, leaves - 0.4), ylim=(-depth - 0.45, 0.45),
                 title=_cut(f"{graph.name.text} = {typeset(graph.term)}", _TITLE))
        axes.set_axis_off()
    return figure


def _graph(what: Derivation | Loss | Backpropagation) -> Backpropagation:
    if isinstance(what, Backpropagation):
        return what
    if isinstance(what, Loss):
        return what.backpropagation()
    if isinstance(what, Derivation):
        return propagated(what.expression, [what.variable])
    raise LossError("a tree is drawn of a loss, of a derivation, or of a back-propagation")


def _opened(letter: Symbol, values: Mapping[Symbol, Value], followed: set[Basic]) -> Node:
    """The node of a letter, over those of the letters in its formula that lead down to what is differentiated by."""
    value = values.get(letter)
    inner = [] if value is None else [each for each in value.slopes if each in values or each in followed]
    return letter, tuple(_opened(each, values, followed) for each in inner)


def _placed(node: Node, depth: int, left: float, places: dict[int, tuple[float, float, Node]]) -> float:
    """Where each node stands: over the middle of those under it; how wide it all is, in leaves."""
    width = 0.0
    for child in node[1]:
        width += _placed(child, depth + 1, left + width, places)
    width = width or 1.0
    places[id(node)] = left + (width - 1) / 2, -float(depth), node
    return width


def _said(letter: Symbol, values: Mapping[Symbol, Value], is_whole: bool, graph: Backpropagation) -> str:
    if letter not in values:
        return typeset(letter)
    name = f"{typeset(letter)} = {graph.name.text}" if is_whole else typeset(letter)
    return f"{name}\n{_cut(typeset(values[letter].formula))}"


def _box(axes: Axes, across: float, up: float, words: str, inner: bool) -> None:
    axes.text(across, up, words, ha="center", va="center", fontsize=10, zorder=3, linespacing=1.3,
              bbox={"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": BLUE if inner else GREY, "linewidth": 1.2})


def _slope(values: dict, above: Symbol, below: Symbol) -> str:
    """∂v₂/∂v₁ = 2v₁, on two lines where it is long."""
    name = _cut(f"∂{typeset(above)}/∂{typeset(below)}", _NOTED)
    slope = _cut(f"= {typeset(values[above].slopes[below])}", _NOTED)
    return f"{name}{chr(10) if len(name) + len(slope) - 2 > _LINE else ' '}{slope}"


def _note(axes: Axes, across: float, up: float, words: str) -> None:
    axes.text(across, up, words, ha="center", va="center", fontsize=8.5, color=ORANGE, zorder=2,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})


def _cut(words: str, longest: int = _CUT) -> str:
    return words if len(words) <= longest else f"{words[:longest - 1]}…"

"""Items on gradient descent by hand: updates, expected against actual change, and rates that converge."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import isclose
from types import MappingProxyType

import numpy as np
from sympy import Integer

from symcalc.pages.document import Block, Equation, Formula, Heading, Inline, Paragraph, Table, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.text import inline
from symcalc.training.diagnosis.diagnose import Diagnosis
from symcalc.training.diagnosis.page import SUGGESTED
from symcalc.training.run import Run
from symcalc.worksheets.items.bricks import symbol
from symcalc.worksheets.items.derivatives import equals
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.item import Item, Kind, WorksheetError, under_a_question, with_mathematics
from symcalc.worksheets.items.numbers import decimal, is_short, written
from symcalc.worksheets.items.proving import require
from symcalc.worksheets.items.quadratics import SEPARATE, Point, Quadratic, Trace, short_trace
from symcalc.written import derivative_of, subtract

_ETA = symbol("eta")
_STEPS = {1: 2, 2: 3, 3: 2, 4: 2}
_COUNTED = {1: "one update", 2: "two updates", 3: "three updates"}
_J = symbol("J")
_EXPECTED = Formula(text="expected ΔJ", latex=r"\text{expected } \Delta J")
_NEW = Formula(text="new value = old value - rate · slope",
               latex=r"\text{new value} = \text{old value} - \text{rate} \cdot \text{slope}")
_NONE = "–"                  # where there is no number to find
_ACTUAL = Formula(text="actual ΔJ", latex=r"\text{actual } \Delta J")


def _run(trace: Trace) -> Run:
    """The descent as symcalc makes it, each of its numbers confirmed by exact arithmetic."""
    quadratic = trace.quadratic
    run = quadratic.loss.descend(quadratic.data, start={name: float(value) for name, value in trace.points[0].items()},
                                 rate=float(trace.rate), steps=trace.steps)
    require(run.nit == trace.steps, f"the descent on {text(quadratic.loss.expression)} has another number of updates")
    for k, point in enumerate(trace.points):
        _meets(run.points[k], point.values(), "parameters", quadratic)
        _meets([run.costs[k]], [quadratic.cost(point)], "cost", quadratic)
        if k < trace.steps:
            _meets(run.updates[k].slopes, quadratic.slopes(point).values(), "slopes", quadratic)
    return run


def _meets(found: Iterable[float], exact: Iterable[Fraction], what: str, quadratic: Quadratic) -> None:
    same = all(isclose(value, float(right), rel_tol=1e-10, abs_tol=1e-10) for value, right in zip(found, exact, strict=True))
    require(same, f"the {what} in the descent on {text(quadratic.loss.expression)}")


def _start(point: Point) -> tuple[Inline, ...]:
    return joined([equals(symbol(name), written(value)) for name, value in point.items()])


def _rate(trace: Trace) -> Formula:
    return equals(_ETA, written(trace.rate))


def _table(trace: Trace, run: Run, filled: bool) -> Table:
    """The points with their slopes and costs, all of them or only the start; at the last point no slope is needed."""
    quadratic, parameters = trace.quadratic, trace.quadratic.loss.parameters
    rows = []
    blank = [""] * len(parameters)
    for k, point in enumerate(trace.points):
        slopes = [decimal(slope) for slope in quadratic.slopes(point).values()] if filled else blank
        values = [decimal(value) for value in point.values()] if filled or k == 0 else blank
        rows.append((str(k), *values, *(slopes if k < trace.steps else [_NONE] * len(parameters)),
                     decimal(quadratic.cost(point)) if filled else ""))
    return Table(header=("step", *parameters, *map(run.slope_name, parameters), _J),
                 rows=tuple(rows))


def _trace(draw: Draw, level: int, steps: int | None = None) -> Item | None:
    count = _STEPS[level] if steps is None else steps
    if count not in _COUNTED or isinstance(count, bool):
        raise WorksheetError(f"steps is 1, 2 or 3, not {steps!r:.40}")
    trace = short_trace(draw, level, count)
    if trace is None:
        return None
    run, quadratic = _run(trace), trace.quadratic
    derived: list[Block] = [Equation((run.slope_name(parameter), run.slopes[parameter.name]))
                            for parameter in quadratic.loss.parameters]
    solution = [paragraph("The slopes:"), *derived]
    for update in run.updates:
        solution += [paragraph(f"Update {update.k}:"), *_without_outcome(update.document().blocks)]
    return Item(
        kind="trace", level=level, seed=draw.seed, points=2 * count + level, space=4 + 2 * level,
        checks=len(quadratic.loss.gradient().proof.checks) + 3 * (count + 1),
        question=(paragraph(f"Make {_COUNTED[count]} of gradient descent by hand, from ",
                            *_start(trace.points[0]), " with the rate ", _rate(trace), ". Fill in the table."),
                  Equation((quadratic.loss.symbol, quadratic.loss.expression)), *quadratic.given(),
                  _table(trace, run, filled=False)),
        answer=(_table(trace, run, filled=True),), solution=tuple(solution),
        hints=(paragraph("First find a formula for each slope; then ", _NEW, "."),),
        source=f"trace {text(quadratic.loss.expression)} {quadratic.data} {trace.points[0]} {trace.rate}", length=count)


def _without_outcome(blocks: Iterable[Block]) -> list[Block]:
    """The working of an update down to the new parameters."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Equation) and block.sides[0] == _EXPECTED:
            break
        kept.append(block)
    return kept


def _predicted_actual(draw: Draw, level: int) -> Item | None:
    trace = short_trace(draw, level, 1)
    if trace is None:
        return None
    quadratic, (before, after) = trace.quadratic, trace.points
    expected = sum(slope * (after[name] - before[name]) for name, slope in quadratic.slopes(before).items())
    actual = quadratic.cost(after) - quadratic.cost(before)
    ratio = actual / expected
    if not all(map(is_short, (expected, actual, ratio))):
        return None
    run = _run(trace)
    update = run.updates[0]
    _meets([update.expected_change, update.actual_change, update.ratio], [expected, actual, ratio], "changes", quadratic)
    shown = tuple(update.document().blocks)
    told = shown[-1]
    said = inline(told.parts) if isinstance(told, Paragraph) else ""
    require(f"= {decimal(ratio)}: {_reading(ratio)}" in said, "what the ratio tells")
    return Item(
        kind="predicted_actual", level=level, seed=draw.seed, points=3 + level, space=6 + 2 * level,
        checks=len(quadratic.loss.gradient().proof.checks) + 8,
        question=(paragraph("Make one step of gradient descent from ", *_start(before), " with the rate ", _rate(trace), "."),
                  Equation((quadratic.loss.symbol, quadratic.loss.expression)), *quadratic.given(),
                  with_mathematics("(a) By how much does calculus expect J to change?"),
                  paragraph("(b) By how much does it change?"),
                  paragraph("(c) Divide (b) by (a). What does the ratio tell about the step?")),
        answer=(*(Equation((name, written(value))) for name, value in ((_EXPECTED, expected), (_ACTUAL, actual))), told),
        solution=shown,
        hints=(paragraph("The expected change is the slope times the step, added over all parameters."),
               with_mathematics("The actual change is J after the step minus J before it.")),
        source=f"predicted {text(quadratic.loss.expression)} {quadratic.data} {before} {trace.rate}", length=1)


def _reading(ratio: Fraction) -> str:
    """What a ratio tells of a step downwards: a parabola has 1 - k/2 where the step is k times that to its lowest point."""
    to_the_lowest = 2 * (1 - ratio)
    if to_the_lowest <= Fraction(1, 5):
        return "a small step"
    if to_the_lowest <= Fraction(4, 5):
        return "a step of moderate size"
    return "about the step that lands on the minimum" if to_the_lowest <= Fraction(6, 5) else "the step went past the minimum"


# Will the rate converge?

# What a step does to the distance from the minimum, along the direction of the largest curvature.
_FACTORS = tuple(Fraction(k, 20) for k in (18, 16, 12, 10, 4, 0, -4, -8, -10, -16, -20, -24, -30, -40))
_TRIES = 200
_LIMIT = Formula(text="largest stable rate", latex=r"\text{largest stable rate}")
_WORDS = {"diverges": "No: it diverges.", "jumps": "No: it jumps between two points for ever.",
          "oscillates": "Yes, swinging from side to side.", "converges": "Yes.", "crawls": "Yes, slowly."}


def _converges(draw: Draw, level: int) -> Item | None:
    found = _with_rate(draw, level)
    if found is None:
        return None
    quadratic, curvatures, rate = found
    limit, steepest = 2 / max(curvatures), float(max(abs(1 - rate * curvature) for curvature in curvatures))
    diagnosis = quadratic.loss.diagnose(quadratic.data, rate=float(rate))
    kind = diagnosis.outlook.kind
    require(kind == _seen(quadratic, rate), f"what the rate {decimal(rate)} does on {text(quadratic.loss.expression)}")
    require(isclose(diagnosis.stable_rate, float(limit), rel_tol=1e-9), "the largest stable rate")
    require(isclose(abs(diagnosis.outlook.factor), steepest, rel_tol=1e-9, abs_tol=1e-9), "the factor")
    return Item(
        kind="converges", level=level, seed=draw.seed, points=2 + level, space=5 + level,
        checks=len(quadratic.loss.gradient().proof.checks) + 3,
        question=(paragraph("Gradient descent runs on ", _J, " with the rate ", equals(_ETA, written(rate)), "."),
                  Equation((quadratic.loss.symbol, quadratic.loss.expression)), *quadratic.given(),
                  paragraph("(a) Will it converge?"),
                  paragraph("(b) Below which rate does it converge?")),
        answer=(paragraph(f"(a) {_WORDS[kind]}"), paragraph("(b) It converges for every rate below ", written(limit), ".")),
        solution=under_a_question(_explained(quadratic, diagnosis, curvatures)),
        hints=(paragraph("Each step multiplies the distance to the minimum by ", subtract(Integer(1), _ETA),
                         " times the second derivative."),
               paragraph("The distance shrinks if that factor lies between ", Integer(-1), " and ", Integer(1), ".")),
        source=f"converges {text(quadratic.loss.expression)} {quadratic.data} {rate}", length=1)


def _with_rate(draw: Draw, level: int) -> tuple[Quadratic, list[Fraction], Fraction] | None:
    """A loss, its second derivatives and a rate, all of them short."""
    make = draw.form("loss").choice(SEPARATE[level])
    for _ in range(_TRIES):
        quadratic, factor = make(draw), draw.choice(_FACTORS)
        origin = {name: Fraction(0) for name in quadratic.names}
        curvatures = [_curvature(quadratic, origin, name) for name in quadratic.names]
        rate = (1 - factor) / max(curvatures)
        short = all(map(is_short, (*curvatures, 2 / max(curvatures))))
        if short and is_short(rate, digits=3, places=3 + (level == 4)):
            return quadratic, curvatures, rate
    return None


def _explained(quadratic: Quadratic, diagnosis: Diagnosis, curvatures: list[Fraction]) -> list[Block]:
    """What the diagnosis says; of letters that do not mix the second derivatives by each are enough.

    Another rate is suggested only where this one does not converge.
    """
    blocks = list(diagnosis.document().blocks[1:])
    if abs(diagnosis.outlook.factor) < 1:
        blocks = [block for block in blocks if not (isinstance(block, Paragraph) and block.parts[0] == SUGGESTED)]
    if len(curvatures) == 1:
        return blocks
    seconds = [Equation((derivative_of(derivative_of(quadratic.loss.symbol, letter), letter), written(curvature)))
               for letter, curvature in zip(quadratic.loss.parameters, curvatures)]
    ratio = next(k for k, block in enumerate(blocks) if isinstance(block, Equation) and block.sides[0] == _LIMIT)
    after = next(k for k, block in enumerate(blocks) if isinstance(block, Heading) and k > ratio)
    return [paragraph("J is quadratic: it has the same second derivatives everywhere."), *seconds,
            paragraph("No term mixes the letters, so each goes its own way, and the largest second derivative sets the limit:"),
            blocks[ratio], *blocks[after:]]


def _curvature(quadratic: Quadratic, at: Point, name: str) -> Fraction:
    """The second derivative of a quadratic, exactly."""
    return quadratic.slopes({**at, name: at[name] + 1})[name] - quadratic.slopes(at)[name]


def _seen(quadratic: Quadratic, rate: Fraction) -> str:
    """What the descent does when it is made, exactly: whether the slopes grow, stay, change sides or shrink."""
    first = {name: Fraction(7 + 4 * k, 3) for k, name in enumerate(quadratic.names)}
    points = quadratic.walk(first, rate, 3)
    slopes = np.array([list(quadratic.slopes(point).values()) for point in points], dtype=object)
    growth = [max(abs(now / before) if before else Fraction(0) for before, now in zip(slopes[:-1, k], slopes[1:, k]))
              for k in range(slopes.shape[1])]
    turned = any(now * before < 0 for before, now in zip(slopes[0], slopes[1]))
    if max(growth) >= 1:
        return "diverges" if max(growth) > 1 else "jumps"
    return "oscillates" if turned else "converges"


DESCENTS = (
    Kind(name="trace", about="updates of gradient descent by hand", levels=(1, 2, 3, 4), make=_trace,
         params=MappingProxyType({"steps": "how many updates: 1, 2 or 3"})),
    Kind(name="predicted_actual", about="the change of the cost that calculus expects, and the actual one",
         levels=(1, 2, 3, 4), make=_predicted_actual),
    Kind(name="converges", about="whether a learning rate converges, and the largest that does", levels=(1, 2, 3, 4),
         make=_converges),
)

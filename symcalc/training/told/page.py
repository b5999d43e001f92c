"""The page of a run: the formulas and the method's equations, then the table of updates, then how it ended."""

from __future__ import annotations

import math

import numpy as np
from sympy import Symbol

from symcalc.pages.document import Block, Document, Equation, Formula, Inline, Table, joined, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import aligned, numeral, short
from symcalc.training.course import Course
from symcalc.training.methods import NEWTON, RATE, SLOPE, THETA
from symcalc.training.settings import shared_letters
from symcalc.training.told.step import Step
from symcalc.training.told.steps_found import SYSTEM, newton_letter
from symcalc.training.told.working import equal, sign_of, states
from symcalc.written import replaced

_NOISE = 1e-11           # beside the largest so far, what is no more than rounding in a parameter
_LENGTH = Formula(text="|∇J|", latex=r"\left|\nabla J\right|")
_SHOWN = 24              # rows of a table that are printed before its middle is left out


def kept(count: int) -> list[int]:
    """The rows to print: all of a short table, the first and last of a long one.

    >>> len(kept(10)), len(kept(1000))
    (10, 24)
    """
    half = _SHOWN // 2
    return list(range(count)) if count <= _SHOWN + 1 else [*range(half), *range(count - half, count)]


def page(run: Course) -> Document:
    """The loss with its slopes, what each step does, the updates, and how the run ended."""
    formulas = _large(run) if run.loss.is_large else _formulas(run)
    return Document(title_on(run), (*as_read(run), *formulas, *method_blocks(run), _table(run), *_reading(run),
                                    paragraph(run.message)))


def as_read(run: Course) -> list[Block]:
    """Where the run comes out of a file, that its numbers are the file's, which anybody may have changed."""
    given = "" if run.data is None else "data"
    return [] if run.told is None else [paragraph(
        f"Read from a file, and not made again here: run.replay({given}) makes every update again and compares the numbers.")]


def title_on(run: Course) -> str:
    """The method and the loss."""
    return f"{title_of(run)} on {run.loss.called}"


def _formulas(run: Course) -> list[Block]:
    blocks: list[Block] = [Equation((run.loss.symbol, run.loss.expression))]
    for parameter in (run.loss.parameters[j] for j in run.moving):
        blocks.append(Equation((run.slope_name(parameter), run.slopes[parameter.name])))
    if not run.by_gradient:
        blocks.append(paragraph("A slope called g is not the derivative of J; it stands in its place."))
    return blocks


def _large(run: Course) -> list[Block]:
    """The loss, and where its slopes come from."""
    count, first = f"{len(run.loss.parameters):,}", run.loss.names[0]
    told = (f"Its {count} partial derivatives are worked out together, by the chain rule from J back to the parameters; "
            f'derive("{first}") shows how that by {text(run.loss.parameters[0])} comes about.')
    if run.partials is not None:
        told = f"Formulas of one's own drive its {count} parameters, in place of the partial derivatives."
    elif run.loss.units is not None:
        return [*run.loss.formula(), *run.loss.units.told(run.loss.indexed), *run.loss.slopes_by_letter()]
    return [*run.loss.formula(), paragraph(told)]


def title_of(run: Course) -> str:
    """The method's name at the start of a line."""
    return _NAMES.get(run.method.name, run.method.name[:1].upper() + run.method.name[1:])


_NAMES = {"adagrad": "AdaGrad", "rmsprop": "RMSProp", "adamw": "AdamW"}


# What each step does

def method_blocks(run: Course) -> list[Block]:
    """The method's equations for the first parameter that moves, with its settings, and what else holds for every step."""
    parameter = run.loss.parameters[run.moving[0]]
    letters = states(run, parameter)
    names = {THETA: parameter, SLOPE: run.slope_name(parameter), NEWTON: newton_letter(run, parameter), **letters}
    update = replaced(run.method.update, names.get)
    alike = " and so for every parameter" if len(run.moving) > 1 else ""
    blocks: list[Block]
    if not letters:
        blocks = [paragraph("Each step: ", parameter, " ← ", update, alike, ", with ", *_values(run), ".")]
    else:
        states_first = [Equation((letters[letter], replaced(formula, names.get)), first=sign_of(run.method, letter))
                        for letter, formula in run.method.equations[:-1]]
        carried = [letters[letter] for letter in run.method.state if sign_of(run.method, letter) == "←"]
        blocks = [paragraph("Each step, for ", parameter, *([alike] if alike else []), ":"), *states_first,
                  Equation((parameter, update), first="←"),
                  paragraph("with ", *_values(run), *(["; ", *joined(carried), f" start{'s' * (len(carried) == 1)} at 0"]
                                                      if carried else []), ".")]
    shared = shared_letters(run.loss.parameters, run.method, run.rate)
    return [*blocks, *(paragraph(*words) for words in (_direction(run), _search(run), _rows(run), _held(run)) if words),
            *(paragraph(f"In the equations of the method {name} is {what}; the parameter {name} is another letter.")
              for name, what in shared.items())]


def _values(run: Course) -> tuple[Inline, ...]:
    """The rate, and the settings by their letters."""
    settings = [equal(letter, numeral(value, 15)) for letter, value in run.method.settings.items()]
    if run.method.search:
        return joined(["a rate η found anew each time", *settings])
    return ("the rate ", *joined([equal(RATE, numeral(run.rate) if isinstance(run.rate, float) else run.rate), *settings]))


def _direction(run: Course) -> tuple[Inline, ...]:
    if run.method.needs_curvature:
        return (NEWTON, " is Newton's step, which solves ", SYSTEM, ".")
    if run.method.looks_ahead:
        parameter = run.loss.parameters[run.moving[0]]
        place = replaced(run.method.slope_at, {THETA: parameter, **states(run, parameter)}.get)
        return ("The slopes that drive a step are taken ahead of where it starts, at ", place,
                " in place of ", parameter, "; the table shows those at the start.")
    return ("The parameters take turns, one in each step.",) if run.method.turns and len(run.moving) > 1 else ()


def _search(run: Course) -> tuple[Inline, ...]:
    first = short(run.rate) if isinstance(run.rate, float) else text(run.rate)
    halved = f"halved from {first} until J falls by enough (Armijo's condition)"
    return {"": (), "backtracking": (f"The rate is {halved}.",),
            "line": ("The rate is the one that leads to the lowest point along -∇J where J is a quadratic; "
                     f"elsewhere it is {halved}.",)}[run.method.search]


def _rows(run: Course) -> tuple[Inline, ...]:
    if run.batch is None:
        return ()
    rows = "1 row" if run.batch == 1 else f"{run.batch} rows"
    return (f"Each step is driven by {rows} of {run.rows}, drawn anew for every pass over the data (seed {run.seed}); "
            "the table shows J and its slopes over all rows.",)


def _held(run: Course) -> tuple[Inline, ...]:
    if not run.held:
        return ()
    values = run.named(run.points[0])
    held = [equal(run.loss.parameter(name), numeral(values[name])) for name in run.held]
    return (*joined(held), f" {'is' if len(held) == 1 else 'are'} held.")


# The table

def _table(run: Course) -> Table:
    """Every point with its cost, and the slopes and changes of the update that led there."""
    shown = kept(len(run.points))
    letters = _letters(run)
    slopes = [_LENGTH] if run.loss.is_large else list(map(run.slope_name, letters))
    values = np.array([_row(run, k) for k in shown])
    wide = len(letters)
    points = values[:, :wide]
    points[np.abs(points) < _NOISE * np.maximum.accumulate(np.abs(points))] = 0.0
    digits = [6] * (wide + 1) + [5] * _with_rate(run) + [5] * (len(slopes) + 2) + [4]
    cells = [aligned(values[:, k], digits[k], apart=k <= wide) for k in range(len(digits))]
    rows = [(str(k), *row) for k, row in zip(shown, zip(*cells))]
    if len(shown) < len(run.points):
        rows.insert(_SHOWN // 2, ("…",) * (len(digits) + 1))
    header: tuple[Inline, ...] = ("step", *letters, run.loss.symbol.func.__name__, *([RATE] if _with_rate(run) else []),
                                  *slopes, "expected ΔJ", "actual ΔJ", "ratio")
    return Table(header=header, rows=tuple(rows))


def _reading(run: Course) -> list[Block]:
    """Where the numbers of a row belong: the point to its end, the slopes to its start."""
    names = joined([*_letters(run), run.loss.symbol.func.__name__])
    slopes = ("gradient, of which the length is shown, is that",) if run.loss.is_large else (
        "slope is that" if len(run.moving) == 1 else "slopes are those",)
    return [*([paragraph("Each row has ", *names, " after its step; the ", *slopes, " before it.")] if run.nit else []),
            *blurred(run)]


def blurred(run: Course) -> list[Block]:
    """Up to where J is shown as 0, for its terms cancel."""
    if run.blur is None:
        return []
    unit = 10.0**(math.floor(math.log10(run.blur)) - 1)
    return [paragraph("Where the terms of J cancel, what is left of it is their rounding: a J of no more than ",
                      numeral(math.ceil(run.blur / unit) * unit, 2), " in size is shown as 0.")]


def _letters(run: Course) -> list[Symbol]:
    """The parameters that have a column: those that move, unless there are hundreds."""
    return [] if run.loss.is_large else [run.loss.parameters[j] for j in run.moving]


def _with_rate(run: Course) -> bool:
    """Whether the rate has a column, as it changes from step to step."""
    return bool(run.method.search) or not isinstance(run.rate, float)


def _row(run: Course, k: int) -> list[float]:
    moving, large = list(run.moving), run.loss.is_large
    drove = [math.nan] * ((1 if large else len(moving)) + 3 + _with_rate(run))
    if k > 0:
        update = Step(run=run, k=k)
        slopes = update.slopes_before[moving]
        drove = [*([update.rate] if _with_rate(run) else []), *([np.linalg.norm(slopes)] if large else slopes),
                 update.expected_change, update.actual_change, update.ratio]
    return [*([] if large else run.points[k][moving]), run.told_costs[k], *drove]

"""The four words of the first lesson on a built-in table: collect, explore, train, predict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np

from symcalc.errors import SymcalcError, perhaps
from symcalc.language.data import read_table
from symcalc.language.table import Table as Data
from symcalc.pages.document import Block, Document, Equation, Heading, Steps, Table, paragraph
from symcalc.pages.numbers import aligned, short
from symcalc.pages.shown import Shown
from symcalc.training.catalogue import mean_squared_error
from symcalc.training.losses import Loss
from symcalc.training.problem.models import line
from symcalc.training.run import Run

_BAR = 40                # characters of the longest bar in the table of costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a demo is about: its table, its loss, where the descent starts, and what is predicted at the end."""

    table: str
    target: str
    feature: str
    units: str
    rate: float
    steps: int
    question: float
    asked: str


STORIES: Mapping[str, Story] = MappingProxyType({
    "films": Story(table="films.csv", target="revenue", feature="budget", units="tens of millions",
                   rate=0.008, steps=12, question=12.0, asked="a film with a budget of 12"),
})


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo(Shown):
    """A run on a built-in table, told in the four words of the lesson.

    >>> demo("films").run.nit
    12
    """

    story: Story
    data: Data
    run: Run

    def document(self) -> Document:
        """Collect, explore, train, predict."""
        return Document("Collect, explore, train, predict",
                        (*self._collect(), *self._explore(), *self._train(), *self._predict()))

    def _collect(self) -> list[Block]:
        story, names = self.story, (self.story.feature, self.story.target)
        columns = [aligned(self.data[name], 3) for name in names]
        return [Heading("Collect"),
                paragraph(f"{self.data.rows} films, {story.feature} and {story.target} in {story.units}. "
                          "The numbers are illustrative: made up for this lesson, not measured."),
                Table(header=names, rows=tuple(zip(*columns)))]

    def _explore(self) -> list[Block]:
        """The cost for a row of slopes, the intercept held at 0, drawn as bars."""
        loss, slope = self.run.loss, self.run.loss.parameters[0]
        compiled = loss.compile(self.data)
        slopes = np.linspace(0, 5, 11)
        found = [compiled.at(np.array([m, 0.0])) for m in slopes]
        costs = np.array([cost for cost, _ in found])
        bars = ["█" * max(1, round(_BAR * cost / costs.max())) for cost in costs]
        rows = zip(aligned(slopes, 2), aligned(costs, 4), aligned([g[0] for _, g in found], 4), bars)
        lowest = slopes[int(np.argmin(costs))]
        return [Heading("Explore"),
                paragraph("We look for a line ", loss.model.prediction, " close to the data. How far off it is, we measure by"),
                Equation((loss.symbol, loss.expression)),
                paragraph("With b = 0 held, the cost over ", slope, " falls, reaches its least near ", slope,
                          f" = {short(lowest)}, and rises again; its slope is negative where it falls, positive where it "
                          "rises:"),
                Table(header=(slope, "J", "slope", "cost as a bar"), rows=tuple(rows), words=frozenset({3}))]

    def _train(self) -> list[Block]:
        gradient = self.run.loss.gradient()
        first, *others = gradient.values()
        blocks: list[Block] = [Heading("Train"),
                               paragraph("The slope of the cost tells which way each parameter should move, and how much the "
                                         "cost should change. By ", first.variable, ":"),
                               Steps(tuple(entry.step() for entry in first.lines))]
        for other in others:
            blocks += [paragraph("And by ", other.variable, ", by the same rules:"),
                       Equation((other.lines[0].expression, other.result))]
        return [*blocks, paragraph("The first update, formula by formula:"), *self.run.updates[0].document().blocks,
                paragraph("And so on, step by step:"), *self.run.document().blocks[-3:]]

    def _predict(self) -> list[Block]:
        story = self.story
        predicted = self.run.predict(**{story.feature: [story.question]})[0]
        values = " and ".join(f"{name} = {short(value, 4)}" for name, value in self.run.parameters.items())
        return [Heading("Predict"),
                paragraph(f"With {values}, {story.asked} should bring about {short(predicted, 3)} ({story.units}).")]

    def as_dict(self) -> dict[str, Any]:
        """The demo as plain data: the table, the run, the prediction."""
        story = self.story
        return {"table": {name: self.data[name].tolist() for name in self.data.names}, "run": self.run.as_dict(),
                "prediction": {story.feature: story.question,
                               story.target: float(self.run.predict(**{story.feature: [story.question]})[0])}}


def demo(name: str = "films") -> Demo:
    """The demo of this name, already run."""
    if name not in STORIES:
        raise SymcalcError(f"there is no demo {name!r}; there is {', '.join(STORIES)}{perhaps(name, STORIES)}")
    story = STORIES[name]
    data = _built_in(story.table)
    loss: Loss = mean_squared_error(story.target, line(story.feature))
    run = loss.descend(data, start=[0, 0], rate=story.rate, steps=story.steps)
    return Demo(story=story, data=data, run=run)


def _built_in(name: str) -> Data:
    lines = files("symcalc").joinpath(name).read_text(encoding="utf-8").split()
    header, *rows = (entry.split(",") for entry in lines)
    return read_table({column: [float(row[k]) for row in rows] for k, column in enumerate(header)})

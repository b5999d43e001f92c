"""Oracles for items with a picture: the curves are read off it as a learner does, by the lines of its grid."""

import io
import re
from fractions import Fraction

import numpy as np
from printed import Function, exact, read
from printed_blocks import equations, said, sides, tex

from symcalc.pages.document import Figure, Paragraph

REACH = 5                  # of the axis to either side of 0
BLUE, GRID = (0, 114, 178), 221
PIXEL = 0.06               # of a unit across, and a little more
NEAR = 0.35                # of a unit on the axis of J in which a height is read off


class Panel:
    """One pair of axes: its part of the picture, with what a pixel stands for."""

    def __init__(self, pixels: np.ndarray, left: int, right: int, step: float) -> None:
        self.pixels = pixels[:, left:right + 1]
        grid = np.all(np.abs(self.pixels.astype(int) - GRID) < 12, axis=2)
        rows = _runs(np.flatnonzero(grid.mean(axis=1) > 0.6))
        self.zero, self.unit = rows[-1], (rows[-1] - rows[0]) / (len(rows) - 1) / step
        self.width = right - left

    def height(self, x: float) -> float:
        """J at x; nan where the curve has left the picture."""
        column = round((x + REACH) / (2 * REACH) * self.width)
        blue = np.flatnonzero(self._is(BLUE, 60)[:, min(max(column, 0), self.width)])
        return (self.zero - blue.mean()) / self.unit if len(blue) else float("nan")

    def dot(self) -> tuple[float, float]:
        """Where the black point is."""
        rows, columns = np.nonzero(self._is((0, 0, 0), 40))
        wide = np.flatnonzero(np.bincount(rows, minlength=self.pixels.shape[0]) > 4)
        inside = np.isin(rows, wide) & (rows < self.zero)
        return columns[inside].mean() / self.width * 2 * REACH - REACH, (self.zero - rows[inside].mean()) / self.unit

    def _is(self, colour: tuple[int, int, int], most: int) -> np.ndarray:
        return np.all(np.abs(self.pixels.astype(int) - colour) < most, axis=2)


def _runs(places: np.ndarray) -> list[float]:
    """The middle of each run of neighbouring pixels."""
    return [float(run.mean()) for run in np.split(places, np.flatnonzero(np.diff(places) > 2) + 1)]


def panels(item, step: float, count: int) -> list[Panel]:
    from matplotlib.image import imread

    figure, = (block for block in item.question if isinstance(block, Figure))
    pixels = np.round(imread(io.BytesIO(figure.png))[:, :, :3] * 255)
    dark = np.all(pixels < 140, axis=2)                # the axes: long dark lines
    spines = _runs(np.flatnonzero(dark.mean(axis=0) > 0.5))
    below = int(np.flatnonzero(dark.mean(axis=1) > 0.5)[-1])
    ends = _runs(np.flatnonzero(np.diff(dark[below].astype(int)) == -1))
    assert len(spines) == len(ends) == count, (spines, ends)
    return [Panel(pixels[:below - 3], round(left), round(right), step) for left, right in zip(spines, ends)]


def read_curve(item) -> None:
    panel, = panels(item, 2, 1)
    x, y = panel.dot()
    assert abs(x - round(x)) < 0.1 and abs(y - (panel.height(x - 0.3) + panel.height(x + 0.3)) / 2) < NEAR
    heights = {at: panel.height(at) for at in range(1 - REACH, REACH)} | {round(x): y}        # the point hides the curve
    lowest = min((at for at, height in heights.items() if height == height), key=heights.__getitem__)
    name, at, height, sign, way = re.match(
        r"\(a\) \$(\w) = (-?\d)\$, \$J = (\d+)\$; \(b\) (positive|negative); \(c\) (larger|smaller)\.", said(item.answer)).groups()
    assert (int(at), int(height)) == (lowest, round(heights[lowest])) and abs(heights[lowest] - int(height)) < NEAR
    rising = panel.height(x + 0.3) > panel.height(x - 0.3)
    assert (sign, way) == (("positive", "smaller") if rising else ("negative", "larger"))
    if item.level == 2:
        formula = read(sides(equations(item.answer)[0])[-1], Fraction)
        assert all(abs(formula({name: Fraction(x)}) - height) < NEAR for x, height in heights.items() if height == height)
        slope = exact(re.search(r"\(d\) The slope there is \$(.*)\$\.$", said(item.answer)).group(1))
        x = Fraction(round(x))
        assert slope == (formula({name: x + 1}) - formula({name: x - 1})) / 2


def steep(function: Function, name: str, x: int) -> float:
    """How much the curve rises or falls about x, by which a column of pixels that is off makes a difference."""
    return abs(float(function({name: x + 0.5}) - function({name: x - 0.5})))


def match_curve(item) -> None:
    step, top = {1: (5, 24), 2: (10, 40)}[item.level]
    shown = dict(zip("ABC", panels(item, step, 3)))
    pairs = re.findall(r"\((\d)\) is ([ABC])", said(item.answer))
    assert [number for number, _ in pairs] == ["1", "2", "3"] and sorted(letter for _, letter in pairs) == ["A", "B", "C"]
    listed = [tex(part) for block in item.question if isinstance(block, Paragraph) for part in block.parts[1:]]
    for (_, letter), written in zip(pairs, listed, strict=True):
        head, formula = written.split(" = ", 1)
        name, function = re.search(r"left\((\w)", head).group(1), read(formula)
        fits = [other for other, panel in shown.items() if all(
            abs(panel.height(x) - float(function({name: x}))) < 2.5 * NEAR + PIXEL * steep(function, name, x)
            for x in range(-4, 5) if 0 < float(function({name: x})) < top - 1)]
        assert fits == [letter], (formula, fits)

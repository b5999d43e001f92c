"""Oracles for items with numbers: descents made by hand in fractions, stationary points by mpmath, tables, short answers."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import mpmath
from printed import Unreadable, exact, letters, read
from printed_blocks import equations, said, sides, table, tex
from reasons import ASKED as REASONS

Point = dict[str, Fraction]


class Cost:
    """J as the question prints it, exact: over the rows of the table, where there is one."""

    def __init__(self, item) -> None:
        _, self.formula = sides(equations(item.question)[0])
        self.names = [name for name in letters(self.formula) if not name.endswith("_i")]
        self.rows: dict[str, object] = {}
        if "_i" in "".join(letters(self.formula)):
            data = table(item.question)
            columns = zip(*(map(Fraction, row) for row in data.rows))
            self.rows = {f"{tex(name)}_i": column for name, column in zip(data.header, columns)} | {"n": len(data.rows)}
        self._value = read(self.formula, Fraction)

    def __call__(self, at: Point) -> Fraction:
        return Fraction(self._value({**at, **self.rows}))

    def line(self, at: Point, name: str) -> list[Fraction]:
        """The values along one letter at -2, -1, 0, 1, 2 from here."""
        return [self({**at, name: at[name] + k}) for k in range(-2, 3)]

    def slope(self, at: Point, name: str) -> Fraction:
        """By quotients, which are exact for a parabola, and J is one along every letter."""
        a, b, c, d, e = self.line(at, name)
        assert e - 2 * d + c == d - 2 * c + b == c - 2 * b + a
        return (d - b) / 2

    def slopes(self, at: Point) -> Point:
        return {name: self.slope(at, name) for name in self.names}

    def walk(self, at: Point, rate: Fraction, steps: int) -> list[Point]:
        points = [at]
        for _ in range(steps):
            slopes = self.slopes(points[-1])
            points.append({name: value - rate * slopes[name] for name, value in points[-1].items()})
        return points


def numbers(text: str) -> Point:
    """w = 3 and the like, in dollars."""
    return {name: Fraction(value) for name, value in re.findall(r"\$(\w) = (-?[\d.]+)\$", text)}


def the_rate(item) -> Fraction:
    return Fraction(re.search(r"\$\\eta = ([\d.]+)\$", said(item.question)).group(1))


def numbers_agree(item) -> None:
    """All sides of an equation that are numbers only have the same value."""
    for block in equations(item.solution):
        values = []
        for side in sides(block):
            try:
                values.append(exact(side))
            except (Unreadable, KeyError):
                continue
        assert len(set(values)) <= 1, sides(block)


def trace(item) -> None:
    cost, start = Cost(item), numbers(said(item.question))
    count = re.search(r"Make (\w+ updates?) ", said(item.question)).group(1)
    steps = {"one update": 1, "two updates": 2, "three updates": 3}[count]
    points = cost.walk(start, the_rate(item), steps)
    asked, answer = table(item.question, len(cost.rows) > 0), table(item.answer)
    assert asked.header == answer.header and [tex(name) for name in answer.header[1:1 + len(start)]] == list(start)
    slopes = [re.search(r"(\w)\}$", tex(name)).group(1) for name in answer.header[1 + len(start):-1]]
    assert slopes == list(start) and len(answer.rows) == steps + 1
    for k, (point, row, blank) in enumerate(zip(points, answer.rows, asked.rows)):
        told = [*point.values(), *(cost.slope(point, name) for name in slopes if k < steps), cost(point)]
        none = ["–"] * len(start) * (k == steps)
        assert [Fraction(cell) for cell in row if cell != "–"] == [k, *told] and row.count("–") == len(none)
        assert [cell for cell in blank if cell] == [*row[:1 + len(start) * (k == 0)], *none]
    new = [sides(block)[-1] for block in equations(item.solution) if "new" in sides(block)[0]]
    assert list(map(exact, new)) == [value for point in points[1:] for value in point.values()]
    numbers_agree(item)


def predicted_actual(item) -> None:
    cost, before = Cost(item), numbers(said(item.question))
    after, slopes = cost.walk(before, the_rate(item), 1)[1], cost.slopes(before)
    change = {name: after[name] - before[name] for name in before}
    expected, actual = sum(slopes[name] * change[name] for name in before), cost(after) - cost(before)
    answers = {sides(block)[0]: exact(sides(block)[-1]) for block in equations(item.answer)}
    assert answers == {r"\text{expected } \Delta J": expected, r"\text{actual } \Delta J": actual}
    ratio, told = re.search(r"actual ?/ ?expected\$? = \$?(-?[\d.]+)\$?: ([^;,.]*)", said(item.answer)).groups()
    assert Fraction(ratio) == actual / expected
    lowest = expected / (2 * (expected - actual))              # where along the step, in steps, J is lowest
    words = {"a small step": (5, 10**9), "a step of moderate size": (Fraction(5, 4), 5), "the step went past the minimum along "
             "this direction": (0, Fraction(5, 6)), "about the step that lands on the minimum along this direction":
             (Fraction(5, 6), Fraction(5, 4))}
    low, high = words[told]
    assert low <= lowest <= high, (ratio, told)
    numbers_agree(item)


def converges(item) -> None:
    cost, rate = Cost(item), the_rate(item)
    answer, limit = said(item.answer[:1]), Fraction(re.search(r"for every rate below \$?([\d.]+\d)", said(item.answer))[1])

    def outcome(rate: Fraction) -> str:
        points = cost.walk({name: Fraction(7 + 4 * k, 3) for k, name in enumerate(cost.names)}, rate, 30)
        first, second, last = (list(cost.slopes(point).values()) for point in (points[0], points[1], points[-1]))
        grown = max(abs(end) - abs(start) for start, end in zip(first, last))
        if grown >= 0:
            return "No: it diverges." if grown > 0 else "No: it jumps between two points for ever."
        return "Yes, swinging from side to side." if any(a * b < 0 for a, b in zip(first, second)) else "Yes."

    assert answer == f"(a) {outcome(rate)}"
    assert outcome(limit * Fraction(99, 100))[:3] == "Yes" and outcome(limit * Fraction(101, 100))[:2] == "No"


# Stationary points

def coefficients(function: Callable[[Fraction], Fraction], degree: int) -> list[Fraction]:
    """Of a polynomial, from the constant on, by its values: Newton's divided differences, multiplied out."""
    row = [function(Fraction(k)) for k in range(degree + 1)]
    table_ = []
    for k in range(degree + 1):
        table_.append(row[0])
        row = [(b - a) / (k + 1) for a, b in pairwise(row)]
    found = [Fraction(0)] * (degree + 1)
    for k in range(degree, -1, -1):                # found = found (x - k) + difference
        found = [(found[j - 1] if j else Fraction(0)) - k * found[j] for j in range(degree + 1)]
        found[0] += table_[k]
    assert function(Fraction(-7)) == sum(value * Fraction(-7)**j for j, value in enumerate(found))
    return found


def real_roots(values: list[Fraction]) -> list[mpmath.mpf]:
    while values and not values[-1]:
        values = values[:-1]
    roots = mpmath.polyroots([mpmath.mpf(value.numerator) / value.denominator for value in reversed(values)], maxsteps=200)
    return sorted(mpmath.re(root) for root in roots if abs(mpmath.im(root)) < 1e-9)


def differentiated(values: list[Fraction]) -> list[Fraction]:
    return [k * value for k, value in enumerate(values)][1:]


def by_letter(cost: Cost, name: str, at: Point, degree: int = 4) -> list[Fraction]:
    """The slope along one letter, as a polynomial in it."""
    return differentiated(coefficients(lambda value: cost({**at, name: value}), degree))


def value(values: list[Fraction], x: object) -> object:
    return sum(each * x**k for k, each in enumerate(values))


def stationary(item) -> None:
    cost = Cost(item)
    found = {}
    for paragraph in item.answer:
        words = said([paragraph])
        at = numbers(words)
        height, kind = re.search(r", \$J = (-?\d+)\$: (.*)$", words).groups()
        assert cost(at) == Fraction(height)
        found[tuple(at[name] for name in cost.names)] = kind
    assert found == (_of_one if len(cost.names) == 1 else _of_two)(cost)


def _of_one(cost: Cost) -> dict:
    name, = cost.names
    slope = by_letter(cost, name, {})
    return {(Fraction(round(x)),): "minimum" if value(differentiated(slope), x) > 0 else "maximum" for x in real_roots(slope)}


def _of_two(cost: Cost) -> dict:
    """y from its slope, which is linear in y; then the slope by x along these y is a polynomial in x."""
    x, y = cost.names

    def rest(at: Fraction) -> Fraction:
        constant, rise, *more = by_letter(cost, y, {x: at})
        assert not any(more)
        return -constant / rise

    def along(at: Fraction) -> Fraction:
        return value(by_letter(cost, x, {y: rest(at)}), at)

    found = {}
    for root in map(round, real_roots(coefficients(along, 3))):
        point = {x: Fraction(root), y: rest(Fraction(root))}
        a, c = (value(differentiated(by_letter(cost, name, point)), point[name]) for name in (x, y))
        corner = [cost({x: point[x] + i, y: point[y] + j}) for i, j in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
        mixed = (corner[0] - corner[1] - corner[2] + corner[3]) / 4
        kind = "saddle point" if a * c - mixed**2 < 0 else "minimum" if a > 0 else "maximum"
        found[point[x], point[y]] = kind
    return found


# Tables

def rss_table(item) -> None:
    lines = [read(sides(block)[-1], Fraction) for block in equations(item.question)]
    totals = []
    for k, line in enumerate(lines):
        asked, filled = table(item.question, k), table(item.solution, k)
        for blank, row in zip(asked.rows, filled.rows, strict=True):
            x, y, prediction, residual, squared = map(Fraction, row)
            assert blank == (*row[:2], "", "", "")
            assert line({"x": x}) == prediction and y - prediction == residual and residual**2 == squared
        totals.append(sum(Fraction(row[-1]) for row in filled.rows))
    count = len(table(item.question).rows)
    if len(lines) == 2:
        words = r"RSS = (\d+) for the first line, (\d+) for the second: the (first|second) fits better."
        first, second, better = re.fullmatch(words, said(item.answer)).groups()
        assert [int(first), int(second)] == totals and better == ("first" if totals[0] < totals[1] else "second")
    else:
        answers = {sides(block)[0]: Fraction(sides(block)[-1]) for block in equations(item.answer)}
        known = {"RSS": totals[0], "MSE": totals[0] / count}
        asked = set(re.findall(r"\((RSS|MSE|RMSE)\)", said(item.question)))
        assert {name[8:-1] for name in answers} == asked
        assert all(answers[rf"\mathrm{{{name}}}"] == known[name] for name in asked & set(known))
        assert "RMSE" not in asked or answers[r"\mathrm{RMSE}"]**2 == known["MSE"]
    numbers_agree(item)


# Short answers

def _way(slope: str) -> str:
    return "smaller" if Fraction(slope) > 0 else "larger"


def _costs(found: re.Match) -> list[Fraction]:
    return [Fraction(cost) for cost in found.group(2).split(", ")]


def _about_costs(found: re.Match) -> str:
    costs = _costs(found)
    factors = [now / before for before, now in pairwise(costs)]
    assert max(factors) - min(factors) < Fraction(1, 500)
    return ("The cost grows with every step: the rate is too large" if min(factors) > 1 else
            "The cost falls, but hardly: the rate is too small" if min(factors) > Fraction(97, 100) else "nothing of this")


def _about_ratio(found: re.Match) -> str:
    ratio = Fraction(found.group(2)) / Fraction(found.group(1))
    after = 1 - 2 * (1 - ratio)                    # from 1 to the minimum of w² at 0
    told = ("was small" if after > Fraction(3, 4) else "went as far as the minimum" if after == 0 else
            "went past the minimum, nearly as far on the other side: the cost fell by little" if -1 < after < Fraction(-3, 4) else
            "went so far past the minimum that the cost rose" if after < -1 else "nothing of this")
    assert Fraction(re.search(r"The ratio is (-?[\d.]+)\. ", found.answer).group(1)) == ratio
    return f". The step {told}"


_ASKED: dict[str, Callable[..., str]] = {
    r"At the current (\w) the slope of the cost is (-?\d+)\. Should \1 become larger or smaller\? Why\?":
        lambda found: f"{found.group(1)} should become {_way(found.group(2))}: the cost "
                      f"{'rises' if _way(found.group(2)) == 'smaller' else 'falls'} as {found.group(1)} grows",
    r"With the rate ([\d.]+) the cost after each step is ([\d., ]+)\. .*": _about_costs,
    r"The rate stays [\d.]+ all .* Why do the steps still become smaller\?":
        lambda found: "A step is the rate times the slope. Towards the minimum the slope goes to 0",
    r"The slope of the cost in m is (-?\d+), and m changes by (-?[\d.]+)\. .*":
        lambda found: f", which is {float(Fraction(found.group(1)) * Fraction(found.group(2))):g}. ",
    r"A descent stands still at \w = \d+\. .*": lambda found: "The slope is 0 there. It need not be a minimum",
    r"Calculus expected the cost to change by (-\d+); it changed by (-?[\d.]+)\. .*": _about_ratio,
    r"The gradient of a cost in \(m, b\) is \((-?\d+), (-?\d+)\)\. In which .*":
        lambda found: f"m becomes {_way(found.group(1))} and b becomes {_way(found.group(2))}. At the minimum both",
    **REASONS,
}


class _Found:
    """A match with the answer beside it."""

    def __init__(self, match: re.Match, answer: str) -> None:
        self.group, self.groups, self.answer = match.group, match.groups, answer

    def __getitem__(self, place: int) -> str:
        return self.group(place)


def short_answer(item) -> None:
    question, answer = (said(blocks).replace("$", "") for blocks in (item.question, item.answer))
    matches = [(re.fullmatch(form, question), told) for form, told in _ASKED.items()]
    (match, told), = [pair for pair in matches if pair[0]]
    assert told(_Found(match, answer)) in answer

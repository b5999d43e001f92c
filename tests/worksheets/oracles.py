"""Oracles of the worksheets: for each kind of item, whether its printed answer is right.

They read what is printed, the LaTeX of the blocks, and work it out again with mpmath or exact fractions; none of them
knows a derivative, a descent or a proof of symcalc. `check(item)` raises AssertionError where an answer is wrong.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import mpmath
from descents import converges, predicted_actual, rss_table, short_answer, stationary, trace
from pictures import match_curve, read_curve
from printed import Function, Unreadable, letters, read, slopes_in
from printed_blocks import equations, said, sides, table, tex

CLOSE = mpmath.mpf("1e-9")
PLACES = tuple(map(mpmath.mpf, ("0.371", "1.213", "-0.617", "2.317")))


def same(one: object, other: object) -> bool:
    """Whether two values agree."""
    return mpmath.fabs(one - other) <= CLOSE * max(1, mpmath.fabs(one), mpmath.fabs(other))


def partial_of(function: Function, at: dict, name: str) -> object:
    return mpmath.diff(lambda x: function({**at, name: x}), at[name])


def slopes(formula: str, name: str, others: Sequence[str] = (), most: int = 2) -> Iterator[tuple[dict, object]]:
    """A few places in the domain, each with the slope of the formula by mpmath."""
    function, found = read(formula), 0
    for k, place in enumerate(PLACES):
        at = {name: place} | {other: PLACES[(k + j) % len(PLACES)] for j, other in enumerate(others, 1)}
        value = partial_of(function, at, name)
        if isinstance(value, mpmath.mpf) and found < most:
            found += 1
            yield at, value
    assert found, formula


def is_derivative(answer: str, formula: str, name: str, others: Sequence[str] = ()) -> bool:
    return all(same(read(answer)(at), value) for at, value in slopes(formula, name, others))


def the_function(item) -> tuple[str, str]:
    """f(x) = ... in the question: its letter and its formula."""
    name, formula = sides(equations(item.question)[0])
    return re.search(r"\((?:\\left)?(\w)", name.replace(r"\left", "")).group(1), formula


def follows(item, formula: str, name: str) -> None:
    """Every line of the derivation that is printed has the slope of the formula."""
    lines = [tex(step.expression) for block in item.solution for step in getattr(block, "lines", ())]
    assert len(lines) == item.length
    assert all(is_derivative(line, formula, name) for line in lines)


def differentiate(item) -> None:
    name, formula = the_function(item)
    assert said(item.question) == f"Differentiate with respect to ${name}$."
    (_, answer), = map(sides, equations(item.answer))
    assert is_derivative(answer, formula, name)
    follows(item, formula, name)


def place_in(item) -> Fraction:
    return Fraction(re.search(r"at \$\w = (-?\d+)\$", said(item.question)).group(1))


def slope_there(formula: str, name: str, a: Fraction) -> object:
    return mpmath.diff(lambda x: read(formula)({name: x}), mpmath.mpf(a.numerator))


def put_in(item, slope: object) -> None:
    """The line with the number in it has this value."""
    _, *shown = next(sides(block) for block in equations(item.solution) if re.match(r"\w'\(-?\d", sides(block)[0]))
    assert all(same(read(side)({}), slope) for side in shown)


def evaluate(item) -> None:
    name, formula = the_function(item)
    slope = slope_there(formula, name, place_in(item))
    (_, answer), = map(sides, equations(item.answer))
    assert re.fullmatch(r"-?\d+|-?\\frac\{\d+\}\{\d\}", answer), answer
    assert same(read(answer)({}), slope)
    put_in(item, slope)
    follows(item, formula, name)


def tangent(item) -> None:
    name, formula = the_function(item)
    a = place_in(item)
    line, change = (sides(block)[-1] for block in equations(item.answer))
    start, end = re.search(r"goes from \$?(-?[\d.]+)\$? to \$?(-?[\d.]+)\$?\?", said(item.question)).groups()
    slope = slope_there(formula, name, a)
    assert Fraction(start) == a
    assert same(read(formula)({name: mpmath.mpf(start)}), read(line)({name: mpmath.mpf(start)}))
    assert all(same(read(line)({name: x + 1}) - read(line)({name: x}), slope) for x in PLACES)
    assert same(read(change)({}), slope * mpmath.mpf(str(float(Fraction(end) - a))))
    put_in(item, slope)
    for block in equations(item.solution)[1:]:
        values = [read(side)({name: PLACES[1]}) for side in sides(block) if is_formula(side, name)]
        assert all(same(*pair) for pair in pairwise(values))


def is_formula(side: str, name: str) -> bool:
    try:
        read(side)({name: PLACES[1]})
    except (Unreadable, KeyError):
        return False
    return True


def partial(item) -> None:
    _, formula = sides(equations(item.question)[0])
    names = letters(formula)
    answers = [sides(block) for block in equations(item.answer)]
    found = [re.fullmatch(r"\\frac\{\\partial (\w)\}\{\\partial (\w)\}", name).group(2) for name, _ in answers]
    assert sorted(found) == sorted(names)
    for name, (_, answer) in zip(found, answers):
        assert is_derivative(answer, formula, name, [other for other in names if other != name])


ROWS = {"x_i": (0.3, 0.9, 1.6), "t_i": (1.1, -0.4, 0.8), "s_i": (-0.2, 0.5, 1.2), "y_i": (0.7, 2.1, -0.5),
        "h_i": (1.7, -0.1, 0.9),
        "z_i": (0.4, -0.9, 1.3)}


def gradient(item) -> None:
    _, formula = sides(equations(item.question)[0])
    parameters = [name for name in letters(formula) if not name.endswith("_i")]
    rows = {name: tuple(map(mpmath.mpf, values)) for name, values in ROWS.items()} | {"n": 3}
    point = {name: mpmath.mpf(value) for name, value in re.findall(r"\$(\w) = (-?\d+)\$", said(item.question))}
    function, asked = read(formula), []
    for block in equations(item.answer):
        name, answer, *value = sides(block)
        by = re.fullmatch(r"\\frac\{(?:\\partial |d )J\}\{(?:\\partial |d)(\w)\}", name).group(1)
        asked.append(by)
        for at in (point,) if point else [dict(zip(parameters, PLACES[k:])) for k in (0, 1)]:
            slope = partial_of(function, {**at, **rows}, by)
            assert all(same(read(side)({**at, **rows}), slope) for side in (answer, *value)), name
    assert sorted(asked) == sorted(parameters) and bool(point) == (item.level < 3)


def chain_steps(item) -> None:
    name, formula = the_function(item)
    inner, outer, inner_slope, outer_slope, whole = map(sides, equations(item.solution))
    (_, answer), = map(sides, equations(item.answer))
    assert inner[0] == "u" and [inner_slope[0], outer_slope[0]] == [rf"\frac{{du}}{{d{name}}}", rf"\frac{{d{outer[0]}}}{{du}}"]
    assert is_derivative(inner_slope[1], inner[1], name) and is_derivative(outer_slope[1], outer[1], "u")
    assert answer == whole[-1]
    asked = [f"${left} = {right}$" for left, right in (inner, outer, inner_slope, outer_slope)]
    assert said(item.answer).startswith("(a) {} and {} (b) {} and {} ".format(*asked))
    for at, slope in slopes(formula, name):
        u = read(inner[1])(at)
        assert same(read(outer[1])({"u": u}), read(formula)(at))
        assert all(same(read(side)({**at, "u": u}), slope) for side in whole[2:])


# Derivations in a table

def lines_of(item) -> list[list[str]]:
    """The number, the formula and the rule of every line; None where it is blank."""
    rows = [[cell if isinstance(cell, str) else tex(cell) for cell in row] for row in table(item.question).rows]
    assert [row[0] for row in rows] == list(map(str, range(len(rows))))
    return [[None if r"\underline" in cell else cell.removeprefix("= ") for cell in row[1:]] for row in rows]


def blanks(item) -> None:
    lines = lines_of(item)
    for block in item.answer:
        number, filled = block.parts
        line = lines[int(re.fullmatch(r"\((\d+)\) ", number).group(1))]
        assert line.count(None) == 1                    # a formula or the name of its rule, never both
        line[line.index(None)] = filled if isinstance(filled, str) else tex(filled)
    (first, _), *_ = lines
    name = re.match(r"\\frac\{d\}\{d(\w)\} ", first).group(1)
    formula, = slopes_in(first)
    assert all(is_derivative(line, formula, name) for line, _ in lines)
    for (before, _), (now, rule) in pairwise(lines):
        assert RULES[rule](Change(before, now, name)), (rule, before, now)


class Change:
    """What became of the slopes d/dx (...) between two lines."""

    def __init__(self, before: str, now: str, name: str) -> None:
        self.name, had, has = name, list(slopes_in(before)), list(slopes_in(now))
        self.gone = [part for part in had if had.count(part) > has.count(part)]
        self.new = [part for part in has if has.count(part) > had.count(part)]

    def all_gone(self, form: str) -> bool:
        """Whether slopes of this form went, and none came in their place."""
        return bool(self.gone) and not self.new and all(re.fullmatch(form.replace("x", self.name), part) for part in self.gone)

    def opened(self, holds: Callable[[str], bool]) -> bool:
        """Whether slopes of which this holds went, and came back in smaller parts."""
        return bool(self.gone) and all(map(holds, self.gone)) and max(map(len, self.new)) < max(map(len, self.gone))

    @property
    def is_algebra(self) -> bool:
        return not self.gone and not self.new


def _terms(part: str) -> int:
    """How many terms stand side by side outside of all brackets."""
    flat, before = part, ""
    while flat != before:
        before, flat = flat, re.sub(r"\([^()]*\)|\{[^{}]*\}", "", flat)
    return len(re.findall(r"(?<=\S) [+-] ", flat)) + 1


RULES: dict[str, Callable[[Change], bool]] = {
    "constant rule": lambda change: change.all_gone(r"\d+"),
    "identity rule": lambda change: change.all_gone("x"),
    "power rule": lambda change: change.all_gone(r"x\^\{\d+\}|\\frac\{1\}\{x(\^\{\d+\})?\}|\\sqrt\{x\}"),
    "exponential rule": lambda change: change.all_gone(r"e\^\{x\}"),
    "derivative of the sine": lambda change: change.all_gone(r"\\sin\(x\)"),
    "derivative of the cosine": lambda change: change.all_gone(r"\\cos\(x\)"),
    "derivative of the natural logarithm": lambda change: change.all_gone(r"\\ln\(x\)"),
    "derivative of the square root": lambda change: change.all_gone(r"\\sqrt\{x\}"),
    "sum rule": lambda change: change.opened(lambda part: _terms(part) > 1),
    "constant multiple rule": lambda change: len(change.new) == len(change.gone) > 0 and all(
        re.match(r"\d+ |\\frac\{\d+", part) for part in change.gone),
    "product rule": lambda change: change.opened(lambda part: _terms(part) == 1 and not re.match(r"\d", part)),
    "quotient rule": lambda change: change.opened(lambda part: part.startswith(r"\frac")),
    "chain rule": lambda change: change.opened(
        lambda part: bool(re.match(r"\(|e\^|\\sin|\\cos|\\ln|\\sqrt|\\frac\{1\}", part)) and _terms(part) == 1),
    **dict.fromkeys(("simplify the product", "multiply out", "cancel", "take out the common factor", "collect like terms"),
                    lambda change: change.is_algebra),
}


def mistake(item) -> None:
    lines = [row[0] for row in lines_of(item)]
    name = re.match(r"\\frac\{d\}\{d(\w)\} ", lines[0]).group(1)
    formula, = slopes_in(lines[0])
    wrong = int(re.match(r"Line (\d+) is wrong: ", said(item.answer)).group(1))
    at = next(at for at, _ in slopes(formula, name))
    values = [read(line)(at) for line in lines]
    assert [k for k in range(1, len(lines)) if not same(values[k], values[k - 1])] == [wrong]
    asked, answer = sides(equations(item.answer)[0])
    mended = sides(equations(item.solution)[0])
    assert asked == lines[0] == mended[0] and not slopes_left(answer)
    assert is_derivative(answer, formula, name) and is_derivative(mended[1], formula, name)
    follows(item, formula, name)


def slopes_left(line: str) -> bool:
    return bool(list(slopes_in(line)))


def choice(item) -> None:
    name, formula = the_function(item)
    options = [block.parts for block in item.question if getattr(block, "parts", ("",))[0][:1] == "("]
    letters_of = [mark.strip() for mark, _ in options]
    assert letters_of == ["(A)", "(B)", "(C)", "(D)"]
    right = [mark for mark, (_, answer) in zip(letters_of, options) if is_derivative(tex(answer), formula, name)]
    mark, answer = item.answer[0].parts
    assert [mark.strip()] == right and tex(answer) == tex(options[letters_of.index(right[0])][1])
    values = [read(tex(answer))({name: PLACES[0]}) for _, answer in options]
    assert not any(same(a, b) for k, a in enumerate(values) for b in values[:k])
    assert len([block for block in item.solution if getattr(block, "parts", ("",))[0][:1] == "("]) == 3
    follows(item, formula, name)


def free(item) -> None:
    asked, answer = sides(equations(item.answer)[0])
    name = re.match(r"\\frac\{d\}\{d(\w)\} ", asked).group(1)
    formula = sides(equations(item.question)[0])[0]
    assert is_derivative(answer, formula, name, [other for other in letters(formula) if other != name])


ORACLES: dict[str, Callable[[object], None]] = {oracle.__name__: oracle for oracle in (
    differentiate, evaluate, tangent, partial, gradient, chain_steps, blanks, mistake, choice, trace, predicted_actual,
    converges, stationary, rss_table, short_answer, read_curve, match_curve, free)}


def check(item) -> None:
    """AssertionError, with what the item asks, where its answer is wrong."""
    try:
        ORACLES[item.kind](item)
    except (AssertionError, KeyError, Unreadable) as error:
        raise AssertionError(f"{item.kind}, level {item.level}, seed {item.seed}: {item.source}: {error}") from error



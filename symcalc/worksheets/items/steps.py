"""Items on the way to a derivative: the chain rule in three steps, and derivations with blanks to fill."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from sympy import Expr

from symcalc.calculus.derivation import derive
from symcalc.calculus.unfolding import Line
from symcalc.pages.document import Block, Equation, Formula, Inline, Paragraph, Table, paragraph
from symcalc.pages.notation import latex, text
from symcalc.pages.rendering import formula_of
from symcalc.worksheets.items.bricks import (
    Twin,
    bowl,
    coprime,
    cosine,
    exponential,
    letter,
    logarithm,
    number,
    raised,
    root,
    sine,
    straight,
    symbol,
    term,
    times,
    total,
)
from symcalc.worksheets.items.derivatives import BY_RULE, derived, equals, function_of, named, slope_of
from symcalc.worksheets.items.draw import Draw
from symcalc.worksheets.items.families import RULES, Maker, checked_rule, drawn
from symcalc.worksheets.items.item import Item, Kind, WorksheetError
from symcalc.worksheets.items.proving import confirmed, lines_confirmed
from symcalc.written import is_number, mul, replaced

_U = "u"
Split = tuple[Callable[[Twin], Twin], Twin]


def _power_of(inside: Callable[..., Twin], low: int = 3, high: int = 6) -> Callable[[Draw, Twin], Split]:
    def make(draw: Draw, x: Twin) -> Split:
        n = draw.whole(low, high)
        return lambda u: raised(u, n), inside(draw, x)
    return make


def _of(outer: Callable[[Twin], Twin], inside: Callable[..., Twin], positive: bool = False) -> Callable[[Draw, Twin], Split]:
    return lambda draw, x: (outer, inside(draw, x, positive) if positive else inside(draw, x))


def _two_powers(draw: Draw, x: Twin, positive: bool = False) -> Twin:
    a = draw.whole(2, 6)
    return total(term(a, x, draw.whole(2, 3)), times(coprime(draw, 2, 9, a, signed=not positive), x))


def _with_e(draw: Draw, x: Twin) -> Twin:
    return total(exponential(times(draw.whole(2, 6), x)), number(draw.whole(2, 9)))


_SPLITS: Mapping[int, tuple[Callable[[Draw, Twin], Split], ...]] = {
    1: (_power_of(straight), _power_of(bowl)),
    2: (_power_of(_two_powers), _of(exponential, bowl), _of(sine, _two_powers)),
    3: (_of(root, bowl, positive=True), _of(logarithm, bowl, positive=True), _of(cosine, _two_powers, positive=True),
        _power_of(straight, -4, -2)),
    4: (_power_of(_with_e), _of(root, _with_e), _power_of(lambda draw, x: sine(times(draw.whole(2, 6), x)), 3, 6)),
}


def _chain_steps(draw: Draw, level: int) -> Item | None:
    f, x = named(draw)
    outer, inside = draw.form("split").choice(_SPLITS[level])(draw, letter(x))
    whole, by_u = outer(inside), outer(letter(_U))
    made = derived(whole, x)
    if made is None:
        return None
    derivation, checks = made
    first, second = derive(by_u.formula, symbol(_U)), derive(inside.formula, symbol(x))
    checks += sum(len(each.proof.checks) for each in (first, second))
    checks += confirmed(by_u, first.result, _U) + confirmed(inside, second.result, x)
    u, outer_slope, inner_slope = symbol(_U), _leibniz(f, _U), _leibniz(_U, x)
    both = Formula(text=f"{outer_slope.text} · {inner_slope.text}", latex=rf"{outer_slope.latex} \cdot {inner_slope.latex}")
    put_together = replaced(first.result, {u: inside.formula}.get)
    sides = [slope_of(f, x), both, _times(first.result, second.result), _times(put_together, second.result)]
    if text(derivation.result) != sides[-1].text:
        sides.append(derivation.result)
    return Item(
        kind="chain_steps", level=level, seed=draw.seed, points=3 + level, space=6 + level, checks=checks,
        question=(paragraph("Differentiate by the chain rule, in three steps."), Equation((function_of(f, x), whole.formula)),
                  paragraph("(a) Split: name the inner function u, and write ", symbol(f), " in terms of u."),
                  paragraph("(b) Differentiate each of the two."), paragraph("(c) Put them together, without u.")),
        answer=(Paragraph(("(a) ", equals(u, inside.formula), " and ", equals(symbol(f), by_u.formula))),
                Paragraph(("(b) ", equals(inner_slope, second.result), " and ", equals(outer_slope, first.result))),
                paragraph("(c) Put together:"), Equation((slope_of(f, x), derivation.result))),
        solution=(paragraph("(a) The inner and the outer function:"), Equation((u, inside.formula)),
                  Equation((symbol(f), by_u.formula)), paragraph("(b) Each differentiated:"),
                  Equation((inner_slope, second.result)), Equation((outer_slope, first.result)),
                  paragraph("(c) Put together, with ", inside.formula, " in for u at the end:"), Equation(tuple(sides))),
        hints=(paragraph("What is done last when the formula is worked out? That is the outer function."),),
        source=f"chain steps {text(whole.formula)}", length=len(derivation.lines), expected=derivation.result)


def _times(outer: Expr, inner: Expr) -> Formula:
    """The two slopes as factors in this order, a number behind the dot too: 4u³ · 5."""
    if not is_number(inner):
        return formula_of(mul(outer, inner))
    behind = formula_of(inner) if inner > 0 else Formula(text=f"({text(inner)})", latex=rf"\left({latex(inner)}\right)")
    return Formula(text=f"{text(outer)} · {behind.text}", latex=rf"{latex(outer)} \cdot {behind.latex}")


def _leibniz(f: str, x: str) -> Formula:
    return Formula(text=f"d{f}/d{x}", latex=rf"\frac{{d{f}}}{{d{x}}}")


# Blanks

BLANK = Formula(text="_" * 16, latex=r"\underline{\hspace{12em}}")
_BLANK_RULE = Formula(text="_" * 12, latex=r"\underline{\hspace{8em}}")
BLANKS = (BLANK, _BLANK_RULE)
_WAYS: Mapping[int, tuple[str, ...]] = {1: ("power", "chain"), 2: ("chain", "product", "quotient"),
                                        3: ("product", "chain", "trigonometric", "logarithm"),
                                        4: ("product", "chain", "quotient", "exponential")}


def ways(draw: Draw, level: int, rule: str | None = None) -> tuple[Maker, ...]:
    """The forms of derivations to read: those of the rule, or of one that suits the level."""
    return RULES[checked_rule(rule, level) or draw.form("rule").choice(_WAYS[level])][level]


def numbered(lines: Sequence[Line], blanks: Collection[int] = (), rules: bool = True,
             unnamed: Collection[int] = ()) -> Table:
    """The lines with their numbers and rules, blanks where a learner is to fill them in."""
    rows: list[tuple[Inline, ...]] = []
    for k, line in enumerate(lines):
        shown = BLANK if k in blanks else _led(line, k)
        rule = "" if line.rule is None else _BLANK_RULE if k in unnamed else line.rule.name
        rows.append((str(k), shown, rule) if rules else (str(k), shown))
    header = ("line", "", "rule") if rules else ("line", "")
    return Table(header=header, rows=tuple(rows), words=frozenset({1, 2}))


def _led(line: Line, k: int) -> Inline:
    found = line.expression
    return Formula(text=f"= {text(found)}", latex=f"= {latex(found)}") if k else found


def _blanks(draw: Draw, level: int, blanks: int | str | None = None, rule: str | None = None) -> Item | None:
    _, x = named(draw)
    twin = drawn(draw, ways(draw, level, rule), x)
    made = derived(twin, x)
    if made is None:
        return None
    derivation, checks = made
    checks += lines_confirmed(twin, [line.expression for line in derivation.lines], x)
    count = len(derivation.lines)
    order = draw.form("blanks").shuffled(range(1, count))
    hidden = sorted(order[:_how_many(blanks, level, count - 1)])
    unnamed = sorted(order[-2:]) if level == 1 else [k for k in order if level == 3]
    unnamed = sorted(set(unnamed) - set(hidden)) if blanks is None else []
    filled: list[Block] = [Paragraph((f"({k}) ", *([derivation.lines[k].expression] if k in hidden else
                                                   [derivation.lines[k].rule.name]))) for k in sorted({*hidden, *unnamed})]
    asked = "Fill the blanks of the derivation." if not unnamed else \
        "Fill the blanks: which rule leads to the line?" if not hidden else \
        "Fill the blanks: lines of the derivation, and names of the rules that lead to them."
    return Item(
        kind="blanks", level=level, seed=draw.seed, points=max(2, (len(hidden) + len(unnamed) + 1) // 2), space=0,
        checks=checks, question=(paragraph(asked), numbered(derivation.lines, hidden, unnamed=unnamed)), answer=tuple(filled),
        solution=derivation.working(), hints=_hints(derivation.lines, hidden, unnamed),
        source=f"blanks {hidden} {unnamed} in {text(twin.formula)}", length=count)


def _hints(lines: Sequence[Line], hidden: Sequence[int], unnamed: Sequence[int]) -> tuple[Paragraph, ...]:
    """The formula of a rule that is named, where a line is to be written; what to look at, where a name is missing."""
    named = next((k for k in hidden if k not in unnamed), None)
    look = paragraph("Each line changes one thing in the line before it: look for what is new there.")
    if named is None:
        return (look,)
    step = lines[named].step()
    return (look, paragraph(f"For line {named}: {step.rule}, ", step.formula or "", "."))


def _how_many(blanks: object, level: int, lines: int) -> int:
    """How many lines are left blank: what the spec says, or by level none, two, half or all."""
    if blanks is None:
        return {1: 0, 2: 2, 3: (lines + 1) // 2, 4: lines}[level]
    if blanks == "all":
        return lines
    if isinstance(blanks, bool) or not isinstance(blanks, int) or blanks < 0:
        raise WorksheetError(f'blanks is a whole number from 0 on, or "all", not {blanks!r:.40}')
    return min(blanks, lines)


STEPS = (
    Kind(name="chain_steps", about="the chain rule in three steps: split, differentiate each, put together",
         levels=(1, 2, 3, 4), make=_chain_steps),
    Kind(name="blanks", about="a derivation with blanks to fill", levels=(1, 2, 3, 4), make=_blanks,
         params=MappingProxyType({"blanks": 'how many lines are blank: a whole number, or "all"', **BY_RULE})),
)

"""From a tape to functions in LLVM's code: the sums over the rows, value and gradient, a step, a whole descent.

The statements are those of the generated Python, read by fused/instructions.py. The rows are gone through in parts of a
fixed size, whose sums are added in order, so that a result is the same however many threads work on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from symcalc.compute.fused.elementary import log1p, softplus_added
from symcalc.compute.fused.instructions import Sections, assigned, expression, value_of
from symcalc.compute.fused.together import ENDED, helping
from symcalc.compute.fused.vectors import Code, Lanes, absolute, added, at, load, loop, store, where
from symcalc.compute.loops.steps import Form, updates_of

PART = 1_024             # rows that are summed up lane by lane by one thread, before the lanes' sums are added
SEEN = ("before", "once", "twice", "slope", "most", "least", "total")
"""What a race sees of each run on the way: the first moving parameter one step ago; by how much it differs at least from where
it was one step before, and two; its least slope; the greatest and the least cost, and their sum, finite if they all are."""
_COLD = '!0 = !{!"branch_weights", i32 1, i32 10000}'


@dataclass(slots=True)
class Source:
    """Functions in LLVM's code for one tape, and what they call."""

    sections: Sections
    steps: Form | None = None
    functions: list[str] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)

    def function(self, name: str, arguments: str, code: Code, returned: str = "void") -> None:
        """One more, of instructions that end in its return; no two of its arrays overlap."""
        self.called |= code.called
        self.functions.append("\n".join([f"define {returned} @{name}({arguments}) {{", *code.lines, "}"]))

    @property
    def text(self) -> str:
        """The whole module."""
        return "\n".join([*self.called.values(), *self.functions, _COLD])

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return len(self.sections.tape.parameters)

    def given(self, code: Code) -> dict[str, Any]:
        """The numbers that stay the same, loaded."""
        return {name: load(at(code, "%given", k)) for k, name in enumerate(self.sections.names)}

    def given_point(self, code: Code) -> dict[str, Any]:
        """The same, and the parameters at a point."""
        return self.given(code) | {f"p{k}": load(at(code, "%point", k)) for k in range(self.size)}

    # Loss and gradient

    def sums(self, lanes: int) -> None:
        """The sums over the rows of the parts from `first` up to `last`, part by part."""
        code, sections = Code(contract=True), self.sections
        known, rows = self.given_point(code), Lanes(code, "%rows", "i64", 1)
        for name, node in sections.before:
            known[name] = value_of(node, known, code)
        columns = {name: load(at(code, "%columns", k, "ptr"), element="ptr") for k, name in enumerate(sections.columns)}
        nothing = {name: code.constant(0.0, lanes) for name, _ in sections.totals}
        products = {name: f"{name}.product" for name in sections.softplus}
        carried = nothing | dict.fromkeys(products.values(), code.constant(0.0, lanes))
        with loop(code, Lanes(code, "%first", "i64", 1), Lanes(code, "%last", "i64", 1)) as part:
            begin = part.i * PART
            end = _least(begin + PART, rows)
            with loop(code, begin, end, lanes, carried) as row:
                there = (end - row.i).spread(lanes).compared("sgt", code.counted(lanes))
                for name, column in columns.items():
                    known[name] = load(at(code, column.name, row.i), there)
                for name, node in sections.rows:
                    known[name] = value_of(node, known, code)
                for name, factors in sections.totals:
                    first, *other = (value_of(factor, known, code).spread(lanes) for factor in factors)
                    found = {name: row.now[name] + (first * other[0] if other else first)}
                    if name in products:
                        found = dict(zip((name, products[name]), softplus_added(
                            first, row.now[name], row.now[products[name]]), strict=True))
                    row.now |= {each: where(there, value, row.now[each]) for each, value in found.items()}
            for k, name in enumerate(nothing):
                total = row.now[name] + log1p(row.now[products[name]]) if name in products else row.now[name]
                store(added(total), at(code, "%sums", part.i * len(nothing) + k))
        code.lines.append("  ret void")
        self.function("sums", "ptr %point, ptr noalias %columns, ptr noalias %given, i64 %rows, i64 %first, i64 %last, "
                      "ptr noalias %sums", code)

    def results(self, code: Code, known: dict[str, Any]) -> list[Lanes]:
        """The loss and its slopes, where parameters, numbers given and the sums of all parts are known."""
        if names := [name for name, _ in self.sections.totals]:
            nothing = dict.fromkeys(names, code.constant(0.0, 1))
            with loop(code, code.constant(0, 1, "i64"), Lanes(code, "%last", "i64", 1), 1, nothing) as part:
                for k, name in enumerate(names):
                    part.now[name] = part.now[name] + load(at(code, "%sums", part.i * len(names) + k))
            known |= part.now
        for name, node in (*self.sections.before, *self.sections.after):
            known[name] = value_of(node, known, code)
        return [_number(value_of(expression(source), known, code), code) for source in self.sections.results]

    def finish(self) -> None:
        """The loss and its slopes at a point, from the sums of all parts."""
        code = Code()
        for k, value in enumerate(self.results(code, self.given_point(code))):
            store(value, at(code, "%found", k))
        code.lines.append("  ret void")
        self.function("finish", "ptr %point, ptr noalias %given, ptr noalias %sums, i64 %last, ptr %found", code)

    # Steps

    @property
    def places(self) -> dict[str, int]:
        """What a step starts from, with its places in the history's rows: the point, behind the cost the slopes, the state."""
        size, state = self.size, len(self.steps.letters.state)
        names = [*(f"p{j}" for j in range(size)), "cost", *(f"g{j}" for j in range(size)),
                 *(f"s{row}_{j}" for row in range(state) for j in range(size))]
        return {name: place for place, name in enumerate(names) if name != "cost"}

    @property
    def width(self) -> int:
        """The length of such a row, which has the cost and the rate, too."""
        return len(self.places) + 2

    def update(self, code: Code, known: dict[str, Any]) -> None:
        """The method's equations: what is known of a point becomes what is known of the next, but for its slopes."""
        tape, _, lines = updates_of(self.steps)
        for line in (*tape.before, *lines):
            known |= {name: value_of(node, known, code) for name, node in assigned(line)}

    def step(self, code: Code, known: dict[str, Any], row: str) -> None:
        """The update, with what it leads to put into the history's next row."""
        self.update(code, known)
        for name, place in {**self.places, "rate": self.width - 1}.items():
            if not name.startswith("g"):
                store(_number(known[name], code), at(code, row, place))

    def descent(self, shared: bool) -> None:
        """One or more steps from a row of the history on; how many of them led to finite numbers.

        Where the rows are `shared`, as the one who leads in fused/together.py.
        """
        code, places = Code(), self.places
        given, zero = self.given(code), code.constant(0, 1, "i64")
        first = {name: load(at(code, "%row", place)) for name, place in places.items()}
        first["k"] = Lanes(code, "%number", "double", 1)
        with loop(code, zero, Lanes(code, "%count", "i64", 1), 1, first) as steps:
            known = given | steps.now | {"rate": load(at(code, "%rates", steps.i))}
            row = at(code, "%history", steps.i * self.width).name
            self.step(code, known, row)
            if shared:
                code.lines.append(f"  call void @meet({steps.i}, ptr %history, i64 {self.width}, ptr %columns, ptr %given, "
                                  "i64 %rows, i64 %last, ptr %sums, ptr %meeting, i64 %share, ptr %yield)")
            elif self.sections.totals:
                code.lines.append(f"  call void @sums(ptr {row}, ptr %columns, ptr %given, i64 %rows, i64 0, i64 %last, "
                                  "ptr %sums)")
            cost, *slopes = self.results(code, known)
            for k, value in enumerate((cost, *slopes), start=self.size):
                store(value, at(code, row, k))
            known |= {f"g{j}": slope for j, slope in enumerate(slopes)} | {"k": known["k"] + 1.0}
            steps.now = {name: _number(known[name], code) for name in first}
            rest = code.constant(0.0, 1)
            for value in (cost, *steps.now.values()):                 # x - x is 0 where x is finite, else nan
                rest = rest + (value - value)
            steps.while_true = finite = rest.compared("oeq", 0.0)
        made = where(finite, steps.i + 1, steps.i)
        arguments = ("ptr %row, ptr noalias %rates, i64 %count, double %number, ptr %history, ptr noalias %columns, "
                     "ptr noalias %given, i64 %rows, i64 %last, ptr %sums")
        if shared:
            code.lines.append(f"  store atomic i64 {ENDED}, ptr %meeting release, align 8")
            arguments += ", ptr %meeting, i64 %share, ptr %yield"
            self.functions.append(helping())
        code.lines.append(f"  ret {made}")
        self.function("lead" if shared else "descend", arguments, code, "i64")

    def race(self, lanes: int, kept: bool) -> None:
        """Many steps of runs side by side; every step is `kept` in the row that follows, or with one rate, the last in row 1.

        Of a method without a state `once` is not looked for: who stays where it is then stays for good, which `twice` tells.
        """
        code, where_kept, state = Code(), self._where_kept(), self.steps.letters.state
        if not kept:
            where_kept |= {name: ("%seen", len(SEEN), place) for place, name in enumerate(SEEN) if name != "once" or state}
        given, runs, zero = self.given(code), Lanes(code, "%runs", "i64", 1), code.constant(0, 1, "i64")
        with loop(code, Lanes(code, "%begin", "i64", 1), Lanes(code, "%end", "i64", 1)) as block:
            run = block.i * lanes
            there = (runs - run).spread(lanes).compared("sgt", code.counted(lanes))

            def place(name: str, row: Lanes) -> Lanes:
                array, width, place = where_kept[name]
                return at(code, array, (row * width + place) * runs + run)

            def keep(row: Lanes, values: dict[str, Lanes]) -> None:
                for name in (*first, "cost"):
                    if name != "k":
                        store(values[name], place(name, zero if name in SEEN else row), there)

            first = {name: load(place(name, zero), there) for name in where_kept if name not in ("cost", "scale")}
            first["k"] = Lanes(code, "%number", "double", 1)
            rate = load(place("scale", zero), there)
            with loop(code, zero, Lanes(code, "%count", "i64", 1), 1, first) as steps:
                known = given | steps.now | {"rate": load(at(code, "%rates", steps.i)) * rate if kept else rate}
                self.update(code, known)
                known |= zip(("cost", *(f"g{j}" for j in range(self.size))), self.results(code, known), strict=True)
                if not kept:
                    known |= self._seen(steps.now, known)
                new = {name: _number(known[name], code).spread(lanes) for name in (*first, "cost") if name != "k"}
                if kept:
                    keep(steps.i + 1, new)
                steps.now = {**{name: value for name, value in new.items() if name != "cost"}, "k": known["k"] + 1.0}
            if not kept:
                keep(code.constant(1, 1, "i64"), new)
        code.lines.append("  ret void")
        self.function("race", "ptr noalias %points, ptr noalias %gradients, ptr noalias %states, ptr noalias %costs, "
                      "ptr noalias %rates, ptr noalias %scales, ptr noalias %seen, i64 %runs, i64 %count, double %number, "
                      "ptr noalias %given, i64 %begin, i64 %end", code)

    def _seen(self, then: dict[str, Lanes], now: dict[str, Any]) -> dict[str, Lanes]:
        """What is seen with one step more."""
        first, cost = self.steps.moving[0], now["cost"]
        here, there = now[f"p{first}"], then[f"p{first}"]
        once = {"once": _nearer(here - there, then["once"])} if "once" in then else {}
        return {"before": there, **once,
                "twice": _nearer(here - then["before"], then["twice"]), "slope": _nearer(now[f"g{first}"], then["slope"]),
                "most": where(cost.compared("ogt", then["most"]), cost, then["most"]), "least": _lower(cost, then["least"]),
                "total": then["total"] + cost}

    def _where_kept(self) -> dict[str, tuple[str, int, int]]:
        """For what a race carries: its array, how many numbers that has for each run and row, and which of them it is."""
        moving, letters = self.steps.moving, len(self.steps.letters.state)
        order: Sequence[int] = [*moving, *(j for j in range(self.size) if j not in moving)]
        return {"cost": ("%costs", 1, 0), "scale": ("%scales", 1, 0),
                **{f"p{j}": ("%points", self.size, place) for place, j in enumerate(order)},
                **{f"g{j}": ("%gradients", self.size, place) for place, j in enumerate(order)},
                **{f"s{row}_{j}": ("%states", letters * len(moving), row * len(moving) + place)
                   for row in range(letters) for place, j in enumerate(moving)}}


def _least(one: Lanes, other: Lanes) -> Lanes:
    return where(one.compared("slt", other), one, other)


def _lower(one: Lanes, other: Lanes) -> Lanes:
    return where(one.compared("olt", other), one, other)


def _nearer(one: Lanes, other: Lanes) -> Lanes:
    """The size of the one, if it is smaller than the other, by their bits: where floats are multiplied, whole numbers wait."""
    return _least(absolute(one).bits(), other.bits()).double()


def _number(value: Lanes | float, code: Code) -> Lanes:
    return value.number() if isinstance(value, Lanes) else code.constant(value, 1)

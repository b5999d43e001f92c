"""From a tape to functions in LLVM's code: the sums over the rows, value and gradient, a step, a whole descent.

The statements are those of the generated Python, read by compute/instructions.py. The rows are gone through in parts of a
fixed size, whose sums are added in order, so that a result is the same however many threads work on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symcalc.compute.instructions import Parts, assigned, expression, value_of
from symcalc.compute.loop import Steps, _updates
from symcalc.compute.vectors import Code, Lanes

PART = 16_384            # rows whose sums one thread works out by itself
_BLOCK = 1_024           # rows that are summed up lane by lane, before the lanes' sums are added to those of the part


@dataclass(slots=True)
class Source:
    """Functions in LLVM's code for one tape, and what they call."""

    parts: Parts
    steps: Steps | None = None
    functions: list[str] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)

    def function(self, name: str, arguments: str, code: Code, returned: str = "void") -> None:
        """One more, of instructions that end in its return."""
        self.called |= code.called
        self.functions.append("\n".join([f"define {returned} @{name}({arguments}) {{", *code.lines, "}"]))

    @property
    def text(self) -> str:
        """The whole module."""
        return "\n".join([*self.called.values(), *self.functions, '!0 = !{!"branch_weights", i32 1, i32 10000}'])

    @property
    def size(self) -> int:
        return len(self.parts.tape.parameters)

    def given(self, code: Code) -> dict[str, Lanes]:
        """The numbers that stay the same, loaded."""
        return {name: load(code, "%given", k) for k, name in enumerate(self.parts.names)}

    # Sums over the rows

    def sums(self, lanes: int) -> None:
        """The sums over the rows of the parts from `first` up to `last`, part by part."""
        code, parts = Code(contract=True), self.parts
        code.start("entry")
        known = self.given(code) | {f"p{k}": load(code, "%point", k) for k in range(self.size)}
        for name, node in parts.before:
            known[name] = value_of(node, known, code)
        pointers = {name: _pointer(code, "%columns", k) for k, name in enumerate(parts.columns)}
        wide, totals = f"<{lanes} x double>", range(len(parts.totals))
        code.lines += ["  br label %parts", "parts:", "  %part = phi i64 [ %first, %entry ], [ %part.next, %part.done ]",
                       "  %more = icmp slt i64 %part, %last", "  br i1 %more, label %part.begin, label %done",
                       "part.begin:", f"  %begin = mul i64 %part, {PART}", f"  %far.end = add i64 %begin, {PART}",
                       "  %past = icmp slt i64 %far.end, %rows", "  %end = select i1 %past, i64 %far.end, i64 %rows",
                       "  br label %blocks", "blocks:", "  %b = phi i64 [ %begin, %part.begin ], [ %b.far, %block.done ]",
                       *(f"  %t{k} = phi {wide} [ zeroinitializer, %part.begin ], [ %t{k}.next, %block.done ]" for k in totals),
                       f"  %b.far = add i64 %b, {_BLOCK}", "  %b.past = icmp slt i64 %b.far, %end",
                       "  %b.end = select i1 %b.past, i64 %b.far, i64 %end", "  br label %rows.begin"]
        code.start("rows.begin")
        hole = len(code.lines)
        left = code.value("sub i64 %b.end, %i", "i64", 1).spread(lanes)
        there = left.compared("sgt", _counted(code, lanes))
        for name, pointer in pointers.items():
            known[name] = _masked(code, code.value(f"getelementptr double, {pointer}, i64 %i", "ptr", 1), there)
        for name, node in parts.rows:
            known[name] = value_of(node, known, code)
        for k, (_, factors) in zip(totals, parts.totals):
            factors = [value_of(factor, known, code).spread(lanes) for factor in factors]
            before = Lanes(code, f"%s{k}", "double", lanes)
            product = factors[0] if len(factors) == 1 else factors[0] * factors[1]
            found = before + product
            code.lines.append(f"  %s{k}.next = select {there}, {found}, {before}")
        code.lines[hole:hole] = [
            f"  %i = phi i64 [ %b, %blocks ], [ %i.next, %{code.block} ]",
            *(f"  %s{k} = phi {wide} [ zeroinitializer, %blocks ], [ %s{k}.next, %{code.block} ]" for k in totals)]
        code.lines += [f"  %i.next = add i64 %i, {lanes}", "  %i.more = icmp slt i64 %i.next, %b.end",
                       "  br i1 %i.more, label %rows.begin, label %block.done", "block.done:",
                       *(f"  %t{k}.next = fadd {wide} %t{k}, %s{k}.next" for k in totals),
                       "  br i1 %b.past, label %blocks, label %part.done"]
        code.start("part.done")
        code.lines += [f"  %place = mul i64 %part, {len(totals)}", "  %there = getelementptr double, ptr %sums, i64 %place"]
        for k in totals:
            store(code, _added(Lanes(code, f"%t{k}.next", "double", lanes)), "%there", k)
        code.lines += ["  %part.next = add i64 %part, 1", "  br label %parts", "done:", "  ret void"]
        self.function("sums", "ptr %point, ptr noalias %columns, ptr noalias %given, i64 %rows, i64 %first, i64 %last, "
                      "ptr noalias %sums", code)

    def whole_sums(self, code: Code) -> dict[str, Lanes]:
        """The parts' sums, added in order."""
        names, before = [name for name, _ in self.parts.totals], code.block
        tag = code.fresh()
        code.lines.append(f"  br label %adding{tag}")
        code.start(f"adding{tag}")
        code.lines += [f"  %a{tag} = phi i64 [ 0, %{before} ], [ %a{tag}.next, %adding{tag} ]",
                       *(f"  %w{tag}.{k} = phi double [ 0.0, %{before} ], [ %w{tag}.{k}.next, %adding{tag} ]"
                         for k in range(len(names))),
                       f"  %l{tag} = mul i64 %a{tag}, {len(names)}",
                       f"  %q{tag} = getelementptr double, ptr %sums, i64 %l{tag}"]
        for k in range(len(names)):
            one = load(code, f"%q{tag}", k)
            code.lines.append(f"  %w{tag}.{k}.next = fadd double %w{tag}.{k}, {one.name}")
        code.lines += [f"  %a{tag}.next = add i64 %a{tag}, 1", f"  %m{tag} = icmp slt i64 %a{tag}.next, %last",
                       f"  br i1 %m{tag}, label %adding{tag}, label %added{tag}"]
        code.start(f"added{tag}")
        return {name: Lanes(code, f"%w{tag}.{k}.next", "double", 1) for k, name in enumerate(names)}

    # Value and gradient, and a step

    def results(self, code: Code, known: dict[str, Any]) -> list[Lanes]:
        """The loss and its slopes, where parameters, numbers given and sums are known."""
        if self.parts.totals:
            known |= self.whole_sums(code)
        for name, node in (*self.parts.before, *self.parts.after):
            known[name] = value_of(node, known, code)
        found = [value_of(expression(source), known, code) for source in self.parts.results]
        return [value if isinstance(value, Lanes) else code.constant(value, 1) for value in found]

    def finish(self) -> None:
        """The loss and its slopes at a point, from the sums of all parts."""
        code = Code()
        code.start("entry")
        known = self.given(code) | {f"p{k}": load(code, "%point", k) for k in range(self.size)}
        for k, value in enumerate(self.results(code, known)):
            store(code, value, "%found", k)
        code.lines.append("  ret void")
        self.function("finish", "ptr %point, ptr noalias %given, ptr noalias %sums, i64 %last, ptr %found", code)

    @property
    def carried(self) -> list[str]:
        """What a step starts from: the parameters, the slopes, the state, as the history's rows have them, without the cost."""
        size, state = self.size, len(self.steps.letters.state)
        return [*(f"p{j}" for j in range(size)), *(f"g{j}" for j in range(size)),
                *(f"s{row}_{j}" for row in range(state) for j in range(size))]

    @property
    def places(self) -> dict[str, int]:
        """Where in the history's rows these stand."""
        return {name: k + (k >= self.size) for k, name in enumerate(self.carried)}

    @property
    def width(self) -> int:
        """The length of such a row, which has the cost and the rate, too."""
        return len(self.carried) + 2

    def update(self, code: Code, known: dict[str, Any]) -> None:
        """The method's equations: what is known of a point becomes what is known of the next, but for its slopes."""
        tape, lines = _updates(self.steps)
        for line in (*tape.before, *lines):
            known |= {name: value_of(node, known, code) for name, node in assigned(line)}

    def move(self) -> None:
        """From a row of the history the point and the state of the next."""
        code, places = Code(), self.places
        code.start("entry")
        known = {name: load(code, "%row", place) for name, place in places.items()}
        known |= {"rate": Lanes(code, "%rate", "double", 1), "k": Lanes(code, "%k", "double", 1)}
        self.update(code, known)
        for name, place in places.items():
            if not name.startswith("g"):
                store(code, known[name], "%next", place)
        store(code, known["rate"], "%next", len(places) + 1)
        code.lines.append("  ret void")
        self.function("move", "ptr %row, double %rate, double %k, ptr %next", code)

    def descent(self) -> None:
        """Many steps from a row of the history on; how many of them led to finite numbers."""
        code, places = Code(), self.places
        width = self.width
        code.start("entry")
        known = self.given(code)
        first = {name: load(code, "%row", place) for name, place in places.items()}
        code.lines += ["  %some = icmp sgt i64 %count, 0", "  br i1 %some, label %step, label %none", "none:", "  ret i64 0"]
        code.start("step")
        hole = len(code.lines)
        now = known | {name: Lanes(code, f"%{name}", "double", 1) for name in (*places, "k")}
        code.lines += ["  %from = getelementptr double, ptr %rates, i64 %i", f"  %place = mul i64 %i, {width}",
                       "  %next = getelementptr double, ptr %history, i64 %place"]
        now["rate"] = load(code, "%from", 0)
        self.update(code, now)
        for name, place in places.items():
            if not name.startswith("g"):
                store(code, now[name], "%next", place)
        if self.parts.totals:
            code.lines.append("  call void @sums(ptr %next, ptr %columns, ptr %given, i64 %rows, i64 0, i64 %last, ptr %sums)")
        cost, *slopes = self.results(code, now)
        now |= {f"g{j}": slope for j, slope in enumerate(slopes)}
        for k, value in enumerate((cost, *slopes), start=self.size):
            store(code, value, "%next", k)
        store(code, now["rate"], "%next", width - 1)
        new = {name: now[name] if isinstance(now[name], Lanes) else code.constant(now[name], 1) for name in places}
        nothing = code.constant(0.0, 1)
        for value in (cost, *new.values()):                 # x - x is 0 where x is finite, else nan
            nothing = nothing + (value - value)
        finite = nothing.compared("oeq", 0.0)
        code.lines[hole:hole] = [
            f"  %i = phi i64 [ 0, %entry ], [ %i.next, %{code.block}.on ]",
            f"  %k = phi double [ %first, %entry ], [ %k.next, %{code.block}.on ]",
            *(f"  %{name} = phi double [ {first[name].name}, %entry ], [ {value.name}, %{code.block}.on ]"
              for name, value in new.items())]
        code.lines += [f"  br i1 {finite.name}, label %{code.block}.on, label %end", f"{code.block}.on:",
                       "  %i.next = add i64 %i, 1", "  %k.next = fadd double %k, 1.0",
                       "  %more = icmp slt i64 %i.next, %count", "  br i1 %more, label %step, label %end",
                       "end:", f"  %made = phi i64 [ %i, %{code.block} ], [ %i.next, %{code.block}.on ]", "  ret i64 %made"]
        self.function("descend", "ptr noalias %row, ptr noalias %rates, i64 %count, double %first, ptr noalias %history, "
                      "ptr noalias %columns, ptr noalias %given, i64 %rows, i64 %last, ptr noalias %sums", code, "i64")

    def race(self, lanes: int, kept: bool) -> None:
        """Many steps of runs side by side; every step is `kept` in the row that follows, or the last one in the next row."""
        code, moving = Code(), self.steps.moving
        order = [*moving, *(j for j in range(self.size) if j not in moving)]
        code.start("entry")
        given = self.given(code)
        code.lines += ["  br label %blocks", "blocks:", "  %block = phi i64 [ %begin, %entry ], [ %block.next, %done ]",
                       f"  %run = mul i64 %block, {lanes}", "  %left = sub i64 %runs, %run", "  br label %filled"]
        code.start("filled")
        there = Lanes(code, "%left", "i64", 1).spread(lanes).compared("sgt", _counted(code, lanes))

        def place(array: str, row: str, width: int, at: int) -> Lanes:
            """Where the block of runs is in this row of an array that has `width` numbers for each run."""
            first = Lanes(code, row, "i64", 1) * width + at
            place = first * Lanes(code, "%runs", "i64", 1) + Lanes(code, "%run", "i64", 1)
            return code.value(f"getelementptr double, ptr %{array}, {place}", "ptr", 1)

        held = {f"{letter}{j}": (array, self.size, at) for at, j in enumerate(order)
                for letter, array in (("p", "points"), ("g", "gradients"))} | {
            f"s{row}_{j}": ("states", len(moving) * len(self.steps.letters.state), row * len(moving) + at)
            for row in range(len(self.steps.letters.state)) for at, j in enumerate(moving)}
        first = {name: _masked(code, place(array, "0", width, at), there) for name, (array, width, at) in held.items()}
        scale = _masked(code, place("scales", "0", 1, 0), there)
        code.lines.append("  br label %step")
        code.start("step")
        hole = len(code.lines)
        code.lines.append("  %i.next = add i64 %i, 1")
        now = given | {name: Lanes(code, f"%{name}", "double", lanes) for name in held} | {"k": Lanes(code, "%k", "double", 1)}
        code.lines.append("  %from = getelementptr double, ptr %rates, i64 %i")
        now["rate"] = load(code, "%from", 0) * scale
        self.update(code, now)
        cost, *slopes = self.results(code, now)
        now |= {f"g{j}": slope for j, slope in enumerate(slopes)}
        new, final = {name: _spread(now[name], code, lanes) for name in held}, _spread(cost, code, lanes)

        def keep(row: str) -> None:
            for name, value in (*new.items(), ("cost", final)):
                array, width, at = held.get(name, ("costs", 1, 0))
                _store_masked(code, value, place(array, row, width, at), there)

        if kept:
            keep("%i.next")
        code.lines[hole:hole] = [
            f"  %i = phi i64 [ 0, %filled ], [ %i.next, %{code.block} ]",
            f"  %k = phi double [ %number, %filled ], [ %k.next, %{code.block} ]",
            *(f"  %{name} = phi {value.type} [ {first[name].name}, %filled ], [ {value.name}, %{code.block} ]"
              for name, value in new.items())]
        code.lines += ["  %k.next = fadd double %k, 1.0", "  %more = icmp slt i64 %i.next, %count",
                       "  br i1 %more, label %step, label %done", "done:"]
        if not kept:
            keep("1")
        code.lines += ["  %block.next = add i64 %block, 1", "  %again = icmp slt i64 %block.next, %end",
                       "  br i1 %again, label %blocks, label %finished", "finished:", "  ret void"]
        self.function("race", "ptr noalias %points, ptr noalias %gradients, ptr noalias %states, ptr noalias %costs, "
                      "ptr noalias %rates, ptr noalias %scales, i64 %runs, i64 %count, double %number, ptr noalias %given, "
                      "i64 %begin, i64 %end", code)


def load(code: Code, pointer: str, place: int) -> Lanes:
    """The number at this place."""
    there = code.value(f"getelementptr double, ptr {pointer}, i64 {place}", "ptr", 1)
    return code.value(f"load double, {there}, align 8", "double", 1)


def store(code: Code, value: Lanes | float, pointer: str, place: int) -> None:
    """The number put at this place."""
    value = value.number() if isinstance(value, Lanes) else code.constant(value, 1)
    there = code.value(f"getelementptr double, ptr {pointer}, i64 {place}", "ptr", 1)
    code.lines.append(f"  store {value}, {there}, align 8")


def _spread(value: Lanes | float, code: Code, lanes: int) -> Lanes:
    return (value.number() if isinstance(value, Lanes) else code.constant(value, 1)).spread(lanes)


def _pointer(code: Code, pointers: str, place: int) -> Lanes:
    there = code.value(f"getelementptr ptr, ptr {pointers}, i64 {place}", "ptr", 1)
    return code.value(f"load ptr, {there}, align 8", "ptr", 1)


def _counted(code: Code, lanes: int) -> Lanes:
    """0, 1, 2 and so on."""
    return Lanes(code, f"<{', '.join(f'i64 {lane}' for lane in range(lanes))}>", "i64", lanes)


def _masked(code: Code, start: Lanes, there: Lanes) -> Lanes:
    """The numbers from a place on, side by side; 0 in the lanes for which there are none."""
    eight, zero = Lanes(code, "8", "i32", 1), Lanes(code, "zeroinitializer", "double", there.lanes)
    name, wide = f"llvm.masked.load.v{there.lanes}f64.p0", f"<{there.lanes} x double>"
    return code.call(name, [start, eight, there, zero], wide, "double", there.lanes)


def _store_masked(code: Code, value: Lanes, start: Lanes, there: Lanes) -> None:
    name = f"llvm.masked.store.v{there.lanes}f64.p0"
    code.called[name] = f"declare void @{name}({value.type}, ptr, i32, {there.type})"
    code.lines.append(f"  call void @{name}({value}, {start}, i32 8, {there})")


def _added(values: Lanes) -> Lanes:
    """The lanes' sum, one half added to the other, and so on."""
    while values.lanes > 2:
        half = values.lanes // 2
        places = [", ".join(f"i32 {lane}" for lane in range(begin, begin + half)) for begin in (0, half)]
        low, high = (values.code.value(f"shufflevector {values}, {values.type} poison, <{half} x i32> <{chosen}>",
                                       "double", half) for chosen in places)
        values = low + high
    first, second = (values.code.value(f"extractelement {values}, i64 {lane}", "double", 1) for lane in (0, 1))
    return first + second

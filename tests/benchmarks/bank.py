"""A bank of worksheet items: every kind, level and seed built, proved, and checked by an oracle of its own.

    python tests/benchmarks/bank.py [SEEDS [KIND ...]]

By default 50 seeds of all kinds, which makes more than 3,000 items. No item fails to build, none has an answer that its
oracle does not find too (tests/worksheets/oracles.py, which reads the LaTeX and knows nothing of symcalc's derivatives),
none holds 1x, + -3, x^1 or the like (tests/worksheets/looks.py). Then whole sheets of 20 questions in four versions: no
item is there twice, the same question has the same kind, level and length of derivation in every version, in under 5 s a
sheet.
"""

import sys
import time
from pathlib import Path

import symcalc as sc
from symcalc.worksheets.blocks import all_questions
from symcalc.worksheets.items.item import Item, WorksheetError
from symcalc.worksheets.items.kinds import KINDS, build

sys.path.insert(0, str(Path(__file__).parent.parent / "worksheets"))
from looks import blemishes
from oracles import check

SEEDS = 50
SHEETS = 5
HEAD = ("kind", "level", "items", "failed", "checked", "wrong", "twice", "blemishes", "ms each", "slowest", "at seed")
WIDTHS = (17, 6, 6, 7, 8, 6, 6, 10, 8, 8, 8)


def row(cells: tuple[object, ...]) -> str:
    return "".join(f"{cell:<{width}}" if k == 0 else f"{cell:>{width}}" for k, (cell, width) in enumerate(zip(cells, WIDTHS)))


def one_kind(kind: str, level: int, seeds: int) -> tuple[int, ...]:
    """Items, failures, checked, wrong, twice, blemishes, milliseconds each, those of the slowest and its seed."""
    items, spent, failed = [], [], 0
    for seed in range(seeds):
        before = time.process_time()
        try:
            items.append(given(kind, level, seed))
        except WorksheetError as error:
            failed += 1
            print("   ", error)
        spent.append((1000 * (time.process_time() - before), seed))
    wrong = [said for item in items if (said := complaint(item))]
    ugly = [f"seed {item.seed}: {said}" for item in items for said in blemishes(item)]
    for said in [*wrong[:3], *ugly[:3]]:
        print("   ", said)
    twice = len(items) - len({item.source for item in items})
    slowest, at = max(spent)
    mean = sum(each for each, _ in spent) / len(spent)
    return len(items), failed, len(items), len(wrong), twice, len(ugly), round(mean), round(slowest), at


def given(kind: str, level: int, seed: int) -> Item:
    """An item of the kind; of those that teachers write, a formula of another kind is asked for."""
    if KINDS[kind].drawn:
        return build(kind, level, seed)
    function, formula = build("partial", level, seed).question[1].sides
    return build(kind, level, seed, expression=str(formula), wrt=function.args[0].name)


def complaint(item: Item) -> str:
    try:
        check(item)
    except AssertionError as error:
        return str(error)
    return ""


def sheets() -> None:
    """Whole sheets of one question of every kind and level 2, and a few more."""
    kinds = [{"kind": kind.name, "level": 2} for kind in KINDS.values() if kind.drawn]
    asked = [*kinds, *({"kind": kind, "level": 4} for kind in ("differentiate", "trace", "predicted_actual"))][:20]
    for seed in range(SHEETS):
        before = time.process_time()
        sheet = sc.Worksheet.from_spec({"title": "Bank", "versions": 4, "seed": seed, "sections": [{"items": asked}]})
        pages = [part.latex() for letter in sheet.letters for part in (sheet.version(letter), sheet.key(letter))]
        spent = time.process_time() - before
        versions = [[question.item for question in all_questions(sheet.version(letter).parts)] for letter in sheet.letters]
        sources = [item.source for items in versions for item in items]
        alike = sum(len({(item.kind, item.level, item.length) for item in same}) == 1 for same in zip(*versions))
        print(f"sheet {seed}: {len(versions[0])} questions, {len(versions)} versions with keys, {len(pages)} sources in "
              f"{spent:.1f} s; {len(sources) - len(set(sources))} items twice; {alike} questions alike in all versions")


def main(seeds: int, names: list[str]) -> None:
    print(row(HEAD))
    totals = [0] * 6
    for kind in (KINDS[name] for name in names or KINDS):
        for level in kind.levels:
            found = one_kind(kind.name, level, seeds)
            totals = [total + each for total, each in zip(totals, found)]
            print(row((kind.name, level, *found)), flush=True)
    print(row(("all", "", *totals, "", "", "")))
    if not names:
        sheets()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS, sys.argv[2:])

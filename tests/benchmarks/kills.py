"""How saving stands a kill at a random moment: python tests/benchmarks/kills.py [how many, 1000 by default] [seed] [names of files].

A process saves a run, a derivation, a worksheet or a picture over an old file again and again, and is ended by SIGKILL, SIGINT or
SIGTERM at a moment drawn at random. Afterwards the file has to be the old one or the new one, whole. Files left beside it are
counted, too: only SIGKILL may leave one, for nothing runs after it.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import symcalc as sc
from symcalc.cli import end_as_interrupted
from symcalc.figures.style import save_figure

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
LONGEST = 0.03           # seconds before the kill: a save takes a few thousandths, one of a picture a few tenths
SLOW = 0.6
PATIENCE = 1.0           # seconds until a signal that ended nothing is sent again
TRIES = 5                # then it is given up and killed, and counts as one that could not be ended

Write = Callable[[Path], object]


def writers(name: str) -> tuple[Write, Write]:
    """What writes the first and the second version of a file of this name."""
    shown = _SHOWN[name.partition(".")[0]]()
    kind = {"png": _picture, "gif": sc.figures.animate}.get(name.rpartition(".")[2])
    first, second = (partial(kind, one) if kind else one.save for one in shown)
    return first, second


def _runs(steps: tuple[int, int] = (30, 300)) -> list[Any]:
    return [sc.Loss("(w - 3)^2").descend(start={"w": k}, rate=0.1, steps=steps[k]) for k in (0, 1)]


def _lines() -> list[Any]:
    return [sc.derive(text, "x", detail="full") for text in ("x^2*sin(x)", "x^2*sin(x)*exp(-x^2)/sqrt(1 + x^2)")]


def _sheets() -> list[Any]:
    specs = ({"title": "Slopes", "sections": [{"items": [{"kind": "differentiate", "count": count}]}]} for count in (1, 2))
    return [sc.Worksheet.from_spec(spec).version("A") for spec in specs]


_SHOWN: dict[str, Callable[[], list[Any]]] = {"run": _runs, "lines": _lines, "sheet": _sheets, "short": lambda: _runs((2, 2))}
NAMES = ("run.json", "run.csv", "run.html", "run.txt", "run.png", "short.gif", "lines.html", "lines.tex", "lines.md", "lines.ipynb",
         "sheet.tex", "sheet.html")


def _picture(run: sc.Run, path: Path) -> None:
    save_figure(sc.figures.cost_curve(run, "w"), path)


@dataclass
class Count:
    """What came of the kills."""

    kills: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)         # old or new
    torn: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)         # signals sent once more
    stuck: Counter[str] = field(default_factory=Counter)         # processes that no signal but SIGKILL ended
    left: Counter[str] = field(default_factory=Counter)          # files left beside, by the signal

    def __str__(self) -> str:
        return (f"{self.kills.total()} kills {dict(self.kills)}: {self.found.total()} whole {dict(self.found)}, {len(self.torn)} torn "
                f"{self.torn[:5]}; left beside by {dict(self.left)}; sent again {dict(self.again)}; not ended {dict(self.stuck)}")


def kill_at_random(folder: Path, name: str, versions: tuple[Write, Write], draw: random.Random, count: Count) -> None:
    """One process that saves two versions in turn, ended at a random moment."""
    target, chosen = folder / name, draw.choice(SIGNALS)
    wait = draw.uniform(0, SLOW if name.endswith((".png", ".gif")) else LONGEST)
    ready, begun = os.pipe()
    child = os.fork()
    if child == 0:
        _save_for_ever(target, versions, begun)
    os.read(ready, 1)
    time.sleep(wait)
    _end(child, chosen, count)
    os.close(ready)
    os.close(begun)
    count.kills[chosen.name] += 1
    _judge(target, chosen.name, count)


def _end(child: int, chosen: signal.Signals, count: Count) -> None:
    """End the process by this signal, as a person does who presses Ctrl-C again; never wait for it without an end.

    Python loses the exception of a signal that falls within a weak reference's callback or a finalizer, and goes on.
    """
    for _ in range(TRIES):
        os.kill(child, chosen)
        if _is_over(child):
            return
        count.again[chosen.name] += 1
    count.stuck[chosen.name] += 1
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _is_over(child: int) -> bool:
    """Whether the process ends while one has patience."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.001)
    return False


def _save_for_ever(target: Path, versions: tuple[Write, Write], begun: int) -> None:
    """In a process of its own, with the signals as the command line has them."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, end_as_interrupted)
        os.write(begun, b".")
        while True:
            for version in (1, 0):
                versions[version](target)
    finally:
        os._exit(130)


def _judge(target: Path, chosen: str, count: Count) -> None:
    data = target.read_bytes()
    kept = [target.with_name(f"{target.name}.{k}").read_bytes() for k in (0, 1)]
    if data in kept:
        count.found["new" if kept.index(data) else "old"] += 1
    else:
        count.torn.append(f"{chosen}: {target.name}, {len(data)} bytes")
    for file in target.parent.glob(".symcalc-*"):
        count.left[chosen] += 1
        file.unlink()


def many(kills: int, seed: int, names: Sequence[str]) -> Count:
    """So many kills, over these files in turn."""
    draw, count = random.Random(seed), Count()
    made = {name: writers(name) for name in names}
    with TemporaryDirectory() as text:
        folder = Path(text)
        for name, versions in made.items():
            for k in (1, 0):
                versions[k](folder / name)
                (folder / f"{name}.{k}").write_bytes((folder / name).read_bytes())
        gc.collect()                     # or every process would begin by collecting what the first pictures left
        for k in range(kills):
            name = list(made)[k % len(made)]
            kill_at_random(folder, name, made[name], draw, count)
            if (k + 1) % 100 == 0:
                print(count, flush=True)
    return count


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    ended = many(*(given + [1000, 1][len(given):]), sys.argv[3:] or NAMES)
    print(ended)
    sys.exit(1 if ended.torn or ended.stuck or set(ended.left) - {"SIGKILL"} else 0)

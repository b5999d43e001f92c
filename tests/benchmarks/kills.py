"""How saving stands a kill at a random moment: python tests/benchmarks/kills.py [how many, 1000 by default] [seed].

A process saves a run, a derivation, a worksheet or a picture over an old file again and again, and is ended by SIGKILL, SIGINT or
SIGTERM at a moment drawn at random. Afterwards the file has to be the old one or the new one, whole. Files left beside it are
counted, too: only SIGKILL may leave one, for nothing runs after it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import symcalc as sc
from symcalc.cli import end_as_interrupted
from symcalc.figures.style import save_figure

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
LONGEST = 0.03           # seconds before the kill: a save takes a few thousandths, one of a picture a few tenths
SLOW = 0.6

Write = Callable[[Path], object]


def writers() -> dict[str, tuple[Write, Write]]:
    """By the name of a file, what writes its first and its second version."""
    loss = sc.Loss("(w - 3)^2")
    runs = [loss.descend(start={"w": k}, rate=0.1, steps=steps) for k, steps in ((0, 30), (1, 300))]
    lines = [sc.derive(text, "x", detail="full") for text in ("x^2*sin(x)", "x^2*sin(x)*exp(-x^2)/sqrt(1 + x^2)")]
    sheets = [sc.Worksheet.from_spec({"title": "Slopes", "sections": [{"items": [{"kind": "differentiate", "count": 1 + k}]}]}).version("A")
              for k in (0, 1)]
    short = [loss.descend(start={"w": k}, rate=0.1, steps=2) for k in (0, 1)]
    found: dict[str, tuple[Write, Write]] = {}
    for stem, shown, suffixes in (("run", runs, ("json", "csv", "html", "txt")), ("lines", lines, ("html", "tex", "md", "ipynb")),
                                  ("sheet", sheets, ("tex", "html"))):
        found |= {f"{stem}.{suffix}": (shown[0].save, shown[1].save) for suffix in suffixes}
    found["run.png"] = tuple(partial(_picture, run) for run in runs)
    found["run.gif"] = tuple(partial(sc.figures.animate, run) for run in short)
    return found


def _picture(run: sc.Run, path: Path) -> None:
    save_figure(sc.figures.cost_curve(run, "w"), path)


@dataclass
class Count:
    """What came of the kills."""

    kills: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)         # old or new
    torn: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)          # files left beside, by the signal

    def __str__(self) -> str:
        return (f"{self.kills.total()} kills {dict(self.kills)}: {self.found.total()} whole {dict(self.found)}, {len(self.torn)} torn "
                f"{self.torn[:5]}; left beside by {dict(self.left)}")


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
    os.kill(child, chosen)
    os.waitpid(child, 0)
    os.close(ready)
    os.close(begun)
    count.kills[chosen.name] += 1
    _judge(target, chosen.name, count)


def _save_for_ever(target: Path, versions: tuple[Write, Write], begun: int) -> None:
    """In a process of its own, with the signals as the command line has them."""
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, end_as_interrupted)
        os.write(begun, b".")
        while True:
            for version in (1, 0):
                versions[version](target)
    except (KeyboardInterrupt, SystemExit):
        os._exit(130)
    finally:
        os._exit(1)


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


def many(kills: int, seed: int) -> Count:
    """So many kills, over all kinds of files."""
    draw, count, made = random.Random(seed), Count(), writers()
    with TemporaryDirectory() as text:
        folder = Path(text)
        for name, versions in made.items():
            for k in (1, 0):
                versions[k](folder / name)
                (folder / f"{name}.{k}").write_bytes((folder / name).read_bytes())
        for k in range(kills):
            name = list(made)[k % len(made)]
            kill_at_random(folder, name, made[name], draw, count)
            if (k + 1) % 100 == 0:
                print(count, flush=True)
    return count


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    ended = many(*(given + [1000, 1][len(given):]))
    print(ended)
    sys.exit(1 if ended.torn or set(ended.left) - {"SIGKILL"} else 0)

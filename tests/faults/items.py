"""Faults behind the items of worksheets: what an answer is made by is wrong, and the second route does not confirm it."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from types import MappingProxyType

from symcalc.pages import text
from symcalc.pages.document import Document
from symcalc.training import methods
from symcalc.training.methods import method
from symcalc.worksheets.items.item import WorksheetError
from symcalc.worksheets.items.kinds import KINDS, build

from .planting import Check, Fault, changed, rewritten

_GIVEN = {"free": {"expression": "t^2*e^(-3t)", "wrt": "t"}}
_UPHILL = MappingProxyType({**methods._TABLE, "gradient descent": lambda name: method(name, "theta = theta + eta*g")})

# What answers are made by, and how it goes wrong
WRONG: dict[str, Callable] = {
    "a derivative": partial(rewritten, "calculus.derivation:Derivation.result", "self.lines[-1].expression",
                            "self.lines[-1].expression + self.variable/7"),
    "a compiled value": partial(rewritten, "compute.compiled:Compiled.at", "float(value)", "1.001*float(value)"),
    "compiled slopes": partial(rewritten, "compute.compiled:Compiled.at", "np.array(gradient", "1.001*np.array(gradient"),
    "the descent": partial(changed, methods, _TABLE=_UPHILL),
    "the kind of a stationary point": partial(rewritten, "training.shape.spectrum:kind_by", "nothing = ",
                                              "values = -values[::-1]; nothing = "),
    "the largest stable rate": partial(rewritten, "training.diagnosis.diagnose:Diagnosis.stable_rate", "limit_of(self.hessian)",
                                       "limit_of(self.hessian) / 2"),
}

# Which of them an item of each kind rests on
RESTS: dict[str, tuple[str, ...]] = {
    "differentiate": ("a derivative",), "evaluate": ("a derivative",), "tangent": ("a derivative",),
    "partial": ("a derivative",), "gradient": ("a derivative",), "chain_steps": ("a derivative",),
    "blanks": ("a derivative",), "mistake": ("a derivative",), "choice": ("a derivative",), "free": ("a derivative",),
    "trace": ("a compiled value", "compiled slopes", "the descent"),
    "predicted_actual": ("a compiled value", "compiled slopes", "the descent"),
    "converges": ("the largest stable rate",), "stationary": ("a derivative", "the kind of a stationary point"),
    "rss_table": ("a compiled value",), "read_curve": ("compiled slopes",), "match_curve": ("a compiled value",),
}


def builds(kind: str) -> None:
    """Items of a low and a high level, each confirmed by its second route."""
    for level in sorted({KINDS[kind].levels[0], KINDS[kind].levels[-1]}):
        build(kind, level, 11, **_GIVEN.get(kind, {}))


def _shown(level: int, seed: int) -> tuple[str, str]:
    item = build("short_answer", level, seed)
    return tuple(" ".join(text.render(Document("", blocks)).split()) for blocks in (item.question, item.answer))


def answers_in_words() -> None:
    """The numbers in a model answer follow from those in its question."""
    met = set()
    for level, asked, said, follows in (
            (1, r"current \w the slope of the cost is (-?\d+)\.", r"should become (\w+: the cost \w+)",
             lambda s: "smaller: the cost rises" if int(s) > 0 else "larger: the cost falls"),
            (3, r"in m is (-?\d+), and m changes by (-?[\d.]+\d)", r"which is (-?[\d.]*\d)",
             lambda s, d: Fraction(s) * Fraction(d)),
            (4, r"change by (-\d+); it changed by (-?[\d.]*\d)\.", r"ratio is (-?[\d.]*\d)",
             lambda e, a: Fraction(a) / Fraction(e))):
        for seed in range(20):
            question, answer = _shown(level, seed)
            if found := re.search(asked, question):
                right, wanted = re.search(said, answer)[1], follows(*found.groups())
                assert wanted == (right if isinstance(wanted, str) else Fraction(right))
                met.add(level)
    assert met == {1, 3, 4}


BUILDS = {kind: Check("the second route to an answer", partial(builds, kind), (WorksheetError,)) for kind in KINDS}
_WORDS = Check("the numbers in words follow", answers_in_words, (AssertionError, WorksheetError))
_SAID = [("_sign", "slope > 0", "slope < 0"), ("_expected", "slope * step", "slope + step"),
         ("_ratio", "decimal(ratio)", "decimal(-ratio)")]


def _faults() -> Iterator[Fault]:
    for kind in KINDS:
        for wrong in RESTS.get(kind, ()):
            yield Fault(f"items of the kind {kind}", f"{wrong} is wrong", WRONG[wrong], (BUILDS[kind],))
    for place, old, new in _SAID:
        yield Fault(f"items of the kind short_answer, {place}", f"{old} → {new}",
                    partial(rewritten, f"worksheets.items.words:{place}", old, new), (_WORDS,))


FAULTS = list(_faults())

"""The methods as a page to choose from: what each does in a sentence, and its equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from symcalc.pages.document import Block, Document, Heading, paragraph
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown
from symcalc.training.methods import COUNTED, METHODS, RATE, SLOPE, THETA, Method, method_named

_SAID: Mapping[str, str] = MappingProxyType({
    "gradient descent": "Every parameter goes against its slope, and further where the slope is steeper.",
    "momentum": "Each step keeps part of the one before it, as a ball that rolls downhill keeps its speed.",
    "nesterov": "Momentum that looks ahead: the slope is taken where the kept speed would lead.",
    "adagrad": "Every parameter has a rate of its own, the smaller the more slope it has seen.",
    "rmsprop": "The same with a memory that fades, so that the rates do not shrink for good.",
    "adam": "Momentum and RMSProp in one; the divisions make up for averages that start at 0.",
    "adamw": "Adam that also pulls every parameter towards 0.",
    "newton": "The curvature says how far to go: on a quadratic, one step is enough.",
    "line search": "Gradient descent with the best rate for each step: exact where the loss is a quadratic, else as in "
                   "backtracking.",
    "backtracking": "Gradient descent that starts every step with a large rate, and halves it until the cost falls "
                    "enough.",
    "coordinate descent": "The parameters move one at a time, in turn, while the others stay.",
})


@dataclass(frozen=True, slots=True, repr=False)
class MethodTable(Shown):
    """The methods that `descend` knows by name.

    >>> MethodTable((method_named("momentum"),)).as_dict()["methods"][0]["equations"]
    ['v ← β v - η g', 'θ ← θ + v']
    """

    methods: tuple[Method, ...]

    def document(self) -> Document:
        """What the letters mean; then every method: its name, a sentence, its equations, its numbers."""
        blocks: list[Block] = [
            paragraph(THETA, " is any parameter, ", SLOPE, " the slope of the loss by it, ", RATE, " the learning rate, ",
                      COUNTED, " the number of the update."),
            paragraph("Any other letter on the left of an arrow is worked out in every step, for every parameter. Where it "
                      "stands on the right of its own arrow, too, that is its value from the step before, 0 at first.")]
        for method in self.methods:
            blocks += [Heading(method.name), paragraph(_SAID[method.name]), *method.document().blocks]
        return Document("Methods", tuple(blocks))

    def as_dict(self) -> dict[str, Any]:
        """The methods as plain data, for JSON."""
        return {"methods": [{
            "name": method.name, "said": _SAID[method.name], "rate": method.rate,
            "equations": [f"{text(left)} ← {text(right)}" for left, right in method.equations],
            "settings": {letter.name: value for letter, value in method.settings.items()}} for method in self.methods]}

    def __repr__(self) -> str:
        return f"<{len(self.methods)} methods>"


def methods() -> MethodTable:
    """All methods of the table.

    >>> len(methods().methods) == len(METHODS)
    True
    """
    return MethodTable(tuple(map(method_named, METHODS)))

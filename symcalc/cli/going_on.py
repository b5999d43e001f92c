"""A run at the prompt, which may always go on: shown so far, and begun anew from where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from symcalc.cli import typed
from symcalc.errors import SymcalcError
from symcalc.pages.document import Document, paragraph
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.shown import Shown
from symcalc.training.methods import method_named
from symcalc.training.problem.objective import Objective
from symcalc.training.run import Run


@dataclass(frozen=True, repr=False, eq=False)
class SoFar(Shown):
    """The page of the run; that its steps are used up says nothing where the next word may be step.

    >>> from symcalc.training.losses import Loss
    >>> "used up" in str(SoFar(Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=3)))
    False
    """

    run: Run

    def document(self) -> Document:
        """The same page, with another end."""
        page = self.run.document()
        end = ended(self.run)
        return replace(page, blocks=(*page.blocks[:-1], *([paragraph(end)] if end else [])))


def ended(run: Run) -> str:
    """Why the run ended, beyond that it made as many steps as were asked for."""
    said = run.message.replace("All steps are used up, and the run crawls.", "The run crawls.")
    return said.replace("All steps are used up.", "").strip()


def begun_anew(run: Run) -> str:
    """Where the run that follows this one starts.

    >>> from symcalc.training.losses import Loss
    >>> begun_anew(Loss("(w - 3)^2").descend(start={"w": 0}, rate=0.25, steps=1))
    'A new run starts here, from w = 1.5; its updates count from 1.'
    """
    return f"A new run starts here, from {point_told(run.loss, run.parameters)}; its updates count from 1."


def point_told(loss: Objective, values: Mapping[str, float]) -> str:
    """The values of the parameters: w = 1.5, b = 0."""
    return several([f"{text(letter)} = {short(values[name])}" for name, letter in zip(loss.names, loss.parameters)])


def next_step(how: Mapping[str, Any]) -> str:
    """By which method, and at which rate, the next step is made.

    >>> next_step({"rate": 0.5}), next_step({"method": method_named("line search")})
    ('The next step is by gradient descent at the rate 0.5.', 'The next step is by line search, which starts from the rate 1.')
    """
    method = how.get("method", method_named("gradient descent"))
    rate = how.get("rate", method.rate)
    at = ", which starts from the rate" if method.search else " at the rate"
    return f"The next step is by {method.name}{at} {rate if isinstance(rate, str) else short(rate)}."


def asked(run: Run, number: str) -> int:
    """Which update is asked for: the last, where no number is typed."""
    if not run.nit:
        raise SymcalcError(f"the run has no updates. {ended(run)}".rstrip())
    k = typed.which(number, "update") if number else run.nit
    if not 1 <= k <= run.nit:
        counted = "" if k else ", counted from 1"
        raise SymcalcError(f"there is no update {k}; the run has {run.nit}{counted}. {ended(run)}".rstrip())
    return k

"""A run at the prompt, which may always go on: shown so far, and begun anew from where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symcalc.pages.document import Document, paragraph
from symcalc.pages.elided import several
from symcalc.pages.notation import text
from symcalc.pages.numbers import short
from symcalc.pages.shown import Shown
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
    point = several([f"{text(letter)} = {short(value)}" for letter, value in zip(run.loss.parameters, run.parameters.values())])
    return f"A new run starts here, from {point}; its updates count from 1."

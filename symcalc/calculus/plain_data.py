"""Lines, a proof and kinks as plain data, for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr

from symcalc.calculus.kinks import Kink
from symcalc.calculus.proof import Proof
from symcalc.calculus.unfolding import Line
from symcalc.pages.notation import latex, text
from symcalc.pages.source import source


def written_down(lines: Sequence[Line], proof: Proof, kinks: Sequence[Kink]) -> dict[str, Any]:
    """What the lines say as plain data, for JSON."""
    return {"lines": list(map(line_data, lines)), "result": forms_of(lines[-1].expression),
            "proof": {"passed": proof.passed, "checks": len(proof.checks)}, "kinks": [kink.as_dict() for kink in kinks]}


def line_data(line: Line) -> dict[str, Any]:
    """A line as plain data, for JSON."""
    return {**forms_of(line.expression), "rule": line.rule.name if line.rule else None,
            "formula": line.rule.formula if line.rule else None, "because": line.because}


def forms_of(expression: Expr) -> dict[str, str]:
    """The expression as text, as LaTeX, and as a string that SymPy reads back."""
    return {"text": text(expression), "latex": latex(expression), "sympy": source(expression)}

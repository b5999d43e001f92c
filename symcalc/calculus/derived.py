"""What a derivation says to whoever reads it, such as the tutor: taken once, or several times one after the other."""

from __future__ import annotations

from typing import Any, Protocol

from sympy import Expr, Symbol

from symcalc.calculus.proof import Proof
from symcalc.calculus.unfolding import Application, Line
from symcalc.pages.document import Document


class Derived(Protocol):
    """A derivative with the lines that lead to it."""

    @property
    def expression(self) -> Expr: ...
    @property
    def lines(self) -> tuple[Line, ...]: ...
    @property
    def result(self) -> Expr: ...
    @property
    def proof(self) -> Proof: ...

    def document(self) -> Document: ...
    def as_dict(self) -> dict[str, Any]: ...


class DerivedOnce(Derived, Protocol):
    """One by one variable, with the tree of rules that the lines unfold."""

    @property
    def variable(self) -> Symbol: ...
    @property
    def root(self) -> Application: ...


class DerivedAgain(Derived, Protocol):
    """A derivative of a derivative, with each of them."""

    @property
    def variables(self) -> tuple[Symbol, ...]: ...
    @property
    def stages(self) -> tuple[DerivedOnce, ...]: ...

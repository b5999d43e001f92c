"""The gradient: one partial derivative for each parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Function, Symbol, Tuple

from symcalc.calculus.derivation import Derivation
from symcalc.errors import LossError
from symcalc.pages.document import Block, Document, Equation, Heading
from symcalc.pages.notation import text
from symcalc.pages.shown import Shown
from symcalc.written import derivative_of


class Gradient(Shown, Mapping[str, Derivation]):
    """∇J: the derivations of all partials by the names of the parameters, and their results in order.

    >>> from sympy import symbols
    >>> from symcalc.calculus.derivation import derive
    >>> u, v = symbols("u v", real=True)
    >>> g = Gradient({"u": derive(u**2 + 3*v, u), "v": derive(u**2 + 3*v, v)})
    >>> g.result, g["u"].result
    ((2*u, 3), 2*u)
    """

    __slots__ = ("_derivations",)

    def __init__(self, derivations: Mapping[str, Derivation]) -> None:
        self._derivations = dict(derivations)

    @property
    def result(self) -> Tuple:
        """The partials, in the order of the parameters."""
        return Tuple(*(derivation.result for derivation in self.values()))

    def __getitem__(self, name: str | Symbol) -> Derivation:
        name = name.name if isinstance(name, Symbol) else name
        if name not in self._derivations:
            raise LossError(f"there is no parameter {name}; the parameters are {', '.join(self)}")
        return self._derivations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._derivations)

    def __len__(self) -> int:
        return len(self._derivations)

    def document(self) -> Document:
        """The partials as equations, then each derivation."""
        loss = Function("J")(*(derivation.variable for derivation in self.values()))
        blocks: list[Block] = [Equation((derivative_of(loss, derivation.variable), derivation.result))
                               for derivation in self.values()]
        for derivation in self.values():
            blocks += [Heading(f"The slope in {text(derivation.variable)}"), *derivation.document().blocks]
        return Document("", tuple(blocks))

    def __repr__(self) -> str:
        return f"<gradient by {', '.join(self)}>"

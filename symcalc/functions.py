"""The functions of machine learning that SymPy does not have: sigmoid, softplus and ReLU.

SymPy sees them as functions of their own, so that a derivation can end in `s (1 - s)`; `vocabulary.py` says how
each is read, differentiated, computed and printed.
"""

from __future__ import annotations

from sympy import Expr, Function, Integer, Piecewise, exp, log

from symcalc.errors import ReadError


class _RealFunction(Function):
    """A function of one real variable with real values."""

    nargs = 1

    def __new__(cls, *args: object, **options: object) -> Expr:
        """The function of an expression or a number; SymPy alone would run a text as Python."""
        if any(isinstance(argument, (str, bytes)) for argument in args):
            raise ReadError(f"{cls.__name__} takes an expression; read a text first: {cls.__name__}(symcalc.read(...))")
        return super().__new__(cls, *args, **options)

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[0].is_extended_real

    def _eval_is_finite(self) -> bool | None:
        return self.args[0].is_finite

    def _eval_rewrite(self, rule: object, args: tuple[Expr, ...], **hints: object) -> Expr:
        return self.plain(*args)

    def _eval_evalf(self, prec: int) -> Expr:
        return self.plain(*self.args)._eval_evalf(prec)


class sigmoid(_RealFunction):
    """σ(z) = 1/(1 + e^(-z)), the logistic function: any number to a probability.

    >>> sigmoid(0).evalf(3), sigmoid.plain(0)
    (0.500, 1/2)
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)

    @staticmethod
    def plain(z: Expr) -> Expr:
        return 1 / (1 + exp(-z))


class softplus(_RealFunction):
    """softplus(z) = ln(1 + e^z), a smooth ReLU; its derivative is σ(z).

    >>> from sympy import Symbol
    >>> softplus(Symbol("z")).diff()
    sigmoid(z)
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        return sigmoid(self.args[0])

    @staticmethod
    def plain(z: Expr) -> Expr:
        return log(1 + exp(z))


class relu(_RealFunction):
    """relu(z) = max(0, z): z where it is positive, 0 elsewhere; the slope used at the kink z = 0 is 0.

    >>> from sympy import Symbol
    >>> relu(Symbol("z", real=True)).diff()
    Piecewise((1, z > 0), (0, True))
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        return Piecewise((Integer(1), self.args[0] > 0), (Integer(0), True))

    @staticmethod
    def plain(z: Expr) -> Expr:
        return Piecewise((z, z > 0), (Integer(0), True))

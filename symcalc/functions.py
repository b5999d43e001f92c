"""The functions that SymPy does not have, or not as people mean them: sigmoid, softmax, a real cube root.

SymPy sees them as functions of their own, so that a derivation can end in `s (1 - s)`; `vocabulary.py` says how
each is read, differentiated, computed and printed.
"""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Heaviside,
    Integer,
    Number,
    Piecewise,
    Rational,
    digamma,
    exp,
    log,
    sign,
)
from sympy import polygamma as _polygamma
from sympy.core.function import ArgumentIndexError
from sympy.core.logic import fuzzy_and

from symcalc.errors import LossError, ReadError


class _RealFunction(Function):
    """A function of real variables, one unless it says otherwise, with real values."""

    nargs: int | None = 1

    def __new__(cls, *args: object, **options: object) -> Expr:
        """The function of an expression or a number; SymPy alone would run a text as Python."""
        if any(isinstance(argument, (str, bytes)) for argument in args):
            raise ReadError(f"{cls.__name__} takes an expression; read a text first: {cls.__name__}(symcalc.read(...))")
        return super().__new__(cls, *args, **options)

    def _eval_is_extended_real(self) -> bool | None:
        return fuzzy_and(argument.is_extended_real for argument in self.args)

    def _eval_is_finite(self) -> bool | None:
        return fuzzy_and(argument.is_finite for argument in self.args)

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
        """1/(1 + e^(-z)) in SymPy's own functions."""
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
        """ln(1 + e^z) in SymPy's own functions."""
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
        """z where it is positive, else 0, as SymPy's Piecewise."""
        return Piecewise((z, z > 0), (Integer(0), True))


class step(_RealFunction):
    """step(z) = 0 for z < 0, 1/2 at 0 and 1 for z > 0; it has no slope at 0, and 0 is used there as elsewhere.

    >>> step(0).evalf(3), step.plain(Integer(-2))
    (0.500, 0)
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        return Integer(0)

    @staticmethod
    def plain(z: Expr) -> Expr:
        """SymPy's Heaviside(z, 1/2)."""
        return Heaviside(z, Rational(1, 2))


class cbrt(_RealFunction):
    """∛z, the real cube root of any number: ∛(-8) is -2, where SymPy's (-8)^(1/3) is complex.

    >>> cbrt(-8).evalf(3)
    -2.00
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        return 1 / (3 * self**2)

    @staticmethod
    def plain(z: Expr) -> Expr:
        """sign(z) |z|^(1/3) in SymPy's own functions."""
        return sign(z) * Abs(z) ** Rational(1, 3)


class logit(_RealFunction):
    """logit(p) = ln(p/(1 - p)), the log-odds: the inverse of the sigmoid.

    >>> logit.plain(Rational(1, 2))
    0
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        p = self.args[0]
        return 1 / (p * (1 - p))

    @staticmethod
    def plain(p: Expr) -> Expr:
        """ln(p/(1 - p)) in SymPy's own functions."""
        return log(p / (1 - p))


class logarithm(_RealFunction):
    """log_b(z) = ln(z)/ln(b), the logarithm to any base, kept as it is where SymPy would write a quotient.

    >>> logarithm(8, 2), logarithm(8, 2).evalf(3)
    (logarithm(8, 2), 3.00)
    """

    nargs = 2

    def __new__(cls, *args: object, **options: object) -> Expr:
        base = args[-1]
        if isinstance(base, (int, float, Number)) and (base <= 0 or base == 1):
            raise LossError(f"the base of a logarithm is a positive number other than 1, not {base}")
        return super().__new__(cls, *args, **options)

    def fdiff(self, argindex: int = 1) -> Expr:
        z, base = self.args
        return 1 / (z * log(base)) if argindex == 1 else -log(z) / (base * log(base) ** 2)

    @staticmethod
    def plain(z: Expr, base: Expr) -> Expr:
        """ln(z)/ln(b) in SymPy's own functions."""
        return log(z) / log(base)


class logsumexp(_RealFunction):
    """logsumexp(a, b, ...) = ln(e^a + e^b + ...), a smooth maximum; its partial derivatives are the softmax.

    >>> from sympy import symbols
    >>> a, b = symbols("a b")
    >>> logsumexp(b, a).diff(a)
    softmax(2, b, a)
    """

    nargs = None

    def fdiff(self, argindex: int = 1) -> Expr:
        return softmax(argindex, *self.args)

    @staticmethod
    def plain(*logits: Expr) -> Expr:
        """ln(e^a + e^b + ...) in SymPy's own functions."""
        return log(Add(*map(exp, logits)))


class softmax(_RealFunction):
    """softmax(k, a, b, ...) = e^(k-th)/(e^a + e^b + ...), the k-th of the probabilities that the logits a, b, ... stand for.

    >>> from sympy import symbols
    >>> softmax(3, *symbols("a b"))
    Traceback (most recent call last):
    symcalc.errors.LossError: softmax starts with which probability is meant, here a whole number from 1 to 2
    """

    nargs = None

    def __new__(cls, *args: object, **options: object) -> Expr:
        which, *logits = args or (0,)
        if not (isinstance(which, (int, Integer)) and 1 <= which <= len(logits)):
            raise LossError("softmax starts with which probability is meant, here a whole number from 1 to "
                            f"{max(1, len(logits))}")
        return super().__new__(cls, *args, **options)

    def fdiff(self, argindex: int = 1) -> Expr:
        if argindex == 1:
            raise ArgumentIndexError(self, argindex)
        which, *logits = self.args
        return self * ((1 if which == argindex - 1 else 0) - softmax(argindex - 1, *logits))

    @staticmethod
    def plain(which: Expr, *logits: Expr) -> Expr:
        """e^(k-th)/(e^a + e^b + ...) in SymPy's own functions."""
        return exp(logits[int(which) - 1]) / Add(*map(exp, logits))


class polygamma(_RealFunction):
    """polygamma(k, z) = the k-th derivative of digamma(z), k a whole number; the 0th is digamma itself.

    >>> from sympy import Symbol
    >>> polygamma(1, Symbol("z")).diff(Symbol("z")), polygamma(0, Symbol("z"))
    (polygamma(2, z), digamma(z))
    """

    nargs = 2
    most = 20                # from there on a float has no room for its values

    def __new__(cls, *args: object, **options: object) -> Expr:
        order, *rest = args or (None,)
        if not (isinstance(order, (int, Integer)) and 0 <= order <= cls.most):
            raise LossError(f"polygamma starts with how often digamma is differentiated, a whole number from 0 to {cls.most}")
        return digamma(*rest, evaluate=False) if order == 0 else super().__new__(cls, *args, **options)

    def fdiff(self, argindex: int = 1) -> Expr:
        if argindex == 1:
            raise ArgumentIndexError(self, argindex)
        return polygamma(self.next(self.args[0]), self.args[1])

    @classmethod
    def next(cls, order: Expr) -> Expr:
        """The order of the derivative of polygamma(order, z); LossError where we do not go so far."""
        if order == cls.most:
            raise LossError(f"the derivative of polygamma({order}, z) is polygamma({order + 1}, z); "
                            f"symcalc goes to {cls.most} only")
        return order + 1

    @staticmethod
    def plain(order: Expr, z: Expr) -> Expr:
        """The same as SymPy's own function."""
        return _polygamma(order, z, evaluate=False)

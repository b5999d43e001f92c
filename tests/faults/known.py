"""What is known of every function apart from symcalc: how it is written, its value, its domain and its bend."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import mpmath
from mpmath import mpf


@dataclass(frozen=True)
class Known:
    """One function, called in the letters a, b, c: as it is typed, printed and typeset, and what it is."""

    typed: str                       # by each of its names, parted by |
    head: str                        # the class of SymPy's or ours
    text: str
    latex: str
    value: Callable[..., mpf]
    points: tuple[tuple[float, ...], ...]
    outside: tuple[tuple[float, ...], ...] = ()
    bend: tuple[float, ...] = ()     # where it is said which slope is used,
    slope: float = 0.0               # and that slope, by the first letter

    @property
    def call(self) -> str:
        return self.typed.split("|")[0]

    @property
    def letters(self) -> str:
        return "".join(letter for letter in "abc" if letter in self.call.partition("(")[2])


def _one(names, head, value, points, outside="", latex=None, text=None, bend=(), slope=0.0):
    """A function of a alone."""
    names = names.split()
    numbers = [tuple((float(at),) for at in each.split()) for each in (points, outside)]
    latex = latex or rf"\operatorname{{{names[0]}}}"
    return Known(typed="|".join(f"{name}(a)" for name in names), head=head, text=text or f"{names[0]}(a)",
                 latex=latex if re.search(r"[{|]a[}\\]", latex) else rf"{latex}\left(a\right)", value=value, points=numbers[0],
                 outside=numbers[1], bend=bend, slope=slope)


def _softmax(k, *zs):
    return mpmath.exp(zs[k - 1]) / mpmath.fsum(mpmath.exp(z) for z in zs)


_ALL = "-3 -0.5 0.2 1 2.5"
_SHARES = "-0.99 -0.5 0.2 0.7"

KNOWN = {
    "exp": _one("exp", "exp", mpmath.exp, _ALL, latex=r"\exp"),
    "ln": _one("ln log", "log", mpmath.log, "0.01 0.5 3 40", "0 -1", latex=r"\ln"),
    "sin": _one("sin", "sin", mpmath.sin, _ALL, latex=r"\sin"),
    "cos": _one("cos", "cos", mpmath.cos, _ALL, latex=r"\cos"),
    "tan": _one("tan", "tan", mpmath.tan, _ALL, latex=r"\tan"),
    "cot": _one("cot", "cot", mpmath.cot, _ALL, "0", latex=r"\cot"),
    "sec": _one("sec", "sec", mpmath.sec, _ALL, latex=r"\sec"),
    "csc": _one("csc", "csc", mpmath.csc, _ALL, "0", latex=r"\csc"),
    "asin": _one("asin arcsin", "asin", mpmath.asin, _SHARES, "1.01 -2", latex=r"\arcsin"),
    "acos": _one("acos arccos", "acos", mpmath.acos, _SHARES, "1.01 -2", latex=r"\arccos"),
    "atan": _one("atan arctan", "atan", mpmath.atan, "-30 -0.5 0.2 2.5", latex=r"\arctan"),
    "sinh": _one("sinh", "sinh", mpmath.sinh, _ALL, latex=r"\sinh"),
    "cosh": _one("cosh", "cosh", mpmath.cosh, _ALL, latex=r"\cosh"),
    "tanh": _one("tanh", "tanh", mpmath.tanh, _ALL, latex=r"\tanh"),
    "asinh": _one("asinh arsinh arcsinh", "asinh", mpmath.asinh, "-30 -0.5 0.2 2.5", latex=r"\operatorname{arsinh}"),
    "acosh": _one("acosh arcosh arccosh", "acosh", mpmath.acosh, "1.01 1.5 40", "0.99 -3", latex=r"\operatorname{arcosh}"),
    "atanh": _one("atanh artanh arctanh", "atanh", mpmath.atanh, _SHARES, "1 -1 2", latex=r"\operatorname{artanh}"),
    "acot": _one("acot arccot", "acot", lambda u: mpmath.atan(1 / u), "-30 -0.5 0.2 2.5", latex=r"\operatorname{arccot}",
                 bend=(0.0,), slope=-1.0),
    "asec": _one("asec arcsec", "asec", lambda u: mpmath.acos(1 / u), "-30 -1.5 1.01 2.5", "0 0.99",
                 latex=r"\operatorname{arcsec}"),
    "acsc": _one("acsc arccsc", "acsc", lambda u: mpmath.asin(1 / u), "-30 -1.5 1.01 2.5", "0 -0.5",
                 latex=r"\operatorname{arccsc}"),
    "sech": _one("sech", "sech", lambda u: 2 / (mpmath.exp(u) + mpmath.exp(-u)), _ALL),
    "csch": _one("csch", "csch", lambda u: 2 / (mpmath.exp(u) - mpmath.exp(-u)), _ALL, "0"),
    "coth": _one("coth", "coth", lambda u: 1 + 2 / mpmath.expm1(2 * u), _ALL, "0", latex=r"\coth"),
    "abs": _one("abs Abs", "Abs", mpmath.fabs, _ALL, latex=r"\left|a\right|", text="|a|", bend=(0.0,)),
    "sign": _one("sign sgn", "sign", mpmath.sign, _ALL, bend=(0.0,)),
    "sigmoid": _one("sigmoid expit", "sigmoid", lambda u: (1 + mpmath.tanh(u / 2)) / 2, "-30 -0.5 0.2 2.5", latex=r"\sigma",
                    text="σ(a)"),
    "softplus": _one("softplus", "softplus", lambda u: mpmath.log(2 * mpmath.cosh(u / 2)) + u / 2, "-30 -0.5 0.2 2.5"),
    "relu": _one("relu ReLU", "relu", lambda u: (u + mpmath.fabs(u)) / 2, _ALL, latex=r"\operatorname{ReLU}", bend=(0.0,)),
    "gamma": _one("gamma", "gamma", mpmath.gamma, "0.2 1.5 2.5 4", "0 -1", latex=r"\Gamma"),
    "lgamma": _one("lgamma loggamma gammaln", "loggamma", mpmath.loggamma, "0.2 1.5 2.5 4", "0 -1"),
    "digamma": _one("digamma", "digamma", lambda u: mpmath.psi(0, u), "0.2 1.5 2.5 4", "0 -1", latex=r"\psi"),
    "erf": _one("erf", "erf", lambda u: 1 - mpmath.erfc(u), _ALL),
    "logit": _one("logit", "logit", lambda u: 2 * mpmath.atanh(2 * u - 1), "0.01 0.3 0.6 0.9", "0 1 -3"),
    "cbrt": _one("cbrt", "cbrt", lambda u: u / mpmath.fabs(u) * mpmath.root(mpmath.fabs(u), 3), "-8 -0.5 0.2 27",
                 latex=r"\sqrt[3]{a}", text="∛a"),
    "step": _one("step heaviside Heaviside", "step", lambda u: (u + mpmath.fabs(u)) / (2 * u), _ALL, bend=(0.0,)),
    "atan2": Known("atan2(a, b)|arctan2(a, b)", "atan2", "atan2(a, b)", r"\operatorname{atan2}\left(a, b\right)",
                   lambda y, x: mpmath.arg(mpmath.mpc(x, y)), ((1, 2), (-1.5, 0.3), (0.7, -2), (-3, -0.1)), ((0, 0),),
                   bend=(0.0, -2.0), slope=-0.5),
    "logarithm": Known("logarithm(a, b)|log(a, b)", "logarithm", "log_b(a)", r"\log_{b}\left(a\right)",
                       lambda u, b: mpmath.log(u, b), ((3, 2), (0.2, 10), (40, 0.5)), ((-1, 2), (2, -3))),
    "logsumexp": Known("logsumexp(a, b)", "logsumexp", "logsumexp(a, b)", r"\operatorname{logsumexp}\left(a, b\right)",
                       lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)), ((1, 2), (-3, 0.5), (2, 2.5))),
    "polygamma": Known("polygamma(1, a)", "polygamma", "polygamma(1, a)", r"\psi_{1}\left(a\right)",
                       lambda u: mpmath.psi(1, u), ((0.2,), (1.5,), (2.5,), (4,)), ((0,), (-1,))),
    "softmax": Known("softmax(2, a, b, c)", "softmax", "softmax₂(a, b, c)", r"\operatorname{softmax}_{2}\left(a, b, c\right)",
                     lambda a, b, c: _softmax(2, a, b, c), ((1, 2, 3), (-3, 0.5, 0.1), (2, 2, 2.5))),
}

# Of the functions of compute/numerics.py: arguments that are hard for the textbook's formula.
HARD = {
    "sigmoid": ((-1000.0,), (-700.0,), (-40.0,), (40.0,), (1000.0,)),
    "softplus": ((-700.0,), (-40.0,), (-1e-9,), (40.0,), (1000.0,)),
    "gamma": ((0.5,), (4.0,), (171.0,), (172.0,)),
    "lgamma": ((1e-300,), (1.4,), (171.0,), (1e6,)),
    "digamma": ((1e-9,), (1.4,), (9.99,), (1e6,)),
    "erf": ((-1e-9,), (0.3,), (30.0,)),
    "step": ((-1e-300,), (1e-300,)),
    "logarithm": ((1e-300, 2.0), (2.0**29, 2.0), (1000.0, 10.0), (1e308, 0.5)),
    "logsumexp": ((710.0, 700.0), (-800.0, -745.0), (0.0, -40.0)),
    "polygamma": ((1e-9,), (1.4,), (9.99,), (1e6,)),
    "softmax": ((710.0, 700.0, 0.0), (-800.0, -745.0, -746.0), (0.0, -40.0, 1.0)),
}

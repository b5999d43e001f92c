"""The table of functions: one row for each, and everything that knows a function reads it here.

The reader takes the names from it, the rules the derivative, the proof the value, the compiler the numeric forms and
the printers the notation. To teach symcalc a function, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr, Integer, Piecewise, Rational

from symcalc.functions import relu, sigmoid, softplus
from symcalc.written import add, call, divide, mul, negative, power, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of one variable, u: how it is called, differentiated, computed and printed.

    >>> FUNCTIONS[sympy.sin].derivative(sympy.Symbol("u"))
    cos(u)
    """

    head: type[sympy.Function]
    names: tuple[str, ...]                          # as people type it; the first is the one that we print
    called: str                                     # in a sentence: "the sine"
    derivative: Callable[[Expr], Expr] | None       # f'(u) as a textbook writes it; None where no rule is known
    value: Callable[[Any, Any], Any]                # (mpmath context, u) -> f(u): the proof's own route to the number
    scalar: str                                     # Python source for floats, {0} is the argument
    vector: str                                     # NumPy source for arrays
    latex: str
    domain: str = ""                                # what the argument must satisfy, in words for messages
    inside: Callable[[float], bool] | None = None   # the same as a test
    kink: str = ""                                  # the subgradient chosen where the derivative jumps (at u = 0)
    plain: Callable[[Expr], Expr] | None = None     # the definition in SymPy's own functions, where it is ours


def _square(u: Expr) -> Expr:
    return power(u, TWO)


def _root(u: Expr) -> Expr:
    return power(u, HALF)


def _step(u: Expr) -> Expr:
    return Piecewise((ONE, u > 0), (Integer(0), True), evaluate=False)


_ROWS = (
    Function(head=sympy.exp, names=("exp",), called="the exponential function", latex=r"\exp",
             derivative=lambda u: call(sympy.exp, u),
             value=lambda mp, u: mp.exp(u), scalar="math.exp({0})", vector="np.exp({0})"),
    Function(head=sympy.log, names=("ln", "log"), called="the natural logarithm", latex=r"\ln",
             derivative=lambda u: divide(ONE, u), domain="a positive argument", inside=lambda u: u > 0,
             value=lambda mp, u: mp.log(u), scalar="math.log({0})", vector="np.log({0})"),
    Function(head=sympy.sin, names=("sin",), called="the sine", latex=r"\sin",
             derivative=lambda u: call(sympy.cos, u),
             value=lambda mp, u: mp.sin(u), scalar="math.sin({0})", vector="np.sin({0})"),
    Function(head=sympy.cos, names=("cos",), called="the cosine", latex=r"\cos",
             derivative=lambda u: negative(call(sympy.sin, u)),
             value=lambda mp, u: mp.cos(u), scalar="math.cos({0})", vector="np.cos({0})"),
    Function(head=sympy.tan, names=("tan",), called="the tangent", latex=r"\tan",
             derivative=lambda u: divide(ONE, _square(call(sympy.cos, u))),
             value=lambda mp, u: mp.tan(u), scalar="math.tan({0})", vector="np.tan({0})"),
    Function(head=sympy.cot, names=("cot",), called="the cotangent", latex=r"\cot",
             derivative=lambda u: negative(divide(ONE, _square(call(sympy.sin, u)))),
             domain="an argument that is no multiple of pi", inside=lambda u: u != 0,
             value=lambda mp, u: mp.cot(u), scalar="(1/math.tan({0}))", vector="(1/np.tan({0}))"),
    Function(head=sympy.sec, names=("sec",), called="the secant", latex=r"\sec",
             derivative=lambda u: mul(call(sympy.sec, u), call(sympy.tan, u)),
             value=lambda mp, u: mp.sec(u), scalar="(1/math.cos({0}))", vector="(1/np.cos({0}))"),
    Function(head=sympy.csc, names=("csc",), called="the cosecant", latex=r"\csc",
             derivative=lambda u: negative(mul(call(sympy.csc, u), call(sympy.cot, u))),
             domain="an argument that is no multiple of pi", inside=lambda u: u != 0,
             value=lambda mp, u: mp.csc(u), scalar="(1/math.sin({0}))", vector="(1/np.sin({0}))"),
    Function(head=sympy.asin, names=("asin", "arcsin"), called="the inverse sine", latex=r"\arcsin",
             derivative=lambda u: divide(ONE, _root(subtract(ONE, _square(u)))),
             domain="an argument from -1 to 1", inside=lambda u: -1 <= u <= 1,
             value=lambda mp, u: mp.asin(u), scalar="math.asin({0})", vector="np.arcsin({0})"),
    Function(head=sympy.acos, names=("acos", "arccos"), called="the inverse cosine", latex=r"\arccos",
             derivative=lambda u: negative(divide(ONE, _root(subtract(ONE, _square(u))))),
             domain="an argument from -1 to 1", inside=lambda u: -1 <= u <= 1,
             value=lambda mp, u: mp.acos(u), scalar="math.acos({0})", vector="np.arccos({0})"),
    Function(head=sympy.atan, names=("atan", "arctan"), called="the inverse tangent", latex=r"\arctan",
             derivative=lambda u: divide(ONE, add(ONE, _square(u))),
             value=lambda mp, u: mp.atan(u), scalar="math.atan({0})", vector="np.arctan({0})"),
    Function(head=sympy.sinh, names=("sinh",), called="the hyperbolic sine", latex=r"\sinh",
             derivative=lambda u: call(sympy.cosh, u),
             value=lambda mp, u: mp.sinh(u), scalar="math.sinh({0})", vector="np.sinh({0})"),
    Function(head=sympy.cosh, names=("cosh",), called="the hyperbolic cosine", latex=r"\cosh",
             derivative=lambda u: call(sympy.sinh, u),
             value=lambda mp, u: mp.cosh(u), scalar="math.cosh({0})", vector="np.cosh({0})"),
    Function(head=sympy.tanh, names=("tanh",), called="the hyperbolic tangent", latex=r"\tanh",
             derivative=lambda u: subtract(ONE, _square(call(sympy.tanh, u))),
             value=lambda mp, u: mp.tanh(u), scalar="math.tanh({0})", vector="np.tanh({0})"),
    Function(head=sympy.asinh, names=("asinh", "arsinh", "arcsinh"), called="the inverse hyperbolic sine",
             latex=r"\operatorname{arsinh}",
             derivative=lambda u: divide(ONE, _root(add(_square(u), ONE))),
             value=lambda mp, u: mp.log(u + mp.sqrt(u * u + 1)), scalar="math.asinh({0})", vector="np.arcsinh({0})"),
    Function(head=sympy.acosh, names=("acosh", "arcosh", "arccosh"), called="the inverse hyperbolic cosine",
             latex=r"\operatorname{arcosh}",
             derivative=lambda u: divide(ONE, _root(subtract(_square(u), ONE))),
             domain="an argument of at least 1", inside=lambda u: u >= 1,
             value=lambda mp, u: mp.log(u + mp.sqrt(u * u - 1)), scalar="math.acosh({0})", vector="np.arccosh({0})"),
    Function(head=sympy.atanh, names=("atanh", "artanh", "arctanh"), called="the inverse hyperbolic tangent",
             latex=r"\operatorname{artanh}",
             derivative=lambda u: divide(ONE, subtract(ONE, _square(u))),
             domain="an argument between -1 and 1", inside=lambda u: -1 < u < 1,
             value=lambda mp, u: mp.log((1 + u) / (1 - u)) / 2, scalar="math.atanh({0})", vector="np.arctanh({0})"),
    Function(head=sympy.Abs, names=("abs", "Abs"), called="the absolute value", latex=r"\operatorname{abs}",
             derivative=lambda u: call(sympy.sign, u),
             kink="the slope jumps from -1 to 1; the value 0, half-way, is used",
             value=lambda mp, u: abs(u), scalar="abs({0})", vector="np.abs({0})"),
    Function(head=sympy.sign, names=("sign", "sgn"), called="the sign", latex=r"\operatorname{sign}",
             derivative=lambda u: Integer(0),
             kink="the function itself jumps and has no slope; the value 0 is used",
             value=lambda mp, u: mp.sign(u), scalar="(({0} > 0) - ({0} < 0))", vector="np.sign({0})"),
    Function(head=sigmoid, names=("sigmoid", "expit"), called="the sigmoid", latex=r"\sigma",
             derivative=lambda u: mul(call(sigmoid, u), subtract(ONE, call(sigmoid, u))),
             value=lambda mp, u: 1 / (1 + mp.exp(-u)), plain=sigmoid.plain,
             scalar="sigmoid({0})", vector="sigmoid({0})"),
    Function(head=softplus, names=("softplus",), called="softplus", latex=r"\operatorname{softplus}",
             derivative=lambda u: call(sigmoid, u),
             value=lambda mp, u: mp.log(1 + mp.exp(u)), plain=softplus.plain,
             scalar="softplus({0})", vector="softplus({0})"),
    Function(head=relu, names=("relu", "ReLU"), called="ReLU", latex=r"\operatorname{ReLU}",
             derivative=_step, kink="the slope jumps from 0 to 1; the value 0 is used",
             value=lambda mp, u: max(u, mp.zero), plain=relu.plain,
             scalar="max({0}, 0.0)", vector="np.maximum({0}, 0.0)"),
    Function(head=sympy.gamma, names=("gamma",), called="the gamma function", latex=r"\Gamma",
             derivative=None, domain="a positive argument", inside=lambda u: u > 0,
             value=lambda mp, u: mp.gamma(u), scalar="math.gamma({0})", vector="gamma({0})"),
)

FUNCTIONS: Mapping[type, Function] = MappingProxyType({row.head: row for row in _ROWS})
BY_NAME: Mapping[str, Function] = MappingProxyType({name: row for row in _ROWS for name in row.names})

# Names that stand for an expression in the functions above, with the number of arguments each takes.
SPELLINGS: Mapping[str, tuple[int, Callable[..., Expr]]] = MappingProxyType({
    "sqrt": (1, _root),
    "cbrt": (1, lambda u: power(u, Rational(1, 3))),
    "log10": (1, lambda u: divide(call(sympy.log, u), call(sympy.log, Integer(10)))),
    "log2": (1, lambda u: divide(call(sympy.log, u), call(sympy.log, TWO))),
})

CONSTANTS: Mapping[str, Expr] = MappingProxyType({"e": sympy.E, "E": sympy.E, "pi": sympy.pi})

GREEK: Mapping[str, str] = MappingProxyType({
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "lamda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
})

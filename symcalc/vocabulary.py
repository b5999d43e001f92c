"""The table of functions: one row for each, which says what most of symcalc knows of that function.

The reader takes the names from it, the rules the derivative, the proof the value, the compiler the numeric forms and
the printers the notation. To teach symcalc a function, add its row, and an oracle for it to the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr, Integer, Piecewise, Rational

from symcalc.functions import cbrt, logarithm, logit, logsumexp, polygamma, relu, sigmoid, softmax, softplus, step
from symcalc.written import add, call, comparison, divide, mul, negative, power, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function, of u or of several arguments: how it is called, differentiated, computed and printed.

    >>> FUNCTIONS[sympy.sin].derivative(sympy.Symbol("u"))
    cos(u)
    """

    head: type[sympy.Function]
    names: tuple[str, ...]                          # as people type it; the first is the one that we print
    called: str                                     # in a sentence: "the sine"
    value: Callable[..., Any]                       # (mpmath context, u) -> f(u): the proof's own route to the number
    latex: str
    derivative: Callable[[Expr], Expr] | None = None     # f'(u) as a textbook writes it; None where no rule is known
    partial: Callable[[int, tuple[Expr, ...]], Expr] | None = None     # ∂f/∂(argument k, from 0), for several arguments
    partials: tuple[str, str] = ("", "")            # all of them as a formula, in text and in LaTeX; none for a logarithm
    takes: tuple[int, int | None] = (1, 1)          # the fewest and the most arguments; None for no limit
    scalar: str = ""                                # Python source for floats, {0} is the argument
    vector: str = ""                                # NumPy source for arrays
    helper: str = ""                                # the function of compute/numerics.py that serves where these are empty
    printed: str = ""                               # in text, where that is not the first of the names
    subscript: int | None = None                    # the argument that is written as a subscript: the base of a logarithm
    spelled: bool = False                           # where it is a subscript in print alone: \psi_{1}(x), polygamma(1, x)
    radical: bool = False                           # written as a root, with no brackets round one letter
    domain: str = ""                                # what the arguments must satisfy, in words for messages
    inside: Callable[..., bool] | None = None       # the same as a test
    narrow: bool = False                            # it is real elsewhere too, and only symcalc does not take it there
    kink: str = ""                                  # what is chosen where f or its slope jumps: where the first argument is 0
    serves: str = ""                                # and what else would serve there, as any subgradient does
    plain: Callable[..., Expr] | None = None        # the definition in SymPy's own functions, where it is ours

    @property
    def needs(self) -> str:
        """What the arguments must satisfy, as a sentence; of a function that is real elsewhere too, that we do not take it."""
        name = self.names[0]
        return f"symcalc takes {name} for {self.domain} only" if self.narrow else f"{name} needs {self.domain}"

    def code(self, arrays: bool) -> str:
        """The source for arrays or for floats, with {0} for the first argument and {all} for all of them.

        >>> FUNCTIONS[sympy.sin].code(True), FUNCTIONS[sigmoid].code(True)
        ('np.sin({0})', 'sigmoid({all})')
        """
        return (self.vector if arrays else self.scalar) or f"{self.helper}({{all}})"


def _square(u: Expr) -> Expr:
    return power(u, TWO)


def _root(u: Expr) -> Expr:
    return power(u, HALF)


def _step(u: Expr) -> Expr:
    return Piecewise((ONE, comparison(u > 0)), (Integer(0), True), evaluate=False)


def _of_angle(k: int, arguments: tuple[Expr, ...]) -> Expr:
    y, x = arguments
    return divide((x, negative(y))[k], add(_square(x), _square(y)))


def _of_logarithm(k: int, arguments: tuple[Expr, ...]) -> Expr:
    u, base = arguments
    by_base = negative(divide(call(sympy.log, u), mul(base, _square(call(sympy.log, base)))))
    return by_base if k else divide(ONE, mul(u, call(sympy.log, base)))


def _of_polygamma(k: int, arguments: tuple[Expr, ...]) -> Expr:
    order, u = arguments
    return call(polygamma, polygamma.next(order), u)


def _of_softmax(k: int, arguments: tuple[Expr, ...]) -> Expr:
    which, *logits = arguments
    whole, other = call(softmax, *arguments), call(softmax, Integer(k), *logits)
    return mul(whole, subtract(ONE, whole)) if k == which else negative(mul(whole, other))


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
    Function(head=sympy.acot, names=("acot", "arccot"), called="the inverse cotangent", latex=r"\operatorname{arccot}",
             derivative=lambda u: negative(divide(ONE, add(ONE, _square(u)))),
             kink="the function itself jumps from -π/2 to π/2; the slope -1, the same on both sides, is used",
             value=lambda mp, u: mp.acot(u), scalar="math.atan(1/({0} + 0.0))", vector="np.arctan(1/({0} + 0.0))"),
    Function(head=sympy.asec, names=("asec", "arcsec"), called="the inverse secant", latex=r"\operatorname{arcsec}",
             derivative=lambda u: divide(ONE, mul(call(sympy.Abs, u), _root(subtract(_square(u), ONE)))),
             domain="an argument of at least 1, or of at most -1", inside=lambda u: abs(u) >= 1,
             value=lambda mp, u: mp.asec(u), scalar="math.acos(1/{0})", vector="np.arccos(1/{0})"),
    Function(head=sympy.acsc, names=("acsc", "arccsc"), called="the inverse cosecant", latex=r"\operatorname{arccsc}",
             derivative=lambda u: negative(divide(ONE, mul(call(sympy.Abs, u), _root(subtract(_square(u), ONE))))),
             domain="an argument of at least 1, or of at most -1", inside=lambda u: abs(u) >= 1,
             value=lambda mp, u: mp.acsc(u), scalar="math.asin(1/{0})", vector="np.arcsin(1/{0})"),
    Function(head=sympy.sech, names=("sech",), called="the hyperbolic secant", latex=r"\operatorname{sech}",
             derivative=lambda u: negative(mul(call(sympy.sech, u), call(sympy.tanh, u))),
             value=lambda mp, u: mp.sech(u), scalar="(1/math.cosh({0}))", vector="(1/np.cosh({0}))"),
    Function(head=sympy.csch, names=("csch",), called="the hyperbolic cosecant", latex=r"\operatorname{csch}",
             derivative=lambda u: negative(mul(call(sympy.csch, u), call(sympy.coth, u))),
             domain="an argument other than 0", inside=lambda u: u != 0,
             value=lambda mp, u: mp.csch(u), scalar="(1/math.sinh({0}))", vector="(1/np.sinh({0}))"),
    Function(head=sympy.coth, names=("coth",), called="the hyperbolic cotangent", latex=r"\coth",
             derivative=lambda u: negative(divide(ONE, _square(call(sympy.sinh, u)))),
             domain="an argument other than 0", inside=lambda u: u != 0,
             value=lambda mp, u: mp.coth(u), scalar="(1/math.tanh({0}))", vector="(1/np.tanh({0}))"),
    Function(head=sympy.Abs, names=("abs", "Abs"), called="the absolute value", latex=r"\operatorname{abs}",
             derivative=lambda u: call(sympy.sign, u),
             kink="the slope jumps from -1 to 1; the value 0, half-way, is used",
             serves="any slope between -1 and 1 would serve",
             value=lambda mp, u: abs(u), scalar="abs({0})", vector="np.abs({0})"),
    Function(head=sympy.sign, names=("sign", "sgn"), called="the sign", latex=r"\operatorname{sign}",
             derivative=lambda u: Integer(0),
             kink="the function itself jumps from -1 to 1 and has no slope there; 0, the slope on both sides, is used",
             value=lambda mp, u: mp.sign(u), scalar="(({0} > 0) - ({0} < 0))", vector="np.sign({0})"),
    Function(head=sigmoid, names=("sigmoid", "expit"), called="the sigmoid", latex=r"\sigma",
             derivative=lambda u: mul(call(sigmoid, u), subtract(ONE, call(sigmoid, u))),
             value=lambda mp, u: 1 / (1 + mp.exp(-u)), plain=sigmoid.plain,
             helper="sigmoid", printed="σ"),
    Function(head=softplus, names=("softplus",), called="softplus", latex=r"\operatorname{softplus}",
             derivative=lambda u: call(sigmoid, u),
             value=lambda mp, u: mp.log(1 + mp.exp(u)), plain=softplus.plain,
             helper="softplus"),
    Function(head=relu, names=("relu", "ReLU"), called="ReLU", latex=r"\operatorname{ReLU}",
             derivative=_step, kink="the slope jumps from 0 to 1; the value 0, as where the unit is off, is used",
             serves="any slope between 0 and 1 would serve",
             value=lambda mp, u: max(u, mp.zero), plain=relu.plain,
             scalar="max({0}, 0.0)", vector="np.maximum({0}, 0.0)"),
    Function(head=sympy.gamma, names=("gamma",), called="the gamma function", latex=r"\Gamma",
             derivative=lambda u: mul(call(sympy.gamma, u), call(sympy.digamma, u)),
             domain="a positive argument", narrow=True, inside=lambda u: u > 0,
             value=lambda mp, u: mp.gamma(u), scalar="math.gamma({0})", helper="gamma"),
    Function(head=sympy.loggamma, names=("lgamma", "loggamma", "gammaln"), called="the logarithm of the gamma function",
             latex=r"\operatorname{lgamma}", derivative=lambda u: call(sympy.digamma, u),
             domain="a positive argument", narrow=True, inside=lambda u: u > 0,
             value=lambda mp, u: mp.loggamma(u), helper="lgamma"),
    Function(head=sympy.digamma, names=("digamma",), called="the digamma function", latex=r"\psi",
             derivative=lambda u: call(polygamma, ONE, u),
             domain="a positive argument", narrow=True, inside=lambda u: u > 0,
             value=lambda mp, u: mp.digamma(u), helper="digamma"),
    Function(head=sympy.erf, names=("erf",), called="the error function", latex=r"\operatorname{erf}",
             derivative=lambda u: mul(divide(TWO, _root(sympy.pi)), call(sympy.exp, negative(_square(u)))),
             value=lambda mp, u: mp.erf(u), scalar="math.erf({0})", helper="erf"),
    Function(head=logit, names=("logit",), called="the logit", latex=r"\operatorname{logit}",
             derivative=lambda u: divide(ONE, mul(u, subtract(ONE, u))),
             domain="an argument between 0 and 1", inside=lambda u: 0 < u < 1, plain=logit.plain,
             value=lambda mp, u: mp.log(u / (1 - u)), scalar="math.log({0}/(1 - {0}))", vector="np.log({0}/(1 - {0}))"),
    Function(head=cbrt, names=("cbrt",), called="the cube root", latex=r"\sqrt[3]", printed="∛", radical=True,
             derivative=lambda u: divide(ONE, mul(Integer(3), _square(call(cbrt, u)))),
             value=lambda mp, u: mp.sign(u) * mp.cbrt(abs(u)), plain=cbrt.plain,
             scalar="math.cbrt({0})", vector="np.cbrt({0})"),
    Function(head=step, names=("step", "heaviside", "Heaviside"), called="the step function",
             latex=r"\operatorname{step}", derivative=lambda u: Integer(0),
             kink="the function itself jumps from 0 to 1 and has no slope there; 0, the slope on both sides, is used",
             value=lambda mp, u: (mp.sign(u) + 1) / 2, plain=step.plain, vector="np.heaviside({0}, 0.5)", helper="step"),
    Function(head=sympy.atan2, names=("atan2", "arctan2"), called="the angle atan2",
             latex=r"\operatorname{atan2}", takes=(2, 2), partial=_of_angle,
             partials=("∂/∂y atan2(y, x) = x/(x² + y²), ∂/∂x atan2(y, x) = -y/(x² + y²)",
                       r"\frac{\partial}{\partial y} \operatorname{atan2}(y, x) = \frac{x}{x^2 + y^2},\;"
                       r" \frac{\partial}{\partial x} \operatorname{atan2}(y, x) = -\frac{y}{x^2 + y^2}"),
             kink="where the second argument is negative the angle itself jumps from -π to π; the slope, the same on both"
                  " sides, is used",
             domain="two arguments that are not both 0", inside=lambda y, x: (y, x) != (0, 0),
             value=lambda mp, y, x: mp.atan2(y, x), scalar="math.atan2({0}, {1})", vector="np.arctan2({0}, {1})"),
    Function(head=logarithm, names=("logarithm",), called="the logarithm", latex=r"\log", printed="log",
             takes=(2, 2), subscript=1, partial=_of_logarithm,
             domain="a positive argument and a positive base other than 1",
             inside=lambda u, base: u > 0 and base > 0 and base != 1,
             value=lambda mp, u, base: mp.log(u) / mp.log(base), plain=logarithm.plain, helper="logarithm"),
    Function(head=polygamma, names=("polygamma",), called="the polygamma function", latex=r"\psi", takes=(2, 2), subscript=0,
             spelled=True, partial=_of_polygamma,
             partials=("d/dx polygamma(k, x) = polygamma(k + 1, x)", r"\frac{d}{dx} \psi_{k}(x) = \psi_{k + 1}(x)"),
             domain="a positive argument behind its order", narrow=True, inside=lambda order, u: u > 0,
             value=lambda mp, order, u: mp.psi(int(order), u), plain=polygamma.plain, helper="polygamma"),
    Function(head=logsumexp, names=("logsumexp",), called="log-sum-exp", latex=r"\operatorname{logsumexp}",
             takes=(2, None), partial=lambda k, zs: call(softmax, Integer(k + 1), *zs),
             partials=("∂/∂z_k logsumexp(z₁, z₂, ...) = softmax_k(z₁, z₂, ...)",
                       r"\frac{\partial}{\partial z_k} \operatorname{logsumexp}(z_1, z_2, \ldots) ="
                       r" \operatorname{softmax}_{k}(z_1, z_2, \ldots)"),
             value=lambda mp, *zs: max(zs) + mp.log(sum(mp.exp(z - max(zs)) for z in zs)), plain=logsumexp.plain,
             helper="logsumexp"),
    Function(head=softmax, names=("softmax",), called="the softmax", latex=r"\operatorname{softmax}",
             takes=(3, None), subscript=0, partial=_of_softmax,
             partials=("∂p_k/∂z_k = p_k (1 - p_k), ∂p_k/∂z_j = -p_k p_j for j ≠ k",
                       r"\frac{\partial p_k}{\partial z_k} = p_k \left(1 - p_k\right),\;"
                       r" \frac{\partial p_k}{\partial z_j} = -p_k\,p_j \text{ for } j \ne k"),
             value=lambda mp, k, *zs: 1 / sum(mp.exp(z - zs[int(k) - 1]) for z in zs), plain=softmax.plain,
             helper="softmax"),
)

FUNCTIONS: Mapping[type, Function] = MappingProxyType({row.head: row for row in _ROWS})
BY_NAME: Mapping[str, Function] = MappingProxyType({name: row for row in _ROWS for name in row.names})
SUBSCRIPTED: Mapping[str, Function] = MappingProxyType(
    {row.printed or row.names[0]: row for row in _ROWS if row.subscript is not None})
"""The functions that may be typed as they are printed, log_b(x) and softmax₁(a, b)."""

# Names that stand for an expression in the functions above, with the number of arguments each takes.
SPELLINGS: Mapping[str, tuple[int, Callable[..., Expr]]] = MappingProxyType({
    "sqrt": (1, _root),
    "log10": (1, lambda u: call(logarithm, u, Integer(10))),
    "log2": (1, lambda u: call(logarithm, u, TWO)),
    "log1p": (1, lambda u: call(sympy.log, add(ONE, u))),
    "expm1": (1, lambda u: subtract(call(sympy.exp, u), ONE)),
    "hypot": (2, lambda a, b: _root(add(_square(a), _square(b)))),
})

CONSTANTS: Mapping[str, Expr] = MappingProxyType({"e": sympy.E, "E": sympy.E, "pi": sympy.pi})

GREEK: Mapping[str, str] = MappingProxyType({
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "lamda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
})

LOSS = "J"
"""What the loss is called; its slope is written ∂J/∂m."""

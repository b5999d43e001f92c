"""What learners remember the derivatives of the functions to be, and what they are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Expr, Integer, Rational, acos, asin, atan, cos, cosh, erf, exp, log, pi, sec, sin, sinh, tan, tanh

from symcalc.functions import sigmoid, softplus
from symcalc.written import add, call, divide, mul, negative, power, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)


def _square(u: Expr) -> Expr:
    return power(u, TWO)


@dataclass(frozen=True, slots=True)
class WrongSlopes:
    """What is said where one of the wrong slopes of a function is used, and those slopes."""

    hint: str
    slopes: tuple[Callable[[Expr], Expr], ...]


WRONG_SLOPES: Mapping[type, WrongSlopes] = MappingProxyType({
    sin: WrongSlopes("sine and cosine turn into each other", (
        lambda u: call(sin, u),)),
    cos: WrongSlopes("sine and cosine turn into each other, one of them with a minus", (
        lambda u: call(cos, u),)),
    tan: WrongSlopes("write the tangent as the sine over the cosine and use the quotient rule", (
        lambda u: power(call(sin, u), Integer(-2)), lambda u: call(sec, u), lambda u: mul(call(sec, u), call(tan, u)),
        lambda u: divide(ONE, call(tan, u)), lambda u: _square(call(tan, u)), lambda u: _square(call(cos, u)))),
    log: WrongSlopes("neither a logarithm nor an exponential is left in it", (
        lambda u: call(log, u), lambda u: divide(ONE, call(log, u)), lambda u: call(exp, u))),
    atan: WrongSlopes("it is a fraction with a sum below the bar, and no root", (
        lambda u: divide(ONE, subtract(ONE, _square(u))), lambda u: divide(ONE, power(add(ONE, _square(u)), HALF)),
        lambda u: divide(ONE, power(subtract(ONE, _square(u)), HALF)), lambda u: divide(ONE, add(ONE, u)),
        lambda u: divide(ONE, call(tan, u)), lambda u: divide(ONE, _square(call(sec, u))))),
    asin: WrongSlopes("it is a fraction with a root below the bar, and a difference under the root", (
        lambda u: divide(ONE, power(add(ONE, _square(u)), HALF)), lambda u: divide(ONE, subtract(ONE, _square(u))),
        lambda u: divide(ONE, call(cos, u)), lambda u: divide(ONE, power(subtract(_square(u), ONE), HALF)))),
    acos: WrongSlopes("it is that of the arcsine but for the sign", (
        lambda u: divide(ONE, power(subtract(ONE, _square(u)), HALF)), lambda u: negative(divide(ONE, call(sin, u))))),
    tanh: WrongSlopes("write the function as sinh over cosh and use the quotient rule", (
        lambda u: add(ONE, _square(call(tanh, u))), lambda u: subtract(ONE, call(tanh, u)),
        lambda u: divide(ONE, call(cosh, u)), lambda u: divide(ONE, _square(call(cos, u))))),
    cosh: WrongSlopes("no minus comes in, unlike for the cosine", (
        lambda u: negative(call(sinh, u)),)),
    erf: WrongSlopes("it is what stands under the integral of its definition, with the constant that stands before it", (
        lambda u: call(exp, negative(_square(u))), lambda u: mul(TWO, call(exp, negative(_square(u)))),
        lambda u: divide(call(exp, negative(_square(u))), power(pi, HALF)))),
    sigmoid: WrongSlopes("write the sigmoid with e, as it is defined, and use the chain rule", (
        lambda u: call(sigmoid, u), lambda u: subtract(ONE, call(sigmoid, u)),
        lambda u: mul(call(sigmoid, u), add(ONE, call(sigmoid, u))), lambda u: subtract(ONE, _square(call(sigmoid, u))))),
    softplus: WrongSlopes("write the function as the logarithm that it is, and use the chain rule", (
        lambda u: call(exp, u), lambda u: divide(ONE, add(ONE, call(exp, u))),
        lambda u: subtract(ONE, call(sigmoid, u)))),
})

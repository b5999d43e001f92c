"""What learners remember the derivatives of the functions to be, and what they are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sympy import Expr, Integer, Rational, acos, asin, atan, cos, cosh, erf, exp, log, pi, sec, sin, sinh, tan, tanh

from symcalc.functions import sigmoid, softplus
from symcalc.written import add, call, divide, mul, negative, power, subtract

ONE, TWO, HALF = Integer(1), Integer(2), Rational(1, 2)


def _square(u: Expr) -> Expr:
    return power(u, TWO)


WRONG_SLOPES: Mapping[type, tuple[Callable[[Expr], Expr], ...]] = MappingProxyType({
    sin: (lambda u: call(sin, u),),
    cos: (lambda u: call(cos, u),),
    tan: (lambda u: power(call(sin, u), Integer(-2)), lambda u: call(sec, u), lambda u: mul(call(sec, u), call(tan, u)),
          lambda u: divide(ONE, call(tan, u)), lambda u: _square(call(tan, u)), lambda u: _square(call(cos, u))),
    log: (lambda u: call(log, u), lambda u: divide(ONE, call(log, u)), lambda u: call(exp, u)),
    atan: (lambda u: divide(ONE, subtract(ONE, _square(u))), lambda u: divide(ONE, power(add(ONE, _square(u)), HALF)),
           lambda u: divide(ONE, power(subtract(ONE, _square(u)), HALF)), lambda u: divide(ONE, add(ONE, u)),
           lambda u: divide(ONE, call(tan, u)), lambda u: divide(ONE, _square(call(sec, u)))),
    asin: (lambda u: divide(ONE, power(add(ONE, _square(u)), HALF)), lambda u: divide(ONE, subtract(ONE, _square(u))),
           lambda u: divide(ONE, call(cos, u)), lambda u: divide(ONE, power(subtract(_square(u), ONE), HALF))),
    acos: (lambda u: divide(ONE, power(subtract(ONE, _square(u)), HALF)), lambda u: negative(divide(ONE, call(sin, u)))),
    tanh: (lambda u: add(ONE, _square(call(tanh, u))), lambda u: subtract(ONE, call(tanh, u)),
           lambda u: divide(ONE, call(cosh, u)), lambda u: divide(ONE, _square(call(cos, u)))),
    cosh: (lambda u: negative(call(sinh, u)),),
    erf: (lambda u: call(exp, negative(_square(u))), lambda u: mul(TWO, call(exp, negative(_square(u)))),
          lambda u: divide(call(exp, negative(_square(u))), power(pi, HALF))),
    sigmoid: (lambda u: call(sigmoid, u), lambda u: subtract(ONE, call(sigmoid, u)),
              lambda u: mul(call(sigmoid, u), add(ONE, call(sigmoid, u))), lambda u: subtract(ONE, _square(call(sigmoid, u)))),
    softplus: (lambda u: call(exp, u), lambda u: divide(ONE, add(ONE, call(exp, u))),
               lambda u: subtract(ONE, call(sigmoid, u))),
})

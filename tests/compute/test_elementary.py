"""The functions of several numbers side by side, against mpmath."""

import ctypes
import math

import mpmath
import numpy as np
import pytest

from symcalc.compute.fused import elementary
from symcalc.compute.fused.vectors import Code

llvm = pytest.importorskip("llvmlite.binding")

RNG = np.random.RandomState(6)
EVERYWHERE = np.concatenate([RNG.normal(size=300), 30 * RNG.normal(size=300),
                             RNG.choice([-1, 1], 300) * 10**RNG.uniform(-300, 2.8, 300)])
POSITIVE = np.concatenate([np.abs(EVERYWHERE), 1 + 1e-3 * RNG.normal(size=300), 10**RNG.uniform(-323, 308, 300), [5e-324]])
ANGLES = np.concatenate([EVERYWHERE, 10**RNG.uniform(0, 300, 300), np.arange(1, 300) * (math.pi / 2)])
SHARES = np.concatenate([np.abs(EVERYWHERE), -RNG.uniform(0, 1, 300), -10**RNG.uniform(-20, 0, 300)])
PARTS = np.concatenate([RNG.uniform(-1, 1, 300), RNG.choice([-1, 1], 300) * 10**RNG.uniform(-300, 0, 300)])
POWERS = np.concatenate([EVERYWHERE, RNG.uniform(-745, 709.7, 300)])


def vectorised(function, lanes=8):
    """The function compiled for so many numbers side by side."""
    from symcalc.compute.fused.engine import engine, lanes_here
    assert lanes_here()
    code = Code()
    x = code.value(f"load <{lanes} x double>, ptr %from, align 8", "double", lanes)
    code.lines += [f"  store {function(x)}, ptr %to, align 8", "  ret void"]
    text = "\n".join([*code.called.values(), "define void @finish(ptr %from, ptr %to) {", *code.lines, "}",
                      '!0 = !{!"branch_weights", i32 1, i32 10000}'])
    made = engine(text, ("finish",))
    call = ctypes.cast(made.functions["finish"], ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p))

    def evaluated(numbers):
        padded = np.resize(np.asarray(numbers, dtype=np.float64), -(-len(numbers) // lanes) * lanes)
        found = np.empty_like(padded)
        for begin in range(0, len(padded), lanes):
            call(padded[begin:].ctypes.data, found[begin:].ctypes.data)
        return found[:len(numbers)]

    return evaluated, made


@pytest.mark.parametrize("lanes", [4, 16])
@pytest.mark.parametrize(("name", "numbers", "exact", "ulps"), [
    ("exp", POWERS, mpmath.exp, 1.0), ("log", POSITIVE, mpmath.log, 1.0), ("sin", ANGLES, mpmath.sin, 1.5),
    ("cos", ANGLES, mpmath.cos, 1.5), ("tan", ANGLES, mpmath.tan, 3.0), ("tanh", EVERYWHERE, mpmath.tanh, 3.0),
    ("expm1", EVERYWHERE, mpmath.expm1, 2.5), ("log1p", SHARES, mpmath.log1p, 2.0),
    ("sigmoid", EVERYWHERE, lambda x: 1 / (1 + mpmath.exp(-x)), 2.5), ("atanh", PARTS, mpmath.atanh, 4.0),
    ("softplus", EVERYWHERE, lambda x: mpmath.log1p(mpmath.exp(x)), 3.0),
])
def test_right_to_an_ulp_or_two(name, numbers, exact, ulps, lanes):
    evaluated, _made = vectorised(elementary.FUNCTIONS[name], lanes)
    with mpmath.workprec(1200 if numbers is ANGLES else 200):
        for x, found in zip(numbers.tolist(), evaluated(numbers).tolist()):
            wanted = exact(mpmath.mpf(x))
            nearest = float(wanted)
            assert found == nearest or abs(mpmath.mpf(found) - wanted) <= ulps * math.ulp(nearest), x


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(("name", "given", "wanted"), [
    ("exp", [NAN, INF, -INF, 710.0, -746.0, 1e308, -0.0], [NAN, INF, 0.0, INF, 0.0, INF, 1.0]),
    ("log", [NAN, INF, -INF, 0.0, -0.0, -1.0, 1.0], [NAN, INF, NAN, -INF, -INF, NAN, 0.0]),
    ("sin", [NAN, INF, -INF, 0.0], [NAN, NAN, NAN, 0.0]), ("cos", [NAN, INF, -INF, 0.0], [NAN, NAN, NAN, 1.0]),
    ("tanh", [NAN, INF, -INF, 1e308, 5e-324], [NAN, 1.0, -1.0, 1.0, 5e-324]),
    ("expm1", [NAN, INF, -INF, 710.0, 0.0], [NAN, INF, -1.0, INF, 0.0]),
    ("log1p", [NAN, INF, -1.0, -2.0, 1e308, 0.0], [NAN, INF, -INF, NAN, math.log(1e308), 0.0]),
    ("sigmoid", [NAN, INF, -INF, 800.0, -800.0, 0.0], [NAN, 1.0, 0.0, 1.0, 0.0, 0.5]),
    ("softplus", [NAN, INF, -INF, 800.0, -800.0], [NAN, INF, 0.0, 800.0, 0.0]),
])
def test_where_there_is_no_number_or_no_end(name, given, wanted):
    evaluated, _made = vectorised(elementary.FUNCTIONS[name])
    assert np.array_equal(evaluated(given), wanted, equal_nan=True)

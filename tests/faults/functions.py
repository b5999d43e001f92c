"""Faults in the rows of the vocabulary: in the derivative, the value, the code, the notation, the domain and the bend."""

from collections.abc import Iterator
from functools import partial
from types import MappingProxyType

import mpmath
import numpy as np
from sympy import Rational

import symcalc as sc
from symcalc.compute import numerics
from symcalc.language import calls
from symcalc.vocabulary import BY_NAME, FUNCTIONS, Function
from symcalc.written import add, mul

from .known import HARD, KNOWN, Known
from .planting import Check, Fault, changed, rewritten

ROWS = {row.names[0]: row for row in FUNCTIONS.values()}
OFF = Rational(1_000_001, 1_000_000)
DIGITS = 30
_IN_NUMPY = ("sin", "cos")
_FIRST = {"softmax": (2,), "polygamma": (1,)}          # which of a family is meant


def close(found: object, wanted: object, digits: int = 12) -> bool:
    """Whether two numbers have so many digits in common."""
    return bool(abs(found - wanted) <= mpmath.mpf(10) ** -digits * max(1, abs(wanted)))


# The checks

def proved(known: Known) -> None:
    """The rule that the row makes, and the chain rule, where they are used."""
    sc.derive(known.call, known.letters[-1])
    sc.derive(known.call.replace("(a", "(a^2/5").replace(" a,", " a^2/5,").replace(" a)", " a^2/5)"), "a")


def has_its_value(name: str, known: Known) -> None:
    context = mpmath.MPContext()
    context.dps = DIGITS
    with mpmath.workdps(DIGITS):
        for at in known.points:
            given = (*_FIRST.get(name, ()), *at)
            found = ROWS[name].value(context, *(context.mpf(str(u)) for u in given))
            assert close(mpmath.mpf(str(found)), known.value(*(mpmath.mpf(str(u)) for u in at)), DIGITS - 3)


def is_compiled(name: str, known: Known, columns: bool) -> None:
    """Value and slopes of generated code against mpmath: for single numbers, or for columns."""
    letters = " ".join(known.letters)
    if columns:
        numbers = np.array(known.points, dtype=float).T
        loss = sc.Loss(f"sum(w*{known.call})", columns=letters).compile(dict(zip(known.letters, numbers)))
        with mpmath.workdps(DIGITS):
            total = mpmath.fsum(known.value(*map(mpmath.mpf, at)) for at in known.points)
        assert close(loss([2.0])[0], 2 * total) and close(loss([2.0])[1][0], total)
        if name in _IN_NUMPY:        # of columns by another route, of one number by their own
            loss = sc.Loss(f"sum(b*{known.call})", columns="b").compile({"b": [1.0, 2.0]})
            assert close(loss([0.7])[0], 3 * known.value(mpmath.mpf(0.7)))
        return
    compiled = sc.Loss(known.call, parameters=letters).compile()
    for at in known.points:
        value, gradient = compiled(at)
        with mpmath.workdps(DIGITS):
            given = tuple(map(mpmath.mpf, at))
            assert close(value, known.value(*given))
            for k in range(len(at)):
                order = tuple(int(j == k) for j in range(len(at)))
                assert close(gradient[k], mpmath.diff(known.value, given, order), 9)


def is_written(known: Known) -> None:
    """Read by each of its names; printed and typeset as the table of the tests says."""
    for typed in known.typed.split("|"):
        expression = sc.read(typed)
        assert type(expression).__name__ == known.head
        assert sc.text(expression) == known.text
        assert sc.latex(expression) == known.latex


def has_its_domain(name: str, known: Known) -> None:
    """Inside and outside are told apart; a constant outside is refused with what the function needs."""
    inside = partial(ROWS[name].inside or (lambda *u: True), *_FIRST.get(name, ()))
    assert all(inside(*at) for at in known.points) and not any(inside(*at) for at in known.outside)
    assert bool(ROWS[name].domain) == bool(known.outside)
    for at in known.outside:
        try:
            sc.derive(f"x*{_at(known, (*_FIRST.get(name, ()), *at))}", "x")
        except sc.SymcalcError as refusal:
            assert any(words in str(refusal) for words in (" needs a", " needs two", "symcalc takes ", "a logarithm is a positive number"))
        else:
            raise AssertionError(f"{at} is taken")


def _at(known: Known, at: tuple[float, ...]) -> str:
    return f"{known.call.partition('(')[0]}({', '.join(f'({u})' for u in at)})"


def tells_its_bend(known: Known) -> None:
    """Where it bends it says so, with the slope that the compiled gradient has there."""
    assert len(sc.derive(known.call, "a").kinks) == 1
    found = sc.Loss(known.call, parameters=" ".join(known.letters)).compile()(known.bend)[1][0]
    assert found == known.slope


def stands_extremes(name: str) -> None:
    """Both forms of a function of our own, where the textbook's formula overflows or loses its digits."""
    first = tuple(map(float, _FIRST.get(name, ())))
    value = {**{name: known.value for name, known in KNOWN.items()}, "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
             "softplus": lambda u: mpmath.log1p(mpmath.exp(u))}[name]
    for at in HARD[name]:
        with mpmath.workdps(60 if name in ("digamma", "polygamma") else 500), np.errstate(all="ignore"):
            wanted = float(value(*map(mpmath.mpf, at)))
            forms = [getattr(numerics, form, None) for form in (name, f"scalar_{name}")]
            found = [float(form(*first, *map(np.float64, at))) for form in forms if form]
        assert all(one == wanted or abs(one - wanted) <= 1e-13 * abs(wanted) for one in found)


def checks(name: str, known: Known) -> dict[str, Check]:
    """The checks of one function, by a short name."""
    both = (AssertionError, sc.SymcalcError)
    return {
        "proof": Check("the proof of every line", partial(proved, known), (sc.ProofError,)),
        "value": Check("the values against mpmath", partial(has_its_value, name, known)),
        "float": Check("the compiled floats against mpmath", partial(is_compiled, name, known, False),
                       (AssertionError, ValueError, OverflowError)),
        "array": Check("the compiled columns against mpmath", partial(is_compiled, name, known, True)),
        "written": Check("the table of names and notation", partial(is_written, known), both),
        "domain": Check("the constants inside and outside of the domain", partial(has_its_domain, name, known)),
        "bend": Check("the slope that is told and used at the bend", partial(tells_its_bend, known)),
        "extremes": Check("the extremes against mpmath", partial(stands_extremes, name), (AssertionError, OverflowError)),
    }


# The faults

def _slope(row: Function, change: object):
    """The row with another derivative, or with other partial derivatives."""
    if row.partial:
        return partial(changed, row, partial=lambda k, arguments: change(_RIGHT[row.names[0]](k, arguments)))
    return partial(changed, row, derivative=lambda u: change(_RIGHT[row.names[0]](u)))


_RIGHT = {name: row.partial or row.derivative or BY_NAME["ln"].derivative for name, row in ROWS.items()}
_VALUES = {name: row.value for name, row in ROWS.items()}
_FLAT = ("sign", "step")             # of slope 0, which no factor changes


def faults_of(name: str) -> Iterator[Fault]:
    """The faults of one row."""
    row, known = ROWS[name], KNOWN[name]
    look = checks(name, known)
    every = tuple(look[key] for key in ("proof", "value", "float", "array"))

    def fault(what: str, plant: object, *which: str) -> Fault:
        return Fault(f"the row of {name}", what, plant, tuple(look[key] for key in which) if which else every)

    if name not in _FLAT:
        yield fault("the derivative is a millionth too large", _slope(row, lambda slope: mul(OFF, slope)))
    yield fault("the derivative has 1/1000 added", _slope(row, lambda slope: add(slope, Rational(1, 1000))))
    yield fault("the value is a millionth too large",
                partial(changed, row, value=lambda mp, *u: _VALUES[name](mp, *u) * (1 + mp.mpf(10) ** -6)))
    yield fault("the code for floats is a billionth too large",
                partial(changed, row, scalar=f"(1.000000001*{row.code(False)})"), "float")
    yield fault("the code for columns is a billionth too large",
                partial(changed, row, vector=f"(1.000000001*{row.code(True)})"), "array")
    if name == "abs":                # between bars, whatever its name
        yield fault("it is written as another", partial(
            rewritten, "pages.function_notation:FunctionNotation.absolute", "bars", "brackets"), "written")
    else:
        yield fault("it is typeset as another", partial(changed, row, latex=r"\operatorname{other}"), "written")
        yield fault("it is printed as another", partial(changed, row, printed="other"), "written")
    other = BY_NAME["exp" if name != "exp" else "sin"] if row.takes == (1, 1) else BY_NAME["logsumexp"]
    for typed in () if name == "logsumexp" else row.names:
        table = MappingProxyType({**BY_NAME, typed: other})
        yield fault(f"{typed} is read as another", partial(changed, calls, BY_NAME=table), "written")
    yield fault("its domain is empty", partial(changed, row, inside=lambda *u: False, domain="another argument"), "domain")
    if row.inside:
        yield fault("its domain has no bounds", partial(changed, row, inside=None, domain=""), "domain")
    if row.kink:
        yield fault("nothing is said of its bend", partial(changed, row, kink=""), "bend")
    for place, old, new in _UNSTABLE.get(name, ()):
        yield Fault(f"compute/numerics.py {place}", f"{old} → {new}", partial(rewritten, f"compute.numerics:{place}", old, new),
                    (look["extremes"],))


# The textbook's formula in the place of one that serves everywhere
_UNSTABLE = {
    "sigmoid": [("sigmoid", "1.0 / (1.0 + np.exp(-np.asarray(z)))", "1.0 - 1.0 / (1.0 + np.exp(z))"),
                ("scalar_sigmoid", "math.exp(-abs(z))", "math.exp(-z)")],
    "softplus": [("softplus", "np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))", "np.log(1.0 + np.exp(z))"),
                 ("scalar_softplus", "max(z, 0.0) + math.log1p(math.exp(-abs(z)))", "math.log(1.0 + math.exp(z))")],
    "gamma": [("_gamma", "math.inf", "math.nan")],
    "digamma": [("digamma", "- sum(1 / (z + k) for k in range(_SHIFT))", "- sum(1 / (z + k) for k in range(1, _SHIFT))"),
                ("scalar_digamma", "z + _SHIFT", "z + 3"), ("_below_the_log", "0.5 * small", "0.5")],
    "lgamma": [("scalar_lgamma", "math.lgamma(z)", "math.log(math.gamma(z))")],
    "polygamma": [("_polygamma", "_SHIFT + k", "3"), ("_polygamma", "(2 * y)", "y")],
    "erf": [("erf", "_ERF(z)", "np.tanh(2 * z / 3.141592653589793**0.5)")],
    "step": [("scalar_step", "z > 0", "z > 1e-200")],
    "logarithm": [("logarithm", "{2.0: np.log2, 10.0: np.log10}", "{2.0: np.log10, 10.0: np.log2}"),
                  ("scalar_logarithm", "{2.0: math.log2, 10.0: math.log10}", "{2.0: math.log10, 10.0: math.log2}")],
    "logsumexp": [("logsumexp", "np.sort(np.broadcast_arrays(*logits), axis=0)", "np.broadcast_arrays(*logits)"),
                  ("scalar_logsumexp", "sorted(logits)", "sorted(logits, reverse=True)")],
    "softmax": [("softmax", "reduce(np.maximum, logits)", "0.0"), ("scalar_softmax", "max(logits)", "0.0")],
}

_CIRCULAR = [Fault(f"compute/tape.py circular, {name}", f"{old} → {new}",
                   partial(rewritten, "compute.tape:Tape.circular", old, new), (checks(name, KNOWN[name])["array"],))
             for name, old, new in (("sin", "0.5 *", "0.50000001 *"), ("sin", "{t.source} * {d.source}", "{d.source}"),
                                    ("cos", "2.0 /", "2.0000001 /"), ("cos", "- 1.0", "- 1.0000001"))]
FAULTS = _CIRCULAR + [fault for name in ROWS for fault in faults_of(name)]

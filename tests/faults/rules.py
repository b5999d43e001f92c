"""Faults in the rules of the derivation and in the algebra behind them: in what they give, and in what they say."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from sympy import Rational

import symcalc as sc
from symcalc.calculus.algebra.kind import Algebra
from symcalc.calculus.algebra.tidy import PASSES
from symcalc.calculus.rule import Rule
from symcalc.calculus.rules import NO_RULE, RULES
from symcalc.calculus.unfolding import Application
from symcalc.pages.document import Formula
from symcalc.vocabulary import FUNCTIONS
from symcalc.written import add

from .planting import Check, Fault, changed, rewritten

SAID = Path(__file__).with_name("said.txt")
_SLOPE = "ln(Sum(exp(z[j]){}, (j, 1, K)))"


def derived(formula: str, letter: str) -> object:
    """The derivation of a text; where it ends in "...", that of the slope in the second letter."""
    if formula.endswith("..."):
        first, second = letter.split()
        return sc.derive(sc.derive(formula[:-3], first).result, second)
    return sc.derive(formula, letter, functions="f g h" if "f(" in formula or "h(" in formula else ())


# A derivation for every rule and for every kind of algebra: its formula, and by which letter.
SAMPLES = [
    ("x + 5", "x"), ("w[c]^2", "w[k]"), ("Sum(j*w[j], (j, 1, m))", "w[k]"), (_SLOPE.format("") + "...", "z[k] z[l]"),
    ("ln(Sum(exp(z[j]/T), (j, 1, K)))...", "z[k] z[l]"), ("sum(m*x)", "m"), ("3*x", "x"), ("|x|/x", "x"), ("x*exp(x)", "x"),
    ("sqrt(x)", "x"), ("sqrt(2x + 1)", "x"), ("1/x", "x"), ("1/(2x + 1)", "x"), ("x^5", "x"), ("(x + 1)^5", "x"),
    ("exp(2x)", "x"), ("e^x", "x"), ("e^(-3x)", "x"), ("2^x", "x"), ("5^(2x)", "x"), ("x^x", "x"),
    *((f"{row.names[0]}({inside})", "x") for row in FUNCTIONS.values() if row.derivative for inside in ("x", "x^2/5")),
    ("log2(x)", "x"), ("log(3x, b)", "x"), ("log(5, x)", "x"), ("atan2(y, x)", "y"), ("atan2(2, x^2)", "x"),
    ("logsumexp(x, a)", "x"), ("logsumexp(a*b, c, 0)", "a"), ("softmax(1, a, b)^2", "a"),
    ("ln(softmax(1, a*b, a*c, 1))", "a"), ("f(x)", "x"), ("f(x^2)", "x"), ("f(x)", "x x"), ("f(2x)", "x x"),
    ("h(x, y)", "x"), ("h(x*y, x)", "x"), ("max(x, x^2, 1)", "x"), ("min(x, x^2)", "x"),
    ("piecewise((x^2, x < 1), (2x - 1, True))", "x"), ("digamma(x^2)", "x"), ("polygamma(1, x)", "x"), ("polygamma(2, x^2)", "x"),
    # Algebra
    ("3x^5", "x"), ("1/(1 + e^(-x))", "x"), ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "x"), ("|x|^2", "x"),
    ("sin(x)/cos(x)", "x"), ("x^2/x", "x"), ("e^x/x^2", "x"), ("x/(x^2 - x)", "x"), (_SLOPE.format(""), "z[k]"),
    ("exp(a)/(exp(a) + exp(b))", "a"), ("1/(1 + exp(a) + exp(b))", "a"), ("mean(logsumexp(w1*x, w2*x, 0) - w1*x)", "w1"),
    ("(x - 1)/(x^2 - 1)", "x"), ("x/sqrt(x^2 + 1)", "x"), ("1/(1 + 1/x)", "x"), ("ln(cos(x))", "x"), ("ln(sin(x))", "x"),
    ("ln(cosh(x))", "x"), ("sec(x)*tan(x)", "x"), ("csc(x) + cot(x)", "x"), ("-(c*ln(x) + (n - c)*ln(1 - x))", "x"),
    ("sum(w)", "w"), ("Sum(a, (j, 1, m))", "a"), ("mean(|y - m*x|)", "m"),
    ("-Sum(t[j]*ln(exp(z[j])/Sum(exp(z[l]), (l, 1, K))), (j, 1, K))", "z[k]"), ("ln(relu(x))", "x"),
    ("piecewise((relu(x)^2, x > 0), (0, True))", "x"), ("max(0, min(1, x))", "x"), ("max(x, x - 1)", "x"),
]


def _used(derivation: object) -> Iterator[Rule | Algebra]:
    """The rules in the tree and the algebra in the lines."""
    for stage in getattr(derivation, "stages", (derivation,)):
        waiting: list[Application] = [stage.root]
        while waiting:
            node = waiting.pop()
            yield node.rule
            waiting += node.parts
        yield from (line.rule for line in stage.lines if isinstance(line.rule, Algebra))


@cache
def samples() -> dict[int, tuple[str, str]]:
    """The first sample that uses a rule or a kind of algebra, by its place in the tables."""
    found: dict[int, tuple[str, str]] = {}
    places = {id(one): k for k, one in enumerate(TABLE)}
    for sample in SAMPLES:
        for one in _used(derived(*sample)):
            found.setdefault(places[id(one)], sample)
    return found


TABLE = (*(rule for rule in RULES if rule is not NO_RULE), *PASSES)      # which waits for a row without a derivative


def said() -> str:
    """What every rule says: its name, its formula in text and LaTeX, and its reason in one derivation."""
    blocks = []
    for k, (formula, letter) in sorted(samples().items()):
        one = TABLE[k]
        blocks.append("\n".join([f"{one.name}  [{formula} by {letter}]", f"    {one.formula}", f"    {one.latex}",
                                 *(f"    {reason}" for reason in _reasons(k))]))
    return "\n".join(blocks) + "\n"


def _reasons(k: int) -> list[str]:
    """Why, in the first line of the sample that is due to it."""
    derivation = derived(*samples()[k])
    lines = [line for stage in getattr(derivation, "stages", (derivation,)) for line in stage.lines]
    return [line.because for line in lines if line.rule is TABLE[k]][:1]


# The checks

def _says_so(k: int) -> None:
    one, (formula, letter) = TABLE[k], samples()[k]
    block = "\n".join([f"{one.name}  [{formula} by {letter}]", f"    {one.formula}", f"    {one.latex}",
                       *(f"    {reason}" for reason in _reasons(k))])
    assert block + "\n" in SAID.read_text()


def _proof(k: int) -> Check:
    return Check("the proof of every line", lambda: derived(*samples()[k]), (sc.ProofError,))


def _words(k: int) -> Check:
    return Check("the list of what rules say", partial(_says_so, k))


# The faults

def _shifted(right: Callable, changes: Callable[[object, tuple], bool] = lambda found, given: True) -> Callable:
    """What it gives, and 1/1000 more."""
    def wrong(*given: object) -> object:
        found = right(*given)
        return add(found, Rational(1, 1000)) if changes(found, given) else found
    return wrong


def _faults() -> Iterator[Fault]:
    for k, one in enumerate(TABLE):
        where = f"{'rule' if isinstance(one, Rule) else 'algebra'} {k}, {one.name} {one.formula}"
        if isinstance(one, Rule):
            yield Fault(where, "1/1000 is added", partial(changed, one, combine=_shifted(one.combine)), (_proof(k),))
            yield Fault(where, "it states another formula", partial(
                changed, one, statement=Formula(text="(f + g)' = f'", latex="(f + g)' = f'")), (_words(k),))
            yield Fault(where, "it gives another reason", partial(changed, one, because=lambda es, x: ("so it is",)),
                        (_words(k),))
        else:
            wrong = _shifted(one.rewrite, lambda found, given: found != given[0])
            yield Fault(where, "1/1000 is added", partial(changed, one, rewrite=wrong), (_proof(k),))
            yield Fault(where, "it states another formula", partial(changed, one, formula="f = g"), (_words(k),))
            yield Fault(where, "it gives another reason", partial(changed, one, because="so it is"), (_words(k),))


# place, what stands there, what in its place, and a derivation that comes to it
_PARTS = [
    ("calculus.rules:_add_derivatives", "negative(derivative) if minus else derivative", "derivative", ("x^3 - x^2", "x")),
    ("calculus.rules:_quotient", "negative(mul(above, below_))", "mul(above, below_)", ("sin(x)/x", "x")),
    ("calculus.rules:_quotient", "power(below, Integer(2))", "below", ("sin(x)/x", "x")),
    ("calculus.rules:_product", "*factors[k + 1:]", "", ("x*sin(x)", "x")),
    ("calculus.rules:_contest", "StrictGreaterThan if", "StrictLessThan if", ("max(x, x^2)", "x")),
    ("calculus.rules:_contest", "order[-1][1]", "order[0][1]", ("min(x, x^2)", "x")),
    ("calculus.rules:_logarithm", "e.base)", "e.exp)", ("(x^2 + 1)^x", "x")),
    ("vocabulary:_of_polygamma", "polygamma.next(order)", "polygamma.next(order + 1)", ("polygamma(1, x^2)", "x")),
    ("calculus.elementary:_is_power", " and not depends(off_the_bar(e).exp, x)", "", ("x^x", "x")),
    ("calculus.elementary:lowered", "-1)", "-2)", ("x^5", "x")),
    ("calculus.elementary:raised", ", 1)", ", 2)", ("1/x^n", "x")),
    ("calculus.several:moving", "depends(argument, x)", "argument == x", ("atan2(2, x^2)*x", "x")),
    ("calculus.indexed:_matches", "same(index, other)", "same(index, index)", ("w[c]^2", "w[k]")),
    ("calculus.indexed:_softmax_slope", "same(moved, index)", "same(index, index)", (_SLOPE.format("") + "...", "z[k] z[l]")),
    ("primed:Primed.raised", "order + (j == k)", "order + 2*(j == k)", ("x*f(x)", "x")),
    ("vocabulary:_of_softmax", "if k == which", "if k != which", ("softmax(1, a, b)^2", "a")),
    ("vocabulary:_of_angle", "negative(y)", "y", ("atan2(a, x)", "x")),
    ("vocabulary:_of_logarithm", "by_base if k", "by_base if not k", ("logarithm(x, 3)*x", "x")),
    ("calculus.algebra.sums:_turned", "negative(term) for", "term for", ("-(c*ln(x) + (n - c)*ln(1 - x))", "x")),
    ("calculus.algebra.sums:_count", "mul(part.limits[0][2], part.function)", "part.function", ("sum(w)", "w")),
    ("calculus.algebra.sums:_take_out", "Mul(*fixed,", "Mul(*fixed, *fixed,", ("mean(|y - m*x|)", "m")),
]


def _within() -> Iterator[Fault]:
    for place, old, new, sample in _PARTS:
        if sample:
            yield Fault(place, f"{old} → {new or 'nothing'}", partial(rewritten, place, old, new), (Check(
                "the proof of every line", partial(derived, *sample), (sc.ProofError,)),))


FAULTS = [*_faults(), *_within()]

"""How a gradient becomes an update, written as equations: what is printed is what runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Literal

from sympy import Dummy, Expr, Integer, Symbol

from symcalc.compute.loops.equations import stepper
from symcalc.errors import DescentError, SymcalcError, as_given, meant, perhaps, visible
from symcalc.language import read
from symcalc.language.names import checked_name, plain_name
from symcalc.language.prefix import from_prefix, prefixed
from symcalc.pages.document import Document, Equation, Inline, paragraph
from symcalc.pages.notation import text
from symcalc.pages.numbers import numeral, short
from symcalc.pages.shown import Shown
from symcalc.written import replaced

# Dummies, so that a parameter called eta is another letter than the learning rate.
THETA = Dummy("theta", real=True)         # any parameter
SLOPE = Dummy("g", real=True)             # the partial derivative by that parameter
RATE = Dummy("eta", real=True)            # the learning rate
COUNTED = Dummy("k", real=True)           # the number of the update, from 1
NEWTON = Dummy("p", real=True)            # that parameter's part of the p for which ∇²J p = ∇J

_GIVEN = {letter.name: letter for letter in (THETA, SLOPE, RATE, COUNTED, NEWTON)}

Search = Literal["", "line", "backtracking"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Method(Shown):
    """Equations for the next value of a parameter, in terms of its value θ, its slope g and the learning rate η.

    What an equation gives is used by those below it; the last gives the new θ, those above it a state that is 0 at the
    start. `slope_at` is where the slope is taken, `rate` what η is unless it is given.

    >>> method_named("momentum")
    <method momentum: v ← β v - η g, θ ← θ + v>
    """

    name: str
    equations: tuple[tuple[Symbol, Expr], ...]
    settings: Mapping[Symbol, float] = field(default_factory=dict)
    slope_at: Expr = THETA
    rate: float = 0.01
    search: Search = ""          # how the rate is looked for, anew in each step
    turns: bool = False          # whether the parameters move one at a time, in turn

    @property
    def update(self) -> Expr:
        """The formula for the new θ."""
        return self.equations[-1][1]

    @property
    def state(self) -> tuple[Symbol, ...]:
        """The letters that are carried from step to step."""
        return tuple(letter for letter, _ in self.equations[:-1])

    @property
    def inputs(self) -> tuple[Symbol, ...]:
        """What the equations are given: θ, g, η, k, p, and the state before the step."""
        return (THETA, SLOPE, RATE, COUNTED, NEWTON, *self.state)

    @property
    def needs_curvature(self) -> bool:
        """Whether the second derivatives drive it."""
        return any(formula.has(NEWTON) for _, formula in self.equations)

    @property
    def looks_ahead(self) -> bool:
        """Whether the slope is taken elsewhere than at θ."""
        return self.slope_at != THETA

    @property
    def coasts(self) -> bool:
        """Whether a parameter may move where its slope is zero: by what is carried along, by a decay, by a slope elsewhere.

        >>> [name for name in METHODS if method_named(name).coasts]
        ['momentum', 'nesterov', 'adam', 'adamw']
        """
        return self.looks_ahead or _moves_without_slope(self.equations)

    @property
    def chained(self) -> tuple[tuple[Symbol, Expr], ...]:
        """The equations with a letter of its own for every new value, so that old and new are told apart."""
        new: dict[Symbol, Symbol] = {}
        found = []
        for letter, formula in self.equations:
            found.append((fresh := Dummy(letter.name, real=True), replaced(formula, new.get)))
            new[letter] = fresh
        return tuple(found)

    def with_settings(self, **settings: float) -> Method:
        """The same method with other numbers for some of its settings.

        >>> method_named("momentum").with_settings(beta=0.5).settings
        mappingproxy({_beta: 0.5})
        """
        own = {letter.name: letter for letter in self.settings}
        given = {checked_name(name): _setting(name, value) for name, value in settings.items()}
        if unknown := [name for name in given if name not in own]:
            which = f"its settings are {', '.join(own)}" if own else "it has none"
            raise DescentError(f"{self.name} has no setting {unknown[0]}; {which}{perhaps(unknown[0], own)}")
        changed = {own[name]: value for name, value in given.items()}
        return replace(self, settings=MappingProxyType({**self.settings, **changed}))

    def document(self) -> Document:
        """The equations, where the slope is taken, what p is, and the numbers that its letters have unless given."""
        parts: list[Inline] = []
        if self.looks_ahead:
            parts += [SLOPE, " is the slope at ", self.slope_at, ". "]
        if self.needs_curvature:
            parts += [NEWTON, " solves ∇²J p = ∇J. "]
        given: list[tuple[Inline, ...]] = [(letter, " = ", numeral(value)) for letter, value in self.settings.items()]
        given.insert(0, ("the search starts from " if self.search else "", RATE, " = ", short(self.rate)))
        numbers = paragraph(*parts, "Unless given, ", *_joined(given), ".")
        return Document("", (*(Equation(pair, relation="←") for pair in self.equations), numbers), f"The method {self.name}")

    def __repr__(self) -> str:
        return f"<method {visible(self.name)}: {', '.join(f'{text(left)} ← {text(right)}' for left, right in self.equations)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return method_in, (method_record(self),)      # another process has other Dummies

    def step(self) -> tuple[Callable[..., tuple[float, ...]], str]:
        """The equations as a function of the inputs that returns the new state and the new θ, and its source."""
        return stepper(self.chained, self.inputs, self.settings)

    def ahead(self) -> Callable[..., tuple[float, ...]]:
        """Where the slope is taken, as a function of the inputs."""
        return stepper(((Dummy("theta", real=True), self.slope_at),), self.inputs, self.settings)[0]


def _joined(groups: list[tuple[Inline, ...]]) -> list[Inline]:
    separators = [", "] * (len(groups) - 2) + [" and "] * (len(groups) > 1) + [""]
    return [piece for group, separator in zip(groups, separators) for piece in (*group, separator)]


def method(name: str, *equations: str, slope_at: str = "theta", rate: float = 0.01, **settings: float) -> Method:
    """A method of your own, from its equations: theta is the parameter, g its slope, eta the rate, k the update's number.

    Every other letter on the left is a state, 0 at the start; every other letter on the right is a setting. In p stands
    the parameter's part of Newton's step, ∇²J p = ∇J.

    >>> heavy = method("heavy ball", "v = beta*v + g", "theta = theta - eta*v", beta=0.5)
    >>> [symbol.name for symbol in heavy.state], heavy.settings
    (['v'], mappingproxy({_beta: 0.5}))
    """
    if not (isinstance(name, str) and name.strip()):
        raise DescentError(f"the name of a method is a text, not {as_given(name)}")
    if not equations:
        raise DescentError(f"the method {visible(name)} has no equations; write one, as in 'theta = theta - eta*g'")
    sides = [_sides(equation) for equation in equations]
    known = {plain_name(given): Dummy(plain_name(given), real=True) for given in settings}
    values = {known[plain_name(given)]: _setting(given, value) for given, value in settings.items()}
    if reserved := sorted(known.keys() & _GIVEN.keys()):
        raise DescentError(f"{reserved[0]} has a meaning of its own in a method; give the setting another letter")
    known |= _GIVEN
    for left, _ in sides[:-1]:
        if left in known:
            raise DescentError(f"{left} stands on the left of an equation, but it is given already or set twice")
        known[left] = Dummy(left, real=True)
    if sides[-1][0] != THETA.name:
        raise DescentError(f"the last equation of a method gives the new theta, not {sides[-1][0]}")
    built = tuple((known[left], _formula(right, known)) for left, right in sides)
    return Method(name=name, equations=built, settings=MappingProxyType(values), slope_at=_formula(slope_at, known), rate=rate)


def _sides(equation: str) -> tuple[str, str]:
    left, sign, right = equation.partition("=") if isinstance(equation, str) else ("", "", "")
    if not (sign and left.strip() and right.strip()):
        raise DescentError(f"an equation of a method is written 'v = beta*v + g'; {_told(equation)} does not fit")
    return plain_name(left.strip()), right.strip()


def _told(equation: object) -> str:
    return repr(visible(equation)[:60]) if isinstance(equation, str) else as_given(equation)


def _setting(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
        raise DescentError(f"the setting {name} is a finite number, not {as_given(value)}")
    return float(value)


def _formula(right: str, known: Mapping[str, Symbol]) -> Expr:
    try:
        formula = read(right)
    except SymcalcError as fault:
        raise DescentError(f"the equation {visible(right)[:60]!r} cannot be read: {str(fault).splitlines()[0]}") from None
    letters = {part: part.name for part in formula.free_symbols}
    if unknown := sorted(name for name in letters.values() if name not in known):
        raise DescentError(f"{unknown[0]} has no value in the method's equations; give it as a setting, {unknown[0]}=0.9")
    return replaced(formula, {part: known[name] for part, name in letters.items()}.get)


# The table. Momentum: Sutskever et al. 2013, after Polyak 1964. Nesterov: 1983, in Sutskever's form. AdaGrad: Duchi et al.
# 2011. RMSProp: Tieleman and Hinton 2012. Adam: Kingma and Ba 2015. AdamW: Loshchilov and Hutter 2019.
_MEANS = ("v = beta_1*v + (1 - beta_1)*g", "s = beta_2*s + (1 - beta_2)*g^2",
          "v_hat = v/(1 - beta_1^k)", "s_hat = s/(1 - beta_2^k)")
_ADAM = "theta - eta*v_hat/(sqrt(s_hat) + epsilon)"
_PLAIN = ("theta = theta - eta*g",)
_DECAYS: dict[str, Any] = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
_WEIGHT_DECAY: dict[str, Any] = {"lambda": 0.01}

_TABLE: Mapping[str, Callable[[str], Method]] = MappingProxyType({
    "gradient descent": lambda name: method(name, *_PLAIN),
    "momentum": lambda name: method(name, "v = beta*v - eta*g", "theta = theta + v", beta=0.9),
    "nesterov": lambda name: method(name, "v = beta*v - eta*g", "theta = theta + v", slope_at="theta + beta*v", beta=0.9),
    "adagrad": lambda name: method(name, "s = s + g^2", "theta = theta - eta*g/(sqrt(s) + epsilon)", epsilon=1e-8),
    "rmsprop": lambda name: method(name, "s = beta*s + (1 - beta)*g^2", "theta = theta - eta*g/(sqrt(s) + epsilon)",
                                   rate=0.001, beta=0.9, epsilon=1e-8),
    "adam": lambda name: method(name, *_MEANS, f"theta = {_ADAM}", rate=0.001, **_DECAYS),
    "adamw": lambda name: method(name, *_MEANS, f"theta = {_ADAM} - eta*lambda*theta", rate=0.001, **_DECAYS,
                                 **_WEIGHT_DECAY),
    "newton": lambda name: method(name, "theta = theta - eta*p", rate=1.0),
    "line search": lambda name: _with(method(name, *_PLAIN, rate=1.0), search="line"),
    "backtracking": lambda name: _with(method(name, *_PLAIN, rate=1.0), search="backtracking"),
    "coordinate descent": lambda name: _with(method(name, *_PLAIN), turns=True),
})

METHODS = tuple(_TABLE)


def _with(plain: Method, search: Search = "", turns: bool = False) -> Method:
    return Method(name=plain.name, equations=plain.equations, rate=plain.rate, search=search, turns=turns)


@lru_cache(maxsize=64)
def _moves_without_slope(equations: tuple[tuple[Symbol, Expr], ...]) -> bool:
    known: dict[Symbol, Expr] = {SLOPE: Integer(0), NEWTON: Integer(0)}
    for letter, formula in equations:
        known[letter] = formula.xreplace(known)
    return known[THETA] != THETA


@cache
def _from_table(name: str) -> Method:
    return _TABLE[name](name)


def method_named(wanted: str | Method) -> Method:
    """The method of this name, in small or capital letters; a method of your own is itself.

    >>> method_named("Adam").name
    'adam'
    """
    if isinstance(wanted, Method):
        return wanted
    name = " ".join(wanted.lower().replace("-", " ").replace("_", " ").split()) if isinstance(wanted, str) else ""
    if name not in _TABLE:
        listed = ", ".join(METHODS)
        raise DescentError(f"there is no method {as_given(wanted)}; {meant(name, METHODS, f'the methods are {listed}')}")
    return _from_table(name)


def method_record(method: Method) -> dict[str, Any]:
    """A method as data: its equations, in order, and what else it is made of."""
    return {"name": method.name, "equations": [[letter.name, prefixed(formula)] for letter, formula in method.equations],
            "settings": {letter.name: value for letter, value in method.settings.items()},
            "slope_at": prefixed(method.slope_at), "rate": method.rate, "search": method.search, "turns": method.turns}


def method_in(kept: Mapping[str, Any]) -> Method:
    """The method that `method_record` wrote; one of the table is that of the table.

    >>> method_in(method_record(method_named("adam"))) is method_named("adam")
    True
    """
    if kept["name"] in METHODS and dict(kept) == method_record(method_named(kept["name"])):
        return method_named(kept["name"])
    settings = {checked_name(name): value for name, value in kept["settings"].items()}
    letters = {name: Dummy(name, real=True) for name in (*settings, *(checked_name(left) for left, _ in kept["equations"]))}
    letters |= _GIVEN
    equations = tuple((letters[left], from_prefix(right, letters)) for left, right in kept["equations"])
    if not equations or equations[-1][0] != THETA or any(left in _GIVEN.values() for left, _ in equations[:-1]):
        raise DescentError("the last equation of a method gives the new theta, and those above it a state")
    return Method(name=kept["name"], equations=equations, slope_at=from_prefix(kept["slope_at"], letters),
                  settings=MappingProxyType({letters[name]: value for name, value in settings.items()}),
                  rate=kept["rate"], search=kept["search"], turns=kept["turns"])

"""SymPy and Python objects made to do harm: each is refused in one sentence or taken for the plain thing that it is.

No code that such an object brings along runs: no printing hook, no derivative of its own, no way of comparing or counting.
What Python itself must ask of an argument before symcalc sees it, such as the hash of a key, is no business of symcalc.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import sympy
from sympy import (
    Add,
    Basic,
    Dummy,
    Float,
    Function,
    Indexed,
    IndexedBase,
    Integer,
    Max,
    Mul,
    Piecewise,
    Pow,
    Sum,
    Symbol,
    Tuple,
    sin,
)

import symcalc as sc
from symcalc.errors import SymcalcError

CODE = "x); __import__('os').system('touch CANARY') #"
RAN: list[str] = []


def ran(*_: object, **__: object) -> str:
    RAN.append(CODE)
    return CODE


HOOKS = dict.fromkeys(
    [
        "_sympystr",
        "_latex",
        "_pretty",
        "_pythoncode",
        "_numpycode",
        "_lambdacode",
        "_mathml_content",
        "_sympyrepr",
        "_eval_derivative",
        "_eval_evalf",
        "_eval_subs",
        "_eval_is_real",
        "fdiff",
        "__float__",
        "__str__",
        "__repr__",
        "__format__",
        "__int__",
        "__index__",
        "_repr_latex_",
    ],
    ran,
)
x, i, n = Symbol("x"), Symbol("i", integer=True), Symbol("n", integer=True)


def hooked(head: type, name: str = "Hooked") -> type:
    return type(name, (head,), HOOKS)


def crafted(head: type, *arguments: object) -> Basic:
    """Put together past SymPy's own checks."""
    return Basic.__new__(head, *arguments)


def nested(head: Callable[[Basic], Basic], levels: int) -> Basic:
    inner: Basic = x
    for _ in range(levels):
        inner = head(inner)
    return inner


def circular() -> Basic:
    part = crafted(Add, x, x)
    part._args = (part,)
    return part


class Text(str):
    """A name that says of itself what it likes."""

    __slots__ = ()
    __str__ = __repr__ = __format__ = strip = ran

    def __eq__(self, other: object) -> bool:
        return bool(ran())

    __hash__ = str.__hash__


class Odd:
    """A Python object whose every way of being looked at is code."""

    __float__ = __int__ = __index__ = __str__ = __repr__ = __format__ = __getitem__ = ran

    def __iter__(self) -> Iterator[str]:
        return iter([ran()])

    def __eq__(self, other: object) -> bool:
        return bool(ran())

    __hash__ = object.__hash__


OBJECTS: dict[str, Callable[[], object]] = {
    "symbol": lambda: Symbol(CODE) ** 2,
    "dummy": lambda: Dummy(CODE) + x,
    "dummy twin": lambda: Dummy("x") + x,
    "wild": lambda: sympy.Wild("w") + 1,
    "function": lambda: Function(CODE)(x),
    "f": lambda: x * Function("f")(x),
    "named text": lambda: Symbol(Text("m")) ** 2,
    "latex name": lambda: Symbol(r"\input{secret.txt}"),
    "space in name": lambda: Symbol("my x"),
    "html name": lambda: Symbol("<script>"),
    "escape": lambda: Symbol("x\x1b[31m"),
    "base": lambda: Sum(IndexedBase(CODE)[i], (i, 1, n)),
    "index": lambda: IndexedBase("x")[Symbol(CODE, integer=True)] * x,
    "shape": lambda: Sum(IndexedBase("x", shape=(Symbol(CODE),))[i] * x, (i, 1, n)),
    "matrix element": lambda: sympy.MatrixSymbol(CODE, 2, 2)[0, 0] * x,
    "matrix": lambda: sympy.MatrixSymbol("A", 2, 2),
    "explicit matrix": lambda: sympy.Matrix([x]),
    "lambda": lambda: sympy.Lambda(x, x),
    "hooked function": lambda: hooked(Function)(x) + x,
    "hooked sine": lambda: crafted(hooked(sin, "sin"), x),
    "hooked symbol": lambda: hooked(Symbol)("x") ** 2,
    "hooked sum": lambda: crafted(hooked(Add), x, Integer(1)),
    "hooked power": lambda: crafted(hooked(Pow), x, Integer(2)),
    "hooked expression": lambda: crafted(hooked(sympy.Expr)),
    "code as class": lambda: type(CODE, (Function,), {})(x),
    "kept function": lambda: Function("f", _sympystr=ran)(x),
    "text in arguments": lambda: crafted(Add, x, CODE),
    "none in arguments": lambda: crafted(Add, x, None),
    "int in arguments": lambda: crafted(Add, x, 3),
    "text in sine": lambda: crafted(sin, CODE),
    "bare sine": lambda: crafted(sin),
    "sine of two": lambda: crafted(sin, x, x),
    "bare power": lambda: crafted(Pow),
    "power of three": lambda: crafted(Pow, x, x, x),
    "bare sum": lambda: crafted(Add),
    "bare product": lambda: crafted(Mul),
    "sum of true": lambda: crafted(Add, x, sympy.true),
    "sum of tuple": lambda: crafted(Add, x, Tuple(x)),
    "bare maximum": lambda: crafted(Max),
    "sine of <": lambda: crafted(sin, x < 1),
    "sine of tuple": lambda: crafted(sin, Tuple(x)),
    "power of <": lambda: crafted(Pow, x, x < 1),
    "no base": lambda: crafted(Indexed, x, i),
    "sum without limits": lambda: crafted(Sum, x),
    "sum with bad limits": lambda: crafted(Sum, x, x),
    "no cases": lambda: crafted(Piecewise),
    "no pairs": lambda: crafted(Piecewise, x, x),
    "circle": circular,
    "deep": lambda: nested(lambda p: crafted(sin, p), 5_000),
    "wide as written out": lambda: nested(lambda p: Add(p, p, evaluate=False), 60),
    "bomb": lambda: Pow(9, Pow(9, 9, evaluate=False), evaluate=False) * x,
    "digits": lambda: Integer(10) ** 400 * x,
    "small float": lambda: Float("1e-400") * x,
    "factorial": lambda: sympy.factorial(10**7, evaluate=False) * x,
    "gamma": lambda: sympy.gamma(Integer(10) ** 7, evaluate=False) * x,
    "long sum": lambda: Sum(x * i, (i, 1, 10**9)),
    "imaginary": lambda: sympy.I * x,
    "infinity": lambda: Add(sympy.oo, x, evaluate=False),
    "nan": lambda: sympy.nan,
    "true": lambda: sympy.true,
    "integral": lambda: sympy.Integral(sympy.exp(x**x), x),
    "order": lambda: sympy.Order(x) + x,
    "subs": lambda: sympy.Subs(x**2, x, Symbol(CODE)),
    "root of": lambda: sympy.CRootOf(x**5 - x - 1, 0) * x,
    "comparison": lambda: x < 1,
    "text": lambda: Text("m^2"),
    "bytes": lambda: b"x",
    "none": lambda: None,
    "list": lambda: [x],
    "float": lambda: 1.5,
    "nan float": lambda: float("nan"),
    "complex": lambda: 1j,
    "huge": lambda: 10**5_000,
    "bool": lambda: True,
    "class": lambda: sin,
    "odd": Odd,
}
KNOWN = sc.Loss("(w - 3)^2")
LINE = sc.Loss("mean((y - m*x)^2)")


def run_with(**settings: object) -> None:
    KNOWN.descend(**{"start": {"w": 1}, "rate": 0.1, "steps": 2} | settings)


def whole(given: object) -> None:
    """Everything that is made of a loss."""
    loss = sc.Loss(given)
    derivation = loss.derive(loss.names[0])
    assert CODE not in str(derivation) + derivation._repr_mimebundle_()["text/latex"]
    data = {name.base.label.name: [1.0, 2.0] for name in loss.columns} or None
    assert CODE not in loss.compile(data).source
    str(loss.descend(data, start=[0.5] * len(loss.names), rate=0.01, steps=2))


DOORS: dict[str, Callable[[object], object]] = {
    "loss": sc.Loss,
    "derive": lambda given: sc.derive(given, "x"),
    "gradient": sc.gradient,
    "by": lambda given: sc.derive("x^2", given),
    "answer": lambda given: sc.derive("x^2", "x").check(given),
    "parameters": sc.parameters,
    "columns": sc.columns,
    "declared": lambda given: sc.Loss("x^2", parameters=[given]),
    "data": LINE.compile,
    "column": lambda given: LINE.compile({"x": given, "y": [1, 2]}),
    "value": lambda given: LINE.compile({"x": [1, given], "y": [1, 2]}),
    "start": lambda given: run_with(start={"w": given}),
    "starts": lambda given: run_with(start=given),
    "rate": lambda given: run_with(rate=given),
    "steps": lambda given: run_with(steps=given),
    "method": lambda given: run_with(method=given),
    "call": lambda given: KNOWN.compile()([given]),
    "whole": whole,
}
# What NumPy and Python must do to see whether an object is an array, a mapping or a number.
ASKED = {("odd", door) for door in ("column", "value", "start", "starts", "rate", "call", "parameters", "columns", "by")} | {
    ("text", "column"),
    ("text", "data"),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_no_object_brings_its_own_code_or_a_traceback(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = OBJECTS[name]()
    for door, use in DOORS.items():
        RAN.clear()
        began = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                use(given)
            except SymcalcError as refused:
                assert not RAN or (name, door) in ASKED, (door, len(RAN))
                RAN.clear()
                first = str(refused).split("\n")[0]
                assert first.isprintable() and len(first) < 320, door
        assert not RAN or (name, door) in ASKED, (door, len(RAN))
        assert time.process_time() - began < 5, door
    assert not list(tmp_path.iterdir())


def inside_itself(levels: int) -> sympy.Expr:
    deep = Symbol("x")
    for _ in range(levels):
        deep = sin(deep, evaluate=False)
    return deep


@pytest.mark.parametrize("write", [sc.text, sc.latex])
@pytest.mark.parametrize(("build", "said"), [
    (lambda: Integer(10) ** 100_000, "digits cannot be written"), (lambda: 1 / Integer(10) ** 5000, "digits cannot be written"),
    (lambda: Pow(sin(Symbol("x")), Integer(10) ** 5000), "digits cannot be written"),
    (lambda: Float(2) ** 10_000_000, "as large or as small as this cannot be written"),
    (lambda: inside_itself(3000), "nested too deeply to be written"), (object, "there is no notation for object"),
], ids=["whole", "fraction", "exponent", "far", "deep", "object"])
def test_what_cannot_be_written_is_refused_in_a_sentence(write, build, said):
    with pytest.raises(SymcalcError, match=said):
        write(build())


@pytest.mark.parametrize("build", [Symbol, lambda name: Function(name)(Symbol("x")), lambda name: IndexedBase(name)[Symbol("i")],
                                   lambda name: IndexedBase("x")[Symbol(name)]], ids=["letter", "function", "column", "index"])
def test_a_name_steers_no_terminal(build):
    from symcalc.pages.ascii import written
    for write in (sc.text, sc.latex, written):
        assert write(build("a\x1b]0;owned\x07")).isprintable()


def test_a_number_beyond_floats_keeps_its_power_of_ten():
    x = Symbol("x")
    assert sc.text(Float("1e-400") * x) == "10⁻⁴⁰⁰ x"
    assert sc.text(Float("-2.5e400")) == "-2.5 · 10⁴⁰⁰"
    assert sc.latex(Float("1e400")) == "10^{400}"


@pytest.mark.parametrize("point", [np.ma.array([1.0, 2.0], mask=[True, False]), {"u": np.ma.masked, "v": 0}, [np.ma.masked, 1]],
                         ids=["array", "mapping", "list"])
def test_a_masked_value_is_no_number(point):
    loss = sc.Loss("(1 - u)^2 + (v - u^2)^2")
    for use in (loss.compile(), lambda start: loss.descend(None, start=start, rate=1e-3, steps=2)):
        with pytest.raises(SymcalcError, match="the value of u is masked; give a number"):
            use(point)
    with pytest.raises(SymcalcError, match="is masked"):
        loss.compile().across(np.ma.array([[1.0, 2.0]], mask=[[True, False]]))

"""Every kind of number, and of what is none, at every entrance: the right float64 or one sentence, and never a warning."""

import datetime
import math
import warnings
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pandas as pd
import pytest
import sympy

import symcalc as sc
from symcalc.errors import SymcalcError


class Floating(float):
    pass


class Counting(int):
    pass


# What it is, and the number it stands for; None where it is no number
ITEMS = OrderedDict({
    "masked": (np.ma.masked, None), "0-d masked": (np.ma.array(2.5, mask=True), None), "NA": (pd.NA, None),
    "NaT": (pd.NaT, None), "None": (None, None), "nan": (math.nan, None), "inf": (math.inf, None),
    "float32 nan": (np.float32("nan"), None), "float16 inf": (np.float16("inf"), None),
    "datetime": (datetime.datetime(2020, 1, 1), None), "date": (datetime.date(2020, 1, 1), None),
    "timedelta": (datetime.timedelta(1), None), "datetime64": (np.datetime64("2020-01-01"), None),
    "timedelta64": (np.timedelta64(3, "D"), None), "timedelta64 bare": (np.array([3]).view("m8")[0], None),
    "digits": ("25", None), "NumPy's digits": (np.str_("25"), None), "bytes": (b"25", None),
    "NumPy's bytes": (np.bytes_(b"25"), None), "0-d digits": (np.array("25"), None), "void": (np.void(b"12345678"), None),
    "record": (np.array((2.5,), dtype=[("a", float)])[()], None), "complex": (2.5 + 0j, None),
    "complex128": (np.complex128(2.5), None), "0-d complex": (np.array(2.5 + 0j), None),
    "array of one": (np.array([2.5]), None), "nested": ([2.5], None), "object": (object(), None), "class": (float, None),
    "imaginary": (2*sympy.I, None),
    "SymPy's nan": (sympy.nan, None), "SymPy's oo": (sympy.oo, None), "10**400": (10**400, None),
    "longdouble 1e4000": (np.longdouble("1e4000"), None),
    "Decimal": (Decimal("2.5"), 2.5), "Fraction": (Fraction(5, 2), 2.5), "0-d Decimal": (np.array(Decimal("2.5")), 2.5),
    "Rational": (sympy.Rational(5, 2), 2.5), "mpf": (mpmath.mpf("2.5"), 2.5),
    "True": (True, 1.0), "NumPy's True": (np.True_, 1.0), "2**53 + 1": (2**53 + 1, 2.0**53), "2**63": (2**63, 2.0**63),
    "2**80": (2**80, 2.0**80), "uint64": (np.uint64(2**64 - 1), 2.0**64), "int8": (np.int8(-3), -3.0),
    "float16": (np.float16(2.5), 2.5), "float32": (np.float32(0.1), float(np.float32(0.1))),
    "longdouble": (np.longdouble("0.1"), 0.1), "0-d": (np.array(2.5), 2.5), "0-d big-endian": (np.array(2.5, dtype=">f8"), 2.5),
    "float's child": (Floating(2.5), 2.5), "int's child": (Counting(2), 2.0), "-0": (-0.0, -0.0), "subnormal": (5e-324, 5e-324),
})

POINTS = sc.Loss("u + v")
ROWS = sc.Loss("mean(y - w*x)", columns="x y")
LINE = sc.mean_squared_error("y", sc.line("x")).descend({"x": [1, 2], "y": [1, 2]}, start=[0, 0], rate=1e-3, steps=1)


def holding(item):
    array = np.empty(2, dtype=object)
    array[0], array[1] = 1.0, item
    return array


def made(make):
    """What pandas makes of it; what it will not take itself is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return make()
        except (OverflowError, TypeError, ValueError) as fault:
            raise SymcalcError("pandas does not take it") from fault


def in_data(column):
    return float(ROWS.compile({"x": column, "y": [1.0, 2.0]}).table["x"][1])


def descended(**how):
    return POINTS.descend(**{"start": [0, 0], "rate": 1e-3, "steps": 1, **how})


# What is done with the item, and the number as it went in; whatever becomes of it is told by this alone
ENTRANCES = {
    "list": lambda item: in_data([1.0, item]), "tuple": lambda item: in_data((1.0, item)),
    "series": lambda item: in_data(made(lambda: pd.Series([1.0, item]))),
    "nullable frame": lambda item: in_data(made(lambda: pd.DataFrame({"x": holding(item)}).convert_dtypes()["x"])),
    "start, list": lambda item: float(descended(start=[0.0, item]).points[0][1]),
    "start, mapping": lambda item: float(descended(start={"v": item, "u": 0.0}).points[0][1]),
    "start, objects": lambda item: float(descended(start=holding(item)).points[0][1]),
    "start, series": lambda item: float(descended(start=pd.Series(holding(item))).points[0][1]),
    "across, list": lambda item: POINTS.compile().across([[0.0, 0.0], [0.0, item]])[0][1],
    "across, tuples": lambda item: POINTS.compile().across(((0.0, 0.0), (0.0, item)))[0][1],
    "call, list": lambda item: POINTS.compile()([0.0, item])[0], "call, mapping": lambda item: POINTS.compile()(
        {"u": 0.0, "v": item})[0],
    "rate": lambda item: descended(rate=item).rate, "tolerance": lambda item: descended(tolerance=item).tolerances.slope,
    "predict": lambda item: (float(LINE.predict(x=[1.0, item])[1]) - LINE.parameters["b"]) / LINE.parameters["m"],
    "predict, alone": lambda item: (float(LINE.predict(x=item)[0]) - LINE.parameters["b"]) / LINE.parameters["m"],
    "steps": lambda item: descended(steps=item).nit, "batch": lambda item: ROWS.descend(
        {"x": [1.0] * 9, "y": [1.0] * 9}, start=[0], rate=1e-3, steps=1, batch=item).batch or 0,
}
# What takes no item of any kind, what it says, and what it takes in its place
CLOSED = {
    "array of objects": (lambda item: in_data(holding(item)), "column x holds text or other objects",
                         lambda: in_data(holding(2.5).astype(float)) == 2.5),
    "frame": (lambda item: ROWS.compile(pd.DataFrame({"x": holding(item), "y": [1.0, 2.0]})),
              "column x holds text or other objects",
              lambda: ROWS.compile(pd.DataFrame({"x": [1.0, 2.5], "y": [1.0, 2.0]})).table["x"][1] == 2.5),
    "across, objects": (lambda item: POINTS.compile().across(np.array([holding(0.0), holding(item)])),
                        "not all of them real numbers",
                        lambda: POINTS.compile().across(np.array([[0.0, 0.0], [0.0, 2.5]]))[0][1] == 2.5),
    "hold": (lambda item: descended(hold=[item]), "cannot be held", lambda: descended(hold=["v"]).held == ("v",)),
    "hold, alone": (lambda item: descended(hold=item), "cannot be held|hold is a text such as|is no name|there is no",
                    lambda: descended(hold="v").held == ("v",)),
}
GIVEN = {"nan", "inf", "float32 nan", "float16 inf", "longdouble 1e4000"}        # a function may be asked at what is not finite
MADE_TO_BE_NUMBERS = {"rate": {"digits": 25.0, "NumPy's digits": 25.0, "None": 0.01},        # a formula; the method's own
                      "predict, alone": {"array of one": 2.5, "nested": 2.5}, "batch": {"None": 0.0}}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_a_number_comes_in_as_it_is_or_not_at_all(entrance):
    wrong = []
    for name, (item, number) in ITEMS.items():
        number = MADE_TO_BE_NUMBERS.get(entrance, {}).get(name, number)
        try:
            got = ENTRANCES[entrance](item)
        except SymcalcError as refused:
            said = str(refused)
            if not (said.isprintable() and 10 < len(said) < 250):
                wrong.append((name, said))
            continue
        if entrance.startswith(("call", "across")) and name in GIVEN:
            continue
        if number is None or not math.isclose(got, number, rel_tol=1e-9, abs_tol=1e-300):
            wrong.append((name, got))
    assert not wrong


ALWAYS = ("2**53 + 1", "uint64", "float16", "float32", "longdouble", "float's child", "int's child", "subnormal")
EXACT = ("Decimal", "Fraction", "0-d Decimal", "Rational", "mpf", "2**80", "0-d", "0-d big-endian")
COLUMN = ("True", "NumPy's True", "2**80", "int8", "-0")
PREDICTED = (*(set(ALWAYS) - {"subnormal"}), *COLUMN)        # the line, taken off again, leaves no subnormal
TAKEN = {
    "list": ALWAYS + COLUMN, "tuple": ALWAYS + COLUMN, "predict": PREDICTED, "predict, alone": PREDICTED,
    **dict.fromkeys(("start, list", "start, mapping", "start, objects", "start, series", "call, list", "call, mapping"),
                    (*ALWAYS, *EXACT, "int8", "-0")),
    **dict.fromkeys(("series", "nullable frame"), (*ALWAYS, "int8", "-0")),
    **dict.fromkeys(("across, list", "across, tuples"), (*ALWAYS, "True", "0-d", "int8", "-0")),
    "rate": ALWAYS + EXACT, "tolerance": ALWAYS + EXACT, "steps": ("int's child",), "batch": ("int's child",),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_what_is_a_number_is_taken(entrance):
    for name in TAKEN[entrance]:
        item, number = ITEMS[name]
        assert ENTRANCES[entrance](item) == pytest.approx(number, rel=1e-9, abs=0), name


@pytest.mark.parametrize("entrance", CLOSED)
def test_objects_are_no_numbers_whatever_they_are(entrance):
    into, said, works = CLOSED[entrance]
    for item, _ in ITEMS.values():
        with pytest.raises(SymcalcError, match=said) as refused:
            into(item)
        assert str(refused.value).isprintable() and len(str(refused.value)) < 250
    assert works()


DTYPES = ["?", "b", "B", "h", "H", "i", "I", "q", "Q", "e", "f", "d", "g", ">f8", "<f8", ">i4", ">u2", ">f2"]
LAYOUTS = {
    "as it is": lambda a: a, "backwards": lambda a: a[::-1][::-1].copy()[::1], "every other": lambda a: np.repeat(a, 2)[::2],
    "reversed view": lambda a: a[::-1].copy()[::-1], "a column of a matrix": lambda a: np.stack([a, a], axis=1)[:, 1],
    "read-only": lambda a: _locked(a), "unaligned": lambda a: _unaligned(a), "masked nowhere": lambda a: np.ma.array(a),
    "series": pd.Series, "memory view": memoryview,
}


def _locked(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def _unaligned(array):
    buffer = np.empty(array.nbytes + 1, dtype=np.uint8)
    moved = buffer[1:].view(array.dtype) if array.itemsize else array
    moved[:] = array
    return moved


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_of_any_kind_and_layout(dtype, layout):
    numbers = np.array([1, 0, 1] if dtype == "?" else [1, 3, 5], dtype=dtype)
    known = [float(number) for number in numbers.tolist()]
    try:
        given = LAYOUTS[layout](numbers)
        table = ROWS.table({"x": given, "y": known})
    except (SymcalcError, ValueError, NotImplementedError) as refused:           # pandas has no half floats of the other end
        assert layout in ("series", "memory view") or isinstance(refused, SymcalcError)
        return
    assert table["x"].tolist() == known and table["x"].dtype == np.float64 and table["x"].flags.c_contiguous
    assert table["x"].flags.aligned
    start = LAYOUTS[layout](numbers[:2])
    try:
        run = POINTS.descend(start=start, rate=1e-9, steps=1)
    except SymcalcError as refused:
        assert dtype == "?" or layout == "memory view", refused
    else:
        assert run.points[0].tolist() == known[:2] and run.points.dtype == np.float64


HIDDEN = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 0], [0, 1]])


@pytest.mark.parametrize("given", [
    HIDDEN, HIDDEN.tolist(), [[1.0, 2.0], [3.0, np.ma.masked]], ((1.0, 2.0), (3.0, np.ma.masked)), [*HIDDEN],
    [[1.0], [2.0, 3.0]], [["1", "2"], ["3", "4"]], [[1.0, 2.0], [3.0, None]], [[1.0, 2.0], [3.0, "4"]],
], ids=["array", "tolist", "lists", "tuples", "rows", "ragged", "digits", "None", "mixed"])
def test_a_table_of_features_by_number(given):
    loss = sc.mean_squared_error("y", sc.linear("x", features=2))
    with pytest.raises(SymcalcError) as refused:
        loss.descend({"x": given, "y": [1.0, 2.0]}, start=[0] * 3, rate=0.1, steps=1)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 250


@pytest.mark.parametrize("given", [np.ma.array([1.0, 2.0], mask=[0, 1]), [1.0, np.ma.masked], ["1", "2"], [1.0, None]],
                         ids=["array", "list", "digits", "None"])
def test_a_column_in_memory_beside_those_of_dask(given):
    da = pytest.importorskip("dask.array", reason="Dask is not installed")
    with pytest.raises(SymcalcError, match="the data, column x"):
        ROWS.compile({"x": given, "y": da.from_array(np.array([1.0, 2.0]), chunks=1)})([1.0])


ARROW = {
    "int64": ([1, 3], None), "uint8": ([1, 3], None), "float32": ([1.0, 3.0], None), "float16": ([1.0, 3.0], None),
    "bool_": ([True, False], None), "string": (["1", "3"], "column x"), "date32": ([1, 3], "column x"),
    "timestamp": ([1, 3], "column x"),
}


@pytest.mark.parametrize("kind", ARROW)
@pytest.mark.parametrize("missing", [False, True])
def test_arrow(kind, missing):
    pa = pytest.importorskip("pyarrow", reason="Arrow is not installed")
    values, said = ARROW[kind]
    values = np.array(values, dtype="e").tolist() if kind == "float16" else values
    made = pa.timestamp("s") if kind == "timestamp" else getattr(pa, kind)()
    array = pa.array([np.float16(v) for v in values] if kind == "float16" else values, type=made)
    if missing:
        array = pa.concat_arrays([array[:1], pa.nulls(1, type=made)])
    for given in (array, pa.chunked_array([array]), pd.Series(array, dtype=pd.ArrowDtype(made))):
        try:
            table = ROWS.table({"x": given, "y": [1, 2]})
        except SymcalcError as refused:
            assert said or missing or kind in ("float16", "bool_")
            assert "column x" in str(refused) and str(refused).isprintable()
        else:
            assert not said and not missing and table["x"].tolist() == [float(value) for value in values]


def test_a_table_of_arrow_has_its_names_beside_the_columns():
    pa = pytest.importorskip("pyarrow", reason="Arrow is not installed")
    assert ROWS.table(pa.table({"y": [1.0, 2.0], "x": [3.0, 5.0]}))["x"].tolist() == [3, 5]
    with pytest.raises(SymcalcError, match="column x appears twice"):
        ROWS.table(pa.Table.from_arrays([pa.array([1.0, 2.0])] * 3, names=["x", "x", "y"]))
    named_so = pd.DataFrame({"x": [3.0, 5.0], "y": [1.0, 2.0], "column_names": [0.0, 0.0]})
    assert ROWS.table(named_so)["x"].tolist() == [3, 5]

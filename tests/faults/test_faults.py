"""The tests are tested: every fault of the tables is planted, and something notices; `caught.txt` says what.

Some are caught by the product at work: by the proof, whenever something is derived, or by the second route to an answer,
whenever an item is made. The others are caught by checks of the tests alone. `SYMCALC_BLESS=1` writes the list of what
caught each, and `said.txt`, what every rule says, anew: read them before keeping them.
"""

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from symcalc.calculus import proof
from symcalc.training.catalogue import __all__ as catalogue
from symcalc.training.methods import METHODS
from symcalc.training.stops import Stop
from symcalc.worksheets.items.kinds import KINDS

from . import catalogue as models
from . import functions, items, methods, rules, stops, strategies
from .planting import Check, Fault

TABLES = {"The rows of the vocabulary": functions, "Rules and algebra": rules, "Methods": methods, "Models and losses": models,
          "Ways to compute": strategies, "Ends of a run": stops, "Items of worksheets": items}
FAULTS = {fault.name: fault for table in TABLES.values() for fault in table.FAULTS}
CAUGHT = Path(__file__).with_name("caught.txt")
PRODUCT = ("the proof of every line", "the second route to an answer")


@pytest.fixture(autouse=True)
def _few_digits(monkeypatch):
    """What fails is looked at with a few more digits, not a thousand, for which mpmath takes seconds where there is a Γ."""
    monkeypatch.setattr(proof, "_MORE_DIGITS", (2,))


def line(fault, check):
    return f"    {fault.where}: {fault.what}  ->  {check}"


def caught_by(fault):
    """What catches it; an error that no check catches is told in its place, so that the faults after it are tried too."""
    try:
        return fault.caught_by()
    except Exception as error:
        return f"nothing: {error!r}"


@pytest.mark.parametrize("title", TABLES)
def test_without_a_fault_nothing_is_noticed(title):
    checks = {id(check): (fault.where, check) for fault in TABLES[title].FAULTS for check in fault.checks}
    noticed = []
    for where, check in checks.values():
        try:
            check.run()
        except Exception as error:           # another than it catches too, so that every check that fails is told
            noticed.append(f"{where}: {check.name}: {error!r}")
    assert noticed == []


def test_a_check_that_breaks_hides_no_other_fault():
    broken = Fault("a row", "nothing is wrong", nullcontext, (Check("it counts", lambda: 1 / 0),))
    assert caught_by(broken) == "nothing: ZeroDivisionError('division by zero')"


@pytest.mark.parametrize("title", TABLES)
def test_every_fault_is_caught_by_what_the_list_says(title):
    caught = [line(fault, caught_by(fault)) for fault in TABLES[title].FAULTS]
    assert [found for found in caught if "  ->  nothing" in found] == []
    listed = CAUGHT.read_text().splitlines()
    assert os.environ.get("SYMCALC_BLESS") or [found for found in caught if found not in listed] == []


def test_the_lists():
    if os.environ.get("SYMCALC_BLESS"):
        rules.SAID.write_text(rules.said())
        CAUGHT.write_text("\n".join(listed()) + "\n")
    assert rules.SAID.read_text() == rules.said()
    lines = [one for one in CAUGHT.read_text().splitlines() if one.startswith("    ")]
    known = [one.partition("  ->  ")[0] for one in lines]
    assert len(set(known)) == len(known) and {line(fault, "").partition("  ->  ")[0] for fault in FAULTS.values()} <= set(known)
    assert not [one for one in known if one.strip() not in FAULTS] or strategies.MISSING


def listed():
    """Every fault with what caught it, under what it is a fault in."""
    for title, table in TABLES.items():
        found = [(fault, fault.caught_by()) for fault in table.FAULTS]
        own = sum(check in PRODUCT for _, check in found)
        yield f"{title}: {len(found)} faults, {own} caught by the product at work, {len(found) - own} by tests alone"
        yield from (line(fault, check) for fault, check in found)


# Nothing is left out

def test_every_row_of_the_vocabulary_has_its_faults():
    for name, row in functions.ROWS.items():
        kinds = {fault.what for fault in functions.FAULTS if fault.where == f"the row of {name}"}
        assert row.derivative is row.partial is None or "the derivative has 1/1000 added" in kinds
        assert {"the value is a millionth too large", "its domain is empty", "the code for floats is a billionth too large",
                "the code for columns is a billionth too large"} <= kinds
        assert "it is written as another" in kinds or {"it is typeset as another", "it is printed as another"} <= kinds
        assert not row.kink or "nothing is said of its bend" in kinds
        assert not row.inside or "its domain has no bounds" in kinds
        assert not row.helper or name in functions._UNSTABLE


def test_every_rule_and_every_pass_is_met():
    assert sorted(rules.samples()) == list(range(len(rules.TABLE)))


def test_every_method_model_end_and_kind_has_a_fault():
    assert {fault.where.removeprefix("the method ") for fault in methods.FAULTS} >= set(METHODS)
    assert set(models.TRUE) == set(catalogue)
    seen = {name for fault in models.FAULTS for name, check in models.CHECKS.items() if check in fault.checks}
    assert seen == set(catalogue)
    assert {fault.where.split()[2].strip(",") for fault in stops.FAULTS} == {stop.name for stop in Stop}
    assert {fault.where.removeprefix("items of the kind ").split(",")[0] for fault in items.FAULTS} == set(KINDS)
    ways = {check.name for fault in strategies.FAULTS for check in fault.checks} | strategies.MISSING
    assert ways == {check.name for check in strategies.CHECKS.values()}

"""The tests are tested: every fault of the tables is planted, and something notices; `caught.txt` says what.

`SYMCALC_BLESS=1` writes the list anew: read it before keeping it.
"""

import os
from pathlib import Path

import pytest

from . import functions

CAUGHT = Path(__file__).with_name("caught.txt")
TABLES = (functions,)
FAULTS = [fault for table in TABLES for fault in table.FAULTS]
CHECKS = {(fault.where, check.name): check for fault in FAULTS for check in fault.checks}


@pytest.mark.parametrize("check", CHECKS.values(), ids=map(": ".join, CHECKS))
def test_without_a_fault_nothing_is_noticed(check):
    check.run()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_is_caught(fault):
    assert fault.caught_by() != "nothing"

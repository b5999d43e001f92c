"""What was worked out once for a table, for as long as somebody holds the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from symcalc.language.table import Table

Found = TypeVar("Found")


def remembered(function: Callable[[Table], Found]) -> Callable[[Table], Found]:
    """f(table), worked out once for each table; the table itself is not held.

    >>> from symcalc.language.table import read_table
    >>> count, table = remembered(lambda table: [table.rows]), read_table({"x": [1, 2]})
    >>> count(table) is count(table)
    True
    """
    known: WeakKeyDictionary[Table, Found] = WeakKeyDictionary()

    def found(table: Table) -> Found:
        if table not in known:
            known[table] = function(table)
        return known[table]

    return found

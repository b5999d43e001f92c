"""What tells one table from another: the number of rows, and a hash of each column's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from symcalc.errors import DataError
from symcalc.language.column_names import counted
from symcalc.language.table import Table
from symcalc.language.table_parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The rows, and the SHA-256 of each column's values as little-endian float64.

    >>> from symcalc.language.data import read_table
    >>> print(Fingerprint.of(read_table({"x": [1, 2]})).columns["x"][:8])
    dc91ce9a
    """

    rows: int
    columns: Mapping[str, str]

    @classmethod
    def of(cls, table: Table | Parts) -> Fingerprint:
        """That of a table; one in parts has the same, and its parts come here one after the other for it."""
        hashes = {name: sha256() for name in table.names}
        for _, part in table.tables() if isinstance(table, Parts) else [(0, table)]:
            for name, found in hashes.items():
                found.update(np.ascontiguousarray(part[name], dtype="<f8").data)
        return cls(rows=table.rows, columns={name: found.hexdigest() for name, found in hashes.items()})

    def check(self, table: Table | Parts) -> None:
        """Whether the table is the one that this was taken from; if not, the error says where it differs."""
        if table.rows != self.rows:
            raise DataError(f"{table.source}: these are not the data of the run, which had {counted(self.rows, 'row')}; "
                            f"here are {table.rows:,}")
        found = Fingerprint.of(table)
        if other := [name for name, digest in self.columns.items() if found.columns.get(name) != digest]:
            raise DataError(f"{table.source}: these are not the data of the run; the column {other[0]} holds other numbers")

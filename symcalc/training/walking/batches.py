"""Mini-batches: which rows drive which update, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from symcalc.errors import DescentError, as_given
from symcalc.language.items import is_whole
from symcalc.language.table import Table, table_of
from symcalc.language.table_parts import Parts

_AHEAD = 2**19           # numbers of the rows in the next batches that are sent for together, where the rows are in parts


@dataclass(slots=True, kw_only=True)
class Batches:
    """Rows in an order drawn anew for every pass over the data (an epoch), `size` of them to an update.

    >>> batches = Batches(rows=5, size=2, seed=7)
    >>> [batches.of(k).tolist() for k in (1, 2, 3)], batches.of(1).tolist() == batches.of(1).tolist()
    ([[4, 1], [2, 3], [0]], True)
    """

    rows: int
    size: int
    seed: int
    last: int = 0            # the last update that is known to come
    _drawn: tuple[int, np.ndarray] | None = field(default=None, repr=False)
    _sent: tuple[int, list[Table]] = field(default=(0, []), repr=False)         # batches from one on, out of the parts

    def __post_init__(self) -> None:
        for name, value, least, most in (("batch", self.size, 1, self.rows), ("seed", self.seed, 0, 2**32 - 1)):
            if not is_whole(value) or not least <= value <= most:
                raise DescentError(f"{name} is a whole number from {least} to {most:,}, not {as_given(value)}")

    def of(self, k: int) -> np.ndarray:
        """The rows, counted from 0, that drive update k, counted from 1."""
        epoch, place = divmod(k - 1, -(-self.rows // self.size))
        drawn = self._drawn                     # which another thread may draw anew at any time
        if drawn is None or drawn[0] != epoch:
            # RandomState, whose numbers are frozen for good; NumPy's newer generators may change between versions.
            order = np.arange(self.rows, dtype=np.int32 if self.rows < 2**31 else np.int64)
            self._drawn = drawn = epoch, np.random.RandomState([self.seed, epoch]).permutation(order)
        return drawn[1][place * self.size:(place + 1) * self.size]

    def table(self, whole: Table | Parts, k: int) -> Table:
        """Those rows of the data."""
        if isinstance(whole, Parts):
            return self._from_parts(whole, k)
        rows = self.of(k)
        return table_of({name: whole[name][rows] for name in whole.names}, len(rows), whole.source)

    def _from_parts(self, whole: Parts, k: int) -> Table:
        """The same, out of the parts, which are asked for the rows of several updates at once."""
        first, tables = self._sent
        if not first <= k < first + len(tables):
            many = max(1, _AHEAD // (self.size * (1 + len(whole.names))))
            wanted = [self.of(number) for number in range(k, max(k, min(k + many - 1, self.last)) + 1)]
            together, ends = whole.rows_at(np.concatenate(wanted)), np.cumsum([*map(len, wanted)]).tolist()
            tables = [together.between(end - len(rows), end).copied() for rows, end in zip(wanted, ends)]
            self._sent = first, tables = k, tables
        return tables[k - first]

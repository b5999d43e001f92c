"""A Dask collection read as a table in parts; Dask itself is imported only where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from symcalc.errors import DataError
from symcalc.language.column_names import chosen_names, counted
from symcalc.language.memory import from_memory, names_in_memory
from symcalc.language.table_parts import SOURCE, Parts


def is_collection(data: object) -> bool:
    """Whether data are Dask's, or a mapping with columns that are; Dask itself need not be there to say no.

    >>> is_collection({"x": [1, 2]})
    False
    """
    return _is_dask(data) or (isinstance(data, Mapping) and any(map(_is_dask, data.values())))


def _is_dask(data: object) -> bool:
    return hasattr(type(data), "__dask_graph__")


def read_collection(data: Any, names: Iterable[str] | None = None) -> Parts:
    """The parts of a Dask DataFrame, of a mapping of Dask arrays or Series, or of an array of records."""
    known = names_in_memory(data)
    wanted = known if names is None else chosen_names(names, known, SOURCE)
    if isinstance(data, Mapping):
        return Parts(names=wanted, pieces=_aligned({name: data[name] for name in wanted or known}))
    if getattr(data, "ndim", 2) == 2:
        data = data[list(wanted or known)]
    return Parts(names=wanted, pieces=tuple(np.ravel(data.to_delayed()).tolist()))


def _aligned(columns: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Columns cut at the same rows: one mapping for each part."""
    import dask.array as da
    first = next(values for values in columns.values() if _is_dask(values))
    cuts = first.chunks[:1] if hasattr(first, "chunks") else None
    known = cuts is not None and not np.isnan(cuts).any()
    blocks = {}
    for name, values in columns.items():
        if not _is_dask(values):
            if not known:
                raise DataError(f"{SOURCE}, column {name} is in memory, and the parts of the others are of unknown sizes; "
                                "give it as a column of the same collection")
            values = da.from_array(from_memory({name: values}, None)[name], chunks=-1)
        if getattr(values, "ndim", 1) != 1:
            raise DataError(f"{SOURCE}, column {name} is an array of shape {values.shape}; give a flat list of numbers, one "
                            "per row")
        blocks[name] = values
    _check_lengths(blocks)
    if known:
        blocks = {name: values if not hasattr(values, "chunks") or np.isnan(values.chunks).any() or values.chunks == cuts
                  else values.rechunk(cuts) for name, values in blocks.items()}
    delayed = {name: np.ravel(values.to_delayed()).tolist() for name, values in blocks.items()}
    if len(set(map(len, delayed.values()))) > 1:
        said = ", ".join(f"{name} {counted(len(parts), 'part')}" for name, parts in delayed.items())
        raise DataError(f"{SOURCE}: the columns are cut into parts in different ways ({said}); cut them alike, as "
                        "rechunk or repartition does")
    return tuple(dict(zip(delayed, pieces)) for pieces in zip(*delayed.values()))


def _check_lengths(columns: Mapping[str, Any]) -> None:
    """Whether the columns are of one length, as far as that is known before anything is read."""
    known = {name: values.shape[0] for name, values in columns.items()
             if hasattr(values, "chunks") and not np.isnan(values.shape[0])}
    first, rows = next(iter(known.items()), ("", 0))
    if other := next((name for name in known if known[name] != rows), None):
        raise DataError(f"{SOURCE}: column {first} has {counted(int(rows), 'value')} and column {other} has "
                        f"{int(known[other])}; give one value per row in each")

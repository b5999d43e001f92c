"""Numbers by name, for everybody to read and nobody to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np


class ByName(Mapping[str, np.ndarray]):
    """One array for each name, in their order; unlike the standard library's read-only view it can be pickled.

    >>> found = ByName({"w": np.array([1.0, 2.0])})
    >>> found, len(found)
    (ByName({'w': array([1., 2.])}), 1)
    """

    __slots__ = ("_arrays",)

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = dict(arrays)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return f"ByName({self._arrays!r})"

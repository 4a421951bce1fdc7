"""A column of stretches of one long array, cut when they are read: a million windows take the room of one text."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Windows:
    """Item `i` is `base[starts[i] : starts[i] + length]`, in the type `dtype`.

    It has what the rest of the program asks of a column: `shape`, `dtype`, `ndim`, `nbytes`, `len()`, indexing by
    number, slice, places or yes-and-no, and `np.asarray`, which cuts everything.
    """

    def __init__(self, base: Array, starts: Array, length: int, dtype: str | np.dtype[Any] | None = None) -> None:
        starts = np.asarray(starts, np.int64)
        if len(starts) and (starts.min() < 0 or starts.max() + length > len(base)):
            raise ValueError("a window reaches beyond the array")
        self.base = base
        self.starts = starts
        self.length = length
        self.dtype: np.dtype[Any] = np.dtype(dtype if dtype is not None else base.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.starts), self.length, *self.base.shape[1:])

    @property
    def ndim(self) -> int:
        return self.base.ndim + 1

    @property
    def nbytes(self) -> int:
        """What it takes as it is, not cut."""
        return int(self.base.nbytes + self.starts.nbytes)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, key: Any) -> Array:
        starts = self.starts[key]
        if starts.ndim == 0:
            return np.asarray(self.base[int(starts) : int(starts) + self.length]).astype(self.dtype)
        if not len(self.starts):
            return np.empty((0, *self.shape[1:]), self.dtype)
        view = np.lib.stride_tricks.sliding_window_view(self.base, self.length, axis=0)
        found = np.moveaxis(view, -1, 1)[starts]  # (items, length, …): one copy per window, no table of places
        return np.ascontiguousarray(found, dtype=self.dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("windows are always cut anew")
        return self[:].astype(dtype if dtype is not None else self.dtype, copy=False)

    def covered(self, indices: Array | None = None) -> Array:
        """The rows of `base` in any of the windows, each once: what statistics count, however windows overlap."""
        starts = self.starts if indices is None else self.starts[np.asarray(indices, np.int64)]
        change = np.zeros(len(self.base) + 1, np.int64)
        np.add.at(change, starts, 1)
        np.add.at(change, starts + self.length, -1)
        return self.base[np.cumsum(change[:-1]) > 0]


def starts_of(total: int, length: int, stride: int) -> Array:
    """Where windows of a length begin, one every `stride`, all of them whole."""
    return np.arange(0, max(0, total - length + 1), stride, dtype=np.int64)

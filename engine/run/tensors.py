"""The data of a run as tensors: resident on the device, prepared once where memory allows, batches by one indexing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.data.raw import bound, raw_inputs, raw_targets
from engine.data.windows import Windows
from engine.errors import UserError
from engine.run.device import free_memory
from engine.run.model import Built, bindings

if TYPE_CHECKING:
    from engine.data.dataset import Dataset

CHUNK = 4096
CUT_BYTES = 64 * 2**20
"""From this size on overlapping windows stay one array and are cut batch by batch."""
SHARE = 0.5
"""Share of the free memory that a part of the data may take."""

Prepare = Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]
Fetch = Callable[[Tensor], tuple[Tensor, ...]]


class Cut:
    """Windows of one array on the device, cut when a batch is taken: the million windows of a text take the room of the
    text. It answers the two questions that a part asks its tensors."""

    def __init__(self, column: Windows, indices: np.ndarray, device: torch.device) -> None:
        base = column.base
        if base.dtype.kind == "u" and base.dtype.itemsize > 1:
            base = base.astype(np.int32)  # torch indexes unsigned bytes, but no longer unsigned numbers
        self._base = torch.from_numpy(own(base)).to(device)
        self._starts = torch.from_numpy(column.starts[indices]).to(device)
        self._steps = torch.arange(column.length, device=device)
        self._dtype = torch.int64 if column.dtype.kind in "iu" else torch.float32

    def index_select(self, axis: int, items: Tensor) -> Tensor:
        """The windows of those numbers."""
        return self._base[self._starts[items].unsqueeze(1) + self._steps].to(self._dtype)

    def __getitem__(self, place: slice) -> Tensor:
        return self._base[self._starts[place].unsqueeze(1) + self._steps].to(self._dtype)


@dataclass
class Part:
    """The items of one part of the data, in one of three ways, the fastest that fits into memory:
    `inputs` prepared and on the device; `inputs` raw and on the device, prepared batch by batch by `prepare`; or no
    `inputs` and each batch read by `fetch` from the cache on disk.
    """

    inputs: tuple[Tensor | Cut, ...]
    targets: Mapping[str, Tensor | Cut]
    count: int
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Mean and standard deviation of the targets that are standardized."""
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    prepare: Prepare | None = None
    fetch: Fetch | None = None

    def batch(self, items: Tensor) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """Inputs and targets of the items of those numbers."""
        targets = {name: target.index_select(0, items) for name, target in self.targets.items()}
        if self.fetch is not None:
            return self._prepared(self.fetch(items)), targets
        return self._prepared(tuple(value.index_select(0, items) for value in self.inputs)), targets

    def slice(self, start: int, stop: int) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """Inputs and targets of consecutive items."""
        targets = {name: target[start:stop] for name, target in self.targets.items()}
        if self.fetch is not None:
            return self._prepared(self.fetch(torch.arange(start, min(stop, self.count)))), targets
        return self._prepared(tuple(value[start:stop] for value in self.inputs)), targets

    def _prepared(self, values: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if self.prepare is None:
            return values
        with torch.no_grad():
            return self.prepare(values)


def load_part(built: Built, dataset: Dataset, indices: np.ndarray, device: torch.device) -> Part:
    """The items at some places of a data set as a part on the device."""
    pairs, schema = bindings(built.project, built.source), built.project.data.schema
    scales, count = built.scales, len(indices)
    large = {name: one for name in built.targets if (one := _large(dataset, name, count)) is not None}
    truths = raw_targets(dataset, [name for name in built.targets if name not in large], indices)
    targets: dict[str, Tensor | Cut] = {
        name: _target(name, value, scales.get(name), device) for name, value in truths.items()
    }
    targets.update({name: Cut(column, indices, device) for name, column in large.items()})
    built.preparation.to(device)

    def fetch(places: np.ndarray) -> tuple[Tensor, ...]:
        arrays = raw_inputs(dataset, pairs, indices[places], schema)
        return tuple(torch.from_numpy(own(array)).to(device) for array in arrays)

    part = Part((), targets, count, scales, device, built.prepared)
    if not count:
        return part
    read = [[one.name for one in bound(layer, schema)[1]] for _, layer in pairs]
    cuts = [_large(dataset, names[0], count) if len(names) == 1 else None for names in read]
    if cuts and all(one is not None for one in cuts):
        part.inputs = tuple(Cut(one, indices, device) for one in cuts if one is not None)
        return part
    few = fetch(np.arange(min(2, count)))
    room = SHARE * free_memory(device)
    with torch.no_grad():
        prepared_fits = _bytes_per_item(built.prepared(few)) * count <= room
    if prepared_fits:
        part.inputs, part.prepare = _resident(fetch, built.prepared, count), None
    elif _bytes_per_item(few) * count <= room:
        part.inputs = _resident(fetch, lambda raw: raw, count)
    else:
        part.fetch = lambda items: fetch(items.cpu().numpy())
    return part


def _large(dataset: Dataset, name: str, count: int) -> Windows | None:
    """The column where it is windows that would take much room if they were all cut."""
    column: Any = dataset.columns[name]
    if not isinstance(column, Windows):
        return None
    return column if count * int(np.prod(column.shape[1:])) * column.dtype.itemsize > CUT_BYTES else None


def _resident(fetch: Callable[[np.ndarray], tuple[Tensor, ...]], prepare: Prepare, count: int) -> tuple[Tensor, ...]:
    """All items at once, read and prepared in pieces, so that nothing exists twice."""
    found: tuple[Tensor, ...] = ()
    with torch.no_grad():
        for start in range(0, count, CHUNK):
            piece = prepare(fetch(np.arange(start, min(start + CHUNK, count))))
            found = found or tuple(one.new_empty((count, *one.shape[1:])) for one in piece)
            for whole, one in zip(found, piece, strict=True):
                whole[start : start + len(one)] = one
    return found


def _bytes_per_item(values: tuple[Tensor, ...]) -> int:
    return sum(value.numel() * value.element_size() // len(value) for value in values)


def own(array: np.ndarray) -> np.ndarray[Any, Any]:
    """An array that torch may take as it is: whole, and not a view of a read-only file."""
    array = np.ascontiguousarray(array)
    return array if array.flags.writeable else array.copy()


def _target(name: str, value: np.ndarray, scale: tuple[float, float] | None, device: torch.device) -> Tensor:
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        raise UserError(f"The target “{name}” holds values that are missing or not finite. Leave those items out.")
    if scale is not None:
        mean, std = scale
        value = ((value.astype(np.float64) - mean) / std).astype(np.float32)
    return torch.from_numpy(own(value)).to(device)

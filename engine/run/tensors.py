"""The data of a run as tensors: resident on the device, prepared once where memory allows, batches by one indexing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from engine.data.raw import raw_inputs, raw_targets
from engine.errors import UserError
from engine.run.device import free_memory
from engine.run.model import Built, bindings

if TYPE_CHECKING:
    from engine.data.dataset import Dataset

CHUNK = 4096
SHARE = 0.5
"""Share of the free memory that prepared data may take; beyond it batches are prepared one by one."""


@dataclass
class Part:
    """The items of one part of the data. `inputs` are prepared, unless `prepare` does it batch by batch."""

    inputs: tuple[Tensor, ...]
    targets: dict[str, Tensor]
    count: int
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Mean and standard deviation of the targets that are standardized."""
    prepare: Built | None = None
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def batch(self, items: Tensor) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """Inputs and targets of the items of those numbers."""
        targets = {name: target.index_select(0, items) for name, target in self.targets.items()}
        if self.prepare is None:
            return tuple(value.index_select(0, items) for value in self.inputs), targets
        on = items.to(self.inputs[0].device) if self.inputs else items
        raw = tuple(value.index_select(0, on).to(self.device) for value in self.inputs)
        with torch.no_grad():
            return self.prepare.prepared(raw), targets

    def slice(self, start: int, stop: int) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """Inputs and targets of consecutive items."""
        targets = {name: target[start:stop] for name, target in self.targets.items()}
        inputs = tuple(value[start:stop] for value in self.inputs)
        if self.prepare is None:
            return inputs, targets
        with torch.no_grad():
            return self.prepare.prepared(tuple(value.to(self.device) for value in inputs)), targets


def load_part(built: Built, dataset: Dataset, indices: np.ndarray, device: torch.device) -> Part:
    """The items at some places of a data set as a part on the device."""
    raw = raw_inputs(dataset, bindings(built.project, built.source), indices, built.project.data.schema)
    return part_of(built, raw, raw_targets(dataset, built.targets, indices), device)


def part_of(built: Built, raw: Sequence[np.ndarray], targets: Mapping[str, np.ndarray], device: torch.device) -> Part:
    """Raw arrays as a part on the device.

    Inputs are prepared here, once, where the result fits into half of the free memory; otherwise they stay raw (and
    in memory-mapped files, if that is where they are) and each batch is prepared when it is used.
    """
    scales = built.scales
    answers = {name: _target(value, scales.get(name), device) for name, value in targets.items()}
    count = len(raw[0]) if raw else 0
    for name, value in answers.items():
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise UserError(f"The target “{name}” holds values that are missing or not finite. Leave those items out.")
    values = [torch.from_numpy(_writable(array)) for array in raw]
    built.preparation.to(device)
    if not _fits(built, values, count, device):
        return Part(tuple(values), answers, count, scales, built, device)
    with torch.no_grad():
        chunks = [
            built.prepared([value[start : start + CHUNK].to(device) for value in values])
            for start in range(0, max(1, count), CHUNK)
        ]
    inputs = tuple(torch.cat(parts) if len(parts) > 1 else parts[0].clone() for parts in zip(*chunks, strict=True))
    return Part(inputs, answers, count, scales, None, device)


def _writable(array: np.ndarray) -> np.ndarray:
    """torch warns of arrays that may not be written; those are copied unless they are mapped files too large for it."""
    array = np.ascontiguousarray(array)
    return array if array.flags.writeable else array.copy()


def _target(value: np.ndarray, scale: tuple[float, float] | None, device: torch.device) -> Tensor:
    if scale is not None:
        mean, std = scale
        value = ((value.astype(np.float64) - mean) / std).astype(np.float32)
    return torch.from_numpy(_writable(value)).to(device)


def _fits(built: Built, raw: Sequence[Tensor], count: int, device: torch.device) -> bool:
    """Whether the prepared inputs fit into half of the free memory, judged by the first few items."""
    if not count:
        return True
    with torch.no_grad():
        few = min(2, count)
        prepared = built.prepared([value[:few].to(device) for value in raw])
    needed = sum(value.numel() * value.element_size() for value in prepared) // few * count
    return 2 * needed <= free_memory(device)  # twice: the chunks and their joined result exist for a moment

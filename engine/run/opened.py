"""A trained model ready to answer: raw data in, what people read out, in one module on the processor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from engine.data.dataset import Dataset, open_dataset
from engine.errors import UserError
from engine.exporters import Progress, silent
from engine.exporters.signature import Signature, signature
from engine.layer import Input, layers
from engine.project import Project

if TYPE_CHECKING:
    from engine.codegen import Source
    from engine.runs import Run

Array = np.ndarray[Any, Any]

CHUNK = 256
MOST_NUMBERS = 4_000_000
"""Input numbers in one batch: what fits easily in memory whatever the size of an item."""
MOST_ANSWERED = 16_000_000
"""Numbers in the answers to one batch: the network itself needs several times that for a moment."""


def described(run: Run, project: Project) -> Project:
    """The project with the name and the texts that the person gave the model when exporting it."""
    given = run.result("about")
    if not isinstance(given, dict):
        return project
    about = {name: text for name, text in given.items() if isinstance(text, str) and name != "name"}
    return replace(project, name=str(given.get("name") or project.name), about={**project.about, **about})


@dataclass(frozen=True)
class Opened:
    """A run's model with everything that describes it. `whole` is in use mode and on the processor."""

    run: Run
    project: Project
    source: Source
    signature: Signature
    whole: nn.Module
    _answered: list[int] = field(default_factory=list, repr=False, compare=False)
    """How many numbers one item's answers are, once an item was answered."""

    def dataset(self, progress: Progress = silent) -> Dataset:
        """The data that it was trained with."""

        def told(done: int, total: int) -> None:
            progress(0.1 * done / max(total, 1), "Reading the data")

        return open_dataset(self.project.data, progress=told)

    def raw(self, dataset: Dataset, indices: Array) -> list[Array]:
        """The raw inputs of some items, in the types of the exported file."""
        from engine.data.raw import raw_inputs

        pairs = []
        for one in self.signature.inputs:
            node = self.project.graph.nodes[one.node]
            made = layers[node.layer](**node.params)
            assert isinstance(made, Input)
            pairs.append((node, made))
        return self.typed(raw_inputs(dataset, pairs, indices))

    def typed(self, arrays: Sequence[Array]) -> list[Array]:
        """Arrays in the types that the exported file takes."""
        return [
            np.ascontiguousarray(array, dtype=one.dtype)
            for one, array in zip(self.signature.inputs, arrays, strict=True)
        ]

    def parts(self, dataset: Dataset, indices: Array, progress: Progress = silent) -> Iterator[tuple[int, list[Array]]]:
        """What the model says of items of the data, piece by piece: the place of the first, one array per output.
        Neither items nor answers of more than a piece are in memory."""
        size = min(CHUNK, self.most_answers(self.raw(dataset, indices[:1])))
        for start in range(0, len(indices), size):
            yield start, self.answers(self.raw(dataset, indices[start : start + size]))
            progress(min(start + size, len(indices)) / len(indices), "Testing")

    def batch_size(self, arrays: Sequence[Array]) -> int:
        """How many items to answer at once, by what goes in and, where there are several, by what comes out."""
        numbers = sum(int(np.prod(array.shape[1:])) for array in arrays)
        size = max(1, min(256, MOST_NUMBERS // max(1, numbers)))
        return min(size, self.most_answers(arrays)) if len(arrays[0]) > 1 else 1

    def most_answers(self, arrays: Sequence[Array]) -> int:
        """How many items' answers fit easily in memory: scores for every word of a large vocabulary do not."""
        if not self._answered:
            one = answers(self.whole, [array[:1] for array in arrays], 1)
            self._answered.append(sum(array.size for array in one))
        return max(2, MOST_ANSWERED // max(1, self._answered[0]))

    def answers(self, arrays: Sequence[Array], progress: Progress = silent, text: str = "Testing") -> list[Array]:
        """What the model says of raw items: one array per output, items first."""
        return answers(self.whole, arrays, self.batch_size(arrays), progress, text)


def answers(
    model: nn.Module, arrays: Sequence[Array], batch: int, progress: Progress = silent, text: str = ""
) -> list[Array]:
    """Run a module over raw items batch by batch."""
    count = len(arrays[0])
    parts: list[list[Array]] = []
    with torch.inference_mode():
        for start in range(0, count, batch):
            given = [torch.from_numpy(np.ascontiguousarray(array[start : start + batch])) for array in arrays]
            parts.append([answer.numpy() for answer in model(*given)])
            progress(min(start + batch, count) / count, text)
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]


def opened(run: Run, which: str = "best") -> Opened:
    """Load the model of a run.

    Args:
        which: best, or last.

    Raises:
        UserError: the run has no such weights yet, or they are damaged.
    """
    from engine.run.model import load

    try:
        built = load(run, which)
    except RuntimeError as error:  # torch's word for weights of other names or sizes
        text = f"The weights of run {run.id} do not fit its network: the folder was changed. Train it again."
        raise UserError(text, str(error)) from error
    whole = built.model().cpu().eval()
    whole.requires_grad_(False)
    return Opened(run, built.project, built.source, signature(built.project, built.source), whole)

"""What the program of an exported language model has to know, and how it is tried: by the likeliest text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.dataset import open_dataset
from engine.data.vocabulary import SPECIAL, decode
from engine.errors import UserError
from engine.recipes.language import LanguageModel
from engine.run.model import Built
from engine.run.opened import Opened
from engine.run.recipes.language import prompt_ids
from engine.run.writing import Style, Writer, write, writer_of

TRIED = 60
NEAR = 1e-4
"""Where the two likeliest tokens are so close, either may come."""

Run = Callable[..., None]


def described(
    built: Built, model: Opened, recipe: LanguageModel, run: Run
) -> tuple[str, dict[str, Any], Callable[[Path], tuple[float, str]]]:
    """Kind, facts and trial of the program `writer`; `run(folder, *arguments)` runs it."""
    writer = writer_of(built)
    start = recipe.prompt or usual_start(built, writer)
    characters = all(len(one) == 1 for one in writer.classes if one not in SPECIAL)
    about = {
        "kind": "writer", "input": model.signature.inputs[writer.place].name, "output": writer.spec.name,
        "classes": list(writer.classes), "length": writer.length, "unit": "characters" if characters else "words",
        "temperature": recipe.temperature, "top_k": recipe.top_k, "top_p": recipe.top_p, "start": start,
    }  # fmt: skip

    def tried(folder: Path) -> tuple[float, str]:
        run(folder, start, "--count", str(TRIED), "--temperature", "0", "--out", str(folder / "told.npy"))
        told: list[int] = np.load(folder / "told.npy").tolist()
        begin = prompt_ids(writer, start)
        same = agreed(built, writer, begin, told)
        if not same:
            raise UserError("The program of the folder writes another text than PyTorch, so nothing was written.")
        return 0.0, f"the same {same} tokens"

    return "writer", about, tried


def usual_start(built: Built, writer: Writer) -> str:
    """The beginning of the data's text."""
    dataset = open_dataset(built.project.data)
    field = next(one.name for one in dataset.fields if one.classes == writer.classes and one.role == "input")
    ids = dataset.take(field, np.array([0]))[0][: max(1, writer.length // 4)]
    return decode(ids.tolist(), writer.classes)


def agreed(built: Built, writer: Writer, start: list[int], told: list[int]) -> int:
    """How many tokens are the likeliest by PyTorch as well, 0 where one is not; a tie ends the comparison."""
    built.network.eval()

    def scores(window: torch.Tensor) -> torch.Tensor:
        return writer.scores(built, (window,))

    ours = write(scores, start, len(told) - len(start), writer.length, Style(0.0))
    for place, (one, other) in enumerate(zip(ours, told, strict=True)):
        if one == other:
            continue
        seen = ours[:place][-writer.length :]
        window = torch.zeros((1, writer.length), dtype=torch.int64)
        window[0, : len(seen)] = torch.tensor(seen)
        with torch.no_grad():
            found = scores(window)[0, len(seen) - 1]
        return place - len(start) if float(found[one] - found[other]) < NEAR else 0
    return len(told) - len(start)

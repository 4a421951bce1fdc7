"""What the program of an exported sequence-to-sequence model has to know, and how it is tried: on items of the data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.vocabulary import BEGIN, END, PADDING
from engine.errors import UserError
from engine.recipes.language import SequenceToSequence
from engine.run.model import Built
from engine.run.opened import Opened
from engine.run.recipes.translate import answered, answers_of
from engine.run.setup import Setup
from engine.run.writing import marks

TRIED = 40
SAME = 0.95
"""Where two answers are equally likely, either may come: so many have to be the same."""

Run = Callable[..., None]


def described(
    built: Built, model: Opened, recipe: SequenceToSequence, run: Run
) -> tuple[str, dict[str, Any], Callable[[Path], tuple[float, str]]]:
    """Kind, facts and trial of the program `translator`; `run(folder, *arguments)` runs it."""
    setup = Setup(built.project, recipe, torch.device("cpu"), model.run.info().options)
    part = setup.part(built, "test") or setup.part(built, "train")
    assert part is not None
    writer = answers_of(built, part)
    special = marks(writer.classes)
    inputs = model.signature.inputs
    source = inputs[1 - writer.place]
    about = {
        "kind": "translator", "source": source.name, "answer": inputs[writer.place].name, "output": writer.spec.name,
        "reads": list(source.fields[0].classes), "writes": list(writer.classes), "source_length": source.dims[0],
        "length": writer.length, "begin": special[BEGIN], "end": special[END], "padding": special.get(PADDING, 0),
        "beams": recipe.beams,
    }  # fmt: skip

    def tried(folder: Path) -> tuple[float, str]:
        given = part.slice(0, TRIED)[0]
        np.save(folder / "tried.npy", given[1 - writer.place].numpy())
        run(folder, str(folder / "tried.npy"), "--out", str(folder / "told.json"))
        told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        ours = answered(built, writer, given, recipe.beams)
        same = sum(one == other for one, other in zip(told, ours, strict=True))
        if same < SAME * len(ours):
            raise UserError(f"The program of the folder answers otherwise in {len(ours) - same} of {len(ours)} items.")
        return 0.0, f"the same {same} of {len(ours)} answers"

    return "translator", about, tried

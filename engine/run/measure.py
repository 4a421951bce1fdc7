"""Losses and measures over a whole part of the data, in 32-bit, as the exported model will work."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.codeends import OutputSpec
from engine.data.vocabulary import PADDING
from engine.errors import UserError
from engine.run.metrics import CHUNK_ITEMS, Tally
from engine.run.model import Built
from engine.run.tensors import Part

BATCH = 512
"""Items at a time on a CPU: more is slower for images, fewer is slower for tables."""


def shares_of(built: Built) -> dict[str, float]:
    """How much each objective counts, by its node id."""
    return {one.objective: one.weight for one in built.source.outputs if one.objective and one.exported}


def total(losses: Mapping[str, Tensor], shares: Mapping[str, float]) -> tuple[Tensor, Tensor]:
    """The loss that is made small, and the row to note: it, then each objective's where there are several."""
    if len(losses) == 1:
        [(name, only)] = losses.items()
        loss = only if shares[name] == 1 else only * shares[name]
        return loss, loss.detach()
    parts = torch.stack([losses[name].float() for name in shares])
    loss = (parts * parts.new_tensor(list(shares.values()))).sum()
    return loss, torch.cat([loss.detach().reshape(1), parts.detach()])


def columns_of(shares: Mapping[str, float]) -> tuple[str, ...]:
    """Names of the losses in a row of `total`: `loss`, and `<node>.loss` for each objective where there are several."""
    return ("loss",) if len(shares) == 1 else ("loss", *(f"{name}.loss" for name in shares))


def tally_of(built: Built, part: Part) -> Tally:
    """A fresh count of the measures of every objective that has a target field."""
    schema = built.project.data.schema
    shown = [one for one in built.source.outputs if one.exported]
    chosen: dict[str, tuple[int, OutputSpec]] = {}
    for place, one in enumerate(shown):
        if one.objective and one.target and one.metrics:
            chosen.setdefault(one.target, (place, one))  # of several objectives with one target, the first is measured
    kinds = {
        name: (one.metrics, len(one.classes) if schema[name].kind in ("category", "tokens") else 0)
        for name, (_, one) in chosen.items()
    }

    # the largest score is also the largest share: only single scores and numbers need the activation, and a softmax
    # over two classes costs more than the whole rest of the counting
    scored = {name for name, (_, one) in chosen.items() if kinds[name][1] and one.tensor.dims[-1:] != (1,)}
    places = [place for place, one in enumerate(built.source.outputs) if one.exported]

    def predict(outputs: tuple[Tensor, ...]) -> dict[str, Tensor]:
        answers = built.predictions(outputs) if len(scored) < len(kinds) else ()
        found = {name: outputs[places[chosen[name][0]]] for name in scored}
        return {**found, **{name: answers[chosen[name][0]] for name in kinds if name not in scored}}

    # counting makes a GPU wait, so it is done seldom there
    chunk = CHUNK_ITEMS if part.device.type == "cpu" else 16 * CHUNK_ITEMS
    filling = {name: one.classes.index(PADDING) for name, (_, one) in chosen.items() if PADDING in one.classes}
    return Tally(kinds, predict, part.scales, chunk, filling)


def measure(
    built: Built, part: Part, batch: int = BATCH, shares: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The losses and measures of a model over all items of a part. Leaves the network in use mode (`eval`).

    Args:
        shares: how much each objective counts, where that is not what the nodes say.
    """
    if not part.count:
        raise UserError("This part of the data is empty. Give it a larger share on the Data page.")
    shares, tally = shares or shares_of(built), tally_of(built, part)
    sums = torch.zeros(1, dtype=torch.float64)
    built.network.eval()
    with torch.inference_mode():
        for start in range(0, part.count, batch):
            inputs, targets = part.slice(start, start + batch)
            outputs = built.outputs(inputs)
            row = total(built.objectives(outputs, targets), shares)[1].reshape(-1)
            sums = sums + row.cpu().to(torch.float64) * min(batch, part.count - start)
            tally.add(outputs, targets)
        values = dict(zip(columns_of(shares), (sums / part.count).tolist(), strict=True))
        values.update(tally.values())
    return values

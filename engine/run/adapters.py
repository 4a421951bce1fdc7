"""Low-rank learning (LoRA) outside of training: added into the weights for export, and beside those of another run."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.run.model import Built


def merged(trained: nn.Module) -> nn.Module:
    """The layer behind a `LowRank` with the learned change added to its weight: one layer, the same answers."""
    low: Any = trained
    weight = low.base.weight.detach() + _change(low)
    plain: nn.Module = copy.deepcopy(low.base)
    if parametrize.is_parametrized(plain):
        # `remove_parametrizations` would take the weight away from the class, which the trained layer shares
        del plain.parametrizations
        plain.__class__ = type(plain).__bases__[0]
    plain.weight = nn.Parameter(weight, requires_grad=False)
    return plain.train(trained.training)


def _change(low: Any) -> Tensor:
    """What the waist adds, as a weight of the layer: where the layer has its inputs, `down` has them too."""
    down, up = low.down.weight.detach(), low.up.weight.detach().flatten(1)  # (rank, in, …), (out, rank)
    if getattr(low.base, "transposed", False):
        return torch.einsum("or,ir...->io...", up, down)
    return torch.einsum("or,ri...->oi...", up, down)


def adapted(built: Built) -> set[str]:
    """The places in the network where a waist is learned beside the weights."""
    return {path.removeprefix("network.") for path, twin in built.source.twins.items() if twin == "low_rank"}


def weights_for(own: Built, there: Built) -> dict[str, Tensor]:
    """The weights of a network by the names that another has for them: those of a layer stand inside, where the other
    learns a waist beside it, and a waist that the other does not have is added into the weights."""
    inside, outside = adapted(own) - adapted(there), adapted(there) - adapted(own)
    network = copy.deepcopy(there.network) if outside else there.network
    for path in outside:
        parent, _, name = path.rpartition(".")
        setattr(network.get_submodule(parent), name, merged(network.get_submodule(path)))
    return {_name(name, inside): weight for name, weight in network.state_dict().items()}


def _name(name: str, inside: Iterable[str]) -> str:
    for path in inside:
        if name.startswith(f"{path}."):
            return f"{path}.base{name[len(path) :]}"
    return name

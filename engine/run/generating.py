"""What the recipes that make pictures have in common: which input and output of a network plays which part."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.codeends import OutputSpec
from engine.errors import UserError
from engine.layer import Input
from engine.layers.inputs import CategoryInput, ImageInput, NoiseInput, TimeStepInput
from engine.run.model import Built, bindings
from engine.shapes import Tensor as Shape


def input_layers(built: Built) -> list[Input]:
    """The layers of a network's inputs, in the order in which it takes them."""
    return [made for _, made in bindings(built.project, built.source)]


def places(built: Built, kind: type[Input]) -> list[int]:
    """Where the inputs of a kind stand among a network's arguments."""
    return [place for place, made in enumerate(input_layers(built)) if isinstance(made, kind)]


def only(built: Built, kind: type[Input], who: str) -> int:
    """Where the one input of a kind stands; `UserError` where there is none, or several."""
    found = places(built, kind)
    if len(found) != 1:
        has = "has none" if not found else f"has {len(found)}"
        raise UserError(f"{who} needs exactly one {kind.label}; it {has}. Change it on the Build page.")
    return found[0]


def known_inputs(built: Built, kinds: Sequence[type[Input]], who: str) -> None:
    """`UserError` where a network has an input that the recipe cannot fill."""
    odd = [made.label for made in input_layers(built) if not isinstance(made, tuple(kinds))]
    if odd:
        may = ", ".join(kind.label for kind in kinds)
        raise UserError(f"{who} cannot use a {odd[0]} in this recipe. It takes: {may}.")


def the_output(built: Built, who: str, like: Shape | None = None) -> int:
    """Where the output stands that the recipe works with: the only one, of the given shape; `UserError` otherwise."""
    shown: list[tuple[int, OutputSpec]] = [
        (place, one) for place, one in enumerate(built.source.outputs) if one.exported
    ]
    if len(shown) != 1:
        raise UserError(f"{who} needs exactly one Output; it has {len(shown)}. Change it on the Build page.")
    place, one = shown[0]
    if like is not None and one.tensor.dims != like.dims:
        raise UserError(f"{who} should give {like.words()}; it gives {one.tensor.words()}. Change its last layers.")
    return place


def pixel_scale(built: Built, place: int) -> tuple[Tensor, Tensor]:
    """What the preparation makes of the darkest and the brightest pixel: it is a straight line for each channel."""
    dims = [dim for dim in built.source.inputs[place].tensor.dims if isinstance(dim, int)]
    ends = []
    device = next((one.device for one in built.network.parameters()), torch.device("cpu"))
    built.preparation.to(device)
    for value in (0.0, 255.0):
        raw = [_blank(spec.tensor, device) for spec in built.source.inputs]
        raw[place] = torch.full((1, *dims), value, device=device)
        with torch.no_grad():
            ends.append(built.prepared(raw)[place][:, :, :1, :1])  # (1, channels, 1, 1)
    return ends[0], ends[1]


def _blank(tensor: Shape, device: torch.device) -> Tensor:
    dims = [dim if isinstance(dim, int) else 1 for dim in tensor.dims]
    return torch.zeros(1, *dims, dtype=torch.int64 if tensor.element == "token" else torch.float32, device=device)


__all__ = [
    "CategoryInput",
    "ImageInput",
    "NoiseInput",
    "TimeStepInput",
    "input_layers",
    "known_inputs",
    "only",
    "pixel_scale",
    "places",
    "the_output",
]

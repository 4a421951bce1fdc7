"""Changing training pictures on the device, a whole batch at once.

All choices are drawn from torch's random numbers, which a checkpoint keeps, so that a resumed run sees the same
pictures. Changes of place come to picture targets (masks) as well; changes of color and the mixtures do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.augmentations import Augment, Cutmix, Cutout, Flip, Lighting, Mixup, Noise, Rotate, Shift, Zoom
from engine.errors import UserError
from engine.run.model import Built
from engine.shapes import Image

Values = tuple[Tensor, ...]


@dataclass
class Mix:
    """Which other item each one was mixed with, and the share that it kept."""

    share: float
    other: Tensor

    def others(self, targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The right answers of the other items."""
        return {name: target.index_select(0, self.other) for name, target in targets.items()}

    def blend(self, losses: Mapping[str, Tensor], others: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Losses by both answers as one."""
        return {name: self.share * loss + (1 - self.share) * others[name] for name, loss in losses.items()}


class Augmentation:
    """The changes that a recipe asks for, ready for one network's inputs."""

    def __init__(self, steps: Sequence[Augment], built: Built) -> None:
        self.steps = tuple(steps)
        self.places = [place for place, one in enumerate(built.source.inputs) if isinstance(one.tensor, Image)]
        schema = built.project.data.schema
        self.masks = [name for name in built.targets if schema[name].kind == "image"]
        if self.steps and not self.places:
            raise UserError("Augmentation changes pictures, and this network reads none. Remove it on the Train page.")
        if self.masks and any(isinstance(step, Mixup | Cutmix) for step in self.steps):
            raise UserError("Mixup and Cutmix do not fit targets that are pictures. Remove them on the Train page.")

    def apply(self, inputs: Values, targets: Mapping[str, Tensor]) -> tuple[Values, dict[str, Tensor], Mix | None]:
        """A batch with its pictures changed, and how it was mixed, if it was."""
        changed, masks, mix = list(inputs), dict(targets), None
        for step in self.steps:
            pictures = [changed[place] for place in self.places]
            if isinstance(step, Mixup | Cutmix):
                mix = mixed(step, pictures)
            else:
                moves = isinstance(step, Flip | Shift | Rotate | Zoom)
                along = [masks[name] for name in self.masks] if moves else []
                found = CHANGES[type(step)](step, [*pictures, *along])
                pictures = found[: len(self.places)]
                masks.update(zip(self.masks, found[len(self.places) :], strict=False))
            for place, picture in zip(self.places, pictures, strict=True):
                changed[place] = picture
        return tuple(changed), masks, mix


def spread(count: int, most: float, like: Tensor) -> Tensor:
    """Numbers between −most and most, drawn on the CPU so that all devices see the same."""
    return ((torch.rand(count) * 2 - 1) * most).to(like.device)


def flip(step: Flip, pictures: list[Tensor]) -> list[Tensor]:
    """Every other picture mirrored."""
    for axis, wanted in ((-1, step.horizontal), (-2, step.vertical)):
        if wanted:
            turned = (torch.rand(len(pictures[0])) < 0.5)[:, None, None, None].to(pictures[0].device)
            pictures = [torch.where(turned, picture.flip(axis), picture) for picture in pictures]
    return pictures


def placed(theta: Tensor, pictures: list[Tensor]) -> list[Tensor]:
    """Pictures read at other places: `theta` (batch, 2, 3) maps places in −1 to 1."""
    found = []
    for picture in pictures:
        where = F.affine_grid(theta.to(picture.dtype), list(picture.shape), align_corners=False)
        found.append(F.grid_sample(picture, where, padding_mode="border", align_corners=False))
    return found


def upright(count: int, like: Tensor) -> Tensor:
    """The maps that change nothing: (batch, 2, 3)."""
    return torch.eye(2, 3, device=like.device).repeat(count, 1, 1)


def shift(step: Shift, pictures: list[Tensor]) -> list[Tensor]:
    """Each picture moved."""
    first = pictures[0]
    theta = upright(len(first), first)
    theta[:, 0, 2] = spread(len(first), 2 * step.share, first)
    theta[:, 1, 2] = spread(len(first), 2 * step.share, first)
    return placed(theta, pictures)


def rotate(step: Rotate, pictures: list[Tensor]) -> list[Tensor]:
    """Each picture turned; sides of different length keep right angles right."""
    first = pictures[0]
    angle = spread(len(first), math.radians(step.degrees), first)
    high, wide = first.shape[-2:]
    theta = upright(len(first), first)
    theta[:, 0, 0] = theta[:, 1, 1] = angle.cos()
    theta[:, 0, 1] = -angle.sin() * high / wide
    theta[:, 1, 0] = angle.sin() * wide / high
    return placed(theta, pictures)


def zoom(step: Zoom, pictures: list[Tensor]) -> list[Tensor]:
    """Each picture larger or smaller."""
    first = pictures[0]
    factor = 1 + spread(len(first), step.share, first)
    return placed(upright(len(first), first) * factor[:, None, None], pictures)


def box(share: float, like: Tensor, count: int) -> Tensor:
    """Where a square of that share of the sides lies, a place for each of `count` pictures: (count, 1, high, wide)."""
    high, wide = like.shape[-2:]
    tall, broad = max(1, round(share * high)), max(1, round(share * wide))
    top = (torch.rand(count) * (high - tall + 1)).floor().to(like.device)[:, None, None, None]
    left = (torch.rand(count) * (wide - broad + 1)).floor().to(like.device)[:, None, None, None]
    rows = torch.arange(high, device=like.device)[None, None, :, None]
    columns = torch.arange(wide, device=like.device)[None, None, None, :]
    return (rows >= top) & (rows < top + tall) & (columns >= left) & (columns < left + broad)


def cutout(step: Cutout, pictures: list[Tensor]) -> list[Tensor]:
    """A square of each picture in the picture's mean color."""
    hidden = box(step.share, pictures[0], len(pictures[0]))
    return [torch.where(hidden, picture.mean((2, 3), keepdim=True), picture) for picture in pictures]


def noise(step: Noise, pictures: list[Tensor]) -> list[Tensor]:
    """Random numbers added to each pixel."""
    return [picture + step.strength * torch.randn_like(picture) for picture in pictures]


def lighting(step: Lighting, pictures: list[Tensor]) -> list[Tensor]:
    """Each picture brighter or darker, with more or less contrast around its mean."""
    found = []
    for picture in pictures:
        light = spread(len(picture), step.brightness, picture)[:, None, None, None]
        far = 1 + spread(len(picture), step.contrast, picture)[:, None, None, None]
        mean = picture.mean((1, 2, 3), keepdim=True)
        found.append((picture - mean) * far + mean + light)
    return found


def mixed(step: Mixup | Cutmix, pictures: list[Tensor]) -> Mix:
    """Each picture with another of the batch in it; changes the list."""
    first = pictures[0]
    # torch.distributions takes long to import; two gamma numbers make a beta number
    pair = torch._standard_gamma(torch.full((2,), float(step.alpha)))
    share = float(pair[0] / pair.sum().clamp_min(1e-12))
    other = torch.randperm(len(first)).to(first.device)
    if isinstance(step, Mixup):
        pictures[:] = [share * picture + (1 - share) * picture.index_select(0, other) for picture in pictures]
        return Mix(share, other)
    hidden = box(math.sqrt(1 - share), first, 1)
    pictures[:] = [torch.where(hidden, picture.index_select(0, other), picture) for picture in pictures]
    return Mix(1 - float(hidden.float().mean()), other)


CHANGES: dict[type[Augment], Callable[..., list[Tensor]]] = {
    Flip: flip, Shift: shift, Rotate: rotate, Zoom: zoom, Cutout: cutout, Noise: noise, Lighting: lighting,
}  # fmt: skip

"""Pictures as PNG: grids of what a generator makes, and frames of the environments that an agent plays in."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

SIDE = 640
"""About how many pixels a grid is wide."""
GAP = 2
WIDE, HIGH = 960, 640
INK, SOFT, PAPER, GOOD = (38, 42, 48), (150, 156, 165), (246, 247, 249), (40, 120, 220)


def png(image: Image) -> bytes:
    """A picture as the content of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def as_bytes(pictures: Tensor) -> Tensor:
    """Pictures from 0 to 1 as whole numbers from 0 to 255."""
    return (pictures.detach().float().clamp(0, 1) * 255).round().to(torch.uint8).cpu()


def grid(pictures: Tensor, columns: int = 0) -> bytes:
    """Pictures (count, channels, high, wide) from 0 to 1, row by row on one sheet; small ones are enlarged."""
    from PIL.Image import fromarray

    shown = as_bytes(pictures)
    count, channels, high, wide = shown.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    times = max(1, round((SIDE / columns - GAP) / wide))
    if channels not in (1, 3):  # other counts of channels have no colors: their mean is shown
        shown = shown.float().mean(1, keepdim=True).round().to(torch.uint8)
    shown = shown.expand(-1, 3, -1, -1).repeat_interleave(times, 2).repeat_interleave(times, 3)
    tile_high, tile_wide = high * times + GAP, wide * times + GAP
    sheet = torch.full((3, rows * tile_high - GAP, columns * tile_wide - GAP), 128, dtype=torch.uint8)
    for place in range(count):
        top, left = place // columns * tile_high, place % columns * tile_wide
        sheet[:, top : top + high * times, left : left + wide * times] = shown[place]
    return png(fromarray(sheet.permute(1, 2, 0).contiguous().numpy()))


def frame(name: str, seen: Sequence[float], action: str, moves: int) -> bytes:
    """The environment as it looks to a player: drawn from what is observed, with the action taken and the moves made.

    gymnasium draws with pygame, which is larger than all the rest of it; these few lines need nothing more.
    """
    from PIL import Image as images
    from PIL.ImageDraw import Draw
    from PIL.ImageFont import load_default

    image = images.new("RGB", (2 * WIDE, 2 * HIGH), PAPER)  # twice as large: scaling down smooths the edges
    draw = Draw(image)
    _SCENES.get(name, _bars)(draw, list(seen))
    image = image.resize((WIDE, HIGH), images.Resampling.LANCZOS)
    Draw(image).text((24, 18), f"move {moves}   {action}", fill=INK, font=load_default(size=22))
    return png(image)


def _cart_pole(draw: ImageDraw, seen: list[float]) -> None:
    position, _, angle, _ = seen
    middle = WIDE + position / 2.4 * (WIDE - 120)
    floor = 2 * HIGH - 220
    draw.line((0, floor, 2 * WIDE, floor), fill=SOFT, width=8)
    draw.rounded_rectangle((middle - 100, floor - 104, middle + 100, floor - 8), 20, fill=INK)
    length = 660
    tip = (middle + length * math.sin(angle), floor - 104 - length * math.cos(angle))
    draw.line((middle, floor - 104, *tip), fill=GOOD, width=36)
    draw.ellipse((middle - 22, floor - 126, middle + 22, floor - 82), fill=PAPER)


def _mountain_car(draw: ImageDraw, seen: list[float]) -> None:
    def at(place: float) -> tuple[float, float]:
        return (place + 1.2) / 1.8 * 2 * WIDE, 2 * HIGH - 240 - (math.sin(3 * place) * 0.45 + 0.55) * 800

    hill = [at(-1.2 + 1.8 * step / 160) for step in range(161)]
    draw.line(hill, fill=SOFT, width=12, joint="curve")
    flag = at(0.5)
    draw.line((*flag, flag[0], flag[1] - 180), fill=INK, width=10)
    draw.polygon([(flag[0], flag[1] - 180), (flag[0] + 92, flag[1] - 148), (flag[0], flag[1] - 116)], fill=GOOD)
    x, y = at(seen[0])
    draw.ellipse((x - 48, y - 100, x + 48, y - 4), fill=GOOD)


def _acrobot(draw: ImageDraw, seen: list[float]) -> None:
    first = math.atan2(seen[1], seen[0])
    second = first + math.atan2(seen[3], seen[2])
    top, arm = (WIDE, HIGH), 280
    draw.line((0, HIGH - arm, 2 * WIDE, HIGH - arm), fill=SOFT, width=6)
    elbow = (top[0] + arm * math.sin(first), top[1] + arm * math.cos(first))
    hand = (elbow[0] + arm * math.sin(second), elbow[1] + arm * math.cos(second))
    for one, two in ((top, elbow), (elbow, hand)):
        draw.line((*one, *two), fill=GOOD, width=44)
    for x, y in (top, elbow):
        draw.ellipse((x - 28, y - 28, x + 28, y + 28), fill=INK)


def _bars(draw: ImageDraw, seen: list[float]) -> None:
    """What is observed as bars, for an environment that has no drawing."""
    step = 2 * WIDE / (len(seen) + 1)
    for place, value in enumerate(seen):
        x, y = step * (place + 1), HIGH - math.tanh(value) * 400
        draw.rectangle((x - step / 4, min(y, HIGH), x + step / 4, max(y, HIGH)), fill=GOOD)


_SCENES = {"CartPole-v1": _cart_pole, "MountainCar-v0": _mountain_car, "Acrobot-v1": _acrobot}

"""What is shown of one value inside a network: a few small pictures, bars or words, and its figures.

Large tensors are made small here, in the process that has them; what is sent is what is drawn. Pictures are bytes from
0 to 254 between the least and the greatest number of each, 255 stands for what is no finite number.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.shapes import Tensor as Shape

MAPS = 6
SIDE = 40
"""The side of a small map in pixels, at most."""
STRIP = (96, 24)
"""A sequence as a picture: steps across, features down."""
BARS = 64
WORDS = 48
BAD = 255


def view(
    value: Tensor, shape: Shape | None, words: Sequence[str] = (), maps: Sequence[int] | None = None
) -> dict[str, Any]:
    """The small view of one item's value.

    Args:
        value: the whole value, its first axis the batch of one.
        shape: what inference says of it, for its kind and its words.
        words: the vocabulary or the classes, where the value is made of their numbers.
        maps: which channels to show; those that vary most where none are named.
    """
    one = value[0] if value.ndim else value
    kind = kind_of(one, shape)
    found: dict[str, Any] = {
        "kind": kind,
        "dims": list(one.shape),
        "words": worded(one, shape),
        "figures": figures(one),
    }
    if kind == "tokens":
        found["tokens"] = token_words(one, words)
    elif kind == "maps":
        planes = planes_of(one, shape)
        chosen = list(maps) if maps is not None else most_varied(planes, MAPS)
        found["channels"], found["chosen"] = len(planes), chosen
        found["maps"] = [picture(planes[place], SIDE, SIDE) for place in chosen if place < len(planes)]
    elif kind == "strip":
        rows = rows_of(one, shape)
        found["strip"] = picture(rows, *STRIP)
        found["lines"] = [line(row) for row in rows[:3]]
        found["features"] = len(rows)
    elif kind == "number":
        found["value"] = finite(float(one.reshape(-1)[0]))
    else:
        found["bars"] = bars(one.reshape(-1))
    return found


def kind_of(one: Tensor, shape: Shape | None) -> str:
    """How a value is shown: maps, strip, bars, number, or tokens."""
    symbol = shape.symbol if shape is not None else "anything"
    if symbol == "tokens":
        return "tokens"
    if one.numel() == 1:
        return "number"
    if symbol == "sequence" or (one.ndim == 2 and symbol != "image"):
        return "strip"
    return "maps" if one.ndim >= 2 else "bars"


def worded(one: Tensor, shape: Shape | None) -> str:
    """The shape with the sizes it really has."""
    if shape is not None and len(shape.dims) == one.ndim:
        return shape.sized(*one.shape).words()
    return " × ".join(map(str, one.shape)) or "1"


def figures(one: Tensor) -> dict[str, Any]:
    """Least, mean and greatest number, spread, the share of zeros, and how many are not finite."""
    flat = one.reshape(-1)
    if flat.dtype == torch.bool:
        flat = flat.to(torch.float32)
    count = flat.numel()
    if not count:
        return {"count": 0, "zeros": 0.0, "nan": 0, "infinite": 0, "min": None, "mean": None, "max": None, "std": None}
    real = flat.to(torch.float64) if flat.is_floating_point() else flat.double()
    nan, infinite = int(torch.isnan(real).sum()), int(torch.isinf(real).sum())
    good = real[torch.isfinite(real)] if nan or infinite else real
    empty = not good.numel()
    return {
        "count": count,
        "zeros": round(float((real == 0).sum()) / count, 6),
        "nan": nan,
        "infinite": infinite,
        "min": None if empty else finite(float(good.min())),
        "mean": None if empty else finite(float(good.mean())),
        "max": None if empty else finite(float(good.max())),
        "std": None if empty else finite(float(good.std(unbiased=False))),
    }


def finite(number: float) -> float | None:
    """A number for JSON, which knows no other than finite ones."""
    return float(f"{number:.6g}") if math.isfinite(number) else None


# ---- pictures ----------------------------------------------------------------------------------------------------


def planes_of(one: Tensor, shape: Shape | None) -> Tensor:
    """A value as planes (channels, high, wide); of a volume the middle slice of each channel."""
    one = real(one)
    if one.ndim == 2:
        return one[None]
    if one.ndim == 3:
        return one
    while one.ndim > 3:  # (channels, depth, high, wide), or more axes than have names
        one = one[:, one.shape[1] // 2]
    return one


def rows_of(one: Tensor, shape: Shape | None) -> Tensor:
    """A value over time as rows (features, time)."""
    one = real(one)
    if one.ndim == 1:
        return one[None]
    if one.ndim > 2:
        one = one.reshape(one.shape[0], -1)
    names = shape.names if shape is not None else ()
    return one if names[:1] == ("channels",) else one.T


def real(one: Tensor) -> Tensor:
    """Numbers to draw with; yes and no become one and zero."""
    return one.to(torch.float32)


def most_varied(planes: Tensor, count: int) -> list[int]:
    """The channels that show most, in their order: of many, those whose numbers differ most."""
    if len(planes) <= count:
        return list(range(len(planes)))
    spread = torch.nan_to_num(planes.flatten(1), 0.0, 0.0, 0.0).std(dim=1, unbiased=False)
    return sorted(int(place) for place in torch.topk(spread, count).indices)


def picture(plane: Tensor, wide: int, high: int) -> dict[str, Any]:
    """A plane as bytes, made smaller where it is larger: {w, h, low, high, data}."""
    plane = real(plane)
    good = torch.isfinite(plane)
    smaller = (min(high, plane.shape[0]), min(wide, plane.shape[1]))
    if tuple(plane.shape) != smaller and plane.numel():
        bad = (~good).to(torch.float32)[None, None]
        plane = F.adaptive_avg_pool2d(torch.where(good, plane, torch.zeros_like(plane))[None, None], smaller)[0, 0]
        good = F.adaptive_max_pool2d(bad, smaller)[0, 0] == 0
    inside = plane[good]
    low, top = (float(inside.min()), float(inside.max())) if inside.numel() else (0.0, 0.0)
    span = top - low
    scaled = (plane - low) * (254.0 / span) if span > 0 else torch.full_like(plane, 0.0 if top <= 0 else 127.0)
    shown = torch.where(good, scaled.round().clamp(0, 254), torch.full_like(plane, float(BAD))).to(torch.uint8)
    data = base64.b64encode(shown.contiguous().numpy().tobytes()).decode()
    return {"w": shown.shape[1], "h": shown.shape[0], "low": finite(low), "high": finite(top), "data": data}


def color_picture(values: Tensor, side: int) -> dict[str, Any]:
    """Pixel values 0 to 255 (channels, high, wide) as they are, in gray or in color."""
    planes = real(values).nan_to_num(0.0).clamp(0, 255)
    scale = side / max(planes.shape[1:])
    if scale < 1:
        high, wide = (max(1, round(length * scale)) for length in planes.shape[1:])
        planes = F.adaptive_avg_pool2d(planes[None], (high, wide))[0]
    planes = planes[:3] if len(planes) >= 3 else planes[:1]
    pixels = planes.round().to(torch.uint8).permute(1, 2, 0).contiguous()
    return {
        "w": pixels.shape[1],
        "h": pixels.shape[0],
        "depth": pixels.shape[2],
        "data": base64.b64encode(pixels.numpy().tobytes()).decode(),
    }


# ---- curves, bars, words -----------------------------------------------------------------------------------------


def line(row: Tensor, most: int = STRIP[0]) -> list[float | None]:
    """A row of numbers as a short curve; None is a gap."""
    places = torch.linspace(0, len(row) - 1, min(most, len(row))).round().long()
    return [finite(float(number)) for number in row[places]]


def bars(flat: Tensor, most: int = BARS) -> list[float | None]:
    """A list of numbers as bars; of neighbors that share one, the number farthest from zero."""
    flat = real(flat)
    if len(flat) <= most:
        return [finite(float(number)) for number in flat]
    edges = torch.linspace(0, len(flat), most + 1).round().long().tolist()
    found = []
    for start, stop in pairwise(edges):
        part = flat[start:stop]
        bad = part[~torch.isfinite(part)]
        found.append(None if len(bad) else finite(float(part[part.abs().argmax()])))
    return found


def token_words(one: Tensor, words: Sequence[str], most: int = WORDS) -> list[str]:
    """Numbers of a vocabulary as its words, the first of them."""
    flat = one.reshape(-1)[:most].tolist()
    return [words[int(number)] if 0 <= int(number) < len(words) else str(int(number)) for number in flat]

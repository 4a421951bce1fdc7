"""One node's whole value: a page of its maps in a larger size, how its numbers are spread, and a table of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.run import peek_view
from engine.shapes import Tensor as Shape

PAGE = 24
"""Maps on one page."""
SIDE = 128
BINS = 48
ROWS, COLUMNS = 400, 64
"""The largest table that is sent."""


def whole(
    value: Tensor, shape: Shape | None, page: int, channel: int, words: Sequence[str], names: Sequence[str] = ()
) -> dict[str, Any]:
    """Everything about one item's value.

    Args:
        page: which page of maps; `channel` is the one in the table.
        words: the vocabulary behind a value of numbers of words.
        names: what each number of a flat value stands for, such as classes.
    """
    one = value[0] if value.ndim else value
    found: dict[str, Any] = {**peek_view.view(value, shape, words), "histogram": histogram(one)}
    kind = found["kind"]
    if kind == "maps":
        planes = peek_view.planes_of(one, shape)
        pages = -(-len(planes) // PAGE)
        page = min(max(0, page), pages - 1)
        places = range(page * PAGE, min(len(planes), (page + 1) * PAGE))
        found["page"], found["pages"] = page, pages
        found["chosen"] = list(places)
        found["maps"] = [peek_view.picture(planes[place], SIDE, SIDE) for place in places]
        channel = min(max(0, channel), len(planes) - 1)
        found["table"] = {**table(planes[channel]), "channel": channel, "across": "column", "down": "row"}
    elif kind == "strip":
        rows = peek_view.rows_of(one, shape)
        found["strip"] = peek_view.picture(rows, 4 * SIDE, SIDE)
        found["lines"] = [peek_view.line(row, 4 * SIDE) for row in rows[:3]]
        found["table"] = {**table(rows.T), "across": "feature", "down": "step"}
    else:
        flat = one.reshape(-1)
        found["bars"] = peek_view.bars(flat, 4 * peek_view.BARS) if kind != "tokens" else []
        column = table(flat[:, None])
        if kind == "tokens":
            names = peek_view.token_words(one, words, ROWS)
            column["rows"] = [[number, name] for (number, *_), name in zip(column["rows"], names, strict=False)]
            column["columns"] = 2
        elif names and len(names) == len(flat):
            column["rows"] = [[name, number] for name, (number, *_) in zip(names, column["rows"], strict=False)]
            column["columns"] = 2
        found["table"] = {**column, "across": "", "down": "number"}
    return found


def histogram(one: Tensor, bins: int = BINS) -> dict[str, list[float]]:
    """How often values occur: `edges`, one more than `counts`."""
    flat = one.reshape(-1).to(torch.float64)
    flat = flat[torch.isfinite(flat)]
    if not flat.numel():
        return {"edges": [], "counts": []}
    low, high = float(flat.min()), float(flat.max())
    if low == high:
        return {"edges": [low, high], "counts": [flat.numel()]}
    counts = torch.histc(flat, bins, low, high)
    return {"edges": torch.linspace(low, high, bins + 1, dtype=torch.float64).tolist(), "counts": counts.tolist()}


def table(plane: Tensor) -> dict[str, Any]:
    """The numbers of a plane as text, at most so many; `cut` says that there are more."""
    part = plane[:ROWS, :COLUMNS]
    whole_numbers = not part.is_floating_point()
    rows = [[_written(number, whole_numbers) for number in row] for row in part.tolist()]
    return {
        "rows": rows,
        "columns": part.shape[1],
        "cut": tuple(part.shape) != tuple(plane.shape),
        "size": list(plane.shape),
    }


def _written(number: float, whole: bool) -> str:
    return str(int(number)) if whole else f"{number:.5g}"

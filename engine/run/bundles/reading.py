"""What a person hands in as arrays for a model: pictures, tables, texts, recordings, values, arrays.

Exported programs hold these functions as they stand here; `engine.run.inlining` puts them in.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

READERS: dict[str, Any] = {}
"""Where the model reads texts or recordings, an exported program has the functions for them here."""


def read(path: Path, inputs: list[dict[str, Any]]) -> list[Any]:
    """The raw inputs in a file, one array per input, items first."""
    suffix = path.suffix.lower()
    if suffix == ".npz":
        with np.load(path, allow_pickle=False) as found:
            lost = [one["name"] for one in inputs if one["name"] not in found]
            if lost:
                raise SystemExit(f"{path}: there is no array {lost}")
            arrays = [found[one["name"]] for one in inputs]
    elif suffix == ".json":
        arrays = read_values(json.loads(path.read_text(encoding="utf-8-sig")), inputs)
    elif len(inputs) > 1:
        raise SystemExit(f"{path}: this model takes an .npz or .json with {[one['name'] for one in inputs]}")
    else:
        arrays = [read_file(path, inputs[0])]
    return [array.astype(one["dtype"]) for array, one in zip(arrays, inputs, strict=True)]


def read_file(path: Path, about: dict[str, Any]) -> Any:
    """The items of one input in a file."""
    suffix, reads = path.suffix.lower(), about.get("reads") or {}
    if suffix == ".npy":
        return np.load(path, allow_pickle=False)
    if reads.get("how") == "sound" and suffix in (".wav", ".wave"):
        return READERS["sound"](path.read_bytes(), path.name, reads)[None]
    if reads.get("how") == "text":
        return READERS["text"](path.read_bytes().decode("utf-8-sig"), about)[None]
    if suffix in (".csv", ".tsv", ".txt"):
        return read_table(path, about)
    return read_picture(path, about)


def read_values(values: dict[str, Any], inputs: list[dict[str, Any]]) -> list[Any]:
    """One item out of values by the names of inputs and columns: numbers, texts, or the paths of files."""
    found = []
    for one in inputs:
        wanted = [column["name"] for column in one.get("columns", [])] or [one["name"]]
        lost = [name for name in wanted if name not in values]
        if lost:
            raise SystemExit(f"There is no value for {lost}")
        if "columns" in one:
            cells = [values[name] for name in wanted]
            texts = ["" if value is None else str(value) for value in cells]
            found.append(np.array([[cell(text, col) for text, col in zip(texts, one["columns"], strict=True)]]))
        else:
            found.append(read_value(values[one["name"]], one))
    return found


def read_value(value: Any, about: dict[str, Any]) -> Any:
    """One item: a text where the model reads texts, the path of a file, the name of a class, or its numbers."""
    if isinstance(value, str):
        if about["kind"] == "category":
            return np.array([cell(value, about)])
        if (about.get("reads") or {}).get("how") == "text" and not is_file(value):
            return READERS["text"](value, about)[None]
        return read_file(Path(value), about)
    array = np.asarray(value)
    return array[None] if array.ndim == len(about["shape"]) else array


def is_file(text: str) -> bool:
    """Whether a text is the path of a file."""
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a path, or with a zero byte
        return False


def read_table(path: Path, about: dict[str, Any]) -> Any:
    """Rows of a table with named columns; an empty cell is a missing value."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        text = file.read()
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=separator))
    if "columns" not in about:
        raise SystemExit(f"{path}: this model does not read tables")
    lost = [one["name"] for one in about["columns"] if not rows or one["name"] not in rows[0]]
    if lost:
        raise SystemExit(f"{path}: there is no column {lost}")
    return np.array([[cell(row[one["name"]] or "", one) for one in about["columns"]] for row in rows])


def cell(text: str, column: dict[str, Any]) -> float:
    """A cell as a number: that of its class, or not-a-number where it is empty."""
    if "classes" not in column:
        return float(text) if text.strip() else float("nan")
    if text.strip() and text.strip() not in column["classes"]:
        raise SystemExit(f"{column['name']}: {text.strip()!r} is none of {column['classes']}")
    return float(column["classes"].index(text.strip())) if text.strip() else -1.0


def read_picture(path: Path, about: dict[str, Any]) -> Any:
    """A picture in the size and color that the model reads."""
    from PIL import Image, ImageOps

    if about["kind"] != "image":
        raise SystemExit(f"{path}: this model does not read pictures")
    channels, high, wide = about["shape"]
    picture: Any = ImageOps.exif_transpose(Image.open(path))
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("L" if channels == 1 else "RGB")
    if picture.size != (wide, high) and about["fit"] == "stretch":
        picture = picture.resize((wide, high), Image.Resampling.BICUBIC)
    elif picture.size != (wide, high):
        picture = ImageOps.fit(picture, (wide, high), Image.Resampling.BICUBIC)
    pixels = np.asarray(picture)
    return pixels[None, None] if channels == 1 else pixels.transpose(2, 0, 1)[None]

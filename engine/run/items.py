"""Items that a person hands in for an answer, as raw inputs of a model: a picture, a recording, a text, a table, arrays
or typed values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.data import cells
from engine.data.pictures import SUFFIXES, read_picture
from engine.data.raw import FREE, raw_row
from engine.data.sound import SUFFIXES as SOUNDS
from engine.data.sources import display, read_bytes, regular_file, sources
from engine.data.table import find_layout, to_utf8
from engine.errors import UserError, listed
from engine.exporters.signature import ModelInput
from engine.layer import Input, layers
from engine.run.opened import Array, Opened

MOST_BYTES = 256 * 2**20
MOST_ITEMS = 100_000
TABLES = (".csv", ".tsv", ".tab", ".txt")
_NOUN = "a picture, a recording (.wav), a text (.txt), a table (.csv), an array (.npy, .npz) or values (.json)"
_READS = {
    "table": "a table (.csv)",
    "image": "a picture",
    "series": "a series (.npy or .csv)",
    "signal": "a recording (.wav)",
    "tokens": "a text",
    "category": "a class",
    FREE: "random numbers",
}


@dataclass(frozen=True)
class Items:
    """Raw inputs in the order of the model's inputs, what the items are called, and their places in the data."""

    arrays: list[Array]
    names: list[str]
    places: list[int] | None = None


def read_items(model: Opened, values: Any) -> Items:
    """Turn what a person handed in into raw inputs.

    Args:
        values: the path of a file; several such paths; a text where the model reads texts; `{"item": 12}` for an item
            of the data set; values by column or by input name; a list of those.

    Raises:
        UserError: what does not fit, with what is expected.
    """
    if isinstance(values, str) and _is_text(model, values):
        return Items([_from_source(model, _only_read(model), values)], [_short(values)])
    if isinstance(values, str | Path):
        return _from_file(model, str(values))
    if isinstance(values, Mapping):
        places = values.get("items", [values["item"]] if "item" in values else None)
        if places is not None and not {"item", "items"} & _names(model):
            return _from_data(model, places)
        return _from_rows(model, [values])
    if isinstance(values, Sequence) and values:
        if len(values) > MOST_ITEMS:
            raise UserError(f"These are {len(values):,} items; at most {MOST_ITEMS:,} are answered at once.")
        if all(isinstance(one, str) for one in values):
            return _joined([read_items(model, one) for one in values])
        if all(isinstance(one, Mapping) for one in values):
            return _from_rows(model, values)
        return _from_arrays(model, {_only(model).name: _array(values, _only(model).name)}, "the values")
    raise UserError(f"There is nothing to answer. Give {_NOUN}.")


def _names(model: Opened) -> set[str]:
    """Everything a value can be called: inputs, and the fields they read."""
    return {name for one in model.signature.inputs for name in (one.name, *(field.name for field in one.fields))}


def _only(model: Opened) -> ModelInput:
    """The single input; one array can only be for that."""
    if len(model.signature.inputs) > 1:
        names = [one.name for one in model.signature.inputs]
        raise UserError(f"This model reads {listed(names, 'and')}. Give a value for each, or an .npz file with all.")
    return model.signature.inputs[0]


def _joined(parts: Sequence[Items]) -> Items:
    arrays = [np.concatenate(columns) for columns in zip(*(part.arrays for part in parts), strict=True)]
    return Items(arrays, [name for part in parts for name in part.names])


def _from_data(model: Opened, places: Any) -> Items:
    """Items of the data set, by their places."""
    if not isinstance(places, Sequence) or not all(
        isinstance(one, int) and not isinstance(one, bool) for one in places
    ):
        raise UserError("An item of the data is meant by its number, counted from 0.")
    dataset = model.dataset()
    wrong = [str(one) for one in places if not 0 <= one < dataset.count]
    if wrong or not places:
        raise UserError(f"The data has the items 0 to {dataset.count - 1}, not {listed(wrong) or 'none'}.")
    arrays = model.raw(dataset, np.array(places, np.int64))
    return Items(arrays, [dataset.named(one) for one in places], list(places))


# ---- texts, sounds and series, as the source of the data reads them ------------------------------------------------


def _is_text(model: Opened, value: str) -> bool:
    """Whether a text was typed, not the path of a file."""
    kinds = [one.kind for one in model.signature.inputs if one.kind != FREE]
    if kinds != ["tokens"]:
        return False
    try:
        return not Path(value).expanduser().is_file()
    except (OSError, ValueError):  # too long for a path, or with a zero byte
        return True


def _short(value: str) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"


def _only_read(model: Opened) -> ModelInput:
    """The single input that reads a field; one file or text can only be for that."""
    reads = [one for one in model.signature.inputs if one.kind != FREE]
    if len(reads) != 1 or len(model.signature.inputs) > 1:
        names = [one.name for one in model.signature.inputs]
        raise UserError(f"This model reads {listed(names, 'and')}. Give a value for each by its name.")
    return reads[0]


def _from_source(model: Opened, one: ModelInput, value: str) -> Array:
    """A typed text or a file, read the way the training data was: same words, same rate, same window."""
    source = sources.make(model.project.data.source or {})
    found = source.read_item(one.fields[0], value)
    if found is None:
        raise UserError(f"{_short(value)} does not fit: this model reads {_READS.get(one.kind, one.kind)}.")
    return _fitting(one, np.asarray(found)[None], one.name)


# ---- files -------------------------------------------------------------------------------------------------------


def _from_file(model: Opened, path: str) -> Items:
    file = regular_file(path, _NOUN)
    suffix = file.suffix.lower()
    name = display(file.name)
    if suffix in SOUNDS and _only_read(model).kind not in ("signal", "image"):
        raise UserError(f"{name} does not fit: this model reads {_READS.get(_only_read(model).kind)}.")
    if suffix in SOUNDS or (suffix in TABLES and _windows_of(model)):
        return Items([_from_source(model, _only_read(model), str(file))], [name])
    if suffix in SUFFIXES:
        return Items([_picture(model, _of_kind(model, "image", name), file)], [name])
    content = read_bytes(file, MOST_BYTES)
    if suffix == ".txt" and [one.kind for one in model.signature.inputs] == ["tokens"]:
        text, _ = to_utf8(content, name)
        return Items([_from_source(model, _only_read(model), text.decode())], [name])
    if suffix in TABLES:
        return _from_table(model, content, name)
    if suffix in (".npy", ".npz"):
        return _from_arrays(model, _numpy(content, name, model), name)
    if suffix == ".json":
        try:
            return read_items(model, json.loads(content))
        except (ValueError, RecursionError) as error:
            raise UserError(f"{name} is no valid JSON: {error}.") from None
    raise UserError(f"{name} cannot be read here: its ending is {suffix or 'missing'}. Choose {_NOUN}.")


def _of_kind(model: Opened, kind: str, name: str) -> ModelInput:
    one = _only(model)
    if one.kind != kind:
        raise UserError(f"{name} does not fit: this model reads {_READS.get(one.kind, one.kind)}.")
    return one


def _windows_of(model: Opened) -> bool:
    """Whether the model reads windows of a table of measurements."""
    return [one.kind for one in model.signature.inputs] == ["series"] and _source_type(model) == "SeriesTable"


def _source_type(model: Opened) -> str:
    return str((model.project.data.source or {}).get("type"))


def _picture(model: Opened, one: ModelInput, file: Path) -> Array:
    """A picture as the training saw its pictures: same size, same color, cut or stretched the same way."""
    channels, high, wide = one.dims
    if not isinstance(high, int) or not isinstance(wide, int):
        raise UserError("This model takes pictures of any size; give it an .npy array (items, channels, high, wide).")
    pixels = read_picture(file, (high, wide), "grayscale" if channels == 1 else "color", one.fit)
    return pixels[None].astype(one.dtype)


def _numpy(content: bytes, name: str, model: Opened) -> dict[str, Array]:
    """Arrays by input name; nothing in the file can run."""
    try:
        found = np.load(io.BytesIO(content), allow_pickle=False)
        if isinstance(found, np.ndarray):
            return {_only(model).name: found}
        with found:
            if sum(entry.file_size for entry in found.zip.infolist()) > MOST_BYTES:
                raise UserError(f"{name} holds more than {MOST_BYTES >> 20} MB. Take a part of it.")
            return {key: found[key] for key in found.files}
    except UserError:
        raise
    except Exception as error:  # zipfile, numpy and the header parser each have errors of their own
        raise UserError(
            f"{name} is no numpy file that can be read. Save it with numpy.save or savez.", str(error)
        ) from None


def _from_table(model: Opened, content: bytes, name: str) -> Items:
    """Rows of a text table, its columns found by their names; a series is the table itself."""
    text, _ = to_utf8(content, name)
    kinds = {one.kind for one in model.signature.inputs}
    if kinds == {"series"}:
        return _from_arrays(model, {_only(model).name: _matrix(text, name)[None]}, name)
    layout = find_layout(text, name, header="yes")
    reader = csv.reader(
        io.StringIO(text.decode()),
        delimiter=layout.separator,
        quotechar=layout.quote or '"',
        quoting=csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE,
    )
    rows = [row for row in reader if any(cell.strip() for cell in row)][1:]
    if len(rows) > MOST_ITEMS:
        raise UserError(f"{name} has {len(rows):,} rows; at most {MOST_ITEMS:,} are answered at once.")
    if not rows:
        raise UserError(f"{name} has no rows below its names.")
    found = [dict(zip(layout.columns, row, strict=False)) for row in rows]
    items = _from_rows(model, found, name)
    return Items(items.arrays, [f"row {place + 1}" for place in range(len(rows))])


def _matrix(text: bytes, name: str) -> Array:
    rows = [line for line in text.decode().replace(";", ",").replace("\t", ",").splitlines() if line.strip()]
    try:
        made = [[float(cell) if cell.strip() else float("nan") for cell in row.split(",")] for row in rows[:MOST_ITEMS]]
        return np.array(made, np.float32)
    except ValueError:
        raise UserError(f"{name} is no plain table of numbers: a row per step, a column per feature.") from None


# ---- values ------------------------------------------------------------------------------------------------------


def _from_rows(model: Opened, rows: Sequence[Mapping[str, Any]], name: str = "the values") -> Items:
    """One item per row; a row gives columns by name, and pictures and series by input name."""
    _all_there(model, rows[0], name)
    return Items(
        [_column(model, one, rows) for one in model.signature.inputs], [f"item {n + 1}" for n in range(len(rows))]
    )


def _all_there(model: Opened, row: Mapping[str, Any], name: str) -> None:
    missing = []
    for one in model.signature.inputs:
        if one.kind == "table":
            missing += [field.name for field in one.fields if field.name not in row]
        elif one.name not in row and (not one.fields or one.fields[0].name not in row):
            missing.append(one.fields[0].name if one.fields else one.name)
    if missing:
        there = listed([str(key)[:40] for key in row], "and") or "nothing"
        raise UserError(
            f"In {name} {listed(missing, 'and')} {'is' if len(missing) == 1 else 'are'} missing. There is {there}."
        )


def _column(model: Opened, one: ModelInput, rows: Sequence[Mapping[str, Any]]) -> Array:
    if one.kind not in ("table", "category"):
        field = one.fields[0].name if one.fields else one.name
        return np.concatenate([_value(model, one, row.get(one.name, row.get(field))) for row in rows])
    node = model.project.graph.nodes[one.node]
    layer = layers[node.layer](**node.params)
    assert isinstance(layer, Input)
    parts, problems = [], []
    for place, row in enumerate(rows):
        given = {field.name: _cell(row.get(field.name, row.get(one.name)), field.classes) for field in one.fields}
        try:
            parts.append(raw_row(layer, model.project.data.schema, given))
        except UserError as error:
            problems.append(f"Row {place + 1}: {error.message}" if len(rows) > 1 else error.message)
    if problems:
        raise UserError(listed(problems[:3], "and") if len(problems) == 1 else " ".join(problems[:3]))
    return np.concatenate(parts).astype(one.dtype)


def _cell(value: Any, classes: Sequence[str]) -> Any:
    """A typed value: words for missing mean missing, 1.0 means the class 1."""
    if isinstance(value, bool) or value is None:
        return value
    text = str(value).strip()
    if text.lower() in cells.MISSING and text not in classes:
        return None
    if classes and text not in classes:
        same = [name for name in classes if name.casefold() == text.casefold() or _equal(name, text)]
        return same[0] if len(same) == 1 else text
    return text


def _equal(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _value(model: Opened, one: ModelInput, value: Any) -> Array:
    """One picture, text, sound or series: a file, what was typed, or its numbers."""
    if isinstance(value, str) and one.kind == "image" and not value.lower().endswith(SOUNDS):
        return _picture(model, one, regular_file(value, "a picture"))
    if isinstance(value, str) and one.fields:
        return _from_source(model, one, value)
    array = _array(value, one.name)
    return _fitting(one, array[None] if array.ndim == len(one.dims) else array, one.name)


def _array(value: Any, name: str) -> Array:
    try:
        found = np.asarray(value, np.float32)
    except (ValueError, TypeError):
        raise UserError(f"The values of {name} are no even table of numbers.") from None
    if found.nbytes > MOST_BYTES:
        raise UserError(f"The values of {name} take more than {MOST_BYTES >> 20} MB. Take a part of them.")
    return found


def _from_arrays(model: Opened, given: Mapping[str, Array], name: str) -> Items:
    missing = [one.name for one in model.signature.inputs if one.name not in given]
    if missing:
        raise UserError(
            f"In {name} {listed(missing, 'and')} is missing. There is {listed(list(given), 'and') or 'nothing'}."
        )
    arrays = []
    for one in model.signature.inputs:
        array = given[one.name]
        arrays.append(_fitting(one, array[None] if array.ndim == len(one.dims) else array, name))
    counts = {len(array) for array in arrays}
    if len(counts) > 1:
        raise UserError(
            f"{name} has {listed([str(count) for count in sorted(counts)])} items, each input another number."
        )
    count = counts.pop()
    if not 0 < count <= MOST_ITEMS:
        raise UserError(f"{name} has {count:,} items; from 1 to {MOST_ITEMS:,} are answered at once.")
    return Items(arrays, [f"item {place + 1}" for place in range(count)])


def _fitting(one: ModelInput, array: Array, name: str) -> Array:
    """The array in the input's type, once its shape is right."""
    wanted = ("items", *one.dims)
    fits = array.ndim == len(wanted) and all(
        isinstance(dim, str) or dim == size for dim, size in zip(wanted, array.shape, strict=True)
    )
    if not fits or array.dtype.kind not in "fiub":
        shape = " × ".join(map(str, array.shape)) or "1 number"
        raise UserError(
            f"{name} does not fit: “{one.name}” needs numbers, {' × '.join(map(str, wanted))}. It has {shape}."
        )
    if one.dtype == "int64":
        least = -1 if one.kind == "category" else 0
        if not np.all((array >= least) & (array < one.classes)):
            missing = ", or −1 for missing" if least else ""
            raise UserError(f"“{one.name}” needs whole numbers from 0 to {one.classes - 1}{missing}.")
    return np.ascontiguousarray(array, one.dtype)

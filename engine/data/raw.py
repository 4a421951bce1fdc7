"""The raw arrays that the preparation takes and the targets that the losses take, cut out of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.data.fields import Field, Schema
from engine.errors import UserError, listed
from engine.layer import Input

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.sources import Column


FREE = "free"
"""The kind of an input that reads no field of the data, such as noise."""
FULL_SCALE = 32767
"""The loudest sample of a signal that is kept as whole numbers."""


def bound(layer: Input, schema: Schema) -> tuple[str, list[Field]]:
    """What an input node reads: `table` with its columns, or `image`, `category`, `series`, `signal`, `tokens` with its
    one field; `free` and nothing for an input that reads no field.

    Raises:
        Misfit: the field is missing or of the wrong kind.
    """
    layer.tensor(schema)  # judges, and says in words what is wrong
    chosen = getattr(layer, "chosen", None)
    if chosen is not None:
        return "table", list(chosen(schema))
    if not layer.field_kinds:
        return FREE, []
    name = getattr(layer, "field", "")
    if name:
        return schema[name].kind, [schema[name]]
    fitting = [one for one in schema.values() if one.kind in layer.field_kinds and one.role == "input"]
    return fitting[0].kind, fitting[:1]


def feature_names(layer: Input, schema: Schema) -> list[str]:
    """What each number stands for that a table input gives to the network: numbers first, then a number per class."""
    _, fields = bound(layer, schema)
    numbers = [one.name for one in fields if one.kind == "number"]
    return numbers + [f"{one.name} = {name}" for one in fields if one.kind == "category" for name in one.classes]


def raw_inputs(
    dataset: Dataset, inputs: Sequence[tuple[Any, Input]], indices: Column, schema: Schema | None = None
) -> list[Column]:
    """The raw values of each input node at some places, in the order of the inputs.

    Images uint8 (B, C, H, W); tables float32 (B, columns) with NaN for a missing number, the code for a category and −1
    for a missing one; categories int64 (B,); series float32 (B, T, F); signals float32 (B, C, T) from −1 to 1; tokens
    int64 (B, T); for an input without a field see `placeholder`. The schema is the data set's own by default, which
    has the project's roles when the data set was opened by the project's data.
    """
    import numpy as np

    found = []
    for _, layer in inputs:
        kind, fields = bound(layer, dataset.schema if schema is None else schema)
        if kind == "table":
            columns = np.empty((len(indices), len(fields)), np.float32)
            for place, one in enumerate(fields):
                columns[:, place] = dataset.take(one.name, indices)
            found.append(columns)
        elif kind == FREE:
            found.append(placeholder(layer, dataset.schema if schema is None else schema, indices))
        else:
            found.append(_as_model_reads(fields[0], dataset.take(fields[0].name, indices)))
    return found


def _as_model_reads(one: Field, values: Column) -> Column:
    """Compact columns in the type of the model: sounds from −1 to 1, tokens in int64."""
    if one.kind == "signal":
        return as_signal(values)
    return values.astype("int64", copy=False) if one.kind == "tokens" else values


def as_signal(values: Column) -> Column:
    """Samples as float32, from −1 to 1 where they are kept as whole numbers."""
    import numpy as np

    scale = np.float32(1 / FULL_SCALE if values.dtype.kind == "i" else 1)
    return values.astype(np.float32) * scale


def placeholder(layer: Input, schema: Schema, indices: Column) -> Column:
    """What stands for an input that reads no field: the same numbers for the same item, from a normal distribution;
    for a whole-number input a number below its classes."""
    import numpy as np

    tensor = layer.tensor(schema)
    dims = tuple(dim if isinstance(dim, int) else 16 for dim in tensor.dims)
    size = int(np.prod(dims, dtype=np.int64))
    whole = tensor.element == "token"
    found = np.empty((len(indices), size), np.int64 if whole else np.float32)
    for row, place in enumerate(np.asarray(indices)):
        draw = np.random.default_rng([20, int(place)])
        found[row] = draw.integers(0, tensor.classes or 2, size) if whole else draw.standard_normal(size, np.float32)
    return found.reshape(len(indices), *dims)


def raw_targets(dataset: Dataset, names: Sequence[str], indices: Column) -> dict[str, Column]:
    """The right answers as they are in the data: category int64 (B,), number float32 (B, 1), image float32 0 to 1;
    tokens, series and signals as inputs have them. Any field can be one, also one that the model reads as well."""
    import numpy as np

    found: dict[str, Column] = {}
    for name in names:
        one = dataset.field(name)
        if one.kind == "text":
            raise UserError(f"“{name}” is free text and cannot be a target. Choose another target on the Data page.")
        values = dataset.take(name, indices)
        if one.kind == "number":
            values = values.astype(np.float32, copy=False)[:, None]
        elif one.kind == "image":
            values = values.astype(np.float32) / np.float32(255)
        else:
            values = _as_model_reads(one, values)
        found[name] = values
    return found


def raw_row(layer: Input, schema: Schema, values: Mapping[str, Any]) -> Column:
    """One item for a table or category input out of typed values: numbers or text, names of classes, None for missing.

    Raises:
        UserError: every value that does not fit, in one message.
    """
    import numpy as np

    kind, fields = bound(layer, schema)
    if kind not in ("table", "category"):
        raise UserError(f"{layer.label} takes a file, not typed values. Choose a file.")
    problems: list[str] = []
    row = [_typed(one, values.get(one.name), problems) for one in fields]
    if problems:
        raise UserError(" ".join(problems))
    return np.array([row], np.float32) if kind == "table" else np.array(row, np.int64)


def _typed(one: Field, value: Any, problems: list[str]) -> float:
    text = "" if value is None else str(value).strip()
    if one.kind == "category":
        if text and text not in one.classes:
            problems.append(f"“{one.name}” needs {listed(one.classes)}. It is “{text[:40]}”.")
        return float(one.classes.index(text)) if text in one.classes else -1.0
    try:
        return float(text.replace(",", ".")) if text else float("nan")
    except ValueError:
        problems.append(f"“{one.name}” needs a number. It is “{text[:40]}”.")
        return float("nan")

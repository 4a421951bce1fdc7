"""What goes into a model and what comes out, by the names that its exported files carry."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.codeends import OutputSpec
from engine.codegen import Source
from engine.data.fields import Field
from engine.data.raw import FREE, bound
from engine.data.sources import sources
from engine.dims import Dim
from engine.errors import UserError
from engine.layer import Input, layers
from engine.project import Project
from engine.shapes import Tensor


@dataclass(frozen=True)
class ModelInput:
    """One input: raw items of one picture or series field, or of several columns.

    Attributes:
        name: what it is called in files: the field's name, `table` for columns.
        node: the input node.
        kind: image, table, category, series, signal, tokens; free for one that reads no field, such as noise.
        fields: what it reads, in order; nothing for a free one.
        dims: the shape of one raw item; a text is a length that may vary.
        dtype: float32, or int64 for a category and for tokens.
        fit: how pictures of other proportions are brought to size: crop or stretch; empty for all else.
    """

    name: str
    node: str
    kind: str
    fields: tuple[Field, ...]
    dims: tuple[int | str, ...]
    dtype: str
    fit: str = ""
    classes: int = 0
    """How many different whole numbers an int64 input takes."""
    reads: Mapping[str, Any] | None = None
    """How one item is read from a text or a recording; see `Source.reads`."""

    def to_json(self) -> dict[str, Any]:
        """As stored in exported files."""
        found: dict[str, Any] = {"name": self.name, "kind": self.kind, "shape": list(self.dims), "dtype": self.dtype}
        if self.kind == "image":
            found["range"] = [0, 255]
            found["fit"] = self.fit
            found["channels"] = {1: "gray", 3: "RGB"}.get(self.dims[0] if isinstance(self.dims[0], int) else 0, "")
        if self.kind == "table":
            found["columns"] = [_column(field) for field in self.fields]
        elif self.fields and self.fields[0].classes:
            found["classes"] = list(self.fields[0].classes)
        if self.reads is not None:
            found["reads"] = dict(self.reads)
        return found


@dataclass(frozen=True)
class Signature:
    """Inputs in the order of the model's arguments, exported outputs in the order of its answers."""

    inputs: tuple[ModelInput, ...]
    outputs: tuple[OutputSpec, ...]


def signature(project: Project, source: Source) -> Signature:
    """What a project's model takes and gives."""
    outputs = tuple(one for one in source.outputs if one.exported)
    taken = {one.name for one in outputs}
    inputs = []
    for spec in source.inputs:
        node = project.graph.nodes[spec.node]
        made = layers[node.layer](**node.params)
        assert isinstance(made, Input)
        kind, fields = bound(made, project.data.schema)
        if kind == FREE:
            inputs.append(_free_input(_free(node.id, taken), node.id, made.tensor(project.data.schema)))
            continue
        name = _free("table" if kind == "table" else fields[0].name, taken)
        fit = str((project.data.source or {}).get("fit", "crop")) if kind == "image" else ""
        made_input = _model_input(name, node.id, kind, tuple(fields), fit)
        inputs.append(replace(made_input, reads=_plan(project, fields[0])) if kind != "table" else made_input)
    return Signature(tuple(inputs), outputs)


def _plan(project: Project, field: Field) -> Mapping[str, Any] | None:
    """How the source of the data reads one item of a field; None where it says nothing or is not known here."""
    try:
        return sources.make(project.data.source or {}).reads(field)
    except UserError:
        return None


def _model_input(name: str, node: str, kind: str, fields: tuple[Field, ...], fit: str) -> ModelInput:
    if kind == "table":
        return ModelInput(name, node, kind, fields, (len(fields),), "float32")
    dims = tuple(_dim(dim) for dim in fields[0].tensor.dims)
    dtype = "int64" if kind in ("category", "tokens") else "float32"
    return ModelInput(name, node, kind, fields, dims, dtype, fit, len(fields[0].classes))


def _free_input(name: str, node: str, tensor: Tensor) -> ModelInput:
    """Noise, or the step of a diffusion: raw numbers that no field of the data holds."""
    dtype = "int64" if tensor.element == "token" else "float32"
    return ModelInput(name, node, FREE, (), tuple(_dim(dim) for dim in tensor.dims), dtype, "", tensor.classes or 0)


def _dim(dim: Dim) -> int | str:
    return dim if isinstance(dim, int) else str(dim)


def _column(field: Field) -> dict[str, Any]:
    return {"name": field.name, **({"classes": list(field.classes)} if field.classes else {})}


def _free(stem: str, taken: set[str]) -> str:
    """A name for an input: of letters, digits and underscores, no word of Python, used once."""
    made = re.sub(r"\W", "_", stem.strip().lower(), flags=re.ASCII).strip("_") or "input"
    made = f"_{made}" if made[0].isdigit() or keyword.iskeyword(made) else made
    name, number = made, 2
    while name in taken:
        name, number = f"{made}_{number}", number + 1
    taken.add(name)
    return name

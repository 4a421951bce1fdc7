"""Preparation: how raw values become what the network reads, as declared settings and as generated source.

The generated class is part of the model: it runs in training, in use and inside the exported file, with the figures
measured on the training part in its buffers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.catalogue import Catalogue
from engine.data.fields import Field, Schema
from engine.data.raw import FREE, bound, feature_names, raw_inputs, raw_row, raw_targets
from engine.data.vocabulary import SPECIAL, UNKNOWN
from engine.declare import Declared, param
from engine.layer import Input

if TYPE_CHECKING:
    from engine.data.sources import Column
    from engine.data.statistics import Statistics

__all__ = [
    "Bindings",
    "Preparation",
    "bound",
    "feature_names",
    "preparation_source",
    "preparation_state",
    "preparations",
    "raw_inputs",
    "raw_row",
    "raw_targets",
]

Bindings = Sequence[tuple[Any, Input]]
"""Input nodes with the layer each of them holds, in the order in which the network takes them."""

preparations: Catalogue[Declared] = Catalogue("preparations", "preparation")


@preparations.add("Preparation", keywords="scale normalize standardize impute one-hot")
class Preparation(Declared):
    """Brings raw values to a common scale and fills gaps; every figure it needs is measured on the training part."""

    catalogue_name: ClassVar[str] = "preparations"

    numbers: Literal["standardize", "minmax", "none"] = param(
        default="standardize",
        label="Number columns",
        choices=(
            ("standardize", "Standardize: mean 0, spread 1"),
            ("minmax", "Min–max: from 0 to 1"),
            ("none", "As they are"),
        ),
        help="The scale to which columns of numbers, series and sounds are brought.",
    )
    missing: Literal["median", "mean", "zero"] = param(
        default="median",
        label="Missing numbers",
        choices=(("median", "Median of the column"), ("mean", "Mean of the column"), ("zero", "Zero")),
        help="What stands in for a number that is missing. A missing category becomes no class at all.",
    )
    images: Literal["standardize", "unit", "raw"] = param(
        default="standardize",
        label="Pictures",
        choices=(
            ("standardize", "Standardize each color channel"),
            ("unit", "From 0 to 1"),
            ("raw", "From 0 to 255, as they are"),
        ),
        help="The scale to which the pixels are brought.",
    )
    targets: Literal["standardize", "none"] = param(
        default="standardize",
        label="Number targets",
        choices=(("standardize", "Learn on a standard scale"), ("none", "As they are")),
        help="The scale on which a number is learned; predictions are always shown in the target's own unit.",
        advanced=True,
    )


# ---- source ------------------------------------------------------------------------------------------------------


def preparation_source(inputs: Bindings, schema: Schema, preparation: Preparation | None = None) -> str:
    """The source of `class Preparation(nn.Module)`; it needs `import torch` and `from torch import Tensor, nn`.

    Its `forward` takes the raw values of each input node under the node's id (see `raw_inputs`) and gives what the
    network reads: one tensor for one input, a tuple for several.
    """
    preparation = preparation or Preparation()
    setup: list[str] = []
    steps: list[str] = []
    names = [node.id for node, _ in inputs]
    taken = set(names)
    for node, layer in inputs:
        kind, fields = bound(layer, schema)
        buffers, lines = _WRITERS[kind](node.id, fields, preparation)
        for part in ("numbers", "classes"):  # steps in between must not hide an input that is called like them
            own = f"{node.id}_{part}"
            while own in taken:
                own += "_"
            lines = [re.sub(rf"(?<![\w.]){node.id}_{part}\b", own, line) for line in lines]
        setup += buffers
        steps += lines
    args = "".join(f", {name}: Tensor" for name in names)
    result = names[0] if len(names) == 1 else f"({', '.join(names)})"
    gives = "Tensor" if len(names) == 1 else "tuple[Tensor, ...]"
    head = [
        "class Preparation(nn.Module):",
        '    """Raw values in, what the network reads out; its figures were measured on the training part."""',
    ]
    if setup:
        head += [
            "",
            "    def __init__(self) -> None:",
            "        super().__init__()",
            *(f"        {line}" for line in setup),
        ]
    head += ["", f"    def forward(self{args}) -> {gives}:", *(f"        {line}" for line in steps)]
    return "\n".join([*head, f"        return {result}", ""])


def _buffer(name: str, shape: Sequence[int], fill: str, about: str) -> str:
    size = ", ".join(map(str, shape))
    line = f'self.register_buffer("{name}", torch.{fill}({size}))'
    return line if len(line) + len(about) > 98 else f"{line}  # {about}"


def _image_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    if preparation.images == "raw":
        return [], [f"{name} = {name}.float()"]
    if preparation.images == "unit":
        return [], [f"{name} = {name}.float() / 255"]
    channels = int(fields[0].tensor.dims[0])  # type: ignore[arg-type]
    buffers = [
        _buffer(f"{name}_mean", (channels, 1, 1), "zeros", "of each channel, on the scale 0 to 255"),
        _buffer(f"{name}_std", (channels, 1, 1), "ones", "usual distance from the mean"),
    ]
    return buffers, [f"{name} = ({name}.float() - self.{name}_mean) / self.{name}_std"]


def _table_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    numbers = [place for place, one in enumerate(fields) if one.kind == "number"]
    classes = [(place, one.width) for place, one in enumerate(fields) if one.kind == "category"]
    setup: list[str] = []
    steps: list[str] = []
    parts: list[str] = []
    if numbers:
        setup, steps = _number_lines(name, numbers, len(fields), preparation)
        parts.append(f"{name}_numbers")
    if classes:
        columns = " + ".join(f"[{place}] * {width}" for place, width in classes)
        codes = ", ".join(f"*range({width})" for _, width in classes)
        setup += [
            f"# each category becomes a number per class, 1 for the class it is: {len(classes)} in all",
            *_wrapped(f'self.register_buffer("{name}_column", torch.tensor(', columns, "), persistent=False)"),
            *_wrapped(f'self.register_buffer("{name}_class", torch.tensor([', codes, "]), persistent=False)"),
        ]
        steps.append(f"{name}_classes = ({name}[:, self.{name}_column] == self.{name}_class).float()")
        parts.append(f"{name}_classes")
    joined = parts[0] if len(parts) == 1 else f"torch.cat([{', '.join(parts)}], dim=1)"
    return setup, [*steps, f"{name} = {joined}"]


def _number_lines(
    name: str, numbers: Sequence[int], width: int, preparation: Preparation
) -> tuple[list[str], list[str]]:
    count = len(numbers)
    made = f"{name}_numbers"
    setup = [_buffer(f"{name}_fill", (count,), "zeros", f"stands in for a missing number ({preparation.missing})")]
    taken = f"{name}.float()"
    if count < width:
        places = ", ".join(map(str, numbers))
        setup += _wrapped(f'self.register_buffer("{name}_place", torch.tensor([', places, "]), persistent=False)")
        taken = f"{name}[:, self.{name}_place].float()"
    steps = [f"{made} = {taken}", f"{made} = torch.where(torch.isnan({made}), self.{name}_fill, {made})"]
    if preparation.numbers == "standardize":
        setup.append(_buffer(f"{name}_mean", (count,), "zeros", "of each column"))
        setup.append(_buffer(f"{name}_std", (count,), "ones", "usual distance from the mean"))
        steps.append(f"{made} = ({made} - self.{name}_mean) / self.{name}_std")
    elif preparation.numbers == "minmax":
        setup.append(_buffer(f"{name}_low", (count,), "zeros", "smallest value of each column"))
        setup.append(_buffer(f"{name}_range", (count,), "ones", "largest minus smallest"))
        steps.append(f"{made} = ({made} - self.{name}_low) / self.{name}_range")
    return setup, steps


def _wrapped(before: str, inside: str, after: str) -> list[str]:
    """A long literal over several lines, broken where its parts are."""
    if len(before) + len(inside) + len(after) < 100:
        return [before + inside + after]
    sign = " + " if " + " in inside else ", "
    lines: list[str] = []
    line = ""
    for part in inside.split(sign):
        if len(line) + len(part) > 90:
            lines.append(f"    {line.rstrip()}")
            line = ""
        line += part + sign
    return [before, *lines, f"    {line.removesuffix(sign)}", after]


def _category_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    setup = [f'self.register_buffer("{name}_usual", torch.tensor(0))  # stands in for a missing class']
    return setup, [f"{name} = torch.where({name} < 0, self.{name}_usual, {name})"]


def _series_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    features = int(fields[0].tensor.dims[-1])  # type: ignore[arg-type]
    setup = [_buffer(f"{name}_mean", (features,), "zeros", "of each feature; stands in for a missing value")]
    steps = [f"{name} = {name}.float()", f"{name} = torch.where(torch.isnan({name}), self.{name}_mean, {name})"]
    if preparation.numbers != "none":
        setup.append(_buffer(f"{name}_std", (features,), "ones", "usual distance from the mean"))
        steps.append(f"{name} = ({name} - self.{name}_mean) / self.{name}_std")
    return setup, steps


def _signal_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    if preparation.numbers == "none":
        return [], [f"{name} = {name}.float()"]
    channels = int(fields[0].tensor.dims[0])  # type: ignore[arg-type]
    setup = [
        _buffer(f"{name}_mean", (channels, 1), "zeros", "of each channel, on the scale −1 to 1"),
        _buffer(f"{name}_std", (channels, 1), "ones", "usual distance from the mean"),
    ]
    return setup, [f"{name} = ({name}.float() - self.{name}_mean) / self.{name}_std"]


def _token_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    if UNKNOWN not in fields[0].classes:
        return [], [f"{name} = {name}.long()"]
    size = len(fields[0].classes)
    about = "a word that training never saw becomes the unknown word"
    setup = [f'self.register_buffer("{name}_known", torch.arange({size}))  # {about}']
    return setup, [f"{name} = self.{name}_known[{name}.long()]"]


def _free_lines(name: str, fields: Sequence[Field], preparation: Preparation) -> tuple[list[str], list[str]]:
    return [], []


_Writer = Callable[[str, Sequence[Field], Preparation], tuple[list[str], list[str]]]
_WRITERS: dict[str, _Writer] = {
    "image": _image_lines,
    "table": _table_lines,
    "category": _category_lines,
    "series": _series_lines,
    "signal": _signal_lines,
    "tokens": _token_lines,
    FREE: _free_lines,
}


# ---- state -------------------------------------------------------------------------------------------------------


def preparation_state(
    statistics: Statistics, inputs: Bindings, schema: Schema, preparation: Preparation | None = None
) -> dict[str, Column]:
    """The buffers of the generated class, filled: exactly the keys of its `state_dict`."""
    preparation = preparation or Preparation()
    found: dict[str, Column] = {}
    for node, layer in inputs:
        kind, fields = bound(layer, schema)
        state = _STATES[kind](statistics, fields, preparation)
        found.update({f"{node.id}_{name}": value for name, value in state.items()})
    return found


def _image_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    if preparation.images != "standardize":
        return {}
    import numpy as np

    about = statistics[fields[0].name]
    return {name: np.array(about[name], np.float32).reshape(-1, 1, 1) for name in ("mean", "std")}


def _table_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    import numpy as np

    about: list[Mapping[str, Any]] = [statistics[one.name] for one in fields if one.kind == "number"]
    if not about:
        return {}
    fill = [0.0 if preparation.missing == "zero" else one[preparation.missing] for one in about]
    found = {"fill": fill}
    if preparation.numbers == "standardize":
        found.update(mean=[one["mean"] for one in about], std=[one["std"] for one in about])
    elif preparation.numbers == "minmax":
        found.update(low=[one["min"] for one in about], range=[(one["max"] - one["min"]) or 1.0 for one in about])
    return {name: np.array(values, np.float32) for name, values in found.items()}


def _category_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    import numpy as np

    return {"usual": np.array(statistics[fields[0].name]["most_frequent"], np.int64)}


def _series_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    import numpy as np

    about = statistics[fields[0].name]
    names = ("mean",) if preparation.numbers == "none" else ("mean", "std")
    return {name: np.array(about[name], np.float32) for name in names}


def _signal_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    import numpy as np

    if preparation.numbers == "none":
        return {}
    about = statistics[fields[0].name]
    return {name: np.array(about[name], np.float32).reshape(-1, 1) for name in ("mean", "std")}


def _token_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    import numpy as np

    classes = fields[0].classes
    if UNKNOWN not in classes:
        return {}
    counts = np.array(statistics[fields[0].name]["counts"])
    known = np.arange(len(classes))
    unseen = (counts == 0) & ~np.isin(known, [place for place, word in enumerate(classes) if word in SPECIAL])
    known[unseen] = classes.index(UNKNOWN)
    return {"known": known}


def _free_state(statistics: Statistics, fields: Sequence[Field], preparation: Preparation) -> dict[str, Column]:
    return {}


_State = Callable[["Statistics", Sequence[Field], Preparation], "dict[str, Column]"]
_STATES: dict[str, _State] = {
    "image": _image_state,
    "table": _table_state,
    "category": _category_state,
    "series": _series_state,
    "signal": _signal_state,
    "tokens": _token_state,
    FREE: _free_state,
}

"""Inputs and outputs: where data comes in, bound to a field of the data, and where answers leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from engine.data.fields import Field
from engine.declare import param
from engine.errors import listed
from engine.layer import Input, Layer, Misfit, layer
from engine.params import FieldOf
from engine.shapes import Anything, Category, Numbers, Tensor, Tokens

SECTION = "Inputs and outputs"


def _bound(label: str, name: str, kinds: tuple[str, ...], schema: Mapping[str, Field]) -> Field:
    """The field an input reads: the named one, or the only one that fits."""
    fitting = [field for field in schema.values() if field.kind in kinds and field.role == "input"]
    if name:
        found = schema.get(name)
        if found is None:
            has = listed(list(schema), "and") or "none"
            raise Misfit(f"{label} reads “{name}”\nThe data has no field of that name. It has {has}.")
        if found.kind not in kinds:
            raise Misfit(f"{label} cannot read “{name}”\nIt is a {found.kind}; expected is {listed(kinds)}.")
        return found
    if not schema:
        raise Misfit(f"{label} has no data\nChoose your data on the Data page first.")
    if not fitting:
        raise Misfit(f"{label} finds nothing to read\nThe data has no {listed(kinds)} among its inputs.")
    if len(fitting) > 1:
        names = listed([field.name for field in fitting], "and")
        raise Misfit(f"{label} needs a field\nThe data has several that fit: {names}. Choose one.")
    return fitting[0]


@layer("Image input", section=SECTION, keywords="picture photo pixels data source", icon="input")
class ImageInput(Input):
    """Brings pictures into the network, prepared the same way in training and in use."""

    field_kinds = ("image",)

    field: Annotated[str, FieldOf(("image",))] = param(
        default="", label="Field", help="The picture field of your data; empty takes the only one there is."
    )

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return _bound(self.label, self.field, self.field_kinds, schema).tensor

    def summary(self) -> str:
        return self.field


@layer("Table input", section=SECTION, keywords="columns csv numbers features observation data source", icon="input")
class TableInput(Input):
    """Brings the columns of a table in as one list of numbers: numbers are scaled, categories become one-hot."""

    field_kinds = ("number", "category")

    columns: Annotated[tuple[str, ...], FieldOf(("number", "category"), many=True)] = param(
        default=(), label="Columns", help="Which columns come in; none chosen means every input column of the data."
    )

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def chosen(self, schema: Mapping[str, Field]) -> list[Field]:
        """The fields it reads, in order; `Misfit` where one is missing or is no column of a table."""
        if not self.columns:
            found = [field for field in schema.values() if field.kind in self.field_kinds and field.role == "input"]
            if not found:
                raise Misfit(f"{self.label} finds nothing to read\nChoose your data on the Data page first.")
            return found
        return [_bound(self.label, name, self.field_kinds, schema) for name in self.columns]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return Numbers(sum(field.width for field in self.chosen(schema)))

    def summary(self) -> str:
        return listed(self.columns, "and", 2)


@layer("Category input", section=SECTION, keywords="class id user item embedding data source", icon="input")
class CategoryInput(Input):
    """Brings one category in as a number from a list, for an Embedding."""

    field_kinds = ("category",)

    field: Annotated[str, FieldOf(("category",))] = param(default="", label="Field", help="The category field.")

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return Category(classes=_bound(self.label, self.field, self.field_kinds, schema).width)

    def summary(self) -> str:
        return self.field


@layer("Series input", section=SECTION, keywords="sequence time steps sensors data source", icon="input")
class SeriesInput(Input):
    """Brings a sequence of steps in: measurements over time, steps × features."""

    field_kinds = ("series",)

    field: Annotated[str, FieldOf(("series",))] = param(default="", label="Field", help="The series field.")

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return _bound(self.label, self.field, self.field_kinds, schema).tensor

    def summary(self) -> str:
        return self.field


@layer("Token input", section=SECTION, keywords="text words characters language vocabulary data source", icon="input")
class TokenInput(Input):
    """Brings a text in as the numbers of its words or characters, for an Embedding."""

    field_kinds = ("tokens",)

    field: Annotated[str, FieldOf(("tokens",))] = param(default="", label="Field", help="The text field of your data.")

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        found = _bound(self.label, self.field, self.field_kinds, schema)
        return Tokens(*found.tensor.dims, classes=len(found.classes) or found.tensor.classes)

    def summary(self) -> str:
        return self.field


@layer("Signal input", section=SECTION, keywords="audio sound sensor wave channels data source", icon="input")
class SignalInput(Input):
    """Brings a recording in, such as sound: channels × points in time, as 1D convolutions read it."""

    field_kinds = ("signal",)

    field: Annotated[str, FieldOf(("signal",))] = param(
        default="", label="Field", help="The signal field of your data."
    )

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return _bound(self.label, self.field, self.field_kinds, schema).tensor

    def summary(self) -> str:
        return self.field


@layer("Noise input", section=SECTION, keywords="latent random gan generator normal", icon="dices")
class NoiseInput(Input):
    """Brings random numbers in, drawn anew for every item: what a generator makes pictures from."""

    size: int = param(default=64, min=1, max=1_000_000, help="How many random numbers each item gets.")

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return Numbers(self.size)

    def summary(self) -> str:
        return f"{self.size} random numbers"


@layer("Time step input", section=SECTION, keywords="diffusion noise level denoise step", icon="clock")
class TimeStepInput(Input):
    """Brings the step of a diffusion in, drawn anew for every item while training: how noisy its picture is."""

    steps: int = param(default=1000, min=1, max=1_000_000, help="How many steps there are; the first is 0.")

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, Field]) -> Tensor:
        return Category(classes=self.steps)

    def summary(self) -> str:
        return f"{self.steps} steps"


@layer("Output", section=SECTION, keywords="answer prediction result", icon="output")
class Output(Layer):
    """Hands a result out of the network under a name, for graphs or branches without a loss."""

    outputs = ()

    name: str = param(default="", label="Name", help="What the result is called in the exported file.")

    def shape(self, x: Anything) -> tuple[()]:
        return ()

    def summary(self) -> str:
        return self.name

"""What a layer is: its ports (read off the signature of `shape`), its shape rule, its source code, its cost.

A layer is one class in one file of `engine/layers/`, an objective one class in `engine/losses/`:

    @layer("Linear", section="Dense", keywords="fully connected dense")
    class Linear(Layer):
        \"\"\"Mixes all numbers with learned weights.\"\"\"

        features: int = param(default=64, min=1, help="How many numbers come out.")

        def shape(self, x: Numbers | Sequence) -> Tensor:
            return x.sized(*x.dims[:-1], self.features)

        def module(self, x: Numbers | Sequence) -> str:
            return call("nn.Linear", x.last, self.features)

        def parameters(self, x: Numbers | Sequence) -> Dim:
            return x.last * self.features + self.features
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from engine.catalogue import Catalogue
from engine.declare import Declared, param
from engine.dims import Dim, Sym
from engine.errors import UserError, listed
from engine.params import FieldOf
from engine.shapes import Anything, Tensor

SECTIONS = (
    "Inputs and outputs",
    "Dense",
    "Convolution",
    "Pooling",
    "Normalization",
    "Activation",
    "Regularization",
    "Recurrent",
    "Attention",
    "Embedding",
    "Merge",
    "Reshape",
    "Blocks",
    "Loss",
)
"""The sections of the palette, in its order."""


class Misfit(UserError):
    """An input that a layer cannot take. `port` names the guilty input, None where the settings are at fault."""

    def __init__(self, message: str, port: str | None = None, details: str = "") -> None:
        super().__init__(message, details)
        self.port = port


@dataclass(frozen=True)
class Port:
    """One input of a layer: the kinds it takes, whether it may stay open, whether it takes several wires."""

    name: str
    accepts: tuple[type[Tensor], ...]
    optional: bool = False
    many: bool = False

    def fits(self, tensor: Tensor) -> bool:
        """Whether a tensor of this kind may come in."""
        return any(kind is Anything or isinstance(tensor, kind) for kind in self.accepts)

    def elements(self) -> set[str]:
        """The element kinds it takes: real, token, mask."""
        return {kind.default_element for kind in self.accepts}

    def words(self) -> str:
        """What it needs, for a sentence: `a flat list of numbers or a sequence of steps`."""
        return listed(list(dict.fromkeys(kind.article for kind in self.accepts)))

    @property
    def symbol(self) -> str:
        """How it is drawn while nothing is connected."""
        symbols = {kind.symbol for kind in self.accepts}
        return symbols.pop() if len(symbols) == 1 else "anything"


class Layer(Declared):
    """Base of all node types. Subclasses define `shape` and either `module` or `expression`."""

    catalogue_name = "layers"
    outputs: ClassVar[tuple[str, ...]] = ("out",)
    support: ClassVar[str] = ""
    """Source of a helper class that the generated file carries once, for modules that torch.nn lacks."""
    twin: ClassVar[str] = ""
    """Name of a function in `engine.run.twins` that makes the export twin of the trained module."""
    bridge: ClassVar[bool] = False
    """Whether repairs may offer to insert this layer between two that do not fit."""
    trains_differently: ClassVar[bool] = False
    """Whether it behaves otherwise in training than in use (dropout, batch norm)."""
    no_onnx: ClassVar[str] = ""
    """Why it cannot leave for ONNX, empty where it can."""
    covers: ClassVar[tuple[str, ...]] = ()
    """Classes of torch.nn that it stands for, where its source does not name them."""
    in_palette: ClassVar[bool] = True
    old_ports: ClassVar[Mapping[str, str]] = {}
    """Inputs by what they were called before, so that older files keep their wires."""
    samples: ClassVar[tuple[dict[str, Any], ...]] = ()
    """Settings that the contract tests try besides the defaults."""
    _ports: ClassVar[tuple[Port, ...] | None] = None

    shape: Callable[..., Any]
    """The shape rule; its signature is the list of input ports. Raises `Misfit`."""

    @classmethod
    def ports(cls) -> tuple[Port, ...]:
        """The input ports, read off the signature of `shape`."""
        if "_ports" not in cls.__dict__:
            cls._ports = _read_ports(cls)
        assert cls._ports is not None
        return cls._ports

    @classmethod
    def port(cls, name: str) -> Port:
        for port in cls.ports():
            if port.name == name:
                return port
        raise UserError(f"{cls.label} has no input called {name!r}.")

    def output_names(self) -> tuple[str, ...]:
        """The output ports; a layer whose number of outputs is a setting overrides this."""
        return self.outputs

    def module(self, *inputs: Any, **named: Any) -> str | None:
        """The expression that builds the module, None for a layer without one. Gets the input tensors."""
        return None

    def expression(self, *args: str) -> str:
        """The expression in `forward` of a layer without a module. Gets the variables' names."""
        raise NotImplementedError(f"{type(self).__name__} declares neither module nor expression")

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        """The statements in `forward`; `outputs` are the variables to set, `_` where nobody reads one."""
        value = f"{module}({', '.join(args)})" if module else self.expression(*args)
        return [f"{', '.join(outputs)} = {value}"]

    def supports(self) -> tuple[str, ...]:
        """The helper classes that its source needs; a layer that needs one only for some settings overrides this."""
        return (self.support,) if self.support else ()

    def export_twin(self) -> str:
        """The twin by its name; a layer that needs one only for some settings overrides this."""
        return self.twin

    def init_lines(self, module: str) -> list[str]:
        """Statements after the one that builds the module, which give its weights other first values."""
        return []

    def parameters(self, *inputs: Any, **named: Any) -> Dim:
        """How many numbers are learned."""
        return 0

    def table(self, *inputs: Any, **named: Any) -> tuple[Dim, Dim] | None:
        """Rows and columns of its `weight`, where a layer of another kind may use the same numbers: an output layer
        that scores words with the table of an Embedding. None where nothing of that sort is possible."""
        return None

    def flops(self, *inputs: Any, **named: Any) -> Dim:
        """Floating-point operations for one item, counted as torch.utils.flop_counter counts (matrix products only)."""
        return 0

    def summary(self) -> str:
        """Two or three settings for the card: `32 filters · 3 × 3`."""
        return ""

    def arithmetic(self, *inputs: Any, **named: Any) -> str:
        """How the size comes about, in words: `(112 + 2 × 3 − 7) ÷ 4 + 1 = 28, rounded down`."""
        return ""


def _read_ports(cls: type[Layer]) -> tuple[Port, ...]:
    hints = typing.get_type_hints(cls.shape)
    ports = []
    for name, argument in list(inspect.signature(cls.shape).parameters.items())[1:]:
        hint = hints[name]
        many = argument.kind is inspect.Parameter.VAR_POSITIONAL
        accepts = tuple(part for part in _union(hint) if part is not type(None))
        optional = argument.default is None
        ports.append(Port(name, accepts, optional, many))
    return tuple(ports)


def _union(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    return (hint,)


class Input(Layer):
    """Base of the nodes through which data comes in; each is bound to one field of the data."""

    field_kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of data field it can be bound to; none where it reads no field, such as noise."""

    def tensor(self, schema: Mapping[str, Any]) -> Tensor:
        """The shape that comes in, given the data's fields by name; `Misfit` where the field is missing or wrong."""
        raise NotImplementedError


class Objective(Layer):
    """Base of losses: nodes that compare a prediction with a target, and whose prediction the model exports.

    Subclasses define `shape(self, prediction, target=None)`, which returns the prediction's shape, and `loss`.
    `target` of the form names the data field; a wire into the target port comes before it. Further ports of `shape`
    come to `loss` by name; without a port called `target` it compares only what is wired.
    """

    outputs: ClassVar[tuple[str, ...]] = ()
    target_kinds: ClassVar[tuple[str, ...]] = ("number", "category")
    metrics: ClassVar[tuple[str, ...]] = ()
    """Names of the metrics shown for it, the one that decides the best epoch first."""

    target: typing.Annotated[str, FieldOf(("category", "number", "image", "series", "signal", "tokens"))] = param(
        default="", label="Target", help="The data field that holds the right answer."
    )
    weight: float = param(
        default=1.0, min=0, advanced=True, help="How much this objective counts when there are several."
    )

    @classmethod
    def needs_target(cls) -> bool:
        """Whether there is a right answer to compare with, from the data or wired."""
        return any(port.name == "target" for port in cls.ports())

    loss: Callable[..., str]
    """`loss(prediction, target, **wired)`: the expression of the loss, a scalar tensor: the mean over the batch.
    `wired` are the further ports."""

    def summary(self) -> str:
        return " · ".join(part for part in (self.target, self.label[:1].lower() + self.label[1:]) if part)

    def activation(self, prediction: str) -> str:
        """The expression that turns raw scores into what people read, for export; the prediction itself by default."""
        return prediction

    def widths(self, classes: int) -> int | None:
        """How many numbers the prediction must have for a target with so many classes; None where any will do."""
        return None


def _load() -> None:
    for package in ("engine.layers", "engine.losses"):
        found = importlib.import_module(package)
        for module in sorted(pkgutil.iter_modules(found.__path__), key=lambda module: module.name):
            importlib.import_module(f"{package}.{module.name}")


layers: Catalogue[Layer] = Catalogue("layers", "layer", _load)
"""Every node type: layers, inputs, outputs and objectives."""

L = TypeVar("L", bound=type[Layer])


def layer(label: str, *, section: str, keywords: str = "", was: Iterable[str] = (), icon: str = "") -> Callable[[L], L]:
    """Enter a layer class into the catalogue, under its class name."""
    if section not in SECTIONS:
        raise ValueError(f"no section {section!r} in the palette")
    return layers.add(label, section=section, keywords=keywords, was=was, icon=icon)  # type: ignore[return-value]


def objective(label: str, *, keywords: str = "", was: Iterable[str] = (), icon: str = "") -> Callable[[L], L]:
    """Enter an objective class into the catalogue."""
    return layer(label, section="Loss", keywords=keywords, was=was, icon=icon)


def call(function: str, *args: Any, **named: Any) -> str:
    """A call as source text. Arguments are numbers, texts, booleans, tuples, None or dimensions, nothing else."""
    inside = [literal(value) for value in args] + [f"{name}={literal(value)}" for name, value in named.items()]
    return f"{function}({', '.join(inside)})"


def literal(value: Any) -> str:
    """A value as source text; refuses everything that is not plainly data."""
    if isinstance(value, Sym):
        return value.code()
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)  # double quotes, as formatters write them
        return "".join(sign if sign.isprintable() else _escaped(sign) for sign in quoted)
    if isinstance(value, bool | int | float) or value is None:
        return repr(value)
    if isinstance(value, tuple):
        inside = ", ".join(literal(part) for part in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    raise TypeError(f"{value!r} is no literal")


def _escaped(sign: str) -> str:
    """What cannot be seen, such as half a character or a line break that only some programs see, as its number."""
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def squeezed(size: tuple[Any, ...]) -> Any:
    """`3` for (3, 3), the tuple itself where its entries differ: how one writes a kernel size."""
    return size[0] if all(part == size[0] for part in size) else size

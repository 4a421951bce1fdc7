"""Inputs for every port of every layer, invented from the port's kinds; what the contract tests feed the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor as TorchTensor
from torch import nn
from torch.nn import functional as F

from engine.dims import evaluate
from engine.infer_layer import arguments
from engine.layer import Input, Layer, Misfit, Objective, layers
from engine.shapes import Anything, Category, Image, Mask, Numbers, Sequence, Signal, Tensor, Tokens, Value, Volume

EXAMPLES: dict[type[Tensor], Tensor] = {
    Numbers: Numbers(8),
    Sequence: Sequence(6, 8),
    Signal: Signal(8, 12),
    Image: Image(8, 12, 12),
    Volume: Volume(8, 6, 6, 6),
    Tokens: Tokens(6, classes=20),
    Category: Category(classes=5),
    Value: Value(),
    Mask: Mask(6),
}
REALS = (Numbers, Sequence, Signal, Image, Volume)
UNUSUAL: dict[str, tuple[Tensor, ...]] = {
    # these only mean something for certain sizes
    "Squeeze": (Image(1, 12, 12), Sequence(6, 1)),
    "MatMul": (Sequence(6, 6), Signal(6, 6)),
    "Expand": (Image(1, 12, 12), Sequence(6, 1)),
}


def _places(first: Tensor) -> Tensor:
    return Anything(*first.dims, names=first.names, element="token")


def _chosen(first: Tensor) -> Tensor:
    """Places to gather: one for everything, one for every number, a list, or what is stretched over the channels."""
    if isinstance(first, Signal):
        return Category(classes=5)
    if isinstance(first, Volume):
        return _places(first.sized(1, *first.dims[1:]))
    return _places(first) if isinstance(first, Image) else Tokens(6, classes=20)


WIRED: dict[tuple[str, str], Callable[[Tensor], Tensor]] = {
    # what a port takes that the first input does not tell
    ("MaxUnpool1d", "places"): _places,
    ("MaxUnpool2d", "places"): _places,
    ("MaxUnpool3d", "places"): _places,
    ("Gather", "places"): _chosen,
    ("ScaledDotProductAttention", "links"): lambda first: Anything(6, 6, names=("", ""), element="mask"),
}

Inputs = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Case:
    """One layer with settings and inputs that fit it."""

    layer: Layer
    inputs: Mapping[str, tuple[Tensor, ...]]

    @property
    def id(self) -> str:
        settings = ",".join(f"{key}={value}" for key, value in self.layer.to_json().items() if key != "type")
        shapes = ",".join(
            f"{port}:{'+'.join(str(tensor) for tensor in tensors)}" for port, tensors in self.inputs.items()
        )
        return f"{type(self.layer).__name__}[{settings}]({shapes})".replace(" ", "")

    def call(self, method: str) -> Any:
        """Call shape, module, parameters or flops on the inputs."""
        args, named = arguments(self.layer, self.inputs)
        return getattr(self.layer, method)(*args, **named)

    def shapes(self) -> tuple[Tensor, ...]:
        found = self.call("shape")
        return found if isinstance(found, tuple) else (found,)

    def with_inputs(self, change: Any) -> Case:
        """The same case with every input tensor changed."""
        return Case(self.layer, {port: tuple(map(change, tensors)) for port, tensors in self.inputs.items()})


def walked() -> list[type[Layer]]:
    """The layers that compute something: not inputs, ends or objectives."""
    return [cls for cls in layers if not issubclass(cls, Input | Objective) and cls.outputs]


def objectives() -> list[type[Objective]]:
    return [cls for cls in layers if issubclass(cls, Objective)]


def cases(cls: type[Layer]) -> list[Case]:
    """Every sample of settings with every kind of first input that it takes, with and without optional inputs."""
    found: list[Case] = []
    for settings in ({}, *cls.samples):
        layer = cls(**settings)
        fitting = [Case(layer, inputs) for inputs in _inputs(layer) if _fits(layer, inputs)]
        assert fitting, f"no invented input fits {layer!r}"
        found += fitting
    return found


def _fits(layer: Layer, inputs: Inputs) -> bool:
    try:
        Case(layer, inputs).call("shape")
    except Misfit:
        return False
    return True


def _inputs(layer: Layer) -> Iterator[dict[str, tuple[Tensor, ...]]]:
    ports = layer.ports()
    if not ports:
        return
    optional = [port.name for port in ports if port.optional]
    choices: list[tuple[str, ...]] = [()] + ([tuple(optional)] if optional else [])
    choices += [(name,) for name in optional] if len(optional) > 1 else []
    for first in _kinds(layer, ports[0].accepts):
        for chosen in choices:
            found: dict[str, tuple[Tensor, ...]] = {}
            for port in ports:
                if port.optional and port.name not in chosen:
                    continue
                same = any(kind is Anything or isinstance(first, kind) for kind in port.accepts)
                tensor = first if same else EXAMPLES[port.accepts[0]]
                tensor = WIRED.get((type(layer).__name__, port.name), lambda _, kept=tensor: kept)(first)
                found[port.name] = (tensor,) * (3 if port.many else 1)
            yield found
            if any(port.many for port in ports):
                yield {name: tensors[:2] for name, tensors in found.items()}


def _kinds(layer: Layer, accepts: tuple[type[Tensor], ...]) -> list[Tensor]:
    kinds = REALS if Anything in accepts else accepts
    found = [EXAMPLES[kind] for kind in kinds]
    return [*found, *UNUSUAL.get(type(layer).__name__, ())]


def data(tensor: Tensor, batch: int = 2, device: str = "cpu", values: Mapping[str, int] | None = None) -> TorchTensor:
    """A batch of such items."""
    size = (batch, *(evaluate(dim, values or {}) for dim in tensor.dims))
    if tensor.element == "token" and tensor.rank > 1:
        # places of a max pool: no two alike in a channel
        return torch.rand(*size[:2], math.prod(size[2:]), device=device).argsort(dim=-1).reshape(size)
    if tensor.element == "token":
        return torch.randint(0, tensor.classes or 5, size, device=device)
    if tensor.element == "mask":
        # at least one step to look at in every row
        mask = torch.rand(size, device=device) > 0.4
        return torch.cat([torch.ones_like(mask[..., :1]), mask[..., 1:]], dim=-1)
    return torch.randn(size, device=device)


def namespace(layer: Layer, names: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What generated source sees: torch, its usual short names, the layer's support class, a block's settings."""
    found: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "Tensor": TorchTensor, **(names or {})}
    for support in layer.supports():
        exec(support, found)
    return found


class Built(nn.Module):
    """A layer's generated source, run as the compiler would write it."""

    def __init__(self, case: Case, names: Mapping[str, int] | None = None) -> None:
        super().__init__()
        space = namespace(case.layer, names)
        expression = case.call("module")
        self.module = eval(expression, space) if expression is not None else None
        variables = {
            port: tuple(f"{port}_{place}" for place in range(len(tensors))) for port, tensors in case.inputs.items()
        }
        values, named = arguments(case.layer, variables)
        values += [f"{name}={value}" for name, value in named.items()]
        outputs = [f"result_{name}" for name in case.layer.output_names()]
        lines = case.layer.lines("self.module" if expression is not None else None, values, outputs)
        self.names = [name for names in variables.values() for name in names]
        head = f"def forward(self, {', '.join(self.names)}):"
        body = [*lines, f"return {', '.join(outputs)},"]
        self.source = "\n".join([head, *(f"    {line}" for line in body)])
        self.constructor = expression or ""
        exec(self.source, space)
        self.run = space["forward"]

    def forward(self, *args: TorchTensor) -> tuple[TorchTensor, ...]:
        return self.run(self, *args)


def feed(case: Case, batch: int = 2, device: str = "cpu", values: Mapping[str, int] | None = None) -> list[TorchTensor]:
    """One batch for every input, in port order."""
    return [data(tensor, batch, device, values) for tensors in case.inputs.values() for tensor in tensors]


def dims(tensor: Tensor, values: Mapping[str, int] | None = None) -> tuple[int, ...]:
    return tuple(evaluate(dim, values or {}) for dim in tensor.dims)

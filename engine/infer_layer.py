"""One layer in a walk: its settings with expressions worked out, and its rule, remembered by settings and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.edits import is_expression, stands_for_value
from engine.errors import UserError
from engine.expressions import evaluate
from engine.facts import Facts, Schema, total
from engine.graph import Node, label_of
from engine.layer import Input, Layer, Misfit, Objective, layers
from engine.shapes import Tensor


def resolve(node: Node, names: Mapping[str, Any]) -> dict[str, Any]:
    """The node's settings with every expression replaced by its value."""
    values = {}
    for key, value in node.params.items():
        if is_expression(value) and (node.block or stands_for_value(layers[node.layer], key, value)):
            if not names:
                raise UserError(f"{label_of(node)}: an expression for {key!r} only has a meaning inside a block.")
            try:
                value = evaluate(value, names)
            except UserError as error:
                raise WrongSetting(error.message, key) from error
        values[key] = value
    return values


class WrongSetting(UserError):
    """An expression that has no value here, with the setting that holds it."""

    def __init__(self, message: str, setting: str) -> None:
        super().__init__(message)
        self.setting = setting


def hashable(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Settings as a key to remember by."""
    return tuple(sorted((key, _tuple(value)) for key, value in values.items()))


def _tuple(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_tuple(part) for part in value)
    if isinstance(value, Mapping):
        return _Map(tuple(sorted((key, _tuple(part)) for key, part in value.items())))
    return value


class _Map(dict[str, Any]):
    """A mapping among hashable settings."""

    def __init__(self, items: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(items)
        self._items = items

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._items)


def layer_facts(
    name: str,
    values: tuple[tuple[str, Any], ...],
    inputs: tuple[tuple[str, tuple[Tensor, ...]], ...],
    schema: Schema,
) -> Facts:
    """What a layer makes of these inputs; an input layer reads the data's fields.

    Raises:
        Misfit: the layer cannot take these shapes.
    """
    cls = layers[name]
    if issubclass(cls, Input):
        made = layer_of(name, values)
        assert isinstance(made, Input)
        tensor = made.tensor(schema)
        return Facts(outputs={"out": tensor}, elements=tensor.size())
    facts = _layer_rule(name, values, inputs)
    if isinstance(facts, Misfit):
        raise Misfit(facts.message, facts.port)
    return facts


@lru_cache(maxsize=20_000)
def layer_of(name: str, values: tuple[tuple[str, Any], ...]) -> Layer:
    """The layer with these settings (`hashable`), one value for all who ask."""
    return layers[name](**dict(values))


@lru_cache(maxsize=50_000)
def _layer_rule(
    name: str, values: tuple[tuple[str, Any], ...], inputs: tuple[tuple[str, tuple[Tensor, ...]], ...]
) -> Facts | Misfit:
    made = layer_of(name, values)
    args, named = arguments(made, dict(inputs))
    try:
        shape = made.shape(*args, **named)
    except Misfit as error:
        return error
    if isinstance(made, Objective):
        outputs: dict[str, Tensor] = {}
    else:
        tensors = shape if isinstance(shape, tuple) else (shape,)
        outputs = dict(zip(made.output_names(), tensors, strict=True))
    elements = total([tensor.size() for tensor in outputs.values()])
    return Facts(
        inputs=dict(inputs),
        outputs=outputs,
        parameters=made.parameters(*args, **named),
        flops=made.flops(*args, **named),
        elements=elements,
        arithmetic=made.arithmetic(*args, **named),
    )


def arguments(made: Layer | type[Layer], inputs: Mapping[str, tuple[Any, ...]]) -> tuple[list[Any], dict[str, Any]]:
    """Inputs by port as the arguments of `shape`, `module` and the like: in signature order, open ports left out."""
    args: list[Any] = []
    named: dict[str, Any] = {}
    gap = False
    for port in made.ports():
        found = inputs.get(port.name, ())
        if port.many:
            args.extend(found)
        elif not found:
            gap = True
        elif gap:
            named[port.name] = found[0]
        else:
            args.append(found[0])
    return args, named

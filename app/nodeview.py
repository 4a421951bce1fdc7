"""From the document to what panels show: one node, the model, problems, rows of the quick search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.backbone import without_head
from engine.errors import UserError
from engine.facts import Inference
from engine.graph import BLOCK, Blocks, Node, inputs_of, label_of, objectives_of
from engine.infer import block_names, walk_inside
from engine.layer import Input, Layer, Objective, Port, layers
from engine.project import Project
from engine.shapes import Anything, Tensor
from widgets import words
from widgets.quick_add import QuickRow
from widgets.views import (
    ModelView,
)

if TYPE_CHECKING:
    pass


def section_of(node: Node) -> str:
    """The palette section of a node, which decides its hue."""
    if node.block:
        return "Blocks"
    return layers[node.layer].section if node.layer in layers else "Inputs and outputs"


def number(dim: object) -> int | None:
    """A known number, None for a symbol."""
    return dim if isinstance(dim, int) else None


def of_model(project: Project, walk: Inference) -> ModelView:
    """What the inspector shows while nothing is selected."""
    graph = project.graph
    room = bytes_in_training(walk, int(project.recipe.get("batch_size", 32))) if graph.nodes else None
    return ModelView(
        name=project.name,
        nodes=len(graph.nodes),
        parameters=number(walk.parameters),
        backbone=without_head(project, walk),
        work=number(walk.flops),
        memory=words.size(room) if room else "",
        source=", ".join(label_of(node) for node in inputs_of(graph)),
        target=", ".join(label_of(node) for node in objectives_of(graph)),
    )


def bytes_in_training(walk: Inference, batch: int) -> int | None:
    """A fair guess of the memory that training takes: weights, gradients and Adam's two averages in 32 bits, and the
    outputs of every node for each item of a batch, forward and backward."""
    parameters, elements = number(walk.parameters), number(walk.elements)
    if parameters is None or elements is None:
        return None
    return 4 * (4 * parameters + 2 * elements * batch)


def quick_row(cls: type[Layer], tensor: Tensor | None, bridge: Callable[[Tensor, Port], str]) -> QuickRow:
    """What would come of a layer behind a tensor: the shape, a layer that is added first, or why not."""
    name, ports = cls.__name__, cls.ports()
    if tensor is None:
        return QuickRow(name, cls.label, cls.section, "", "fit", cls.icon, cls.keywords)
    if issubclass(cls, Input) or not ports:
        return QuickRow(name, cls.label, cls.section, "takes no wire", "unfit", cls.icon, cls.keywords)
    port = ports[0]
    if not port.fits(tensor):
        through = bridge(tensor, port)
        if through:
            return QuickRow(
                name, cls.label, cls.section, f"adds {layers[through].label} first", "bridge", cls.icon, cls.keywords
            )
        return QuickRow(name, cls.label, cls.section, f"needs {_short_need(port)}", "unfit", cls.icon, cls.keywords)
    return QuickRow(name, cls.label, cls.section, _result(cls, tensor, ports), "fit", cls.icon, cls.keywords)


def quick_block_row(name: str, blocks: Blocks, tensor: Tensor | None) -> QuickRow:
    """What would come of a block behind a tensor, with the block's usual settings."""
    block, given = blocks[name], BLOCK + name
    if tensor is None:
        return QuickRow(given, name, "Blocks", "", "fit", "boxes", "block")
    if not block.inputs or not block.outputs:
        return QuickRow(given, name, "Blocks", "takes no wire", "unfit", "boxes", "block")
    if len(block.inputs) > 1:
        return QuickRow(given, name, "Blocks", "joins another", "fit", "boxes", "block")
    feeds = {block.inputs[0].id: tensor}
    try:
        walk = walk_inside(block, feeds, block_names(block, {}, feeds), blocks)
        first = walk[block.outputs[0].id].inputs["x"][0]
    except (UserError, LookupError):
        if block.params:  # another setting may make it fit, as twice the filters do
            return QuickRow(given, name, "Blocks", "with other settings", "bridge", "boxes", "block")
        return QuickRow(given, name, "Blocks", "does not fit", "unfit", "boxes", "block")
    return QuickRow(given, name, "Blocks", "same" if first == tensor else first.words(), "fit", "boxes", "block")


def _short_need(port: Port) -> str:
    return (
        " or ".join(dict.fromkeys(kind.article for kind in port.accepts[:2]))
        if Anything not in port.accepts
        else "an input"
    )


def _result(cls: type[Layer], tensor: Tensor, ports: tuple[Port, ...]) -> str:
    required = [port for port in ports if not port.optional]
    if issubclass(cls, Objective):
        return "loss"
    if len(required) > 1 or any(port.many for port in ports):
        return "joins another"
    try:
        result = cls().shape(tensor)
    except UserError:
        return ""
    first = result[0] if isinstance(result, tuple) and result else result
    if not isinstance(first, Tensor):
        return ""
    return "same" if first == tensor else first.words()

"""The ends of a block: where its inputs come in and its outputs leave. They exist only inside blocks."""

from __future__ import annotations

from collections.abc import Mapping

from engine.declare import param
from engine.layer import Input, Layer, Misfit, layer
from engine.shapes import Anything, Tensor


@layer("Block input", section="Blocks", keywords="inside", icon="input")
class BlockInput(Input):
    """Where data enters a block. Each one is an input port of the block."""

    in_palette = False

    order: int = param(default=0, min=0, label="Place", help="Its place among the block's inputs.")

    def shape(self) -> Tensor: ...  # type: ignore[empty-body]

    def tensor(self, schema: Mapping[str, object]) -> Tensor:
        raise Misfit("A block input only works inside a block\nUse an image, table or series input here.")


@layer("Block output", section="Blocks", keywords="inside", icon="output")
class BlockOutput(Layer):
    """Where a result leaves a block. Each one is an output port of the block."""

    in_palette = False
    outputs = ()

    order: int = param(default=0, min=0, label="Place", help="Its place among the block's outputs.")

    def shape(self, x: Anything) -> tuple[()]:
        return ()

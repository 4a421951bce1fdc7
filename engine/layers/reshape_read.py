"""Reshape layers that only read the same numbers as another kind of data."""

from __future__ import annotations

from engine.layer import Layer, layer
from engine.layers.reshape import SECTION
from engine.shapes import Sequence, Signal, Tensor


@layer("Steps as channels", section=SECTION, keywords="token mixing mlp mixer sequence signal", icon="reshape")
class StepsAsChannels(Layer):
    """Reads the steps of a sequence as the channels of a signal, or back, and moves no number.

    A Conv 1D with a kernel of 1 behind it mixes the steps with each other, feature by feature.
    """

    def shape(self, x: Sequence | Signal) -> Tensor:
        return (Sequence if isinstance(x, Signal) else Signal)(*x.dims)

    def module(self, x: Tensor) -> str:
        return "nn.Identity()"

"""Global pooling: one number per channel is left, so that images and signals of any size become a list of numbers."""

from __future__ import annotations

from engine.layer import Layer, layer
from engine.layers.pooling import SECTION
from engine.shapes import Image, Numbers, Signal, Tensor, Volume


@layer("Global average pool 2D", section=SECTION, keywords="gap mean squeeze flatten image", icon="globalpool")
class GlobalAvgPool2d(Layer):
    """Averages every channel of an image to one number; the usual step before the last Linear."""

    bridge = True

    def shape(self, image: Image) -> Tensor:
        return Numbers(image.channels)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.mean(dim=(2, 3))"


@layer("Global average pool 1D", section=SECTION, keywords="gap mean squeeze flatten signal", icon="globalpool")
class GlobalAvgPool1d(Layer):
    """Averages every channel of a signal to one number; then signals of any length fit."""

    bridge = True

    def shape(self, signal: Signal) -> Tensor:
        return Numbers(signal.channels)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.mean(dim=2)"


@layer("Global average pool 3D", section=SECTION, keywords="gap mean squeeze flatten volume", icon="globalpool")
class GlobalAvgPool3d(Layer):
    """Averages every channel of a volume to one number."""

    bridge = True

    def shape(self, volume: Volume) -> Tensor:
        return Numbers(volume.channels)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.mean(dim=(2, 3, 4))"


@layer("Global max pool 2D", section=SECTION, keywords="maximum squeeze flatten image", icon="globalpool")
class GlobalMaxPool2d(Layer):
    """Keeps the largest number of every channel of an image: whether a pattern is there at all."""

    def shape(self, image: Image) -> Tensor:
        return Numbers(image.channels)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.amax(dim=(2, 3))"


@layer("Global max pool 1D", section=SECTION, keywords="maximum squeeze flatten signal", icon="globalpool")
class GlobalMaxPool1d(Layer):
    """Keeps the largest number of every channel of a signal: whether a pattern is there at all."""

    def shape(self, signal: Signal) -> Tensor:
        return Numbers(signal.channels)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.amax(dim=2)"

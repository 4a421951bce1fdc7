"""Reshape layers: the same numbers in another arrangement, and the bridges between kinds of data."""

from __future__ import annotations

from typing import Literal

from engine.declare import Ints, param
from engine.dims import product
from engine.layer import Layer, call, layer
from engine.layers.rules import fixed, plain_settings, real, refuse
from engine.shapes import Anything, Image, Numbers, Sequence, Signal, Tensor, Value, Volume, tensor

SECTION = "Reshape"


@layer("Flatten", section=SECTION, keywords="unroll view list vector reshape", icon="flatten")
class Flatten(Layer):
    """Puts all numbers of an item into one flat list; the usual step between images and Linear."""

    bridge = True

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        if not x.rank:
            refuse("Flatten has nothing to flatten", "The input is a single value already. Use Unsqueeze instead.", "x")
        return Numbers(x.size())

    def module(self, x: Tensor) -> str:
        return "nn.Flatten()"

    def arithmetic(self, x: Tensor) -> str:
        return f"{' × '.join(map(str, x.dims))} = {x.size()}"


@layer("Reshape", section=SECTION, keywords="view unflatten size rearrange", icon="reshape")
class Reshape(Layer):
    """Arranges the same numbers in another shape: one number makes a list, two a sequence, three an image."""

    samples = ({"size": (2, -1)}, {"size": (2, 2, -1)}, {"size": (-1, 1)}, {"size": (1, 2, 1, -1)})

    size: Ints = param(default=(-1,), min=-1, max=1_000_000_000, help="The new size; −1 is whatever is left over.")

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        size = x.size()
        if not self.size or len(self.size) > 4 or 0 in self.size or self.size.count(-1) > 1:
            refuse(
                "This size is not possible",
                f"Expected are one to four numbers of at least 1, at most one of them −1; found is {self._words()}.",
            )
        known = product(tuple(part for part in self.size if part != -1))
        if -1 not in self.size and known != size:
            refuse(f"{size} numbers do not fill {self._words()}", f"That would take {known}. Use −1 for one part.", "x")
        if isinstance(size, int) and isinstance(known, int) and size % known:
            refuse(f"{size} numbers do not fill {self._words()}", f"{size} is no multiple of {known}.", "x")
        return tensor(*(size // known if part == -1 else part for part in self.size))

    def _words(self) -> str:
        return " × ".join(str(part).replace("-", "−") for part in self.size) or "nothing"

    def expression(self, *args: str) -> str:
        return f"{args[0]}.reshape({args[0]}.size(0), {', '.join(map(str, self.size))})"

    def summary(self) -> str:
        return self._words()


@layer("Permute", section=SECTION, keywords="transpose swap axes order rearrange", icon="permute")
class Permute(Layer):
    """Changes the order of the axes."""

    samples = ({"order": (1,)}, {"order": (2, 1)}, {"order": (2, 3, 1)}, {"order": (4, 1, 2, 3)})

    order: Ints = param(default=(2, 1), min=1, max=8, help="The old places in their new order; 2, 1 swaps two axes.")

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        if sorted(self.order) != list(range(1, x.rank + 1)):
            expected = ", ".join(map(str, range(1, x.rank + 1))) or "none"
            refuse(
                f"This order does not fit {x.article}",
                f"Expected are the places {expected} in any order; found is {', '.join(map(str, self.order))}.",
                "x",
            )
        if list(self.order) == sorted(self.order):
            return x
        dims = tuple(x.dims[old - 1] for old in self.order)
        names = tuple(x.names[old - 1] for old in self.order)
        return tensor(*dims, names=names, element=x.element)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.permute(0, {', '.join(map(str, self.order))})"

    def summary(self) -> str:
        return ", ".join(map(str, self.order))


@layer("Swap steps and channels", section=SECTION, keywords="transpose signal sequence time permute", icon="permute")
class SwapTimeChannels(Layer):
    """Turns a signal for convolutions into a sequence for recurrent layers and attention, or back."""

    bridge = True

    def shape(self, x: Signal | Sequence) -> Tensor:
        return (Sequence if isinstance(x, Signal) else Signal)(x.dims[1], x.dims[0])

    def expression(self, *args: str) -> str:
        return f"{args[0]}.transpose(1, 2)"


@layer("Rows as steps", section=SECTION, keywords="image to sequence lines scan ocr", icon="reshape")
class RowsAsSteps(Layer):
    """Reads an image row by row as a sequence: each row becomes a step with all its numbers."""

    bridge = True

    def shape(self, image: Image) -> Tensor:
        return Sequence(image.height, image.channels * image.width)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.transpose(1, 2).flatten(2)"

    def arithmetic(self, image: Image) -> str:
        return f"{image.channels} channels × {image.width} wide = {image.channels * image.width} features per row"


@layer("Pixels as steps", section=SECTION, keywords="image to sequence patches tokens vit", icon="reshape")
class PixelsAsSteps(Layer):
    """Reads an image point by point as a sequence: after a Conv 2D with a large stride the points are patches."""

    bridge = True

    def shape(self, image: Image) -> Tensor:
        return Sequence(image.height * image.width, image.channels)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.flatten(2).transpose(1, 2)"

    def arithmetic(self, image: Image) -> str:
        return f"{image.height} × {image.width} = {image.height * image.width} steps"


@layer("Last step", section=SECTION, keywords="sequence to numbers final many to one", icon="skip-forward")
class LastStep(Layer):
    """Keeps only the last step of a sequence; for one answer about all of it."""

    bridge = True

    def shape(self, sequence: Sequence) -> Tensor:
        return Numbers(sequence.features)

    def expression(self, *args: str) -> str:
        return f"{args[0]}[:, -1]"


@layer("First step", section=SECTION, keywords="sequence to numbers class token cls", icon="skip-forward")
class FirstStep(Layer):
    """Keeps only the first step of a sequence, such as a class token."""

    def shape(self, sequence: Sequence) -> Tensor:
        return Numbers(sequence.features)

    def expression(self, *args: str) -> str:
        return f"{args[0]}[:, 0]"


@layer("Mean over steps", section=SECTION, keywords="sequence to numbers average pool time", icon="globalpool")
class MeanOverSteps(Layer):
    """Averages all steps of a sequence into one list of numbers; for one answer about all of it."""

    bridge = True

    def shape(self, sequence: Sequence) -> Tensor:
        return Numbers(sequence.features)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.mean(dim=1)"


@layer("Largest over steps", section=SECTION, keywords="sequence to numbers max pool time", icon="globalpool")
class MaxOverSteps(Layer):
    """Keeps the largest number of each feature over all steps: whether something occurs anywhere."""

    def shape(self, sequence: Sequence) -> Tensor:
        return Numbers(sequence.features)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.amax(dim=1)"


@layer("As a sequence", section=SECTION, keywords="numbers to sequence steps unsqueeze", icon="reshape")
class AsSequence(Layer):
    """Makes a sequence of a flat list: every number a step of its own, or all of them one step."""

    bridge = True
    samples = ({"steps": "one"},)

    steps: Literal["each", "one"] = param(
        default="each",
        choices=(("each", "Every number is a step"), ("one", "All numbers are one step")),
        help="What becomes a step.",
    )

    def shape(self, x: Numbers) -> Tensor:
        return Sequence(x.features, 1) if self.steps == "each" else Sequence(1, x.features)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.unsqueeze({'-1' if self.steps == 'each' else '1'})"


@layer("Unsqueeze", section=SECTION, keywords="add axis dimension expand single channel", icon="reshape")
class Unsqueeze(Layer):
    """Adds an axis of size 1: a sequence or signal becomes an image with one channel."""

    bridge = True
    samples = ({"place": "last"},)

    place: Literal["first", "last"] = param(default="first", help="Where the new axis goes.")

    def shape(self, x: Value | Numbers | Sequence | Signal | Image) -> Tensor:
        return tensor(1, *x.dims) if self.place == "first" else tensor(*x.dims, 1)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.unsqueeze({1 if self.place == 'first' else -1})"


@layer("Squeeze", section=SECTION, keywords="drop remove axis dimension single", icon="reshape")
class Squeeze(Layer):
    """Drops an axis of size 1."""

    samples = ({"place": "last"},)

    place: Literal["first", "last"] = param(default="first", help="Which axis goes; its size must be 1.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        size = x.dims[0 if self.place == "first" else -1] if x.rank else 0
        if size != 1:
            refuse(
                f"Squeeze needs a {self.place} axis of size 1",
                f"The input is {x.words()}. Choose the other axis, or Flatten.",
                "x",
            )
        return tensor(*(x.dims[1:] if self.place == "first" else x.dims[:-1]))

    def expression(self, *args: str) -> str:
        return f"{args[0]}.squeeze({1 if self.place == 'first' else -1})"


@layer("Pixel shuffle", section=SECTION, keywords="superresolution upsample depth to space", icon="upsample")
class PixelShuffle(Layer):
    """Enlarges an image by spreading channels over neighboring pixels; for sharper pictures from small ones."""

    samples = ({"factor": 1}, {"factor": 2})

    factor: int = param(default=2, min=1, max=64, help="How many times larger height and width become.")

    def shape(self, image: Image) -> Tensor:
        fixed(self, image.channels, "channels", "image")
        square = self.factor * self.factor
        if isinstance(image.channels, int) and isinstance(square, int) and image.channels % square:
            refuse(
                f"The channels do not spread over {self.factor} × {self.factor} pixels",
                f"The input has {image.channels} channels; expected is a multiple of {square}.",
                "image",
            )
        return Image(image.channels // square, image.height * self.factor, image.width * self.factor)

    def module(self, image: Image) -> str:
        return call("nn.PixelShuffle", self.factor)

    def summary(self) -> str:
        return f"× {self.factor}"


@layer("Pixel unshuffle", section=SECTION, keywords="space to depth downsample", icon="reshape")
class PixelUnshuffle(Layer):
    """Shrinks an image by moving neighboring pixels into channels, so that nothing is lost."""

    samples = ({"factor": 1}, {"factor": 3})

    factor: int = param(default=2, min=1, max=64, help="How many times smaller height and width become.")

    def shape(self, image: Image) -> Tensor:
        for size in (image.height, image.width):
            if isinstance(size, int) and isinstance(self.factor, int) and size % self.factor:
                refuse(
                    f"The image does not split into blocks of {self.factor} × {self.factor}",
                    f"It is {image.words()}; expected are sides that are multiples of {self.factor}.",
                    "image",
                )
        grown = image.channels * self.factor * self.factor
        return Image(grown, image.height // self.factor, image.width // self.factor)

    def module(self, image: Image) -> str:
        return call("nn.PixelUnshuffle", self.factor)

    def summary(self) -> str:
        return f"÷ {self.factor}"


_UP = {Signal: "linear", Image: "bilinear", Volume: "trilinear"}


@layer("Upsample", section=SECTION, keywords="enlarge resize interpolate scale nearest bilinear zoom", icon="upsample")
class Upsample(Layer):
    """Enlarges an image, signal or volume without learning; followed by a convolution it makes a clean decoder."""

    covers = ("UpsamplingNearest2d", "UpsamplingBilinear2d")
    samples = ({"mode": "smooth"}, {"factor": 3}, {"factor": 2, "mode": "smooth", "align_corners": True})

    factor: int = param(default=2, min=1, max=64, help="How many times larger every side becomes.")
    mode: Literal["nearest", "smooth"] = param(
        default="nearest",
        choices=(("nearest", "Repeat pixels"), ("smooth", "Blend smoothly")),
        help="How the new points are filled: nearest, or linear, bilinear, trilinear.",
    )
    align_corners: bool = param(
        default=False, advanced=True, shown_if=("mode", ("smooth",)), help="Lets the corner points keep their values."
    )

    def shape(self, x: Signal | Image | Volume) -> Tensor:
        return x.sized(x.channels, *(size * self.factor for size in x.dims[1:]))

    def module(self, x: Tensor) -> str:
        named = {"scale_factor": self.factor}
        if self.mode == "nearest":
            return call("nn.Upsample", **named)
        corners = {"align_corners": True} if self.align_corners else {}
        return call("nn.Upsample", **named, mode=_UP[type(x)], **corners)

    def summary(self) -> str:
        return f"× {self.factor}{' · smooth' if self.mode == 'smooth' else ''}"

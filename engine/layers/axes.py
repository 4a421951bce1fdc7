"""Functions along an axis: reduce it, sum it up step by step, turn it, pick from it, stretch it, repeat it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from engine.declare import Ints, param
from engine.dims import Dim, Sym, differ
from engine.layer import Layer, call, layer
from engine.layers.embedding import SIZE_HELP, rows_of
from engine.layers.reshape import SECTION
from engine.layers.reshape_parts import indexed
from engine.layers.rules import AXIS_CHOICES, AXIS_HELP, DIMS, Axis, numbered, place, plain_settings, real, refuse
from engine.shapes import Anything, Category, Numbers, Sequence, Tensor, Tokens, tensor

ALONG = f"Along which axis. {AXIS_HELP}"


def without(x: Tensor, along: int) -> tuple[Dim, ...]:
    """The dimensions without one of them."""
    return x.dims[:along] + x.dims[along + 1 :]


def replaced(x: Tensor, along: int, size: Dim) -> Tensor:
    """The same tensor with another size along one axis."""
    return x.sized(*x.dims[:along], size, *x.dims[along + 1 :])


class Along(Layer):
    """What the functions along an axis share that keep the shape."""

    samples: ClassVar[tuple[dict[str, Any], ...]] = ({"axis": "last"}, {"axis": "height"}, {"axis": "time"})

    axis: Axis = param(default="last", choices=AXIS_CHOICES, help=ALONG)

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        place(self, x, self.axis)
        return x

    def summary(self) -> str:
        return f"along {self.axis}"


REDUCED = {
    "mean": "{x}.mean(dim={dim}{keep})",
    "sum": "{x}.sum(dim={dim}{keep})",
    "largest": "{x}.amax(dim={dim}{keep})",
    "smallest": "{x}.amin(dim={dim}{keep})",
    "length": "torch.linalg.vector_norm({x}, dim={dim}{keep})",
    "variance": "{x}.var(dim={dim}, correction=0{keep})",
    "log-sum-exp": "{x}.logsumexp(dim={dim}{keep})",
    "product": "{x}.prod(dim={dim}{keep})",
}


@layer("Reduce", section=SECTION, keywords="mean sum max min norm variance logsumexp product total", icon="sigma")
class Reduce(Layer):
    """Sums an axis up by one number: its mean, sum, largest, smallest, length, variance, product or log-sum-exp."""

    samples = (
        {"by": "sum", "axis": "time"},
        {"by": "largest", "keep": True, "axis": "channels"},
        {"by": "smallest", "axis": "height"},
        {"by": "length", "keep": True},
        {"by": "variance"},
        {"by": "log-sum-exp", "axis": "first"},
        {"by": "product"},
    )

    by: Literal["mean", "sum", "largest", "smallest", "length", "variance", "log-sum-exp", "product"] = param(
        default="mean", help="What stands for all numbers of the axis."
    )
    axis: Axis = param(default="last", choices=AXIS_CHOICES, help=ALONG)
    keep: bool = param(default=False, advanced=True, label="Keep the axis", help="Leaves the axis there, with size 1.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        along = place(self, x, self.axis)
        return replaced(x, along, 1) if self.keep else tensor(*without(x, along))

    def expression(self, *args: str) -> str:
        keep = ", keepdim=True" if self.keep else ""
        return REDUCED[self.by].format(x=args[0], dim=DIMS[self.axis], keep=keep)

    def summary(self) -> str:
        return f"{self.by} · {self.axis}"


@layer("Place of the largest", section=SECTION, keywords="argmax index class prediction winner", icon="target")
class ArgMax(Layer):
    """Tells at which place of an axis the largest number stands, counted from 0. Nothing learns through it."""

    samples = ({"axis": "first"}, {"axis": "height"})

    axis: Axis = param(default="last", choices=AXIS_CHOICES, help=ALONG)

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        along = place(self, x, self.axis)
        rest, size = without(x, along), x.dims[along]
        return numbered(rest, size if isinstance(size, int) else None)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.argmax(dim={DIMS[self.axis]})"


@layer("Running sum", section=SECTION, keywords="cumsum cumulative accumulate total", icon="sigma")
class CumulativeSum(Along):
    """Adds up along an axis: each place holds the sum of everything up to it."""

    def expression(self, *args: str) -> str:
        return f"{args[0]}.cumsum(dim={DIMS[self.axis]})"


@layer("Roll", section=SECTION, keywords="shift rotate circular move window", icon="refresh-cw")
class Roll(Along):
    """Moves everything along an axis; what leaves at the end comes in again at the start."""

    samples = ({"by": -2, "axis": "height"}, {"by": 3, "axis": "time"}, {"by": 1, "axis": "first"})

    by: int = param(default=1, min=-65536, max=65536, help="By how many places; negative moves towards the start.")

    def expression(self, *args: str) -> str:
        return f"{args[0]}.roll({self.by}, dims={DIMS[self.axis]})"


@layer("Flip", section=SECTION, keywords="mirror reverse backwards turn", icon="flip-horizontal-2")
class Flip(Along):
    """Turns an axis around, so that the last place comes first."""

    def expression(self, *args: str) -> str:
        return f"{args[0]}.flip({DIMS[self.axis]})"


@layer("Select", section=SECTION, keywords="pick index one channel step take", icon="crosshair")
class Select(Layer):
    """Takes one place of an axis, such as one channel or one step; the axis is gone afterwards."""

    samples = ({"index": 2}, {"index": -1, "axis": "last"}, {"index": 3, "axis": "height"})

    index: int = param(default=0, min=-(10**6), max=10**6, label="Place", help="From 0; −1 is the last one.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=ALONG)

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        along = place(self, x, self.axis)
        size = x.dims[along]
        if isinstance(size, int) and not -size <= self.index < size:
            refuse(
                f"There is no place {self.index}",
                f"The axis has {size}; expected is {-size} to {size - 1}.".replace("-", "−"),
                "x",
            )
        return tensor(*without(x, along))

    def expression(self, *args: str) -> str:
        return f"{args[0]}{indexed(self.axis, str(self.index))}"

    def summary(self) -> str:
        return f"place {self.index} · {self.axis}"


@layer("Expand", section=SECTION, keywords="broadcast stretch size one repeat", icon="maximize")
class Expand(Layer):
    """Stretches an axis of size 1 by repeating its only place."""

    samples = ({"size": 3}, {"size": 5, "axis": "last"})

    size: int = param(default=2, min=1, max=1_000_000, help="The size that the axis gets.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=ALONG)

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        along = place(self, x, self.axis)
        if differ(x.dims[along], 1) or isinstance(x.dims[along], Sym):
            refuse("Expand needs an axis of size 1", f"It is {x.dims[along]}. Use Repeat instead.", "x")
        return replaced(x, along, self.size)

    def expression(self, *args: str) -> str:
        return f"{args[0]}.repeat_interleave({self.size}, dim={DIMS[self.axis]})"

    def summary(self) -> str:
        return f"to {self.size} · {self.axis}"


@layer("Repeat", section=SECTION, keywords="tile copy duplicate interleave enlarge", icon="repeat")
class Repeat(Layer):
    """Repeats everything along an axis: the whole several times over, or each place several times."""

    samples = ({"times": 3, "axis": "last"}, {"each": True}, {"times": 2, "axis": "height", "each": True})

    times: int = param(default=2, min=1, max=4096, help="How many times.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=ALONG)
    each: bool = param(default=False, label="Each place", help="Repeats place by place: a, a, b, b and not a, b, a, b.")

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        along = place(self, x, self.axis)
        return replaced(x, along, x.dims[along] * self.times)

    def expression(self, *args: str) -> str:
        if self.each:
            return f"{args[0]}.repeat_interleave({self.times}, dim={DIMS[self.axis]})"
        return f"torch.cat([{args[0]}] * {self.times}, dim={DIMS[self.axis]})"

    def summary(self) -> str:
        return f"× {self.times} · {self.axis}"


@layer("Pad", section=SECTION, keywords="padding fill border before after any axis constant", icon="frame")
class PadAxis(Layer):
    """Adds places with a fixed number before and after an axis."""

    samples = ({"before": 2, "after": 0}, {"axis": "last", "value": 1.5}, {"axis": "height", "after": 3})

    before: int = param(default=1, min=0, max=65536, help="How many at the start.")
    after: int = param(default=1, min=0, max=65536, help="How many at the end.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=ALONG)
    value: float = param(default=0.0, label="Fill with", help="The number in the added places.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        along = place(self, x, self.axis)
        return replaced(x, along, x.dims[along] + self.before + self.after)

    def module(self, x: Tensor) -> str:
        # torch counts from the last axis back; the class for one axis takes any even number of sides
        behind = x.rank - 1 - place(self, x, self.axis)
        return call("nn.ConstantPad1d", (0, 0) * behind + (self.before, self.after), self.value)

    def summary(self) -> str:
        return f"{self.before} before · {self.after} after"


@layer("Split by sizes", section=SECTION, keywords="split parts branches unequal cut", icon="git-branch")
class SplitSizes(Layer):
    """Cuts its input along an axis into parts of the sizes you give; each leaves by an output of its own."""

    outputs = ("part_1", "part_2")
    samples = ({"sizes": (2, 4, 2)}, {"sizes": (3, 9), "axis": "height"}, {"sizes": (8,), "axis": "last"})

    sizes: Ints = param(default=(4, 4), min=1, max=1_000_000, help="The size of each part; they add up to the axis.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=ALONG)

    def output_names(self) -> tuple[str, ...]:
        return tuple(f"part_{number}" for number in range(1, len(self.sizes) + 1))

    def shape(self, x: Anything) -> tuple[Tensor, ...]:
        plain_settings(self)
        along = place(self, x, self.axis)
        if not self.sizes or len(self.sizes) > 64:
            refuse("Split by sizes needs 1 to 64 sizes", f"There are {len(self.sizes)}.")
        if differ(x.dims[along], sum(self.sizes)):
            words = " + ".join(map(str, self.sizes))
            refuse(f"The sizes do not add up to {x.dims[along]}", f"They are {words} = {sum(self.sizes)}.", "x")
        return tuple(replaced(x, along, size) for size in self.sizes)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        comma = "," if len(outputs) == 1 else ""
        sizes = ", ".join(map(str, self.sizes))
        return [f"{', '.join(outputs)}{comma} = {args[0]}.split([{sizes}], dim={DIMS[self.axis]})"]

    def summary(self) -> str:
        return " + ".join(map(str, self.sizes[:6]))


@layer("One-hot", section=SECTION, keywords="category class encode indicator dummy", icon="table-2")
class OneHot(Layer):
    """Turns every id into a list of zeros with a single 1 at its place."""

    samples = ({"size": 30},)
    support = '''
class OneHot(nn.Module):
    """Zeros with a single 1 at the place of each id."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, ids: Tensor) -> Tensor:
        return F.one_hot(ids, self.size).float()
'''

    size: int | None = param(
        default=None, min=1, max=1_000_000, label="Vocabulary", none="from the data", help=SIZE_HELP
    )

    def shape(self, ids: Tokens | Category) -> Tensor:
        rows = rows_of(self, self.size, ids)
        return Sequence(ids.dims[0], rows) if ids.rank else Numbers(rows)

    def module(self, ids: Tensor) -> str:
        return call("OneHot", rows_of(self, self.size, ids))

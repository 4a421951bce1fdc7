"""Functions that change every number by itself: powers, limits, scales, comparisons, and softmax with a temperature."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.layer import Layer, layer
from engine.layers.activation import SECTION as ACTIVATION
from engine.layers.merge import SECTION as MERGE
from engine.layers.merge import STRETCH_HELP, joined
from engine.layers.rules import AXIS_CHOICES, AXIS_HELP, DIMS, Axis, alike, place, plain_settings, real, refuse, short
from engine.shapes import Anything, Tensor


class Same(Layer):
    """What the functions of single numbers share: any shape comes out as it came in."""

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        return x


CALLS = {
    "absolute": "{x}.abs()",
    "square": "{x}.square()",
    "root": "{x}.sqrt()",
    "exponential": "{x}.exp()",
    "logarithm": "{x}.log()",
    "sine": "{x}.sin()",
    "cosine": "{x}.cos()",
    "reciprocal": "{x}.reciprocal()",
    "negative": "-{x}",
    "sign": "{x}.sign()",
    "floor": "{x}.floor()",
    "round": "{x}.round()",
    "erf": "{x}.erf()",
}


@layer("Function", section=ACTIVATION, keywords="absolute square root exp log sine cosine sign round", icon="sigma")
class Function(Same):
    """Applies a function of school mathematics to every number."""

    samples = tuple({"function": name} for name in CALLS if name != "absolute")

    function: Literal[
        "absolute",
        "square",
        "root",
        "exponential",
        "logarithm",
        "sine",
        "cosine",
        "reciprocal",
        "negative",
        "sign",
        "floor",
        "round",
        "erf",
    ] = param(
        default="absolute",
        help="Which function; root and logarithm only have a value for numbers above zero.",
    )

    def expression(self, *args: str) -> str:
        return CALLS[self.function].format(x=args[0])

    def summary(self) -> str:
        return self.function


@layer("Power", section=ACTIVATION, keywords="exponent square root pow gamma", icon="sigma")
class Power(Same):
    """Raises the size of every number to a power and keeps its sign, so that it has a value everywhere."""

    samples = ({"exponent": 0.5}, {"exponent": 3.0}, {"exponent": 1.0})

    exponent: float = param(default=2.0, above=0, max=64, help="2 squares, 0.5 takes the root.")

    def expression(self, *args: str) -> str:
        return f"{args[0]}.sign() * {args[0]}.abs() ** {self.exponent!r}"

    def summary(self) -> str:
        return f"to the power of {short(self.exponent)}"


@layer("Clamp", section=ACTIVATION, keywords="clip limit cut minimum maximum", icon="chevrons-up-down")
class Clamp(Same):
    """Cuts off numbers below a lowest or above a highest one; either end may stay open."""

    samples = ({"low": -1.0}, {"high": 0.5, "low": None}, {"low": -0.5, "high": 0.5})

    low: float | None = param(default=0.0, label="Lowest", none="open", help="Smaller numbers become this one.")
    high: float | None = param(default=None, label="Highest", none="open", help="Larger numbers become this one.")

    def shape(self, x: Anything) -> Tensor:
        if self.low is None and self.high is None:
            refuse("Clamp has no limit", "Both ends are open. Set the lowest or the highest number.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            refuse("The lowest number is not below the highest", f"They are {self.low} and {self.high}.")
        return super().shape(x)

    def expression(self, *args: str) -> str:
        ends = [f"{name}={end!r}" for name, end in (("min", self.low), ("max", self.high)) if end is not None]
        return f"{args[0]}.clamp({', '.join(ends)})"

    def summary(self) -> str:
        ends = ["open" if end is None else short(end) for end in (self.low, self.high)]
        return " to ".join(ends)


@layer("Scale", section=ACTIVATION, keywords="multiply constant add offset factor linear unit", icon="scale")
class Scale(Same):
    """Multiplies every number by a fixed factor and adds a fixed one; nothing is learned."""

    samples = ({"factor": 0.5}, {"offset": 1.0}, {"factor": -2.0, "offset": 0.25})

    factor: float = param(default=1.0, help="What every number is multiplied by.")
    offset: float = param(default=0.0, help="What is added afterwards.")

    def expression(self, *args: str) -> str:
        offset = f" + {self.offset!r}" if self.offset else ""
        return f"{args[0]} * {self.factor!r}{offset}"

    def summary(self) -> str:
        return f"× {short(self.factor)}{f' + {short(self.offset)}' if self.offset else ''}"


@layer("Softmax with temperature", section=ACTIVATION, keywords="probability share sharp soft sampling", icon="softmax")
class TemperatureSoftmax(Layer):
    """Turns scores into shares that add up to 1; a high temperature evens them out, a low one sharpens them."""

    samples = ({"temperature": 0.5}, {"temperature": 4.0, "axis": "channels"}, {"axis": "time"})

    temperature: float = param(default=1.0, above=0, max=1e6, help="What the scores are divided by first.")
    axis: Axis = param(default="last", choices=AXIS_CHOICES, advanced=True, help=f"Along which axis. {AXIS_HELP}")

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        real(self, x)
        place(self, x, self.axis)
        return x

    def expression(self, *args: str) -> str:
        return f"F.softmax({args[0]} / {self.temperature!r}, dim={DIMS[self.axis]})"

    def summary(self) -> str:
        return f"temperature {short(self.temperature)}"


@layer("Stop gradient", section="Regularization", keywords="detach freeze teacher target no learning", icon="ban")
class StopGradient(Layer):
    """Hands its input on, but nothing before it learns from what comes after; for teachers and fixed targets."""

    def shape(self, x: Anything) -> Tensor:
        return x

    def expression(self, *args: str) -> str:
        return f"{args[0]}.detach()"


SIGNS = {"less": "<", "at most": "<=", "greater": ">", "at least": ">=", "equal": "==", "different": "!="}


@layer("Compare", section=MERGE, keywords="less greater equal threshold condition larger smaller", icon="contrast")
class Compare(Layer):
    """Gives 1 where the comparison holds and 0 elsewhere: with a second input, or with a fixed number.

    Nothing learns through it, as its output jumps.
    """

    samples = ({"operator": "at most", "value": 0.5}, {"operator": "equal"}, {"operator": "different"})

    operator: Literal["less", "at most", "greater", "at least", "equal", "different"] = param(
        default="greater", label="Left is", help="What must hold between left and right."
    )
    value: float = param(default=0.0, label="Than", help="The number to compare with while the right input is open.")

    def shape(self, left: Anything, right: Anything | None = None) -> Tensor:
        plain_settings(self)
        real(self, left, "left")
        if right is not None:
            real(self, right, "right")
            alike(self, left, right, "right")
        return left

    def expression(self, *args: str) -> str:
        right = args[1].removeprefix("right=") if len(args) > 1 else repr(self.value)
        return f"({args[0]} {SIGNS[self.operator]} {right}).float()"

    def summary(self) -> str:
        return f"{self.operator} {short(self.value)}"


@layer("Where", section=MERGE, keywords="if choose condition mask switch select", icon="git-branch")
class Where(Layer):
    """Takes the number from one input where the condition is not 0, and from the other where it is."""

    samples = ({"stretch": True},)

    stretch: bool = param(default=False, advanced=True, label="Stretch size 1", help=STRETCH_HELP)

    def shape(self, condition: Anything, yes: Anything, no: Anything) -> Tensor:
        if condition.element == "token":
            refuse(f"{self.label} needs a condition", "Token ids are none. Put a Compare before it.", "condition")
        found = joined(self, (yes, no), self.stretch, ("yes", "no"))
        as_numbers = yes.sized(*condition.dims) if condition.rank == yes.rank else condition
        if as_numbers.element != "real":
            refuse(f"{self.label} needs inputs of one shape", f"The condition is {condition.words()}.", "condition")
        return joined(self, (found, as_numbers), self.stretch, ("yes", "condition"))

    def expression(self, *args: str) -> str:
        return f"torch.where({args[0]}.bool(), {args[1]}, {args[2]})"

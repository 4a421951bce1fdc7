"""Single steps of recurrent layers, for people who build the loop themselves with blocks that repeat."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from engine.declare import param
from engine.dims import Dim, differ
from engine.layer import call, layer
from engine.layers.recurrent import SECTION
from engine.layers.rules import by_port, fixed, options, refuse
from engine.layers.weights import Started
from engine.shapes import Numbers, Tensor


class Cell(Started):
    """What the cells share."""

    outputs: ClassVar[tuple[str, ...]] = ("state",)
    samples: ClassVar[tuple[dict[str, Any], ...]] = ({"bias": False}, {"init": "orthogonal"})
    gates: ClassVar[int] = 1

    hidden: int = param(default=8, min=1, max=65536, help="How many numbers it remembers.")
    bias: bool = param(default=True, advanced=True, help="Whether each gate learns a constant to add.")

    def step(self, x: Tensor, **states: Tensor | None) -> Tensor:
        """The shape rule; an open state is zero."""
        fixed(self, x.features, "features", "x")
        for port, state in states.items():
            if state is not None and differ(state.features, self.hidden):
                refuse(
                    f"The {port} has another width",
                    f"It has {state.features} features, “Hidden” is {self.hidden}. They must be equal.",
                    port,
                )
        return Numbers(self.hidden)

    def module(self, x: Tensor, *states: Any, **named: Any) -> str:
        own = options(bias=(self.bias, True), **self.own())
        return call(f"nn.{type(self).__name__}", x.features, self.hidden, **own)

    def own(self) -> dict[str, tuple[object, object]]:
        """Further arguments as `options` takes them."""
        return {}

    def parameters(self, x: Tensor, *states: Any, **named: Any) -> Dim:
        return self.gates * self.hidden * (x.features + self.hidden + (2 if self.bias else 0))

    def flops(self, x: Tensor, *states: Any, **named: Any) -> Dim:
        return 2 * self.gates * self.hidden * (x.features + self.hidden)

    def summary(self) -> str:
        return f"{self.hidden} hidden"


@layer("GRU cell", section=SECTION, keywords="one step memory gates loop", icon="gru")
class GRUCell(Cell):
    """One step of a GRU: reads a list of numbers and its state, and gives the next state."""

    gates = 3

    def shape(self, x: Numbers, state: Numbers | None = None) -> Tensor:
        return self.step(x, state=state)


@layer("RNN cell", section=SECTION, keywords="one step simple elman loop", icon="rnn")
class RNNCell(Cell):
    """One step of a plain recurrent layer: reads a list of numbers and its state, and gives the next state."""

    samples = (*Cell.samples, {"nonlinearity": "relu"})

    nonlinearity: Literal["tanh", "relu"] = param(
        default="tanh", choices=(("tanh", "Tanh"), ("relu", "ReLU")), advanced=True, help="The bend at each step."
    )

    def own(self) -> dict[str, tuple[object, object]]:
        return {"nonlinearity": (self.nonlinearity, "tanh")}

    def shape(self, x: Numbers, state: Numbers | None = None) -> Tensor:
        return self.step(x, state=state)


@layer("LSTM cell", section=SECTION, keywords="one step memory gates long short term loop", icon="lstm")
class LSTMCell(Cell):
    """One step of an LSTM: reads a list of numbers, its state and its memory, and gives the next of both."""

    outputs = ("state", "memory")
    gates = 4

    def shape(self, x: Numbers, state: Numbers | None = None, memory: Numbers | None = None) -> tuple[Tensor, Tensor]:
        if (state is None) != (memory is None):
            open_ = "memory" if memory is None else "state"
            refuse("State and memory go together", f"Wire “{open_}” as well, or leave both open.", open_)
        found = self.step(x, state=state, memory=memory)
        return found, found

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        states = f", ({wired['state']}, {wired['memory']})" if "state" in wired else ""
        return [f"{', '.join(outputs)} = {module}({wired['x']}{states})"]

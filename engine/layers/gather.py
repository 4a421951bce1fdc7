"""Gather: takes places of an axis by their numbers, which the data names or the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from engine.declare import Ints, param
from engine.dims import differ
from engine.layer import Layer, call, layer
from engine.layers.axes import ALONG, replaced, without
from engine.layers.reshape import SECTION
from engine.layers.reshape_parts import indexed
from engine.layers.rules import AXIS_CHOICES, DIMS, Axis, numbered, place, plain_settings, refuse
from engine.shapes import Anything, Tensor, tensor


@layer(
    "Gather",
    section=SECTION,
    keywords="index pick lookup take reorder choose steps channels action",
    was=("GatherSteps",),
    icon="crosshair",
)
class Gather(Layer):
    """Picks places of an axis by their numbers, from 0: a list picks the same places of everything, a single number
    one place, and a tensor shaped like the input one for each number. Past the end means the last.
    """

    old_ports: ClassVar[Mapping[str, str]] = {"sequence": "x"}
    samples = (
        {"fixed": (2, 0)},
        {"fixed": (0, -1, 1, 0), "axis": "last"},
        {"fixed": (3,), "axis": "height"},
        {"axis": "last"},
        {"axis": "width"},
        {"axis": "depth"},
        {"axis": "time"},
    )
    support = '''
class Gather(nn.Module):
    """Takes places of an axis by their numbers; a place beyond the end takes the last one."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor, places: Tensor) -> Tensor:
        single = places.dim() == 1
        places = places.clamp(0, x.size(self.dim) - 1)
        if places.dim() < x.dim():  # the same places for everything else
            size = [x.size(0)] + [1] * (x.dim() - 1)
            size[self.dim] = -1
            places = places.reshape(size)
        size = list(x.shape)
        size[self.dim] = places.size(self.dim)
        taken = x.gather(self.dim, places.expand(size))
        return taken.squeeze(self.dim) if single else taken
'''

    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=ALONG)
    fixed: Ints = param(
        default=(),
        min=-(10**6),
        max=10**6,
        label="Fixed places",
        help="The places to take while nothing is wired to “places”, such as 0, 3, 5. −1 is the last one.",
    )

    def shape(self, x: Anything, places: Anything | None = None) -> Tensor:
        plain_settings(self)
        along = place(self, x, self.axis)
        if places is None:
            return self._fixed(x, along)
        if places.element != "token":
            refuse(
                "Gather needs whole numbers as places",
                f"“Places” gets {places.article}. Wire token ids, one category or “Place of the largest” to it.",
                "places",
            )
        if places.rank == 0:
            rest = without(x, along)
            return numbered(rest, x.classes) if x.element == "token" else tensor(*rest, element=x.element)
        if places.rank == 1:
            return replaced(x, along, places.dims[0])
        return self._each(x, along, places)

    def _fixed(self, x: Tensor, along: int) -> Tensor:
        """The rule for the places of the settings."""
        size = x.dims[along]
        if not self.fixed:
            refuse(
                "Gather needs to know the places",
                "None are wired and none are set. Wire whole numbers to “places”, or write “Fixed places”.",
            )
        wrong = [number for number in self.fixed if isinstance(size, int) and not -size <= number < size]
        if wrong:
            refuse(
                f"There is no place {wrong[0]}".replace("-", "−"),
                f"The axis has {size}; expected is −{size} to {size - 1}.",
                "x",
            )
        return replaced(x, along, len(self.fixed))

    def _each(self, x: Tensor, along: int, places: Tensor) -> Tensor:
        """The rule for a place for every number."""
        sides = list(zip(x.dims, places.dims, strict=False))
        fits = all(at == along or two == 1 or not differ(one, two) for at, (one, two) in enumerate(sides))
        if x.rank != places.rank or not fits:
            refuse(
                "The places do not fit",
                f"They are {places.words()}, the input is {x.words()}. Expected is one list of places, or the size of "
                "the input in all but the chosen axis.",
                "places",
            )
        return replaced(x, along, places.dims[along])

    def module(self, x: Tensor, places: Tensor | None = None) -> str | None:
        return None if places is None else call("Gather", DIMS[self.axis])

    def expression(self, *args: str) -> str:
        places = ", ".join(map(str, self.fixed))
        return f"{args[0]}{indexed(self.axis, f'[{places}]')}"

    def summary(self) -> str:
        if not self.fixed:
            return f"along {self.axis}"
        few = ", ".join(map(str, self.fixed[:6])).replace("-", "−")
        return f"{few}{'…' if len(self.fixed) > 6 else ''} · {self.axis}"

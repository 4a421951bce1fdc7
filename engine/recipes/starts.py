"""What weights a run starts from: first weights, or those of another run, to fine-tune them. Declarations only;
`engine.run.start` does the work.
"""

from __future__ import annotations

from typing import Annotated

from engine.catalogue import Catalogue
from engine.declare import Declared, param
from engine.params import ChosenFrom


class StartFrom(Declared):
    """Base of the starts."""

    catalogue_name = "starts"


starts: Catalogue[StartFrom] = Catalogue("starts", "start")
"""Every way to start."""


@starts.add("First weights", keywords="scratch random new untrained")
class Scratch(StartFrom):
    """The network starts with first weights, as its layers say, and learns everything from this data."""


@starts.add("Another run", keywords="fine-tune transfer pretrained weights continue")
class OtherRun(StartFrom):
    """The network starts with what another run has learned, wherever names and sizes of its nodes agree."""

    run: Annotated[str, ChosenFrom("runs")] = param(
        default="",
        label="Run",
        help="The run whose weights come over: from the list, or by the beginning of its number or its folder.",
    )
    freeze: Annotated[tuple[str, ...], ChosenFrom("nodes")] = param(
        default=(), label="Freeze", help="Nodes that keep what they have learned, by their names."
    )
    replace: Annotated[tuple[str, ...], ChosenFrom("nodes")] = param(
        default=(), label="Learn anew",
        help="Nodes that start with first weights, such as the last layer for other classes.",
    )  # fmt: skip
    depth_rate: float = param(
        default=1.0, above=0, max=1, label="Slower with depth",
        help="Each node learns at this share of the rate of the one after it: the first ones change least.",
    )  # fmt: skip
    unfreeze_every: float | None = param(
        default=None, above=0, max=1_000_000, label="Thaw a node every", unit="epochs", none="at once",
        help="First only the last node learns, then one more every so many epochs, from the end to the beginning.",
    )  # fmt: skip

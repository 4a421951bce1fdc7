"""How healthy the nodes of a network are while it trains: what was measured, judged in plain words.

Every threshold names its source. Nothing is called ill on the strength of too few values, what may happen once by
chance must last, and what is made so on purpose (frozen weights, a final sigmoid that is sure of its answer) is said
as that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Literal

from engine.health_nodes import Anatomy
from engine.healthstore import LEAST_ROWS, HealthRecord, NodeHealth

Level = Literal["error", "warning", "info", "good", "none"]

SPARSE, DYING, DEAD = 0.4, 0.6, 0.95
"""Shares of units that are always zero. CS231n (Karpathy, Johnson, Li; Neural networks part 1) names 40 % as what a
learning rate that is too high does to ReLUs. Templates that learn well reach that too, and stay below 60 %."""
FLAT, SATURATED = 0.5, 0.8
"""Shares of values at the flat ends of a bounded curve, where next to no gradient comes through: Glorot and Bengio
2010, section 3, watch hidden layers stall that way. Gated units of templates that learn reach two thirds."""
LARGE_VALUES, SMALL_VALUES = 1e4, 1e-5
"""Spread of the values, in that of what the network reads. He and others 2015, section 2.2: with fitting first weights
it neither grows nor shrinks from layer to layer, whatever the depth."""
LARGE_GRADIENT = 1e3
"""Length of the gradient of a node's weights. Pascanu, Mikolov, Bengio 2013, section 3.2: gradients beyond a small
multiple of their usual length throw the weights far away; limits of 1 to 5 are usual."""
FAINT_GRADIENT = 1e-4
"""Share of the network's largest gradient. Glorot and Bengio 2010, section 4.2, want about the same in every layer;
in templates that learn the faintest has more than fifty times this."""
LARGE_STEP = 0.1
"""Move of one step relative to the weights. Karpathy (Neural networks: zero to hero, part 4) looks for about 1e-3; a
hundred times that rewrites a layer in ten steps."""
SMALL_STEP = 1e-3
"""Share of the network's usual move, below which a node does not learn beside the others."""


@dataclass(frozen=True)
class Verdict:
    """What one node's figures mean. `repairs` are keys of `engine.health_repairs`, the best first."""

    kind: str
    """What was found: broken, exploding, vanishing, dying, saturated, restless, still, unreached, frozen, healthy or
    plain (nothing that could be ill)."""
    level: Level
    word: str = ""
    """For the card: two words at most, with the number that matters."""
    title: str = ""
    text: str = ""
    repairs: tuple[str, ...] = ()
    path: str = ""
    """The node that it is about; of a block the worst inside."""

    @property
    def ill(self) -> bool:
        return self.level in ("error", "warning")


PASSING = ("restless", "vanishing", "still")
"""Illnesses only where they last: the first steps of a run and single batches look like this in healthy networks."""
_WORST = {"error": 4, "warning": 3, "info": 2, "good": 1, "none": 0}


def judge(record: HealthRecord, anatomy: Anatomy, before: HealthRecord | None = None) -> dict[str, Verdict]:
    """What the figures of one network in one epoch mean, by path. `before` is the record before this one."""
    around, earlier = _Around(record, anatomy), None
    found = {}
    for path, one in around.nodes.items():
        verdict = _first(path, one, around)
        if verdict.kind in PASSING:
            earlier = earlier or (None if before is None else _Around(before, anatomy))
            if earlier is None or not _lasted(path, verdict.kind, earlier):
                verdict = _well(path, one, around)
        found[path] = replace(verdict, path=path)
    return found


def fold(verdicts: Mapping[str, Verdict], node: str) -> Verdict | None:
    """The verdict on a card: the worst of the node and what is inside, in any copy; None where the run does not know
    it. `node` is a path in which all copies are one: `stage_1.block_1` covers `stage_1.0.block_1`."""
    return worst_of(one for path, one in verdicts.items() if covers(node, path))


def worst_of(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The verdict that stands for several."""
    inside = list(verdicts)
    if not inside:
        return None
    worst = max(inside, key=lambda one: (_WORST[one.level], -one.path.count(".")))
    if worst.kind == "frozen":  # a part that is frozen does not make the whole so
        return next((one for one in inside if one.kind == "healthy"), worst)
    return worst


def covers(node: str, path: str) -> bool:
    """Whether a path is of a node or inside of it; copies count as one."""
    wanted = node.split(".")
    return bare(path)[: len(wanted)] == wanted


def bare(path: str) -> list[str]:
    """The way to a node without the numbers of copies."""
    return [name for name in path.split(".") if not name.isdigit()]


class _Around:
    """What a node is compared with: the rest of its network in the same epoch."""

    def __init__(self, record: HealthRecord, anatomy: Anatomy) -> None:
        self.nodes, self.anatomy = dict(record.nodes), anatomy

    @cached_property
    def learners(self) -> list[str]:
        return [path for path, one in self.nodes.items() if one.learns > 0]

    @cached_property
    def gradient(self) -> float:
        """The largest gradient."""
        known = [self.nodes[path].gradient for path in self.learners]
        return max((one for one in known if math.isfinite(one)), default=0.0)

    @cached_property
    def move(self) -> float:
        """The usual move of what learns at full speed."""
        known = [self.nodes[path].update for path in self.learners]
        return median([one for one in known if math.isfinite(one)] or [0.0])

    @cached_property
    def read(self) -> float:
        """How large that is what the network reads, at least 1."""
        graph = self.anatomy.project.graph
        nodes = self.nodes.items()
        sizes = [math.hypot(one.mean, one.std) for path, one in nodes if not graph.incoming.get(path)]
        return max([1.0, *(size for size in sizes if math.isfinite(size))])

    @cached_property
    def first_bad(self) -> str:
        return next((path for path, one in self.nodes.items() if one.bad > 0), "")


def _lasted(path: str, kind: str, earlier: _Around) -> bool:
    one = earlier.nodes.get(path)
    return one is not None and _first(path, one, earlier).kind == kind


def _first(path: str, one: NodeHealth, around: _Around) -> Verdict:
    """The worst that can be said of a node; that it is well where there is nothing."""
    for rule in _RULES:
        verdict = rule(path, one, around)
        if verdict is not None:
            return verdict
    return _well(path, one, around)


# ---- rules, the worst first ------------------------------------------------------------------------------------------


def _broken(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if not one.bad > 0 and not math.isinf(one.gradient):
        return None
    if one.bad > 0 and around.first_bad != path:
        text = f"They came from {around.anatomy.label(around.first_bad)}. Look there first."
        return Verdict("broken", "error", "not finite", "Gives values that are no finite numbers", text)
    what = f"{_percent(one.bad)} of its values are" if one.bad > 0 else "Its gradient is"
    text = f"{what} no finite number any more. Lower the learning rate, or limit the gradients."
    return Verdict("broken", "error", "not finite", "Numbers overflow here", text, ("lower_rate", "clip"))


def _exploding(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if one.std > LARGE_VALUES * around.read:
        text = (
            f"Its values spread {_spread(one.std)}, what the network reads by about {_number(around.read)}. "
            f"Normalize before it, or use smaller first weights."
        )
        return Verdict("exploding", "error", "exploding", "Values explode", text, ("normalize", "lower_rate"))
    if one.gradient > LARGE_GRADIENT:
        text = (
            f"The gradient of its weights is {_number(one.gradient)} long; 0.01 to 10 is usual. Limit the gradients, "
            f"or lower the learning rate."
        )
        return Verdict("exploding", "error", "exploding", "Gradients explode", text, ("clip", "lower_rate"))
    return None


def _dying(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if one.rows < LEAST_ROWS or not one.dead >= SPARSE:
        return None
    share = _percent(one.dead)
    if one.dead < DYING:
        text = f"{share} of the units are always 0. The network gets by with the others; it may be larger than needed."
        return Verdict("dying", "info", f"{share} silent", "Some units are silent", text)
    whole = one.dead >= DEAD
    start = "All units are" if one.dead == 1 else f"{share} of the units are"
    text = f"{start} always 0 and learn nothing more. Lower the learning rate, or use Leaky ReLU."
    return Verdict(
        "dying", "error" if whole else "warning", f"{share} dead", "Dead units" if whole else "Units are dying", text,
        ("leaky", "lower_rate", "normalize"),
    )  # fmt: skip


def _unreached(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if not one.learns > 0 or not around.gradient:
        return None
    if one.gradient == 0:
        text = "Its gradient is exactly 0: what comes after it lets nothing back. It cannot learn."
        return Verdict("unreached", "warning", "no gradient", "No gradient reaches it", text)
    if math.isnan(one.gradient) and one.rows:
        text = "The loss does not depend on its weights, so that it does not learn. It could go, or be wired on."
        return Verdict("unreached", "info", "not used", "The loss does not use it", text)
    return None


def _vanishing(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if one.learns > 0 and one.gradient < FAINT_GRADIENT * around.gradient:
        text = (
            f"Its gradient is {_number(one.gradient)} long, the network's largest {_number(around.gradient)}: next to "
            f"nothing comes back to it. Normalize, use ReLU instead of a bounded curve, or add a shortcut."
        )
        return Verdict("vanishing", "warning", "vanishing", "The gradient vanishes", text, ("unbounded", "normalize"))
    return None


def _fading(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if (
        one.rows
        and one.std < SMALL_VALUES
        and abs(one.mean) < SMALL_VALUES
        and around.anatomy.hidden(path, around.learners)
    ):
        text = (
            f"Its values spread by {_number(one.std)} only, so that the next layers see nothing. Normalize, or use "
            f"larger first weights."
        )
        return Verdict("vanishing", "warning", "vanishing", "Values vanish", text, ("normalize",))
    return None


def _saturated(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if not one.saturated > FLAT or not around.anatomy.hidden(path, around.learners):
        return None
    share = _percent(one.saturated)
    text = f"{share} of its values lie at the flat ends of the curve, where no gradient comes through."
    if one.saturated <= SATURATED:
        return Verdict("saturated", "info", f"{share} flat", "Partly saturated", f"{text} The rest still learns.")
    text += " Normalize before it, lower the learning rate, or use ReLU."
    repairs = ("normalize", "unbounded", "lower_rate")
    return Verdict("saturated", "warning", f"{share} saturated", "Saturated", text, repairs)


def _restless(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if not one.update > LARGE_STEP:
        return None
    text = (
        f"One step moves its weights by {_percent(one.update)} of their length; about 0.1 % is usual. "
        f"Lower the learning rate."
    )
    return Verdict("restless", "warning", "large steps", "The steps are too large", text, ("lower_rate", "clip"))


def _still(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    pace = around.anatomy.pace(path)
    if not one.learns > 0 or pace <= 0 or not one.update < SMALL_STEP * around.move * min(1.0, pace):
        return None
    text = (
        f"One step moves its weights by {_number(one.update)} of their length, the other layers by about "
        f"{_number(around.move)}. It does not learn beside them: normalize, or raise its learning speed."
    )
    return Verdict("still", "warning", "not learning", "It does not learn", text, ("normalize",))


def _frozen(path: str, one: NodeHealth, around: _Around) -> Verdict | None:
    if one.learns == 0:
        by = (
            "Its weights are frozen"
            if around.anatomy.frozen(path)
            else "The way of training keeps its weights as they are"
        )
        return Verdict("frozen", "info", "frozen", "Frozen", f"{by}: it works, but does not learn. That is as chosen.")
    if one.learns > 0 and around.anatomy.pace(path) == 0:
        text = "Its learning speed is 0: it works, but does not learn. That is as chosen."
        return Verdict("frozen", "info", "frozen", "Frozen", text)
    return None


_RULES: tuple[Callable[[str, NodeHealth, _Around], Verdict | None], ...] = (
    _broken, _exploding, _dying, _saturated, _frozen, _unreached, _vanishing, _fading, _restless, _still,
)  # fmt: skip


def _well(path: str, one: NodeHealth, around: _Around) -> Verdict:
    """A node in which nothing is wrong, with the figure that says so."""
    if one.learns > 0:
        moves = f"a step moves its weights by {_percent(one.update)}"
        text = f"Gradients reach it ({_number(one.gradient)} long), and {moves}."
        if math.isnan(one.gradient):
            text = "It gives sound values."
        return Verdict("healthy", "good", "healthy", "Healthy", text)
    if not math.isnan(one.dead):
        silent = f"{_percent(one.dead)} of the units are" if one.dead else "No unit is"
        return Verdict("healthy", "good", "healthy", "Healthy", f"{silent} always 0.")
    if not math.isnan(one.saturated):
        text = f"{_percent(one.saturated)} of its values lie at the flat ends of the curve."
        return Verdict("healthy", "good", "healthy", "Healthy", text)
    return Verdict("plain", "none", "", "No weights", "It has no weights of its own and gives sound values.")


def _spread(value: float) -> str:
    return f"by {_number(value)}" if math.isfinite(value) else "beyond what a number can hold"


def _percent(share: float) -> str:
    """A share as people read it; small ones keep a digit."""
    value = 100 * share
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1g} %" if value < 0.1 else f"{value:.1f} %"


def _number(value: float) -> str:
    """A number of any size in a few letters."""
    return (
        f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e")
        if value and not 1e-3 <= abs(value) < 1e4
        else f"{value:.3g}"
    )

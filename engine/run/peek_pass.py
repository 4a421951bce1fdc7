"""One pass of an item through a network: what each node gave, made small, and why some gave nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from engine.data.raw import bound
from engine.errors import UserError
from engine.graph import label_of, make
from engine.layer import Input
from engine.peek import Part
from engine.run import peek_view
from engine.run.device import out_of_memory
from engine.run.model import Built
from engine.run.peek_item import Item
from engine.run.peek_trace import Enough, Watch, watching
from engine.run.peek_weights import Fit
from engine.run.tensors import own

Progress = Callable[[float, str], None]


@dataclass
class Seen:
    """What one pass shows: the small view of every value that is asked for."""

    built: Built
    part: Part
    fit: Fit
    chosen: dict[tuple[Any, ...], list[int]]
    """Which maps of a node are shown: the same ones for every item."""
    names: tuple[str, ...] | None
    """The nodes that are asked for, None for all."""
    item: Item
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: tuple[Tensor, ...] = ()
    complete: bool = False
    passed: float = 0.0
    measured: bool = False
    watch: Watch | None = None

    @property
    def _names(self) -> set[str]:
        """The computed nodes that are asked for, with those whose values others show."""
        part = self.part
        names = set(part.graph.nodes) if self.names is None else set(self.names)
        return names | {part.same[name][0] for name in names if name in part.same}

    @property
    def enough(self) -> frozenset[str] | None:
        """After which nodes the pass may end; None where an objective is among what is asked for."""
        part = self.part
        names = self._names & set(part.graph.nodes)
        ends = {one.objective for one in self.built.source.outputs if one.objective}
        if names & ends and not part.path:
            return None
        return frozenset(name for name in names - ends if name not in part.same)

    def take(self, name: str, port: str, value: Tensor) -> None:
        if name not in self._names:
            return
        part = self.part
        shape = part.walk[name].outputs.get(port) if name in part.walk.facts else None
        key = (name, port, *value.shape[1:])
        view = peek_view.view(value, shape, words_of(part, name), self.chosen.get(key))
        if "chosen" in view:
            self.chosen[key] = view["chosen"]
        self.values.setdefault(name, {})[port] = view

    def nodes(self, error: tuple[str, str] | None) -> dict[str, Any]:
        """Each node that is asked for: its values by port, or why it has none."""
        part = self.part
        ends = {one.objective for one in self.built.source.outputs if one.objective}
        asked = self.names if self.names is not None else (*part.graph.nodes, *part.reasons)
        found: dict[str, Any] = {}
        for name in asked:
            source, port = part.same.get(name, (name, ""))
            if name in part.reasons:
                found[name] = {"why": part.reasons[name]}
            elif source in self.values:
                found[name] = self._told(name, source, port)
            elif name in part.graph.nodes and (name not in ends or error):
                found[name] = {"why": why_missing(part, name, error)}
        return found

    def _told(self, name: str, source: str, port: str) -> dict[str, Any]:
        part, watch = self.part, self.watch
        assert watch is not None
        ports = {port: self.values[source][port]} if port in self.values[source] else self.values[source]
        first = part.shown_port(source)
        head = ".".join([*part.path, name])
        told: dict[str, Any] = {
            "ports": ports,
            "port": port or (first if first in ports else next(iter(ports))),
            "weights": self.fit.of(head),
        }
        if not told["weights"] and name in part.graph.nodes and part.graph.nodes[name].shares:
            told["weights"] = self.fit.of(".".join([*part.path, part.graph.nodes[name].shares]))
        if self.measured and name in watch.seconds:
            told["seconds"] = round(watch.seconds[name], 9)
            told["bytes"] = watch.memory.get(name, 0)
            told["weight_bytes"] = weight_bytes(self.built, head)
        return told


def run_pass(watch: Watch, item: Item, progress: Progress, seen: Seen | None = None) -> tuple[str, str] | None:
    """One pass; gives the node and the sentence of an error, None where all went well."""
    built = watch.built
    watch.again()
    try:
        with watching(watch), torch.inference_mode():
            raw = [torch.from_numpy(own(array)) for array in item.raw]
            outputs = built.outputs(built.prepared(raw))
        if seen is not None:
            seen.outputs, seen.complete = outputs, True
    except Enough:
        pass
    except UserError:
        raise
    except (RuntimeError, ValueError, TypeError, IndexError, MemoryError) as error:
        if isinstance(error, MemoryError) or out_of_memory(error):
            return watch.failed_at(), "There is not enough memory for this node. Try smaller data or a smaller layer."
        text = " ".join(str(error).split())[:240]
        return watch.failed_at(), f"It could not work with this item: {text}"
    return None


def keeping(kept: dict[tuple[str, str], Tensor], name: str, port: str) -> Callable[[str, str, Tensor], None]:
    def given(node: str, output: str, value: Tensor) -> None:
        if node == name and output == port:
            kept[(node, output)] = value.clone()

    return given


def why_missing(part: Part, name: str, error: tuple[str, str] | None) -> str:
    if error and error[0] == name:
        return error[1]
    if error and error[0]:
        return f"{label_of(part.graph.nodes[error[0]])} stopped the item before it came here."
    if error:
        return error[1]
    return "Nobody reads what it gives, so it is not computed."


def weight_bytes(built: Built, head: str) -> int:
    start = f"{head}."
    return sum(
        one.numel() * one.element_size() for name, one in built.network.state_dict().items() if name.startswith(start)
    )


def words_of(part: Part, name: str) -> tuple[str, ...]:
    """The vocabulary behind the numbers that an input node gives."""
    node = part.graph.nodes.get(name)
    if node is None or part.path or node.block:
        return ()
    made = make(node)
    if not isinstance(made, Input):
        return ()
    _, fields = bound(made, part.project.data.schema)
    return tuple(fields[0].classes) if len(fields) == 1 else ()

"""What a walk over a graph finds out of each node: shapes, parameters, work, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dims import Dim
from engine.shapes import Tensor

Schema = Mapping[str, Any]
"""The data's fields by name (`engine.data.Field`)."""


@dataclass(frozen=True)
class Finding:
    """Why a node has no shape: a title (what is wrong) and a detail (who sends what). `port` is the guilty input."""

    title: str
    detail: str = ""
    port: str | None = None
    setting: str | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of one node. A node that only waits for others has neither outputs nor findings."""

    inputs: Mapping[str, tuple[Tensor, ...]] = field(default_factory=dict)
    outputs: Mapping[str, Tensor] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    parameters: Dim = 0
    flops: Dim = 0
    elements: Dim = 0
    """Numbers kept for the backward pass, one item: the outputs."""
    arithmetic: str = ""
    inner: tuple[Inference, ...] = ()
    """For a block: the walk inside, once per repeat."""

    @property
    def ok(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Inference:
    """The facts of every node of one graph."""

    facts: Mapping[str, Facts]

    def __getitem__(self, name: str) -> Facts:
        return self.facts[name]

    def output(self, name: str, port: str) -> Tensor | None:
        """The tensor on an output port, None where it is not known."""
        facts = self.facts.get(name)
        return facts.outputs.get(port) if facts else None

    @property
    def parameters(self) -> Dim:
        return total([facts.parameters for facts in self.facts.values()])

    @property
    def flops(self) -> Dim:
        return total([facts.flops for facts in self.facts.values()])

    @property
    def elements(self) -> Dim:
        return total([facts.elements for facts in self.facts.values()])

    @property
    def ok(self) -> bool:
        return all(facts.ok for facts in self.facts.values())


def total(parts: list[Dim]) -> Dim:
    """The sum, of sizes that may hold symbols."""
    found: Dim = 0
    for part in parts:
        found = found + part
    return found

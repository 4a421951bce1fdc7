"""Wires of the Build page: judged, made, led elsewhere and taken away, each as one step of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import wiring
from engine.errors import UserError
from engine.graph import Edge, Graph

if TYPE_CHECKING:
    from app.build import BuildPage


class Wires:
    """What the canvas wishes of wires, carried out on the graph that is shown."""

    def __init__(self, page: BuildPage) -> None:
        self._page = page

    def element(self, source: str, output: str) -> str:
        """What the elements on a node's output are: real, token or mask; empty where it is not known."""
        tensor = self._page.document.walk_here.output(source, output)
        return tensor.element if tensor else ""

    def judge(self, source: str, output: str, target: str, input: str) -> str:
        """Why there can be no such wire, empty where there can."""
        try:
            blocks, element = self._page.document.project.blocks, self.element(source, output)
            wiring.judge(self._page.graph, source, output, target, input, blocks, element)
        except UserError as error:
            return error.message
        return ""

    def connect(self, source: str, output: str, target: str, input: str) -> None:
        """Make a wire."""
        blocks, element = self._page.document.project.blocks, self.element(source, output)
        self._page.edit("Connect", lambda graph: wiring.connect(graph, source, target, input, output, blocks, element))

    def reconnect(self, old: Edge, source: str, output: str, target: str, input: str) -> None:
        """Lead a wire elsewhere."""
        blocks, element = self._page.document.project.blocks, self.element(source, output)

        def edit(graph: Graph) -> Graph:
            return wiring.connect(wiring.disconnect(graph, [old]), source, target, input, output, blocks, element)

        self._page.edit("Move wire", edit)

    def disconnect(self, edges: list[Edge]) -> None:
        """Take wires away."""
        self._page.edit("Disconnect", lambda graph: wiring.disconnect(graph, edges))

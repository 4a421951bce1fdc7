"""The shapes on the wires: one for each output where the shape changes, and on the wire that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.cards import labelled
from engine.graph import Edge
from widgets import theme
from widgets.canvas.items import LabelItem

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

_NEEDS = theme.Sizes().label_height + 8  # from card to card
GAP = 4.0
"""Between two labels that stand side by side."""


class Labels(dict[Edge, LabelItem]):
    """The label items by wire."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__()
        self._scene = scene
        self._carriers: set[Edge] = set()

    def refresh(self) -> None:
        """Find out anew where shapes change."""
        scene = self._scene
        self._carriers = labelled(scene.graph, scene.inference, scene.rows)
        self.show()

    def show(self) -> None:
        """Bring the items up to date with hover, selection and errors."""
        wires = self._scene.wires
        first: dict[tuple[str, str], Edge] = {}
        for edge in sorted(self._carriers):
            first[(edge.source, edge.output)] = edge
        looked_at = set()
        for edge, wire in wires.items():
            if "error" in wire.states:  # where it does not fit is where one looks
                first[(edge.source, edge.output)] = edge
            if wire.states & {"hover", "selected"}:
                looked_at.add(edge)
        wanted = {edge for edge in {*first.values(), *looked_at} if edge in wires and self._has_room(edge)}
        for edge in [edge for edge in self if edge not in wanted]:
            self.drop(edge)
        for edge in wanted:
            self._show(edge, aside=first.get((edge.source, edge.output)) not in (None, edge))

    def _has_room(self, edge: Edge) -> bool:
        wire = self._scene.wires[edge]
        if wire.joined:
            return False
        x1, y1, x2, y2 = wire.ends
        short = wire.lane is None and y2 - y1 < _NEEDS and abs(x2 - x1) < 60
        return not short or bool(wire.states & {"hover", "selected"})

    def _show(self, edge: Edge, aside: bool) -> None:
        scene = self._scene
        tensor = scene.inference.output(edge.source, edge.output) if scene.inference else None
        if tensor is None:
            self.drop(edge)
            return
        if edge not in self:
            self[edge] = LabelItem()
            scene.addItem(self[edge])
        self[edge].aside = aside
        self[edge].set_tensor(tensor, "error" in scene.wires[edge].states)
        self.place(edge)

    def drop(self, edge: Edge) -> None:
        """Take a label away, if there is one."""
        item = self.pop(edge, None)
        if item:
            self._scene.removeItem(item)

    def place(self, edge: Edge) -> None:
        """Put a label where its wire runs now, clear of those of the other outputs of its card."""
        item = self.get(edge)
        if item is None:
            return
        item.setPos(self._scene.wires[edge].label_place(item.aside))
        wires = self._scene.wires
        near = [one for one in self if one.source == edge.source and not self[one].aside and one in wires]
        if len(near) > 1 and not item.aside:
            self._part(near)

    def _part(self, edges: list[Edge]) -> None:
        """Move labels that would cover each other apart, to either side of where their wires run."""
        homes = {edge: self._scene.wires[edge].label_place(False) for edge in edges}
        order = sorted(edges, key=lambda edge: (homes[edge].x(), edge))
        for row in _rows(order, homes):
            wide = [self[edge].boundingRect().width() + GAP for edge in row]
            spots = [homes[edge].x() for edge in row]
            for place in range(1, len(row)):  # from the left: each at least beside the one before
                spots[place] = max(spots[place], spots[place - 1] + (wide[place - 1] + wide[place]) / 2)
            drift = sum(spot - homes[edge].x() for spot, edge in zip(spots, row, strict=True)) / len(row)
            for edge, spot in zip(row, spots, strict=True):
                self[edge].setPos(spot - drift, homes[edge].y())


def _rows(edges: list[Edge], homes: dict[Edge, QPointF]) -> list[list[Edge]]:
    """Labels that stand at the same height, from left to right; only those can cover each other."""
    rows: list[list[Edge]] = []
    for edge in edges:
        for row in rows:
            if abs(homes[row[0]].y() - homes[edge].y()) < _NEEDS - 8:
                row.append(edge)
                break
        else:
            rows.append([edge])
    return rows

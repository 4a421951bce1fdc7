"""Comparisons: two states of the project, or two runs, as one picture of the network, with a list of what differs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.difference_lines import change_lines
from engine.compare import BLOCK, Comparison, compare, graphs_of, together
from engine.graph import Graph
from engine.infer import infer
from engine.places import Place, graph_at, known
from engine.project import SUFFIX, Project, load
from widgets import theme
from widgets.canvas.view import Canvas
from widgets.controls import Button, Choice, Elided, IconLabel, Label, surface
from widgets.differences import SIGNS, Difference, Differences

if TYPE_CHECKING:
    from app.window import Window


class ComparisonDialog(QDialog):
    """A network with what was added, removed and changed, and beside it each change in words, and results."""

    def __init__(
        self,
        window: QWidget,
        before: Project,
        after: Project,
        place: Place,
        title: str,
        results: Sequence[Difference] = (),
    ) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Comparison")
        surface(self, "panel")
        sizes = theme.sizes()
        self.resize(round(window.width() * 0.85), round(window.height() * 0.85))
        self._before, self._after = before, after
        self.comparison: Comparison = compare(before, after)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s12)
        whole.setSpacing(sizes.s8)
        self.graphs = Choice()
        self.graphs.setAccessibleName("Which network")
        whole.addLayout(self._head(title))
        middle = QHBoxLayout()
        middle.setSpacing(sizes.s12)
        self.canvas = Canvas()
        self.canvas.set_judge(lambda *_: "This is a comparison. Close it to go on working.")
        self.canvas.setAccessibleName("Comparison of two networks")
        middle.addWidget(self.canvas, 1)
        self.list = Differences([*change_lines(self.comparison, before, after), *results])
        self.list.setFixedWidth(sizes.inspector)
        self.list.node_chosen.connect(self._on_node)
        middle.addWidget(self.list)
        whole.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = Button("Close")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        whole.addLayout(foot)
        self._offer_graphs()
        self._show(*self._graphs_here(place))

    def _head(self, title: str) -> QHBoxLayout:
        sizes = theme.sizes()
        head = QHBoxLayout()
        head.setSpacing(sizes.s6)
        head.addWidget(Elided(title, role="card_title", bold=True), 1)
        head.addWidget(self.graphs)
        head.addSpacing(sizes.s12)
        for icon, color, words in SIGNS.values():
            head.addWidget(IconLabel(icon, color))
            head.addWidget(Label(words, role="secondary", color="text2"))
            head.addSpacing(sizes.s6)
        return head

    def _offer_graphs(self) -> None:
        """A choice of networks and blocks, where more than one of them differs."""
        for one in self.comparison.graphs:
            name = one.name
            self.graphs.add(name, f"Block {name.removeprefix(BLOCK)}" if name.startswith(BLOCK) else name)
        self.graphs.setVisible(len(self.comparison.graphs) > 1)
        self.graphs.chosen.connect(self._show_named)

    def _graphs_here(self, place: Place) -> tuple[Graph, Graph]:
        """What is worked on, where it differs; else the first network that does."""
        changed = [one.name for one in self.comparison.graphs]
        if place.inside or place.network in changed or not changed:
            if place.network in changed:
                self.graphs.set_current(place.network)
            before, after = self._before, self._after
            return graph_at(before, known(before, place)), graph_at(after, known(after, place))
        self.graphs.set_current(changed[0])
        return graphs_of(self._before, self._after, changed[0])

    def _show_named(self, name: str) -> None:
        self._show(*graphs_of(self._before, self._after, name))

    def _show(self, old: Graph, new: Graph) -> None:
        both, self.states, self.wires = together(old, new)
        self.canvas.show_difference(self.states, self.wires)
        blocks = {**self._before.blocks, **self._after.blocks}
        self.canvas.show_graph(both, infer(new, self._after.data.schema, blocks), blocks)
        QTimer.singleShot(0, self.canvas, self.canvas.camera.fit)

    def _on_node(self, graph: str, node: str) -> None:
        if node not in self.canvas.mirror.nodes or (self.graphs.isVisible() and self.graphs.current() != graph):
            self.graphs.set_current(graph)
            self._show_named(graph)
            QTimer.singleShot(0, self.canvas, lambda: self.canvas.camera.center_on(node))
            return
        self.canvas.camera.center_on(node)


def compare_states(window: Window, before: Project, title: str) -> ComparisonDialog:
    """Show what differs between an earlier state and now."""
    dialog = ComparisonDialog(window, before, window.document.project, window.document.place, title)
    dialog.open()
    return dialog


def compare_with_file(window: Window) -> None:
    """Ask for a project file and show what differs between it and what is open."""
    path, _ = QFileDialog.getOpenFileName(window, "Compare with a project", "", f"Lamina projects (*{SUFFIX})")
    if path:
        window.attempt(lambda: compare_states(window, load(Path(path)), f"{Path(path).name} → now"))

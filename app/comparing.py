"""Comparisons: two states of the project as one picture of the network, with a list of what differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from engine.compare import Comparison, compare, together
from engine.infer import infer
from engine.places import Place, graph_at, known
from engine.project import SUFFIX, Project, load
from widgets import theme
from widgets.canvas.view import Canvas
from widgets.controls import Button, IconLabel, Label, surface
from widgets.differences import SIGNS, Differences

if TYPE_CHECKING:
    from app.window import Window


class ComparisonDialog(QDialog):
    """The network with what was added, removed and changed, and beside it each change in words."""

    def __init__(self, window: Window, before: Project, after: Project, place: Place, title: str) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Comparison")
        surface(self, "panel")
        sizes = theme.sizes()
        self.resize(round(window.width() * 0.85), round(window.height() * 0.85))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s12)
        whole.setSpacing(sizes.s8)
        head = QHBoxLayout()
        head.addWidget(Label(title, role="card_title", bold=True))
        head.addStretch(1)
        for icon, color, words in SIGNS.values():
            head.addWidget(IconLabel(icon, color))
            head.addWidget(Label(words, role="secondary", color="text2"))
        whole.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(sizes.s12)
        self.canvas = Canvas()
        self.canvas.set_judge(lambda *_: "This is a comparison. Close it to go on working.")
        self.canvas.setAccessibleName("Comparison of two networks")
        middle.addWidget(self.canvas, 1)
        self.comparison: Comparison = compare(before, after)
        self.list = Differences(self.comparison)
        self.list.setFixedWidth(sizes.inspector)
        self.list.node_chosen.connect(self.canvas.center_on)
        middle.addWidget(self.list)
        whole.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = Button("Close")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        whole.addLayout(foot)
        old, new = graph_at(before, known(before, place)), graph_at(after, known(after, place))
        both, self.states, self.wires = together(old, new)
        self.canvas.show_difference(self.states, self.wires)
        blocks = {**before.blocks, **after.blocks}
        self.canvas.show_graph(both, infer(new, after.data.schema, blocks), blocks)
        QTimer.singleShot(0, self.canvas, self.canvas.fit)


def compare_states(window: Window, before: Project, title: str) -> QDialog:
    """Show what differs between an earlier state and now."""
    dialog = ComparisonDialog(window, before, window.document.project, window.document.place, title)
    dialog.open()
    return dialog


def compare_with_file(window: QWidget) -> None:
    """Ask for a project file and show what differs between it and what is open."""
    path, _ = QFileDialog.getOpenFileName(window, "Compare with a project", "", f"Lamina projects (*{SUFFIX})")
    if path:
        window.attempt(lambda: compare_states(window, load(Path(path)), f"{Path(path).name} → now"))  # type: ignore[attr-defined,arg-type]

"""The note that a run is in progress, with how far it is and the way back to it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls import Button, Elided, ProgressRing
from widgets.controls.base import Themed, box, column, row, start


class RunningNote(Themed, QWidget):
    """Hidden while nothing runs; `back_wanted` leads to the run."""

    back_wanted = Signal()
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        line = row(self, space=sizes.s12)
        line.setContentsMargins(sizes.s16, sizes.s8, sizes.s12, sizes.s8)
        self.ring = ProgressRing(self)
        line.addWidget(self.ring)
        said = column(space=0)
        self.title = Elided("", "name", bold=True, parent=self)
        self.line = Elided("", "secondary", "text2", parent=self)
        said.addWidget(self.title)
        said.addWidget(self.line)
        line.addLayout(said, 1)
        self.back = Button("Back to the run", "arrow-right", parent=self)
        self.back.clicked.connect(self.back_wanted)
        line.addWidget(self.back)
        self.hide()

    def show_run(self, title: str, line: str = "", fraction: float = 0.0) -> None:
        """Say which project trains and how far it is; an empty title hides the note."""
        self.setVisible(bool(title))
        self.title.set_text(title)
        self.line.set_text(line)
        self.ring.set_fraction(fraction)
        self.setAccessibleName(f"{title}. {line}" if line else title)

    def paintEvent(self, event):
        box(start(self), QRectF(self.rect()), theme.sizes().r9, "acc_wash", "acc_line")

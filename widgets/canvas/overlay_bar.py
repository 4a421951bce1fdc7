"""The bar at the upper right of the canvas: what lies over the cards, and two things one does to a whole network."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets import theme
from widgets.controls import IconButton, Segmented
from widgets.controls.base import box, start


class OverlayBar(QWidget):
    """Shapes or Cost; others may `add` theirs. `chosen` says which, by hand only."""

    chosen = Signal(str)
    tidy_wanted = Signal()
    note_wanted = Signal()

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAccessibleName("Overlays")
        sizes = theme.sizes()
        row = QHBoxLayout(self)
        row.setContentsMargins(sizes.s4, sizes.s4, sizes.s4, sizes.s4)
        row.setSpacing(sizes.s4)
        self.switch = Segmented(self)
        self.switch.setAccessibleName("Overlay")
        self.tidy = IconButton("list-tree", "Tidy up", parent=self, small=True, command="tidy")
        self.note = IconButton("sticky-note", "Add a note", parent=self, small=True, command="add_note")
        for widget in (self.switch, self.tidy, self.note):
            row.addWidget(widget)
        self.add("shapes", "Shapes", "Shapes on the wires where they change")
        self.add("cost", "Cost", "A bar in each card: its share of the work")
        self.switch.changed.connect(self.chosen)
        self.tidy.clicked.connect(self.tidy_wanted)
        self.note.clicked.connect(self.note_wanted)
        canvas.installEventFilter(self)

    def add(self, key: str, text: str, tip: str = "") -> None:
        """One more overlay to choose."""
        self.switch.add(key, text, tip=tip)
        self.settle()

    def show_current(self, key: str) -> None:
        """Mark an overlay as chosen, silently."""
        self.switch.set_current(key)

    def settle(self) -> None:
        """Into the upper right corner."""
        inset = theme.sizes().s12
        self.adjustSize()
        self.move(self.parentWidget().width() - self.width() - inset, inset)
        camera = getattr(self.parentWidget(), "camera", None)
        if camera is not None:
            camera.top = inset + self.height() + inset
        self.raise_()
        self.show()

    def paintEvent(self, event) -> None:
        box(start(self), QRectF(self.rect()), theme.sizes().r6, "panel", "line")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.settle()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.settle()

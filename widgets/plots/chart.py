"""A card with a title, a linear or log switch and curves."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, column, row, surface
from widgets.controls.buttons import IconButton, Segmented
from widgets.controls.labels import Elided
from widgets.plots.area import EPOCHS, TIME, Area, Style
from widgets.plots.clock import Crosshair

__all__ = ["EPOCHS", "TIME", "Area", "Chart", "Crosshair", "PlotCard", "Style"]


class PlotCard(Themed, QWidget):
    """A card with a title line and room for controls beside it."""

    wants_ring = False

    def __init__(self, title: str, parent: QWidget | None = None, note: str = ""):
        super().__init__(parent)
        surface(self, "card")
        sizes = theme.sizes()
        self.body = column(self, space=sizes.s4)
        self.body.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        self._head = QWidget(self)
        self._head.setFixedHeight(sizes.row)
        self.head = row(self._head, space=sizes.s6)
        self.title = Elided(title, "name", parent=self._head)
        self._keep_title()
        self.note = Elided(note, "caption", "text3", parent=self._head)
        self.note.setVisible(bool(note))
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.head.addWidget(self.note)
        self.body.addWidget(self._head)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_title(self, title: str) -> None:
        self.title.set_text(title)
        self._keep_title()
        self.setAccessibleName(title)

    def _keep_title(self) -> None:
        """A short title is never cut; the note beside it gives way."""
        self.title.setMinimumWidth(min(self.title.sizeHint().width(), theme.sizes().palette_least // 2))

    def _restyle(self) -> None:
        if hasattr(self, "_head"):
            self._keep_title()
            self._head.setFixedHeight(theme.sizes().row)


class Chart(PlotCard):
    """Curves in a card; `expanded` asks the page to give it all the room, or back."""

    expanded = Signal(bool)

    def __init__(
        self, title: str, kind="number", crosshair: Crosshair | None = None, scale_switch=False, expandable=True,
        parent: QWidget | None = None,
    ):  # fmt: skip
        super().__init__(title, parent)
        self.area = Area(kind, crosshair, self)
        self.area.setAccessibleName(title)
        self.scale = Segmented(self)
        self.scale.add("linear", "Linear")
        self.scale.add("log", "Log", tip="Powers of ten")
        self.scale.changed.connect(self._on_scale)
        self.scale.setVisible(scale_switch)
        self.head.addWidget(self.scale)
        self.expand = IconButton("maximize", "Show large", checkable=True, parent=self, small=True)
        self.expand.setVisible(expandable)
        self.expand.toggled.connect(self._on_expand)
        self.head.addWidget(self.expand)
        self.body.addWidget(self.area, 1)

    def set_title(self, title: str) -> None:
        super().set_title(title)
        self.area.setAccessibleName(title)

    def _on_scale(self, key: str) -> None:
        self.area.put(log=key == "log")

    def _on_expand(self, large: bool) -> None:
        self.expand.set_icon("minimize-2" if large else "maximize")
        self.expand.set_tip("Show all plots" if large else "Show large")
        self.expanded.emit(large)

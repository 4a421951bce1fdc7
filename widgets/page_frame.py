"""How a page is divided: left panel, center, right panel; on a narrow window the panels become drawers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

from widgets import theme
from widgets.controls.base import Line, Themed, column, row, surface
from widgets.controls.buttons import IconButton


class Strip(Themed, QWidget):
    """The narrow edge a panel leaves behind, with the button that opens it as a drawer."""

    wants_ring = False

    def __init__(self, icon: str, tip: str, parent: QWidget):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        self.button = IconButton(icon, tip, checkable=True, parent=self)
        inside = column(self, edge=sizes.s6)
        inside.addWidget(self.button)
        inside.addStretch(1)
        self._restyle()

    def _restyle(self) -> None:
        if hasattr(self, "button"):
            self.setFixedWidth(theme.sizes().row_head)


class Side(QWidget):
    """One panel: in its place, or folded to a strip and opened over the center."""

    def __init__(self, frame: QWidget, panel: QWidget, width: str, icon: str, tip: str, left: bool):
        super().__init__(frame)
        self.frame, self.panel, self.width_name, self.left, self.folded = frame, panel, width, left, False
        self.strip = Strip(icon, tip, self)
        self.line = Line(self, vertical=True)
        self.edge = Line(frame, vertical=True)
        self.edge.hide()
        inside = row(self)
        for widget in (panel, self.line) if left else (self.line, panel):
            inside.addWidget(widget)
        inside.insertWidget(0 if left else 2, self.strip)
        self.strip.hide()
        self.strip.button.toggled.connect(self._on_toggled)

    def wanted(self) -> int:
        return getattr(theme.sizes(), self.width_name)

    def fold(self, folded: bool) -> None:
        if folded == self.folded:
            return
        self.folded = folded
        self.strip.button.setChecked(False)
        self.strip.setVisible(folded)
        if folded:
            self.panel.hide()
            self.panel.setParent(self.frame)
        else:
            self.layout().insertWidget(0 if self.left else 1, self.panel)
            self.panel.show()
        self.edge.hide()

    def _on_toggled(self, open_: bool) -> None:
        if not self.folded:
            return
        self.panel.setVisible(open_)
        self.edge.setVisible(open_)
        if open_:
            self.place()
            self.panel.raise_()
            self.edge.raise_()

    def place(self) -> None:
        """Lay the open drawer over the center."""
        if self.folded and self.panel.isVisible():
            edge, wide = self.strip.width(), self.wanted()
            x = edge if self.left else self.frame.width() - edge - wide
            self.panel.setGeometry(x, 0, wide, self.frame.height())
            self.edge.setGeometry(x + wide if self.left else x - 1, 0, 1, self.frame.height())


class PageFrame(Themed, QWidget):
    """Left, center and right of a page."""

    wants_ring = False

    def __init__(self, center: QWidget, parent: QWidget | None = None):
        super().__init__(parent)
        self._sides: list[Side] = []
        self._center = center
        self._row = row(self)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._row.addWidget(center, 1)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._fit)

    def add_left(self, panel: QWidget, width: str, icon: str, tip: str) -> None:
        """Add the left panel; `width` names a length of the theme."""
        self._add(Side(self, panel, width, icon, tip, True), 0)

    def add_right(self, panel: QWidget, width: str, icon: str, tip: str) -> None:
        self._add(Side(self, panel, width, icon, tip, False), self._row.count())

    def _add(self, side: Side, at: int) -> None:
        self._sides.append(side)
        self._row.insertWidget(at, side)
        side.panel.installEventFilter(self)
        self._fit()

    def set_bare(self, bare: bool) -> None:
        """Show the center alone, or with its panels."""
        for side in self._sides:
            side.setVisible(not bare)
            if bare and side.folded:
                side.strip.button.setChecked(False)

    def close_drawers(self) -> None:
        """Leave the center to itself where the panels are folded."""
        for side in self._sides:
            if side.folded:
                side.strip.button.setChecked(False)

    def is_folded(self, left: bool) -> bool:
        return any(side.folded for side in self._sides if side.left == left)

    def _fit(self) -> None:
        sizes, grown = theme.sizes(), max(1.0, theme.scale())
        for side in self._sides:
            if not self.isVisible():
                side.setFixedWidth(side.wanted() + sizes.hair)
                continue
            below = sizes.icons_below if side.left else sizes.drawer_below
            side.fold(self.width() < below * grown)
            wide = sizes.row_head + sizes.hair if side.folded else side.wanted() + sizes.hair
            side.setFixedWidth(wide)
            side.place()

    def _restyle(self) -> None:
        if hasattr(self, "_later"):
            self._later.start(0)  # panels must not change parents while Qt walks all widgets for a new style

    def minimumSizeHint(self):
        """Return the least size, with both panels folded away."""
        least = self._center.minimumSizeHint()
        return QSize(least.width() + 2 * theme.sizes().row_head, least.height())

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event):
        super().showEvent(event)
        self._fit()

    def eventFilter(self, watched, event):
        """Let Esc close an open drawer."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            for side in self._sides:
                if side.folded and side.panel is watched:
                    side.strip.button.setChecked(False)
                    return True
        return super().eventFilter(watched, event)


def scrolled(inside: QWidget, role: str | None = "panel", parent: QWidget | None = None) -> QScrollArea:
    """Put a widget into an area that scrolls up and down only."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    if role:
        surface(inside, role)
        surface(area, role)
    return area

"""A row that goes on in the next line where it does not fit, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed


class WrapRow(Themed, QWidget):
    """Places its widgets in centered lines; its height follows from its width.

    Args:
        most: the name of the length that a line is never longer than; empty for all the width.
    """

    wants_ring = False

    def __init__(self, parent: QWidget | None = None, centered: bool = True, most: str = ""):
        super().__init__(parent)
        self._centered, self._most = centered, most
        self._widgets: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        widget.setParent(self)
        self._widgets.append(widget)
        widget.show()
        self._place()

    def clear(self) -> None:
        """Let all widgets go."""
        for old in self._widgets:
            old.hide()
            old.deleteLater()
        self._widgets = []
        self._place()

    def widgets(self) -> list[QWidget]:
        return list(self._widgets)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lines(width)[1]

    def sizeHint(self) -> QSize:
        wide = sum(one.sizeHint().width() + theme.sizes().s8 for one in self._widgets)
        return QSize(wide, self._lines(self.width())[1])

    def minimumSizeHint(self) -> QSize:
        wide = max((one.sizeHint().width() for one in self._widgets), default=0)
        return QSize(wide, self._lines(max(wide, self.width()))[1])

    def _lines(self, width: int) -> tuple[list[tuple[QWidget, QRect]], int]:
        """Where each widget goes, and how high all lines are together."""
        gap, lines, line, used, y = theme.sizes().s8, [], [], 0, 0
        most = min(width, getattr(theme.sizes(), self._most)) if self._most else width
        for one in self._widgets:
            size = one.sizeHint()
            if line and used + size.width() > most:
                y += self._end(lines, line, used - gap, width, y) + gap
                line, used = [], 0
            line.append((one, QRect(QPoint(used, 0), size)))
            used += size.width() + gap
        if line:
            y += self._end(lines, line, used - gap, width, y)
        return lines, y

    def _end(self, lines: list, line: list[tuple[QWidget, QRect]], used: int, width: int, y: int) -> int:
        left = max(0, (width - used) // 2) if self._centered else 0
        lines += [(one, place.translated(left, y)) for one, place in line]
        return max(place.height() for _, place in line)

    def _place(self) -> None:
        for one, place in self._lines(self.width())[0]:
            one.setGeometry(place)
        self.updateGeometry()

    def _restyle(self) -> None:
        if hasattr(self, "_widgets"):
            self._place()

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._place()

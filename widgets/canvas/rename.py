"""The field in which a card's title is edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from widgets import theme
from widgets.canvas.geometry import S

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class RenameField(QLineEdit):
    """Lies over a title while it is edited; Enter or leaving it keeps the text, Esc does not."""

    def __init__(self, view: Canvas) -> None:
        super().__init__(view.viewport())
        self._view, self._node = view, ""
        self.setAccessibleName("Name of this layer")
        self.setMaxLength(80)
        self.hide()

    def open(self, node: str) -> None:
        item = self._view.mirror.nodes[node]
        self._node = node
        self.setText(item.card.title)
        self.setFont(theme.font("name"))
        area = item.area()
        spot = QRectF(area.x() + S.card_text - 8, area.y() + 4, area.width() - S.card_text, 26)
        shown = self._view.viewportTransform().mapRect(spot).toRect()
        shown.setHeight(max(shown.height(), theme.sizes().field))
        shown.setWidth(max(shown.width(), 120))
        self.setGeometry(shown)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> None:
        """Tell the new name where it is one."""
        node, self._node = self._node, ""
        if not node:
            return
        self._close()
        item = self._view.mirror.nodes.get(node)
        text = self.text().strip()
        if item and text != item.card.title:
            self._view.rename_wanted.emit(node, text)

    def _close(self) -> None:
        self._node = ""
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.commit()

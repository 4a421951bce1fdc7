"""A word to press, in the accent color: small repairs and jumps inside running text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize

from widgets import theme
from widgets.controls import Button
from widgets.controls.base import box, start, text, width_of


class Link(Button):
    """A quiet button that is only an accented word."""

    def __init__(self, words: str = "", role: str = "secondary", parent=None):
        self._text_role = role
        super().__init__(words, None, "quiet", parent)

    def sizeHint(self):
        sizes = theme.sizes()
        return QSize(round(width_of(self.text(), self._text_role) + sizes.s8), sizes.target)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if self.underMouse() and self.isEnabled():
            box(painter, area, sizes.r4, "hover")
        ink = "acc" if self.isEnabled() else "text3"
        text(painter, area.adjusted(sizes.s4, 0, 0, 0), self.text(), self._text_role, ink)

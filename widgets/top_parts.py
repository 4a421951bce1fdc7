"""Buttons of the top bar that are more than a word: the mark, the finder's field, a choice that opens a menu."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import icons, keymap, theme
from widgets.controls import Button, IconButton
from widgets.controls.base import box, paint_icon, start, text, width_of
from widgets.controls.labels import cap_width, paint_cap


class MarkButton(IconButton):
    """The mark of the program, with a chevron: behind it is the menu."""

    def sizeHint(self):
        sizes = theme.sizes()
        return QSize(sizes.tile_mid + sizes.icon_small + 3 * sizes.s4, sizes.row)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if self.underMouse():
            box(painter, area, sizes.r6, "hover")
        side = sizes.tile_mid
        icons.paint(painter, "mark", QRectF(sizes.s4, round((area.height() - side) / 2), side, side), "acc")
        ink = "text1" if self.underMouse() else "text3"
        x = area.right() - sizes.s4 - sizes.icon_small
        paint_icon(painter, "chevron-down", x, area.center().y(), sizes.icon_small, ink)


class FinderButton(Button):
    """Looks like the field that it opens, with the key that does the same; where there is no room, its icon alone."""

    def __init__(self, words: str, parent: QWidget | None = None, command=""):
        super().__init__(words, "search", "plain", parent, command=command)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if command:
            keymap.notifier().changed.connect(self._on_keys)

    def _on_keys(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self):
        sizes = theme.sizes()
        if not self.text():
            return QSize(sizes.row, sizes.row)
        key = keymap.shown(self._command)
        wide = sizes.s8 + sizes.icon_small + sizes.s8 + width_of(self.text(), "secondary") + sizes.s8
        wide += cap_width(key) + sizes.s4 if key else 0
        return QSize(max(sizes.finder_field, round(wide)), sizes.row)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        met = self.underMouse() or self.hasFocus()
        box(painter, area, sizes.r6, "field", "line3" if met else "line2")
        middle, side = area.center().y(), sizes.icon_small
        ink = "text1" if met else "text2"
        if not self.text():
            paint_icon(painter, "search", area.center().x() - side / 2, middle, side, ink)
            return
        paint_icon(painter, "search", sizes.s8, middle, side, ink)
        text(painter, area.adjusted(sizes.s8 + side + sizes.s8, 0, 0, 0), self.text(), "secondary", ink)
        key = keymap.shown(self._command)
        if key:
            wide, high = cap_width(key), sizes.key_cap
            paint_cap(painter, QRectF(area.right() - sizes.s4 - wide, round(middle - high / 2), wide, high), key)


class MenuButton(Button):
    """A button with a chevron at its right: it opens a menu."""

    def sizeHint(self):
        return super().sizeHint() + QSize(theme.sizes().icon_small, 0)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        fill, line, ink = self._colors()
        box(painter, area, sizes.r6, fill, line)
        side, x, middle = sizes.icon_small, sizes.s8 + sizes.hair, area.center().y()
        if self._icon:
            paint_icon(painter, self._icon, x, middle, side, self._icon_color or ink)
            x += side + sizes.s6
        words = area.adjusted(x, 0, -sizes.s6 - side, 0)
        text(painter, words, self.text(), "secondary", ink, Qt.AlignmentFlag.AlignLeft, bold=True)
        paint_icon(painter, "chevron-down", area.right() - sizes.s6 - side, middle, side, "text3")

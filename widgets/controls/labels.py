"""Words and pictures that follow the look: labels, elided lines, key caps, icons, tiles."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.controls.base import Themed, box, center_square, start, text, width_of


class Label(Themed, QLabel):
    """Text in one of the type roles and one of the text colors."""

    wants_ring = False

    def __init__(self, words="", role="body", color="text1", wrap=False, bold=False, parent: QWidget | None = None):
        super().__init__(words, parent)
        self._role, self._color, self._bold = role, color, bold
        self.setWordWrap(wrap)
        self._restyle()

    def set_color(self, color: str) -> None:
        self._color = color
        self._restyle()

    def set_text(self, words: str) -> None:
        self.setText(words)

    def _restyle(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.color(self._color))
        palette.setColor(QPalette.ColorRole.Text, theme.color(self._color))
        self.setPalette(palette)
        font = theme.font(self._role, self._bold)
        if self.font() != font:
            self.setFont(font)


class Elided(Themed, QWidget):
    """One line of text that ends in an ellipsis where it must, with the whole text in its tooltip."""

    wants_ring = False

    def __init__(self, words="", role="body", color="text1", bold=False, parent: QWidget | None = None):
        super().__init__(parent)
        self._words, self._role, self._color, self._bold = "", role, color, bold
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(words)

    def text(self) -> str:
        return self._words

    def set_text(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self._update_tip()
        self.updateGeometry()
        self.update()

    setText = set_text  # as QLabel

    def set_color(self, color: str) -> None:
        self._color = color
        self.update()

    def sizeHint(self):
        return QSize(round(width_of(self._words, self._role, self._bold) + 1), theme.line_height(self._role))

    def minimumSizeHint(self):
        return QSize(theme.sizes().s24, theme.line_height(self._role))

    def resizeEvent(self, event):
        self._update_tip()

    def _update_tip(self) -> None:
        cut = width_of(self._words, self._role, self._bold) > self.width() + 1
        self.setToolTip(escape(self._words) if cut else "")

    def paintEvent(self, event):
        color = self._color if self.isEnabled() else "text3"
        text(start(self), QRectF(self.rect()), self._words, self._role, color, bold=self._bold)


class KeyCap(Themed, QWidget):
    """The name of a key in a small frame."""

    wants_ring = False

    def __init__(self, words: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._words = words
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(cap_width(self._words), theme.sizes().key_cap)

    def paintEvent(self, event):
        paint_cap(start(self), QRectF(self.rect()), self._words)


def cap_width(words: str) -> int:
    """Return the width of a key cap."""
    sizes = theme.sizes()
    return max(sizes.key_cap, round(width_of(words, "caption") + 2 * sizes.s6))


def paint_cap(painter, rect: QRectF, words: str) -> None:
    """Paint a key cap."""
    sizes = theme.sizes()
    box(painter, rect, sizes.r4, None, "line2")
    if words in ("↵", "Enter", "Return"):
        icons.paint(painter, "corner-down-left", center_square(rect, sizes.icon_tiny + sizes.s2), "text2")
    else:
        text(painter, rect, words, "caption", "text2", Qt.AlignmentFlag.AlignHCenter)


class IconLabel(Themed, QWidget):
    """An icon that is only looked at."""

    wants_ring = False

    def __init__(self, name: str, color="text2", size: int | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        self._name, self._color, self._size = name, color, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, color: str | None = None) -> None:
        self._name, self._color = name, color or self._color
        self.update()

    def sizeHint(self):
        side = self._size or theme.sizes().icon
        return QSize(side, side)

    def paintEvent(self, event):
        side = min(self.width(), self.height())
        icons.paint(start(self), self._name, center_square(QRectF(self.rect()), side), self._color)


class Tile(Themed, QWidget):
    """The colored square of a section with its glyph."""

    wants_ring = False

    def __init__(self, section: str, icon: str | None = None, size: int | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        self._section, self._icon, self._size = section, icon, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_section(self, section: str, icon: str | None = None) -> None:
        self._section, self._icon = section, icon
        self.update()

    def sizeHint(self):
        side = self._size or theme.sizes().tile
        return QSize(side, side)

    def paintEvent(self, event):
        icons.paint_tile(start(self), QRectF(self.rect()), self._section, self._icon)


def rich_tip(title: str, line: str = "", key: str = "") -> str:
    """Return the words of a tooltip: a bold title, its key, one line of explanation."""
    look = theme.current()
    cap = f'&nbsp;&nbsp;<span style="color:{look.text3}">{escape(key)}</span>' if key else ""
    body = f'<br><span style="color:{look.text2}">{escape(line)}</span>' if line else ""
    return f"<div><b>{escape(title)}</b>{cap}{body}</div>"

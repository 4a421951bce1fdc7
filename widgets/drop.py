"""A dashed place that takes a dropped file or folder, and the banner that says what went wrong."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls.base import Themed, box, column, row, start
from widgets.controls.buttons import Button, IconButton
from widgets.controls.labels import IconLabel, Label
from widgets.controls.marks import TONE_ICONS, TONES


def dropped_path(event) -> str:
    """Return the first local file or folder of a drag."""
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    return next((url.toLocalFile() for url in urls if url.isLocalFile()), "")


class DropArea(Themed, QWidget):
    """Takes one dropped path; buttons below browse for one."""

    path_dropped = Signal(str)
    wants_ring = False

    def __init__(self, words: str, line: str = "", icon="upload", large=False, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self._over = False
        self.setAcceptDrops(True)
        self.setAccessibleName(words)
        whole = column(self, space=sizes.s6, edge=sizes.s12)
        middle = Qt.AlignmentFlag.AlignHCenter
        if large:
            whole.addStretch(1)
        whole.addWidget(IconLabel(icon, "text2", sizes.icon_big if large else sizes.tile_small, self), 0, middle)
        title = Label(words, "card_title" if large else "secondary", "text1" if large else "text2", not large, self)
        title.setAlignment(middle)
        whole.addWidget(title)
        if line:
            under = Label(line, "secondary", "text2", wrap=True, parent=self)
            under.setAlignment(middle)
            whole.addWidget(under)
        self.buttons = row(space=sizes.s8)
        self.buttons.setContentsMargins(0, sizes.s6 if large else 0, 0, 0)
        self.buttons.addStretch(1)
        self.buttons.addStretch(1)
        whole.addLayout(self.buttons)
        self.below = column(space=sizes.s8)
        whole.addLayout(self.below)
        if large:
            whole.addStretch(1)

    def add_button(self, words: str, icon: str, primary=False, small=True) -> Button:
        button = Button(words, icon, "primary" if primary else "plain", self)
        button.set_small(small)
        self.buttons.insertWidget(self.buttons.count() - 1, button)
        return button

    def dragEnterEvent(self, event):
        if dropped_path(event):
            event.acceptProposedAction()
            self._set_over(True)

    def dragLeaveEvent(self, event):
        self._set_over(False)

    def dropEvent(self, event):
        self._set_over(False)
        path = dropped_path(event)
        if path:
            event.acceptProposedAction()
            self.path_dropped.emit(path)

    def _set_over(self, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        pen = QPen(theme.color("acc_line" if self._over else "line2"), sizes.ring if self._over else sizes.hair)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(theme.color("acc_wash") if self._over else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), sizes.r9, sizes.r9)


class Banner(Themed, QWidget):
    """What is wrong, in one or two sentences, above what it is about; it can be closed."""

    closed = Signal()
    wants_ring = False

    def __init__(self, tone="error", parent: QWidget | None = None, closable=True):
        super().__init__(parent)
        sizes = theme.sizes()
        self._tone = tone
        inside = row(self, space=sizes.s8)
        inside.setContentsMargins(sizes.s12, sizes.s8, sizes.s8, sizes.s8)
        self.sign = IconLabel(TONE_ICONS[tone], tone, sizes.icon, self)
        inside.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        words = column(space=sizes.s2)
        self.title = Label("", "name", wrap=True, parent=self)
        self.line = Label("", "secondary", "text2", wrap=True, parent=self)
        words.addWidget(self.title)
        words.addWidget(self.line)
        inside.addLayout(words, 1)
        self.close_button = IconButton("x", "Close", parent=self, small=True)
        self.close_button.setVisible(closable)
        self.close_button.clicked.connect(self._on_close)
        inside.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_words(self, title: str, line: str = "", tone: str | None = None) -> None:
        """Show a sentence; an empty one hides the banner."""
        self._tone = tone or self._tone
        self.sign.set_icon(TONE_ICONS[self._tone], self._tone)
        self.title.setText(title)
        self.line.setText(line)
        self.line.setVisible(bool(line))
        self.setAccessibleName(f"{self._tone}: {title} {line}".strip())
        self.setVisible(bool(title))
        self.update()

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, event):
        fill, line, _ink, _icon = TONES[self._tone]
        box(start(self), QRectF(self.rect()), theme.sizes().r9, fill, line)

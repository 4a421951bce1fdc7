"""What floats above the page: toasts, popups and callouts with repairs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from widgets import shadow, theme
from widgets.composited import cut
from widgets.controls.base import Themed, box, column, paint_icon, row, start
from widgets.controls.buttons import Button, IconButton
from widgets.controls.labels import Elided, Label
from widgets.controls.marks import TONE_ICONS, TONES

_MOST_TOASTS = 3


class _Link(Button):
    """A word to press, in the accent color."""

    def _colors(self):
        return ("hover" if self.underMouse() else None, None, "acc" if self.isEnabled() else "text3")


class Toast(Themed, QWidget):
    """One piece of news with at most one action; errors stay until closed."""

    action_triggered = Signal()
    closed = Signal()
    wants_ring = False

    def __init__(self, words_: str, tone="good", action="", stay_ms: int | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        self.tone = tone
        self.setAccessibleName(words_)
        layout = row(self, space=theme.sizes().s8)
        self.label = Elided(words_, "secondary", parent=self)
        layout.addWidget(self.label, 1)
        self.action = _Link(action, None, "quiet", self)
        self.action.set_small(True)
        self.action.setVisible(bool(action))
        self.action.clicked.connect(self._on_action)
        layout.addWidget(self.action)
        self.close_button = IconButton("x", "Close", parent=self, small=True)
        self.close_button.clicked.connect(self.finish)
        layout.addWidget(self.close_button)
        stays = theme.motion("toast_stay") if stay_ms is None else stay_ms
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(stays)
        self._timer.timeout.connect(self.finish)
        if tone != "error":
            self._timer.start()
        self._restyle()

    def _restyle(self) -> None:
        if self.layout() is None:
            return
        sizes, room = theme.sizes(), shadow.margins()
        left = room.left() + sizes.s12 + sizes.icon + sizes.s8
        self.layout().setContentsMargins(left, room.top(), room.right() + sizes.s4, room.bottom())
        self.setFixedHeight(sizes.toast + room.top() + room.bottom())

    def text(self) -> str:
        return self.label.text()

    def wanted_width(self) -> int:
        room = shadow.margins()
        return max(theme.sizes().toast_width, self.layout().sizeHint().width() - room.left() - room.right())

    def finish(self) -> None:
        """Close the toast."""
        self._timer.stop()
        self.closed.emit()

    def _on_action(self) -> None:
        self.action_triggered.emit()
        self.finish()

    def enterEvent(self, event):
        self._timer.stop()  # nothing disappears under the pointer

    def leaveEvent(self, event):
        if self.tone != "error":
            self._timer.start()

    def paintEvent(self, event):
        sizes, painter, room = theme.sizes(), start(self), shadow.margins()
        card = QRectF(self.rect().marginsRemoved(room))
        shadow.paint(painter, card, sizes.r9)
        box(painter, card, sizes.r9, "card", "line2")
        color = "error" if self.tone == "error" else self.tone
        paint_icon(painter, TONE_ICONS[self.tone], card.x() + sizes.s12, card.center().y(), sizes.icon, color)


class ToastHost(QObject):
    """Shows toasts at the bottom center of a widget, newest lowest, at most three; never modal.

    Args:
        room: the part of the widget at whose lower edge they stand, asked whenever they are laid; else all of it.
    """

    def __init__(self, parent: QWidget, room: Callable[[], QRect] | None = None):
        super().__init__(parent)
        self._over = parent
        self._room = room
        self._toasts: list[Toast] = []
        parent.installEventFilter(self)

    def toasts(self) -> list[Toast]:
        return list(self._toasts)

    def show_message(
        self, words_: str, tone="good", action="", on_action: Callable | None = None, stay_ms: int | None = None
    ) -> Toast:
        toast = Toast(words_, tone, action, stay_ms, self._over)
        if on_action is not None:
            toast.action_triggered.connect(lambda: on_action())
        toast.closed.connect(lambda: self._on_closed(toast))
        self._toasts.append(toast)
        passing = [old for old in self._toasts if old.tone != "error"]
        if len(self._toasts) > _MOST_TOASTS:
            (passing[0] if passing and passing[0] is not toast else self._toasts[0]).finish()
        toast.show()
        toast.raise_()
        self.settle()
        self._slide_in(toast)
        return toast

    def clear(self) -> None:
        for toast in self.toasts():
            toast.finish()

    def _slide_in(self, toast: Toast) -> None:
        length = theme.motion("toast_in")
        if not length or not self._over.isVisible():
            return
        end = toast.pos()
        slide = QVariantAnimation(toast)
        slide.setDuration(length)
        slide.setStartValue(end + QPoint(0, theme.sizes().s16))
        slide.setEndValue(end)
        slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        slide.valueChanged.connect(toast.move)
        slide.finished.connect(self.settle)  # what lies below may have moved meanwhile
        toast.slide = slide
        slide.start(QVariantAnimation.DeletionPolicy.KeepWhenStopped)

    def _on_closed(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self.settle()

    def settle(self) -> None:
        """Lay the toasts anew: what lies below them changed."""
        if not self._toasts:
            return
        around, sizes = shadow.margins(), theme.sizes()
        whole = self._over.rect().adjusted(sizes.s16, 0, -sizes.s16, -sizes.s24)
        room = self._room() if self._room is not None else whole
        bottom = room.bottom() + 1
        for toast in reversed(self._toasts):
            # a long sentence takes the whole width sooner than to be cut
            across = room if toast.wanted_width() <= room.width() else whole
            wide = max(sizes.s32, min(toast.wanted_width(), across.width()))
            middle = room.center().x() + 1 - wide // 2
            x = min(max(middle, across.left()), across.right() + 1 - wide)
            toast.setGeometry(
                x - around.left(), bottom - sizes.toast - around.top(),
                wide + around.left() + around.right(), toast.height(),
            )  # fmt: skip
            bottom -= sizes.toast + sizes.s6

    def watch(self, widget: QWidget) -> None:
        """Lay the toasts anew whenever this widget takes another size."""
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.settle()
        return super().eventFilter(watched, event)


class Popup(Themed, QFrame):
    """A frameless card with a shadow that closes when something else is pressed."""

    closed = Signal()
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        flags = Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        super().__init__(parent, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        room, edge = shadow.margins(), theme.sizes().s6
        self.body = column(self, space=0)
        self.body.setContentsMargins(room.left() + edge, room.top() + edge, room.right() + edge, room.bottom() + edge)

    def set_inner_width(self, width: int) -> None:
        """Fix the width of the card, without its shadow."""
        room = shadow.margins()
        self.setFixedWidth(width + room.left() + room.right())

    def open_at(self, point: QPoint) -> None:
        """Open with the card's corner at a global point, moved so that it stays on the screen."""
        self.adjustSize()
        room = shadow.margins()
        corner = point - QPoint(room.left(), room.top())
        screen = self.screen().availableGeometry()
        right = screen.right() - self.width() + room.right()
        bottom = screen.bottom() - self.height() + room.bottom()
        x = max(screen.left() - room.left(), min(corner.x(), right))
        y = max(screen.top() - room.top(), min(corner.y(), bottom))
        self.move(x, y)
        self.show()

    def open_below(self, widget: QWidget) -> None:
        self.open_at(widget.mapToGlobal(QPoint(0, widget.height() + theme.sizes().s4)))

    def _cut(self) -> None:
        """Without a compositor the room of the shadow would be black: only the card is shown then."""
        cut(self, QRectF(self.rect().marginsRemoved(shadow.margins())), theme.sizes().r9)

    def showEvent(self, event):
        super().showEvent(event)
        self._cut()

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._cut()

    def hideEvent(self, event):
        super().hideEvent(event)
        self.closed.emit()

    def mousePressEvent(self, event):
        if not self.rect().marginsRemoved(shadow.margins()).contains(event.position().toPoint()):
            self.close()
        else:
            super().mousePressEvent(event)

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        card = QRectF(self.rect().marginsRemoved(shadow.margins()))
        shadow.paint(painter, card, sizes.r9)
        box(painter, card, sizes.r9, "card", "line2")


class Callout(Themed, QWidget):
    """What is wrong beside the thing that is wrong, with one row per repair: a button and what it brings."""

    repair_chosen = Signal(int)
    wants_ring = False

    def __init__(self, tone="error", title="", line="", parent: QWidget | None = None):
        super().__init__(parent)
        self._tone = tone
        self._repairs: list[Button] = []
        self._body = column(self, space=theme.sizes().s4)
        self._words = column(space=0)
        self.title = Label(title, "name", wrap=True, parent=self)
        self.line = Label(line, "secondary", "text2", wrap=True, parent=self)
        self._words.addWidget(self.title)
        self._words.addWidget(self.line)
        self._body.addLayout(self._words)
        self.set_words(title, line)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._restyle()

    def _restyle(self) -> None:
        if not hasattr(self, "line"):
            return
        sizes, room = theme.sizes(), shadow.margins()
        self.setFixedWidth(sizes.callout_width + room.left() + room.right())
        self._words.setContentsMargins(sizes.icon + sizes.s8, 0, 0, 0)
        side, end = sizes.s16, sizes.s12
        self._body.setContentsMargins(room.left() + side, room.top() + end, room.right() + side, room.bottom() + end)
        for button in self._repairs:
            button.setMinimumWidth(sizes.repair_width)

    def set_words(self, title: str, line: str = "") -> None:
        self.title.setText(title)
        self.line.setText(line)
        self.line.setVisible(bool(line))
        self.setAccessibleName(f"{self._tone}: {title}. {line}")

    def add_repair(self, words_: str, lines=(), icon: str | None = None, primary=False) -> Button:
        sizes = theme.sizes()
        index = len(self._repairs)
        button = Button(words_, icon, "primary" if primary else "plain", self)
        button.setMinimumWidth(sizes.repair_width)
        button.clicked.connect(lambda: self.repair_chosen.emit(index))
        line = row(space=sizes.s8)
        line.addWidget(button)
        results = column()
        for words_of_result in tuple(lines)[:2]:
            results.addWidget(Elided(words_of_result, "caption", "text2", parent=self))
        line.addLayout(results, 1)
        self._body.addSpacing(sizes.s4)
        self._body.addLayout(line)
        self._repairs.append(button)
        self.adjustSize()
        return button

    def card(self) -> QRectF:
        """Return the visible card inside the shadow's room."""
        return QRectF(self.rect().marginsRemoved(shadow.margins()))

    def paintEvent(self, event):
        sizes, painter, card = theme.sizes(), start(self), self.card()
        shadow.paint(painter, card, sizes.r9)
        line = "info" if self._tone == "info" else TONES[self._tone][1]
        box(painter, card, sizes.r9, "card", line)
        middle = self.title.geometry().y() + theme.line_height("name") / 2
        paint_icon(painter, TONE_ICONS[self._tone], card.x() + sizes.s16, middle, sizes.icon, self._tone)

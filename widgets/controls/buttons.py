"""Things to press: buttons, icon buttons, switches and segmented choices."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QPushButton, QSizePolicy, QWidget

from widgets import icons, keymap, theme
from widgets.controls.base import Themed, box, center_square, paint_icon, paint_ring, row, start, text, width_of

_TURN_MS = 40


class Button(Themed, QPushButton):
    """A button: primary (one per panel), plain, quiet or danger; busy turns a ring in place of the icon."""

    def __init__(
        self, words="", icon: str | None = None, kind="plain", parent: QWidget | None = None, tip="", command=""
    ):  # fmt: skip
        super().__init__(words, parent)
        self._icon, self._kind, self._small, self._busy, self._angle = icon, kind, False, False, 0
        self._icon_color: str | None = None
        self._tip, self._command, self._reason = tip, command, ""
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self._on_turn)
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words or tip)
        self._show_tip()
        if command:
            keymap.notifier().changed.connect(self._show_tip)

    def _show_tip(self) -> None:
        """The tip with the key of the command that does the same, or why the button cannot be pressed."""
        self.setToolTip(self._reason or keymap.tip(self._tip, self._command).strip())

    def setText(self, words: str) -> None:
        super().setText(words)
        self.setAccessibleName(words)

    def set_text(self, words: str) -> None:
        self.setText(words)

    def set_icon(self, icon: str | None, color: str | None = None) -> None:
        """Show an icon, in the color of the words unless another is given."""
        self._icon, self._icon_color = icon, color
        self.updateGeometry()
        self.update()

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        self.setProperty("kind", kind)
        self.update()

    def set_small(self, small: bool) -> None:
        self._small = small
        self.updateGeometry()

    def is_busy(self) -> bool:
        return self._busy

    def set_busy(self, busy: bool) -> None:
        """Turn a ring and take no further press while the work runs."""
        self._busy = busy
        if busy and theme.motion("hover"):
            self._timer.start()
        else:
            self._timer.stop()
        self.updateGeometry()
        self.update()

    def set_enabled_because(self, ok: bool, reason: str = "") -> None:
        """Enable the button, or disable it with a tooltip that says why."""
        self.setEnabled(ok)
        self._reason = "" if ok else reason
        self._show_tip()
        self.setAccessibleDescription(self._reason)

    def _on_turn(self) -> None:
        self._angle = (self._angle + 14) % 360
        self.update()

    def hideEvent(self, event):
        self._timer.stop()
        super().hideEvent(event)

    def showEvent(self, event):
        if self._busy and theme.motion("hover"):
            self._timer.start()
        super().showEvent(event)

    def event(self, event):
        presses = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyPress)
        if self._busy and event.type() in presses and not _is_tab(event):
            return True
        return super().event(event)

    def sizeHint(self):
        sizes = theme.sizes()
        height = sizes.target if self._small else sizes.row
        if not self.text():
            return QSize(height, height)
        mark = sizes.icon_small + sizes.s6 if self._icon or self._busy else 0
        pad = sizes.s8 if self._small else sizes.s8 + sizes.s2
        return QSize(round(width_of(self.text(), "secondary", True) + mark + 2 * pad), height)

    def minimumSizeHint(self):
        return self.sizeHint()

    def _colors(self) -> tuple:
        """Return fill, border and text for the present state."""
        hover = self.underMouse() and self.isEnabled() and not self._busy
        down = self.isDown() and not self._busy
        if not self.isEnabled():
            return (None, None if self._kind == "quiet" else "line", "text3")
        if self._kind == "primary":
            fill = "acc_hover" if hover and not down else "acc_fill"
            return (fill, None, "on_fill")
        if self._kind == "danger":
            return ("error_wash" if hover or down else None, "error_line", "error")
        if self._kind == "quiet":
            return ("hover" if hover or down or self.isChecked() else None, None, "text1" if hover else "text2")
        return ("hover" if hover or down else "card", "line3" if hover else "line2", "text1")

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        fill, line, ink = self._colors()
        area = QRectF(self.rect())
        box(painter, area, sizes.r6, fill, line)
        mark = sizes.icon_small if self._icon or self._busy else 0
        gap = sizes.s6 if mark and self.text() else 0
        wide = min(width_of(self.text(), "secondary", True) if self.text() else 0, area.width() - mark - gap - sizes.s8)
        x = (area.width() - mark - gap - wide) / 2
        if self._busy:
            ring = QRectF(round(x), round(area.center().y() - mark / 2), mark, mark)
            track = theme.color(ink)
            faint = track.__class__(track)
            faint.setAlphaF(0.3)
            paint_ring(painter, ring, 0.3, self._angle, ink, faint)
        elif self._icon:
            paint_icon(painter, self._icon, x, area.center().y(), mark, self._icon_color or ink)
        if self.text():
            text(painter, area.adjusted(x + mark + gap, 0, 0, 0), self.text(), "secondary", ink, bold=True)


def _is_tab(event) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class IconButton(Themed, QAbstractButton):
    """A quiet square button that is only an icon; its tooltip is its name, with the key of a command that does it."""

    def __init__(
        self, icon: str, tip: str, checkable=False, parent: QWidget | None = None, shortcut="", small=False, command=""
    ):  # fmt: skip
        super().__init__(parent)
        self._icon, self._color, self._small = icon, "text2", small
        self.setCheckable(checkable)
        self._shortcut, self._command, self._reason = shortcut, command, ""
        self.set_tip(tip)
        if command:
            keymap.notifier().changed.connect(self._show_tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: str, color: str | None = None) -> None:
        self._icon, self._color = icon, color or self._color
        self.update()

    def set_tip(self, tip: str) -> None:
        self.setAccessibleName(tip)
        self._tip = tip
        self._show_tip()

    def _show_tip(self) -> None:
        plain = f"{self._tip}  {self._shortcut}".strip()
        self.setToolTip(self._reason or keymap.tip(plain, self._command))

    def set_enabled_because(self, ok: bool, reason: str = "") -> None:
        """Enable the button, or disable it with a tooltip that says why."""
        self.setEnabled(ok)
        self._reason = "" if ok else reason
        self._show_tip()

    def sizeHint(self):
        side = theme.sizes().target if self._small else theme.sizes().row
        return QSize(side, side)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        ink = self._color
        if not self.isEnabled():
            ink = "text3"
            painter.setOpacity(0.5)
        elif self.isChecked():
            box(painter, area, sizes.r6, "acc_wash")
            ink = "acc"
        elif self.underMouse():
            box(painter, area, sizes.r6, "hover")
            ink = "text1" if self._color == "text2" else self._color
        side = sizes.icon_small if self._small else sizes.icon
        icons.paint(painter, self._icon, center_square(area, side), ink)


class Switch(Themed, QAbstractButton):
    """On or off, at once."""

    ring_radius = "s12"

    def __init__(self, words="", checked=False, parent: QWidget | None = None):
        super().__init__(parent)
        self.setText(words)
        self.setAccessibleName(words)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._place = 1.0 if checked else 0.0
        self._slide = QVariantAnimation(self)
        self._slide.valueChanged.connect(self._on_slid)
        self.toggled.connect(self._on_toggled)

    def _on_toggled(self, on: bool) -> None:
        self._slide.stop()
        length = theme.motion("select")
        if length and self.isVisible():
            self._slide.setDuration(length)
            self._slide.setStartValue(self._place)
            self._slide.setEndValue(float(on))
            self._slide.start()
        else:
            self._on_slid(float(on))

    def _on_slid(self, place: float) -> None:
        self._place = float(place)
        self.update()

    def sizeHint(self):
        sizes = theme.sizes()
        words = width_of(self.text(), "secondary") + sizes.s12 if self.text() else 0
        return QSize(round(sizes.switch_width + words), max(sizes.target, theme.line_height("secondary")))

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if not self.isEnabled():
            painter.setOpacity(0.45)
        track = QRectF(0, (area.height() - sizes.switch_height) // 2, sizes.switch_width, sizes.switch_height)
        on, hover = self.isChecked(), self.underMouse() and self.isEnabled()
        if on:
            box(painter, track, track.height() / 2, "acc_hover" if hover else "acc_fill")
        else:
            box(painter, track, track.height() / 2, None, "text3" if hover else "line3", sizes.hair * 1.5)
        knob = sizes.switch_knob if on else sizes.switch_knob - sizes.s2
        pad = (track.height() - knob) / 2
        x = track.x() + pad + self._place * (track.width() - 2 * pad - knob)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("knob" if on else "line3"))
        painter.drawEllipse(QRectF(x, track.y() + pad, knob, knob))
        painter.setOpacity(1.0)
        if self.text():
            rest = area.adjusted(track.width() + sizes.s12, 0, 0, 0)
            text(painter, rest, self.text(), "secondary", "text1" if self.isEnabled() else "text3")


class _Segment(Themed, QAbstractButton):
    """One part of a segmented choice."""

    def __init__(self, words: str, icon: str | None, tip: str, parent: QWidget):
        super().__init__(parent)
        self._icon = icon
        self.setText(words)
        self.setAccessibleName(words or tip)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self):
        sizes = theme.sizes()
        inside = sizes.icon_small if self._icon else 0
        if self.text():
            inside += width_of(self.text(), "secondary", True) + (sizes.s6 if self._icon else 0)
        return QSize(round(inside + 2 * sizes.s8), sizes.row - 2 * sizes.s2)

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # the whole choice moves, not only the focus
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        on = self.isChecked()
        if on:
            box(painter, area, sizes.r4, "hover" if theme.is_dark() else "card", "line2")
        ink = "text3" if not self.isEnabled() else ("text1" if on or self.underMouse() else "text2")
        mark = sizes.icon_small if self._icon else 0
        gap = sizes.s6 if mark and self.text() else 0
        wide = width_of(self.text(), "secondary", on) if self.text() else 0
        x = (area.width() - mark - gap - wide) / 2
        if self._icon:
            paint_icon(painter, self._icon, x, area.center().y(), mark, ink)
        if self.text():
            text(painter, area.adjusted(x + mark + gap, 0, sizes.s4, 0), self.text(), "secondary", ink, bold=on)


class Segmented(Themed, QWidget):
    """One of a few, all visible; arrow keys move, Space chooses."""

    changed = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._on_clicked)
        self._parts: dict[str, _Segment] = {}
        self._left_out: set[str] = set()
        self._row = row(self, space=0, edge=theme.sizes().s2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def add(self, key: str, words: str = "", icon: str | None = None, tip: str = "") -> _Segment:
        part = _Segment(words, icon, tip, self)
        self._parts[key] = part
        self._group.addButton(part)
        self._row.addWidget(part)
        if len(self._parts) == 1:
            part.setChecked(True)
        return part

    def keys(self) -> list[str]:
        return list(self._parts)

    def current(self) -> str:
        return next((key for key, part in self._parts.items() if part.isChecked()), "")

    def set_current(self, key: str) -> None:
        self._parts[key].setChecked(True)

    def set_shown(self, key: str, shown: bool) -> None:
        """Offer a choice, or leave it out."""
        (self._left_out.discard if shown else self._left_out.add)(key)
        self._parts[key].setVisible(shown)

    def set_none(self) -> None:
        """Choose none, where what is shown differs."""
        self._group.setExclusive(False)
        for part in self._parts.values():
            part.setChecked(False)
        self._group.setExclusive(True)

    def _on_clicked(self, _part) -> None:
        self.changed.emit(self.current())

    def keyPressEvent(self, event):
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if step is None or not self._parts:
            super().keyPressEvent(event)
            return
        keys = [key for key in self.keys() if key not in self._left_out]
        here = keys.index(self.current()) if self.current() in keys else -step
        key = keys[(here + step) % len(keys)]
        self._parts[key].setFocus(Qt.FocusReason.TabFocusReason)
        self._parts[key].click()

    def paintEvent(self, event):
        fill = None if theme.is_dark() else "field"
        box(start(self), QRectF(self.rect()), theme.sizes().r6, fill, "line2")

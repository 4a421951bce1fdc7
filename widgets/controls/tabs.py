"""Tabs: the pages in the top bar with their signs, and the dock below the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, box, paint_icon, paint_ring, row, start, text, width_of
from widgets.controls.marks import TONES, badge_width, paint_badge


class _PageTab(Themed, QAbstractButton):
    """One page: a sign, a word, a line below when it is the page shown."""

    def __init__(self, words_: str, parent: QWidget):
        super().__init__(parent)
        self.sign, self.value = "none", None
        self.setText(words_)
        self.setAccessibleName(words_)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_sign(self, sign: str, value) -> None:
        self.sign, self.value = sign, value
        said = {
            "done": "done", "todo": "not yet", "findings": "has findings",
            "errors": words.count(int(value or 0), "error"),
            "running": f"{words.percent(float(value or 0), 0)} done" if sign == "running" else "",
        }  # fmt: skip
        self.setAccessibleDescription(said.get(sign, ""))
        self.setToolTip(f"{self.text()}: {said[sign]}" if sign in said else self.text())
        self.update()

    def sizeHint(self):
        return QSize(theme.sizes().page_tab, theme.sizes().top_bar)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        on = self.isChecked()
        ink = "text3" if not self.isEnabled() else ("text1" if on or self.underMouse() else "text2")
        side = sizes.icon
        sign = badge_width(words.thousands(self.value or 0)) if self.sign == "errors" else side
        sign = 0 if self.sign == "none" else sign
        gap = sizes.s6 if sign else 0
        wide = width_of(self.text(), "body", True)
        x = max(0, (area.width() - sign - gap - wide) / 2)
        if sign:
            self._paint_sign(painter, QRectF(x, area.center().y() - side / 2, sign, side))
        text(painter, area.adjusted(x + sign + gap, 0, 0, 0), self.text(), "body", ink, bold=on)
        if on:
            mark = QRectF(sizes.s12, area.bottom() - sizes.ring, area.width() - 2 * sizes.s12, sizes.ring)
            painter.fillRect(mark, theme.color("acc_line"))

    def _paint_sign(self, painter, area: QRectF) -> None:
        sizes = theme.sizes()
        middle = area.center().y()
        if self.sign == "done":
            paint_icon(painter, "check", area.x(), middle, sizes.icon, "good")
        elif self.sign == "findings":
            paint_icon(painter, "triangle-alert", area.x(), middle, sizes.icon_small, "warning")
        elif self.sign == "running":
            paint_ring(painter, area.adjusted(1, 1, -1, -1), float(self.value or 0), 0)
        elif self.sign == "errors":
            paint_badge(painter, area, words.thousands(self.value or 0))
        else:
            dot = QRectF(0, 0, sizes.s6, sizes.s6)
            dot.moveCenter(area.center())
            box(painter, dot, sizes.s6, None, "text3", sizes.hair * 1.25)


class PageTabs(Themed, QWidget):
    """The pages of the window; each stays where it is whatever its sign."""

    chosen = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._tabs: dict[str, _PageTab] = {}
        self._row = row(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Pages")

    def add(self, key: str, words_: str) -> None:
        tab = _PageTab(words_, self)
        tab.clicked.connect(lambda: self._on_clicked(key))
        self._tabs[key] = tab
        self._row.addWidget(tab)
        if len(self._tabs) == 1:
            tab.setChecked(True)

    def keys(self) -> list[str]:
        return list(self._tabs)

    def tab(self, key: str) -> QWidget:
        """The tab itself, for what points at it."""
        return self._tabs[key]

    def current(self) -> str:
        return next((key for key, tab in self._tabs.items() if tab.isChecked()), "")

    def set_current(self, key: str) -> None:
        self._tabs[key].setChecked(True)

    def set_sign(self, key: str, sign: str, value=None) -> None:
        """Show "none", "done", "running" (0 to 1), "errors" (how many), "findings" or "todo"."""
        self._tabs[key].set_sign(sign, value)

    def sign(self, key: str) -> tuple:
        return self._tabs[key].sign, self._tabs[key].value

    def _on_clicked(self, key: str) -> None:
        self.chosen.emit(key)


class _DockTab(Themed, QAbstractButton):
    """One panel of the dock: icon, word, count, note."""

    def __init__(self, words_: str, icon: str, parent: QWidget):
        super().__init__(parent)
        self.icon_name, self.count, self.tone, self.note = icon, 0, "error", ""
        self.setText(words_)
        self.setAccessibleName(words_)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _parts(self) -> tuple[float, float, float]:
        wide = width_of(self.text(), "secondary", self.isChecked())
        count = badge_width(words.thousands(self.count)) + theme.sizes().s6 if self.count else 0
        note = width_of(self.note, "secondary") + theme.sizes().s6 if self.note else 0
        return wide, count, note

    def sizeHint(self):
        sizes = theme.sizes()
        return QSize(round(sum(self._parts()) + sizes.icon_small + sizes.s6 + 2 * sizes.s12), sizes.dock_tabs)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        on = self.isChecked()
        ink = "text1" if on or self.underMouse() else "text2"
        wide, _count, _note = self._parts()
        x, middle = sizes.s12, area.center().y()
        paint_icon(painter, self.icon_name, x, middle, sizes.icon_small, ink)
        x += sizes.icon_small + sizes.s6
        text(painter, area.adjusted(x, 0, 0, 0), self.text(), "secondary", ink, bold=on)
        x += wide + sizes.s6
        if self.count:
            shown = words.thousands(self.count)
            pill = QRectF(x, middle - sizes.badge / 2, badge_width(shown), sizes.badge)
            if self.tone == "error":
                paint_badge(painter, pill, shown)
            else:
                paint_badge(painter, pill, shown, TONES[self.tone][0] or "hover", TONES[self.tone][2])
            x += pill.width() + sizes.s6
        if self.note:
            text(painter, area.adjusted(x, 0, 0, 0), self.note, "secondary", "text3")
        if on:
            mark = QRectF(sizes.s12, area.bottom() - sizes.ring, area.width() - 2 * sizes.s12, sizes.ring)
            painter.fillRect(mark, theme.color("acc_line"))


class DockTabs(Themed, QWidget):
    """The row of panels below the canvas; pressing the open one closes it (`chosen` says "")."""

    chosen = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._tabs: dict[str, _DockTab] = {}
        self._row = row(self)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, key: str, words_: str, icon: str) -> None:
        tab = _DockTab(words_, icon, self)
        tab.clicked.connect(lambda: self._on_clicked(key))
        self._tabs[key] = tab
        self._row.insertWidget(len(self._tabs) - 1, tab)

    def tab(self, key: str) -> QWidget:
        """The tab itself, for what points at it."""
        return self._tabs[key]

    def add_corner(self, widget: QWidget) -> None:
        """Put a widget at the right end of the row."""
        self._row.addWidget(widget)

    def current(self) -> str:
        return next((key for key, tab in self._tabs.items() if tab.isChecked()), "")

    def keys(self) -> list[str]:
        return list(self._tabs)

    def set_current(self, key: str | None) -> None:
        for name, tab in self._tabs.items():
            tab.setChecked(name == key)
            tab.updateGeometry()

    def set_count(self, key: str, count: int, tone: str = "error") -> None:
        tab = self._tabs[key]
        tab.count, tab.tone = count, tone
        tab.setAccessibleDescription(words.thousands(count) if count else "")
        tab.updateGeometry()
        tab.update()

    def set_note(self, key: str, note: str) -> None:
        self._tabs[key].note = note
        self._tabs[key].updateGeometry()
        self._tabs[key].update()

    def _on_clicked(self, key: str) -> None:
        self.set_current(key if self._tabs[key].isChecked() else None)
        self.chosen.emit(self.current())

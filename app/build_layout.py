"""How the Build page divides its room: palette, canvas, inspector; drawers and icons on narrow windows; remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from app import memory
from widgets import theme
from widgets.page_frame import Side

if TYPE_CHECKING:
    from app.build import BuildPage

_BOTTOM_SHARE = 0.5
"""The most of the page's height that the panel below takes."""


class BuildLayout(QObject):
    """Places the panels of the Build page. Below 1240 the inspector is a drawer, below 1160 the palette is icons."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._widened, self._restored = False, False
        self.side = Side(page, page.inspector, "inspector", "panel-right", "Inspector", left=False)
        self.side.line.hide()  # the separator of the dock is the line
        self._left = self._dock("Palette", page.palette_panel, Qt.DockWidgetArea.LeftDockWidgetArea)
        self._right = self._dock("Inspector", self.side, Qt.DockWidgetArea.RightDockWidgetArea)
        page.installEventFilter(self)
        page.inspector.installEventFilter(self)
        palette = page.palette_panel
        palette.wide_wanted.connect(self.search)
        palette.add_wanted.connect(lambda _: self._narrow_again())
        palette.search.left.connect(lambda: self._widened and page.canvas.setFocus())
        theme.notifier().changed.connect(self._on_theme_changed)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.fit)

    def _dock(self, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(name, self._page)
        dock.setObjectName(name.lower())
        dock.setWidget(widget)
        dock.setTitleBarWidget(QWidget(dock))
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self._page.addDockWidget(area, dock)
        return dock

    def panels(self) -> list[QWidget]:
        """What F6 walks through; of a closed drawer the button that opens it."""
        page = self._page
        last = page.inspector if page.inspector.isVisible() else self.side.strip.button
        first = page.palette_panel.icons.search if page.palette_panel.is_narrow() else page.palette_panel
        return [first, page.canvas, last]

    # ---- narrow and wide ----

    def fit(self) -> None:
        """Give every panel what the width of the page allows."""
        page, sizes = self._page, theme.sizes()
        if not page.isVisible():
            return
        unit = max(1.0, theme.scale())
        folded = page.width() < sizes.drawer_below * unit
        if folded != self.side.folded:
            self.side.fold(folded)
            self._set_right_width()
        self.side.place()
        narrow = page.width() < sizes.icons_below * unit and not self._widened
        if narrow != page.palette_panel.is_narrow():
            page.palette_panel.set_narrow(narrow)
            if not narrow:
                page.resizeDocks([self._left], [sizes.palette], Qt.Orientation.Horizontal)
        page.bottom.area.setFixedHeight(min(sizes.dock_open - sizes.dock_tabs, int(page.height() * _BOTTOM_SHARE)))

    def _set_right_width(self) -> None:
        sizes = theme.sizes()
        if self.side.folded:
            self.side.setFixedWidth(sizes.row_head)
        else:
            self.side.setMinimumWidth(sizes.inspector_least)
            self.side.setMaximumWidth(sizes.inspector_most)
            self._page.resizeDocks([self._right], [sizes.inspector], Qt.Orientation.Horizontal)

    def _on_theme_changed(self) -> None:
        self._set_right_width()
        self._later.start(0)  # panels must not change parents while Qt walks all widgets for a new style

    def search(self) -> None:
        """Put the keyboard into the palette's search; icons make room for the list meanwhile."""
        page = self._page
        if page.palette_panel.is_narrow():
            self._widened = True
            self.fit()
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            app.focusChanged.connect(self._on_focus)
        page.palette_panel.focus_search()

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        palette = self._page.palette_panel
        if new is not None and new is not palette and not palette.isAncestorOf(new):
            self._narrow_again()

    def _narrow_again(self) -> None:
        if self._widened:
            self._widened = False
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            app.focusChanged.disconnect(self._on_focus)
            self._later.start(0)

    def show_inspector(self) -> None:
        """Show the settings, in the drawer where the window is narrow."""
        if self.side.folded:
            self.side.strip.button.setChecked(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        page = self._page
        if watched is page and event.type() == QEvent.Type.Resize:
            self.fit()
        elif watched is page and event.type() == QEvent.Type.Show:
            self._later.start(0)
        elif watched is page.inspector and self.side.folded and _is_escape(event):
            self.side.strip.button.setChecked(False)
            page.canvas.setFocus()
            return True
        return False

    # ---- remembered ----

    def reset(self) -> None:
        """Panels as on the first day."""
        page, sizes = self._page, theme.sizes()
        self.side.strip.button.setChecked(False)
        self._narrow_again()
        page.palette_panel.reset_sections()
        page.bottom.open("")
        self.fit()
        self._set_right_width()
        if not page.palette_panel.is_narrow():
            page.resizeDocks([self._left], [sizes.palette], Qt.Orientation.Horizontal)

    def state(self) -> dict[str, Any]:
        """What the next start should show again; lengths as at 100 % text size."""
        page, unit = self._page, theme.scale()
        if not self._restored:  # the page was never seen: what was kept before stays
            return memory.window_state().get("build") or {}
        found: dict[str, Any] = {
            "bottom": page.bottom.tabs.current() or "",
            "sections": page.palette_panel.open_sections(),
        }
        if not page.palette_panel.is_narrow():
            found["left"] = round(self._left.width() / unit)
        if not self.side.folded:
            found["right"] = round(self._right.width() / unit)
        return found

    def restore(self) -> None:
        """Show what was remembered; what is damaged or does not fit is as on the first day."""
        kept = memory.window_state().get("build")
        kept = kept if isinstance(kept, dict) else {}
        page, sizes, usual = self._page, theme.Sizes(), theme.sizes()
        self.fit()
        self._set_right_width()
        left = _length(kept.get("left"), sizes.palette, sizes.palette_least, sizes.palette_most)
        right = _length(kept.get("right"), sizes.inspector, sizes.inspector_least, sizes.inspector_most)
        unit = usual.palette / sizes.palette
        docks = [(self._left, left, page.palette_panel.is_narrow()), (self._right, right, self.side.folded)]
        shown = [(dock, round(length * unit)) for dock, length, folded in docks if not folded]
        if shown:
            page.resizeDocks(*map(list, zip(*shown, strict=True)), Qt.Orientation.Horizontal)
        sections = kept.get("sections")
        if isinstance(sections, list) and all(isinstance(one, str) for one in sections):
            page.palette_panel.set_open_sections(sections)
        bottom, known = kept.get("bottom"), page.bottom.tabs.keys()
        page.bottom.open(bottom if bottom in known else "")
        self._restored = True


def _is_escape(event: QEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape  # type: ignore[attr-defined]


def _length(found: Any, usual: int, least: int, most: int) -> int:
    known = isinstance(found, int | float) and not isinstance(found, bool)
    return min(max(int(found), least), most) if known else usual

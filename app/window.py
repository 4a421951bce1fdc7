"""The main window: top bar, pages and status bar, and nothing but wiring between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import crash, dialogs, memory, shortcuts, system_look
from app.commands import COMMANDS
from app.document import Document
from app.files import Files
from app.helper import Helper
from app.menus import Menus
from app.opening import Opening
from app.signals import Signals
from app.signs import Signs
from app.text_keys import TextKeys
from app.toast_room import toast_room
from app.warm import Warmer
from engine.errors import UserError
from widgets import theme
from widgets.controls import ToastHost
from widgets.page_frame import PageFrame
from widgets.shell import StatusBar, TopBar

AFTER_PAINT = 200
"""Milliseconds left to the first paint before anything else is loaded."""
PAGES = ("data", "build", "train", "test", "export")


class Window(QMainWindow):
    """One window on one project. Pages are made when they are first shown."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = memory.load_settings()
        self.document = Document(self)
        self.helper = Helper(self)
        self.has_project = False
        self._unasked = False
        self._pages: dict[str, QWidget] = {}
        sizes = theme.sizes()
        self.setWindowTitle("Lamina")
        self.setMinimumSize(sizes.window_least_width, sizes.window_least_height)
        self.setAcceptDrops(True)
        self.top = TopBar()
        self.status = StatusBar()
        self.stack = QStackedWidget()
        shell = QWidget()
        column = QVBoxLayout(shell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top, self.stack, self.status):
            column.addWidget(widget, 1 if widget is self.stack else 0)
        self.setCentralWidget(shell)
        self.toasts = ToastHost(shell, lambda: toast_room(self))
        table, self._said_at_start = shortcuts.load()
        shortcuts.put_in_force(table)
        TextKeys.watch()
        self.menus = Menus(self)
        self.files = Files(self)
        self.opening = Opening(self)
        self.signs = Signs(self)
        self._connect()
        self._restore_geometry()
        self.show_gallery()
        self._warmer = Warmer(self)
        crash.install(self.document.write_journal, self._tell_crash)
        QTimer.singleShot(AFTER_PAINT, self, self._after_first_paint)

    # ---- pages, made on first use so that the window is there at once ----

    @property
    def build(self) -> Any:
        from app.build import BuildPage

        return self._page("build", BuildPage)

    @property
    def data(self) -> Any:
        from app.data import DataPresenter

        return self._page("data", DataPresenter)

    @property
    def train(self) -> Any:
        from app.train import TrainPresenter

        return self._page("train", TrainPresenter)

    @property
    def test(self) -> Any:
        from app.test import TestPresenter

        return self._page("test", TestPresenter)

    @property
    def export(self) -> Any:
        from app.export import ExportPresenter

        return self._page("export", ExportPresenter)

    @property
    def gallery(self) -> Any:
        from app.welcome import Welcome

        return self._page("gallery", Welcome)

    def _page(self, key: str, make: Callable[[Window], Any]) -> Any:
        if key not in self._pages:
            page = make(self)
            self._pages[key] = page
            self.stack.addWidget(page if isinstance(page, QWidget) else page.widget)
        return self._pages[key]

    def made(self, key: str) -> Any:
        """The page where it has been shown already, else None: asking does not make it."""
        return self._pages.get(key)

    def show_page(self, key: str) -> None:
        """Change the page at once; "gallery" is the welcome page."""
        page = getattr(self, key)
        self.stack.setCurrentWidget(page if isinstance(page, QWidget) else page.widget)
        if key in PAGES:
            self.top.tabs.set_current(key)
            self.document.set_view(page=key)
        for other in list(self._pages.values()):  # the train page may be made by the one that is shown
            shown = getattr(other, "shown", None)
            if shown is not None:
                shown(other is page)
        self.signs.show_run_button()
        if key == "build":
            self.toasts.watch(page.canvas.viewport())
        self.toasts.settle()

    @property
    def page(self) -> str:
        """The key of the page that is shown."""
        current = self.stack.currentWidget()
        for key, page in self._pages.items():
            if (page if isinstance(page, QWidget) else page.widget) is current:
                return key
        return ""

    def show_gallery(self) -> None:
        self.gallery.refresh()
        self.show_page("gallery")
        self.top.set_project("", "")
        self.status.hide()

    # ---- wiring ----

    def _connect(self) -> None:
        top = self.top
        top.menu_wanted.connect(self.menus.show_main)
        top.page_chosen.connect(self.show_page)
        top.undo_wanted.connect(lambda: self.run_command("undo"))
        top.redo_wanted.connect(lambda: self.run_command("redo"))
        top.find_wanted.connect(self.show_finder)
        top.device_wanted.connect(self._show_devices)
        top.settings_wanted.connect(self.show_settings)
        top.run_wanted.connect(self._on_run)
        self.status.problems_wanted.connect(self._on_problems)
        document = self.document
        document.changed.connect(lambda _: self._refresh())
        document.replaced.connect(self._on_replaced)
        document.state_changed.connect(self.signs.show_state)
        document.refused.connect(self.say)
        document.stack.indexChanged.connect(lambda _: self.signs.show_history())
        self.helper.failed.connect(lambda text: self.say(text, tone="error"))

    def run_command(self, name: str) -> None:
        """Carry out a command, or say why it cannot be done now."""
        one = COMMANDS[name]
        reason = one.why_not(self)
        if reason:
            self.say(reason)
            return
        one.run(self)

    # ---- project ----

    def _on_replaced(self) -> None:
        self.has_project = True
        self.status.show()
        self.status.set_message("")  # what was said of the project before
        self._refresh()
        page = str(self.document.project.view.get("page", "build"))
        self.show_page(page if page in PAGES else "build")
        QTimer.singleShot(AFTER_PAINT, self, self._find_runs)

    def _find_runs(self) -> None:
        """Make the Train page while the person looks around: it finds the runs, one of which may be going on."""
        if self.has_project and "train" not in self._pages and self.isVisible():
            self.train.show_signs()
            self.signs.show_run_button()

    def _refresh(self) -> None:
        self.signs.show_state()
        self.signs.show_facts()
        self.signs.show_signs()
        self.signs.show_run_button()

    def _on_run(self) -> None:
        self.run_command("pause" if self.train.running else "train")

    def _on_problems(self) -> None:
        self.show_page("build")
        self.build.bottom.open("problems")

    # ---- files ----

    def attempt(self, work: Callable[[], Any]) -> bool:
        """Do something that may fail for a reason a person can mend; says the sentence where it does."""
        try:
            work()
        except UserError as error:
            self.say(error.message, tone="error")
            return False
        return True

    def say(self, text: str, tone: str = "info", action: str = "", on_action: Callable[[], None] | None = None) -> None:
        """One sentence at the bottom of the window; errors stay until they are closed."""
        self.toasts.show_message(text, tone=tone, action=action, on_action=on_action)
        self.status.set_message(text)

    # ---- rest ----

    def set_favorite(self, layer: str, on: bool) -> None:
        kept = [name for name in self.settings.favorites if name != layer] + ([layer] if on else [])
        self.change_settings(favorites=tuple(kept))
        self.build.palette_panel.set_favorites(kept)

    def change_settings(self, **values: Any) -> None:
        """Change and store settings; the look follows at once."""
        old, self.settings = self.settings, self.settings.with_(**values)
        memory.save_settings(self.settings)
        looks = ("theme", "scale", "contrast", "reduced_motion")
        if any(getattr(old, name) != getattr(self.settings, name) for name in looks):
            apply_settings(self.settings)

    def toggle_theme(self) -> None:
        self.change_settings(theme="light" if theme.is_dark() else "dark")

    def show_settings(self) -> None:
        from app.settings_sheet import open_settings

        open_settings(self)

    def show_shortcuts(self) -> None:
        from app.shortcut_sheet import open_sheet

        open_sheet(self)

    def show_about(self) -> None:
        dialogs.about(self)

    def show_finder(self) -> None:
        dialogs.finder(self)

    def _show_devices(self, at: QPoint) -> None:
        self.train.recipe.show_devices(at)

    def reset_layout(self) -> None:
        if "build" in self._pages:
            self.build.reset_layout()
        for frame in self.findChildren(PageFrame):
            frame.close_drawers()

    def next_panel(self) -> None:
        """Move the focus from panel to panel."""
        page = self._pages.get(self.page)
        panels = getattr(page, "panels", list)()
        focus = QApplication.focusWidget()
        here = next(
            (place for place, panel in enumerate(panels) if focus is panel or (focus and panel.isAncestorOf(focus))), -1
        )
        if panels:
            panels[(here + 1) % len(panels)].setFocus(Qt.FocusReason.TabFocusReason)

    def _tell_crash(self, text: str, report: str) -> None:
        """Offer the report, once what raised is over: it may have been a paint, where no widget can be made."""

        def show() -> None:
            self.toasts.show_message(
                text, tone="error", action="Copy report", on_action=lambda: QApplication.clipboard().setText(report)
            )

        QTimer.singleShot(0, self, show)

    def _after_first_paint(self) -> None:
        self.helper.warm()
        self._warmer.start()
        self.opening.listen()
        for sentence in self._said_at_start:
            self.say(sentence, tone="warning")

    def dragEnterEvent(self, event: Any) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        self.files.open_files([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.document.hold.check()
            if "train" in self._pages:
                self.train.poll()

    def close_unasked(self) -> None:
        """Close where nobody can answer; edits that are not saved come back with the project."""
        self._unasked = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.has_project and not self._unasked and not self.files.may_leave():
            event.ignore()
            return
        self.document.close()
        self.files.tidy_drafts()
        geometry = bytes(self.saveGeometry().toHex().data()).decode()
        build = self._pages.get("build")
        rooms = self.build.rooms.state() if build is not None else memory.window_state().get("build")
        memory.save_window_state({"geometry": geometry, "build": rooms, "closed": time.time()})
        if "train" in self._pages:
            self.train.close()
        self._warmer.stop()
        self.helper.close()
        event.accept()

    def _restore_geometry(self) -> None:
        sizes = theme.sizes()
        self.resize(sizes.window_width, sizes.window_height)
        kept = memory.window_state().get("geometry")
        if isinstance(kept, str):
            try:
                self.restoreGeometry(bytes.fromhex(kept))
            except ValueError:
                return


def apply_settings(settings: memory.Settings) -> None:
    """Dress the program as the person prefers."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    still, contrast = settings.reduced_motion, settings.contrast
    theme.set_reduced_motion(system_look.less_motion() if still == "system" else still == "on")
    more = system_look.more_contrast() if contrast == "system" else contrast == "more"
    theme.apply(app, settings.theme, scale=settings.scale, contrast=more)


def _follow_system() -> None:
    """Change colors and contrast with the system, where the person wants that."""
    settings = memory.load_settings()
    if "system" in (settings.theme, settings.contrast):
        apply_settings(settings)


def run(path: Path | None) -> int:
    """Open the window and stay until it is closed."""
    app = QApplication.instance() or QApplication(["lamina"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Lamina")
    app.setDesktopFileName("lamina")
    settings = memory.load_settings()
    apply_settings(settings)
    hints = app.styleHints()
    hints.colorSchemeChanged.connect(lambda _: _follow_system())
    hints.accessibility().contrastPreferenceChanged.connect(lambda _: _follow_system())
    window = Window()
    Signals(window)
    window.show()
    if path is not None:
        QTimer.singleShot(0, lambda: window.files.open_path(path))
    return app.exec()

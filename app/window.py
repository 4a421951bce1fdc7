"""The main window: top bar, pages and status bar, and nothing but wiring between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import crash, dialogs, memory
from app.commands import COMMANDS, MENUS, Command
from app.document import Document
from app.helper import Helper
from app.nodeview import bytes_in_training, number
from app.places import drafts_folder
from app.warm import Warmer
from engine.errors import UserError
from engine.project import SUFFIX, Project
from widgets import theme, words
from widgets.controls import ToastHost
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
        self._pages: dict[str, QWidget] = {}
        self._actions: dict[str, QAction] = {}
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
        self.toasts = ToastHost(self.stack)
        self._make_actions()
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

    def show_page(self, key: str) -> None:
        """Change the page at once; "gallery" is the welcome page."""
        page = getattr(self, key)
        self.stack.setCurrentWidget(page if isinstance(page, QWidget) else page.widget)
        if key in PAGES:
            self.top.tabs.set_current(key)
            self.document.set_view(page=key)
        for other in self._pages.values():
            shown = getattr(other, "shown", None)
            if shown is not None:
                shown(other is page)
        self.show_run_button()
        self._fit()

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
        top.menu_wanted.connect(self._show_menu)
        top.page_chosen.connect(self.show_page)
        top.undo_wanted.connect(lambda: self.run_command("undo"))
        top.redo_wanted.connect(lambda: self.run_command("redo"))
        top.find_wanted.connect(self.show_finder)
        top.device_wanted.connect(self._show_devices)
        top.run_wanted.connect(self._on_run)
        self.status.problems_wanted.connect(self._on_problems)
        document = self.document
        document.changed.connect(lambda _: self._refresh())
        document.replaced.connect(self._on_replaced)
        document.state_changed.connect(self._show_state)
        document.refused.connect(self.say)
        document.stack.indexChanged.connect(lambda _: self._show_history())
        self.helper.failed.connect(lambda text: self.say(text, tone="error"))

    def _make_actions(self) -> None:
        for one in COMMANDS.values():
            action = QAction(one.label, self)
            action.setShortcuts([QKeySequence(key) for key in one.keys])
            action.triggered.connect(lambda _=False, name=one.name: self.run_command(name))
            self._actions[one.name] = action
            if one.where == "window":
                self.addAction(action)
            elif one.where == "menu":
                action.setShortcuts([])
            else:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def add_canvas_actions(self, canvas: QWidget) -> None:
        """Keys that only work while the canvas has the focus."""
        for one in COMMANDS.values():
            if one.where == "canvas":
                canvas.addAction(self._actions[one.name])

    def add_page_actions(self, page: QWidget) -> None:
        """Keys that work everywhere on the Build page."""
        for one in COMMANDS.values():
            if one.where == "build":
                page.addAction(self._actions[one.name])

    def run_command(self, name: str) -> None:
        """Carry out a command, or say why it cannot be done now."""
        one = COMMANDS[name]
        reason = one.why_not(self)
        if reason:
            self.say(reason)
            return
        one.run(self)

    def menu_of(self, names: Iterable[str]) -> QMenu:
        """A menu of commands; those that cannot be done now are greyed and say why."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for name in names:
            if name:
                self._add_to(menu, COMMANDS[name])
            else:
                menu.addSeparator()
        return menu

    def _add_to(self, menu: QMenu, one: Command) -> None:
        from widgets import icons

        reason = one.why_not(self)
        action = menu.addAction(one.label, lambda: self.run_command(one.name))
        if one.icon:
            action.setIcon(icons.icon(one.icon))
        if one.keys:
            action.setText(f"{one.label}\t{shown_keys(one.keys[0])}")
        action.setEnabled(not reason)
        action.setToolTip(reason)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title in MENUS:
            part = menu.addMenu(title)
            part.setToolTipsVisible(True)
            for one in COMMANDS.values():
                if one.menu == title:
                    self._add_to(part, one)
        menu.popup(at)

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
            self.show_run_button()

    def _refresh(self) -> None:
        self._show_state()
        self._show_facts()
        self.show_signs()
        self.show_run_button()

    def _show_state(self) -> None:
        if not self.has_project:
            return
        document = self.document
        state = "draft" if document.path is None else "edited" if document.edited else "saved"
        self.top.set_project(document.project.name, state)
        self.setWindowTitle(f"{document.project.name} · Lamina")
        self._show_history()

    def _show_history(self) -> None:
        self.top.set_history(self.document.stack.undoText(), self.document.stack.redoText())

    def _show_facts(self) -> None:
        document = self.document
        # a blank project has nothing wrong with it yet
        blank = not document.project.graph.nodes and document.project.data.source is None
        errors = 0 if blank else len(document.errors)
        self.status.set_problems(errors, 0 if blank else len(document.problems) - errors)
        parameters, flops = number(document.walk.parameters), number(document.walk.flops)
        batch = int(document.project.recipe.get("batch_size", 32))
        memory_bytes = bytes_in_training(document.walk, batch)
        self.status.set_facts(
            words.thousands(parameters) if parameters is not None else "",
            f"{words.work(flops)} FLOPs per item" if flops else "",
            words.size(memory_bytes) if memory_bytes and parameters else "",
        )

    def show_signs(self) -> None:
        """The signs on the page tabs: done, running, errors, findings, not yet."""
        document, tabs = self.document, self.top.tabs
        data = document.project.data
        tabs.set_sign("data", "done" if data.fields else "todo")
        errors = len([one for one in document.errors if one.node])
        if errors:
            tabs.set_sign("build", "errors", errors)
        else:
            tabs.set_sign("build", "done" if not document.errors else "todo")
        if "train" in self._pages:
            self.train.show_signs()
        else:
            for key in ("train", "test", "export"):
                tabs.set_sign(key, "todo")

    def show_run_button(self) -> None:
        """Bring the Run button up to date."""
        if not self.has_project:
            return
        filled = self.page in ("data", "build", "train")
        text, icon = self.train.run_words() if "train" in self._pages else ("Train", "play")
        reason = self.train.why_not_train() if text == "Train" and "train" in self._pages else self._errors_in_words()
        self.top.set_run(text, icon, filled, reason if text == "Train" else "")

    def _errors_in_words(self) -> str:
        errors = self.document.errors
        if not errors:
            return ""
        return f"{errors[0].words()}" + (f" And {len(errors) - 1} more." if len(errors) > 1 else "")

    def _on_run(self) -> None:
        self.run_command("pause" if self.train.running else "train")

    def _on_problems(self) -> None:
        self.show_page("build")
        self.build.show_bottom("problems")

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

    def new_project(self) -> None:
        if self.may_leave():
            self.document.start(Project())
            self.show_page("build")

    def use_template(self, name: str) -> None:
        from engine.templates import new_from_template

        def work() -> None:
            project = new_from_template(name)
            if self.may_leave():
                self.document.start(replace(project, view={"page": "build"}))

        self.attempt(work)

    def ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Open a project", str(self._folder()), f"Lamina projects (*{SUFFIX})"
        )
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> bool:
        """Open a project file; the present project stays where that fails."""
        if not self.may_leave():
            return False

        def work() -> None:
            note = self.document.open(path)
            if note:
                self.say(note, action="Undo", on_action=self.document.stack.undo)

        return self.attempt(work)

    def open_files(self, paths: list[str]) -> None:
        """Files dropped on the window: a project is opened, data goes to the Data page."""
        if not paths:
            return
        if paths[0].endswith(SUFFIX):
            self.open_path(Path(paths[0]))
        elif self.has_project:
            self.show_page("data")
            self.data.take_path(paths[0])

    def _folder(self) -> Path:
        return self.document.path.parent if self.document.path else Path.cwd()

    def suggested_name(self) -> str:
        """A path for save dialogs."""
        name = self.document.project.name.replace("/", "-")
        return str(self._folder() / f"{name}{SUFFIX}")

    def save(self) -> bool:
        if self.document.path is None:
            return self.save_as()
        if self.document.changed_on_disk:
            return self._save_over_change()
        return self.attempt(self.document.save) and self._said_saved()

    def _save_over_change(self) -> bool:
        """The file changed behind our back: nothing is overwritten without a clear choice."""
        assert self.document.path is not None
        path = self.document.path
        box = QMessageBox(self)
        box.setWindowTitle("Lamina")
        box.setText(f"{path.name} was changed by another program since it was opened here.")
        box.setInformativeText("Your work is safe in this window. What should happen to the file?")
        roles = QMessageBox.ButtonRole
        copy = box.addButton("Save as another file", roles.AcceptRole)
        over = box.addButton("Replace the file", roles.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(copy)
        box.exec()
        if box.clickedButton() is copy:
            return self.save_as()
        if box.clickedButton() is over:
            return self.attempt(self.document.save) and self._said_saved()
        return False

    def save_as(self) -> bool:
        path, _ = QFileDialog.getSaveFileName(
            self, "Save the project", self.suggested_name(), f"Lamina projects (*{SUFFIX})"
        )
        return bool(path) and self.attempt(lambda: self.document.save(Path(path))) and self._said_saved()

    def _said_saved(self) -> bool:
        assert self.document.path is not None
        self.status.set_message(f"Saved {self.document.path.name}.")
        return True

    def may_leave(self) -> bool:
        """Whether the present project may be put away. Drafts are kept by themselves; a named project with edits
        asks."""
        if not self.document.edited:
            self.document.write_journal()
            return True
        box = QMessageBox(self)
        box.setWindowTitle("Lamina")
        box.setText(f"Save the changes to {self.document.project.name}?")
        box.setInformativeText("Without saving, the file stays as it was.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if answer == buttons.Save:
            return self.save()
        if answer == buttons.Discard:
            self.document.discard_journal()
            return True
        return False

    def save_picture(self, names: Iterable[str] = ()) -> None:
        """Save the network as PNG, SVG or PDF, or only some of its nodes."""
        from widgets.canvas.picture_files import FORMATS

        name = f"{Path(self.suggested_name()).stem}.png"
        kinds = ";;".join(f"{words} (*{ending})" for ending, words in FORMATS.items())
        path, kind = QFileDialog.getSaveFileName(self, "Save picture", str(self._folder() / name), kinds)
        if path:
            chosen = Path(path)
            if chosen.suffix.lower() not in FORMATS:  # the ending that the dialog's list says
                ending = next((one for one, words in FORMATS.items() if kind.startswith(words)), ".png")
                chosen = chosen.with_name(chosen.name + ending)
            self.attempt(lambda: self.write_picture(chosen, names))

    def write_picture(self, path: Path, names: Iterable[str] = ()) -> None:
        """Write the graph that is worked on as a picture.

        Raises:
            UserError: it could not be written.
        """
        from widgets.canvas.picture_files import part_of_picture, write_picture

        document, blocks = self.document, self.document.project.blocks
        chosen = list(names)
        graph = part_of_picture(document.graph, chosen, blocks) if chosen else document.graph
        write_picture(path, graph, document.walk_here, blocks)
        self.say(f"Saved {path.name}.", tone="good")

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
        dialogs.settings(self)

    def show_shortcuts(self) -> None:
        dialogs.shortcuts(self)

    def show_about(self) -> None:
        dialogs.about(self)

    def show_finder(self) -> None:
        dialogs.finder(self)

    def _show_devices(self, at: QPoint) -> None:
        self.train.show_devices(at)

    def reset_layout(self) -> None:
        if "build" in self._pages:
            self.build.reset_layout()
        self._fit()

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
        self.toasts.show_message(
            text, tone="error", action="Copy report", on_action=lambda: QApplication.clipboard().setText(report)
        )

    def _after_first_paint(self) -> None:
        self.helper.warm()
        self._warmer.start()

    def _fit(self) -> None:
        if "build" in self._pages:
            self.build.fit_width(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def dragEnterEvent(self, event: Any) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        self.open_files([url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and "train" in self._pages:
            self.train.poll()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.has_project and not self.may_leave():
            event.ignore()
            return
        self.document.close()
        self._tidy_drafts()
        memory.save_window_state(
            {"geometry": bytes(self.saveGeometry().toHex().data()).decode(), "closed": time.time()}
        )
        if "train" in self._pages:
            self.train.close()
        self._warmer.stop()
        self.helper.close()
        event.accept()

    def _tidy_drafts(self) -> None:
        """A draft with nothing in it is not worth keeping."""
        draft, project = self.document.draft, self.document.project
        if draft is None or project.graph.nodes or project.data.source or draft.parent != drafts_folder():
            return
        if not self.document.runs.exists():
            draft.unlink(missing_ok=True)
            memory.forget(draft)

    def _restore_geometry(self) -> None:
        sizes = theme.sizes()
        self.resize(sizes.window_width, sizes.window_height)
        kept = memory.window_state().get("geometry")
        if isinstance(kept, str):
            try:
                self.restoreGeometry(bytes.fromhex(kept))
            except ValueError:
                return


def shown_keys(keys: str) -> str:
    """A shortcut as this system writes it."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def apply_settings(settings: memory.Settings) -> None:
    """Dress the program as the person prefers."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.set_reduced_motion(settings.reduced_motion)
    theme.apply(app, settings.theme, scale=settings.scale, contrast=settings.contrast)


def run(path: Path | None) -> int:
    """Open the window and stay until it is closed."""
    app = QApplication.instance() or QApplication(["lamina"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Lamina")
    app.setDesktopFileName("lamina")
    settings = memory.load_settings()
    apply_settings(settings)
    if settings.theme == "system":
        app.styleHints().colorSchemeChanged.connect(lambda _: apply_settings(memory.load_settings()))
    window = Window()
    window.show()
    if path is not None:
        QTimer.singleShot(0, lambda: window.open_path(path))
    return app.exec()

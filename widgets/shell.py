"""The frame of the window: the top bar with page tabs and Run, and the status bar. Values in, wishes out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSpacerItem, QWidget

from widgets import theme
from widgets.controls import Button, Elided, IconButton, IconLabel, Label, Line, PageTabs, surface
from widgets.top_parts import FinderButton, MarkButton, MenuButton

_NARROW = 14
"""Below so many page tabs of width, the top bar shortens what it says."""
_TIGHT = 10
"""Below so many, undo and redo are left to their keys and the menu, and the state is said by its icon."""
_TABS_SHARE = 0.6
"""The most of the width that the tabs take."""


class TopBar(QWidget):
    """Mark and menu, document name and saved state | page tabs in the middle | undo, redo, finder, device, Run."""

    menu_wanted = Signal(QPoint)
    page_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    find_wanted = Signal()
    device_wanted = Signal(QPoint)
    run_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self, "bar")
        sizes = theme.sizes()
        self.setFixedHeight(sizes.top_bar)
        self.mark = MarkButton("mark", "Menu", parent=self)
        self.mark.clicked.connect(lambda: self.menu_wanted.emit(self.mark.mapToGlobal(QPoint(0, self.mark.height()))))
        self.title = Elided("Lamina", role="name", color="text1", parent=self)
        self.state_icon = IconLabel("check", "text3", parent=self)
        self.state = Label("", role="secondary", color="text2", parent=self)
        self.tabs = PageTabs(parent=self)
        for key, words in (
            ("data", "Data"),
            ("build", "Build"),
            ("train", "Train"),
            ("test", "Test"),
            ("export", "Export"),
        ):
            self.tabs.add(key, words)
        self.tabs.chosen.connect(self.page_chosen)
        self.undo = IconButton("undo-2", "Undo", parent=self, command="undo")
        self.undo.clicked.connect(self.undo_wanted)
        self.redo = IconButton("redo-2", "Redo", parent=self, command="redo")
        self.redo.clicked.connect(self.redo_wanted)
        self.finder = FinderButton("Find anything", parent=self, command="find_anything")
        self.finder.clicked.connect(self.find_wanted)
        self.device = MenuButton("CPU", icon="cpu", kind="plain", parent=self, tip="Where training runs")
        self.device.clicked.connect(
            lambda: self.device_wanted.emit(self.device.mapToGlobal(QPoint(0, self.device.height())))
        )
        self.run = Button("Train", icon="play", kind="primary", parent=self, command="train")
        self.run.clicked.connect(self.run_wanted)
        self.settings = IconButton("settings", "Settings", parent=self, command="show_settings")
        self.settings.clicked.connect(self.settings_wanted)
        left = QHBoxLayout()
        left.setSpacing(sizes.s8)
        for widget in (self.mark, self.title, self.state_icon, self.state):
            left.addWidget(widget)
        left.addStretch(1)
        right = QHBoxLayout()
        right.setSpacing(sizes.s8)
        right.addStretch(1)
        for widget in (self.undo, self.redo, self.finder, self.device, self.run, self.settings):
            right.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(sizes.s12, 0, sizes.s12, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 1)
        # the tabs keep their place in the middle of the window whatever stands beside them
        self._middle = QSpacerItem(self.tabs.sizeHint().width(), 0)
        layout.addItem(self._middle)
        layout.addLayout(right, 1)
        self._line = Line(parent=self)
        self._has_project, self._state = False, ""
        self.set_project("", "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_line"):
            self.setFixedHeight(theme.sizes().top_bar)
            self._place()

    def _place(self) -> None:
        width = min(self.tabs.sizeHint().width(), round(self.width() * _TABS_SHARE))
        self._line.setGeometry(
            0, self.height() - self._line.sizeHint().height(), self.width(), self._line.sizeHint().height()
        )
        self.tabs.setGeometry((self.width() - width) // 2, 0, width, self.height())
        self._middle.changeSize(width, 0)
        self.layout().invalidate()
        narrow = self.width() < theme.sizes().page_tab * _NARROW
        self.finder.set_text("" if narrow else "Find anything")
        self._show_state()
        self._fit_device()

    def set_project(self, name: str, state: str) -> None:
        """`state` is "saved", "edited", "draft", "read-only", or empty while no project is open."""
        self.title.set_text(name or "Lamina")
        self._state = state
        self.state_icon.setVisible(bool(state))
        icon = {"edited": "circle-dot", "read-only": "lock"}.get(state, "check")
        self.state_icon.set_icon(icon, "warning" if state in ("edited", "read-only") else "text3")
        for widget in (self.tabs, self.undo, self.redo, self.device, self.run):
            widget.setVisible(bool(name))
        self.settings.setVisible(not name)  # in a project they are in the menu
        self._has_project = bool(name)
        self._show_state()
        self._fit_device()

    def _show_state(self) -> None:
        """Say the state; where there is little room in a word."""
        said = {"saved": "Saved", "edited": "Edited", "draft": "Draft, kept on this computer", "read-only": "Read-only"}
        words = said.get(self._state, "")
        narrow = self.width() < theme.sizes().page_tab * _NARROW
        tight = self._is_tight()
        self.state.setVisible(bool(words) and not tight)
        self.state_icon.setToolTip(words if tight else "")
        for button in (self.undo, self.redo):
            button.setVisible(bool(self._has_project) and not tight)
        self.state.setText(words.split(",")[0] if narrow else words)
        self.state.setToolTip(words if narrow and "," in words else "")

    def _is_tight(self) -> bool:
        return self.width() < theme.sizes().page_tab * _TIGHT

    def _fit_device(self) -> None:
        """The device shows while a project is open and there is room."""
        narrow = self.width() < theme.sizes().page_tab * _NARROW
        self.device.setVisible(self._has_project and (not narrow or self.device.property("must") is True))

    def set_history(self, undo: str, redo: str) -> None:
        """What undo and redo would do; empty where there is nothing."""
        self.undo.set_enabled_because(bool(undo), "There is nothing to undo.")
        self.redo.set_enabled_because(bool(redo), "There is nothing to redo.")
        self.undo.set_tip(f"Undo {undo[:1].lower()}{undo[1:]}" if undo else "Undo")
        self.redo.set_tip(f"Redo {redo[:1].lower()}{redo[1:]}" if redo else "Redo")

    def set_device(self, words: str, icon: str = "cpu") -> None:
        self.device.set_text(words)
        self.device.set_icon(icon)

    def set_run(self, words: str, icon: str, filled: bool, why_not: str = "") -> None:
        """The button on the right: Train, Pause or Resume."""
        self.run.set_text(words)
        self.run.set_icon(icon)
        self.run.set_kind("primary" if filled else "plain")
        self.run.set_enabled_because(not why_not, why_not)


class StatusBar(QWidget):
    """Problems and a message on the left, parameters, work and memory on the right."""

    problems_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self, "bar")
        sizes = theme.sizes()
        self.setFixedHeight(sizes.status_bar)
        self.problems = Button("", icon="circle-check", kind="quiet", parent=self)
        self.problems.set_small(True)
        self.problems.clicked.connect(self.problems_wanted)
        self.message = Elided("", role="secondary", color="text2", parent=self)
        self.facts = QHBoxLayout()
        self.facts.setSpacing(sizes.s16)
        self._values: dict[str, Label] = {}
        for key, words in (("parameters", "Parameters"), ("work", "Work"), ("memory", "Training memory")):
            pair = QHBoxLayout()
            pair.setSpacing(sizes.s6)
            name = Label(words, role="secondary", color="text2", parent=self)
            value = Label("", role="secondary", color="text1", bold=True, parent=self)
            pair.addWidget(name)
            pair.addWidget(value)
            self.facts.addLayout(pair)
            self._values[key] = value
            self._values[f"{key} name"] = name
        layout = QHBoxLayout(self)
        layout.setContentsMargins(sizes.s6, 0, sizes.s12, 0)
        layout.setSpacing(sizes.s8)
        layout.addWidget(self.problems)
        layout.addWidget(self.message, 1)
        layout.addLayout(self.facts)
        self._line = Line(parent=self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._line.setGeometry(0, 0, self.width(), self._line.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFixedHeight(theme.sizes().status_bar)

    def set_problems(self, errors: int, warnings: int) -> None:
        parts = []
        if errors:
            parts.append(f"{errors} error{'s' if errors > 1 else ''}")
        if warnings:
            parts.append(f"{warnings} tip{'s' if warnings > 1 else ''}")
        self.problems.set_text(", ".join(parts) or "No problems")
        if errors:
            self.problems.set_icon("error", "error")
        elif warnings:
            self.problems.set_icon("triangle-alert", "warning")
        else:
            self.problems.set_icon("circle-check", "good")

    def set_message(self, words: str) -> None:
        self.message.set_text(words)

    def set_facts(self, parameters: str, work: str, memory: str) -> None:
        """Empty texts hide their fact."""
        for key, text in (("parameters", parameters), ("work", work), ("memory", memory)):
            self._values[key].setText(text)
            self._values[key].setVisible(bool(text))
            self._values[f"{key} name"].setVisible(bool(text))


def themed_menu(parent: QWidget) -> QMenu:
    """A context menu in the look of the program."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu

"""The palette where the window is narrow: one tile per section, each opening a menu of its layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.controls import IconButton
from widgets.controls.base import Themed, box, center_square, column, start
from widgets.palette_rows import FAVORITES, Entry


class _SectionButton(Themed, QAbstractButton):
    """A section's tile to press."""

    def __init__(self, section: str):
        super().__init__()
        self.section = section
        self.setAccessibleName(section)
        self.setToolTip(section)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        side = theme.sizes().row_form
        return QSize(side, side)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if self.underMouse() or self.isDown():
            box(painter, area, sizes.r6, "hover")
        if self.section == FAVORITES:
            icons.paint(painter, "star", center_square(area, sizes.icon), "text2")
        else:
            icons.paint_tile(painter, center_square(area, sizes.tile_mid), self.section)


class PaletteIcons(QWidget):
    """The narrow palette; `add_wanted` says the layer chosen in a menu, `search_wanted` asks for the wide one."""

    add_wanted = Signal(str)
    search_wanted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._column = column(self, space=theme.sizes().gap, edge=theme.sizes().s6)
        self.search = IconButton("search", "Search layers", command="search_layers")
        self.search.clicked.connect(self.search_wanted)
        self._column.addWidget(self.search, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self._sections: dict[str, list[Entry]] = {}
        self.buttons: dict[str, _SectionButton] = {}

    def show_sections(self, sections: Mapping[str, Sequence[Entry]]) -> None:
        """Show a tile for each section that has layers."""
        self._sections = {name: list(entries) for name, entries in sections.items() if entries}
        if list(self._sections) == list(self.buttons):
            return
        for old in self.buttons.values():
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = {}
        for place, name in enumerate(self._sections):
            button = _SectionButton(name)
            button.clicked.connect(lambda _=False, name=name: self._on_pressed(name))
            self._column.insertWidget(place + 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
            self.buttons[name] = button

    def menu(self, section: str) -> QMenu:
        """The layers of a section to choose from."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        side = theme.sizes().tile_small
        for entry in self._sections[section]:
            tile = QIcon(icons.section_tile(entry.section, side, entry.icon or None))
            action = menu.addAction(tile, entry.label)
            action.setToolTip(entry.help)
            action.triggered.connect(lambda _=False, name=entry.name: self.add_wanted.emit(name))
        return menu

    def _on_pressed(self, section: str) -> None:
        menu = self.menu(section)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.buttons[section].mapToGlobal(QPoint(self.buttons[section].width(), 0)))

"""Where one is on the canvas: a tab for each network, and the way into blocks as a breadcrumb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.places import Place
from widgets import theme
from widgets.controls import Button, IconButton, IconLabel
from widgets.controls.base import box, start


class PlaceBar(QWidget):
    """Lies over the upper left corner of the canvas. Names come in, a chosen place goes out."""

    place_wanted = Signal(object)
    network_wanted = Signal()
    menu_wanted = Signal(str, QPoint)
    """The menu of a network (rename, remove)."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAccessibleName("Place")
        sizes = theme.sizes()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(sizes.s4, sizes.s4, sizes.s4, sizes.s4)
        self._row.setSpacing(sizes.s4)
        self._shown: Any = None
        canvas.installEventFilter(self)

    def show_place(self, crumbs: Sequence[tuple[str, Place]], networks: Sequence[str], place: Place) -> None:
        """Show the way to a place and the networks there are."""
        state = (tuple(crumbs), tuple(networks), place)
        if state == self._shown:
            return
        self._shown = state
        while self._row.count():
            item = self._row.takeAt(0)
            if item.widget():
                item.widget().deleteLater()
        for name in networks:
            self._add_network(name, place)
        if not place.inside:
            add = IconButton("plus", "Add a network", parent=self, small=True)
            add.clicked.connect(self.network_wanted)
            self._row.addWidget(add)
        for words, target in list(crumbs)[1:]:
            self._row.addWidget(IconLabel("chevron-right", "text3", parent=self))
            self._row.addWidget(self._button(words, "boxes", target, target == place))
        for place_ in range(self._row.count()):  # the layout shows new children only later, and measures them then
            self._row.itemAt(place_).widget().show()
        self._row.activate()
        self.resize(self.sizeHint())
        self._settle()

    def _add_network(self, name: str, place: Place) -> None:
        here = name == place.network
        button = self._button("Model" if name == "main" else name, "layers", Place(name), here and not place.inside)
        button.setContextMenuPolicy(button.contextMenuPolicy().CustomContextMenu)
        button.customContextMenuRequested.connect(
            lambda at, button=button, name=name: self.menu_wanted.emit(name, button.mapToGlobal(at))
        )
        self._row.addWidget(button)

    def _button(self, words: str, icon: str, target: Place, here: bool) -> Button:
        button = Button(words, icon=icon, kind="plain" if here else "quiet", parent=self)
        button.set_small(True)
        button.setAccessibleDescription("here" if here else "")
        button.clicked.connect(lambda _=False, target=target: self.place_wanted.emit(target))
        return button

    def _settle(self) -> None:
        inset = theme.sizes().s12
        self.move(inset, inset)
        self.raise_()
        self.show()

    def paintEvent(self, event) -> None:
        box(start(self), QRectF(self.rect()), theme.sizes().r6, "panel", "line")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._settle()
        return False

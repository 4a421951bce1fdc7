"""The canvas to a screen reader: a list, and each card in it an entry of its own, in the order in which data flows.

An entry says what the card is, what is wrong with it and who feeds it, where it lies, whether it is chosen; the card
that the keyboard is at is the focus. Qt keeps the interfaces and deletes them, this module only holds on to Python's
half of them as long as Qt has the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface

from widgets.canvas.hits import node_at
from widgets.canvas.speech import description

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_kept: dict[int, CanvasList] = {}
_installed: list[bool] = []


class CardEntry(QAccessibleInterface):
    """One card in words."""

    def __init__(self, home: CanvasList, name: str) -> None:
        super().__init__()
        self.home, self.name = home, name

    def isValid(self) -> bool:
        return self.home.isValid() and self.name in self.home.canvas.mirror.nodes

    def object(self) -> QObject | None:
        return None

    def parent(self) -> QAccessibleInterface:
        return self.home

    def window(self):
        return self.home.window()

    def child(self, index: int) -> None:
        return None

    def childAt(self, x: int, y: int) -> None:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def focusChild(self) -> None:
        return None

    def relations(self, match=None) -> list:
        return []

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return description(self.home.canvas.mirror, self.name)
        card = self.home.canvas.mirror.nodes[self.name].card
        return card.message if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Cards are renamed on the canvas."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        view = self.home.canvas
        shown = view.viewportTransform().mapRect(view.mirror.nodes[self.name].area()).toAlignedRect()
        return QRect(view.viewport().mapToGlobal(shown.topLeft()), shown.size())

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        if not self.isValid():
            found.invalid = True
            return found
        view = self.home.canvas
        found.selectable = found.focusable = found.multiSelectable = True
        found.selected = self.name in view.mirror.selected
        found.focused = view.hasFocus() and view.last_chosen() == self.name
        found.offscreen = not view.camera.seen().intersects(view.mirror.nodes[self.name].area())
        return found


class CanvasList(QAccessibleInterface):
    """The canvas as a list of its cards."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.canvas = canvas
        self._entries: dict[str, CardEntry] = {}
        canvas.destroyed.connect(self._on_gone)

    def isValid(self) -> bool:
        return shiboken6.isValid(self.canvas)

    def names(self) -> list[str]:
        """The cards in the order in which data flows, then what is part of no order."""
        if not self.isValid():
            return []
        scene = self.canvas.mirror
        ordered = dict.fromkeys([*scene.graph.order, *sorted(scene.nodes)])
        return [name for name in ordered if name in scene.nodes]

    def entry(self, name: str) -> CardEntry:
        """The interface of a card, made when it is first asked for; those of cards that are gone go with it."""
        if name not in self._entries:
            self._forget([one for one in self._entries if one not in self.canvas.mirror.nodes])
            made = self._entries[name] = CardEntry(self, name)
            QAccessible.registerAccessibleInterface(made)
        return self._entries[name]

    def _forget(self, names: list[str]) -> None:
        for name in names:
            made = self._entries.pop(name)
            if shiboken6.isValid(made):
                QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(made))

    def _on_gone(self) -> None:
        self._forget(list(self._entries))

    def object(self) -> QObject | None:
        return self.canvas if self.isValid() else None

    def parent(self) -> QAccessibleInterface | None:
        above = self.canvas.parentWidget() if self.isValid() else None
        return QAccessible.queryAccessibleInterface(above) if above is not None else None

    def window(self):
        return self.canvas.window().windowHandle() if self.isValid() else None

    def child(self, index: int) -> QAccessibleInterface | None:
        names = self.names()
        return self.entry(names[index]) if 0 <= index < len(names) else None

    def childCount(self) -> int:
        return len(self.names())

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:
        if not self.isValid():
            return None
        view = self.canvas
        name = node_at(view.mirror, view.to_scene(view.viewport().mapFromGlobal(QPoint(x, y))))
        return self.entry(name) if name else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        names = self.names()
        return names.index(child.name) if isinstance(child, CardEntry) and child.name in names else -1

    def focusChild(self) -> QAccessibleInterface | None:
        name = self.canvas.last_chosen() if self.isValid() else ""
        return self.entry(name) if name else None

    def relations(self, match=None) -> list:
        return []

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return self.canvas.accessibleName()
        return "The network. Arrow keys walk along its wires." if kind == QAccessible.Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """What a canvas is called follows what is chosen."""

    def rect(self) -> QRect:
        if not self.isValid():
            return QRect()
        return QRect(self.canvas.mapToGlobal(QPoint(0, 0)), self.canvas.size())

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        if self.isValid():
            found.focusable = found.multiSelectable = True
            found.focused = self.canvas.hasFocus()
            found.invisible = not self.canvas.isVisible()
        else:
            found.invalid = True
        return found


def _make(_kind: str, thing: QObject) -> QAccessibleInterface | None:
    from widgets.canvas.view import Canvas

    if not isinstance(thing, Canvas):
        return None
    for key in [key for key, one in _kept.items() if not shiboken6.isValid(one)]:
        del _kept[key]
    made = CanvasList(thing)
    _kept[id(made)] = made
    return made


def install() -> None:
    """Give every canvas its list from now on; once is enough."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_make)


def tell(canvas: Canvas) -> None:
    """Tell a screen reader, where there is one, which card the keyboard is at now."""
    if not QAccessible.isActive() or not canvas.hasFocus():
        return
    name = canvas.last_chosen()
    listed = QAccessible.queryAccessibleInterface(canvas)
    if name and isinstance(listed, CanvasList) and name in listed.names():
        event = QAccessibleEvent(canvas, QAccessible.Event.Focus)
        event.setChild(listed.names().index(name))
        QAccessible.updateAccessibility(event)

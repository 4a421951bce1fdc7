"""What lies over the canvas's edges: zoom buttons, the small map, the pointer to errors that are out of view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from widgets import theme
from widgets.canvas.minimap import ErrorPointer, Minimap, ZoomBar

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_IN = 12


class Corner(QObject):
    """Places the small widgets and keeps them up to date."""

    def __init__(self, view: Canvas) -> None:
        super().__init__(view)
        self._view = view
        self._outside: list[str] = []
        self.map = Minimap(view)
        self.bar = ZoomBar(view)
        self.pointer = ErrorPointer(view)
        self.bar.smaller.connect(lambda: view.camera.zoom_at(view.viewport().rect().center(), 0.8))
        self.bar.larger.connect(lambda: view.camera.zoom_at(view.viewport().rect().center(), 1.25))
        self.bar.plain.connect(lambda: view.camera.zoom_to(100))
        self.bar.everything.connect(view.camera.fit)
        self.pointer.chosen.connect(self._on_pointer_chosen)
        self.map.redraw()

    def restyle(self) -> None:
        """The look changed."""
        self.pointer.setText("")
        self.map.redraw()
        self.bar.update()
        self.place()
        self.moved()

    def place(self) -> None:
        room = self._view.viewport().geometry()
        sizes = theme.sizes()
        self.map.move(room.left() + _IN, room.bottom() - _IN - self.map.height())
        self.bar.setFixedSize(sizes.minimap_width, sizes.row)
        self.bar.move(room.left() + _IN, self.map.y() - sizes.s8 - self.bar.height())
        enough = room.height() > 360
        self.map.setVisible(enough)
        self.bar.setVisible(enough)

    def moved(self) -> None:
        """The view shows another part now."""
        if self.map.isVisible():
            self.map.update()
        self.bar.set_zoom(self._view.camera.percent / 100)
        self.refresh_errors()

    def refresh_errors(self) -> None:
        """Point to errors that are out of view."""
        scene = self._view.mirror
        wrong = [name for name, (level, _) in scene.levels.items() if level == "error" and name in scene.nodes]
        seen = self._view.camera.seen() if wrong else None
        outside = [name for name in wrong if not scene.nodes[name].area().intersects(seen)]
        self._outside = outside
        if not outside:
            self.pointer.hide()
            return
        first = scene.nodes[outside[0]]
        count = sum(p.level == "error" and p.node == outside[0] for p in scene.problems)
        words = f"{first.card.title}, {count} error{'s' if count > 1 else ''}"
        if len(outside) > 1:
            words = f"{first.card.title} and {len(outside) - 1} more, {len(outside)} errors"
        area = first.area()
        way = (
            "below" if area.top() > seen.bottom() else "above" if area.bottom() < seen.top()
            else "left" if area.right() < seen.left() else "right"
        )  # fmt: skip
        self.pointer.show_words(words, way)
        self._dock(way)
        self.pointer.show()
        self.pointer.raise_()

    def _dock(self, way: str) -> None:
        room, chip = self._view.viewport().geometry(), self.pointer
        x = {"left": room.left() + _IN, "right": room.right() - _IN - chip.width()}.get(
            way, room.center().x() - chip.width() // 2
        )
        y = {"below": room.bottom() - _IN - chip.height(), "above": room.top() + _IN}.get(
            way, room.center().y() - chip.height() // 2
        )
        chip.move(x, y)

    def _on_pointer_chosen(self) -> None:
        if self._outside:
            name = self._outside[0]
            self._view.choose({name}, last=name)
            self._view.camera.center_on(name)

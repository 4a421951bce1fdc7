"""The canvas widget: shows a graph that others hold, and says by signal what the person wants done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip

from engine.facts import Inference
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph
from widgets import theme
from widgets.canvas import dropping, keys, pointer, reader
from widgets.canvas.backdrop import Grid
from widgets.canvas.camera import MARGIN, Camera
from widgets.canvas.corner import Corner
from widgets.canvas.dots import Dot
from widgets.canvas.empty import EmptyItem
from widgets.canvas.framing import NoteField
from widgets.canvas.glide import Glide
from widgets.canvas.hand import Hand
from widgets.canvas.hits import Hit, hit_at
from widgets.canvas.overview import Overview
from widgets.canvas.rename import RenameField
from widgets.canvas.scene import CanvasScene
from widgets.canvas.speech import description

_REST = 250  # ms after the last move until the view counts as resting
_HALF = 500_000.0


class Canvas(QGraphicsView):
    """The network as cards and wires."""

    moved = Signal(dict)  # id -> (x, y)
    connect_wanted = Signal(str, str, str, str)  # source, output, target, input
    reconnect_wanted = Signal(object, str, str, str, str)  # the old wire, then as above
    disconnect_wanted = Signal(list)
    rewire_wanted = Signal(list, str, str, str)  # wires whose ends go elsewhere: side, node, port
    splice_wanted = Signal(str, object)  # a node that stands free, the wire to lead through it
    copy_wanted = Signal(list, float, float)  # ids, how far off their copies stand
    rest_wanted = Signal(object, bool)  # a wire to turn off, or a resting one to turn on
    remove_wanted = Signal(list, bool)  # ids, whether to close the gap
    frames_moved = Signal(dict, dict)  # notes and frames: id -> (x, y, width, height); nodes: id -> (x, y)
    frame_text_wanted = Signal(str, str)
    frames_remove_wanted = Signal(list, list)  # notes and frames, and nodes that go with them
    dots_wanted = Signal(str, object)  # what it is called; wire -> the points it is led through
    dots_moved = Signal(dict, dict, object)  # notes and frames, nodes, wire -> points; all of one gesture
    dots_remove_wanted = Signal(list, list, list)  # dots, and nodes, notes and frames that go with them
    drop_wanted = Signal(str, float, float, object, object)  # layer, x, y, wire or None, id above or None
    quick_add_wanted = Signal(QPointF, QPoint, str, str, str, str)
    selection_changed = Signal(list)
    enter_wanted = Signal(str)
    rename_wanted = Signal(str, str)
    fix_wanted = Signal(int, int)
    zoom_changed = Signal(float)
    context_wanted = Signal(list, object, QPoint)
    menu_wanted = Signal(object, QPoint)  # the `Hit` of a port, a note, a resting wire, or of nothing
    looked = Signal()  # the view rests somewhere else or at another zoom
    files_dropped = Signal(list)
    command_wanted = Signal(str)  # a key that stands for a command of the window
    refused = Signal(str)
    data_wanted = Signal()  # the ghost card of an empty canvas was clicked

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        reader.install()
        self.mirror = CanvasScene(self)
        self.setScene(self.mirror)
        # of fixed size, so that scroll bars never move under the hand
        self.setSceneRect(-_HALF, -_HALF, 2 * _HALF, 2 * _HALF)
        self.camera = Camera(self)
        self.hand = Hand(self)
        self._judge: Callable[[str, str, str, str], str] = lambda *_link: ""
        self.overview = Overview()
        self._last = ""
        self._hovered = ""
        self._spoken = ""
        self._grid = Grid()
        self.over: list[Callable[[QPainter, QRectF], None]] = []  # what overlays add to the boxes of a far view
        self._empty = EmptyItem()
        self.mirror.addItem(self._empty)
        self._set_up()
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(_REST)
        self._rests.timeout.connect(self.looked)
        self.corner = Corner(self)
        self._renamer = RenameField(self)
        self._note_field = NoteField(self)
        self.glide = Glide(self)
        self.mirror.changed_shape.connect(self.corner.refresh_errors)
        theme.notifier().changed.connect(self._on_theme_changed)
        self.camera.apply()
        self.centerOn(0, 0)
        self._describe()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)

    @property
    def zoom(self) -> float:
        return self.camera.zoom

    @property
    def level(self) -> str:
        """The level of detail: "full", "box" or "plain"."""
        return self.camera.level

    # ---- values in -----------------------------------------------------------------------------------------------

    def show_graph(
        self, graph: Graph, inference: Inference | None, blocks: Blocks = NO_BLOCKS, problems: Sequence[Any] = (),
        gliding: bool = False,
    ) -> None:  # fmt: skip
        """Show a graph; only what differs from the one shown before is touched. With `gliding`, cards that stand
        elsewhere now move there so that one can follow."""
        before = self.glide.places() if gliding else {}
        self.glide.finish()
        if self.hand.gesture and set(graph.nodes) != set(self.mirror.graph.nodes):
            self.hand.cancel()
        chosen = set(self.mirror.selected)  # a canceled rubber band may have chosen again what is about to go
        self.mirror.show_graph(graph, inference, blocks, problems)
        self._empty.setVisible(not graph.nodes and not graph.frames)
        self._hovered = self._hovered if self._hovered in self.mirror.nodes else ""
        if chosen != self.mirror.selected:
            self.selection_changed.emit(sorted(self.mirror.selected))
        self._describe()
        self.repaint_overview()
        if before:
            self.glide.start(before)

    def set_judge(self, judge: Callable[[str, str, str, str], str]) -> None:
        """Give the one judge of a link: it returns why there can be none, or an empty text."""
        self._judge = judge

    def judge(self, source: str, output: str, target: str, input: str) -> str:
        return self._judge(source, output, target, input)

    def set_selection(self, ids: Iterable[str]) -> None:
        """Choose cards without telling; hearing its own choice back changes nothing, chosen wires stay chosen."""
        names = {name for name in ids if name in self.mirror.nodes}
        if names == self.mirror.selected:
            return
        self.mirror.select(names)
        self._last = self._last if self._last in names else next(iter(sorted(names)), "")
        self._describe()
        self.repaint_overview()

    def set_thumbnails(self, node_id: str, images: Sequence[QImage]) -> None:
        """Show up to three photos in an input's card."""
        self.mirror.thumbs[node_id] = list(images)
        self.mirror.mark_again([node_id])

    def set_overlay(self, name: str) -> None:
        """Choose what lies over the cards: "shapes", "cost", or one that an overlay of its own shows."""
        self.mirror.overlay = name
        self.mirror.mark_again()

    def show_difference(self, states: Mapping[str, str], wires: Mapping[Edge, str]) -> None:
        """Mark cards and wires as "added", "removed" or "changed", for a comparison."""
        self.mirror.states, self.mirror.wire_states = dict(states), dict(wires)

    # ---- where things are ----------------------------------------------------------------------------------------

    def to_scene(self, place: QPoint) -> QPointF:
        return self.mapToScene(place)

    def hit(self, place: QPoint) -> Hit:
        """What is under a point of the viewport."""
        if self._empty.isVisible() and self._empty.card().contains(self.to_scene(place)):
            return Hit("ghost")
        reach = theme.sizes().port_grab / 2 / self.zoom if self.level == "full" else 0.5
        return hit_at(self.mirror, self.to_scene(place), reach, self.level == "full")

    def update_area(self, area: QRectF) -> None:
        """Paint a part of the scene again."""
        shown = self.viewportTransform().mapRect(area).toAlignedRect()
        self.viewport().update(shown.adjusted(-4, -4, 4, 4))

    # ---- choosing, hovering, speaking ----------------------------------------------------------------------------

    def choose(
        self, names: Iterable[str], edges: Iterable[Edge] = (), last: str = "", frames: Iterable[str] = (),
        dots: Iterable[Dot] = (),
    ) -> None:  # fmt: skip
        """Choose cards, wires, notes and dots as a person does: told by signal."""
        names = set(names)
        self._last = last if last in names else (self._last if self._last in names else next(iter(names), ""))
        if self.mirror.select(names, edges, frames, dots):
            self.selection_changed.emit(sorted(self.mirror.selected))
        self._describe()
        self.repaint_overview()

    def choose_all(self) -> None:
        """Choose every card and every dot."""
        self.choose(set(self.mirror.nodes), dots=set(self.mirror.dots))

    def last_chosen(self) -> str:
        """The card that the keyboard is at."""
        return self._last if self._last in self.mirror.selected else next(iter(sorted(self.mirror.selected)), "")

    def show_hover(self, hit: Hit) -> None:
        """Show what is under the pointer."""
        self._hovered = pointer.hover(self, hit, self._hovered)

    def show_refusal(self, why: str, place: QPoint) -> None:
        """Say near the pointer why a wire cannot go there."""
        if why:
            QToolTip.showText(self.viewport().mapToGlobal(place + QPoint(12, 12)), why, self.viewport())
        elif QToolTip.isVisible():
            QToolTip.hideText()

    def say(self, words: str) -> None:
        """Tell a screen reader where the keyboard is."""
        if words != self._spoken:
            self._spoken = words
            self.setAccessibleName(words)
            reader.tell(self)

    def _describe(self) -> None:
        self.say(description(self.mirror, self.last_chosen()))

    def commit_text(self) -> None:
        """Take over what is being written in place."""
        self._renamer.commit()
        self._note_field.commit()

    def rename(self, node: str) -> None:
        """Edit a card's title in place."""
        self.camera.show_node(node)
        self._renamer.open(node)

    def write(self, frame: str) -> None:
        """Write a note's text or a frame's title in place."""
        if frame in self.mirror.frames:
            self.glide.finish()
            self.ensureVisible(self.mirror.frames[frame].area(), MARGIN, MARGIN)
            self._note_field.open(frame)

    # ---- moving and zooming --------------------------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.looked_elsewhere()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.corner.place()
        self.looked_elsewhere()

    def looked_elsewhere(self) -> None:
        """The view shows another part of the scene now."""
        if hasattr(self, "corner"):
            self.corner.moved()
            self._rests.start()

    def _on_theme_changed(self) -> None:
        self.mirror.restyle()
        self.camera.rescale()
        self.corner.restyle()
        self.viewport().update()

    # ---- painting ------------------------------------------------------------------------------------------------

    def repaint_overview(self) -> None:
        """Paint a far view again; near, each item does it for itself."""
        if self.level != "full":
            self.viewport().update()

    def paintEvent(self, event) -> None:
        if self.level == "full":
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), theme.color("canvas"))
        painter.setRenderHints(self.renderHints())
        painter.setTransform(self.viewportTransform())
        area = self.viewportTransform().inverted()[0].mapRect(QRectF(event.rect()))
        self.overview.paint(painter, self.mirror, area, self.level == "box", self.zoom)
        for paint in self.over:
            paint(painter, area)
        if self.hand.gesture:
            self.hand.gesture.paint(painter)
        painter.end()

    def drawBackground(self, painter: QPainter, area: QRectF) -> None:
        shown = self.viewportTransform().mapRect(area).toAlignedRect().intersected(self.viewport().rect())
        painter.save()
        painter.resetTransform()
        self._grid.paint(painter, self, shown)
        painter.restore()

    def drawForeground(self, painter: QPainter, area: QRectF) -> None:
        if self.hand.gesture:
            self.hand.gesture.paint(painter)

    # ---- events --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        self.hand.place = event.position().toPoint()
        pointer.press(self, event)

    def mouseMoveEvent(self, event) -> None:
        pointer.move(self, event)

    def mouseReleaseEvent(self, event) -> None:
        pointer.release(self, event)

    def mouseDoubleClickEvent(self, event) -> None:
        pointer.double(self, event)

    def wheelEvent(self, event) -> None:
        pointer.wheel(self, event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.NativeGesture and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.camera.turn(event.position().toPoint(), 1 + event.value())
            return True
        if event.type() == QEvent.Type.Leave and not self.hand.gesture:
            self.show_hover(Hit("empty"))
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tab searches for a layer here, unless it was given away; Shift+Tab and F6 lead out of the canvas
        tab = event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if tab and keys.has(event):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and not self.hand.gesture:
            self.hand.space_held = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            event.accept()
        else:
            event.setAccepted(keys.handle(self, event))

    def keyReleaseEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.hand.space_held = False
            self.viewport().unsetCursor()
        else:
            event.ignore()

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and not self.mirror.selected and self.mirror.nodes:
            self.choose({keys.step(self, (0, 1))})  # the chosen card is where the keyboard is

    def focusOutEvent(self, event) -> None:
        self.hand.space_held = False
        super().focusOutEvent(event)

    def dragEnterEvent(self, event) -> None:
        dropping.enter(self, event)

    def dragMoveEvent(self, event) -> None:
        dropping.move(self, event)

    def dragLeaveEvent(self, event) -> None:
        dropping.leave(self)

    def dropEvent(self, event) -> None:
        dropping.drop(self, event)

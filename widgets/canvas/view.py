"""The canvas widget: shows a graph that others hold, and says by signal what the person wants done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip

from engine.graph import NO_BLOCKS, Blocks, Edge, Graph
from engine.infer import Inference
from widgets import theme
from widgets.canvas import dropping, keys, pointer
from widgets.canvas.corner import Corner
from widgets.canvas.empty import EmptyItem
from widgets.canvas.gestures import Gesture
from widgets.canvas.items import NodeItem, WireItem
from widgets.canvas.overview import Overview
from widgets.canvas.rename import RenameField
from widgets.canvas.scene import CanvasScene, Hit

ZOOM_LEAST, ZOOM_MOST = 0.02, 4.0
_BOX_BELOW, _PLAIN_BELOW, _HYSTERESIS = 0.60, 0.25, 0.95
_SETTLE = 120  # ms after the last step of a zoom until all is smooth again
_FRAME = 16
_EDGE, _EDGE_STEP = 28, 14
_MARGIN = 40
Modifiers = Qt.KeyboardModifier


class Canvas(QGraphicsView):
    """The network as cards and wires."""

    moved = Signal(dict)  # id -> (x, y)
    connect_wanted = Signal(str, str, str, str)  # source, output, target, input
    reconnect_wanted = Signal(object, str, str, str, str)  # the old wire, then as above
    disconnect_wanted = Signal(list)
    remove_wanted = Signal(list, bool)  # ids, whether to close the gap
    drop_wanted = Signal(str, float, float, object, object)  # layer, x, y, wire or None, id above or None
    quick_add_wanted = Signal(QPointF, QPoint, str, str, str, str)
    selection_changed = Signal(list)
    enter_wanted = Signal(str)
    rename_wanted = Signal(str, str)
    fix_wanted = Signal(int, int)
    zoom_changed = Signal(float)
    context_wanted = Signal(list, object, QPoint)
    files_dropped = Signal(list)
    refused = Signal(str)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.mirror = CanvasScene(self)
        self.setScene(self.mirror)
        self.zoom, self.level = theme.scale(), "full"
        self.gesture: Gesture | None = None
        self.gesture_button = Qt.MouseButton.LeftButton
        self.pressed: Hit | None = None
        self.press_place = QPoint()
        self.space_held = False
        self._judge: Callable[[str, str, str, str], str] = lambda *_link: ""
        self._overview = Overview()
        self._last = ""
        self._hovered = ""
        self._spoken = ""
        self._grid: tuple[tuple, QPixmap] | None = None
        self._wheel: tuple[QPoint, float] | None = None
        self._pointer = QPoint()
        self._training_due: set[str] = set()
        self._empty = EmptyItem()
        self.mirror.addItem(self._empty)
        self._settle = self._timer(_SETTLE, self._on_settled)
        self._frame = self._timer(_FRAME, self._on_frame)
        self._badges = self._timer(33, self._on_badges)
        self._edge_scroll = self._timer(_FRAME, self._on_edge_scroll, once=False)
        self._set_up()
        self.corner = Corner(self)
        self._renamer = RenameField(self)
        self.mirror.changed_shape.connect(self.corner.refresh_errors)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._apply_zoom()
        self.centerOn(0, 0)
        self._describe()

    def _timer(self, ms: int, slot: Callable[[], None], once: bool = True) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(once)
        timer.setInterval(ms)
        timer.timeout.connect(slot)
        return timer

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

    # ---- values in -----------------------------------------------------------------------------------------------

    def show_graph(
        self, graph: Graph, inference: Inference | None, blocks: Blocks = NO_BLOCKS, problems: Sequence[Any] = ()
    ) -> None:
        """Show a graph; only what differs from the one shown before is touched."""
        chosen = set(self.mirror.selected)
        if self.gesture and set(graph.nodes) != set(self.mirror.graph.nodes):
            self.cancel_gesture()
        self.mirror.show_graph(graph, inference, blocks, problems)
        self._empty.setVisible(not graph.nodes and not graph.frames)
        self._hovered = self._hovered if self._hovered in self.mirror.nodes else ""
        if chosen != self.mirror.selected:
            self.selection_changed.emit(sorted(self.mirror.selected))
        self._describe()
        self._repaint_overview()

    def set_judge(self, judge: Callable[[str, str, str, str], str]) -> None:
        """Give the one judge of a link: it returns why there can be none, or an empty text."""
        self._judge = judge

    def judge(self, source: str, output: str, target: str, input: str) -> str:
        return self._judge(source, output, target, input)

    def set_selection(self, ids: Iterable[str]) -> None:
        """Choose cards without telling."""
        self.mirror.select(ids)
        self._last = next(iter(self.mirror.selected), "")
        self._describe()
        self._repaint_overview()

    def set_thumbnails(self, node_id: str, images: Sequence[QImage]) -> None:
        """Show up to three photos in an input's card."""
        self.mirror.thumbs[node_id] = list(images)
        self.mirror.mark_again([node_id])

    def set_training(self, states: Mapping[str, tuple[Sequence[float], str]]) -> None:
        """Show a sparkline and one word on cards; an empty mapping ends it. Drawn at most 30 times a second."""
        self._training_due.update(self.mirror.training, states)
        self.mirror.training = dict(states)
        if not self._badges.isActive():
            self._badges.start()

    def set_overlay(self, name: str) -> None:
        """Choose what lies over the cards: "shapes" or "cost"."""
        self.mirror.overlay = name
        self.mirror.mark_again()

    def fit(self) -> None:
        """Show everything, at most at 100 %."""
        area = self.mirror.bounds()
        callout = self.mirror.callout
        self._fit(area.united(callout.mapRectToScene(callout.area())) if callout else area)

    def fit_selection(self) -> None:
        """Show the chosen cards, everything where none is chosen."""
        self._fit(self.mirror.bounds(self.mirror.selected or None))

    def _fit(self, area: QRectF) -> None:
        if area.isEmpty():
            self.zoom_to(100)
            self.centerOn(0, 0)
            return
        room = self.viewport().size()
        fitting = min(
            (room.width() - 2 * _MARGIN) / max(1.0, area.width()),
            (room.height() - 2 * _MARGIN) / max(1.0, area.height()),
        )
        self._set_zoom(min(fitting, theme.scale()))
        self.centerOn(area.center())

    def zoom_to(self, percent: float) -> None:
        """Zoom around the middle of the view."""
        self.zoom_at(self.viewport().rect().center(), percent / 100 * theme.scale() / self.zoom)

    def center_on(self, node: str) -> None:
        """Bring a card into the middle, large enough to read."""
        if node in self.mirror.nodes:
            if self.level != "full":
                self._set_zoom(theme.scale())
            self.centerOn(self.mirror.nodes[node].area().center())

    def center_at(self, place: QPointF) -> None:
        """Bring a point of the scene into the middle."""
        self._rough()
        self.centerOn(place)

    # ---- where things are ----------------------------------------------------------------------------------------

    def to_scene(self, place: QPoint) -> QPointF:
        return self.mapToScene(place)

    def visible_area(self) -> QRectF:
        """The part of the scene that the view shows."""
        return self.viewportTransform().inverted()[0].mapRect(QRectF(self.viewport().rect()))

    def names_in(self, area: QRectF) -> list[str]:
        """The cards that reach into an area of the scene."""
        found = (item for item in self.mirror.items(area) if isinstance(item, NodeItem))
        return [item.card.id for item in found if item.area().intersects(area)]

    def names_near(self, place: QPointF, reach: float) -> list[str]:
        return self.names_in(QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach))

    def wires_in(self, area: QRectF) -> list[WireItem]:
        """The wires drawn through an area of the scene."""
        return [item for item in self.mirror.items(area) if isinstance(item, WireItem) and item.isVisible()]

    def hit(self, place: QPoint) -> Hit:
        """What is under a point of the viewport."""
        reach = theme.sizes().port_grab / 2 / self.zoom if self.level == "full" else 0.5
        return self.mirror.hit(self.to_scene(place), reach, self.level == "full")

    def update_area(self, area: QRectF) -> None:
        """Paint a part of the scene again."""
        shown = self.viewportTransform().mapRect(area).toAlignedRect()
        self.viewport().update(shown.adjusted(-4, -4, 4, 4))

    # ---- gestures ------------------------------------------------------------------------------------------------

    def begin(self, gesture: Gesture, place: QPoint, button=Qt.MouseButton.LeftButton) -> None:
        self._renamer.commit()
        self.show_hover(Hit("empty"))
        self.gesture, self.gesture_button = gesture, button
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)
        gesture.start(place)

    def move_gesture(self, place: QPoint, keys: Modifiers) -> None:
        self._pointer = place
        if self.gesture:
            self.gesture.move(place, keys)
            if self.gesture.scrolls and self._edge_way(place) != QPoint():
                if not self._edge_scroll.isActive():
                    self._edge_scroll.start()
            else:
                self._edge_scroll.stop()

    def finish_gesture(self, place: QPoint | None = None, keys: Modifiers = Modifiers.NoModifier) -> None:
        self._end(lambda gesture: gesture.end(place or self._pointer, keys))

    def cancel_gesture(self) -> None:
        self._end(lambda gesture: gesture.cancel())

    def _end(self, how: Callable[[Gesture], None]) -> None:
        gesture, self.gesture = self.gesture, None
        self._edge_scroll.stop()
        self.viewport().unsetCursor()
        if gesture:
            how(gesture)
        self._repaint_overview()

    def _edge_way(self, place: QPoint) -> QPoint:
        room = self.viewport().rect()
        x = (place.x() < _EDGE) - (place.x() > room.width() - _EDGE)
        y = (place.y() < _EDGE) - (place.y() > room.height() - _EDGE)
        return QPoint(x * _EDGE_STEP, y * _EDGE_STEP)

    def _on_edge_scroll(self) -> None:
        way = self._edge_way(self._pointer)
        if not self.gesture or way == QPoint():
            self._edge_scroll.stop()
            return
        self.scroll_by(way)
        self.gesture.move(self._pointer, Modifiers.NoModifier)

    # ---- choosing, hovering, speaking ----------------------------------------------------------------------------

    def choose(self, names: Iterable[str], edges: Iterable[Edge] = (), last: str = "") -> None:
        """Choose cards and wires as a person does: told by signal."""
        names = set(names)
        self._last = last if last in names else (self._last if self._last in names else next(iter(names), ""))
        if self.mirror.select(names, edges):
            self.selection_changed.emit(sorted(self.mirror.selected))
        self._describe()
        self._repaint_overview()

    def last_chosen(self) -> str:
        """The card that the keyboard is at."""
        return self._last if self._last in self.mirror.selected else next(iter(sorted(self.mirror.selected)), "")

    def show_hover(self, hit: Hit) -> None:
        node = hit.node if hit.kind in ("node", "port", "plus") else ""
        if node != self._hovered:
            for name, on in ((self._hovered, False), (node, True)):
                if name in self.mirror.nodes:
                    self.mirror.nodes[name].set_hover(on)
            self._hovered = node
        if node:
            item = self.mirror.nodes[node]
            if item.marks.plus_hover != (hit.kind == "plus"):
                item.marks.plus_hover = hit.kind == "plus"
                item.update()
        self.mirror.hover_edge(hit.edge if hit.kind == "wire" else None)
        if self.mirror.callout:
            self.mirror.callout.set_state(hit.row if hit.kind == "button" else -1)
        hand = hit.kind in ("plus", "button")
        cross = hit.kind == "port"
        shape = Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.CrossCursor if cross else None
        if shape is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(shape)
        self.viewport().setToolTip(self._tip(hit))

    def _tip(self, hit: Hit) -> str:
        """The full words of what is elided or drawn only: shape, port, problem."""
        if hit.kind == "port" and hit.slot:
            facts = self.mirror.inference.facts.get(hit.node) if self.mirror.inference else None
            tensors = facts.inputs.get(hit.slot.port, ()) if facts and hit.side == "in" else ()
            tensor = tensors[hit.slot.index] if hit.slot.index < len(tensors) else None
            if facts and hit.side == "out":
                tensor = facts.outputs.get(hit.slot.port)
            name = hit.slot.port.replace("_", " ")
            return f"{name}: {tensor.words()}" if tensor else name
        if hit.kind == "node":
            card = self.mirror.nodes[hit.node].card
            return card.message or " · ".join(part for part in (card.title, card.summary) if part)
        return "Add after this" if hit.kind == "plus" else ""

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

    def _describe(self) -> None:
        self.say(_description(self.mirror, self.last_chosen()))

    def quick_add_here(self) -> None:
        """Ask for the quick search: after the chosen card, else at the pointer or in the middle."""
        at = self.last_chosen()
        outputs = self.mirror.nodes[at].card.outputs if at else ()
        if outputs:
            place = self.mirror.nodes[at].output_point(outputs[0].port) + QPointF(0, 30)
            shown = self.viewport().mapToGlobal(self.mapFromScene(place))
            self.quick_add_wanted.emit(place, shown, at, outputs[0].port, "", "")
            return
        inside = self.viewport().mapFromGlobal(self.cursor().pos())
        if not self.viewport().rect().contains(inside):
            inside = self.viewport().rect().center()
        self.quick_add_wanted.emit(self.to_scene(inside), self.viewport().mapToGlobal(inside), "", "", "", "")

    def rename(self, node: str) -> None:
        """Edit a card's title in place."""
        self.show_node(node)
        self._renamer.open(node)

    def show_node(self, node: str) -> None:
        """Scroll just enough for a card to be seen."""
        self.ensureVisible(self.mirror.nodes[node].area(), _MARGIN, _MARGIN)

    # ---- moving and zooming --------------------------------------------------------------------------------------

    def scroll_by(self, by: QPoint) -> None:
        """Move the view by pixels."""
        self._rough()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - by.x())
        down.setValue(down.value() - by.y())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._moved_view()

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.corner.place()
        self._moved_view()

    def _moved_view(self) -> None:
        if hasattr(self, "corner"):
            self.corner.moved()

    def wheel_zoom(self, place: QPoint, factor: float) -> None:
        """Collect turns of the wheel: one step of zoom a frame."""
        self._wheel = (place, factor * (self._wheel[1] if self._wheel else 1.0))
        if not self._frame.isActive():
            self._frame.start()

    def _on_frame(self) -> None:
        if self._wheel:
            (place, factor), self._wheel = self._wheel, None
            self.zoom_at(place, factor)

    def zoom_at(self, place: QPoint, factor: float) -> None:
        """Zoom so that the point under the pointer stays."""
        before = self.mapToScene(place)
        self._rough()
        self._set_zoom(self.zoom * factor)
        moved = self.mapFromScene(before) - place
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + moved.x())
        down.setValue(down.value() + moved.y())

    def _set_zoom(self, zoom: float) -> None:
        zoom = min(max(zoom, ZOOM_LEAST), ZOOM_MOST)
        if abs(zoom - self.zoom) > 1e-9:
            self.zoom = zoom
            self._apply_zoom()

    def _apply_zoom(self) -> None:
        from PySide6.QtGui import QTransform

        self.setTransform(QTransform.fromScale(self.zoom, self.zoom))
        self.level = level_at(self.zoom, self.level)
        self._moved_view()
        self.zoom_changed.emit(self.percent())

    def percent(self) -> float:
        """The zoom as people read it: 100 is plain size, whatever the text size setting."""
        return self.zoom / theme.scale() * 100

    def _rough(self) -> None:
        """No smooth edges while the view moves; one clean picture when it rests."""
        if self.renderHints() & QPainter.RenderHint.Antialiasing:
            self.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._settle.start()

    def _on_settled(self) -> None:
        self.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.viewport().update()

    def _on_badges(self) -> None:
        due, self._training_due = self._training_due, set()
        self.mirror.mark_again(due)
        self._repaint_overview()

    def _on_theme_changed(self) -> None:
        self._grid = None
        self.mirror.restyle()
        self._apply_zoom()
        self.viewport().update()

    # ---- painting ------------------------------------------------------------------------------------------------

    def _repaint_overview(self) -> None:
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
        self._overview.paint(painter, self.mirror, area, self.level == "box", self.zoom)
        if self.gesture:
            self.gesture.paint(painter)
        painter.end()

    def drawBackground(self, painter: QPainter, area: QRectF) -> None:
        shown = self.viewportTransform().mapRect(area).toAlignedRect().intersected(self.viewport().rect())
        painter.save()
        painter.resetTransform()
        self._paint_grid(painter, shown)
        painter.restore()

    def drawForeground(self, painter: QPainter, area: QRectF) -> None:
        if self.gesture:
            self.gesture.paint(painter)

    def _paint_grid(self, painter: QPainter, shown: QRect) -> None:
        """Blit the dots from a picture a little larger than the view, shifted to where the scene is."""
        step = theme.Sizes().grid_step * self.zoom
        size, ratio = self.viewport().size(), self.devicePixelRatioF()
        key = (round(step, 4), size.width(), size.height(), ratio, theme.current().canvas, theme.current().grid)
        if self._grid is None or self._grid[0] != key:
            self._grid = (key, grid_picture(step, size.width(), size.height(), ratio))
        origin = self.viewportTransform().map(QPointF(0, 0))
        left, top = origin.x() % step - step, origin.y() % step - step
        picture = self._grid[1]
        source = QRectF(
            (shown.x() - left) * ratio, (shown.y() - top) * ratio, shown.width() * ratio, shown.height() * ratio
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawPixmap(QRectF(shown), picture, source)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)

    # ---- events --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        self._pointer = event.position().toPoint()
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
            self.wheel_zoom(event.position().toPoint(), 1 + event.value())
            return True
        if event.type() == QEvent.Type.Leave and not self.gesture:
            self.show_hover(Hit("empty"))
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tab searches for a layer here; Shift+Tab and F6 lead out of the canvas
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and not self.gesture:
            self.space_held = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            event.accept()
        else:
            event.setAccepted(keys.handle(self, event))

    def keyReleaseEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self.viewport().unsetCursor()
        else:
            event.ignore()

    def focusOutEvent(self, event) -> None:
        self.space_held = False
        super().focusOutEvent(event)

    def dragEnterEvent(self, event) -> None:
        layer = dropping.layer_in(event.mimeData())
        if layer:
            self.begin(dropping.DropLayer(self, layer), event.position().toPoint())
            event.acceptProposedAction()
        elif dropping.files_in(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event) -> None:
        if isinstance(self.gesture, dropping.DropLayer):
            self.gesture.move(event.position().toPoint(), event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event) -> None:
        if isinstance(self.gesture, dropping.DropLayer):
            self.cancel_gesture()

    def dropEvent(self, event) -> None:
        if isinstance(self.gesture, dropping.DropLayer):
            self.finish_gesture(event.position().toPoint(), event.modifiers())
        elif files := dropping.files_in(event.mimeData()):
            self.files_dropped.emit(files)
        event.acceptProposedAction()


def level_at(zoom: float, before: str) -> str:
    """The level of detail at a zoom; leaving a level takes a little more than reaching it."""
    box = _BOX_BELOW * (_HYSTERESIS if before == "full" else 1.0)
    plain = _PLAIN_BELOW * (1.0 if before == "plain" else _HYSTERESIS)
    if zoom >= box:
        return "full"
    return "box" if zoom >= plain else "plain"


def grid_picture(step: float, width: int, height: int, ratio: float) -> QPixmap:
    """The dots of the background: one row drawn, the others copied."""
    picture = QPixmap(round((width + 2 * step) * ratio), round((height + 2 * step) * ratio))
    picture.fill(theme.color("canvas"))
    row = QPixmap(picture.width(), max(1, round(2 * ratio)))
    row.fill(theme.color("canvas"))
    dot: QColor = theme.color("grid")
    painter = QPainter(row)
    x = 0.0
    while x < width + 2 * step:
        painter.fillRect(QRect(round(x * ratio), 0, max(1, round(1.4 * ratio)), row.height()), dot)
        x += step
    painter.end()
    painter = QPainter(picture)
    y = 0.0
    while y < height + 2 * step:
        painter.drawPixmap(0, round(y * ratio), row)
        y += step
    painter.end()
    return picture


def _description(scene: CanvasScene, name: str) -> str:
    """The chosen card in words: what it is, what is wrong, who feeds it."""
    if name not in scene.nodes:
        count = len(scene.nodes)
        return f"Canvas, {count} layers" if count != 1 else "Canvas, 1 layer"
    card = scene.nodes[name].card
    words = [card.title]
    if card.level:
        words[0] += f", {card.level}: {card.message}"
    words += [card.summary] if card.summary else []
    feeds = [scene.nodes[edge.source].card.title for edge in scene.graph.incoming[name]]
    words += [f"input from {', '.join(feeds)}"] if feeds else []
    words += [word for word, on in (("muted", card.muted), ("frozen", card.frozen)) if on]
    if len(scene.selected) > 1:
        words.append(f"{len(scene.selected)} chosen")
    return ", ".join(words)

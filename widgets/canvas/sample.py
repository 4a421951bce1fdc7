"""The Sample overlay: beside each card what it gave for one real item. Values come in, wishes go out.

Each strip is an item hung on its card, so that it moves with it; where there is no room beside a card it lies inside.
What a strip shows is painted once into a picture at the screen's scale and only copied afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEngine, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QToolTip

from widgets import theme
from widgets.canvas.content import Card
from widgets.canvas.frames import FrameItem
from widgets.canvas.hits import nodes_in
from widgets.canvas.ink import ink
from widgets.canvas.items import NodeItem, WireItem
from widgets.canvas.sample_paint import draw_sample, width_of
from widgets.controls import rich_tip
from widgets.sample_values import NodeSample, facts, weights_words

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

S = theme.Sizes()
WIDE = 168.0
LEAST_INSIDE = 36.0
GAP = 14.0  # from the card to its strip
PAD = 4.0
BESIDE_LANE = 8.0
MOST_ASIDE = 150.0  # how far wires that run beside a card may push its strip away
FIGURES_FROM = 0.8  # the range is readable from this zoom on
MARGIN = 0.4  # of the view, around it: values that are asked for before they come into sight
MOST_WANTED = 160
SHARPEST = 4.0
_LINES = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture)


class SampleItem(QGraphicsItem):
    """The strip of one card, in the card's own coordinates."""

    def __init__(self, host: NodeItem, sample: NodeSample) -> None:
        super().__init__(host)
        self.host = host
        self.sample = sample
        self.inside = False
        self._area = QRectF(0, 0, 1, 1)
        self._picture: tuple[tuple[object, ...], float, QPixmap] | None = None
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def area(self) -> QRectF:
        """Where it lies, from the card's corner."""
        return self._area

    def area_in_scene(self) -> QRectF:
        return self._area.translated(self.host.pos())

    def set_sample(self, sample: NodeSample) -> None:
        """Show another value."""
        self.sample, self._picture = sample, None
        self.update()

    def put(self, area: QRectF, inside: bool) -> None:
        """Lie elsewhere."""
        if (area, inside) != (self._area, self.inside):
            self.prepareGeometryChange()
            self._area, self.inside, self._picture = area, inside, None

    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-GAP, -1, 1, 1)

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        pens = ink()
        if not self.inside:
            y = self._area.center().y()
            left = self._area.x() < 0
            start = QPointF(0 if left else self.host.card.width, y)
            end = QPointF(self._area.right() if left else self._area.x(), y)
            painter.setPen(QPen(theme.color("line3"), 1))
            painter.drawLine(start, end)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pens.card if self.inside else pens.canvas)
        painter.drawRoundedRect(self._area, PAD, PAD)
        scale = painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        self.draw(painter, big=False, figures=scale / theme.scale() >= FIGURES_FROM)

    def draw(self, painter: QPainter, big: bool, figures: bool) -> None:
        """Copy what it shows to where it lies; painted anew only at another scale, and not while the view zooms."""
        inner = self._area.adjusted(PAD, PAD / 2, -PAD, -PAD / 2)
        scale, dense = painter.worldTransform().m11(), painter.device().devicePixelRatioF()
        if painter.paintEngine().type() in _LINES:  # a file of lines, where nothing is copied
            draw_sample(painter, inner, self.sample, big, figures)
            return
        ratio = min(scale * dense, SHARPEST)
        look = (big, figures, theme.current().name, theme.current().canvas)
        rough = not painter.renderHints() & QPainter.RenderHint.Antialiasing
        known = self._picture
        if known is None or known[0] != look or (known[1] != ratio and not rough):
            known = self._picture = look, ratio, self._painted(inner, ratio, big, figures)
        if known[1] != scale * dense:
            painter.drawPixmap(inner, known[2], QRectF(known[2].rect()))
            return
        spot = painter.worldTransform().map(inner.topLeft())
        painter.save()
        painter.resetTransform()  # pixel by pixel: a copy that is not scaled costs next to nothing
        painter.drawPixmap(QPointF(round(spot.x() * dense) / dense, round(spot.y() * dense) / dense), known[2])
        painter.restore()

    def _painted(self, inner: QRectF, ratio: float, big: bool, figures: bool) -> QPixmap:
        picture = QPixmap(max(1, math.ceil(inner.width() * ratio)), max(1, math.ceil(inner.height() * ratio)))
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            painter.scale(ratio, ratio)
            draw_sample(painter, QRectF(0, 0, inner.width(), inner.height()), self.sample, big, figures)
        picture.setDevicePixelRatio(self._density())
        return picture

    def _density(self) -> float:
        scene = self.scene()
        views = scene.views() if scene is not None else []
        return views[0].devicePixelRatioF() if views else 1.0


class SampleLayer(QObject):
    """The strips of a canvas. `picked` says which one was pressed, `looked` that others may be seen now."""

    picked = Signal(str)
    looked = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._items: dict[str, SampleItem] = {}
        self._on = False
        self._tipped = ""
        canvas.viewport().installEventFilter(self)
        canvas.mirror.changed_shape.connect(self._on_changed_shape)
        canvas.looked.connect(self._on_looked)
        canvas.over.append(self.paint_over)
        theme.notifier().changed.connect(self.place_all)

    @property
    def on(self) -> bool:
        """Whether it is shown."""
        return self._on

    def turn(self, on: bool) -> None:
        """Show the overlay or take it away."""
        self._on = on
        if not on:
            self.clear()

    def clear(self) -> None:
        """Forget all values."""
        for item in self._items.values():
            self._drop(item)
        self._items.clear()
        self._canvas.viewport().update()

    def shown(self) -> dict[str, NodeSample]:
        """What each card shows."""
        return {name: item.sample for name, item in self._items.items()}

    def item(self, name: str) -> SampleItem | None:
        """The strip of a card, None where it has none."""
        return self._items.get(name)

    def wanted(self) -> list[str]:
        """The cards in view and a little around, nearest to the middle first; none where cards are mere boxes."""
        canvas = self._canvas
        if canvas.level == "plain":
            return []
        seen = canvas.camera.seen()
        across, down = seen.width() * MARGIN, seen.height() * MARGIN
        names = nodes_in(canvas.mirror, seen.adjusted(-across, -down, across, down))
        middle = seen.center()
        nodes = canvas.mirror.nodes

        def far(name: str) -> float:
            away = nodes[name].area().center() - middle
            return away.x() ** 2 + away.y() ** 2

        return sorted(names, key=far)[:MOST_WANTED]

    def show(self, samples: Mapping[str, NodeSample]) -> None:
        """Show values; those of other cards stay."""
        if not self._on:
            return
        for name, sample in samples.items():
            host = self._canvas.mirror.nodes.get(name)
            if host is None:
                continue
            item = self._items.get(name)
            if item is None or item.host is not host:
                self._items[name] = item = SampleItem(host, sample)
            else:
                item.set_sample(sample)
        self._place(samples)
        self._canvas.viewport().update()

    def keep(self, names: Iterable[str]) -> None:
        """Take the strips of all other cards away."""
        kept = set(names)
        for name in [name for name in self._items if name not in kept]:
            self._drop(self._items.pop(name))

    def place_all(self) -> None:
        """Find the place of every strip again."""
        self._place(list(self._items))
        self._canvas.viewport().update()

    # ---- where strips lie ----------------------------------------------------------------------------------------

    def _place(self, names: Iterable[str]) -> None:
        for name in names:
            item = self._items.get(name)
            if item is not None and not _gone(item):
                item.put(*self._spot(item))
                # what is wrong with a card stands beside it already
                told = item.sample.why and item.host.card.level == "error"
                item.setVisible(not told and not item.area.isEmpty())

    def _spot(self, item: SampleItem) -> tuple[QRectF, bool]:
        """Beside the card at the right, else at the left, else inside of it."""
        card = item.host.card
        tall = _height(card)
        top = (card.height - tall) / 2
        wide = width_of(item.sample, WIDE - 2 * PAD, tall - PAD) + 2 * PAD
        for right in (True, False):
            area = self._beside(item.host, QRectF(0, top, wide, tall), right)
            if area is not None:
                return area, False
        return _inside(card), True

    def _beside(self, host: NodeItem, area: QRectF, right: bool) -> QRectF | None:
        """A free place beside a card, past the wires that run there; None where there is none."""
        place = host.pos()
        spot = area.translated(place)
        if right:
            spot.moveLeft(place.x() + host.card.width + GAP)
        else:
            spot.moveRight(place.x() - GAP)
        moved = 0.0
        while (lane := self._lane_through(spot, right)) is not None and moved <= MOST_ASIDE:
            by = lane + BESIDE_LANE - spot.left() if right else lane - BESIDE_LANE - spot.right()
            spot.translate(by, 0)
            moved += abs(by)
        if moved > MOST_ASIDE or self._taken(spot, host):
            return None
        return spot.translated(-place)

    def _lane_through(self, spot: QRectF, right: bool) -> float | None:
        """The outermost wire that runs down through a place."""
        lanes = [
            wire.lane
            for wire in self._canvas.mirror.items(spot)
            if isinstance(wire, WireItem)
            and wire.lane is not None
            and wire.isVisible()
            and spot.left() - BESIDE_LANE < wire.lane < spot.right() + BESIDE_LANE
            and min(wire.ends[1], wire.ends[3]) < spot.bottom()
            and max(wire.ends[1], wire.ends[3]) > spot.top()
        ]
        return (max(lanes) if right else min(lanes)) if lanes else None

    def _taken(self, spot: QRectF, host: NodeItem) -> bool:
        """Whether a card or a note lies there."""
        for other in self._canvas.mirror.items(spot):
            if isinstance(other, NodeItem) and other is not host and other.area().intersects(spot):
                return True
            if isinstance(other, FrameItem) and other.frame.kind == "note" and other.area().intersects(spot):
                return True
        return False

    # ---- far away ------------------------------------------------------------------------------------------------

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """From far away: strips beside their boxes, few and large; nothing where boxes have no names."""
        if not self._on or self._canvas.level != "box":
            return
        for item in self._items.values():
            if item.inside or _gone(item) or not item.isVisible() or not item.area_in_scene().intersects(area):
                continue
            painter.save()
            painter.translate(item.host.pos())
            item.draw(painter, big=item.area.height() > 30, figures=False)
            painter.restore()

    # ---- events --------------------------------------------------------------------------------------------------

    def at(self, place: QPointF) -> str:
        """The card whose strip is at a point of the scene, empty for none."""
        for name, item in self._items.items():
            if not _gone(item) and item.isVisible() and item.area_in_scene().contains(place):
                return name
        return ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self._on or not self._items or self._canvas.level == "plain":
            return False
        if event.type() == QEvent.Type.ToolTip:
            return self._tip(event)
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            return self._press(event)
        return False

    def _tip(self, event) -> bool:
        name = self.at(self._canvas.to_scene(event.pos()))
        if not name:
            return False
        QToolTip.showText(event.globalPos(), tip(self._items[name].host.card, self._items[name].sample), self._canvas)
        return True

    def _press(self, event: QMouseEvent) -> bool:
        free = not (self._canvas.hand.gesture or self._canvas.hand.space_held or event.modifiers())
        if event.button() != Qt.MouseButton.LeftButton or not free:
            return False
        name = self.at(self._canvas.to_scene(event.position().toPoint()))
        if not name or self._items[name].inside:
            return False  # inside a card a press is the card's
        self._canvas.choose({name}, last=name)
        self.picked.emit(name)
        return True

    def _on_changed_shape(self) -> None:
        nodes = self._canvas.mirror.nodes
        for name in [name for name, item in self._items.items() if nodes.get(name) is not item.host or _gone(item)]:
            self._drop(self._items.pop(name))
        self._place(list(self._items))

    def _on_looked(self) -> None:
        if self._on:
            self.looked.emit()

    def _drop(self, item: SampleItem) -> None:
        if not _gone(item):
            scene = item.scene()
            if scene is not None:
                scene.removeItem(item)
            else:
                item.setParentItem(None)


def _gone(item: SampleItem) -> bool:
    """Whether its card was deleted, and it with it."""
    return not shiboken6.isValid(item)


def _height(card: Card) -> float:
    return card.height - 4 if not card.row else card.height - 2


def _inside(card: Card) -> QRectF:
    """Where a strip lies in its card: over the settings of a head, else behind the title; empty where that is long."""
    if not (card.row or card.slim):
        return QRectF(44, 22, card.width - 54, card.height - 25)
    start = S.card_text - 6 + ink().width("row" if card.row else "name", card.title) + 8
    wide = card.width - 10 - start
    return QRectF(start, 2, wide, card.height - 4) if wide >= LEAST_INSIDE else QRectF()


def tip(card: Card, sample: NodeSample) -> str:
    """A strip in words: its figures in two columns, and what is not learned."""
    if sample.why:
        return rich_tip(card.title, sample.why)
    look = theme.current()
    rows = "".join(
        f'<tr><td style="color:{look.text2}">{escape(name)}&nbsp;&nbsp;</td><td align="right">{escape(text)}</td></tr>'
        for name, text in facts(sample)
    )
    note = weights_words(sample)
    below = f'<div style="color:{look.warning}">{escape(note)}</div>' if note else ""
    return f"<b>{escape(card.title)}</b><table>{rows}</table>{below}"

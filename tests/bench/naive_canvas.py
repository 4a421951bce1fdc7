"""The canvas as one would first write it, as the baseline of the bench: an item per card that draws its words by itself
at every zoom, an item per wire, everything repainted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsScene, QGraphicsView

from engine.graph import Graph, Node, label_of

WIDTH, HEIGHT = 224, 48


class NaiveCard(QGraphicsItem):
    def __init__(self, node: Node) -> None:
        super().__init__()
        self.title, self.wires = label_of(node), []
        self.setPos(node.x, node.y)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsGeometryChanges)

    def boundingRect(self) -> QRectF:
        return QRectF(-8, -8, WIDTH + 16, HEIGHT + 16)

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(0, 0, WIDTH, HEIGHT), 9, 9)
        painter.fillPath(path, QColor("#20222b"))
        painter.setPen(QPen(QColor("#3a3d4a"), 1))
        painter.drawPath(path)
        painter.setPen(QColor("#e8eaf0"))
        painter.drawText(QRectF(44, 6, WIDTH - 50, 18), self.title)
        painter.drawText(QRectF(44, 24, WIDTH - 50, 18), "32 filters · 3 × 3")
        for y in (0, HEIGHT):
            painter.setBrush(QColor("#5aa9ff"))
            painter.drawEllipse(QPointF(WIDTH / 2, y), 5, 5)

    def itemChange(self, change, value):
        if change == QGraphicsItem.GraphicsItemChange.ItemPositionHasChanged:
            for wire in self.wires:
                wire.lay()
        return super().itemChange(change, value)


class NaiveWire(QGraphicsPathItem):
    def __init__(self, source: NaiveCard, target: NaiveCard) -> None:
        super().__init__()
        self.source, self.target = source, target
        self.setPen(QPen(QColor("#5aa9ff"), 2))
        self.lay()

    def lay(self) -> None:
        start, end = self.source.pos() + QPointF(WIDTH / 2, HEIGHT), self.target.pos() + QPointF(WIDTH / 2, 0)
        path, middle = QPainterPath(start), (start.y() + end.y()) / 2
        path.cubicTo(QPointF(start.x(), middle), QPointF(end.x(), middle), end)
        self.setPath(path)


class NaiveCanvas(QGraphicsView):
    """Shows a graph; `cards` by name."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.kept = QGraphicsScene()
        self.setScene(self.kept)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.cards = {name: NaiveCard(node) for name, node in graph.nodes.items()}
        for edge in graph.edges:
            wire = NaiveWire(self.cards[edge.source], self.cards[edge.target])
            self.cards[edge.source].wires.append(wire)
            self.cards[edge.target].wires.append(wire)
            self.kept.addItem(wire)
        for card in self.cards.values():
            self.kept.addItem(card)

    def fit(self) -> None:
        self.fitInView(self.kept.itemsBoundingRect(), Qt.AspectRatioMode.KeepAspectRatio)

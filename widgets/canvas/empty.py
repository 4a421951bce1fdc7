"""What an empty canvas says: a ghost of the first card and the three ways to begin."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from widgets import icons, keymap, theme
from widgets.canvas.geometry import S
from widgets.canvas.ink import ink

TITLE = "Start with your data"


def line() -> str:
    """What else one may begin with."""
    key = keymap.shown("search_layers")
    return f"drag a layer, press {key} to search, or open a template" if key else "drag a layer, or open a template"


class EmptyItem(QGraphicsItem):
    """A dashed input card with two lines below it, centered on the origin."""

    def boundingRect(self) -> QRectF:
        return QRectF(-S.callout_width / 2, -70, S.callout_width, 150)

    @staticmethod
    def card() -> QRectF:
        """The ghost, which leads to the data."""
        return QRectF(-S.card_width / 2, -60, S.card_width, S.card_head)

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        pens = ink()
        card = self.card()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("line3"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(card, S.r9, S.r9)
        tile = QRectF(card.x() + S.card_pad + 1, card.y() + (S.card_head - S.tile) / 2, S.tile, S.tile)
        icons.paint_tile(painter, tile, "Inputs and outputs", "input")
        painter.setPen(pens.text2)
        painter.setFont(pens.font("name"))
        painter.drawText(card.adjusted(S.card_text, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "Your data")
        painter.setPen(pens.text1)
        painter.drawText(QRectF(-174, 8, 348, 22), Qt.AlignmentFlag.AlignCenter, TITLE)
        painter.setPen(pens.text2)
        painter.setFont(pens.font("secondary"))
        painter.drawText(QRectF(-174, 32, 348, 20), Qt.AlignmentFlag.AlignCenter, line())

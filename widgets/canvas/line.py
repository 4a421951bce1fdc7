"""A path that is hit where its line runs, and nowhere else."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath, QPainterPathStroker
from PySide6.QtWidgets import QGraphicsPathItem


class LineItem(QGraphicsPathItem):
    """Painted by Qt. Qt's own shape of an open path is filled: it would take in all that lies between a shortcut and
    the trunk."""

    _outline: QPainterPath | None = None

    def lay(self, path: QPainterPath) -> None:
        """Run along another path."""
        self._outline = None
        self.setPath(path)

    def touches(self, area: QRectF) -> bool:
        """Whether the line itself runs through an area of the scene."""
        if self._outline is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(1)
            self._outline = stroker.createStroke(self.path())
        return self._outline.intersects(area)

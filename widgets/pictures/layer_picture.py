"""The inspector's picture of a layer: paints what the layer does, in the theme's colors, and says it in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, start
from widgets.pictures.about import About, Picture


class LayerPicture(Themed, QWidget):
    """One picture, as wide as there is room; hidden for layers that have none."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._about: About | None = None
        self._picture: Picture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_layer(self, about: About | None) -> None:
        """Show a layer; None, or one without a picture, shows nothing."""
        from widgets.pictures.registry import picture_of  # not before a layer is shown: the window opens without it

        self._about = about
        self._picture = picture_of(about.layer) if about is not None else None
        self.setVisible(self._picture is not None)
        if self._picture is not None and about is not None:
            self.setAccessibleName(self._picture.words(about))
            self.setToolTip(self._picture.words(about))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        side = theme.sizes().s24 * 4
        if self._about is not None and self._picture is not None and self._picture.high is not None:
            wanted = self._picture.high(self._about, side * 2) * theme.scale()
            return QSize(side * 2, round(wanted) + 2 * theme.sizes().s8)
        return QSize(side * 2, side + theme.sizes().s8)

    def paintEvent(self, event) -> None:
        from widgets.pictures.ink import Ink

        about, picture = self._about, self._picture
        if about is None or picture is None:
            return
        sizes = theme.sizes()
        area = QRectF(self.rect()).adjusted(sizes.gap, sizes.s4, -sizes.gap, -sizes.s4)
        picture.paint(Ink(start(self), area, about.section), about)

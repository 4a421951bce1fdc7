"""The grid of thumbnails: asks for what is in view, shows bytes when they come, forgets the oldest."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from widgets import theme
from widgets.controls.base import box, text
from widgets.values import Thumb

THUMB = Qt.ItemDataRole.UserRole
PAGE = 48
_LONG = 1.6  # times as long as wide
_KEPT = 3000  # pictures; at 110 px about 140 MB, far more than fit a screen


class ThumbsModel(QAbstractListModel):
    """Thumbnails by number; missing ones are asked for by page."""

    wanted = Signal(int, int)  # start, count

    def __init__(self, parent=None):
        super().__init__(parent)
        self._count = 0
        self.names: tuple[str, ...] = ()
        self._thumbs: OrderedDict[int, tuple[Thumb, QPixmap]] = OrderedDict()
        self._asked: set[int] = set()
        self._pages: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_ask)

    def reset(self, count: int, names=None) -> None:
        """Forget all and start again with so many items."""
        self.beginResetModel()
        self._count, self.names = count, self.names if names is None else tuple(names)
        self._thumbs.clear()
        self._asked.clear()
        self._pages.clear()
        self.endResetModel()

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else self._count

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        if not index.isValid():
            return None
        found = self._thumbs.get(index.row())
        if role == THUMB:
            if found is None:
                self._want(index.row() // PAGE)
            else:
                self._thumbs.move_to_end(index.row())
            return found
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(index.row(), found)
        return None

    def _words(self, row: int, found) -> str:
        if found is None:
            return f"Item {row + 1}"
        label = self.label(found[0])
        return " · ".join(part for part in (found[0].name, label) if part) or f"Item {row + 1}"

    def label(self, thumb: Thumb) -> str:
        known = thumb.label is not None and 0 <= thumb.label < len(self.names)
        return self.names[thumb.label] if known else ""

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            self._pages.add(page)
            self._timer.start()

    def _on_ask(self) -> None:
        pages, self._pages = sorted(self._pages), set()
        for page in pages:
            start = page * PAGE
            if start < self._count:
                self.wanted.emit(start, min(PAGE, self._count - start))

    def put(self, start: int, thumbs: list[Thumb]) -> None:
        """Take thumbnails that came."""
        for at, thumb in enumerate(thumbs, start):
            picture = QPixmap()
            picture.loadFromData(thumb.png)
            self._thumbs[at] = (thumb, picture)
        while len(self._thumbs) > _KEPT:
            gone, _thumb = self._thumbs.popitem(last=False)
            self._asked.discard(gone // PAGE)
        if thumbs and start < self._count:
            last = min(start + len(thumbs), self._count) - 1
            self.dataChanged.emit(self.index(start), self.index(last))


def paint_picture(painter: QPainter, area: QRectF, picture: QPixmap | None, radius: float) -> None:
    """Paint a picture into a rounded square, cut to fill it; an empty one is a quiet ground.

    A long one, such as the picture of a sound, is shown whole: cut, it would say nothing of its ends.
    """
    box(painter, area, radius, "hover")
    if picture is None or picture.isNull():
        return
    painter.save()
    clip = QPainterPath()
    clip.addRoundedRect(area, radius, radius)
    painter.setClipPath(clip)
    side, long = sorted((picture.width(), picture.height()))
    if long > _LONG * side:
        shown = QRectF(0, 0, *(area.width() * one / long for one in (picture.width(), picture.height())))
        shown.moveCenter(area.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(shown, picture, QRectF(picture.rect()))
        painter.restore()
        return
    source = QRectF((picture.width() - side) / 2, (picture.height() - side) / 2, side, side)
    smooth = side > area.width() / 3  # tiny pictures, such as 8 × 8 digits, stay sharp squares
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawPixmap(area, picture, source)
    painter.restore()


class _ThumbDelegate(QStyledItemDelegate):
    """A picture with its class below."""

    def paint(self, painter: QPainter, option, index):
        sizes = theme.sizes()
        found = index.data(THUMB)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = option.rect.width() - sizes.s12
        area = QRectF(option.rect.x() + sizes.s4, option.rect.y() + sizes.s4, side, side)
        paint_picture(painter, area, found[1] if found else None, sizes.r6)
        if option.state & QStyle.StateFlag.State_Selected:
            out = sizes.ring + sizes.hair
            box(painter, area.adjusted(-out, -out, out, out), sizes.r9, None, "acc_line", sizes.ring)
        if found is not None:
            self._paint_label(painter, index.model(), found[0], area)
        painter.restore()

    def _paint_label(self, painter, model: ThumbsModel, thumb: Thumb, area: QRectF) -> None:
        sizes, line = theme.sizes(), theme.line_height("caption")
        label = model.label(thumb)
        words = label or thumb.name
        at = QRectF(area.x(), area.bottom() + sizes.s4, area.width(), line)
        if label:
            dot = QRectF(at.x(), at.center().y() - sizes.dot / 2, sizes.dot, sizes.dot).adjusted(1, 1, -1, -1)
            box(painter, dot, dot.width() / 2, f"run:{thumb.label}")
            at.adjust(sizes.dot + sizes.s4, 0, 0, 0)
        text(painter, at, words, "caption", "text2")

    def sizeHint(self, option, index):
        grid = self.parent().gridSize()
        side = theme.sizes().thumb
        return grid if grid.isValid() else QSize(side, side)


class ThumbGrid(QListView):
    """Pictures in columns that fill the width."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.thumbs = ThumbsModel(self)
        self.setModel(self.thumbs)
        self.setItemDelegate(_ThumbDelegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Pictures")

    def chosen(self) -> int:
        index: QModelIndex = self.currentIndex()
        return index.row() if index.isValid() else -1

    def resizeEvent(self, event):
        """Divide the width into columns near the wanted size of a picture."""
        sizes = theme.sizes()
        room = self.width() - sizes.scroll_bar - sizes.gap  # Qt wraps a row that fills the width to the pixel
        columns = max(1, round(room / (sizes.thumb + sizes.s12)))
        wide = min(room // columns, 2 * sizes.thumb)
        self.setGridSize(QSize(wide, wide + sizes.s8 + theme.line_height("caption")))
        super().resizeEvent(event)

"""Cards of wrong answers: the item, what the model said, what is true, each with its share."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from widgets import theme, words
from widgets.controls.base import box, paint_icon, text, width_of
from widgets.thumbs import paint_picture
from widgets.values import Mistake

MISTAKE = Qt.ItemDataRole.UserRole
COLUMNS = 4
_MOST_VALUES = 5
_SHORT, _TEXT_LINES = 24, 4
"""A longer value is a text, and gets so many lines of its card."""


def _lines(value: str) -> int:
    return _TEXT_LINES if len(value) > _SHORT else 1


def _cut(value: str, room: QRectF) -> str:
    """A text cut to what the lines of a card hold, with a sign that it goes on."""
    metrics, flags = QFontMetricsF(theme.font("caption")), Qt.TextFlag.TextWordWrap.value
    shown = metrics.elidedText(value, Qt.TextElideMode.ElideRight, room.width() * _TEXT_LINES)
    while len(shown) > _SHORT and metrics.boundingRect(room, flags, shown).height() > room.height() + 1:
        shown = f"{shown[:-5].rstrip()}…"
    return shown


class MistakesModel(QAbstractListModel):
    """Wrong answers, most certain first as given."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.classes: tuple[str, ...] = ()
        self._mistakes: list[Mistake] = []
        self._pictures: dict[int, QPixmap] = {}

    def show(self, mistakes, classes) -> None:
        self.beginResetModel()
        self._mistakes, self.classes = list(mistakes), tuple(classes)
        self._pictures = {}
        self.endResetModel()

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else len(self._mistakes)

    def has_pictures(self) -> bool:
        return any(mistake.png for mistake in self._mistakes[:1])

    def most_values(self) -> int:
        """The lines that the values of a card take at most; a text takes several."""
        taken = (sum(_lines(value) for _, value in mistake.values[:_MOST_VALUES]) for mistake in self._mistakes)
        return max(taken, default=0)

    def picture(self, row: int) -> QPixmap:
        if row not in self._pictures:
            made = QPixmap()
            made.loadFromData(self._mistakes[row].png)
            self._pictures[row] = made
        return self._pictures[row]

    def name(self, index: int) -> str:
        return self.classes[index] if 0 <= index < len(self.classes) else str(index)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        if not index.isValid():
            return None
        mistake = self._mistakes[index.row()]
        if role == MISTAKE:
            return mistake
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            sure = words.percent(mistake.answer_share, 0)
            said = mistake.said or f"{self.name(mistake.answer)} {sure}"
            return f"Item {mistake.index + 1}: said {said}, is {mistake.true or self.name(mistake.truth)}"
        return None


class _Delegate(QStyledItemDelegate):
    """Paints a card."""

    def paint(self, painter: QPainter, option, index):
        sizes, model = theme.sizes(), index.model()
        mistake: Mistake = index.data(MISTAKE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = sizes.s12 / 2
        card = QRectF(option.rect).adjusted(gap, gap, -gap, -gap)
        chosen = option.state & QStyle.StateFlag.State_Selected
        hover = option.state & QStyle.StateFlag.State_MouseOver
        line = "acc_line" if chosen else ("line3" if hover else "line2")
        box(painter, card, sizes.r9, "card", line, sizes.ring if chosen else None)
        inside = card.adjusted(sizes.s8, sizes.s8, -sizes.s8, -sizes.s8)
        height = theme.line_height("secondary")
        top = QRectF(inside.x(), inside.y(), inside.width(), inside.height() - 2 * height - sizes.s6)
        if mistake.png:
            paint_picture(painter, top, model.picture(index.row()), sizes.r6)
        else:
            self._paint_values(painter, mistake, top)
        answer = QRectF(inside.x(), inside.bottom() - 2 * height, inside.width(), height)
        truth = answer.translated(0, height)
        if mistake.said:
            self._paint_line(painter, answer, "x", "error", "said", mistake.said, True)
            self._paint_line(painter, truth, "check", "good", "true", mistake.true, False)
        else:
            sure, right = words.percent(mistake.answer_share, 0), words.percent(mistake.truth_share, 0)
            self._paint_line(painter, answer, "x", "error", model.name(mistake.answer), sure, True)
            self._paint_line(painter, truth, "check", "good", model.name(mistake.truth), right, False)
        painter.restore()

    def _paint_values(self, painter: QPainter, mistake: Mistake, area: QRectF) -> None:
        height = theme.line_height("caption")
        title = QRectF(area.x(), area.y(), area.width(), height)
        text(painter, title, f"Row {words.thousands(mistake.index + 1)}", "caption", "text3")
        at = 1
        for name, value in mistake.values[:_MOST_VALUES]:
            line = title.translated(0, at * height)
            at += _lines(value)
            if _lines(value) > 1:
                painter.setFont(theme.font("caption"))
                painter.setPen(theme.color("text1"))
                whole = line.adjusted(0, 0, 0, (_TEXT_LINES - 1) * height)
                painter.drawText(whole, Qt.TextFlag.TextWordWrap, _cut(value, whole))
                continue
            wide = min(width_of(value, "caption", True) + 1, line.width() * 0.6)
            text(painter, line.adjusted(line.width() - wide, 0, 0, 0), value, "caption", "text1",
                 Qt.AlignmentFlag.AlignRight, bold=True)  # fmt: skip
            text(painter, line.adjusted(0, 0, -wide - theme.sizes().s6, 0), name, "caption", "text2")

    def _paint_line(self, painter, line: QRectF, icon: str, tone: str, name: str, said: str, strong: bool) -> None:
        sizes = theme.sizes()
        paint_icon(painter, icon, line.x(), line.center().y(), sizes.icon_small, tone)
        ink = "text1" if strong else "text2"
        text(painter, line, said, "secondary", ink, Qt.AlignmentFlag.AlignRight, bold=strong)
        rest = line.adjusted(sizes.icon_small + sizes.s4, 0, -width_of(said, "secondary", strong) - sizes.s4, 0)
        text(painter, rest, name, "secondary", ink, bold=strong)

    def sizeHint(self, option, index):
        return self.parent().gridSize()


class MistakeGrid(QListView):
    """The cards in four columns."""

    mistake_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.mistakes = MistakesModel(self)
        self.setModel(self.mistakes)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Worst mistakes")
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_mistakes(self, mistakes, classes) -> None:
        self.mistakes.show(mistakes, classes)
        self._fit()

    def _fit(self) -> None:
        sizes = theme.sizes()
        room = self.width() - sizes.scroll_bar - sizes.gap
        columns = max(1, min(COLUMNS, room // sizes.template_picture))
        wide = max(sizes.tile, room // columns)
        edge = 2 * sizes.s8 + sizes.s12
        words_ = 2 * theme.line_height("secondary") + sizes.s6
        values = (self.mistakes.most_values() + 1) * theme.line_height("caption")
        body = min(wide - edge, 2 * sizes.thumb) if self.mistakes.has_pictures() else values
        self.setGridSize(QSize(wide, body + edge + words_))

    def resizeEvent(self, event):
        self._fit()
        super().resizeEvent(event)

    def _on_current(self, now, _before) -> None:
        if now.isValid():
            self.mistake_chosen.emit(now.data(MISTAKE).index)

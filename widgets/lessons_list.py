"""The list of lessons: a mark for how far one is, the title, how long it takes. One press begins or goes on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets import theme, words
from widgets.controls.base import box, center_square, paint_icon, paint_ring, text, width_of
from widgets.controls.labels import rich_tip
from widgets.lists import RowList, RowPainter, Rows, State


@dataclass(frozen=True)
class LessonRow:
    """One lesson: `share` says how much of it lies behind the person."""

    name: str
    title: str
    line: str
    minutes: int
    done: bool = False
    share: float = 0.0

    def state(self) -> str:
        """How far one is, in words."""
        if self.share:
            return f"begun, {words.percent(self.share, 0)}"
        return "done" if self.done else "not begun"


def said(one: LessonRow) -> str:
    """A row for screen readers and tests."""
    return f"{one.title}, {words.count(one.minutes, 'minute')}, {one.state()}"


def _tip(one: LessonRow) -> str:
    return rich_tip(one.title, f"{one.line} {one.state().capitalize()}.")


class LessonRows(RowPainter):
    """Paints a lesson: check, ring or circle, title, minutes."""

    def height(self, row) -> int:
        return theme.sizes().row_palette

    def draw(self, painter: QPainter, area: QRectF, row: LessonRow, state: State) -> None:
        sizes = theme.sizes()
        if state.hover or (state.selected and state.focused):
            fill = "acc_wash" if state.selected and state.focused and not state.hover else "hover"
            box(painter, area, sizes.r6, fill)
        mark = center_square(QRectF(area.x() + sizes.s6, area.y(), sizes.icon, area.height()), sizes.icon)
        self._draw_mark(painter, mark, row)
        minutes = f"{row.minutes} min"
        right = area.adjusted(0, 0, -sizes.s6, 0)
        text(painter, right, minutes, "caption", "text2", Qt.AlignmentFlag.AlignRight)
        x = mark.right() + sizes.s8
        room = right.right() - x - width_of(minutes, "caption") - sizes.s8
        text(painter, QRectF(x, area.y(), room, area.height()), row.title, "body")

    @staticmethod
    def _draw_mark(painter: QPainter, mark: QRectF, row: LessonRow) -> None:
        sizes = theme.sizes()
        if row.share:
            inner = mark.adjusted(1, 1, -1, -1)
            paint_ring(painter, inner, row.share, 0, "acc_line", "line3")
        elif row.done:
            paint_icon(painter, "circle-check", mark.x(), mark.center().y(), sizes.icon, "good")
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("line3"), sizes.hair * 1.5))
            painter.drawEllipse(mark.adjusted(1.5, 1.5, -1.5, -1.5))


class LessonList(RowList):
    """All lessons; `opened` says which row was pressed."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(Rows(said, _tip), LessonRows(), "Lessons", parent)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tapped.connect(self._on_tapped)

    def set_lessons(self, lessons: list[LessonRow]) -> None:
        """Show these lessons; the list is as high as it must be."""
        self.rows().set_rows(lessons)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.rows().rowCount() * theme.sizes().row_palette + 2)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and self.model() is not None:
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(theme.sizes().welcome_side, self.height())

    def _on_tapped(self, place: int, _spot) -> None:
        self.opened.emit(place)

    def mouseDoubleClickEvent(self, event):
        event.accept()  # the first press has opened it

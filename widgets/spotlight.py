"""A quiet spotlight: all but what a lesson points at is dimmed a little, and a card beside it says what to do.

Nothing is blocked: the pointer goes through the dimmed part, and whoever does something else simply does it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEasingCurve, QLineF, QPoint, QPointF, QRect, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from widgets import shadow, theme
from widgets.controls import Button, IconButton, IconLabel, Label
from widgets.controls.base import Themed, box, column, row, start
from widgets.words import sentence

DIM = {"dark": 0.28, "light": 0.14}
"""How much darker the rest is: text 1 and 2 stay readable in it, a test holds them to 4.5 : 1."""


@dataclass(frozen=True)
class StepView:
    """What the card says of one step."""

    lesson: str
    number: int
    count: int
    title: str
    text: str
    after: str = ""
    done: bool = False
    can_show: bool = False
    next_words: str = "Next"
    back: bool = True


class Spotlight(Themed, QWidget):
    """Dims everything but a few rounded windows, and draws a ring around each; takes no press itself."""

    wants_ring = False

    def __init__(self, over: QWidget):
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._holes: list[QRectF] = []
        self._goal: list[QRectF] = []
        self._drag = False
        self._card = QRect()
        self._glide = QVariantAnimation(self)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._glide.valueChanged.connect(self._on_glide)
        self._from: list[QRectF] = []
        self.hide()

    def holes(self) -> list[QRect]:
        """What is lit, or will be once the light has come to rest."""
        return [hole.toAlignedRect() for hole in self._goal]

    def show_card(self, card: QRect) -> None:
        """Cast the shadow of a card. It is cast here, for here it takes no press from what lies under it."""
        if card != self._card:
            self._card = QRect(card)
            self.update()

    def show_holes(self, areas: Sequence[QRect], drag: bool = False, glide: bool = False) -> None:
        """Light these parts; `drag` draws the way from the first to the second."""
        edge, room = theme.sizes().s4, QRectF(self.rect()).adjusted(1, 1, -1, -1)
        goal = [QRectF(area).adjusted(-edge, -edge, edge, edge).intersected(room) for area in areas]
        if goal == self._goal and drag == self._drag:
            return
        self._from, self._goal, self._drag = list(self._holes), goal, drag
        length = theme.motion("insert")
        if glide and length and self._from and self._goal and self.isVisible():
            self._glide.stop()
            self._glide.setDuration(length)
            self._glide.start()
        else:
            self._glide.stop()
            self._on_glide(1.0)

    def _on_glide(self, share: float) -> None:
        self._holes = [
            _between(self._from[min(at, len(self._from) - 1)], goal, share) if self._from and share < 1 else goal
            for at, goal in enumerate(self._goal)
        ]
        self.update()

    def paintEvent(self, event):
        painter = start(self)
        if self._holes:
            self._paint_light(painter)
        if self._drag and len(self._holes) > 1:
            self._paint_way(painter, self._holes[0], self._holes[1])
        if not self._card.isNull():
            shadow.paint(painter, QRectF(self._card), theme.sizes().r9)

    def _paint_light(self, painter: QPainter) -> None:
        radius = theme.sizes().r9
        dimmed = QPainterPath()
        dimmed.addRect(QRectF(self.rect()))
        light = QPainterPath()
        for hole in self._holes:
            one = QPainterPath()
            one.addRoundedRect(hole, radius, radius)
            light = light.united(one)
        painter.setBrush(theme.color("shadow", DIM[theme.current().name]))
        painter.drawPath(dimmed.subtracted(light))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("acc_line"), theme.sizes().ring))
        painter.drawPath(light)

    @staticmethod
    def _paint_way(painter: QPainter, first: QRectF, second: QRectF) -> None:
        """A dashed curve with a head: from here to there."""
        line = _way(first, second)
        pen = QPen(theme.color("acc_line"), theme.sizes().ring)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawLine(line)
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        back = QLineF(line.p2(), line.p1())
        for turn in (28, -28):
            wing = QLineF(back)
            wing.setLength(theme.sizes().s8)
            wing.setAngle(back.angle() + turn)
            painter.drawLine(wing)


def _between(one: QRectF, two: QRectF, share: float) -> QRectF:
    parts = zip(one.getRect(), two.getRect(), strict=True)
    return QRectF(*(a + (b - a) * share for a, b in parts))


def _way(first: QRectF, second: QRectF) -> QLineF:
    """From the edge of one area to the edge of another, along the line of their middles."""
    line = QLineF(first.center(), second.center())
    return QLineF(_edge(first, line), _edge(second, QLineF(line.p2(), line.p1())))


def _edge(area: QRectF, line: QLineF) -> QPointF:
    """Where a line from the middle of an area leaves it."""
    dx, dy = line.dx(), line.dy()
    shares = [area.width() / 2 / abs(dx) if dx else 1e9, area.height() / 2 / abs(dy) if dy else 1e9]
    share = min(1.0, *shares)
    return QPointF(line.x1() + dx * share, line.y1() + dy * share)


def place_card(
    size: QSize, holes: Sequence[QRect], room: QRect, gap: int, drag: bool = False, rather_not: Sequence[QRect] = ()
) -> QPoint:
    """Where a card stands: inside the room, on no lit part, not on the way of a drag, near what it speaks of.

    `rather_not` are parts that it covers only where there is no better place.
    """
    if not holes:
        return room.center() - QPoint(size.width() // 2, size.height() // 2)
    way = _way(QRectF(holes[0]), QRectF(holes[1])) if drag and len(holes) > 1 else None
    marks = [way.pointAt(at / 16).toPoint() for at in range(17)] if way is not None else []
    best, best_cost = room.topLeft(), float("inf")
    for corner in _corners(size, holes, room, gap):
        card = QRect(corner, size)
        covered = sum(
            _area(card.intersected(hole.adjusted(-gap // 2, -gap // 2, gap // 2, gap // 2))) for hole in holes
        )
        crossed = sum(card.contains(mark) for mark in marks)
        far = QLineF(QPointF(card.center()), QPointF(holes[0].center())).length()
        hidden = sum(_area(card.intersected(other)) for other in rather_not)
        cost = covered * 1e4 + crossed * 1e4 + hidden / 50 + far
        if cost < best_cost:
            best, best_cost = corner, cost
    return best


def _corners(size: QSize, holes: Sequence[QRect], room: QRect, gap: int) -> list[QPoint]:
    """Places worth a try: beside, below and above each lit part, and along the edges of the room."""
    wide, high = size.width(), size.height()
    found = []
    for hole in holes:
        middle = hole.center() - QPoint(wide // 2, high // 2)
        ups = (hole.top(), middle.y(), hole.bottom() - high)
        overs = (hole.left(), middle.x(), hole.right() - wide)
        found += [QPoint(x, y) for x in (hole.right() + gap, hole.left() - gap - wide) for y in ups]
        found += [QPoint(x, y) for y in (hole.bottom() + gap, hole.top() - gap - high) for x in overs]
    rights = range(room.left(), max(room.left() + 1, room.right() - wide + 2), max(1, wide // 4))
    downs = range(room.top(), max(room.top() + 1, room.bottom() - high + 2), max(1, high // 4))
    found += [QPoint(x, y) for x in (*rights, room.right() - wide + 1) for y in (*downs, room.bottom() - high + 1)]
    return [
        QPoint(
            max(room.left(), min(one.x(), room.right() - wide + 1)),
            max(room.top(), min(one.y(), room.bottom() - high + 1)),
        )
        for one in found
    ]


def _area(rect: QRect) -> int:
    return max(0, rect.width()) * max(0, rect.height())


def bold(text: str) -> str:
    """Plain words as rich text: what stands between ** becomes bold, everything else stays as it is written."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))


class LessonCard(Themed, QWidget):
    """The words of a step, and the buttons: back, show me, skip or next, leave."""

    back_wanted = Signal()
    next_wanted = Signal()
    show_wanted = Signal()
    leave_wanted = Signal()
    wants_ring = False

    def __init__(self, over: QWidget):
        super().__init__(over)
        self.view: StepView | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        whole = column(self)
        self._body = column(space=theme.sizes().s8)
        whole.addLayout(self._body)
        self._build_head()
        self.title = Label("", "card_title", wrap=True, parent=self)
        self.text = Label("", "body", "text2", wrap=True, parent=self)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self._body.addWidget(self.title)
        self._body.addWidget(self.text)
        self._build_after()
        self._build_foot()
        self._restyle()
        self.hide()

    def _build_head(self) -> None:
        head = row(space=theme.sizes().s8)
        self.where = Label("", "caption", "text3", parent=self)
        head.addWidget(self.where, 1)
        self.leave = IconButton("x", "Leave the lesson", parent=self, shortcut="Esc", small=True)
        self.leave.clicked.connect(self.leave_wanted)
        head.addWidget(self.leave)
        self._body.addLayout(head)

    def _build_after(self) -> None:
        sizes = theme.sizes()
        self.after = QWidget(self)
        line = row(self.after, space=sizes.s8)
        line.setContentsMargins(0, sizes.s4, 0, 0)
        line.addWidget(IconLabel("circle-check", "good", sizes.icon, self.after), 0, Qt.AlignmentFlag.AlignTop)
        self.after_words = Label("", "body", "text1", wrap=True, parent=self.after)
        self.after_words.setTextFormat(Qt.TextFormat.RichText)
        line.addWidget(self.after_words, 1)
        self._body.addWidget(self.after)

    def _build_foot(self) -> None:
        sizes = theme.sizes()
        foot = row(space=sizes.s8)
        foot.setContentsMargins(0, sizes.s8, 0, 0)
        self.back = Button("Back", "arrow-left", "quiet", self)
        self.show_me = Button("Show me", "wand-2", "plain", self)
        self.next = Button("Next", None, "primary", self)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.show_me)
        foot.addWidget(self.next)
        self._body.addLayout(foot)
        self.back.clicked.connect(self.back_wanted)
        self.show_me.clicked.connect(self.show_wanted)
        self.next.clicked.connect(self.next_wanted)

    def _restyle(self) -> None:
        if not hasattr(self, "next"):
            return
        sizes = theme.sizes()
        self._body.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s12)
        self.setFixedWidth(sizes.callout_width)
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        self.ensurePolished()
        for part in (self.after.layout(), self._body, layout):
            part.invalidate()
        layout.activate()
        self.setFixedHeight(max(1, layout.totalHeightForWidth(self.width())))

    def show_step(self, view: StepView) -> None:
        """Say a step; the same step again only changes whether it is done."""
        other = self.view is None or (self.view.number, self.view.lesson) != (view.number, view.lesson)
        finished = not other and self.view is not None and view.done and not self.view.done
        self.view = view
        self.where.setText(f"{view.lesson} · {view.number} of {view.count}" if view.number else view.lesson)
        self.title.setText(view.title)
        self.text.setText(bold(sentence(view.text)))
        said = view.after if view.done else ""
        self.after_words.setText(bold(said or "Done."))
        self.after.setVisible(view.done)
        self.back.setVisible(view.back)
        self.show_me.setVisible(view.can_show and not view.done)
        self.next.set_text(view.next_words)
        self.next.set_kind("primary" if view.done or not view.can_show else "quiet")
        self.setAccessibleName(self.words())
        self._fit()
        self.update()
        if (other or finished) and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def words(self) -> str:
        """The step as a screen reader says it."""
        view = self.view
        if view is None:
            return ""
        where = f"{view.lesson}, step {view.number} of {view.count}." if view.number else f"{view.lesson}."
        done = f" Done. {view.after}" if view.done else ""
        return f"{where} {view.title}. {view.text}{done}".replace("**", "")

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.height())

    def keyPressEvent(self, event):
        button = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.leave_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QAbstractButton):
            button.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        card = QRectF(self.rect())
        box(painter, card, sizes.r9, "card", "acc_line")
        view = self.view
        if view is not None and view.count:
            share = (view.number - (0 if view.done else 1)) / view.count if view.number else 1.0
            way = QRectF(card.x() + sizes.r9, card.y(), (card.width() - 2 * sizes.r9) * share, sizes.ring)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("acc_line"))
            painter.drawRoundedRect(way, sizes.hair, sizes.hair)

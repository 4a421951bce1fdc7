"""The error callout beside a card: what is wrong, who sends what, one row for each repair. An item, not a widget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QGraphicsItem

from widgets import icons, shadow, theme
from widgets.canvas.ink import ink
from widgets.canvas.items import Z_CALLOUT, NodeItem

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

S = theme.Sizes()
_PAD, _INDENT, _BUTTON, _ROW = 14, 38, 28, 36
_BETWEEN = 14
"""From the card to a callout above or below it."""
_LEADER_AT = 56
"""How far below its top the leader meets a callout beside a card, where there is room."""
_CUT = 0.02
"""More than this share outside of the view takes words away, not only the border."""
_WORDS_BESIDE = 16
"""What the words of a button leave free of it."""
_NARROW, _NARROWEST = 290, 204
"""Below the first width what a repair leads to stands under its button; below the second nothing could be read."""
_TONES = {"error": ("error", "error_fill"), "warning": ("triangle-alert", "warning"), "info": ("info", "info")}


class CalloutItem(QGraphicsItem):
    """One problem with its repairs. `row` is the repair chosen by keyboard, -1 for none."""

    def __init__(self, index: int, problem: Any) -> None:
        super().__init__()
        self.setZValue(Z_CALLOUT)
        self.index = index
        self.problem = problem
        self.row = -1
        self.hover = -1
        self.leader_x = self.leader_at = 0.0
        """Where the leader meets it: how far from its left above and below a card, from its top beside one."""
        self.side = "right"
        """Where it stands: at the right or left of its card, above or below it."""
        self._longest = _button_width(problem.fixes)
        self.full_width = S.callout_width + self._longest - S.repair_width
        self._lay(self.full_width)

    def _lay(self, width: float) -> None:
        pens, self.width = ink(), width
        wide = width - _INDENT - _PAD
        self._title = _wrapped(str(self.problem.title), pens.font("name"), wide)
        self._detail = _wrapped(str(self.problem.detail), pens.font("secondary"), wide)
        self.narrow = width < _NARROW
        """Whether what a repair leads to stands under its button instead of beside it."""
        self._buttons: list[QRectF] = []
        y = _PAD + 18 * len(self._title) + 17 * len(self._detail) + 12
        for fix in self.problem.fixes:
            self._buttons.append(QRectF(_PAD, y, min(self._longest, width - 2 * _PAD), _BUTTON))
            y += _ROW + (15 * len(_two(fix.lines)) + 4 if self.narrow else 0)
        self._height = y - (_ROW - _BUTTON) + _PAD if self.problem.fixes else y - 12 + _PAD

    def fit(self, room: float) -> None:
        """Take no more width than there is, down to where words can still be read."""
        width = min(self.full_width, max(room, _NARROWEST))
        if width != self.width:
            self.prepareGeometryChange()
            self._lay(width)

    @property
    def height(self) -> float:
        return self._height

    def area(self) -> QRectF:
        """The card of the callout, in its own coordinates; the leader is outside."""
        return QRectF(0, 0, self.width, self._height)

    def boundingRect(self) -> QRectF:
        return self.area().adjusted(-S.leader - 4, -20, S.leader + 4, 30)

    def button(self, row: int) -> QRectF:
        """A repair's button, in the item's coordinates."""
        return self._buttons[row]

    def button_at(self, place: QPointF) -> int:
        """The repair whose button is under a point of the scene, -1 where there is none."""
        inside = self.mapFromScene(place)
        for row in range(len(self.problem.fixes)):
            if self.button(row).contains(inside):
                return row
        return -1

    def set_state(self, hover: int, row: int | None = None) -> None:
        chosen = self.row if row is None else row
        if (hover, chosen) != (self.hover, self.row):
            self.hover, self.row = hover, chosen
            self.update()

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        tone = self.problem.level if self.problem.level in _TONES else "error"
        icon, tint = _TONES[tone]
        line = theme.color("error_line" if tone == "error" else "warning_line" if tone == "warning" else "line2")
        area = self.area()
        shadow.paint(painter, area, S.r9, "popup")
        painter.setPen(QPen(line, 1))
        painter.drawLine(self._leader(area))
        wash = theme.mix("error" if tone == "error" else tint, "card", 0.05)
        painter.setBrush(wash)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), S.r9, S.r9)
        icons.paint(painter, icon, QRectF(_PAD, _PAD + 1, 16, 16), "error" if tone == "error" else tint)
        self._words(painter)
        for row, fix in enumerate(self.problem.fixes):
            self._repair(painter, row, fix)

    def _leader(self, area: QRectF) -> QLineF:
        """The line to the card; above and below it the space between is smaller, and its ports are in the middle."""
        if self.side in ("right", "left"):
            x = area.right() if self.side == "left" else -S.leader
            return QLineF(x, self.leader_at, x + S.leader, self.leader_at)
        y = -_BETWEEN if self.side == "below" else area.bottom()
        return QLineF(self.leader_x, y, self.leader_x, y + _BETWEEN)

    def _words(self, painter: QPainter) -> None:
        pens = ink()
        y = float(_PAD)
        painter.setPen(pens.text1)
        painter.setFont(pens.font("name"))
        for text in self._title:
            painter.drawText(QRectF(_INDENT, y, self.width - _INDENT, 18), Qt.AlignmentFlag.AlignVCenter, text)
            y += 18
        painter.setPen(pens.text2)
        painter.setFont(pens.font("secondary"))
        for text in self._detail:
            painter.drawText(QRectF(_INDENT, y, self.width - _INDENT, 17), Qt.AlignmentFlag.AlignVCenter, text)
            y += 17

    def _repair(self, painter: QPainter, row: int, fix: Any) -> None:
        pens = ink()
        area = self.button(row)
        filled = row == 0
        if filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("acc_hover" if self.hover == row else "acc_fill"))
        else:
            painter.setPen(pens.border)
            painter.setBrush(theme.color("hover" if self.hover == row else "card"))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), S.r6, S.r6)
        if self.row == row:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(pens.acc, 2))
            painter.drawRoundedRect(area.adjusted(-3, -3, 3, 3), S.r9, S.r9)
        painter.setFont(pens.font("row"))
        painter.setPen(theme.color("on_fill") if filled else pens.text1)
        text = pens.text("row", fix.label, area.width() - 16)
        painter.drawStaticText(area.center() - QPointF(text.size().width() / 2, text.size().height() / 2), text)
        self._results(painter, area, _two(fix.lines))

    def _results(self, painter: QPainter, area: QRectF, lines: Sequence[str]) -> None:
        """What the repair leads to, in two short lines beside its button, or under it."""
        pens = ink()
        painter.setFont(pens.font("caption"))
        painter.setPen(pens.text2)
        x = area.left() if self.narrow else area.right() + 8
        y = area.bottom() + 2 if self.narrow else area.center().y() - 7.5 * len(lines)
        for line in lines:
            painter.drawStaticText(QPointF(x, y), pens.text("caption", line, self.width - x - _PAD))
            y += 15


def _two(lines: Sequence[str]) -> tuple[str, ...]:
    """What there is room for beside a button: what the repair is, and its price, which comes last."""
    return tuple(lines) if len(lines) < 3 else (lines[0], lines[-1])


def place(scene: CanvasScene) -> None:
    """Show the problem of the chosen card, else the first error; beside the card, on the side that is free."""
    index = _chosen(scene)
    old = scene.callout
    if old and (index < 0 or old.problem is not scene.problems[index]):
        scene.removeItem(old)
        scene.callout = None
    if index < 0:
        return
    if scene.callout is None:
        scene.callout = CalloutItem(index, scene.problems[index])
        scene.addItem(scene.callout)
    item = scene.callout
    item.index = index
    _stand(scene, item, scene.nodes[item.problem.node].area())


def _stand(scene: CanvasScene, item: CalloutItem, card: QRectF) -> None:
    """Put a callout where most of it is seen: beside its card, narrower where there is less room than it would like,
    else above or below, moved sideways into the view."""
    views = scene.views()
    seen = views[0].camera.seen() if views else None
    if seen is not None:
        beside = max(seen.right() - card.right(), card.left() - seen.left()) - S.leader - S.r9
        item.fit(beside if beside >= _NARROWEST else item.full_width)
    spots = _spots(item, card, seen)
    item.side = min(spots, key=lambda side: _hidden(scene, spots[side], seen) + (side not in ("right", "left")) * 0.01)
    spot = spots[item.side]
    item.leader_x = min(max(card.left() + _INDENT - spot.left(), S.r9), item.width - S.r9)
    item.leader_at = card.center().y() - spot.top()
    item.setPos(spot.topLeft())
    item.update()


def _spots(item: CalloutItem, card: QRectF, seen: QRectF | None) -> dict[str, QRectF]:
    """The places it may take, by side."""
    y = card.center().y() - min(_LEADER_AT, item.height / 2)
    if seen is not None:  # up or down into the view, as far as the leader still meets it
        y = min(max(y, seen.top() + S.r9), seen.bottom() - S.r9 - item.height)
        y = min(max(y, card.center().y() - item.height + S.r11), card.center().y() - S.r11)
    right = QRectF(card.right() + S.leader, y, item.width, item.height)
    left = right.translated(-2 * S.leader - card.width() - item.width, 0)
    spots = {"right": right, "left": left}
    if seen is None or item.width > seen.width():
        return spots
    x = card.center().x() - item.width / 2
    x = min(max(x, seen.left() + _BETWEEN), seen.right() - item.width - _BETWEEN)
    if x <= card.right() and x + item.width >= card.left():  # the leader must meet the card
        spots["below"] = QRectF(x, card.bottom() + _BETWEEN, item.width, item.height)
        spots["above"] = QRectF(x, card.top() - _BETWEEN - item.height, item.width, item.height)
    return spots


def _hidden(scene: CanvasScene, area: QRectF, seen: QRectF | None) -> float:
    """How bad a place is: the share of it that lies outside the view, and less so whether it covers a card."""
    crowded = any(isinstance(item, NodeItem) and item.area().intersects(area) for item in scene.items(area))
    if seen is None:
        return float(crowded)
    inside = seen.intersected(area)
    outside = 1 - inside.width() * inside.height() / (area.width() * area.height())
    # a cut sentence cannot be read, a covered card can be uncovered
    return (outside > _CUT) + round(outside, 2) + 0.3 * crowded


def _button_width(fixes: Sequence[Any]) -> float:
    """As wide as the longest words of a repair, within limits."""
    longest = max((ink().width("row", fix.label) for fix in fixes), default=0.0)
    return min(max(float(S.repair_width), longest + _WORDS_BESIDE), float(S.repair_most))


def _chosen(scene: CanvasScene) -> int:
    first = -1
    for index, problem in enumerate(scene.problems):
        if problem.node not in scene.nodes:
            continue
        if problem.node in scene.selected and len(scene.selected) == 1:
            return index
        if first < 0 and problem.level == "error":
            first = index
    return first


def _wrapped(text: str, font, width: float) -> list[str]:
    """A sentence in lines that fit."""
    found = []
    for paragraph in text.splitlines():
        laid = QTextLayout(paragraph, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        laid.setTextOption(option)
        laid.beginLayout()
        while (line := laid.createLine()).isValid():
            line.setLineWidth(width)
            found.append(paragraph[line.textStart() : line.textStart() + line.textLength()].rstrip())
        laid.endLayout()
    return found[:6]

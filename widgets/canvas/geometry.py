"""Where ports are and how wires run: plain cubics, and lanes beside the trunk for shortcuts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from widgets import theme

S = theme.Sizes()  # the scene is drawn at 100 %; the view's transform carries the text size setting
PULL_MOST = 200
LANE_STEP = 14
_LEAVE = 11  # how far below a port a shortcut turns sideways: inside the least gap between two cards
_BEND = 46
_DOCK = 58
_CELL = 320
_DOT_PULL = 0.38
_OUTWARDS = 8  # so many columns a lane may lie outside of its cards


@dataclass(frozen=True)
class Box:
    """A card's place, for routing."""

    left: float
    top: float
    right: float
    bottom: float


def plain_wire(x1: float, y1: float, x2: float, y2: float) -> QPainterPath:
    """A wire from an output (above) to an input (below) without anything in its way."""
    pull = _pull(x1, y1, x2, y2)
    path = QPainterPath(QPointF(x1, y1))
    path.cubicTo(x1, y1 + pull, x2, y2 - pull, x2, y2)
    return path


def _pull(x1: float, y1: float, x2: float, y2: float) -> float:
    """Half the distance; less where two cards stand side by side, so that the wire stays in the gap between them."""
    half = math.hypot(x2 - x1, y2 - y1) / 2
    if y2 > y1:
        half = min(half, max(S.wire_pull, 0.75 * (y2 - y1)))
    return min(max(S.wire_pull, half), PULL_MOST)


def dotted_wire(x1: float, y1: float, dots: Sequence[QPointF], x2: float, y2: float) -> QPainterPath:
    """A wire that is led through dots: one cubic for each stretch, without a kink at any dot."""
    points = [QPointF(x1, y1), *dots, QPointF(x2, y2)]
    gaps = [max(1.0, math.hypot(two.x() - one.x(), two.y() - one.y())) for one, two in pairwise(points)]
    ways = [QPointF(0, 1)]
    for before, after in zip(points[:-2], points[2:], strict=True):
        away = after - before
        ways.append(away / max(1.0, math.hypot(away.x(), away.y())))
    ways.append(QPointF(0, 1))
    path = QPainterPath(points[0])
    for place, gap in enumerate(gaps):
        pulls = [gap * _DOT_PULL] * 2
        for end, inner in ((0, place > 0), (1, place + 1 < len(gaps))):
            if inner:  # no wider than the shorter stretch at this dot, so that the wire does not swing out
                pulls[end] = _DOT_PULL * min(gaps[place + end - 1], gaps[place + end])
            else:  # at a port the wire stays in the gap between two cards
                down = points[place + 1].y() - points[place].y()
                pulls[end] = min(max(S.wire_pull, min(pulls[end], 0.75 * down)), PULL_MOST)
        one, two = points[place], points[place + 1]
        path.cubicTo(one + ways[place] * pulls[0], two - ways[place + 1] * pulls[1], two)
    return path


def stretch_near(path: QPainterPath, place: QPointF) -> int:
    """Which stretch of a wire between two dots runs nearest to a point: where a new dot comes in."""
    best, nearest = 0, math.inf
    for number in range((path.elementCount() - 1) // 3):
        ends = [path.elementAt(3 * number + step) for step in range(4)]
        for share in range(17):
            t = share / 16
            u = 1 - t
            parts = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
            x = sum(part * end.x for part, end in zip(parts, ends, strict=True))
            y = sum(part * end.y for part, end in zip(parts, ends, strict=True))
            away = (x - place.x()) ** 2 + (y - place.y()) ** 2
            if away < nearest:
                best, nearest = number, away
    return best


def lane_wire(x1: float, y1: float, x2: float, y2: float, lane: float) -> QPainterPath:
    """A shortcut: it leaves sideways inside the gap below its card, runs down a lane, and comes in the same way."""
    leave, enter = y1 + _LEAVE, y2 - _LEAVE
    away, back = (1 if lane > x1 else -1), (1 if lane > x2 else -1)
    tall = max(4.0, min(_BEND, (enter - leave) / 2))
    out, home = (max(0.0, min(_BEND, abs(lane - x) - _LEAVE)) for x in (x1, x2))
    path = QPainterPath(QPointF(x1, y1))
    if out:
        path.quadTo(x1, leave, x1 + away * _LEAVE, leave)
        path.lineTo(lane - away * out, leave)
        path.cubicTo(lane - away * out / 4, leave, lane, leave + tall / 4, lane, leave + tall)
    else:  # the lane is right below the port
        path.cubicTo(x1, leave, lane, leave, lane, leave + tall)
    path.lineTo(lane, enter - tall)
    if home:
        path.cubicTo(lane, enter - tall / 4, lane - back * home / 4, enter, lane - back * home, enter)
        path.lineTo(x2 + back * _LEAVE, enter)
        path.quadTo(x2, enter, x2, y2)
    else:
        path.cubicTo(lane, enter, x2, enter, x2, y2)
    return path


def carriage_wire(x1: float, y1: float, x2: float, y2: float, lane: float) -> QPainterPath:
    """A wire that runs back up, to the next column: down a little, along, up a lane between, and in from above."""
    leave, enter, turn = y1 + _LEAVE, y2 - _LEAVE, _LEAVE
    path = QPainterPath(QPointF(x1, y1))
    side, home = (1 if lane > x1 else -1), (1 if x2 > lane else -1)
    path.quadTo(x1, leave, x1 + side * turn, leave)
    path.lineTo(lane - side * turn, leave)
    path.quadTo(lane, leave, lane, leave - turn)
    path.lineTo(lane, enter + turn)
    path.quadTo(lane, enter, lane + home * turn, enter)
    path.lineTo(x2 - home * turn, enter)
    path.quadTo(x2, enter, x2, y2)
    return path


class Lanes:
    """Chooses lanes for shortcuts: beside all cards they pass, and not on top of another shortcut."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._taken: list[tuple[float, float, float]] = []
        self._kept: tuple[tuple[float, float, float], ...] = ()
        self._cells: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            for cell in _cells(box.left, box.top, box.right, box.bottom):
                self._cells.setdefault(cell, []).append(box)

    def forget(self) -> None:
        """Free all lanes but those kept, to lay the same wires anew."""
        self._taken = list(self._kept)

    def keep(self) -> None:
        """What is taken now stays taken."""
        self._kept = tuple(self._taken)

    def take(self, lane: float, top: float, bottom: float) -> None:
        """A lane that is in use."""
        self._taken.append((lane, top, bottom))

    def inside(self, left: float, top: float, right: float, bottom: float) -> list[Box]:
        """The cards that reach into an area."""
        found = {box for cell in _cells(left, top, right, bottom) for box in self._cells.get(cell, ())}
        return [box for box in found if box.bottom > top and box.top < bottom and box.right > left and box.left < right]

    def lane(self, x1: float, y1: float, x2: float, y2: float, right: bool) -> float | None:
        """The lane of this wire, None where the plain wire passes behind nothing."""
        if y2 - y1 < _DOCK:
            return None
        left, edge_right = min(x1, x2), max(x1, x2)
        if not any(_blocks(box, x1, y1, x2, y2) for box in self.inside(left - 4, y1 + 2, edge_right + 4, y2 - 2)):
            return None
        at, other = (self._edge(x1, y1, x2, y2, side) for side in (right, not right))
        if self._crossed(x1, y1, x2, y2, at) and not self._crossed(x1, y1, x2, y2, other):
            return self._free(other, y1, y2, not right)
        return self._free(at, y1, y2, right)

    def _crossed(self, x1: float, y1: float, x2: float, y2: float, lane: float) -> bool:
        """Whether a card stands where the wire goes along to its lane, or comes in along from it."""
        legs = ((x1, y1 + _LEAVE), (x2, y2 - _LEAVE))
        return any(self.inside(min(x, lane), y - 1, max(x, lane), y + 1) for x, y in legs)

    def _edge(self, x1: float, y1: float, x2: float, y2: float, right: bool) -> float:
        """The outline of the cards passed, 34 px off: step outwards until the lane runs past all of them."""
        beside = S.shortcut_beside
        at = max(x1, x2) if right else min(x1, x2)
        for _ in range(_OUTWARDS):
            met = self.inside(at - beside, y1 + 2, at + beside, y2 - 2)
            if not met:
                return at
            at = max(box.right for box in met) + beside if right else min(box.left for box in met) - beside
        return at

    def _free(self, lane: float, y1: float, y2: float, right: bool) -> float:
        step = LANE_STEP if right else -LANE_STEP
        while any(abs(lane - at) < LANE_STEP and top < y2 and bottom > y1 for at, top, bottom in self._taken):
            lane += step
        self.take(lane, y1, y2)
        return lane


def _cells(left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]]:
    """The squares of a coarse net that an area touches."""
    across = range(int(left // _CELL), int(right // _CELL) + 1)
    return [(x, y) for y in range(int(top // _CELL), int(bottom // _CELL) + 1) for x in across]


def _blocks(box: Box, x1: float, y1: float, x2: float, y2: float) -> bool:
    """Whether the plain cubic from one point down to another passes behind a card."""
    if box.right < min(x1, x2) - 4 or box.left > max(x1, x2) + 4:
        return False
    pull = _pull(x1, y1, x2, y2)
    for number in range(1, 24):
        t = number / 24
        u = 1 - t
        x = u * u * (u + 3 * t) * x1 + t * t * (t + 3 * u) * x2
        y = u**3 * y1 + 3 * u * u * t * (y1 + pull) + 3 * u * t * t * (y2 - pull) + t**3 * y2
        if box.left - 4 < x < box.right + 4 and box.top + 1 < y < box.bottom - 1:
            return True
    return False


def route(
    x1: float, y1: float, x2: float, y2: float, lanes: Lanes, right: bool = True
) -> tuple[QPainterPath, float | None]:
    """The path of a wire and its lane, None for a plain wire."""
    if y2 < y1 - 4 * _LEAVE and abs(x2 - x1) > S.card_width + 2 * S.shortcut_beside:
        back = x2 - math.copysign(S.card_width / 2 + S.shortcut_beside, x2 - x1)
        return carriage_wire(x1, y1, x2, y2, back), None
    lane = lanes.lane(x1, y1, x2, y2, right)
    return (plain_wire(x1, y1, x2, y2), None) if lane is None else (lane_wire(x1, y1, x2, y2, lane), lane)


def label_spot(x1: float, y1: float, x2: float, y2: float, lane: float | None) -> QPointF:
    """Where the shape label sits: on a short wire in its middle, on a long one near its source."""
    if lane is not None:
        return QPointF(x1, y1 + max(_LEAVE, S.label_gap / 2))
    if y2 <= y1:
        return QPointF((x1 + x2) / 2, (y1 + y2) / 2)
    # beyond a few cards' distance nobody would look for it in the middle
    share = 0.5 if y2 - y1 < 160 else 0.2
    u = 1 - share
    return QPointF(u * u * (u + 3 * share) * x1 + share * share * (share + 3 * u) * x2, y1 + (y2 - y1) * share)


def union(rects: Iterable[QRectF]) -> QRectF:
    """The smallest rectangle around all."""
    known = [rect.getCoords() for rect in rects if not rect.isNull()]
    if not known:
        return QRectF()
    left, top, right, bottom = zip(*known, strict=True)
    return QRectF(QPointF(min(left), min(top)), QPointF(max(right), max(bottom)))

"""Painting what a node gave for one item: maps, a heat strip, a curve, bars, words, shares of classes, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from widgets import theme, words
from widgets.canvas.ink import Ink, ink, ratio_of
from widgets.plots.viridis import color_at
from widgets.sample_values import BAD, NodeSample, Plane, Share, Value, caption, plane_of, told_right, told_tokens

MAP_GAP = 2.0
LEAST_MAP = 18.0
LINE = 13.0  # of the caption's text
CAPTION = 15.0
RADIUS = 3.0


@lru_cache(maxsize=4)
def _table(bad: int) -> tuple[int, ...]:
    """Viridis for 0 to 254; what is no finite number has a color of its own."""
    return (*(color_at(index / 254).rgba() for index in range(BAD)), bad)


def image_of(plane: Plane) -> QImage:
    """A plane as an image; empty where nothing came."""
    if not plane.data:
        return QImage()
    depth = max(1, plane.depth)
    forms = {0: QImage.Format.Format_Indexed8, 1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}
    shown = QImage(plane.data, plane.width, plane.height, plane.width * depth, forms[plane.depth]).copy()
    if not plane.depth:
        shown.setColorTable(list(_table(theme.color("error_fill").rgba())))
    return shown


def draw_plane(painter: QPainter, area: QRectF, plane: Plane, whole: bool = True) -> QRectF:
    """Paint a plane into an area; few pixels stay sharp. Returns where it was painted."""
    shown = image_of(plane)
    if shown.isNull():
        return QRectF()
    spot = fitted(area, plane) if whole else area
    larger = spot.width() * ratio_of(painter) > plane.width * 1.5
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not larger)
    painter.drawImage(spot, shown.convertToFormat(QImage.Format.Format_RGB32), QRectF(shown.rect()))
    return spot


def fitted(area: QRectF, plane: Plane) -> QRectF:
    """The largest place for a plane at the left of an area, with its own proportions."""
    scale = min(area.width() / plane.width, area.height() / plane.height)
    wide, high = max(1.0, plane.width * scale), max(1.0, plane.height * scale)
    return QRectF(area.x(), area.y() + (area.height() - high) / 2, wide, high)


def width_of(sample: NodeSample, most: float, tall: float) -> float:
    """How much of a strip's width a sample needs, so that it stands close to its card at either side."""
    pens, value = ink(), sample.value
    text, _ = caption(sample)
    least = min(most, pens.width("caption", text) + 2) if text and tall >= 2 * LINE + CAPTION else 0.0
    if sample.why:
        return min(most, pens.width("caption", sample.why) + 18)
    if sample.raw is not None:
        if sample.raw.get("kind") == "picture":
            plane = plane_of(sample.raw["picture"])
            return fitted(QRectF(0, 0, most, tall), plane).width() if plane.data else most
        return most
    if sample.shares or value is None:
        return most
    if text and tall < 2 * LINE + CAPTION and (sample.seconds is not None or sample.odd):
        return most
    if value.kind == "maps" and value.maps:
        side = tall - (CAPTION if least else 0)
        proportion = max(1.0, value.maps[0].width / max(1, value.maps[0].height))
        return min(most, max(least, len(value.maps) * (side * min(proportion, 2.0) + MAP_GAP)))
    if value.kind == "bars":
        return min(most, max(least, 10.0 * len(value.bars)))
    if value.kind == "number":
        return min(most, max(least, 90.0))
    return most


def draw_sample(painter: QPainter, area: QRectF, sample: NodeSample, big: bool = False, figures: bool = True) -> None:
    """Paint a node's sample.

    Args:
        big: from far away, few and large.
        figures: whether the range stands below, where there is room.
    """
    pens = ink()
    if sample.why:
        _why(painter, area, sample.why, pens)
        return
    if sample.raw is not None:
        draw_raw(painter, area, sample.raw, pens, big)
        return
    if sample.shares:
        _shares(painter, area, sample, pens, big)
        return
    value = sample.value
    if value is None:
        return
    area = _captioned(painter, area, sample, pens) if figures and not big else area
    _value(painter, area, value, pens, big)
    if value.bad:
        _outlined(painter, area)


def _captioned(painter: QPainter, area: QRectF, sample: NodeSample, pens: Ink) -> QRectF:
    """Write the range below, or a measured time at the right of a row; returns the room that is left."""
    text, role = caption(sample)
    if text and area.height() >= 2 * LINE + CAPTION:
        _text(painter, QRectF(area.x(), area.bottom() - LINE, area.width(), LINE), text, pens, role)
        return area.adjusted(0, 0, 0, -CAPTION)
    if text and (sample.seconds is not None or sample.odd or role == "error"):
        wide = min(area.width() / 2, pens.width("caption", text) + 2)
        _text(painter, QRectF(area.right() - wide, area.y(), wide, area.height()), text, pens, role, right=True)
        return area.adjusted(0, 0, -wide - 6, 0)
    return area


def _value(painter: QPainter, area: QRectF, value: Value, pens: Ink, big: bool) -> None:
    if value.kind == "maps":
        _maps(painter, area, value.maps, big)
    elif value.kind == "strip" and value.features == 1 and value.lines:
        draw_line(painter, area, value.lines[0], "port:sequence")
    elif value.kind == "strip" and value.strip is not None:
        draw_plane(painter, area, value.strip, whole=False)
    elif value.kind == "tokens":
        _text(painter, area, told_tokens(value.tokens), pens, "text1", lines=2)
    elif value.kind == "number":
        shown = "–" if value.number is None else words.number(value.number, 4)
        _text(painter, area, shown, pens, "text1", font="box" if big else "name")
    else:
        draw_bars(painter, area, value.bars, "port:numbers")


def _maps(painter: QPainter, area: QRectF, maps: Sequence[Plane], big: bool) -> None:
    """Maps side by side; from far away fewer of them, as large as fits."""
    shown = [plane for plane in maps if plane.data][: 3 if big else 6]
    count = min(len(shown), max(1, int((area.width() + MAP_GAP) // (LEAST_MAP + MAP_GAP))))
    if not count:
        return
    proportion = max(1.0, shown[0].width / max(1, shown[0].height))
    most = (area.width() - MAP_GAP * (count - 1)) / count
    tall = min(area.height(), most / min(proportion, 2.0))
    x = area.x()
    for plane in shown[:count]:
        side = QRectF(x, area.y() + (area.height() - tall) / 2, most, tall)
        x = draw_plane(painter, side, plane).right() + MAP_GAP


def draw_line(painter: QPainter, area: QRectF, values: Sequence[float | None], role: str) -> None:
    """A curve that fills an area; a gap where a number is missing."""
    there = [value for value in values if value is not None]
    if not there:
        return
    low, span = min(there), (max(there) - min(there)) or 1.0
    step = area.width() / max(1, len(values) - 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(role), 1.5))
    part: list[QPointF] = []
    for at, value in enumerate([*values, None]):
        if value is not None:
            part.append(QPointF(area.x() + at * step, area.bottom() - (value - low) / span * area.height()))
        elif part:
            painter.drawPolyline(QPolygonF(part))
            part = []


def draw_bars(painter: QPainter, area: QRectF, values: Sequence[float | None], role: str) -> None:
    """Bars up and down from zero; a red one over the whole height where a number is not finite."""
    there = [value for value in values if value is not None]
    most, least = max([0.0, *there]), min([0.0, *there])
    span = (most - least) or 1.0
    zero = area.top() + most / span * area.height()
    wide = min(10.0, area.width() / max(1, len(values)))
    gap = 1.0 if wide > 3 else 0.0
    painter.setPen(Qt.PenStyle.NoPen)
    for at, value in enumerate(values):
        x = area.x() + at * wide
        if value is None:
            painter.fillRect(QRectF(x, area.top(), wide - gap, area.height()), theme.color("error_fill"))
            continue
        tall = abs(value) / span * area.height()
        top = zero - tall if value > 0 else zero
        painter.fillRect(QRectF(x, top, wide - gap, max(tall, 0.5)), theme.color(role, 1.0 if value >= 0 else 0.65))
    painter.fillRect(QRectF(area.x(), zero - 0.25, wide * len(values), 0.5), theme.color("line3"))


def _shares(painter: QPainter, area: QRectF, sample: NodeSample, pens: Ink, big: bool) -> None:
    """The likeliest classes, each with its share; the right one is marked by a sign, not by color alone."""
    if sample.untrained and not big and area.height() >= 2 * CAPTION:
        below = QRectF(area.x() + CAPTION, area.bottom() - CAPTION, area.width() - CAPTION, CAPTION)
        _text(painter, below, "untrained, so this is chance", pens, "warning")
        area = area.adjusted(0, 0, 0, -CAPTION)
    rows = [*sample.shares[: 1 if big else max(1, int(area.height() // CAPTION))]]
    truth = next((one for one in sample.shares if one.name == sample.truth), None)
    if truth is not None and truth not in rows and len(rows) > 1:
        rows[-1] = truth
    tall = area.height() / len(rows)
    for place, one in enumerate(rows):
        spot = QRectF(area.x(), area.y() + place * tall, area.width(), tall)
        _share(painter, spot, one, sample, pens, big)


def _share(painter: QPainter, area: QRectF, one: Share, sample: NodeSample, pens: Ink, big: bool) -> None:
    known = bool(sample.truth)
    right = known and one.name == sample.truth
    first = bool(sample.shares) and one is sample.shares[0]
    side = 24.0 if big else 11.0
    mark = ("check", "good") if right else ("x", "error") if known and first and told_right(sample) is False else None
    if mark:
        picture = pens.icon(*mark, round(side), ratio_of(painter))
        painter.drawPixmap(QRectF(area.x(), area.center().y() - side / 2, side, side), picture, QRectF(picture.rect()))
    x = area.x() + side + 4
    font = "box" if big else "label" if first else "caption"
    number = words.percent(one.share, 0 if one.share > 0.0995 else 1)
    name_room = (area.right() - x) * (0.5 if big else 0.42)
    _text(painter, QRectF(x, area.y(), name_room, area.height()), one.name, pens, "text1" if first else "text2", font)
    if big:
        _text(painter, QRectF(x + name_room, area.y(), area.right() - x - name_room, area.height()), number, pens,
              "text2", font)  # fmt: skip
        return
    number_room = 34.0
    track = QRectF(x + name_room + 4, area.center().y() - 2.5, area.right() - number_room - x - name_room - 8, 5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("line"))
    painter.drawRoundedRect(track, 2, 2)
    painter.setBrush(theme.color("good" if right else "acc_line" if first else "line3"))
    full = QRectF(track)
    full.setWidth(max(2.0, track.width() * min(1.0, max(0.0, one.share))))
    painter.drawRoundedRect(full, 2, 2)
    _text(painter, QRectF(area.right() - number_room, area.y(), number_room, area.height()), number, pens, "text2",
          right=True)  # fmt: skip


def draw_raw(painter: QPainter, area: QRectF, raw: Mapping[str, Any], pens: Ink, big: bool = False) -> None:
    """What goes in as it is: a picture, text, rows of a table, curves, bars."""
    kind = raw.get("kind")
    if kind == "picture":
        draw_plane(painter, area, plane_of(raw["picture"]))
    elif kind == "table":
        _rows(painter, area, raw.get("rows", ()), pens, big)
    elif kind == "curves":
        lines = raw.get("lines", ())
        tall = area.height() / max(1, len(lines))
        for place, line in enumerate(lines):
            spot = QRectF(area.x(), area.y() + place * tall + 1, area.width(), tall - 2)
            draw_line(painter, spot, line, "port:sequence")
    elif kind == "bars":
        draw_bars(painter, area, raw.get("bars", ()), "port:numbers")
    else:
        _text(painter, area, str(raw.get("text", "")), pens, "text1", font="box" if big else "caption", lines=3)


def _rows(painter: QPainter, area: QRectF, rows: Sequence[Sequence[str]], pens: Ink, big: bool) -> None:
    if big:
        draw_bars(painter, area, (), "port:numbers")
        return
    room = max(1, int(area.height() // LINE))
    columns = 1 if len(rows) <= room else 2
    shown = list(rows)[: room * columns]
    left = len(rows) - len(shown)
    if left:
        shown[-1] = (f"and {left + 1} more", "")
    wide = area.width() / columns
    for place, (name, number) in enumerate(shown):
        spot = QRectF(area.x() + place // room * wide, area.y() + place % room * LINE, wide - 6, LINE)
        taken = pens.width("caption", number) + 4 if number else 0.0
        _text(painter, spot.adjusted(0, 0, -taken, 0), name, pens, "text2")
        _text(painter, spot, number, pens, "text1", right=True)


def _why(painter: QPainter, area: QRectF, why: str, pens: Ink) -> None:
    side = 12.0
    picture = pens.icon("circle-help", "text3", 12, ratio_of(painter))
    top = area.y() + 1 if area.height() > 30 else area.center().y() - side / 2
    painter.drawPixmap(QRectF(area.x(), top, side, side), picture, QRectF(picture.rect()))
    _text(painter, area.adjusted(side + 4, 0, 0, 0), why, pens, "text3", lines=3 if area.height() > 30 else 1)


def _outlined(painter: QPainter, area: QRectF) -> None:
    """A red frame: some numbers here are not finite."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("error_fill"), 1.5))
    painter.drawRoundedRect(area.adjusted(-1.5, -1.5, 1.5, 1.5), RADIUS, RADIUS)


def _text(
    painter: QPainter,
    area: QRectF,
    shown: str,
    pens: Ink,
    role: str,
    font: str = "caption",
    lines: int = 1,
    right: bool = False,
) -> None:
    """Text in the middle of an area's height, elided; over several lines where it may."""
    if not shown or area.width() < 4:
        return
    painter.setFont(pens.font(font))
    painter.setPen(QColor(theme.color(role)))
    if lines > 1 and pens.width(font, shown) > area.width() and area.height() >= 2 * LINE:
        _wrapped(painter, area, shown, pens, font, min(lines, int(area.height() // LINE)))
        return
    text = pens.text(font, shown, area.width())
    x = area.right() - text.size().width() if right else area.x()
    painter.drawStaticText(QPointF(x, area.center().y() - text.size().height() / 2), text)


def _wrapped(painter: QPainter, area: QRectF, shown: str, pens: Ink, font: str, most: int) -> None:
    """Words over a few lines; the last one is elided."""
    left = shown.split()
    y = area.y() + max(0.0, (area.height() - most * LINE) / 2)
    for number in range(most):
        if not left:
            return
        line = left.pop(0)
        while left and number < most - 1 and pens.width(font, f"{line} {left[0]}") <= area.width():
            line += f" {left.pop(0)}"
        if number == most - 1:
            line = " ".join([line, *left])
        painter.drawStaticText(QPointF(area.x(), y + number * LINE), pens.text(font, line, area.width()))

"""Where curves are painted: grid, shading of what is still to come, curves, labels at their ends, crosshair card."""

from __future__ import annotations

import math
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, start, text, width_of
from widgets.plots import card, ends, scales, strokes
from widgets.plots.clock import Clock, Crosshair
from widgets.plots.marks import star
from widgets.plots.strokes import Style

EPOCHS, TIME = 0, 1
_SHADE_ALPHA = 0.35


class Area(Themed, QWidget):
    """Paints curves over epochs or time and marks the place under the pointer."""

    ring_radius = "r6"

    def __init__(self, kind="number", crosshair: Crosshair | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        self.kind, self.axis, self.log, self.stretch = kind, EPOCHS, False, False
        self.styles: list[Style] = []
        self.total_epochs, self.best_key, self.best_epoch = 0, "", None
        self.future: tuple[str, list[float], list[float]] | None = None
        self._curves: dict = {}
        self._waiting: list[tuple[str, tuple]] = []
        self._weight, self.drawn, self.frame = 0.75, {}, None
        self.crosshair = crosshair or Crosshair(self)
        self.crosshair.moved.connect(self._on_crosshair)
        theme.notifier().changed.connect(self.refresh)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # ---- values in -------------------------------------------------------------------------------

    def set_styles(self, styles: list[Style]) -> None:
        """Say which curves there are; the numbers of curves that stay are kept."""
        self.styles = styles
        kept = {style.key for style in styles}
        self._curves = {key: curve for key, curve in self._curves.items() if key in kept}
        self.drawn = {}
        self.refresh()

    def append(self, key: str, epochs, seconds, values) -> None:
        """Add numbers to a curve; until the first showing they only wait."""
        if not self._is_open():
            self._waiting.append((key, (epochs, seconds, values)))
            return
        self._curve(key).append(epochs, seconds, values)
        self.refresh()

    def replace(self, key: str, epochs, seconds, values) -> None:
        self.clear_curve(key)
        self.append(key, epochs, seconds, values)

    def clear_curve(self, key: str) -> None:
        self._curves.pop(key, None)
        self._waiting = [(name, numbers) for name, numbers in self._waiting if name != key]
        self.refresh()

    def clear(self) -> None:
        self._curves, self._waiting, self.drawn, self.future = {}, [], {}, None
        self.best_epoch = None
        self.refresh()

    def set_weight(self, weight: float) -> None:
        self._weight = weight
        for curve in self._curves.values():
            curve.set_weight(weight)
        self.refresh()

    def put(self, **values) -> None:
        """Set any of kind, axis, log, stretch, total_epochs, best_key, best_epoch, future."""
        for name, value in values.items():
            setattr(self, name, value)
        self.refresh()

    def refresh(self) -> None:
        """Ask the shared clock for a drawing."""
        Clock.shared().want(self)

    def _is_open(self) -> bool:
        return self.isVisible() or bool(self._curves)

    def _curve(self, key: str):
        from widgets.plots.curves import Curve  # numpy loads with the first plot

        if key not in self._curves:
            style = next((style for style in self.styles if style.key == key), None)
            self._curves[key] = Curve(style.smooth if style else False, self._weight)
        return self._curves[key]

    def curve_length(self, key: str) -> int:
        return len(self._curves[key]) if key in self._curves else 0

    # ---- what is in view -------------------------------------------------------------------------

    def redraw(self) -> None:
        """Make the paths of the present view again; called by the clock, never per step."""
        waiting, self._waiting = self._waiting, []
        for key, numbers in waiting:
            self._curve(key).append(*numbers)
        self.frame = self._make_frame()
        buckets = Clock.shared().buckets
        self.drawn = {
            style.key: self._curves[style.key].draw(self.frame, self.axis, buckets, style.dots)
            for style in self.styles
            if style.key in self._curves
        }
        self.setAccessibleDescription(self._spoken())
        self.update()

    def _spoken(self) -> str:
        values = [
            f"{style.words} {scales.reading(self.drawn[style.key].end_value, self.kind)}"
            for style in self.styles
            if style.key in self.drawn and self.drawn[style.key].end_value is not None
        ]
        return ", ".join(values)

    def last(self, key: str) -> tuple[float, float] | None:
        """Return a curve's last place and value."""
        return self._curves[key].last(self.axis) if key in self._curves else None

    def reached(self) -> float:
        """Return how far the curves go."""
        return max((curve.end(self.axis) for curve in self._curves.values()), default=0.0)

    def _x_high(self) -> float:
        """Return the end of the axis; a plan of what is still to come is shown to its end."""
        reached, total = self.reached(), float(self.total_epochs)
        epochs = max((curve.end(EPOCHS) for curve in self._curves.values()), default=0.0)
        end = max(total, epochs) if self.future else scales.epochs_in_view(epochs, total)
        if self.axis == EPOCHS:
            return max(end, 1.0)
        return max(reached * end / epochs if epochs > 0 else reached, reached, 1.0)

    @property
    def stretched(self) -> bool:
        """Whether the first epochs take more of the width than the later ones."""
        return self.stretch and self.axis == EPOCHS

    def _spans(self, x_high: float) -> list[tuple[float, float]]:
        spans = [self._curves[s.key].span(self.axis, 0.0, x_high) for s in self.styles if s.key in self._curves]
        found = [span for span in spans if span is not None]
        if self.future and self.future[2]:
            found.append((min(self.future[2]), max(self.future[2])))
        return found

    def _y_range(self, x_high: float) -> tuple[float, float]:
        spans = self._spans(x_high)
        if not spans:
            return 0.0, 1.0
        low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        return scales.value_range(low, high, self.kind, self.log)

    def _y_ticks(self, frame) -> list[tuple[float, str]]:
        wanted = max(2, min(5, round(frame.height / (2.2 * theme.line_height("caption")))))
        return scales.value_ticks(frame.y_low, frame.y_high, wanted, self.kind, self.log)

    def _make_frame(self):
        from widgets.plots.curves import Frame

        sizes, caption = theme.sizes(), theme.line_height("caption")
        x_high = self._x_high()
        low, high = self._y_range(x_high)
        top, bottom = caption // 2 + sizes.s2, caption + sizes.s6
        trial = Frame(0.0, x_high, low, high, 0, top, 1, max(1, self.height() - top - bottom), self.log)
        labels = [width_of(words, "caption") for _place, words in self._y_ticks(trial)]
        left = max(labels, default=0) + sizes.s8
        right = ends.room(self, left, x_high)
        width = max(1.0, self.width() - left - right)
        return Frame(0.0, x_high, low, high, left, top, width, trial.height, self.log, self.stretched)

    # ---- painting --------------------------------------------------------------------------------

    def paintEvent(self, event):
        if self.frame is None:
            return
        began = perf_counter()
        painter = start(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_grid(painter)
        inside = QRectF(self.frame.left, 0, self.width() - self.frame.left, self.frame.top + self.frame.height + 1)
        painter.save()
        painter.setClipRect(inside)
        self._paint_progress(painter)
        self._paint_curves(painter)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_star(painter)
        ends.paint(self, painter)
        self._paint_crosshair(painter)
        Clock.shared().painted((perf_counter() - began) * 1000)

    def _paint_grid(self, painter: QPainter) -> None:
        frame, sizes, caption = self.frame, theme.sizes(), theme.line_height("caption")
        right, bottom = frame.left + frame.width, frame.top + frame.height
        for place, words in self._y_ticks(frame):
            y = round(frame.y(place))
            painter.fillRect(QRectF(frame.left, y, frame.width, sizes.hair), theme.color("line"))
            area = QRectF(0, y - caption / 2, frame.left - sizes.s8, caption)
            text(painter, area, words, "caption", "text3", Qt.AlignmentFlag.AlignRight)
        wanted = max(2, int(frame.width / (6 * sizes.s12)))
        for place, words in self._x_ticks(wanted):
            wide = width_of(words, "caption") + 1
            x = min(max(frame.x(place), frame.left), right) - wide / 2
            x = min(x, self.width() - wide)  # a long last number moves in instead of being cut
            area = QRectF(x, bottom + sizes.s4, wide, caption)
            text(painter, area, words, "caption", "text3", Qt.AlignmentFlag.AlignHCenter)

    def _x_ticks(self, wanted: int) -> list[tuple[float, str]]:
        if self.frame.stretch:
            return scales.stretched_ticks(self.frame.x_high, wanted)
        return scales.step_ticks(self.frame.x_high, wanted, self.axis == TIME)

    def _paint_progress(self, painter: QPainter) -> None:
        """Shade what is still to come and mark where the run is and where it was best."""
        frame, sizes = self.frame, theme.sizes()
        reached, bottom = self.reached(), frame.top + frame.height
        at = frame.x(reached)
        if 0 < reached < frame.x_high * 0.999:
            shade = QRectF(at, frame.top, frame.left + frame.width - at, frame.height)
            painter.fillRect(shade, theme.color("canvas" if theme.is_dark() else "field", _SHADE_ALPHA))
            pen = QPen(theme.color("text3"), sizes.hair)
            pen.setDashPattern([2, 3])
            painter.setPen(pen)
            painter.drawLine(QPointF(round(at) + 0.5, frame.top), QPointF(round(at) + 0.5, bottom))
        best = self._best()
        if best is not None:
            pen = QPen(theme.color(best[1], 0.6), sizes.hair)
            pen.setDashPattern([4, 4])
            painter.setPen(pen)
            x = round(best[0].x()) + 0.5
            painter.drawLine(QPointF(x, frame.top), QPointF(x, bottom))
        if self.future and self.axis == EPOCHS:
            self._paint_future(painter)

    def _paint_future(self, painter: QPainter) -> None:
        _key, epochs, values = self.future
        frame = self.frame
        points = [QPointF(frame.x(x), float(frame.value_y(y))) for x, y in zip(epochs, values, strict=True)]
        strokes.paint_future(painter, points)

    def _paint_curves(self, painter: QPainter) -> None:
        shown = [(style, self.drawn[style.key]) for style in self.styles if style.key in self.drawn]
        for style, drawn in shown:
            strokes.paint_raw(painter, style, drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for style, drawn in shown:
            strokes.paint_line(painter, style, drawn)

    def _best(self) -> tuple[QPointF, str] | None:
        """Return where the best epoch lies on its curve, and the curve's color."""
        curve, frame = self._curves.get(self.best_key), self.frame
        if curve is None or self.best_epoch is None or not len(curve):
            return None
        found = curve.at_epoch(self.best_epoch, self.axis)
        if found is None:
            return None
        style = next((style for style in self.styles if style.key == self.best_key), None)
        y = float(frame.value_y(found[1]))
        return (QPointF(frame.x(found[0]), y), style.color) if style and math.isfinite(y) else None

    def _paint_star(self, painter: QPainter) -> None:
        best = self._best()
        if best is None:
            return
        outer = theme.sizes().s6 * 1.15
        painter.setPen(QPen(theme.color("card"), theme.sizes().hair))
        painter.setBrush(theme.color(best[1]))
        painter.drawPath(star(best[0], outer))

    # ---- crosshair -------------------------------------------------------------------------------

    def _snapped(self) -> float | None:
        """Return the marked place, on a whole epoch where curves have one value per epoch."""
        place = self.crosshair.place
        if place is None or self.frame is None or not self._curves:
            return None
        dotted = [self._curves[s.key] for s in self.styles if s.dots and s.key in self._curves]
        dotted = [curve for curve in dotted if len(curve)]
        if dotted:
            near = dotted[0].nearest(place, self.axis)
            return near[0] if near else None
        return min(max(place, 0.0), self.reached())

    def _paint_crosshair(self, painter: QPainter) -> None:
        place = self._snapped()
        if place is None:
            return
        frame, sizes = self.frame, theme.sizes()
        x = frame.x(place)
        painter.fillRect(QRectF(round(x), frame.top, sizes.hair, frame.height), theme.color("text3"))
        rows = []
        for style in self.styles:
            near = self._curves[style.key].nearest(place, self.axis) if style.key in self._curves else None
            if near is None or not math.isfinite(near[1]):
                continue
            y = float(frame.value_y(near[1]))
            if math.isfinite(y):
                painter.setPen(QPen(theme.color("card"), sizes.hair))
                painter.setBrush(theme.color(style.color))
                painter.drawEllipse(QPointF(x, y), sizes.s4, sizes.s4)
            rows.append((style, scales.reading(near[1], self.kind)))
        if rows:
            self._paint_card(painter, x, place, rows)

    def _title_of(self, place: float) -> str:
        if self.axis == TIME:
            return scales.seconds(place)
        whole = abs(place - round(place)) < 1e-9
        return f"Epoch {scales.write(place, 1 if whole else 0.1, 'number')}"

    def _paint_card(self, painter: QPainter, x: float, place: float, rows) -> None:
        title = self._title_of(place)
        size = card.size(title, rows)
        frame, drawn = self.frame, self.drawn.values()
        points = [point for each in drawn for point in (*(each.dots or ()), each.end) if point]
        label = QPointF(theme.sizes().s32, 0)
        points += [each.end + label * share for each in drawn if each.end for share in (1, 2)]
        where = card.free_place(x, frame.top, frame.height, self.width(), size, points)
        card.paint(painter, where, title, rows)

    def _on_crosshair(self) -> None:
        if self.isVisible():
            self.update()

    def mouseMoveEvent(self, event):
        if self.frame is not None:
            place = self.frame.place(event.position().x())
            self.crosshair.put(place if 0 <= place <= self.frame.x_high else None)

    def leaveEvent(self, event):
        self.crosshair.put(None)

    def keyPressEvent(self, event):
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if step is None or self.frame is None:
            if event.key() == Qt.Key.Key_Escape and self.crosshair.place is not None:
                self.crosshair.put(None)
            else:
                super().keyPressEvent(event)
            return
        unit = 1.0 if self.axis == EPOCHS else self.frame.x_high / 40
        at = self._snapped()
        place = self.reached() if at is None else at + step * unit
        self.crosshair.put(min(max(place, 0.0), self.reached()))

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        self.crosshair.put(None)

    def showEvent(self, event):
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event):
        super().resizeEvent(event)
        if self.frame is not None and self.isVisible():
            self.redraw()  # at once: a stretched old picture looks broken

    def sizeHint(self):
        sizes = theme.sizes()
        return QSize(sizes.dock_open, sizes.plot - sizes.row_head)

    def minimumSizeHint(self):
        return QSize(theme.sizes().tile * 6, theme.sizes().tile * 3)

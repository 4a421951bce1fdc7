"""What the network made: pictures, text, points or a frame of play, epoch by epoch with a slider."""

from __future__ import annotations

import json

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QStackedWidget, QWidget

from widgets import theme
from widgets.controls import SliderField
from widgets.controls.base import Themed, row, start, text
from widgets.controls.fields import Choice
from widgets.controls.labels import Label
from widgets.plots.chart import PlotCard
from widgets.values import SampleValue


class PictureView(Themed, QWidget):
    """A picture as large as fits; small ones keep their pixels sharp."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._picture = QPixmap()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self):
        return QSize(theme.sizes().plot, theme.sizes().plot)

    def minimumSizeHint(self):
        return QSize(theme.sizes().plot // 2, theme.sizes().plot // 2)

    def set_png(self, content: bytes) -> None:
        """Show a PNG file's content; one that cannot be read is said to be so."""
        picture = QPixmap()
        self._words = "" if picture.loadFromData(content) else "This picture cannot be shown."
        self._picture = picture
        self.update()

    def shown_area(self) -> QRectF:
        """Where the picture is drawn."""
        if self._picture.isNull():
            return QRectF()
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )

    def paintEvent(self, event):
        painter = start(self)
        if self._picture.isNull():
            text(painter, QRectF(self.rect()), self._words, "secondary", "text3", Qt.AlignmentFlag.AlignCenter)
            return
        area = self.shown_area()
        larger = area.width() > self._picture.width() * 1.5  # pixels of small pictures are the thing to see
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform, not larger)
        painter.drawPixmap(area, self._picture, QRectF(self._picture.rect()))


class PointsView(Themed, QWidget):
    """Points in a plane, colored by class; the names of the classes are written where their points lie."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._points: list[tuple[float, float]] = []
        self._labels: list[int] = []
        self._classes: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_json(self, content: bytes) -> None:
        """Show `{"points": [[x, y]], "labels": [class], "classes": [name]}`."""
        found = json.loads(content)
        self._points = [(float(x), float(y)) for x, y in found.get("points", [])]
        self._labels = [int(one) for one in found.get("labels", [])]
        self._classes = [str(one) for one in found.get("classes", [])]
        self.update()

    def _placed(self) -> list[QPointF]:
        edge = theme.sizes().s12
        xs, ys = [x for x, _ in self._points], [y for _, y in self._points]
        wide, high = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
        return [
            QPointF(
                edge + (x - min(xs)) / wide * (self.width() - 2 * edge),
                self.height() - edge - (y - min(ys)) / high * (self.height() - 2 * edge),
            )
            for x, y in self._points
        ]

    def paintEvent(self, event):
        if not self._points:
            return
        painter, sizes, places = start(self), theme.sizes(), self._placed()
        painter.setPen(Qt.PenStyle.NoPen)
        for place, at in enumerate(places):
            label = self._labels[place] if place < len(self._labels) else 0
            painter.setBrush(theme.color(f"run:{label}", 0.75))
            painter.drawEllipse(at, sizes.s4 * 0.6, sizes.s4 * 0.6)
        for label, name in enumerate(self._classes):
            own = [at for at, one in zip(places, self._labels, strict=False) if one == label]
            if own:
                middle = QPointF(sum(at.x() for at in own) / len(own), sum(at.y() for at in own) / len(own))
                area = QRectF(middle.x() - 60, middle.y() - 10, 120, 20)
                text(painter, area, name, "name", "text1", Qt.AlignmentFlag.AlignCenter)


class SamplesCard(PlotCard):
    """Shows one kind of sample at one epoch; the newest, until somebody moves the slider away from it."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__("Samples", parent)
        sizes = theme.sizes()
        self._samples: dict[str, list[SampleValue]] = {}
        self._newest = True
        self.names = Choice(self)
        self.names.setAccessibleName("Kind of sample")
        self.names.chosen.connect(self._on_name)
        self.names.hide()
        self.head.addWidget(self.names)
        self.picture, self.points, self.words = PictureView(self), PointsView(self), QPlainTextEdit(self)
        self.words.setReadOnly(True)
        self.words.setAccessibleName("Text that the network wrote")
        self.stack = QStackedWidget(self)
        for view in (self.picture, self.points, self.words):
            self.stack.addWidget(view)
        self.slider = SliderField(1, 1, 2, 1, parent=self)
        self.slider.setAccessibleName("Epoch of the sample")
        self.slider.field.hide()  # it would count samples, and the words beside it say the epoch
        self.slider.setFocusProxy(self.slider.track)
        self.slider.valueMoved.connect(self._on_moved)
        self.slider.valueChanged.connect(self._on_moved)
        self.epoch = Label("", "secondary", "text2", parent=self)
        self.body.addWidget(self.stack, 1)
        below = row(space=sizes.s8)
        below.addWidget(self.slider, 1)
        below.addWidget(self.epoch)
        self.body.addLayout(below)

    def clear(self) -> None:
        """Forget the samples of the shown run."""
        self._samples, self._newest = {}, True
        self.names.clear()
        self.names.hide()

    def add(self, samples: list[SampleValue]) -> None:
        """More samples of the shown run, in order of their epochs."""
        for one in samples:
            if one.name not in self._samples:
                self._samples[one.name] = []
                self.names.add(one.name, one.name[:1].upper() + one.name[1:])
            own = self._samples[one.name]
            while own and own[-1].epoch >= one.epoch:  # the run went on from an earlier checkpoint
                own.pop()
            own.append(one)
        if not samples:
            return
        if self.names.current() not in self._samples:
            self.names.set_current(next(iter(self._samples)))
        self.names.setVisible(len(self._samples) > 1)
        self._show()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self._samples

    def shown(self) -> SampleValue | None:
        """The sample that is seen now."""
        own = self._samples.get(self.names.current() or "", [])
        return own[round(self.slider.value()) - 1] if own else None

    def _show(self) -> None:
        own = self._samples.get(self.names.current() or "", [])
        if not own:
            return
        at = len(own) if self._newest else min(round(self.slider.value()), len(own))
        self.slider.set_range(1, max(2, len(own)))
        self.slider.set_value(at)
        self.slider.setEnabled(len(own) > 1)
        self._show_one(own[at - 1])

    def _show_one(self, sample: SampleValue) -> None:
        self.epoch.set_text(f"epoch {sample.epoch}")
        if sample.kind == "text":
            self.words.setPlainText(sample.blob.decode("utf-8", "replace"))
            self.stack.setCurrentWidget(self.words)
        elif sample.kind == "points":
            self.points.set_json(sample.blob)
            self.stack.setCurrentWidget(self.points)
        else:
            self.picture.set_png(sample.blob)
            self.picture.setAccessibleName(f"{sample.name}, epoch {sample.epoch}")
            self.stack.setCurrentWidget(self.picture)

    def _on_name(self, _key: str) -> None:
        self._newest = True
        self._show()

    def _on_moved(self, value) -> None:
        own = self._samples.get(self.names.current() or "", [])
        if own:
            at = min(max(1, round(value)), len(own))
            self._newest = at == len(own)
            self._show_one(own[at - 1])

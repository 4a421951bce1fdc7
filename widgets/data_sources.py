"""The left panel of the Data page: the source, what the model sees of it, sets that are shipped."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.controls.base import Line, Themed, box, column, paint_icon, start, text, width_of
from widgets.controls.labels import IconLabel, Label
from widgets.controls.layout import Panel, Section
from widgets.drop import DropArea
from widgets.page_frame import scrolled
from widgets.values import FieldCard, ReadySet, SourceCard


class SourceButton(Themed, QAbstractButton):
    """A source as a card: tile, name, two lines, a check where it is chosen."""

    ring_radius = "r9"

    def __init__(self, card: SourceCard, parent: QWidget | None = None):
        super().__init__(parent)
        self.card = card
        self.setAccessibleName(f"{card.name}, {', '.join(card.lines)}{', chosen' if card.chosen else ''}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        sizes = theme.sizes()
        tall = theme.line_height("name") + len(self.card.lines) * theme.line_height("caption") + 2 * sizes.s8
        return QSize(sizes.data_sources - 2 * sizes.s12, max(tall, sizes.tile + 2 * sizes.s8))

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        chosen = self.card.chosen
        fill = "acc_wash" if chosen else ("hover" if self.underMouse() else "card")
        box(painter, area, sizes.r9, fill, "acc_line" if chosen else "line2")
        tile = QRectF(sizes.s12, sizes.s8 + sizes.s2, sizes.tile, sizes.tile)
        box(painter, tile, sizes.r6, "hover")
        pad = (sizes.tile - sizes.tile_icon) / 2
        icons.paint(painter, self.card.icon, tile.adjusted(pad, pad, -pad, -pad), "text2")
        x = tile.right() + sizes.s12
        mark = sizes.icon + sizes.s8 if chosen else 0
        line = QRectF(x, sizes.s8, area.width() - x - mark - sizes.s8, theme.line_height("name"))
        text(painter, line, self.card.name, "name")
        for words in self.card.lines:
            line = QRectF(x, line.bottom(), area.width() - x - sizes.s8, theme.line_height("caption"))
            text(painter, line, words, "caption", "text2")
        if chosen:
            paint_icon(painter, "circle-check", area.right() - mark, sizes.s8 + sizes.s8, sizes.icon, "acc")


class SeenField(Themed, QWidget):
    """An input or target: the shape of its kind, name, shape in words, where it goes."""

    wants_ring = False

    def __init__(self, field: FieldCard, parent: QWidget | None = None):
        super().__init__(parent)
        self.field = field
        self.setAccessibleName(f"{field.role} {field.name}, {field.shape}, {field.note}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        sizes = theme.sizes()
        tall = theme.line_height("name") + 2 * sizes.s8
        return QSize(sizes.palette_least, tall + (theme.line_height("caption") if self.field.note else 0))

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        box(painter, area, sizes.r9, "card", "line2")
        line = QRectF(sizes.s12, sizes.s8, area.width() - 2 * sizes.s12, theme.line_height("name"))
        paint_kind(painter, self.field.kind, line.x() + sizes.dot / 2, line.center().y())
        rest = line.adjusted(sizes.dot + sizes.s8, 0, 0, 0)
        wide = min(width_of(self.field.shape, "secondary"), rest.width() * 0.6)
        shape = rest.adjusted(rest.width() - wide - 1, 0, 0, 0)
        text(painter, shape, self.field.shape, "secondary", "text2", Qt.AlignmentFlag.AlignRight)
        text(painter, rest.adjusted(0, 0, -wide - sizes.s8, 0), self.field.name, "body", bold=True)
        under = QRectF(rest.x(), line.bottom(), rest.width(), theme.line_height("caption"))
        text(painter, under, self.field.note, "caption", "text2")


def paint_kind(painter: QPainter, kind: str, x: float, y: float) -> None:
    """Paint the shape of a port kind around a point."""
    path = theme.port_path(kind, theme.sizes().dot)
    painter.save()
    painter.translate(x, y)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.port(kind))
    painter.drawPath(path)
    painter.restore()


class _ReadyButton(Themed, QAbstractButton):
    """One shipped set: icon, name, how many."""

    ring_radius = "r4"

    def __init__(self, ready: ReadySet, parent: QWidget | None = None):
        super().__init__(parent)
        self.ready = ready
        self.setAccessibleName(f"{ready.name}, {ready.note}" if ready.note else ready.name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().palette_least, theme.sizes().row)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if self.underMouse():
            box(painter, area, sizes.r4, "hover")
        paint_icon(painter, "database", sizes.s4, area.center().y(), sizes.icon_small, "text2")
        inside = area.adjusted(sizes.s4 + sizes.icon + sizes.s6, 0, -sizes.s4, 0)
        note = width_of(self.ready.note, "secondary") + sizes.s8
        text(painter, inside, self.ready.note, "secondary", "text2", Qt.AlignmentFlag.AlignRight)
        text(painter, inside.adjusted(0, 0, -note, 0), self.ready.name, "secondary")


class DataSources(Panel):
    """Sources, fields, shipped sets."""

    source_chosen = Signal(str)
    path_dropped = Signal(str)
    browse_folder_wanted = Signal()
    browse_file_wanted = Signal()
    ready_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__("Data", parent)
        sizes = theme.sizes()
        inside = QWidget(self)
        self._column = column(inside, space=sizes.s8)
        self._column.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s12)
        self.body.addWidget(scrolled(inside, "panel", self), 1)
        self._cards = column(space=sizes.s8)
        self._column.addLayout(self._cards)
        self.form = Section("Settings of this source", parent=self)
        self.form.hide()
        self._column.addWidget(self.form)
        self.drop = DropArea("Drop a folder, table, text or IDX file here", parent=self)
        self.drop.add_button("Folder", "folder-open").clicked.connect(self._on_folder)
        self.drop.add_button("File", "file").clicked.connect(self._on_file)
        self.drop.path_dropped.connect(self.path_dropped)
        self._column.addWidget(self.drop)
        self.seen_title = self._title("What the model sees")
        self._seen = column(space=sizes.s4)
        self._column.addLayout(self._seen)
        self.preparation = Section("Preparation", parent=self)
        self.preparation.hide()
        self._column.addWidget(self.preparation)
        self.ready_title = self._title("Ready-made sets")
        self._ready = column()
        self._column.addLayout(self._ready)
        self._column.addStretch(1)
        self._hosts: dict[str, QWidget | None] = {"form": None, "preparation": None}
        self.set_seen([])
        self.set_ready_sets([])

    def _title(self, words: str) -> QWidget:
        block = QWidget(self)
        inside = column(block, space=theme.sizes().s12)
        inside.setContentsMargins(0, theme.sizes().s8, 0, 0)
        inside.addWidget(Line(block))
        inside.addWidget(Label(words, "name", parent=block))
        self._column.addWidget(block)
        return block

    def set_sources(self, cards: list[SourceCard]) -> None:
        _empty(self._cards)
        for card in cards:
            button = SourceButton(card, self)
            button.clicked.connect(lambda _on=False, key=card.key: self.source_chosen.emit(key))
            self._cards.addWidget(button)

    def set_ready_sets(self, sets: list[ReadySet]) -> None:
        _empty(self._ready)
        self.ready_title.setVisible(bool(sets))
        for ready in sets:
            button = _ReadyButton(ready, self)
            button.clicked.connect(lambda _on=False, key=ready.key: self.ready_chosen.emit(key))
            self._ready.addWidget(button)

    def set_seen(self, fields: list[FieldCard]) -> None:
        """Show the inputs, an arrow, the targets."""
        _empty(self._seen)
        self.seen_title.setVisible(bool(fields))
        inputs = [field for field in fields if field.role != "target"]
        targets = [field for field in fields if field.role == "target"]
        for field in inputs:
            self._seen.addWidget(SeenField(field, self))
        if inputs and targets:
            arrow = IconLabel("arrow-down", "text3", theme.sizes().icon_small, self)
            self._seen.addWidget(arrow, 0, Qt.AlignmentFlag.AlignHCenter)
        for field in targets:
            self._seen.addWidget(SeenField(field, self))

    def set_form(self, which: str, widget: QWidget | None) -> None:
        """Host the form of the source or of the preparation: "form" or "preparation"."""
        section, old = getattr(self, which), self._hosts[which]
        if old is not None and old is not widget:
            old.setParent(None)
        self._hosts[which] = widget
        if widget is not None:
            section.add(widget)
        section.setVisible(widget is not None)

    def _on_folder(self) -> None:
        self.browse_folder_wanted.emit()

    def _on_file(self) -> None:
        self.browse_file_wanted.emit()


def _empty(layout) -> None:
    while layout.count():
        old = layout.takeAt(0).widget()
        if old is not None:
            old.hide()
            old.deleteLater()

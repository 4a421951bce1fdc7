"""The parts of the inspector: the title that can be renamed, port rows, cost rows, problems with repairs, facts."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from widgets import icons, theme, words
from widgets.controls import Bar, Button, Elided, IconLabel, Label, TextField, Tile, rich_tip
from widgets.controls.base import Themed, box, column, row, start, text, width_of
from widgets.views import KindView, PortView, ProblemView


class Title(QWidget):
    """A name that becomes a field on a double-click; `renamed` says the new one."""

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self.label = Elided("", "card_title")
        self.field = TextField()
        self.field.setAccessibleName("Name")
        self.field.setMaxLength(80)
        self._stack.addWidget(self.label)
        self._stack.addWidget(self.field)
        self.field.committed.connect(self.renamed)
        self.field.editingFinished.connect(self._on_finished)
        self.label.setCursor(Qt.CursorShape.IBeamCursor)

    def set_name(self, name: str) -> None:
        self.label.set_text(name)
        self.field.set_value(name)

    def edit(self) -> None:
        """Begin to rename."""
        self._stack.setCurrentWidget(self.field)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def mouseDoubleClickEvent(self, event):
        self.edit()

    def _on_finished(self) -> None:
        self._stack.setCurrentWidget(self.label)

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape and self._stack.currentWidget() is self.field:
            self.field.set_value(self.label.text())
            self._stack.setCurrentWidget(self.label)
        else:
            super().keyPressEvent(event)


class PortRow(Themed, QWidget):
    """One port: In or Out, its symbol, its shape, who is at the other end."""

    wants_ring = False

    def __init__(self, side: str, port: PortView, strong: bool, parent: QWidget | None = None):
        super().__init__(parent)
        self._side, self._port, self._strong = side, port, strong
        state = port.words or "not known yet"
        self.setAccessibleName(f"{side}: {state}, {port.others or 'not connected'}")
        self.setToolTip(rich_tip(f"{side}, {port.name}" if port.name else side, f"{state}. {port.others}"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().s32, theme.sizes().row_fact)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        text(painter, area, self._side, "secondary", "text2")
        x = max(width_of(self._side, "secondary") + sizes.s12, sizes.s32 + sizes.s4)
        self._paint_symbol(painter, QPointF(x + sizes.s4, area.center().y()))
        x += sizes.s16
        others = self._port.others or "not connected"
        said = self._port.words or "not known yet"
        words_wide = width_of(said, "body", self._strong)
        room = max(area.width() - x - words_wide - sizes.s12, area.width() * 0.25)
        wide = min(width_of(others, "secondary"), room)
        ink = "error" if self._port.problem else "text1" if self._port.words else "text3"
        text(
            painter,
            QRectF(x, 0, area.width() - x - wide - sizes.s8, area.height()),
            said,
            "body",
            ink,
            bold=self._strong,
        )
        spot = QRectF(area.right() - wide, 0, wide, area.height())
        text(painter, spot, others, "secondary", "text3", Qt.AlignmentFlag.AlignRight)

    def _paint_symbol(self, painter, center: QPointF) -> None:
        size = theme.sizes().dot
        path, ink = theme.port_path(self._port.symbol, size, center), theme.port(self._port.symbol)
        if self._port.symbol == "anything":
            painter.setPen(QPen(ink, theme.sizes().hair * 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            painter.setPen(Qt.PenStyle.NoPen)
        else:
            painter.fillPath(path, ink)


class CostRow(QWidget):
    """An amount, its share of the model, and the share as a bar."""

    def __init__(self, label: str, of: str, tip: str):
        super().__init__()
        self._of = of
        whole = column(self, space=theme.sizes().s4)
        line = row(space=theme.sizes().s8)
        self.amount = Label("", "body", bold=True)
        self.share = Label("", "secondary", "text2")
        line.addWidget(Label(label, "secondary", "text2"), 1)
        line.addWidget(self.amount)
        line.addWidget(self.share)
        whole.addLayout(line)
        self.bar = Bar()
        whole.addWidget(self.bar)
        self.words = Label("", "caption", "text2", wrap=True)
        self.words.hide()
        whole.addWidget(self.words)
        self.setToolTip(tip)

    def show_cost(self, amount: str, share: float | None, hue: str, how: str = "") -> None:
        """Show an amount, its share of the whole, and how it comes about."""
        self.amount.setText(amount)
        self.words.setText(how)
        self.words.setVisible(bool(how))
        small = share is not None and 0 < share < 0.01
        said = "" if share is None else f"under 1{words.HARD}%" if small else words.percent(share, 0)
        self.share.setText(f"{said} of {self._of}" if said else "")
        self.bar.set_color(hue)
        self.bar.set_fraction(share or 0)
        self.bar.setVisible(share is not None)


_TONES = {"error": ("error_wash", "error_line", "error"), "warning": ("warning_wash", "warning_line", "warning")}
SIGNS = {"error": ("error", "error"), "warning": ("triangle-alert", "warning"), "info": ("info", "info")}
"""Level -> icon and ink."""


class _Repair(Button):
    """The button of a repair: as wide as there is room, a long name cut at its end."""

    def __init__(self, said: str, kind: str):
        super().__init__(said, None, kind)
        self._said = said
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        room = self.width() - 2 * theme.sizes().s12
        shown = self.fontMetrics().elidedText(self._said, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)
            self.setAccessibleName(self._said)
            self.setToolTip(self._said if shown != self._said else "")


class ProblemBox(Themed, QWidget):
    """One problem with its repairs; `fix_chosen` says which repair."""

    fix_chosen = Signal(int)
    wants_ring = False

    def __init__(self, problem: ProblemView, first: bool, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self._level = problem.level
        self.setAccessibleName(f"{problem.level}: {problem.title}. {problem.detail}")
        whole = column(self, space=sizes.s8, edge=sizes.s12)
        line = row(space=sizes.s8)
        icon, ink = SIGNS[problem.level]
        line.addWidget(IconLabel(icon, ink), 0, Qt.AlignmentFlag.AlignTop)
        said = column(space=sizes.gap)
        said.addWidget(Label(problem.title, "name", wrap=True))
        if problem.detail:
            said.addWidget(Label(problem.detail, "secondary", "text2", wrap=True))
        line.addLayout(said, 1)
        whole.addLayout(line)
        self.buttons: list[Button] = []
        for place, fix in enumerate(problem.fixes):
            button = _Repair(fix.label, "primary" if first and not place else "plain")
            button.clicked.connect(lambda _=False, place=place: self.fix_chosen.emit(place))
            whole.addWidget(button)
            if fix.lines:
                whole.addWidget(Label(", ".join(fix.lines), "caption", "text2", wrap=True))
            self.buttons.append(button)

    def paintEvent(self, event):
        fill, line, _ink = _TONES.get(self._level, ("info_wash", "info", "info"))
        box(start(self), QRectF(self.rect()), theme.sizes().r9, fill, line)


class HeadTile(Tile):
    """The tile beside the name of the node that is shown."""

    def sizeHint(self):
        return QSize(theme.sizes().s32, theme.sizes().s32)


class FactRow(Themed, QWidget):
    """A word and its value."""

    wants_ring = False

    def __init__(self, label: str, value: str):
        super().__init__()
        line = row(self, space=theme.sizes().s8)
        line.addWidget(Label(label, "secondary", "text2"))
        line.addStretch(1)
        line.addWidget(Label(value, "secondary", bold=True))
        self._restyle()
        self.setAccessibleName(f"{label}: {value}")

    def _restyle(self) -> None:
        self.setFixedHeight(theme.sizes().row_fact)


class KindRow(Themed, QWidget):
    """A kind of node among the selected ones, with how many."""

    wants_ring = False

    def __init__(self, kind: KindView):
        super().__init__()
        self._kind = kind
        self.setAccessibleName(f"{kind.label}: {kind.count}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().s32, theme.sizes().row)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        side = sizes.tile_mid
        tile = QRectF(0, area.center().y() - side / 2, side, side)
        icons.paint_tile(painter, tile, self._kind.section, self._kind.icon or None)
        text(painter, area.adjusted(side + sizes.s8, 0, -sizes.s32, 0), self._kind.label, "body")
        text(painter, area, words.thousands(self._kind.count), "secondary", "text3", Qt.AlignmentFlag.AlignRight)

"""Parts of the Export page: target cards, the proof, the snippet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from widgets import icons, theme
from widgets.controls.base import Line, Themed, box, column, row, start, surface, text, width_of
from widgets.controls.buttons import Button
from widgets.controls.labels import Elided, IconLabel, Label
from widgets.controls.marks import ProgressRing
from widgets.plots.histogram import Histogram
from widgets.snippet import Highlighter
from widgets.try_panel import plain_small
from widgets.values import ProofRow, ProofView, Target

_JOINER = "\u2060"


class TargetCard(Themed, QAbstractButton):
    """A kind of file: tile, name, checkbox, two lines, size."""

    ring_radius = "r11"

    def __init__(self, target: Target, parent: QWidget | None = None):
        super().__init__(parent)
        self.target = target
        self.setCheckable(True)
        self.setText(target.name)
        self.setAccessibleName(f"{target.name}. {target.text} {target.size} {target.note}".strip())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _lines(self) -> int:
        """How many lines the words take; cards side by side are equally wide, and narrow ones take three."""
        return 2 if self.width() >= theme.sizes().dock_open else 3

    def sizeHint(self):
        sizes = theme.sizes()
        tall = sizes.s32 + (self._lines() + 1) * theme.line_height("secondary") + 2 * sizes.s16 + 2 * sizes.s8
        return QSize(sizes.data_sources, tall)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self.updateGeometry()  # the height follows the width

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        chosen = self.isChecked()
        line = "acc_line" if chosen else ("line3" if self.underMouse() else "line2")
        box(painter, area, sizes.r11, "card", line, sizes.ring if chosen else sizes.hair)
        tile = QRectF(sizes.s16, sizes.s16, sizes.s32, sizes.s32)
        box(painter, tile, sizes.r6, "acc_wash" if chosen else "hover")
        pad = (tile.width() - sizes.tile_icon) / 2
        icons.paint(painter, self.target.icon, tile.adjusted(pad, pad, -pad, -pad), "acc" if chosen else "text2")
        name = QRectF(tile.right() + sizes.s12, tile.y(), area.width() - tile.right() - 4 * sizes.s12, tile.height())
        text(painter, name, self.target.name, "card_title")
        self._paint_box(painter, QRectF(area.right() - sizes.s16 - sizes.tick, tile.center().y() - sizes.tick / 2,
                                        sizes.tick, sizes.tick))  # fmt: skip
        height = theme.line_height("secondary")
        words_ = QRectF(sizes.s16, tile.bottom() + sizes.s8, area.width() - 2 * sizes.s16, self._lines() * height)
        painter.setFont(theme.font("secondary"))
        painter.setPen(theme.color("text2"))
        whole = self.target.text.replace("++", f"+{_JOINER}+")  # C++ is one word
        painter.drawText(words_, Qt.TextFlag.TextWordWrap, whole)
        foot = QRectF(words_.x(), words_.bottom() + sizes.s8, words_.width(), height)
        text(painter, foot, self.target.size, "secondary", bold=True)
        taken = width_of(self.target.size, "secondary", True) + sizes.s8 if self.target.size else 0
        beside = foot.adjusted(taken, 0, 0, 0)
        text(painter, beside, self.target.note, "secondary", "text3")

    def _paint_box(self, painter, place: QRectF) -> None:
        option = QStyleOptionButton()
        option.initFrom(self)
        option.rect = place.toRect()
        option.state |= QStyle.StateFlag.State_On if self.isChecked() else QStyle.StateFlag.State_Off
        option.state &= ~QStyle.StateFlag.State_HasFocus
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorCheckBox, option, painter, self)


class _CheckedRow(QWidget):
    """One thing that was checked, and its result."""

    def __init__(self, fact: ProofRow, parent: QWidget):
        super().__init__(parent)
        inside = row(self, space=theme.sizes().s8)
        inside.addWidget(IconLabel("check" if fact.ok else "x", "good" if fact.ok else "error", parent=self))
        inside.addWidget(Label(fact.words, "secondary", parent=self))
        inside.addStretch(1)
        inside.addWidget(Elided(fact.result, "secondary", "text2" if fact.ok else "error", parent=self))
        self.setMinimumHeight(theme.sizes().row)
        self.setAccessibleName(f"{fact.words}: {fact.result}, {'good' if fact.ok else 'not good'}")


class _Shield(Themed, QWidget):
    """The sign of the proof: proven, or refused."""

    wants_ring = False

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.ok = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().row_head, theme.sizes().row_head)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        box(painter, area, sizes.r9, "good_wash" if self.ok else "error_wash")
        pad = (area.width() - sizes.icon_big) / 2
        name, color = ("shield-check", "good") if self.ok else ("error", "error")
        icons.paint(painter, name, area.adjusted(pad, pad, -pad, -pad), color)


class ProofCard(Themed, QWidget):
    """What was checked between the trained model and the file, or why the file was refused."""

    check_wanted = Signal()
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "card")
        sizes = theme.sizes()
        inside = row(self, space=sizes.s24)
        inside.setContentsMargins(sizes.s16, sizes.s16, sizes.s16, sizes.s16)
        left = column(space=sizes.s8)
        head = row(space=sizes.s12)
        self.shield = _Shield(self)
        self.ring = ProgressRing(self, sizes.s32)
        self.ring.hide()
        names = column()
        self.title = Label("", "card_title", wrap=True, parent=self)
        self.line = Label("", "secondary", "text2", wrap=True, parent=self)
        names.addWidget(self.title)
        names.addWidget(self.line)
        head.addWidget(self.shield)
        head.addWidget(self.ring)
        head.addLayout(names, 1)
        left.addLayout(head)
        self.reason = Label("", "body", "error", wrap=True, parent=self)
        left.addWidget(self.reason)
        self._rows = column()
        left.addLayout(self._rows)
        left.addStretch(1)
        inside.addLayout(left, 5)
        self.right = QWidget(self)
        right = column(self.right, space=sizes.s8)
        right.addWidget(Label("How far the numbers are apart", "secondary", "text2", parent=self.right))
        self.bars = Histogram("good", powers=True, parent=self.right)
        self.bars.setMinimumHeight(3 * sizes.row_head)
        right.addWidget(self.bars, 1)
        inside.addWidget(self.right, 3)
        self.again = Button("Check again", "refresh-cw", parent=self)
        self.again.clicked.connect(self._on_check)
        left.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_proof(None)

    def show_proof(self, proof: ProofView | None) -> None:
        self._clear_rows()
        self.shield.setVisible(proof is not None)
        self.right.setVisible(proof is not None and proof.bins is not None)
        self.reason.setVisible(proof is not None and bool(proof.reason))
        self.again.setText("Check now" if proof is None else "Check again")
        if proof is None:
            self.title.setText("Not checked yet")
            self.line.setText("An exported file is compared with the trained model before it is saved.")
            return
        self.shield.ok = proof.ok
        self.shield.update()
        self.title.setText(proof.title)
        self.line.setText(proof.line)
        self.line.setVisible(bool(proof.line))
        self.reason.setText(proof.reason)
        for fact in proof.rows:
            self._rows.addWidget(_CheckedRow(fact, self))
        if proof.bins is not None:
            limit = f"limit {plain_small(10**proof.limit)}" if proof.limit is not None else ""
            color = "good" if proof.ok else "error_fill"
            self.bars.set_values(proof.bins.counts, proof.bins.edges, proof.limit, limit, color)

    def set_busy(self, busy: bool) -> None:
        self.again.set_busy(busy)
        self.ring.setVisible(busy)
        self.ring.set_fraction(None if busy else 0.0)
        if busy:
            self.shield.hide()
            self.title.setText("Comparing the file with the trained model…")
            self.line.setText("")

    def _clear_rows(self) -> None:
        while self._rows.count():
            old = self._rows.takeAt(0).widget()
            old.hide()
            old.deleteLater()

    def _on_check(self) -> None:
        self.check_wanted.emit()


class Snippet(Themed, QWidget):
    """A few lines of code that use the file, to copy."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "card")
        sizes = theme.sizes()
        whole = column(self, edge=sizes.hair)
        head = row(space=sizes.s12)
        head.setContentsMargins(sizes.s16, sizes.s6, sizes.s8, sizes.s6)
        head.addWidget(Label("Use the file", "name", parent=self))
        head.addWidget(Label("Python", "secondary", "text2", parent=self))
        head.addStretch(1)
        self.copy = Button("Copy", "copy", "quiet", self)
        self.copy.clicked.connect(self._on_copy)
        head.addWidget(self.copy)
        whole.addLayout(head)
        whole.addWidget(Line(self))
        self._words = ""
        self.code = QPlainTextEdit(self)
        self.code.setReadOnly(True)
        self.code.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setAccessibleName("Code that uses the file")
        self.code.setTabChangesFocus(True)
        self._colors = Highlighter(self.code.document())
        inside = row()
        inside.setContentsMargins(sizes.s4, sizes.s4, sizes.s4, sizes.s4)
        inside.addWidget(self.code)
        whole.addLayout(inside)
        theme.notifier().changed.connect(self._on_changed)
        self._on_changed()

    def set_text(self, words: str) -> None:
        self._words = words
        self.code.setPlainText(words.rstrip())
        self.setVisible(bool(words))  # until the helper knows the inputs there is nothing to copy
        self._fit()

    def _fit(self) -> None:
        lines = max(2, self.code.document().blockCount())
        self.code.setFixedHeight(min(lines, 12) * theme.line_height("code") + theme.sizes().s24)

    def _on_changed(self) -> None:
        self.code.setFont(theme.font("code"))
        self._colors.rehighlight()
        self._fit()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._words)
        self.copy.setText("Copied")
        self.copy.set_icon("check")

    def leaveEvent(self, event):
        self.copy.setText("Copy")
        self.copy.set_icon("copy")

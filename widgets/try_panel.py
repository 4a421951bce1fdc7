"""Try your own: one item, the answers of PyTorch beside those of ONNX Runtime, and whether they agree."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Line, Themed, box, column, row, start, text, width_of
from widgets.controls.buttons import Button
from widgets.controls.labels import Label
from widgets.controls.layout import Panel
from widgets.controls.numbers import NumberField
from widgets.drop import Banner, DropArea
from widgets.page_frame import scrolled
from widgets.thumbs import paint_picture
from widgets.values import Answer, TryResult

_MOST_ANSWERS = 5


class Item(Themed, QWidget):
    """The item: a picture, or its values."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._picture: QPixmap | None = None
        self._values: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_item(self, result: TryResult) -> None:
        self._picture = None
        if result.png:
            self._picture = QPixmap()
            self._picture.loadFromData(result.png)
        self._values = result.values[:12]
        self.setAccessibleName(result.name)
        self.updateGeometry()
        self.update()

    def sizeHint(self):
        sizes = theme.sizes()
        if self._picture is not None:
            return QSize(sizes.palette_least, sizes.palette_least)
        return QSize(sizes.palette_least, max(1, len(self._values)) * sizes.row_fact)

    def paintEvent(self, event):
        painter, area = start(self), QRectF(self.rect())
        if self._picture is not None:
            side = min(area.width(), area.height())
            place = QRectF((area.width() - side) / 2, 0, side, side)
            paint_picture(painter, place, self._picture, theme.sizes().r6)
            return
        for at, (name, value) in enumerate(self._values):
            line = QRectF(0, at * theme.sizes().row_fact, area.width(), theme.sizes().row_fact)
            wide = min(width_of(value, "secondary", True) + 1, line.width() * 0.6)
            place = line.adjusted(line.width() - wide, 0, 0, 0)
            text(painter, place, value, "secondary", "text1", Qt.AlignmentFlag.AlignRight, bold=True)
            text(painter, line.adjusted(0, 0, -wide - theme.sizes().s8, 0), name, "secondary", "text2")


class Answers(Themed, QWidget):
    """What one runtime answered: names, shares, bars."""

    wants_ring = False

    def __init__(self, title: str, note: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._title, self._note, self._ms = title, note, None
        self._answers: tuple[Answer, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_answers(self, answers: tuple[Answer, ...], ms: float | None) -> None:
        self._answers, self._ms = answers[:_MOST_ANSWERS], ms
        said = ", ".join(f"{a.name} {a.value or words.percent(a.share or 0, 2)}" for a in self._answers)
        self.setAccessibleName(f"{self._title}: {said}")
        self.updateGeometry()
        self.update()

    def _each(self) -> int:
        return theme.line_height("secondary") + theme.sizes().s12

    def sizeHint(self):
        sizes = theme.sizes()
        head = theme.line_height("secondary") + theme.line_height("caption") + sizes.s6
        return QSize(sizes.template_picture, head + max(1, len(self._answers)) * self._each())

    def paintEvent(self, event):
        painter, sizes = start(self), theme.sizes()
        line = QRectF(0, 0, self.width(), theme.line_height("secondary"))
        text(painter, line, self._title, "secondary", bold=True)
        under = QRectF(0, line.bottom(), self.width(), theme.line_height("caption"))
        time = f", {words.number(self._ms, 2)}{words.HARD}ms" if self._ms is not None else ""
        text(painter, under, self._note + time if self._answers else "not yet", "caption", "text2")
        y = under.bottom() + sizes.s6
        for at, answer in enumerate(self._answers):
            line = QRectF(0, y, self.width(), theme.line_height("secondary"))
            said = answer.value or (words.percent(answer.share, 2) if answer.share is not None else "")
            text(painter, line, said, "secondary", "text1", Qt.AlignmentFlag.AlignRight, bold=at == 0)
            rest = line.adjusted(0, 0, -width_of(said, "secondary", at == 0) - sizes.s6, 0)
            text(painter, rest, answer.name, "secondary", "text1", bold=at == 0)
            if answer.share is not None:
                bar = QRectF(0, line.bottom() + sizes.gap, self.width(), sizes.s4)
                box(painter, bar, bar.height() / 2, "hover")
                filled = QRectF(bar.x(), bar.y(), max(sizes.gap, bar.width() * min(answer.share, 1)), bar.height())
                box(painter, filled, min(bar.height(), filled.width()) / 2, "acc_line" if at == 0 else "line3")
            y += self._each()


class TryPanel(Panel):
    """The right panel of the Test page."""

    file_wanted = Signal()
    path_dropped = Signal(str)
    item_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__("Try your own", parent)
        sizes = theme.sizes()
        inside = QWidget(self)
        whole = column(inside, space=sizes.s12)
        whole.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s12)
        self.body.addWidget(scrolled(inside, "panel", self), 1)
        self.drop = DropArea("Drop a file here", parent=self)
        self.drop.path_dropped.connect(self.path_dropped)
        self.item = Item(self)
        self.drop.below.addWidget(self.item)
        self.name = Label("", "caption", "text2", wrap=True, parent=self)
        self.name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.drop.below.addWidget(self.name)
        whole.addWidget(self.drop)
        whole.addLayout(self._make_buttons())
        self.problem = Banner("error", self, closable=False)
        whole.addWidget(self.problem)
        whole.addWidget(Line(self))
        both = row(space=sizes.s16)
        self.torch = Answers("PyTorch", "as trained", self)
        self.onnx = Answers("ONNX Runtime", "as exported", self)
        both.addWidget(self.torch, 1, Qt.AlignmentFlag.AlignTop)
        both.addWidget(Line(self, vertical=True))
        both.addWidget(self.onnx, 1, Qt.AlignmentFlag.AlignTop)
        self.answers = QWidget(self)
        self.answers.setLayout(both)
        whole.addWidget(self.answers)
        self.verdict = Banner("good", self, closable=False)
        whole.addWidget(self.verdict)
        whole.addStretch(1)
        self.show_try(None)

    def _make_buttons(self):
        line = row(space=theme.sizes().s8)
        self.open = Button("Open", "folder-open", parent=self)
        self.open.clicked.connect(self._on_open)
        self.number = NumberField(1, 1, 1, parent=self)
        self.number.setAccessibleName("Number of the test item")
        self.number.setFixedWidth(theme.sizes().number_field)
        self.number.valueChanged.connect(self._on_number)
        self.pick = Label("Test item", "secondary", "text2", parent=self)
        line.addWidget(self.open)
        line.addStretch(1)
        line.addWidget(self.pick)
        line.addWidget(self.number)
        return line

    def set_count(self, count: int) -> None:
        """Say how many test items there are to pick from."""
        self.number.set_range(1, max(1, count))
        self.number.setVisible(count > 0)
        self.pick.setVisible(count > 0)

    def show_item_number(self, index: int) -> None:
        self.number.set_value(index + 1)

    def set_busy(self, busy: bool) -> None:
        self.open.set_busy(busy)

    def show_try(self, result: TryResult | None) -> None:
        """Show an item and its answers; None waits for one."""
        self.item.setVisible(result is not None and bool(result.png or result.values))
        self.answers.setVisible(result is not None and bool(result.torch or result.onnx))
        self.problem.show_words(result.problem if result else "")
        if result is None:
            self.name.setText("")
            self.verdict.show_words("")
            return
        self.item.show_item(result)
        truth = f", is {result.truth}" if result.truth else ""
        self.name.setText(f"{result.name}{truth}")
        self.torch.show_answers(result.torch, result.torch_ms)
        self.onnx.show_answers(result.onnx, result.onnx_ms)
        self._show_verdict(result)

    def _show_verdict(self, result: TryResult) -> None:
        if result.same is None:
            self.verdict.show_words("")
            return
        far = f"Largest difference {plain_small(result.difference)}." if result.difference is not None else ""
        title = "Same answer" if result.same else "The answers differ"
        self.verdict.show_words(title, far, "good" if result.same else "error")

    def _on_open(self) -> None:
        self.file_wanted.emit()

    def _on_number(self, number) -> None:
        self.item_wanted.emit(int(number) - 1)


def plain_small(value: float) -> str:
    """Write a small difference in full: 0.0000002."""
    if value == 0:
        return "0"
    if 1e-9 <= abs(value) < 1e-3:
        return f"{value:.10f}".rstrip("0")
    return words.number(value, 2)

"""The right panel of the Data page: balance, split, quality."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Line, Themed, box, column, row, start, text, width_of
from widgets.controls.buttons import Switch
from widgets.controls.labels import Label
from widgets.controls.layout import Panel
from widgets.controls.marks import Chip
from widgets.controls.numbers import NumberField
from widgets.controls.split import SplitBar
from widgets.findings import Findings
from widgets.page_frame import scrolled
from widgets.plots.histogram import Histogram
from widgets.values import ClassCount, DataReport, SplitInfo

_MOST_BARS = 24


class Balance(Themed, QWidget):
    """One bar per class, longest as given; many classes are cut with a line that says so."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._classes: tuple[ClassCount, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_classes(self, classes: tuple[ClassCount, ...]) -> None:
        self._classes = classes
        said = ", ".join(f"{entry.name} {entry.count}" for entry in classes[:_MOST_BARS])
        self.setAccessibleName(f"Balance: {said}")
        self.updateGeometry()
        self.update()

    def sizeHint(self):
        lines = min(len(self._classes), _MOST_BARS) + (len(self._classes) > _MOST_BARS)
        return QSize(theme.sizes().palette_least, lines * theme.sizes().row_fact)

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        shown = self._classes[:_MOST_BARS]
        if not shown:
            return
        most = max(entry.count for entry in shown) or 1
        names = min(max(width_of(entry.name, "secondary") for entry in shown), self.width() * 0.38)
        numbers = max(width_of(words.thousands(entry.count), "secondary") for entry in shown)
        left = sizes.dot + sizes.s6 + names + sizes.s12
        for at, entry in enumerate(shown):
            line = QRectF(0, at * sizes.row_fact, self.width(), sizes.row_fact)
            middle = line.center().y()
            dot = QRectF(0, middle - sizes.dot / 2, sizes.dot, sizes.dot).adjusted(1, 1, -1, -1)
            color = f"run:{at}"
            box(painter, dot, dot.width() / 2, color)
            name = QRectF(sizes.dot + sizes.s6, line.y(), names + 1, line.height())
            text(painter, name, entry.name, "secondary")
            bar = QRectF(left, middle - sizes.s4, self.width() - left - numbers - sizes.s12, sizes.s8)
            box(painter, bar, sizes.gap, "hover")
            filled = QRectF(bar.x(), bar.y(), max(sizes.gap, bar.width() * entry.count / most), bar.height())
            box(painter, filled, sizes.gap, color)
            text(painter, line, words.thousands(entry.count), "secondary", "text1", Qt.AlignmentFlag.AlignRight)
        if len(self._classes) > _MOST_BARS:
            line = QRectF(0, len(shown) * sizes.row_fact, self.width(), sizes.row_fact)
            text(painter, line, f"and {len(self._classes) - _MOST_BARS} more", "caption", "text3")


def balance_words(classes: tuple[ClassCount, ...]) -> str:
    """Say how uneven the classes are."""
    counts = [entry.count for entry in classes if entry.count]
    if len(counts) < 2:
        return ""
    ratio = max(counts) / min(counts)
    return "all about the same" if ratio < 1.1 else f"largest {words.number(ratio, 2)} times the smallest"


class DataReportPanel(Panel):
    """What is known about the data, and how it is divided."""

    split_wanted = Signal(tuple, int, bool)
    finding_action = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__("Report", parent)
        self.review = Chip("", tone="warning", parent=self)
        self.review.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.review.hide()
        self.head.addWidget(self.review)
        inside = QWidget(self)
        self._column = column(inside)
        self.body.addWidget(scrolled(inside, "panel", self), 1)
        self._make_balance()
        self._make_split()
        self.quality = self._block("Quality", "", False)
        self.findings = Findings(self)
        self.findings.action.connect(self.finding_action)
        self.quality.layout().addWidget(self.findings)
        self._column.addStretch(1)
        self._split: SplitInfo | None = None
        self.set_report(None)

    def _block(self, title: str, note: str, line=True) -> QWidget:
        sizes = theme.sizes()
        block = QWidget(self)
        inside = column(block, space=sizes.s8)
        inside.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        head = row(space=sizes.s8)
        block.title = Label(title, "name", "text2", parent=block)
        head.addWidget(block.title, 1)
        block.note = Label(note, "caption", "text2", parent=block)
        head.addWidget(block.note)
        inside.addLayout(head)
        self._column.addWidget(block)
        if line:
            block.line = Line(self)
            self._column.addWidget(block.line)
        return block

    def _make_balance(self) -> None:
        self.balance = self._block("Balance", "")
        self.bars = Balance(self)
        self.target = Histogram("validation", parent=self)
        self.target.setFixedHeight(theme.sizes().mixup_cell * 3)
        self.balance.layout().addWidget(self.bars)
        self.balance.layout().addWidget(self.target)

    def _make_split(self) -> None:
        sizes = theme.sizes()
        self.split = self._block("Split", "")
        self.split_bar = SplitBar(self)
        self.split_bar.sharesChanged.connect(self._on_shares)
        self.counts = Label("", "caption", "text2", parent=self)
        self.stratify = Switch("Same share of every class in each part", parent=self)
        self.stratify.toggled.connect(self._on_stratify)
        line = row(space=sizes.s8)
        line.addWidget(Label("Seed", "secondary", "text2", parent=self))
        self.seed = NumberField(0, 0, 2**31 - 1, parent=self)
        self.seed.setAccessibleName("Seed of the split")
        self.seed.setToolTip("The same seed always divides the same way")
        self.seed.valueChanged.connect(self._on_seed)
        line.addWidget(self.seed)
        line.addStretch(1)
        self.split.layout().addWidget(self.split_bar)
        self.split.layout().addWidget(self.counts)
        self.split.layout().addWidget(self.stratify)
        self.split.layout().addLayout(line)

    def set_report(self, report: DataReport | None) -> None:
        report = report or DataReport()
        bins = report.target_bins
        self.bars.set_classes(report.classes)
        self.bars.setVisible(bool(report.classes))
        self.target.setVisible(not report.classes and bins is not None)
        if bins is not None:
            self.target.set_values(bins.counts, bins.edges)
        self.balance.title.setText("Balance" if report.classes else "Target")
        self.balance.note.setText(balance_words(report.classes) if report.classes else report.target)
        self._show(self.balance, bool(report.classes) or bins is not None)
        self._show(self.split, report.split is not None)
        if report.split is not None:
            self._show_split(report.split)
        self.quality.setVisible(bool(report.findings))
        self.findings.set_findings(report.findings)
        open_ = sum(1 for finding in report.findings if finding.level in ("error", "warning"))
        self.review.set_words(f"{open_} to review")
        self.review.setVisible(open_ > 0)

    def _show(self, block: QWidget, shown: bool) -> None:
        block.setVisible(shown)
        block.line.setVisible(shown)

    def _show_split(self, split: SplitInfo) -> None:
        self._split = None  # what is shown is no wish
        self.split_bar.set_shares(*split.shares)
        self.seed.set_value(split.seed)
        self.stratify.setChecked(split.stratify and split.can_stratify)
        self.stratify.setEnabled(split.can_stratify)
        self.stratify.setToolTip("" if split.can_stratify else "Needs a target with classes")
        parts = zip(split.counts, ("train", "validation", "test"), strict=True)
        self.counts.setText(" · ".join(f"{words.thousands(count)} {name}" for count, name in parts))
        self._split = split

    def _tell(self) -> None:
        if self._split is not None:
            seed = self.seed.value()
            self.split_wanted.emit(self.split_bar.shares(), int(seed or 0), self.stratify.isChecked())

    def _on_shares(self, _shares) -> None:
        self._tell()

    def _on_stratify(self, _on: bool) -> None:
        self._tell()

    def _on_seed(self, _value) -> None:
        self._tell()

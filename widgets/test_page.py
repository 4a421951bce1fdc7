"""The Test page: how good a trained model is, where it mixes things up, and what it says to your own item."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from widgets import theme, words
from widgets.controls.base import Line, Themed, column, row, surface
from widgets.controls.buttons import Button, Segmented
from widgets.controls.fields import Choice
from widgets.controls.labels import Label
from widgets.controls.layout import EmptyState, Panel
from widgets.controls.marks import Chip, ProgressRing
from widgets.drop import Banner
from widgets.mistakes import MistakeGrid
from widgets.page_frame import PageFrame
from widgets.plots.confusion import Confusion
from widgets.plots.histogram import Histogram, bins_of
from widgets.plots.scatter import Scatter
from widgets.samples import PictureView
from widgets.test_numbers import Numbers, Signs
from widgets.try_panel import TryPanel
from widgets.values import ModelChoice, TestResult, TryResult

_RESIDUAL_BINS = 24


class MixUps(Panel):
    """The left panel: the matrix of mix-ups, or predicted against true numbers."""

    cell_chosen = Signal(int, int)
    item_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__("Mix-ups", parent)
        sizes = theme.sizes()
        self.unit = Segmented(self)
        self.unit.add("counts", "Counts")
        self.unit.add("shares", "Shares", tip="Of each row, in percent")
        self.unit.changed.connect(self._on_unit)
        self.head.addWidget(self.unit)
        self.stack = QStackedWidget(self)
        self.body.addWidget(self.stack, 1)
        self.body.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s12)
        page = QWidget(self)
        inside = column(page, space=sizes.s8)
        self.matrix = Confusion(page)
        self.matrix.cell_chosen.connect(self._on_cell)
        self.chosen = Label("", "secondary", "text2", wrap=True, parent=page)
        self.release = Button("Clear", None, "quiet", page)
        self.release.set_small(True)
        self.release.clicked.connect(self._on_release)
        inside.addWidget(Signs(page))
        inside.addWidget(self.matrix)
        inside.addWidget(Line(page))
        foot = row(space=sizes.s8)
        foot.addWidget(self.chosen, 1)
        foot.addWidget(self.release)
        inside.addLayout(foot)
        inside.addStretch(1)
        self.stack.addWidget(page)
        page = QWidget(self)
        inside = column(page, space=sizes.s12)
        self.scatter = Scatter(page)
        self.scatter.item_chosen.connect(self.item_chosen)
        self.residuals = Histogram(parent=page)
        self.residuals.setFixedHeight(3 * sizes.row_head)
        inside.addWidget(self.scatter, 1)
        inside.addWidget(Label("How far off, predicted minus true", "secondary", "text2", parent=page))
        inside.addWidget(self.residuals)
        self.stack.addWidget(page)

    def show_result(self, result: TestResult) -> None:
        classes = result.kind == "classes"
        self.stack.setCurrentIndex(0 if classes else 1)
        self.unit.setVisible(classes)
        self.set_title("Mix-ups" if classes else "Predicted and true")
        if classes:
            self.matrix.set_values(result.classes, result.confusion)
            self._say(None)
            return
        self.scatter.set_values(result.truth, result.predicted, result.target)
        far = [p - t for p, t in zip(result.predicted, result.truth, strict=True)]
        counts, edges = bins_of(far, _RESIDUAL_BINS)
        self.residuals.set_values(counts, edges)

    def _say(self, cell: tuple[int, int] | None) -> None:
        self.chosen.setText(self.matrix.spoken(cell) if cell else "Choose a cell to see its items.")
        self.release.setVisible(cell is not None)

    def _on_release(self) -> None:
        self.matrix.choose(None)

    def _on_unit(self, key: str) -> None:
        self.matrix.set_shares(key == "shares")

    def _on_cell(self, truth: int, answer: int) -> None:
        self._say((truth, answer) if truth >= 0 else None)
        self.cell_chosen.emit(truth, answer)


class Mistakes(QWidget):
    """The center: wrong answers, most certain first, of all classes or of the chosen cell."""

    mistake_chosen = Signal(int)
    filter_closed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "canvas")
        sizes = theme.sizes()
        self._result: TestResult | None = None
        whole = column(self, space=sizes.s6)
        half = sizes.s6  # a cell of the grid has half a gap around its card
        whole.setContentsMargins(sizes.s16 - half, sizes.s12, sizes.s6, sizes.s8)
        head = row(space=sizes.s8)
        head.setContentsMargins(half, 0, 0, 0)
        self.title = Label("Worst mistakes", "name", parent=self)
        self.filter = Chip("", closable=True, tone="accent", parent=self)
        self.filter.closed.connect(self.filter_closed)
        self.filter.hide()
        self.note = Label("", "caption", "text2", parent=self)
        for part in (self.title, self.filter, self.note):
            head.addWidget(part)
        head.addStretch(1)
        self.grid = MistakeGrid(self)
        self.grid.mistake_chosen.connect(self.mistake_chosen)
        self.none = EmptyState("circle-check", "Nothing wrong here", "", parent=self)
        whole.addLayout(head)
        whole.addWidget(self.grid, 1)
        whole.addWidget(self.none, 1)

    def show_result(self, result: TestResult) -> None:
        self._result = result
        self.show_cell(-1, -1)

    def show_cell(self, truth: int, answer: int) -> None:
        """Show the mistakes of one cell; -1, -1 shows all."""
        result = self._result
        if result is None:
            return
        shown = [m for m in result.mistakes if truth < 0 or (m.truth, m.answer) == (truth, answer)]
        filtered = truth >= 0
        self.filter.setVisible(filtered)
        numbers = result.kind != "classes"
        self.title.setText("Furthest off" if numbers else "Worst mistakes")
        if filtered:
            self.filter.set_words(f"{result.classes[truth]} → {result.classes[answer]}")
        wrong = sum(n for t, line in enumerate(result.confusion) for a, n in enumerate(line) if t != a)
        left_out = wrong - len(shown) if not filtered else 0
        more = f", {words.thousands(left_out)} more not shown" if left_out > 0 else ""
        order = "furthest" if numbers else "most certain"
        self.note.setText(f"{words.thousands(len(shown))}, {order} first{more}" if shown else "")
        self.grid.setVisible(bool(shown))
        self.none.setVisible(not shown)
        right = filtered and truth == answer
        count = result.confusion[truth][answer] if filtered else 0
        self.none.set_words(
            f"{words.thousands(count)} right" if right else "No mistake here",
            "Cells on the diagonal hold right answers." if right else "",
        )
        self.grid.show_mistakes(shown, result.classes)


class TestPage(Themed, QWidget):
    """Shows what a test found; every wish leaves by signal."""

    __test__ = False  # a page, not a test case

    model_chosen = Signal(str)
    test_wanted = Signal()
    cell_chosen = Signal(int, int)
    mistake_chosen = Signal(int)
    try_file_wanted = Signal()
    try_path_dropped = Signal(str)
    try_item_wanted = Signal(int)
    train_wanted = Signal()
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self.numbers = Numbers(self)
        self.mixups = MixUps(self)
        self.mistakes = Mistakes(self)
        self.tries = TryPanel(self)
        self.error = Banner("error", self)
        self._found: int | None = None
        """Which part of the center shows what was found; None before a test."""
        self.center = QStackedWidget(self)
        self.center.addWidget(self.mistakes)
        self.center.addWidget(self._make_busy())
        self.made = PictureView(self)
        self.made.setAccessibleName("What the model makes")
        around = QWidget(self)
        column(around, edge=sizes.s24).addWidget(self.made)
        self.center.addWidget(around)
        self.texts = QPlainTextEdit(self)
        self.texts.setReadOnly(True)
        self.texts.setFont(theme.font("code"))
        self.texts.setAccessibleName("Texts")
        self.center.addWidget(self.texts)
        middle = surface(QWidget(self), "canvas")
        inside = column(middle)
        inside.addWidget(self.error)
        inside.addWidget(self.center, 1)
        self.frame = PageFrame(middle, self)
        self.frame.add_left(self.mixups, "mixups", "grid-2x2", "Mix-ups")
        self.frame.add_right(self.tries, "try_panel", "wand-2", "Try your own")
        tested = QWidget(self)
        inside = column(tested)
        inside.addWidget(self.numbers)
        inside.addWidget(Line(tested))
        inside.addWidget(self.frame, 1)
        self.empty = EmptyState(
            "target", "Train first, or open a run", "Right answers, mix-ups and the worst mistakes of a trained model.",
            "Go to Train", self, "play",
        )  # fmt: skip
        self.empty.clicked.connect(self._on_train)
        nothing = surface(QWidget(self), "canvas")
        column(nothing, edge=sizes.s16).addWidget(self.empty)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(nothing)
        self.stack.addWidget(tested)
        column(self).addWidget(self.stack)
        self._connect()

    def _make_busy(self) -> QWidget:
        page, sizes = QWidget(self), theme.sizes()
        inside = column(page, space=sizes.s12)
        self.ring = ProgressRing(page, sizes.s32)
        self.busy_words = Label("", "body", parent=page)
        inside.addStretch(1)
        for part in (self.ring, self.busy_words):
            inside.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addStretch(1)
        return page

    def _connect(self) -> None:
        self.numbers.model_chosen.connect(self.model_chosen)
        self.numbers.test_wanted.connect(self.test_wanted)
        self.mixups.cell_chosen.connect(self._on_cell)
        self.mixups.item_chosen.connect(self.mistake_chosen)
        self.mistakes.mistake_chosen.connect(self.mistake_chosen)
        self.mistakes.filter_closed.connect(self._on_filter_closed)
        self.tries.file_wanted.connect(self.try_file_wanted)
        self.tries.path_dropped.connect(self.try_path_dropped)
        self.tries.item_wanted.connect(self.try_item_wanted)

    # ---- values in -------------------------------------------------------------------------------

    def set_models(self, models: list[ModelChoice], current: str = "") -> None:
        """Offer trained models; none shows the empty page."""
        fill_models(self.numbers.model, models, current)
        self.stack.setCurrentIndex(1 if models else 0)

    def show_result(self, result: TestResult | None) -> None:
        """Show what a test found; None waits for one."""
        self.numbers.set_facts(result.facts if result else ())
        self.numbers.again.set_text("Test again" if result else "Test now")
        self.frame.set_bare(result is None)
        self._found = None if result is None else {"made": 2, "texts": 3}.get(result.kind, 0)
        self.set_busy(None)
        if result is None:
            return
        if result.kind == "made":
            self.frame.set_bare(True)
            self.made.set_png(result.png)
            return
        if result.kind == "texts":
            self.frame.set_bare(True)
            self.texts.setPlainText("\n\n".join(f"{head}\n{text}" for head, text in result.texts) or "No mistakes.")
            return
        self.mixups.show_result(result)
        self.mistakes.show_result(result)

    def set_busy(self, said: str | None) -> None:
        """Say what is under way; None goes back to what was found, or says that nothing was yet."""
        self.numbers.again.set_busy(said is not None)
        self.ring.setVisible(said is not None)
        self.ring.set_fraction(None if said is not None else 0.0)
        self.busy_words.setText(said or ("No result yet" if self._found is None else ""))
        self.center.setCurrentIndex(1 if said is not None or self._found is None else self._found)

    def set_error(self, title: str, line: str = "") -> None:
        self.error.show_words(title, line)

    def set_test_count(self, count: int) -> None:
        """Say how many test items can be tried."""
        self.tries.set_count(count)

    def show_try(self, result: TryResult | None) -> None:
        self.tries.show_try(result)

    def set_try_busy(self, busy: bool) -> None:
        self.tries.set_busy(busy)

    # ---- wishes out ------------------------------------------------------------------------------

    def _on_cell(self, truth: int, answer: int) -> None:
        self.mistakes.show_cell(truth, answer)
        self.cell_chosen.emit(truth, answer)

    def _on_filter_closed(self) -> None:
        self.mixups.matrix.choose(None)

    def _on_train(self) -> None:
        self.train_wanted.emit()


def fill_models(choice: Choice, models: list[ModelChoice], current: str) -> None:
    """Fill a choice with models, keeping the chosen one where no other is named."""
    kept = current or choice.current()
    choice.clear()
    for model in models:
        choice.add(model.key, model.words)
    keys = [model.key for model in models]
    if keys:
        choice.set_current(kept if kept in keys else keys[0])

"""The Test page shows how good a model is and filters its mistakes by a cell."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from widgets import theme
from widgets.plots.histogram import bins_of
from widgets.test_page import TestPage
from widgets.try_panel import plain_small
from widgets.values import Answer, Fact, Mistake, ModelChoice, TestResult, TryResult

MODELS = [ModelChoice("a", "Wide, epoch 21"), ModelChoice("b", "Deep, epoch 9")]
RESULT = TestResult(
    "classes",
    (Fact("Right answers", "80.0 %", "8 of 10"),),
    ("cat", "dog"),
    ((4, 1), (1, 4)),
    (Mistake(3, 0, 1, 0.1, 0.9, values=(("age", "3"),)), Mistake(7, 1, 0, 0.4, 0.6)),
)
NUMBERS = TestResult("number", truth=(0.0, 5.0, 10.0), predicted=(1.0, 5.0, 7.0), target="price",
                     mistakes=(Mistake(2, 0, 0, 0, 0, said="7", true="10"),))  # fmt: skip


@pytest.fixture
def page(qtbot):
    theme.apply(QApplication.instance(), "light")
    made = TestPage()
    qtbot.addWidget(made)
    made.resize(1440, 852)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_without_a_model_the_page_says_train_first(page, qtbot):
    page.set_models([])
    assert page.stack.currentIndex() == 0
    with qtbot.waitSignal(page.train_wanted):
        page.empty.button.click()
    page.set_models(MODELS)
    page.show_result(None)
    assert not page.mixups.isVisible()


def test_a_cell_filters_the_mistakes_and_clear_shows_all_again(page, qtbot):
    page.set_models(MODELS)
    page.show_result(RESULT)
    told = []
    page.cell_chosen.connect(lambda truth, answer: told.append((truth, answer)))
    matrix, grid = page.mixups.matrix, page.mistakes.grid.mistakes
    assert grid.rowCount() == 2
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(1, 0).center().toPoint())
    assert told == [(1, 0)]
    assert grid.rowCount() == 1
    assert grid.data(grid.index(0)) == "Item 8: said cat 60\u00a0%, is dog"
    assert page.mistakes.filter.text() == "dog → cat"
    assert page.mixups.chosen.text() == "dog taken for cat: 1 of 5"
    page.mixups.release.click()
    assert told[-1] == (-1, -1)
    assert grid.rowCount() == 2
    assert not page.mistakes.filter.isVisible()


def test_a_right_cell_says_so_instead_of_an_empty_place(page):
    page.set_models(MODELS)
    page.show_result(RESULT)
    page.mixups.matrix.choose((0, 0))
    assert page.mistakes.none.isVisible()
    assert page.mistakes.none.title.text() == "4 right"


def test_shares_replace_counts(page):
    page.set_models(MODELS)
    page.show_result(RESULT)
    matrix = page.mixups.matrix
    assert matrix._words(0, 4) == "4"
    page.mixups.unit._parts["shares"].click()
    assert matrix._words(0, 4) == "80"


def test_choosing_a_mistake_tells_its_item(page, qtbot):
    page.set_models(MODELS)
    page.show_result(RESULT)
    grid = page.mistakes.grid
    with qtbot.waitSignal(page.mistake_chosen) as told:
        rect = grid.visualRect(grid.mistakes.index(1))
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert told.args == [7]


def test_numbers_show_predicted_against_true_and_how_far_off(page, qtbot):
    page.set_models(MODELS)
    page.show_result(NUMBERS)
    assert page.mixups.title.text() == "Predicted and true"
    assert not page.mixups.unit.isVisible()
    assert page.mixups.scatter.isVisible()
    assert sum(page.mixups.residuals._counts) == 3
    grid = page.mistakes.grid.mistakes
    assert grid.data(grid.index(0)) == "Item 3: said 7, is 10"
    with qtbot.waitSignal(page.mistake_chosen) as told:
        at = page.mixups.scatter.place(0, 1).toPoint()
        qtbot.mouseClick(page.mixups.scatter, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [0]


def test_bins_hold_every_value_once():
    counts, edges = bins_of([-1.0, 0.0, 0.5, 1.0], 4)
    assert counts == [1, 0, 1, 2]
    assert edges == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert sum(bins_of([3.0, 3.0], 5)[0]) == 2
    assert bins_of([], 5) == ([], [])


def test_both_runtimes_are_shown_side_by_side_with_the_verdict(page, qtbot):
    page.set_models(MODELS)
    page.show_result(RESULT)
    page.set_test_count(10)
    answers = (Answer("cat", 0.96), Answer("dog", 0.04))
    page.show_try(
        TryResult("x.png", torch=answers, torch_ms=3.1, onnx=answers, onnx_ms=1.4, same=True, difference=2e-7)
    )
    tries = page.tries
    assert tries.torch.accessibleName() == "PyTorch: cat 96.00\u00a0%, dog 4.00\u00a0%"
    assert tries.verdict.accessibleName() == "good: Same answer Largest difference 0.0000002."
    page.show_try(TryResult("x.png", torch=answers, onnx=answers, same=False, difference=0.2))
    assert tries.verdict.accessibleName().startswith("error: The answers differ")
    page.show_try(TryResult("x.txt", problem="x.txt is no picture. Choose a PNG or JPEG file."))
    assert tries.problem.isVisible()
    assert not tries.answers.isVisible() and not tries.verdict.isVisible()
    with qtbot.waitSignal(page.try_file_wanted):
        tries.open.click()
    with qtbot.waitSignal(page.try_item_wanted) as told:
        tries.number.valueChanged.emit(4)
    assert told.args == [3]


def test_small_differences_are_written_in_full():
    assert [plain_small(value) for value in (0, 2e-7, 0.25)] == ["0", "0.0000002", "0.25"]


def test_models_keep_the_chosen_one(page, qtbot):
    page.set_models(MODELS, "b")
    assert page.numbers.model.current() == "b"
    page.set_models([ModelChoice("c", "New"), *MODELS])
    assert page.numbers.model.current() == "b"
    with qtbot.waitSignal(page.model_chosen) as told:
        page.numbers.model.setFocus()
        qtbot.keyClick(page.numbers.model, Qt.Key.Key_Up)
    assert told.args == ["a"]


def test_errors_and_work_are_said(page):
    page.set_models(MODELS)
    page.show_result(RESULT)
    page.set_busy("Testing 372 items…")
    assert page.busy_words.isVisible()
    page.set_busy(None)
    assert page.mistakes.isVisible()
    page.set_error("The data changed since this run.", "Train again, or open the old data.")
    assert page.error.isVisible()


def test_a_test_that_failed_claims_nothing(page):
    """Where nothing was found there are no mistakes, but no right answers either."""
    page.set_models(MODELS)
    page.show_result(None)
    page.set_busy("Testing 372 items…")
    page.set_busy(None)
    page.set_error("The test could not be done", "The run has no trained weights yet.")
    assert page.busy_words.isVisible() and page.busy_words.text() == "No result yet"
    assert not page.ring.isVisible() and not page.mistakes.isVisible() and page.numbers.again.isEnabled()
    assert not page.numbers.again.is_busy()


def test_a_test_can_be_wanted_and_not_twice_at_once(page, qtbot):
    page.set_models(MODELS)
    page.show_result(None)
    assert page.numbers.again.text() == "Test now"
    with qtbot.waitSignal(page.test_wanted):
        page.numbers.again.click()
    page.set_busy("Testing 372 items…")
    told = []
    page.test_wanted.connect(lambda: told.append(1))
    qtbot.mouseClick(page.numbers.again, Qt.MouseButton.LeftButton)
    assert told == []
    page.show_result(RESULT)
    assert page.numbers.again.text() == "Test again"
    qtbot.mouseClick(page.numbers.again, Qt.MouseButton.LeftButton)
    assert told == [1]


def test_what_a_generator_makes_fills_the_page(page, qtbot):
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), (10, 200, 30)).save(buffer, "PNG")
    page.set_models([ModelChoice("a", "First")])
    page.show_result(TestResult("made", (Fact("Made", "100", "pictures"),), png=buffer.getvalue()))
    assert page.made.isVisible() and not page.mixups.isVisible()
    assert page.made.grab().toImage().pixelColor(page.made.rect().center()).green() == 200
    page.set_busy("Testing")
    assert not page.made.isVisible()
    page.set_busy(None)
    assert page.made.isVisible(), "what was found before a test that failed"

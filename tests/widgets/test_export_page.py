"""The Export page shows proof before it saves and tells every wish."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from widgets import theme
from widgets.export_page import ExportPage
from widgets.values import About, Bins, Missing, ModelChoice, ProofRow, ProofView, Signature, Target

TARGETS = [
    Target("onnx", "ONNX", "box", "The usual choice.", "1.3 MB"),
    Target("python", "Python code", "file-code", "x"),
]
GOOD = ProofView(True, "The ONNX file gives the same answers", "Compared on 372 items",
                 (ProofRow("Same class in every case", "436 of 436"),), Bins((1, 4), (-9, -8, -7)), -5)  # fmt: skip


@pytest.fixture
def page(qtbot):
    theme.apply(QApplication.instance(), "dark")
    made = ExportPage()
    qtbot.addWidget(made)
    made.set_missing([])
    made.set_models([ModelChoice("a", "Wide, epoch 21")])
    made.set_targets(TARGETS, {"onnx"})
    made.set_folder("/models")
    made.resize(1440, 852)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_what_is_missing_is_listed_with_a_way_there(page, qtbot):
    page.set_missing([Missing("Data with a target", True), Missing("A trained run", False, "train")])
    assert page.stack.currentWidget() is page.missing
    buttons = [button for button in page.missing.findChildren(type(page.side.button)) if button.isVisible()]
    assert len(buttons) == 1
    with qtbot.waitSignal(page.missing_chosen) as told:
        buttons[0].click()
    assert told.args == ["train"]
    page.set_missing([Missing("Data with a target", True)])
    assert page.stack.currentWidget() is page.frame


def test_ticking_kinds_changes_the_button_and_is_told(page, qtbot):
    told = []
    page.targets_changed.connect(told.append)
    assert page.side.button.text() == "Export ONNX"
    qtbot.mouseClick(page._cards[1], Qt.MouseButton.LeftButton)
    assert told == [["onnx", "python"]]
    assert page.side.button.text() == "Export 2 kinds"
    for card in page._cards:
        qtbot.keyClick(card, Qt.Key.Key_Space)
    assert page.chosen() == []
    assert not page.side.button.isEnabled()
    assert page.side.button.toolTip() == "Choose what to export first"


def test_without_a_folder_the_button_says_why(page):
    page.set_folder("")
    assert not page.side.button.isEnabled()
    assert page.side.button.toolTip() == "Choose a folder to save to"


def test_export_tells_kinds_and_folder_and_takes_no_second_press_while_busy(page, qtbot):
    told = []
    page.export_wanted.connect(lambda kinds, folder: told.append((kinds, folder)))
    page.side.button.click()
    assert told == [(["onnx"], "/models")]
    page.set_busy(True)
    qtbot.mouseClick(page.side.button, Qt.MouseButton.LeftButton)
    assert len(told) == 1
    page.set_busy(False)
    assert page.side.button.text() == "Export ONNX"


def test_proof_shows_each_check_and_the_limit(page, qtbot):
    page.set_proof(GOOD)
    assert page.proof.shield.ok
    assert page.proof._rows.itemAt(0).widget().accessibleName() == "Same class in every case: 436 of 436, good"
    assert page.proof.bars._limit_words == "limit 0.00001"
    with qtbot.waitSignal(page.check_wanted):
        page.proof.again.click()
    page.set_proof_busy(True)
    assert page.proof.ring.isVisible()
    page.set_proof_busy(False)


def test_refused_file_is_red_with_its_reason(page):
    reason = "6 of 436 answers differ."
    page.set_proof(ProofView(False, "The ONNX file was refused", "Nothing was saved.",
                             (ProofRow("Same class in every case", "430 of 436", False),), reason=reason))  # fmt: skip
    assert not page.proof.shield.ok
    assert page.proof.reason.isVisible() and page.proof.reason.text() == reason
    assert not page.proof.right.isVisible()
    assert page.proof._rows.itemAt(0).widget().accessibleName().endswith("not good")
    page.set_proof(None)
    assert page.proof.title.text() == "Not checked yet"
    assert not page.proof.reason.isVisible()


def test_snippet_is_copied_as_it_stands(page, qtbot):
    page.set_snippet("import onnxruntime\n")
    page.snippet.copy.click()
    assert QGuiApplication.clipboard().text() == "import onnxruntime\n"
    assert page.snippet.copy.text() == "Copied"


def test_about_is_told_once_per_edit(page, qtbot):
    told = []
    page.about_changed.connect(told.append)
    page.set_about(About("Pets", "1.2", "My own license", "", "Sorts photos."))
    assert told == []
    assert page.side.license.current() == "My own license"
    page.side.name.setFocus()
    page.side.name.selectAll()
    qtbot.keyClicks(page.side.name, "Cats")
    qtbot.keyClick(page.side.name, Qt.Key.Key_Return)
    assert told == [About("Cats", "1.2", "My own license", "", "Sorts photos.")]
    page.activateWindow()
    page.side.purpose.setFocus()
    qtbot.waitUntil(page.side.purpose.hasFocus)
    qtbot.keyClicks(page.side.purpose, "!")
    page.side.name.setFocus()
    assert [about.purpose for about in told[1:]] == ["!Sorts photos."]


def test_inputs_and_outputs_are_named(page):
    page.set_signature([Signature("photo", "image", "N × 3 × 8 × 8"), Signature("coat", "value", "N × 8", True)])
    rows = [page.side._signature.itemAt(at).widget().accessibleName() for at in (0, 1)]
    assert rows == ["input photo, N × 3 × 8 × 8", "output coat, N × 8"]


def test_saved_files_are_said_with_a_way_to_the_folder(page, qtbot):
    page.set_done("Saved pets.onnx", "1.3 MB", "/models")
    assert page.done.isVisible()
    with qtbot.waitSignal(page.open_folder_wanted) as told:
        page.open_folder.click()
    assert told.args == ["/models"]
    page.set_done("")
    assert not page.open_folder.isVisible()


def test_typing_a_folder_is_told(page, qtbot):
    with qtbot.waitSignal(page.folder_changed) as told:
        page.side.folder.setFocus()
        page.side.folder.selectAll()
        qtbot.keyClicks(page.side.folder, "/other")
        qtbot.keyClick(page.side.folder, Qt.Key.Key_Return)
    assert told.args == ["/other"]

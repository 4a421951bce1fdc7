"""The first story: a person draws a network, mends a mistake, trains, pauses, comes back, tests and exports it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin

from engine.runs import list_runs
from widgets.controls import NumberField
from widgets.plots.confusion import Confusion


@pytest.mark.pointer
def test_first_light(qapp, tmp_path) -> None:
    """Blank canvas to a proven ONNX file, by pointer and keyboard alone."""
    needs_pointer()
    with open_window((1440, 900), runs_go_on=True) as window:
        hands = Hands(window, "first-light")
        choose_digits(hands)
        draw(hands)
        make_a_mistake_and_mend_it(hands)
        draft, run = train_and_pause(hands)
        assert window.close()
    with open_window((1440, 900)) as window:
        hands = Hands(window, "first-light-again")
        find_the_run_again(hands, draft, run)
        look_at_the_mix_ups(hands)
        export(hands, tmp_path)


def choose_digits(hands: Hands) -> None:
    window = hands.window
    assert window.page == "gallery"
    hands.click(hands.middle(hands.widget("New project", QAbstractButton)))
    hands.until(lambda: window.page == "build", 10, "the Build page")
    hands.until(lambda: hands.canvas.isVisible() and hands.canvas.width() > 400)
    hands.look("blank")
    ghost = hands.canvas._empty.card().center()
    hands.until(lambda: hands.canvas.viewport().rect().contains(hands.canvas.mapFromScene(ghost)))
    hands.click(hands.on_canvas(ghost))
    hands.until(lambda: window.page == "data", 10, "the Data page")
    hands.look("data")
    hands.click(hands.middle(hands.widget("Handwritten digits")))
    hands.until(lambda: window.document.project.data.fields, 60, "the data")
    assert [one.name for one in window.document.project.data.fields] == ["image", "digit"]
    assert window.document.project.data.count == 1797
    assert set(window.document.project.graph.nodes) == {"image_input_1", "cross_entropy_1"}, "both ends are there"


def draw(hands: Hands) -> None:
    """Drag Conv 2D, ReLU, Max pool and Linear from the palette and wire them."""
    window = hands.window
    hands.key("ctrl+2")
    hands.until(lambda: window.page == "build")
    hands.until(lambda: hands.canvas.viewport().rect().contains(below(hands, "cross_entropy_1")), 5, "the view to fit")
    top = hands.out("image_input_1")
    hands.drag(hands.palette("Conv 2D"), top + QPoint(0, 40))
    hands.until(lambda: "conv_1" in window.document.graph.nodes, 5, "Conv 2D on the canvas")
    assert wired(hands, "image_input_1", "conv_1"), "dropped under a port, it is wired"
    hands.drag(hands.palette("ReLU"), hands.out("conv_1") + QPoint(0, 20))
    hands.until(lambda: wired(hands, "conv_1", "relu_1"), 5, "ReLU under Conv 2D")
    hands.look("stack")
    assert window.document.problems and all(one.node == "cross_entropy_1" for one in window.document.problems)

    search(hands, "max pool")
    right = hands.canvas.viewport().mapToGlobal(QPoint(hands.canvas.width() - 300, 120))
    hands.drag(hands.palette("Max pool 2D"), right)
    hands.until(lambda: "max_pool_1" in window.document.graph.nodes, 5, "Max pool on the canvas")
    assert not window.document.graph.incoming["max_pool_1"], "dropped in the open, it is not wired"
    hands.drag(hands.out("relu_1"), hands.into("max_pool_1"))
    hands.until(lambda: wired(hands, "relu_1", "max_pool_1"), 5, "a wire from ReLU to Max pool")
    hands.look("wire")
    assert window.document.walk.output("max_pool_1", "out").words() == "32 ch × 3 × 3"


def make_a_mistake_and_mend_it(hands: Hands) -> None:
    """Wire an image into Linear, read the sentence on the card, and press the repair beside it."""
    window = hands.window
    search(hands, "linear")
    place = hands.on_canvas(hands.canvas.mirror.nodes["max_pool_1"].area().center()) + QPoint(-110, 150)
    hands.drag(hands.palette("Linear"), place)
    hands.until(lambda: "linear_1" in window.document.graph.nodes, 5, "Linear on the canvas")
    hands.drag(hands.out("max_pool_1"), hands.into("linear_1"))
    hands.until(lambda: wired(hands, "max_pool_1", "linear_1"), 5, "the wire into Linear")
    hands.drag(hands.out("linear_1"), hands.into("cross_entropy_1", "prediction"))
    hands.until(lambda: wired(hands, "linear_1", "cross_entropy_1"), 5, "the wire to the objective")
    problem = next(one for one in window.document.problems if one.node == "linear_1")
    assert "Linear needs a flat list of numbers" in problem.title
    assert problem.detail == "Max pool 2D gives it an image, 32 ch × 3 × 3."
    assert window.top.tabs.sign("build")[0] == "errors"
    assert not window.top.run.isEnabled() and "Linear needs" in window.top.run.toolTip()

    hands.click(hands.on_canvas(hands.canvas.mirror.nodes["linear_1"].area().topLeft() + QPointF(60, 15)))
    callout = hands.canvas.mirror.callout
    assert callout is not None and callout.problem.node == "linear_1"
    hands.look("mistake")
    row = next(place for place, fix in enumerate(problem.fixes) if fix.label == "Insert Flatten")
    hands.click(hands.on_canvas(callout.mapToScene(callout.button(row).center())))
    hands.until(lambda: "flatten_1" in window.document.graph.nodes, 5, "the repair")
    assert wired(hands, "max_pool_1", "flatten_1") and wired(hands, "flatten_1", "linear_1")
    (left,) = window.document.problems
    assert left.title == "Cross-entropy needs 10 numbers"
    hands.key("F8")
    hands.until(lambda: window.build.selection == ["cross_entropy_1"], 5, "the next problem")
    hands.click(hands.middle(hands.widget("Set Linear to 10", QAbstractButton, window.build.inspector)))
    hands.until(lambda: not window.document.problems, 5, "no problems")
    hands.look("mended")
    assert window.top.tabs.sign("build")[0] == "done" and window.top.run.isEnabled()


def train_and_pause(hands: Hands) -> tuple[Path, str]:
    window = hands.window
    hands.key("ctrl+3")
    hands.until(lambda: window.page == "train")
    hands.fill(hands.widget("Epochs", NumberField), "400")
    assert window.document.project.recipe["epochs"] == 400
    hands.click(hands.middle(window.top.run))
    hands.until(lambda: window.train.info and window.train.info.epoch >= 3, 60, "three epochs")
    hands.look("training")
    assert window.top.tabs.sign("train")[0] == "running"
    assert window.train.info.state == "running"
    assert hands.widget("Pause", QAbstractButton, window.top)
    hands.click(hands.middle(window.top.run))
    hands.until(lambda: window.train.info.state == "paused", 20, "the pause")
    assert window.top.run.text() == "Resume"
    hands.look("paused")
    paused = window.train.info.step
    window.train.poll()
    assert window.train.info.step == paused
    return window.document.draft, window.train.chosen.id


def find_the_run_again(hands: Hands, draft: Path, run: str) -> None:
    """Open the draft from the recent ones; the run is there, paused; let it go on and end it after an epoch."""
    window = hands.window
    hands.look("gallery")
    recent = window.gallery.widget.recent
    index = recent.model().index(0, 0)
    hands.click(recent.viewport().mapToGlobal(recent.visualRect(index).center()))
    hands.until(lambda: window.has_project and window.page == "train", 10, "the project on its last page")
    assert window.document.draft == draft.resolve()
    assert [one.id for one in list_runs(window.document.runs)] == [run]
    assert window.train.chosen.id == run and window.train.info.state == "paused"
    hands.look("found")
    hands.click(hands.middle(window.top.run))
    before = window.train.info.epoch
    hands.until(lambda: window.train.info.epoch > before + 5, 30, "five more epochs")
    hands.click(hands.middle(hands.widget("Stop after this epoch", QAbstractButton)))
    hands.until(lambda: window.train.info.state == "stopped", 30, "the end of the epoch")
    hands.look("stopped")


def look_at_the_mix_ups(hands: Hands) -> None:
    window = hands.window
    hands.key("ctrl+4")
    hands.until(lambda: window.page == "test")
    hands.until(lambda: window.train.chosen.result("test"), 60, "the test")
    matrix = window.test.widget.findChildren(Confusion)[0]
    hands.until(lambda: matrix.isVisible() and matrix.width() > 200, 10, "the confusion matrix")
    report = window.train.chosen.result("test")["outputs"][0]
    assert sum(map(sum, report["confusion"])) == report["count"] == 270
    assert report["metrics"]["accuracy"] > 0.6
    spin(0.5)
    hands.look("mix-ups")


def export(hands: Hands, folder: Path) -> None:
    """Export where the person says; the proof against PyTorch is stored with the run and shown."""
    import onnxruntime

    window = hands.window
    hands.key("ctrl+5")
    hands.until(lambda: window.page == "export")
    hands.fill(hands.widget("Save to", QLineEdit), str(folder))
    hands.click(hands.middle(hands.widget("Export ONNX", QAbstractButton)))
    hands.until(lambda: window.train.chosen.result("export:onnx"), 90, "the export")
    proof = window.train.chosen.result("export:onnx")
    file = Path(proof["file"])
    assert file.parent == folder and file.suffix == ".onnx" and file.stat().st_size == proof["bytes"]
    assert proof["largest"] <= 1e-3 and all(one["within"] for one in proof["batches"])
    assert proof["same_class"] == proof["class_items"] >= 270
    assert [one.name for one in onnxruntime.InferenceSession(file).get_inputs()] == ["image"]
    hands.until(lambda: window.top.tabs.sign("export")[0] == "done", 10, "the sign on the tab")
    hands.look("exported")


# ---- small words ----


def below(hands: Hands, node: str) -> QPoint:
    return hands.canvas.mapFromScene(hands.canvas.mirror.nodes[node].area().bottomRight())


def wired(hands: Hands, source: str, target: str) -> bool:
    return any(edge.source == source and edge.target == target for edge in hands.window.document.graph.edges)


def search(hands: Hands, text: str) -> None:
    field = hands.window.build.palette_panel.findChildren(QLineEdit)[0]
    hands.click(hands.middle(field))
    hands.key("ctrl+a")
    hands.type(text)
    QApplication.processEvents()

"""The Training overlay in the real window: which run, which epoch, what of it fits the graph as it is now."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window, spin, wait

from app.liveviews import figure_words, percent, share_of, short
from engine import healthstore, runs, store
from engine.edits import add, change, remove
from engine.healthstore import COLUMNS, NodeHealth
from engine.project import Project
from engine.templates import new_from_template

WELL = NodeHealth(1000, 0.1, 1.0, 0.0, bad=0.0, signal=0.1, gradient=0.5, weights=3.0, update=1e-3, learns=1.0)
BEND = NodeHealth(1000, 0.4, 0.6, 0.5, dead=0.0, bad=0.0, signal=0.05)
NODES = ["image_input_1", "conv_1", "batch_norm_1", "relu_1", "residual_block_1", "residual_block_1.0.conv_1",
         "residual_block_1.0.relu_1", "residual_block_1.1.conv_1", "residual_block_1.1.relu_1", "linear_1"]  # fmt: skip


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as made:
        yield made


@pytest.fixture
def window(whole):
    """A window with a small residual network and without a run."""
    whole.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    QApplication.processEvents()
    yield whole
    whole.build.living.measure = "signal"
    whole.build.living.scrubber.measures.set_current("signal")
    whole.build.set_overlay("shapes")
    close_extra_windows()
    whole.document.start(Project())


@pytest.fixture
def living(window):
    return window.build.living


def tell(
    run, epoch: int, changes: dict[str, NodeHealth] | None = None, loss: float = 1.0, under_way: bool = False
) -> None:
    """Write an epoch into a run as its worker would."""
    lines = {name: BEND if "relu" in name else WELL for name in NODES}
    lines["image_input_1"] = NodeHealth(1000, 0.0, 1.0, 0.0, bad=0.0)
    lines |= changes or {}
    table = np.array([lines[name] for name in NODES], np.float32).reshape(-1, len(COLUMNS))
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        healthstore.put(connection, {"main": NODES}, [(epoch, "main", 1, table)])
        done = epoch - 1 if under_way else epoch
        if not under_way:
            store.put_epochs(connection, [(epoch, "train", "loss", loss), (epoch, "validation", "loss", loss + 0.5)])
        store.beat(connection, state="stopped", epoch=done, epochs=20)


def made(window, *epochs: int, name: str = "Trial", **changes) -> runs.Run:
    """A run of the project as it is, with some epochs measured."""
    run = runs.create(window.document.project, window.document.runs, name)
    for epoch in epochs:
        tell(run, epoch, changes, loss=1 / epoch)
    window.train._list_runs()
    window.train.choose(run.id)
    return run


def turned_on(window):
    window.build.set_overlay("training")
    window.build.living.look()
    return window.build.overlays.switch, window.build.living


def test_without_a_run_or_without_measurements_it_says_so(window, living):
    turned_on(window)
    assert living.scrubber.isVisible() and "No runs yet" in living.scrubber.note.text() and not living.overlay.marks
    made(window)
    living.look()
    assert "Nothing was measured" in living.scrubber.note.text() and not living.overlay.marks


def test_every_layer_gets_its_mark_and_the_loss_its_figure(window, living):
    made(window, 1, 2, 3)
    switch, _ = turned_on(window)
    assert switch.current() == "training"
    marks = living.overlay.marks
    assert marks["conv_1"].level == "good" and marks["conv_1"].word == "0.1" and len(marks["conv_1"].spark) == 3
    assert marks["residual_block_1"].level == "good"
    assert marks["cross_entropy_1"].word == "loss 0.833"
    assert "image_input_1" not in marks, "nothing comes back to what the network reads"
    assert living.scrubber.epoch.text() == "Epoch 3 of 20"
    assert "Epoch 3" in marks["conv_1"].said and "Gradient of its weights: 0.5" in marks["conv_1"].said


def test_the_scrubber_walks_the_epochs_and_live_follows_the_newest(window, living):
    run = made(window, 1, 2)
    turned_on(window)
    assert living.shown.epoch == 2
    tell(run, 3, {"conv_1": WELL._replace(signal=0.7)}, under_way=True)
    living.look()
    assert living.shown.epoch == 3 and living.overlay.marks["conv_1"].word == "0.7"
    living.scrubber.track._tell(0)
    assert living.shown.epoch == 1 and not living.live
    tell(run, 3, {"conv_1": WELL._replace(signal=0.9)})
    tell(run, 4)
    living.look()
    assert living.shown.epoch == 1, "looking back is not disturbed"
    assert living.scrubber.track.course.epochs == (1, 2, 3, 4)
    assert living._stories["main"].records[3].nodes["conv_1"].signal == pytest.approx(0.9), (
        "an epoch under way is read anew"
    )
    living.scrubber.live_wanted.emit(True)
    assert living.shown.epoch == 4


def test_ill_layers_are_problems_with_repairs_that_work(window, living):
    made(window, 1, 2, relu_1=BEND._replace(dead=0.67))
    before = len(window.document.problems_here)
    turned_on(window)
    assert living.overlay.marks["relu_1"].word == "67 % dead"
    found = window.document.problems_here[before:]
    assert [one.node for one in found] == ["relu_1"] and found[0].level == "warning"
    window.build.select(["relu_1"])
    assert window.build.canvas.mirror.callout is not None, "the card's problem stands beside it"
    assert window.build.inspector.node.problems.isVisible()
    window.build.mending.fix(before, 0)
    assert window.build.graph.nodes["relu_1"].layer == "LeakyReLU"
    assert living.overlay.marks["relu_1"].word == "changed" and not living.overlay.marks["relu_1"].known
    assert len(window.document.problems_here) == before
    window.document.stack.undo()
    assert living.overlay.marks["relu_1"].word == "67 % dead"
    window.build.set_overlay("shapes")
    assert len(window.document.problems_here) == before and not living.overlay.marks


def test_blocks_fold_their_copies_and_show_them_inside(window, living):
    made(window, 1, 2, **{"residual_block_1.1.relu_1": BEND._replace(dead=0.8)})
    turned_on(window)
    mark = living.overlay.marks["residual_block_1"]
    assert mark.word == "80 % dead" and "copy 2" in mark.said
    window.build.select(["residual_block_1"])
    panel = window.build.inspector.node.training
    assert panel.isVisible() and panel.parts.widgets[0].accessibleName() == "ReLU, copy 2: 80 % dead"
    window.build.blocks.enter("residual_block_1")
    QApplication.processEvents()
    assert living.overlay.marks["relu_1"].word == "80 % dead"
    assert [one.node for one in window.document.problems_here] == ["relu_1"]
    window.document.go(window.document.place.left())
    assert living.overlay.marks["residual_block_1"].word == "80 % dead"


def test_layers_that_the_run_does_not_have_are_neutral(window, living):
    made(window, 1, 2)
    window.document.edit_graph("Add", lambda graph: add(graph, "Dropout")[0])
    turned_on(window)
    mark = living.overlay.marks["dropout_1"]
    assert mark.word == "not in run" and mark.level == "none" and not mark.known
    window.document.edit_graph("Remove", lambda graph: remove(graph, ["conv_1"]))
    assert "conv_1" not in living.overlay.marks
    window.document.edit_graph("Mute", lambda graph: change(graph, "batch_norm_1", muted=True))
    assert "batch_norm_1" not in living.overlay.marks


def test_measures_change_words_bars_and_wires(window, living):
    made(window, 1, 2)
    turned_on(window)
    assert living.overlay._flow
    living.scrubber.measures._parts["steps"].click()
    assert living.overlay.marks["conv_1"].word == "0.1\u00a0%" and not living.overlay._flow
    living.scrubber.measures._parts["values"].click()
    assert living.overlay.marks["conv_1"].word == "± 1" and living.overlay.marks["image_input_1"].word == "± 1"


def test_another_run_and_a_resumed_one(window, living):
    one = made(window, 1, 2, 3, name="First")
    two = made(window, 1, name="Second", relu_1=BEND._replace(dead=1.0))
    turned_on(window)
    assert living.shown.run == "Second" and living.overlay.marks["relu_1"].level == "error"
    living.scrubber.run_wanted.emit(one.id)
    assert living.shown.run == "First" and living.shown.epoch == 3 and living.overlay.marks["relu_1"].level == "good"
    with store.closing(store.writer(one.database)) as connection:
        store.cut(connection, 0, 1)
        store.beat(connection, state="stopped", epoch=1, epochs=20)
    tell(one, 2)
    with store.closing(store.writer(one.database)) as connection:
        store.beat(connection, state="stopped", epoch=1)
    living.look()
    assert living._stories["main"].epochs == (1, 2)
    assert two.id in [living.scrubber.runs.itemData(place) for place in range(living.scrubber.runs.count())]


def test_it_looks_only_while_it_is_seen_and_never_imports_torch(window, living):
    made(window, 1)
    turned_on(window)
    assert living._timer.isActive() and living._timer.interval() >= 200
    window.show_page("train")
    assert not living._timer.isActive()
    window.show_page("build")
    wait(lambda: living._timer.isActive(), 5)
    window.build.set_overlay("cost")
    assert not living._timer.isActive() and living._run is None and not living.scrubber.isVisible()
    code = "import sys, app.living; assert not {'torch', 'onnx', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_overlay_is_kept_with_the_project(window, living):
    made(window, 1)
    turned_on(window)
    kept = window.document.project
    assert kept.view["overlay"] == "training"
    window.document.start(replace(kept, view={"page": "build"}))
    spin(0.05)
    assert not living.on
    window.document.start(replace(kept, view={"page": "build", "overlay": "training"}))
    spin(0.05)
    assert living.on and window.build.overlays.switch.current() == "training"


def test_a_failed_run_shows_where_it_broke(window, living):
    run = made(window, 1, 2)
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        store.put_info(connection, {"node": "linear_1"})
        store.beat(connection, state="failed", message="The loss is no finite number.")
    turned_on(window)
    mark = living.overlay.marks["linear_1"]
    assert mark.level == "error" and mark.word == "broke here" and "no finite number" in mark.said
    living.scrubber.track._tell(0)
    assert living.overlay.marks["linear_1"].level == "good"


def test_a_long_run_is_shown_at_once_and_judged_bit_by_bit(window, living):
    run = runs.create(window.document.project, window.document.runs, "Long")
    lines = np.array([WELL] * len(NODES), np.float32)
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        rows = [(epoch, "main", 1, lines) for epoch in range(1, 401)]
        healthstore.put(connection, {"main": NODES}, rows)
        store.beat(connection, state="stopped", epoch=400, epochs=400)
    window.train._list_runs()
    window.train.choose(run.id)
    start = time.perf_counter()
    turned_on(window)
    assert time.perf_counter() - start < 2
    assert living.shown.epoch == 400 and len(living.overlay.marks["conv_1"].spark) <= 62
    wait(lambda: len(living._stories["main"]._ill) == 400, 30, "all epochs judged")


def test_figures_in_words():
    written = [short(value) for value in (0.0123, 4.56, 99.6, 12345.0, 1e-6, 0.0)]
    assert written == ["0.012", "4.6", "100", "1.2e4", "1.0e-6", "0"]
    assert percent(0.5) == "50\u00a0%" and figure_words(math.nan, "signal") == ""
    assert [share_of(value, 1.0, "signal") for value in (1.0, 1e-2, 1e-9)] == [1.0, 0.5, 0.0]
    assert share_of(math.nan, 1.0, "signal") is None and share_of(math.inf, 1.0, "values") == 1.0

"""A sick network, by hand: watch it train, see which layer dies, walk back through the epochs, press the repair."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QAbstractButton, QApplication

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin

from engine.edits import move
from engine.layout import layout
from engine.project import Project
from engine.templates import new_from_template
from tests.engine.making import chain


def sick() -> Project:
    """Two hidden layers of ReLU and steps that are far too large."""
    data = new_from_template("mlp-iris").data
    wide, answer = ("Linear", {"features": 64}), ("Linear", {"features": 3})
    optimizer = {"type": "SGD", "lr": 4.0, "momentum": 0.0}
    recipe = {"type": "Supervised", "epochs": 30, "batch_size": 16, "optimizer": optimizer, "device": "cpu"}
    made = chain(wide, "ReLU", wide, "ReLU", answer, fields=data.fields)
    made = replace(made, name="Sick", data=data, recipe=recipe, view={"page": "build"})
    return made.with_graph(move(made.graph, layout(made.graph)))


@pytest.mark.pointer
def test_a_dying_layer_is_seen_and_mended(qapp) -> None:
    needs_pointer()
    with open_window((1440, 900)) as window:
        hands = Hands(window, "training-overlay")
        window.document.start(sick())
        hands.until(lambda: window.page == "build" and hands.canvas.isVisible())
        spin(0.3)
        hands.look("drawn")
        hands.click(hands.middle(hands.widget("Training", QAbstractButton, window.build.overlays)))
        hands.look("overlay")
        living = window.build.living
        hands.until(lambda: living.on and living.scrubber.isVisible(), 10, "the overlay")
        train_and_come_back(hands)
        node = the_dying_one(hands)
        walk_the_epochs(hands)
        mend(hands, node)


def train_and_come_back(hands: Hands) -> None:
    window, living = hands.window, hands.window.build.living
    hands.click(hands.middle(window.top.run))
    hands.until(lambda: window.page == "train", 20, "the Train page")
    hands.key("ctrl+2")
    hands.until(lambda: window.page == "build")
    hands.until(lambda: living.shown is not None, 60, "the first measured epoch")
    hands.until(lambda: not window.train.running and living.shown.epoch == 30, 60, "the end of the run")
    hands.look("trained")


def the_dying_one(hands: Hands) -> str:
    """The ReLU whose units are dead: a word on its card, a sign, and the loss's card says the loss."""
    marks = hands.window.build.living.overlay.marks
    found = [name for name, mark in marks.items() if "dead" in mark.word]
    assert found and marks[found[0]].sign[0] in ("triangle-alert", "error")
    assert marks["loss_1"].word.startswith("loss")
    return found[0]


def walk_the_epochs(hands: Hands) -> None:
    """Home, an arrow, End; the cards follow."""
    living = hands.window.build.living
    track = living.scrubber.track
    known = track.course.epochs
    hands.click(track.mapToGlobal(QPoint(track.width() // 8, track.height() // 2)))  # beside the toast
    hands.until(lambda: not living.live, 5, "an epoch chosen by hand")
    hands.key("Home")
    hands.until(lambda: living.shown.epoch == known[0] == 1, 5, "the first epoch")
    hands.look("first-epoch")
    hands.key("Right")
    hands.until(lambda: living.shown.epoch == known[1], 5, "the next measured epoch")
    hands.key("End")
    hands.until(lambda: living.shown.epoch == 30, 5, "the last epoch")
    assert "Epoch 30 of 30" in living.scrubber.epoch.text()


def mend(hands: Hands, node: str) -> None:
    """Choose the card, press the first repair in the inspector."""
    window = hands.window
    card = hands.canvas.mirror.nodes[node]
    places = [hands.on_canvas(card.area().center())]

    def free_and_still() -> bool:
        spin(0.3)
        places.append(hands.on_canvas(card.area().center()))
        return places[-1] == places[-2] and QApplication.widgetAt(places[-1]) is hands.canvas.viewport()

    def state() -> str:
        return f"{node}; below the pointer: {QApplication.widgetAt(QCursor.pos())}; chosen: {window.build.selection}"

    hands.until(free_and_still, 20, "the card to stand still with nothing over it")
    hands.click(places[-1])
    hands.until(lambda: window.build.selection == [node], 10, state)
    assert window.build.inspector.node.training.isVisible()
    hands.look("chosen")
    hands.click(hands.middle(hands.widget("Use Leaky ReLU", QAbstractButton, window.build.inspector)))
    hands.until(lambda: window.build.graph.nodes[node].layer == "LeakyReLU", 10, "the repair")
    assert window.build.living.overlay.marks[node].word == "changed"
    hands.look("mended")
    hands.key("ctrl+z")
    hands.until(lambda: window.build.graph.nodes[node].layer == "ReLU", 10, "undo")

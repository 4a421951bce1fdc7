"""News stand where they cover nothing that is used: no tab, no scrubber, no figure, no button of the page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, wait, wine

from app.window import Window
from widgets import shadow, theme

SAID = "CNN on handwritten digits is ready to be tested."


def place(widget: QWidget, window: Window) -> QRect:
    shell = window.centralWidget()
    return QRect(widget.mapTo(shell, QPoint(0, 0)), widget.size())


def card(window: Window) -> QRect:
    """The visible part of the newest toast."""
    return window.toasts.toasts()[-1].geometry().marginsRemoved(shadow.margins())


def opened(window: Window) -> None:
    window.document.start(wine())
    QApplication.processEvents()


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900)])
def test_over_the_canvas_beside_its_corners(qapp, size) -> None:
    with open_window(size) as window:
        opened(window)
        page = window.build
        for below in ("", "code"):
            page.bottom.open(below)
            page.set_overlay("training")
            QApplication.processEvents()
            window.say(SAID, tone="good")
            room = place(page.canvas.viewport(), window)
            wait(lambda room=room: room.contains(card(window)), what="the toast inside the canvas")
            assert page.living.scrubber.isVisible()
            used = [
                page.living.scrubber,
                page.bottom.tabs,
                page.canvas.corner.map,
                page.canvas.corner.bar,
                window.status,
            ]
            assert not [one for one in used if one.isVisible() and place(one, window).intersects(card(window))]
            window.toasts.clear()


@pytest.mark.parametrize("key", ["data", "train", "test", "export"])
def test_in_the_middle_of_the_status_bar(qapp, key) -> None:
    with open_window((1280, 800)) as window:
        opened(window)
        window.show_page(key)
        QApplication.processEvents()
        window.say(SAID, tone="good")
        shown, status = card(window), window.status
        facts = QRect(
            status.mapTo(window.centralWidget(), status.facts.geometry().topLeft()), status.facts.geometry().size()
        )
        assert shown.intersects(place(status, window))
        assert not shown.intersects(facts) and not shown.intersects(place(status.problems, window))
        over = place(window.stack, window).bottom() - shown.top()
        assert over <= theme.sizes().s16, "no more of the page than its empty margin"


def test_a_sentence_that_is_longer_than_the_room_is_not_cut(qapp) -> None:
    with open_window((1280, 800)) as window:
        opened(window)
        window.show_page("train")
        QApplication.processEvents()
        window.say("The run ended without a word: " + "its computer was turned off, " * 5, tone="error")
        toast = window.toasts.toasts()[0]
        assert toast.label.width() >= toast.label.sizeHint().width()
        assert window.centralWidget().rect().contains(card(window))
        window.toasts.clear()

"""The gallery during training: it says what runs and how far it is, and leads back."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, wait, wine


@pytest.fixture
def window(qapp):
    with open_window() as made:
        yield made


def test_the_gallery_says_that_a_run_is_in_progress_and_leads_back(window) -> None:
    window.document.start(replace(wine(5000), name="Wines"))
    note = window.gallery.widget.running
    window.show_gallery()
    assert note.isHidden()
    window.show_page("train")
    window.run_command("train")
    wait(lambda: window.train.running and window.train.info.epoch >= 1, 60, "the run")
    window.show_gallery()
    assert note.isVisible() and note.title.text() == "Wines is training" and "of 5000" in note.line.text()
    before = note.line.text()
    wait(lambda: note.line.text() != before, 20, "progress in the gallery")
    note.back.click()
    assert window.page == "train"
    window.train.request("stop")
    wait(lambda: not window.train.running, 30, "the end")
    window.show_gallery()
    assert note.isHidden()

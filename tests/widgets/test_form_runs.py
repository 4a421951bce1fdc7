"""Choosing out of finished work in a form: a run by name, date and value; nodes by ticks."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from engine.recipes.distillation import Distillation
from engine.recipes.starts import OtherRun
from widgets import theme
from widgets.form import Form
from widgets.form_runs import ELSEWHERE, NodesEditor, RunEditor
from widgets.views import FormContext, NodeOffer, RunOffer

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
RUNS = [
    RunOffer("80f2bac1", "80f2bac1", "Longer", "20 Nov, 17:55", "loss 0.18"),
    RunOffer("/there/cats.runs/21bee634", "21bee634", "First try", "19 Nov, 9:00", "", "in cats"),
]
NODES = [NodeOffer("conv_1", "Conv 2D"), NodeOffer("head", "Linear", "not in that run"), NodeOffer("body", "body")]


@pytest.fixture
def shown(qapp, qtbot):
    theme.apply(qapp, "dark")
    runs = list(RUNS)
    form = Form(context=FormContext(runs=lambda: runs, nodes=lambda: NODES))
    qtbot.addWidget(form)
    form.show_values(OtherRun, {})
    form.resize(320, 400)
    with qtbot.waitExposed(form):
        form.show()
    said = []
    form.changed.connect(lambda name, value: said.append((name, value)))
    return form, runs, said


def entries(editor):
    return [editor.inner.itemText(place) for place in range(editor.inner.count())]


def choose(editor, key):
    editor.inner.set_current(key)
    editor.inner.chosen.emit(key)


def test_a_run_is_chosen_by_name_date_and_value(shown):
    form, runs, said = shown
    editor = form.rows["run"].editor
    assert isinstance(editor, RunEditor) and editor.inner.placeholderText() == "Choose a run"
    assert entries(editor) == [
        "Longer · 20 Nov, 17:55 · loss 0.18", "First try · 19 Nov, 9:00 · in cats", "Folder of a run …",
    ]  # fmt: skip
    choose(editor, "80f2bac1")
    assert said == [("run", "80f2bac1")] and editor.inner.currentText().startswith("Longer")
    runs.insert(0, RunOffer("new", "newest00", "Newest"))
    editor.refresh()
    assert entries(editor)[0] == "Newest" and editor.inner.current() == "80f2bac1"


def test_a_typed_beginning_means_its_run_and_a_lost_run_stays_visible(shown):
    form, _, said = shown
    editor = form.rows["run"].editor
    form.show_values(OtherRun, {"run": "80f"})
    assert editor.inner.currentText().startswith("Longer")
    form.show_values(OtherRun, {"run": "gone"})
    assert editor.inner.currentText() == "gone (not in the list)" and said == []


def test_the_folder_of_a_run_elsewhere_can_be_chosen(shown, monkeypatch):
    form, _, said = shown
    editor = form.rows["run"].editor
    for answer, wanted in (("", []), ("/elsewhere/run", [("run", "/elsewhere/run")])):
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, answer=answer: answer)
        choose(editor, ELSEWHERE)
        assert said == wanted and editor.inner.current() == answer


def test_nodes_are_ticked_and_told_once(shown):
    form, _, said = shown
    editor = form.rows["freeze"].editor
    assert isinstance(editor, NodesEditor) and editor.inner.text() == "None"
    editor.inner.click()
    assert [box.text() for box in editor.boxes] == ["Conv 2D · conv_1", "Linear · head  (not in that run)", "body"]
    editor.boxes[0].setChecked(True)
    editor.boxes[2].setChecked(True)
    editor.popup.close()
    assert said == [("freeze", ["conv_1", "body"])] and editor.inner.text() == "2 of 3 nodes"
    form.show_values(OtherRun, {"freeze": ["conv_1", "lost_1"]})
    assert editor.inner.text() == "1 of 3 nodes, 1 gone"
    editor.inner.click()
    assert editor.boxes[-1].text() == "lost_1  (not in this network)" and editor.boxes[-1].isChecked()
    editor.popup.close()
    assert len(said) == 1


def test_many_nodes_scroll(shown, monkeypatch):
    form, _, _ = shown
    editor = form.rows["replace"].editor
    monkeypatch.setattr(editor, "offers", lambda: [NodeOffer(f"conv_{place}", "Conv 2D") for place in range(60)])
    editor.inner.click()
    assert len(editor.boxes) == 60 and editor.popup.height() < 600
    editor.popup.close()


def test_a_teacher_may_be_a_network_of_the_project(qapp, qtbot):
    form = Form(context=FormContext(runs=lambda: RUNS, nodes=lambda: NODES))
    qtbot.addWidget(form)
    form.show_values(Distillation, {})
    editor = form.rows["teacher_run"].editor
    assert entries(editor)[0] == "A network of this project" == editor.inner.currentText()


def test_without_anything_to_choose_from_names_are_typed(qapp, qtbot):
    form = Form()
    qtbot.addWidget(form)
    form.show_values(OtherRun, {"run": "80f", "freeze": ["a", "b"]})
    assert not isinstance(form.rows["run"].editor, RunEditor)
    assert not isinstance(form.rows["freeze"].editor, NodesEditor)

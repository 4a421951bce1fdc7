"""Lessons as data: their words, targets, checks and deeds exist; progress is kept, and may be damaged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, wine

from app import lessons as room
from app.jobs.lessons import lessons as list_lessons
from app.lessons import Progress, lesson, lessons, progress, remember
from app.lessons_checks import CHECKS, holds, node_of
from app.lessons_doing import DEEDS
from app.lessons_guide import guide
from app.lessons_targets import PARTS, TARGETS
from app.places import state_folder
from engine.errors import UserError
from engine.layer import layers

NAMES = [one.name for one in lessons()]


@pytest.fixture(autouse=True)
def never_begun() -> None:
    """What another test did of a lesson is forgotten."""
    for name in NAMES:
        remember(name, Progress())


def test_there_are_at_least_six_and_each_is_of_a_bearable_length() -> None:
    assert len(lessons()) >= 6
    for one in lessons():
        assert 5 <= len(one.steps) <= 10 and 3 <= one.minutes <= 6, one.name


@pytest.mark.parametrize("name", NAMES)
def test_everything_a_lesson_names_exists(name: str) -> None:
    """Renaming a layer, a part of a page or a check breaks here."""
    for step in lesson(name).steps:
        assert step.title and step.text and not step.title.endswith("."), step
        for known, calls in ((TARGETS, step.target + step.look), (CHECKS, step.done), (DEEDS, step.show)):
            assert all(call[0] in known for call in calls), step.title
        for call in step.target + step.look:
            assert call[0] != "part" or call[1] in PARTS, call
            if call[0] in ("palette", "node", "below", "output", "input", "callout", "wire"):
                assert call[1].rpartition(" ")[0] in layers or call[1] in layers, call
        assert not step.done or step.show or step.title == "Watch it learn to write", "a step must be shown, too"


@pytest.mark.parametrize("name", NAMES)
def test_the_project_a_lesson_opens_has_no_errors_of_its_own(name: str) -> None:
    from engine.check import check
    from engine.infer import infer

    project = lesson(name).project()
    if project.graph.nodes:
        walk = infer(project.graph, project.data.schema, project.blocks)
        assert not [one.title for one in check(project, walk) if one.level == "error"]


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"pictures": 3}', '{"pictures": {"step": -4, "done": "yes", "draft": 7}}']
)
def test_damaged_progress_counts_as_not_begun(kept: str) -> None:
    path = state_folder() / "lessons.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(kept)
    assert progress("pictures") == Progress()
    remember("pictures", Progress(2, draft="x"))
    assert progress("pictures") == Progress(2, draft="x")
    remember("blocks", Progress(done=True))
    assert progress("pictures") == Progress(2, draft="x") and progress("blocks").done
    path.unlink()


def test_an_unknown_lesson_is_told_with_those_there_are() -> None:
    with pytest.raises(UserError, match="first-network"):
        lesson("nothing")


def test_the_command_line_lists_them(capsys) -> None:
    from argparse import Namespace

    remember("blocks", Progress(done=True))
    list_lessons(Namespace(json=True))
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found] == NAMES
    assert [one["name"] for one in found if one["done"]] == ["blocks"]
    list_lessons(Namespace(json=False))
    assert "Blocks: build once, repeat" in capsys.readouterr().out
    remember("blocks", Progress())


def test_own_work_is_kept_and_one_press_away(qapp) -> None:
    with open_window() as window:
        window.document.start(wine())
        own, mine = window.document.draft, window.document.project
        leader = guide(window)
        leader.start("pictures")
        assert window.document.draft != own and window.document.project.name == "How a network sees"
        assert leader.card.isVisible() and leader.spotlight.holes()
        leader.leave()
        assert not leader.card.isVisible() and not leader.spotlight.isVisible()
        (toast,) = [one for one in window.toasts.toasts() if "kept at step 1" in one.text()]
        toast.action_triggered.emit()
        assert window.document.draft == own
        assert window.document.project.graph == mine.graph and window.document.project.name == mine.name


def test_unsaved_edits_of_a_named_project_come_back(qapp, tmp_path) -> None:
    from engine.edits import add

    with open_window() as window:
        window.document.start(wine())
        window.document.save(tmp_path / "mine.lamina")
        window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])
        edited = window.document.project.graph
        leader = guide(window)
        leader.start("pictures")
        leader.leave()
        window.document.open(tmp_path / "mine.lamina")
        assert window.document.project.graph == edited and window.document.edited
        window.document.discard_journal()


def test_a_lesson_goes_on_where_it_was_left(qapp) -> None:
    with open_window() as window:
        leader = guide(window)
        leader.start("pictures", again=True)
        leader.show_me()
        leader.next()
        leader.show_me()
        changed = window.document.project.graph
        leader.leave()
        window.files.use_template("mlp-wine")
        assert progress("pictures").step == 1
        leader.start("pictures")
        assert leader.at == 1 and window.document.project.graph == changed
        leader.back()
        assert leader.at == 0 and leader.card.view.number == 1
        leader.leave()


def test_a_lesson_whose_project_is_gone_begins_anew(qapp, tmp_path) -> None:
    remember("pictures", Progress(3, draft=str(tmp_path / "gone.lamina")))
    with open_window() as window:
        leader = guide(window)
        leader.start("pictures")
        assert leader.at == 0 and window.document.project.graph.nodes
        leader.leave()


def test_opening_something_else_puts_the_lesson_away(qapp) -> None:
    with open_window() as window:
        leader = guide(window)
        leader.start("pictures", again=True)
        window.files.use_template("mlp-wine")
        assert leader.lesson is None and not leader.card.isVisible()
        assert progress("pictures").draft


def test_the_end_is_kept_and_offers_the_next_one(qapp) -> None:
    with open_window() as window:
        leader = guide(window)
        leader.start("pictures", again=True)
        for _ in leader.lesson.steps:
            leader.next()
        assert leader.ended and progress("pictures") == Progress(done=True)
        following = next(one for one in lessons()[NAMES.index("pictures") + 1 :] if not progress(one.name).done)
        assert leader.card.next.text() == f"Next: {following.title}"
        leader.card.next.click()
        assert leader.lesson.name == following.name
        leader.leave()


def test_checks_look_at_the_state_and_not_at_clicks(qapp) -> None:
    with open_window() as window:
        leader = guide(window)
        leader.start("pictures", again=True)
        graph = window.document.graph
        second = node_of(graph, "Conv2d 2")
        assert second is not None and second.id == "conv_2" and node_of(graph, "Conv2d 3") is None
        assert holds(window, [("follows", "Conv2d 1", "ReLU", "MaxPool2d")])
        assert not holds(window, [("follows", "Flatten", "MaxPool2d")])
        assert not leader.met
        window.build.select([node_of(graph, "Conv2d").id])  # no click on what is highlighted
        leader.look()
        assert leader.met and "Done" not in leader.card.title.text()
        assert room.progress("pictures").step == 0
        leader.leave()

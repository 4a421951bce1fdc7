"""Every lesson from its first step to its last in the real window, by the real pointer and keyboard.

What each step points at must be there, and the card may cover none of it; so a control that is renamed or moved away
breaks the journey of the lesson that needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QInputDialog, QLineEdit, QMenu

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin

from app.lessons import FOLDER, Progress, lesson, lessons, progress, remember
from app.lessons_checks import node_of
from app.lessons_guide import guide
from app.lessons_targets import find
from widgets.recipe_panel import RecipePanel

Doing = dict[str, Callable[["Walk"], None]]


@pytest.fixture(autouse=True)
def never_begun() -> None:
    """What another test did of a lesson is forgotten."""
    for one in lessons():
        remember(one.name, Progress())


class Walk:
    """One person with one lesson."""

    def __init__(self, window, hands: Hands, name: str) -> None:
        self.window = window
        self.hands = hands
        self.guide = guide(window)
        self.guide._go_on.setInterval(150)  # nobody reads here
        row = [one.name for one in lessons()].index(name)
        listed = window.gallery.widget.lessons
        at = listed.visualRect(listed.rows().index(row)).center()
        hands.click(listed.viewport().mapToGlobal(at))
        hands.until(lambda: self.guide.lesson is not None, 10, "the lesson to begin")
        spin(0.4)

    def go(self, doing: Doing) -> None:
        """Do each step: as `doing` says, else by pressing what is lit, or by the drag that is shown."""
        steps = self.guide.lesson.steps
        for at, step in enumerate(steps):
            self.hands.until(lambda at=at: self.guide.at == at, 10, f"step {at + 1}, {step.title}")
            spin(0.25)
            self.guide.look()
            self.is_clear(step.title)
            if step.done and not self.guide.met:
                self.on_page(step)
                doing.get(step.title, usual)(self)
                self.hands.until(lambda at=at: self.guide.met or self.guide.at > at, 240, f"{step.title} to be done")
            if self.guide.at == at and (step.after or self.guide._go_on.isActive() is False):
                spin(0.3)
                self.guide.look()
                self.is_clear(f"{step.title}, done")
                self.hands.look(f"{at + 1:02d}-{step.title.lower().replace(' ', '-').replace('?', '')}")
                self.hands.click(self.hands.middle(self.guide.card.next))
        self.hands.until(lambda: self.guide.ended, 10, "the end")
        self.hands.look("end")
        assert progress(self.guide.lesson.name).done
        self.guide.leave()

    def on_page(self, step) -> None:
        """Elsewhere than on the page of the step, its tab is lit; press it."""
        if step.page and self.window.page != step.page:
            usual(self)
            self.hands.until(lambda: self.window.page == step.page, 10, f"the page {step.page}")
            spin(0.8)
            self.guide.look()
            self.is_clear(step.title)

    def is_clear(self, what: str) -> None:
        """Something is lit, and the card lies inside the window and on nothing that is lit."""
        step = self.guide.step
        if not self.guide.met:
            assert self.guide.spotlight.holes(), f"nothing is lit for {what}"
            calls = step.target if self.guide._here(step) else ()
            assert all(find(self.window, call) for call in calls), what
        card = self.guide.card.geometry()
        assert self.guide.card.parentWidget().rect().contains(card), what
        assert not any(card.intersects(hole) for hole in self.guide.spotlight.holes()), (
            f"the card is in the way: {what}"
        )

    # ---- small words ----

    def lit(self, place: int = 0) -> QPoint:
        hole = self.guide.spotlight.holes()[place]
        return self.guide.card.parentWidget().mapToGlobal(hole.center())

    def node(self, name: str) -> str:
        node = node_of(self.window.document.graph, name)
        assert node is not None, name
        return node.id

    def card_of(self, name: str) -> QPoint:
        area = self.hands.canvas.mirror.nodes[self.node(name)].area()
        return self.hands.on_canvas(area.topLeft() + QPointF(60, min(20.0, area.height() / 2)))

    def drop(self, label: str, on: QPoint) -> None:
        """Drag a layer from the palette, found by its name."""
        field = self.window.build.palette_panel.findChildren(QLineEdit)[0]
        self.hands.click(self.hands.middle(field))
        self.hands.key("ctrl+a")
        self.hands.type(label)
        spin(0.2)
        self.hands.drag(self.hands.palette(label), on)
        self.window.build.palette_panel.search.clear()

    def below(self, name: str) -> QPoint:
        spot = find(self.window, ("below", name))
        assert spot is not None
        return spot.widget.mapToGlobal(spot.area.center())

    def repair(self, name: str, label: str) -> None:
        """Press the card, then the repair beside it."""
        self.hands.click(self.card_of(name))
        self.hands.until(lambda: self.hands.canvas.mirror.callout is not None, 5, "the callout")
        callout = self.hands.canvas.mirror.callout
        row = next(at for at, fix in enumerate(callout.problem.fixes) if fix.label.startswith(label))
        self.hands.click(self.hands.on_canvas(callout.mapToScene(callout.button(row).center())))


def usual(walk: Walk) -> None:
    """Press what is lit; where a drag is shown, drag."""
    if walk.guide.step.drag and len(walk.guide.spotlight.holes()) > 1:
        walk.hands.drag(walk.lit(0), walk.lit(1))
    else:
        walk.hands.click(walk.lit())


def take(name: str, doing: Doing, size=(1440, 900), theme="dark") -> None:
    needs_pointer()
    with open_window(size, theme) as window:
        walk = Walk(window, Hands(window, f"lesson-{name}"), name)
        walk.go(doing)


@pytest.mark.pointer
def test_first_network(qapp) -> None:
    take(
        "first-network",
        {
            "Mend the mistake": lambda walk: walk.repair("Linear", "Insert Flatten"),
            "One score for each digit": lambda walk: walk.repair("CrossEntropy", "Set Linear"),
        },
    )


def leave_a_column_out(walk: Walk) -> None:
    table = walk.window.data.widget.table
    place = [one.name for one in table.rows.columns].index("island")
    x = table.head.sectionViewportPosition(place) + 30
    walk.hands.click(table.head.viewport().mapToGlobal(QPoint(x, 30)))
    walk.hands.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), 5, "the menu of roles")
    menu = QApplication.activePopupWidget()
    action = next(one for one in menu.actions() if one.text() in ("Not used", "Unused"))
    walk.hands.click(menu.mapToGlobal(menu.actionGeometry(action).center()))


def add_two(walk: Walk) -> None:
    usual(walk)
    walk.hands.until(lambda: node_of(walk.window.document.graph, "Linear"), 5, "Linear")
    walk.drop("ReLU", walk.below("Linear"))


def finish_it(walk: Walk) -> None:
    usual(walk)
    walk.hands.until(lambda: node_of(walk.window.document.graph, "Linear 2"), 5, "the second Linear")
    walk.hands.drag(walk.hands.out(walk.node("Linear 2")), walk.hands.into(walk.node("CrossEntropy"), "prediction"))
    walk.hands.until(lambda: walk.window.document.graph.incoming[walk.node("CrossEntropy")], 5, "the wire")
    walk.repair("CrossEntropy", "Set Linear")


@pytest.mark.pointer
def test_own_data(qapp, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(FOLDER / "penguins.csv"), ""))
    take(
        "own-data",
        {
            "Leave a column out": leave_a_column_out,
            "Add a Linear layer and a bend": add_two,
            "Let the program finish it": finish_it,
        },
    )


def open_drawer(walk: Walk) -> None:
    """In a narrow window the inspector is a drawer; its button is lit."""
    if not walk.window.build.inspector.isVisible():
        walk.hands.look("drawer-closed")
        walk.hands.click(walk.lit())
        walk.hands.look("drawer-open")
        walk.hands.until(walk.window.build.inspector.isVisible, 5, "the drawer")
        spin(0.2)
        walk.guide.look()
        walk.is_clear("the drawer is open")


def fewer_filters(walk: Walk) -> None:
    open_drawer(walk)
    walk.hands.fill(walk.window.build.inspector.node.form.rows["filters"].editor.findChildren(QLineEdit)[0], "8")


def larger_window(walk: Walk) -> None:
    open_drawer(walk)
    field = walk.window.build.inspector.node.form.rows["kernel"].editor.findChildren(QLineEdit)[0]
    walk.hands.fill(field, "5")


@pytest.mark.pointer
def test_pictures_in_a_small_light_window(qapp) -> None:
    take(
        "pictures",
        {
            "Maps, not pictures": fewer_filters,
            "A larger window": larger_window,
            "Where are the parameters?": lambda walk: walk.hands.click(
                walk.hands.middle(walk.hands.widget("Cost", root=walk.window.build.overlays))
            ),
        },
        (1100, 680),
        "light",
    )


def stop_early(walk: Walk) -> None:
    row = walk.window.train.widget.side.findChild(RecipePanel).form.rows["early_stopping"]
    field = row.editor.findChildren(QLineEdit)[0]
    if not field.isVisible():  # it says "never" and has a switch
        switch = next(one for one in row.editor.findChildren(QAbstractButton) if one.isVisible())
        walk.hands.click(walk.hands.middle(switch))
        walk.hands.until(field.isVisible, 5, "the number behind the switch")
        spin(0.2)
    walk.hands.fill(field, "8")


@pytest.mark.pointer
def test_over_fitting(qapp) -> None:
    take("over-fitting", {"Stop in time": stop_early})


def select_three(walk: Walk) -> None:
    walk.hands.click(walk.card_of("Conv2d 2"))
    for name in ("ReLU 2", "Add"):
        at = walk.card_of(name)
        QTest.keyPress(walk.window, Qt.Key.Key_Shift)
        walk.hands._do(["keydown", "shift", "mousemove", str(at.x()), str(at.y()), "sleep", "0.05", "click", "1"])
        walk.hands._do(["keyup", "shift"])
        QTest.keyRelease(walk.window, Qt.Key.Key_Shift)


def open_it(walk: Walk) -> None:
    at = walk.lit()
    click = ["mousemove", str(at.x()), str(at.y()), "sleep", "0.05", "click", "--repeat", "2", "--delay", "60", "1"]
    walk.hands._do(click)


def repeat_three_times(walk: Walk) -> None:
    row = walk.window.build.inspector.node.form.rows["@repeat"]
    walk.hands.fill(row.editor.findChildren(QLineEdit)[0], "3")


@pytest.mark.pointer
def test_blocks(qapp, monkeypatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: ("Residual", True))
    take(
        "blocks",
        {
            "Select the three parts": select_three,
            "Make them one block": lambda walk: walk.hands.key("ctrl+g"),
            "Repeat it": repeat_three_times,
            "Look inside": open_it,
            "Come back out": lambda walk: walk.hands.key("alt+Up"),
        },
    )


@pytest.mark.pointer
def test_export(qapp, tmp_path) -> None:
    def export(walk: Walk) -> None:
        walk.hands.fill(walk.hands.widget("Save to", QLineEdit), str(tmp_path))
        walk.hands.click(walk.lit())

    take("export", {"Export the ONNX file": export})
    assert list(tmp_path.glob("*.onnx"))


@pytest.mark.pointer
@pytest.mark.long
def test_writing(qapp) -> None:
    take("writing", {"Open a block": open_it, "Come back out": lambda walk: walk.hands.key("Escape", "alt+Up")})


@pytest.mark.pointer
def test_by_keyboard_alone(qapp) -> None:
    """What is lit has the keyboard: Enter in the palette does the step; F1 reaches the card, Escape leaves."""
    needs_pointer()
    with open_window() as window:
        hands = Hands(window)
        walk = Walk(window, hands, "over-fitting")
        walk.guide._go_to(3)
        hands.key("ctrl+2")
        spin(0.3)
        walk.guide._go_to(3)
        spin(0.3)
        assert window.build.palette_panel.list.hasFocus()
        hands.key("Return")
        hands.until(lambda: walk.guide.met, 5, "Dropout, added by Enter")
        assert walk.guide.card.next.isVisible()
        hands.key("F1")
        assert walk.guide.card.next.hasFocus()
        hands.key("Return")
        hands.until(lambda: walk.guide.at == 4, 5, "the next step")
        window.build.canvas.setFocus()
        window.build.select([])
        hands.key("Escape")
        hands.until(lambda: walk.guide.lesson is None, 5, "the lesson to be left")
        assert progress("over-fitting").step == 4
        assert lesson("over-fitting").steps[4].title == "Stop in time"

"""Random edits through the canvas: after each, the scene shows exactly the model, and undoing all leads back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import SCHEMA, residual

from engine import arrange, edits, notes, wiring
from engine.errors import UserError
from engine.infer import infer
from engine.pasting import copied, pasted
from widgets import theme
from widgets.canvas.framing import ResizeFrame
from widgets.canvas.moving import CopyNodes, MoveNodes
from widgets.canvas.view import Canvas

LAYERS = ("Conv2d", "ReLU", "BatchNorm", "Add", "Linear", "Flatten", "Dropout", "MaxPool2d")
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
numbers = st.integers(0, 10_000)
spans = st.integers(-300, 300)


class Machine(RuleBasedStateMachine):
    """A document of one graph with its steps; the canvas's wishes are carried out as the window does."""

    view: Canvas

    @initialize()
    def begin(self) -> None:
        self.graph, self.steps = residual(), []
        self.view = _shared()
        self.view.hand.cancel()
        self.links = [
            (self.view.moved, lambda places: self.do(lambda x: edits.move(x, places))),
            (self.view.frames_moved, lambda areas, nodes: self.do(lambda x: edits.move(notes.place(x, areas), nodes))),
            (self.view.splice_wanted, lambda name, edge: self.do(lambda x: arrange.splice_here(x, edge, name))),
            (self.view.copy_wanted, lambda names, dx, dy: self.do(lambda x: pasted(x, copied(x, names), dx, dy)[0])),
            (self.view.disconnect_wanted, lambda edges: self.do(lambda x: wiring.disconnect(x, edges))),
            (self.view.remove_wanted, lambda names, close: self.do(lambda x: edits.remove(x, names, close))),
            (
                self.view.frames_remove_wanted,
                lambda frames, names: self.do(lambda x: notes.drop(edits.remove(x, names), frames)),
            ),
        ]
        for signal, slot in self.links:
            signal.connect(slot)
        self.view.set_judge(self.judge)
        self.show()

    def judge(self, *link: str) -> str:
        try:
            wiring.judge(self.graph, *link)
        except UserError as error:
            return error.message
        return ""

    def show(self) -> None:
        self.view.show_graph(self.graph, infer(self.graph, SCHEMA), {}, (), gliding=len(self.steps) % 3 == 0)

    def do(self, change) -> None:
        try:
            after = change(self.graph)
        except UserError:
            return
        if after != self.graph:
            self.steps.append(self.graph)
            self.graph = after
        self.show()

    def pick(self, names, number: int):
        names = sorted(names)
        return names[number % len(names)] if names else None

    def node(self, number: int) -> str:
        return self.pick(self.graph.nodes, number) or ""

    # ---- what a person does --------------------------------------------------------------------------------------

    @rule(layer=st.sampled_from(LAYERS), x=spans, y=spans)
    def add(self, layer, x, y) -> None:
        if len(self.graph.nodes) < 30:
            self.do(lambda graph: edits.add(graph, layer, x, y)[0])

    @rule(one=numbers, two=numbers)
    def connect(self, one, two) -> None:
        if self.graph.nodes:
            source, target = self.node(one), self.node(two)
            self.do(lambda graph: wiring.connect(graph, source, target))

    @rule(number=numbers)
    def choose(self, number) -> None:
        names = sorted(self.graph.nodes)
        self.view.choose({name for place, name in enumerate(names) if number >> (place % 12) & 1})

    @rule(number=numbers, dx=spans, dy=spans, cancel=st.booleans(), free=st.booleans())
    def drag(self, number, dx, dy, cancel, free) -> None:
        if not self.graph.nodes:
            return
        name = self.node(number)
        self.view.choose(self.view.mirror.selected | {name})
        self._carry(MoveNodes(self.view, name), dx, dy, cancel, SHIFT if free else NONE)

    @rule(dx=spans, dy=spans, cancel=st.booleans())
    def copy(self, dx, dy, cancel) -> None:
        if self.view.mirror.selected and len(self.graph.nodes) < 30:
            self._carry(CopyNodes(self.view), dx, dy, cancel)

    @rule(number=numbers, dx=spans, dy=spans, cancel=st.booleans(), size=st.booleans())
    def frame_drag(self, number, dx, dy, cancel, size) -> None:
        name = self.pick(self.graph.frames, number)
        if name:
            self.view.choose((), frames={name})
            gesture = (
                ResizeFrame(self.view, name, ("rb", "l", "t")[number % 3]) if size else MoveNodes(self.view, "", name)
            )
            self._carry(gesture, dx, dy, cancel)

    def _carry(self, gesture, dx, dy, cancel, keys=NONE) -> None:
        start = QPoint(400, 300)
        self.view.hand.begin(gesture, start)
        for share in (0.5, 1.0):
            self.view.hand.move(start + QPoint(round(dx * share), round(dy * share)), keys)
        if cancel:
            self.view.hand.cancel()
        else:
            self.view.hand.finish(start + QPoint(dx, dy), keys)

    @rule(around=st.booleans(), x=spans, y=spans)
    def frame(self, around, x, y) -> None:
        if len(self.graph.frames) > 6:
            return
        if around:
            self.do(lambda graph: notes.frame_around(graph, sorted(self.view.mirror.selected))[0])
        else:
            self.do(lambda graph: notes.add_note(graph, x, y, "words")[0])

    @rule(number=numbers)
    def disconnect(self, number) -> None:
        if self.graph.edges:
            self.view.disconnect_wanted.emit([sorted(self.graph.edges)[number % len(self.graph.edges)]])

    @rule(number=numbers, on=st.booleans())
    def rest(self, number, on) -> None:
        resting = arrange.resting(self.graph)
        if on and resting:
            self.do(lambda graph: arrange.turn_on(graph, resting[number % len(resting)]))
        elif self.graph.edges:
            edge = sorted(self.graph.edges)[number % len(self.graph.edges)]
            self.do(lambda graph: arrange.turn_off(graph, [edge]))

    @rule(close=st.booleans())
    def remove(self, close) -> None:
        scene = self.view.mirror
        if scene.frames.selected:
            self.view.frames_remove_wanted.emit(sorted(scene.frames.selected), sorted(scene.selected)[:2])
        elif scene.selected:
            self.view.remove_wanted.emit(sorted(scene.selected)[:2], close)

    @rule(number=numbers, what=st.sampled_from(("muted", "frozen", "title", "note", "collapsed", "locked")))
    def change(self, number, what) -> None:
        if self.graph.nodes:
            name = self.node(number)
            if what in ("collapsed", "locked"):
                self.do(lambda graph: arrange.mark(graph, [name], what, not arrange.marked(graph, name, what)))
            else:
                value = f"{number}" if what in ("title", "note") else not getattr(self.graph.nodes[name], what)
                self.do(lambda graph: edits.change(graph, name, **{what: value}))

    @rule(what=st.sampled_from(("align", "distribute", "straighten", "join", "extract")))
    def arrange_chosen(self, what) -> None:
        names = sorted(self.view.mirror.selected)
        edits = {
            "align": lambda graph: arrange.align(graph, names, "left"),
            "distribute": lambda graph: arrange.distribute(graph, names, True),
            "straighten": lambda graph: arrange.straighten(graph, names),
            "join": lambda graph: arrange.join(graph, names),
            "extract": lambda graph: arrange.extract(graph, names),
        }
        self.do(edits[what])

    @rule(percent=st.sampled_from((20, 45, 100)))
    def zoom(self, percent) -> None:
        self.view.camera.zoom_to(percent)

    @rule()
    def undo(self) -> None:
        if self.steps:
            self.graph = self.steps.pop()
            self.show()

    # ---- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def mirrors(self) -> None:
        if not hasattr(self, "graph"):
            return
        self.view.glide.finish()
        scene, graph = self.view.mirror, self.graph
        assert scene.nodes.keys() == graph.nodes.keys()
        assert scene.wires.keys() == set(graph.edges)
        assert scene.frames.keys() == graph.frames.keys()
        assert scene.resting.keys() == set(arrange.resting(graph))
        assert scene.selected <= graph.nodes.keys() and scene.frames.selected <= graph.frames.keys()
        for name, item in scene.nodes.items():
            assert item.pos() == scene.place_of(name), name
            assert item.card.muted == graph.nodes[name].muted and item.card.note == graph.nodes[name].note
            assert item.marks.selected == (name in scene.selected)
        for edge, wire in scene.wires.items():
            start, end = scene.nodes[edge.source].output_point(edge.output), scene.nodes[edge.target]
            ends = (start, end.input_point(edge.input, edge.index))
            assert wire.ends == (ends[0].x(), ends[0].y(), ends[1].x(), ends[1].y()), edge
        for name, item in scene.frames.items():
            frame = graph.frames[name]
            assert item.area() == QRectF(QPointF(frame.x, frame.y), item.area().size())
            assert (item.width, item.height) == (frame.width, frame.height)
        drawn = [
            item for item in scene.items() if type(item).__name__ in ("NodeItem", "WireItem", "FrameItem", "RestItem")
        ]
        assert len(drawn) == len(scene.nodes) + len(scene.wires) + len(scene.frames) + len(scene.resting)
        assert not scene.moving and self.view.hand.gesture is None

    def teardown(self) -> None:
        if not hasattr(self, "links"):
            return
        while self.steps:
            self.undo()
        assert self.graph == residual()
        self.mirrors()
        for signal, slot in self.links:
            signal.disconnect(slot)


_views: list[Canvas] = []


def _shared() -> Canvas:
    """One canvas for all runs: a fresh start is an edit like any other."""
    if not _views:
        view = Canvas()
        view.resize(900, 700)
        view.show()
        QApplication.processEvents()
        _views.append(view)
    return _views[0]


@pytest.fixture
def canvas(qapp):
    theme.apply(qapp, "dark")
    yield
    for view in _views:
        view.close()
        view.deleteLater()
    _views.clear()
    QApplication.processEvents()


def run(examples: int, steps: int, anew: bool = False) -> None:
    shown = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=not anew,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=shown)


@pytest.mark.timeout(900)
def test_the_scene_is_the_model(canvas) -> None:
    run(1000, 40)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_scene_is_the_model_for_long(canvas) -> None:
    run(10_000, 50, anew=True)

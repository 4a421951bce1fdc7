"""Looking inside the network: asks the helper what every node gives for one item, and shows it on the Build page.

After an edit the values follow by themselves; a newer question replaces an older one. Only nodes in view are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer

from engine.graph import Graph, label_of
from engine.places import Place
from engine.project import Project, to_json
from widgets import words
from widgets.canvas.sample import SampleLayer
from widgets.canvas.sample_bar import SampleBar
from widgets.sample_panel import SamplePanel
from widgets.sample_values import ItemSample, NodeSample, item_sample, node_sample, span

if TYPE_CHECKING:
    from app.build import BuildPage

EDITED, LOOKED, CHOSEN = 180, 60, 120
"""Milliseconds to wait after an edit, after looking elsewhere, after choosing a node."""
CLASSES = 60
RUNS = 12
NAME = "sample"


class Peeking(QObject):
    """The Sample overlay of the Build page: canvas, bar and panel on one side, the helper on the other."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document
        self.layer = SampleLayer(page.canvas)
        self.bar = SampleBar(page.canvas, page.place_bar)
        self.panel = SamplePanel()
        page.overlays.add(NAME, "Sample", "One real item flows through; every layer shows what it makes of it")
        self.item: ItemSample | None = None
        self.targets: tuple[str, ...] = ()
        """The nodes that were run up to; none for all that is in view."""
        self._part, self._label = "", -1
        self._run = ""
        self._wish: dict[str, Any] = {"index": 0}
        self._port, self._map, self._map_page = "", 0, 0
        self._raws: list[dict[str, Any]] = []
        self._said = ""
        self._known: tuple[Any, ...] | None = None
        self._afresh = False
        self._questions: dict[str, int] = {}
        self._timer = self._after(self._ask)
        self._more = self._after(self._ask_more)
        self._connect()

    def _after(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    def _connect(self) -> None:
        self.layer.looked.connect(lambda: self._soon(LOOKED))
        self.layer.picked.connect(self._on_picked)
        for stepping in (self.bar.wanted, self.panel.item_wanted):
            stepping.connect(self._on_item)
        self.bar.open_wanted.connect(lambda: self._page.bottom.open(NAME))
        self.bar.all_wanted.connect(self.show_all)
        self.panel.from_wanted.connect(self._on_from)
        self.panel.weights_wanted.connect(self._on_weights)
        self.panel.page_wanted.connect(self._on_page)
        self.panel.channel_wanted.connect(self._on_channel)
        self.panel.port_wanted.connect(self._on_port)
        self.panel.on_wanted.connect(lambda: self._page.set_overlay(NAME))
        self._document.changed.connect(lambda _: self._soon(EDITED))
        self._document.replaced.connect(self._on_replaced)
        self._document.moved.connect(self._on_moved)
        self._page.installEventFilter(self)
        self._restore()

    # ---- on and off ----------------------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether the overlay is shown."""
        return self.layer.on

    def turn(self, on: bool) -> None:
        """Show the overlay, or take it away; told whenever an overlay is chosen."""
        if on == self.on:
            return
        self.layer.turn(on)
        self.bar.setVisible(on)
        if on:
            self.bar.show_item(self.item, [("info", "Preparing the first look")])
            self._soon(0)
        else:
            self.targets = ()
            self._forget()
            self._page.window_.helper.ask("peek_forget", {}, lambda _: None, lambda *_: None)
            self.panel.show_off()

    def _forget(self) -> None:
        """What was asked for is not wanted any more."""
        for number in self._questions.values():
            self._page.window_.helper.cancel(number)
        self._questions.clear()
        self._timer.stop()
        self._more.stop()
        self._known = None
        self.bar.set_busy(False)

    def _on_replaced(self) -> None:
        self._forget()
        self.layer.clear()
        self.item, self.targets, self._run, self._part, self._label = None, (), "", "", -1
        self._wish = {"index": 0}
        self._restore()
        self._soon(0)

    def _restore(self) -> None:
        """The overlay that the project was left with."""
        kept = str(self._document.project.view.get("overlay", "shapes"))
        if kept == NAME or self.on:
            self.turn(kept == NAME)
            self._page.overlays.show_current(kept)

    def _on_moved(self) -> None:
        self.layer.clear()
        self.targets, self._known = (), None
        self._soon(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self.on:
            self.refresh()  # a run may have ended meanwhile, or the data may have changed
        return False

    def run_to(self, names: Iterable[str]) -> None:
        """Run nodes and what they depend on; measured. Nothing else is shown until `show_all`."""
        if not self.on:
            self._page.set_overlay(NAME)
        self.targets, self._known = tuple(names), None
        self._soon(0)

    def refresh(self) -> None:
        """Something outside the project changed, such as the weights of a run: look again."""
        self._known = None
        self._soon(EDITED)

    def step(self, way: str) -> None:
        """Another item: next, previous or random."""
        self._on_item(way, self.item.index if self.item is not None else 0)

    def show_all(self) -> None:
        """Back to everything that is in view."""
        self.targets, self._known = (), None
        self._soon(0)

    # ---- asking --------------------------------------------------------------------------------------------------

    def _soon(self, wait: int) -> None:
        if self.on:
            self._timer.start(wait)

    def _ask(self) -> None:
        helper = self._page.window_.helper
        if not self.on or not self._page.isVisible():
            return
        self.targets = tuple(name for name in self.targets if name in self._page.graph.nodes)
        state = self._state()
        fresh = state != self._known or self._afresh  # what replaces an unanswered question asks all that it asked
        names = [] if self.targets else self.layer.wanted()
        if not fresh:
            names = [name for name in names if name not in self.layer.shown()]
            if self.targets or not names:
                return
        elif not self.targets and not names and self._page.graph.nodes:
            names = list(self._page.graph.nodes)[:1]  # too far away to see anything, but the bar can say what it is
        if NAME in self._questions:
            helper.cancel(self._questions.pop(NAME))
        self._known, self._afresh = state, fresh
        more = {"targets": self.targets, "measure": True} if self.targets else {"nodes": names}
        self.bar.set_busy(True, "Computing the values")
        self._questions[NAME] = helper.ask(
            "peek",
            {**self._asked(), **more},
            lambda told: self._on_told(told, fresh),
            self._on_failed,
            self._on_progress,
        )

    def _state(self) -> tuple[Any, ...]:
        """Everything that decides values; while it stays, only what comes into view is asked for."""
        document = self._document
        wish = tuple(sorted(self._wish.items()))
        return _essence(document.project), document.place, self._run, wish, self.targets

    def _asked(self) -> dict[str, Any]:
        document = self._document
        place: Place = document.place
        return {
            "project": to_json(document.project),
            "network": place.network,
            "path": list(place.path),
            "item": self._wish,
            "runs": [str(folder) for folder in document.all_runs],
            "run": self._run,
        }

    def _on_progress(self, told: Any) -> None:
        self.bar.set_busy(True, str(told.get("text", "")) if isinstance(told, dict) else "")

    def _on_failed(self, message: str, _details: str) -> None:
        self._questions.pop(NAME, None)
        self._known, self._afresh = None, False
        self.bar.show_item(self.item, [("error", message)])
        self.panel.show_nothing(message)

    def _on_told(self, told: Any, fresh: bool) -> None:
        self._questions.pop(NAME, None)
        self._afresh = False
        if not self.on or not isinstance(told, dict):
            return
        self._raws = list(told.get("raws", ()))
        inside = self._document.place.inside
        raws = {} if inside else {str(one["node"]): one["raw"] for one in self._raws}
        random = not told.get("weights", {}).get("trained")
        samples = {name: node_sample(one, raws.get(name), random) for name, one in told.get("nodes", {}).items()}
        if self.targets:
            samples = {name: one for name, one in samples.items() if not one.why or name in self.targets}
        if fresh:
            self._take_item(told.get("item"))
            self.layer.keep(samples)
        self.layer.show(samples)
        self._say(told)
        self.selected()

    def _take_item(self, told: Any) -> None:
        """The item that was found: from now on it is asked for by its number, so that nothing moves on."""
        if not isinstance(told, dict):
            self.item = None
            return
        self.item = item_sample(told)
        self._wish = self._wished(self.item.index)
        if self._known is not None:
            self._known = self._state()

    def _wished(self, index: int, step: str = "") -> dict[str, Any]:
        return {"index": index, "step": step, "part": self._part, "label": self._label}

    def _say(self, told: dict[str, Any]) -> None:
        """The sentences of the bar: what went wrong, what goes in, whose weights."""
        weights = told.get("weights", {})
        self._said = str(weights.get("words", ""))
        lines = []
        if told.get("error"):
            lines.append(("error", str(told["error"])))
        if self.targets:
            lines.append(("info", self._target_words()))
        if self.item is not None and self.item.note:
            lines.append(("info" if self.item.usual else "warning", self.item.note))
        if self._said:
            lines.append(
                ("good" if weights.get("whole") else "warning" if "ntrained" in self._said else "info", self._said)
            )
        if self.item is None:
            lines.append(("info", "Nothing can be computed yet. Wire an input to a layer."))
        self.bar.show_item(self.item, lines, bool(self.targets))
        choices = self._choices()
        self.panel.show_choices(*choices)
        self.panel.show_item(self.item, [(str(one["title"]), one["raw"]) for one in self._raws], self._said)

    def _target_words(self) -> str:
        shown = self.layer.shown()
        title = label_of(self._page.graph.nodes[self.targets[0]])
        timed = [one for one in shown.values() if one.seconds is not None]
        own = shown.get(self.targets[0])
        if own is not None and own.why:
            return f"{title} has no value: {own.why}"
        if len(self.targets) > 1:
            title += f" and {len(self.targets) - 1} more"
        seconds = sum(one.seconds or 0.0 for one in timed)
        held = sum(one.bytes for one in timed)
        return f"Up to {title}: {words.count(len(timed), 'layer')}, {span(seconds)}, results {words.size(held)}"

    # ---- choices -------------------------------------------------------------------------------------------------

    def _choices(self) -> tuple[list[tuple[str, str]], str, list[tuple[str, str]], str]:
        data = self._document.project.data
        froms = [("all", "All items")]
        if self.item is not None and not self.item.random:
            parts = (("train", "Training part"), ("validation", "Validation part"), ("test", "Test part"))
            froms += [(f"part:{key}", text) for key, text in parts]
            target = next((one for one in data.fields if one.role == "target" and one.kind == "category"), None)
            if target is not None:
                froms += [(f"class:{at}", f"{target.name}: {name}") for at, name in enumerate(target.classes[:CLASSES])]
        chosen = f"part:{self._part}" if self._part else f"class:{self._label}" if self._label >= 0 else "all"
        runs = [("", "Newest run that fits"), ("untrained", "Untrained")]
        train = self._page.window_.train
        for run in train.runs[:RUNS]:
            info = train.info_of(run.id)
            if info is not None:
                runs.append((str(run.folder), f"Run “{info.name}”"))
        return froms, chosen, runs, self._run

    def _on_item(self, step: str, index: int) -> None:
        self._wish = self._wished(index, step)
        self._soon(0)

    def _on_from(self, key: str) -> None:
        kind, _, what = key.partition(":")
        self._part = what if kind == "part" else ""
        self._label = int(what) if kind == "class" else -1
        self._wish = self._wished(0, "" if kind == "all" else "place")
        self._soon(0)

    def _on_weights(self, key: str) -> None:
        self._run = key
        self._soon(0)

    # ---- the chosen node -----------------------------------------------------------------------------------------

    def selected(self) -> None:
        """Another node is chosen, or it has another value: show it in the panel."""
        if not self.on or self._page.bottom.tabs.current() != NAME:
            return
        self._more.stop()
        name = self._chosen()
        if not name:
            self.panel.show_nothing("Choose a layer to see all that it gives.")
            return
        sample = self.layer.shown().get(name) or NodeSample(why="It is being computed.")
        if self._port not in sample.values:
            self._port, self._map, self._map_page = sample.port, 0, 0
        self.panel.show_node(name, label_of(self._page.graph.nodes[name]), sample, self._port)
        if sample.values:
            self._more.start(CHOSEN)

    def _chosen(self) -> str:
        selection = [name for name in self._page.selection if name in self._page.graph.nodes]
        return selection[-1] if selection else next(iter(self.targets), "")

    def _ask_more(self) -> None:
        helper, name = self._page.window_.helper, self._chosen()
        if not self.on or not name:
            return
        if "more" in self._questions:
            helper.cancel(self._questions.pop("more"))
        args = {**self._asked(), "node": name, "port": self._port, "page": self._map_page, "channel": self._map}
        self._questions["more"] = helper.ask("peek_more", args, self._on_more, self._on_more_failed)

    def _on_more(self, told: Any) -> None:
        self._questions.pop("more", None)
        if isinstance(told, dict) and told.get("node") == self._chosen():
            self.panel.show_whole(told, self._map)

    def _on_more_failed(self, message: str, _details: str) -> None:
        self._questions.pop("more", None)
        self.panel.show_nothing(message)

    def _on_picked(self, _name: str) -> None:
        self._page.bottom.open(NAME)
        self.selected()

    def _on_page(self, page: int) -> None:
        self._map_page = max(0, page)
        self._ask_more()

    def _on_channel(self, channel: int) -> None:
        self._map = channel
        self._ask_more()

    def _on_port(self, port: str) -> None:
        self._port, self._map, self._map_page = port, 0, 0
        self.selected()


def _essence(project: Project) -> tuple[Any, ...]:
    """Everything of a project that decides values: not where cards stand or what they are called."""
    graphs = [(name, _wiring(graph)) for name, graph in project.networks.items()]
    blocks = [(name, block.params, _wiring(block.graph)) for name, block in project.blocks.items()]
    return tuple(graphs), tuple(blocks), str(project.data)


def _wiring(graph: Graph) -> tuple[Any, ...]:
    nodes = frozenset((name, node.key) for name, node in graph.nodes.items())
    return nodes, frozenset(graph.edges)

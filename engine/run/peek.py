"""A real item flows through a network: the value of every node, made small, with its figures and what could not be.

    Peeker.look(Question)    values of the nodes that are seen, and of the objectives
    Peeker.more(Question)    one node's whole value: pages of maps, a histogram, a table

The model is kept between questions, so that another item or another node costs one pass and no building.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.codegen import generate
from engine.data.dataset import Dataset
from engine.data.raw import FREE, bound
from engine.data.split import Split
from engine.data.statistics import Statistics, fit
from engine.errors import UserError
from engine.graph import label_of
from engine.peek import Part, part_of
from engine.places import Place
from engine.project import Project
from engine.run import peek_ends, peek_weights
from engine.run.model import Built, bindings, build, preparation_of
from engine.run.peek_item import Item, Wish, random_item, random_statistics, real_item
from engine.run.peek_more import whole
from engine.run.peek_pass import Progress, Seen, keeping, run_pass, words_of
from engine.run.peek_trace import Watch
from engine.runs import Run
from engine.shapes import Tensor as Shape

Opener = Callable[[Project, Progress], tuple[Dataset, Split | None]]
"""Reads a project's data, telling how far it is."""

MEASURED = 400
"""Items that the preparation is measured on where no run says it; enough to look at values."""
REMEMBERED = 256 * 2**20
"""Bytes of random weights that are remembered from one edit to the next."""
PASSES = 3
USUAL = "Random numbers go in, as in training."


@dataclass(frozen=True)
class Question:
    """What is asked. `nodes` are those that are seen, None for all; `targets` runs only these and what feeds them."""

    project: Project
    place: Place = field(default_factory=Place)
    nodes: tuple[str, ...] | None = None
    wish: Wish = field(default_factory=Wish)
    runs: tuple[str, ...] = ()
    """Folders with runs of the project."""
    run: str = ""
    """A run's folder, `untrained`, or empty for the newest that fits."""
    targets: tuple[str, ...] = ()
    measure: bool = False
    """Whether time and memory are measured over several passes."""


@dataclass
class Model:
    """A built network with what is known of its weights."""

    key: str
    built: Built
    part: Part
    weights: peek_weights.Weights
    fit: peek_weights.Fit
    chosen: dict[tuple[Any, ...], list[int]] = field(default_factory=dict)
    """Which maps of a node are shown: the same ones for every item."""


class Peeker:
    """Answers questions about the insides of networks, one after another."""

    def __init__(self, opener: Opener) -> None:
        self._open = opener
        self._model: Model | None = None
        self._measured: tuple[str, Statistics] | None = None
        self._random: dict[str, Tensor] = {}

    # ---- questions -----------------------------------------------------------------------------------------------

    def look(self, asked: Question, progress: Progress) -> dict[str, Any]:
        """The values of nodes for one item: `nodes` by id, `item`, `weights`, `error`."""
        part = part_of(asked.project, asked.place, asked.targets)
        if part.empty:
            return _nothing(part, asked)
        model, item = self._ready(part, asked, progress)
        watched = Seen(model.built, part, model.fit, model.chosen, asked.nodes, item)
        error = self._pass(model, item, watched, progress)
        if asked.measure and not error:
            self._measure(model, item, watched, progress)
        nodes = watched.nodes(error)
        if not error and watched.complete:
            data = self._open(asked.project, progress) if item.targets else None
            nodes.update(peek_ends.answers(model.built, watched.outputs, item, asked.nodes, data))
        return {
            "nodes": nodes,
            "item": item.to_json(),
            "raws": [
                {"node": name, "title": label_of(part.project.graph.nodes[name]), "raw": raw}
                for name, raw in item.inputs.items()
            ],
            "weights": _weights_facts(model),
            "error": error[1] if error and not error[0] else "",
            "seconds": round(watched.passed, 6),
        }

    def more(
        self, asked: Question, node: str, port: str, page: int, channel: int, progress: Progress
    ) -> dict[str, Any]:
        """The whole value of one node: a page of its maps, a histogram, and a table of one of its channels."""
        part = part_of(asked.project, asked.place)
        name, output = part.same.get(node, (node, port))
        if name not in part.graph.nodes:
            raise UserError(part.reasons.get(node, "This node has no value."))
        output = output or part.shown_port(name)
        model, item = self._ready(part, asked, progress)
        if any(one.objective == node for one in model.built.source.outputs):
            said, size, names = self._answer(model, item, node, progress)
            return {"node": node, "port": "prediction", **whole(said, size, page, channel, (), names)}
        kept: dict[tuple[str, str], Tensor] = {}
        watch = Watch(model.built, part.path, keeping(kept, name, output), wanted=frozenset({name}))
        error = run_pass(watch, item, progress)
        value = kept.get((name, output))
        if value is None:
            raise UserError(error[1] if error else "This node gave no value for this item.")
        shape = model.part.walk[name].outputs.get(output)
        return {"node": node, "port": output, **whole(value, shape, page, channel, words_of(part, name))}

    def _answer(
        self, model: Model, item: Item, node: str, progress: Progress
    ) -> tuple[Tensor, Shape | None, tuple[str, ...]]:
        """What an objective's prediction is for an item, as people read it, and what its numbers stand for."""
        seen = Seen(model.built, model.part, model.fit, model.chosen, (node,), item)
        error = self._pass(model, item, seen, progress)
        if not seen.complete:
            raise UserError(error[1] if error else "The network gave no answer for this item.")
        return peek_ends.prediction(model.built, seen.outputs, node)

    # ---- what a question needs -----------------------------------------------------------------------------------

    def _ready(self, part: Part, asked: Question, progress: Progress) -> tuple[Model, Item]:
        progress(0.02, "Building the network")
        source = generate(part.project)
        pairs = bindings(part.project, source)
        schema = part.project.data.schema
        dataset, parts, note = self._data(part.project, pairs, progress)
        if dataset is not None:
            item = real_item(dataset, parts, asked.wish, pairs, schema)
        else:
            item = random_item(pairs, schema, asked.wish, note, usual=note == USUAL)
        statistics = self._statistics(part.project, dataset, parts)
        return self._built(part, asked, source.text, statistics), item

    def _data(
        self, project: Project, pairs: Sequence[tuple[Any, Any]], progress: Progress
    ) -> tuple[Dataset | None, Split | None, str]:
        """The data, or why random numbers are used."""
        if all(bound(layer, project.data.schema)[0] == FREE for _, layer in pairs):
            return None, None, USUAL
        if project.data.source is None:
            return None, None, "There is no data yet: random numbers go in."
        try:
            progress(0.04, "Reading the data")
            dataset, parts = self._open(project, progress)
            if not dataset.count:
                return None, None, "The data has no items: random numbers go in."
            return dataset, parts, ""
        except UserError as error:
            return None, None, f"Random numbers go in, since the data cannot be read: {error.message}"

    def _statistics(self, project: Project, dataset: Dataset | None, parts: Split | None) -> Statistics:
        """What the preparation measures, on some items of the training part; remembered while the data stays."""
        if dataset is None:
            return random_statistics(project.data.schema)
        preparation = preparation_of(project)
        key = json.dumps([dataset.fingerprint, project.data.preparation, len(parts.train) if parts else 0], default=str)
        key += str([(one.name, one.kind) for one in dataset.fields])
        if self._measured is None or self._measured[0] != key:
            train = parts.train if parts is not None and len(parts.train) else np.arange(dataset.count)
            spread = np.linspace(0, len(train) - 1, min(len(train), MEASURED)).astype(np.int64)
            self._measured = key, fit(dataset, train[spread], preparation)
        return self._measured[1]

    def _built(self, part: Part, asked: Question, text: str, statistics: Statistics) -> Model:
        measured = json.dumps(statistics.to_json(), default=str)
        key = "\n".join([text, asked.run, *asked.runs, _runs_key(asked), measured])
        if self._model is not None and self._model.key == key:
            self._model = replace(self._model, part=part)
            return self._model
        before, self._model = self._model, None  # never two of them in memory
        chosen = before.chosen if before is not None else {}
        del before
        seed = part.project.recipe.get("seed", 0)
        torch.manual_seed(seed if isinstance(seed, int) else 0)
        with torch.inference_mode(False):
            built = build(part.project, statistics)
        sizes = {name: tuple(one.shape) for name, one in built.network.state_dict().items()}
        network = next(iter(part.project.networks))
        weights = peek_weights.weights_for(network, sizes, part.kept_as, asked.runs, asked.run)
        try:
            given = weights.read()
        except UserError:
            if asked.run:
                raise
            weights, given = peek_weights.Weights(), {}  # nobody asked for this run in particular
        fitting = peek_weights.take(built.network, given, part.kept_as)
        self._remember(built, fitting)
        if weights.run is not None and fitting.taken:
            built = _as_trained(built, part, weights, statistics)
        built.network.requires_grad_(False).eval()
        self._model = Model(key, built, part, weights, fitting, chosen)
        return self._model

    def _remember(self, built: Built, fitting: peek_weights.Fit) -> None:
        """An edit of one layer leaves the random numbers of the others as they were."""
        found = peek_weights.steady(built.network, self._random, fitting)
        small = sum(one.numel() * one.element_size() for one in found.values()) <= REMEMBERED
        self._random = {**self._random, **found} if small else {}

    # ---- passes --------------------------------------------------------------------------------------------------

    def _pass(self, model: Model, item: Item, seen: Seen, progress: Progress) -> tuple[str, str] | None:
        watch = Watch(model.built, model.part.path, seen.take, wanted=seen.enough)
        steps = max(1, len(model.part.graph.nodes))
        done = 0

        def before(_node: str) -> None:
            nonlocal done
            done += 1
            progress(0.1 + 0.85 * min(1.0, done / steps), "Looking inside")

        watch.before = before
        began = time.perf_counter()
        error = run_pass(watch, item, progress, seen)
        seen.passed, seen.watch = time.perf_counter() - began, watch
        return error

    def _measure(self, model: Model, item: Item, seen: Seen, progress: Progress) -> None:
        """Time each node over several passes without looking at values; the median counts."""
        assert seen.watch is not None
        passes: list[dict[str, float]] = []
        for number in range(PASSES):
            watch = Watch(model.built, model.part.path, lambda *_: None)
            run_pass(watch, item, progress)
            passes.append(watch.seconds)
            progress(0.95, f"Measuring, pass {number + 1} of {PASSES}")
        for name in seen.watch.seconds:
            seen.watch.seconds[name] = float(np.median([one[name] for one in passes if name in one] or [0.0]))
        seen.measured = True


def _as_trained(built: Built, part: Part, weights: peek_weights.Weights, statistics: Statistics) -> Built:
    """The preparation as the run measured it, where it knows all fields; weights are used to what they learned from."""
    from engine.data.preparation import preparation_state

    assert weights.run is not None
    try:
        told = Statistics.from_json(weights.run.statistics())
        buffers = preparation_state(
            told, bindings(part.project, built.source), part.project.data.schema, preparation_of(part.project)
        )
        built.preparation.load_state_dict(
            {name: torch.from_numpy(np.ascontiguousarray(one)) for name, one in buffers.items()}
        )
        return replace(built, statistics=told)
    except (UserError, RuntimeError, KeyError, ValueError):  # other data than then: what was measured now stays
        return built


def _runs_key(asked: Question) -> str:
    """Changes when a run got other weights or another run ended."""

    if asked.run == "untrained":
        return ""
    runs = [Run(Path(asked.run))] if asked.run else peek_weights.newest_of(asked.runs)
    found = []
    for run in runs:
        best = run.folder / "best.safetensors"
        info = run.info()
        stamp = best.stat().st_mtime_ns if best.exists() else 0
        found.append((run.id, info.active, stamp, info.epoch if not stamp or asked.run else 0))
    return str(found)


def _weights_facts(model: Model) -> dict[str, Any]:
    part = model.part
    untrained = [
        label_of(part.graph.nodes[name])
        for name in part.graph.order
        if model.fit.of(".".join([*part.path, name])) in ("untrained", "partly")
    ]
    words = peek_weights.sentence(model.weights, model.fit, untrained)
    return peek_weights.facts(model.weights, model.fit, words)


def _nothing(part: Part, asked: Question) -> dict[str, Any]:
    names = asked.nodes if asked.nodes is not None else tuple(part.reasons)
    return {
        "nodes": {name: {"why": part.reasons[name]} for name in names if name in part.reasons},
        "item": None,
        "raws": [],
        "weights": {"run": "", "trained": False, "whole": False, "words": ""},
        "error": "",
        "seconds": 0.0,
    }

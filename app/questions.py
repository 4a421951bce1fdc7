"""What a run was asked: the same data, answer, way of training and measure. Only runs of one question have a best."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from engine.layer import layers
from engine.runs import Run, RunInfo


class Questions:
    """The question of each run, read once: a run's project does not change."""

    def __init__(self) -> None:
        self._known: dict[str, Hashable] = {}

    def of(self, runs: Iterable[Run], infos: Mapping[str, RunInfo]) -> dict[str, Hashable]:
        """The question of every run that has reached something, by its id."""
        return {run.id: (self._asked(run), str(infos[run.id].best["metric"])) for run in runs if infos[run.id].best}

    def _asked(self, run: Run) -> Hashable:
        if run.id not in self._known:
            try:
                read = json.loads((run.folder / "project.lamina").read_text(encoding="utf-8"))
                self._known[run.id] = asked(read)
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                self._known[run.id] = run.id  # what cannot be read is compared with nothing
        return self._known[run.id]


def asked(project: Mapping[str, Any]) -> Hashable:
    """What a project in its file asks: where its items come from, what is answered, and what counts as wrong."""
    data = project["data"]
    answers = sorted(one["name"] for one in data.get("fields", ()) if one.get("role") == "target")
    network = next(iter(project["networks"].values()), {"nodes": ()})
    # what is wrong by 0.1 means nothing beside what is wrong by another measure
    judged = sorted(
        json.dumps([node["layer"], node.get("params", {})], sort_keys=True)
        for node in network["nodes"]
        if node["layer"] in layers and layers[node["layer"]].section == "Loss"
    )
    return json.dumps([data.get("source"), answers, project["recipe"].get("type"), judged], sort_keys=True)

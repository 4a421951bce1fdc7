"""What the tests of looking inside share: how data is opened, a question asked, a graph edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.data.dataset import open_dataset
from engine.data.split import split
from engine.graph import Graph
from engine.project import Project
from engine.run.peek import Peeker, Question


def opener(project: Project, _progress: object = None):
    dataset = open_dataset(project.data)
    return dataset, split(dataset, project.data)


def quiet(_share: float, _text: str) -> None:
    return


def look(project: Project, **asked: Any) -> dict[str, Any]:
    found = Peeker(opener).look(Question(project, **asked), quiet)
    json.dumps(found, allow_nan=False)
    return found


def with_graph(project: Project, edit: Callable[[Graph], Graph]) -> Project:
    name = next(iter(project.networks))
    return replace(project, networks={**project.networks, name: edit(project.networks[name])})

"""Every template can be looked into: each node of each network has a value, and so has each inside of a block."""

from __future__ import annotations

import json

import pytest

from engine.data.dataset import open_dataset
from engine.data.split import split
from engine.infer import infer
from engine.places import Place
from engine.project import Project
from engine.run.peek import Peeker, Question
from engine.templates import new_from_template, templates

SMALL = 1_000_000
"""Parameters up to which a template is looked into in every run of the tests."""


def _size(name: str) -> int:
    project = new_from_template(name)
    walks = [infer(graph, project.data.schema, project.blocks) for graph in project.networks.values()]
    return sum(walk.parameters for walk in walks if isinstance(walk.parameters, int))


CASES = [pytest.param(one.name, marks=() if _size(one.name) <= SMALL else (pytest.mark.long,)) for one in templates()]


def opener(project: Project, _progress: object):
    dataset = open_dataset(project.data)
    return dataset, split(dataset, project.data) if dataset.count > 1 else None


@pytest.mark.parametrize("name", CASES)
def test_every_node_has_a_value(name: str) -> None:
    project = new_from_template(name)
    peeker = Peeker(opener)
    for network, graph in project.networks.items():
        told = peeker.look(Question(project, Place(network)), lambda _share, _text: None)
        assert not told["error"]
        json.dumps(told, allow_nan=False)
        whys = {node: one["why"] for node, one in told["nodes"].items() if "why" in one}
        assert not whys
        assert set(told["nodes"]) == set(graph.nodes)
        assert not any(value["figures"]["nan"] for one in told["nodes"].values() for value in one["ports"].values())
        seen: set[str] = set()
        for node in graph.nodes.values():
            if node.block and node.block not in seen:
                seen.add(node.block)
                inside = peeker.look(Question(project, Place(network, (node.id,))), lambda _share, _text: None)
                assert not inside["error"]
                assert set(inside["nodes"]) == set(project.blocks[node.block].graph.nodes)
                assert not [one for one in inside["nodes"].values() if "why" in one]

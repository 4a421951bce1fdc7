"""A blank canvas gets the inputs of the data just chosen, whatever sort of data that is."""

import pytest

from app.rebinding import with_ends
from engine.check import check
from engine.data.dataset import scan
from engine.infer import infer
from engine.project import Project


@pytest.mark.parametrize(
    ("source", "inputs"),
    [
        ({"type": "DigitsData"}, {"ImageInput"}),
        ({"type": "IrisData"}, {"TableInput"}),
        ({"type": "HousesData", "items": 40}, {"ImageInput", "TableInput"}),
        ({"type": "StoryText", "items": 40}, {"TokenInput"}),
        ({"type": "GeneratedWaves", "items": 200}, {"SeriesInput"}),
        ({"type": "GeneratedTones", "items": 20}, {"SignalInput"}),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_a_blank_canvas_gets_the_ends_of_its_data(source: dict[str, object], inputs: set[str]) -> None:
    made = with_ends(Project(data=scan(source)), blank=True)
    graph = made.graph
    assert {node.layer for node in graph.nodes.values()} >= inputs
    walk = infer(graph, made.data.schema)
    assert all(walk[node.id].outputs for node in graph.nodes.values() if node.layer in inputs)
    assert not any("no input" in one.title for one in check(made) if one.node is None)
    assert with_ends(made, blank=False) is made

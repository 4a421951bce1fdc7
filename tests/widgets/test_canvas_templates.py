"""Every template as it is shipped and as it is tidied: no card on another, no wire through a card that it passes."""

from __future__ import annotations

import itertools

import pytest

from engine.cards import labelled
from engine.edits import move
from engine.infer import infer
from engine.layout import layout
from engine.templates import new_from_template, templates
from widgets import theme
from widgets.canvas.scene import CanvasScene

FEW = ("resnet-digits", "two-tower")
ALL = sorted(one.name for one in templates())
SHOWN = [
    pytest.param(name, marks=() if name in FEW or "unet" in name or "resnet" in name else pytest.mark.long)
    for name in ALL
]


def drawn(graph, walk, blocks) -> CanvasScene:
    scene = CanvasScene()
    scene.show_graph(graph, walk, blocks)
    return scene


def faults(scene: CanvasScene) -> list[str]:
    cards = [(name, item.area()) for name, item in scene.nodes.items()]
    found = []
    for (one, area), (two, other) in itertools.combinations(cards, 2):
        shared = area.intersected(other)
        if shared.width() > 1 and shared.height() > 1:
            found.append(f"{one} lies on {two}")
    for edge, wire in scene.wires.items():
        points = [] if wire.joined else [wire.path().pointAtPercent(n / 150) for n in range(151)]
        for name, area in cards:
            inner = area.adjusted(3, 3, -3, -3)
            if name not in (edge.source, edge.target) and any(inner.contains(point) for point in points):
                found.append(f"{edge.source} to {edge.target} runs through {name}")
    return found


def test_the_list_is_not_empty() -> None:
    assert len(ALL) > 40 and set(FEW) <= set(ALL)


@pytest.mark.parametrize("name", SHOWN)
def test_cards_and_wires_keep_out_of_each_other(qapp, name) -> None:
    theme.apply(qapp, "dark")
    project = new_from_template(name)
    for graph in project.networks.values():
        walk = infer(graph, project.data.schema, project.blocks)
        tidied = move(graph, layout(graph, None, project.blocks, labelled(graph, walk)))
        for shown in (graph, tidied):
            scene = drawn(shown, walk, project.blocks)
            assert faults(scene) == []
            scene.clear()

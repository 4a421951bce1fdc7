"""The named architectures compile, cost what torch counts, stand apart on the canvas, and take real steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.cards import CARD_WIDTH, ROW, head_height, stacks
from engine.check import check
from engine.codegen import Source, generate
from engine.data.dataset import scan
from engine.exporters import exporter_of
from engine.infer import infer
from engine.project import Project
from engine.run.work import train
from engine.templates import templates

ALL = {one.name: one for one in templates()}
LARGE = sorted(one for one in ALL if ALL[one].seconds >= 3600)
"""Those that take hours on an ordinary computer; here they only take some steps."""


def on_meta(source: Source) -> tuple[Any, list[torch.Tensor]]:
    """The network without any memory, and one batch of two items."""
    names: dict[str, Any] = {}
    exec(compile(source.text, "model", "exec"), names)
    with torch.device("meta"):
        network = names[source.class_name]()
        batch = [
            torch.zeros((2, *one.tensor.dims), dtype=torch.int64 if one.tensor.element == "token" else torch.float32)
            for one in source.inputs
        ]
    return network.eval(), batch


@pytest.mark.parametrize("name", ALL)
def test_every_network_compiles_and_costs_what_torch_counts(name: str) -> None:
    project = ALL[name].project()
    assert not [problem.words() for problem in check(project) if problem.level == "error"]
    for network in project.networks:
        one = project if network == next(iter(project.networks)) else only(project, network)
        source = generate(one)
        made, batch = on_meta(source)
        walk = infer(one.graph, one.data.schema, one.blocks)
        assert sum(weight.numel() for weight in made.parameters()) == walk.parameters
        with FlopCounterMode(display=False) as counted, torch.no_grad():
            found = made(*batch)
        shapes = [tuple(one.shape[1:]) for one in (found if isinstance(found, tuple) else (found,))]
        assert shapes == [one.tensor.dims for one in source.outputs]
        assert walk.flops == pytest.approx(counted.get_total_flops() / 2, rel=0.01)


def only(project: Project, network: str) -> Project:
    """The project with another of its networks as the first."""
    rest = {name: graph for name, graph in project.networks.items() if name != network}
    return replace(project, networks={network: project.networks[network], **rest})


@pytest.mark.parametrize("name", ALL)
def test_no_card_stands_on_another(name: str) -> None:
    project = ALL[name].project()
    for graph in [*project.networks.values(), *(block.graph for block in project.blocks.values())]:
        joined = stacks(graph, project.blocks)
        boxes = []
        for node in graph.nodes.values():
            if node.id not in joined:
                below = [offset + ROW for head, offset in joined.values() if head == node.id]
                boxes.append((node.x, node.y, max([head_height(node, project.blocks), *below]), node.id))
        for place, (x, y, high, one) in enumerate(boxes):
            for other_x, other_y, other_high, other in boxes[place + 1 :]:
                apart = abs(x - other_x) >= CARD_WIDTH or y + high <= other_y or other_y + other_high <= y
                assert apart, f"{one} and {other} stand on each other"


FEWER = {"ShapePictures": 40, "StoryText": 60, "StoryPairs": 40, "SequencePairs": 60}


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", LARGE)
def test_a_large_one_takes_real_steps_and_leaves_with_proof(name: str, tmp_path: Path) -> None:
    project = ALL[name].project()
    source = dict(project.data.source or {})
    data = scan({**source, "items": FEWER[source["type"]]}, project.data)
    recipe = {**project.recipe, "epochs": 1, "batch_size": 8, "device": "cpu"}
    run = train(replace(project, data=replace(data, split=(0.4, 0.3, 0.3)), recipe=recipe), tmp_path / "runs")
    info = run.info()
    assert info.state == "finished" and info.step >= 1
    proof = exporter_of("Onnx").export(run, tmp_path / "model.onnx")
    assert proof["largest"] <= 1e-3 and (tmp_path / "model.onnx").stat().st_size > 10**6

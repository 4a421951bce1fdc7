"""Which weights belong to which node, and at which share of the learning rate they move."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.graph import Block, Graph
from engine.run.model import Built
from engine.run.optimize import Group


def share_of(path: str, graph: Graph, blocks: Mapping[str, Block]) -> float:
    """The product of the learning-rate multipliers of the nodes on a weight's path: `encoder.0.conv2d_1.weight`."""
    share = 1.0
    for name in path.split("."):
        node = graph.nodes.get(name)
        if node is None:
            if name.isdigit():  # the repeats of a block stand in a Sequential
                continue
            break
        share *= node.lr
        if not node.block or node.block not in blocks:
            break
        graph = blocks[node.block].graph
    return share


def groups_of(built: Built) -> list[Group]:
    """The weights that may learn, by their share of the learning rate."""
    project = built.project
    groups: dict[float, Group] = {}
    for name, weight in built.network.named_parameters():
        if weight.requires_grad:
            share = share_of(name, project.graph, project.blocks)
            group = groups.setdefault(share, Group(share, [], []))
            group.names.append(name)
            group.weights.append(weight)
    return list(groups.values())


def nodes_of(network: nn.Module) -> tuple[list[str], Tensor]:
    """The nodes that learn, and for each weight that may learn the place of its node."""
    names: dict[str, int] = {}
    index = [
        names.setdefault(name.partition(".")[0], len(names))
        for name, weight in network.named_parameters()
        if weight.requires_grad
    ]
    return list(names), torch.tensor(index, dtype=torch.int64)


def frozen_norms(built: Built) -> list[nn.Module]:
    """Normalization layers in frozen nodes: a frozen node keeps its running statistics too."""
    graph = built.project.graph
    return [
        module
        for name, child in built.network.named_children()
        if name in graph.nodes and graph.nodes[name].frozen
        for module in child.modules()
        if isinstance(module, nn.modules.batchnorm._NormBase)
    ]

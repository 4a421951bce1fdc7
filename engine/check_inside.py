"""The problems inside a block, at the instance that was entered, each with the repairs that mend it."""

from __future__ import annotations

from functools import partial

from engine.check_network import Problem
from engine.facts import Inference
from engine.fixes import Later
from engine.places import Place, graph_at
from engine.project import Project
from engine.repairs import Repairs


def problems_inside(project: Project, place: Place, walk: Inference) -> list[Problem]:
    """What the walk through a block found; a repair changes the block and with it every instance.

    Args:
        walk: the inference of the block's inside, as it comes from the instance.
    """
    graph = graph_at(project, place)
    repairs = Repairs(project, walk, place)
    return [
        Problem(
            "error",
            name,
            finding.title,
            finding.detail,
            finding.port,
            Later(partial(repairs.of, graph.nodes[name], finding)),
            place.network,
        )
        for name, facts in walk.facts.items()
        if name in graph.nodes
        for finding in facts.findings
    ]

"""The half of a variational autoencoder behind its random sample, as a project of its own: what makes new pictures."""

from __future__ import annotations

from dataclasses import replace

from engine.codeplan import live_nodes
from engine.edits import remove
from engine.graph import Graph, inputs_of, objectives_of
from engine.infer import infer
from engine.project import Project
from engine.shapes import Numbers

SAMPLE = "NormalSample"
LATENT = "latent"


def decoder_of(project: Project) -> Project | None:
    """The project with its random sample turned into an input of random numbers, and all before it left out.

    The nodes keep their names, so that the weights of the whole fit. None where there is not exactly one sample, it is
    no list of numbers, or what comes behind it reads the data as well.
    """
    graph = project.graph
    samples = [node for node in graph.nodes.values() if node.layer == SAMPLE and not node.muted]
    if len(samples) != 1:
        return None
    [sample] = samples
    tensor = infer(graph, project.data.schema, project.blocks)[sample.id].outputs.get("out")
    if not isinstance(tensor, Numbers) or not isinstance(tensor.last, int):
        return None
    behind = _behind(graph, sample.id)
    ends = {node.id for node in objectives_of(graph)} | {
        node.id for node in graph.nodes.values() if node.layer == "Output"
    }
    others = [name for name in ends if not any(edge.input != "target" and edge.source in behind
                                               for edge in graph.incoming[name])]  # fmt: skip
    graph = remove(graph, others)
    wires = [
        edge for edge in graph.edges if edge.target == sample.id or (edge.target in ends and edge.input == "target")
    ]
    edges = tuple(edge for edge in graph.edges if edge not in wires)
    source = replace(graph.nodes[sample.id], layer="NoiseInput", params={"size": tensor.last})
    graph = replace(graph, nodes={**graph.nodes, sample.id: source}, edges=edges)
    live = live_nodes(graph)
    graph = remove(graph, [name for name in graph.nodes if name not in live])
    if [node.id for node in inputs_of(graph)] != [sample.id] or not infer(
        graph, project.data.schema, project.blocks
    ).ok:
        return None
    first = next(iter(project.networks))
    return replace(project, name=f"{project.name} decoder", networks={first: graph})


def _behind(graph: Graph, start: str) -> set[str]:
    """A node and all that depends on it."""
    found, stack = {start}, [start]
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            if edge.target not in found:
                found.add(edge.target)
                stack.append(edge.target)
    return found

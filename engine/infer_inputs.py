"""What arrives at a node in a walk: the tensors at each port, and what is wrong with the wires."""

from __future__ import annotations

from collections.abc import Mapping

from engine.facts import Facts, Finding
from engine.graph import Blocks, Edge, Graph, Node, label_of, outputs_of
from engine.layer import Port, layers
from engine.shapes import Tensor


def gather(
    graph: Graph, node: Node, ports: tuple[Port, ...], facts: Mapping[str, Facts], blocks: Blocks
) -> tuple[dict[str, tuple[Tensor, ...]], list[Finding], bool]:
    """The tensors at each port, what is wrong with them, and whether something upstream is not known yet."""
    inputs: dict[str, tuple[Tensor, ...]] = {}
    waiting = False
    by_port: dict[str, list[Edge]] = {}
    for edge in graph.incoming[node.id]:
        by_port.setdefault(edge.input, []).append(edge)
    findings = _loose_wires(graph, node, ports, by_port, blocks)
    for port in ports:
        tensors = []
        for edge in by_port.get(port.name, ()):
            tensor = facts[edge.source].outputs.get(edge.output) if edge.source in facts else None
            if tensor is None:
                waiting = True
                continue
            tensors.append(tensor)
            if not port.fits(tensor):
                source = label_of(graph.nodes[edge.source])
                findings.append(
                    Finding(
                        f"{label_of(node)} needs {port.words()}",
                        f"{source} gives it {tensor.article}, {tensor.words()}.",
                        port.name,
                    )
                )
        if port.name in by_port:
            inputs[port.name] = tuple(tensors)
        elif not port.optional:
            findings.append(_missing(node, port, len(ports)))
    return inputs, findings, waiting


def _loose_wires(
    graph: Graph, node: Node, ports: tuple[Port, ...], by_port: Mapping[str, list[Edge]], blocks: Blocks
) -> list[Finding]:
    """Wires that no edit makes but a file may hold: to or from a port that is not there, or two where one fits."""
    findings = []
    known = {port.name: port for port in ports}
    for name, edges in by_port.items():
        if name not in known:
            title = f"{label_of(node)} has no input called “{name[:40]}”"
            findings.append(Finding(title, "Remove the wire that leads there.", name))
        elif len(edges) > 1 and not known[name].many:
            title = f"{label_of(node)} takes one wire at “{name.replace('_', ' ')}”"
            findings.append(Finding(title, f"It has {len(edges)}. Remove all but one.", name))
        for edge in edges:
            source = graph.nodes[edge.source]
            known_source = source.layer in layers or source.block in blocks
            if known_source and edge.output not in outputs_of(source, blocks):
                title = f"{label_of(source)} has no output called “{edge.output[:40]}”"
                findings.append(Finding(title, "Remove the wire that comes from there.", name))
    return findings


def _missing(node: Node, port: Port, count: int) -> Finding:
    where = f" at “{port.name.replace('_', ' ')}”" if count > 1 else ""
    need = "something" if port.words() == "any tensor" else port.words()
    return Finding(f"{label_of(node)} has no input{where}", f"It needs {need}. Drag a wire to it.", port.name)


def senders(graph: Graph, inputs: Mapping[str, tuple[Tensor, ...]], node: Node) -> str:
    """Who gives what, in words."""
    parts = []
    for name, tensors in inputs.items():
        edges = [edge for edge in graph.incoming[node.id] if edge.input == name]
        for edge, tensor in zip(edges, tensors, strict=False):
            parts.append(f"{label_of(graph.nodes[edge.source])} gives {tensor.words()}")
    return f"{', '.join(parts)}." if parts else ""

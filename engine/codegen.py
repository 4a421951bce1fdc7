"""The compiler: a project becomes readable Python source for an `nn.Module`, with a map from lines to nodes.

The worker runs exactly this text, the code view shows it, the Python export saves it and the ONNX export traces it.
There is no second builder that could disagree. The text holds, in this order:

    Preparation     raw data to what the network reads; its statistics are buffers
    <blocks>        one class per block
    <Network>       the graph; attributes are node ids
    objectives      the losses, each a mean over the batch
    predictions     raw scores to what people read
    Model           all of it in one module, as it is exported
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.codeclass import Writer
from engine.codeends import (
    InputSpec,
    OutputSpec,
    model_text,
    objectives_text,
    output_specs,
    predictions_text,
    standardized_targets,
)
from engine.codeplan import live_nodes
from engine.codetext import WIDTH, Text, class_name, fitted, plain_words
from engine.data.fields import Schema
from engine.errors import UserError
from engine.facts import Inference
from engine.graph import Graph, inputs_of, label_of, make
from engine.infer import infer
from engine.layer import Input, literal
from engine.project import Project


@dataclass(frozen=True)
class Source:
    """Generated source. `lines` maps 1-based line numbers to node ids (`block/node` inside blocks)."""

    text: str
    class_name: str
    lines: Mapping[int, str]
    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]
    twins: Mapping[str, str] = field(default_factory=dict)
    """Export twins by module path: `{"network.lstm_1": "free_length_lstm"}`."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Which variable of its `forward` holds each output of a node, by the ids in `lines`; `_` where nobody reads it."""


def generate(
    project: Project,
    network: str | None = None,
    *,
    strict: bool = True,
    scales: Mapping[str, tuple[float, float]] | None = None,
    counts: Mapping[str, tuple[int, ...]] | None = None,
) -> Source:
    """Compile one network of a project.

    Args:
        network: its name; the first one where none is named.
        strict: refuse a graph that is not complete; otherwise what is broken becomes a comment (for the code view).
        scales: mean and standard deviation of each standardized target, once training data has been read.
        counts: items per class of each target in the training part, for losses that balance classes.

    Raises:
        UserError: in strict mode, everything that keeps the graph from running.
    """
    project = project.focused(network or "")
    schema = project.data.schema
    walk = infer(project.graph, schema, project.blocks)
    if strict:
        _refuse_unfinished(project.graph, walk)
    live = live_nodes(project.graph)
    inputs = tuple(
        InputSpec(node.id, node.id, walk[node.id].outputs["out"])
        for node in inputs_of(project.graph)
        if node.id in live and not node.muted and "out" in walk[node.id].outputs
    )
    outputs = output_specs(project, walk, schema)
    writer = Writer(project.blocks)
    body = writer.network(project, walk, live, inputs, outputs)
    text = Text()
    text.add(f'"""{_doc(project)}"""')
    text.add()
    text.add("import torch")
    text.add("from torch import Tensor, nn")
    text.add("from torch.nn import functional as F")
    standardized = standardized_targets(project, outputs)
    if standardized:
        text.add()
        text.add("# mean and standard deviation of the targets, measured on the training part")
        known = scales or {}
        inside = ", ".join(f"{literal(name)}: {known.get(name, (0.0, 1.0))!r}" for name in standardized)
        text.add(f"SCALES = {{{inside}}}")
    preparation = _preparation(project, inputs, schema, strict)
    if preparation:
        text.block(preparation)
    for support in writer.supports:
        text.block(support)
    for one in writer.classes:
        text.add()
        text.add()
        text.extend(one)
    text.add()
    text.add()
    text.extend(body)
    text.extend(objectives_text(project, outputs, counts or {}))
    text.extend(predictions_text(project, outputs, standardized))
    text.extend(model_text(project, inputs, bool(preparation)))
    rows = fitted(text.rows)
    return Source(
        text="\n".join(line for line, _ in rows) + "\n",
        class_name=class_name(project.name),
        lines={number: node for number, (_, node) in enumerate(rows, 1) if node},
        inputs=inputs,
        outputs=outputs,
        twins={f"network.{path}": twin for path, twin in writer.twins.items()},
        values=writer.values,
    )


def _refuse_unfinished(graph: Graph, walk: Inference) -> None:
    live = live_nodes(graph)
    problems = [
        f"{label_of(graph.nodes[name])} ({name}): {finding.title}. {finding.detail}".strip()
        for name, facts in walk.facts.items()
        for finding in facts.findings
        if name in live
    ]
    if not live:
        problems.append("The network has no objective and no output. Add a loss and wire the last layer to it.")
    elif not any(node.id in live for node in inputs_of(graph)):
        problems.append("The network has no input. Drag an input from the palette and wire it.")
    if problems:
        raise UserError("The network is not finished. " + " ".join(problems))


def _doc(project: Project) -> str:
    line = str(project.about.get("description") or "")
    return plain_words(f"{project.name}. {line}", WIDTH - 30) or "A network."


def _preparation(project: Project, inputs: tuple[InputSpec, ...], schema: Schema, strict: bool) -> str:
    from engine.data.preparation import Preparation, preparation_source

    if not inputs:
        return ""
    pairs = []
    for one in inputs:
        node = project.graph.nodes[one.node]
        made = make(node)
        assert isinstance(made, Input)
        pairs.append((node, made))
    values = {name: value for name, value in project.data.preparation.items() if name != "type"}
    if not strict and Preparation.problems_of(values):
        values = {}
    return preparation_source(pairs, schema, Preparation(**values))

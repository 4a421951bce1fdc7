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

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.data.fields import Schema
from engine.errors import UserError
from engine.graph import Blocks, Graph, Node, inputs_of, label_of, objectives_of, outputs_of, ports_of
from engine.infer import Inference, arguments, infer, resolve
from engine.layer import Layer, Objective, layers, literal
from engine.project import Project
from engine.shapes import Dim, Tensor

WIDTH = 120


@dataclass(frozen=True)
class InputSpec:
    """One argument of the network: the input node and the shape of one prepared item."""

    name: str
    node: str
    tensor: Tensor


@dataclass(frozen=True)
class OutputSpec:
    """One result of the network.

    `objective` is the id of the loss node it feeds at `port`, empty for a plain output; `exported` is False for a
    tensor that only serves to compare with; `target` is the data field, `classes` its class names.
    """

    name: str
    node: str
    tensor: Tensor
    objective: str = ""
    exported: bool = True
    weight: float = 1.0
    target: str = ""
    metrics: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    port: str = "prediction"


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


class _Text:
    """Lines under construction, each with the node it belongs to."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def add(self, line: str = "", node: str = "") -> None:
        for part in line.split("\n"):
            self.rows.append((part, node))

    def block(self, text: str) -> None:
        """A piece of text with two blank lines before it."""
        self.add()
        self.add()
        for part in text.strip("\n").split("\n"):
            self.add(part)

    def extend(self, other: _Text) -> None:
        self.rows.extend(other.rows)


def generate(
    project: Project,
    *,
    strict: bool = True,
    scales: Mapping[str, tuple[float, float]] | None = None,
    counts: Mapping[str, tuple[int, ...]] | None = None,
) -> Source:
    """Compile a project's first network.

    Args:
        strict: refuse a graph that is not complete; otherwise what is broken becomes a comment (for the code view).
        scales: mean and standard deviation of each standardized target, once training data has been read.
        counts: items per class of each target in the training part, for losses that balance classes.

    Raises:
        UserError: in strict mode, everything that keeps the graph from running.
    """
    schema = project.data.schema
    walk = infer(project.graph, schema, project.blocks)
    if strict:
        _refuse_unfinished(project.graph, walk)
    live = live_nodes(project.graph)
    inputs = tuple(
        InputSpec(node.id, node.id, walk[node.id].outputs["out"])
        for node in inputs_of(project.graph)
        if node.id in live and "out" in walk[node.id].outputs
    )
    outputs = _output_specs(project, walk, schema)
    writer = _Writer(project.blocks)
    network = writer.network(project, walk, live, inputs, outputs)
    text = _Text()
    text.add(f'"""{_doc(project)}"""')
    text.add()
    text.add("import torch")
    text.add("from torch import Tensor, nn")
    text.add("from torch.nn import functional as F")
    standardized = _standardized(project, outputs)
    if standardized:
        text.add()
        text.add("# mean and standard deviation of the targets, measured on the training part")
        known = scales or {}
        inside = ", ".join(f"{literal(name)}: {known.get(name, (0.0, 1.0))!r}" for name in standardized)
        text.add(f"SCALES = {{{inside}}}")
    preparation = _preparation(project, live, schema)
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
    text.extend(network)
    text.extend(_objectives(project, outputs, counts or {}))
    text.extend(_predictions(project, outputs, standardized))
    text.extend(_model(project, inputs, bool(preparation)))
    rows = _fitted(text.rows)
    return Source(
        text="\n".join(line for line, _ in rows) + "\n",
        class_name=class_name(project.name),
        lines={number: node for number, (_, node) in enumerate(rows, 1) if node},
        inputs=inputs,
        outputs=outputs,
        twins={f"network.{path}": twin for path, twin in writer.twins.items()},
    )


def class_name(name: str) -> str:
    """`CNN on handwritten digits` to `CnnOnHandwrittenDigits`; always a valid class name that nothing else uses."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    made = "".join(word if word.isupper() and len(word) <= 4 else word[:1].upper() + word[1:] for word in words)
    if not made or made[0].isdigit():
        made = f"Network{made}"
    return (
        f"{made}Network" if made in {"Model", "Preparation", "Tensor", "F", "SCALES", "None", "True", "False"} else made
    )


def live_nodes(graph: Graph) -> set[str]:
    """The nodes that some output or objective depends on; the rest is left out of the program."""
    ends = {"Output", "BlockOutput"}
    stack = [node.id for node in graph.nodes.values() if node.layer in ends and not node.muted]
    stack += [node.id for node in objectives_of(graph) if not node.muted]
    seen = set(stack)
    while stack:
        for edge in graph.incoming[stack.pop()]:
            if edge.source not in seen:
                seen.add(edge.source)
                stack.append(edge.source)
    return seen


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
    line = str(project.about.get("description") or "").strip().replace("\\", "/").replace('"', "'")
    name = project.name.replace("\\", "/").replace('"', "'")
    words = " ".join(f"{name}. {line}".split()) if line else f"{name}."
    return words[: WIDTH - 30] if len(words) > WIDTH - 30 else words


# ---- outputs -----------------------------------------------------------------------------------------------------


def _output_specs(project: Project, walk: Inference, schema: Schema) -> tuple[OutputSpec, ...]:
    graph = project.graph
    found: list[OutputSpec] = []
    taken: set[str] = set()

    def free(name: str) -> str:
        name = re.sub(r"\W", "_", name.strip().lower()) or "output"
        name = f"_{name}" if name[0].isdigit() else name
        made, number = name, 2
        while made in taken or made in graph.nodes:
            made, number = f"{name}_{number}", number + 1
        taken.add(made)
        return made

    for node in objectives_of(graph):
        facts = walk[node.id]
        if node.muted or facts.findings or not facts.inputs.get("prediction"):
            continue
        made = objective_of(node)
        target = (made.target or default_target(schema, made)) if made.needs_target() else ""
        field_ = schema.get(target) if not facts.inputs.get("target") else None
        found.append(
            OutputSpec(
                name=free(target or node.id),
                node=node.id,
                tensor=facts.inputs["prediction"][0],
                objective=node.id,
                weight=made.weight,
                target=target if field_ else "",
                metrics=made.metrics,
                classes=field_.classes if field_ else (),
            )
        )
        for port, tensors in facts.inputs.items():
            if port != "prediction" and tensors:
                name = free(f"{node.id}_{port}")
                found.append(OutputSpec(name, node.id, tensors[0], objective=node.id, exported=False, port=port))
    for node in graph.nodes.values():
        if node.layer == "Output" and not node.muted and walk[node.id].inputs.get("x"):
            name = free(str(node.params.get("name") or "output"))
            found.append(OutputSpec(name, node.id, walk[node.id].inputs["x"][0]))
    return tuple(found)


def objective_of(node: Node) -> Objective:
    """The objective value of a node."""
    made = layers[node.layer](**node.params)
    assert isinstance(made, Objective)
    return made


def default_target(schema: Schema, made: Objective) -> str:
    """The target field where the form names none: the first target of the data that fits."""
    for one in schema.values():
        if one.role == "target" and one.kind in made.target_kinds:
            return one.name
    return ""


def _standardized(project: Project, outputs: Iterable[OutputSpec]) -> list[str]:
    """The number targets that are learned on a standard scale."""
    if project.data.preparation.get("targets", "standardize") != "standardize":
        return []
    schema = project.data.schema
    return list(
        dict.fromkeys(one.target for one in outputs if one.target in schema and schema[one.target].kind == "number")
    )


def _preparation(project: Project, live: set[str], schema: Schema) -> str:
    from engine.data.preparation import Preparation, preparation_source

    pairs = []
    for node in inputs_of(project.graph):
        if node.id in live:
            try:
                made = layers[node.layer](**node.params)
                made.tensor(schema)  # type: ignore[attr-defined]
            except UserError:
                continue
            pairs.append((node, made))
    if not pairs:
        return ""
    values = {name: value for name, value in project.data.preparation.items() if name != "type"}
    return preparation_source(pairs, schema, Preparation(**values))


# ---- the network and its blocks ----------------------------------------------------------------------------------


class _Writer:
    """Writes classes for a network and the blocks it uses, each block once per way in which it is used."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.supports: list[str] = []
        self.classes: list[_Text] = []
        self.twins: dict[str, str] = {}
        self._made: dict[tuple[Any, ...], tuple[str, tuple[str, ...], dict[str, str]]] = {}
        self._names: set[str] = set()

    def network(
        self,
        project: Project,
        walk: Inference,
        live: set[str],
        inputs: tuple[InputSpec, ...],
        outputs: tuple[OutputSpec, ...],
    ) -> _Text:
        graph = project.graph
        self._names.add(class_name(project.name))
        results = [(one.node, one.port if one.objective else "x") for one in outputs]
        reads = ", ".join(f"{label_of(graph.nodes[one.node])} ({one.tensor.words()})" for one in inputs)
        gives = ", ".join(f"{one.name} ({one.tensor.words()})" for one in outputs if one.exported)
        doc = f"{reads} → {gives}"
        text, twins = self._class(
            class_name(project.name),
            doc.replace('"', "'").replace("\\", "/"),
            graph,
            walk,
            live,
            [one.name for one in inputs],
            results,
            (),
            {},
            "",
        )
        self.twins = twins
        return text

    def _class(
        self,
        name: str,
        doc: str,
        graph: Graph,
        walk: Inference,
        live: set[str],
        arguments_: list[str],
        results: list[tuple[str, str]],
        init_args: tuple[str, ...],
        names: Mapping[str, Any],
        prefix: str,
    ) -> tuple[_Text, dict[str, str]]:
        """A class for a graph. `results` are (node, input port) pairs whose values `forward` returns."""
        twins: dict[str, str] = {}
        body = _Text()
        forward = _Text()
        plan = _Plan(graph, self.blocks, live, set(arguments_), results)
        for node_id in graph.order:
            node = graph.nodes[node_id]
            if node_id not in live or node_id in plan.ends or node_id in arguments_:
                continue
            facts = walk[node_id]
            if node.muted:
                plan.pass_through(node)
                continue
            if facts.findings or not facts.outputs:
                title = facts.findings[0].title if facts.findings else "waits for what comes before it"
                body.add(f"        # {node_id}: {_comment(title)}", prefix + node_id)
                continue
            if node.block:
                self._block_lines(node, walk, body, forward, plan, names, prefix, twins)
            else:
                self._layer_lines(node, walk, body, forward, plan, names, prefix, twins)
        text = _Text()
        text.add(f"class {name}(nn.Module):")
        text.add(f'    """{doc[: WIDTH - 10]}"""')
        text.add()
        arguments_text = "".join(f", {argument}: int" for argument in init_args)
        text.add(f"    def __init__(self{arguments_text}) -> None:")
        text.add("        super().__init__()")
        text.extend(body)
        text.add()
        many = len(results) > 1
        text.add(
            f"    def forward(self{''.join(f', {argument}: Tensor' for argument in arguments_)}) -> "
            f"{'tuple[Tensor, ...]' if many else 'Tensor'}:"
        )
        text.extend(forward)
        values = [plan.value_at(node_id, port) for node_id, port in results]
        if all(values) and values:
            text.add(f"        return {', '.join(str(value) for value in values)}")
        else:
            text.add("        raise RuntimeError('the network is not finished')")
        return text, twins

    def _layer_lines(
        self,
        node: Node,
        walk: Inference,
        body: _Text,
        forward: _Text,
        plan: _Plan,
        names: Mapping[str, Any],
        prefix: str,
        twins: dict[str, str],
    ) -> None:
        made = layers[node.layer](**resolve(node, names))
        facts = walk[node.id]
        args, named = arguments(made, facts.inputs)
        expression = made.module(*args, **named)
        owner = node.shares or node.id
        if expression is not None and not node.shares:
            body.add(f"        self.{node.id} = {expression}", prefix + node.id)
            for line in made.init_lines(f"self.{node.id}"):
                body.add(f"        {line}", prefix + node.id)
            if node.frozen:
                body.add(f"        self.{node.id}.requires_grad_(False)", prefix + node.id)
        self.supports += [support for support in made.supports() if support not in self.supports]
        if made.twin and expression is not None and not node.shares:
            twins[node.id] = made.twin
        values, keywords = arguments(made, plan.inputs(node.id))
        values += [f"{name}={value}" for name, value in keywords.items()]
        outputs = [plan.name(node.id, port, node.id) for port in made.output_names()]
        module = f"self.{owner}" if expression is not None else None
        lines = made.lines(module, values, outputs)
        note = _shape_note(facts)
        for place, line in enumerate(lines):
            last = place == len(lines) - 1
            forward.add(f"        {line}{note if last else ''}", prefix + node.id)
        self._free(node, forward, plan)

    def _free(self, node: Node, forward: _Text, plan: _Plan) -> None:
        done = plan.done_after(node.id)
        if done:
            forward.add(f"        del {', '.join(done)}")

    def _block_lines(
        self,
        node: Node,
        walk: Inference,
        body: _Text,
        forward: _Text,
        plan: _Plan,
        names: Mapping[str, Any],
        prefix: str,
        twins: dict[str, str],
    ) -> None:
        facts = walk[node.id]
        values = resolve(node, names)
        made = [
            self._block_class(node.block, values, inner, dict(facts.inputs), place)
            for place, inner in enumerate(facts.inner)
        ]
        calls = [f"{name}({', '.join(args)})" for name, args, _ in made]
        if not node.shares:
            if len(calls) == 1:
                body.add(f"        self.{node.id} = {calls[0]}", prefix + node.id)
            elif len(set(calls)) == 1:
                body.add(
                    f"        self.{node.id} = nn.Sequential(*[{calls[0]} for _ in range({node.repeat})])",
                    prefix + node.id,
                )
            else:
                body.add(f"        self.{node.id} = nn.Sequential(", prefix + node.id)
                for call in calls:
                    body.add(f"            {call},", prefix + node.id)
                body.add("        )", prefix + node.id)
            if node.frozen:
                body.add(f"        self.{node.id}.requires_grad_(False)", prefix + node.id)
            for place, (_, _, inner_twins) in enumerate(made):
                path = node.id if len(calls) == 1 else f"{node.id}.{place}"
                twins.update({f"{path}.{inner}": twin for inner, twin in inner_twins.items()})
        given = plan.inputs(node.id)
        args = [given[port.name][0] for port in ports_of(node, self.blocks) if given.get(port.name)]
        outputs = [plan.name(node.id, port, node.id) for port in outputs_of(node, self.blocks)]
        forward.add(
            f"        {', '.join(outputs)} = self.{node.shares or node.id}({', '.join(args)}){_shape_note(facts)}",
            prefix + node.id,
        )
        self._free(node, forward, plan)

    def _block_class(
        self, name: str, values: Mapping[str, Any], walk: Inference, inputs: dict[str, tuple[Tensor, ...]], place: int
    ) -> tuple[str, tuple[str, ...], dict[str, str]]:
        """The class of one use of a block and the arguments that this use passes; written on first use.

        First the block is walked with symbols in place of its sizes and settings: where that gives the same shapes
        and the same number of parameters, one class serves all uses, with the symbols as arguments. Where the rules
        cannot be carried out on symbols, the use gets a class of its own with its numbers written out.
        """
        from engine.codeblocks import general_walk

        block = self.blocks[name]
        tensors = {end.id: walk[end.id].outputs["out"] for end in block.inputs if "out" in walk[end.id].outputs}
        general = general_walk(block, values, tensors, walk, self.blocks)
        if general is not None:
            symbolic, names, known, key = general
            full_key: tuple[Any, ...] = (name, key)
            chosen, chosen_names = symbolic, names
        else:
            from engine.infer import block_names

            full_key = (name, repr(sorted(values.items())), repr(tensors))
            chosen, chosen_names, known = walk, block_names(block, values, tensors), {}
        if full_key not in self._made:
            class_ = self._free_name(class_name(name))
            live = live_nodes(block.graph) | {end.id for end in block.inputs}
            ends = [(end.id, "x") for end in block.outputs]
            # the arguments are those symbols that the body really uses, so write it first
            doc = block.help or f"Block {block.name}."
            draft, twins = self._class(
                class_,
                doc.replace('"', "'").replace("\\", "/"),
                block.graph,
                chosen,
                live,
                [end.id for end in block.inputs],
                ends,
                ("@",),
                chosen_names,
                f"{name}/",
            )
            code = "\n".join(line.split("#")[0] for line, node in draft.rows if node)
            used = tuple(symbol for symbol in known if re.search(rf"\b{symbol}\b", code))
            arguments_text = "".join(f", {symbol}: int" for symbol in used)
            draft.rows = [(line.replace(", @: int", arguments_text), node) for line, node in draft.rows]
            self.classes.append(draft)
            self._made[full_key] = (class_, used, twins)
        class_, used, twins = self._made[full_key]
        return class_, tuple(literal(known[symbol]) for symbol in used), twins

    def _free_name(self, name: str) -> str:
        made, number = name, 2
        while made in self._names:
            made, number = f"{name}{number}", number + 1
        self._names.add(made)
        return made


class _Plan:
    """Which variable holds which value: `x` for what only the next statement reads, the node's id for the rest."""

    def __init__(
        self, graph: Graph, blocks: Blocks, live: set[str], arguments_: set[str], results: list[tuple[str, str]]
    ) -> None:
        self.graph = graph
        self.ends = {node for node, _ in results}
        self.variables: dict[tuple[str, str], str] = {(name, "out"): name for name in arguments_}
        steps = [name for name in graph.order if name in live and name not in arguments_ and name not in self.ends]
        steps = [name for name in steps if not graph.nodes[name].muted]
        self._step = {name: place for place, name in enumerate(steps)}
        self._readers: dict[tuple[str, str], list[int]] = {}
        for name in live:
            for edge in graph.incoming[name]:
                source, output = self._origin(edge.source, edge.output)
                if name in self.ends:
                    if (name, edge.input) in results:
                        self._readers.setdefault((source, output), []).append(len(steps))
                elif name in self._step:
                    self._readers.setdefault((source, output), []).append(self._step[name])
        self._named_free: dict[int, list[str]] = {}
        # a node with two outputs that are read needs two names
        self._read = Counter(node for node, _ in self._readers)
        self._arguments = arguments_

    def _origin(self, node: str, output: str) -> tuple[str, str]:
        """Where a value comes from, past muted nodes."""
        while self.graph.nodes[node].muted and self.graph.incoming[node]:
            edge = min(self.graph.incoming[node], key=lambda edge: edge.index)
            node, output = edge.source, edge.output
        return node, output

    def pass_through(self, node: Node) -> None:
        """A muted node: nothing to write, readers go to its origin."""

    def inputs(self, name: str) -> dict[str, tuple[str, ...]]:
        """The variables at each input port of a node."""
        found: dict[str, tuple[str, ...]] = {}
        for edge in self.graph.incoming[name]:
            value = self.variables.get(self._origin(edge.source, edge.output))
            if value is not None:
                found[edge.input] = (*found.get(edge.input, ()), value)
        return found

    def name(self, node: str, port: str, stem: str) -> str:
        """The variable for an output; `_` where nobody reads it, `x` where only the next statement does."""
        readers = self._readers.get((node, port), [])
        if not readers:
            return "_"
        here = self._step[node]
        if set(readers) == {here + 1} and self._read[node] == 1:
            variable = "x"
        else:
            variable = stem if port in ("out", "sequence") else f"{stem}_{port}"
            if max(readers) < len(self._step):
                self._named_free.setdefault(max(readers), []).append(variable)
        self.variables[(node, port)] = variable
        return variable

    def done_after(self, node: str) -> list[str]:
        """Variables that nobody reads after this node: deleting them halves the memory of a forward pass."""
        return self._named_free.get(self._step[node], [])

    def value_at(self, node: str, port: str) -> str | None:
        """The variable that flows into a port."""
        values = self.inputs(node).get(port)
        return values[0] if values else None


def _shape_note(facts: Any) -> str:
    """The shape at the end of a line, where it changes."""
    before = [tensor for tensors in facts.inputs.values() for tensor in tensors]
    after = list(facts.outputs.values())
    if not after or (before and after[0].dims == before[0].dims):
        return ""
    inside = ", ".join(["batch", *(str(dim) if isinstance(dim, int) else dim.code() for dim in after[0].dims)])
    return f"  # ({inside})" if after[0].dims else ""


def _comment(text: str) -> str:
    return " ".join(text.split())[:100]


# ---- what stands around the network ------------------------------------------------------------------------------


def _unpack(outputs: tuple[OutputSpec, ...], used: set[str]) -> str:
    names = [one.name if one.name in used else "_" for one in outputs]
    return f"    ({names[0]},) = outputs" if len(names) == 1 else f"    {', '.join(names)} = outputs"


def _objectives(project: Project, outputs: tuple[OutputSpec, ...], counts: Mapping[str, tuple[int, ...]]) -> _Text:
    text = _Text()
    terms: list[tuple[str, str]] = []
    used: set[str] = set()
    for one in outputs:
        if not (one.objective and one.exported):
            continue
        made = balanced(objective_of(project.graph.nodes[one.node]), one.target, counts)
        wired = {
            other.port: other.name for other in outputs if other.objective == one.objective and not other.exported
        }
        used |= {one.name, *wired.values()}
        target = wired.pop("target", f"targets[{literal(one.target)}]")
        terms.append((one.node, made.loss(one.name, target, **wired)))
    if not terms:
        return text
    text.add()
    text.add()
    text.add("def objectives(outputs: tuple[Tensor, ...], targets: dict[str, Tensor]) -> dict[str, Tensor]:")
    text.add('    """What training makes small: each a mean over the batch."""')
    text.add(_unpack(outputs, used))
    text.add("    return {")
    for node, term in terms:
        text.add(f'        "{node}": {term},', node)
    text.add("    }")
    return text


def balanced(made: Objective, target: str, counts: Mapping[str, tuple[int, ...]]) -> Objective:
    """The objective with weights that make rare classes count as much as common ones, where it asks for that."""
    if not getattr(made, "balanced", False) or target not in counts:
        return made
    per_class = counts[target]
    total, present = sum(per_class), sum(1 for count in per_class if count)
    weights = tuple(round(total / (present * count), 6) if count else 0.0 for count in per_class)
    return made.with_(class_weights=weights)


def _predictions(project: Project, outputs: tuple[OutputSpec, ...], standardized: list[str]) -> _Text:
    text = _Text()
    shown = [one for one in outputs if one.exported]
    if not shown:
        return text
    text.add()
    text.add()
    text.add("def predictions(outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:")
    text.add('    """What people read: probabilities instead of scores, targets in their own unit."""')
    text.add(_unpack(outputs, {one.name for one in shown}))
    values = []
    for one in shown:
        value = one.name
        if one.objective:
            value = objective_of(project.graph.nodes[one.node]).activation(value)
            if one.target in standardized:
                mean, std = f"SCALES[{literal(one.target)}][0]", f"SCALES[{literal(one.target)}][1]"
                value = f"{value} * {std} + {mean}"
        values.append(value)
    text.add(f"    return ({', '.join(values)}{',' if len(values) == 1 else ''})")
    return text


def _model(project: Project, inputs: tuple[InputSpec, ...], prepared: bool) -> _Text:
    text = _Text()
    if not inputs or not prepared:
        return text
    name = class_name(project.name)
    args = "".join(f", {one.name}: Tensor" for one in inputs)
    values = ", ".join(one.name for one in inputs)
    text.block(
        f'''class Model(nn.Module):
    """Raw data in, answers out: preparation, network and predictions in one."""

    def __init__(self) -> None:
        super().__init__()
        self.preparation = Preparation()
        self.network = {name}()

    def forward(self{args}) -> tuple[Tensor, ...]:
        outputs = self.network({"self.preparation(" + values + ")" if len(inputs) == 1 else "*self.preparation(" + values + ")"})
        return predictions(outputs if isinstance(outputs, tuple) else (outputs,))'''
    )
    return text


def _fitted(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of at most `WIDTH` characters: a comment that does not fit is dropped, a call is broken after its bracket."""
    found: list[tuple[str, str]] = []
    for line, node in rows:
        if len(line) > WIDTH and "  # (" in line:
            line = line.split("  # (")[0]
        if (
            len(line) > WIDTH
            and line.rstrip().endswith(")")
            and "(" in line
            and not line.lstrip().startswith(("#", '"'))
        ):
            indent = len(line) - len(line.lstrip())
            head, rest = line.split("(", 1)
            found += [(f"{head}(", node), (" " * (indent + 4) + rest[:-1], node), (" " * indent + ")", node)]
        else:
            found.append((line, node))
    return found


def parameter_total(walk: Inference) -> Dim:
    """The learned numbers of a network."""
    return walk.parameters


def layer_value(node: Node) -> Layer:
    """The layer value of a node outside blocks."""
    return layers[node.layer](**node.params)

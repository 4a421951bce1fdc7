"""The classes of generated source: one for a network, one for each way in which a block is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.codeblocks import general_walk
from engine.codeends import InputSpec, OutputSpec
from engine.codeplan import Plan, live_nodes
from engine.codetext import WIDTH, Text, class_name, comment, plain_words, shape_note
from engine.facts import Inference
from engine.graph import Blocks, Graph, Node, label_of, outputs_of, ports_of
from engine.infer import block_names
from engine.infer_layer import arguments, resolve
from engine.layer import layers, literal
from engine.project import Project


class Writer:
    """Writes classes for a network and the blocks it uses, each block once per way in which it is used."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.supports: list[str] = []
        self.classes: list[Text] = []
        self.twins: dict[str, str] = {}
        self.values: dict[str, dict[str, str]] = {}
        self._made: dict[tuple[Any, ...], tuple[str, tuple[str, ...], dict[str, str]]] = {}
        self._names: set[str] = set()

    def network(
        self,
        project: Project,
        walk: Inference,
        live: set[str],
        inputs: tuple[InputSpec, ...],
        outputs: tuple[OutputSpec, ...],
    ) -> Text:
        graph = project.graph
        self._names.add(class_name(project.name))
        results = [(one.node, one.port if one.objective else "x") for one in outputs]
        reads = ", ".join(f"{label_of(graph.nodes[one.node])} ({one.tensor.words()})" for one in inputs)
        gives = ", ".join(f"{one.name} ({one.tensor.words()})" for one in outputs if one.exported)
        doc = f"{reads} → {gives}"
        text, twins = self._class(
            class_name(project.name),
            doc,
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
    ) -> tuple[Text, dict[str, str]]:
        """A class for a graph. `results` are (node, input port) pairs whose values `forward` returns."""
        twins: dict[str, str] = {}
        body = Text()
        forward = Text()
        plan = Plan(graph, self.blocks, live, set(arguments_), results)
        for node_id in graph.order:
            node = graph.nodes[node_id]
            if node_id not in live or node_id in plan.ends or node_id in arguments_:
                continue
            facts = walk[node_id]
            if node.muted:  # nothing to write: readers go to where its value comes from
                continue
            if facts.findings or not facts.outputs:
                title = facts.findings[0].title if facts.findings else "waits for what comes before it"
                body.add(f"        # {node_id}: {comment(title)}", prefix + node_id)
                continue
            if node.block:
                self._block_lines(node, walk, body, forward, plan, names, prefix, twins)
            else:
                self._layer_lines(node, walk, body, forward, plan, names, prefix, twins)
        for node_id, owner in plan.tied.items():
            body.add(f"        self.{node_id}.weight = self.{owner}.weight", prefix + node_id)
        text = Text()
        text.add(f"class {name}(nn.Module):")
        text.add(f'    """{plain_words(doc, WIDTH - 10) or "A block."}"""')
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
        body: Text,
        forward: Text,
        plan: Plan,
        names: Mapping[str, Any],
        prefix: str,
        twins: dict[str, str],
    ) -> None:
        made = layers[node.layer](**resolve(node, names))
        facts = walk[node.id]
        args, named = arguments(made, facts.inputs)
        expression = made.module(*args, **named)
        owner = plan.owners[node.id]
        if expression is not None and owner == node.id:
            body.add(f"        self.{node.id} = {expression}", prefix + node.id)
            for line in made.init_lines(f"self.{node.id}"):
                body.add(f"        {line}", prefix + node.id)
            if node.frozen:
                body.add(f"        self.{node.id}.requires_grad_(False)", prefix + node.id)
        self.supports += [support for support in made.supports() if support not in self.supports]
        if made.export_twin() and expression is not None and owner == node.id:
            twins[node.id] = made.export_twin()
        values, keywords = arguments(made, plan.inputs(node.id))
        values += [f"{name}={value}" for name, value in keywords.items()]
        outputs = [plan.name(node.id, port, node.id) for port in made.output_names()]
        self.values[prefix + node.id] = dict(zip(made.output_names(), outputs, strict=True))
        module = f"self.{owner}" if expression is not None else None
        lines = made.lines(module, values, outputs)
        note = shape_note(facts)
        for place, line in enumerate(lines):
            last = place == len(lines) - 1
            forward.add(f"        {line}{note if last else ''}", prefix + node.id)
        self._free(node, forward, plan)

    def _free(self, node: Node, forward: Text, plan: Plan) -> None:
        done = plan.done_after(node.id)
        if done:
            forward.add(f"        del {', '.join(done)}")

    def _block_lines(
        self,
        node: Node,
        walk: Inference,
        body: Text,
        forward: Text,
        plan: Plan,
        names: Mapping[str, Any],
        prefix: str,
        twins: dict[str, str],
    ) -> None:
        facts = walk[node.id]
        values = resolve(node, names)
        classes = {id(inner): self._block_class(node.block, values, inner) for inner in unique(facts.inner)}
        made = [classes[id(inner)] for inner in facts.inner]
        calls = [f"{name}({', '.join(args)})" for name, args, _ in made]
        if plan.owners[node.id] == node.id:
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
        self.values[prefix + node.id] = dict(zip(outputs_of(node, self.blocks), outputs, strict=True))
        forward.add(
            f"        {', '.join(outputs)} = self.{plan.owners[node.id]}({', '.join(args)}){shape_note(facts)}",
            prefix + node.id,
        )
        self._free(node, forward, plan)

    def _block_class(
        self, name: str, values: Mapping[str, Any], walk: Inference
    ) -> tuple[str, tuple[str, ...], dict[str, str]]:
        """The class of one use of a block and the arguments that this use passes; written on first use.

        First the block is walked with symbols in place of its sizes and settings: where that gives the same shapes
        and the same number of parameters, one class serves all uses, with the symbols as arguments. Where the rules
        cannot be carried out on symbols, the use gets a class of its own with its numbers written out.
        """
        block = self.blocks[name]
        tensors = {end.id: walk[end.id].outputs["out"] for end in block.inputs if "out" in walk[end.id].outputs}
        general = general_walk(block, values, tensors, walk, self.blocks)
        if general is not None:
            symbolic, names, known, key = general
            full_key: tuple[Any, ...] = (name, key)
            chosen, chosen_names = symbolic, names
        else:
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
                doc,
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


def unique(walks: tuple[Inference, ...]) -> list[Inference]:
    """Each walk once: a block that keeps its input's shape is walked once for all its repeats."""
    return list({id(walk): walk for walk in walks}.values())

"""The model of a run: exactly the generated source, executed, with the weights and statistics put in.

There is no second builder: what the code view shows is what is built here. The text always comes from the project,
never from a file in the run folder, because a run folder may come from a stranger.
"""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.codegen import Source, generate
from engine.data.preparation import Preparation, preparation_state
from engine.data.statistics import Statistics, target_scale
from engine.errors import UserError
from engine.graph import Node, label_of, make
from engine.layer import Input
from engine.project import Project
from engine.recipes import recipe_of
from engine.run import state
from engine.runs import Run


@dataclass
class Built:
    """A model in parts. `preparation` takes raw tensors, `network` prepared ones, `predictions` the network's outputs
    as a tuple and gives what people read."""

    project: Project
    source: Source
    module: types.ModuleType
    preparation: nn.Module
    network: nn.Module
    statistics: Statistics

    @property
    def objectives(self) -> Callable[[tuple[Tensor, ...], Mapping[str, Tensor]], dict[str, Tensor]]:
        found: Callable[..., dict[str, Tensor]] | None = getattr(self.module, "objectives", None)
        if found is None:
            raise UserError("The network has no objective. Add a loss and wire the last layer to it.")
        return found

    @property
    def predictions(self) -> Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]:
        found: Callable[..., tuple[Tensor, ...]] = self.module.predictions
        return found

    def prepared(self, raw: tuple[Tensor, ...] | list[Tensor]) -> tuple[Tensor, ...]:
        """Raw inputs as the network reads them."""
        found = self.preparation(*raw)
        return found if isinstance(found, tuple) else (found,)

    def outputs(self, prepared: tuple[Tensor, ...] | list[Tensor]) -> tuple[Tensor, ...]:
        """The network's outputs in the order of `source.outputs`."""
        found = self.network(*prepared)
        return found if isinstance(found, tuple) else (found,)

    @property
    def targets(self) -> list[str]:
        """The data fields that the objectives compare with."""
        return list(dict.fromkeys(one.target for one in self.source.outputs if one.target))

    @property
    def scales(self) -> dict[str, tuple[float, float]]:
        """Mean and standard deviation of the targets that are learned on a standard scale."""
        schema = self.project.data.schema
        numbers = [name for name in self.targets if schema[name].kind == "number"]
        found = {name: target_scale(self.statistics, name) for name in numbers}
        return {name: scale for name, scale in found.items() if scale != (0.0, 1.0)}

    def model(self) -> nn.Module:
        """The whole in one module, as it is exported: raw data in, answers out. Shares its parts with this value."""
        whole: nn.Module = self.module.Model()
        whole.preparation, whole.network = self.preparation, self.network
        return whole

    def node_of(self, error: BaseException) -> str:
        """The id of the node whose line raised, empty where it was none's."""
        found = ""
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename == self.module.__file__:
                found = self.source.lines.get(step.tb_lineno, found)
            step = step.tb_next
        return found

    def label(self, node: str) -> str:
        """A node as people know it: `Conv 2D (conv2d_1)`."""
        return node_label(self.project, node)


def node_label(project: Project, node: str) -> str:
    """The card's title with its id, also for nodes inside blocks (`block/node`)."""
    found: Node | None = project.graph.nodes.get(node)
    block, _, inner = node.partition("/")
    if found is None and inner and block in project.blocks:
        found = project.blocks[block].graph.nodes.get(inner)
    return f"{label_of(found)} ({node})" if found is not None else node


def build(project: Project, statistics: Statistics, name: str = "") -> Built:
    """Build an untrained model; `statistics` are those of the training part, `name` the network,
    the project's first one where none is named."""
    project = project.focused(name)
    schema = project.data.schema
    counts = {name: tuple(about["counts"]) for name, about in statistics.fields.items() if "counts" in about}
    numbers = [name for name in statistics.fields if name in schema and schema[name].kind == "number"]
    source = generate(project, scales={name: target_scale(statistics, name) for name in numbers}, counts=counts)
    module = execute(source)
    preparation: nn.Module = module.Preparation()
    buffers = preparation_state(statistics, bindings(project, source), schema, preparation_of(project))
    preparation.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(one)) for name, one in buffers.items()})
    preparation.requires_grad_(False).eval()
    network: nn.Module = getattr(module, source.class_name)()
    return Built(project, source, module, preparation, network, statistics)


def bindings(project: Project, source: Source) -> list[tuple[Node, Input]]:
    """The input nodes with their layers, in the order in which the network takes them."""
    nodes = [project.graph.nodes[one.node] for one in source.inputs]
    return [(node, made) for node in nodes for made in [make(node)] if isinstance(made, Input)]


def preparation_of(project: Project) -> Preparation:
    """The project's settings of the preparation."""
    return Preparation(**{name: value for name, value in project.data.preparation.items() if name != "type"})


def execute(source: Source) -> types.ModuleType:
    """The generated text as a module; its lines show up in tracebacks."""
    name = f"lamina_{source.class_name}"
    module = types.ModuleType(name)
    module.__file__ = f"<{name}>"
    lines = source.text.splitlines(keepends=True)
    linecache.cache[module.__file__] = (len(source.text), None, lines, module.__file__)
    exec(compile(source.text, module.__file__, "exec"), module.__dict__)
    return module


def rewritten(
    built: Built, rewrite: Callable[[ast.FunctionDef], bool], names: Mapping[str, Any]
) -> dict[type, Callable[..., Any]]:
    """For each generated class a `forward` with other statements in it: how one looks inside a network at work.

    Args:
        rewrite: changes a `forward` in place; where it says False, the class is left out.
        names: what the new statements use besides the names of the module.
    """
    namespace = {**vars(built.module), **names}
    found: dict[type, Callable[..., Any]] = {}
    for made in ast.parse(built.source.text).body:
        for forward in made.body if isinstance(made, ast.ClassDef) else ():
            if isinstance(forward, ast.FunctionDef) and forward.name == "forward" and rewrite(forward):
                tree = ast.fix_missing_locations(ast.Module([forward], []))
                # the same file name and line numbers: an error is still traced to its node
                exec(compile(tree, str(built.module.__file__), "exec"), namespace)
                found[getattr(built.module, made.name)] = namespace.pop("forward")  # type: ignore[attr-defined]
    return found


def load(run: Run, which: str = "best") -> Built:
    """The model of a run with trained weights.

    Args:
        which: `best` for the best epoch (the last one where none was kept), `last` for the newest checkpoint.
    """
    project = run.project()
    name = recipe_of(project.recipe).exported()
    built = build(project, Statistics.from_json(run.statistics()), name)
    built.network.load_state_dict(_weights(run, which))
    built.network.eval()
    return built


def _weights(run: Run, which: str) -> dict[str, Tensor]:
    best = run.folder / "best.safetensors"
    if which == "best" and best.exists():
        return state.part(state.read(best)[0], "network")
    for _, tensors, _ in state.newest(run.folder):
        return state.part(tensors, "network")
    raise UserError(f"The run {run.info().name} has no trained weights yet. Train it, or choose another run.")


def save_best(folder: Path, network: Mapping[str, Tensor], built: Built, about: Mapping[str, Any]) -> None:
    """Write the weights of the best epoch together with the preparation's statistics."""
    tensors = {f"network.{name}": tensor for name, tensor in network.items()}
    tensors |= {f"preparation.{name}": tensor for name, tensor in built.preparation.state_dict().items()}
    state.write(folder / "best.safetensors", tensors, about)


def weights_of(network: nn.Module) -> dict[str, Tensor]:
    """A copy of the weights and buffers as they are now."""
    with torch.no_grad():
        return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

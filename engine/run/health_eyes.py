"""Eyes on one network: its nodes in the order in which data flows, those inside of blocks among them, and its weights.

They are open for single steps. Of a step that uses the network several times, the first use that can learn is looked
at: the real pictures of a discriminator, the first pass of a round of play.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.graph import Block, Graph, Node
from engine.run.health_look import SILENT, Watched, bounds_of, lengths_by_node, some_of
from engine.run.health_source import Watching, watched
from engine.run.model import Built

if TYPE_CHECKING:
    from engine.run.mover import Mover


class Eyes:
    """What is watched in one network. Everything costly is made when it is first opened."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self.name = next(iter(built.project.networks))
        self.watched: list[Watched] = []
        self.looks = 0
        """Steps of this epoch that were looked at."""
        self._classes: dict[Any, Watching] = {}
        self._plain: dict[Any, Callable[..., Any]] = {}
        self._places: dict[tuple[int, str], Watched] = {}
        self._rank: dict[str, int] = {}
        self._weights: _Weights | None = None
        self._using = self._used = False
        self._moved: Tensor | None = None
        self._scale: Tensor | None = None
        self._seconds = 0.0

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.watched]

    def forget(self) -> None:
        """Begin a new epoch."""
        self.looks = 0
        for one in self.watched:
            one.forget()

    # ---- a step ----------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Let the network's classes run with eyes."""
        if not self._classes:
            self._make()
        self._using = self._used = False
        self._moved = self._scale = None
        self._plain = {one: one.forward for one in self._classes}
        for one, watching in self._classes.items():
            one.forward = watching.forward

    def close(self) -> None:
        """Back to the plain classes."""
        for one, forward in self._plain.items():
            one.forward = forward
        self._plain = {}

    def _make(self) -> None:
        project, network = self.built.project, self.built.network
        self._classes = watched(self.built, self._on_value)
        for path, module, node in _nodes(network, "", project.graph, project.blocks, self._classes):
            about = node or Node("", "")
            made = Watched(path, bounds_of(about), about.layer in SILENT, path in self._classes[type(network)].reads)
            self._places[id(module), path.rpartition(".")[2]] = made
            self.watched.append(made)
        self._rank = {one.path: place for place, one in enumerate(self.watched)}

    def _on_value(self, module: nn.Module, node: str, value: Any) -> None:
        start = time.thread_time()
        if not node and module is self.built.network:
            self._using = torch.is_grad_enabled() and not self._used
            self._used = self._used or self._using
        elif node and self._using:
            found = self._places.get((id(module), node))
            if found is not None:
                found.look(value)
        self._seconds += time.thread_time() - start

    def before(self, mover: Mover) -> Callable[[], None] | None:
        """Measure the gradients as they came, and remember the weights; gives what to do once they have moved."""
        if self._moved is not None:
            return None
        start = time.thread_time()
        if self._weights is None:
            self._weights = _Weights(self.built, mover.weights)
        after = self._weights.before()
        self._scale = None if mover.scaler is None else mover.scaler.scale
        self._seconds += time.thread_time() - start

        def finish() -> None:
            start = time.thread_time()
            self._moved = after()
            self._seconds += time.thread_time() - start

        return finish

    def gather(self) -> bool:
        """Take over what the step showed; False where the network was not used in it."""
        seen = [one for one in self.watched if one.values is not None]
        if not seen:
            return False
        self.looks += 1
        tables = [torch.stack([one.values for one in seen if one.values is not None]).flatten()]
        felt = [one for one in seen if one.slope is not None]
        slopes = [one.slope for one in felt if one.slope is not None]
        if slopes:
            lengths = torch.stack(slopes).sqrt()
            tables.append(lengths if self._scale is None else lengths / self._scale)
        if self._moved is not None:
            tables.append(self._moved.flatten())
        numbers = torch.cat(tables).tolist()  # one transfer for everything
        for place, one in enumerate(seen):
            one.seen.append(numbers[6 * place : 6 * place + 6])
        at = 6 * len(seen)
        for one, length in zip(felt, numbers[at:], strict=False):
            one.signals.append(length)
        self._take_moves(numbers[at + len(felt) :])
        for one in seen:
            one.values = one.slope = None
        return True

    def _take_moves(self, numbers: list[float]) -> None:
        if self._weights is None or self._moved is None:
            return
        count = len(self._weights.paths)
        columns = [numbers[place * count : (place + 1) * count] for place in range(3)]
        for place, path in enumerate(self._weights.paths):
            if path in self._rank:
                gradient, weights, update = (column[place] for column in columns)
                learns = self._weights.learns[path]
                self.watched[self._rank[path]].moves.append((gradient, weights, update, learns))
        for path, learns in self._weights.learns.items():
            if not learns and path in self._rank:
                self.watched[self._rank[path]].moves.append((float("nan"), float("nan"), 0.0, 0.0))

    def take_time(self) -> float:
        """Seconds spent since this was last asked."""
        found, self._seconds = self._seconds, 0.0
        return found


class _Weights:
    """The weights that one mover moves, by node."""

    def __init__(self, built: Built, moved: list[Tensor]) -> None:
        project = built.project
        moves = {id(weight) for weight in moved}
        sizes: dict[str, list[int]] = {}
        self.paths: list[str] = []
        self.weights: list[Tensor] = []
        places: list[int] = []
        rank: dict[str, int] = {}
        for name, weight in built.network.named_parameters():
            path = node_path(name, project.graph, project.blocks)
            learned = id(weight) in moves
            size = sizes.setdefault(path, [0, 0])
            size[0] += weight.numel()
            size[1] += weight.numel() * learned
            if learned:
                places.append(rank.setdefault(path, len(rank)))
                self.weights.append(weight)
        self.paths = list(rank)
        self.learns = {path: own / whole for path, (whole, own) in sizes.items() if whole}
        self._index = torch.tensor(places, device=moved[0].device)

    @torch.no_grad()
    def before(self) -> Callable[[], Tensor]:
        """Measure gradients now; what comes back is called after the move and gives rows: gradient, weights, update."""
        count, index = len(self.paths), self._index
        gradient = self._gradients()
        kept = some_of(self.weights)

        @torch.no_grad()
        def after() -> Tensor:
            sizes = lengths_by_node(kept, index, count)
            whole = lengths_by_node([one.detach() for one in self.weights], index, count)
            torch._foreach_sub_(kept, some_of(self.weights))
            return torch.stack([gradient, whole, lengths_by_node(kept, index, count) / sizes])

        return after

    def _gradients(self) -> Tensor:
        """The length of each node's gradient; NaN where none came, which is another thing than one of length 0."""
        count, index = len(self.paths), self._index
        came = [place for place, one in enumerate(self.weights) if one.grad is not None]
        gradients = [one.grad.detach() for one in self.weights if one.grad is not None]
        if len(came) == len(self.weights):
            return lengths_by_node(gradients, index, count)
        found = torch.full((count,), float("nan"), device=index.device)
        if came:
            index = index[came]
            found[index] = lengths_by_node(gradients, index, count)[index]
        return found


def _nodes(
    module: nn.Module, head: str, graph: Graph, blocks: Mapping[str, Block], classes: Mapping[type, Watching]
) -> Iterator[tuple[str, nn.Module, Node | None]]:
    """Every node with its path and the module in whose `forward` it stands, in the order of the data."""
    watching = classes.get(type(module))
    if watching is None:
        return
    for name in (*watching.reads, *watching.nodes):
        node = graph.nodes.get(name)
        if head and name in watching.reads:  # what a block is given, its host's neighbors have told already
            continue
        yield head + name, module, node
        inner = getattr(module, name, None)
        if node is not None and node.block in blocks and isinstance(inner, nn.Module):
            inside = blocks[node.block].graph
            if isinstance(inner, nn.Sequential):
                for copy, one in enumerate(inner):
                    yield from _nodes(one, f"{head}{name}.{copy}.", inside, blocks, classes)
            else:
                yield from _nodes(inner, f"{head}{name}.", inside, blocks, classes)


def node_path(weight: str, graph: Graph, blocks: Mapping[str, Block]) -> str:
    """The node that a weight belongs to, by its path: `residual_1.0.conv_1` of `residual_1.0.conv_1.weight`."""
    found: list[str] = []
    node: Node | None = None
    for name in weight.split("."):
        if name.isdigit() and node is not None and node.block in blocks:
            found.append(name)
            continue
        if node is not None:
            if node.block not in blocks:
                break
            graph = blocks[node.block].graph
        node = graph.nodes.get(name)
        if node is None:
            break
        found.append(name)
    return ".".join(found)

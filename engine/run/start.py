"""Where a network's weights start: as its layers say, or taken from another run, then frozen, slowed and thawed."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from engine.errors import UserError, listed
from engine.recipes.starts import OtherRun, StartFrom
from engine.run.adapters import weights_for
from engine.run.groups import share_of
from engine.run.model import Built, load
from engine.run.optimize import Group
from engine.run.setup import Setup
from engine.runs import find


@dataclass(frozen=True)
class Taken:
    """What came over from another run: names of weights, and why others did not."""

    run: str
    taken: tuple[str, ...]
    new: tuple[str, ...]
    other_shape: tuple[str, ...]
    unused: tuple[str, ...]

    def words(self) -> str:
        """One or two sentences."""
        text = f"{len(self.taken)} weights come from run {self.run}"
        parts = [
            (self.other_shape, "have another size there"),
            (self.new, "are not in it and start anew"),
            (self.unused, "of it have no place here"),
        ]
        rest = [f"{len(names)} {why} ({_few(names)})" for names, why in parts if names]
        return f"{text}; {'; '.join(rest)}." if rest else f"{text}."


class Start:
    """A network's start. Where it comes from another run, `begin` freezes what an epoch leaves alone."""

    def __init__(self, setup: Setup, built: Built, choice: StartFrom) -> None:
        self.built, self.choice = built, choice if isinstance(choice, OtherRun) else None
        self.taken: Taken | None = None
        self.groups: list[Group] | None = None
        self._order: list[str] = []
        if self.choice is None:
            return
        self.taken = take(setup, built, self.choice)
        setup.notes.append(self.taken.words())
        modules = dict(built.network.named_children())
        _known(self.choice.freeze, modules)
        for name in self.choice.freeze:
            modules[name].requires_grad_(False)
        self._order = learning_nodes(built.network)
        if not self._order:
            raise UserError("All nodes are frozen, so nothing would learn. Leave one free on the Train page.")
        self.groups = depth_groups(built, self._order, self.choice.depth_rate)
        self._weights = {name: [one for one in modules[name].parameters() if one.requires_grad] for name in self._order}

    def begin(self, epoch: int) -> None:
        """Freeze and thaw for an epoch (counted from 0). It follows from the epoch alone, so a resumed run agrees."""
        if self.choice is None:
            return
        modules = dict(self.built.network.named_children())
        for name in self.choice.freeze:
            _calm(modules[name])
        if self.choice.unfreeze_every is None:
            return
        thawed = 1 + int(epoch / self.choice.unfreeze_every)
        for place, name in enumerate(reversed(self._order)):
            for weight in self._weights[name]:
                weight.requires_grad_(place < thawed)
            if place >= thawed:
                _calm(modules[name])


def take(setup: Setup, built: Built, choice: OtherRun) -> Taken:
    """Put the weights of another run into a network, wherever name and size agree."""
    if not choice.run:
        raise UserError("Starting from another run needs that run. Choose it on the Train page.")
    folders = [setup.folder.parent] if setup.folder else []
    run = find(choice.run, folders)
    given = weights_for(built, load(run))
    own = built.network.state_dict()
    _known(choice.replace, dict(built.network.named_children()))
    wanted = {name for name in own if name.partition(".")[0] not in choice.replace}
    taken = [name for name in own if name in wanted and name in given and given[name].shape == own[name].shape]
    if not taken:
        raise UserError(
            f"No node of this network has the name and the size of one of run {run.id}. It has {_few(tuple(given))}."
        )
    built.network.load_state_dict({name: given[name] for name in taken}, strict=False)
    return Taken(
        run.id,
        tuple(taken),
        tuple(name for name in own if name not in given or name not in wanted),
        tuple(name for name in own if name in wanted and name in given and given[name].shape != own[name].shape),
        tuple(name for name in given if name not in own),
    )


def learning_nodes(network: nn.Module) -> list[str]:
    """The nodes with weights that may learn, from the input to the end."""
    return [name for name, child in network.named_children() if any(one.requires_grad for one in child.parameters())]


def depth_groups(built: Built, order: list[str], rate: float) -> list[Group]:
    """Weights by their share of the learning rate: the node's own, times `rate` for each node behind it."""
    project, groups = built.project, dict[float, Group]()
    for name, weight in built.network.named_parameters():
        if weight.requires_grad:
            behind = len(order) - 1 - order.index(name.partition(".")[0])
            share = share_of(name, project.graph, project.blocks) * rate**behind
            group = groups.setdefault(share, Group(share, [], []))
            group.names.append(name)
            group.weights.append(weight)
    return list(groups.values())


def _calm(module: nn.Module) -> None:
    """What is frozen keeps its running statistics, too."""
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._NormBase):
            part.eval()


def _known(names: tuple[str, ...], modules: dict[str, nn.Module]) -> None:
    strange = [name for name in names if name not in modules]
    if strange:
        there = listed(list(modules), "and")
        raise UserError(f"The network has no node with weights called {listed(strange)}. It has {there}.")


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")

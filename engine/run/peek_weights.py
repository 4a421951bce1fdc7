"""Where the numbers of a network come from when one looks inside: from a run as far as its weights fit, else untrained.

Weights fit where a node of the same id has tensors of the same names and sizes. What does not fit keeps the numbers it
starts with, and is said to be untrained.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.recipes import Recipe, recipe_of
from engine.run import state
from engine.runs import Run, list_runs

LOOKED_AT = 6
"""How many runs are tried, the newest first, before giving up."""
HEADER = 64 * 2**20
UNTRAINED = "Untrained: the values are random."


@dataclass(frozen=True)
class Weights:
    """The weights of one network of a run, and how to speak of them."""

    run: Run | None = None
    file: Path | None = None
    head: str = ""
    words: str = ""

    def read(self) -> dict[str, Tensor]:
        """The tensors by their names in the network."""
        return {} if self.file is None else state.part(state.read(self.file)[0], self.head)

    @property
    def key(self) -> str:
        """Changes with the weights."""
        return "" if self.file is None else f"{self.file}:{self.file.stat().st_mtime_ns}:{self.head}"


@dataclass
class Fit:
    """Which tensors a network took over. `missing` are the names of those that it could not."""

    taken: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def of(self, head: str) -> str:
        """Whether a part of the network is `trained`, `untrained`, `partly`, or empty where it has no weights."""
        some = any(name.startswith(f"{head}.") for name in self.taken)
        lacks = any(name.startswith(f"{head}.") for name in self.missing)
        return "partly" if some and lacks else "trained" if some else "untrained" if lacks else ""


def weights_for(
    network: str,
    sizes: Mapping[str, tuple[int, ...]],
    kept_as: Mapping[str, str],
    runs: Sequence[str],
    choice: str = "",
) -> Weights:
    """The weights to look at a network with: of the chosen run, else of the newest finished one that fits best.

    Args:
        network: its name in the project.
        sizes: the network's tensors by name.
        kept_as: see `Part.kept_as`.
        runs: the folders of the project's runs.
        choice: a run's folder, `untrained`, or empty.

    Raises:
        UserError: the chosen run has no weights yet.
    """
    if choice == "untrained":
        return Weights()
    if choice:
        found = of_run(Run(Path(choice)), network)
        if found is None:
            raise UserError("This run has no weights yet. Choose another run, or wait until it has saved some.")
        return found
    best, most = Weights(), 0
    wanted = {called(name, kept_as): size for name, size in sizes.items()}
    for run in newest_of(runs):
        one = None if run.info().active else _readable(run, network)
        if one is None or one.file is None:
            continue
        there = sizes_in(one.file, one.head)
        fitting = sum(there.get(name) == size for name, size in wanted.items())
        if fitting > most:
            best, most = one, fitting
        if fitting == len(wanted):
            break
    return best


def _readable(run: Run, network: str) -> Weights | None:
    try:
        return of_run(run, network)
    except UserError:  # a damaged run is no reason to see nothing
        return None


def newest_of(folders: Sequence[str]) -> list[Run]:
    """The newest runs of some folders, the newest first."""
    found = [run for folder in folders for run in list_runs(folder)[:LOOKED_AT]]
    return sorted(found, key=lambda run: run.info().created, reverse=True)[:LOOKED_AT]


def of_run(run: Run, network: str) -> Weights | None:
    """The best weights of a run for one of its networks, None where there are none."""
    info = run.info()
    recipe = recipe_of(run.project().recipe)
    head = _head(recipe, network, list(run.project().networks))
    best = run.folder / "best.safetensors"
    if head == "network" and best.exists():
        epoch = info.best.get("epoch") if info.best else None
        return Weights(run, best, head, f"“{info.name}”" + (f", epoch {epoch}" if epoch else ""))
    newest = next(iter(state.checkpoints(run.folder)), None)
    if newest is None:
        return None
    return Weights(run, newest, head, f"“{info.name}”" + (f", epoch {info.epoch}" if info.epoch else ""))


def _head(recipe: Recipe, network: str, names: list[str]) -> str:
    """Where a checkpoint keeps a network: the exported one as `network`, others by the role they play."""
    first = names[0] if names else ""
    if (recipe.exported() or first) == network or len(names) == 1:
        return "network"
    for role in recipe.networks:
        if (recipe.played_by(role) or first) == network:
            return role
    return "network"


def sizes_in(file: Path, head: str) -> dict[str, tuple[int, ...]]:
    """The sizes of the tensors in a file, read from its first bytes alone; empty where it cannot be read."""
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            header = json.loads(opened.read(min(length, HEADER)))
        start = f"{head}."
        return {name[len(start) :]: tuple(about["shape"]) for name, about in header.items() if name.startswith(start)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def called(name: str, kept_as: Mapping[str, str]) -> str:
    """What a tensor is called in the whole network, by the longest head that is called otherwise."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        head = ".".join(parts[:length])
        if head in kept_as:
            return ".".join([kept_as[head], *parts[length:]])
    return name


def take(network: nn.Module, given: Mapping[str, Tensor], kept_as: Mapping[str, str]) -> Fit:
    """Put weights in as far as they fit: all tensors of a layer, or none of them."""
    fit = Fit()
    layers: dict[str, list[str]] = {}
    own = network.state_dict()
    for name in own:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    with torch.no_grad():
        for names in layers.values():
            found = {name: given.get(called(name, kept_as)) for name in names}
            fits = all(one is not None and one.shape == own[name].shape for name, one in found.items())
            for name, one in found.items():
                if fits and one is not None:
                    own[name].copy_(one)
            (fit.taken if fits else fit.missing).update(names)
    return fit


def steady(network: nn.Module, before: Mapping[str, Tensor], fit: Fit) -> dict[str, Tensor]:
    """Keep the random numbers of untrained tensors from one edit to the next; returns those to remember."""
    found: dict[str, Tensor] = {}
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name in fit.missing:
                old = before.get(name)
                if old is not None and old.shape == tensor.shape and old.dtype == tensor.dtype:
                    tensor.copy_(old)
                found[name] = tensor
    return found


def sentence(weights: Weights, fit: Fit, labels: Iterable[str]) -> str:
    """What is said of the weights as a whole; `labels` are the untrained nodes at the place."""
    if weights.run is None or not fit.taken:
        return UNTRAINED if fit.missing else "Nothing is learned here: no node has weights."
    if not fit.missing:
        return f"Weights of run {weights.words}."
    names = list(labels)
    which = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    start = f"Untrained: {which}. " if names else "Some weights do not fit. "
    return f"{start}The rest is from run {weights.words}."


def facts(weights: Weights, fit: Fit, words: str) -> dict[str, Any]:
    """For the window: which run, and the sentence."""
    run = weights.run
    return {
        "run": str(run.folder) if run is not None and fit.taken else "",
        "trained": bool(fit.taken),
        "whole": bool(fit.taken) and not fit.missing,
        "words": words,
    }

"""Why a run failed, in a sentence: which node first gave a number that is not finite, or could not take its input."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from engine import store
from engine.errors import UserError
from engine.run.device import out_of_memory
from engine.run.model import Built


class Failed(UserError):
    """A run that cannot go on; `node` is the guilty node's id where one is known."""

    def __init__(self, message: str, node: str = "", details: str = "") -> None:
        super().__init__(message, details)
        self.node = node


ADVICE = "Try a smaller learning rate, or limit the gradients."


def not_finite(built: Built, inputs: tuple[Tensor, ...], step: int) -> Failed:
    """The failure of a loss that is no finite number at a step (counted from 1): names the first guilty node."""
    start = f"Training broke off at step {step}: the loss is no finite number."
    for spec, value in zip(built.source.inputs, inputs, strict=True):
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            text = "The data itself holds values that are not finite."
            return Failed(f"{start} {text} Look for empty or huge values in {built.label(spec.node)}.", spec.node)
    node = bad_weights(built.network)
    if node:
        text = (
            f"The weights of {built.label(node)} stopped being finite first: its gradient was too large or undefined."
        )
        return Failed(f"{start} {text} {ADVICE}", node)
    node = first_bad_output(built.network, lambda: built.outputs(inputs))
    if node:
        return Failed(f"{start} {built.label(node)} was the first to give values that are not finite. {ADVICE}", node)
    return Failed(f"{start} The network's outputs are finite, so it is the loss that overflows. {ADVICE}")


def gradient_not_finite(built: Built, step: int) -> Failed:
    """The failure of a gradient that is no finite number: of the guilty nodes, the one nearest to the loss."""
    node = ""
    for name, weight in built.network.named_parameters():
        if weight.grad is not None and not bool(torch.isfinite(weight.grad).all()):
            node = name.partition(".")[0]
    text = f"The gradient of {built.label(node)} is not finite." if node else "A gradient is not finite."
    return Failed(f"Training broke off at step {step}: {text} {ADVICE}", node)


def spoiled(built: Built, node: str, step: int) -> Failed:
    """The failure of weights that stopped being finite after a step whose loss still was."""
    text = (
        f"The weights of {built.label(node)} are no finite numbers any more: its gradient was too large or undefined."
    )
    return Failed(f"Training broke off at step {step}. {text} {ADVICE}", node)


def bad_weights(network: nn.Module) -> str:
    """The node nearest to the loss whose weights are not finite: a bad gradient spoils it and all before it."""
    node = ""
    for name, weight in network.named_parameters():
        if not bool(torch.isfinite(weight).all()):
            node = name.partition(".")[0]
    return node


def first_bad_output(network: nn.Module, forward: Callable[[], object]) -> str:
    """The first node whose output is not finite, found by running the network once more and watching."""
    found: list[str] = []

    def watch(name: str) -> Callable[[nn.Module, object, object], None]:
        def look(module: nn.Module, given: object, result: object) -> None:
            parts = result if isinstance(result, tuple) else (result,)
            tensors = [part for part in parts if isinstance(part, Tensor) and part.is_floating_point()]
            if not found and not all(bool(torch.isfinite(tensor).all()) for tensor in tensors):
                found.append(name)

        return look

    handles = [child.register_forward_hook(watch(name)) for name, child in network.named_children()]
    try:
        with torch.no_grad():
            forward()
    finally:
        for handle in handles:
            handle.remove()
    return found[0] if found else ""


def explain(error: BaseException, built: Built | None, batch: int, folder: Path | None = None) -> Failed | None:
    """The sentence for an error that the loop met; None for one that is our fault."""
    if isinstance(error, Failed):
        return error
    if out_of_memory(error):
        advice = (
            f"Try a batch size of {max(1, batch // 2)} instead of {batch}." if batch > 1 else "Try a smaller network."
        )
        return Failed(f"There was not enough memory for this network and batch. {advice}", details=str(error))
    if isinstance(error, sqlite3.Error) and folder is not None:
        return Failed(store.sentence(folder / store.FILE, error), details=str(error))
    if isinstance(error, UserError):
        return Failed(error.message, details=error.details)
    node = built.node_of(error) if built is not None else ""
    if node and built is not None:
        text = " ".join(str(error).split())[:300]
        return Failed(f"{built.label(node)} could not work with its input: {text}", node, str(error))
    return None

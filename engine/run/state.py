"""Checkpoints: everything a run needs to go on exactly, saved so that a crash or a full disk spoils none.

A checkpoint is a safetensors file (nothing in it can run), named after its step, with its length and sha256 beside
it. A file without a matching sum was cut off or damaged and is passed over.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_bytes
from safetensors.torch import save as save_bytes
from torch import Tensor

from engine.errors import UserError
from engine.saving import write_atomically

KEPT = 2
SUFFIX = ".safetensors"


def apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors on the CPU, each with its own memory: the format refuses two names for one (shared weights)."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in tensors.items():
        own = tensor.detach().to("cpu").contiguous()
        if own.numel() and own.untyped_storage().data_ptr() in seen:
            own = own.clone()
        seen.add(own.untyped_storage().data_ptr())
        found[name] = own
    return found


def write(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write tensors and facts as one file, then its sum beside it."""
    content = save_bytes(apart(tensors), {"lamina": json.dumps(about)})
    write_atomically(path, content)
    seal = {"sha256": hashlib.sha256(content).hexdigest(), "length": len(content)}
    write_atomically(_seal(path), json.dumps(seal).encode())


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `write` wrote; `UserError` where the file is missing, cut off or damaged."""
    try:
        content = path.read_bytes()
        seal = json.loads(_seal(path).read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: the file or its checksum is missing.", str(error)) from error
    if len(content) != seal.get("length") or hashlib.sha256(content).hexdigest() != seal.get("sha256"):
        raise UserError(f"{path} is damaged: its content does not match its checksum. Use an earlier checkpoint.")
    try:
        return load_bytes(content), _facts(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise UserError(f"{path} is no checkpoint of this program.", str(error)) from error


def _facts(content: bytes) -> dict[str, Any]:
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    facts: dict[str, Any] = json.loads(header["__metadata__"]["lamina"])
    return facts


def _seal(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def checkpoints(folder: Path) -> list[Path]:
    """The complete checkpoints of a run, the newest first."""
    found = sorted((folder / "checkpoints").glob(f"step-*{SUFFIX}"), reverse=True)
    return [path for path in found if _seal(path).exists()]


def save(folder: Path, step: int, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> Path:
    """Write the checkpoint of a step and drop those that are older than the newest two."""
    path = folder / "checkpoints" / f"step-{step:012d}{SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    write(path, tensors, about)
    for old in checkpoints(folder)[KEPT:]:
        for part in (_seal(old), old):  # the sum first: a file without one is never read
            part.unlink(missing_ok=True)
    return path


def newest(folder: Path) -> Iterator[tuple[Path, dict[str, Tensor], dict[str, Any]]]:
    """The checkpoints that can be read, the newest first."""
    for path in checkpoints(folder):
        try:
            tensors, about = read(path)
        except UserError:
            continue
        yield path, tensors, about


def part(tensors: Mapping[str, Tensor], head: str) -> dict[str, Tensor]:
    """The tensors whose names start with `head.`, without it."""
    return {name[len(head) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(f"{head}.")}


def random_numbers(device: torch.device) -> tuple[dict[str, Tensor], Any]:
    """The state of every source of random numbers that a layer may draw from."""
    found = {"random.cpu": torch.get_rng_state()}
    if device.type == "cuda":
        found["random.cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        found["random.mps"] = torch.mps.get_rng_state()
    version, numbers, extra = random.getstate()
    return found, [version, list(numbers), extra]


def set_random_numbers(tensors: Mapping[str, Tensor], python: Any, device: torch.device) -> None:
    """Put the sources of random numbers back."""
    torch.set_rng_state(tensors["random.cpu"])
    if device.type == "cuda" and "random.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random.cuda"], device)
    elif device.type == "mps" and "random.mps" in tensors:
        torch.mps.set_rng_state(tensors["random.mps"])
    version, numbers, extra = python
    random.setstate((version, tuple(numbers), extra))

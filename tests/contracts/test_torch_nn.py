"""Every class of torch.nn is a node of the catalogue, or stands in the README's table with the reason why not."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import torch
from torch import nn

from engine.layer import layers
from tests.contracts.invent import Built, cases, walked

README = Path(__file__).resolve().parents[2] / "README.md"
HEADING = "## What of torch.nn is not a node, and why"
CONTAINERS = {"Sequential"}
"""Built inside nodes, but no node themselves."""


def all_classes() -> set[str]:
    """The public classes of torch.nn."""
    return {name for name, value in vars(nn).items() if inspect.isclass(value) and not name.startswith("_")}


def offered_classes() -> set[str]:
    """Classes that a node is for: what a single node builds as its own module, and what it says it stands for."""
    found = {name for cls in layers for name in cls.covers}
    for cls in walked():
        for case in cases(cls):
            with torch.device("meta"):
                module = Built(case).module
            if module is not None:
                found.add(type(module).__name__)
    return found - CONTAINERS


def reasons() -> dict[str, str]:
    """The README's table: each class with its reason."""
    text = README.read_text(encoding="utf-8")
    assert text.count(HEADING) == 1, "the README has no such section"
    section = text.split(HEADING)[1].split("\n## ")[0]
    found: dict[str, str] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 2 or not cells[0].startswith("`"):
            continue
        for name in re.findall(r"`(\w+)`", cells[0]):
            assert name not in found, f"{name} stands in two rows"
            found[name] = cells[1]
    return found


def test_every_class_is_a_node_or_has_a_reason() -> None:
    missing = all_classes() - offered_classes() - set(reasons())
    assert not missing, f"neither a node nor in the README: {sorted(missing)}"


def test_reasons_are_true_and_plain() -> None:
    given = reasons()
    assert not set(given) - all_classes(), "the README names what torch.nn has not"
    assert not set(given) & offered_classes(), "the README denies what there is"
    assert all(len(reason) > 20 and reason.endswith(".") for reason in given.values())


def test_most_of_torch_nn_is_there() -> None:
    assert len(all_classes() & offered_classes()) >= 135


def test_what_a_node_stands_for_exists() -> None:
    assert {name for cls in layers for name in cls.covers} <= all_classes()

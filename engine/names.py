"""Ids of nodes: they double as the names in the generated code, so they are plain, free and mean nothing else there."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from engine.graph import Graph

# names that mean something in the generated class: attributes of nn.Module and what its source uses
# fmt: off
_TAKEN = frozenset([
    "self", "super", "torch", "nn", "math", "x", "outputs", "targets", "apply", "bfloat16", "buffers",
    "call_super_init", "children", "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extra_repr",
    "float", "forward", "half", "ipu", "load_state_dict", "modules", "mtia", "named_buffers", "named_children",
    "named_modules", "named_parameters", "parameters", "preparation", "add_module", "get_buffer", "get_extra_state",
    "get_parameter", "get_submodule", "set_extra_state", "set_submodule", "predictions", "objectives",
    "register_backward_hook", "register_buffer", "register_forward_hook", "register_forward_pre_hook",
    "register_full_backward_hook", "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_module", "register_parameter", "register_state_dict_post_hook",
    "register_state_dict_pre_hook", "requires_grad_", "share_memory", "state_dict", "to", "to_empty", "train",
    "training", "type", "xpu", "zero_grad", "int", "bool", "str", "len", "range", "tuple", "dict", "list", "max",
    "min", "sum", "print",
])
# fmt: on


def new_id(graph: Graph, stem: str) -> str:
    """A free id such as `conv2d_3`; ids double as the names in the generated code."""
    return new_ids(graph, [stem])[0]


def new_ids(graph: Graph, stems: Iterable[str]) -> list[str]:
    """As many free ids as there are stems, all different."""
    found: list[str] = []
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for stem in stems:
        stem = re.sub(r"[^a-z0-9_]", "_", stem.lower())[:40].strip("_") or "node"
        if stem[0].isdigit():
            stem = f"n_{stem}"
        number = numbers.get(stem, 1)
        while f"{stem}_{number}" in graph.nodes or f"{stem}_{number}" in taken:
            number += 1
        numbers[stem] = number + 1
        taken.add(f"{stem}_{number}")
        found.append(f"{stem}_{number}")
    return found


def stem_of(label: str) -> str:
    """`Max pool 2D` to `max_pool`: what the ids of such nodes begin with."""
    words = [word for word in label.split() if not re.fullmatch(r"[123]D", word)]
    return "_".join(words) or label


def valid_id(name: str) -> bool:
    """Whether a text may be a node's id: a plain Python name, not too long."""
    return bool(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name)) and not keyword.iskeyword(name) and name not in _TAKEN

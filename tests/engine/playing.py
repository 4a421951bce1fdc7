"""Projects for the tests of recipes that make pictures or play, drawn in a few words."""

from __future__ import annotations

from dataclasses import replace

from engine import edits, wiring
from engine.data.dataset import scan
from engine.graph import Graph
from engine.project import Project

DIGITS = {"type": "DigitsData"}


def drawn(graph: Graph, last: str, *cards) -> tuple[Graph, str]:
    """The graph with cards one after another; each is a layer's name, or (name, settings)."""
    for card in cards:
        name, settings = (card, {}) if isinstance(card, str) else card
        graph, node = edits.add(graph, name, 0, 100.0 * len(graph.nodes), settings)
        graph = wiring.connect(graph, last, node) if last else graph
        last = node
    return graph, last


def wide(size: int, *rest):
    return [("Linear", {"features": size}), ("LeakyReLU", {"negative_slope": 0.2}), *rest]


def gan(chosen: bool = False, norm: bool = False, **recipe) -> Project:
    """A generator and a discriminator of digits, with or without the choice of the digit and batch normalization."""
    made, noise = drawn(Graph(), "", ("NoiseInput", {"size": 32}))
    judge, image = drawn(Graph(), "", "ImageInput", "Flatten")
    if chosen:
        made, noise = with_digit(made, noise)
        judge, image = with_digit(judge, image)
    between = ["BatchNorm"] if norm else []
    made, _ = drawn(made, noise, *wide(256), *between, *wide(256), ("Linear", {"features": 64}), "Sigmoid",
                    ("Reshape", {"size": (1, 8, 8)}), ("Output", {"name": "image"}))  # fmt: skip
    judge, _ = drawn(judge, image, *wide(256), *wide(256), ("Linear", {"features": 1}), ("Output", {"name": "score"}))
    choice = {"type": "Gan", "device": "cpu", "batch_size": 64, **recipe}
    return Project("Digits", {"generator": made, "discriminator": judge}, data=scan(DIGITS), recipe=choice)


def with_digit(graph: Graph, other: str, size: int = 10) -> tuple[Graph, str]:
    """The digit as learned numbers beside what another node gives."""
    graph, label = drawn(
        graph, "", ("CategoryInput", {"field": "digit"}), ("Embedding", {"features": 10, "size": size})
    )
    graph, both = drawn(graph, other, "Concatenate")
    return wiring.connect(graph, label, both), both


def denoiser(vocabulary: int = 11, chosen: bool = True, **recipe) -> Project:
    """A small U-shaped network that sees noise in digits."""
    graph, image = drawn(Graph(), "", "ImageInput")
    graph, about = drawn(graph, "", "TimeStepInput", ("StepEncoding", {"features": 64}))
    if chosen:
        graph, label = drawn(
            graph, "", ("CategoryInput", {"field": "digit"}), ("Embedding", {"features": 64, "size": vocabulary})
        )
        graph, about = drawn(graph, about, "Add")
        graph = wiring.connect(graph, label, about)
    graph, about = drawn(graph, about, ("Linear", {"features": 128}), "SiLU", ("Linear", {"features": 64}),
                         ("Reshape", {"size": (64, 1, 1)}))  # fmt: skip
    graph, fine = drawn(graph, image, ("Conv2d", {"filters": 32, "kernel": 3, "padding": 1}), "SiLU")
    small = ("Conv2d", {"filters": 64, "kernel": 3, "padding": 1})
    graph, coarse = drawn(graph, fine, ("Conv2d", {"filters": 64, "kernel": 3, "stride": 2, "padding": 1}),
                          ("GroupNorm", {"groups": 4}), ("Add", {"stretch": True}))  # fmt: skip
    graph = wiring.connect(graph, about, coarse)
    graph, coarse = drawn(graph, coarse, "SiLU")
    for rest in ((("GroupNorm", {"groups": 4}), "SiLU"), (("Add", {"stretch": True}), "SiLU")):
        graph, more = drawn(graph, coarse, small, *rest[:1])
        graph = wiring.connect(graph, about, more) if rest[0][0] == "Add" else graph
        graph, joined = drawn(graph, more, rest[1], "Add")
        graph, coarse = wiring.connect(graph, coarse, joined), joined
    graph, up = drawn(graph, coarse, ("ConvTranspose2d", {"filters": 32, "kernel": 4, "stride": 2, "padding": 1}),
                      "SiLU", ("Concatenate", {"axis": "channels"}))  # fmt: skip
    graph = wiring.connect(graph, fine, up)
    graph, _ = drawn(graph, up, ("Conv2d", {"filters": 32, "kernel": 3, "padding": 1}), "SiLU",
                     ("Conv2d", {"filters": 1, "kernel": 3, "padding": 1}), ("Output", {"name": "noise"}))  # fmt: skip
    choice = {"type": "Diffusion", "device": "cpu", "batch_size": 64, **recipe}
    return Project("Digits", {"main": graph}, data=scan(DIGITS), recipe=choice)


def agent(kind: str, environment: str = "CartPole-v1", **recipe) -> Project:
    """A player: DQN with one output, PPO with two."""
    data = scan({"type": "EnvironmentData", "environment": environment})
    data = replace(data, preparation={"type": "Preparation", "numbers": "none"})
    count = len(data.schema["action"].classes)
    graph, table = drawn(Graph(), "", "TableInput")
    size, bend, ends = (
        (128, "ReLU", [("worth", count)]) if kind == "Dqn" else (64, "Tanh", [("policy", count), ("value", 1)])
    )
    for name, width in ends:
        linear = ("Linear", {"features": size})
        graph, _ = drawn(
            graph, table, linear, bend, linear, bend, ("Linear", {"features": width}), ("Output", {"name": name})
        )
    return Project("Agent", {"main": graph}, data=data, recipe={"type": kind, **recipe})

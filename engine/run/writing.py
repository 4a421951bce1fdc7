"""Writing with a network that says what comes next: one token after the other, by chance or by the likeliest answer.

A network of a fixed length reads what was written from its first place on, the rest filled up: what comes later cannot
change what is said at an earlier place, so the filling does not matter. Once the text is longer, it reads its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.codeends import OutputSpec
from engine.data.vocabulary import BEGIN, END, PADDING, UNKNOWN
from engine.errors import UserError
from engine.run.model import Built
from engine.shapes import Tokens

Scores = Callable[[Tensor], Tensor]
"""Tokens (batch, steps) to scores (batch, steps, vocabulary)."""


@dataclass(frozen=True)
class Style:
    """How daring somebody writes; see the settings of the recipe `LanguageModel`."""

    temperature: float = 0.8
    top_k: int | None = None
    top_p: float = 1.0


def chances(scores: Tensor, style: Style) -> Tensor:
    """The chance of each token to be drawn: (…, vocabulary), adding up to 1."""
    if style.temperature == 0:
        return torch.zeros_like(scores).scatter_(-1, scores.argmax(-1, keepdim=True), 1.0)
    scores = scores / style.temperature
    if style.top_k is not None and style.top_k < scores.shape[-1]:
        least = scores.topk(style.top_k, dim=-1).values[..., -1:]
        scores = scores.masked_fill(scores < least, -torch.inf)
    found = scores.softmax(-1)
    if style.top_p < 1:
        ordered, order = found.sort(dim=-1, descending=True, stable=True)
        before = ordered.cumsum(-1) - ordered
        kept = torch.zeros_like(found).scatter_(-1, order, ordered.masked_fill(before >= style.top_p, 0.0))
        found = kept / kept.sum(-1, keepdim=True)
    return found


@torch.no_grad()
def write(
    scores: Scores,
    start: Sequence[int],
    count: int,
    length: int,
    style: Style,
    generator: torch.Generator | None = None,
) -> list[int]:
    """Tokens that go on from others.

    Args:
        scores: the network in use mode.
        start: what is written already, at least one token.
        count: how many to add.
        length: how many tokens the network reads at once.
    """
    text = list(start)
    window = torch.zeros((1, length), dtype=torch.int64)
    for _ in range(count):
        seen = text[-length:]
        window.zero_()
        window[0, : len(seen)] = torch.tensor(seen)
        found = chances(scores(window)[0, len(seen) - 1].float().cpu(), style)
        text.append(int(torch.multinomial(found, 1, generator=generator)))
    return text


@dataclass(frozen=True)
class Writer:
    """The parts of a network that writes: which input it reads from, which output says what comes next."""

    place: int
    """Of the input among the network's."""
    answer: int
    """Of the scores among the network's outputs."""
    spec: OutputSpec
    length: int
    classes: tuple[str, ...]

    def scores(self, built: Built, inputs: tuple[Tensor, ...]) -> Tensor:
        """One score per known token (batch, steps, vocabulary). The network may have scores for more tokens than the
        data has: those stand for nothing and are never written."""
        return built.outputs(inputs)[self.answer][..., : len(self.classes)]


def writer_of(built: Built, reads: str = "") -> Writer:
    """How a network writes: it has an objective per step whose vocabulary is that of one of its token inputs.

    Args:
        reads: the node of that input where there are several.

    Raises:
        UserError: it has no such objective or no such input.
    """
    schema = built.project.data.schema
    outputs = list(enumerate(built.source.outputs))
    answers = [(place, one) for place, one in outputs if one.exported and one.target in schema and
               schema[one.target].kind == "tokens"]  # fmt: skip
    if not answers:
        raise UserError(
            "Nothing in this network says what comes next. Add “Cross-entropy per step” with the next tokens as its "
            "target."
        )
    answer, spec = answers[0]
    inputs = [(place, one) for place, one in enumerate(built.source.inputs) if isinstance(one.tensor, Tokens)]
    fitting = [(place, one) for place, one in inputs if one.tensor.classes == len(spec.classes)
               and reads in ("", one.node)]  # fmt: skip
    if not fitting:
        raise UserError(
            f"The network answers with {len(spec.classes)} different tokens and reads none of the same. Add a Token "
            "input for the text that it goes on from."
        )
    place, one = fitting[-1]
    steps = one.tensor.dims[0]
    if not isinstance(steps, int):
        raise UserError("The text that the network reads needs a fixed length. Set it on the Data page.")
    return Writer(place, answer, spec, steps, spec.classes)


def marks(classes: Sequence[str]) -> dict[str, int]:
    """Where the special entries of a vocabulary stand."""
    return {mark: classes.index(mark) for mark in (PADDING, UNKNOWN, BEGIN, END) if mark in classes}


@torch.no_grad()
def refuse_looking_ahead(built: Built, writer: Writer, inputs: tuple[Tensor, ...]) -> None:
    """A sentence where what the network says at a place changes with what comes later: it would learn to copy the
    answer, and write nonsense."""
    built.network.eval()
    read = inputs[writer.place]
    changed = read.clone()
    changed[:, -1] = (changed[:, -1] + 1) % len(writer.classes)
    other = tuple(changed if place == writer.place else one for place, one in enumerate(inputs))
    before, after = (built.outputs(given)[writer.answer][:, :-1] for given in (inputs, other))
    if not torch.allclose(before, after, atol=1e-4, rtol=1e-3):
        raise UserError(
            "This network sees the token that it has to guess. Switch on “Hide what comes later” in every attention, "
            "and use no layer that reads the text backwards."
        )

"""Sequences that become others: learn with the right answer so far in view, answer step by step in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from engine.codeends import objective_of
from engine.data.fields import Field
from engine.data.raw import bound
from engine.data.vocabulary import BEGIN, END, PADDING, decode
from engine.errors import UserError
from engine.graph import make
from engine.layer import Input
from engine.recipes.language import SequenceToSequence
from engine.run.learner import Learner
from engine.run.model import Built
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.run.tensors import Part
from engine.run.writing import Writer, marks, refuse_looking_ahead, writer_of

CHUNK = 128
SHOWN = 8


class TranslateLoop:
    """Learns what comes next in the answer, given the source and the answer so far (teacher forcing)."""

    def __init__(self, setup: Setup) -> None:
        recipe: SequenceToSequence = setup.recipe
        self.recipe, self.course = recipe, setup.course
        self.built = setup.build()
        self.networks = {"main": self.built}
        learner = self.learner = Learner(setup, self.built, steps=recipe.steps)
        self.writer = answers_of(self.built, learner.training)
        refuse_looking_ahead(self.built, self.writer, learner.training.slice(0, 2)[0])
        self.batches, self.items, self.columns = learner.batches, learner.items, learner.columns
        self.begin, self.exported = learner.begin, learner.exported
        self.state, self.facts, self.resume, self.broken = learner.state, learner.facts, learner.resume, learner.broken
        self.filler = marks(self.writer.classes).get(PADDING, -1)

    def step(self, place: int, last: bool) -> Step:
        learner = self.learner
        inputs, targets = learner.batch(place)
        targets = uncounted(self.built, self.writer, targets)
        with learner.precision:
            outputs = self.built.outputs(inputs)
            loss, row = learner.weigh(learner.loss_of(outputs, targets))
        return learner.learn(loss, row, outputs, targets, place, last)

    def trained(self) -> dict[str, float]:
        return self.learner.trained()

    def measure(self) -> dict[str, float] | None:
        part = self.learner.validation
        if part is None:
            return None
        inputs, targets = part.slice(0, part.count)
        clean = Part(inputs, uncounted(self.built, self.writer, targets), part.count, part.scales, part.device)
        self.learner.validation = clean
        values = self.learner.measure()
        self.learner.validation = part
        assert values is not None
        given = answered(self.built, self.writer, tuple(one[: self.recipe.tested] for one in inputs), self.recipe.beams)
        right = targets[self.writer.spec.target][: self.recipe.tested]
        return {**values, "exact_match": exact(given, right, self.writer)}

    def look_at(self, part: str) -> None:
        self.learner.look_at(part)

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    def samples(self) -> Iterable[Sample]:
        """Some sources that it has not learned from, what it answers, and what is right."""
        part = self.learner.validation or self.learner.training
        inputs, targets = part.slice(0, SHOWN)
        given = answered(self.built, self.writer, inputs, self.recipe.beams)
        right = targets[self.writer.spec.target]
        sources = source_words(self.built, self.writer, inputs)
        lines = []
        for place, answer in enumerate(given):
            wanted = trimmed(right[place].tolist(), self.writer)
            mark = "✓" if answer == wanted else f"✗ right is {decode(wanted, self.writer.classes)}"
            lines.append(f"{sources[place]} → {decode(answer, self.writer.classes)}  {mark}")
        return [Sample("text", "Answers", "\n".join(lines).encode())]


def uncounted(built: Built, writer: Writer, targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Targets whose filling counts neither for the loss nor for the measures."""
    ignored = getattr(objective_of(built.project.graph.nodes[writer.spec.node]), "ignore", None)
    filler = marks(writer.classes).get(PADDING)
    if ignored is not None or filler is None:
        return dict(targets)
    right = targets[writer.spec.target]
    return {**targets, writer.spec.target: right.masked_fill(right == filler, -100)}


def answers_of(built: Built, part: Part) -> Writer:
    """How a network answers: the token input that holds the right answer one step behind the target."""
    usual = writer_of(built)
    if len(built.source.inputs) < 2:
        raise UserError(
            "To translate, the network reads two sequences: the source, and the answer so far. Add a Token input for "
            "each."
        )
    inputs, targets = part.slice(0, 16)
    right = targets[usual.spec.target]
    for spec, read in zip(built.source.inputs, inputs, strict=True):
        if read.shape == right.shape and read.dtype == right.dtype:
            known = (right[:, :-1] > 0) & (read[:, 1:] > 0)
            if bool(known.any()) and bool((read[:, 1:] == right[:, :-1])[known].all()):
                found = writer_of(built, spec.node)
                if BEGIN in found.classes and END in found.classes:
                    return found
    raise UserError(
        "No input of the network holds the answer so far: the target's tokens one step later, after a <begin>. Read "
        "that field of the data with a Token input."
    )


@torch.no_grad()
def answered(built: Built, writer: Writer, inputs: tuple[Tensor, ...], beams: int = 1) -> list[list[int]]:
    """The answers to some sources, step by step, without <begin> and <end>."""
    built.network.eval()

    def scores(chosen: tuple[Tensor, ...], written: Tensor, step: int) -> Tensor:
        given = tuple(written if place == writer.place else one for place, one in enumerate(chosen))
        return writer.scores(built, given)[:, step].float().log_softmax(-1)

    found: list[list[int]] = []
    for start in range(0, len(inputs[0]), CHUNK):
        chosen = tuple(one[start : start + CHUNK] for one in inputs)
        found += searched(scores, chosen, writer, beams)
    return found


def searched(
    scores: Callable[[tuple[Tensor, ...], Tensor, int], Tensor],
    inputs: tuple[Tensor, ...],
    writer: Writer,
    beams: int,
) -> list[list[int]]:
    """The likeliest answers among those kept in mind; one beam is the likeliest token at every step.

    Answers are compared by the mean chance of their tokens, so that long ones are not at a disadvantage.
    """
    special = marks(writer.classes)
    begin, end, filler = special[BEGIN], special[END], special.get(PADDING, 0)
    count, device = len(inputs[0]), inputs[0].device
    wide = tuple(one.repeat_interleave(beams, 0) for one in inputs)
    written = torch.full((count * beams, writer.length), filler, dtype=torch.int64, device=device)
    written[:, 0] = begin
    told = torch.full((count, beams, writer.length), end, dtype=torch.int64, device=device)
    total = torch.full((count, beams), -torch.inf, device=device)
    total[:, 0] = 0  # all beams are alike at first
    size = torch.zeros((count, beams), device=device)
    done = torch.zeros((count, beams), dtype=torch.bool, device=device)
    classes = len(writer.classes)
    for step in range(writer.length):
        next_ = scores(wide, written, step).reshape(count, beams, classes)
        next_[..., [one for one in (begin, filler) if one != end]] = -torch.inf
        stay = torch.full_like(next_, -torch.inf)
        stay[..., end] = 0  # what is finished only goes on with the end, at no cost
        next_ = torch.where(done[..., None], stay, next_)
        sums = total[..., None] + next_
        longer = size + (~done)
        means = sums / longer.clamp_min(1)[..., None]
        best = means.reshape(count, -1).topk(beams, dim=1).indices
        parent, token = best // classes, best % classes
        rows = torch.arange(count, device=device)[:, None]
        total = sums.reshape(count, -1).gather(1, best)
        size, done = longer[rows, parent], done[rows, parent] | (token == end)
        told = told[rows, parent]
        told[:, :, step] = token
        written = written.reshape(count, beams, -1)[rows, parent]
        if step + 1 < writer.length:
            written[:, :, step + 1] = torch.where(done, filler, token)
        written = written.reshape(count * beams, -1)
        if bool(done.all()):
            break
    winner = (total / size.clamp_min(1)).argmax(1)
    return [trimmed(told[place, one].tolist(), writer) for place, one in enumerate(winner.tolist())]


def trimmed(ids: list[int], writer: Writer) -> list[int]:
    """An answer up to its end."""
    special = marks(writer.classes)
    found = []
    for one in ids:
        if one == special[END] or one == special.get(PADDING):
            break
        found.append(one)
    return found


def exact(given: list[list[int]], right: Tensor, writer: Writer) -> float:
    """The share of answers that are right from beginning to end."""
    wanted = [trimmed(row.tolist(), writer) for row in right]
    return sum(a == b for a, b in zip(given, wanted, strict=True)) / max(1, len(wanted))


def source_words(built: Built, writer: Writer, inputs: tuple[Tensor, ...]) -> list[str]:
    """The sources in words."""
    place = next(place for place in range(len(inputs)) if place != writer.place)
    layer = make(built.project.graph.nodes[built.source.inputs[place].node])
    assert isinstance(layer, Input)
    fields: list[Field] = bound(layer, built.project.data.schema)[1]
    return [decode(row.tolist(), fields[0].classes) for row in inputs[place]]


loop = TranslateLoop

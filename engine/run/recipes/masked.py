"""Masked-token models: hide tokens, and let the network say what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from engine.codeends import objective_of
from engine.data.vocabulary import decode
from engine.errors import UserError
from engine.recipes.language import MaskedTokens
from engine.run.learner import Learner, Targets, Values
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.run.tensors import Part
from engine.run.writing import marks, writer_of

LEFT_OUT = -100
"""What torch's losses and our counting leave out."""
HIDDEN, SWAPPED = 0.8, 0.1
"""Of the chosen tokens, how many are hidden and how many become another one; the rest stays as it is."""


class MaskedLoop:
    """Learns what was hidden."""

    def __init__(self, setup: Setup) -> None:
        recipe: MaskedTokens = setup.recipe
        self.recipe, self.course, self.setup = recipe, setup.course, setup
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.writer = writer_of(self.built)
        objective = objective_of(self.built.project.graph.nodes[self.writer.spec.node])
        ignored = getattr(objective, "ignore", None)
        self.left_out = LEFT_OUT if ignored is None else int(ignored)
        self.marks = marks(self.writer.classes)
        learner = self.learner = Learner(setup, self.built, steps=recipe.steps)
        if self.writer.spec.target != self.read_field(learner.training):
            raise UserError(
                f"The loss compares with “{self.writer.spec.target}”. To fill in what was hidden, its target has to be "
                "the field that the network reads."
            )
        self.batches, self.items, self.columns = learner.batches, learner.items, learner.columns
        self.begin, self.trained, self.exported = learner.begin, learner.trained, learner.exported
        self.state, self.facts, self.resume, self.broken = learner.state, learner.facts, learner.resume, learner.broken
        if learner.validation is not None:
            # hidden once and for all, so that all epochs are measured by the same
            learner.validation = self.hidden_part(learner.validation)

    def read_field(self, part: Part) -> str:
        """The target whose tokens are those that the network reads."""
        inputs, targets = part.slice(0, 8)
        read = inputs[self.writer.place]
        same = [name for name, one in targets.items() if one.shape == read.shape and bool((one == read).all())]
        return same[0] if same else ""

    def step(self, place: int, last: bool) -> Step:
        learner = self.learner
        inputs, targets = learner.batch(place)
        inputs, targets = self.hide(inputs, targets, None)
        with learner.precision:
            outputs = self.built.outputs(inputs)
            loss, row = learner.weigh(learner.loss_of(outputs, targets))
        return learner.learn(loss, row, outputs, targets, place, last)

    def hide(self, inputs: Values, targets: Targets, generator: torch.Generator | None) -> tuple[Values, Targets]:
        """Inputs with some tokens hidden, and targets that count only those."""
        read = inputs[self.writer.place]
        device = read.device
        luck = torch.rand((2, *read.shape), generator=generator).to(device)
        other = torch.randint(len(self.writer.classes), read.shape, generator=generator).to(device)
        special = torch.zeros_like(read, dtype=torch.bool)
        for mark in self.marks.values():
            special |= read == mark
        chosen = (luck[0] < self.recipe.share) & ~special
        # at least one per batch: the mean of nothing is no number
        if not bool(chosen.any()):
            chosen.view(-1)[(~special).view(-1).to(torch.int8).argmax()] = True
        cover = self.marks.get("<unknown>")
        covered = other if cover is None else torch.full_like(read, cover)
        seen = torch.where(chosen & (luck[1] < HIDDEN), covered, read)
        seen = torch.where(chosen & (luck[1] >= HIDDEN) & (luck[1] < HIDDEN + SWAPPED), other, seen)
        name = self.writer.spec.target
        wanted = torch.where(chosen, targets[name], torch.full_like(targets[name], self.left_out))
        changed = tuple(seen if place == self.writer.place else one for place, one in enumerate(inputs))
        return changed, {**targets, name: wanted}

    def hidden_part(self, part: Part) -> Part:
        """A part with its tokens hidden, the same ones each time."""
        inputs, targets = part.slice(0, part.count)
        generator = torch.Generator().manual_seed(self.recipe.seed)
        inputs, targets = self.hide(inputs, targets, generator)
        return replace(part, inputs=inputs, targets=targets, prepare=None, fetch=None)

    def measure(self) -> dict[str, float] | None:
        return self.learner.measure()

    def look_at(self, part: str) -> None:
        self.learner.look_at(part)
        if self.learner.validation is not None:
            self.learner.validation = self.hidden_part(self.learner.validation)

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    @torch.no_grad()
    def samples(self) -> Iterable[Sample]:
        """What the network fills in: the text as it read it, and as it would have it."""
        part = self.learner.validation
        if part is None:
            part = self.hidden_part(self.learner.training)
        inputs, targets = part.slice(0, 3)
        self.built.network.eval()
        answers = self.writer.scores(self.built, inputs).argmax(-1)
        blocks = [
            self.told(read, answer, truth)
            for read, answer, truth in zip(
                inputs[self.writer.place], answers, targets[self.writer.spec.target], strict=True
            )
        ]
        return [Sample("text", "Filled in", "\n\n".join(blocks).encode())]

    def told(self, read: Tensor, answer: Tensor, truth: Tensor) -> str:
        """One item in words: with gaps, and with the gaps filled by the network."""
        classes = self.writer.classes
        asked = truth != self.left_out
        gaps = ["_" if hidden else classes[int(one)] for one, hidden in zip(read, asked, strict=True)]
        by_characters = all(len(one) == 1 for one in classes if one not in self.marks)
        right = int((answer == truth)[asked].sum())
        done = torch.where(asked, answer, read)
        shown = ("" if by_characters else " ").join(one for one in gaps if one not in self.marks)
        return f"{shown}\n→ {decode(done.tolist(), classes)}\n({right} of {int(asked.sum())} right)"


loop = MaskedLoop

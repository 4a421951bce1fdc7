"""Learning from a teacher: the student's loss compares with the right answers and with the teacher's scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import UserError
from engine.recipes.distillation import Distillation
from engine.run import diagnose, state
from engine.run.learner import Learner, Values
from engine.run.model import Built, load
from engine.run.mover import Mover
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.run.tensors import Part, load_part
from engine.runs import find

MOST_NUMBERS = 50_000_000
"""Up to so many scores of a finished teacher are worked out once and kept."""


class DistillationLoop:
    """A student, and a teacher that is finished or learns along."""

    shows_nothing = True

    def __init__(self, setup: Setup) -> None:
        recipe: Distillation = setup.recipe
        self.setup, self.recipe, self.course = setup, recipe, setup.course
        self.built = setup.build("student")
        learner = self.learner = Learner(setup, self.built)
        self.teacher = finished(setup) if recipe.teacher_run else setup.build("teacher")
        self.pairs = pairs_of(self.built, self.teacher)
        self.networks = {"student": self.built}
        self.mover: Mover | None = None
        if recipe.teacher_run:
            self.teacher.network.requires_grad_(False).eval()
            self.lessons = load_part(self.teacher, setup.dataset, setup.parts.train, setup.device)
        else:
            self.networks["teacher"] = self.teacher
            self.mover = Mover(setup, self.teacher, learner.batches, name="teacher_optimizer")
            part = setup.part(self.teacher, "train")
            assert part is not None
            self.lessons = part
        self.known = None if self.mover else known_scores(self.teacher, self.lessons)
        self.batches, self.items = learner.batches, learner.items
        self.columns = ("loss", "answers.loss", "teaching.loss") + (("teacher.loss",) if self.mover else ())
        self.trained, self.measure, self.exported, self.facts = (
            learner.trained, learner.measure, learner.exported, learner.facts
        )  # fmt: skip

    def begin(self, epoch: int) -> None:
        self.learner.begin(epoch)
        if self.mover is not None:
            self.teacher.network.train()

    def step(self, place: int, last: bool) -> Step:
        learner, mix = self.learner, self.recipe.mix
        inputs, targets = learner.batch(place)
        told, taught = self.teach(place)
        with learner.precision:
            outputs = self.built.outputs(inputs)
            answers, _ = learner.weigh(learner.loss_of(outputs, targets))
            teaching = self.teaching(outputs, told)
            loss = (1 - mix) * answers + mix * teaching
        row = torch.stack([loss, answers, teaching, *taught]).detach()
        return learner.learn(loss, row, outputs, targets, place, last)

    def teach(self, place: int) -> tuple[Values, list[Tensor]]:
        """What the teacher says of a batch; where it learns along, it learns from it first."""
        batch = self.learner.order[place]
        if self.known is not None:
            return tuple(one.index_select(0, batch) for one in self.known), []
        inputs, targets = self.lessons.batch(batch)
        if self.mover is None:
            with torch.no_grad():
                return self.teacher.outputs(inputs), []
        with self.mover.precision:
            outputs = self.teacher.outputs(inputs)
            loss, _ = self.learner.weigh(self.teacher.objectives(outputs, targets), shares(self.teacher))
        if self.setup.device.type == "cpu" and not math.isfinite(loss.item()):
            raise diagnose.not_finite(self.teacher, inputs, self.course.step + 1)
        self.mover.move(loss)
        return tuple(one.detach() for one in outputs), [loss]

    def teaching(self, outputs: Values, told: Values) -> Tensor:
        """How far the student's scores are from the teacher's."""
        warm, losses = self.recipe.temperature, []
        for mine, theirs, classes in self.pairs:
            own, other = outputs[mine].float(), told[theirs].float()
            if classes and own.shape[-1] > 1:
                chance = F.softmax(other / warm, -1).flatten(0, -2)
                losses.append(
                    F.kl_div(F.log_softmax(own / warm, -1).flatten(0, -2), chance, reduction="batchmean") * warm**2
                )
            elif classes:  # one score: the chance of the second of two classes
                chance = torch.sigmoid(other / warm)
                losses.append(F.binary_cross_entropy_with_logits(own / warm, chance) * warm**2)
            else:
                losses.append(F.mse_loss(own, other))
        return torch.stack(losses).sum()

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    def samples(self) -> Iterable[Sample]:
        return ()

    def state(self) -> dict[str, Tensor]:
        found = self.learner.state()
        if self.mover is not None:
            found |= {f"teacher.{name}": tensor for name, tensor in self.teacher.network.state_dict().items()}
            found |= self.mover.state()
        return found

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        self.learner.resume(tensors, facts)
        if self.mover is not None:
            self.teacher.network.load_state_dict(state.part(tensors, "teacher"))
            self.mover.load(tensors)

    def broken(self, step: int) -> diagnose.Failed:
        return self.learner.broken(step)


def finished(setup: Setup) -> Built:
    """The teacher that another run has trained."""
    folders = [setup.folder.parent] if setup.folder else []
    teacher = load(find(setup.recipe.teacher_run, folders))
    teacher.network.to(setup.device)
    return teacher


def shares(built: Built) -> dict[str, float]:
    """How much each objective of a network counts."""
    return {one.objective: one.weight for one in built.source.outputs if one.objective and one.exported}


def pairs_of(student: Built, teacher: Built) -> list[tuple[int, int, bool]]:
    """The outputs of both that answer the same: places among the outputs, and whether they are scores of classes."""
    theirs = {
        one.target: (place, one) for place, one in enumerate(teacher.source.outputs) if one.exported and one.target
    }
    found = []
    for place, one in enumerate(student.source.outputs):
        if not (one.exported and one.target in theirs):
            continue
        where, other = theirs[one.target]
        if one.classes != other.classes or one.tensor.dims != other.tensor.dims:
            raise UserError(
                f"Teacher and student answer “{one.target}” in other sizes or classes: {other.tensor.words()} and "
                f"{one.tensor.words()}. Make them equal."
            )
        found.append((place, where, bool(one.classes)))
    if not found:
        raise UserError("Teacher and student have no answer in common. Give both a loss with the same target.")
    return found


@torch.no_grad()
def known_scores(teacher: Built, part: Part) -> Values | None:
    """What a finished teacher says of all items, where that fits into memory."""
    few = teacher.outputs(part.slice(0, 1)[0])
    if sum(one.numel() for one in few) * part.count > MOST_NUMBERS:
        return None
    found = [teacher.outputs(part.slice(at, at + 256)[0]) for at in range(0, part.count, 256)]
    return tuple(torch.cat(columns) for columns in zip(*found, strict=True))


loop = DistillationLoop

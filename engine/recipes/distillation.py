"""Learning from a teacher: a small network learns to answer as a large one does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from engine.declare import param
from engine.params import ChosenFrom
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule

STUDENT = "The network that learns from the teacher, and that is tested and exported."
TEACHER = "The network that it learns from; it learns from the data meanwhile."


@recipes.add("Learn from a teacher", keywords="distillation student compress knowledge soft labels teacher")
class Distillation(Recipe):
    """The student learns the right answers and, beside them, how sure the teacher is of all the others. The teacher is
    a trained run, or a second network of the project that learns along with it."""

    loop = "distillation"
    networks: ClassVar[Mapping[str, str]] = {"student": STUDENT, "teacher": TEACHER}

    teacher_run: Annotated[str, ChosenFrom("runs")] = param(
        default="", label="Teacher's run", none="a network of this project",
        help="From the list, or by the beginning of its number or its folder. Empty: the teacher is a network of this "
        "project.",
    )  # fmt: skip
    mix: float = param(
        default=0.7, min=0, max=1, label="From the teacher", help="Share of the loss that compares with the teacher."
    )
    temperature: float = param(
        default=4.0, above=0, max=100, help="Higher makes the teacher's smaller chances count more."
    )
    student: str = shared.network("student")
    teacher: str = shared.network("teacher")
    epochs: int = shared.EPOCHS
    batch_size: int = shared.BATCH_SIZE
    optimizer: Optimizer = shared.OPTIMIZER
    schedule: Schedule = shared.SCHEDULE
    warmup_epochs: float = shared.WARMUP_EPOCHS
    clip_norm: float | None = shared.CLIP_NORM
    early_stopping: int | None = shared.EARLY_STOPPING
    monitor: Literal["loss", "metric"] = shared.MONITOR
    keep_best: bool = shared.KEEP_BEST
    seed: int = shared.SEED
    device: Literal["auto", "cpu", "cuda", "mps"] = shared.DEVICE
    precision: Literal["32-bit", "bf16 mixed", "fp16 mixed"] = shared.PRECISION

    def roles(self) -> Mapping[str, str]:
        return {"student": STUDENT} if self.teacher_run else self.networks

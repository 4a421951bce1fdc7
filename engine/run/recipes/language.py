"""Language models: guess the next token at every place; between epochs, write a little."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch

from engine.data.vocabulary import SPECIAL, cut, decode, encode
from engine.errors import UserError
from engine.recipes.language import LanguageModel
from engine.run.learner import Learner
from engine.run.model import Built
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.run.writing import Style, Writer, refuse_looking_ahead, write, writer_of


class LanguageLoop:
    """Learns what comes next."""

    def __init__(self, setup: Setup) -> None:
        recipe: LanguageModel = setup.recipe
        self.recipe, self.course = recipe, setup.course
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.writer = writer_of(self.built)
        if len(self.built.source.inputs) != 1:
            raise UserError("A network that writes reads nothing but its own text. Remove the other inputs.")
        learner = self.learner = Learner(setup, self.built, steps=recipe.steps)
        self.batches, self.items, self.columns = learner.batches, learner.items, learner.columns
        self.begin, self.exported = learner.begin, learner.exported
        self.state, self.facts, self.resume, self.broken = learner.state, learner.facts, learner.resume, learner.broken
        refuse_looking_ahead(self.built, self.writer, learner.training.slice(0, 2)[0])
        self.start = prompt_ids(self.writer, recipe.prompt) or self.usual_start()

    def step(self, place: int, last: bool) -> Step:
        learner = self.learner
        inputs, targets = learner.batch(place)
        with learner.precision:
            outputs = self.built.outputs(inputs)
            loss, row = learner.weigh(learner.loss_of(outputs, targets))
        return learner.learn(loss, row, outputs, targets, place, last)

    def trained(self) -> dict[str, float]:
        return self.learner.trained()

    def measure(self) -> dict[str, float] | None:
        values = self.learner.measure()
        return None if values is None else with_perplexity(values, self.writer)

    def look_at(self, part: str) -> None:
        self.learner.look_at(part)

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    def samples(self) -> Iterable[Sample]:
        recipe = self.recipe
        text = written(
            self.built, self.writer, self.start, recipe.sample_length,
            Style(recipe.temperature, recipe.top_k, recipe.top_p),
        )  # fmt: skip
        return [Sample("text", "Text", text.encode())]

    def usual_start(self) -> list[int]:
        """The beginning of a window that the network has not learned from."""
        part = self.learner.validation or self.learner.training
        inputs, _ = part.slice(0, 1)
        ids: list[int] = inputs[self.writer.place][0].tolist()
        return ids[: max(1, self.writer.length // 4)]


def prompt_ids(writer: Writer, prompt: str) -> list[int]:
    """What somebody typed as tokens; a sentence where the vocabulary lacks something."""
    characters = all(len(one) == 1 for one in writer.classes if one not in SPECIAL)
    return encode(cut(prompt, "characters" if characters else "words"), writer.classes)


def written(
    built: Built, writer: Writer, start: list[int], count: int, style: Style, generator: torch.Generator | None = None
) -> str:
    """A text that goes on from others, with the beginning."""
    built.network.eval()
    device = next(built.network.parameters()).device
    ids = write(
        lambda window: writer.scores(built, (window.to(device),)), start, count, writer.length, style, generator
    )
    return decode(ids, writer.classes)


def with_perplexity(values: dict[str, float], writer: Writer) -> dict[str, float]:
    """Values with what a loss per token means: between how many equally likely tokens the network wavers, and for
    characters how many bits each takes."""
    several = f"{writer.spec.objective}.loss"
    loss = values.get(several, values["loss"])
    found = {**values, "perplexity": math.exp(min(loss, 700.0))}
    if all(len(one) == 1 for one in writer.classes if one not in SPECIAL):
        found["bits_per_character"] = loss / math.log(2)
    return found


loop = LanguageLoop

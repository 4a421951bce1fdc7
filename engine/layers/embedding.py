"""Embeddings: token ids and categories become learned lists of numbers, and steps learn where they stand."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.dims import Dim, Sym
from engine.layer import Layer, call, layer
from engine.layers.rules import fixed, free, options, refuse
from engine.layers.weights import Started
from engine.shapes import Category, Numbers, Sequence, Tensor, Tokens

SECTION = "Embedding"
SIZE_HELP = "How many different ids there are; taken from the data if left open."


def rows_of(layer: Layer, size: int | None, ids: Tensor) -> int:
    """How many rows the table has."""
    if size is None:
        if ids.classes is None:
            refuse(
                f"{layer.label} does not know how many ids there are",
                "The data does not say. Fill in “Vocabulary”.",
            )
        return ids.classes
    if ids.classes is not None and not isinstance(size, Sym) and size < ids.classes:
        refuse(
            "The vocabulary is too small",
            f"The data has {ids.classes} different ids, the setting says {size}. Raise it, or leave it open.",
            "ids",
        )
    return size


@layer("Embedding", section=SECTION, keywords="lookup table words tokens ids category vocabulary", icon="embedding")
class Embedding(Started):
    """Gives every word or category a learned list of numbers, so that similar ones come to lie close together."""

    bridge = True
    samples = ({"features": 5}, {"size": 30, "features": 3}, {"features": 4, "padding": 0})

    features: int = param(default=64, min=1, max=65536, help="How many numbers each id becomes.")
    size: int | None = param(
        default=None, min=1, max=100_000_000, label="Vocabulary", none="from the data", help=SIZE_HELP
    )
    padding: int | None = param(
        default=None, min=0, advanced=True, label="Padding id", help="The id that fills up short texts; it stays zero."
    )

    def shape(self, ids: Tokens | Category) -> Tensor:
        rows = rows_of(self, self.size, ids)
        if isinstance(self.padding, int) and isinstance(rows, int) and self.padding >= rows:
            refuse(
                "The padding id is not in the vocabulary", f"Expected is at most {rows - 1}; found is {self.padding}."
            )
        return Sequence(ids.dims[0], self.features) if ids.rank else Numbers(self.features)

    def module(self, ids: Tensor) -> str:
        rest = options(padding_idx=(self.padding, None))
        return call("nn.Embedding", rows_of(self, self.size, ids), self.features, **rest)

    def table(self, ids: Tensor) -> tuple[Dim, Dim] | None:
        return rows_of(self, self.size, ids), self.features

    def parameters(self, ids: Tensor) -> Dim:
        return rows_of(self, self.size, ids) * self.features

    def summary(self) -> str:
        return f"{self.features} features"


@layer("Embedding bag", section=SECTION, keywords="bag of words tokens text average lookup", icon="embedding")
class EmbeddingBag(Started):
    """Gives every word learned numbers and averages them over the text: fast, and blind to the order of words."""

    bridge = True
    samples = ({"features": 5, "mode": "sum"}, {"size": 30, "features": 3}, {"features": 4, "mode": "max"})

    features: int = param(default=64, min=1, max=65536, help="How many numbers each id becomes.")
    size: int | None = param(
        default=None, min=1, max=100_000_000, label="Vocabulary", none="from the data", help=SIZE_HELP
    )
    mode: Literal["mean", "sum", "max"] = param(
        default="mean",
        choices=(("mean", "Average"), ("sum", "Sum"), ("max", "Largest")),
        label="Join by",
        help="How the words of a text are joined.",
    )

    def shape(self, ids: Tokens) -> Tensor:
        rows_of(self, self.size, ids)
        return Numbers(self.features)

    def module(self, ids: Tensor) -> str:
        return call(
            "nn.EmbeddingBag", rows_of(self, self.size, ids), self.features, **options(mode=(self.mode, "mean"))
        )

    def parameters(self, ids: Tensor) -> Dim:
        return rows_of(self, self.size, ids) * self.features

    def summary(self) -> str:
        return f"{self.features} features · {dict(self.params()['mode'].choices)[self.mode].lower()}"


def _long_enough(layer: Layer, sequence: Tensor, steps: int) -> None:
    time = sequence.time
    if isinstance(time, int) and isinstance(steps, int) and time > steps:
        refuse(
            f"The sequence is longer than {layer.label} reaches",
            f"It has {time} steps, “Longest” is {steps}. Raise it to at least {time}.",
            "sequence",
        )


@layer("Positional encoding", section=SECTION, keywords="position sinusoidal order transformer", icon="positional")
class PositionalEncoding(Layer):
    """Adds waves to the features that tell each step where it stands; attention alone does not know the order."""

    samples = ({"steps": 16}, {"steps": 64, "dropout": 0.1}, {"steps": 7})
    support = '''
class PositionalEncoding(nn.Module):
    """Adds sines and cosines of the position to each step."""

    def __init__(self, features: int, steps: int, dropout: float = 0.0) -> None:
        super().__init__()
        position = torch.arange(steps).unsqueeze(1)
        rate = 10000.0 ** (-torch.arange(0, features, 2) / features)
        table = torch.zeros(steps, features)
        table[:, 0::2] = torch.sin(position * rate)
        table[:, 1::2] = torch.cos(position * rate)[:, : features // 2]
        self.register_buffer("table", table, persistent=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.table[: x.size(1)])
'''

    steps: int = param(default=1024, min=1, max=1_000_000, label="Longest", help="The longest sequence it reaches.")
    dropout: float = param(
        default=0.0, min=0, below=1, advanced=True, help="Share switched off at random while training."
    )

    def shape(self, sequence: Sequence) -> Tensor:
        fixed(self, sequence.features, "features", "sequence")
        _long_enough(self, sequence, self.steps)
        return sequence

    def module(self, sequence: Tensor) -> str:
        return call("PositionalEncoding", sequence.features, self.steps, **options(dropout=(self.dropout, 0.0)))


@layer(
    "Learned positions", section=SECTION, keywords="position embedding order vit bert transformer", icon="positional"
)
class LearnedPositions(Layer):
    """Adds learned numbers to the features that tell each step where it stands; usual for sequences of fixed length."""

    samples = ({"steps": 16}, {"steps": 64}, {"steps": 7})
    support = '''
class LearnedPositions(nn.Module):
    """Adds a learned vector to each step, by its position."""

    def __init__(self, features: int, steps: int) -> None:
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(steps, features))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.table[: x.size(1)]
'''

    steps: int | None = param(
        default=None,
        min=1,
        max=1_000_000,
        label="Longest",
        none="as long as the input",
        help="The longest sequence it reaches; needed where the length varies.",
    )

    def rows(self, sequence: Tensor) -> Dim:
        """How many positions there are."""
        return sequence.time if self.steps is None else self.steps

    def shape(self, sequence: Sequence) -> Tensor:
        fixed(self, sequence.features, "features", "sequence")
        if self.steps is None and free(sequence.time):
            refuse(
                f"{self.label} needs a fixed number of steps",
                f"The input has {sequence.time} steps, which changes with the data. Fill in “Longest”.",
                "sequence",
            )
        if self.steps is not None:
            _long_enough(self, sequence, self.steps)
        return sequence

    def module(self, sequence: Tensor) -> str:
        return call("LearnedPositions", sequence.features, self.rows(sequence))

    def parameters(self, sequence: Tensor) -> Dim:
        return sequence.features * self.rows(sequence)


@layer("Class token", section=SECTION, keywords="cls summary vit bert transformer", icon="tag")
class ClassToken(Layer):
    """Puts one learned step in front of the sequence, in which attention can gather the answer."""

    support = '''
class ClassToken(nn.Module):
    """Puts one learned step in front of each sequence."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, features))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.token.expand(x.size(0), -1, -1), x], dim=1)
'''

    def shape(self, sequence: Sequence) -> Tensor:
        fixed(self, sequence.features, "features", "sequence")
        return Sequence(sequence.time + 1, sequence.features)

    def module(self, sequence: Tensor) -> str:
        return call("ClassToken", sequence.features)

    def parameters(self, sequence: Tensor) -> Dim:
        return sequence.features

    def arithmetic(self, sequence: Tensor) -> str:
        return f"{sequence.time} steps + 1 = {sequence.time + 1}"

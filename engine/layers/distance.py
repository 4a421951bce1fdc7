"""Layers that compare or combine two inputs as a whole: similarity, distance, and sums over shared axes."""

from __future__ import annotations

import re

from engine.declare import param
from engine.dims import Dim, differ, product
from engine.layer import Layer, call, layer
from engine.layers.merge import SECTION
from engine.layers.rules import alike, fixed, options, real, refuse, short
from engine.shapes import Anything, Numbers, Sequence, Tensor, tensor


@layer("Cosine similarity", section=SECTION, keywords="angle direction compare siamese embedding", icon="ruler")
class CosineSimilarity(Layer):
    """Tells how much two lists of numbers point the same way: 1 the same, 0 unrelated, −1 opposite."""

    def shape(self, left: Numbers | Sequence, right: Numbers | Sequence) -> Tensor:
        alike(self, left, right, "right")
        return left.sized(*left.dims[:-1], 1)

    def module(self, left: Tensor, right: Tensor) -> str:
        return "nn.CosineSimilarity(dim=-1)"

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f"{outputs[0]} = {module}({', '.join(args)}).unsqueeze(-1)"]


@layer("Distance", section=SECTION, keywords="pairwise euclidean manhattan compare siamese", icon="ruler")
class PairwiseDistance(Layer):
    """Tells how far two lists of numbers lie apart."""

    samples = ({"power": 1.0}, {"power": 3.0})

    power: float = param(default=2.0, min=1, max=64, help="2 measures as the crow flies, 1 adds up the differences.")

    def shape(self, left: Numbers | Sequence, right: Numbers | Sequence) -> Tensor:
        alike(self, left, right, "right")
        return left.sized(*left.dims[:-1], 1)

    def module(self, left: Tensor, right: Tensor) -> str:
        return call("nn.PairwiseDistance", **options(p=(self.power, 2.0)), keepdim=True)

    def summary(self) -> str:
        return f"power {short(self.power)}"


@layer("Einsum", section=SECTION, keywords="einstein sum product contraction tensor matmul outer", icon="multiply")
class Einsum(Layer):
    """Multiplies and sums over axes that you name by letters: ij, jk -> ik is the product of two tables.

    Letters on the left name the axes of the inputs, those on the right what is left. The batch is added by itself.
    """

    samples = ({"equation": "ij, ij -> ij"}, {"equation": "ij -> ji"}, {"equation": "i, j -> ij"})

    equation: str = param(default="ij, kj -> ik", help="Such as ij, jk -> ik. One letter per axis, without the batch.")

    def terms(self) -> tuple[list[str], str]:
        """The letters of each input and of the output; `Misfit` where the equation is none."""
        text = "".join(self.equation.split())
        if not re.fullmatch(r"[a-z]{0,6}(,[a-z]{0,6})?->[a-z]{0,6}", text):
            refuse(
                "The equation does not read",
                "Expected are one or two groups of small letters, an arrow, and the letters that stay: ij, jk -> ik.",
            )
        left, right = text.split("->")
        inputs = left.split(",")
        if any(len(set(term)) != len(term) for term in (*inputs, right)):
            refuse("A letter stands twice in one group", "Give every axis of an input a letter of its own.")
        lost = [letter for letter in right if letter not in left]
        if lost:
            refuse(f"Nothing is called {lost[0]}", "The letters on the right of the arrow must stand on the left too.")
        return inputs, right

    def sizes(self, *inputs: Tensor) -> dict[str, Dim]:
        """The size that each letter stands for."""
        terms, _ = self.terms()
        if len(terms) != len(inputs):
            refuse(f"The equation needs {len(terms)} input{'s' * (len(terms) > 1)}", f"Wired are {len(inputs)}.")
        found: dict[str, Dim] = {}
        for port, term, x in zip(("left", "right"), terms, inputs, strict=False):
            real(self, x, port)
            if len(term) != x.rank:
                refuse(f"“{term}” names {len(term)} axes", f"The input has {x.rank}: {x.words()}.", port)
            for letter, size in zip(term, x.dims, strict=True):
                known = found.setdefault(letter, size)
                if differ(known, size):
                    refuse(f"{letter} cannot be {known} and {size}", "Axes of one letter must have one size.", port)
                if isinstance(size, int):
                    found[letter] = size
        return found

    def shape(self, left: Anything, right: Anything | None = None) -> Tensor:
        sizes = self.sizes(left, *(() if right is None else (right,)))
        kept = self.terms()[1]
        if len(kept) > 4:
            refuse("These are too many axes", "At most four axes can come out.")
        for letter in set(sizes) - set(kept):
            fixed(self, sizes[letter], "places to sum over", "left")
        return tensor(*(sizes[letter] for letter in kept))

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        inputs, kept = self.terms()
        equation = f"{','.join(f'B{term}' for term in inputs)}->B{kept}"
        wired = [arg.removeprefix("right=") for arg in args]
        return [f'{outputs[0]} = torch.einsum("{equation}", {", ".join(wired)})']

    def flops(self, left: Tensor, right: Tensor | None = None) -> Dim:
        if right is None:
            return 0
        sizes = self.sizes(left, right)
        (one, two), kept = self.terms()
        shared = {letter for letter in sizes if letter in one and letter in two}
        if not shared - set(kept):
            return 0  # only multiplied, nothing summed
        return 2 * product(tuple(size for letter, size in sizes.items() if letter in shared or letter in kept))

    def summary(self) -> str:
        return self.equation[:40]

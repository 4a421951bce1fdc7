"""Encoding of a step number: waves of many lengths, from which a network reads how far along it is."""

from __future__ import annotations

from engine.declare import param
from engine.layer import Layer, call, layer
from engine.layers.rules import options
from engine.shapes import Category, Numbers, Tensor


@layer("Step encoding", section="Embedding", keywords="time step diffusion sinusoidal waves fourier", icon="positional")
class StepEncoding(Layer):
    """Turns the number of a step into waves of many lengths, so that near steps look alike; usual in diffusion."""

    samples = ({"features": 6}, {"features": 32, "longest": 100.0})
    support = '''
class StepEncoding(nn.Module):
    """Sines and cosines of a whole number, from short waves to long ones."""

    def __init__(self, features: int, longest: float = 10000.0) -> None:
        super().__init__()
        place = torch.arange(features // 2) / (features // 2)
        self.register_buffer("speed", longest**-place, persistent=False)

    def forward(self, step: Tensor) -> Tensor:
        angle = step[:, None].float() * self.speed
        return torch.cat([angle.sin(), angle.cos()], dim=1)
'''

    features: int = param(default=64, min=2, max=65536, help="How many numbers each step becomes; an even number.")
    longest: float = param(
        default=10000.0, above=1, max=1e9, advanced=True, label="Longest wave", help="In steps; as in the Transformer."
    )

    def shape(self, step: Category) -> Tensor:
        return Numbers(self.features // 2 * 2)

    def module(self, step: Tensor) -> str:
        return call("StepEncoding", self.features // 2 * 2, **options(longest=(self.longest, 10000.0)))

    def summary(self) -> str:
        return f"{self.features} features"

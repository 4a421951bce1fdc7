"""Noise for diffusion: how much of it there is at each time, what a network learns to see in it, and how to take it
away again step by step.

Time runs from 0 (the picture) to 1 (noise alone). `Path` says what a noisy picture is at a time, `walk` goes from
noise to a picture along it. Everything here is arithmetic on tensors and knows no project.

    DDPM    Ho, Jain, Abbeel 2020, arXiv 2006.11239
    DDIM    Song, Meng, Ermon 2021, arXiv 2010.02502
    cosine  Nichol, Dhariwal 2021, arXiv 2102.09672
    flow    Lipman and others 2023, arXiv 2210.02747; Liu, Gong, Liu 2023, arXiv 2209.03003
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

Kind = Literal["noise", "flow"]
Curve = Literal["linear", "cosine"]

USUAL_STEPS = 1000
"""Times at which noise prediction is usually trained (DDPM, section 4)."""
Predict = Callable[[Tensor, Tensor], Tensor]
"""A noisy batch and its times (from 0 to 1) to what the network sees in it: the noise, or the flow's velocity."""
Told = Callable[[int, Tensor], None]


def kept_shares(curve: Curve, steps: int = USUAL_STEPS) -> Tensor:
    """How much of the picture's variance is left at each time (ᾱ of DDPM), the first for no noise at all: 1."""
    if curve == "linear":
        scale = USUAL_STEPS / steps  # as much noise in the end, in however many steps
        ends = (min(1e-4 * scale, 0.999), min(0.02 * scale, 0.999))
        betas = torch.linspace(*ends, steps, dtype=torch.float64)  # DDPM, section 4
        return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - betas, 0)])
    time = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
    wave = torch.cos((time + 0.008) / 1.008 * math.pi / 2).square()  # cosine, equation 17
    shares = wave / wave[0]
    betas = (1 - shares[1:] / shares[:-1]).clamp(max=0.999)  # as they do, so that the end is not singular
    return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - betas, 0)])


class Path:
    """The way from pictures to noise: what to show a network at a time, and what it should see.

    Args:
        kind: `noise` learns the noise that was added (DDPM), `flow` the velocity on the straight way to the picture.
        curve: of the noise, for `noise`.
        steps: how many times there are; all times are whole multiples of 1 / steps.
    """

    def __init__(
        self, kind: Kind, curve: Curve = "cosine", steps: int = USUAL_STEPS, device: torch.device | None = None
    ) -> None:
        self.kind, self.steps = kind, steps
        shares = kept_shares(curve, steps)
        self.shares = shares.to(torch.float32).to(device)
        self.picture = shares.sqrt().to(torch.float32).to(device)
        self.noise = (1 - shares).sqrt().to(torch.float32).to(device)

    def times(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Random times to train at."""
        drawn = torch.randint(1, self.steps + 1, (count,), generator=generator)  # DDPM, algorithm 1
        return (drawn / self.steps).to(self.shares.device)

    def code(self, time: Tensor) -> Tensor:
        """The whole number that a network gets for a time: 0 for the least noise."""
        return (self._place(time) - 1).clamp(min=0)

    def way(self, steps: int) -> Tensor:
        """The times of a walk from noise to a picture in so many equal steps, or nearly equal where there are few."""
        even = torch.linspace(1, 0, min(steps, self.steps) + 1, device=self.shares.device)
        return (even * self.steps).round() / self.steps

    def noisy(self, picture: Tensor, noise: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """The noisy picture at a time, and what the network should see in it."""
        if self.kind == "flow":
            at = _over(time, picture)
            return (1 - at) * picture + at * noise, noise - picture
        place = self._place(time)
        return _over(self.picture[place], picture) * picture + _over(self.noise[place], picture) * noise, noise

    def step(
        self, noisy: Tensor, seen: Tensor, now: Tensor, then: Tensor, fresh: float, clip: tuple[Tensor, Tensor]
    ) -> Tensor:
        """From one time to an earlier one.

        Args:
            seen: what the network saw.
            fresh: share of new noise, from 0 (DDIM: none) to 1 (DDPM: as much as was taken).
            clip: the least and the largest value of a pixel.
        """
        if self.kind == "flow":
            return noisy + _over(then - now, noisy) * seen
        here, there = self._place(now), self._place(then)
        share, earlier = self.shares[here], self.shares[there]
        picture = (noisy - _over(self.noise[here], noisy) * seen) / _over(self.picture[here], noisy)
        picture = torch.minimum(torch.maximum(picture, clip[0]), clip[1])
        # the noise that goes with the clipped picture, else the two would not add up
        noise = (noisy - _over(self.picture[here], noisy) * picture) / _over(self.noise[here], noisy)
        sigma = fresh * ((1 - earlier) / (1 - share) * (1 - share / earlier)).clamp(min=0).sqrt()  # DDIM, equation 16
        rest = (1 - earlier - sigma.square()).clamp(min=0).sqrt()
        found = _over(earlier.sqrt(), noisy) * picture + _over(rest, noisy) * noise  # DDIM, equation 12
        return found + _over(sigma, noisy) * torch.randn_like(noisy) if fresh else found

    def _place(self, time: Tensor) -> Tensor:
        return (time * self.steps).round().to(torch.int64).clamp(0, self.steps)


def _over(values: Tensor, batch: Tensor) -> Tensor:
    """One value per item, shaped so that it multiplies the item's pixels."""
    return values.reshape(-1, *(1,) * (batch.dim() - 1))


def walk(
    path: Path,
    predict: Predict,
    noise: Tensor,
    steps: int,
    fresh: float = 0.0,
    clip: tuple[Tensor, Tensor] | None = None,
    told: Told | None = None,
) -> Tensor:
    """From noise to pictures in a number of equal steps.

    Args:
        told: called with each step, from 1, and the batch as it then is.
    """
    low, high = clip or (noise.new_tensor(-math.inf), noise.new_tensor(math.inf))
    times = path.way(steps)
    found = noise
    for place in range(len(times) - 1):
        now, then = times[place].expand(len(noise)), times[place + 1].expand(len(noise))
        found = path.step(found, predict(found, now), now, then, fresh, (low, high))
        if told is not None:
            told(place + 1, found)
    return torch.minimum(torch.maximum(found, low), high)


def guided(with_class: Tensor, without: Tensor, weight: float) -> Tensor:
    """Classifier-free guidance (Ho, Salimans 2022, arXiv 2207.12598): further in the direction of the class.

    A weight of 1 is the class as it was learned, larger ones make it more typical.
    """
    return without + weight * (with_class - without)

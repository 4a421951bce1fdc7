"""Regularization: chance while training, so that the network learns what holds in general and not single examples."""

from __future__ import annotations

from engine.declare import param
from engine.layer import Layer, call, layer
from engine.layers.rules import alike, real, short
from engine.shapes import Anything, Image, Signal, Tensor, Volume

SECTION = "Regularization"


class Dropping(Layer):
    """What the dropouts share."""

    trains_differently = True
    samples = ({"rate": 0.2}, {"rate": 0.0}, {"rate": 0.75})

    rate: float = param(default=0.5, min=0, below=1, help="Share that is switched off at random while training.")

    def module(self, x: Tensor) -> str:
        return call(f"nn.{type(self).__name__}", self.rate)

    def summary(self) -> str:
        return f"{short(100 * self.rate)} % off"


@layer("Dropout", section=SECTION, keywords="overfitting random off", icon="dropout")
class Dropout(Dropping):
    """Switches random numbers off while training, so that no unit relies on another; helps against overfitting."""

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        return x


@layer("Channel dropout 2D", section=SECTION, keywords="dropout2d spatial image overfitting", icon="dropout")
class Dropout2d(Dropping):
    """Switches whole channels of an image off at random while training; stronger than Dropout after convolutions."""

    def shape(self, image: Image) -> Tensor:
        return image


@layer("Channel dropout 1D", section=SECTION, keywords="dropout1d spatial signal overfitting", icon="dropout")
class Dropout1d(Dropping):
    """Switches whole channels of a signal off at random while training."""

    def shape(self, signal: Signal) -> Tensor:
        return signal


@layer("Channel dropout 3D", section=SECTION, keywords="dropout3d spatial volume overfitting", icon="dropout")
class Dropout3d(Dropping):
    """Switches whole channels of a volume off at random while training."""

    def shape(self, volume: Volume) -> Tensor:
        return volume


@layer("Alpha dropout", section=SECTION, keywords="selu self normalizing overfitting", icon="dropout")
class AlphaDropout(Dropping):
    """A dropout that keeps the scale of the numbers; goes with SELU."""

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        return x


@layer("Channel alpha dropout", section=SECTION, keywords="feature selu self normalizing overfitting", icon="dropout")
class FeatureAlphaDropout(Dropping):
    """Switches whole channels off at random while training and keeps the scale; goes with SELU."""

    def shape(self, x: Signal | Image | Volume) -> Tensor:
        return x


@layer("Gaussian noise", section=SECTION, keywords="random jitter augmentation", icon="dropout")
class GaussianNoise(Layer):
    """Adds a little random noise to every number while training, so that small changes do not matter."""

    trains_differently = True
    samples = ({"strength": 0.01}, {"strength": 0.0}, {"strength": 1.0})
    support = '''
class GaussianNoise(nn.Module):
    """Adds normal noise while training."""

    def __init__(self, strength: float) -> None:
        super().__init__()
        self.strength = strength

    def forward(self, x: Tensor) -> Tensor:
        return x + self.strength * torch.randn_like(x) if self.training else x
'''

    strength: float = param(default=0.1, min=0, max=1000, help="The noise's standard deviation.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        return x

    def module(self, x: Tensor) -> str:
        return call("GaussianNoise", self.strength)

    def summary(self) -> str:
        return f"± {short(self.strength)}"


@layer("Random sample", section=SECTION, keywords="vae variational reparameterization latent normal", icon="dices")
class NormalSample(Layer):
    """Draws a random point around a mean with a learned spread while training, and gives the mean in use.

    The heart of a variational autoencoder; goes with the loss “KL to a normal distribution”.
    """

    trains_differently = True
    support = '''
class NormalSample(nn.Module):
    """Draws from a normal distribution while training, gives its mean in use."""

    def forward(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        if not self.training:
            return mean
        return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
'''

    def shape(self, mean: Anything, log_variance: Anything) -> Tensor:
        real(self, mean, "mean")
        real(self, log_variance, "log_variance")
        alike(self, mean, log_variance, "log_variance")
        return mean

    def module(self, mean: Tensor, log_variance: Tensor) -> str:
        return "NormalSample()"

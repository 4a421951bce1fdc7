"""Augmentations: small changes to training pictures that leave the answer as it is. Declarations only;
`engine.run.augment` does the arithmetic, on whole batches.
"""

from __future__ import annotations

from engine.catalogue import Catalogue
from engine.declare import Declared, param


class Augment(Declared):
    """Base of the changes. Each picture of each batch is changed anew, validation and test never are."""

    catalogue_name = "augmentations"


augmentations: Catalogue[Augment] = Catalogue("augmentations", "augmentation")
"""Every way to change a training picture."""


@augmentations.add("Flip", keywords="mirror horizontal vertical left right")
class Flip(Augment):
    """Mirrors every other picture. Not for digits and letters, which mean something else then."""

    horizontal: bool = param(default=True, label="Left and right", help="Whether left and right may be swapped.")
    vertical: bool = param(default=False, label="Top and bottom", help="Whether top and bottom may be swapped.")


@augmentations.add("Shift", keywords="move translate")
class Shift(Augment):
    """Moves pictures a little in any direction; the edge is continued."""

    share: float = param(default=0.1, above=0, max=1, label="At most", help="Share of the width and the height.")


@augmentations.add("Rotate", keywords="turn angle degrees")
class Rotate(Augment):
    """Turns pictures a little around their middle."""

    degrees: float = param(default=10.0, above=0, max=180, unit="°", label="At most", help="Largest angle, both ways.")


@augmentations.add("Zoom", keywords="scale size closer")
class Zoom(Augment):
    """Shows pictures a little larger or smaller."""

    share: float = param(default=0.1, above=0, below=1, label="At most", help="0.1 is from a tenth smaller to larger.")


@augmentations.add("Cutout", keywords="erase hide square occlusion random erasing")
class Cutout(Augment):
    """Hides a square of each picture, so that the network does not rely on one detail."""

    share: float = param(default=0.25, above=0, below=1, label="Side", help="Side of the square, as a share.")


@augmentations.add("Noise", keywords="gaussian grain random")
class Noise(Augment):
    """Adds random numbers to every pixel."""

    strength: float = param(default=0.1, above=0, max=10, help="Their spread; prepared pictures have a spread of 1.")


@augmentations.add("Lighting", keywords="brightness contrast color jitter")
class Lighting(Augment):
    """Changes how bright pictures are and how far light and dark lie apart."""

    brightness: float = param(default=0.2, min=0, max=10, help="Largest change, where pictures have a spread of 1.")
    contrast: float = param(default=0.2, min=0, below=1, help="Largest share by which contrast grows or shrinks.")


@augmentations.add("Mixup", keywords="blend two pictures interpolate")
class Mixup(Augment):
    """Lays two pictures over each other; the loss counts both answers by their shares."""

    alpha: float = param(default=0.2, above=0, max=10, help="Small: mostly one of the two. 1: any mixture alike.")


@augmentations.add("Cutmix", keywords="paste patch two pictures")
class Cutmix(Augment):
    """Puts a piece of another picture in; the loss counts both answers by their areas."""

    alpha: float = param(default=1.0, above=0, max=10, help="Small: mostly tiny or huge pieces. 1: any size alike.")

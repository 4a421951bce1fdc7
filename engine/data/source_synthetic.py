"""Drawn pictures of shapes: to tell apart, to find in a scene, to compare, and to read together with numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.data.fields import Field, category, image, number
from engine.data.generated import SECTION, Generated
from engine.data.sources import Loaded, Reading, source
from engine.declare import param

if TYPE_CHECKING:
    import numpy as np

SIDE_HELP = "Pixels of a side. Pictures are drawn when they are read, so large ones take no room."


class _Drawn(Generated):
    """What the drawn sets share."""

    drawn = True
    family = "pictures"

    side: int = param(default=32, min=8, max=1024, unit="pixels", help=SIDE_HELP)


@source("Drawn shapes", section=SECTION, keywords="synthetic pictures color texture imagenet large", icon="image")
class ShapePictures(_Drawn):
    """Ten shapes in ten colors with ten textures, one per picture, of any size; tell which it is."""

    items: int = param(default=2000, min=10, max=1_000_000, help="How many pictures there are.")
    answer: Literal["shape", "all"] = param(
        default="shape",
        choices=(("shape", "Which shape: 10 classes"), ("all", "Color, texture and shape: 1,000 classes")),
        help="What is to be told.",
    )

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.drawing import COLORS, SHAPES, TEXTURES, Drawn, picture, scatter

        kinds = self._random().permutation(np.arange(self.items, dtype=np.int64) % 1000)
        shape, color, surface = kinds % 10, kinds // 10 % 10, kinds // 100
        side = self.side

        def draw(random: np.random.Generator, place: int) -> np.ndarray[Any, Any]:
            return picture(int(shape[place]), int(color[place]), int(surface[place]), random, side)

        picture_column: Any = Drawn(self.items, (3, side, side), self.seed, draw)
        columns: dict[str, Any] = {"picture": picture_column}
        fields: list[Field] = [image("picture", 3, side, side)]
        if self.answer == "all":
            names = tuple(
                f"{COLORS[kind // 10 % 10]} {TEXTURES[kind // 100]} {SHAPES[kind % 10]}" for kind in range(1000)
            )
            return Loaded((*fields, category("kind", names, "target")), {**columns, "kind": kinds})
        # the same random numbers that place the shape tell how large it is
        sizes = [200 * scatter(np.random.default_rng([self.seed, place]))[2] for place in range(self.items)]
        columns |= {"shape": shape, "color": color, "size": np.asarray(sizes, np.float32)}
        fields += [
            category("shape", SHAPES, "target"),
            category("color", COLORS, "unused"),
            number("size", "unused"),
        ]
        return Loaded(tuple(fields), columns)


@source("Shapes to find", section=SECTION, keywords="synthetic segmentation mask scene pixels", icon="image")
class ShapeMasks(_Drawn):
    """Scenes with one to three shapes on an uneven ground, with masks that mark every pixel of a shape."""

    items: int = param(default=600, min=10, max=1_000_000, help="How many pictures there are.")
    side: int = param(default=48, min=8, max=1024, unit="pixels", help=SIDE_HELP)

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.drawing import Drawn, background, inside, painted, scatter, texture

        side = self.side

        def scene(random: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
            found, mask = background(random, side), np.zeros((side, side), bool)
            for _ in range(random.integers(1, 4)):
                across, down, radius, turn = scatter(random)
                covered = inside(int(random.integers(10)), (across, down, radius * 0.6, turn), side)
                found = painted(
                    found, covered, int(random.integers(10)), texture(int(random.integers(10)), random, side)
                )
                mask |= covered
            return found, mask

        def mask_only(random: np.random.Generator, place: int) -> np.ndarray[Any, Any]:
            return np.asarray(scene(random)[1][None] * np.uint8(255))

        def draw(random: np.random.Generator, place: int) -> np.ndarray[Any, Any]:
            return np.asarray(scene(random)[0])

        pictures: Any = Drawn(self.items, (3, side, side), self.seed, draw)
        masks: Any = Drawn(self.items, (1, side, side), self.seed, mask_only)
        fields = (image("picture", 3, side, side), image("mask", 1, side, side, "target"))
        return Loaded(fields, {"picture": pictures, "mask": masks})

"""Folders of pictures, one subfolder per class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from engine.data.sources import Loaded, Reading, Source, display, folder, source
from engine.declare import Size2, param
from engine.params import PathTo

_NOUN = "a folder that holds one folder of pictures per class"


@source("Picture folder", section="Files", keywords="image photo jpg jpeg png bmp gif webp classes", icon="image")
class ImageFolder(Source):
    """Reads pictures from a folder with one subfolder per class, whose name is the answer."""

    family = "pictures"

    path: Annotated[str, PathTo("folder")] = param(
        default="", label="Folder", help="The folder that holds one folder of pictures per class."
    )
    size: Size2 = param(
        default=64, min=1, max=1024, unit="px", help="Every picture is brought to this height and width."
    )
    color: Literal["color", "grayscale"] = param(default="color", help="Three color channels, or brightness alone.")
    fit: Literal["crop", "stretch"] = param(
        default="crop",
        label="Other proportions",
        help="Cut off what stands over, around the middle, or stretch the whole picture to fit.",
    )

    def title(self) -> str:
        return display(Path(self.path).name) or self.label

    def fingerprint(self) -> str:
        from engine.data.pictures import find_pictures, state_hash

        return state_hash(find_pictures(folder(self.path, _NOUN)))

    def load(self, reading: Reading | None = None) -> Loaded:
        from engine.data.pictures import load_pictures

        high, wide = self.size
        path = folder(self.path, _NOUN)
        return load_pictures(path, (high, wide), self.color, self.fit, reading or Reading())

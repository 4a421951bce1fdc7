"""IDX files, the format of MNIST and its relatives, packed with gzip or plain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from engine.data.sources import Loaded, Reading, Source, display, regular_file, source
from engine.declare import param
from engine.params import PathTo

_NOUN = "the IDX file with the pictures, such as train-images-idx3-ubyte.gz"
_LABELS = "the IDX file with the labels, such as train-labels-idx1-ubyte.gz"


@source("IDX files", section="Files", keywords="mnist fashion emnist idx3 idx1 ubyte gz pictures", icon="image")
class IdxFiles(Source):
    """Reads pictures in the format of MNIST: one file with all pictures, one with their labels."""

    family = "pictures"

    images: Annotated[str, PathTo("file", (".gz", "-ubyte", ".idx"))] = param(
        default="", label="Pictures", help="The file with the pictures; its name usually holds “images”."
    )
    labels: Annotated[str, PathTo("file", (".gz", "-ubyte", ".idx"))] = param(
        default="", label="Labels", help="The file with the labels; empty looks for it beside the pictures."
    )

    def title(self) -> str:
        return display(Path(self.images).name).removesuffix(".gz") or self.label

    def _paths(self) -> tuple[Path, Path | None]:
        from engine.data.idx import labels_beside

        images = regular_file(self.images, _NOUN)
        return images, regular_file(self.labels, _LABELS) if self.labels else labels_beside(images)

    def fingerprint(self) -> str:
        from engine.data.cache import content_hash

        return content_hash(*(path for path in self._paths() if path is not None))

    def load(self, reading: Reading | None = None) -> Loaded:
        from engine.data.idx import load_idx

        return load_idx(*self._paths(), reading or Reading())

"""Export as a folder that runs by itself: the ONNX file, a short program around it, its facts and a note."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.exporters import Exporter, Progress, exporters, silent

if TYPE_CHECKING:
    from engine.runs import Run


@exporters.add("Folder that runs", keywords="bundle onnx program generate sample play agent readme", icon="folder")
class Bundle(Exporter):
    """The ONNX file with a short Python program that uses it: makes pictures, plays, or answers. Needs no PyTorch."""

    key = "bundle"
    suffix = ".kit"

    def export(self, run: Run, path: Path, progress: Progress = silent) -> dict[str, Any]:
        from engine.run.bundle_export import export

        return export(run, Path(path), progress)

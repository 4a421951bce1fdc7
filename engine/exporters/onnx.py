"""Export as one ONNX file, with the preparation inside and the names of classes and columns beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.declare import param
from engine.exporters import Exporter, Progress, exporters, silent

if TYPE_CHECKING:
    from engine.runs import Run


@exporters.add("ONNX", keywords="onnxruntime phone server browser c++ c# java javascript", icon="box")
class Onnx(Exporter):
    """Runs on phones, servers, browsers and in C++, C#, Java. The usual choice.

    The preparation is inside: the file takes pixels from 0 to 255 and columns as they stand in your table.
    """

    key = "onnx"
    suffix = ".onnx"

    class_names: bool = param(
        default=True, label="Include class names", help="Store the names of classes and columns in the file."
    )
    any_batch: bool = param(
        default=True, label="Any batch size", help="Take any number of items at once; otherwise exactly one."
    )

    def export(self, run: Run, path: Path, progress: Progress = silent) -> dict[str, Any]:
        from engine.run.onnx_export import export

        return export(run, Path(path), self, progress)

"""Export as Python: the readable program that was trained, its weights, and a command line around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.exporters import Exporter, Progress, exporters, silent

if TYPE_CHECKING:
    from engine.runs import Run


@exporters.add("Python code", keywords="pytorch source program weights safetensors", icon="file-code")
class PythonCode(Exporter):
    """The readable PyTorch program and its weights. Needs no Lamina to run, only torch, numpy and safetensors."""

    key = "python"
    suffix = ".py"

    def export(self, run: Run, path: Path, progress: Progress = silent) -> dict[str, Any]:
        from engine.run.python_export import export

        return export(run, Path(path), progress)

"""The catalogue of exporters: ways in which a trained model leaves Lamina. None of them hands over an unproved file.

onnx.py       one file for ONNX Runtime and everything that reads ONNX
python.py     a readable PyTorch program and its weights
bundle.py     a folder with the ONNX file and a program that makes pictures, plays or answers with it
signature.py  what goes in and what comes out of a model, by the names that its files carry
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from engine.catalogue import Catalogue
from engine.declare import Declared
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.runs import Run

Progress = Callable[[float, str], None]


def silent(share: float, text: str) -> None:
    """The progress of work that nobody watches."""


class Exporter(Declared):
    """Base of the ways out. `export` gives the proof: what was compared, and how far the numbers are apart."""

    catalogue_name = "exporters"
    key: ClassVar[str] = ""
    """The short name on the command line and in the run's results: `export:KEY`."""
    suffix: ClassVar[str] = ""
    """The ending of the file it writes."""

    def export(self, run: Run, path: Path, progress: Progress = silent) -> dict[str, Any]:
        """Write the model of a run's best epoch and prove that it gives the same answers.

        Raises:
            UserError: it cannot be written or its answers differ; then `path` is as it was before.
        """
        raise NotImplementedError


def check_place(path: Path, suffix: str) -> None:
    """`UserError` where no file of that name can be written, before any work is done for it."""
    if path.is_dir():
        raise UserError(f"{path} is a folder. Choose the name of a file that ends in {suffix}.")
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}. Choose another place for {path.name}.")


def _load() -> None:
    # the usual way out first
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: (module.name != "onnx", module.name)):
        importlib.import_module(f"{__name__}.{module.name}")


exporters: Catalogue[Exporter] = Catalogue("exporters", "export format", _load)
"""Every way out."""


def exporter_of(choice: str | Mapping[str, Any]) -> Exporter:
    """The exporter that a short name or JSON means: `onnx`, `{"type": "Onnx", "any_batch": false}`."""
    if isinstance(choice, Mapping):
        return exporters.make(choice)
    for cls in exporters:
        if cls.key == choice.lower():
            return cls()
    return exporters[choice]()

"""The calls that the helper answers, by name: what of data, models, exports and this computer can be asked.

Every call takes its arguments by name and a progress function, and gives plain JSON values. Torch is imported by those
calls alone that need it. `CALLS` is the whole list; `python -m engine.run.serve` carries them out.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.exporters import Progress

Call = Callable[[Mapping[str, Any], Progress], Any]

CALLS: dict[str, Call] = {}


def call(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter a function under its own name; its arguments are checked before it runs."""
    import inspect

    name = function.__name__
    declared = list(inspect.signature(function).parameters.values())[1:]
    known = {one.name for one in declared}
    needed = [one.name for one in declared if one.default is one.empty]

    def carry_out(args: Mapping[str, Any], progress: Progress) -> Any:
        unknown = sorted(set(args) - known)
        missing = [one for one in needed if one not in args]
        if unknown or missing:
            raise UserError(
                f"The call {name!r} has the arguments {sorted(known)}; unknown {unknown}, missing {missing}."
            )
        return function(progress, **args)

    CALLS[name] = carry_out
    return function


def _load(name: str) -> Callable[[], Any]:
    return lambda: importlib.import_module(name)


WARM_UP: tuple[Callable[[], Any], ...] = tuple(
    _load(name) for name in ("torch", "engine.run.predict", "torch.onnx", "onnxscript", "engine.run.onnx_export")
)
"""What takes seconds to import, in pieces, so that a request waits for one piece at most."""


# ---- models ------------------------------------------------------------------------------------------------------


@call
def evaluate(progress: Progress, run: str, part: str = "test", which: str = "best") -> dict[str, Any]:
    """Test a run's model on a part of its data; also stored in the run."""
    from engine.run.evaluate import evaluate
    from engine.runs import open_run

    return evaluate(open_run(run), part, which, progress)


@call
def predict(progress: Progress, run: str, values: Any, onnx: str | None = None, which: str = "best") -> dict[str, Any]:
    """Answer items of a person: a file's path, values by column, `{"item": 12}` of the data."""
    from engine.run.predict import predict
    from engine.runs import open_run

    return predict(open_run(run), values, onnx, which, progress)


@call
def export(progress: Progress, run: str, path: str, exporter: Any = "onnx") -> dict[str, Any]:
    """Export a run's model; gives the proof."""
    from engine.exporters import exporter_of
    from engine.runs import open_run

    return exporter_of(exporter).export(open_run(run), Path(path), progress)


@call
def signature(progress: Progress, run: str) -> dict[str, Any]:
    """What a run's model takes and gives, for the page that exports it."""
    from engine.codegen import generate
    from engine.exporters.signature import signature
    from engine.recipes import recipe_of
    from engine.runs import open_run

    project = open_run(run).project()
    project = project.focused(recipe_of(project.recipe).exported())
    found = signature(project, generate(project))
    outputs = [{"name": one.name, "words": one.tensor.words(), "classes": list(one.classes)} for one in found.outputs]
    return {"inputs": [one.to_json() for one in found.inputs], "outputs": outputs}


@call
def cross_validate(
    progress: Progress, project: dict[str, Any], k: int, runs_dir: str, overrides: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Train and test on each of `k` divisions of the data; gives every value, its mean and its spread."""
    from engine.project import from_json
    from engine.run.cross import cross_validate

    return cross_validate(from_json(project), k, Path(runs_dir), progress, **(overrides or {}))


# ---- this computer -----------------------------------------------------------------------------------------------


@call
def devices(progress: Progress) -> dict[str, Any]:
    """What a network can be trained on, the fastest last."""
    import os

    import torch

    found = [{"name": "cpu", "label": processor(), "memory": memory()["total"], "cores": os.cpu_count() or 1}]
    for place in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(place)
        found.append({"name": f"cuda:{place}", "label": about.name, "memory": about.total_memory, "cores": 0})
    if torch.backends.mps.is_available():
        found.append({"name": "mps", "label": "Apple GPU", "memory": memory()["total"], "cores": 0})
    return {"devices": found, "torch": torch.__version__}


@call
def machine(progress: Progress) -> dict[str, Any]:
    """The computer and how busy its memory is; needs no torch."""
    import os
    import platform
    import shutil

    disk = shutil.disk_usage(Path.home() if Path.home().exists() else Path("/"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "memory": memory(),
        "disk": {"total": disk.total, "free": disk.free},
        "load": load,
    }


def processor() -> str:
    """The processor's name as its maker writes it."""
    import platform

    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    except OSError:
        pass
    return platform.processor() or platform.machine() or "CPU"


def memory() -> dict[str, int]:
    """Bytes of memory in all and free, 0 where the system does not say."""
    import os

    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line)
        return {
            "total": int(lines["MemTotal"].split()[0]) * 1024,
            "free": int(lines["MemAvailable"].split()[0]) * 1024,
        }
    except (OSError, KeyError, ValueError):
        pass
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return {"total": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), "free": 0}
    return {"total": 0, "free": 0}


importlib.import_module("engine.run.calls_data")
importlib.import_module("engine.run.calls_peek")

"""Writes a trained model as a Python program and its weights, runs it once by itself, and only then hands it over."""

from __future__ import annotations

import hashlib
import pprint
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save as save_bytes

from engine.errors import UserError
from engine.exporters import Progress, check_place
from engine.run import inlining, reading_trial
from engine.run.onnx_file import version
from engine.run.opened import Array, Opened, opened
from engine.run.proof import Question, batches_for, prove, questions, trial
from engine.run.standalone import HEAD, TAIL, usage
from engine.run.state import apart
from engine.saving import write_atomically

if TYPE_CHECKING:
    from engine.runs import Run

MOST_SECONDS = 600
WIDTH = 100
NAME = "model"
"""What the program is called where a folder was chosen."""
IMPORTS = """import torch
from torch import Tensor, nn
from torch.nn import functional as F
"""
ALONE = (
    "import runpy, sys; sys.modules.update(dict.fromkeys(('engine', 'widgets', 'app'))); "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)
"""Runs a program in which importing any part of Lamina fails."""


def export(run: Run, path: Path, progress: Progress) -> dict[str, Any]:
    """Export the best epoch of a run; the proof is stored as its result `export:python`.

    Args:
        path: NAME.py, beside which NAME.safetensors is put, or a folder for model.py and model.safetensors.

    Raises:
        UserError: the program fails or its answers differ, or a file cannot be written. Then there is none.
    """
    started = time.perf_counter()
    program = _program_path(path)
    progress(0.0, "Loading the model")
    model = opened(run)
    dataset = model.dataset(lambda share, text: progress(share, text))
    held = trial(model, dataset)
    text = script(model, program.stem).encode()
    weights = save_bytes(apart(model.whole.state_dict()), {"made by": f"Lamina {version()}"})
    asked = questions(model, dataset, held, batches_for(model, held.sample))
    progress(0.2, "Running the program")
    with tempfile.TemporaryDirectory(prefix="lamina-") as folder:
        alone = Path(folder)
        (alone / program.name).write_bytes(text)
        (alone / program.with_suffix(".safetensors").name).write_bytes(weights)
        file = reading_trial.handed(model, dataset, alone)
        _run_alone(alone / program.name, model, asked, [file] if file else [])

        def told(share: float, text: str) -> None:
            progress(0.7 + 0.2 * share, text)

        proof = prove(model, held, asked, lambda place, given: _reply(alone, model, _asked(place)), told)
        if file:
            off = reading_trial.compared(model, file, _reply(alone, model, file.stem))
            proof["reading"] = {"file": file.suffix, "largest": off}
    _hand_over(program, text, weights)
    proof |= {
        "format": "python",
        "file": str(program.resolve()),
        "files": [program.name, program.with_suffix(".safetensors").name],
        "bytes": len(text) + len(weights),
        "sha256": hashlib.sha256(text + weights).hexdigest(),
        "checker": "ran by itself, without Lamina",
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "inputs": [one.to_json() for one in model.signature.inputs],
        "outputs": [{"name": one.name} for one in model.signature.outputs],
        "seconds": time.perf_counter() - started,
        "made": time.time(),
    }
    run.set_result("export:python", proof)
    progress(1.0, "Exported")
    return proof


def _program_path(path: Path) -> Path:
    if path.suffix == ".py" and not path.is_dir():
        check_place(path, ".py")
        return path
    if path.suffix and not path.is_dir():
        raise UserError(f"{path.name} is no name for a Python program. Choose a name that ends in .py, or a folder.")
    try:
        path.mkdir(exist_ok=True)  # not its parents: a mistyped path should be noticed
    except OSError as error:
        raise UserError(f"The folder {path} cannot be made: {error.strerror}. Choose another place.") from error
    return path / f"{NAME}.py"


def _hand_over(program: Path, text: bytes, weights: bytes) -> None:
    """The weights first: a program without its weights is worse than weights without a program."""
    beside = program.with_suffix(".safetensors")
    had = beside.exists()
    write_atomically(beside, weights)
    try:
        write_atomically(program, text)
    except UserError:
        if not had:
            beside.unlink(missing_ok=True)
        raise


def script(model: Opened, name: str) -> str:
    """The whole program: the generated source, what it takes and gives, and a command line."""
    doc, _, source = model.source.text.partition("\n")
    takes = [one.to_json() for one in model.signature.inputs]
    gives = [{"name": one.name, "classes": list(one.classes)} for one in model.signature.outputs]
    imports, reading = inlining.reading(takes)
    imports += ["import argparse", "import zipfile"]
    name = re.sub(r'["\\]', "_", name)
    filled = {
        "@TITLE@": doc.strip().strip('"').rstrip("."),
        "@NAME@": name,
        "@VERSION@": version(),
        **usage(takes, name),
        "@IMPORTS@": "\n".join(sorted(imports, key=lambda line: (line.startswith("from"), line))),
        "@READING@": reading.strip("\n") + "\n",
        "@INPUTS@": pprint.pformat(takes, width=WIDTH, compact=True, sort_dicts=False),
        "@OUTPUTS@": pprint.pformat(gives, width=WIDTH, compact=True, sort_dicts=False),
    }

    def fill(text: str) -> str:
        # in one pass: what was filled in is text of the project and is not looked at again
        return re.sub("|".join(filled), lambda mark: filled[mark[0]], text)

    return fill(HEAD) + "\n" + source.replace(IMPORTS, "", 1).strip("\n") + "\n\n\n" + fill(TAIL)


# ---- running it --------------------------------------------------------------------------------------------------


def _run_alone(program: Path, model: Opened, asked: Sequence[Question], others: Sequence[Path]) -> None:
    """Run the program once on every question and on other files, in a process that knows nothing of Lamina."""
    folder = program.parent
    names = [one.name for one in model.signature.inputs]
    files = []
    for place, question in enumerate(asked):
        file = folder / f"{_asked(place)}.npz"
        with zipfile.ZipFile(file, "w") as arrays:  # np.savez does not take every name
            for name, array in zip(names, question.arrays(), strict=True):
                with arrays.open(f"{name}.npy", "w") as part:
                    np.lib.format.write_array(part, array, allow_pickle=False)
        files.append(str(file))
    (folder / "told").mkdir()
    files += map(str, others)
    call = [sys.executable, "-I", "-c", ALONE, str(program), *files, "--out", str(folder / "told")]
    try:
        done = subprocess.run(
            call,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UserError(f"The exported program did not end within {MOST_SECONDS} s, so no file was written.") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UserError(f"The exported program failed, so no file was written: {last[:300]}", done.stderr[-20_000:])


def _reply(folder: Path, model: Opened, name: str) -> list[Array]:
    """What the program said to a file."""
    with np.load(folder / "told" / f"{name}.npz", allow_pickle=False) as found:
        return [found[one.name] for one in model.signature.outputs]


def _asked(place: int) -> str:
    return f"asked-{place:04}"

"""Writes a trained model as one ONNX file, checks it, proves it against PyTorch, and only then hands it over."""

from __future__ import annotations

import copy
import hashlib
import logging
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import torch

from engine.codeplan import live_nodes
from engine.errors import UserError, listed
from engine.exporters import Progress, check_place
from engine.exporters.signature import ModelInput
from engine.graph import Graph, Node, label_of
from engine.layer import layers
from engine.project import Project
from engine.run import onnx_file
from engine.run.opened import Array, Opened, described, opened
from engine.run.proof import Answer, batches_for, milliseconds, prove, questions, trial
from engine.run.twins import replace_twins
from engine.saving import write_atomically

if TYPE_CHECKING:
    from engine.exporters.onnx import Onnx
    from engine.runs import Run

OPSET = 20
"""Asked for and honored; lower than 18 silently becomes 18, 26 gives a file that no program reads."""
MOST_BYTES = 2_000_000_000
"""An ONNX file is one protobuf message, and those end at 2 GB."""


def export(run: Run, path: Path, options: Onnx, progress: Progress) -> dict[str, Any]:
    """Export the best epoch of a run; the proof is stored as its result `export:onnx`.

    Raises:
        UserError: a layer has no ONNX form, the answers differ, or the file cannot be written. Then there is no file.
    """
    started = time.perf_counter()
    check_place(path, ".onnx")
    refuse_layers(run.project())
    progress(0.0, "Loading the model")
    model = opened(run)
    dataset = model.dataset(lambda share, text: progress(share, text))
    held = trial(model, dataset)
    progress(0.15, "Writing ONNX")
    proto = converted(model, held.sample, options.any_batch)
    project = described(run, model.project)
    onnx_file.finish(proto, project, model.signature, model.source.class_name, options.class_names)
    progress(0.5, "Checking the file")
    content = checked(proto)
    session = Session(content)
    batches = batches_for(model, held.sample) if options.any_batch else (1,)
    asked = questions(model, dataset, held, batches)

    def told(share: float, text: str) -> None:
        progress(0.55 + 0.35 * share, text)

    proof = prove(model, held, asked, lambda place, given: session(given), told)
    progress(0.9, "Measuring")
    proof |= {
        "format": "onnx",
        "file": str(path.resolve()),
        "files": [path.name],
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "opset": OPSET,
        "checker": f"passed, ONNX {onnx.__version__}",
        "versions": {"torch": torch.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__},
        "inputs": session.inputs(),
        "outputs": session.outputs(),
        "milliseconds": _times(model, content, held.sample, batches),
    }
    write_atomically(path, content)
    proof |= {"seconds": time.perf_counter() - started, "made": time.time()}
    run.set_result("export:onnx", proof)
    progress(1.0, "Exported")
    return proof


def refuse_layers(project: Project) -> None:
    """`UserError` naming every node whose layer has no ONNX form."""
    found = [
        f"{label_of(node)} ({where}): {layers[node.layer].no_onnx}"
        for where, node in _used(project, project.graph, "")
        if node.layer in layers and layers[node.layer].no_onnx
    ]
    if found:
        raise UserError(
            f"This model cannot leave as ONNX: {listed(found, 'and')} Replace or mute them, or export Python code."
        )


def _used(project: Project, graph: Graph, prefix: str, depth: int = 0) -> Iterator[tuple[str, Node]]:
    for name in sorted(live_nodes(graph)):
        node = graph.nodes[name]
        if node.muted:
            continue
        if node.block in project.blocks and depth < 50:
            yield from _used(project, project.blocks[node.block].graph, f"{prefix}{node.block}/", depth + 1)
        yield f"{prefix}{name}", node


def converted(model: Opened, arrays: Sequence[Array], any_batch: bool) -> onnx.ModelProto:
    """The model as torch's exporter writes it, with its export twins in place."""
    numbers = sum(tensor.numel() * tensor.element_size() for tensor in model.whole.state_dict().values())
    if numbers > MOST_BYTES:
        raise UserError(
            f"The weights take {numbers / 1e9:.1f} GB; an ONNX file holds 2 GB. "
            "Make the network smaller or export Python code."
        )
    whole = replace_twins(copy.deepcopy(model.whole), model.source.twins).eval()
    example = tuple(torch.from_numpy(np.resize(array, (2 if any_batch else 1, *array.shape[1:]))) for array in arrays)
    try:
        # its warnings are about its own internals; what matters is proved afterwards
        with warnings.catch_warnings(), _quiet():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                whole,
                example,
                dynamo=True,
                opset_version=OPSET,
                external_data=False,
                input_names=[one.name for one in model.signature.inputs],
                output_names=[one.name for one in model.signature.outputs],
                dynamic_shapes=tuple(_free_axes(one, any_batch) for one in model.signature.inputs),
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise UserError(
            "PyTorch cannot write this network as ONNX. The details name the operation; replace its layer, or export "
            "Python code.",
            str(error),
        ) from error
    assert program is not None
    proto: onnx.ModelProto = program.model_proto
    return proto


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporter's log lines, such as that torchvision is not there."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _free_axes(one: ModelInput, any_batch: bool) -> dict[int, str]:
    """Which axes of an input may have any length, with their names."""
    lengths = {place: dim for place, dim in enumerate(one.dims, 1) if isinstance(dim, str)}
    return {0: "batch", **lengths} if any_batch else lengths


def checked(proto: onnx.ModelProto) -> bytes:
    """The file's content, once ONNX's own full check has passed."""
    try:
        onnx.checker.check_model(proto, full_check=True)
    except Exception as error:  # the checker's and the shape inference's errors share no base
        raise UserError(
            "The exported model did not pass ONNX's own check, so no file was written.", str(error)
        ) from error
    opset = max(one.version for one in proto.opset_import if one.domain in ("", "ai.onnx"))
    if opset != OPSET:
        raise UserError(f"The exported model has opset {opset} instead of {OPSET}, so no file was written.")
    content: bytes = proto.SerializeToString()
    return content


class Session:
    """ONNX Runtime over a file's content; called with raw inputs in the order of the file."""

    def __init__(self, content: bytes, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._names = [one.name for one in self._session.get_inputs()]

    def __call__(self, arrays: Sequence[Array]) -> list[Array]:
        found: list[Array] = self._session.run(None, dict(zip(self._names, arrays, strict=True)))
        return found

    @property
    def facts(self) -> Mapping[str, str]:
        """What the file says of itself."""
        found: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return found

    def inputs(self) -> list[dict[str, Any]]:
        """Names, types and shapes of the inputs."""
        return [_described(one) for one in self._session.get_inputs()]

    def outputs(self) -> list[dict[str, Any]]:
        """Names, types and shapes of the outputs."""
        return [_described(one) for one in self._session.get_outputs()]


def _described(one: Any) -> dict[str, Any]:
    return {"name": one.name, "type": one.type, "shape": list(one.shape)}


def _times(model: Opened, content: bytes, arrays: Sequence[Array], batches: Sequence[int]) -> dict[str, Any]:
    """Milliseconds per item on one thread, one at a time and in the largest batch: the decision table's figures."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    ways: dict[str, Answer] = {"torch": model.answers, "exported": Session(content, threads=1)}
    try:
        return {
            name: {"one": milliseconds(way, arrays, 1), "batch": milliseconds(way, arrays, batches[-1])}
            for name, way in ways.items()
        }
    finally:
        torch.set_num_threads(before)

"""The drawing half of a variational autoencoder leaves on its own, draws what PyTorch draws, and knows no Lamina."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from engine import edits, wiring
from engine.decoder import decoder_of
from engine.errors import UserError
from engine.exporters import exporter_of
from engine.run import bundle_decoder
from engine.run.model import build, load
from engine.run.work import train
from engine.runs import Run
from tests.engine.recipe_help import chain
from tests.engine.test_recipe_autoencoder import PLAIN, reading, vae

ALONE = (
    "import runpy, sys; sys.modules.update(dict.fromkeys(('engine', 'widgets', 'app', 'torch'))); "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def told(folder: Path, *args: str) -> str:
    """What the program of a folder prints where neither Lamina nor PyTorch can be imported."""
    call = [sys.executable, "-I", "-c", ALONE, "run.py", *args]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(reading(vae(), epochs=3), tmp_path_factory.mktemp("vae"))


def test_the_folder_draws_new_pictures_as_pytorch_does(run, tmp_path):
    out = tmp_path / "out"
    proof = exporter_of("bundle").export(run, out)
    assert proof["program"] == {"kind": "generator", "checked": "10 pictures from the same random points",
                                "largest": pytest.approx(0, abs=1e-4)}  # fmt: skip
    assert proof["inside"] == ["model.onnx", "decoder.onnx", "about.json", "README.md", "run.py"]
    about = json.loads((out / "about.json").read_text())
    assert about["model"] == "decoder.onnx" and about["inputs"][0]["shape"] == [4]
    assert "`decoder.onnx` turns random numbers into pictures" in (out / "README.md").read_text()
    assert "6 pictures" in told(out, "--count", "6", "--seed", "3", "--out", "six.npy")
    six = np.load(out / "six.npy")
    whole, half = load(run), build(decoder_of(run.project()), load(run).statistics)
    half.network.load_state_dict(
        {k: v for k, v in whole.network.state_dict().items() if k in half.network.state_dict()}
    )
    points = np.random.default_rng(3).standard_normal((6, 4), np.float32)
    with torch.no_grad():
        [ours] = half.predictions(half.outputs((torch.from_numpy(points),)))
    assert six.shape == (6, 1, 8, 8) and np.abs(six - ours.numpy()).max() < 1e-5
    session = onnxruntime.InferenceSession(str(out / "decoder.onnx"), providers=["CPUExecutionProvider"])
    [theirs] = session.run(None, {session.get_inputs()[0].name: points})
    assert np.array_equal(theirs, six)
    told(out, "--count", "4")
    with Image.open(out / "made.png") as sheet:
        assert sheet.size[0] >= 600


def test_a_decoder_that_draws_otherwise_is_refused(run, tmp_path, monkeypatch):
    class Other(bundle_decoder.Session):
        def __call__(self, arrays):
            return [one + 1e-3 for one in super().__call__(arrays)]

    monkeypatch.setattr(bundle_decoder, "Session", Other)
    with pytest.raises(UserError, match="draws other pictures than PyTorch"):
        exporter_of("bundle").export(run, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_picture_on_a_scale_of_its_own_is_stretched(tmp_path):
    graph = vae()
    graph = edits.remove(graph, [name for name in graph.nodes if name.startswith("binary")])
    last = next(name for name in graph.nodes if graph.nodes[name].layer == "Reshape")
    graph, loss = edits.add(graph, "MSE")
    graph = wiring.connect(wiring.connect(graph, last, loss), "image_input_1", loss, "target")
    run = train(reading(graph, epochs=1), tmp_path / "runs")
    exporter_of("bundle").export(run, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "about.json").read_text())["stretch"] is True
    told(tmp_path / "out")
    with Image.open(tmp_path / "out" / "made.png") as sheet:
        assert sheet.convert("L").getextrema() == (0, 255)


def test_a_model_without_such_a_half_leaves_as_before_and_takes_an_old_decoder_away(run, tmp_path):
    out = tmp_path / "out"
    exporter_of("bundle").export(run, out)
    plain = train(reading(chain(*PLAIN), epochs=1), tmp_path / "runs")
    proof = exporter_of("bundle").export(plain, out)
    assert proof["program"]["kind"] == "answers" and not (out / "decoder.onnx").exists()
    assert proof["inside"] == ["model.onnx", "about.json", "README.md", "run.py"]

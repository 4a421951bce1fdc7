"""ONNX export end to end: what is in the file, that its answers are proved, and that a wrong file is never written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from engine import runs
from engine.codegen import generate
from engine.data.dataset import open_dataset, scan
from engine.edits import add
from engine.errors import UserError
from engine.exporters import Exporter, exporter_of
from engine.exporters.onnx import Onnx
from engine.graph import Graph
from engine.layers.activation import ReLU
from engine.project import Project, from_json
from engine.run import onnx_export, onnx_file, proof, state
from engine.run.evaluate import part_of
from engine.run.onnx_export import Session
from engine.run.opened import opened
from engine.run.predict import predict
from engine.run.work import train
from engine.runs import Run
from engine.wiring import connect

PICTURES = (("ImageInput", {}), ("Conv2d", {"filters": 4}), ("ReLU", {}), ("Flatten", {}), ("Linear", {"features": 10}))
STEPS = (
    ("ImageInput", {}),
    ("RowsAsSteps", {}),
    ("LSTM", {"hidden": 8}),
    ("LastStep", {}),
    ("Linear", {"features": 10}),
)


def chain(graph: Graph, *cards: tuple[str, dict[str, Any]]) -> tuple[Graph, str]:
    """Add a chain of cards; gives the graph and the last one's id."""
    last = ""
    for place, (layer, settings) in enumerate(cards):
        graph, new = add(graph, layer, 0.0, 100.0 * place, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    return graph, last


def digits(*cards: tuple[str, dict[str, Any]], name: str = "Digits", **about: str) -> Project:
    graph, _ = chain(Graph(), *cards, ("CrossEntropy", {"target": "digit"}))
    return Project(name, {"main": graph}, data=scan({"type": "DigitsData"}), about=about)


def mixed(folder: Path) -> Project:
    """Two inputs and two answers from a table with gaps: numbers, categories, a city to embed."""
    random = np.random.default_rng(3)
    lines = ["size,weight,color,city,kind,price"]
    for _ in range(240):
        size, weight = random.uniform(1, 9), random.uniform(100, 900)
        color, city = random.choice(["red", "green", "blue"]), random.choice(["Rome", "Oslo", "Lima", "Pune"])
        kind = "big" if size + (color == "red") > 5 else "small"
        cells = [f"{size:.3f}", f"{weight:.1f}", color]
        cells = [cell if random.random() > 0.1 else "" for cell in cells]
        lines.append(",".join([*cells, city, kind, f"{1000 * size + weight:.1f}"]))
    file = folder / "goods.csv"
    file.write_text("\n".join(lines))
    data = scan({"type": "TableFile", "path": str(file)})
    for name in ("kind", "price"):
        data = data.with_role(name, "target")
    graph, table = chain(Graph(), ("TableInput", {"columns": ["size", "weight", "color"]}), ("Linear", {"features": 8}))
    graph, city = add(graph, "CategoryInput", 200.0, 0.0, {"field": "city"})
    graph, embedding = add(graph, "Embedding", 200.0, 100.0, {"features": 3})
    graph = connect(graph, city, embedding)
    graph, joined = add(graph, "Concatenate", 100.0, 200.0)
    graph = connect(connect(graph, table, joined), embedding, joined)
    for features, loss, target in ((1, "BinaryCrossEntropy", "kind"), (1, "MSE", "price")):
        graph, head = add(graph, "Linear", 0.0, 300.0, {"features": features})
        graph, end = add(graph, loss, 0.0, 400.0, {"target": target})
        graph = connect(connect(graph, joined, head), head, end)
    return Project("Goods", {"main": graph}, data=data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("export")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def digits_run(folder: Path) -> Run:
    about = {"author": "Ada", "license": "CC0-1.0", "description": "Reads digits."}
    return train(digits(*PICTURES, **about), folder / "runs", epochs=2, device="cpu")


@pytest.fixture(scope="module")
def mixed_run(folder: Path) -> Run:
    return train(mixed(folder), folder / "runs", epochs=3, device="cpu")


@pytest.fixture(scope="module")
def exported(digits_run: Run, folder: Path) -> tuple[Path, dict[str, Any]]:
    path = folder / "digits.onnx"
    return path, exporter_of("onnx").export(digits_run, path)


# ---- the file ----------------------------------------------------------------------------------------------------


def test_the_file_answers_raw_pixels_as_the_model_does(digits_run: Run, exported: tuple[Path, dict[str, Any]]) -> None:
    path, _ = exported
    dataset = open_dataset(digits_run.project().data)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    pixels = dataset.columns["image"][:300].astype(np.float32)
    (told,) = session.run(None, {"image": pixels})
    assert [one.name for one in session.get_outputs()] == ["digit"]
    assert told.shape == (300, 10)
    np.testing.assert_allclose(told.sum(axis=1), 1, atol=1e-5)
    model = opened(digits_run)
    np.testing.assert_allclose(told, model.answers([pixels])[0], atol=1e-5)
    right = (told.argmax(1) == dataset.columns["digit"][:300]).mean()
    assert right > 0.3, "even two epochs are far better than chance; is the preparation inside?"


def test_the_proof_says_what_was_compared(digits_run: Run, exported: tuple[Path, dict[str, Any]]) -> None:
    path, told = exported
    model = opened(digits_run)
    held = part_of(model, model.dataset(), "test")
    assert told["part"] == "test"
    assert told["items"] == len(held)
    assert told["random_items"] == 72
    assert [one["batch"] for one in told["batches"]] == [1, 7, 64]
    assert told["same_class"] == told["class_items"] == len(held) + 72
    assert 0 <= told["scaled"] <= told["largest"] <= 1e-5
    assert len(told["histogram"]["counts"]) == len(told["histogram"]["edges"]) - 1
    assert sum(told["histogram"]["counts"]) + told["equal"] == told["numbers"] == 10 * (len(held) + 72)
    assert told["right"]["digit"]["torch"] == told["right"]["digit"]["exported"] > 0
    assert told["opset"] == 20
    assert told["bytes"] == path.stat().st_size
    assert told["milliseconds"]["exported"]["one"] > 0


def test_the_file_explains_itself(digits_run: Run, exported: tuple[Path, dict[str, Any]]) -> None:
    path, _ = exported
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    facts = {one.key: one.value for one in model.metadata_props}
    assert json.loads(facts["lamina.classes"]) == {"digit": [str(digit) for digit in range(10)]}
    (image,) = json.loads(facts["lamina.inputs"])
    assert image == {
        "name": "image", "kind": "image", "shape": [1, 8, 8], "dtype": "float32", "range": [0, 255],
        "fit": "crop", "channels": "gray",
    }  # fmt: skip
    assert (facts["project"], facts["author"], facts["license"]) == ("Digits", "Ada", "CC0-1.0")
    assert model.producer_name == "Lamina"
    assert max(one.version for one in model.opset_import if one.domain == "") == 20
    again = from_json(json.loads(facts["lamina.project"]))
    assert again.graph == digits_run.project().graph
    assert generate(again).text == generate(digits_run.project()).text


def test_the_file_carries_what_was_typed_when_exporting(digits_run: Run, folder: Path) -> None:
    digits_run.set_result("about", {"name": "Post codes", "author": "Bea", "purpose": "Sorts letters."})
    try:
        exporter_of("onnx").export(digits_run, folder / "about.onnx")
    finally:
        digits_run.set_result("about", None)
    facts = Session((folder / "about.onnx").read_bytes()).facts
    assert [facts[key] for key in ("project", "author", "license", "purpose")] == [
        "Post codes", "Bea", "CC0-1.0", "Sorts letters.",
    ]  # fmt: skip


def test_the_file_tells_nothing_of_this_computer(exported: tuple[Path, dict[str, Any]], folder: Path) -> None:
    path, _ = exported
    content = path.read_bytes()
    repo = str(Path(onnx_export.__file__).resolve().parents[2])
    for secret in (repo, str(Path.home()) + "/", str(folder), "stack_trace", "site-packages", '.py"', "File "):
        assert secret.encode() not in content, secret
    model = onnx.load(path)
    assert not model.graph.value_info
    assert not any(node.metadata_props or node.doc_string for node in model.graph.node)
    assert [entry.name for entry in folder.iterdir() if entry.name.startswith(".")] == []


def test_several_inputs_and_answers_with_gaps_in_the_data(mixed_run: Run, folder: Path) -> None:
    path = folder / "goods.onnx"
    told = exporter_of("onnx").export(mixed_run, path)
    assert told["scaled"] <= 1e-5 < told["largest"], "prices of thousands differ by more, in proportion by less"
    assert [one["name"] for one in told["inputs"]] == ["table", "city"]
    assert [one["name"] for one in told["outputs"]] == ["kind", "price"]
    session = Session(path.read_bytes())
    table = np.array([[5.0, 300.0, 0], [np.nan, np.nan, -1], [2.0, 500.0, np.nan]], np.float32)
    kind, price = session([table, np.array([0, 3, -1])])
    assert np.isfinite(kind).all() and np.isfinite(price).all()
    assert (price > 100).all(), "prices are given in their own unit"
    facts = session.facts
    columns = json.loads(facts["lamina.inputs"])[0]["columns"]
    assert columns[2] == {"name": "color", "classes": ["blue", "green", "red"]}
    source = json.loads(facts["lamina.project"])["data"]["source"]
    assert source == {"type": "TableFile", "path": "goods.csv"}
    assert str(folder).encode() not in path.read_bytes()


def test_random_tables_have_gaps(mixed_run: Run) -> None:
    model = opened(mixed_run)
    held = proof.trial(model, model.dataset())
    table, city = proof.random_items(model.signature.inputs, held.sample, 64, seed=1)
    assert 0 < np.isnan(table).mean() < 0.5
    assert table[:, 0][~np.isnan(table[:, 0])].max() < 9.1
    assert set(table[:, 2][~np.isnan(table[:, 2])]) <= {0, 1, 2}
    assert set(city) <= {0, 1, 2, 3}
    held.sample[0][:, 1] = np.nan
    table, _ = proof.random_items(model.signature.inputs, held.sample, 64, seed=1)
    assert set(table[:, 1][~np.isnan(table[:, 1])]) == {0}


def test_a_recurrent_layer_leaves_as_one_node(folder: Path) -> None:
    run = train(digits(*STEPS, name="Lines"), folder / "runs", epochs=1, device="cpu")
    told = exporter_of("onnx").export(run, folder / "lines.onnx")
    kinds = [node.op_type for node in onnx.load(folder / "lines.onnx").graph.node]
    assert kinds.count("LSTM") == 1
    assert told["same_class"] == told["class_items"]


def test_options_hold(digits_run: Run, folder: Path) -> None:
    path = folder / "one.onnx"
    told = Onnx(any_batch=False, class_names=False).export(digits_run, path)
    assert told["inputs"][0]["shape"] == [1, 1, 8, 8]
    assert [one["batch"] for one in told["batches"]] == [1]
    facts = Session(path.read_bytes()).facts
    assert "lamina.classes" not in facts
    assert from_json(json.loads(facts["lamina.project"])).data.fields == ()
    beside = predict(digits_run, {"items": [1, 2, 3]}, onnx=path)["onnx"]
    assert beside["same_class"] and len(beside["answers"]) == 3


# ---- refusals ----------------------------------------------------------------------------------------------------


def spoil_weights(model: onnx.ModelProto, *rest: Any) -> None:
    """Change the last weights of the file by a little: nothing but the comparison can notice."""
    onnx_file_finish(model, *rest)
    weights = max(model.graph.initializer, key=lambda one: int(np.prod(one.dims)))
    values = onnx.numpy_helper.to_array(weights) * np.float32(1.001)
    weights.CopyFrom(onnx.numpy_helper.from_array(values, weights.name))


onnx_file_finish = onnx_file.finish


def test_a_file_that_answers_otherwise_is_refused(
    digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digits_run.result("export:onnx")
    monkeypatch.setattr(onnx_file, "finish", spoil_weights)
    with pytest.raises(UserError, match=r"other answers than PyTorch.*largest difference is"):
        exporter_of("onnx").export(digits_run, tmp_path / "spoiled.onnx")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.onnx").write_bytes(b"of last week")
    with pytest.raises(UserError):
        exporter_of("onnx").export(digits_run, tmp_path / "old.onnx")
    assert (tmp_path / "old.onnx").read_bytes() == b"of last week"
    assert digits_run.result("export:onnx") == before


@pytest.mark.parametrize("place", ["test", "random"])
def test_one_wrong_answer_is_enough(
    digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    honest = Session.__call__
    count = 0

    def lie(self: Session, arrays: list[np.ndarray]) -> list[np.ndarray]:
        nonlocal count
        count += 1
        found = honest(self, arrays)
        size = {"test": 64, "random": 7}[place]
        if len(arrays[0]) == size:
            found[0][3, 3] += 3e-5
        return found

    monkeypatch.setattr(Session, "__call__", lie)
    with pytest.raises(UserError, match=place):
        exporter_of("onnx").export(digits_run, tmp_path / "lie.onnx")
    assert count > 5
    assert list(tmp_path.iterdir()) == []


def test_a_layer_without_onnx_is_named_before_any_work(
    digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReLU, "no_onnx", "ONNX has no such thing.")
    monkeypatch.setattr(onnx_export, "opened", lambda run: pytest.fail("work began"))
    with pytest.raises(UserError, match=r"ReLU \(relu_1\): ONNX has no such thing"):
        exporter_of("onnx").export(digits_run, tmp_path / "no.onnx")


def test_a_missing_folder_is_a_sentence(digits_run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no folder .*nowhere"):
        exporter_of("onnx").export(digits_run, tmp_path / "nowhere" / "x.onnx")


def test_a_file_that_fails_the_checker_is_refused(
    digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_it(model: onnx.ModelProto, *rest: Any) -> None:
        onnx_file_finish(model, *rest)
        model.graph.node[-1].input[0] = "no such value"

    monkeypatch.setattr(onnx_file, "finish", break_it)
    with pytest.raises(UserError, match="did not pass ONNX's own check"):
        exporter_of("onnx").export(digits_run, tmp_path / "x.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exporter", ["onnx", "python"])
def test_damaged_weights_are_refused(digits_run: Run, tmp_path: Path, exporter: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(digits_run.folder, copy)
    content = bytearray((copy / "best.safetensors").read_bytes())
    content[-3] ^= 1
    (copy / "best.safetensors").write_bytes(content)
    run = runs.open_run(copy)
    out = tmp_path / f"x{exporter_of(exporter).suffix}"
    with pytest.raises(UserError, match="damaged"):
        exporter_of(exporter).export(run, out)
    tensors, about = state.read(digits_run.folder / "best.safetensors")
    state.write(copy / "best.safetensors", {name: tensor[..., :1] for name, tensor in tensors.items()}, about)
    with pytest.raises(UserError, match="do not fit"):
        exporter_of(exporter).export(run, out)
    shutil.rmtree(copy / "checkpoints", ignore_errors=True)
    (copy / "best.safetensors").unlink()
    with pytest.raises(UserError, match="no trained weights"):
        exporter_of(exporter).export(run, out)
    assert not out.exists()


# ---- the measure -------------------------------------------------------------------------------------------------


def test_the_limit_is_absolute_plus_relative(digits_run: Run) -> None:
    outputs = opened(digits_run).signature.outputs
    ones = np.full((1, 10), 100.0)
    for factor, over in ((0.999, 0), (1.001, 10)):
        gap = proof.Gap(outputs)
        gap.add([ones], [ones + factor * (1e-5 + 1e-5 * 100)], "here")
        assert gap.over == over


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("ours", "theirs", "over"), [(1.0, NAN, 1), (NAN, 1.0, 1), (NAN, NAN, 0), (INF, INF, 0), (INF, 1.0, 1)]
)
def test_what_is_no_number_equals_itself_alone(digits_run: Run, ours: float, theirs: float, over: int) -> None:
    gap = proof.Gap(opened(digits_run).signature.outputs)
    one, other = np.zeros((1, 10)), np.zeros((1, 10))
    one[0, 0], other[0, 0] = ours, theirs
    worst, count = gap.add([one], [other], "here")
    assert (count, gap.over) == (over, over)
    assert worst == (np.inf if over else 0)
    assert gap.counts.sum() + gap.equal == 10


def test_another_shape_is_no_answer(digits_run: Run) -> None:
    with pytest.raises(UserError, match="shape"):
        proof.Gap(opened(digits_run).signature.outputs).add([np.zeros((2, 10))], [np.zeros((2, 1))], "here")


def test_exporters_are_found_by_short_name_and_json() -> None:
    assert exporter_of("ONNX") == Onnx()
    assert exporter_of({"type": "Onnx", "any_batch": False}) == Onnx(any_batch=False)
    with pytest.raises(UserError, match="no export format"):
        exporter_of("tflite")
    with pytest.raises(UserError, match="no setting"):
        exporter_of({"type": "Onnx", "color": 1})
    with pytest.raises(NotImplementedError):
        Exporter().export(None, Path("x"))  # type: ignore[arg-type]

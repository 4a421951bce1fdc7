"""Testing a trained model and answering what people hand in: figures against scikit-learn, files against strangers."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics

from engine.data.dataset import open_dataset, scan
from engine.data.raw import raw_targets
from engine.edits import add
from engine.errors import UserError
from engine.exporters import exporter_of
from engine.graph import Graph
from engine.project import Project
from engine.run.evaluate import evaluate, part_of
from engine.run.opened import opened
from engine.run.predict import predict
from engine.run.reports import class_probabilities, class_report, number_report, picture_report
from engine.run.work import train
from engine.runs import Run
from engine.wiring import connect


def chain(source: dict[str, Any], *cards: tuple[str, dict[str, Any]]) -> Project:
    graph, last = Graph(), ""
    for place, (layer, settings) in enumerate(cards):
        graph, new = add(graph, layer, 0.0, 100.0 * place, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    return Project("Tested", {"main": graph}, data=scan(source))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("evaluate")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def digits_run(folder: Path) -> Run:
    cards = [("ImageInput", {}), ("Flatten", {}), ("Linear", {"features": 10}), ("CrossEntropy", {})]
    return train(chain({"type": "DigitsData"}, *cards), folder, epochs=3, device="cpu")


@pytest.fixture(scope="module")
def flowers_run(folder: Path) -> Run:
    cards = [("TableInput", {}), ("Linear", {"features": 3}), ("CrossEntropy", {})]
    optimizer = {"type": "Adam", "lr": 0.05}
    return train(chain({"type": "IrisData"}, *cards), folder, epochs=20, device="cpu", optimizer=optimizer)


@pytest.fixture(scope="module")
def diabetes_run(folder: Path) -> Run:
    cards = [("TableInput", {}), ("Linear", {"features": 1}), ("MSE", {})]
    return train(chain({"type": "DiabetesData"}, *cards), folder, epochs=20, device="cpu")


# ---- figures -----------------------------------------------------------------------------------------------------


def test_the_figures_of_classes_are_those_of_sklearn(digits_run: Run) -> None:
    told = evaluate(digits_run)
    (output,) = told["outputs"]
    model = opened(digits_run)
    dataset = model.dataset()
    items = part_of(model, dataset, "test")
    (answers,) = model.answers(model.raw(dataset, items))
    truth = raw_targets(dataset, ["digit"], items)["digit"]
    best = answers.argmax(1)
    figures = output["metrics"]
    assert told["items"] == output["count"] == len(items) == 270
    assert figures["accuracy"] == pytest.approx(metrics.accuracy_score(truth, best))
    assert figures["top3"] == pytest.approx(metrics.top_k_accuracy_score(truth, answers, k=3))
    means = metrics.precision_recall_fscore_support(truth, best, average="macro", zero_division=0)
    assert [figures[name] for name in ("precision", "recall", "f1")] == pytest.approx(list(means[:3]))
    assert output["confusion"] == metrics.confusion_matrix(truth, best).tolist()
    assert output["found"] == pytest.approx(metrics.recall_score(truth, best, average=None).tolist())
    assert output["weakest"]["found"] == min(output["found"])
    assert 0.5 < figures["accuracy"] < 1
    sure = answers.max(1) >= 0.9
    assert output["sure"]["count"] == sure.sum()
    assert output["sure"]["right"] == (sure & (best == truth)).sum()
    assert sum(one["count"] for one in output["reliability"]) == 270
    assert digits_run.result("test") == json.loads(json.dumps(told))


def test_the_worst_mistakes_are_real_ones(digits_run: Run) -> None:
    (output,) = evaluate(digits_run)["outputs"]
    truth = open_dataset(digits_run.project().data).columns["digit"]
    mistakes = output["mistakes"]
    assert len(mistakes) == output["count"] - output["right"] > 0
    sure = [one["probability"] for one in mistakes]
    assert sure == sorted(sure, reverse=True)
    for one in mistakes:
        assert truth[one["item"]] == one["truth"] != one["answer"]
        assert one["name"] == f"row {one['item'] + 1}"
        assert one["top"][0] == [one["answer_name"], one["probability"]]
        assert len(one["top"]) == 3
        answer = predict(digits_run, {"item": one["item"]})["items"][0]["answers"]["digit"]
        assert answer["class"] == one["answer_name"]
        assert answer["probability"] == pytest.approx(one["probability"], abs=1e-5)


def test_the_figures_of_numbers_are_those_of_sklearn(diabetes_run: Run) -> None:
    (output,) = evaluate(diabetes_run)["outputs"]
    right, told = np.array(output["pairs"]).T
    figures = output["metrics"]
    assert len(right) == output["count"]
    assert figures["mae"] == pytest.approx(metrics.mean_absolute_error(right, told))
    assert figures["rmse"] == pytest.approx(metrics.root_mean_squared_error(right, told))
    assert figures["r2"] == pytest.approx(metrics.r2_score(right, told))
    assert figures["r2"] > 0.1
    assert right.min() > 20, "truth and answers are in the target's own unit"
    worst = output["mistakes"][0]
    assert abs(worst["error"]) == pytest.approx(np.abs(told - right).max())
    assert open_dataset(diabetes_run.project().data).columns["progression"][worst["item"]] == pytest.approx(
        worst["truth"]
    )


def test_other_parts_can_be_tested_and_wrong_ones_are_named(flowers_run: Run) -> None:
    assert evaluate(flowers_run, "validation")["items"] + evaluate(flowers_run, "train")["items"] < 150
    assert flowers_run.result("validation")["part"] == "validation"
    with pytest.raises(UserError, match="train"):
        evaluate(flowers_run, "all")


def test_two_classes_from_one_probability() -> None:
    rows = class_probabilities(np.array([[0.2], [0.95], [0.5]]), 2)
    assert rows.tolist() == [[0.8, 0.2], [pytest.approx(0.05), 0.95], [0.5, 0.5]]
    report = class_report(rows, np.array([0, 1, 1]), ("no", "yes"), np.array([5, 9, 7]), lambda item: f"n{item}")
    assert report["right"] == 2
    assert report["sure"] == {"threshold": 0.9, "count": 1, "right": 1, "share": 1.0}
    assert [one["name"] for one in report["mistakes"]] == ["n7"]


def test_scores_that_are_no_probabilities_claim_no_sureness() -> None:
    report = class_report(np.array([[5.0, -2.0]]), np.array([0]), ("a", "b"), np.array([0]), str)
    assert report["sure"] is None
    assert report["right"] == 1


def test_constant_truth_has_no_r2() -> None:
    report = number_report(np.array([[1.0], [2.0]]), np.array([[3.0], [3.0]]), np.array([0, 1]), str)
    assert "r2" not in report["metrics"]
    assert report["mistakes"][0]["error"] == -2


def test_the_figures_of_masks_are_those_of_sklearn() -> None:
    random = np.random.default_rng(0)
    truth = (random.random((5, 1, 6, 7)) > 0.7).astype(np.float32)
    answers = np.clip(truth + random.normal(0, 0.5, truth.shape), 0, 1).astype(np.float32)
    found = picture_report(answers, truth, np.arange(5), str, yes_no=True)["metrics"]
    told, true = (answers > 0.5).ravel(), truth.ravel() > 0.5
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(true, told))
    assert found["f1"] == pytest.approx(metrics.f1_score(true, told, average="macro"))
    assert found["overlap"] == pytest.approx(metrics.jaccard_score(true, told))
    assert "accuracy" not in picture_report(answers, truth, np.arange(5), str)["metrics"]
    nothing = np.zeros_like(truth)
    assert picture_report(nothing, nothing, np.arange(5), str, yes_no=True)["metrics"]["overlap"] == 1


def test_a_network_that_marks_points_is_tested_by_how_many_are_right(tmp_path: Path) -> None:
    marks = chain(
        {"type": "ShapeMasks", "items": 40, "side": 16},
        ("ImageInput", {"field": "picture"}),
        ("Conv2d", {"filters": 1, "same": True}),
        ("BinaryCrossEntropy", {"target": "mask"}),
    )
    [output] = evaluate(train(marks, tmp_path, epochs=1, device="cpu"))["outputs"]
    assert output["kind"] == "pictures" and {"accuracy", "f1", "overlap", "rmse"} <= set(output["metrics"])


def test_answers_that_are_pictures_name_the_worst() -> None:
    answers, truth = np.zeros((3, 1, 2, 2), np.float32), np.zeros((3, 1, 2, 2), np.float32)
    truth[1] = 0.5
    report = picture_report(answers, truth, np.array([4, 5, 6]), str)
    assert report["mistakes"][0] == {"item": 5, "name": "5", "error": 0.5}


# ---- what people hand in -----------------------------------------------------------------------------------------


def picture(run: Run, path: Path, item: int) -> Path:
    """An item of the digits as a picture file."""
    Image.fromarray(open_dataset(run.project().data).columns["image"][item, 0]).save(path)
    return path


@pytest.mark.parametrize("name", ["a digit ä.png", "DIGIT.PNG", "digit.bmp"])
def test_a_picture_file_is_answered_like_the_item_it_shows(digits_run: Run, tmp_path: Path, name: str) -> None:
    file = picture(digits_run, tmp_path / name, 17)
    told = predict(digits_run, str(file))["items"][0]
    known = predict(digits_run, {"item": 17})["items"][0]
    assert told["answers"] == known["answers"]
    assert told["name"] == name
    probabilities = [one[1] for one in told["answers"]["digit"]["top"]]
    assert probabilities == sorted(probabilities, reverse=True)


def test_an_exported_file_answers_beside_the_model(digits_run: Run, tmp_path: Path, flowers_run: Run) -> None:
    exporter_of("onnx").export(digits_run, tmp_path / "digits.onnx")
    beside = predict(digits_run, [str(picture(digits_run, tmp_path / f"{item}.png", item)) for item in (3, 4)],
                     onnx=tmp_path / "digits.onnx")  # fmt: skip
    assert beside["onnx"]["same_class"] and beside["onnx"]["within"]
    assert beside["onnx"]["difference"] < 1e-6
    assert len(beside["onnx"]["answers"]) == len(beside["items"]) == 2
    with pytest.raises(UserError, match="another model"):
        predict(flowers_run, {"item": 0}, onnx=tmp_path / "digits.onnx")
    (tmp_path / "bad.onnx").write_bytes((tmp_path / "digits.onnx").read_bytes()[:-200])
    with pytest.raises(UserError, match="no ONNX file"):
        predict(digits_run, {"item": 0}, onnx=tmp_path / "bad.onnx")


def test_rows_of_a_table_find_their_columns_by_name(flowers_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "flowers.csv"
    file.write_text(
        "petal width;note;petal length;sepal width;sepal length\n0,2;x;1,4;3,5;5,1\n2,3;y;6,1;3,0;7,7\n;;;;\n"
    )
    told = predict(flowers_run, str(file))["items"]
    assert [one["answers"]["species"]["class"] for one in told] == ["setosa", "virginica"]
    values = {"petal width": 0.2, "petal length": "1.4", "sepal width": 3.5, "sepal length": 5.1}
    assert predict(flowers_run, values)["items"][0]["answers"] == told[0]["answers"]
    (tmp_path / "one.json").write_text(json.dumps([values]))
    assert predict(flowers_run, tmp_path / "one.json")["items"][0]["answers"] == told[0]["answers"]
    gaps = predict(flowers_run, {**values, "petal width": None})["items"][0]["answers"]["species"]
    assert gaps["probability"] < told[0]["answers"]["species"]["probability"]


def test_missing_columns_and_wrong_cells_are_named(flowers_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "short.csv"
    file.write_text("sepal length,petal length,sepal wdith\n5.1,1.4,3.5\n")
    with pytest.raises(UserError, match=r"sepal width and petal width are missing. There is sepal length"):
        predict(flowers_run, str(file))
    file.write_text("sepal length,petal length,sepal width,petal width\n5.1,1.4,3.5,0.2\n5.1,long,3.5,wide\n")
    with pytest.raises(UserError, match=r"Row 2: .*petal length.*a number.*long.*petal width"):
        predict(flowers_run, str(file))


def test_arrays_are_taken_by_shape(digits_run: Run, tmp_path: Path) -> None:
    pixels = open_dataset(digits_run.project().data).columns["image"][:5]
    np.save(tmp_path / "five.npy", pixels)
    np.savez(tmp_path / "five.npz", image=pixels)
    five = predict(digits_run, str(tmp_path / "five.npy"))["items"]
    assert five == predict(digits_run, str(tmp_path / "five.npz"))["items"]
    for values in ({"item": 2}, {"image": pixels[2].tolist()}, {"image": pixels[2:3].tolist()}):
        (one,) = predict(digits_run, values)["items"]
        told, known = one["answers"]["digit"], five[2]["answers"]["digit"]
        assert told["class"] == known["class"]
        assert told["probability"] == pytest.approx(known["probability"], abs=1e-6)
    np.save(tmp_path / "odd.npy", pixels[:, :, :7])
    with pytest.raises(UserError, match=r"items × 1 × 8 × 8. It has 5 × 1 × 7 × 8"):
        predict(digits_run, str(tmp_path / "odd.npy"))


class Trap:
    """What pickle would run."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path("/tmp/lamina-was-run"),)


def hostile(folder: Path, kind: str) -> Path:
    """A file that no program should trust."""
    file = folder / {"pickle": "x.npy", "bomb": "x.npz", "pixels": "x.png"}.get(kind, kind)
    if kind == "pickle":
        np.save(file, np.array([Trap()], dtype=object), allow_pickle=True)
    elif kind == "bomb":
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**11,)})
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("image.npy", header.getvalue() + bytes(300 * 2**20))
    elif kind == "pixels":
        data = b"".join(
            [
                b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
                (200_000).to_bytes(4, "big") * 2,
                b"\x08\x00\x00\x00\x00" + bytes(4),
            ]
        )
        file.write_bytes(data)
    else:
        content = {
            "x.png": b"\x89PNG\r\n\x1a\n cut",
            "x.svg": b"<svg/>",
            "x.csv": bytes(range(256)),
            "x.npy": b"\x93NUMPY",
            "x.npz": b"PK\x03\x04 no zip",
            "x.json": b"[" * 100_000,
            "x.exe": b"MZ",
            "empty.csv": b"",
        }
        file.write_bytes(content[kind])
    return file


@pytest.mark.parametrize(
    "kind",
    ["pickle", "bomb", "pixels", "x.png", "x.svg", "x.csv", "x.npy", "x.npz", "x.json", "x.exe", "empty.csv"],
)
def test_hostile_files_are_one_sentence(digits_run: Run, tmp_path: Path, kind: str) -> None:
    file = hostile(tmp_path, kind)
    with pytest.raises(UserError) as caught:
        predict(digits_run, str(file))
    assert 20 < len(caught.value.message) < 400
    assert not Path("/tmp/lamina-was-run").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("/nowhere/x.png", "There is no file"), ("/dev/zero", "no ordinary file"), ("/tmp", "folder"), ([], "nothing"),
        (3, "nothing"), ({"item": -1}, "0 to 1796"), ({"item": 1797}, "0 to 1796"), ({"item": "x"}, "counted from 0"),
        ({"items": []}, "none"), ({"picture": 3}, "image is missing. There is picture"),
        ({"image": "x"}, "There is no file"),
        ({"image": [[1], [2, 3]]}, "no even table"), ([[1, 2], [3]], "no even table"), ([{}] * 100_001, "100,000"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_explained(digits_run: Run, values: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        predict(digits_run, values)


def test_a_picture_for_a_table_and_a_table_for_a_picture(flowers_run: Run, digits_run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="this model reads a table"):
        predict(flowers_run, str(picture(digits_run, tmp_path / "x.png", 0)))
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match=r"image is missing. There is a and b"):
        predict(digits_run, str(tmp_path / "x.csv"))

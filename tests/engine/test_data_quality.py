"""Findings about data, and what is shown of it: each finding appears where it should and only there."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import Dataset, open_dataset, scan
from engine.data.fields import Field, category, image, number, text
from engine.data.preview import balance, histogram, rows, summaries, thumbnails
from engine.data.quality import item_hashes, report
from engine.data.split import Split, split
from engine.errors import UserError

COUNT = 200


def healthy() -> Dataset:
    rng = np.random.default_rng(5)
    fields: tuple[Field, ...] = (number("x"), category("c", ("u", "v")), category("y", ("a", "b"), "target"))
    columns = {
        "x": rng.normal(size=COUNT).astype(np.float32),
        "c": rng.integers(0, 2, COUNT),
        "y": np.arange(COUNT) % 2,
    }
    return Dataset(fields, columns, COUNT, None, (), "")


def thirds() -> Split:
    places = np.arange(COUNT)
    return Split(places[:140], places[140:170], places[170:])


def changed(**columns: Any) -> Dataset:
    dataset = healthy()
    return replace(dataset, columns={**dataset.columns, **columns})


def found(dataset: Dataset, parts: Split | None = None) -> dict[str, dict[str, Any]]:
    findings = report(dataset, parts or thirds())
    assert json.loads(json.dumps(findings)) == findings
    return {one["kind"]: one for one in findings}


def test_healthy_data_says_nothing() -> None:
    assert found(healthy()) == {}


def test_missing_values() -> None:
    gaps = healthy().columns["x"].copy()
    gaps[:120] = np.nan
    codes = healthy().columns["y"].copy()
    codes[7] = -1
    one = found(changed(x=gaps))["missing"]
    assert (one["level"], one["count"], one["field"], len(one["items"])) == ("warning", 120, "x", 12)
    assert "consider leaving the field unused" in one["detail"]
    target = found(changed(y=codes))["missing"]
    assert (target["level"], target["items"]) == ("info", [7])
    assert "take no part" in target["detail"]


def test_constant_columns() -> None:
    assert found(changed(x=np.full(COUNT, 2.5, np.float32)))["constant"]["level"] == "warning"
    assert found(changed(y=np.zeros(COUNT, np.int64)))["constant"]["level"] == "error"


def test_imbalance_and_absent_classes() -> None:
    codes = np.zeros(COUNT, np.int64)
    codes[:9] = 1
    both = found(changed(y=codes))
    assert both["imbalance"]["level"] == "warning"
    assert "“b” 9" in both["imbalance"]["detail"]
    assert both["absent class"]["level"] == "info"
    late = [one for one in report(changed(y=codes[::-1].copy()), thirds()) if one["kind"] == "absent class"]
    assert [(one["level"], "training" in one["title"]) for one in late] == [("warning", True), ("info", False)]


def test_items_that_repeat_training() -> None:
    x = healthy().columns["x"].copy()
    c = healthy().columns["c"].copy()
    x[180], c[180] = x[3], c[3]
    one = found(changed(x=x, c=c))["duplicates"]
    assert (one["items"], one["level"]) == ([180], "warning")
    c[180] = 1 - c[3]
    assert "duplicates" not in found(changed(x=x, c=c))


def test_equal_hashes_mean_equal_items() -> None:
    """Round numbers in many columns: what a weak hash would take for the same."""
    grid = np.stack(np.meshgrid(*[np.arange(8, dtype=np.float32)] * 5), -1).reshape(-1, 5)
    fields = tuple(number(f"n{place}") for place in range(5))
    columns = {f"n{place}": np.ascontiguousarray(grid[:, place]) for place in range(5)}
    dataset = Dataset(fields, columns, len(grid), None, (), "")
    assert len(np.unique(item_hashes(dataset))) == len(grid)
    twice = Dataset(fields, {name: np.tile(one, 2) for name, one in columns.items()}, 2 * len(grid), None, (), "")
    assert len(np.unique(item_hashes(twice))) == len(grid)


def test_an_input_that_gives_the_answer_away() -> None:
    one = found(changed(c=1 - healthy().columns["y"]))["leak"]
    assert one["field"] == "c"


def test_roles_and_sizes() -> None:
    dataset = healthy()
    without = replace(dataset, fields=tuple(one.with_role("unused") for one in dataset.fields))
    assert {"no input", "no target"} <= set(found(without))
    empty = np.array([], np.int64)
    assert found(dataset, Split(np.arange(COUNT), empty, empty))["empty part"]["level"] == "warning"
    noted = replace(dataset, notes=("a note",))
    assert found(noted)["reading"]["detail"] == "a note"
    few = Dataset(dataset.fields, {name: one[:20] for name, one in dataset.columns.items()}, 20, None, (), "")
    assert report(few)[0]["kind"] == "few items"


def test_iris_has_its_known_duplicate_and_order_is_by_weight(tmp_path: Path) -> None:
    data = scan({"type": "IrisData"}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert len(np.unique(item_hashes(dataset))) == 149  # rows 102 and 143 are the same flower
    levels = [one["level"] for one in report(dataset, split(dataset, data))]
    assert levels == sorted(levels, key=["error", "warning", "info"].index)


# ---- previews ----------------------------------------------------------------------------------------------------


def pictures() -> Dataset:
    pixels = np.zeros((4, 1, 6, 12), np.uint8)
    pixels[1] = 255
    columns = {"image": pixels, "note": np.array([b"a", b"", b"c\xc3", b"d"])}
    return Dataset((image("image", 1, 6, 12), text("note")), columns, 4, ["p", "q", "r", "s"], (), "")


def test_thumbnails_are_pngs_of_the_wanted_size() -> None:
    one, two = thumbnails(pictures(), [1, 0], 48)
    opened = Image.open(io.BytesIO(one))
    assert (opened.format, opened.size) == ("PNG", (48, 24))
    assert np.asarray(opened).min() == 255
    assert np.asarray(Image.open(io.BytesIO(two))).max() == 0
    for wrong in ([4], [-1]):
        with pytest.raises(UserError, match="4 items"):
            thumbnails(pictures(), wrong, 48)
    with pytest.raises(UserError, match="no pictures"):
        thumbnails(healthy(), [0], 48)


def test_color_thumbnail(tmp_path: Path) -> None:
    pixels = np.zeros((1, 3, 5, 5), np.uint8)
    pixels[:, 2] = 200
    dataset = Dataset((image("i", 3, 5, 5),), {"i": pixels}, 1, None, (), "")
    assert np.asarray(Image.open(io.BytesIO(thumbnails(dataset, [0], 20)[0])))[10, 10].tolist() == [0, 0, 200]


def test_rows() -> None:
    x = healthy().columns["x"].copy()
    x[1] = np.nan
    shown = rows(changed(x=x, c=np.full(COUNT, -1)), 0, 3)
    assert [row[""] for row in shown] == ["row 1", "row 2", "row 3"]
    assert shown[1]["x"] is None
    assert shown[0]["c"] is None
    assert [row["y"] for row in shown] == ["a", "b", "a"]
    assert [row[""] for row in rows(healthy(), 1, 2, indices=[9, 4, 7])] == ["row 5", "row 8"]
    assert rows(healthy(), COUNT - 1, 50)[-1][""] == f"row {COUNT}"
    assert [row["note"] for row in rows(pictures())] == ["a", None, "c", "d"]
    assert rows(pictures())[0]["image"] == "1 ch × 6 × 12"


def test_balance_and_histogram() -> None:
    counted = balance(healthy(), "y", thirds())
    assert counted[0] == {"name": "a", "count": 100, "train": 70, "validation": 15, "test": 15}
    with pytest.raises(UserError, match="is a number"):
        balance(healthy(), "x")
    shown = histogram(healthy(), "x")
    assert len(shown["counts"]) == 24
    assert sum(shown["counts"]) == COUNT
    assert shown["edges"][0] == pytest.approx(float(healthy().columns["x"].min()))
    assert histogram(changed(x=np.full(COUNT, 3, np.float32)), "x") == {"edges": [3.0, 3.0], "counts": [COUNT]}
    assert histogram(changed(x=np.full(COUNT, np.nan, np.float32)), "x") == {"edges": [], "counts": []}
    assert sum(histogram(pictures(), "image")["counts"]) == 4
    with pytest.raises(UserError, match="no field “z”"):
        histogram(healthy(), "z")


def test_summaries_are_json() -> None:
    x = healthy().columns["x"].copy()
    x[:4] = np.nan
    found = summaries(changed(x=x))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found[0]["missing"], found[0]["count"]) == (4, COUNT)
    assert found[0]["mean"] == pytest.approx(float(np.nanmean(x)), rel=1e-5)
    assert found[2]["top"] == [["a", 100], ["b", 100]]
    assert [one["kind"] for one in summaries(pictures())] == ["image", "text"]

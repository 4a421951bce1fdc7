"""Opening data: examples, the cache with its accidents, roles kept over a scan, and data that changed meanwhile."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import cache as store
from engine.data.dataset import Dataset, open_dataset, scan
from engine.errors import UserError
from engine.project import Project, dumps, loads

IRIS = {"type": "IrisData"}


def csv(path: Path, text: str = "a,b,target\n1.5,x,2.5\n2.5,y,3.5\n3.5,x,4.5\n") -> dict[str, Any]:
    path.write_text(text)
    return {"type": "TableFile", "path": str(path)}


def equal(one: Dataset, two: Dataset) -> bool:
    same = all(np.array_equal(one.columns[name], two.columns[name], equal_nan=True) for name in one.columns)
    return same and one.fields == two.fields and one.names == two.names and one.notes == two.notes


@pytest.mark.parametrize(
    ("name", "count", "inputs", "target", "classes"),
    [
        ("IrisData", 150, 4, "species", 3),
        ("WineData", 178, 13, "cultivar", 3),
        ("BreastCancerData", 569, 30, "diagnosis", 2),
        ("DiabetesData", 442, 10, "progression", 0),
        ("DigitsData", 1797, 1, "digit", 10),
    ],
)
def test_examples(tmp_path: Path, name: str, count: int, inputs: int, target: str, classes: int) -> None:
    found = open_dataset({"type": name}, tmp_path)
    assert found.count == count
    assert sum(one.role == "input" for one in found.fields) == inputs
    (answer,) = [one for one in found.fields if one.role == "target"]
    assert (answer.name, len(answer.classes)) == (target, classes)
    for column in found.columns.values():
        assert len(column) == count
    assert equal(found, open_dataset({"type": name}, tmp_path))


def test_examples_hold_the_real_values(tmp_path: Path) -> None:
    iris = open_dataset(IRIS, tmp_path)
    assert iris.schema["species"].classes == ("setosa", "versicolor", "virginica")
    assert iris.columns["sepal length"][0] == pytest.approx(5.1)
    progression = open_dataset({"type": "DiabetesData"}, tmp_path).columns["progression"]
    assert (progression.min(), progression.max()) == (25, 346)
    digits = open_dataset({"type": "DigitsData"}, tmp_path).columns["image"]
    assert (digits.shape, digits.dtype, digits.max()) == ((1797, 1, 8, 8), np.uint8, 255)


def test_what_was_read_comes_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = csv(tmp_path / "t.csv")
    first = open_dataset(choice, tmp_path / "cache")
    monkeypatch.setattr("engine.data.table.read_table", lambda *_: pytest.fail("read twice"))
    assert equal(first, open_dataset(choice, tmp_path / "cache"))


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    first = open_dataset(csv(tmp_path / "t.csv"), tmp_path / "cache")
    second = open_dataset(csv(tmp_path / "t.csv", "a,b,target\n9.5,x,2.5\n2.5,y,3.5\n3.5,x,4.5\n"), tmp_path / "cache")
    assert (first.columns["a"][0], second.columns["a"][0]) == (1.5, 9.5)
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "index", "pickle", "all"])
def test_a_damaged_cache_is_built_again(tmp_path: Path, damage: str) -> None:
    choice = csv(tmp_path / "t.csv")
    first = open_dataset(choice, tmp_path / "cache")
    (entry,) = (tmp_path / "cache" / "data").iterdir()
    column = entry / "0.npy"
    content = column.read_bytes()
    if damage == "flip":
        column.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "cut":
        column.write_bytes(content[:-4])
    elif damage == "gone":
        column.unlink()
    elif damage == "index":
        (entry / "index.json").write_text('{"format": 1, "columns": 3')
    elif damage == "pickle":
        np.save(column, np.array([{"a": 1}], object), allow_pickle=True)
    else:
        for one in entry.iterdir():
            one.write_bytes(b"")
    assert equal(first, open_dataset(choice, tmp_path / "cache"))
    assert store.read(entry) is not None
    assert [one.name for one in (tmp_path / "cache" / "data").iterdir()] == [entry.name]


def test_without_a_place_for_the_cache_everything_works(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert open_dataset(IRIS, tmp_path / "file" / "cache").count == 150


@pytest.mark.parametrize("large", [False, True])
def test_a_disk_that_fills_up_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if large:
        monkeypatch.setattr(store, "LARGE", 100)
    monkeypatch.setattr(np, "save", full)
    found = open_dataset({"type": "DigitsData"}, tmp_path / "cache")
    assert found.count == 1797
    assert os.listdir(tmp_path / "cache" / "data") == []


def test_no_room_for_a_large_column(tmp_path: Path) -> None:
    with store.Scratch(tmp_path / "data" / "x") as scratch, pytest.raises(UserError, match=r"no room for the .* GB"):
        scratch.allocate("image", (2**33, 3, 64, 64), "u1")


def test_pruning_keeps_what_was_used_last(tmp_path: Path) -> None:
    for place, name in enumerate(("IrisData", "WineData", "DiabetesData")):
        open_dataset({"type": name}, tmp_path)
        for entry in (tmp_path / "data").iterdir():
            if (entry / "index.json").stat().st_mtime > 10_000:
                os.utime(entry / "index.json", (1000 + place, 1000 + place))
    leftover = tmp_path / "data" / ".new-crashed"
    leftover.mkdir()
    os.utime(leftover, (1000, 1000))
    open_dataset(IRIS, tmp_path)  # used again, so it is the newest
    store.prune(tmp_path, most=1)
    (left,) = (tmp_path / "data").iterdir()
    kept = store.read(left)
    assert kept is not None
    assert kept.count == 150


def test_large_files_are_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * (9 * 2**20))
    first = store.content_hash(path, cache=tmp_path / "cache")
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("hashed twice"))
    assert store.content_hash(path, cache=tmp_path / "cache") == first
    monkeypatch.undo()
    path.write_bytes(b"y" * (9 * 2**20))
    assert store.content_hash(path, cache=tmp_path / "cache") != first


# ---- scanning ----------------------------------------------------------------------------------------------------


def test_scan_keeps_the_roles_a_person_chose(tmp_path: Path) -> None:
    data = scan(csv(tmp_path / "t.csv"), cache=tmp_path / "cache")
    assert {one.name: one.role for one in data.fields} == {"a": "input", "b": "input", "target": "target"}
    mine = replace(data.with_role("target", "unused").with_role("b", "target"), seed=99, split=(0.5, 0.25, 0.25))
    more = csv(tmp_path / "t.csv", "a,b,target,extra\n1.5,x,2.5,3.5\n2.5,y,3.5,3.5\n3.5,x,4.5,3.5\n4.5,z,1.5,2.5\n")
    again = scan(more, mine, tmp_path / "cache")
    roles = {one.name: one.role for one in again.fields}
    assert roles == {"a": "input", "b": "target", "target": "unused", "extra": "input"}
    assert again.schema["b"].classes == ("x", "y", "z")
    assert (again.count, again.seed, again.split) == (4, 99, (0.5, 0.25, 0.25))
    other = scan(IRIS, again, tmp_path / "cache")
    assert other.schema["species"].role == "target"


def test_a_scan_survives_the_project_file(tmp_path: Path) -> None:
    text = csv(
        tmp_path / "t.csv", "who,b,target\n" + "".join(f"Person {one},x{one % 2},{one}.5\n" for one in range(50))
    )
    for choice in (text, {"type": "DigitsData"}):
        project = Project(data=scan(choice, cache=tmp_path / "cache"))
        assert loads(dumps(project)).data == project.data


def test_opening_by_a_project_gives_its_roles(tmp_path: Path) -> None:
    data = scan(csv(tmp_path / "t.csv"), cache=tmp_path / "cache").with_role("a", "unused")
    assert open_dataset(data, tmp_path / "cache").schema["a"].role == "unused"


def test_columns_in_another_order_stay_in_the_projects(tmp_path: Path) -> None:
    """A table input takes its columns in the order of the schema; the model was made for the project's."""
    data = scan(csv(tmp_path / "t.csv"), cache=tmp_path / "cache")
    csv(tmp_path / "t.csv", "new,target,b,a\n1.25,2.5,x,1.5\n2.25,3.5,y,2.5\n2.25,4.5,x,3.5\n")
    found = open_dataset(data, tmp_path / "cache")
    assert list(found.schema) == ["a", "b", "target", "new"]
    assert found.schema["new"].role == "unused"
    assert found.columns["a"].tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,c,target\n1.5,x,2.5\n2.5,y,3.5\n3.5,x,4.5\n", "“b” is gone"),
        ("a,b,target\n1.5,x,2.5\n2.5,y,3.5\n3.5,w,4.5\n", "“b” gained w"),
        ("a,b,target\nu,x,2.5\nv,y,3.5\nu,x,4.5\n", "“a” was read as number and is now category"),
    ],
)
def test_data_that_no_longer_fits_the_project_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Codes of classes would silently mean something else."""
    data = scan(csv(tmp_path / "t.csv"), cache=tmp_path / "cache")
    csv(tmp_path / "t.csv", text)
    with pytest.raises(UserError) as caught:
        open_dataset(data, tmp_path / "cache")
    assert says in caught.value.message
    assert "t.csv changed since" in caught.value.message


@pytest.mark.parametrize("choice", [None, {}, {"type": "Nothing"}, {"type": "TableFile", "rows": 3}])
def test_choices_that_are_none(choice: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        open_dataset(choice, tmp_path)

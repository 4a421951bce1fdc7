"""Series out of tables: windows, values ahead, gaps, no look into the future; and other tables at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset, open_dataset, scan
from engine.data.source_series import SeriesTable
from engine.data.source_waves import GeneratedWaves
from engine.data.split import split
from engine.data.statistics import fit
from engine.errors import UserError

ROWS = 60


@pytest.fixture
def weather(tmp_path: Path) -> Path:
    path = tmp_path / "weather.csv"
    lines = [f"2020-01-{row % 28 + 1:02d},{row},{100 + 2 * row},cloud" for row in range(ROWS)]
    path.write_text("day,warm,wet,sky\n" + "\n".join(lines) + "\n")
    return path


def test_windows_and_the_value_ahead(weather: Path) -> None:
    found = SeriesTable(path=str(weather), window=5, horizon=3).load()
    assert [(one.name, one.kind, one.role) for one in found.fields] == [
        ("series", "series", "input"),
        ("wet", "number", "target"),
    ]
    assert found.count == ROWS - 5 - 3 + 1
    series, wet = np.asarray(found.columns["series"]), found.columns["wet"]
    for row in range(found.count):
        np.testing.assert_array_equal(series[row, :, 0], np.arange(row, row + 5))
        np.testing.assert_array_equal(series[row, :, 1], 100 + 2 * np.arange(row, row + 5))
        assert wet[row] == 100 + 2 * (row + 5 - 1 + 3)
    assert found.names is not None
    assert found.names[0] == "2020-01-08"  # the day of the value, not of the window
    assert found.spans is not None
    assert found.spans[4].tolist() == [4, 12]  # from the first step read to the value


def test_columns_target_and_stride_can_be_chosen(weather: Path) -> None:
    found = SeriesTable(path=str(weather), columns=["wet"], target="warm", window=4, stride=4).load()
    assert found.columns["series"].shape == (14, 4, 1)
    assert found.columns["warm"].tolist() == [4 + 4 * row for row in range(14)]
    with pytest.raises(UserError, match=r"no column of numbers “sky”.*warm and wet"):
        SeriesTable(path=str(weather), columns=["sky"]).load()
    with pytest.raises(UserError, match="60 rows, fewer than a window of 60"):
        SeriesTable(path=str(weather), window=60).load()


def test_gaps_are_told_and_values_that_are_missing_are_no_answers(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    cells = [str(row) for row in range(40)]
    cells[10], cells[20] = "broken", ""
    path.write_text("time,value\n" + "\n".join(f"t{row},{cell}" for row, cell in enumerate(cells)) + "\n")
    data = scan({"type": "SeriesTable", "path": str(path), "window": 3}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert dataset.field("value").missing == 2
    assert any("2 values" in note for note in dataset.notes)
    parts = split(dataset, data)
    used = np.concatenate([part for _, part in parts])
    assert not np.isnan(dataset.take("value", used)).any()


def test_measures_see_training_steps_only_and_each_once(weather: Path, tmp_path: Path) -> None:
    data = scan({"type": "SeriesTable", "path": str(weather), "window": 6}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    train = split(dataset, data).train
    last = int(train.max()) + 6
    about = fit(dataset, train)["series"]
    np.testing.assert_allclose(about["mean"], [np.arange(last).mean(), 100 + 2 * np.arange(last).mean()])
    np.testing.assert_allclose(about["std"], [np.arange(last).std(), 2 * np.arange(last).std()])
    column = dataset.columns["series"]
    base = column.base.copy()  # type: ignore[attr-defined]
    base[last:] = 1e6
    changed = type(column)(base, column.starts, 6)  # type: ignore[attr-defined,call-arg,arg-type]
    other = Dataset(dataset.fields, {**dataset.columns, "series": changed}, dataset.count, None, (), "")
    assert fit(other, train)["series"] == about


def test_another_table_is_read_at_its_end(weather: Path, tmp_path: Path) -> None:
    source = SeriesTable(path=str(weather), window=4)
    field = source.load().fields[0]
    other = tmp_path / "other.csv"
    other.write_text("day,wet,warm\n" + "".join(f"d{row},{row * 10},{row}\n" for row in range(7)))
    found = source.read_item(field, str(other))
    assert found is not None
    assert found.shape == (4, 2)
    np.testing.assert_array_equal(found, [[3, 30], [4, 40], [5, 50], [6, 60]])  # by name, in whatever order
    named = SeriesTable(path=str(weather), columns=["warm", "wet"], window=4)
    right = named.read_item(field, str(other))
    assert right is not None
    np.testing.assert_array_equal(right, found)
    other.write_text("day,wet\n" + "".join(f"d{row},{row * 10}\n" for row in range(7)))
    with pytest.raises(UserError, match="this model reads warm and wet"):
        named.read_item(field, str(other))
    other.write_text("warm,wet\n1,2\n3,4\n")
    with pytest.raises(UserError, match="2 rows; this model reads 4"):
        named.read_item(field, str(other))


REAL = [("airline-passengers", 144, "Passengers"), ("daily-min-temperatures", 3650, "Temp")]


@pytest.mark.parametrize(("name", "rows", "answer"), REAL)
def test_real_series(data_folder: Path, tmp_path: Path, name: str, rows: int, answer: str) -> None:
    path = data_folder / "timeseries" / f"{name}.csv"
    data = scan({"type": "SeriesTable", "path": str(path)}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert dataset.count == rows - 12
    assert dataset.fields[1].name == answer
    parts = split(dataset, data)
    assert all(len(part) for _, part in parts)
    assert max(parts.train) < min(parts.validation) < max(parts.validation) < min(parts.test)


def test_waves_go_on_as_their_windows_say() -> None:
    found = GeneratedWaves(items=500, noise=0, window=20).load()
    series, value = np.asarray(found.columns["series"])[..., 0], found.columns["value"]
    np.testing.assert_array_equal(series[1:, -1], value[:-1])
    # what was 5 steps ago says less than the last step: there is something to learn
    assert np.corrcoef(series[:, -1], value)[0, 1] > 0.8
    noisy = GeneratedWaves(items=500, noise=3, window=20).load().columns["value"]
    assert noisy.std() > 2 * value.std()

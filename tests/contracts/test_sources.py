"""Every data source and preparation keeps the contract: words for people, JSON round trip, errors in sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import open_dataset, scan
from engine.data.preparation import preparations
from engine.data.preview import rows, summaries
from engine.data.quality import report
from engine.data.sources import Source, sources
from engine.data.split import split
from engine.data.statistics import fit
from engine.declare import Declared
from engine.errors import UserError

ENTRIES: list[type[Declared]] = [*sources, *preparations]
DTYPES = {
    "image": "uint8",
    "number": "float32",
    "category": "int64",
    "series": "float32",
    "signal": "int16",
    "tokens": "int64",
}


@pytest.fixture(params=ENTRIES, ids=lambda entry: entry.__name__)
def entry(request: pytest.FixtureRequest) -> type[Declared]:
    found: type[Declared] = request.param
    return found


def other_value(declared: Any, value: Any) -> Any:
    """A valid value that differs from the default."""
    if declared.kind == "choice":
        return next(one for one, _ in declared.choices if one != value)
    if declared.kind == "int":
        return declared.min if value is None else value + 1
    others = {"path": "/some/where", "size": [17] * len(declared.axes), "texts": ["a", "b"], "fields": ["a", "b"]}
    if declared.kind in ("float", "bool"):
        return not value if declared.kind == "bool" else value / 2 or 0.5
    return {**others, "text": "something"}[declared.kind]


def test_words_for_people(entry: type[Declared]) -> None:
    assert entry.label
    assert entry.label[0].isupper()
    help_text = entry.help()
    assert help_text.endswith(".")
    assert 30 < len(help_text) < 200
    for declared in entry.params().values():
        assert declared.help.endswith("."), declared.name
        assert declared.label[0].isupper()


def test_json_round_trip_of_every_setting(entry: type[Declared]) -> None:
    catalogue = sources if issubclass(entry, Source) else preparations
    assert entry().to_json() == {"type": entry.__name__}
    for name, declared in entry.params().items():
        made = entry(**{name: other_value(declared, declared.default)})
        values = json.loads(json.dumps(made.to_json()))
        assert set(values) == {"type", name}
        assert catalogue.make(values) == made


def test_found_by_its_words(entry: type[Declared]) -> None:
    catalogue = sources if issubclass(entry, Source) else preparations
    assert entry in catalogue.search(entry.label)
    assert entry.keywords
    for word in entry.keywords.split():
        assert entry in catalogue.search(word)


@pytest.mark.parametrize("cls", list(sources), ids=lambda cls: cls.__name__)
def test_unset_or_wrong_paths_are_a_sentence(cls: type[Source], tmp_path: Path) -> None:
    paths = [name for name, declared in cls.params().items() if declared.kind == "path"]
    if not paths:
        found = cls().load()
        assert found.count > 0
        assert cls().fingerprint() == cls().fingerprint()
        return
    for wrong in ("", str(tmp_path / "missing"), "a\0b", str(tmp_path / ("x" * 300))):
        for read in (lambda source: source.load(), lambda source: source.fingerprint()):
            with pytest.raises(UserError) as caught:
                read(cls(**{paths[0]: wrong}))
            assert caught.value.message.endswith(".")
            assert "Traceback" not in caught.value.message


def shipped() -> list[Source]:
    """Every source that needs no file, with every choice of each of its settings."""
    found: list[Source] = []
    for cls in sources:
        params = cls.params()
        if any(declared.kind == "path" for declared in params.values()):
            continue
        small = {"items": 300} if "items" in params else {}
        found.append(cls(**small))
        for name, declared in params.items():
            if declared.kind == "choice":
                found += [cls(**small, **{name: value}) for value, _ in declared.choices if value != declared.default]
    return found


SHIPPED = shipped()


def name_of(made: Source) -> str:
    return "-".join(str(value) for value in made.to_json().values())


@pytest.mark.parametrize("made", SHIPPED, ids=name_of)
def test_columns_have_the_agreed_types(made: Source, tmp_path: Path) -> None:
    found = open_dataset(made.to_json(), tmp_path)
    assert found.columns.keys() == found.schema.keys()
    if "items" in made.params() and found.spans is None:
        assert found.count == 300
    for one in found.fields:
        column = found.columns[one.name]
        assert column.dtype.name == DTYPES[one.kind]
        if one.kind == "image":
            assert column.shape[1:] == one.tensor.dims
        if one.kind in ("series", "signal", "tokens"):
            assert column.shape[1:] == one.tensor.dims
            assert np.isfinite(np.asarray(column)).all()
        if one.kind == "tokens":
            assert len(one.classes) == len(set(one.classes)) == one.tensor.classes
            assert np.asarray(column).min() >= 0
            assert np.asarray(column).max() < len(one.classes)
        if one.kind == "category":
            assert column.min() >= -1
            assert column.max() < len(one.classes)
        if one.kind == "number":
            assert np.isnan(column).sum() == one.missing
            assert not np.isinf(column).any()


@pytest.mark.parametrize("made", SHIPPED, ids=name_of)
def test_shipped_data_is_the_same_every_time_and_another_with_another_seed(made: Source) -> None:
    one, again = made.load(), sources.make(made.to_json()).load()
    assert one.fields == again.fields
    for name in one.columns:
        np.testing.assert_array_equal(np.asarray(one.columns[name]), np.asarray(again.columns[name]))
    if "seed" in made.params():
        other = sources.make({**made.to_json(), "seed": 5}).load()
        assert any(
            not np.array_equal(np.asarray(one.columns[name]), np.asarray(other.columns[name])) for name in one.columns
        )


@pytest.mark.parametrize("made", SHIPPED, ids=name_of)
def test_shipped_data_is_divided_measured_judged_and_shown(made: Source, tmp_path: Path) -> None:
    data = scan(made.to_json(), cache=tmp_path)
    found = open_dataset(data, tmp_path)
    assert any(one.role == "input" for one in found.fields)
    assert any(one.role == "target" for one in found.fields)
    parts = split(found, data)
    assert len(parts.train) > len(parts.test) > 0
    about = fit(found, parts.train)
    assert set(about.fields) == {one.name for one in found.fields if one.kind != "text"}
    json.dumps(about.to_json(), allow_nan=False)
    assert not [one for one in report(found, parts) if one["level"] == "error"]
    shown = rows(found, 0, 5)
    assert all(value is not None for name, value in shown[0].items() if name != "age")
    json.dumps([shown, summaries(found)], allow_nan=False)


def test_listing_the_sources_imports_nothing_heavy() -> None:
    code = (
        "import sys; from engine.data.sources import sources; from engine.data.preparation import preparations; "
        "list(sources); list(preparations); "
        "print([name for name in ('torch', 'sklearn', 'polars', 'PIL', 'numpy', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"

"""Every data source and preparation keeps the contract: words for people, JSON round trip, errors in sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import open_dataset
from engine.data.preparation import preparations
from engine.data.sources import Source, sources
from engine.declare import Declared
from engine.errors import UserError

ENTRIES: list[type[Declared]] = [*sources, *preparations]
DTYPES = {"image": "uint8", "number": "float32", "category": "int64", "series": "float32"}


@pytest.fixture(params=ENTRIES, ids=lambda entry: entry.__name__)
def entry(request: pytest.FixtureRequest) -> type[Declared]:
    found: type[Declared] = request.param
    return found


def other_value(declared: Any, value: Any) -> Any:
    """A valid value that differs from the default."""
    if declared.kind == "choice":
        return next(one for one, _ in declared.choices if one != value)
    return {"path": "/some/where", "size": [17] * len(declared.axes), "texts": ["a", "b"], "fields": ["a", "b"]}[
        declared.kind
    ]


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


@pytest.mark.parametrize("cls", [cls for cls in sources if not cls.params()], ids=lambda cls: cls.__name__)
def test_columns_have_the_agreed_types(cls: type[Source], tmp_path: Path) -> None:
    found = open_dataset(cls().to_json(), tmp_path)
    assert found.columns.keys() == found.schema.keys()
    for one in found.fields:
        column = found.columns[one.name]
        assert column.dtype.name == DTYPES[one.kind]
        if one.kind == "image":
            assert column.shape[1:] == one.tensor.dims
        if one.kind == "category":
            assert column.min() >= -1
            assert column.max() < len(one.classes)
        if one.kind == "number":
            assert np.isfinite(column).all()


def test_listing_the_sources_imports_nothing_heavy() -> None:
    code = (
        "import sys; from engine.data.sources import sources; from engine.data.preparation import preparations; "
        "list(sources); list(preparations); "
        "print([name for name in ('torch', 'sklearn', 'polars', 'PIL', 'numpy', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"

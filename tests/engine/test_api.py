"""What `from engine import …` promises is there, has a docstring, and costs no torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

import engine


@pytest.mark.parametrize("name", engine.__all__)
def test_every_promised_name_is_there(name: str) -> None:
    assert getattr(engine, name) is not None


def test_functions_and_classes_say_what_they_are() -> None:
    silent = [name for name in engine.__all__ if callable(getattr(engine, name)) and not getattr(engine, name).__doc__]
    assert not silent


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = engine.nonsense


def test_importing_the_engine_is_light() -> None:
    code = "import engine, engine.jobs, engine.runs, sys; print('torch' in sys.modules, 'PySide6' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["False", "False"]

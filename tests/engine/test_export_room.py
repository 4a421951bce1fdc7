"""A proof takes little memory, however large the answers are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.exporters import exporter_of
from engine.run import opened, proof
from engine.run.onnx_export import Session
from engine.run.work import train
from tests.engine.test_export import digits


def test_large_answers_are_compared_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores for each of 50,000 words at every step would fill the memory long before there are 64 of them."""
    honest, largest = Session.__call__, 0

    def watched(self: Session, arrays: list[np.ndarray]) -> list[np.ndarray]:
        nonlocal largest
        largest = max(largest, len(arrays[0]))
        return honest(self, arrays)

    run = train(
        digits(("ImageInput", {}), ("Flatten", {}), ("Linear", {"features": 10})), tmp_path, epochs=1, device="cpu"
    )
    monkeypatch.setattr(Session, "__call__", watched)
    monkeypatch.setattr(opened, "MOST_ANSWERED", 35)
    monkeypatch.setattr(proof, "PIECE", 13)
    told = exporter_of("onnx").export(run, tmp_path / "few.onnx")
    assert largest == 3 and [one["batch"] for one in told["batches"]] == [1, 3]
    assert told["numbers"] == 10 * (told["items"] + 4)
    assert sum(told["histogram"]["counts"]) + told["equal"] == told["numbers"]
    assert told["same_class"] == told["class_items"] == told["items"] + 4

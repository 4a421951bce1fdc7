"""IDX files: read as MNIST is, paired by name, and refused in words when cut, damaged or lying about their size."""

from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest

from engine.data.dataset import Dataset, open_dataset
from engine.errors import UserError

DATA = Path(os.environ.get("LAMINA_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def idx(values: np.ndarray, code: int = 8) -> bytes:
    return bytes((0, 0, code, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


PIXELS = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
LABELS = np.array([3, 7, 3, 9, 7], np.uint8)


def read(path: Path, cache: Path, labels: str = "") -> Dataset:
    return open_dataset({"type": "IdxFiles", "images": str(path), "labels": labels}, cache)


def test_mnist(tmp_path: Path) -> None:
    path = DATA / "mnist-10k" / "t10k-images-idx3-ubyte.gz"
    if not path.exists():
        pytest.skip("the sample data mnist-10k is not there; set LAMINA_TEST_DATA")
    found = read(path, tmp_path)
    assert found.columns["image"].shape == (10_000, 1, 28, 28)
    assert found.columns["label"][:5].tolist() == [7, 2, 1, 0, 4]
    assert found.schema["label"].classes == tuple("0123456789")
    assert found.columns["image"].mean() / 255 == pytest.approx(0.1325, abs=1e-3)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte"),
    ],
)
def test_labels_are_found_by_name(tmp_path: Path, images: str, labels: str) -> None:
    for name, content in ((images, idx(PIXELS)), (labels, idx(LABELS))):
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = read(tmp_path / images, tmp_path / "cache")
    np.testing.assert_array_equal(found.columns["image"][:, 0], PIXELS)
    assert found.schema["label"].classes == ("3", "7", "9")
    assert found.columns["label"].tolist() == [0, 1, 0, 2, 1]


def test_without_labels_and_with_chosen_ones(tmp_path: Path) -> None:
    path = tmp_path / "pictures"
    path.write_bytes(idx(PIXELS))
    alone = read(path, tmp_path / "cache")
    assert list(alone.schema) == ["image"]
    assert "No labels were found" in alone.notes[0]
    (tmp_path / "other").write_bytes(idx(LABELS))
    assert "label" in read(path, tmp_path / "cache", str(tmp_path / "other")).schema


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no IDX file"),
        (b"\x89PNG....", "no IDX file"),
        (b"\0\0\x08\x03\0\0", "cut off within its first 16 bytes"),
        (idx(PIXELS)[:-1], "cut off: it should hold 5 items and ends after 4"),
        (idx(PIXELS) + b"x", "goes on after its 5 items"),
        (idx(LABELS), "holds labels. Choose the file with the pictures"),
        (idx(PIXELS.astype(">i4"), 0x0C), "holds int32 values"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 2**32 - 1, 28, 28), "more than Lamina reads"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 10_000, 60_000, 60_000), "more than Lamina reads"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 0, 28, 28), "is empty"),
        (b"\0\0\x08\x03" + struct.pack(">3I", 1_000_000, 28, 28) + b"few", "cut off"),
        (gzip.compress(idx(PIXELS), mtime=0)[:-12], "cut off or damaged"),
        (gzip.compress(idx(PIXELS), mtime=0)[:-5] + b"wrong", "cut off or damaged"),
    ],
    ids=range(13),
)
def test_damaged_files(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "t-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read(path, tmp_path / "cache")
    assert says in caught.value.message
    assert caught.value.message.startswith("t-images-idx3-ubyte")
    assert not list((tmp_path / "cache").rglob("*.npy"))


def test_a_packed_file_that_unpacks_without_end_is_read_no_further(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(idx(PIXELS) + bytes(200_000_000), 1))
    with pytest.raises(UserError, match="goes on after its 5 items"):
        read(path, tmp_path / "cache")


def test_labels_that_do_not_belong(tmp_path: Path) -> None:
    (tmp_path / "a-images-idx3").write_bytes(idx(PIXELS))
    (tmp_path / "a-labels-idx1").write_bytes(idx(LABELS[:4]))
    with pytest.raises(UserError, match="4 labels, a-images-idx3 has 5 pictures"):
        read(tmp_path / "a-images-idx3", tmp_path / "cache")
    (tmp_path / "a-labels-idx1").write_bytes(idx(LABELS.astype(">i4") - 5, 0x0C))
    with pytest.raises(UserError, match="numbered from 0"):
        read(tmp_path / "a-images-idx3", tmp_path / "cache")

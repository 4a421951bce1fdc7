"""Picture folders: decoding, proportions, orientation, odd names, bad files; no file's content may stop the reading."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import Dataset, open_dataset, scan
from engine.data.pictures import read_picture
from engine.errors import UserError

DATA = Path(os.environ.get("LAMINA_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def paint(
    path: Path, color: Any = (200, 30, 60), size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: Any
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path, **how)
    return path


def read(folder: Path | str, cache: Path, **settings: Any) -> Dataset:
    return open_dataset({"type": "ImageFolder", "path": str(folder), "size": 8, **settings}, cache)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for place in range(3):
        paint(root / "red" / f"{place}.png", (255, 0, 0))
        paint(root / "blue" / "deep" / f"{place}.jpg", (0, 0, 255))
    return root


def test_cats_and_dogs(tmp_path: Path) -> None:
    folder = DATA / "cats-dogs"
    if not folder.exists():
        pytest.skip("the sample data cats-dogs is not there; set LAMINA_TEST_DATA")
    told: list[tuple[int, int]] = []
    choice = {"type": "ImageFolder", "path": str(folder), "size": 32}
    found = open_dataset(choice, tmp_path, lambda done, total: told.append((done, total)))
    assert found.columns["image"].shape == (1399, 3, 32, 32)
    assert found.schema["label"].classes == ("cat", "dog")
    assert np.bincount(found.columns["label"]).tolist() == [700, 699]
    assert told[-1] == (1399, 1399)
    assert 60 < found.columns["image"].mean() < 180
    assert found.names is not None
    assert found.names[0] == "cat/cat.0.jpg"
    direct = read_picture(folder / "cat" / "cat.0.jpg", (32, 32))
    np.testing.assert_array_equal(direct, found.columns["image"][0])


def test_classes_come_from_folders_and_files_may_lie_deeper(two: Path, tmp_path: Path) -> None:
    found = read(two, tmp_path / "cache")
    assert found.schema["label"].classes == ("blue", "red")
    assert found.columns["label"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found.columns["image"].dtype == np.uint8
    assert found.columns["image"][5, :, 4, 4].tolist() == [255, 0, 0]
    assert found.columns["image"][0, 2].min() > 240
    assert found.names == [
        "blue/deep/0.jpg",
        "blue/deep/1.jpg",
        "blue/deep/2.jpg",
        "red/0.png",
        "red/1.png",
        "red/2.png",
    ]
    assert found.notes == ()


def test_a_folder_around_everything_is_skipped(two: Path, tmp_path: Path) -> None:
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    shutil.move(two, tmp_path / "outer" / "inner" / "set")
    (tmp_path / "outer" / "__MACOSX").mkdir()
    assert read(tmp_path / "outer", tmp_path / "cache").schema["label"].classes == ("blue", "red")


def test_crop_and_stretch(tmp_path: Path) -> None:
    wide = Image.new("RGB", (40, 20), "black")
    wide.paste("white", (10, 0, 30, 20))  # the middle half
    path = tmp_path / "a.png"
    wide.save(path)
    assert read_picture(path, (10, 10), fit="crop")[:, :, 1:9].min() > 250
    stretched = read_picture(path, (10, 10), fit="stretch")
    assert stretched[0, 5, 0] < 5
    assert stretched[0, 5, 5] > 250
    assert read_picture(path, (6, 12), "grayscale").shape == (1, 6, 12)


def test_orientation_of_cameras_is_followed(tmp_path: Path) -> None:
    picture = Image.new("RGB", (32, 16), "black")
    picture.paste("white", (0, 0, 16, 16))  # left half; lying on its side
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif, quality=95)
    upright = read_picture(tmp_path / "a.jpg", (32, 16), fit="stretch")
    assert upright[0, 2].mean() > 240
    assert upright[0, 29].mean() < 15


@pytest.mark.parametrize(
    ("name", "mode", "color", "wanted"),
    [
        ("a.png", "RGBA", (255, 0, 0, 0), [255, 255, 255]),  # what one sees through is white
        ("a.png", "P", 0, None),
        ("a.png", "1", 1, [255, 255, 255]),
        ("a.png", "I;16", 40000, [156, 156, 156]),
        ("a.png", "LA", (10, 255), [10, 10, 10]),
        ("a.jpg", "CMYK", (0, 0, 0, 0), [255, 255, 255]),
        ("a.bmp", "L", 77, [77, 77, 77]),
        ("a.gif", "P", 0, None),
        ("a.webp", "RGB", (0, 255, 0), None),
    ],
)
def test_modes_and_formats(tmp_path: Path, name: str, mode: str, color: Any, wanted: list[int] | None) -> None:
    pixels = read_picture(paint(tmp_path / name, color, mode=mode), (5, 5))
    assert pixels.shape == (3, 5, 5)
    if wanted:
        np.testing.assert_allclose(pixels[:, 2, 2], wanted, atol=2)


def test_bad_pictures_are_left_out_and_named(two: Path, tmp_path: Path) -> None:
    whole = (two / "red" / "0.png").read_bytes()
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (80, 80, 3), dtype=np.uint8)).save(two / "red" / "cut.jpg")
    (two / "red" / "cut.jpg").write_bytes((two / "red" / "cut.jpg").read_bytes()[:900])
    (two / "red" / "text.png").write_text("no picture")
    (two / "red" / "empty.png").touch()
    (two / "red" / "renamed.jpg").write_bytes(b"II*\0" + whole)  # a TIFF by its first bytes
    (two / "blue" / "notes.txt").write_text("hello")
    (two / "blue" / "thumbs.db").touch()
    os.symlink(two / "nothing", two / "blue" / "lost.png")
    os.symlink(two, two / "blue" / "circle")
    found = read(two, tmp_path / "cache")
    assert found.count == 6
    assert found.columns["label"].tolist() == [0, 0, 0, 1, 1, 1]
    bad, others = found.notes
    assert bad.startswith("4 pictures cannot be read and are left out: red/cut.jpg (it is cut off or damaged)")
    assert "no pictures and are left out" in others


def test_a_small_file_that_claims_to_be_huge(two: Path, tmp_path: Path) -> None:
    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    for name, side in (("bomb.png", 60_000), ("large.png", 9_000)):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        (two / "red" / name).write_bytes(
            b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"0" * 99))
        )
    found = read(two, tmp_path / "cache")
    assert found.count == 6
    assert found.notes[0].count("64 million") == 2


def test_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "a" / "cats").mkdir(parents=True)
    (tmp_path / "a" / "cats" / "x.txt").touch()
    (tmp_path / "file.png").touch()

    def message(path: Path | str) -> str:
        with pytest.raises(UserError) as caught:
            read(path, tmp_path / "cache")
        return caught.value.message

    assert "holds no pictures. It holds 1 other files (1 × .txt). Choose a folder" in message(tmp_path / "a")
    assert "There is no folder" in message(tmp_path / "b")
    assert "is a file" in message(tmp_path / "file.png")
    assert "No folder is chosen" in message("")
    (tmp_path / "a" / "cats" / "x.png").write_bytes(b"nothing")
    assert "None of the 1 pictures" in message(tmp_path / "a")


def test_pictures_beside_the_classes_and_without_classes(two: Path, tmp_path: Path) -> None:
    paint(two / "loose.png", (0, 0, 0))
    (two / "green").mkdir()
    found = read(two, tmp_path / "cache")
    assert found.schema["label"].missing == 1
    assert found.columns["label"].tolist().count(-1) == 1
    assert any("beside the class folders" in note for note in found.notes)
    assert any("without pictures: green" in note for note in found.notes)
    flat = read(two / "red", tmp_path / "cache")
    assert list(flat.schema) == ["image"]
    assert "no answers to learn" in flat.notes[0]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_odd_names(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path / "data")
    for folder in (b"caf\xe9", "日本 <b>".encode(), b"x" * 255):
        os.makedirs(os.path.join(root, folder))
        source = paint(tmp_path / "one.png")
        shutil.copy(source, os.path.join(root, folder, b"bad\xff" + b"n" * 247 + b".png"))
    found = read(tmp_path / "data", tmp_path / "cache")
    assert found.schema["label"].classes == ("caf�", "x" * 255, "日本 <b>")
    assert found.count == 3
    "".join(found.names or []).encode()  # can be written to a file


def test_a_changed_picture_is_read_again(two: Path, tmp_path: Path) -> None:
    first = read(two, tmp_path / "cache")
    paint(two / "red" / "0.png", (0, 255, 0), size=(41, 30))
    second = read(two, tmp_path / "cache")
    assert second.fingerprint != first.fingerprint
    assert second.columns["image"][3, :, 4, 4].tolist() == [0, 255, 0]


def test_large_columns_are_mapped_and_bad_ones_dropped(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.cache.LARGE", 512)
    (two / "red" / "0.png").write_bytes(b"broken")
    found = read(two, tmp_path / "cache")
    assert isinstance(found.columns["image"], np.memmap)
    assert found.columns["image"].shape == (5, 3, 8, 8)
    assert found.columns["image"][3, :, 4, 4].tolist() == [255, 0, 0]
    again = read(two, tmp_path / "cache")
    np.testing.assert_array_equal(again.columns["image"], found.columns["image"])
    assert not [one for one in os.listdir(tmp_path / "cache" / "data") if one.startswith(".")]


def test_stopping_the_reading(two: Path, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        open_dataset({"type": "ImageFolder", "path": str(two)}, tmp_path / "cache", stop)
    assert os.listdir(tmp_path / "cache" / "data") == []


def test_scan_gives_roles(two: Path, tmp_path: Path) -> None:
    data = scan({"type": "ImageFolder", "path": str(two)}, cache=tmp_path / "cache")
    assert {one.name: one.role for one in data.fields} == {"image": "input", "label": "target"}
    assert data.count == 6
    assert data.schema["image"].tensor.dims == (3, 64, 64)

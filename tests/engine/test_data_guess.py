"""What a person drops is read by the source that fits, without a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.guess import source_for
from engine.errors import UserError

TABLE = "a,b,kind\n1,2,x\n3,4,y\n5,6,x\n"
MESSAGES = "ham\tAre we still meeting at the station, or later\nspam\tWin a prize now, text WIN to 80086 today\n" * 5
DATED = "Day,Warm,Wet\n2020-01-01,1,2\n2020-01-02,3,4\n2020-01-03,5,6\n"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", TABLE, "TableFile"),
        ("a.txt", TABLE, "TableFile"),
        ("a.tsv", "".join(f"{row}{line}\n" for row, line in enumerate(MESSAGES.splitlines())), "TextTable"),
        ("a.txt", "It was a dark night, and cold.\nHe went on.\n\nNobody saw him, or so he thought.\n", "TextFile"),
        ("a.md", "# Title\n\nSome text.\n", "TextFile"),
        ("a.csv", DATED, "SeriesTable"),
        ("a.csv", DATED.replace("2020-01-02", "2019-01-02"), "TableFile"),
        ("a.csv", "name,age\n" + "A person with a very long name,3\nAnother person with a name,4\n" * 20, "TableFile"),
        ("a.csv", "", "TableFile"),
        ("train-images-idx3-ubyte", "x", "IdxFiles"),
        ("pictures.gz", "x", "IdxFiles"),
    ],
)
def test_files(tmp_path: Path, name: str, content: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    found = source_for(str(path))
    assert found["type"] == kind
    assert str(path) in found.values()


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.wav").write_bytes(b"")
    assert source_for(str(tmp_path)) == {"type": "SoundFolder", "path": str(tmp_path)}
    assert source_for(str(tmp_path / "one" / "a.wav")) == {"type": "SoundFolder", "path": str(tmp_path / "one")}
    for name in ("a.png", "b.jpg"):
        (tmp_path / "one" / name).write_bytes(b"")
    assert source_for(str(tmp_path))["type"] == "ImageFolder"


def test_what_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"film\.mp4 is of a kind"):
        source_for(str(tmp_path / "film.mp4"))
    with pytest.raises(UserError, match="cannot be read"):
        source_for(str(tmp_path / "gone.csv"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("cats-dogs", "ImageFolder"),
        ("spoken-digits", "SoundFolder"),
        ("text/tinyshakespeare.txt", "TextFile"),
        ("text/sms-spam.tsv", "TextTable"),
        ("timeseries/airline-passengers.csv", "SeriesTable"),
        ("timeseries/daily-min-temperatures.csv", "SeriesTable"),
        ("tabular/titanic.csv", "TableFile"),
        ("tabular/diamonds.csv", "TableFile"),
        ("tabular/mpg.csv", "TableFile"),
        ("tabular/penguins.csv", "TableFile"),
    ],
)
def test_real_data(data_folder: Path, path: str, kind: str) -> None:
    assert source_for(str(data_folder / path))["type"] == kind

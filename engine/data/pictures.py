"""Decoding pictures: found by folder, decoded once and in parallel into one array of bytes, bad ones reported."""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.data.fields import Field, category, image
from engine.data.sources import MOST_NAMED, Column, Loaded, Reading, display, unreadable
from engine.errors import UserError, listed

if TYPE_CHECKING:
    from PIL import Image as PillowImage

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp")
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP")
MOST_PIXELS = 64_000_000
"""Of one picture. A small file can claim to be a picture of gigabytes."""
MOST_PICTURES = 5_000_000
MOST_CLASSES = 10_000
MOST_DEPTH = 12
_BLOCK = 256


@dataclass(frozen=True)
class Found:
    """What a folder holds: the pictures with their class folder ("" for none), and how many other files."""

    root: Path
    files: tuple[tuple[str, str], ...]
    """(path below the root, class folder), sorted."""
    others: Counter[str]
    empty: tuple[str, ...]
    """Folders at class level without a picture."""


def find_pictures(root: Path) -> Found:
    """All pictures below a folder; the first folder level that branches or holds pictures gives the classes.

    Raises:
        UserError: there is no picture, or the folder cannot be read.
    """
    others: Counter[str] = Counter()
    shown = display(str(root))
    root = _unwrapped(root)
    files: list[tuple[str, str]] = []
    empty: list[str] = []
    for entry in _entries(root):
        if entry.is_dir(follow_symlinks=False):
            inside = list(_below(Path(entry.path), entry.name, others, 1))
            if inside:
                files += [(path, entry.name) for path in inside]
            else:
                empty.append(entry.name)
        elif _is_picture(entry, others):
            files.append((entry.name, ""))
        if len(files) > MOST_PICTURES:
            raise UserError(
                f"{shown} holds more than {MOST_PICTURES:,} pictures, more than Lamina reads. Take a part of it."
            )
    if not files:
        there = f" It holds {_kinds(others)}." if others else ""
        raise UserError(
            f"{shown} holds no pictures.{there} Choose a folder with one folder of pictures "
            f"({listed([suffix[1:] for suffix in SUFFIXES])}) per class."
        )
    return Found(root, tuple(sorted(files)), others, tuple(sorted(empty)))


def _unwrapped(root: Path) -> Path:
    """Where the classes are: unpacked archives often wrap everything into one folder or two."""
    deeper = root
    for _ in range(4):
        entries = _entries(deeper)
        inside = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        if len(inside) > 1:
            return deeper
        if not inside or any(entry.name.lower().endswith(SUFFIXES) for entry in entries):
            return root
        deeper = Path(inside[0].path)
    return root


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            return sorted(
                (entry for entry in found if not entry.name.startswith((".", "__MACOSX"))), key=lambda entry: entry.name
            )
    except OSError as error:
        raise unreadable(path, error) from error


def _below(path: Path, prefix: str, others: Counter[str], depth: int) -> Iterator[str]:
    if depth > MOST_DEPTH:
        return
    for entry in _entries(path):
        name = f"{prefix}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):  # a link to a folder could lead in a circle
            yield from _below(Path(entry.path), name, others, depth + 1)
        elif _is_picture(entry, others):
            yield name


def _is_picture(entry: os.DirEntry[str], others: Counter[str]) -> bool:
    suffix = os.path.splitext(entry.name)[1].lower()
    try:
        ordinary = stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        ordinary = False  # a link to nothing
    if suffix in SUFFIXES and ordinary:
        return True
    others[suffix or "no ending"] += 1
    return False


def _kinds(others: Counter[str]) -> str:
    parts = [f"{count:,} × {display(kind)}" for kind, count in others.most_common(4)]
    return f"{sum(others.values()):,} other files ({', '.join(parts)})"


def state_hash(found: Found) -> str:
    """A hash of names, sizes and times of change: reading every byte of a large folder would take minutes."""
    digest = hashlib.sha256()
    for path, label in found.files:
        try:
            about = os.stat(found.root / path)
        except OSError as error:
            raise unreadable(found.root / path, error) from error
        digest.update(f"{path}\0{label}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


# ---- one picture -------------------------------------------------------------------------------------------------


def read_picture(path: str | Path, size: tuple[int, int], color: str = "color", fit: str = "crop") -> Column:
    """One picture as the data set holds it: uint8 (channels, high, wide).

    Raises:
        UserError: it is missing, in no known format, damaged or too large.
    """
    try:
        with warnings.catch_warnings():
            _strict()
            return _decode(os.fspath(path), size, color, fit)
    except Exception as error:
        name = display(os.path.basename(os.fspath(path)))
        raise UserError(f"{name} cannot be read as a picture: {_why(error)}. Choose another file.") from error


def _strict() -> None:
    """Pillow's remarks about odd metadata do not matter; its warning about a bomb is a refusal."""
    from PIL import Image

    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _decode(path: str, size: tuple[int, int], color: str, fit: str) -> Column:
    from PIL import Image, ImageOps

    high, wide = size
    mode = "L" if color == "grayscale" else "RGB"
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError("it is no ordinary file")
    with Image.open(path, formats=_FORMATS) as opened:
        across, down = opened.size
        if across * down > MOST_PIXELS:
            raise ValueError(f"it has {across:,} × {down:,} pixels, more than {MOST_PIXELS // 1_000_000} million")
        side = 2 * max(high, wide)
        opened.draft(mode, (side, side))  # lets JPEG skip detail that is scaled away anyway
        # twice the longer side keeps enough for either orientation and for the crop
        flat = _flat(ImageOps.exif_transpose(opened), mode)
    if flat.size != (wide, high):
        if fit == "crop":
            flat = ImageOps.fit(flat, (wide, high), Image.Resampling.BICUBIC)
        else:
            flat = flat.resize((wide, high), Image.Resampling.BICUBIC)
    pixels: Column = np.asarray(flat, np.uint8)
    return pixels[None] if mode == "L" else pixels.transpose(2, 0, 1)


def _flat(picture: PillowImage.Image, mode: str) -> PillowImage.Image:
    """In the wanted mode: transparency over white, 16-bit gray brought to 8."""
    from PIL import Image

    if picture.mode.startswith("I"):
        deep = np.asarray(picture).astype(np.int64)
        picture = Image.fromarray((deep.clip(0, 65535) >> 8).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert(mode)


def _why(error: Exception) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return f"it is no {listed([name.lower() for name in _FORMATS])} picture"
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        return f"it has more than {MOST_PIXELS // 1_000_000} million pixels"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, OSError):
        return "it is cut off or damaged"
    return str(error) if isinstance(error, ValueError) and str(error).startswith("it ") else "it is damaged"


# ---- a folder ----------------------------------------------------------------------------------------------------


def load_pictures(path: Path, size: tuple[int, int], color: str, fit: str, reading: Reading) -> Loaded:
    """Decode all pictures of a folder; unreadable ones are left out and named in the notes."""
    found = find_pictures(path)
    channels = 1 if color == "grayscale" else 3
    pixels = reading.allocate("image", (len(found.files), channels, *size), "u1")
    bad = _decode_all(found, pixels, size, color, fit, reading)
    good = np.array([place not in bad for place in range(len(found.files))])
    if not good.any():
        first = next(iter(bad))
        raise UserError(
            f"None of the {len(bad):,} pictures in {display(str(path))} can be read; of the first, "
            f"{display(found.files[first][0])}, {bad[first]}. Fetch the pictures again."
        )
    if bad:
        pixels = _without(pixels, good, reading)
    files = [one for one, kept in zip(found.files, good, strict=True) if kept]
    fields: list[Field] = [image("image", channels, *size)]
    columns: dict[str, Column] = {"image": pixels}
    notes = _notes(found, bad)
    labels = sorted({label for _, label in files})
    if labels != [""]:
        if len(labels) > MOST_CLASSES:
            raise UserError(f"{display(str(path))} holds {len(labels):,} folders, more than {MOST_CLASSES:,} classes.")
        classes = _unique([display(label) for label in labels if label])
        missing = sum(not label for _, label in files)
        codes = {label: place for place, label in enumerate(label for label in labels if label)}
        columns["label"] = np.array([codes.get(label, -1) for _, label in files], np.int64)
        fields.append(category("label", classes, "target", missing))
        if missing:
            notes.append(f"{missing:,} pictures lie beside the class folders, so they have no label.")
    else:
        notes.append("The pictures lie in no class folder: there are no answers to learn. Put each class in a folder.")
    return Loaded(tuple(fields), columns, [display(name) for name, _ in files], notes)


def _decode_all(
    found: Found, pixels: Column, size: tuple[int, int], color: str, fit: str, reading: Reading
) -> dict[int, str]:
    """Fill the array; gives the places of bad pictures and why."""
    bad: dict[int, str] = {}

    def fill(place: int) -> None:
        try:
            pixels[place] = _decode(os.path.join(found.root, found.files[place][0]), size, color, fit)
        except Exception as error:  # a decoder may fail in any way on a hostile file
            bad[place] = _why(error)

    total = len(found.files)
    with warnings.catch_warnings(), ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        _strict()
        for start in range(0, total, _BLOCK):
            list(pool.map(fill, range(start, min(start + _BLOCK, total))))
            reading.progress(min(start + _BLOCK, total), total)
    return dict(sorted(bad.items()))


def _without(pixels: Column, good: np.ndarray[Any, Any], reading: Reading) -> Column:
    places = np.flatnonzero(good)
    kept = reading.allocate("image", (len(places), *pixels.shape[1:]), "u1")
    for start in range(0, len(places), 4096):
        kept[start : start + 4096] = pixels[places[start : start + 4096]]
    return kept


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        made, number = name, 2
        while made in found:
            made, number = f"{name} {number}", number + 1
        found.append(made)
    return tuple(found)


def _notes(found: Found, bad: dict[int, str]) -> list[str]:
    notes = []
    if bad:
        named = [f"{display(found.files[place][0])} ({why})" for place, why in bad.items()]
        s, verb = ("", "is") if len(bad) == 1 else ("s", "are")
        notes.append(f"{len(bad):,} picture{s} cannot be read and {verb} left out: {listed(named, 'and', MOST_NAMED)}.")
    if found.others:
        notes.append(f"{_kinds(found.others)} are no pictures and are left out.")
    if found.empty:
        notes.append(f"Folders without pictures: {listed([display(name) for name in found.empty], 'and', MOST_NAMED)}.")
    return notes

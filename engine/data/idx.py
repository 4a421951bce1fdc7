"""Reading IDX files: header checked before anything is allocated, gzip unpacked no further than the header says."""

from __future__ import annotations

import gzip
import io
import math
import re
import struct
import zlib
from pathlib import Path

import numpy as np

from engine.data.fields import Field, category, image
from engine.data.sources import Column, Loaded, Reading, display, unreadable
from engine.errors import UserError

MOST_ITEMS = 20_000_000
MOST_SIDE = 4096
MOST_BYTES = 16 * 2**30
MOST_CLASSES = 1000
_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_BLOCK = 2**24


def labels_beside(images: Path) -> Path | None:
    """The labels that belong to a file of pictures: same name with “labels”, packed or not; None where none is."""
    name = re.sub("idx3", "idx1", re.sub("images", "labels", images.name, flags=re.IGNORECASE), flags=re.IGNORECASE)
    if name == images.name:
        return None
    plain = name.removesuffix(".gz")
    for one in (name, plain, f"{plain}.gz", plain.replace("-idx1", ".idx1"), plain.replace(".idx1", "-idx1")):
        found = images.with_name(one)
        if found.is_file():
            return found
    return None


def load_idx(images: Path, labels: Path | None, reading: Reading) -> Loaded:
    """Pictures and, where given, their labels."""
    pixels = read_idx(images, reading, wanted=3)
    count, high, wide = pixels.shape
    fields: list[Field] = [image("image", 1, high, wide)]
    columns: dict[str, Column] = {"image": pixels.reshape(count, 1, high, wide)}
    notes: list[str] = []
    if labels is None:
        notes.append(
            f"No labels were found beside {display(images.name)}: there are pictures, but no answers to learn."
        )
        return Loaded(tuple(fields), columns, None, notes)
    codes = read_idx(labels, Reading(), wanted=1).astype(np.int64)
    if len(codes) != count:
        raise UserError(
            f"{display(labels.name)} has {len(codes):,} labels, {display(images.name)} has {count:,} pictures. "
            "Choose the two files that belong together."
        )
    found = np.unique(codes)
    if found[0] < 0 or len(found) > MOST_CLASSES:
        raise UserError(
            f"{display(labels.name)} has {len(found):,} different labels; expected are up to {MOST_CLASSES:,} classes "
            "numbered from 0. Choose the file with the classes."
        )
    fields.append(category("label", tuple(str(value) for value in found), "target"))
    columns["label"] = np.searchsorted(found, codes)
    return Loaded(tuple(fields), columns, None, notes)


def read_idx(path: Path, reading: Reading, wanted: int) -> Column:
    """The array of one IDX file with `wanted` dimensions (3 for pictures, 1 for labels).

    Raises:
        UserError: it is no IDX file, holds something else, is damaged, cut off or absurdly large.
    """
    name = display(path.name)
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            dtype, shape = _header(file, name, wanted)
            return _body(file, name, dtype, shape, reading)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(
            f"{name} is cut off or damaged: it does not unpack. Fetch the file again.", str(error)
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def _header(file: io.BufferedIOBase, name: str, wanted: int) -> tuple[np.dtype[np.generic], tuple[int, ...]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not magic[3]:
        raise UserError(
            f"{name} is no IDX file: its first bytes are not those of one. Choose a file in MNIST's format."
        )
    rank = magic[3]
    if rank != wanted:
        what = {1: "labels", 3: "pictures"}.get(rank, f"an array of {rank} dimensions")
        need = {1: "labels, such as train-labels-idx1-ubyte.gz", 3: "pictures, such as train-images-idx3-ubyte.gz"}
        raise UserError(f"{name} holds {what}. Choose the file with the {need[wanted]}.")
    sizes = file.read(4 * rank)
    if len(sizes) < 4 * rank:
        raise UserError(f"{name} is cut off within its first {4 + 4 * rank} bytes. Fetch the file again.")
    shape = struct.unpack(f">{rank}I", sizes)
    dtype = np.dtype(_TYPES[magic[2]])
    if wanted == 3 and dtype != np.uint8:
        raise UserError(f"{name} holds {dtype.name} values. Pictures in IDX files need bytes from 0 to 255.")
    if 0 in shape:
        raise UserError(f"{name} is empty: it says that it holds {' × '.join(map(str, shape))} values. Fetch it again.")
    total = math.prod(shape) * dtype.itemsize
    if shape[0] > MOST_ITEMS or max(shape[1:], default=1) > MOST_SIDE or total > MOST_BYTES:
        raise UserError(
            f"{name} says that it holds {' × '.join(f'{side:,}' for side in shape)} values, more than Lamina reads. "
            "The file is probably damaged; fetch it again."
        )
    return dtype, shape


def _body(
    file: io.BufferedIOBase, name: str, dtype: np.dtype[np.generic], shape: tuple[int, ...], reading: Reading
) -> Column:
    """The values, in blocks: nothing is allocated for more than two blocks ahead of what the file really holds."""
    total = math.prod(shape) * dtype.itemsize
    blocks: list[bytes] = []
    got = 0
    while got < total:
        block = file.read(min(_BLOCK, total - got))
        if not block:
            item = total // shape[0]
            raise UserError(
                f"{name} is cut off: it should hold {shape[0]:,} items and ends after {got // item:,}. "
                "Fetch the file again."
            )
        blocks.append(block)
        got += len(block)
        reading.progress(got, total)
    if file.read(1):
        raise UserError(f"{name} goes on after its {shape[0]:,} items: it is damaged or no IDX file. Fetch it again.")
    return np.frombuffer(b"".join(blocks), dtype).reshape(shape)

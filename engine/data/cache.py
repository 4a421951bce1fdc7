"""The cache of what was read once: one folder of .npy columns per source and content, on the person's disk.

An entry is built beside its place and renamed into it, so a half-written one is never seen. Every read checks sizes
and checksums; a damaged entry counts as absent and is built again. Large columns are memory-mapped.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.fields import Field
from engine.data.sources import Column, Loaded, display, unreadable
from engine.data.windows import Windows
from engine.errors import UserError

FORMAT = 1
LARGE = 64 * 2**20
"""From this many bytes on a column is memory-mapped instead of read."""
KEPT_BYTES = 20 * 2**30
"""The oldest entries go once the cache is larger than this."""
_STALE_SECONDS = 86_400


def cache_folder(cache: Path | None = None) -> Path:
    """Where the cache is: the given folder, else LAMINA_CACHE, else the user's cache folder."""
    if cache is not None:
        return Path(cache)
    chosen = os.environ.get("LAMINA_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "lamina" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "lamina"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lamina"


def entry_folder(source: Mapping[str, Any], fingerprint: str, cache: Path | None = None) -> Path:
    """The place of one source with one content in the cache."""
    text = json.dumps([FORMAT, source, fingerprint], sort_keys=True)
    return cache_folder(cache) / "data" / hashlib.sha256(text.encode()).hexdigest()[:32]


# ---- reading -----------------------------------------------------------------------------------------------------


def read(entry: Path) -> Loaded | None:
    """What an entry holds, None where there is none or it is damaged."""
    try:
        index = json.loads((entry / "index.json").read_text(encoding="utf-8"))
        if index["format"] != FORMAT:
            return None
        columns = {one["name"]: _read_column(entry / f"{place}.npy", one) for place, one in enumerate(index["columns"])}
        fields = tuple(Field.from_json(one) for one in index["fields"])
        division = {name: _read_column(entry / f"{name}.npy", one) for name, one in index.get("division", {}).items()}
        os.utime(entry / "index.json")  # marks it as used, so that the oldest unused entries go first
        return Loaded(fields, columns, index["names"], index["notes"], division.get("spans"), division.get("groups"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError):
        return None


def _read_column(path: Path, about: Mapping[str, Any]) -> Column:
    if path.stat().st_size != about["bytes"] or _checksum(path) != about["checksum"]:
        raise ValueError("damaged")
    if about["bytes"] >= LARGE:
        found: Column = np.load(path, mmap_mode="r", allow_pickle=False)
    else:
        found = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    if list(found.shape) != about["shape"] or found.dtype.str != about["dtype"]:
        raise ValueError("damaged")
    windows = about.get("windows")
    if windows is None:
        return found
    starts = _read_column(path.with_suffix(".starts.npy"), windows["starts"])
    cut: Any = Windows(found, starts, windows["length"], windows["dtype"])
    return cut  # type: ignore[no-any-return]


def _checksum(path: Path) -> int:
    """Of the whole file, of both ends only where it is large: reading 5 GB again would cost what the cache saves."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < max(LARGE, 2**21):
            return zlib.crc32(file.read())
        found = zlib.crc32(file.read(2**20))
        file.seek(size - 2**20)
        return zlib.crc32(file.read(2**20), found)


# ---- writing -----------------------------------------------------------------------------------------------------


class Scratch:
    """A folder beside an entry in which the entry is built; `keep` puts it in place, leaving forgets it."""

    def __init__(self, entry: Path) -> None:
        self.entry = entry
        self.folder: Path | None = None
        self._mapped: dict[str, Path] = {}

    def __enter__(self) -> Scratch:
        try:
            self.entry.parent.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(prefix=".new-", dir=self.entry.parent))
        except OSError:
            self.folder = None  # a read-only or full disk: everything works without a cache, only slower
        return self

    def __exit__(self, *_: object) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def allocate(self, name: str, shape: Sequence[int], dtype: str) -> Column:
        """An empty column, on disk when it is large."""
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if size < LARGE or self.folder is None:
            return np.empty(tuple(shape), dtype)
        path = self.folder / f"mapped-{len(self._mapped)}.npy"
        free = shutil.disk_usage(self.folder).free
        if size > free - 64 * 2**20:
            raise _disk_full(self.folder, size)
        found = np.lib.format.open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=tuple(shape))
        if hasattr(os, "posix_fallocate"):  # claim the space now: a map that hits a full disk crashes the process
            with path.open("r+b") as file:
                try:
                    os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
                except OSError as error:
                    raise _disk_full(self.folder, size) from error
        self._mapped[name] = path
        return found

    def keep(self, fields: Sequence[Field], columns: Mapping[str, Column], loaded: Loaded) -> bool:
        """Write the entry and put it in place; False where the disk does not let us."""
        if self.folder is None:
            return False
        try:
            about = [self._write(f"{place}", name, column) for place, (name, column) in enumerate(columns.items())]
            division = {"spans": loaded.spans, "groups": loaded.groups}
            index = {
                "format": FORMAT,
                "fields": [one.to_json() for one in fields],
                "names": loaded.names,
                "notes": loaded.notes,
                "columns": about,
                "division": {
                    name: self._write(name, "", column) for name, column in division.items() if column is not None
                },
            }
            (self.folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
            for unused in self.folder.glob("mapped-*.npy"):
                unused.unlink()
            self._place()
        except OSError:
            return False
        self.folder = None
        return True

    def _write(self, stem: str, name: str, column: Column | Windows) -> dict[str, Any]:
        assert self.folder is not None
        if isinstance(column, Windows):
            starts = self._write(f"{stem}.starts", "", column.starts)
            windows = {"starts": starts, "length": column.length, "dtype": column.dtype.str}
            return {**self._write(stem, "", column.base), "name": name, "windows": windows}
        path = self.folder / f"{stem}.npy"
        mapped = self._mapped.get(name)
        if mapped is not None and isinstance(column, np.memmap) and str(column.filename) == str(mapped):
            column.flush()
            os.replace(mapped, path)
        else:
            np.save(path, column, allow_pickle=False)
        return {
            "name": name,
            "dtype": column.dtype.str,
            "shape": list(column.shape),
            "bytes": path.stat().st_size,
            "checksum": _checksum(path),
        }

    def _place(self) -> None:
        assert self.folder is not None
        try:
            os.rename(self.folder, self.entry)
        except OSError:
            if read(self.entry) is not None:  # another process was quicker
                shutil.rmtree(self.folder, ignore_errors=True)
                return
            damaged = Path(tempfile.mkdtemp(prefix=".old-", dir=self.entry.parent))
            os.rename(self.entry, damaged / "entry")
            shutil.rmtree(damaged, ignore_errors=True)
            os.rename(self.folder, self.entry)


def _disk_full(folder: Path, size: int) -> UserError:
    return UserError(
        f"The disk of {display(str(folder.parent))} has no room for the {size / 2**30:.1f} GB that this data needs "
        "once it is read. Free some space, choose smaller pictures, or set LAMINA_CACHE to a folder on a larger disk."
    )


def prune(cache: Path | None = None, most: int = KEPT_BYTES) -> None:
    """Forget leftovers of crashes, and the entries unused for longest, until at most `most` bytes remain."""
    entries: list[tuple[float, int, Path]] = []
    try:
        found = list(os.scandir(cache_folder(cache) / "data"))
    except OSError:
        return
    for one in found:
        path = Path(one.path)
        try:
            if one.name.startswith("."):
                if time.time() - one.stat().st_mtime > _STALE_SECONDS:
                    shutil.rmtree(path, ignore_errors=True)
                continue
            used = (path / "index.json").stat().st_mtime
            entries.append((used, sum(part.stat().st_size for part in os.scandir(path)), path))
        except OSError:
            continue
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries)[:-1]:  # the newest stays, however large
        if total <= most:
            return
        shutil.rmtree(path, ignore_errors=True)
        total -= size


# ---- content hashes ----------------------------------------------------------------------------------------------


def content_hash(*paths: Path, cache: Path | None = None) -> str:
    """The sha256 of files, remembered by size and time of change, so that large ones are hashed once."""
    if len(paths) > 1:
        return hashlib.sha256("".join(content_hash(path, cache=cache) for path in paths).encode()).hexdigest()
    path = paths[0]
    try:
        about = path.stat()
        state = [str(path.absolute()), about.st_size, about.st_mtime_ns, about.st_ino]
        memo = cache_folder(cache) / "hashes" / hashlib.sha256(os.fsencode(state[0])).hexdigest()[:32]  # type: ignore[arg-type]
        if about.st_size > 8 * 2**20:
            known = _remembered(memo, state[1:])
            if known:
                return known
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error
    if about.st_size > 8 * 2**20:
        _remember(memo, [found, *state[1:]])
    return found


def _remembered(memo: Path, state: list[Any]) -> str:
    try:
        known = json.loads(memo.read_text())
        return str(known[0]) if known[1:] == state else ""
    except (OSError, ValueError, TypeError, IndexError):
        return ""


def _remember(memo: Path, state: list[Any]) -> None:
    try:
        memo.parent.mkdir(parents=True, exist_ok=True)
        temp = memo.with_suffix(f".{os.getpid()}")
        temp.write_text(json.dumps(state))
        os.replace(temp, memo)
    except OSError:
        return

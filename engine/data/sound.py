"""Folders of recordings: found, read in parallel, brought to one rate and length, bad ones reported."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.fields import Field, category, image, signal
from engine.data.item_sound import formed, sound_plan
from engine.data.sources import MOST_NAMED, MOST_RECORDING, Column, Loaded, Reading, display, read_bytes, unreadable
from engine.data.spectrum import resampled
from engine.data.wav import Sound, read_wav
from engine.errors import UserError, listed

SUFFIXES = (".wav", ".wave")
OTHERS = (".mp3", ".flac", ".ogg", ".m4a", ".aac", ".aiff", ".aif", ".wma", ".opus")
MOST_FILES = 1_000_000
MOST_DEPTH = 6
_BLOCK = 256
_SILENT = 1e-4


@dataclass(frozen=True)
class Recordings:
    """What a folder holds: recordings below its root, sorted, and how many files of other kinds of sound."""

    root: Path
    files: tuple[str, ...]
    others: Counter[str]


@dataclass(frozen=True)
class Form:
    """What becomes of a recording: its rate, seconds, and waveform, spectrogram or mel bands."""

    rate: int
    seconds: float
    kind: str
    bands: int

    @property
    def length(self) -> int:
        """How many samples."""
        return max(1, round(self.seconds * self.rate))

    def plan(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return sound_plan(self.rate, self.length, self.kind, self.bands)


def find_recordings(root: Path) -> Recordings:
    """All WAV files below a folder.

    Raises:
        UserError: there is none, or the folder cannot be read.
    """
    files: list[str] = []
    others: Counter[str] = Counter()

    def refuse(error: OSError) -> None:
        raise unreadable(root, error) from error

    for place, folders, names in os.walk(root, onerror=refuse):
        below = os.path.relpath(place, root)
        folders[:] = sorted(one for one in folders if not one.startswith((".", "__MACOSX")))
        if below.count(os.sep) >= MOST_DEPTH:
            folders.clear()
        for name in names:
            suffix = os.path.splitext(name)[1].lower()
            if suffix in SUFFIXES and not name.startswith("."):
                files.append(name if below == "." else f"{below}/{name}".replace(os.sep, "/"))
            elif suffix in OTHERS:
                others[suffix] += 1
        if len(files) > MOST_FILES:
            raise UserError(f"{display(str(root))} holds more than {MOST_FILES:,} recordings. Take a part of it.")
    if not files:
        there = f" It holds {_other_words(others)}: convert to WAV." if others else ""
        raise UserError(f"{display(str(root))} holds no recordings.{there} Choose a folder with WAV files (.wav).")
    return Recordings(root, tuple(sorted(files)), others)


def _other_words(others: Counter[str]) -> str:
    return listed(
        [f"{count:,} {suffix} file{'s' if count > 1 else ''}" for suffix, count in others.most_common(3)], "and"
    )


def state_hash(found: Recordings) -> str:
    """Changes when a file comes, goes or is written."""
    made = hashlib.sha256(os.fsencode(str(found.root.absolute())))
    try:
        for name in found.files:
            about = (found.root / name).stat()
            made.update(os.fsencode(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\n"))
    except OSError as error:
        raise unreadable(found.root / name, error) from error
    return made.hexdigest()


def labels_of(files: Sequence[str], by: str) -> list[str]:
    """The answer of each file: its first folder, or its name up to the first underscore."""
    if by == "auto":
        by = "folder" if all("/" in name for name in files) else "name"
    if by == "folder":
        return [display(name.split("/")[0]) if "/" in name else "" for name in files]
    stems = [os.path.splitext(name.rsplit("/", 1)[-1])[0] for name in files]
    return [display(stem.split("_")[0]) if "_" in stem else "" for stem in stems]


def load_recordings(found: Recordings, labels_by: str, form: Form, reading: Reading) -> Loaded:
    """Every recording as the network reads it, with its label."""
    labels = labels_of(found.files, labels_by)
    notes: list[str] = []
    bad: list[str] = []
    rate, length = form.rate, form.length
    field = field_of(form)
    dtype = "int16" if field.kind == "signal" else "uint8"
    column = reading.allocate(field.name, (len(found.files), *field.tensor.dims), dtype)  # type: ignore[arg-type]
    kept: list[int] = []
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for start in range(0, len(found.files), _BLOCK):
            names = found.files[start : start + _BLOCK]
            block = np.zeros((len(names), length), np.float32)
            good = 0
            for place, one in enumerate(pool.map(lambda name: _read(found.root, name), names)):
                if isinstance(one, UserError):
                    bad.append(one.message)
                    continue
                samples = resampled(one.samples.mean(axis=0, keepdims=True), one.rate, rate)[0]
                counts["long"] += len(samples) > length
                counts["rate"] += one.rate != rate
                counts["silent"] += bool(np.abs(samples).max() < _SILENT)
                block[good, : min(length, len(samples))] = samples[:length]
                kept.append(start + place)
                good += 1
            if good:
                column[len(kept) - good : len(kept)] = shaped(block[:good], form)
            reading.progress(min(start + _BLOCK, len(found.files)), len(found.files))
    if not kept:
        raise UserError(f"No recording can be read: {bad[0]}")
    if bad:
        fewer = reading.allocate(field.name, (len(kept), *column.shape[1:]), dtype)
        fewer[:] = column[: len(kept)]
        column = fewer
    notes += _notes(bad, counts, found, form)
    return _loaded(found, field, column, kept, labels, notes)


def _loaded(
    found: Recordings, field: Field, column: Column, kept: list[int], labels: list[str], notes: list[str]
) -> Loaded:
    there = [labels[place] for place in kept]
    names = [display(found.files[place]) for place in kept]
    classes = tuple(sorted({one for one in there if one}, key=lambda one: (not one.isdigit(), one)))
    if not classes:
        notes.append("The recordings have no labels: put them into a folder per class, or name them class_number.wav.")
        return Loaded((field,), {field.name: column}, names, notes)
    places = {one: place for place, one in enumerate(classes)}
    codes = np.array([places.get(one, -1) for one in there], np.int64)
    fields = (field, category("label", classes, "target", int((codes < 0).sum())))
    return Loaded(fields, {field.name: column, "label": codes}, names, notes)


def _read(root: Path, name: str) -> Sound | UserError:
    try:
        return read_wav(read_bytes(root / name, MOST_RECORDING), display(name))
    except UserError as error:
        return error


def field_of(form: Form) -> Field:
    """The field that holds recordings in this form."""
    made = shaped(np.zeros((1, form.length), np.float32), form)
    return signal("sound", 1, form.length) if made.ndim == 3 else image("sound", 1, made.shape[2], made.shape[3])


def shaped(sounds: np.ndarray[Any, Any], form: Form) -> Column:
    """Sounds (items, samples) as the column of the field has them."""
    return formed(sounds, form.plan())


def _notes(bad: list[str], counts: Counter[str], found: Recordings, form: Form) -> list[str]:
    notes = []
    if bad:
        verb = "is" if len(bad) == 1 else "are"
        notes.append(f"{_recordings(len(bad))} {verb} left out: {' '.join(bad[:MOST_NAMED])}")
    if counts["long"]:
        verb = "is longer than" if counts["long"] == 1 else "are longer than"
        end = "loses its end" if counts["long"] == 1 else "lose their end"
        notes.append(f"{_recordings(counts['long'])} {verb} {form.seconds:g} s and {end}.")
    if counts["rate"]:
        verb = "was" if counts["rate"] == 1 else "were"
        notes.append(f"{_recordings(counts['rate'])} had another rate and {verb} brought to {form.rate:,} Hz.")
    if counts["silent"]:
        notes.append(f"{_recordings(counts['silent'])} {'is' if counts['silent'] == 1 else 'are'} silent.")
    if found.others:
        verb = "is" if sum(found.others.values()) == 1 else "are"
        notes.append(f"{_other_words(found.others)} {verb} left out: only WAV is read.")
    return notes


def _recordings(count: int) -> str:
    return "1 recording" if count == 1 else f"{count:,} recordings"

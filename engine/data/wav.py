"""Reading WAV files: whole numbers of 8 to 32 bits and floating-point samples, also from files that end too early."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import UserError

Array = np.ndarray[Any, Any]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CODECS = {2: "ADPCM", 6: "A-law", 7: "µ-law", 17: "ADPCM", 85: "MP3"}
MOST_CHANNELS = 64


@dataclass(frozen=True, eq=False)
class Sound:
    """Samples float32 (channels, time) from −1 to 1, and how many there are in a second."""

    samples: Array
    rate: int


def read_wav(content: bytes, name: str) -> Sound:
    """The sound in a WAV file; `UserError` as `read_samples`."""
    return Sound(*read_samples(content, name))


def read_samples(content: bytes, name: str) -> tuple[Array, int]:
    """Samples float32 (channels, time) in a WAV file, and how many there are in a second.

    Raises:
        UserError: it is no WAV file, of a kind that is not read, or holds no sound.
    """
    if len(content) < 12 or content[:4] not in (b"RIFF", b"RF64") or content[8:12] != b"WAVE":
        raise UserError(f"{name} is no WAV file. Convert it to WAV, 16 bit.")
    form, data = _chunks(content)
    if form is None or len(form) < 16:
        raise UserError(f"{name} is damaged: it does not say how its samples are written. Record or convert it again.")
    code, channels, rate, _, width, bits = struct.unpack("<HHIIHH", form[:16])
    if code == _EXTENSIBLE and len(form) >= 26:
        code = struct.unpack("<H", form[24:26])[0]
    size = bits // 8
    known = (code == _PCM and bits in (8, 16, 24, 32)) or (code == _FLOAT and bits in (32, 64))
    if not known:
        what = _CODECS.get(code, f"kind {code}, {bits} bit")
        raise UserError(f"{name} is packed as {what}, which is not read. Convert it to WAV, 16 bit.")
    if not 1 <= channels <= MOST_CHANNELS or not 1 <= rate <= 10_000_000 or width != channels * size:
        raise UserError(f"{name} is damaged: its heading contradicts itself. Record or convert it again.")
    whole = len(data) // width * width
    if not whole:
        raise UserError(f"{name} holds no sound. Record or convert it again.")
    samples = _samples(data[:whole], code, bits).reshape(-1, channels).T
    if not np.isfinite(samples).all():
        raise UserError(f"{name} is damaged: some samples are no numbers. Record or convert it again.")
    return np.ascontiguousarray(samples), rate


def _chunks(content: bytes) -> tuple[bytes | None, bytes]:
    """The format and the samples; a last chunk that claims more than there is gives what there is."""
    form: bytes | None = None
    place = 12
    while place + 8 <= len(content):
        name, size = content[place : place + 4], struct.unpack("<I", content[place + 4 : place + 8])[0]
        body = content[place + 8 : place + 8 + size]
        if name == b"fmt " and form is None:
            form = body
        elif name == b"data":
            return form, body
        place += 8 + size + size % 2
    return form, b""


def _samples(data: bytes, code: int, bits: int) -> Array:
    if code == _FLOAT:
        return np.frombuffer(data, "<f4" if bits == 32 else "<f8").astype(np.float32)
    if bits == 8:  # the only width without a sign
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
    if bits == 24:
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), np.uint8)
        wide[:, 1:] = parts  # in the upper three bytes, so that the sign is right
        return (wide.view("<i4").ravel() / 2**31).astype(np.float32)
    whole = np.frombuffer(data, f"<i{bits // 8}")
    return np.asarray(whole / 2 ** (bits - 1), np.float32)

"""Recordings: every common kind of WAV, damaged ones told, pictures of pitch that show the pitch."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal as scipy_signal

from engine.data.dataset import open_dataset, scan
from engine.data.preview import thumbnails
from engine.data.quality import report
from engine.data.source_sound import SoundFolder
from engine.data.source_tones import GeneratedTones
from engine.data.spectrum import mel_bands, picture, power, resampled
from engine.data.wav import read_wav
from engine.errors import UserError


def tone(pitch: float, seconds: float = 0.5, rate: int = 8000) -> np.ndarray:
    return np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate).astype(np.float32)


def wav(samples: np.ndarray, rate: int = 8000, width: int = 2, channels: int = 1) -> bytes:
    """As the standard library writes it."""
    full = 2 ** (8 * width - 1)
    whole = np.clip(np.round(samples.astype(float) * full), -full, full - 1)
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        if width == 1:
            data = (whole + 128).astype(np.uint8).tobytes()
        elif width == 3:
            data = whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        else:
            data = whole.astype(f"<i{width}").tobytes()
        file.writeframes(data)
    return held.getvalue()


def riff(code: int, bits: int, data: bytes, channels: int = 1, extra: bytes = b"") -> bytes:
    width = bits // 8 * channels
    form = struct.pack("<HHIIHH", code, channels, 8000, 8000 * width, width, bits) + extra
    body = b"WAVE" + b"LIST" + struct.pack("<I", 3) + b"abc\0"  # an odd chunk in front is padded to an even length
    body += b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


# ---- files -------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    width=st.sampled_from([1, 2, 3, 4]),
    channels=st.integers(1, 3),
    length=st.integers(1, 50),
    seed=st.integers(0, 99),
)
def test_whole_numbers_of_every_width(width: int, channels: int, length: int, seed: int) -> None:
    samples = np.random.default_rng(seed).uniform(-0.99, 0.99, (length, channels))
    found = read_wav(wav(samples.ravel(), 11025, width, channels), "x.wav")
    assert found.rate == 11025
    assert found.samples.dtype == np.float32
    np.testing.assert_allclose(found.samples, samples.T, atol=1.1 / 2 ** (8 * width - 1) + 1e-7)


def test_floating_point_and_extended_headings() -> None:
    samples = np.array([0.5, -0.25, 1.0], np.float32)
    np.testing.assert_array_equal(read_wav(riff(3, 32, samples.tobytes()), "x").samples[0], samples)
    np.testing.assert_array_equal(read_wav(riff(3, 64, samples.astype("<f8").tobytes()), "x").samples[0], samples)
    tail = struct.pack("<HHIH", 22, 16, 4, 1) + b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    whole = (samples * 16384).astype("<i2")
    np.testing.assert_allclose(read_wav(riff(0xFFFE, 16, whole.tobytes(), extra=tail), "x").samples[0], samples / 2)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no WAV file"),
        (b"ID3 something that is an mp3", "no WAV file"),
        (riff(1, 16, b""), "no sound"),
        (riff(7, 8, b"abc"), "µ-law"),
        (riff(1, 12, b"abcd"), "12 bit"),
        (riff(3, 32, np.array([np.nan], "<f4").tobytes()), "no numbers"),
        (b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", "does not say how"),
        (riff(1, 16, b"ab", channels=65), "contradicts"),
    ],
)
def test_damaged_files_are_a_sentence(content: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why) as caught:
        read_wav(content, "bird.wav")
    assert caught.value.message.startswith("bird.wav ")
    assert caught.value.message.endswith(".")


@settings(max_examples=80, deadline=None)
@given(end=st.integers(0, 200), place=st.integers(0, 199), value=st.integers(0, 255))
def test_no_file_crashes_the_reader(end: int, place: int, value: int) -> None:
    content = bytearray(wav(tone(440)[:80]))
    content[place % len(content)] = value
    try:
        found = read_wav(bytes(content[:end]), "x")
    except UserError:
        return
    assert found.samples.size
    assert np.isfinite(found.samples).all()


def test_a_file_that_ends_too_early_gives_what_there_is() -> None:
    whole = wav(tone(440))
    assert read_wav(whole[:-1001], "x").samples.shape[1] == 4000 - 501


# ---- pictures ----------------------------------------------------------------------------------------------------


def test_power_is_that_of_scipy() -> None:
    sounds = np.random.default_rng(2).normal(size=(2, 4000)).astype(np.float32)
    window = scipy_signal.get_window("hann", 200)
    made = scipy_signal.ShortTimeFFT(window, hop=80, fs=8000, mfft=256).stft(sounds, k_offset=100)[..., 1:]
    ours = power(sounds, 8000)
    theirs = np.abs(made[..., : ours.shape[2]]) ** 2
    inner = slice(2, -4)  # at the ends scipy pads and we do not
    np.testing.assert_allclose(ours[..., inner], theirs[..., inner], rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("bands", [None, 40])
@pytest.mark.parametrize("pitch", [300, 1000, 3000])
def test_the_brightest_row_is_the_pitch(pitch: int, bands: int | None) -> None:
    shown = picture(tone(pitch)[None], 8000, bands)[0, 0]
    assert shown.dtype == np.uint8
    brightest = shown.shape[0] - 1 - shown.astype(int).sum(axis=1).argmax()  # low pitches are at the bottom
    if bands is None:
        assert brightest * 8000 / 256 == pytest.approx(pitch, abs=32)
    else:
        top = 2595 * np.log10(1 + 4000 / 700)
        center = 700 * (10 ** ((brightest + 1) * top / (bands + 1) / 2595) - 1)
        assert center == pytest.approx(pitch, rel=0.1)


def test_every_band_hears_something_and_silence_is_dark() -> None:
    for rate, bands in ((8000, 40), (16000, 128), (1000, 64), (44100, 8)):
        assert (mel_bands(bands, rate).sum(axis=1) > 0).all()
    assert picture(np.zeros((1, 8000), np.float32), 8000, 40).max() <= 255 * 0.6
    quiet, loud = (picture(volume * tone(500)[None], 8000, 40) for volume in (0.01, 0.9))
    assert np.abs(quiet.astype(int) - loud).max() <= 1  # only the pitch counts, not how loud it is


def test_another_rate_keeps_the_pitch() -> None:
    found = resampled(tone(500, 0.5, 44100)[None], 44100, 8000)[0]
    assert len(found) == 4000
    assert np.abs(np.fft.rfft(found)).argmax() / 0.5 == pytest.approx(500, abs=2)
    high = resampled(tone(6000, 0.5, 44100)[None], 44100, 8000)[0, 100:-100]
    assert np.abs(high).max() < 0.01  # too high for the new rate


# ---- folders -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sounds"
    made.mkdir()
    for place in range(12):
        kind = ("hum", "beep")[place % 2]
        (made / f"{kind}_ann_{place}.wav").write_bytes(wav(0.5 * tone((200, 1500)[place % 2], 0.3 + 0.1 * (place % 3))))
    return made


def test_labels_lengths_and_left_out_files(folder: Path, tmp_path: Path) -> None:
    (folder / "hum_bad_1.wav").write_bytes(b"RIFF0000WAVE")
    (folder / "beep_fast_1.wav").write_bytes(wav(tone(1500, 1.0, 16000), 16000))
    (folder / "beep_two_1.wav").write_bytes(wav(np.repeat(tone(1500, 0.2), 2), channels=2))
    (folder / "nolabel.wav").write_bytes(wav(tone(300)))
    (folder / "song_x.mp3").write_bytes(b"ID3")
    (folder / "silent_x.wav").write_bytes(wav(np.zeros(100)))
    source = {"type": "SoundFolder", "path": str(folder), "form": "waveform", "seconds": 0.4}
    data = scan(source, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert dataset.count == 16
    assert dataset.field("label").classes == ("beep", "hum", "silent")
    assert dataset.names is not None
    assert "hum_bad_1.wav" not in dataset.names
    assert dataset.field("label").missing == 1
    assert dataset.columns["sound"].shape == (16, 1, 3200)
    one = dataset.columns["sound"][list(dataset.names).index("hum_ann_0.wav"), 0] / 32767
    np.testing.assert_allclose(one[:2400], 0.5 * tone(200, 0.3), atol=2e-4)
    assert not one[2400:].any()
    told = " ".join(dataset.notes)
    for part in ("hum_bad_1.wav is damaged", "6 recordings are longer than 0.4 s", "1 recording had another rate",
                 "1 recording is silent", "1 .mp3 file is left out"):  # fmt: skip
        assert part in told
    assert any(one["kind"] == "empty" and one["count"] == 1 for one in report(dataset))
    assert thumbnails(dataset, [0], 90)[0].startswith(b"\x89PNG")


def test_folders_as_labels(folder: Path) -> None:
    for kind in ("hum", "beep"):
        (folder / kind).mkdir()
        for path in list(folder.glob(f"{kind}_*.wav")):
            path.rename(folder / kind / path.name)
    found = SoundFolder(path=str(folder), seconds=0.3, bands=24).load()
    assert found.fields[0].kind == "image"
    assert found.fields[0].tensor.dims[:2] == (1, 24)
    assert found.fields[1].classes == ("beep", "hum")
    assert np.bincount(found.columns["label"]).tolist() == [6, 6]
    assert SoundFolder(path=str(folder), labels="name").load().fields[1].classes == ("beep", "hum")


def test_folders_without_a_recording(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no recordings"):
        SoundFolder(path=str(tmp_path)).load()
    (tmp_path / "a.mp3").write_bytes(b"ID3")
    with pytest.raises(UserError, match=r"1 \.mp3 file: convert to WAV"):
        SoundFolder(path=str(tmp_path)).load()
    (tmp_path / "b.wav").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"No recording can be read: b\.wav is no WAV file"):
        SoundFolder(path=str(tmp_path)).load()


def test_the_fingerprint_follows_the_files(folder: Path) -> None:
    source = SoundFolder(path=str(folder))
    before = source.fingerprint()
    assert source.fingerprint() == before
    (folder / "hum_new_1.wav").write_bytes(wav(tone(200)))
    assert source.fingerprint() != before


@pytest.mark.parametrize("form", ["mel", "spectrogram", "waveform"])
def test_a_recording_handed_in_is_read_as_the_training_was(folder: Path, form: str) -> None:
    source = SoundFolder(path=str(folder), form=form, seconds=0.4)
    found = source.load()
    assert found.names is not None
    one = source.read_item(found.fields[0], str(folder / found.names[3]))
    kept = found.columns["sound"][3]
    np.testing.assert_allclose(one, kept / np.float32(32767) if form == "waveform" else kept, atol=1e-7)
    with pytest.raises(UserError, match="There is no file"):
        source.read_item(found.fields[0], str(folder / "gone.wav"))


def test_tones_differ_by_their_shape() -> None:
    found = GeneratedTones(items=200, noise=0).load()
    sounds, codes = found.columns["sound"][:, 0] / 32767, found.columns["wave"]
    middle = np.abs(sounds[:, 900:1900])
    crest = middle.max(axis=1) / np.sqrt((middle**2).mean(axis=1))  # 1 for a square, √2 for a sine, √3 for a triangle
    for code, expected in enumerate((2**0.5, 1.0, 3**0.5, 2**0.5)):
        assert np.median(crest[codes == code]) == pytest.approx(expected, rel=0.03)
    assert np.bincount(codes).tolist() == [50] * 4


def test_spoken_digits(data_folder: Path, tmp_path: Path) -> None:
    data = scan({"type": "SoundFolder", "path": str(data_folder / "spoken-digits")}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert dataset.count == 1500
    assert dataset.field("label").classes == tuple("0123456789")
    assert np.bincount(dataset.take("label")).tolist() == [150] * 10
    assert dataset.columns["sound"].shape == (1500, 1, 40, 98)

"""Folders of recordings, with a label in the name of each file or a subfolder per class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from engine.data.fields import Field
from engine.data.sources import Loaded, Reading, Source, display, folder, source
from engine.declare import param
from engine.params import PathTo

if TYPE_CHECKING:
    from engine.data.sound import Form

_NOUN = "a folder of recordings (.wav)"


@source("Sound folder", section="Files", keywords="audio wav speech recording spectrogram mel waveform", icon="music")
class SoundFolder(Source):
    """Reads recordings (WAV) from a folder, as waveforms or as pictures of their pitches over time."""

    family = "sound"

    path: Annotated[str, PathTo("folder")] = param(default="", label="Folder", help="The folder with the recordings.")
    labels: Literal["auto", "folder", "name"] = param(
        default="auto",
        choices=(
            ("auto", "Found out"),
            ("folder", "Name of the folder"),
            ("name", "Beginning of the file's name, up to the first _"),
        ),
        label="Label",
        help="Where the answer stands.",
    )
    form: Literal["mel", "spectrogram", "waveform"] = param(
        default="mel",
        choices=(
            ("mel", "Picture: pitch as people hear it (mel)"),
            ("spectrogram", "Picture: every frequency (spectrogram)"),
            ("waveform", "Waveform"),
        ),
        label="Read as",
        help="A picture of the sound for convolutions, or its samples one after another.",
    )
    seconds: float = param(
        default=1.0, above=0, max=600, unit="s", help="Longer recordings lose their end, shorter ones get silence."
    )
    rate: int = param(
        default=8000,
        min=1000,
        max=192_000,
        unit="Hz",
        help="Samples per second; speech needs 8,000 to 16,000. Recordings of another rate are brought to it.",
    )
    bands: int = param(
        default=40, min=4, max=512, shown_if=("form", ("mel",)), help="How many pitches the picture is high."
    )

    def title(self) -> str:
        return display(Path(self.path).name) or self.label

    def _form(self) -> Form:
        from engine.data.sound import Form

        return Form(self.rate, self.seconds, self.form, self.bands)

    def fingerprint(self) -> str:
        from engine.data.sound import find_recordings, state_hash

        return state_hash(find_recordings(folder(self.path, _NOUN)))

    def load(self, reading: Reading | None = None) -> Loaded:
        from engine.data.sound import find_recordings, load_recordings

        found = find_recordings(folder(self.path, _NOUN))
        return load_recordings(found, self.labels, self._form(), reading or Reading())

    def reads(self, field: Field) -> dict[str, Any] | None:
        return self._form().plan()

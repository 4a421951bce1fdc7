"""The README's first command from a fresh clone on a machine without a display: set-up, then the whole job headless."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent.parent


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_run_does_the_whole_job_headless(tmp_path: Path) -> None:
    clone = tmp_path / "lamina"
    subprocess.run(["git", "clone", "--quiet", str(REPO), str(clone)], check=True)
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        ["make", "run"], cwd=clone, env=environment, capture_output=True, text=True, timeout=1700, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no display" in done.stdout
    made = clone / "build" / "first-run"
    for name in ("digits.lamina", "digits.onnx", "digits.py", "digits.safetensors", "digits.png"):
        assert (made / name).stat().st_size > 100, name
        assert str((made / name).resolve()) in done.stdout
    assert "largest difference" in done.stdout

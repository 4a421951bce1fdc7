"""A private X server and user folders, so that a bench measures a real window and touches nothing of the person's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def private_display() -> Iterator[None]:
    """An X server and user folders of our own."""
    server = None
    if shutil.which("Xvfb"):
        read, write = os.pipe()
        words = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]
        server = subprocess.Popen(words, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            os.environ.update(DISPLAY=f":{pipe.readline().strip()}", QT_QPA_PLATFORM="xcb")
    else:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as base:
        for name in ("DATA", "STATE", "CONFIG", "CACHE"):
            os.environ[f"LAMINA_{name}"] = str(Path(base) / name.lower())
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        try:
            yield
        finally:
            if server is not None:
                server.terminate()
                server.wait(10)

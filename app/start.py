"""`make run`: opens the window; where there is no display it says so and does the same job headless."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app import cli

FOLDER = Path("build") / "first-run"
TEMPLATE = "cnn-digits"


def has_display() -> bool:
    """Whether a window can open here."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def headless() -> int:
    """Build, train, test, export, verify and draw a network; says where everything is."""
    print("There is no display here, so the window cannot open. Doing the same job from the command line:")
    FOLDER.mkdir(parents=True, exist_ok=True)
    project = FOLDER / "digits.lamina"
    runs = FOLDER / "digits.runs"
    steps = [
        ["new", TEMPLATE, "-o", str(project), "--force"],
        ["check", str(project)],
        ["train", str(project)],
    ]
    for step in steps:
        if code := _step(step):
            return code
    newest = max(runs.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for step in (
        ["test", str(newest)],
        ["export", str(newest), "-o", str(FOLDER / "digits.onnx")],
        ["export", str(newest), "-o", str(FOLDER / "digits.py")],
        ["picture", str(project), "-o", str(FOLDER / "digits.png")],
    ):
        if code := _step(step):
            return code
    print("\nEverything is here:")
    for path in sorted(FOLDER.iterdir()):
        print(f"  {path.resolve()}")
    return 0


def _step(words: list[str]) -> int:
    print(f"\n$ lamina {' '.join(words)}", flush=True)
    return cli.main(words)


def main() -> int:
    return cli.main([]) if has_display() else headless()


if __name__ == "__main__":
    sys.exit(main())

"""Makes pictures with the model beside this file.

    python run.py --count 16 --seed 1 --out made.png
    python run.py --class 3 --out threes.png          where the model lets you choose

Needs: pip install numpy onnxruntime pillow (without pillow: --out made.npy)
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent


def make(session: Any, about: dict[str, Any], count: int, seed: int, chosen: int | None) -> Any:
    """Pictures from 0 to 1: (count, channels, high, wide)."""
    random = np.random.default_rng(seed)
    given: dict[str, Any] = {}
    for one in about["inputs"]:
        if one["role"] == "noise":
            given[one["name"]] = random.standard_normal((count, *one["shape"]), np.float32)
        else:
            every = np.arange(count, dtype=np.int64) % len(one["classes"])
            given[one["name"]] = every if chosen is None else np.full(count, chosen, np.int64)
    return session.run([about["picture"]], given)[0]


def class_number(about: dict[str, Any], name: str | None) -> int | None:
    """The number of a class by its name."""
    names: list[str] = next((one["classes"] for one in about["inputs"] if one["role"] == "class"), [])
    if name is None:
        return None
    if name not in names:
        raise SystemExit(f"There is no class {name!r}. Known are: {', '.join(names) or 'none'}.")
    return int(names.index(name))


def stretched(pictures: Any) -> Any:
    """Pictures on a scale of their own as values from 0 to 1."""
    low, high = pictures.min(), pictures.max()
    return (pictures - low) / max(float(high - low), 1e-6)


def save(pictures: Any, path: Path, stretch: bool) -> None:
    """Write the numbers as .npy, or all pictures on one sheet; `stretch` those on a scale of their own."""
    if path.suffix == ".npy":
        np.save(path, pictures)
        return
    if pictures.ndim != 4 or pictures.shape[1] not in (1, 3, 4):
        raise SystemExit("This model makes numbers, no pictures. Give a file for them: --out made.npy")
    from PIL import Image

    if stretch:
        pictures = stretched(pictures)
    shown = (pictures.clip(0, 1) * 255).round().astype(np.uint8)
    count, channels, high, wide = shown.shape
    shown = np.repeat(shown, 3, axis=1) if channels == 1 else shown[:, :3]
    columns = math.ceil(math.sqrt(count))
    sheet = np.zeros((math.ceil(count / columns) * high, columns * wide, 3), np.uint8)
    for place in range(count):
        top, left = place // columns * high, place % columns * wide
        sheet[top : top + high, left : left + wide] = shown[place].transpose(1, 2, 0)
    times = max(1, 640 // sheet.shape[1])
    Image.fromarray(sheet.repeat(times, 0).repeat(times, 1)).save(path)


def main() -> None:
    """Read the command line and make pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--class", dest="chosen", default=None)
    parser.add_argument("--out", type=Path, default=Path("made.png"))
    args = parser.parse_args()
    about = json.loads((HERE / "about.json").read_text(encoding="utf-8"))
    file = HERE / about.get("model", "model.onnx")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    made = make(session, about, args.count, args.seed, class_number(about, args.chosen))
    save(made, args.out, bool(about.get("stretch")))
    print(f"{args.count} pictures in {args.out}")


if __name__ == "__main__":
    main()

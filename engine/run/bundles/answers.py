"""Asks the model beside this file.

    python run.py picture.png        where it reads one picture
    python run.py items.npz          arrays by the names of the inputs, items first
    python run.py items.npz --out answers.npz

Needs: pip install numpy onnxruntime (and pillow for pictures)
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent


def picture(path: Path, shape: list[int]) -> Any:
    """A picture file as pixels from 0 to 255: (1, channels, high, wide), the middle of it where proportions differ."""
    from PIL import Image, ImageOps

    channels, high, wide = shape
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened).convert("L" if channels == 1 else "RGB")
        pixels = np.asarray(ImageOps.fit(upright, (wide, high)), np.float32)
    return pixels[None, None] if channels == 1 else pixels.transpose(2, 0, 1)[None]


def read(path: Path, inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """The inputs out of a file."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            lost = [one["name"] for one in inputs if one["name"] not in arrays]
            if lost:
                raise SystemExit(f"{path} has no array {lost[0]!r}. It needs: {', '.join(o['name'] for o in inputs)}.")
            return {one["name"]: arrays[one["name"]].astype(one["dtype"]) for one in inputs}
    if len(inputs) != 1 or inputs[0]["kind"] != "image":
        raise SystemExit(f"This model needs a file of arrays (.npz) with: {', '.join(one['name'] for one in inputs)}.")
    return {inputs[0]["name"]: picture(path, inputs[0]["shape"])}


def main() -> None:
    """Read the command line and answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, default=None)
    args = parser.parse_args()
    about = json.loads((HERE / "about.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    names = [one["name"] for one in about["outputs"]]
    found = dict(zip(names, session.run(names, read(args.file, about["inputs"])), strict=True))
    if args.out is not None:
        np.savez(args.out, **found)
    for one in about["outputs"]:
        for row in found[one["name"]][:20]:
            best = (
                one["classes"][int(row.argmax())] if len(one["classes"]) == row.size > 1 else np.round(row, 4).tolist()
            )
            print(f"{one['name']}: {best}")


if __name__ == "__main__":
    main()

"""Asks the model beside this file.

    python run.py FILE                      a picture, a table (.csv), a text (.txt) or a recording (.wav)
    python run.py items.npz                 arrays by the names of the inputs, items first; .json for values
    python run.py --text "A typed text"     for a model that reads texts
    python run.py FILE --out answers.npz    all numbers; answers that are pictures also as .png

Needs: pip install numpy onnxruntime (pillow for pictures, scipy for recordings of another rate)
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from engine.run.bundles.reading import read, read_value

HERE = Path(__file__).resolve().parent


def answered(about: dict[str, Any], arrays: list[Any]) -> dict[str, Any]:
    """What the model says, by the names of its outputs."""
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    names = [one["name"] for one in about["outputs"]]
    inputs = about["inputs"]
    given = {one["name"]: array.astype(one["dtype"]) for one, array in zip(inputs, arrays, strict=True)}
    return dict(zip(names, session.run(names, given), strict=True))


def words(row: Any, classes: list[str]) -> Any:
    """One item's answer in words: its class, a class per step, or its numbers."""
    if classes and row.ndim == 2 and row.shape[-1] >= len(classes):
        return " ".join(classes[step] for step in row[:, : len(classes)].argmax(1))
    if len(classes) == row.size > 1:
        return classes[int(row.argmax())]
    if len(classes) == 2 and row.size == 1:
        return classes[int(row.reshape(-1)[0] > 0.5)]
    return np.round(row, 4).tolist()


def save_pictures(found: dict[str, Any], path: Path) -> None:
    """Answers that are pictures, each below the other."""
    from PIL import Image

    for name, rows in found.items():
        if rows.ndim == 4 and rows.shape[1] in (1, 3):
            pixels = (rows.clip(0, 1) * 255).round().astype(np.uint8)
            sheet = np.concatenate([np.repeat(one, 3 // len(one), axis=0) for one in pixels], axis=1)
            Image.fromarray(sheet.transpose(1, 2, 0)).save(path)
            print(f"{name}: {len(rows)} pictures in {path}")
            return
    raise SystemExit("No answer of this model is a picture. Give a file for numbers: --out answers.npz")


def main() -> None:
    """Read the command line and answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--text", default=None)
    parser.add_argument("--out", type=Path, default=None)
    args = parser.parse_args()
    about = json.loads((HERE / "about.json").read_text(encoding="utf-8"))
    if (args.file is None) == (args.text is None):
        raise SystemExit("Give one file, or --text with a text.")
    if args.text is None:
        found = answered(about, read(args.file, about["inputs"]))
    else:
        found = answered(about, [read_value(args.text, about["inputs"][0])])
    if args.out is not None and args.out.suffix == ".png":
        save_pictures(found, args.out)
        return
    if args.out is not None:
        np.savez(args.out, **found)
    for one in about["outputs"]:
        for row in found[one["name"]][:20]:
            print(f"{one['name']}: {words(row, one['classes'])}")


if __name__ == "__main__":
    main()

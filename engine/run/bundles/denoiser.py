"""Makes pictures with the model beside this file: it takes noise away step by step.

    python run.py --count 16 --seed 1 --out made.png
    python run.py --class 3 --guidance 3 --out threes.png     where the model lets you choose

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


class Denoiser:
    """The model with what `about.json` says of it."""

    def __init__(self, folder: Path) -> None:
        self.about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        # what the model makes of the darkest and the brightest pixel, per channel
        self.low = np.array(self.about["low"], np.float32).reshape(1, -1, 1, 1)
        self.high = np.array(self.about["high"], np.float32).reshape(1, -1, 1, 1)

    def see(self, noisy: Any, code: int, labels: list[Any]) -> Any:
        """What the model sees in noisy pictures; it takes pixels from 0 to 255, here far beyond them."""
        given = {
            self.about["image"]: (255 * (noisy - self.low) / (self.high - self.low)).astype(np.float32),
            self.about["time"]: np.full(len(noisy), code, np.int64),
        }
        names = [one["name"] for one in self.about["labels"]]
        return self.session.run([self.about["picture"]], {**given, **dict(zip(names, labels, strict=True))})[0]

    def guided(self, noisy: Any, code: int, labels: list[Any], weight: float) -> Any:
        """The same, drawn further towards the class (classifier-free guidance)."""
        if not self.about["guides"] or weight == 1:
            return self.see(noisy, code, labels)
        nothing = [np.full(len(noisy), one["nothing"], np.int64) for one in self.about["labels"]]
        without = self.see(noisy, code, nothing)
        return without + weight * (self.see(noisy, code, labels) - without)

    def make(self, count: int, seed: int, chosen: int | None, weight: float) -> Any:
        """Pictures from 0 to 1: (count, channels, high, wide)."""
        random = np.random.default_rng(seed)
        labels = [
            np.arange(count, dtype=np.int64) % len(one["classes"])
            if chosen is None
            else np.full(count, chosen, np.int64)
            for one in self.about["labels"]
        ]
        found = random.standard_normal((count, *self.about["shape"]), np.float32)
        for step in self.about["steps"]:
            seen = self.guided(found, step["code"], labels, weight)
            found = self._flow(found, seen, step) if "now" in step else self._noise(found, seen, step, random)
        return (np.clip(found, self.low, self.high) - self.low) / (self.high - self.low)

    def _flow(self, noisy: Any, seen: Any, step: dict[str, float]) -> Any:
        return noisy + np.float32(step["then"] - step["now"]) * seen

    def _noise(self, noisy: Any, seen: Any, step: dict[str, float], random: Any) -> Any:
        """DDIM, equation 12 (arXiv 2010.02502); with fresh noise it is DDPM."""
        share, earlier = step["share"], step["earlier"]
        picture = np.clip((noisy - math.sqrt(1 - share) * seen) / math.sqrt(share), self.low, self.high)
        noise = (noisy - math.sqrt(share) * picture) / math.sqrt(1 - share)
        sigma = self.about["fresh"] * math.sqrt(max(0.0, (1 - earlier) / (1 - share) * (1 - share / earlier)))
        found = math.sqrt(earlier) * picture + math.sqrt(max(0.0, 1 - earlier - sigma**2)) * noise
        if sigma:
            found = found + sigma * random.standard_normal(noisy.shape, np.float32)
        return found.astype(np.float32)


def class_number(labels: list[dict[str, Any]], name: str | None) -> int | None:
    """The number of a class by its name."""
    names = labels[0]["classes"] if labels else []
    if name is None:
        return None
    if name not in names:
        raise SystemExit(f"There is no class {name!r}. Known are: {', '.join(names) or 'none'}.")
    return int(names.index(name))


def save(pictures: Any, path: Path) -> None:
    """Write the numbers as .npy, or all pictures on one sheet."""
    if path.suffix == ".npy":
        np.save(path, pictures)
        return
    from PIL import Image

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
    parser.add_argument("--guidance", type=float, default=None)
    parser.add_argument("--out", type=Path, default=Path("made.png"))
    args = parser.parse_args()
    model = Denoiser(HERE)
    weight = model.about["guidance"] if args.guidance is None else args.guidance
    chosen = class_number(model.about["labels"], args.chosen)
    save(model.make(args.count, args.seed, chosen, weight), args.out)
    print(f"{args.count} pictures in {args.out}")


if __name__ == "__main__":
    main()

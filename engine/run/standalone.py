"""The texts around the generated source in an exported Python program: what stands above it, and its command line.

Marks such as `@NAME@` are filled in by `engine.run.python_export`.
"""

HEAD = r'''"""@TITLE@: a trained PyTorch model. Its weights are in @NAME@.safetensors beside this file.

    python @NAME@.py FILE …                answers for pictures, a table (.csv) or arrays (.npy, .npz)
    python @NAME@.py FILE --out FOLDER     also writes the answers as FOLDER/FILE.npz
    python @NAME@.py                       answers for random input, to see that it runs

From Python: `answers = load()(*inputs)`. Needs torch, numpy and safetensors; Pillow for pictures.
Exported by Lamina @VERSION@.
"""

import argparse
import csv
import pathlib
import zipfile

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: F401

'''

TAIL = r'''# ---- use -------------------------------------------------------------------------------------------------

MODEL_INPUTS = @INPUTS@
MODEL_OUTPUTS = @OUTPUTS@


def load() -> Model:
    """The trained model, ready to answer."""
    model = Model()
    model.load_state_dict(load_file(pathlib.Path(__file__).with_suffix(".safetensors")))
    return model.eval()


def answers(model: Model, inputs: list[np.ndarray], batch: int = 64) -> list[np.ndarray]:
    """One array per output, items first, for raw inputs: pixels from 0 to 255, columns as they stand in the table."""
    found = []
    with torch.inference_mode():
        for start in range(0, len(inputs[0]), batch):
            parts = [torch.from_numpy(np.ascontiguousarray(part[start : start + batch])) for part in inputs]
            found.append([part.numpy() for part in model(*parts)])
    return [np.concatenate(columns) for columns in zip(*found, strict=True)]


def read(path: pathlib.Path) -> list[np.ndarray]:
    """The raw inputs in a file, one array per input."""
    suffix = path.suffix.lower()
    if suffix == ".npz":
        with np.load(path, allow_pickle=False) as found:
            arrays = [found[one["name"]] for one in MODEL_INPUTS]
    elif len(MODEL_INPUTS) > 1:
        raise SystemExit(f"{path}: this model takes an .npz with {[one['name'] for one in MODEL_INPUTS]}")
    elif suffix == ".npy":
        arrays = [np.load(path, allow_pickle=False)]
    elif suffix in (".csv", ".tsv", ".txt"):
        arrays = [read_table(path, MODEL_INPUTS[0])]
    else:
        arrays = [read_picture(path, MODEL_INPUTS[0])]
    return [array.astype(one["dtype"]) for array, one in zip(arrays, MODEL_INPUTS, strict=True)]


def write(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> None:
    """Arrays by name as .npz; unlike np.savez it takes any name."""
    with zipfile.ZipFile(path, "w") as file:
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w") as part:
                np.lib.format.write_array(part, array, allow_pickle=False)


def read_table(path: pathlib.Path, about: dict) -> np.ndarray:
    """Rows of a table with named columns; an empty cell is a missing value."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        text = file.read()
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=separator))
    if "columns" not in about:
        raise SystemExit(f"{path}: this model does not read tables")
    lost = [one["name"] for one in about["columns"] if not rows or one["name"] not in rows[0]]
    if lost:
        raise SystemExit(f"{path}: there is no column {lost}")
    return np.array([[cell(row[one["name"]] or "", one) for one in about["columns"]] for row in rows])


def cell(text: str, column: dict) -> float:
    """A cell as a number: that of its class, or not-a-number where it is empty."""
    if "classes" in column:
        return column["classes"].index(text.strip()) if text.strip() else -1
    return float(text) if text.strip() else float("nan")


def read_picture(path: pathlib.Path, about: dict) -> np.ndarray:
    """A picture in the size and color that the model reads."""
    from PIL import Image, ImageOps

    if about["kind"] != "image":
        raise SystemExit(f"{path}: this model does not read pictures")
    channels, high, wide = about["shape"]
    picture = ImageOps.exif_transpose(Image.open(path))
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("L" if channels == 1 else "RGB")
    if picture.size != (wide, high) and about["fit"] == "stretch":
        picture = picture.resize((wide, high), Image.Resampling.BICUBIC)
    elif picture.size != (wide, high):
        picture = ImageOps.fit(picture, (wide, high), Image.Resampling.BICUBIC)
    pixels = np.asarray(picture)
    return pixels[None, None] if channels == 1 else pixels.transpose(2, 0, 1)[None]


def random_inputs(items: int = 4) -> list[np.ndarray]:
    """Made-up inputs of the right shape; lengths that may vary are 16."""
    made = []
    for one in MODEL_INPUTS:
        shape = (items, *(16 if isinstance(size, str) else size for size in one["shape"]))
        if one["kind"] == "image":
            made.append(np.random.randint(0, 256, shape).astype(one["dtype"]))
        elif one["dtype"] == "int64":
            made.append(np.random.randint(0, max(1, len(one.get("classes", []))), shape))
        else:
            made.append(np.random.rand(*shape).astype(one["dtype"]))
    return made


def show(name: str, found: list[np.ndarray]) -> None:
    """Print the answers, a line per item."""
    for item in range(len(found[0])):
        told = []
        for about, answer in zip(MODEL_OUTPUTS, found, strict=True):
            row = answer[item].reshape(-1)
            classes = about["classes"]
            if classes and len(row) == len(classes):
                told.append(f"{about['name']}: {classes[row.argmax()]} ({row.max():.1%})")
            elif classes and len(row) == 1:
                told.append(f"{about['name']}: {classes[int(row[0] > 0.5)]} ({max(row[0], 1 - row[0]):.1%})")
            else:
                told.append(f"{about['name']}: {np.array2string(row, precision=6, threshold=8)}")
        print(f"{name}, item {item}: {', '.join(told)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="also write the answers as .npz files")
    args = parser.parse_args()
    model = load()
    if not args.files:
        show("random", answers(model, random_inputs()))
    for path in args.files:
        found = answers(model, read(path))
        if args.out:
            names = [one["name"] for one in MODEL_OUTPUTS]
            write(args.out / f"{path.stem}.npz", dict(zip(names, found, strict=True)))
        else:
            show(path.name, found)


if __name__ == "__main__":
    main()
'''

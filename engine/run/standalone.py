"""The texts around the generated source in an exported Python program: what stands above it, and its command line.

Marks such as `@NAME@` are filled in by `engine.run.python_export`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

HEAD = r'''"""@TITLE@: a trained PyTorch model. Its weights are in @NAME@.safetensors beside this file.

@USAGE@
From Python: @PREDICT@. Needs torch, numpy and safetensors@NEEDS@.
Exported by Lamina @VERSION@.
"""

from __future__ import annotations

@IMPORTS@

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
    model.load_state_dict(load_file(Path(__file__).with_suffix(".safetensors")))
    return model.eval()


def answers(model: Model, inputs: list[np.ndarray], batch: int = 64) -> list[np.ndarray]:
    """One array per output, items first, for raw inputs: pixels from 0 to 255, columns as they stand in the table."""
    found = []
    with torch.inference_mode():
        for start in range(0, len(inputs[0]), batch):
            parts = [torch.from_numpy(np.ascontiguousarray(part[start : start + batch])) for part in inputs]
            found.append([part.numpy() for part in model(*parts)])
    return [np.concatenate(columns) for columns in zip(*found, strict=True)]


def predict(*given: Any) -> dict[str, np.ndarray]:
    """Answers by name for one value per input: a text, the path of a file, or numbers."""
    arrays = [read_value(value, one).astype(one["dtype"]) for value, one in zip(given, MODEL_INPUTS, strict=True)]
    return dict(zip([one["name"] for one in MODEL_OUTPUTS], answers(load(), arrays), strict=True))


def write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Arrays by name as .npz; unlike np.savez it takes any name."""
    with zipfile.ZipFile(path, "w") as file:
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w") as part:
                np.lib.format.write_array(part, array, allow_pickle=False)


@READING@

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
            if classes and answer[item].ndim == 2 and answer.shape[-1] >= len(classes):
                steps = answer[item][:, : len(classes)].argmax(1)
                told.append(f"{about['name']}: {' '.join(classes[step] for step in steps)}")
            elif classes and len(row) == len(classes):
                told.append(f"{about['name']}: {classes[row.argmax()]} ({row.max():.1%})")
            elif classes and len(row) == 1:
                told.append(f"{about['name']}: {classes[int(row[0] > 0.5)]} ({max(row[0], 1 - row[0]):.1%})")
            else:
                told.append(f"{about['name']}: {np.array2string(row, precision=6, threshold=8)}")
        print(f"{name}, item {item}: {', '.join(told)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--text", action="append", default=[], help="a text instead of a file, for a model of texts")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="also write the answers as .npz files")
    args = parser.parse_args()
    model = load()
    if not args.files and not args.text:
        show("random", answers(model, random_inputs()))
    for text in args.text:
        show(text, answers(model, [read_value(text, MODEL_INPUTS[0])]))
    for path in args.files:
        found = answers(model, read(path, MODEL_INPUTS))
        if args.out:
            names = [one["name"] for one in MODEL_OUTPUTS]
            write(args.out / f"{path.stem}.npz", dict(zip(names, found, strict=True)))
        else:
            show(path.name, found)


if __name__ == "__main__":
    main()
'''

TAKES = {
    "image": "pictures",
    "table": "a table (.csv)",
    "text": "a text (.txt)",
    "sound": "a recording (.wav)",
}


def usage(takes: Sequence[Mapping[str, Any]], name: str) -> dict[str, str]:
    """The lines of the program's help that depend on what the model reads."""
    only = takes[0] if len(takes) == 1 else {}
    how = (only.get("reads") or {}).get("how", only.get("kind", ""))
    words = [TAKES[how]] if how in TAKES else []
    arrays = "arrays (.npy, .npz) or values (.json)" if only else "arrays (.npz) or values (.json), by these names: "
    arrays += "" if only else ", ".join(one["name"] for one in takes)
    start = f"    python {name}.py"
    lines = [f"{start} FILE …", f"{start} FILE --out FOLDER", start]
    said = [f"answers for {', '.join([*words, arrays])}", "also writes the answers as FOLDER/FILE.npz",
            "answers for random input, to see that it runs"]  # fmt: skip
    if how == "text":
        lines.insert(1, f'{start} --text "A text"')
        said.insert(1, "answers for a typed text")
    wide = max(map(len, lines)) + 4
    example = {"text": "'A text'", "sound": "'a.wav'", "image": "'a.png'"}.get(how, "*inputs")
    needs = {"sound": ", and scipy for recordings of another rate", "image": "; Pillow for pictures"}
    return {
        "@USAGE@": "".join(f"{line.ljust(wide)}{text}\n" for line, text in zip(lines, said, strict=True)),
        "@PREDICT@": f"`predict({example})` gives the answers by name",
        "@NEEDS@": needs.get(how, ""),
    }

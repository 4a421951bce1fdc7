"""Turns a sequence into another, with the model beside this file.

    python run.py "four hundred twelve"
    python run.py "a c b" --beams 4

Needs: pip install numpy onnxruntime
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent


def encode(text: str, about: dict[str, Any]) -> Any:
    """A text as numbers of the vocabulary that is read: words where it has any, otherwise characters."""
    classes = about["reads"]
    words = any(len(one) > 1 and not one.startswith("<") for one in classes)
    tokens = text.split() if words else [one for one in text if not one.isspace()]
    places = {token: place for place, token in enumerate(classes)}
    strange = [one for one in tokens if one not in places]
    if strange:
        raise SystemExit(f"The model does not know {strange[0]!r}. Leave it out.")
    if len(tokens) > about["source_length"]:
        raise SystemExit(f"The model reads {about['source_length']} at most; there are {len(tokens)}.")
    found = np.zeros((1, about["source_length"]), np.int64)
    found[0, : len(tokens)] = [places[one] for one in tokens]
    return found


def answer(session: Any, about: dict[str, Any], source: Any, beams: int) -> list[int]:
    """The likeliest of the answers kept in mind, by the mean chance of their tokens; `source` is (1, steps)."""
    begin, end, filler, length = about["begin"], about["end"], about["padding"], about["length"]
    kept: list[tuple[float, list[int], bool]] = [(0.0, [], False)]
    for step in range(length):
        if all(done for _, _, done in kept):
            break
        written = np.full((len(kept), length), filler, np.int64)
        written[:, 0] = begin
        for row, (_, ids, _) in enumerate(kept):
            written[row, 1 : 1 + len(ids)] = ids[: length - 1]
        given = {about["source"]: np.repeat(source, len(kept), 0), about["answer"]: written}
        shares = session.run([about["output"]], given)[0][:, step, : len(about["writes"])].astype(np.float64)
        scores = np.log(np.maximum(shares / shares.sum(axis=1, keepdims=True), 1e-300))
        scores[:, [begin, filler]] = -np.inf
        grown = []
        for row, (total, ids, done) in enumerate(kept):
            if done:
                grown.append((total, ids, True))
                continue
            best = np.argsort(-scores[row], kind="stable")[: max(1, beams)].tolist()
            grown += [(total + scores[row, token], [*ids, token], token == end) for token in best]
        kept = sorted(grown, key=lambda one: -one[0] / max(1, len(one[1])))[:beams]
    return [one for one in kept[0][1] if one != end]


def main() -> None:
    """Read the command line and answer."""
    about = json.loads((HERE / "about.json").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="what to read, or a .npy of numbers, one item per row")
    parser.add_argument("--beams", type=int, default=about["beams"], help="answers kept in mind")
    parser.add_argument("--out", type=Path, default=None, help="write the numbers as JSON instead of the text")
    args = parser.parse_args()
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    rows = np.load(args.source)[:, None] if args.source.endswith(".npy") else [encode(args.source, about)]
    found = [answer(session, about, row, args.beams) for row in rows]
    if args.out is not None:
        args.out.write_text(json.dumps(found), encoding="utf-8")
        return
    between = " " if any(len(one) > 1 and not one.startswith("<") for one in about["writes"]) else ""
    for ids in found:
        print(between.join(about["writes"][one] for one in ids))


if __name__ == "__main__":
    main()

"""Writes on from a beginning, with the model beside this file.

    python run.py "Once upon a time" --count 300
    python run.py "ROMEO:" --temperature 0.5 --top-k 20 --top-p 0.9 --seed 3

Needs: pip install numpy onnxruntime
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\n|[^\w\s]|_")
TIGHT_AFTER, TIGHT_BEFORE = set("([{“\n#$£€@"), set(".,;:!?)]}%'’…”\n")


def encode(text: str, about: dict[str, Any]) -> list[int]:
    """A text as numbers of the vocabulary."""
    places = {token: place for place, token in enumerate(about["classes"])}
    tokens = list(text) if about["unit"] == "characters" else WORD.findall(text)
    strange = [one for one in tokens if one not in places]
    if strange and "<unknown>" not in places:
        raise SystemExit(f"The model does not know {strange[0]!r}. Leave it out.")
    return [places.get(one, places.get("<unknown>", 0)) for one in tokens]


def decode(ids: list[int], about: dict[str, Any]) -> str:
    """Numbers as a text: words with spaces, characters without."""
    tokens = [about["classes"][one] for one in ids]
    tokens = [one for one in tokens if one not in ("<padding>", "<begin>", "<end>")]
    if about["unit"] == "characters":
        return "".join(tokens)
    text = ""
    for token in tokens:
        tight = not text or token[0] in TIGHT_BEFORE or text[-1] in TIGHT_AFTER
        text += token if tight else f" {token}"
    return text


def chances(shares: Any, temperature: float, top_k: int | None, top_p: float) -> Any:
    """The chance of each token to be drawn, from the model's shares."""
    if temperature == 0:
        return np.eye(len(shares))[int(shares.argmax())]
    scores = np.log(np.maximum(shares.astype(np.float64), 1e-300)) / temperature
    if top_k is not None and top_k < len(scores):
        scores[scores < np.sort(scores)[-top_k]] = -np.inf
    found = np.exp(scores - scores.max())
    found /= found.sum()
    if top_p < 1:
        order = np.argsort(-found, kind="stable")
        before = np.cumsum(found[order]) - found[order]
        found[order[before >= top_p]] = 0
        found /= found.sum()
    return found


def write(
    session: Any, about: dict[str, Any], start: list[int], count: int, how: dict[str, Any], seed: int
) -> list[int]:
    """Numbers that go on from others: what was written so far goes in, the share of each next token comes out."""
    random = np.random.default_rng(seed)
    text, length = list(start), about["length"]
    for _ in range(count):
        seen = text[-length:]
        window = np.zeros((1, length), np.int64)  # what stands behind the text changes nothing
        window[0, : len(seen)] = seen
        shares = session.run([about["output"]], {about["input"]: window})[0][0, len(seen) - 1]
        shares = shares[: len(about["classes"])]  # the model may have shares for more tokens than it has learned
        text.append(int(random.choice(len(shares), p=chances(shares, **how))))
    return text


def main() -> None:
    """Read the command line and write."""
    about = json.loads((HERE / "about.json").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start", nargs="?", default=about["start"])
    parser.add_argument("--count", type=int, default=200, help="how many tokens to add")
    parser.add_argument("--temperature", type=float, default=about["temperature"])
    parser.add_argument("--top-k", type=int, default=about["top_k"])
    parser.add_argument("--top-p", type=float, default=about["top_p"])
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--out", type=Path, default=None, help="write the numbers to a .npy instead of the text")
    args = parser.parse_args()
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    start = encode(args.start, about)
    if not start:
        raise SystemExit("There is no text to go on from. Give it at least one character.")
    how = {"temperature": args.temperature, "top_k": args.top_k, "top_p": args.top_p}
    ids = write(session, about, start, args.count, how, args.seed)
    if args.out is not None:
        np.save(args.out, np.array(ids))
    else:
        print(decode(ids, about))


if __name__ == "__main__":
    main()

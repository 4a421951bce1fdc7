"""Says what to do in a situation, with the model beside this file.

    python run.py 0.01 0.2 -0.03 0.1     the numbers that the agent sees, in the order of about.json
    python run.py situations.npy         many at once, one per row; answers with --out actions.npy
    python run.py --play 10              play episodes; needs gymnasium

Needs: pip install numpy onnxruntime (and gymnasium to play)
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent


def choose(session: Any, about: dict[str, Any], seen: Any) -> Any:
    """The number of the best action in each situation; `seen` has one per row, as the environment gives it."""
    rows = np.atleast_2d(np.asarray(seen, np.float32))[:, about["columns"]]
    return session.run([about["output"]], {about["input"]: np.ascontiguousarray(rows)})[0].argmax(1)


def play(session: Any, about: dict[str, Any], episodes: int, seed: int) -> list[float]:
    """The return of so many episodes."""
    import gymnasium

    game = gymnasium.make(about["environment"])
    returns = []
    for episode in range(episodes):
        seen, _ = game.reset(seed=seed + episode)
        total, over = 0.0, False
        while not over:
            seen, reward, ended, cut, _ = game.step(int(choose(session, about, seen)[0]))
            total, over = total + float(reward), ended or cut
        returns.append(total)
    game.close()
    return returns


def main() -> None:
    """Read the command line, then say what to do or play."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seen", nargs="*")
    parser.add_argument("--play", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    args = parser.parse_args()
    about = json.loads((HERE / "about.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    if args.play:
        returns = play(session, about, args.play, args.seed)
        print(f"mean return of {args.play} episodes: {sum(returns) / len(returns):g}")
        return
    given = args.seen
    from_file = len(given) == 1 and given[0].endswith(".npy")
    seen = np.load(given[0]) if from_file else np.array([float(one) for one in given])
    if np.atleast_2d(seen).shape[1] != len(about["seen"]):
        raise SystemExit(f"A situation has {len(about['seen'])} numbers: {', '.join(about['seen'])}.")
    actions = choose(session, about, seen)
    if args.out is not None:
        np.save(args.out, actions)
    for action in actions[:20].tolist():
        print(about["actions"][action])


if __name__ == "__main__":
    main()

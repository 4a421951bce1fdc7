"""The training process: `python -m engine.run FOLDER` works on the run in that folder until it ends."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.errors import UserError
from engine.runs import open_run


def main(arguments: list[str] | None = None) -> int:
    """Train the run of the folder; 0 when it finished or was stopped, 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m engine.run", description="Train a run, or go on with it.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, help="make the run this long")
    parser.add_argument("--device", help="auto, cpu, cuda or mps instead of the recipe's")
    parser.add_argument("--threads", type=int)
    chosen = parser.parse_args(arguments)
    options = {name: getattr(chosen, name) for name in ("epochs", "device", "threads") if getattr(chosen, name)}
    try:
        run = open_run(chosen.folder)
        from engine.run.work import resume  # torch takes a second: a wrong folder is said before

        resume(run, **options)
    except KeyboardInterrupt:
        return 130
    except UserError as error:
        print(error.message, file=sys.stderr)
        if error.details:
            print(error.details, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

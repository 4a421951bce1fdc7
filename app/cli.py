"""The command line. Every subcommand has `--help`; most have `--json`, which prints one JSON document.

Exit codes: 0 fine, 1 the job failed, 2 wrong use. `lamina [PROJECT]` without a subcommand opens the window.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import UserError

FINE, FAILED, WRONG_USE = 0, 1, 2


class _Wrong(Exception):
    """The command line was used wrongly."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):  # a terminal without × or ▕, a file name of odd bytes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = build_parser()
    commands = {
        name for action in parser._actions if isinstance(action, argparse._SubParsersAction) for name in action.choices
    }
    try:
        if not words or (words[0] not in commands and not words[0].startswith("-")):
            return _open_window(words)
        options = parser.parse_args(words)
        return int(options.work(options) or FINE)
    except SystemExit as stop:  # argparse: help is fine, a wrong word is wrong use
        return int(stop.code or 0)
    except _Wrong as error:
        print(f"lamina: {error}", file=sys.stderr)
        return WRONG_USE
    except UserError as error:
        return _tell(error, "--json" in words)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # who read our output has gone
        return FINE


def _tell(error: UserError, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": error.message}, ensure_ascii=False))
    print(f"lamina: {error.message}", file=sys.stderr)
    if error.details:
        print(error.details, file=sys.stderr)
    return FAILED


def _open_window(words: list[str]) -> int:
    if len(words) > 1:
        raise _Wrong("give one project file, or a subcommand. `lamina --help` lists them.")
    path = Path(words[0]) if words else None
    if path is not None and not path.exists():
        raise UserError(f"There is no file {path}, and no subcommand of that name. `lamina --help` lists them.")
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        platform = os.environ.get("QT_QPA_PLATFORM", "")
        if platform not in ("offscreen", "vnc", "minimal"):
            raise UserError(
                "There is no display here, so the window cannot open. Everything also works from the command line: "
                "`lamina --help` lists the commands."
            )
    from app.window import run

    return run(path)


def build_parser() -> argparse.ArgumentParser:
    """All subcommands with their options."""
    from app.jobs import comparing, health, lessons, peeking, pictures, projects, results, runs

    parser = argparse.ArgumentParser(
        prog="lamina", description="Build, train, test and ship neural networks. Without a subcommand the window opens."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        name: str, work: Callable[[argparse.Namespace], int | None], about: str, as_json: bool = True
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(work=work)
        if as_json:
            made.add_argument("--json", action="store_true", help="print one JSON document instead of text")
        return made

    add("templates", projects.templates, "List the templates.")
    add("lessons", lessons.lessons, "List the lessons that lead through the window.")
    one = add("new", projects.new, "Make a project from a template.")
    one.add_argument("template", metavar="TEMPLATE")
    one.add_argument("-o", "--output", metavar="FILE", required=True, help="the project file to write")
    one.add_argument("--force", action="store_true", help="replace the file where it exists")
    one = add("layers", projects.layers, "List all layers, or explain one.")
    one.add_argument("name", metavar="NAME", nargs="?")
    one = add("check", projects.check, "Show all problems, and shape, parameters and work of every node.")
    one.epilog = (
        "“Without the head” counts all but the last layer before each answer: what transfer learning keeps when the "
        "task changes."
    )
    one.add_argument("project", metavar="PROJECT")
    one = add("code", projects.code, "Print the generated PyTorch source.", as_json=False)
    one.add_argument("project", metavar="PROJECT")
    one.add_argument("--script", action="store_true", help="a stand-alone training script instead of the module alone")
    one.add_argument("-o", "--output", metavar="FILE", help="write it there; with --script the data go beside it")
    _add_train(add("train", runs.train, "Train a project; Ctrl+C stops after saving."))
    one = add("runs", runs.runs, "List runs.")
    one.add_argument("folder", metavar="DIR", nargs="?", help="a folder of runs; else those beside the projects here")
    one = add("health", health.health, "Show how every layer of a run fares: values, gradients, how fast weights move.")
    _add_run(one)
    health.options(one)
    for name, about in (("pause", "Pause a running training."), ("stop", "Stop a running training after saving.")):
        one = add(name, getattr(runs, name), about)
        _add_run(one)
    commands.choices["pause"].add_argument("--off", action="store_true", help="go on instead")
    commands.choices["stop"].add_argument("--after-epoch", action="store_true", help="finish the epoch first")
    one = add("test", results.test, "Test a run on the held-out part.")
    _add_run(one)
    one.add_argument("--part", choices=("test", "validation", "train"), default="test")
    one.add_argument(
        "--samples",
        metavar="FILE.png",
        help="write the pictures that it makes there: a sheet of a generator, reconstructions, the end of a game",
    )
    one = add("predict", results.predict, "Answer for a file: a picture, a CSV table, or JSON values.")
    _add_run(one)
    one.add_argument("--input", metavar="FILE", required=True)
    one.add_argument("--onnx", metavar="FILE", help="an exported file to answer beside PyTorch")
    one = add("peek", peeking.peek, "Let one item flow through and show what every node gives.")
    _add_peek(one)
    one = add("export", results.export, "Export a run, proven equal to what was trained.")
    _add_run(one)
    one.add_argument("-o", "--output", metavar="FILE", required=True)
    one.add_argument(
        "--format", choices=("onnx", "python", "bundle"), help="else by the ending: .onnx, .py, or .kit for a folder"
    )
    one = add("picture", pictures.picture, "Draw the network as a picture.")
    one.add_argument("project", metavar="PROJECT")
    one.add_argument("-o", "--output", metavar="FILE", required=True, help="its ending says PNG, SVG or PDF")
    one.add_argument("--theme", choices=("dark", "light"), default="light")
    one.add_argument("--scale", type=float, default=2.0, help="pixels per unit, 0.5 to 4")
    one = add("diff", comparing.diff, "Show what differs between two projects, or two runs and what came of them.")
    one.add_argument("one", metavar="A", help="a project file, a run's folder, or the beginning of its id")
    one.add_argument("two", metavar="B", help="the same, compared with the first")
    one.add_argument("--runs", metavar="DIR", help="where to look for runs; else beside the projects of this folder")
    return parser


def _add_peek(one: argparse.ArgumentParser) -> None:
    one.add_argument("project", metavar="PROJECT")
    one.add_argument("--node", metavar="NAME", help="only this node and what it depends on, with time and memory")
    one.add_argument("--item", type=int, default=0, metavar="N", help="which item of the data, counted from 0")
    one.add_argument("--run", metavar="RUN", help="whose weights; else the newest run beside the project that fits")
    one.add_argument("--untrained", action="store_true", help="random weights, whatever runs there are")
    one.add_argument("--runs", metavar="DIR", help="where to look for runs")
    one.add_argument("--network", metavar="NAME", help="else the project's first one")
    one.add_argument("--inside", metavar="BLOCK", help="the id of a block to look into; block/block for deeper ones")


def _add_run(one: argparse.ArgumentParser) -> None:
    one.add_argument("run", metavar="RUN", help="a run's folder, or the beginning of its id")
    one.add_argument("--runs", metavar="DIR", help="where to look for it; else beside the projects of this folder")


def _add_train(one: argparse.ArgumentParser) -> None:
    one.add_argument("project", metavar="PROJECT")
    one.add_argument("--epochs", type=int, metavar="N")
    one.add_argument("--device", metavar="D", help="auto, cpu, cuda or mps")
    one.add_argument("--seed", type=int, metavar="S")
    one.add_argument("--runs", metavar="DIR", help="where the run is kept; else NAME.runs beside the project")
    one.add_argument("--name", default="", help="what the run is called")
    one.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a setting for this run: recipe.optimizer.lr=0.01, graph.conv_1.filters=16, data.seed=3",
    )
    one.add_argument("--folds", type=int, metavar="K", help="K-fold cross-validation instead of one run")
    one.add_argument("--resume", metavar="RUN", help="go on with a run exactly where it ended")


if __name__ == "__main__":
    sys.exit(main())

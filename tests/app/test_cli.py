"""The command line: every command does its job, gives one JSON document where asked, and never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import terminal
from app.cli import build_parser, main
from app.jobs.printing import finite
from engine.project import load, save
from engine.runs import list_runs
from engine.templates import new_from_template, templates

REPO = Path(__file__).resolve().parents[2]
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Runs a command in an empty folder; gives its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAMINA_DATA", str(tmp_path / "data"))  # other tests leave drafts with runs

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    path = tmp_path / "iris.lamina"
    value = new_from_template("mlp-iris")
    save(replace(value, recipe={**value.recipe, "epochs": 3, "device": "cpu"}), path)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run beside its project."""
    folder = tmp_path_factory.mktemp("trained")
    value = new_from_template("mlp-iris")
    save(replace(value, recipe={**value.recipe, "epochs": 12, "device": "cpu"}), folder / "iris.lamina")
    assert main(["train", str(folder / "iris.lamina"), "--name", "first"]) == 0
    return folder


COMMANDS = (
    "templates",
    "new",
    "layers",
    "check",
    "code",
    "train",
    "runs",
    "pause",
    "stop",
    "test",
    "predict",
    "export",
    "picture",
)


def test_the_commands_are_those_and_each_explains_itself(told: Told) -> None:
    (actions,) = [one for one in build_parser()._actions if hasattr(one, "choices") and one.choices]
    assert set(COMMANDS) <= set(actions.choices)  # type: ignore[arg-type]
    for name in actions.choices:  # type: ignore[union-attr]
        code, out, err = told(name, "--help")
        assert code == 0 and out.startswith(f"usage: lamina {name}") and not err
    assert told("--help")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--"],
        ["--nonsense"],
        ["new"],
        ["new", "mlp-iris"],
        ["train"],
        ["train", "a", "--epochs", "many"],
        ["export", "a"],
        ["test", "a", "--part", "all"],
        ["a", "b"],
    ],
)
def test_wrong_use_is_two(told: Told, words: list[str]) -> None:
    code, out, err = told(*words)
    assert code == 2 and not out and err


BAD: list[tuple[list[str], str]] = [
    (["gone.lamina"], "There is no file gone.lamina"),
    (["check", "gone.lamina"], "There is no file"),
    (["check", "."], "is a folder"),
    (["check", "broken.lamina"], "line 1, column"),
    (["check", "noproject.json"], "not a Lamina project"),
    (["code", "broken.lamina"], "not valid JSON"),
    (["code", "empty.lamina"], "not finished"),
    (["code", "iris.lamina", "-o", "no/such/x.py"], "does not exist"),
    (["new", "no-such", "-o", "x.lamina"], "There is no template 'no-such'"),
    (["new", "mlp-iris", "-o", "iris.lamina"], "exists already"),
    (["new", "mlp-iris", "-o", "no/such/x.lamina"], "does not exist"),
    (["layers", "Konv2d"], "Did you mean"),
    (["train", "gone.lamina"], "There is no file"),
    (["train", "empty.lamina"], "cannot be trained yet"),
    (["train", "iris.lamina", "--set", "recipe.epochs"], "PATH=VALUE"),
    (["train", "iris.lamina", "--set", "recipe.speed=3"], "There is no setting 'recipe.speed'"),
    (["train", "iris.lamina", "--set", "graph.lost_1.features=3"], "no node 'lost_1'"),
    (["train", "iris.lamina", "--set", "recipe.optimizer.lr=fast"], "Learning rate needs"),
    (["train", "iris.lamina", "--epochs", "0"], "Epochs needs"),
    (["train", "iris.lamina", "--device", "banana"], "Device needs"),
    (["train", "iris.lamina", "--resume", "abc"], "abc"),
    (["runs", "nowhere"], "There is no folder nowhere"),
    (["test", "abcdef"], "abcdef"),
    (["pause", "abcdef"], "abcdef"),
    (["stop", "abcdef"], "abcdef"),
    (["predict", "abcdef", "--input", "x.csv"], "abcdef"),
    (["export", "abcdef", "-o", "x.onnx"], "abcdef"),
    (["picture", "iris.lamina", "-o", "x.png", "--scale", "99"], "from 0.5 to 4"),
    (["picture", "gone.lamina", "-o", "x.png"], "There is no file"),
]


@pytest.mark.parametrize(("words", "said"), BAD, ids=[" ".join(words) for words, _ in BAD])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_failure_is_one_sentence(told: Told, iris: Path, words: list[str], said: str, as_json: bool) -> None:
    Path("broken.lamina").write_text('{"format": 1,')
    Path("noproject.json").write_text("{}")
    value = load(iris)
    save(value.with_graph(replace(value.graph, nodes={}, edges=())), "empty.lamina")
    if as_json and words[0] in ("gone.lamina", "code"):
        pytest.skip("has no JSON")
    code, out, err = told(*words, *(["--json"] if as_json else []))
    assert code == 1 and said in err
    if as_json:
        assert said in json.loads(out)["error"]
    else:
        assert not out
    assert len([line for line in err.split("\n") if line.startswith("lamina: ")]) == 1


def test_training_with_errors_lists_them_all(told: Told, iris: Path) -> None:
    value = load(iris)
    linear = [name for name, node in value.graph.nodes.items() if node.layer == "Linear"]
    nodes = {**value.graph.nodes, linear[0]: replace(value.graph.nodes[linear[0]], params={"features": 0})}
    save(replace(value.with_graph(replace(value.graph, nodes=nodes)), recipe={**value.recipe, "epochs": -1}), iris)
    code, _, err = told("train", iris)
    assert code == 1 and linear[0] in err and "Epochs needs" in err


def test_lists_are_complete_and_one_json_document(told: Told) -> None:
    code, out, _ = told("templates", "--json")
    assert code == 0 and {one["name"] for one in json.loads(out)} == {one.name for one in templates()}
    assert all(one.name in told("templates")[1] for one in templates())
    found = json.loads(told("layers", "--json")[1])
    linear = next(one for one in found if one["name"] == "Linear")
    assert linear["inputs"][0]["name"] == "x" and "features" in [one["name"] for one in linear["settings"]]
    assert json.loads(told("layers", "Linear", "--json")[1]) == linear
    shown = told("layers", "linear")[1]
    assert "features" in shown and "usually 64" in shown
    assert "Linear" in told("layers")[1]


def test_a_project_is_made_checked_shown_and_drawn(told: Told) -> None:
    code, out, _ = told("new", "mlp-iris", "-o", "a.lamina", "--json")
    assert code == 0 and json.loads(out)["project"] == "a.lamina"
    assert told("new", "mlp-iris", "-o", "a.lamina", "--force")[0] == 0
    code, out, _ = told("check", "a.lamina", "--json")
    found = json.loads(out)
    assert code == 0 and found["ok"] and found["problems"] == [] and found["parameters"] > 0 and len(found["nodes"]) > 3
    assert "No problems." in told("check", "a.lamina")[1]
    code, out, _ = told("code", "a.lamina")
    compile(out, "a.py", "exec")
    assert told("code", "a.lamina", "-o", "a.py")[0] == 0 and Path("a.py").read_text() == out
    assert told("code", "a.lamina", "--script", "-o", "s.py")[0] == 0 and Path("s.npz").exists()


def test_a_project_with_problems_fails_the_check(told: Told, iris: Path) -> None:
    value = load(iris)
    save(value.with_graph(replace(value.graph, edges=value.graph.edges[1:])), iris)
    code, out, _ = told("check", iris, "--json")
    assert code == 1 and not json.loads(out)["ok"]
    code, out, _ = told("check", iris)
    assert code == 1 and "error" in out and "Repairs:" in out


def test_the_network_is_drawn(iris: Path) -> None:
    done = shell("picture", iris, "-o", iris.with_suffix(".png"), "--scale", "1", "--json", QT_QPA_PLATFORM="offscreen")
    found = json.loads(done.stdout)
    assert (
        done.returncode == 0 and found["width"] > 100 and iris.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    )


def shell(*words: object, **env: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, as a person types it."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPO,
        env={**os.environ, **env},
        timeout=120,
    )


def test_it_works_as_a_program_on_a_terminal_that_knows_ascii_only() -> None:
    done = shell("layers", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0 and "Linear" in done.stdout and not done.stderr
    done = shell("check", "/no/such", "--json")
    assert done.returncode == 1 and "no file" in json.loads(done.stdout)["error"] and "Traceback" not in done.stderr


def test_who_reads_our_output_may_go_away() -> None:
    line = f"{sys.executable} -m app.cli layers | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, cwd=REPO)
    assert "Traceback" not in done.stderr


def test_json_has_no_numbers_that_json_lacks() -> None:
    assert finite({"a": [float("nan"), 1.0], "b": (float("inf"),)}) == {"a": [None, 1.0], "b": [None]}


# ---- runs --------------------------------------------------------------------------------------------------------


def test_a_finished_run_is_listed_tested_asked_and_exported(
    told: Told, trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(trained)
    (found,) = json.loads(told("runs", "--json")[1])
    assert found["state"] == "finished" and found["name"] == "first" and found["epoch"] == 12
    assert found["id"] in told("runs")[1] and found["id"] in told("runs", trained / "iris.runs")[1]
    ref = found["id"][:8]
    code, out, _ = told("test", ref, "--json")
    (output,) = json.loads(out)["outputs"]
    assert code == 0 and 0.3 <= output["metrics"]["accuracy"] <= 1
    terminal.confusion(output["classes"], output["confusion"])
    assert "mix-ups" in capsys.readouterr().out
    columns = [one.name for one in load(trained / "iris.lamina").data.fields if one.role == "input"]
    Path("flowers.csv").write_text(",".join(columns) + "\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n")
    code, out, _ = told("predict", ref, "--input", "flowers.csv", "--json")
    assert code == 0 and len(json.loads(out)["items"]) == 2
    terminal.answers(json.loads(out))
    assert capsys.readouterr().out.count("%") == 2
    Path("few.csv").write_text(columns[0] + "\n5.1\n")
    code, _, err = told("predict", ref, "--input", "few.csv")
    assert code == 1 and columns[1] in err
    code, out, _ = told("export", ref, "-o", "iris.onnx", "--json")
    assert code == 0 and json.loads(out)["items"] > 0 and Path("iris.onnx").exists()
    terminal.proof(Path("iris.onnx"), json.loads(out))
    assert "largest difference" in capsys.readouterr().out
    code, _, err = told("export", ref, "-o", "iris.zip")
    assert code == 1 and ".onnx" in err
    code, _, err = told("pause", ref)
    assert code == 1 and "not running; it is finished" in err


def test_an_id_that_fits_two_runs_is_refused(told: Told, trained: Path, tmp_path: Path) -> None:
    (run,) = list_runs(trained / "iris.runs")
    for ending in ("aa", "bb"):
        shutil.copytree(run.folder, tmp_path / "x.runs" / f"{run.id[:6]}{ending}")
    code, _, err = told("test", run.id[:6])
    assert code == 1 and run.id[:6] in err and f"{run.id[:6]}aa" in err


def test_settings_of_the_command_line_reach_the_run(told: Told, iris: Path) -> None:
    code, out, _ = told(
        "train",
        iris,
        "--epochs",
        "2",
        "--seed",
        "5",
        "--set",
        "recipe.optimizer.lr=0.02",
        "--runs",
        "elsewhere",
        "--json",
    )
    found = json.loads(out)
    assert code == 0 and found["epoch"] == 2 and Path(found["folder"]).parent.name == "elsewhere"
    kept = load(Path(found["folder"]) / "project.lamina")
    assert (kept.recipe["seed"], kept.recipe["optimizer"]["lr"]) == (5, 0.02)
    assert load(iris).recipe["epochs"] == 3  # the project itself stays


def test_folds_print_a_table(told: Told, iris: Path) -> None:
    code, _, err = told("train", iris, "--folds", "1")
    assert code == 1 and "from 2" in err
    code, out, _ = told("train", iris, "--folds", "2", "--epochs", "2")
    assert code == 0 and out.startswith("Output") and "accuracy" in out and "±" in out


def test_a_run_is_paused_let_go_and_stopped(told: Told, iris: Path) -> None:
    """The training in a thread of its own, the commands beside it, as in two terminals."""
    ended: list[int] = []
    worker = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "train", str(iris), "--epochs", "1000000", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPO,
    )
    reader = threading.Thread(target=lambda: ended.append(worker.wait()))
    reader.start()
    folder = iris.with_suffix(".runs")
    state = waits(folder, "running")
    assert told("pause", state["id"])[0] == 0
    waits(folder, "paused")
    assert told("pause", state["id"], "--off", "--json")[0] == 0
    waits(folder, "running")
    code, out, _ = told("stop", state["id"], "--json")
    assert code == 0 and json.loads(out) == {"id": state["id"], "request": "stop"}
    waits(folder, "stopped")
    reader.join(30)
    assert ended == [0] and json.loads(worker.stdout.read())["state"] == "stopped"  # type: ignore[union-attr]
    worker.stdout.close()  # type: ignore[union-attr]
    code, out, _ = told("train", iris, "--resume", state["id"], "--epochs", "1", "--json")
    assert code in (0, 1) and "Traceback" not in out


def waits(folder: Path, state: str, seconds: float = 60) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for run in list_runs(folder) if folder.is_dir() else []:
            info = run.info()
            assert info.state not in ("failed", "lost"), info.message
            if info.state == state and info.epoch >= 1:
                return {"id": info.id}
        time.sleep(0.05)
    raise AssertionError(f"no run is {state}")

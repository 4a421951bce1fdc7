"""Two runs side by side: what was trained and what came of it, in the window's words and on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from engine import runs, store
from engine.compare import compare
from engine.compare_runs import Result, compare_runs
from engine.edits import remove, set_param
from engine.errors import UserError
from engine.project import Project, save
from engine.templates import new_from_template


def made(
    folder: Path, project: Project, name: str, epochs: list[tuple[float, float]], best: int = 0, **options: object
) -> runs.Run:
    """A finished run with a loss and an accuracy for each epoch, as a worker leaves it."""
    run = runs.create(project, folder, name, options)
    values = list(enumerate(epochs, 1))
    rows = [(at, "validation", "loss", loss) for at, (loss, _) in values]
    rows += [(at, "validation", "accuracy", right) for at, (_, right) in values]
    rows += [(at, part, key, 0.5) for at, _ in values for part, key in (("train", "loss"), ("train", "accuracy"))]
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        store.put_epochs(connection, rows)
        store.beat(connection, state="finished", epoch=len(epochs), epochs=len(epochs), seconds=12.0 * len(epochs))
        about: dict[str, object] = {"parameters": 100 * len(epochs), "device": "cpu"}
        if best:
            about["best"] = {"metric": "loss", "value": epochs[best - 1][0], "epoch": best}
        store.put_info(connection, about)
    return run


@pytest.fixture
def pair(tmp_path: Path) -> tuple[runs.Run, runs.Run]:
    before = new_from_template("resnet-digits")
    graph = remove(set_param(before.graph, "conv_1", "kernel", 5), ["batch_norm_2"], reconnect=True)
    after = replace(before.with_graph(graph), recipe={**before.recipe, "epochs": 77})
    after = replace(after, data=replace(after.data, seed=99))
    folder = tmp_path / "x.runs"
    one = made(folder, before, "first", [(0.9, 0.6), (0.4, 0.8), (0.5, 0.7)], best=2)
    two = made(folder, after, "second", [(0.8, 0.65), (0.3, 0.9)], device="cpu")
    two.set_result("test", {"outputs": [{"name": "digit", "metrics": {"accuracy": 0.88, "confusion": [[1]]}}]})
    return one, two


def found(pair: tuple[runs.Run, runs.Run]) -> dict[tuple[str, str], Result]:
    return {(one.name, one.part): one for one in compare_runs(*pair).results}


def test_networks_settings_and_results_of_two_runs(pair) -> None:
    both = compare_runs(*pair)
    (graph,) = both.projects.graphs
    assert [node.id for node in graph.removed] == ["batch_norm_2"] and [one.id for one in graph.changed] == ["conv_1"]
    assert both.projects.settings["recipe.epochs"][1] == 77 and both.projects.settings["data.seed"][1] == 99
    assert both.names == ("first", "second")


def test_measures_are_those_of_the_epoch_that_was_kept_with_a_verdict_by_their_direction(pair) -> None:
    results = found(pair)
    loss, accuracy = results["loss", "validation"], results["accuracy", "validation"]
    assert (loss.old, loss.new, loss.verdict) == (0.4, 0.3, 1)  # less is better
    assert (accuracy.old, accuracy.new, accuracy.verdict) == (0.8, 0.9, 1)
    assert ("accuracy", "train") not in results and results["loss", "train"].verdict == 0
    back = {(one.name, one.part): one for one in compare_runs(*reversed(pair)).results}
    assert back["loss", "validation"].verdict == back["accuracy", "validation"].verdict == -1


def test_what_only_one_run_has_is_said_to_be_missing(pair) -> None:
    tested = found(pair)["accuracy", "test"]
    assert (tested.old, tested.new, tested.verdict) == (None, 0.88, 0)
    assert ("confusion", "test") not in found(pair)


def test_facts_that_are_the_same_are_left_out(pair) -> None:
    results = found(pair)
    assert results["epochs", ""].old == 3 and results["parameters", ""].new == 200
    assert ("state", "") not in results and ("device", "") not in results
    assert results["options", ""].new == "device cpu"


def test_a_run_is_not_compared_with_itself(pair) -> None:
    with pytest.raises(UserError, match="the same run"):
        compare_runs(pair[0], pair[0])


def test_a_damaged_run_is_refused_with_a_sentence(pair) -> None:
    (pair[1].folder / "project.lamina").write_text("{")
    with pytest.raises(UserError, match="not valid JSON"):
        compare_runs(*pair)


def test_blocks_lent_settings_and_the_data_are_compared() -> None:
    one = new_from_template("resnet-digits")
    block = one.blocks["Residual block"]
    inner = next(node.id for node in block.graph.nodes.values() if node.layer == "Conv2d")
    other = replace(block, graph=set_param(block.graph, inner, "kernel", 5))
    data = replace(one.data, split=(0.5, 0.25, 0.25)).with_role(one.data.fields[0].name, "unused")
    lines = compare(one, replace(one, blocks={"Residual block": other}, data=data)).entries()
    assert lines[0].graph == "block Residual block" and lines[0].node == inner
    settings = compare(one, replace(one, data=data)).settings
    assert set(settings) == {"data.split", f"data.field.{one.data.fields[0].name}"}
    gone = compare(one, replace(one, blocks={}))
    assert any(key.startswith("block Residual block.") for key in gone.settings) == bool(block.params)


# ---- the command line ------------------------------------------------------------------------------------------------


def test_the_command_line_takes_folders_ids_and_files(pair, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = pair
    assert main(["diff", str(one.folder), two.id[:7]]) == 0
    out = capsys.readouterr().out
    assert "- Batch norm (batch_norm_2)" in out and "~ recipe.epochs" in out
    assert "loss (validation)  0.4 → 0.3, better" in out and "accuracy (test)  none → 0.88" in out
    path = tmp_path / "now.lamina"
    save(one.project(), path)
    assert main(["diff", str(path), one.id, "--runs", "x.runs"]) == 0
    assert "The two are the same" in capsys.readouterr().out
    assert main(["diff", one.id, two.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["graphs"]["main"]["removed"] == ["batch_norm_2"]
    assert {"name": "loss", "part": "validation", "old": 0.4, "new": 0.3, "verdict": "better"} in told["results"]


@pytest.mark.parametrize(
    ("name", "sentence"), [("zzzz", "There is no run 'zzzz'"), ("lost.lamina", "no file"), (".", "no run")]
)
def test_what_is_no_run_and_no_project_is_refused(pair, tmp_path, monkeypatch, capsys, name, sentence) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["diff", pair[0].id, name]) != 0
    assert sentence in capsys.readouterr().err.replace("no run in", "no run")

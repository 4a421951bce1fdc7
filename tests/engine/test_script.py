"""The stand-alone script: it runs with torch and numpy alone, on scaled targets and with the project's schedule."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.project import Project
from engine.script import script, write_data
from engine.templates import template


def made(folder: Path, value: Project, name: str = "model.py") -> Path:
    path = folder / name
    path.write_text(script(value, path.stem), encoding="utf-8")
    write_data(value, path)
    return path


def ran(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", path], capture_output=True, text=True, check=False, cwd=path.parent
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def recipe(value: Project, **changes: Any) -> Project:
    return replace(value, recipe={**value.recipe, **changes})


def test_a_classifier_learns_in_the_script(tmp_path: Path) -> None:
    said = ran(made(tmp_path, recipe(template("mlp-iris").project(), epochs=25, schedule={"type": "Cosine"})))
    losses = [float(found) for found in re.findall(r"validation loss ([\d.]+)", said)]
    assert len(losses) == 25 and losses[-1] < 0.7 * losses[0]
    assert 0 < float(re.search(r"test loss ([\d.]+)", said)[1]) < losses[0]  # type: ignore[index]
    weights = torch.load(tmp_path / "model.pt", weights_only=True)
    assert any(key.startswith("network.") for key in weights)


def test_a_regression_learns_scaled_targets_and_answers_in_their_unit(tmp_path: Path) -> None:
    said = ran(made(tmp_path, recipe(template("regression-diabetes").project(), epochs=15)))
    assert float(re.search(r"test loss ([\d.]+)", said)[1]) < 2  # type: ignore[index]  # in the raw unit it is in the thousands
    kept = torch.load(tmp_path / "model.pt", weights_only=True)
    data = np.load(tmp_path / "model.npz")
    (target,) = [name for name in data if name.startswith("target.")]
    known = data[target][data["train"]].astype(np.float64)
    assert kept["scales"][target.removeprefix("target.")] == pytest.approx((known.mean(), known.std()), rel=1e-5)
    names: dict[str, Any] = {"__name__": "model", "__file__": str(tmp_path / "model.py")}
    exec(compile((tmp_path / "model.py").read_text(), "model.py", "exec"), names)
    names["SCALES"].update(kept["scales"])
    model = names["Model"]()
    model.load_state_dict(kept["model"])
    model.eval()
    (inputs,) = [torch.from_numpy(data[name][data["test"]]) for name in data if name.startswith("input.")]
    (answers,) = model(inputs)
    truth = data[target][data["test"]]
    assert np.corrcoef(answers.detach().numpy().ravel(), truth.ravel())[0, 1] > 0.4
    assert abs(float(answers.detach().mean()) - truth.mean()) < truth.std()


@pytest.mark.parametrize(
    "schedule",
    [
        {"type": "Step", "every": 2, "gamma": 0.5},
        {"type": "Cosine", "least": 0.1},
        {"type": "OneCycle", "rise": 0.25},
        {"type": "Constant"},
    ],
)
def test_the_learning_rates_are_those_of_the_app(tmp_path: Path, schedule: dict[str, Any]) -> None:
    from engine.recipes import recipes
    from engine.recipes.schedules import learning_rate

    value = recipe(template("mlp-iris").project(), epochs=6, schedule=schedule, warmup_epochs=0)
    path = made(tmp_path, value)
    text = path.read_text().replace(
        "            optimizer.step()\n",
        "            RATES.append(optimizer.param_groups[0]['lr'])\n            optimizer.step()\n",
    )
    names: dict[str, Any] = {"__name__": "model", "__file__": str(path), "RATES": []}
    exec(compile(text, "model.py", "exec"), names)
    names["train"]()
    settings: Any = recipes.make(value.recipe)
    per_epoch = len(names["RATES"]) // 6
    expected = [
        learning_rate(settings.optimizer.lr, settings.schedule, {}, step, 6 * per_epoch, per_epoch, 0)
        for step in range(6 * per_epoch)
    ]
    assert names["RATES"] == pytest.approx(expected, rel=1e-4, abs=1e-4 * settings.optimizer.lr)


def test_plateau_warm_up_and_clipping_are_written_out() -> None:
    value = recipe(template("mlp-iris").project(), schedule={"type": "Plateau"}, warmup_epochs=2, clip_norm=0.5)
    text = script(value)
    assert "ReduceLROnPlateau" in text and "scheduler.step(measured)" in text
    assert "# the project warms up over 2 epochs" in text and "clip_grad_norm_(model.parameters(), 0.5)" in text


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW", "RMSprop"])
def test_every_optimizer_is_built_with_its_settings(optimizer: str) -> None:
    text = script(recipe(template("mlp-iris").project(), optimizer={"type": optimizer, "lr": 0.0125}))
    (line,) = [
        ast.unparse(node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "optimizer"
    ]
    found = eval(line, {"torch": torch, "model": torch.nn.Linear(1, 1)})
    assert type(found).__name__ == optimizer and found.defaults["lr"] == 0.0125


@pytest.mark.parametrize("stem", ['a"b', "a\\b", "größe", '"""', "{x}"])
def test_odd_file_names_do_no_harm(stem: str) -> None:
    compile(script(template("mlp-iris").project(), stem), "model.py", "exec")


def test_lines_fit_the_page() -> None:
    for name in ("mlp-iris", "regression-diabetes"):
        text = script(recipe(template(name).project(), schedule={"type": "OneCycle"}))
        assert [line for line in text.split("\n") if len(line) > 120] == []

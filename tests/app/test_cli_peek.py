"""`lamina peek`: a table of what every node gives, one node with its cost, other networks and insides, plain errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from engine.project import save
from engine.templates import new_from_template


@pytest.fixture
def peek(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def run(template: str, *words: object) -> tuple[int, str, str]:
        path = tmp_path / f"{template}.lamina"
        save(new_from_template(template), path)
        capsys.readouterr()
        code = main(["peek", str(path), *map(str, words)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def test_every_node_has_a_row(peek) -> None:
    code, out, _ = peek("cnn-digits", "--item", 5)
    assert code == 0
    assert out.startswith("Item 5 of 1\u2009797, 5.")
    assert "Untrained: the values are random." in out
    rows = {line.split()[0]: line for line in out.splitlines() if line.startswith(("conv", "relu", "linear"))}
    assert "32 ch × 8 × 8" in rows["conv_1"]
    assert "%" in rows["relu_1"]
    assert "right is 5" in out


def test_up_to_one_node_with_its_cost_as_json(peek) -> None:
    code, out, _ = peek("resnet-digits", "--node", "relu_2", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["nodes"]["relu_2"]["seconds"] > 0
    assert "linear_1" not in told["nodes"]
    assert told["item"]["index"] == 0


def test_inside_a_block_of_another_network(peek) -> None:
    code, out, _ = peek("dcgan", "--network", "discriminator", "--inside", "dcgan_down_1")
    assert code == 0
    assert "conv_1" in out
    assert "linear_1" not in out


def test_what_cannot_be_is_said_plainly(peek) -> None:
    code, _, err = peek("cnn-digits", "--node", "Conv 2D")
    assert code == 1
    assert "Several nodes are called “Conv 2D”: conv_1, conv_2." in err
    code, _, err = peek("cnn-digits", "--item", 5000)
    assert code == 1
    assert "There is no item 5,000." in err
    code, _, err = peek("resnet-digits", "--inside", "residual_block_1/nothing")
    assert code == 1
    assert "no block “nothing”" in err
    code, _, err = peek("dcgan", "--network", "painter")
    assert code == 1
    assert "no network called 'painter'" in err
    code, _, err = peek("cnn-digits", "--run", "zzz")
    assert code == 1
    assert "zzz" in err

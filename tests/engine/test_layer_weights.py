"""First weights, weight norm, spectral norm and low-rank learning, as the compiler writes them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn

from engine.codegen import Source, generate
from engine.graph import BlockParam
from engine.layer import Misfit, layers
from engine.layers.weights import STARTS, Started
from engine.project import Project
from engine.shapes import Image, Numbers
from tests.contracts.invent import Built, cases
from tests.engine.making import DIGITS, block, chain, graph, project

STARTED = [cls for cls in layers if issubclass(cls, Started)]
KINDS = [name for name, _ in STARTS if name != "usual"]
every_started = pytest.mark.parametrize("cls", STARTED, ids=lambda cls: cls.__name__)


def network(value: Project) -> tuple[nn.Module, Source]:
    source = generate(value)
    names: dict[str, Any] = {}
    exec(compile(source.text, "generated", "exec"), names)
    torch.manual_seed(0)
    return names[source.class_name](), source


def started(cls: type[Started], **settings: Any) -> nn.Module:
    """The module of a layer after its lines for first weights."""
    case = cases(cls)[0]
    made = Built(type(case)(case.layer.with_(**settings), case.inputs))
    lines = made_lines(case.layer.with_(**settings))
    exec("\n".join(lines), {"nn": nn, "torch": torch, "owner": made})
    return made


def made_lines(layer: Any) -> list[str]:
    found: list[str] = layer.init_lines("owner.module")
    return found


def test_many_layers_have_first_weights() -> None:
    names = {cls.__name__ for cls in STARTED}
    assert names >= {"Linear", "Conv2d", "ConvTranspose1d", "Embedding", "LSTM", "GRUCell", "FiLM", "AlibiAttention"}
    assert not made_lines(layers["Linear"]())


@every_started
def test_first_weights_do_what_they_say(cls: type[Started]) -> None:
    torch.manual_seed(0)
    for kind in KINDS:
        made = started(cls, init=kind, init_value=0.125)
        weights = [weight for weight in made.parameters() if weight.dim() > 1]
        assert weights, kind
        for weight in weights:
            assert torch.isfinite(weight).all()
            if kind in ("zeros", "constant"):
                assert (weight == (0.125 if kind == "constant" else 0.0)).all()
            if kind == "truncated":
                assert weight.std() < 0.25
            if kind == "orthogonal":
                flat = weight.flatten(1)
                flat = flat if flat.shape[0] <= flat.shape[1] else flat.T
                torch.testing.assert_close(flat @ flat.T, torch.eye(len(flat)), rtol=0, atol=1e-4)


@pytest.mark.parametrize("wrap", ["weight norm", "spectral norm"])
@pytest.mark.parametrize("name", ["Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d"])
def test_wrapped_layers_start_and_stay_in_check(wrap: str, name: str) -> None:
    torch.manual_seed(0)
    made = started(layers[name], wrap=wrap, init="constant", init_value=0.25)
    weight = made.module.weight.detach()
    if wrap == "weight norm":
        torch.testing.assert_close(weight, torch.full_like(weight, 0.25))
    else:
        made.train()
        for _ in range(30):
            weight = made.module.weight.detach()
        rows = weight.transpose(0, 1) if name.startswith("ConvTranspose") else weight
        assert torch.linalg.matrix_norm(rows.flatten(1), 2) == pytest.approx(1, abs=1e-3)
    twin = copy.deepcopy(made)
    assert set(twin.state_dict()) == set(made.state_dict())


def test_weight_norm_cannot_start_at_zero() -> None:
    with pytest.raises(Misfit, match="cannot start at zero"):
        layers["Linear"](wrap="weight norm", init="zeros").shape(Numbers(8))


def test_low_rank_learning_needs_channels_that_see_each_other() -> None:
    with pytest.raises(Misfit, match="Low-rank learning"):
        layers["Conv2d"](lora_rank=2, groups=2, filters=4).shape(Image(4, 8, 8))


def test_low_rank_learning_starts_as_the_layer_and_changes_only_the_waist() -> None:
    value = chain(("Linear", {"features": 3, "lora_rank": 2, "init": "xavier"}))
    made, source = network(value)
    assert "class LowRank(nn.Module)" in source.text
    assert "nn.init.xavier_uniform_(self.layer_1.base.weight)" in source.text
    x = torch.randn(5, 2)
    torch.testing.assert_close(made(x), made.layer_1.base(x))
    before = {name: weight.clone() for name, weight in made.named_parameters()}
    optimizer = torch.optim.SGD([weight for weight in made.parameters() if weight.requires_grad], lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        made(x).square().sum().backward()
        optimizer.step()
    changed = {name for name, weight in made.named_parameters() if not torch.equal(weight, before[name])}
    assert changed == {"layer_1.down.weight", "layer_1.up.weight"}


def test_first_weights_are_written_where_the_module_is_built() -> None:
    made, source = network(chain(("Linear", {"features": 3, "init": "constant", "init_value": 0.5})))
    assert (made.layer_1.weight == 0.5).all()
    numbers = [number for number, node in source.lines.items() if node == "layer_1"]
    lines = source.text.splitlines()
    assert any("nn.init.constant_(self.layer_1.weight, 0.5)" in lines[number - 1] for number in numbers)
    plain = generate(chain(("Linear", {"features": 3})))
    assert "LowRank" not in plain.text
    assert "nn.init" not in plain.text


def test_wrapped_convolutions_compile_in_a_network() -> None:
    value = chain(
        ("Conv2d", {"filters": 4, "wrap": "spectral norm"}),
        ("Conv2d", {"filters": 4, "wrap": "weight norm", "lora_rank": 1, "init": "orthogonal"}),
        "Flatten",
        ("Linear", {"features": 10}),
        fields=DIGITS,
    )
    made, _ = network(value)
    assert made(torch.randn(2, 1, 8, 8)).shape == (2, 10)


def test_a_block_lends_its_setting_to_the_first_weights() -> None:
    inner = graph(
        {
            "block_input_1": "BlockInput",
            "linear_1": ("Linear", {"features": "=wide", "init": "truncated", "lora_rank": "=rank"}),
            "block_output_1": "BlockOutput",
        },
        "block_input_1 > linear_1",
        "linear_1 > block_output_1",
    )
    one = block("Waist", inner, BlockParam("wide", 4), BlockParam("rank", 2))
    drawn = graph(
        {
            "input_1": "TableInput",
            "waist_1": "block:Waist",
            "linear_1": ("Linear", {"features": 3}),
            "loss_1": "CrossEntropy",
        },
        "input_1 > waist_1.block_input_1",
        "waist_1.block_output_1 > linear_1",
        "linear_1 > loss_1",
    )
    made, _ = network(project(drawn, blocks=[one]))
    assert made(torch.randn(2, 2)).shape == (2, 3)
    assert made.waist_1.linear_1.down.weight.shape == (2, 2)

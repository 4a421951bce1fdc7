"""What layers mean, beyond shapes: positions, masks, gates, experts, windows and functions do what their help says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor as TorchTensor
from torch import nn
from torch.nn import functional as F

from engine.layer import Misfit, layers
from engine.shapes import Anything, Category, Image, Mask, Numbers, Sequence, Signal, Tensor, Tokens, Volume
from tests.contracts.invent import Built, Case


def built(name: str, settings: dict[str, Any] | None = None, **inputs: Tensor) -> Built:
    torch.manual_seed(0)
    made = Case(layers[name](**(settings or {})), {port: (x,) for port, x in inputs.items()})
    made.shapes()
    return Built(made)


def close(one: TorchTensor, two: TorchTensor) -> None:
    torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)


# ---- attention ---------------------------------------------------------------------------------------------------


def test_rotary_positions_only_know_distances() -> None:
    turn = built("RotaryPositions", sequence=Sequence(9, 8))
    query, key = torch.randn(8), torch.randn(8)
    (left,), (right,) = turn(query.expand(1, 9, 8)), turn(key.expand(1, 9, 8))
    products = left[0] @ right[0].T
    for distance in range(-4, 5):
        row = products.diagonal(distance)
        close(row, row[:1].expand_as(row))
    assert products[0, 0] != pytest.approx(float(products[0, 3]))


def test_as_many_groups_as_heads_is_the_usual_attention() -> None:
    sequence = Sequence(5, 8)
    grouped = built("GroupedQueryAttention", {"groups": 4, "rotary": False, "causal": True}, sequence=sequence)
    usual = nn.MultiheadAttention(8, 4, bias=False, batch_first=True)
    part = grouped.module
    usual.in_proj_weight.data = torch.cat([part.query.weight, part.key.weight, part.value.weight]).detach()
    usual.out_proj.weight.data = part.join.weight.detach()
    x = torch.randn(2, 5, 8)
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    close(grouped(x)[0], usual(x, x, x, attn_mask=later)[0])


@pytest.mark.parametrize("name", ["GroupedQueryAttention", "AlibiAttention"])
@pytest.mark.parametrize("causal", [True, False])
def test_masked_and_later_steps_change_nothing(name: str, causal: bool) -> None:
    made = built(name, {"causal": causal}, sequence=Sequence(6, 8), mask=Mask(6))
    x, mask = torch.randn(2, 6, 8), torch.ones(2, 6, dtype=torch.bool)
    mask[:, 4:] = False
    changed = x.clone()
    changed[:, 4:] += 1
    close(made(x, mask)[0][:, :4], made(changed, mask)[0][:, :4])
    everything = torch.ones_like(mask)
    later = x.clone()
    later[:, 3:] += 1
    same = torch.allclose(made(x, everything)[0][:, :3], made(later, everything)[0][:, :3], atol=1e-6)
    assert same == causal


def test_alibi_prefers_near_steps() -> None:
    made = built("AlibiAttention", {"heads": 1, "causal": False}, sequence=Sequence(6, 8))
    with torch.no_grad():
        made.module.mix.weight[:16] = 0  # all steps are equally fitting, only distance counts
        made.module.mix.weight[16:] = torch.eye(8)
        made.module.join.weight.copy_(torch.eye(8))
    share = made(torch.eye(8)[:6].unsqueeze(0))[0][0, 0, :6]
    assert (share[:-1] > share[1:]).all()


def test_links_of_attention_are_a_causal_mask() -> None:
    three = {name: Sequence(6, 8) for name in ("query", "key", "value")}
    linked = built("ScaledDotProductAttention", **three, links=Anything(6, 6, names=("", ""), element="mask"))
    causal = built("ScaledDotProductAttention", {"causal": True}, **three)
    mask = built("CausalMask", steps=Sequence(6, 8))
    x = [torch.randn(2, 6, 8) for _ in range(3)]
    close(linked(*x, mask(x[0])[0])[0], causal(*x)[0])


def test_a_local_mask_looks_so_many_steps_back() -> None:
    seen = built("CausalMask", {"window": 2}, steps=Tokens(4, classes=9))(torch.zeros(1, 4, dtype=torch.long))[0][0]
    assert seen.int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]


def test_padding_does_not_count_in_the_mean() -> None:
    ids = torch.tensor([[4, 2, 0, 0], [1, 1, 1, 1]])
    mask = built("PaddingMask", ids=Tokens(4, classes=9))(ids)[0]
    x = torch.randn(2, 4, 3)
    found = built("MaskedMean", sequence=Sequence(4, 3), mask=Mask(4))(x, mask)[0]
    close(found, torch.stack([x[0, :2].mean(0), x[1].mean(0)]))


def test_an_encoder_with_its_decoder_is_that_of_torch() -> None:
    made = built(
        "FullTransformer",
        {"heads": 2, "feedforward": 12, "dropout": 0.0, "causal": True},
        source=Sequence(5, 8),
        sequence=Sequence(4, 8),
    )
    usual = nn.Transformer(8, 2, 2, 2, 12, 0.0, batch_first=True)
    usual.load_state_dict(made.module.state_dict())
    source, sequence = torch.randn(2, 5, 8), torch.randn(2, 4, 8)
    later = torch.ones(4, 4, dtype=torch.bool).triu(1)
    close(made(source, sequence)[0], usual(source, sequence, tgt_mask=later))


# ---- parts -------------------------------------------------------------------------------------------------------


def test_one_of_one_expert_is_that_expert_and_shares_add_up() -> None:
    x = torch.randn(3, 8)
    one = built("MixtureOfExperts", {"experts": 1, "chosen": 1}, x=Numbers(8))
    close(one(x)[0], one.module.experts[0](x))
    made = built("MixtureOfExperts", {"experts": 4, "chosen": 2}, x=Numbers(8))
    for row in x:
        scores = made.module.route(row).softmax(-1)
        best = scores.topk(2)
        shares = best.values / best.values.sum()
        wanted = sum(share * made.module.experts[i](row) for share, i in zip(shares, best.indices, strict=True))
        close(made(row.unsqueeze(0))[0][0], wanted)


def test_a_gate_is_swiglu() -> None:
    made = built("GatedFeedForward", {"hidden": 5}, x=Numbers(8))
    x = torch.randn(3, 8)
    gate, value = (made.module.wide.weight @ x.T).chunk(2)
    close(made(x)[0], (made.module.narrow.weight @ (F.silu(gate) * value)).T)


def test_patches_are_cut_in_reading_order() -> None:
    made = built("PatchEmbedding", {"patch": 2, "features": 4, "bias": False}, image=Image(1, 4, 6))
    with torch.no_grad():
        made.module.weight.copy_(torch.eye(4).reshape(4, 1, 2, 2))
    x = torch.arange(24.0).reshape(1, 1, 4, 6)
    assert made(x)[0][0].tolist()[1] == [2, 3, 8, 9]
    assert made(x)[0].shape == (1, 6, 4)


def test_dropped_paths_are_whole_items_and_keep_the_mean() -> None:
    made = built("DropPath", {"rate": 0.25}, x=Image(2, 3, 3)).train()
    found = made(torch.ones(4000, 2, 3, 3))[0].flatten(1)
    assert (found == found[:, :1]).all()
    assert found.mean() == pytest.approx(1, abs=0.05)
    assert (made.eval()(torch.ones(5, 2, 3, 3))[0] == 1).all()


@pytest.mark.parametrize("x", [Numbers(4), Sequence(5, 4), Signal(4, 5), Image(4, 5, 6), Volume(4, 2, 3, 5)])
def test_a_condition_scales_and_shifts_each_channel(x: Tensor) -> None:
    made = built("FiLM", x=x, condition=Numbers(3))
    data, condition = torch.randn(2, *x.dims), torch.randn(2, 3)
    scale, shift = made.module.both(condition).chunk(2, dim=1)
    found = made(data, condition)[0]
    channel = 1
    at = (lambda t: t[..., channel]) if isinstance(x, Numbers | Sequence) else (lambda t: t[:, channel])
    for item in range(2):
        close(at(found)[item], at(data)[item] * (1 + scale[item, channel]) + shift[item, channel])
    start = built("LayerScale", {"start": 0.5}, x=x)
    close(start(data)[0], data / 2)


def test_weighing_channels_looks_at_the_whole_image() -> None:
    made = built("SqueezeExcitation", image=Image(8, 4, 4))
    x = torch.randn(2, 8, 4, 4)
    ratio = made(x)[0] / x
    close(ratio, ratio[:, :, :1, :1].expand_as(ratio))
    assert ((ratio > 0) & (ratio < 1)).all()


def test_an_inverted_residual_has_a_shortcut_only_where_sizes_stay() -> None:
    for settings, shortcut in (({"filters": 8}, True), ({"filters": 8, "stride": 2}, False), ({"filters": 4}, False)):
        assert built("InvertedResidual", settings, image=Image(8, 6, 6)).module.shortcut == shortcut


def test_time_steps_are_told_apart() -> None:
    made = built("TimeStepEmbedding", {"features": 16}, step=Category(classes=1000))
    found = made(torch.arange(1000))[0]
    assert found.shape == (1000, 16)
    assert torch.cdist(found, found).add(torch.eye(1000)).min() > 1e-4


# ---- functions ---------------------------------------------------------------------------------------------------


def test_unpooling_puts_numbers_back_where_they_were() -> None:
    x = torch.randn(2, 3, 6, 6)
    pooled, places = built("MaxPool2d", {"places": True}, image=Image(3, 6, 6))(x)
    names = ("channels", "height", "width")
    undo = built("MaxUnpool2d", image=Image(3, 3, 3), places=Anything(3, 3, 3, names=names, element="token"))
    found = undo(pooled, places)[0]
    assert (found != 0).sum() == pooled.numel()
    close(found[found != 0], x[found != 0])


def test_folding_undoes_unfolding() -> None:
    x = torch.randn(2, 3, 6, 8)
    (columns,) = built("Unfold", image=Image(3, 6, 8))(x)
    close(built("Fold", {"size": (6, 8)}, signal=Signal(12, 12))(columns)[0], x)


def test_conditions_choose() -> None:
    x = torch.tensor([[-1.0, 0.0, 2.0]])
    above = built("Compare", {"operator": "greater"}, left=Numbers(3))(x)[0]
    assert above.tolist() == [[0, 0, 1]]
    chosen = built("Where", condition=Numbers(3), yes=Numbers(3), no=Numbers(3))(above, x, -10 * torch.ones(1, 3))[0]
    assert chosen.tolist() == [[-10, -10, 2]]


@pytest.mark.parametrize(
    ("equation", "left", "right", "written"),
    [
        ("ij, jk -> ik", Sequence(3, 4), Sequence(4, 5), lambda x, y: x @ y),
        ("ij, kj -> ik", Sequence(3, 4), Sequence(5, 4), lambda x, y: x @ y.mT),
        ("i, j -> ij", Numbers(3), Numbers(4), lambda x, y: x[:, :, None] * y[:, None]),
        ("ij, ij -> i", Sequence(3, 4), Sequence(3, 4), lambda x, y: (x * y).sum(2)),
    ],
)
def test_sums_over_named_axes(equation: str, left: Tensor, right: Tensor, written: Any) -> None:
    x, y = torch.randn(2, *left.dims), torch.randn(2, *right.dims)
    close(built("Einsum", {"equation": equation}, left=left, right=right)(x, y)[0], written(x, y))


MISTAKES: list[tuple[str, dict[str, Any], dict[str, Tensor], str | None, str]] = [
    ("Einsum", {"equation": "os.system"}, {"left": Numbers(3)}, None, "does not read"),
    ("Einsum", {"equation": 'i->i", __import__'}, {"left": Numbers(3)}, None, "does not read"),
    ("Einsum", {"equation": "ii -> i"}, {"left": Sequence(3, 3)}, None, "stands twice"),
    ("Einsum", {"equation": "ij -> k"}, {"left": Sequence(3, 3)}, None, "Nothing is called k"),
    ("Einsum", {"equation": "ij, jk -> ik"}, {"left": Sequence(3, 4), "right": Sequence(3, 4)}, "right", "j cannot be"),
    ("Einsum", {"equation": "i, j -> ij"}, {"left": Numbers(3)}, None, "needs 2 inputs"),
    ("Clamp", {"low": 2.0, "high": 1.0}, {"x": Numbers(3)}, None, "not below"),
    ("Clamp", {"low": None}, {"x": Numbers(3)}, None, "no limit"),
    ("Select", {"index": 3}, {"x": Numbers(3)}, "x", "no place 3"),
    ("Expand", {}, {"x": Numbers(3)}, "x", "size 1"),
    ("SplitSizes", {"sizes": (1, 3)}, {"x": Numbers(5)}, "x", "do not add up to 5"),
    ("Unflatten", {"size": (2, 3)}, {"x": Numbers(8)}, "x", "do not split"),
    ("Fold", {}, {"signal": Signal(12, 5)}, "signal", "do not make an image"),
    ("Fold", {}, {"signal": Signal(5, 12)}, "signal", "do not fill"),
    ("ChannelShuffle", {"groups": 3}, {"x": Image(8, 4, 4)}, "x", "do not divide"),
    ("MaxUnpool2d", {}, {"image": Image(3, 4, 4), "places": Image(3, 4, 4)}, "places", "places of a max pool"),
    ("FractionalMaxPool2d", {"size": 8}, {"image": Image(3, 4, 4)}, "image", "do not fit"),
    ("LSTMCell", {}, {"x": Numbers(3), "state": Numbers(8)}, "memory", "go together"),
    ("GRUCell", {}, {"x": Numbers(3), "state": Numbers(5)}, "state", "another width"),
    ("GroupedQueryAttention", {"groups": 3}, {"sequence": Sequence(4, 8)}, None, "3 groups do not divide"),
    ("GroupedQueryAttention", {"heads": 8, "groups": 8}, {"sequence": Sequence(4, 8)}, "sequence", "even number"),
    ("AlibiAttention", {"heads": 3}, {"sequence": Sequence(4, 8)}, "sequence", "3 heads do not divide"),
    ("RotaryPositions", {}, {"sequence": Sequence(4, 7)}, "sequence", "even number"),
    ("MixtureOfExperts", {"experts": 2, "chosen": 3}, {"x": Numbers(8)}, None, "too few experts"),
    ("PatchEmbedding", {"patch": 9}, {"image": Image(3, 8, 8)}, "image", "larger than the image"),
    ("SqueezeExcitation", {"ratio": 9}, {"image": Image(8, 8, 8)}, "image", "Nothing is left"),
    ("InvertedResidual", {"kernel": 4}, {"image": Image(8, 8, 8)}, None, "must be odd"),
    ("TimeStepEmbedding", {"features": 5}, {"step": Category(classes=9)}, None, "even number"),
    ("Constant", {"size": (1, 1, 1, 1, 1)}, {"like": Numbers(3)}, None, "not possible"),
    ("CosineSimilarity", {}, {"left": Numbers(3), "right": Numbers(4)}, "right", "one shape"),
    ("Where", {}, {"condition": Numbers(4), "yes": Numbers(3), "no": Numbers(3)}, "condition", "one shape"),
    (
        "ScaledDotProductAttention",
        {},
        {**{name: Sequence(4, 8) for name in ("query", "key", "value")}, "links": Sequence(4, 4)},
        "links",
        "all pairs of steps",
    ),
]


@pytest.mark.parametrize(("name", "settings", "inputs", "port", "words"), MISTAKES, ids=lambda value: str(value)[:24])
def test_mistakes_are_said(
    name: str, settings: dict[str, Any], inputs: dict[str, Tensor], port: str | None, words: str
) -> None:
    with pytest.raises(Misfit, match=words) as caught:
        Case(layers[name](**settings), {key: (x,) for key, x in inputs.items()}).shapes()
    assert caught.value.port == port
    assert caught.value.message.count("\n") == 1
    assert caught.value.message.endswith(".")

"""What single layers promise beyond the contract: the mistakes they refuse, their arithmetic, their source."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from engine.codegen import generate
from engine.data.fields import Field
from engine.dims import Sym, evaluate
from engine.edits import add
from engine.errors import UserError
from engine.graph import Graph
from engine.layer import Layer, Misfit, layers
from engine.project import DataChoice, Project
from engine.shapes import (
    Anything,
    Category,
    Image,
    Mask,
    Numbers,
    Sequence,
    Signal,
    Tensor,
    Tokens,
    Value,
    Volume,
    tensor,
)
from engine.wiring import connect
from tests.contracts.invent import Built, Case, data, dims, feed


def made(name: str, **settings: Any) -> Layer:
    return layers[name](**settings)


# ---- mistakes ----------------------------------------------------------------------------------------------------

MISTAKES: list[tuple[str, dict[str, Any], tuple[Tensor, ...], str | None, str]] = [
    ("Conv2d", {"kernel": 5}, (Image(3, 4, 9),), "image", "5 × 5 kernel does not fit"),
    ("Conv2d", {"kernel": 3, "dilation": 4}, (Image(3, 8, 8),), "image", "reaches 9 with its gaps"),
    ("Conv2d", {"groups": 2}, (Image(3, 8, 8),), "image", "2 groups do not divide the channels"),
    ("Conv2d", {"groups": 3, "filters": 32}, (Image(3, 8, 8),), None, "3 groups do not divide the filters"),
    ("Conv2d", {"kernel": 4, "same": True}, (Image(3, 8, 8),), None, "needs an odd kernel"),
    ("Conv2d", {"padding": 9, "padding_mode": "reflect"}, (Image(3, 8, 8),), "image", "too large to mirror"),
    ("Conv2d", {"padding": 9, "padding_mode": "circular"}, (Image(3, 8, 8),), "image", "too large to wrap"),
    ("Conv1d", {"kernel": 9}, (Signal(3, 8),), "signal", "9 kernel does not fit"),
    ("Conv3d", {"kernel": (1, 1, 9)}, (Volume(3, 8, 8, 8),), "volume", "1 × 1 × 9 kernel does not fit"),
    ("ConvTranspose2d", {"stride": 2, "output_padding": 2}, (Image(3, 8, 8),), None, "extra rows are too many"),
    ("ConvTranspose2d", {"padding": 20}, (Image(3, 8, 8),), "image", "Nothing is left"),
    ("ConvTranspose1d", {"groups": 5}, (Signal(3, 8),), "signal", "5 groups do not divide the channels"),
    ("DepthwiseConv2d", {"kernel": 11, "padding": 0}, (Image(3, 8, 8),), "image", "does not fit"),
    ("SeparableConv2d", {"kernel": 11, "padding": 0}, (Image(3, 8, 8),), "image", "does not fit"),
    ("MaxPool2d", {"kernel": 9}, (Image(3, 8, 8),), "image", "9 × 9 kernel does not fit"),
    ("MaxPool2d", {"kernel": 2, "padding": 2}, (Image(3, 8, 8),), None, "padding is too large"),
    ("LPPool2d", {"kernel": 9}, (Image(3, 8, 8),), "image", "does not fit"),
    ("GroupNorm", {"groups": 3}, (Image(8, 4, 4),), "x", "3 groups do not divide the channels"),
    ("GroupNorm", {"groups": 8}, (Image(8, 1, 1),), "x", "a single number"),
    ("InstanceNorm", {}, (Image(8, 1, 1),), "x", "a single number"),
    ("Softmax", {"axis": "time"}, (Image(8, 4, 4),), "x", "finds no time"),
    ("Softmax", {}, (Value(),), "x", "needs an axis"),
    ("GLU", {}, (Numbers(7),), "x", "even number"),
    ("PReLU", {"per_channel": True}, (Sequence(6, 8),), "x", "finds no channels"),
    ("RReLU", {"lower": 0.5, "upper": 0.1}, (Numbers(7),), None, "Exchange them"),
    ("Hardtanh", {"min_val": 1, "max_val": 1}, (Numbers(7),), None, "not below the highest"),
    ("ReLU", {}, (Tokens(6, classes=9),), "x", "needs numbers"),
    ("Dropout", {}, (Mask(6),), "x", "needs numbers"),
    ("Flatten", {}, (Value(),), "x", "nothing to flatten"),
    ("MultiheadAttention", {"heads": 3}, (Sequence(6, 8),), "query", "3 heads do not divide the features"),
    ("MultiheadAttention", {}, (Sequence(6, 8), Sequence(5, 8), Sequence(4, 8)), "value", "different lengths"),
    ("MultiheadAttention", {"causal": True}, (Sequence(6, 8), Sequence(5, 8)), "key", "equal lengths"),
    ("ScaledDotProductAttention", {}, (Sequence(6, 8), Sequence(6, 7), Sequence(6, 8)), "key", "different widths"),
    ("TransformerEncoderLayer", {"heads": 3}, (Sequence(6, 8),), "sequence", "heads do not divide"),
    ("TransformerEncoderLayer", {}, (Sequence(6, 8), Mask(5)), "mask", "another length"),
    ("TransformerDecoderLayer", {}, (Sequence(6, 8), Sequence(5, 4)), "memory", "different widths"),
    ("Embedding", {}, (Tokens(6),), None, "does not know how many ids"),
    ("Embedding", {"size": 5}, (Tokens(6, classes=9),), "ids", "vocabulary is too small"),
    ("Embedding", {"padding": 9}, (Tokens(6, classes=9),), None, "not in the vocabulary"),
    ("PositionalEncoding", {"steps": 5}, (Sequence(6, 8),), "sequence", "longer than Positional encoding reaches"),
    ("LearnedPositions", {"steps": 5}, (Sequence(6, 8),), "sequence", "longer than Learned positions reaches"),
    ("Add", {}, (Image(3, 8, 8), Image(3, 8, 4)), "inputs", "inputs of one shape"),
    ("Add", {}, (Numbers(3), Numbers(1)), "inputs", "inputs of one shape"),
    ("Add", {}, (Sequence(8, 8), Signal(8, 8)), "inputs", "inputs of one kind"),
    ("Add", {}, (Numbers(3),), "inputs", "at least two inputs"),
    ("Multiply", {"stretch": True}, (Image(3, 8, 8), Image(3, 2, 1)), "inputs", "cannot stretch"),
    ("Multiply", {"stretch": True}, (Image(3, 8, 8), Numbers(3)), "inputs", "same axes"),
    ("Subtract", {}, (Numbers(3), Numbers(4)), "right", "inputs of one shape"),
    ("Concatenate", {}, (Image(3, 8, 8), Image(3, 8, 4)), "inputs", "differ only in channels"),
    ("Concatenate", {"axis": "time"}, (Signal(3, 8), Signal(3, 8)), "inputs", "choose “last”"),
    ("Concatenate", {"axis": "time"}, (Numbers(3), Numbers(3)), "inputs", "finds no time"),
    ("Concatenate", {}, (Numbers(3), Sequence(3, 3)), "inputs", "inputs of one kind"),
    ("Concatenate", {}, (Category(classes=2), Category(classes=2)), "inputs", "needs an axis"),
    ("MatMul", {}, (Sequence(6, 8), Sequence(6, 8)), "right", "do not fit together"),
    ("MatMul", {}, (Image(2, 6, 8), Image(3, 8, 6)), "right", "as many tables"),
    ("MatMul", {}, (Sequence(6, 8), Numbers(8)), "right", "two tables"),
    ("Stack", {}, (Numbers(8), Numbers(7)), "inputs", "one shape"),
    ("Stack", {}, (Sequence(8, 8), Signal(8, 8)), "inputs", "one kind"),
    ("Stack", {"place": "second"}, (Value(), Value()), "inputs", "no second place"),
    ("Bilinear", {}, (Sequence(6, 8), Sequence(5, 8)), "right", "same length"),
    ("Reshape", {"size": (3, 5)}, (Numbers(16),), "x", "16 numbers do not fill 3 × 5"),
    ("Reshape", {"size": (3, -1)}, (Numbers(16),), "x", "no multiple of 3"),
    ("Reshape", {"size": (-1, -1)}, (Numbers(16),), None, "not possible"),
    ("Permute", {"order": (1, 1)}, (Sequence(6, 8),), "x", "order does not fit"),
    ("Squeeze", {}, (Image(3, 8, 8),), "x", "first axis of size 1"),
    ("Slice", {"start": 8}, (Numbers(8),), "x", "part is empty"),
    ("Split", {"parts": 3}, (Numbers(8),), "x", "8 does not split into 3 equal parts"),
    ("PixelShuffle", {"factor": 2}, (Image(3, 8, 8),), "image", "do not spread"),
    ("PixelUnshuffle", {"factor": 3}, (Image(3, 8, 8),), "image", "does not split"),
    ("Pad2d", {"left": 8, "mode": "reflect"}, (Image(3, 8, 8),), "image", "too large to mirror"),
    ("Pad1d", {"left": 9, "mode": "circular"}, (Signal(3, 8),), "signal", "too large to wrap"),
]


@pytest.mark.parametrize(("name", "settings", "inputs", "port", "words"), MISTAKES, ids=lambda value: str(value)[:30])
def test_mistakes_are_refused(
    name: str, settings: dict[str, Any], inputs: tuple[Tensor, ...], port: str | None, words: str
) -> None:
    ports = made(name, **settings).ports()
    if name in ("TransformerEncoderLayer",) or not ports[0].many:
        args = dict(zip([port.name for port in ports], inputs, strict=False))
        with pytest.raises(Misfit) as caught:
            made(name, **settings).shape(**args)
    else:
        with pytest.raises(Misfit) as caught:
            made(name, **settings).shape(*inputs)
    assert caught.value.port == port
    assert words in caught.value.message
    title, _, detail = caught.value.message.partition("\n")
    assert not title.endswith(".")
    assert detail.endswith(".")


@pytest.mark.parametrize(
    ("name", "settings"),
    [("Conv2d", {"kernel": 0}), ("Linear", {"features": 0}), ("Conv2d", {"stride": 0}), ("LSTM", {"dropout": 1.0})],
)
def test_settings_that_torch_would_take(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="needs"):
        made(name, **settings)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("Linear", Sequence(6, Sym("T"))),
        ("Linear", Numbers(8 * Sym("T"))),
        ("LSTM", Sequence(6, Sym("W"))),
        ("LayerNorm", Numbers(Sym("T"))),
        ("LearnedPositions", Sequence(Sym("T"), 8)),
    ],
)
def test_sizes_that_vary_are_refused_where_weights_need_them(name: str, x: Tensor) -> None:
    with pytest.raises(Misfit, match="changes with the data") as caught:
        made(name).shape(x)
    assert caught.value.port == made(name).ports()[0].name


def test_forward_never_names_a_setting_of_a_block() -> None:
    with pytest.raises(Misfit, match="plain numbers"):
        made("Reshape", size=(Sym("c"), -1)).shape(Numbers(8))
    with pytest.raises(Misfit, match="plain numbers"):
        made("Slice", start=Sym("c")).shape(Numbers(8))


# ---- against torch, for inputs that differ from each other -------------------------------------------------------


def compare(layer: Layer, **inputs: tuple[Tensor, ...]) -> None:
    case = Case(layer, inputs)
    built = Built(case)
    counter = FlopCounterMode(display=False)
    with counter:
        outputs = built(*feed(case, 2))
    assert [tuple(output.shape[1:]) for output in outputs] == [dims(shape) for shape in case.shapes()]
    assert sum(weight.numel() for weight in built.parameters()) == case.call("parameters")
    meta = FlopCounterMode(display=False)
    with torch.device("meta"):
        shadow = Built(case)
    with meta:
        shadow(*feed(case, 2, "meta"))
    assert meta.get_total_flops() == 2 * case.call("flops")


def test_inputs_of_different_sizes() -> None:
    query, key, value = (Sequence(6, 8),), (Sequence(5, 3),), (Sequence(5, 7),)
    compare(made("MultiheadAttention"), query=query, key=key, value=value, mask=(Mask(5),))
    compare(made("MultiheadAttention", bias=False), query=query, value=value)
    compare(made("ScaledDotProductAttention"), query=query, key=(Sequence(5, 8),), value=value, mask=(Mask(5),))
    compare(made("TransformerDecoderLayer"), sequence=query, memory=(Sequence(9, 8),), mask=(Mask(9),))
    compare(made("Bilinear", features=3), left=(Sequence(6, 8),), right=(Sequence(6, 5),))
    compare(made("MatMul"), left=(Sequence(6, 8),), right=(Sequence(8, 3),))
    compare(made("Concatenate", axis="features"), inputs=(Sequence(6, 8), Sequence(6, 3)))
    compare(made("Concatenate"), inputs=(Image(3, 4, 4), Image(5, 4, 4), Image(1, 4, 4)))
    compare(made("Concatenate", axis="depth"), inputs=(Volume(3, 4, 4, 4), Volume(3, 2, 4, 4)))
    compare(made("Multiply", stretch=True), inputs=(Image(3, 8, 8), Image(3, 1, 1)))
    compare(made("Divide", stretch=True), left=(Sequence(6, 8),), right=(Sequence(6, 1),))
    compare(made("Conv2d", kernel=(3, 1), stride=(2, 3), padding=(1, 0)), image=(Image(2, 9, 11),))
    compare(made("Slice", start=-5, stop=-1, every=2, axis="last"), x=(Image(2, 9, 11),))


@pytest.mark.parametrize("size", range(3, 12))
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(2, 2, 0), (3, 2, 1), (2, 3, 1), (3, 3, 0), (2, 5, 1), (3, 1, 1)]
)
def test_rounding_up_matches_torch(size: int, kernel: int, stride: int, padding: int) -> None:
    layer = made("MaxPool1d", kernel=kernel, stride=stride, padding=padding, ceil_mode=True)
    expected = torch.nn.MaxPool1d(kernel, stride, padding, ceil_mode=True)(torch.zeros(1, 2, size)).shape[2]
    assert layer.shape(Signal(2, size)).time == expected
    assert evaluate(layer.shape(Signal(2, Sym("T"))).time, {"T": size}) == expected


def test_last_is_the_final_state_of_both_directions() -> None:
    case = Case(made("LSTM", hidden=5, layers=2, both_directions=True), {"sequence": (Sequence(6, 8),)})
    sequence, last = Built(case).eval()(data(Sequence(6, 8), 3))
    torch.testing.assert_close(last, torch.cat([sequence[:, -1, :5], sequence[:, 0, 5:]], dim=1))


def test_masked_steps_do_not_matter() -> None:
    torch.manual_seed(0)
    case = Case(made("MultiheadAttention", heads=2), {"query": (Sequence(6, 8),), "mask": (Mask(6),)})
    built = Built(case).eval()
    x, mask = data(Sequence(6, 8), 2), torch.ones(2, 6, dtype=torch.bool)
    mask[:, 4:] = False
    other = x.clone()
    other[:, 4:] = 100.0
    torch.testing.assert_close(built(x, mask)[0][:, :4], built(other, mask)[0][:, :4])


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("MultiheadAttention", ("query",)),
        ("ScaledDotProductAttention", ("query", "key", "value")),
        ("TransformerEncoderLayer", ("sequence",)),
        ("TransformerEncoder", ("sequence",)),
        ("TransformerDecoderLayer", ("sequence", "memory")),
    ],
)
def test_later_steps_are_hidden(name: str, inputs: tuple[str, ...]) -> None:
    torch.manual_seed(0)
    case = Case(made(name, causal=True), {port: (Sequence(6, 8),) for port in inputs})
    built = Built(case).eval()
    x = data(Sequence(6, 8), 2)
    memory = data(Sequence(6, 8), 2)
    other = x.clone()
    other[:, 4:] += 10.0
    one = [memory if port == "memory" else x for port in inputs]
    two = [memory if port == "memory" else other for port in inputs]
    torch.testing.assert_close(built(*one)[0][:, :4], built(*two)[0][:, :4])
    assert not torch.allclose(built(*one)[0][:, 4:], built(*two)[0][:, 4:])


MEANINGS: list[tuple[str, dict[str, Any], tuple[Tensor, ...], Any]] = [
    ("GlobalAvgPool1d", {}, (Signal(2, 5),), lambda x: F.adaptive_avg_pool1d(x, 1).flatten(1)),
    ("GlobalAvgPool2d", {}, (Image(2, 5, 4),), lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1)),
    ("GlobalAvgPool3d", {}, (Volume(2, 5, 4, 3),), lambda x: F.adaptive_avg_pool3d(x, 1).flatten(1)),
    ("GlobalMaxPool1d", {}, (Signal(2, 5),), lambda x: F.adaptive_max_pool1d(x, 1).flatten(1)),
    ("GlobalMaxPool2d", {}, (Image(2, 5, 4),), lambda x: F.adaptive_max_pool2d(x, 1).flatten(1)),
    ("Average", {}, (Numbers(4),) * 3, lambda a, b, c: torch.stack([a, b, c]).mean(0)),
    ("Maximum", {}, (Numbers(4),) * 3, lambda a, b, c: torch.stack([a, b, c]).amax(0)),
    ("Minimum", {}, (Numbers(4),) * 3, lambda a, b, c: torch.stack([a, b, c]).amin(0)),
    ("Divide", {"guard": 1e-9}, (Numbers(4),) * 2, lambda a, b: a / b),
    ("Stack", {}, (Numbers(4),) * 2, lambda a, b: torch.stack([a, b], dim=1)),
    ("Stack", {"place": "last"}, (Sequence(4, 3),) * 2, lambda a, b: torch.stack([a, b], dim=3)),
    ("Stack", {"place": "second"}, (Image(2, 5, 4),) * 3, lambda a, b, c: torch.stack([a, b, c], dim=2)),
    ("Stack", {}, (Tokens(4, classes=9),) * 2, lambda a, b: torch.stack([a, b], dim=1)),
    ("MatMul", {}, (Image(2, 3, 4), Image(2, 4, 5)), lambda a, b: torch.einsum("bhik,bhkj->bhij", a, b)),
    ("MatMul", {"transpose": True}, (Sequence(3, 4), Sequence(5, 4)), lambda a, b: torch.einsum("bik,bjk->bij", a, b)),
    ("RowsAsSteps", {}, (Image(2, 5, 4),), lambda x: torch.stack([x[:, :, row].flatten(1) for row in range(5)], 1)),
    ("PixelsAsSteps", {}, (Image(2, 5, 4),), lambda x: torch.einsum("bchw->bhwc", x).reshape(-1, 20, 2)),
    ("LastStep", {}, (Sequence(5, 4),), lambda x: x[:, 4]),
    ("FirstStep", {}, (Sequence(5, 4),), lambda x: x[:, 0]),
    ("MeanOverSteps", {}, (Sequence(5, 4),), lambda x: x.sum(1) / 5),
    ("MaxOverSteps", {}, (Sequence(5, 4),), lambda x: x.max(1).values),
    ("Slice", {"start": 1, "stop": 4, "axis": "height"}, (Image(2, 5, 4),), lambda x: x[:, :, 1:4]),
    ("Permute", {"order": (3, 1, 2)}, (Image(2, 5, 4),), lambda x: torch.einsum("bchw->bwch", x)),
    ("ScaledDotProductAttention", {}, (Sequence(3, 4),) * 3, lambda q, k, v: ((q @ k.mT) / 2).softmax(-1) @ v),
]


@pytest.mark.parametrize(("name", "settings", "inputs", "written"), MEANINGS, ids=lambda value: str(value)[:20])
def test_expressions_mean_what_they_say(
    name: str, settings: dict[str, Any], inputs: tuple[Tensor, ...], written: Any
) -> None:
    layer = made(name, **settings)
    ports = layer.ports()
    wired = {ports[0].name: inputs} if ports[0].many else {p.name: (x,) for p, x in zip(ports, inputs, strict=False)}
    built = Built(Case(layer, wired)).eval()
    values = [data(x, 2) for x in inputs]
    torch.testing.assert_close(built(*values)[0], written(*values))


def test_stacked_inputs_are_what_people_call_them() -> None:
    for place, inputs, expected in (
        ("first", (Value(),) * 3, Numbers(3)),
        ("first", (Numbers(4),) * 2, Sequence(2, 4)),
        ("first", (Sequence(5, 4),) * 2, Image(2, 5, 4)),
        ("second", (Image(3, 5, 4),) * 6, Volume(3, 6, 5, 4)),
        ("first", (Category(classes=7),) * 2, Tokens(2, classes=7)),
        ("first", (Category(classes=7), Category(classes=9)), Tokens(2, classes=9)),
        ("first", (Category(classes=7), Category()), Tokens(2)),
    ):
        assert made("Stack", place=place).shape(*inputs) == expected


def test_noise_only_while_training() -> None:
    for name, inputs in (("GaussianNoise", ("x",)), ("NormalSample", ("mean", "log_variance"))):
        built = Built(Case(made(name), {port: (Numbers(8),) for port in inputs}))
        values = [data(Numbers(8), 2) for _ in inputs]
        assert torch.equal(built.eval()(*values)[0], values[0])
        assert not torch.equal(built.train()(*values)[0], values[0])
        assert made(name).trains_differently


ROUNDED = "(112 + 2 × 3 − 7) ÷ 4 + 1 = 28, rounded down"


# ---- words and source --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "x", "words"),
    [
        ("Conv2d", {"kernel": 7, "stride": 4, "padding": 3}, Image(3, 112, 112), ROUNDED),
        ("Conv2d", {"kernel": 3}, Image(3, 8, 8), "8 − 3 + 1 = 6"),
        ("Conv2d", {"kernel": 3, "dilation": 2, "stride": 2}, Image(3, 9, 9), "(9 − 2 × (3 − 1) − 1) ÷ 2 + 1 = 3"),
        ("Conv2d", {"kernel": (3, 1)}, Image(3, 8, 8), "8 − 3 + 1 = 6; 8 − 1 + 1 = 8"),
        ("MaxPool2d", {}, Image(3, 9, 9), "(9 − 2) ÷ 2 + 1 = 4, rounded down"),
        ("MaxPool2d", {"ceil_mode": True}, Image(3, 9, 9), "(9 − 2) ÷ 2 + 1 = 5, rounded up"),
        ("ConvTranspose2d", {"padding": 1}, Image(3, 8, 8), "(8 − 1) × 2 − 2 × 1 + 2 = 14"),
        ("Flatten", {}, Image(3, 8, 8), "3 × 8 × 8 = 192"),
    ],
)
def test_arithmetic_in_words(name: str, settings: dict[str, Any], x: Tensor, words: str) -> None:
    assert made(name, **settings).arithmetic(x) == words


def test_arithmetic_is_true() -> None:
    """The words' own numbers, computed, give the size that the rule gives."""
    for kernel in (1, 2, 3, 5):
        for stride in (1, 2, 3):
            for padding in (0, 1):
                layer = made("Conv1d", kernel=kernel, stride=stride, padding=padding)
                words, size = layer.arithmetic(Signal(2, 17)), layer.shape(Signal(2, 17)).time
                left, right = words.replace("×", "*").replace("÷", "/").replace("−", "-").split(" = ")
                assert math.floor(eval(left)) == size == int(right.split(",")[0])


@pytest.mark.parametrize(
    ("name", "settings", "inputs", "source"),
    [
        ("Conv2d", {}, (Image(3, 8, 8),), "nn.Conv2d(3, 32, kernel_size=3)"),
        ("Conv2d", {"same": True, "filters": 4}, (Image(3, 8, 8),), "nn.Conv2d(3, 4, kernel_size=3, padding=1)"),
        (
            "Conv2d",
            {"kernel": (3, 5), "filters": 8, "stride": 2},
            (Image(3, 8, 8),),
            "nn.Conv2d(3, 8, kernel_size=(3, 5), stride=2)",
        ),
        ("MaxPool2d", {}, (Image(3, 8, 8),), "nn.MaxPool2d(kernel_size=2)"),
        ("MaxPool2d", {"kernel": 3}, (Image(3, 8, 8),), "nn.MaxPool2d(kernel_size=3, stride=2)"),
        ("Linear", {"features": 10}, (Numbers(64),), "nn.Linear(64, 10)"),
        ("BatchNorm", {}, (Numbers(64),), "nn.BatchNorm1d(64)"),
        ("BatchNorm", {}, (Image(64, 4, 4),), "nn.BatchNorm2d(64)"),
        ("BatchNorm", {}, (Volume(64, 4, 4, 4),), "nn.BatchNorm3d(64)"),
        ("LayerNorm", {"over": "all"}, (Image(3, 4, 5),), "nn.LayerNorm((3, 4, 5))"),
        ("LSTM", {"layers": 2}, (Sequence(6, 8),), "nn.LSTM(8, 64, num_layers=2, batch_first=True)"),
        ("Softmax", {}, (Image(3, 8, 8),), "nn.Softmax(dim=1)"),
        ("Softmax", {}, (Sequence(3, 8),), "nn.Softmax(dim=-1)"),
        ("Embedding", {"features": 4}, (Category(classes=7),), "nn.Embedding(7, 4)"),
        ("Conv2d", {"kernel": Sym("k"), "filters": 4}, (Image(3, 8, 8),), "nn.Conv2d(3, 4, kernel_size=k)"),
        ("Linear", {"features": 2 * Sym("width")}, (Numbers(Sym("features")),), "nn.Linear(features, 2 * width)"),
    ],
)
def test_source_reads_as_one_writes_it(
    name: str, settings: dict[str, Any], inputs: tuple[Tensor, ...], source: str
) -> None:
    assert made(name, **settings).module(*inputs) == source


def test_cards_say_the_settings_that_matter() -> None:
    assert made("Conv2d", stride=2).summary() == "32 filters · 3 × 3 · stride 2"
    assert made("MaxPool2d").summary() == "2 × 2 · stride 2"
    assert made("LSTM", layers=2, both_directions=True).summary() == "64 hidden · 2 layers · both ways"
    assert made("Dropout", rate=0.25).summary() == "25 % off"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("join", "Concatenate"),
        ("dense", "Linear"),
        ("swish", "SiLU"),
        ("deconvolution", "ConvTranspose2d"),
        ("residual", "Add"),
        ("conv 2d", "Conv2d"),
        ("bn", "BatchNorm"),
        ("mse", "MSE"),
        ("self attention", "MultiheadAttention"),
    ],
)
def test_search_finds_by_synonym(text: str, name: str) -> None:
    assert name in {cls.__name__ for cls in layers.search(text)}


def test_results_have_kinds() -> None:
    assert isinstance(made("Flatten").shape(Image(3, 8, 8)), Numbers)
    assert isinstance(made("SwapTimeChannels").shape(Signal(3, 8)), Sequence)
    assert isinstance(made("SwapTimeChannels").shape(Sequence(3, 8)), Signal)
    assert isinstance(made("Embedding").shape(Tokens(6, classes=9)), Sequence)
    assert isinstance(made("Embedding").shape(Category(classes=9)), Numbers)
    assert made("ReLU").shape(tensor(2, 3, names=("height", "width"))) == Anything(2, 3, names=("height", "width"))
    assert made("Split", parts=3).output_names() == ("part_1", "part_2", "part_3")
    assert made("Add").shape(Image(3, Sym("H"), 8), Image(3, 8, 8)) == Image(3, 8, 8)


def test_two_outputs_into_one_node_keep_apart() -> None:
    series = Field("walk", "series", Sequence(6, 8))
    graph, start = add(Graph(), "SeriesInput")
    graph, split = add(graph, "Split", params={"axis": "features"})
    graph, less = add(graph, "Subtract")
    graph, end = add(graph, "Output")
    graph = connect(graph, start, split)
    graph = connect(graph, split, less, "left", "part_1")
    graph = connect(graph, split, less, "right", "part_2")
    graph = connect(graph, less, end)
    source = generate(Project(networks={"main": graph}, data=DataChoice(fields=(series,))))
    space: dict[str, Any] = {}
    exec(source.text, space)
    x = data(Sequence(6, 8), 2)
    torch.testing.assert_close(space[source.class_name]()(x), x[..., :4] - x[..., 4:])

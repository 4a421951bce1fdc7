"""Every layer of the catalogue against torch: shapes, dtypes, parameters, work, source, settings, ONNX."""

from __future__ import annotations

import ast
import copy
import inspect
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor as TorchTensor
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.data.fields import Field, category, number
from engine.dims import Sym, evaluate
from engine.edits import add
from engine.errors import UserError
from engine.graph import Graph
from engine.infer import infer
from engine.layer import SECTIONS, Layer, Misfit, layers
from engine.params import Param
from engine.run.twins import TWINS, replace_twins
from engine.shapes import Anything, Image, Sequence, Tensor, Volume
from engine.wiring import connect
from tests.contracts.invent import Built, Case, cases, data, dims, feed, walked

LAYERS = walked()
DTYPES = {"real": torch.float32, "token": torch.int64, "mask": torch.bool}
ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons"
every_layer = pytest.mark.parametrize("cls", LAYERS, ids=lambda cls: cls.__name__)
every_entry = pytest.mark.parametrize("cls", list(layers), ids=lambda cls: cls.__name__)


# ---- against torch's meta device ---------------------------------------------------------------------------------


@every_layer
def test_rules_agree_with_torch(cls: type[Layer]) -> None:
    for case in cases(cls):
        with torch.device("meta"):
            built = Built(case)
        counter = FlopCounterMode(display=False)
        with counter:
            outputs = built(*feed(case, batch=3, device="meta"))
        shapes = case.shapes()
        assert [tuple(output.shape) for output in outputs] == [(3, *dims(shape)) for shape in shapes], case.id
        assert [output.dtype for output in outputs] == [DTYPES[shape.element] for shape in shapes], case.id
        assert sum(weight.numel() for weight in built.parameters()) == case.call("parameters"), case.id
        assert counter.get_total_flops() == pytest.approx(3 * case.call("flops"), rel=0.01), case.id


@every_layer
def test_symbols_give_the_same_shapes(cls: type[Layer]) -> None:
    values = {"T": 6, "S": 12, "D": 6, "H": 12, "W": 12}
    compared = 0
    refusals: list[str] = []
    for case in cases(cls):
        symbolic = case.with_inputs(_freed)
        try:
            shapes = symbolic.shapes()
        except Misfit as error:
            refusals.append(error.message)
            continue
        compared += 1
        sizes = values | {name: _size(case, name) for name in values}
        assert [dims(shape, sizes) for shape in shapes] == [dims(shape) for shape in case.shapes()], case.id
        assert evaluate(symbolic.call("parameters"), sizes) == case.call("parameters"), case.id
        assert evaluate(symbolic.call("flops"), sizes) == case.call("flops"), case.id
        symbolic.call("arithmetic")
    assert compared, "no case takes sizes that vary"
    assert all("changes with the data" in refusal for refusal in refusals), refusals


def _freed(tensor: Tensor) -> Tensor:
    """The tensor with its free axes as symbols; a size of 1 stays, it means something else."""
    names = {"time": "T", "depth": "D", "height": "H", "width": "W"}
    return tensor.with_(
        **{name: Sym(names[name]) for name in tensor.names if name in names and getattr(tensor, name) != 1}
    )


def _size(case: Case, symbol: str) -> int:
    name = {"T": "time", "S": "time", "D": "depth", "H": "height", "W": "width"}[symbol]
    sizes = [getattr(tensor, name) for tensors in case.inputs.values() for tensor in tensors if name in tensor.names]
    return sizes[0] if sizes else 1


@every_layer
def test_blocks_may_pass_sizes_on(cls: type[Layer]) -> None:
    """With symbols for channels and features, the source builds the same module once the symbols have values."""
    for case in cases(cls):
        symbolic = case.with_inputs(_named)
        try:
            symbolic.shapes()
        except Misfit:
            continue
        known = {"c": 8, "f": 8} | _first_sizes(case)
        assert evaluate(symbolic.call("parameters"), known) == case.call("parameters"), case.id
        with torch.device("meta"):
            one, two = Built(symbolic, known), Built(case)
        assert not re.search(r"\b[cf]\b", one.source), f"forward of {case.id} names a symbol"
        assert [tuple(weight.shape) for weight in one.parameters()] == [
            tuple(weight.shape) for weight in two.parameters()
        ], case.id


def _named(tensor: Tensor) -> Tensor:
    return tensor.with_(
        **{
            name: Sym(letter)
            for name, letter in (("channels", "c"), ("features", "f"))
            if name in tensor.names and getattr(tensor, name) != 1
        }
    )


def _first_sizes(case: Case) -> dict[str, int]:
    found = {}
    for tensors in case.inputs.values():
        for tensor in tensors:
            for name in tensor.names:
                found.setdefault(name[:1], getattr(tensor, name))
    return {name: size for name, size in found.items() if name in ("c", "f")}


# ---- declarations ------------------------------------------------------------------------------------------------


def test_palette_is_rich() -> None:
    assert len(LAYERS) >= 175
    assert len({cls.label for cls in layers}) == len(layers), "two layers have one label"
    assert {cls.section for cls in layers} == set(SECTIONS)


@every_entry
def test_everything_is_explained(cls: type[Layer]) -> None:
    assert cls.label
    assert cls.help().endswith(".")
    assert len(cls.help()) < 220
    assert cls.keywords
    assert not cls.icon or (ICONS / f"{cls.icon}.svg").exists(), cls.icon
    for declared in cls.params().values():
        assert declared.label
        assert len(declared.help) > 8, declared.name
        assert declared.help[0].isupper() or declared.help[0].isdigit(), declared.name
        assert declared.help.endswith("."), declared.name


@every_entry
def test_settings_survive_json(cls: type[Layer]) -> None:
    for settings in ({}, *cls.samples):
        layer = cls(**settings)
        again = layers.make(json.loads(json.dumps(layer.to_json())))
        assert again == layer
        assert hash(again) == hash(layer)
        assert isinstance(layer.summary(), str)
        assert len(layer.summary()) < 60


@every_entry
def test_settings_out_of_range_are_refused(cls: type[Layer]) -> None:
    for declared in cls.params().values():
        for wrong in _wrong(declared):
            with pytest.raises(UserError) as caught:
                cls(**{declared.name: wrong})
            assert declared.label in caught.value.message
            assert "needs" in caught.value.message


def _wrong(declared: Param) -> Iterator[object]:
    if declared.kind not in ("text", "texts", "field", "fields", "path"):
        yield "not a number, and no choice"
    if declared.kind in ("int", "float", "size", "ints", "floats"):
        few = 2 if declared.kind == "ints" else 1
        for limit, step in ((declared.min, -1), (declared.above, 0), (declared.max, 1), (declared.below, 0)):
            if limit is not None:
                yield [limit + step] * few if declared.kind in ("ints", "floats") else limit + step
    if declared.kind in ("int", "float"):
        yield float("nan")


@every_layer
def test_source_is_plain_python(cls: type[Layer]) -> None:
    supports = {support for settings in ({}, *cls.samples) for support in cls(**settings).supports()}
    for support in supports:
        tree = ast.parse(support)
        assert len(tree.body) == 1
        assert isinstance(tree.body[0], ast.ClassDef)
        assert ast.get_docstring(tree.body[0])
        assert len(support.strip().splitlines()) <= 25
        assert max(map(len, support.splitlines())) <= 120
    for case in cases(cls):
        built = Built(case)
        ast.parse(built.source)
        if built.constructor:
            assert ast.unparse(ast.parse(built.constructor)).replace("'", '"') == built.constructor.replace("'", '"')
            assert len(built.constructor) < 260, built.constructor


@every_layer
def test_wrong_kinds_name_the_port(cls: type[Layer]) -> None:
    """Something that a port does not take, wired in a graph, is found and said of that port."""
    for port in cls.ports():
        if Anything in port.accepts:
            continue
        graph, source = _wrong_source(port.accepts)
        graph, name = add(graph, cls.__name__)
        graph = connect(graph, source, name, input=port.name)
        findings = [finding for finding in infer(graph, SCHEMA)[name].findings if finding.port == port.name]
        assert findings, port.name
        assert port.words() in findings[0].title
        assert findings[0].detail


SCHEMA = {
    field.name: field
    for field in (
        Field("picture", "image", Image(3, 12, 12)),
        Field("film", "image", Volume(3, 4, 12, 12)),
        Field("walk", "series", Sequence(6, 8)),
        number("height"),
        category("color", ("red", "green")),
    )
}
SOURCES: tuple[tuple[str, dict[str, object]], ...] = (
    ("ImageInput", {"field": "picture"}),
    ("SeriesInput", {"field": "walk"}),
    ("TableInput", {"columns": ["height"]}),
)


def _wrong_source(accepts: tuple[type[Tensor], ...]) -> tuple[Graph, str]:
    for layer, params in SOURCES:
        graph, name = add(Graph(), layer, params=params)
        tensor = infer(graph, SCHEMA).output(name, "out")
        assert tensor is not None
        if not isinstance(tensor, accepts):
            return graph, name
    graph, name = add(Graph(), "CategoryInput", params={"field": "color"})
    return graph, name


@every_layer
def test_missing_inputs_are_said(cls: type[Layer]) -> None:
    graph, name = add(Graph(), cls.__name__)
    found = {finding.port for finding in infer(graph, {})[name].findings}
    assert found >= {port.name for port in cls.ports() if not port.optional}


def test_ports_come_from_the_signature() -> None:
    for cls in LAYERS:
        assert [port.name for port in cls.ports()] == list(inspect.signature(cls.shape).parameters)[1:]


# ---- ONNX --------------------------------------------------------------------------------------------------------


class Together(nn.Module):
    """Several layers on the same inputs, which leave in one file: an export takes most of a second, large or small."""

    def __init__(self, group: list[Case]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.group = group
        self.members = nn.ModuleList(Built(case) for case in group).eval()
        _stir(self)

    def forward(self, *args: TorchTensor) -> tuple[TorchTensor, ...]:
        return tuple(output for member in self.members for output in member(*args))

    def names(self) -> list[str]:
        """For each output, the case it comes from."""
        return [case.id for case in self.group for _ in case.layer.output_names()]

    def twin(self) -> nn.Module:
        """A copy with export twins in place."""
        twins = {
            f"members.{place}.module": case.layer.export_twin()
            for place, case in enumerate(self.group)
            if case.layer.export_twin() and self.members[place].module is not None
        }
        return replace_twins(copy.deepcopy(self), twins)


def _groups() -> list[object]:
    """The first case of every layer, at most ten with the same inputs together."""
    chunks = grouped([cases(cls)[0] for cls in LAYERS if not cls.no_onnx])
    return [pytest.param(group, id="+".join(type(case.layer).__name__ for case in group)) for group in chunks]


def grouped(found: list[Case]) -> list[list[Case]]:
    """Cases with the same inputs together, at most ten."""
    alike: dict[str, list[Case]] = {}
    for case in found:
        alike.setdefault(str(list(case.inputs.values())), []).append(case)
    return [group[place : place + 10] for group in alike.values() for place in range(0, len(group), 10)]


def export(model: Together, folder: Path, free: bool = False) -> onnxruntime.InferenceSession:
    """The layers as ONNX with a free batch (on request free steps too) and twins in place."""
    inputs = feed(model.group[0])
    path = folder / "layers.onnx"
    with warnings.catch_warnings():
        # torch's exporter warns about its own internals
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.twin(),
            tuple(inputs),
            str(path),
            dynamo=True,
            dynamic_shapes=(tuple({0: "batch", **({1: "steps"} if free else {})} for _ in inputs),),
            opset_version=20,
            external_data=False,
            input_names=[f"input_{place}" for place in range(len(inputs))],
            verbose=False,
        )
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def _stir(model: nn.Module) -> None:
    """Give statistics and scales values that an exporter cannot mistake for their defaults."""
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if buffer.is_floating_point() and "running" in name:
                buffer.uniform_(0.5, 2.0)
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))


def agree(model: Together, session: onnxruntime.InferenceSession, inputs: list[TorchTensor]) -> None:
    """onnxruntime and torch give the same."""
    with torch.no_grad():
        expected = model(*inputs)
    taken = {node.name for node in session.get_inputs()}
    fed = {f"input_{place}": value.numpy() for place, value in enumerate(inputs)}
    results = session.run(None, {name: value for name, value in fed.items() if name in taken})
    for name, wanted, found in zip(model.names(), expected, results, strict=True):
        assert found.shape == tuple(wanted.shape), name
        np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-5, atol=1e-5, err_msg=name)


def check_onnx(group: list[Case], folder: Path) -> None:
    model = Together(group)
    session = export(model, folder)
    for batch in (1, 3):
        agree(model, session, feed(group[0], batch))


@pytest.mark.parametrize("group", _groups())
def test_onnx_agrees(group: list[Case], tmp_path: Path) -> None:
    try:
        check_onnx(group, tmp_path)
    except torch.onnx.OnnxExporterError:
        # say which one it is
        for case in group:
            check_onnx([case], tmp_path)
        raise


@pytest.mark.long
@every_layer
def test_onnx_agrees_for_all_samples(cls: type[Layer], tmp_path: Path) -> None:
    if cls.no_onnx:
        pytest.skip(cls.no_onnx)
    for group in grouped(cases(cls)):
        check_onnx(group, tmp_path)


FREE = [
    Case(layers[name](hidden=5, layers=2, both_directions=True), {"sequence": (Sequence(6, 8),)})
    for name in ("LSTM", "GRU", "RNN")
]


def test_recurrent_layers_leave_with_free_length(tmp_path: Path) -> None:
    model = Together(FREE)
    session = export(model, tmp_path, free=True)
    for batch, steps in ((1, 1), (5, 20), (2, 100)):
        agree(model, session, [data(Sequence(steps, 8), batch)])


def test_every_twin_exists() -> None:
    by_settings = {layers["Linear"](lora_rank=2).export_twin()}
    assert {cls.twin for cls in LAYERS if cls.twin} | by_settings == set(TWINS)

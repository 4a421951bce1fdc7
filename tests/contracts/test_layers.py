"""Every layer of the catalogue against torch: shapes, dtypes, parameters, work, source, settings, ONNX."""

from __future__ import annotations

import ast
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
from torch.utils.flop_counter import FlopCounterMode

from engine.data.fields import Field, category, number
from engine.declare import Param
from engine.errors import UserError
from engine.graph import Graph, add, connect
from engine.infer import infer
from engine.layer import SECTIONS, Layer, Misfit, layers
from engine.run.twins import TWINS, replace_twins
from engine.shapes import Anything, Image, Sequence, Sym, Tensor, Volume, evaluate
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
    assert len(LAYERS) >= 75
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
    support = cls.support
    if support:
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


def _export_cases(long: bool) -> list[object]:
    found = []
    for cls in LAYERS:
        seen = cases(cls)
        found += [pytest.param(case, id=case.id) for case in (seen[1:] if long else seen[:1])]
    return found


def export(case: Case, folder: Path, free: bool = False) -> tuple[Built, onnxruntime.InferenceSession]:
    """The layer, and its ONNX file with a free batch (on request free steps too) and twins in place."""
    torch.manual_seed(0)
    built = Built(case).eval()
    _stir(built)
    inputs = feed(case)
    exported = built
    if case.layer.twin and built.module is not None:
        exported = Built(case).eval()
        exported.load_state_dict(built.state_dict())
        replace_twins(exported, {"module": case.layer.twin})
    axes = tuple({0: "batch", **({1: "steps"} if free else {})} for _ in inputs)
    path = folder / "layer.onnx"
    with warnings.catch_warnings():
        # torch's exporter warns about its own internals
        warnings.simplefilter("ignore")
        torch.onnx.export(
            exported,
            tuple(inputs),
            str(path),
            dynamo=True,
            dynamic_shapes=(axes,),
            opset_version=20,
            external_data=False,
            input_names=built.names,
            verbose=False,
        )
    return built, onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def _stir(built: Built) -> None:
    """Give statistics and scales values that an exporter cannot mistake for their defaults."""
    with torch.no_grad():
        for name, buffer in built.named_buffers():
            if buffer.is_floating_point() and "running" in name:
                buffer.uniform_(0.5, 2.0)
        for weight in built.parameters():
            weight.add_(0.1 * torch.randn_like(weight))


def agree(built: Built, session: onnxruntime.InferenceSession, inputs: list[torch.Tensor]) -> None:
    """onnxruntime and torch give the same."""
    with torch.no_grad():
        expected = built(*inputs)
    fed = {node.name: value.numpy() for node, value in zip(session.get_inputs(), inputs, strict=True)}
    for wanted, found in zip(expected, session.run(None, fed), strict=True):
        assert found.shape == tuple(wanted.shape)
        np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", _export_cases(long=False))
def test_onnx_agrees(case: Case, tmp_path: Path) -> None:
    _check_onnx(case, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("case", _export_cases(long=True))
def test_onnx_agrees_for_all_samples(case: Case, tmp_path: Path) -> None:
    _check_onnx(case, tmp_path)


def _check_onnx(case: Case, folder: Path) -> None:
    if case.layer.no_onnx:
        pytest.skip(case.layer.no_onnx)
    built, session = export(case, folder)
    for batch in (1, 3):
        agree(built, session, feed(case, batch))


FREE = [
    Case(layers[name](hidden=5, layers=2, both_directions=True), {"sequence": (Sequence(6, 8),)})
    for name in ("LSTM", "GRU", "RNN")
]


@pytest.mark.parametrize("case", FREE, ids=lambda case: type(case.layer).__name__)
def test_recurrent_layers_leave_with_free_length(case: Case, tmp_path: Path) -> None:
    built, session = export(case, tmp_path, free=True)
    for batch, steps in ((1, 1), (5, 20), (2, 100)):
        agree(built, session, [data(Sequence(steps, 8), batch)])


def test_every_twin_exists() -> None:
    assert {cls.twin for cls in LAYERS if cls.twin} == set(TWINS)

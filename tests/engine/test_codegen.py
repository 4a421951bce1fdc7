"""The compiler: generated source computes what one writes by hand; no name breaks it or gets code into it."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.codegen import Source, generate
from engine.codetext import class_name, fitted, plain_words, variable_name
from engine.data.fields import category, number
from engine.errors import UserError
from engine.graph import Block, BlockParam, Graph
from engine.layer import layers
from engine.project import Project, dumps, loads
from tests.engine.making import DIGITS, HOUSES, IRIS, block, chain, graph, project, residual

LINEAR3 = ("Linear", {"features": 3})


def run(source: Source) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(source.text, "generated", "exec"), names)
    return names


def network(value: Project) -> tuple[nn.Module, Source]:
    source = generate(value)
    torch.manual_seed(1)
    return run(source)[source.class_name](), source


# ---- equal to hand-written modules -------------------------------------------------------------------------------


class Branches(nn.Module):
    """Two branches, a sum, a muted layer in between, a frozen one and one used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(2, 4)
        self.b = nn.Linear(2, 4)
        self.c = nn.Linear(4, 4)
        self.c.requires_grad_(False)
        self.d = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        left, right = torch.relu(self.a(x)), self.b(x)
        both = left + right + left
        return self.d(self.c(self.c(both)))


BRANCHES = project(
    graph(
        {
            "in_1": "TableInput",
            "a_1": ("Linear", {"features": 4}),
            "relu_1": "ReLU",
            "b_1": ("Linear", {"features": 4}),
            "tanh_1": ("Tanh", {"~muted": True}),
            "add_1": "Add",
            "c_1": ("Linear", {"features": 4, "~frozen": True}),
            "c_2": ("Linear", {"features": 4, "~shares": "c_1"}),
            "d_1": LINEAR3,
            "loss_1": "CrossEntropy",
        },
        "in_1 > a_1",
        "a_1 > relu_1",
        "in_1 > b_1",
        "b_1 > tanh_1",
        "relu_1 > add_1.inputs",
        "tanh_1 > add_1.inputs 1",
        "relu_1 > add_1.inputs 2",
        "add_1 > c_1",
        "c_1 > c_2",
        "c_2 > d_1",
        "d_1 > loss_1",
    )
)


def test_branches_muted_frozen_and_shared_layers_compute_what_one_writes_by_hand() -> None:
    made, source = network(BRANCHES)
    hand = Branches()
    hand.load_state_dict({re.sub(r"_1\.", ".", name): value for name, value in made.state_dict().items()})
    x = torch.randn(5, 2)
    torch.testing.assert_close(made(x), hand(x), rtol=0, atol=0)
    assert {name for name, weight in made.named_parameters() if not weight.requires_grad} == {"c_1.weight", "c_1.bias"}
    assert set(source.lines.values()) == {"a_1", "relu_1", "b_1", "add_1", "c_1", "c_2", "d_1", "loss_1"}


def test_a_residual_block_computes_what_one_writes_by_hand() -> None:
    drawn = graph(
        {
            "in_1": "TableInput",
            "use_1": ("block:Residual", {"wide": 5, "~repeat": 2}),
            "d_1": LINEAR3,
            "loss_1": "CrossEntropy",
        },
        "in_1 > use_1.block_input_1",
        "use_1.block_output_1 > d_1",
        "d_1 > loss_1",
    )
    made, source = network(project(drawn, blocks=[residual()]))
    x = torch.randn(4, 2)
    value = x
    for one in made.use_1:
        value = one.linear_2(torch.relu(one.linear_1(value))) + value
    torch.testing.assert_close(made(x), made.d_1(value), rtol=0, atol=0)
    assert [tuple(one.linear_1.weight.shape) for one in made.use_1] == [(5, 2), (5, 2)]
    assert "Residual/linear_1" in source.lines.values()


def test_an_image_network_of_many_kinds_runs_at_every_batch_size() -> None:
    value = chain(
        ("Conv2d", {"filters": 4}), "ReLU", "MaxPool2d", "Flatten", ("Linear", {"features": 10}), fields=DIGITS
    )
    made, source = network(value)
    names = run(source)
    for size in (1, 2, 7):
        raw = torch.randint(0, 256, (size, 1, 8, 8))
        (answers,) = names["Model"]()(raw)
        assert answers.shape == (size, 10) and torch.allclose(answers.sum(1), torch.ones(size))
    assert source.inputs[0].tensor == DIGITS[0].tensor and source.outputs[0].classes == DIGITS[1].classes
    assert set(dict(made.named_children())) == {"layer_1", "layer_2", "layer_3", "layer_4", "layer_5"} & set(
        dict(made.named_children())
    )


def test_losses_are_weighed_named_and_measured_on_their_targets() -> None:
    fields = (*HOUSES, category("kind", ("flat", "house"), role="target"))
    drawn = graph(
        {
            "in_1": "TableInput",
            "a_1": ("Linear", {"features": 1}),
            "b_1": ("Linear", {"features": 2}),
            "mse_1": ("MSE", {"target": "price", "weight": 0.5}),
            "cross_1": ("CrossEntropy", {"target": "kind"}),
            "out_1": ("Output", {"name": "hidden"}),
        },
        "in_1 > a_1",
        "in_1 > b_1",
        "a_1 > mse_1.prediction",
        "b_1 > cross_1",
        "b_1 > out_1",
    )
    source = generate(project(drawn, fields), scales={"price": (100.0, 20.0)})
    assert [one.name for one in source.outputs] == ["kind", "price", "hidden"] or {
        one.name for one in source.outputs
    } == {"kind", "price", "hidden"}
    assert {one.node: one.weight for one in source.outputs} == {"cross_1": 1.0, "mse_1": 0.5, "out_1": 1.0}
    names = run(source)
    torch.manual_seed(0)
    made = names[source.class_name]()
    outputs = made(torch.randn(6, 2))
    by_name = {one.name: value for one, value in zip(source.outputs, outputs, strict=True)}
    targets = {"price": torch.randn(6, 1), "kind": torch.tensor([0, 1, 0, 1, 1, 0])}
    terms = names["objectives"](outputs, targets)
    torch.testing.assert_close(terms["mse_1"], nn.functional.mse_loss(by_name["price"], targets["price"]))
    torch.testing.assert_close(terms["cross_1"], nn.functional.cross_entropy(by_name["kind"], targets["kind"]))
    said = dict(zip([one.name for one in source.outputs if one.exported], names["predictions"](outputs), strict=True))
    torch.testing.assert_close(said["price"], by_name["price"] * 20 + 100)
    torch.testing.assert_close(said["kind"], by_name["kind"].softmax(-1))


def test_a_wired_target_becomes_a_second_result_that_is_not_exported() -> None:
    drawn = graph(
        {"in_1": "TableInput", "a_1": ("Linear", {"features": 2}), "mse_1": "MSE"},
        "in_1 > a_1",
        "a_1 > mse_1.prediction",
        "in_1 > mse_1.target",
    )
    made, source = network(project(drawn))
    x = torch.randn(3, 2)
    outputs = made(x)
    assert [one.exported for one in source.outputs] == [True, False]
    names = run(source)
    torch.testing.assert_close(names["objectives"](outputs, {})["mse_1"], nn.functional.mse_loss(outputs[0], x))
    assert len(names["predictions"](outputs)) == 1


# ---- blocks ------------------------------------------------------------------------------------------------------


def uses(made: Block, *about: dict[str, Any], others: tuple[Block, ...] = ()) -> Project:
    nodes: dict[str, Any] = {"in_1": "TableInput"}
    wires, last = [], "in_1"
    for place, params in enumerate(about):
        nodes[f"wide_{place}"] = ("Linear", {"features": params.pop("~from", 6)})
        nodes[f"use_{place}"] = (f"block:{made.name}", params)
        wires += [f"{last} > wide_{place}", f"wide_{place} > use_{place}.block_input_1"]
        last = f"use_{place}.block_output_1"
    nodes |= {"d_1": LINEAR3, "loss_1": "CrossEntropy"}
    return project(graph(nodes, *wires, f"{last} > d_1", "d_1 > loss_1"), blocks=[made, *others])


def classes(source: Source) -> list[str]:
    return [node.name for node in ast.parse(source.text).body if isinstance(node, ast.ClassDef)]


def test_one_class_serves_all_uses_of_a_block() -> None:
    made, source = network(uses(residual(), {"wide": 3}, {"wide": 9, "~from": 8}, {"wide": 3}))
    assert classes(source).count("Residual") == 1 and not any(re.match(r"Residual\d", name) for name in classes(source))
    assert "def __init__(self, features: int, wide: int)" in source.text
    assert made.use_0.linear_1.weight.shape == (3, 6) and made.use_1.linear_1.weight.shape == (9, 8)
    assert made(torch.randn(2, 2)).shape == (2, 3)


def test_a_fraction_in_an_expression_gets_a_class_with_its_numbers_written_out() -> None:
    inner = graph(
        {
            "block_input_1": "BlockInput",
            "a_1": ("Linear", {"features": "=input.features * 0.5"}),
            "block_output_1": "BlockOutput",
        },
        "block_input_1 > a_1",
        "a_1 > block_output_1",
    )
    made, source = network(uses(block("Half", inner), {}, {"~from": 10}))
    assert made.use_0.a_1.weight.shape == (3, 6) and made.use_1.a_1.weight.shape == (5, 10)
    assert {"Half", "Half2"} <= set(classes(source))


def test_blocks_nest_and_repeats_that_change_the_size_are_written_one_by_one() -> None:
    outer = block(
        "Outer",
        graph(
            {
                "block_input_1": "BlockInput",
                "use_1": ("block:Residual", {"wide": "=deep * 2"}),
                "a_1": ("Linear", {"features": "=input.features + 1"}),
                "block_output_1": "BlockOutput",
            },
            "block_input_1 > use_1.block_input_1",
            "use_1.block_output_1 > a_1",
            "a_1 > block_output_1",
        ),
        BlockParam("deep", 2),
    )
    made, source = network(uses(outer, {"~repeat": 3}, others=(residual(),)))
    assert [one.a_1.weight.shape[0] for one in made.use_0] == [7, 8, 9]
    assert [one.use_1.linear_1.weight.shape[0] for one in made.use_0] == [4, 4, 4]
    assert classes(source).index("Residual") < classes(source).index("Outer")
    assert made(torch.randn(2, 2)).shape == (2, 3)


def test_classes_never_share_a_name() -> None:
    inner = graph(
        {"block_input_1": "BlockInput", "a_1": "ReLU", "block_output_1": "BlockOutput"},
        "block_input_1 > a_1",
        "a_1 > block_output_1",
    )
    helpers = [re.findall(r"^class (\w+)", one, re.M)[0] for cls in layers for one in cls().supports()]
    names = ["Trial", "trial", "Model", "Preparation", "Tensor", "int", "RuntimeError", "Path", *helpers]
    drawn = {"in_1": "TableInput", "noise_1": "GaussianNoise"}
    wires, last = ["in_1 > noise_1"], "noise_1"
    for place, name in enumerate(names):
        drawn[f"use_{place}"] = f"block:{name}"
        wires.append(f"{last} > use_{place}.block_input_1")
        last = f"use_{place}.block_output_1"
    drawn |= {"d_1": "Linear", "loss_1": "CrossEntropy"}
    value = project(
        graph(drawn, *wires, f"{last} > d_1", "d_1 > loss_1"), blocks=[block(name, inner) for name in names]
    )
    for name in (*names, "int", "None"):
        source = generate(replace(value, name=name))
        assert len(set(classes(source))) == len(classes(source))
        run(source)[source.class_name]()


# ---- shared weights ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner_about", [{"~muted": False}, {}])
def test_where_the_owner_is_left_out_of_the_program_another_takes_its_part(owner_about: dict[str, Any]) -> None:
    drawn = graph(
        {
            "in_1": "TableInput",
            "a_1": ("Linear", {"features": 2, **owner_about}),
            "b_1": ("Linear", {"features": 2, "~shares": "a_1"}),
            "c_1": ("Linear", {"features": 2, "~shares": "a_1"}),
            "d_1": LINEAR3,
            "loss_1": "CrossEntropy",
        },
        "in_1 > a_1",
        "in_1 > b_1",
        "b_1 > c_1",
        "c_1 > d_1",
        "d_1 > loss_1",
    )
    made, _ = network(project(drawn))
    assert {name.split(".")[0] for name in made.state_dict()} == {"b_1", "d_1"}
    x = torch.randn(3, 2)
    torch.testing.assert_close(made(x), made.d_1(made.b_1(made.b_1(x))), rtol=0, atol=0)


# ---- variables ---------------------------------------------------------------------------------------------------


@st.composite
def wirings(draw: st.DrawFn) -> Project:
    """Random networks of sums and small layers over one table, some muted, some left out."""
    nodes: dict[str, Any] = {"in_1": "TableInput"}
    wires = []
    for place in range(draw(st.integers(1, 9))):
        name = f"n_{place}"
        kind = draw(st.sampled_from(["Linear", "Tanh", "Add", "Subtract"]))
        about = {"features": 2} if kind == "Linear" else {}
        nodes[name] = (kind, {**about, "~muted": draw(st.booleans()) and draw(st.booleans())})
        earlier = list(nodes)[:-1]
        if kind == "Add":
            count = draw(st.integers(2, 3))
            wires += [f"{draw(st.sampled_from(earlier))} > {name}.inputs {index}" for index in range(count)]
        else:
            ports = ("left", "right") if kind == "Subtract" else ("x",)
            wires += [f"{draw(st.sampled_from(earlier))} > {name}.{port}" for port in ports]
    ends = draw(st.lists(st.sampled_from(list(nodes)), min_size=1, max_size=3))
    for place, end in enumerate(ends):
        nodes[f"out_{place}"] = "Output"
        wires.append(f"{end} > out_{place}")
    return project(graph(nodes, *wires))


@settings(max_examples=120)
@given(wirings())
def test_every_wiring_computes_what_its_wires_say_and_lets_go_of_what_is_done(value: Project) -> None:
    made, source = network(value)
    x = torch.randn(3, 2)
    known: dict[str, torch.Tensor] = {"in_1": x}
    for name in value.graph.order:
        node, feeds = value.graph.nodes[name], value.graph.incoming[name]
        if name == "in_1":
            continue
        ordered = sorted(feeds, key=lambda edge: (edge.input, edge.index))
        inputs = [known[edge.source] for edge in ordered]
        if node.muted or node.layer == "Output":
            known[name] = inputs[0]
        elif node.layer == "Linear":
            known[name] = getattr(made, name)(inputs[0]) if hasattr(made, name) else inputs[0]
        elif node.layer == "Tanh":
            known[name] = inputs[0].tanh()
        else:
            known[name] = sum(inputs[1:], inputs[0]) if node.layer == "Add" else inputs[0] - inputs[1]
    found = made(x)
    found = found if isinstance(found, tuple) else (found,)
    for one, tensor in zip(source.outputs, found, strict=True):
        torch.testing.assert_close(tensor, known[one.node], rtol=1e-4, atol=1e-5)  # sums in another order
    for line in source.text.split("\n"):  # a variable that is let go is never let go twice in a row
        gone = line.strip().removeprefix("del ").split(", ") if line.strip().startswith("del ") else []
        assert len(set(gone)) == len(gone)


def test_what_nobody_needs_any_more_is_let_go() -> None:
    text = generate(BRANCHES).text
    assert re.search(r"del (b_1, relu_1|relu_1, b_1)|del relu_1|del b_1", text)
    body = text[text.index("def forward(self, in_1") :]
    for name in re.findall(r"del (.+)", body):
        rest = body[body.index(f"del {name}") + len(f"del {name}") :]
        for one in name.split(", "):
            assert not re.search(rf"(?<![.\w]){one}\b", rest.split("class ")[0])


def test_a_program_does_not_depend_on_the_order_in_which_it_was_drawn() -> None:
    shuffled = Graph(dict(reversed(BRANCHES.graph.nodes.items())), tuple(reversed(BRANCHES.graph.edges)))
    assert generate(BRANCHES.with_graph(shuffled)).text == generate(BRANCHES).text
    assert generate(loads(dumps(BRANCHES))).text == generate(BRANCHES).text


# ---- lines -------------------------------------------------------------------------------------------------------


def test_every_line_of_a_node_is_mapped_to_it() -> None:
    source = generate(BRANCHES)
    lines = source.text.split("\n")
    for number_, node in source.lines.items():
        names = {node, BRANCHES.graph.nodes[node].shares or node}
        assert any(re.search(rf"\b{one}\b", lines[number_ - 1]) for one in names) or "x = " in lines[number_ - 1]
    for number_, line in enumerate(lines, 1):
        found = re.match(r"\s+self\.(\w+) = ", line)
        if found and found[1] in BRANCHES.graph.nodes:
            assert source.lines[number_] == found[1]


def test_an_error_while_running_is_on_the_line_of_its_node() -> None:
    value = chain(("Linear", {"features": 8}), ("Linear", {"features": 3}))
    made, source = network(value)
    made.layer_2 = nn.Linear(99, 3)
    with pytest.raises(RuntimeError) as caught:
        made(torch.randn(2, 2))
    step, found = caught.value.__traceback__, []
    while step is not None:
        if step.tb_frame.f_code.co_filename == "generated":
            found.append(source.lines.get(step.tb_lineno))
        step = step.tb_next
    assert found[-1] == "layer_2"


def test_broken_nodes_become_comments_on_lines_of_their_own() -> None:
    value = chain(("Linear", {"features": 0}), "Mystery", LINEAR3)
    source = generate(value, strict=False)
    lines = source.text.split("\n")
    for node in ("layer_1", "layer_2"):
        (place,) = [number_ for number_, one in source.lines.items() if one == node]
        assert lines[place - 1].strip().startswith(f"# {node}: ")
    compile(source.text, "generated", "exec")
    with pytest.raises(UserError) as caught:
        generate(value)
    assert "layer_1" in caught.value.message and "layer_2" in caught.value.message


@pytest.mark.parametrize(
    "drawn",
    [
        Graph(),
        graph({"a_1": "Linear"}),
        graph({"in_1": "TableInput"}),
        graph({"a_1": "Linear", "out_1": "Output"}, "a_1 > out_1"),
    ],
)
def test_unfinished_networks_can_be_shown_and_not_run(drawn: Graph) -> None:
    compile(generate(project(drawn), strict=False).text, "generated", "exec")
    with pytest.raises(UserError, match="not finished"):
        generate(project(drawn))


# ---- hostile names -----------------------------------------------------------------------------------------------

NASTY = [
    '"""', "'''", '\\"', "\\", "a\nimport os", "a\rimport os", "\x00", "\u2028", "x  # (batch, 3)", "{0}{name!r}",
    "%s", "class", "lambda", "None", "torch", "targets", "outputs", "self", "2nd", "²", "größe", "数", "ﬁ", "", " ",
    "=1+1", "a" * 300, "__import__('os')", "x; import os", "\udcff", "print", "nn", "__class__", "_", "a b", "\u202e",
    'x" * (1, 2) + "  # (batch', "F", "SCALES", "forward",
]  # fmt: skip
nasty = st.sampled_from(NASTY) | st.text(max_size=30)


@settings(max_examples=60)
@given(st.data())
def test_no_name_breaks_the_source_or_gets_code_into_it(data: st.DataObject) -> None:
    names = data.draw(
        st.lists(nasty.filter(lambda name: name and "\x00" not in name), min_size=4, max_size=4, unique=True)
    )
    known = tuple(data.draw(st.lists(nasty, min_size=2, max_size=4, unique=True)))
    fields = (
        number(names[0]),
        category(names[1], known),
        category(names[2], known, role="target"),
        number(names[3], role="target"),
    )
    title, called = data.draw(nasty), data.draw(nasty.filter(bool))
    inner = residual()
    drawn = graph(
        {
            "in_1": ("TableInput", {"~title": title}),
            "use_1": (f"block:{called}", {"~title": title}),
            "a_1": ("Linear", {"features": len(known), "~title": data.draw(nasty), "~note": data.draw(nasty)}),
            "b_1": ("Linear", {"features": 1}),
            "cross_1": ("CrossEntropy", {"target": names[2]}),
            "mse_1": ("MSE", {"target": names[3]}),
            "out_1": ("Output", {"name": data.draw(nasty).replace("\x00", "")}),
        },
        "in_1 > use_1.block_input_1",
        "use_1.block_output_1 > a_1",
        "use_1.block_output_1 > b_1",
        "a_1 > cross_1",
        "b_1 > mse_1.prediction",
        "a_1 > out_1",
    )
    value = project(
        drawn,
        fields,
        [replace(inner, name=called, help=data.draw(nasty))],
        name=data.draw(nasty),
        about={"description": data.draw(nasty)},
    )
    value = replace(value, blocks={called: replace(inner, name=called, help=data.draw(nasty))})
    source = generate(value)
    source.text.encode("utf-8")
    tree = ast.parse(source.text)
    assert {type(node) for node in tree.body} <= {
        ast.Expr,
        ast.Import,
        ast.ImportFrom,
        ast.Assign,
        ast.ClassDef,
        ast.FunctionDef,
    }
    imported = [
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names
    ]
    assert imported == ["torch", "Tensor", "nn", "functional"]
    called_names = {
        node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called_names <= {"super", "isinstance", "range", "len", "predictions", "Preparation", *classes(source)}
    lines = source.text.split("\n")
    assert lines == [*source.text.splitlines(), ""]  # every program counts the same lines
    assert all(number_ <= len(lines) for number_ in source.lines)
    module = run(source)
    outputs = module[source.class_name]()(torch.randn(2, drawn_width(value)))
    terms = module["objectives"](outputs, {names[2]: torch.zeros(2, dtype=torch.long), names[3]: torch.zeros(2, 1)})
    assert set(terms) == {"cross_1", "mse_1"} and len(module["predictions"](outputs)) == 3
    assert len({one.name for one in source.outputs}) == 3 and all(one.name.isidentifier() for one in source.outputs)


def drawn_width(value: Project) -> int:
    from engine.infer import infer

    return int(infer(value.graph, value.data.schema, value.blocks).output("in_1", "out").last)  # type: ignore[union-attr, arg-type]


@given(st.text())
def test_every_project_has_a_class_name_and_every_field_a_variable(name: str) -> None:
    made = class_name(name)
    assert made.isidentifier() and made.isascii() and made not in ("Model", "Preparation", "None")
    taken = {variable_name(name, ())}
    again = variable_name(name, taken)
    assert again.isidentifier() and again not in taken and again not in ("torch", "outputs", "targets", "self")
    words = plain_words(name, 50)
    assert len(words) <= 50 and words.isprintable() and not set(words) & set('"\\')


LONG = ", ".join(f'"{place},)(]"' for place in range(40))


@pytest.mark.parametrize(
    "line",
    [
        f"x = f({LONG}, (1, [2, 3]))",
        f'y = {{"a": g("(")}}["a"](h(), {LONG})',
        f"return [q, f({LONG}).mean()]",
        f"def f({', '.join(f'a{place}: int' for place in range(40))}) -> tuple[int, ...]: pass",
        f"x = 0.5 * ({' + '.join(f'name_{place}' for place in range(12))}).mean()",
        f"({', '.join(f'name_{place}' for place in range(20))},) = outputs",
        f"x = f({'a' * 100}())  # what the remark says, which is too long by far",
    ],
)
def test_long_lines_are_broken_and_mean_the_same(line: str) -> None:
    rows = fitted([(f"        {line}", "n")])
    assert len(rows) > 1 and all(len(one) <= 120 and node == "n" for one, node in rows)
    text = "if True:\n" + "\n".join(one for one, _ in rows)
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(f"if True:\n        {line}"))


def test_texts_are_never_broken_and_shapes_are_dropped() -> None:
    kept = [('        return targets["' + "a" * 100 + '  # (batch"]', "")]
    assert fitted(kept) == kept
    assert fitted([("        x = " + "a" * 105 + "  # (batch, 3)", "")]) == [("        x = " + "a" * 105, "")]


def test_a_broken_class_in_a_file_cannot_smuggle_code_through_a_settings_name() -> None:
    from engine.project import from_json
    from tests.engine.making import as_file

    made = as_file(uses(residual(), {}))
    made["blocks"][0]["params"].append({"name": "a: int = print('run')):\n        pass  # |Linear", "default": 3})
    with pytest.raises(UserError, match="plain name"):
        from_json(made)


def test_class_weights_balance_rare_classes() -> None:
    value = chain(LINEAR3, loss=("CrossEntropy", {"balanced": True}))  # type: ignore[arg-type]
    source = generate(value, counts={"species": (10, 20, 0)})
    names = run(source)
    outputs = (torch.randn(4, 3),)
    weights = torch.tensor([30 / 20, 30 / 40, 0.0])
    expected = nn.functional.cross_entropy(outputs[0], torch.tensor([0, 1, 1, 0]), weights)
    torch.testing.assert_close(
        names["objectives"](outputs, {"species": torch.tensor([0, 1, 1, 0])})["loss_1"], expected
    )


def test_every_field_of_iris_is_read() -> None:
    assert generate(chain(LINEAR3)).inputs[0].tensor.dims == (len(IRIS) - 1,)

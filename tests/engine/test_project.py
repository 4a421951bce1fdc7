"""The project file: what goes in comes out, strangers' files open or say why not, and a save is all or nothing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import project as project_file
from engine import saving
from engine.data.fields import category, number
from engine.errors import UserError
from engine.graph import Block, BlockParam, Edge, Frame, Graph, Node
from engine.graphfile import graph_from_json, graph_json
from engine.names import new_id
from engine.project import DataChoice, Project, dumps, from_json, load, loads, save
from tests.engine.making import IRIS, as_file, chain, graph, residual

VALUE = chain(("Linear", {"features": 8}), "ReLU", ("Linear", {"features": 3}))

words = st.text(st.characters(codec="utf-8"), max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
unknown = st.dictionaries(st.sampled_from(["color", "extra", "später", "x-y", "kind2"]), json_values, max_size=2)
places = st.floats(-9e6, 9e6).map(lambda x: round(x, 3))


@st.composite
def graphs(draw: st.DrawFn, blocks: list[str]) -> Graph:
    nodes: dict[str, Node] = {}
    for _ in range(draw(st.integers(0, 6))):
        layer = draw(st.sampled_from(["Linear", "ReLU", "Add", "TableInput", "MSE", "FromTheFuture", *blocks]))
        name = new_id(Graph(nodes), draw(words))
        nodes[name] = Node(
            name,
            layer,
            draw(st.dictionaries(words, json_values, max_size=2)),
            draw(places),
            draw(places),
            title=draw(words),
            note=draw(words),
            muted=draw(st.booleans()),
            frozen=draw(st.booleans()),
            lr=draw(st.floats(0, 9)),
            shares=draw(st.sampled_from(["", *nodes])),
            repeat=draw(st.integers(1, 9)),
            extra=draw(unknown),
        )
    edges = {}
    for _ in range(draw(st.integers(0, 6)) if nodes else 0):
        edge = Edge(
            draw(st.sampled_from([*nodes])),
            draw(words),
            draw(st.sampled_from([*nodes])),
            draw(words),
            draw(st.integers(0, 3)),
        )
        edges[(edge.target, edge.input, edge.index)] = edge
    frames = {
        name: Frame(
            name,
            draw(places),
            draw(places),
            draw(places),
            draw(places),
            draw(words),
            draw(st.sampled_from(["note", "frame"])),
            draw(unknown),
        )
        for name in draw(st.lists(words, max_size=2, unique=True))
    }
    return Graph(nodes, tuple(edges.values()), frames, draw(unknown))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    names = draw(st.lists(words.filter(bool), max_size=2, unique=True))
    uses = [f"block:{name}" for name in names]
    blocks = {
        name: Block(
            name,
            draw(graphs(uses)),
            (
                BlockParam(
                    "wide",
                    draw(st.integers(0, 99)),
                    draw(words),
                    min=draw(st.none() | st.floats(0, 3)),
                    extra=draw(unknown),
                ),
            ),
            draw(words),
            draw(unknown),
        )
        for name in names
    }
    fields = tuple(
        replace(
            number(name) if draw(st.booleans()) else category(name, tuple(draw(st.lists(words, max_size=3)))),
            extra=draw(unknown),
            missing=draw(st.integers(0, 9)),
        )
        for name in draw(st.lists(words, max_size=3, unique=True))
    )
    data = DataChoice(
        draw(st.none() | st.just({"type": "Oracle", "path": "\udcff.csv"})),
        fields,
        draw(st.integers(0, 999)),
        draw(st.sampled_from([(0.7, 0.15, 0.15), (1.0, 0.0, 0.0), (0.3, 0.3, 0.4)])),
        draw(st.integers(0, 99)),
        draw(st.booleans()),
        extra=draw(unknown),
    )
    networks = {name: draw(graphs(uses)) for name in draw(st.lists(words, min_size=1, max_size=2, unique=True))}
    recipe = {"type": draw(words), **draw(unknown)}
    return Project(draw(words), networks, blocks, data, recipe, draw(unknown), draw(unknown), draw(unknown))


@settings(max_examples=60)
@given(projects())
def test_saved_and_opened_it_is_the_same(value: Project) -> None:
    text = dumps(value)
    back = loads(text)
    assert back == value
    assert dumps(back) == text  # so that a save without a change changes nothing
    assert text.encode()  # also names with half a character can be written
    assert list(back.networks) == list(value.networks)


def test_the_file_has_a_line_per_node_and_wire() -> None:
    text = dumps(VALUE)
    for node in VALUE.graph.nodes:
        assert sum(f'"id": "{node}"' in line for line in text.split("\n")) == 1
    assert all(len(line) < 200 for line in text.split("\n"))


def test_the_clipboard_uses_the_same_records() -> None:
    assert graph_from_json(json.loads(json.dumps(graph_json(VALUE.graph)))) == VALUE.graph


# ---- files of other versions -------------------------------------------------------------------------------------


def test_a_newer_file_says_so_and_stays() -> None:
    with pytest.raises(UserError, match=r"newer Lamina .format 99"):
        from_json({**as_file(VALUE), "format": 99})


@pytest.mark.parametrize("version", [0, -1, True, "1", 1.5, None])
def test_what_never_was_a_format_is_refused(version: object) -> None:
    with pytest.raises(UserError, match="not a Lamina project"):
        from_json({**as_file(VALUE), "format": version})


def test_older_files_go_through_every_migration_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def second(values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "name": values.pop("title")}

    def third(values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "name": values["name"] + "!"}

    monkeypatch.setattr(project_file, "MIGRATIONS", [second, third])
    monkeypatch.setattr(project_file, "FORMAT", 3)
    old = {**as_file(VALUE), "format": 1, "title": "Old"}
    assert from_json(old).name == "Old!"
    assert from_json({**as_file(VALUE), "format": 2}).name == "Trial!"
    assert from_json({**as_file(VALUE), "format": 3}).name == "Trial"
    assert json.loads(dumps(VALUE))["format"] == 3


def test_there_is_one_migration_per_older_format() -> None:
    assert len(project_file.MIGRATIONS) == project_file.FORMAT - 1


# ---- damaged files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "line 1, column 1"),
        ('{\n "format": 1,\n "name": \n}', "line 4, column 1"),
        (dumps(VALUE)[:-40], "not valid JSON"),
        ('{"format": 1, "format": 1}', "'format' appears twice"),
        ('{"format": 1, "x": NaN}', "NaN is no number"),
        ('{"format": 1, "x": -Infinity}', "-Infinity is no number"),
        ('{"format": 1, "x": 1e999}', "too large a number"),
        ('{"format": 1, "x": ' + "9" * 6000 + "}", "too large a number"),
        ("[" * 200_000, "nested too deeply"),
        ('{"format": 1, "x": ' + "[" * 300 + "]" * 300 + "}", "nested too deeply"),
        ("[]", "not a Lamina project"),
        ("3", "not a Lamina project"),
        ("null", "not a Lamina project"),
        ('"text"', "not a Lamina project"),
        ("{}", "no format number"),
    ],
)
def test_broken_text_says_where_and_why(text: str, word: str) -> None:
    with pytest.raises(UserError, match=word) as caught:
        loads(text, "bad.lamina")
    assert len(caught.value.message) < 300


def spoiled(**changes: Any) -> dict[str, Any]:
    return {**as_file(VALUE), **changes}


def with_node(**changes: Any) -> dict[str, Any]:
    made = as_file(VALUE)
    made["networks"]["main"]["nodes"][0].update(changes)
    return made


def with_field(**changes: Any) -> dict[str, Any]:
    made = as_file(VALUE)
    made["data"]["fields"][0].update(changes)
    return made


def with_main(**changes: Any) -> dict[str, Any]:
    made = as_file(VALUE)
    made["networks"]["main"].update(changes)
    return made


ID = VALUE.graph.order[0]
DAMAGE: list[tuple[dict[str, Any], str]] = [
    (spoiled(name=3), "“name” should be text"),
    (spoiled(name="x" * 30_000), "“name” should be text"),
    (spoiled(networks=[]), "“networks” should be an object"),
    (spoiled(networks={"main": 3}), "main should be an object"),
    (spoiled(blocks={}), "“blocks” should be a list"),
    (spoiled(blocks=[3]), "block 1 should be"),
    (spoiled(blocks=[{"name": "B", "graph": {}}]), "block B should be"),
    (spoiled(blocks=[{"name": "B", "graph": {"nodes": [], "edges": []}, "params": 5}]), "“params” should be a list"),
    (
        spoiled(blocks=[{"name": "B", "graph": {"nodes": [], "edges": []}, "params": [{"name": "a)b", "default": 1}]}]),
        "plain name",
    ),
    (
        spoiled(
            blocks=[{"name": "B", "graph": {"nodes": [], "edges": []}, "params": [{"name": "self", "default": 1}]}]
        ),
        "plain name",
    ),
    (
        spoiled(
            blocks=[
                {"name": "B", "graph": {"nodes": [], "edges": []}, "params": [{"name": "a", "default": 1, "min": "0"}]}
            ]
        ),
        "“min” should be a number",
    ),
    (spoiled(blocks=[{"name": "B", "graph": {"nodes": [], "edges": []}}] * 2), "used once"),
    (spoiled(data=[]), "data should be an object"),
    (spoiled(data={"fields": 5}), "“fields” should be a list"),
    (spoiled(data={"fields": [None]}), "field 1 should be complete"),
    (spoiled(data={"split": [0.5, 0.5]}), "three shares"),
    (spoiled(data={"split": [0.5, 0.9, -0.4]}), "three shares"),
    (spoiled(data={"split": "abc"}), "three shares"),
    (spoiled(data={"source": "x"}), "“source” should be"),
    (spoiled(data={"seed": "x"}), "“seed” should be a number"),
    (spoiled(data={"stratify": 1}), "“stratify” should be true or false"),
    (spoiled(recipe=7), "“recipe” should be an object"),
    (spoiled(view=7), "“view” should be an object"),
    (with_field(kind="magic"), "field 1"),
    (with_field(role="boss"), "field 1"),
    (with_field(tensor={"kind": "Numbers", "dims": ["__import__('os')"]}), "field 1"),
    (with_field(tensor={"kind": "Numbers", "dims": [1, 2]}), "field 1"),
    (with_field(tensor={"kind": "Magic", "dims": []}), "field 1"),
    (with_field(tensor=3), "field 1"),
    (with_field(classes=5), "field 1"),
    (with_field(name="petal"), "used once"),
    (with_node(id="no good"), "plain name"),
    (with_node(id="forward"), "plain name"),
    (with_node(id=7), "a node with an id"),
    (with_node(layer=None), "a node with an id and a layer"),
    (with_node(params=[1]), "“params” should be an object"),
    (with_node(x="left"), "“x” should be a number"),
    (with_node(muted="yes"), "“muted” should be true or false"),
    (with_node(repeat=True), "“repeat” should be a number"),
    (with_node(title=["a"]), "“title” should be text"),
    (with_main(nodes={}), "nodes and edges"),
    (with_main(edges=[["a"]]), "wire 1 should be"),
    (with_main(edges=[[ID, "out", "gone_1", "x"]]), "no 'gone_1'"),
    (with_main(edges=[[ID, "out", ID, "x", -1]]), "numbered from 0"),
    (with_main(edges=[[ID, "out", ID, "x", True]]), "numbered from 0"),
    (with_main(frames=5), "“frames” should be a list"),
    (with_main(frames=[{"id": []}]), "an object with an id"),
    (with_main(frames=[{"id": "a", "x": "b"}]), "“x” should be a number"),
    (with_main(frames=[{"id": "a", "kind": "card"}]), "note or frame"),
]


@pytest.mark.parametrize(("values", "word"), DAMAGE, ids=[word for _, word in DAMAGE])
def test_wrong_types_are_named_with_their_place(values: dict[str, Any], word: str) -> None:
    with pytest.raises(UserError) as caught:
        from_json(json.loads(json.dumps(values)))
    assert word in caught.value.message


def test_everything_that_is_wrong_is_said_at_once() -> None:
    values = spoiled(name=3, blocks=7, recipe=[], data={"split": 3, "seed": []})
    values["networks"]["main"]["nodes"][0]["x"] = "left"
    values["networks"]["main"]["edges"].append(3)
    with pytest.raises(UserError) as caught:
        from_json(values)
    for word in ("“name”", "“blocks”", "“recipe”", "“split”", "“seed”", "“x”", "wire 5"):
        assert word in caught.value.message


@settings(max_examples=300)
@given(st.data())
def test_no_spoiled_file_ever_breaks_the_reader(data: st.DataObject) -> None:
    """Any place of a real file replaced by any JSON: it opens, or one sentence says why not."""
    made = as_file(chain(("Linear", {"features": 3}), blocks=[residual()]))
    made["networks"]["main"]["frames"] = [{"id": "n", "x": 1, "y": 2, "width": 3, "height": 4}]
    here: Any = made
    for _ in range(data.draw(st.integers(0, 5))):
        inner = [
            key
            for key, part in (here.items() if isinstance(here, dict) else enumerate(here))
            if isinstance(part, dict | list) and part
        ]
        if not inner:
            break
        here = here[data.draw(st.sampled_from(inner))]
    keys = list(here) if isinstance(here, dict) else list(range(len(here)))
    here[data.draw(st.sampled_from(keys))] = data.draw(json_values)
    try:
        value = from_json(made)
    except UserError:
        return
    from engine.check import check
    from engine.codegen import generate

    check(value)
    compile(generate(value, strict=False).text, "spoiled", "exec")
    assert loads(dumps(value)) == value


def test_unreachable_numbers_stay_on_the_canvas() -> None:
    assert abs(from_json(with_node(x=1e300, y=-1e300)).graph.nodes[VALUE.graph.order[0]].x) <= 1e7


def test_a_circle_in_a_file_opens_and_is_shown_as_a_problem() -> None:
    from engine.check import check

    circle = graph({"a_1": "ReLU", "b_1": "ReLU"}, "a_1 > b_1", "b_1 > a_1")
    opened = loads(dumps(VALUE.with_graph(circle)))
    assert opened.graph == circle and any("circle" in one.title for one in check(opened))


def test_too_many_nodes_are_refused() -> None:
    with pytest.raises(UserError, match="more than Lamina opens"):
        from_json(with_main(nodes=[{}] * 20_001))


# ---- files on a disk ---------------------------------------------------------------------------------------------


def test_files_that_cannot_be_opened_say_why(tmp_path: Path) -> None:
    (tmp_path / "latin.lamina").write_bytes(b"\xff\xfe\x00{")
    (tmp_path / "big.lamina").touch()
    os.truncate(tmp_path / "big.lamina", 65 * 2**20)
    os.mkfifo(tmp_path / "pipe.lamina")
    for name, word in (
        ("gone", "no file"),
        (".", "is a folder"),
        ("latin.lamina", "no text file"),
        ("big.lamina", "larger than 64 MB"),
        ("pipe.lamina", "no ordinary file"),
    ):
        with pytest.raises(UserError, match=word):
            load(tmp_path / name)


def test_a_mark_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.lamina").write_bytes(b"\xef\xbb\xbf" + dumps(VALUE).encode())
    assert load(tmp_path / "a.lamina") == VALUE


@pytest.mark.parametrize("name", ["größe 数.lamina", "x" * 248 + ".lamina", "\udcff.lamina", "a\nb.lamina"])
def test_odd_names_can_be_saved_and_opened(tmp_path: Path, name: str) -> None:
    save(VALUE, tmp_path / name)
    assert load(tmp_path / name) == VALUE and os.listdir(tmp_path) == [name]


def test_a_save_keeps_the_rights_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.lamina"
    save(VALUE, path)
    path.chmod(0o600)
    save(VALUE, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_it_cannot_be_saved_the_old_file_stays(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"folder .* does not exist"):
        save(VALUE, tmp_path / "no" / "a.lamina")
    (tmp_path / "dir.lamina").mkdir()
    with pytest.raises(UserError, match="was not saved"):
        save(VALUE, tmp_path / "dir.lamina")
    assert os.listdir(tmp_path) == ["dir.lamina"]


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes a small file system in memory; skipped where one may not."""
    made: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"mount{len(made)}"
        folder.mkdir()
        done = (
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
            if shutil.which("mount")
            else None
        )
        if done is None or done.returncode:
            pytest.skip("mounting a file system needs root")
        made.append(folder)
        return folder

    yield mount
    for folder in made:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_leaves_the_old_file(mounted: Callable[[str], Path]) -> None:
    folder = mounted("size=64k")
    path = folder / "a.lamina"
    save(VALUE, path)
    before = path.read_bytes()
    with pytest.raises(UserError, match=r"the disk is full. The old file is unchanged"):
        save(replace(VALUE, about={"text": "x" * 100_000}), path)
    assert path.read_bytes() == before and os.listdir(folder) == ["a.lamina"]


def test_a_read_only_folder_is_named(mounted: Callable[[str], Path]) -> None:
    folder = mounted("size=64k")
    save(VALUE, folder / "a.lamina")
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    with pytest.raises(UserError, match=r"is read-only. The old file is unchanged"):
        save(replace(VALUE, name="new"), folder / "a.lamina")
    assert load(folder / "a.lamina") == VALUE


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
def test_whatever_fails_in_a_save_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    """Every system call of a save fails once, in turn, until none is left to fail."""
    path = tmp_path / "a.lamina"
    new = replace(VALUE, name="new")
    for turn in range(50):
        save(VALUE, path)
        count = [turn]

        def failing(real: Callable[..., Any], count: list[int] = count) -> Callable[..., Any]:
            def call(*args: Any, **named: Any) -> Any:
                count[0] -= 1
                if count[0] == -1:
                    raise OSError(error, os.strerror(error))
                return real(*args, **named)

            return call

        said = ""
        with monkeypatch.context() as patch:
            for name in ("fsync", "replace", "chmod", "fdopen"):
                patch.setattr(saving.os, name, failing(getattr(os, name)))
            patch.setattr(saving.tempfile, "mkstemp", failing(saving.tempfile.mkstemp))
            try:
                save(new, path)
            except UserError as caught:
                said = caught.message
        found = load(path)
        assert found in (VALUE, new)
        assert said or found == new  # saved is said only of the new file
        assert ("unchanged" not in said) or found == VALUE
        assert [one for one in os.listdir(tmp_path) if not one.startswith(".lamina-") or count[0] >= 0] == ["a.lamina"]
        if count[0] >= 0:
            assert turn >= 5
            return
    raise AssertionError("the loop never ran out of calls")


STRACE = """
    import sys
    from engine.errors import UserError
    from engine.project import load, save
    from dataclasses import replace
    value = load(sys.argv[1])
    print("ready", flush=True)
    try:
        save(replace(value, name="new"), sys.argv[1])
    except UserError:
        sys.exit(3)
    print("saved", flush=True)
"""


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("fault", ["error=ENOSPC", "error=EIO", "signal=SIGKILL"])
@pytest.mark.parametrize("call", ["fsync", "rename", "chmod"])
def test_faults_and_kills_of_the_system_leave_a_whole_file(tmp_path: Path, call: str, fault: str) -> None:
    path = tmp_path / "a.lamina"
    for turn in range(1, 5):
        save(VALUE, path)
        done = subprocess.run(
            [
                "strace",
                "-f",
                "-q",
                "-o",
                "/dev/null",
                "-e",
                f"trace={call}",
                "-e",
                f"inject={call}:{fault}:when={turn}",
                sys.executable,
                "-c",
                textwrap.dedent(STRACE),
                path,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
        found = load(path)
        assert found.name in ("Trial", "new"), done.stderr
        assert "saved" not in done.stdout or found.name == "new"
        if "saved" in done.stdout:
            return
    raise AssertionError(f"{call} is called more often than one save needs")


def test_fields_of_the_data_keep_their_order() -> None:
    assert [one.name for one in loads(dumps(VALUE)).data.fields] == [one.name for one in IRIS]

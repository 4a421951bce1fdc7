"""The project: everything a person made, as one immutable value and as one JSON file.

The file carries a format number. Older files are brought up to date by migrations that are appended and never edited;
what this version does not know (a layer of a newer version, a setting, a key) is kept and written back.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from engine.data.fields import Field, Role
from engine.errors import UserError
from engine.graph import Block, BlockParam, Edge, Frame, Graph, Node, valid_id

FORMAT = 1
SUFFIX = ".lamina"
MOST_BYTES = 64 * 2**20
MOST_NODES = 20_000
MOST_EDGES = 100_000
MOST_TEXT = 20_000

Choice = Mapping[str, Any]
"""A declaration as JSON: `{"type": "Adam", "lr": 0.001}`. Kept as data, so that an unknown type survives a save."""


@dataclass(frozen=True)
class DataChoice:
    """Which data, what the model reads and answers, and how it is divided.

    Attributes:
        source: a declaration of the catalogue `sources`, None while none is chosen.
        fields: the data's fields as last scanned, with their roles.
        count: items as last scanned.
        split: shares of training, validation and test; they add up to 1.
        seed: of the division.
        stratify: whether each part gets the same share of every class.
        preparation: a declaration of `engine.data.preparation.Preparation`.
    """

    source: Choice | None = None
    fields: tuple[Field, ...] = ()
    count: int = 0
    split: tuple[float, float, float] = (0.7, 0.15, 0.15)
    seed: int = 7
    stratify: bool = True
    preparation: Choice = field(default_factory=lambda: {"type": "Preparation"})
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> dict[str, Field]:
        """The fields by name."""
        return {one.name: one for one in self.fields}

    def with_role(self, name: str, role: Role) -> DataChoice:
        """The same data with one field in another role."""
        return replace(self, fields=tuple(one.with_role(role) if one.name == name else one for one in self.fields))


@dataclass(frozen=True)
class Project:
    """A whole project. `networks` has at least one graph; `graph` is the first."""

    name: str = "Untitled"
    networks: Mapping[str, Graph] = field(default_factory=lambda: {"main": Graph()})
    blocks: Mapping[str, Block] = field(default_factory=dict)
    data: DataChoice = field(default_factory=DataChoice)
    recipe: Choice = field(default_factory=lambda: {"type": "Supervised"})
    about: Mapping[str, Any] = field(default_factory=dict)
    """Free texts: description, author, license, version; what a template says of itself."""
    view: Mapping[str, Any] = field(default_factory=dict)
    """Where the person was: page, zoom, selection. Never decides a result."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return next(iter(self.networks.values()))

    def with_graph(self, graph: Graph) -> Project:
        """The same project with another first network."""
        first = next(iter(self.networks))
        return replace(self, networks={**self.networks, first: graph})


# ---- to JSON -----------------------------------------------------------------------------------------------------


def _node_json(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {"id": node.id, "layer": node.layer, "x": _short(node.x), "y": _short(node.y)}
    if node.params:
        found["params"] = dict(node.params)
    for name, usual in (
        ("title", ""),
        ("note", ""),
        ("muted", False),
        ("frozen", False),
        ("lr", 1.0),
        ("shares", ""),
        ("repeat", 1),
    ):
        value = getattr(node, name)
        if value != usual:
            found[name] = value
    return {**found, **node.extra}


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else round(number, 3)


def _edge_json(edge: Edge) -> list[Any]:
    ends = [edge.source, edge.output, edge.target, edge.input]
    return [*ends, edge.index] if edge.index else ends


def graph_json(graph: Graph) -> dict[str, Any]:
    """A graph as JSON, also used for the clipboard: nodes in order of their ids, wires sorted."""
    found: dict[str, Any] = {
        "nodes": [_node_json(graph.nodes[name]) for name in sorted(graph.nodes)],
        "edges": [_edge_json(edge) for edge in sorted(graph.edges)],
    }
    if graph.frames:
        found["frames"] = [vars(graph.frames[name]) for name in sorted(graph.frames)]
    return found


def to_json(project: Project) -> dict[str, Any]:
    """The project as plain JSON values."""
    data = project.data
    found: dict[str, Any] = {
        "format": FORMAT,
        "name": project.name,
        "about": dict(project.about),
        "data": {
            "source": None if data.source is None else dict(data.source),
            "fields": [one.to_json() for one in data.fields],
            "count": data.count,
            "split": list(data.split),
            "seed": data.seed,
            "stratify": data.stratify,
            "preparation": dict(data.preparation),
            **data.extra,
        },
        "recipe": dict(project.recipe),
        "networks": {name: graph_json(graph) for name, graph in project.networks.items()},
    }
    if project.blocks:
        found["blocks"] = blocks_json(project.blocks)
    if project.view:
        found["view"] = dict(project.view)
    return {**found, **project.extra}


def blocks_json(blocks: Mapping[str, Block]) -> list[dict[str, Any]]:
    """Blocks as JSON, as the project file and library files have them."""
    return [_block_json(block) for block in blocks.values()]


def blocks_from_json(values: Any, name: str) -> dict[str, Block]:
    """Blocks out of JSON; `UserError` with everything that is wrong."""
    reader = _Reader()
    if not isinstance(values, list):
        reader.wrong("blocks", "a list")
    found = _read_blocks(values, reader)
    if reader.problems:
        raise UserError(f"{name} is damaged. " + " ".join(reader.problems))
    return found


def _block_json(block: Block) -> dict[str, Any]:
    params = [
        {name: value for name, value in vars(declared).items() if value not in (None, "")} for declared in block.params
    ]
    found: dict[str, Any] = {"name": block.name, "graph": graph_json(block.graph)}
    if params:
        found["params"] = params
    if block.help:
        found["help"] = block.help
    return {**found, **block.extra}


def dumps(project: Project) -> str:
    """The text of the project file: one line per node and wire, so that versions compare well."""
    return _pretty(to_json(project), 0) + "\n"


def _pretty(value: Any, depth: int) -> str:
    pad, inner = "  " * depth, "  " * (depth + 1)
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    holds = isinstance(value, dict | list) and any(
        isinstance(part, dict | list) for part in (value.values() if isinstance(value, dict) else value)
    )
    records = isinstance(value, list) and holds and any(isinstance(part, dict) or depth > 2 for part in value)
    if not holds or (len(flat) < 200 and depth > 1 and not _has_graph(value) and not records):
        return flat
    if isinstance(value, dict):
        lines = [
            f"{inner}{json.dumps(name, ensure_ascii=False)}: {_pretty(part, depth + 1)}" for name, part in value.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{pad}}}"
    # a list of records takes one line per record; a record that holds a graph opens up
    lines = [
        inner
        + (_pretty(part, depth + 1) if _has_graph(part) else json.dumps(part, ensure_ascii=False, allow_nan=False))
        for part in value
    ]
    return "[\n" + ",\n".join(lines) + f"\n{pad}]"


def _has_graph(value: Any) -> bool:
    return isinstance(value, dict) and ("graph" in value or "nodes" in value)


# ---- from JSON ---------------------------------------------------------------------------------------------------

MIGRATIONS: list[Callable[[dict[str, Any]], dict[str, Any]]] = []
"""`MIGRATIONS[n]` turns format n + 1 into n + 2. Append, never edit."""


class _Reader:
    """Collects everything that is wrong with a file, so that a person sees it all at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, where: str, expected: str) -> None:
        if len(self.problems) < 20:
            self.problems.append(f"{where} should be {expected}.")

    def get(self, values: Mapping[str, Any], name: str, kind: type | tuple[type, ...], usual: Any, where: str) -> Any:
        value = values.get(name, usual)
        if value is usual:
            return usual
        numbers = kind in (float, int) or kind == (int, float)
        good = isinstance(value, (int, float) if kind is float else kind) and not (numbers and isinstance(value, bool))
        if not good or (isinstance(value, str) and len(value) > MOST_TEXT):
            words = {str: "text", bool: "true or false", dict: "an object", list: "a list"}
            self.wrong(f"{where}: “{name}”", words.get(kind, "a number") if isinstance(kind, type) else "a number")
            return usual
        return value


def _read_node(values: Any, reader: _Reader, where: str) -> Node | None:
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("id"), str)
        or not isinstance(values.get("layer"), str)
    ):
        reader.wrong(where, "a node with an id and a layer")
        return None
    name = values["id"]
    if not valid_id(name):
        reader.wrong(f"{where}: the id {name[:40]!r}", "a plain name such as conv2d_1")
        return None
    known = {one.name for one in fields(Node)}
    get = reader.get
    return Node(
        id=name,
        layer=values["layer"],
        params=get(values, "params", dict, {}, name),
        x=float(get(values, "x", float, 0.0, name)),
        y=float(get(values, "y", float, 0.0, name)),
        title=get(values, "title", str, "", name),
        note=get(values, "note", str, "", name),
        muted=get(values, "muted", bool, False, name),
        frozen=get(values, "frozen", bool, False, name),
        lr=float(get(values, "lr", float, 1.0, name)),
        shares=get(values, "shares", str, "", name),
        repeat=max(1, min(10_000, int(get(values, "repeat", int, 1, name)))),
        extra={key: value for key, value in values.items() if key not in known},
    )


def graph_from_json(values: Any, reader: _Reader | None = None, where: str = "network") -> Graph:
    """A graph out of JSON; raises `UserError` with every fault unless a reader collects them."""
    own = reader is None
    reader = reader or _Reader()
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("nodes"), list)
        or not isinstance(values.get("edges"), list)
    ):
        reader.wrong(where, "an object with nodes and edges")
        values = {"nodes": [], "edges": []}
    if len(values["nodes"]) > MOST_NODES or len(values["edges"]) > MOST_EDGES:
        raise UserError(f"This network has more than {MOST_NODES} nodes or {MOST_EDGES} wires, more than Lamina opens.")
    nodes: dict[str, Node] = {}
    for place, item in enumerate(values["nodes"]):
        node = _read_node(item, reader, f"{where}: node {place + 1}")
        if node is not None and node.id in nodes:
            reader.wrong(f"{where}: the id {node.id!r}", "used once")
        elif node is not None:
            nodes[node.id] = node
    edges = _read_edges(values["edges"], nodes, reader, where)
    frames = {}
    for item in values.get("frames", []) if isinstance(values.get("frames", []), list) else []:
        try:
            frame = Frame(**item)
            frames[frame.id] = frame
        except TypeError:
            reader.wrong(f"{where}: a note", "complete")
    if own and reader.problems:
        raise UserError(" ".join(reader.problems))
    return Graph(nodes, edges, frames)


def _read_edges(items: list[Any], nodes: Mapping[str, Node], reader: _Reader, where: str) -> tuple[Edge, ...]:
    """The wires, each between nodes that exist. Whether they may be is asked by `engine.check` and the inference: a
    file with a circle opens, shows the problem and can be mended."""
    edges: dict[tuple[str, str, int], Edge] = {}
    for place, item in enumerate(items):
        label = f"{where}: wire {place + 1}"
        if not isinstance(item, list) or len(item) not in (4, 5) or not all(isinstance(part, str) for part in item[:4]):
            reader.wrong(label, "[source, output, target, input]")
            continue
        index = item[4] if len(item) == 5 else 0
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < MOST_NODES:
            reader.wrong(label, "numbered from 0")
            continue
        edge = Edge(item[0], item[1], item[2], item[3], index)
        lost = [name for name in (edge.source, edge.target) if name not in nodes]
        if lost:
            reader.wrong(
                f"{label} ({edge.source} to {edge.target})", f"between nodes that exist; there is no {lost[0]!r}"
            )
        else:
            edges[(edge.target, edge.input, edge.index)] = edge
    return tuple(edges.values())


def _read_data(values: Any, reader: _Reader) -> DataChoice:
    if not isinstance(values, dict):
        reader.wrong("data", "an object")
        return DataChoice()
    found = []
    for item in values.get("fields", []):
        try:
            found.append(Field.from_json(item))
        except (KeyError, TypeError, ValueError, AttributeError, AssertionError):
            reader.wrong("data: a field", "complete: name, kind and tensor")
    split = values.get("split", [0.7, 0.15, 0.15])
    good = (
        isinstance(split, list)
        and len(split) == 3
        and all(isinstance(part, int | float) and 0 <= part <= 1 for part in split)
    )
    if not good or not math.isclose(sum(split), 1, abs_tol=1e-6):
        reader.wrong("data: “split”", "three shares that add up to 1")
        split = [0.7, 0.15, 0.15]
    known = {one.name for one in fields(DataChoice)}
    source = values.get("source")
    if source is not None and not isinstance(source, dict):
        reader.wrong("data: “source”", "an object with a type")
        source = None
    return DataChoice(
        source=source,
        fields=tuple(found),
        count=reader.get(values, "count", int, 0, "data"),
        split=(float(split[0]), float(split[1]), float(split[2])),
        seed=reader.get(values, "seed", int, 7, "data"),
        stratify=reader.get(values, "stratify", bool, True, "data"),
        preparation=reader.get(values, "preparation", dict, {"type": "Preparation"}, "data"),
        extra={key: value for key, value in values.items() if key not in known},
    )


def from_json(values: Any) -> Project:
    """A project out of JSON values.

    Raises:
        UserError: everything that is wrong with it, in one message; or the file is from a newer version.
    """
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("format"), int)
        or isinstance(values.get("format"), bool)
    ):
        raise UserError("This is not a Lamina project: it has no format number.")
    version = values["format"]
    if version > FORMAT:
        raise UserError(
            f"This project was saved by a newer Lamina (format {version}; this one reads up to {FORMAT}). "
            "Update Lamina to open it; the file stays as it is."
        )
    if version < 1:
        raise UserError(f"This is not a Lamina project: format {version} never existed.")
    for migrate in MIGRATIONS[version - 1 :]:
        values = migrate(values)
    reader = _Reader()
    networks_json = reader.get(values, "networks", dict, {}, "project")
    networks = {str(name): graph_from_json(part, reader, str(name)) for name, part in networks_json.items()}
    blocks = _read_blocks(values.get("blocks", []), reader)
    known = {one.name for one in fields(Project)} | {"format"}
    project = Project(
        name=reader.get(values, "name", str, "Untitled", "project"),
        networks=networks or {"main": Graph()},
        blocks=blocks,
        data=_read_data(values.get("data", {}), reader),
        recipe=reader.get(values, "recipe", dict, {"type": "Supervised"}, "project"),
        about=reader.get(values, "about", dict, {}, "project"),
        view=reader.get(values, "view", dict, {}, "project"),
        extra={key: value for key, value in values.items() if key not in known},
    )
    if reader.problems:
        raise UserError("This project file is damaged. " + " ".join(reader.problems))
    return project


def _read_blocks(items: Any, reader: _Reader) -> dict[str, Block]:
    blocks: dict[str, Block] = {}
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            reader.wrong("a block", "an object with a name")
            continue
        try:
            params = tuple(BlockParam(**one) for one in item.get("params", []))
        except TypeError:
            reader.wrong(f"block {item['name']!r}: its settings", "complete: name and default")
            params = ()
        graph = graph_from_json(item.get("graph"), reader, f"block {item['name']}")
        known = {"name", "graph", "params", "help"}
        extra = {key: value for key, value in item.items() if key not in known}
        blocks[item["name"]] = Block(item["name"], graph, params, reader.get(item, "help", str, "", "block"), extra)
    return blocks


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def loads(text: str, name: str = "This file") -> Project:
    """A project out of the text of its file; `name` is how messages call it."""
    return from_json(parse(text, name))


def parse(text: str, name: str) -> Any:
    """JSON text from a stranger: no NaN, no double keys, no bottomless nesting. `UserError` says where it breaks."""
    try:
        return json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except RecursionError:
        raise UserError(f"{name} is nested too deeply to be a project.") from None
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name} is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}. "
            "If it was cut off while copying, fetch it again."
        ) from None
    except ValueError as error:
        raise UserError(f"{name} is not a valid project: {error}.") from None


def load(path: str | os.PathLike[str]) -> Project:
    """Open a project file.

    Raises:
        UserError: there is no such file, it cannot be read, is too large, damaged, or from a newer version.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder. Choose a project file that ends in {SUFFIX}.")
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path.name} is larger than {MOST_BYTES >> 20} MB, too large for a project.")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is no text file, so it is no Lamina project.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    return loads(text, path.name)


def save(project: Project, path: str | os.PathLike[str]) -> None:
    """Write the project file so that a crash or a full disk leaves the old file whole.

    Raises:
        UserError: the folder is missing or cannot be written, or the disk is full. The old file is unchanged.
    """
    write_atomically(Path(path), dumps(project).encode())


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Replace a file in one step: temp file beside it, fsync, rename, fsync of the folder."""
    folder = path.parent
    temp = ""
    try:
        handle, temp = tempfile.mkstemp(dir=folder, prefix=".lamina-", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            for part in (content,) if isinstance(content, bytes) else content:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temp, (path.stat().st_mode & 0o777) if path.exists() else 0o644)
        os.replace(temp, path)
        temp = ""
        _sync_folder(folder)
    except OSError as error:
        raise UserError(_why_not_saved(path, error)) from error
    finally:
        if temp:
            _forget(temp)


def _forget(temp: str) -> None:
    try:
        os.unlink(temp)
    except OSError:
        pass


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no fsync of folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why_not_saved(path: Path, error: OSError) -> str:
    import errno

    if error.errno == errno.ENOSPC:
        return (
            f"{path.name} was not saved: the disk is full. The old file is unchanged. Free some space and save again."
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{path.name} was not saved: {path.parent} is read-only. The old file is unchanged. Save it elsewhere."
    if error.errno == errno.ENOENT:
        return f"{path.name} was not saved: the folder {path.parent} does not exist. Choose another folder."
    return f"{path.name} was not saved: {error.strerror}. The old file is unchanged."

"""The project: everything a person made, as one immutable value and as one JSON file.

The file carries a format number. Older files are brought up to date by migrations that are appended and never edited;
what this version does not know (a layer of a newer version, a setting, a key) is kept and written back.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from engine.data.fields import Field, Role
from engine.errors import UserError, listed
from engine.graph import Block, Graph
from engine.graphfile import Reader, blocks_json, graph_from_json, graph_json, read_blocks
from engine.jsontext import parse, pretty
from engine.saving import write_atomically

FORMAT = 1
SUFFIX = ".lamina"
MOST_BYTES = 64 * 2**20

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

    def __eq__(self, other: object) -> bool:
        """The order of the networks counts: the first one is trained."""
        if not isinstance(other, Project):
            return NotImplemented
        same = all(getattr(self, one.name) == getattr(other, one.name) for one in fields(self))
        return same and list(self.networks) == list(other.networks)

    @property
    def graph(self) -> Graph:
        return next(iter(self.networks.values()))

    def focused(self, network: str) -> Project:
        """The same project with one network as the first, the one that all else works on; empty leaves it as it is.

        Raises:
            UserError: there is no such network.
        """
        if not network or network == next(iter(self.networks)):
            return self
        if network not in self.networks:
            raise UserError(
                f"There is no network called {network!r}. The project has {listed(list(self.networks), 'and')}."
            )
        return replace(self, networks={network: self.networks[network], **self.networks})

    def with_graph(self, graph: Graph) -> Project:
        """The same project with another first network."""
        first = next(iter(self.networks))
        return replace(self, networks={**self.networks, first: graph})


# ---- to JSON -----------------------------------------------------------------------------------------------------


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


def dumps(project: Project) -> str:
    """The text of the project file: one line per node and wire, so that versions compare well."""
    return pretty(to_json(project))


# ---- from JSON ---------------------------------------------------------------------------------------------------

MIGRATIONS: list[Callable[[dict[str, Any]], dict[str, Any]]] = []
"""`MIGRATIONS[n]` turns format n + 1 into n + 2. Append, never edit."""


def _read_data(values: Any, reader: Reader) -> DataChoice:
    if not isinstance(values, dict):
        reader.wrong("data", "an object")
        return DataChoice()
    found: dict[str, Field] = {}
    for place, item in enumerate(reader.get(values, "fields", list, [], "data")):
        try:
            one = Field.from_json(item)
        except (KeyError, TypeError, ValueError, AttributeError):
            reader.wrong(f"data: field {place + 1}", "complete: name, kind and tensor")
            continue
        if one.name in found:
            reader.wrong(f"data: the field name {one.name[:40]!r}", "used once")
        found[one.name] = one
    split = values.get("split", [0.7, 0.15, 0.15])
    good = (
        isinstance(split, list)
        and len(split) == 3
        and all(isinstance(part, int | float) and not isinstance(part, bool) and 0 <= part <= 1 for part in split)
    )
    if not good or not math.isclose(sum(split), 1, abs_tol=1e-6):
        reader.wrong("data: “split”", "three shares that add up to 1")
        split = [0.7, 0.15, 0.15]
    known = {one.name for one in fields(DataChoice)} - {"extra"}
    source = values.get("source")
    if source is not None and not isinstance(source, dict):
        reader.wrong("data: “source”", "an object with a type")
        source = None
    return DataChoice(
        source=source,
        fields=tuple(found.values()),
        count=reader.get(values, "count", int, 0, "data"),
        split=(float(split[0]), float(split[1]), float(split[2])),
        seed=reader.get(values, "seed", int, 7, "data"),
        stratify=reader.get(values, "stratify", bool, True, "data"),
        preparation=reader.get(values, "preparation", dict, {"type": "Preparation"}, "data"),
        extra={key: value for key, value in values.items() if key not in known},
    )


def from_json(values: Any, name: str = "This") -> Project:
    """A project out of JSON values; `name` is how messages call what they came from.

    Raises:
        UserError: everything that is wrong with it, in one message; or the file is from a newer version.
    """
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("format"), int)
        or isinstance(values.get("format"), bool)
    ):
        raise UserError(f"{name} is not a Lamina project: it has no format number. Choose a {SUFFIX} file.")
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
    reader = Reader()
    networks_json = reader.get(values, "networks", dict, {}, "project")
    networks = {str(name): graph_from_json(part, reader, str(name)) for name, part in networks_json.items()}
    blocks = read_blocks(reader.get(values, "blocks", list, [], "project"), reader)
    known = {one.name for one in fields(Project)} - {"extra"} | {"format"}
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


def loads(text: str, name: str = "This file") -> Project:
    """A project out of the text of its file; `name` is how messages call it."""
    return from_json(parse(text, name), name)


def load(path: str | os.PathLike[str]) -> Project:
    """Open a project file.

    Raises:
        UserError: there is no such file, it cannot be read, is too large, damaged, or from a newer version.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder. Choose a project file that ends in {SUFFIX}.")
        size = path.stat().st_size
        if not path.is_file():  # a pipe or a device never ends
            raise UserError(f"{path} is no ordinary file. Choose a project file that ends in {SUFFIX}.")
        if size > MOST_BYTES:
            raise UserError(f"{path.name} is larger than {MOST_BYTES >> 20} MB, too large for a project.")
        text = path.read_text(encoding="utf-8-sig")  # some editors put a mark at the beginning
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

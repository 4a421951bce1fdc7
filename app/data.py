"""The Data page: chooses a source, shows what is in it, its parts and its quality. Reading happens in the helper."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from engine.check import usual_objective
from engine.data.preparation import preparations
from engine.data.sources import sources
from engine.edits import set_param
from engine.errors import UserError
from engine.facts import Schema
from engine.graph import Graph, inputs_of, label_of, objectives_of
from engine.layer import layers
from engine.project import DataChoice, Project, from_json, to_json
from widgets import words
from widgets.data_page import DataPage
from widgets.form import Form
from widgets.values import (
    Advice,
    Bins,
    ClassCount,
    ColumnInfo,
    DataHead,
    DataReport,
    FieldCard,
    ReadySet,
    SourceCard,
    SplitInfo,
    Thumb,
)
from widgets.views import FieldView, FormContext

if TYPE_CHECKING:
    from app.window import Window

THUMB = 110


def data_json(data: DataChoice) -> dict[str, Any]:
    """A data choice as the helper takes it."""
    found: dict[str, Any] = to_json(Project(data=data))["data"]
    return found


class DataPresenter(QObject):
    """Wires the Data page to the document and the helper."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.document = window.document
        self.widget = DataPage()
        self._source_form = Form()
        self._preparation_form = Form()
        self._source_form.changed.connect(self._on_source_setting)
        self._preparation_form.changed.connect(self._on_preparation)
        self._shown: DataChoice | None = None
        self._filter = (-1, "")
        self._scanning = 0
        self._round = 0
        self._facts: dict[str, Any] = {}
        self._connect()
        self.widget.set_ready_sets(
            [ReadySet(cls.__name__, cls.label, _short(cls.help())) for cls in sources if cls.section == "Examples"]
        )
        if window.has_project:
            self._refresh()

    def _connect(self) -> None:
        page = self.widget
        page.ready_chosen.connect(lambda key: self.scan({"type": key}))
        page.path_dropped.connect(self.take_path)
        page.browse_folder_wanted.connect(self._browse_folder)
        page.browse_file_wanted.connect(self._browse_file)
        page.thumbnails_wanted.connect(self._on_thumbnails)
        page.rows_wanted.connect(self._on_rows)
        page.filter_changed.connect(self._on_filter)
        page.role_wanted.connect(self._on_role)
        page.split_wanted.connect(self._on_split)
        page.cancel_wanted.connect(self._on_cancel)
        page.source_chosen.connect(lambda _: self.rescan())
        self.document.changed.connect(lambda _: self._refresh())
        self.document.replaced.connect(self._refresh)

    def shown(self, on: bool) -> None:
        """The page came to the front or left it."""
        if on:
            self._refresh()

    # ---- choosing ----

    def take_path(self, path: str) -> None:
        """Read what a person dropped or chose: the source that fits it is guessed from its name and its beginning."""
        from engine.data.guess import source_for

        try:
            source = source_for(path)
        except UserError as error:
            self._failed(error.message, "")
            return
        self.scan(dict(source))

    def _browse_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self.widget, "Choose a folder of pictures or sounds")
        if path:
            self.take_path(path)

    def _browse_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.widget,
            "Choose data",
            "",
            "Tables, texts and IDX files (*.csv *.tsv *.tab *.txt *.md *.gz *.idx *-ubyte);;All files (*)",
        )
        if path:
            self.take_path(path)

    def rescan(self) -> None:
        """Read the chosen source again: its files may have changed."""
        source = self.document.project.data.source
        if source is not None:
            self.scan(dict(source))

    def scan(self, source: dict[str, Any]) -> None:
        """Read a source in the helper; the project changes when it succeeded."""
        if not self._window.has_project:
            self._window.files.new_project()
        cls = sources[str(source["type"])]
        self.widget.set_error("")
        self.widget.set_busy(f"Reading {cls.label.lower()}")
        previous = data_json(self.document.project.data) if self.document.project.data.fields else None
        args: dict[str, Any] = {"source": source}
        if previous is not None and self._same_kind(source):
            args["previous"] = previous
        self._scanning = self._window.helper.ask("scan", args, self._on_scanned, self._failed, self._on_progress)

    def _same_kind(self, source: Mapping[str, Any]) -> bool:
        old = self.document.project.data.source
        return old is not None and old.get("type") == source.get("type")

    def _on_progress(self, told: Mapping[str, Any]) -> None:
        self.widget.set_busy(str(told["text"]), float(told["share"]))

    def _on_scanned(self, found: Mapping[str, Any]) -> None:
        self.widget.set_busy(None)
        self._window.status.set_message("")  # such as why the file before could not be read
        new = from_json({"format": 1, "data": found["data"]}).data

        def edit(project: Project) -> Project:
            old = project.data
            kept = replace(new, split=old.split, seed=old.seed, stratify=old.stratify, preparation=old.preparation)
            return _with_ends(_rebound(replace(project, data=kept)), blank=not project.graph.nodes)

        self.document.edit("Choose data", edit)
        self._shown = None
        self._refresh()

    def _failed(self, message: str, details: str) -> None:
        self.widget.set_busy(None)
        self.widget.set_error("The data could not be read", message)
        self._window.status.set_message(message)

    def _on_cancel(self) -> None:
        self._window.helper.cancel(self._scanning)
        self.widget.set_busy(None)

    # ---- showing ----

    def _refresh(self) -> None:
        """Show what the project says now; what must be read is asked for."""
        project = self.document.project
        data = project.data
        self._show_sources(data)
        self.widget.set_seen(list(_seen(project)))
        self._show_forms(data)
        if data.source is None or not data.fields:
            self._shown = None
            self.widget.show_data(None)
            self.widget.set_report(None)
            if data.source is not None and self._window.page == "data":
                self.rescan()
            return
        if self._shown == data or self._window.page not in ("data", ""):
            return
        self._shown = data
        self._round += 1
        self._facts = {}
        self._ask("open", {"data": data_json(data)}, self._on_opened)
        self._ask("summaries", {"data": data_json(data)}, self._on_summaries)
        self._ask("quality", {"data": data_json(data)}, self._on_quality)

    def _ask(self, call: str, args: dict[str, Any], done: Callable[[Any], None]) -> None:
        """Ask the helper about the data that is shown; answers about other data are dropped."""
        now = self._round

        def answered(found: Any) -> None:
            if now == self._round:
                done(found)

        def failed(message: str, details: str) -> None:
            if now == self._round:
                self._failed(message, details)

        self._window.helper.ask(call, args, answered, failed)

    def _show_sources(self, data: DataChoice) -> None:
        if data.source is None:
            self.widget.set_sources([])
            return
        kind = str(data.source.get("type"))
        label, icon = kind, "database"
        if kind in sources:
            label, icon = sources[kind].label, sources[kind].icon or "database"
            with contextlib.suppress(UserError):
                label = sources.make(data.source).title()
        fields = [one for one in data.fields if one.role != "unused"]
        lines = (words.count(data.count, "item"), words.count(len(fields), "field") + " in use")
        self.widget.set_sources([SourceCard("source", label, icon, lines, True)])

    def _show_forms(self, data: DataChoice) -> None:
        kind = str(data.source.get("type")) if data.source else ""
        if kind in sources and sources[kind].params():
            values = {name: value for name, value in (data.source or {}).items() if name != "type"}
            cls = sources[kind]
            self._source_form.show_values(cls, values, cls.problems_of(values), FormContext(narrow=True))
            self.widget.set_source_form(self._source_form)
        else:
            self.widget.set_source_form(None)
        preparation = preparations["Preparation"]
        values = {name: value for name, value in data.preparation.items() if name != "type"}
        fields = tuple(FieldView(one.name, one.kind) for one in data.fields)
        kinds = {one.kind for one in data.fields if one.role == "input"}
        targets = {one.kind for one in data.fields if one.role == "target"}
        useful = {
            "numbers": bool(kinds & {"number", "series", "signal"}),
            "missing": bool(kinds & {"number", "category"}),
            "images": "image" in kinds,
            "targets": "number" in targets,
        }
        shown = {name: one for name, one in preparation.params().items() if useful.get(name, True)}
        self._preparation_form.show_values(
            shown, values, preparation.problems_of(values), FormContext(fields, narrow=True)
        )
        self.widget.set_preparation_form(self._preparation_form if data.fields else None)

    def _on_opened(self, found: Mapping[str, Any]) -> None:
        self._facts["open"] = found
        self._show_report()

    def _on_quality(self, found: list[Mapping[str, Any]]) -> None:
        self._facts["quality"] = found
        self._show_report()

    def _on_summaries(self, found: list[Mapping[str, Any]]) -> None:
        data = self.document.project.data
        self._facts["summaries"] = {one["name"]: one for one in found}
        pictures = any(one.kind == "image" for one in data.fields)
        columns = []
        for one in data.fields:
            about = self._facts["summaries"].get(one.name, {})
            classes = tuple(ClassCount(str(name), int(count)) for name, count in about.get("top", ()))
            columns.append(
                ColumnInfo(one.name, one.kind, one.role, int(about.get("missing", 0)), _bins(about), classes)
            )
        target = _target(data)
        self._ask_balance(data, target)
        self.widget.show_data(DataHead("images" if pictures else "table", data.count, (), tuple(columns)))
        self._show_report()

    def _ask_balance(self, data: DataChoice, target: str) -> None:
        field = data.schema.get(target)
        if field is None or field.kind != "category":
            return
        self._ask("balance", {"data": data_json(data), "field": target}, self._on_balance)

    def _on_balance(self, found: list[Mapping[str, Any]]) -> None:
        data = self.document.project.data
        classes = tuple(ClassCount(str(one["name"]), int(one["count"])) for one in found)
        self._facts["balance"] = classes
        if any(one.kind == "image" for one in data.fields):
            columns = tuple(ColumnInfo(one.name, one.kind, one.role) for one in data.fields)
            self.widget.show_data(DataHead("images", data.count, classes, columns))
        self._show_report()

    def _show_report(self) -> None:
        data = self.document.project.data
        opened = self._facts.get("open")
        target = _target(data)
        about = self._facts.get("summaries", {}).get(target, {})
        parts = (opened or {}).get("parts", {})
        counts = tuple(int(parts.get(part, 0)) for part in ("train", "validation", "test"))
        field = data.schema.get(target)
        can = field is not None and field.kind == "category"
        split = (
            SplitInfo(data.split, (counts[0], counts[1], counts[2]), data.seed, data.stratify, can) if parts else None
        )
        findings = tuple(
            Advice(str(one["level"]), str(one["title"]), str(one["detail"])) for one in self._facts.get("quality", ())
        )
        if "quality" in self._facts and not findings:
            findings = (Advice("good", "Nothing found", f"All {words.thousands(data.count)} items were looked at."),)
        self.widget.set_report(
            DataReport(self._facts.get("balance", ()), target, _bins(about) if not can else None, split, findings)
        )

    def _on_filter(self, label: int, search: str) -> None:
        self._filter = (label, search)
        call = "preview" if self._has_pictures() else "rows"
        args = {"data": data_json(self.document.project.data), "count": 1, "label": label, "search": search}
        self._ask(call, args, lambda found: self.widget.set_count(int(found["total"])))

    def _has_pictures(self) -> bool:
        return any(one.kind == "image" for one in self.document.project.data.fields)

    def _on_thumbnails(self, start: int, count: int) -> None:
        label, search = self._filter
        ratio = self.widget.devicePixelRatioF()
        args = {
            "data": data_json(self.document.project.data),
            "start": start,
            "count": count,
            "side": round(THUMB * ratio * 1.5),
            "label": label,
            "search": search,
        }
        target = self.document.project.data.schema.get(_target(self.document.project.data))
        codes = {name: place for place, name in enumerate(target.classes)} if target else {}

        def done(found: Mapping[str, Any]) -> None:
            thumbs = [
                Thumb(base64.b64decode(one["png"]), codes.get(one["label"]), str(one["name"]))
                for one in found["thumbs"]
            ]
            self.widget.set_thumbnails(start, thumbs)

        self._ask("preview", args, done)

    def _on_rows(self, start: int, count: int) -> None:
        label, search = self._filter
        args = {
            "data": data_json(self.document.project.data),
            "start": start,
            "count": count,
            "label": label,
            "search": search,
        }

        def done(found: Mapping[str, Any]) -> None:
            names = found["columns"]
            self.widget.set_rows(start, [tuple(_cell(row.get(name)) for name in names) for row in found["rows"]])

        self._ask("rows", args, done)

    # ---- edits ----

    def _edit(self, name: str, change: Callable[[DataChoice], DataChoice], merge: str = "") -> None:
        self.document.edit(name, lambda project: replace(project, data=change(project.data)), merge)

    def _on_role(self, field: str, role: str) -> None:
        def change(data: DataChoice) -> DataChoice:
            return data.with_role(field, role)  # type: ignore[arg-type]

        self._edit(f"Use {field} as {role}", change)

    def _on_split(self, shares: tuple[float, float, float], seed: int, stratify: bool) -> None:
        self._edit(
            "Change the split",
            lambda data: replace(data, split=_hundredths(shares), seed=seed, stratify=stratify),
            "split",
        )

    def _on_preparation(self, name: str, value: Any) -> None:
        def change(data: DataChoice) -> DataChoice:
            return replace(data, preparation={**data.preparation, name: value})

        self._edit("Change the preparation", change, f"preparation.{name}")

    def _on_source_setting(self, name: str, value: Any) -> None:
        source = dict(self.document.project.data.source or {})
        if source:
            self.scan({**source, name: value})

    # ---- thumbnails of the input card ----

    def ask_input_pictures(self, done: Callable[[list[QImage]], None]) -> None:
        """Three pictures for the card of an image input."""
        data = self.document.project.data
        if not self._has_pictures():
            return

        def answered(found: list[str]) -> None:
            done([QImage.fromData(base64.b64decode(one)) for one in found])

        self._window.helper.ask("input_thumbs", {"data": data_json(data), "side": 96}, answered, lambda *_: None)


def _short(text: str) -> str:
    """How many items a set has, told by the number its help begins with: `1,797 small pictures` has 1 797 items."""
    return f"{text.split()[0].replace(',', words.THIN)} items" if text[:1].isdigit() else ""


def _target(data: DataChoice) -> str:
    return next((one.name for one in data.fields if one.role == "target"), "")


def _hundredths(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    """Shares in whole hundredths that add up to exactly 1."""
    train, validation = round(shares[0], 2), round(shares[1], 2)
    return (train, validation, round(1 - train - validation, 2))


def _bins(about: Mapping[str, Any]) -> Bins | None:
    found = about.get("histogram")
    if not found or not found["counts"]:
        return None
    return Bins(tuple(int(count) for count in found["counts"]), tuple(float(edge) for edge in found["edges"]))


def _cell(value: Any) -> str:
    return "" if value is None else words.number(value) if isinstance(value, float) else str(value)


def _seen(project: Project) -> list[FieldCard]:
    """What the network reads and answers, as cards."""
    found = []
    schema = project.data.schema
    for node in inputs_of(project.graph):
        try:
            made: Any = layers[node.layer](**node.params)
            tensor = made.tensor(schema)
        except UserError:
            continue
        name = getattr(made, "field", "") or label_of(node)
        found.append(FieldCard(name, tensor.symbol, tensor.words(), f"feeds the node {label_of(node)}"))
    for node in objectives_of(project.graph):
        target = str(node.params.get("target", "")) or _target(project.data)
        field = schema.get(target)
        if field is not None:
            shape = words.count(len(field.classes), "class", "classes") if field.classes else field.tensor.words()
            symbol = "numbers" if field.kind != "image" else "image"
            found.append(FieldCard(target, symbol, shape, f"the answer, for {label_of(node)}", "target"))
    return found


def _rebound(project: Project) -> Project:
    """Inputs and objectives that name a field which the new data lacks take the only one that fits, where there is
    one; else they keep the name, and the problems say so."""
    networks = {name: _rebound_graph(graph, project.data.schema) for name, graph in project.networks.items()}
    return replace(project, networks=networks)


def _rebound_graph(graph: Graph, schema: Schema) -> Graph:
    ends = {node.id: "target" for node in objectives_of(graph)} | {node.id: "input" for node in inputs_of(graph)}
    for node, role in ((graph.nodes[one], role) for one, role in ends.items()):
        if node.layer not in layers:
            continue
        for name, declared in layers[node.layer].params().items():
            old = node.params.get(name)
            if declared.kind != "field" or declared.fields is None or not old or old in schema:
                continue
            fit = [one.name for one in schema.values() if one.role == role and one.kind in declared.fields.kinds]
            if len(fit) == 1:
                graph = set_param(graph, node.id, name, fit[0])
    return graph


def _with_ends(project: Project, blank: bool) -> Project:
    """On a blank canvas, an input and an objective for the data just chosen, so that only the middle is missing."""
    if not blank:
        return project
    from engine.edits import add

    kinds = {one.kind for one in project.data.fields if one.role == "input"}
    graph = project.graph
    if "image" in kinds:
        name = next(one.name for one in project.data.fields if one.kind == "image")
        graph, _ = add(graph, "ImageInput", 0, 0, {"field": name})
    elif "series" in kinds:
        graph, _ = add(graph, "SeriesInput", 0, 0)
    elif kinds & {"number", "category"}:
        graph, _ = add(graph, "TableInput", 0, 0)
    target = next((one for one in project.data.fields if one.role == "target"), None)
    if target is not None and target.kind in ("number", "category"):
        graph, _ = add(graph, usual_objective(target), 0, 360, {"target": target.name})
    return project.with_graph(graph)

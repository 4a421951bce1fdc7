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

from app.dataviews import advice_of, bins, cell, data_json, hundredths, seen, short, target_of
from app.rebinding import rebound, with_ends
from engine.data.preparation import preparations
from engine.data.sources import sources
from engine.errors import UserError
from engine.project import DataChoice, Project, from_json
from widgets import words
from widgets.data_page import DataPage
from widgets.form import Form
from widgets.values import (
    Advice,
    ClassCount,
    ColumnInfo,
    DataHead,
    DataReport,
    ReadySet,
    SourceCard,
    SplitInfo,
    Thumb,
)
from widgets.views import FieldView, FormContext

if TYPE_CHECKING:
    from app.window import Window

THUMB = 110


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
            [ReadySet(cls.__name__, cls.label, short(cls.help())) for cls in sources if cls.section == "Examples"]
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
        page.finding_action.connect(lambda field: self._on_role(field, "unused"))
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
            return with_ends(rebound(replace(project, data=kept)), blank=not project.graph.nodes)

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
        self.widget.set_seen(list(seen(project)))
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
        before, self._shown = self._shown, data
        if before is None or _without_roles(before) != _without_roles(data):  # a role leaves the table as it is
            self.widget.show_opening("Opening the data")
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
            columns.append(ColumnInfo(one.name, one.kind, one.role, int(about.get("missing", 0)), bins(about), classes))
        target = target_of(data)
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
        target = target_of(data)
        about = self._facts.get("summaries", {}).get(target, {})
        parts = (opened or {}).get("parts", {})
        counts = tuple(int(parts.get(part, 0)) for part in ("train", "validation", "test"))
        field = data.schema.get(target)
        can = field is not None and field.kind == "category"
        split = (
            SplitInfo(data.split, (counts[0], counts[1], counts[2]), data.seed, data.stratify, can) if parts else None
        )
        findings = advice_of(self._facts.get("quality", ()))
        if "quality" in self._facts and not findings:
            findings = (Advice("good", "Nothing found", f"All {words.thousands(data.count)} items were looked at."),)
        self.widget.set_report(
            DataReport(self._facts.get("balance", ()), target, bins(about) if not can else None, split, findings)
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
        target = self.document.project.data.schema.get(target_of(self.document.project.data))
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
            self.widget.set_rows(start, [tuple(cell(row.get(name)) for name in names) for row in found["rows"]])

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
            lambda data: replace(data, split=hundredths(shares), seed=seed, stratify=stratify),
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


def _without_roles(data: DataChoice) -> tuple[object, ...]:
    """The items and what is known of each, whatever their fields are used for."""
    return data.source, [one.with_role("unused") for one in data.fields]

"""The Test page: tests a run in the helper, shows its numbers, mix-ups and worst mistakes, and answers single items."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.chosen_run import ChosenRun
from app.dataviews import data_json
from app.testviews import MOST_SHOWN, answers_of, cells, replaced, report_of, result_of, with_item
from engine.errors import UserError
from engine.project import DataChoice
from engine.runs import Run
from widgets.test_page import TestPage
from widgets.values import ModelChoice, TestResult, TryResult

if TYPE_CHECKING:
    from app.window import Window

SIDE = 224


class TestPresenter(QObject):
    """Wires the Test page to runs and the helper."""

    __test__ = False  # a presenter, not a test case

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.widget = TestPage()
        self.run_id = ""
        self.follow = ChosenRun()
        self._round = 0
        self._report: Mapping[str, Any] | None = None
        self._data: DataChoice | None = None
        page = self.widget
        page.model_chosen.connect(self.choose)
        page.test_wanted.connect(self.run_test)
        page.try_file_wanted.connect(self._on_file)
        page.try_path_dropped.connect(self.answer)
        page.try_item_wanted.connect(lambda item: self.answer({"item": item}))
        page.train_wanted.connect(lambda: window.run_command("train"))
        window.document.replaced.connect(self._on_replaced)

    def _on_replaced(self) -> None:
        self.run_id = ""
        self.follow = ChosenRun()
        self._report = None

    # ---- which model ----

    def usable(self) -> list[Run]:
        """Runs that have weights to test: those that made at least one epoch."""
        train = self._window.train
        return [run for run in train.runs if (info := train.info_of(run.id)) is not None and info.epoch > 0]

    def run(self) -> Run | None:
        return next((run for run in self.usable() if run.id == self.run_id), None)

    def why_not_test(self) -> str:
        return "" if self._window.has_project and self.usable() else "Train first, or open a run."

    def shown(self, on: bool) -> None:
        """The page came to the front or left it."""
        if not on:
            return
        runs = self.usable()
        if not runs:
            self.widget.set_models([])
            self.widget.show_result(None)
            return
        self.run_id = self.follow.pick(self.run_id, [run.id for run in runs], self._window.train.chosen)
        self.widget.set_models([self.model_choice(run) for run in runs], self.run_id)
        self._show_stored()

    def model_choice(self, run: Run) -> ModelChoice:
        """A run as choices call it."""
        info = self._window.train.info_of(run.id)
        runs = self._window.train.runs
        epoch = info.best.get("epoch") if info.best else info.epoch
        return ModelChoice(run.id, f"{info.name}, epoch {epoch}", len(runs) - 1 - runs.index(run))

    def choose(self, run_id: str) -> None:
        self.run_id = run_id
        self._show_stored()

    # ---- testing ----

    def _show_stored(self) -> None:
        """Show the result that the run keeps, or test now."""
        run = self.run()
        if run is None:
            return
        try:
            stored = run.result("test")
            fresh = stored is not None and float(stored.get("tested", 0)) >= self._trained(run)
        except UserError as error:
            self.widget.set_error("This run cannot be read", error.message)
            return
        if fresh:
            self._show(run, stored)
        else:
            self.run_test()

    def _trained(self, run: Run) -> float:
        """When the run's weights last changed."""
        places = (run.folder / "best.safetensors", run.folder / "checkpoints")
        return next((place.stat().st_mtime for place in places if place.exists()), 0.0)

    def run_test(self) -> None:
        run = self.run()
        if run is None:
            self.shown(True)
            run = self.run()
        if run is None:
            return
        self._round += 1
        now = self._round
        self.widget.set_busy("Testing on what it has not seen")

        def done(found: Mapping[str, Any]) -> None:
            if now == self._round:
                self.widget.set_busy(None)
                self._show(run, found)
                self._window.signs.show_signs()

        def failed(message: str, details: str) -> None:
            if now == self._round:
                self.widget.set_busy(None)
                self.widget.set_error("The test could not be done", message)

        self._window.helper.ask("evaluate", {"run": str(run.folder)}, done, failed)

    def _show(self, run: Run, found: Mapping[str, Any]) -> None:
        """Show a result; pictures and rows of the mistakes follow."""
        self._data = run.project().data
        made = result_of(found)
        report = report_of(found)
        self._report = report
        if made is None:
            self.widget.set_error("Nothing to compare", "This model has no output with a right answer in the data.")
            return
        self.widget.show_result(made)
        self.widget.set_test_count(int(found["items"]))
        if report is not None and made.kind in ("classes", "number"):
            self._ask_items(made, report)

    def _ask_items(self, made: TestResult, report: Mapping[str, Any]) -> None:
        """Pictures, or rows, of the items that were answered wrong."""
        assert self._data is not None
        items = [one["item"] for one in report["mistakes"][:MOST_SHOWN]]
        pictures = any(one.kind == "image" for one in self._data.fields)
        if not items:
            return
        now = self._round
        args: dict[str, Any] = {"data": data_json(self._data), "items": items, "count": len(items)}
        if pictures:
            args["side"] = SIDE

        def done(found: Mapping[str, Any]) -> None:
            if now != self._round or self._report is not report:
                return
            pngs = [base64.b64decode(one["png"]) for one in found["thumbs"]] if pictures else [b""] * len(items)
            rows = [{}] * len(items) if pictures else found["rows"]
            mistakes = tuple(
                with_item(mistake, png, row) for mistake, png, row in zip(made.mistakes, pngs, rows, strict=False)
            )
            self.widget.show_result(replaced(made, mistakes))

        self._window.helper.ask("preview" if pictures else "rows", args, done, lambda *_: None)

    # ---- single items ----

    def _on_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.widget,
            "Open an item",
            "",
            "Pictures and tables (*.png *.jpg *.jpeg *.bmp *.webp *.gif *.csv *.json);;All files (*)",
        )
        if path:
            self.answer(path)

    def answer(self, values: Any) -> None:
        """Ask the model, and the exported file beside it where there is one."""
        run = self.run()
        if run is None:
            return
        self.widget.set_try_busy(True)
        args: dict[str, Any] = {"run": str(run.folder), "values": values}
        exported = self._exported(run)
        if exported:
            args["onnx"] = exported

        def done(found: Mapping[str, Any]) -> None:
            self.widget.set_try_busy(False)
            self._show_answer(values, found)

        def failed(message: str, details: str) -> None:
            self.widget.set_try_busy(False)
            self.widget.show_try(TryResult(_name_of(values), problem=message))

        self._window.helper.ask("predict", args, done, failed)

    def _exported(self, run: Run) -> str:
        """The ONNX file that this run was exported to, where it is still there."""
        try:
            proof = run.result("export:onnx")
        except UserError:
            return ""
        path = str((proof or {}).get("file", ""))
        return path if path and Path(path).is_file() else ""

    def _show_answer(self, values: Any, found: Mapping[str, Any]) -> None:
        item = found["items"][0]
        name = next(iter(item["answers"]))
        onnx = found.get("onnx")
        made = TryResult(
            name=str(item["name"]),
            torch=answers_of(item["answers"][name]),
            torch_ms=float(found["milliseconds"]),
            onnx=answers_of(onnx["answers"][0][name]) if onnx else (),
            onnx_ms=float(onnx["milliseconds"]) if onnx else None,
            same=bool(onnx["within"]) if onnx else None,
            difference=onnx.get("difference") if onnx else None,
        )
        png = b""
        if isinstance(values, str) and values.lower().endswith((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif")):
            png = Path(values).read_bytes()
        self._finish_answer(made, png, item.get("item"))

    def _finish_answer(self, made: TryResult, png: bytes, item: int | None) -> None:
        from dataclasses import replace

        if png or item is None or self._data is None:
            self.widget.show_try(replace(made, png=png))
            return
        pictures = any(one.kind == "image" for one in self._data.fields)

        def done(found: Mapping[str, Any]) -> None:
            if pictures:
                one = found["thumbs"][0]
                self.widget.show_try(replace(made, png=base64.b64decode(one["png"]), truth=str(one["label"])))
            else:
                row = found["rows"][0]
                self.widget.show_try(replace(made, values=cells(row)))

        args: dict[str, Any] = {"data": data_json(self._data), "items": [item]}
        if pictures:
            args["side"] = 2 * SIDE
        self._window.helper.ask("preview" if pictures else "rows", args, done, lambda *_: None)


def _name_of(values: Any) -> str:
    return Path(values).name if isinstance(values, str) else "item"

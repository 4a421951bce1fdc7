"""The Export page: writes ONNX and Python files, and shows the proof that they answer as PyTorch does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.chosen_run import ChosenRun
from app.document import slug
from engine.errors import UserError, listed
from engine.exporters import Exporter, exporters
from engine.project import Project
from engine.runs import Run
from widgets import words
from widgets.export_page import ExportPage
from widgets.try_panel import plain_small
from widgets.values import About, Bins, Missing, ProofRow, ProofView, Signature, Target

if TYPE_CHECKING:
    from app.window import Window

ABOUT = ("version", "license", "author", "purpose")


class ExportPresenter(QObject):
    """Wires the Export page to runs and the helper."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.document = window.document
        self.widget = ExportPage()
        self.run_id = ""
        self.follow = ChosenRun()
        self._folder = ""
        self._chosen = {"onnx"}
        self._round = 0
        page = self.widget
        page.model_chosen.connect(self.choose)
        page.targets_changed.connect(self._on_targets)
        page.check_wanted.connect(self._check)
        page.about_changed.connect(self._on_about)
        page.browse_wanted.connect(self._on_browse)
        page.folder_changed.connect(self._on_folder)
        page.export_wanted.connect(self._export)
        page.missing_chosen.connect(window.show_page)
        page.open_folder_wanted.connect(lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
        self.document.replaced.connect(self._on_replaced)

    def _on_replaced(self) -> None:
        self.run_id = ""
        self.follow = ChosenRun()
        self._folder = ""

    @property
    def folder(self) -> str:
        """Where files go: beside the project, else the person's own folder."""
        if self._folder:
            return self._folder
        return str(self.document.path.parent if self.document.path else Path.home())

    def run(self) -> Run | None:
        return next((run for run in self._window.test.usable() if run.id == self.run_id), None)

    # ---- showing ----

    def shown(self, on: bool) -> None:
        """The page came to the front or left it."""
        if not on:
            return
        runs = self._window.test.usable()
        if not runs:
            self.widget.set_missing(self._missing())
            return
        self.widget.set_missing([])
        tested = self._window.test.run_id
        ids = [run.id for run in runs]
        if self.run_id not in ids and tested in ids:
            self.run_id = tested
        self.run_id = self.follow.pick(self.run_id, ids, self._window.train.chosen)
        self.widget.set_models([self._window.test.model_choice(run) for run in runs], self.run_id)
        self._show_all()

    def _missing(self) -> list[Missing]:
        data = self.document.project.data
        network = not [one for one in self.document.errors if one.node]
        return [
            Missing("Choose data", bool(data.fields), "data"),
            Missing("Build a network without errors", network and bool(self.document.project.graph.nodes), "build"),
            Missing("Train it for at least one epoch", False, "train"),
        ]

    def choose(self, run_id: str) -> None:
        self.run_id = run_id
        self._show_all()

    def _show_all(self) -> None:
        run = self.run()
        if run is None:
            return
        try:
            proofs = {cls.key: run.result(f"export:{cls.key}") for cls in exporters}
            weights = run.folder / "best.safetensors"
            size = weights.stat().st_size if weights.exists() else 0
        except (UserError, OSError) as error:
            self._window.say(str(error), tone="error")
            return
        targets = [
            Target(cls.key, cls.label, cls.icon, cls.help(), *_size_note(cls, proofs[cls.key], size))
            for cls in exporters
        ]
        self.widget.set_targets(targets, set(self._chosen))
        self._show_proof(proofs.get("onnx"))
        project = self.document.project
        self.widget.set_about(About(project.name, **{name: str(project.about.get(name, "")) for name in ABOUT}))
        self.widget.set_folder(self.folder)
        self._ask_signature(run)

    def _ask_signature(self, run: Run) -> None:
        self._round += 1
        now = self._round

        def done(found: Mapping[str, Any]) -> None:
            if now != self._round:
                return
            rows = [Signature(one["name"], _symbol(one["kind"]), _shape(one)) for one in found["inputs"]]
            rows += [Signature(one["name"], "numbers", _output_words(one), True) for one in found["outputs"]]
            self.widget.set_signature(rows)
            self.widget.set_snippet(_snippet(self._file("onnx").name, found))

        self._window.helper.ask("signature", {"run": str(run.folder)}, done, lambda *_: None)

    def _show_proof(self, proof: Mapping[str, Any] | None) -> None:
        self.widget.set_proof(None if proof is None else _proof_view(proof))

    # ---- exporting ----

    def _file(self, key: str) -> Path:
        suffix = next(cls.suffix for cls in exporters if cls.key == key)
        return Path(self.folder) / f"{slug(self.document.project.name)}{suffix}"

    def _on_targets(self, keys: list[str]) -> None:
        self._chosen = set(keys)

    def _export(self, keys: list[str], folder: str) -> None:
        """Export one format after the other; each is proved before its file is there."""
        run = self.run()
        if run is None or not keys:
            return
        self._folder = folder
        if not self._may_replace([self._file(key) for key in keys]):
            return
        self.widget.set_busy(True)
        self.widget.set_proof_busy("onnx" in keys)
        about = {name: value for name, value in self.document.project.about.items() if isinstance(value, str)}
        self._window.attempt(lambda: run.set_result("about", {"name": self.document.project.name, **about}))
        self._next(run, list(keys), [])

    def _may_replace(self, paths: list[Path]) -> bool:
        """Whether files of these names may be written: those that are there already are replaced only when asked."""
        there = [path.name for path in paths if path.exists()]
        if not there:
            return True
        box = QMessageBox(self.widget)
        box.setWindowTitle("Lamina")
        box.setText(
            f"{listed(there, 'and')} is there already."
            if len(there) == 1
            else f"{listed(there, 'and')} are there already."
        )
        box.setInformativeText("Replacing happens only after the new file was proved; until then the old one stays.")
        replace_ = box.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is replace_

    def _check(self) -> None:
        """Prove the export without writing into the person's folder: the file stays with the run."""
        run = self.run()
        if run is None:
            return
        self.widget.set_busy(True)
        self.widget.set_proof_busy(True)

        def proved(proof: Mapping[str, Any]) -> None:
            self.widget.set_busy(False)
            self.widget.set_proof_busy(False)
            self._show_all()

        args = {"run": str(run.folder), "path": str(run.folder / "checked.onnx"), "exporter": "onnx"}
        self._window.helper.ask("export", args, proved, lambda message, _: self._refused("onnx", message))

    def _refused(self, key: str, message: str) -> None:
        self.widget.set_busy(False)
        self.widget.set_proof_busy(False)
        if key == "onnx":
            self.widget.set_proof(ProofView(False, "The ONNX file was refused", reason=message))
        else:
            self._window.say(message, tone="error")

    def _next(self, run: Run, keys: list[str], done: list[Path]) -> None:
        if not keys:
            self._finish(done)
            return
        key, *rest = keys
        path = self._file(key)

        def exported(proof: Mapping[str, Any]) -> None:
            if key == "onnx":
                self._show_proof(proof)
            self._next(run, rest, [*done, path])

        args = {"run": str(run.folder), "path": str(path), "exporter": key}
        self._window.helper.ask("export", args, exported, lambda message, _: self._refused(key, message))

    def _finish(self, done: list[Path]) -> None:
        self.widget.set_busy(False)
        self.widget.set_proof_busy(False)
        self._show_all()
        self._window.signs.show_signs()
        names = " and ".join(path.name for path in done)
        self._window.say(
            f"Exported {names}, proved equal to PyTorch.",
            tone="good",
            action="Open folder",
            on_action=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(done[0].parent))),
        )

    # ---- around ----

    def _on_about(self, about: About) -> None:
        def edit(project: Project) -> Project:
            values = {**project.about, **{name: getattr(about, name) for name in ABOUT}}
            kept = {name: value for name, value in values.items() if value != ""}
            return replace(project, name=about.name.strip() or project.name, about=kept)

        self.document.edit("Describe the model", edit, merge="about")

    def _on_browse(self) -> None:
        path = QFileDialog.getExistingDirectory(self.widget, "Choose a folder", self.folder)
        if path:
            self._on_folder(path)
            self.widget.set_folder(path)

    def _on_folder(self, path: str) -> None:
        self._folder = path


def _size_note(cls: type[Exporter], proof: Mapping[str, Any] | None, weights: int) -> tuple[str, str]:
    files = {"python": "2 files", "bundle": "a folder"}.get(cls.key, "32-bit numbers")
    size = int(proof["bytes"]) if proof else weights
    return (words.size(size) if size else "", files)


def _symbol(kind: str) -> str:
    return {"image": "image", "table": "numbers", "category": "tokens", "series": "sequence"}.get(kind, "anything")


def _shape(one: Mapping[str, Any]) -> str:
    inside = " × ".join(["N", *(str(dim) for dim in one["shape"])])
    return f"{inside} columns" if one["kind"] == "table" else inside


def _output_words(one: Mapping[str, Any]) -> str:
    count = len(one["classes"])
    return f"N × {count} classes" if count else f"N × {one['words']}"


def _proof_view(proof: Mapping[str, Any]) -> ProofView:
    """The proof as rows: every number was computed by the exporter."""
    rows = []
    if proof.get("class_items"):
        rows.append(
            ProofRow(
                "Same class in every case" if proof["same_class"] == proof["class_items"] else "Same class",
                f"{proof['same_class']} of {proof['class_items']}",
                proof["same_class"] == proof["class_items"],
            )
        )
    largest, limit = float(proof["largest"]), float(proof["limit"])
    apart, most = plain_small(float(f"{largest:.2g}")), plain_small(limit)
    rows.append(ProofRow("Largest difference", f"{apart}, limit {most} + {most} · |value|"))
    sizes = sorted({int(one["batch"]) for one in proof["batches"]})
    equal = all(one["within"] for one in proof["batches"])
    rows.append(ProofRow(f"Batches of {_said(sizes)}", "equal" if equal else "different", equal))
    rows.append(ProofRow("File checked by ONNX", f"opset {proof['opset']}, no custom parts"))
    counts = proof["histogram"]["counts"]
    edges = proof["histogram"]["edges"]
    bins = Bins(tuple(int(count) for count in counts), tuple(log10(edge) if edge > 0 else -10.0 for edge in edges))
    part = {"test": "held-out", "validation": "validation", "train": "training"}.get(
        str(proof["part"]), str(proof["part"])
    )
    line = f"Compared with PyTorch on {proof['items']} {part} items and {proof['random_items']} random inputs."
    return ProofView(
        True,
        "The ONNX file gives the same answers",
        line,
        tuple(rows),
        bins,
        log10(limit),
        files=(str(proof["file"]),),
    )


def _said(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes[:-1])) + f" and {sizes[-1]}" if len(sizes) > 1 else "".join(map(str, sizes))


def _snippet(name: str, found: Mapping[str, Any]) -> str:
    """How to use the file from Python, with this model's own names."""
    shapes = ", ".join(f"{one['name']}: N × {' × '.join(map(str, one['shape']))}" for one in found["inputs"])
    feeds = ", ".join(f'"{one["name"]}": {one["name"]}' for one in found["inputs"])
    outputs = ", ".join(one["name"] for one in found["outputs"])
    return (
        "import onnxruntime\n"
        f'session = onnxruntime.InferenceSession("{name}")\n'
        f"{outputs}, = session.run(None, {{{feeds}}})  # {shapes}\n"
    )

"""The editors that choose out of finished work: a run from a list, and nodes of a network by ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QScrollArea, QWidget

from engine.params import Param
from widgets import theme, words
from widgets.controls import Button, Choice, Label, Popup
from widgets.controls.base import column
from widgets.form_editors import Editor
from widgets.views import FormContext, NodeOffer, RunOffer

ELSEWHERE = "\0elsewhere"
"""The key of the entry that asks for a folder."""
SHOWN_NODES = 12
"""More nodes than these scroll."""


class _Runs(Choice):
    """A list of runs that is read when it opens: runs come and go, and get better."""

    def __init__(self, editor: RunEditor):
        super().__init__()
        self._editor = editor

    def showPopup(self) -> None:
        self._editor.refresh()
        super().showPopup()

    def sizeHint(self) -> QSize:
        return QSize(theme.sizes().number_field * 2, theme.sizes().field)


class RunEditor(Editor):
    """One run: by its name, when it was, and how good it is; or the folder of one elsewhere."""

    def __init__(self, param: Param, context: FormContext):
        super().__init__(_Runs(self), stretch=True)
        self._context, self._value, self._param = context, "", param
        self.inner.setPlaceholderText(param.none.capitalize() if param.default == "" and param.none != "none" else
                                      "Choose a run")  # fmt: skip
        self.inner.chosen.connect(self._on_chosen)

    def offers(self) -> Sequence[RunOffer]:
        """The runs that can be chosen now."""
        return self._context.runs() if self._context.runs else ()

    def refresh(self) -> None:
        """Read the list anew, keeping what is chosen."""
        self.inner.clear()
        if self._param.none != "none":
            self.inner.add("", self._param.none.capitalize())
        offers = self.offers()
        for one in offers:
            self.inner.add(one.ref, described(one))
        mine = next((one for one in offers if self._value and one.is_meant_by(self._value)), None)
        if self._value and mine is None:
            self.inner.add(self._value, f"{self._value} (not in the list)")
        self.inner.add(ELSEWHERE, "Folder of a run …")
        self.inner.set_current(mine.ref if mine else self._value)
        self.inner.setToolTip(self.inner.currentText() if self._value else "")

    def show_value(self, value: Any) -> None:
        self._value = str(value or "")
        self.refresh()

    def _on_chosen(self, ref: str) -> None:
        if ref == ELSEWHERE:
            ref = QFileDialog.getExistingDirectory(self, "Choose the folder of a run", self._context.folder)
            if not ref:
                self.refresh()
                return
        self.show_value(ref)
        self.edited.emit(ref)


def described(one: RunOffer) -> str:
    """A run in a line: its name, when it was, how good it is, and whose it is where it is not this project's."""
    return " · ".join(part for part in (one.name, one.when, one.best, one.project) if part)


class NodesEditor(Editor):
    """Several nodes with weights, ticked in a list that opens; one edit per opening."""

    def __init__(self, param: Param, context: FormContext):
        super().__init__(Button("None", "list-checks"), stretch=True)
        self._context, self._value = context, list[str]()
        self.inner.clicked.connect(self._on_pressed)
        self.popup: Popup | None = None
        self.boxes: list[QCheckBox] = []

    def offers(self) -> Sequence[NodeOffer]:
        """The nodes that can be ticked now."""
        return self._context.nodes() if self._context.nodes else ()

    def show_value(self, value: Any) -> None:
        self._value = list(value or ())
        offers = self.offers()
        names = {one.id: one.name for one in offers}
        lost = [name for name in self._value if name not in names]
        if not self._value:
            said = "None"
        elif len(self._value) == 1:
            said = names.get(self._value[0], self._value[0])
        else:
            said = f"{len(self._value) - len(lost)} of {words.count(len(offers), 'node')}"
        self.inner.setText(f"{said}, {len(lost)} gone" if lost else said)
        self.inner.setToolTip(", ".join(self._value))

    def _on_pressed(self) -> None:
        popup = Popup(self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.set_inner_width(max(self.width(), theme.sizes().number_field * 3))
        offers = list(self.offers())
        known = {one.id for one in offers}
        offers += [NodeOffer(name, name, "not in this network") for name in self._value if name not in known]
        if not offers:
            popup.body.addWidget(Label("No node of this network has weights.", "secondary", "text2", wrap=True))
        self.boxes = []
        content = QWidget()
        lines = column(content, space=theme.sizes().s4)
        for one in offers:
            note = f"  ({one.note})" if one.note else ""
            box = QCheckBox(f"{one.name} · {one.id}{note}" if one.name != one.id else f"{one.id}{note}", content)
            box.setProperty("node", one.id)
            box.setChecked(one.id in self._value)
            lines.addWidget(box)
            self.boxes.append(box)
        if len(offers) > SHOWN_NODES:
            scroll = QScrollArea()
            scroll.setWidget(content)
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QFrame.Shape.NoFrame)
            scroll.setFixedHeight(SHOWN_NODES * theme.sizes().row_form)
            popup.body.addWidget(scroll)
        elif offers:
            popup.body.addWidget(content)
        popup.closed.connect(self._on_closed)
        self.popup = popup
        popup.open_below(self.inner)

    def _on_closed(self) -> None:
        chosen = [box.property("node") for box in self.boxes if box.isChecked()]
        self.boxes, self.popup = [], None
        if chosen != self._value:
            self.show_value(chosen)
            self.edited.emit(chosen)

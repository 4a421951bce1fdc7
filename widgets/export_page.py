"""The Export page: which files, proof that they answer as the trained model, how to use them, where to save."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QSizePolicy, QStackedWidget, QWidget

from widgets import theme
from widgets.controls.base import Line, Themed, box, column, row, start, surface, text
from widgets.controls.buttons import Button, IconButton
from widgets.controls.fields import Choice, TextField
from widgets.controls.labels import IconLabel, Label
from widgets.controls.layout import Panel, paint_empty_frame
from widgets.data_sources import paint_kind
from widgets.drop import Banner
from widgets.export_parts import ProofCard, Snippet, TargetCard
from widgets.page_frame import PageFrame, scrolled
from widgets.test_page import fill_models
from widgets.values import About, Missing, ModelChoice, ProofView, Signature, Target

LICENSES = ("", "CC BY 4.0", "CC BY-SA 4.0", "CC0", "MIT", "Apache 2.0", "BSD 3-Clause", "All rights reserved")


class _Purpose(QPlainTextEdit):
    """What the model is for; `committed` comes once per edit."""

    committed = Signal()

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self._last = ""
        self.setTabChangesFocus(True)
        self.setAccessibleName("What is it for?")
        self.setFixedHeight(3 * theme.line_height("body") + theme.sizes().s16)

    def set_value(self, words: str) -> None:
        self._last = words
        if self.toPlainText() != words:
            self.setPlainText(words)

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        if self.toPlainText() != self._last:
            self._last = self.toPlainText()
            self.committed.emit()


class _Framed(Themed, QWidget):
    """The border of a text area, which the style sheet gives only to the focused one."""

    wants_ring = False

    def __init__(self, inside: QWidget, parent: QWidget):
        super().__init__(parent)
        column(self, edge=theme.sizes().hair).addWidget(inside)

    def paintEvent(self, event):
        box(start(self), QRectF(self.rect()), theme.sizes().r6, "field", "line2")


class _SignatureRow(Themed, QWidget):
    """An input or output: sign of its kind, name, shape."""

    wants_ring = False

    def __init__(self, signature: Signature, parent: QWidget):
        super().__init__(parent)
        self.signature = signature
        side = "output" if signature.output else "input"
        self.setAccessibleName(f"{side} {signature.name}, {signature.shape}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().palette_least, theme.sizes().row_fact)

    def paintEvent(self, event):
        painter, sizes, area = start(self), theme.sizes(), QRectF(self.rect())
        paint_kind(painter, self.signature.kind, sizes.s8, area.center().y())
        text(painter, area.adjusted(sizes.s24, 0, 0, 0), self.signature.name, "code")
        text(painter, area, self.signature.shape, "secondary", "text2", Qt.AlignmentFlag.AlignRight)


class ExportSide(Panel):
    """The right panel: about, in and out, where to save, the one filled button."""

    about_changed = Signal(object)
    browse_wanted = Signal()
    folder_changed = Signal(str)
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__("About this model", parent)
        sizes = theme.sizes()
        inside = QWidget(self)
        self._column = column(inside, space=sizes.s4)
        self._column.setContentsMargins(sizes.s16, 0, sizes.s16, sizes.s16)
        self.head.setContentsMargins(sizes.s16, 0, sizes.s8, 0)
        self.body.addWidget(scrolled(inside, "panel", self), 1)
        self._make_about()
        self._column.addSpacing(sizes.s8)
        self._column.addWidget(Line(self))
        self._column.addSpacing(sizes.s4)
        self._column.addWidget(Label("In and out", "name", "text2", parent=self))
        self._signature = column()
        self._column.addLayout(self._signature)
        self._column.addStretch(1)
        self._make_foot()

    def _field(self, words: str, field: QWidget, layout=None) -> None:
        block = column(space=theme.sizes().s4)
        block.addWidget(Label(words, "secondary", "text2", parent=self))
        block.addWidget(field)
        field.setAccessibleName(words)
        (layout or self._column).addLayout(block)

    def _make_about(self) -> None:
        sizes = theme.sizes()
        self.name, self.version, self.author = TextField(parent=self), TextField(parent=self), TextField(parent=self)
        self.license = Choice(self)
        for name in LICENSES:
            self.license.add(name, name or "None")
        self.purpose = _Purpose(self)
        self._field("Name", self.name)
        both = row(space=sizes.s12)
        self._field("Version", self.version, both)
        self._field("License", self.license, both)
        self._column.addSpacing(sizes.s4)
        self._column.addLayout(both)
        for words, field in (("Author", self.author), ("What is it for?", _Framed(self.purpose, self))):
            self._column.addSpacing(sizes.s4)
            self._field(words, field)
        for field in (self.name, self.version, self.author):
            field.committed.connect(self._on_about)
        self.license.chosen.connect(self._on_about)
        self.purpose.committed.connect(self._on_about)

    def _make_foot(self) -> None:
        sizes = theme.sizes()
        self.body.addWidget(Line(self))
        foot = column(space=sizes.s8)
        foot.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s16)
        foot.addWidget(Label("Save to", "secondary", "text2", parent=self))
        line = row(space=sizes.s6)
        self.folder = TextField(parent=self)
        self.folder.setAccessibleName("Save to")
        self.folder.committed.connect(self.folder_changed)
        self.browse = IconButton("folder-open", "Choose a folder", parent=self)
        self.browse.clicked.connect(self._on_browse)
        line.addWidget(self.folder, 1)
        line.addWidget(self.browse)
        foot.addLayout(line)
        self.button = Button("Export", "download", "primary", self)
        self.button.clicked.connect(self._on_export)
        foot.addWidget(self.button)
        self.body.addLayout(foot)

    def about(self) -> About:
        """Return what the fields say."""
        return About(self.name.text().strip(), self.version.text().strip(), self.license.current(),
                     self.author.text().strip(), self.purpose.toPlainText().strip())  # fmt: skip

    def set_about(self, about: About) -> None:
        self.name.set_value(about.name)
        self.version.set_value(about.version)
        self.author.set_value(about.author)
        if self.license.findData(about.license) < 0:
            self.license.add(about.license, about.license)
        self.license.set_current(about.license)
        self.purpose.set_value(about.purpose)

    def set_signature(self, rows: list[Signature]) -> None:
        while self._signature.count():
            old = self._signature.takeAt(0).widget()
            old.hide()
            old.deleteLater()
        for signature in rows:
            self._signature.addWidget(_SignatureRow(signature, self))

    def _on_about(self, _words: str = "") -> None:
        self.about_changed.emit(self.about())

    def _on_browse(self) -> None:
        self.browse_wanted.emit()

    def _on_export(self) -> None:
        self.export_wanted.emit()


class MissingList(Themed, QWidget):
    """What must happen before anything can be exported, each with its button."""

    chosen = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "canvas")
        sizes = theme.sizes()
        self._frame = QWidget(self)
        self._frame.setFixedWidth(sizes.empty_width)
        inside = column(self._frame, space=sizes.s8)
        middle = Qt.AlignmentFlag.AlignHCenter
        inside.addWidget(IconLabel("package", "text2", sizes.icon_big, self), 0, middle)
        inside.addWidget(Label("Still missing", "name", parent=self), 0, middle)
        self._rows = column(space=sizes.s4)
        inside.addLayout(self._rows)
        whole = column(self)
        whole.addStretch(1)
        whole.addWidget(self._frame, 0, middle)
        whole.addStretch(1)

    def set_missing(self, rows: list[Missing]) -> None:
        while self._rows.count():
            old = self._rows.takeAt(0).widget()
            old.hide()
            old.deleteLater()
        first = True
        for missing in rows:
            line = QWidget(self._frame)
            inside = row(line, space=theme.sizes().s8)
            done = missing.done
            sign = IconLabel("circle-check" if done else "circle", "good" if done else "text3", parent=line)
            sign.setAccessibleName("done" if done else "missing")
            inside.addWidget(sign)
            inside.addWidget(Label(missing.words, "body", "text2" if done else "text1", parent=line), 1)
            if not done and missing.key:
                button = Button("Go there", None, "primary" if first else "plain", line)
                button.set_small(True)
                button.clicked.connect(lambda _on=False, key=missing.key: self.chosen.emit(key))
                inside.addWidget(button)
                first = False
            line.setMinimumHeight(theme.sizes().row_form)
            self._rows.addWidget(line)

    def paintEvent(self, event):
        paint_empty_frame(self, theme.sizes().s16)


class ExportPage(Themed, QWidget):
    """Shows what can be exported; every wish leaves by signal."""

    model_chosen = Signal(str)
    targets_changed = Signal(list)
    check_wanted = Signal()
    about_changed = Signal(object)
    browse_wanted = Signal()
    folder_changed = Signal(str)
    export_wanted = Signal(list, str)
    missing_chosen = Signal(str)
    open_folder_wanted = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._cards: list[TargetCard] = []
        self.side = ExportSide(self)
        self.proof = ProofCard(self)
        self.snippet = Snippet(self)
        self.done = Banner("good", self)
        self.open_folder = Button("Open folder", "folder-open", parent=self)
        self.open_folder.clicked.connect(self._on_open)
        self.open_folder.hide()
        self.frame = PageFrame(scrolled(self._make_center(), "canvas", self), self)
        self.frame.add_right(self.side, "export_panel", "info", "About this model and save")
        self.missing = MissingList(self)
        self.missing.chosen.connect(self.missing_chosen)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.missing)
        self.stack.addWidget(self.frame)
        column(self).addWidget(self.stack)
        self.side.about_changed.connect(self.about_changed)
        self.side.browse_wanted.connect(self.browse_wanted)
        self.side.folder_changed.connect(self.folder_changed)
        self.side.export_wanted.connect(self._on_export)
        self.proof.check_wanted.connect(self.check_wanted)
        self._saved = ""
        self._tell()

    def _make_center(self) -> QWidget:
        sizes, center = theme.sizes(), QWidget(self)
        whole = column(center, space=sizes.s16)
        whole.setContentsMargins(sizes.s20, sizes.s16, sizes.s20, sizes.s20)
        head = row(space=sizes.s8)
        head.addWidget(Label("What do you need?", "card_title", parent=center))
        head.addWidget(Label("Choose one or more", "secondary", "text2", parent=center), 1)
        head.addWidget(Label("Model", "secondary", "text2", parent=center))
        self.model = Choice(center)
        self.model.setAccessibleName("Model")
        self.model.chosen.connect(self.model_chosen)
        head.addWidget(self.model)
        whole.addLayout(head)
        self._targets = QGridLayout()
        self._targets.setSpacing(sizes.s12)
        self._targets.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._targets)
        line = row(space=sizes.s12)
        line.addWidget(self.done, 1)
        line.addWidget(self.open_folder)
        whole.addLayout(line)
        whole.addWidget(self.proof)
        whole.addWidget(self.snippet)
        whole.addStretch(1)
        return center

    # ---- values in -------------------------------------------------------------------------------

    def set_models(self, models: list[ModelChoice], current: str = "") -> None:
        fill_models(self.model, models, current)

    def set_missing(self, rows: list[Missing]) -> None:
        """Show what is missing; nothing missing shows the page."""
        self.missing.set_missing(rows)
        self.stack.setCurrentIndex(0 if any(not row_.done for row_ in rows) else 1)

    def set_targets(self, targets: list[Target], chosen) -> None:
        """Offer kinds of files; `chosen` holds the keys of the ticked ones."""
        for old in self._cards:
            self._targets.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cards = []
        for at, target in enumerate(targets):
            card = TargetCard(target, self)
            card.setChecked(target.key in chosen)
            card.toggled.connect(self._on_toggled)
            self._targets.addWidget(card, at // 4, at % 4)
            self._cards.append(card)
        self._tell()

    def chosen(self) -> list[str]:
        """Return the keys of the ticked kinds."""
        return [card.target.key for card in self._cards if card.isChecked()]

    def set_proof(self, proof: ProofView | None) -> None:
        self.proof.show_proof(proof)

    def set_proof_busy(self, busy: bool) -> None:
        self.proof.set_busy(busy)

    def set_snippet(self, words: str) -> None:
        self.snippet.set_text(words)
        self.snippet.setVisible(bool(words))

    def set_about(self, about: About) -> None:
        self.side.set_about(about)

    def set_signature(self, rows: list[Signature]) -> None:
        self.side.set_signature(rows)

    def set_folder(self, path: str) -> None:
        self.side.folder.set_value(path)
        self._tell()

    def set_busy(self, busy: bool) -> None:
        """Turn the Export button while files are written and checked."""
        self.side.button.set_busy(busy)
        self.side.button.set_text("Exporting and checking…" if busy else self._button_words())

    def set_done(self, title: str, line: str = "", folder: str = "", tone: str = "good") -> None:
        """Say what was saved, or why not; an empty title takes it back."""
        self._saved = folder
        self.done.show_words(title, line, tone)
        self.open_folder.setVisible(bool(title and folder))

    def _button_words(self) -> str:
        amount = len(self.chosen())
        names = {card.target.key: card.target.name for card in self._cards}
        if amount == 1:
            return f"Export {names[self.chosen()[0]]}"
        return f"Export {amount} kinds" if amount else "Export"

    def _tell(self) -> None:
        if self.side.button.is_busy():
            return
        self.side.button.set_text(self._button_words())
        folder = bool(self.side.folder.text().strip())
        reason = "Choose what to export first" if not self.chosen() else "Choose a folder to save to"
        self.side.button.set_enabled_because(bool(self.chosen()) and folder, reason)

    # ---- wishes out ------------------------------------------------------------------------------

    def _on_toggled(self, _on: bool) -> None:
        self._tell()
        self.targets_changed.emit(self.chosen())

    def _on_export(self) -> None:
        self.export_wanted.emit(self.chosen(), self.side.folder.text().strip())

    def _on_open(self) -> None:
        self.open_folder_wanted.emit(self._saved)

"""The rows of a form: label, editor, note, what is wrong, and the dot that takes the usual value back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from engine.declare import plain
from engine.errors import UserError
from engine.params import Param
from widgets import theme
from widgets.controls import FormRow, IconLabel, Label, rich_tip
from widgets.controls.base import Themed, box, column, paint_icon, row, start, text, width_of
from widgets.form_editors import Editor
from widgets.link import Link
from widgets.views import UNSET, FormContext, Note


def usual(param: Param) -> Any:
    """The default as it stands in the file."""
    try:
        return plain(param.coerce(param.default))
    except UserError:
        return plain(param.default)


class _ResetDot(Themed, QAbstractButton):
    """Stands left of a setting that was changed; a press takes the usual value back."""

    ring_radius = "r4"

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if self.underMouse() or self.hasFocus():
            side = sizes.icon_tiny
            paint_icon(painter, "rotate-ccw", area.center().x() - side / 2, area.center().y(), side, "text1")
            return
        dot = QRectF(0, 0, sizes.s4, sizes.s4)
        dot.moveCenter(area.center())
        box(painter, dot, sizes.s4, "acc_line")


class _LongLabel(Label):
    """A label that takes two lines, where one would be cut."""

    def __init__(self, words: str):
        super().__init__(words, "secondary", "text2", wrap=True)

    def _restyle(self) -> None:
        super()._restyle()
        self.setFixedWidth(theme.sizes().form_label)


class Row(QWidget):
    """One setting: label, editor, note; the sentence of what is wrong and a nested form below."""

    edited = Signal(str, object)
    reset_asked = Signal(str)
    expression_asked = Signal(str)
    lend_asked = Signal(str)

    def __init__(self, param: Param, context: FormContext, editor: Editor, expression: bool = False):
        super().__init__()
        self.param, self.is_expression, self._context = param, expression, context
        self.shown: Any = UNSET
        self.error = ""
        self.editor = editor
        self.form_row = FormRow(param.label, self.editor)
        self.form_row.setToolTip(self._tip())
        # three lengths side by side need the whole width, as do most editors in a narrow panel: the label stands above
        wide = context.narrow and param.kind not in ("int", "float", "bool")
        self._stacked = (wide or (param.kind == "size" and len(param.axes) > 2)) and not expression
        if self._stacked:
            self.form_row.label.hide()
        elif width_of(param.label, "secondary") > theme.sizes().form_label:
            self.form_row.label.hide()
            self.form_row.layout().insertWidget(0, _LongLabel(param.label))
        self.editor.setAccessibleName(param.label)
        self.editor.setAccessibleDescription(param.help)
        self.link = Link("", "caption")
        self.link.hide()
        self.link.clicked.connect(self._on_link)
        whole = column(self)
        if self._stacked:
            above = Label(param.label, "secondary", "text2")
            above.setToolTip(self._tip())
            whole.addSpacing(theme.sizes().s4)
            whole.addWidget(above)
        whole.addWidget(self.form_row)
        # an editor as wide as the row leaves no room beside it: words and link go under it
        self._under = QWidget()
        self._under_line = row(self._under)
        self._under_words = Label("", "caption", "text3", wrap=True)
        self._under_line.addWidget(self._under_words, 1)
        self._wide = self.editor.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Expanding
        if self._wide:
            self._under_line.insertWidget(0, self.link)
        else:
            layout = self.form_row.layout()
            layout.insertWidget(layout.indexOf(self.editor) + 1, self.link)
        self._under.hide()
        whole.addWidget(self._under)
        self._problem = QWidget()
        line = row(self._problem, space=theme.sizes().s6)
        line.setContentsMargins(0, 0, 0, theme.sizes().s6)
        line.addWidget(IconLabel("error", "error", theme.sizes().icon_small), 0, Qt.AlignmentFlag.AlignTop)
        self.problem_words = Label("", "caption", "error", wrap=True)
        line.addWidget(self.problem_words, 1)
        self._problem.hide()
        whole.addWidget(self._problem)
        if self.editor.below is not None:
            whole.addWidget(self.editor.below)
        self.dot = _ResetDot(self)
        self.dot.hide()
        self.dot.clicked.connect(self._on_reset)
        self.editor.edited.connect(self._on_edited)
        self.set_note(context.notes.get(param.name))

    def _tip(self) -> str:
        expects = self.param.expects()
        return rich_tip(
            self.param.label, f"{self.param.help} Takes {expects}." if self.param.help else f"Takes {expects}."
        )

    def show_value(self, value: Any) -> None:
        """Show a value; one that is shown already is left alone, so that typing is not disturbed."""
        if self.shown is UNSET or value != self.shown:
            self.shown = value
            self.editor.show_value(value)
        changed = value != usual(self.param)
        self.dot.setVisible(changed)
        self.dot.setAccessibleName(f"Reset {self.param.label}")
        self.dot.setToolTip(self.reset_words())

    def show_mixed(self, words: str) -> None:
        """Show that several nodes differ in this setting; what is edited then holds for all of them."""
        self.shown = UNSET
        self.editor.show_mixed()
        self.dot.hide()
        self.set_error("")
        self.set_note(Note(words))
        self.editor.setAccessibleDescription(f"Mixed: {words}. {self.param.help}")

    def reset_words(self) -> str:
        """What the reset command says."""
        value = usual(self.param)
        if isinstance(value, bool):
            said = "on" if value else "off"
        elif value is None:
            said = self.param.none
        elif isinstance(value, dict):
            said = str(value.get("type", ""))
        elif isinstance(value, list):
            said = " × ".join(str(part) for part in value) if value else "empty"
        else:
            said = dict(self.param.choices).get(value, str(value) or "empty")
        return f"Reset to {said}"

    def set_error(self, sentence: str) -> None:
        self.error = sentence
        self.problem_words.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.editor.set_error(sentence)

    def set_note(self, note: Note | None) -> None:
        link = note is not None and note.value is not UNSET
        said = "" if link or note is None else note.words
        self.form_row.set_note("" if self._wide else said)
        self.form_row.note.setToolTip(said)
        self._under_words.setText(said if self._wide else "")
        self._under.setVisible(self._wide and note is not None)
        self.link.setText(note.words if note is not None and link else "")
        self.link.setVisible(link)
        self._link_value = note.value if note is not None else UNSET
        self._restyle()

    def _restyle(self) -> None:
        sizes, links = theme.sizes(), self._link_value is not UNSET
        indent = 0 if self._stacked else sizes.form_label + sizes.s8 - (sizes.s4 if links else 0)
        self._under_line.setContentsMargins(indent, 0, 0, sizes.s6)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and hasattr(self, "_link_value"):
            self._restyle()

    def _on_link(self) -> None:
        self.edited.emit(self.param.name, self._link_value)

    def _on_edited(self, value: Any) -> None:
        self.edited.emit(self.param.name, value)

    def _on_reset(self) -> None:
        self.reset_asked.emit(self.param.name)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        side = theme.sizes().s12
        self.dot.setGeometry(0, 0, side, self.form_row.height() or theme.sizes().row_form)

    def menu(self) -> QMenu:
        """The row's own commands."""
        menu = QMenu(self)
        reset = QAction(self.reset_words(), menu)
        reset.setEnabled(self.shown != usual(self.param) or self.is_expression)
        reset.triggered.connect(self._on_reset)
        menu.addAction(reset)
        if self._context.expressions and self.param.kind in ("int", "float", "size", "ints", "bool", "choice"):
            words = "Use a plain value" if self.is_expression else "Use an expression"
            switch = QAction(words, menu)
            name = self.param.name
            switch.triggered.connect(self._on_reset if self.is_expression else lambda: self.expression_asked.emit(name))
            menu.addAction(switch)
            if not self.is_expression and self.param.kind != "ints" and self.shown is not None:
                lend = QAction("Lend out to the block's instances", menu)
                lend.triggered.connect(lambda: self.lend_asked.emit(name))
                menu.addAction(lend)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent):
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


class More(Themed, QAbstractButton):
    """The line that unfolds the settings few people change."""

    ring_radius = "r4"

    def __init__(self):
        super().__init__()
        self.note = ""
        self.setText("More settings")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_note(self, note: str) -> None:
        self.note = note
        self.setAccessibleName(f"More settings, {note}")
        self.update()

    def sizeHint(self):
        return QSize(theme.sizes().form_label, theme.sizes().row_form)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        ink = "text1" if self.underMouse() or self.isChecked() else "text2"
        icon = "chevron-down" if self.isChecked() else "chevron-right"
        paint_icon(painter, icon, 0, area.center().y(), sizes.icon_small, ink)
        x = sizes.icon_small + sizes.s4
        text(painter, area.adjusted(x, 0, 0, 0), self.text(), "secondary", ink)
        x += width_of(self.text(), "secondary") + sizes.s8
        text(painter, area.adjusted(x, 0, 0, 0), self.note, "caption", "text3")

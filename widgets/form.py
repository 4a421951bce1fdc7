"""The form builder: rows out of declared settings, kept in step with their values.

`show_values` builds the rows once per declaration and afterwards only changes what they show, so the focus stays.
`changed` says each finished edit once, with a value as it stands in the file; what a setting does not take is told
under its field and never leaves the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from engine.declare import Declared, Param, plain
from engine.errors import UserError
from engine.graph import is_expression
from widgets import theme
from widgets.controls import FormRow, IconLabel, Label, rich_tip
from widgets.controls.base import Themed, box, column, paint_icon, row, start, text, width_of
from widgets.form_editors import SIMPLE, Editor, ExpressionEditor, OptionalEditor
from widgets.form_nested import FieldEditor, FieldsEditor, ManyOfEditor, OneOfEditor
from widgets.link import Link
from widgets.views import UNSET, FormContext, Note

_OWN_NONE = ("int", "float", "choice", "text", "ints", "floats", "texts", "path", "field", "one_of")
"""Kinds whose editor shows None itself; the others get a switch before them."""


def usual(param: Param) -> Any:
    """The default as it stands in the file."""
    try:
        return plain(param.coerce(param.default))
    except UserError:
        return plain(param.default)


def _editor(param: Param, context: FormContext, expression: bool) -> Editor:
    if expression:
        return ExpressionEditor(param, context)
    if param.kind == "field":
        inside: Editor = FieldEditor(param, context)
    elif param.kind == "fields":
        inside = FieldsEditor(param, context)
    elif param.kind == "one_of":
        inside = OneOfEditor(param, context, _nested)
    elif param.kind == "many_of":
        inside = ManyOfEditor(param, context, _nested)
    else:
        inside = SIMPLE[param.kind](param, context)
    if param.optional and param.kind not in _OWN_NONE:
        low = int(param.min or 1)
        start_value: Any = [low] * len(param.axes) if param.kind == "size" else [] if param.kind != "bool" else True
        return OptionalEditor(param, inside, start_value)
    return inside


def _nested(context: FormContext) -> Form:
    return Form(nested=True, context=context)


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


class _Row(QWidget):
    """One setting: label, editor, note; the sentence of what is wrong and a nested form below."""

    edited = Signal(str, object)
    reset_asked = Signal(str)
    expression_asked = Signal(str)

    def __init__(self, param: Param, context: FormContext, expression: bool):
        super().__init__()
        self.param, self.is_expression, self._context = param, expression, context
        self.shown: Any = UNSET
        self.error = ""
        self.editor = _editor(param, context, expression)
        self.form_row = FormRow(param.label, self.editor)
        self.form_row.setToolTip(self._tip())
        self.editor.setAccessibleName(param.label)
        self.editor.setAccessibleDescription(param.help)
        self.link = Link("", "caption")
        self.link.hide()
        self.link.clicked.connect(self._on_link)
        whole = column(self)
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
        sizes = theme.sizes()
        indent = sizes.form_label + sizes.s8 - (sizes.s4 if link else 0)
        self._under_line.setContentsMargins(indent, 0, 0, sizes.s6)
        self.link.setText(note.words if note is not None and link else "")
        self.link.setVisible(link)
        self._link_value = note.value if note is not None else UNSET

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
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent):
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


class _More(Themed, QAbstractButton):
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


class Form(QWidget):
    """A form for any declaration; it brings the side margins of a panel, whose left one holds the reset dots."""

    changed = Signal(str, object)

    def __init__(self, nested: bool = False, context: FormContext | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self._nested, self._context = nested, context or FormContext()
        self._params: dict[str, Param] = {}
        self._values: dict[str, Any] = {}
        self.rows: dict[str, _Row] = {}
        whole = column(self)
        whole.setContentsMargins(sizes.s12 if nested else 0, 0, 0, 0)
        self._main = column()
        whole.addLayout(self._main)
        self.more = _More()
        self.more_body = QWidget()
        self._advanced = column(self.more_body)
        self._more_line = row()
        self._more_line.setContentsMargins(sizes.s12, 0, sizes.s12, 0)
        self._more_line.addWidget(self.more)
        whole.addLayout(self._more_line)
        whole.addWidget(self.more_body)
        self.more_body.hide()
        self.more.hide()
        self.more.toggled.connect(self.more_body.setVisible)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_values(
        self,
        declared: type[Declared] | Mapping[str, Param],
        values: Mapping[str, Any],
        errors: Mapping[str, str] | None = None,
        context: FormContext | None = None,
    ) -> None:
        """Show settings.

        Args:
            declared: a declaration's class, or settings by name.
            values: those that differ from their defaults; the rest shows the default.
            errors: sentences for wrong settings, by name.
            context: what the form may offer besides (fields of the data, notes, expressions).
        """
        params = dict(declared if isinstance(declared, Mapping) else declared.params())
        context = context or self._context
        offers = (context.fields, context.folder, context.expressions)
        if params != self._params or offers != (self._context.fields, self._context.folder, self._context.expressions):
            self._clear()
            self._params = params
        self._context = context
        self._values = {name: plain(values[name]) if name in values else usual(params[name]) for name in params}
        for name, param in params.items():
            self._show_row(param, (errors or {}).get(name, ""))
        self._show_folds()

    def value(self, name: str) -> Any:
        """The value a setting shows."""
        return self._values[name]

    def focus_on(self, name: str) -> None:
        """Put the keyboard into a setting's field, unfolding it where it is folded."""
        if name in self.rows:
            if self._params[name].advanced:
                self.more.setChecked(True)
            self.rows[name].editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _clear(self) -> None:
        for old in self.rows.values():
            self._discard(old)
        self.rows = {}
        self.more.setChecked(False)

    def _discard(self, old: _Row) -> None:
        (self._advanced if old.param.advanced else self._main).removeWidget(old)
        old.hide()
        old.setParent(None)
        old.deleteLater()

    def _show_row(self, param: Param, error: str) -> None:
        value = self._values[param.name]
        expression = is_expression(value) and param.kind not in ("text", "texts")
        made = self.rows.get(param.name)
        if made is None or made.is_expression != expression:
            made = self._make_row(param, expression)
        shown, error = (value, error) if expression else self._checked(param, value, error)
        if made.shown is UNSET or shown != made.shown or error:
            made.set_error(error)
        elif made.error and not error and self._taken(param, value):
            made.set_error("")
        made.show_value(shown)
        made.set_note(self._context.notes.get(param.name))

    def _taken(self, param: Param, value: Any) -> bool:
        """Whether the field shows what the document holds, so that an old complaint is over."""
        return self.rows[param.name].shown == value

    @staticmethod
    def _checked(param: Param, value: Any, error: str) -> tuple[Any, str]:
        try:
            return plain(param.coerce(value)), error
        except UserError as wrong:
            return (value if param.kind in ("one_of", "many_of", "text") else usual(param)), error or wrong.message

    def _make_row(self, param: Param, expression: bool) -> _Row:
        layout = self._advanced if param.advanced else self._main
        place = layout.count()
        old = self.rows.get(param.name)
        if old is not None:
            place = layout.indexOf(old)
            self._discard(old)
        made = _Row(param, self._context, expression)
        made.layout().setContentsMargins(theme.sizes().s12, 0, 0 if self._nested else theme.sizes().s12, 0)
        made.edited.connect(self._on_edited)
        made.reset_asked.connect(self._on_reset)
        made.expression_asked.connect(self._on_expression)
        layout.insertWidget(place, made)
        self.rows[param.name] = made
        return made

    def _show_folds(self) -> None:
        for name, param in self._params.items():
            self.rows[name].setVisible(self._wanted(param))
        advanced = [param for param in self._params.values() if param.advanced and self._wanted(param)]
        other = [param for param in advanced if self._values[param.name] != usual(param)]
        self.more.setVisible(bool(advanced))
        same = f"{len(advanced) - len(other)} at their usual value" if len(advanced) > 1 else "at its usual value"
        self.more.set_note(f"{len(other)} changed" if other else same)
        if any(self.rows[param.name].error for param in advanced):
            self.more.setChecked(True)
        self.more_body.setVisible(bool(advanced) and self.more.isChecked())

    def _wanted(self, param: Param) -> bool:
        if param.shown_if is None or param.shown_if[0] not in self._values:
            return True
        value = self._values[param.shown_if[0]]
        return (value.get("type") if isinstance(value, dict) else value) in param.shown_if[1]

    def _on_edited(self, name: str, value: Any) -> None:
        param, made = self._params[name], self.rows[name]
        if not is_expression(value) or param.kind in ("text", "texts"):
            try:
                value = plain(param.coerce(value))
            except UserError as wrong:
                made.set_error(wrong.message)
                return
        made.set_error("")
        if value == self._values[name] and type(value) is type(self._values[name]):
            made.show_value(value)
            return
        self._values[name] = value
        self._show_row(param, "")
        self._show_folds()
        self.changed.emit(name, value)

    def _on_reset(self, name: str) -> None:
        self._on_edited(name, usual(self._params[name]))

    def _on_expression(self, name: str) -> None:
        value = self._values[name]
        first = value[0] if isinstance(value, list) and value else value
        self._show_expression(name, f"={first}")

    def _show_expression(self, name: str, words: str) -> None:
        made = self._make_row(self._params[name], True)
        made.show_value(words)
        made.setVisible(True)
        made.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def paintEvent(self, event):
        if self._nested and self.rows:
            painter, sizes = start(self), theme.sizes()
            painter.fillRect(QRectF(sizes.s6, 0, sizes.hair, self.height()), theme.color("line2"))

    def changeEvent(self, event):
        if event.type() == QEvent.Type.StyleChange:
            self.update()
        super().changeEvent(event)

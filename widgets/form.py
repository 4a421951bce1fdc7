"""The form builder: rows out of declared settings, kept in step with their values.

`show_values` builds the rows once per declaration and afterwards only changes what they show, so the focus stays.
`changed` says each finished edit once, with a value as it stands in the file; what a setting does not take is told
under its field and never leaves the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.declare import Declared, plain
from engine.edits import is_expression
from engine.errors import UserError
from engine.expressions import evaluate
from engine.params import Param
from widgets import theme
from widgets.controls.base import column, row, start
from widgets.form_editors import SIMPLE, Editor, ExpressionEditor, OptionalEditor
from widgets.form_nested import FieldEditor, FieldsEditor, ManyOfEditor, OneOfEditor
from widgets.form_padding import PaddingEditor
from widgets.form_rows import More, Row, usual
from widgets.form_runs import NodesEditor, RunEditor
from widgets.views import UNSET, FormContext

_OWN_NONE = ("int", "float", "choice", "text", "ints", "floats", "texts", "path", "field", "one_of")
"""Kinds whose editor shows None itself; the others get a switch before them."""


def _editor(param: Param, context: FormContext, expression: bool) -> Editor:
    if expression:
        return ExpressionEditor(param, context)
    if param.offers and (context.runs or context.nodes):
        inside: Editor = RunEditor(param, context) if param.offers == "runs" else NodesEditor(param, context)
    elif param.kind == "size" and param.choices:
        return PaddingEditor(param, context)
    elif param.kind == "field":
        inside = FieldEditor(param, context)
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


class Form(QWidget):
    """A form for any declaration; it brings the side margins of a panel, whose left one holds the reset dots."""

    changed = Signal(str, object)
    lend_wanted = Signal(str)
    """A setting inside a block should become one of the block's own."""

    def __init__(self, nested: bool = False, context: FormContext | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self._nested, self._context = nested, context or FormContext()
        self._params: dict[str, Param] = {}
        self._values: dict[str, Any] = {}
        self._mixed: dict[str, str] = {}
        self.rows: dict[str, Row] = {}
        whole = column(self)
        whole.setContentsMargins(sizes.s12 if nested else 0, 0, 0, 0)
        self._main = column()
        whole.addLayout(self._main)
        self.more = More()
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
        mixed: Mapping[str, str] | None = None,
    ) -> None:
        """Show settings.

        Args:
            declared: a declaration's class, or settings by name.
            values: those that differ from their defaults; the rest shows the default.
            errors: sentences for wrong settings, by name.
            context: what the form may offer besides (fields of the data, notes, expressions).
            mixed: settings in which several nodes differ, each with a few words on how.
        """
        params = dict(declared if isinstance(declared, Mapping) else declared.params())
        context = context or self._context
        offers = (context.fields, context.folder, context.expressions)
        if params != self._params or offers != (self._context.fields, self._context.folder, self._context.expressions):
            self._clear()
            self._params = params
        self._context = context
        self._values = {name: plain(values[name]) if name in values else usual(params[name]) for name in params}
        self._mixed = dict(mixed or {})
        for name, param in params.items():
            if name in self._mixed:
                self._show_mixed(param)
            else:
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

    def _discard(self, old: Row) -> None:
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

    def _show_mixed(self, param: Param) -> None:
        self._values[param.name] = UNSET
        made = self.rows.get(param.name)
        if made is None or made.is_expression:
            made = self._make_row(param, False)
        made.show_mixed(self._mixed[param.name])

    def _taken(self, param: Param, value: Any) -> bool:
        """Whether the field shows what the document holds, so that an old complaint is over."""
        return self.rows[param.name].shown == value

    @staticmethod
    def _checked(param: Param, value: Any, error: str) -> tuple[Any, str]:
        try:
            return plain(param.coerce(value)), error
        except UserError as wrong:
            return (value if param.kind in ("one_of", "many_of", "text") else usual(param)), error or wrong.message

    def _make_row(self, param: Param, expression: bool) -> Row:
        layout = self._advanced if param.advanced else self._main
        place = layout.count()
        old = self.rows.get(param.name)
        if old is not None:
            place = layout.indexOf(old)
            self._discard(old)
        made = Row(param, self._context, _editor(param, self._context, expression), expression)
        made.layout().setContentsMargins(theme.sizes().s12, 0, 0 if self._nested else theme.sizes().s12, 0)
        made.edited.connect(self._on_edited)
        made.reset_asked.connect(self._on_reset)
        made.expression_asked.connect(self._on_expression)
        made.lend_asked.connect(self.lend_wanted)
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
        if value is UNSET:
            return True
        return (value.get("type") if isinstance(value, dict) else value) in param.shown_if[1]

    def _on_edited(self, name: str, value: Any) -> None:
        param, made = self._params[name], self.rows[name]
        words = param.kind in ("text", "texts")
        if not is_expression(value) or words or not self._context.expressions:
            try:
                # outside a block there is nothing to name, but a calculation is as good as its result
                found = value if words or not is_expression(value) else evaluate(value, {})
                value = plain(param.coerce(found))
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

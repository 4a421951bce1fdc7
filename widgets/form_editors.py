"""The editors of a form: one small widget per kind of setting, each with `show_value` and `edited`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QSizePolicy, QWidget

from engine.params import Param
from widgets import theme
from widgets.controls import Choice, IconButton, NumberField, Segmented, SizeField, SliderField, Switch, TextField
from widgets.controls.base import row, width_of
from widgets.views import FormContext

_SLIDER_SPAN = 128
_NONE = ""
_MIXED = "mixed"


class Editor(QWidget):
    """Edits one value; `edited` comes once per finished edit, `below` is what stands under the row."""

    edited = Signal(object)
    below: QWidget | None = None

    def __init__(self, inner: QWidget, stretch: bool = False):
        super().__init__()
        self.inner = inner
        self._row = row(self, space=theme.sizes().s6)
        self._row.addWidget(inner, 1 if stretch else 0)
        wide = QSizePolicy.Policy.Expanding if stretch else QSizePolicy.Policy.Fixed
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(inner)

    def show_value(self, value: Any) -> None:
        """Show a value without saying so."""
        raise NotImplementedError

    def show_mixed(self) -> None:
        """Show that several nodes differ here: nothing, and the word for it where there is room."""
        for field in self._numbers():
            field.setPlaceholderText("–" if isinstance(self.inner, SizeField) else _MIXED)
        if isinstance(self.inner, SizeField):
            self.inner.set_values((None,) * len(self.inner.values()))
        elif isinstance(self.inner, NumberField | SliderField):
            self.inner.set_value(None)

    def _numbers(self) -> list[NumberField]:
        return [self.inner] if isinstance(self.inner, NumberField) else self.inner.findChildren(NumberField)

    def set_error(self, sentence: str) -> None:
        """Mark the field as wrong."""
        if hasattr(self.inner, "set_error"):
            self.inner.set_error(sentence)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.inner.setAccessibleName(name)


def limits(param: Param) -> tuple[float | None, float | None]:
    """The range a field may offer; the declaration itself refuses an exclusive end."""
    whole = param.kind == "int"
    low = param.min if param.min is not None else param.above
    high = param.max if param.max is not None else param.below
    if whole and param.min is None and low is not None:
        low += 1
    if whole and param.max is None and high is not None:
        high -= 1
    return low, high


def slides(param: Param) -> bool:
    """Whether a slider makes sense: both ends are known, and near or logarithmic."""
    low, high = limits(param)
    if low is None or high is None or param.optional:
        return False
    if param.log:
        return low > 0
    return high - low <= (_SLIDER_SPAN if param.kind == "int" else 1)


class _Slider(SliderField):
    """A slider whose number has room for three digits behind the point."""

    def _restyle(self) -> None:
        super()._restyle()
        if hasattr(self, "field") and not self._range.integer:
            self.field.setFixedWidth(theme.sizes().number_field)


class NumberEditor(Editor):
    """A whole or broken number, with a slider where its range is small."""

    def __init__(self, param: Param, context: FormContext):
        whole = param.kind == "int"
        low, high = limits(param)
        start = param.default if isinstance(param.default, int | float) else (low or 0)
        if slides(param):
            assert low is not None and high is not None
            # the knob stops short of an end that the value must not reach; the field takes what is typed
            top = high - (high - low) / 100 if param.below is not None and param.max is None and not whole else high
            field = _Slider(start, low, top, integer=whole, logarithmic=param.log, suffix=param.unit)
            field.field.set_range(low, high)
            super().__init__(field, stretch=True)
            self._number = field.field
        else:
            field = NumberField(
                param.default, low, high, integer=whole, suffix=param.unit, logarithmic=param.log,
                optional=param.optional,
            )  # fmt: skip
            super().__init__(field)
            self._number = field
            if param.optional:
                field.setPlaceholderText(param.none)
        self._unit, self._none = param.unit, param.none if param.optional else ""
        self._restyle()
        field.valueChanged.connect(self.edited)
        self._number.expressionTyped.connect(self.edited)

    def _restyle(self) -> None:
        if isinstance(self.inner, NumberField):
            sizes = theme.sizes()
            tail = width_of(self._unit, "caption") if self._unit else 0
            words = width_of(self._none, "body") + tail + 2 * sizes.s12 + sizes.icon_tiny if self._none else 0
            self.inner.setFixedWidth(round(max(sizes.number_field + tail, words)))

    def changeEvent(self, event):
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_none"):
            self._restyle()
        super().changeEvent(event)

    def show_value(self, value: Any) -> None:
        self._number.setPlaceholderText(self._none)
        self.inner.set_value(value)


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self, param: Param, context: FormContext):
        super().__init__(Switch())
        self.inner.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self.edited.emit(self.inner.isChecked())

    def show_value(self, value: Any) -> None:
        self.inner.setChecked(bool(value))

    def show_mixed(self) -> None:
        self.inner.setChecked(False)  # the words beside it say that they differ; a press switches all of them on


def few(param: Param) -> bool:
    """Whether all choices fit side by side."""
    if len(param.choices) > 3 or param.optional:
        return False
    sizes = theme.sizes()
    room = sizes.inspector - sizes.form_label - 2 * sizes.s12 - sizes.s8
    return sum(width_of(words, "secondary", True) + 2 * sizes.s8 for _, words in param.choices) < room


class ChoiceEditor(Editor):
    """One of a list: side by side where they are few and short, else in a list that opens."""

    def __init__(self, param: Param, context: FormContext):
        side_by_side = few(param)
        inner = Segmented() if side_by_side else Choice()
        if param.optional:
            inner.add(_NONE, param.none.capitalize())
        for key, words in param.choices:
            inner.add(key, words)
        super().__init__(inner, stretch=not side_by_side)
        (inner.changed if side_by_side else inner.chosen).connect(self._on_chosen)

    def _on_chosen(self, key: str) -> None:
        self.edited.emit(key or None)

    def show_value(self, value: Any) -> None:
        self.inner.set_current(value or _NONE)

    def show_mixed(self) -> None:
        if isinstance(self.inner, Choice):
            self.inner.setPlaceholderText(_MIXED.capitalize())
            self.inner.setCurrentIndex(-1)
        else:
            self.inner.set_none()


class SizeEditor(Editor):
    """One length per axis, with a link that keeps them equal."""

    def __init__(self, param: Param, context: FormContext):
        low, high = limits(param)
        usual = param.coerce(param.default) if param.default is not None else (low or 1,) * len(param.axes)
        words = ("",) if len(param.axes) == 1 else param.axes
        super().__init__(SizeField(usual, words, low, high), stretch=len(param.axes) > 1)
        self._count, self._words = len(param.axes), words
        if self._count == 1:
            self.inner.setFixedWidth(theme.sizes().number_field)
        self.inner.valueChanged.connect(self._on_changed)
        for field in self._numbers():
            field.expressionTyped.connect(self.edited)

    def _on_changed(self, values: tuple) -> None:
        self._fit()
        if None in values:  # they differed before: what was typed holds for all lengths
            values = tuple(next(one for one in values if one is not None) if one is None else one for one in values)
            self.inner.set_values(values)
        self.edited.emit(list(values))

    def show_value(self, value: Any) -> None:
        values = [value] if isinstance(value, int | float) else list(value or ())
        self.inner.set_values((values * self._count)[: self._count] if len(values) == 1 else values)
        self._fit()

    def _fit(self) -> None:
        """Leave the axes' names out where they would cover the numbers; the fields keep them for screen readers."""
        if self._count == 1:
            return
        sizes, fields = theme.sizes(), self.inner.findChildren(NumberField)
        edges = 2 * sizes.s12 + sizes.ring
        # the fields are laid out after this: reckon what each will get beside the crosses and the link
        between = (self._count - 1) * width_of("×", "secondary") + (2 * self._count - 1) * sizes.s6
        each = (self.width() - sizes.row - between) / self._count
        room = [
            each - width_of(field.text(), "body") - width_of(word, "caption") - edges
            for field, word in zip(fields, self._words, strict=True)
        ]
        for field, word in zip(fields, self._words, strict=True):
            field.set_suffix(word if min(room) >= 0 else "")
            field.setCursorPosition(0)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._fit()


class OptionalEditor(Editor):
    """A switch before an editor, for settings that may be left out."""

    def __init__(self, param: Param, inside: Editor, usual: Any):
        super().__init__(Switch(), stretch=True)
        self._inside, self._usual = inside, usual
        self._row.addWidget(inside, 1)
        self._row.addStretch(0)
        self.inner.setToolTip(f"Off: {param.none}")
        self.inner.toggled.connect(inside.setVisible)
        self.inner.clicked.connect(self._on_clicked)
        inside.setVisible(False)
        inside.edited.connect(self.edited)

    def _on_clicked(self) -> None:
        self.edited.emit(self._usual if self.inner.isChecked() else None)

    def show_value(self, value: Any) -> None:
        self.inner.setChecked(value is not None)
        if value is not None:
            self._inside.show_value(value)

    def set_error(self, sentence: str) -> None:
        self._inside.set_error(sentence)


class TextEditor(Editor):
    """One line of text, of numbers or of names separated by commas, or an expression."""

    def __init__(self, param: Param, context: FormContext):
        field = TextField(placeholder=_placeholder(param))
        super().__init__(field, stretch=True)
        field.committed.connect(self._on_committed)
        self._many = param.kind in ("ints", "floats", "texts", "size", "fields")
        self._none = param.optional

    def _on_committed(self, words: str) -> None:
        self.edited.emit(None if self._none and not words.strip() else words.strip() if self._many else words)

    def show_mixed(self) -> None:
        self.inner.set_value("")
        self.inner.setPlaceholderText(_MIXED)

    def show_value(self, value: Any) -> None:
        if isinstance(value, list | tuple):
            value = ", ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in value)
        self.inner.set_value("" if value is None else str(value))


def _placeholder(param: Param) -> str:
    if param.optional:
        return param.none
    return {"ints": "3, 5, 7", "floats": "0.5, 1.0", "texts": "names, separated by commas"}.get(param.kind, "")


class ExpressionEditor(TextEditor):
    """An expression over a block's settings, written in the code font."""

    def __init__(self, param: Param, context: FormContext):
        super().__init__(param, context)
        self.inner.setFont(theme.font("code"))
        self._many = False

    def _on_committed(self, words: str) -> None:
        self.edited.emit(words.strip())


class _Lines(QPlainTextEdit):
    """Several lines of text that are committed when the field is left or on Ctrl+Enter."""

    committed = Signal(str)

    def __init__(self, lines: int):
        super().__init__()
        self._last = ""
        self.setTabChangesFocus(True)
        self.setFixedHeight(theme.line_height("body") * lines + 2 * theme.sizes().s8)

    def set_value(self, words: str) -> None:
        self._last = words
        if self.toPlainText() != words:
            self.setPlainText(words)

    def _commit(self) -> None:
        if self.toPlainText() != self._last:
            self._last = self.toPlainText()
            self.committed.emit(self._last)

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        self._commit()

    def keyPressEvent(self, event):
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._commit()
        else:
            super().keyPressEvent(event)


class LinesEditor(Editor):
    """Several lines of text."""

    def __init__(self, param: Param, context: FormContext):
        super().__init__(_Lines(param.lines), stretch=True)
        self.inner.committed.connect(self.edited)

    def show_value(self, value: Any) -> None:
        self.inner.set_value(value or "")


def ask_path(parent: QWidget, param: Param, start: str) -> str:
    """Ask for a file or a folder; empty where the person closed the dialog."""
    assert param.path is not None
    if param.path.what == "folder":
        return QFileDialog.getExistingDirectory(parent, f"Choose {param.label.lower()}", start)
    marks = " ".join(f"*{suffix}" for suffix in param.path.suffixes)
    kinds = f"{param.label} ({marks});;All files (*)" if marks else "All files (*)"
    return QFileDialog.getOpenFileName(parent, f"Choose {param.label.lower()}", start, kinds)[0]


class PathEditor(Editor):
    """A path to type, or to choose in the system's dialog."""

    def __init__(self, param: Param, context: FormContext):
        what = param.path.what if param.path else "file"
        super().__init__(TextField(placeholder=param.none if param.optional else f"Choose a {what}"), stretch=True)
        self._param, self._folder = param, context.folder
        self.button = IconButton("folder-open", f"Choose a {what}")
        self.button.clicked.connect(self._on_browse)
        self._row.addWidget(self.button)
        self.inner.committed.connect(self._on_committed)

    def _on_committed(self, words: str) -> None:
        self.edited.emit(words.strip() or (None if self._param.optional else ""))

    def _on_browse(self) -> None:
        now = self.inner.text()
        path = ask_path(self, self._param, str(Path(now).parent) if now else self._folder)
        if path:
            self.inner.set_value(path)
            self.edited.emit(path)

    def show_value(self, value: Any) -> None:
        self.inner.set_value(value or "")
        self.inner.setCursorPosition(len(value or ""))


SIMPLE: dict[str, Callable[[Param, FormContext], Editor]] = {
    "int": NumberEditor, "float": NumberEditor, "bool": SwitchEditor, "choice": ChoiceEditor, "size": SizeEditor,
    "ints": TextEditor, "floats": TextEditor, "texts": TextEditor, "path": PathEditor,
    "text": lambda param, context: (LinesEditor if param.lines > 1 else TextEditor)(param, context),
}  # fmt: skip
"""The editor of every kind that neither asks the data nor holds a form of its own."""

"""The larger editors of a form: fields of the data, one of a catalogue with its own form, and lists of those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QMenu, QWidget

from engine.catalogue import Catalogue
from engine.declare import Declared, plain
from engine.params import Param
from widgets import theme, words
from widgets.controls import Button, Choice, IconButton, Label, Popup, rich_tip
from widgets.controls.base import column, row
from widgets.form_editors import Editor
from widgets.views import FieldView, FormContext

MakeForm = Callable[[FormContext], Any]
"""Makes a nested form; handed in, because forms hold these editors and not the other way round."""


def fitting(param: Param, context: FormContext) -> list[FieldView]:
    """The data's fields that a setting may name."""
    kinds = param.fields.kinds if param.fields else ()
    return [one for one in context.fields if not kinds or one.kind in kinds]


class FieldEditor(Editor):
    """One field of the data."""

    def __init__(self, param: Param, context: FormContext):
        choice = Choice()
        choice.setPlaceholderText("Choose a field" if context.fields else "No data yet")
        if param.optional:
            choice.add("", param.none.capitalize())
        for one in fitting(param, context):
            choice.add(one.name, one.name)
        super().__init__(choice, stretch=True)
        self._optional = param.optional
        choice.chosen.connect(self._on_chosen)

    def _on_chosen(self, name: str) -> None:
        self.edited.emit(name or (None if self._optional else ""))

    def show_value(self, value: Any) -> None:
        if value and self.inner.findData(value) < 0:
            self.inner.add(value, f"{value} (not in the data)")
        self.inner.set_current(value or "")


class FieldsEditor(Editor):
    """Several fields of the data, ticked in a list that opens; one edit per opening."""

    def __init__(self, param: Param, context: FormContext):
        super().__init__(Button("None", "list-checks"), stretch=True)
        self._fields, self._value = fitting(param, context), list[str]()
        self.inner.clicked.connect(self._on_pressed)
        self.popup: Popup | None = None
        self.boxes: list[QCheckBox] = []

    def show_value(self, value: Any) -> None:
        self._value = list(value or ())
        known = {one.name for one in self._fields}
        lost = [name for name in self._value if name not in known]
        here = len(self._value) - len(lost)
        if len(self._value) == 1:
            said = self._value[0]
        elif self._value and here == len(self._fields) and not lost:
            said = f"All {here} fields"
        else:
            said = f"{here} of {words.count(len(self._fields), 'field')}" if self._value else "Choose fields"
        self.inner.setText(f"{said}, {len(lost)} gone" if lost else said)
        self.inner.setToolTip(", ".join(self._value))

    def _on_pressed(self) -> None:
        popup = Popup(self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.set_inner_width(max(self.width(), theme.sizes().number_field * 2))
        self.boxes = []
        lost = [FieldView(name, "") for name in self._value if name not in {one.name for one in self._fields}]
        if not self._fields and not lost:
            popup.body.addWidget(Label("The data has no field that fits.", "secondary", "text2", wrap=True))
        for one in [*self._fields, *lost]:
            box = QCheckBox(one.name if one.kind else f"{one.name} (not in the data)", popup)
            box.setProperty("field", one.name)
            box.setChecked(one.name in self._value)
            popup.body.addWidget(box)
            self.boxes.append(box)
        popup.closed.connect(self._on_closed)
        self.popup = popup
        popup.open_below(self.inner)

    def _on_closed(self) -> None:
        chosen = [box.property("field") for box in self.boxes if box.isChecked()]
        self.boxes, self.popup = [], None
        if chosen != self._value:
            self.show_value(chosen)
            self.edited.emit(chosen)


def as_json(value: Any) -> dict[str, Any] | None:
    """A choice as JSON, whether it comes as a declaration, as JSON, or as a bare name."""
    if value is None:
        return None
    if isinstance(value, Declared):
        return value.to_json()
    if isinstance(value, str):
        return {"type": value}
    return dict(value)


class OneOfEditor(Editor):
    """One entry of a catalogue; its settings stand indented below."""

    def __init__(self, param: Param, context: FormContext, make_form: MakeForm):
        self._catalogue = Catalogue.named(param.catalogue)
        choice = Choice()
        if param.optional:
            choice.add("", param.none.capitalize())
        for cls in self._catalogue:
            choice.add(cls.__name__, cls.label)
        super().__init__(choice, stretch=True)
        choice.chosen.connect(self._on_chosen)
        self._value: dict[str, Any] | None = None
        self.form = make_form(context)
        self.form.changed.connect(self._on_changed)
        self.below = self.form

    def show_value(self, value: Any) -> None:
        self._value = as_json(value)
        name = self._value["type"] if self._value else ""
        known = name in self._catalogue
        if known:
            name = self._catalogue[name].__name__
        elif name and self.inner.findData(name) < 0:
            self.inner.add(name, f"{name} (not known here)")
        self.inner.set_current(name)
        cls = self._catalogue[name] if known else None
        self.inner.setToolTip(rich_tip(cls.label, cls.help()) if cls else "")
        self.form.show_values(cls or {}, {key: part for key, part in (self._value or {}).items() if key != "type"})
        self.form.setVisible(bool(cls and cls.params()))

    def _on_chosen(self, name: str) -> None:
        value = {"type": name} if name else None
        if name != (self._value or {}).get("type", ""):
            self.show_value(value)
            self.edited.emit(value)

    def _on_changed(self, name: str, value: Any) -> None:
        self._value = {**(self._value or {}), name: value}
        self.edited.emit(dict(self._value))


class _Item(QWidget):
    """One entry of a list: which it is, its place, its settings."""

    def __init__(self, editor: OneOfEditor, place: int, count: int, wish: Callable[[int, str], None]):
        super().__init__()
        sizes = theme.sizes()
        whole = column(self)
        bar = QWidget()
        bar.setMinimumHeight(sizes.row_form)
        head = row(bar, space=sizes.s4)
        head.addWidget(editor, 1)
        self.buttons: dict[str, IconButton] = {}
        for key, icon, tip in (
            ("up", "arrow-up", "Move up"),
            ("down", "arrow-down", "Move down"),
            ("remove", "x", "Remove"),
        ):
            button = IconButton(icon, tip, small=True)
            button.clicked.connect(lambda _=False, key=key: wish(place, key))
            head.addWidget(button)
            self.buttons[key] = button
        self.buttons["up"].setEnabled(place > 0)
        self.buttons["down"].setEnabled(place < count - 1)
        whole.addWidget(bar)
        whole.addWidget(editor.below)
        self.editor = editor


class ManyOfEditor(Editor):
    """A list of entries of a catalogue: add, remove, move, and set each."""

    def __init__(self, param: Param, context: FormContext, make_form: MakeForm):
        self._catalogue = Catalogue.named(param.catalogue)
        self.add_button = Button("Add", "plus")
        self.add_button.set_small(True)
        super().__init__(self.add_button)
        self._param, self._context, self._make_form = param, context, make_form
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        for cls in self._catalogue:
            action = self.menu.addAction(cls.label)
            action.setToolTip(cls.help())
            action.triggered.connect(lambda _=False, name=cls.__name__: self._on_add(name))
        self.add_button.clicked.connect(self._on_pressed)
        self.below = QWidget()
        self._column = column(self.below)
        self.items: list[_Item] = []
        self._value: list[dict[str, Any]] = []

    def show_value(self, value: Any) -> None:
        new = [as_json(part) or {} for part in value or ()]
        if [one.get("type") for one in new] != [one.get("type") for one in self._value] or len(self.items) != len(new):
            self._value = new
            self._rebuild()
        self._value = new
        for item, part in zip(self.items, new, strict=True):
            item.editor.show_value(part)
        self.below.setVisible(bool(new))

    def _rebuild(self) -> None:
        for item in self.items:
            self._column.removeWidget(item)
            item.hide()
            item.deleteLater()
        self.items = []
        one = Param(name="", kind="one_of", label="", catalogue=self._param.catalogue)
        for place in range(len(self._value)):
            editor = OneOfEditor(one, self._context, self._make_form)
            editor.setAccessibleName(f"{self._param.label} {place + 1}")
            editor.edited.connect(lambda value, place=place: self._on_edited(place, value))
            item = _Item(editor, place, len(self._value), self._on_wish)
            self._column.addWidget(item)
            self.items.append(item)

    def _on_pressed(self) -> None:
        self.menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    def _send(self, value: list[Mapping[str, Any]]) -> None:
        self.show_value(value)
        self.edited.emit(plain([dict(part) for part in value]))

    def _on_add(self, name: str) -> None:
        self._send([*self._value, {"type": name}])

    def _on_edited(self, place: int, value: Any) -> None:
        self._send([*self._value[:place], value, *self._value[place + 1 :]])

    def _on_wish(self, place: int, key: str) -> None:
        value = list(self._value)
        moved = value.pop(place)
        if key != "remove":
            value.insert(place + (1 if key == "down" else -1), moved)
        self._send(value)

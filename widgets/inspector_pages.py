"""The inspector's pages without a single node: several nodes, and the whole model; with what all its pages share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget

from widgets import theme, words
from widgets.controls import Button, Elided, IconLabel, Label, Line
from widgets.controls.base import column, row
from widgets.form import Form
from widgets.inspector_parts import CostRow, FactRow, KindRow
from widgets.views import ManyView, ModelView


def section(title: str) -> tuple[QWidget, QWidget, Label]:
    """A part of the inspector with a title; its second widget holds the content."""
    sizes = theme.sizes()
    part = QWidget()
    whole = column(part)
    whole.addWidget(Line())
    head = Label(title, "secondary", "text2", bold=True)
    line = row()
    line.setContentsMargins(sizes.s12, sizes.s12, sizes.s12, sizes.s6)
    line.addWidget(head)
    whole.addLayout(line)
    inside = QWidget()
    inside_column = column(inside)
    inside_column.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s12)
    whole.addWidget(inside)
    return part, inside, head


class Scroll(QScrollArea):
    """Scrolls its content under a bar that lies over the right margin, so that nothing moves when the bar comes."""

    def __init__(self, content: QWidget):
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        own = self.verticalScrollBar()
        own.rangeChanged.connect(self._on_range)
        own.valueChanged.connect(self.bar.setValue)
        self.bar.valueChanged.connect(own.setValue)
        self._on_range(own.minimum(), own.maximum())

    def _on_range(self, low: int, high: int) -> None:
        self.bar.setRange(low, high)
        self.bar.setPageStep(self.verticalScrollBar().pageStep())
        self.bar.setVisible(high > low)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        wide = theme.sizes().scroll_bar
        self.bar.setGeometry(self.width() - wide, 0, wide, self.height())
        self._on_range(self.verticalScrollBar().minimum(), self.verticalScrollBar().maximum())


class Rows(QWidget):
    """A column of small widgets that is only rebuilt when its values change."""

    def __init__(self, space: int = 0):
        super().__init__()
        self._column = column(self, space=space)
        self._values: tuple | None = None
        self.widgets: list[QWidget] = []

    def show_all(self, values: tuple, make: Callable[[int, object], QWidget]) -> None:
        if values == self._values:
            return
        self._values = values
        for old in self.widgets:
            self._column.removeWidget(old)
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self.widgets = [make(place, value) for place, value in enumerate(values)]
        for made in self.widgets:
            self._column.addWidget(made)
        self.setVisible(bool(values))


class ManyPage(QWidget):
    """Several nodes: how many, of which kinds, what they cost together, what can be done with all of them."""

    command_wanted = Signal(str)
    param_changed = Signal(str, object)
    """A setting of all of them."""

    def __init__(self):
        super().__init__()
        sizes = theme.sizes()
        whole = column(self)
        content = QWidget()
        inside = column(content)
        head = column(space=sizes.s8, edge=sizes.s12)
        self.title = Label("", "card_title")
        head.addWidget(self.title)
        self.kinds = Rows()
        head.addWidget(self.kinds)
        inside.addLayout(head)
        self.settings, body, _ = section("Settings they share")
        body.layout().setContentsMargins(0, 0, 0, sizes.s8)
        self.form = Form()
        self.form.changed.connect(self.param_changed)
        body.layout().addWidget(self.form)
        inside.addWidget(self.settings)
        part, body, _ = section("Together")
        body.layout().setSpacing(sizes.s12)
        self.parameters = CostRow("Parameters", "model", "Numbers that training changes.")
        self.work = CostRow("Work", "model", "FLOPs for one item, going forward once.")
        body.layout().addWidget(self.parameters)
        body.layout().addWidget(self.work)
        self.cost = part
        inside.addWidget(part)
        part, body, _ = section("All of them")
        body.layout().setSpacing(sizes.s6)
        self.buttons: dict[str, Button] = {}
        for key, icon, said in (
            ("mute", "eye-off", "Mute"), ("freeze", "snowflake", "Freeze weights"),
            ("group", "boxes", "Group into block"),
            ("duplicate", "copy", "Duplicate"), ("delete", "trash-2", "Delete"),
        ):  # fmt: skip
            button = Button(said, icon, "danger" if key == "delete" else "plain")
            button.clicked.connect(lambda _=False, key=key: self.command_wanted.emit(key))
            body.layout().addWidget(button)
            self.buttons[key] = button
        inside.addWidget(part)
        inside.addStretch(1)
        whole.addWidget(Scroll(content))

    def show_view(self, view: ManyView) -> None:
        self.title.setText(f"{words.count(view.count, 'node')} selected")
        self.kinds.show_all(view.kinds, lambda _, kind: KindRow(kind))
        self.form.show_values(view.params, view.values, context=view.context, mixed=view.mixed)
        self.settings.setVisible(bool(view.params))
        self.cost.setVisible(view.cost.parameters is not None)
        self.parameters.show_cost(words.thousands(view.cost.parameters or 0), view.cost.parameters_share, "acc_line")
        self.work.setVisible(view.cost.work is not None)
        self.work.show_cost(words.work(view.cost.work or 0), view.cost.work_share, "acc_line")
        self.buttons["mute"].setText("Unmute" if view.muted else "Mute")
        self.buttons["freeze"].setText("Unfreeze weights" if view.frozen else "Freeze weights")
        self.buttons["group"].set_enabled_because(not view.group_why, view.group_why)


class ModelPage(QWidget):
    """Nothing selected: what the whole model is."""

    def __init__(self):
        super().__init__()
        sizes = theme.sizes()
        whole = column(self)
        content = QWidget()
        inside = column(content)
        head = column(edge=sizes.s12)
        self.title = Elided("", "card_title")
        head.addWidget(self.title)
        head.addWidget(Label("Select a node to see its settings.", "secondary", "text2", wrap=True))
        inside.addLayout(head)
        self.facts_part, body, _ = section("Model")
        self.facts = Rows()
        body.layout().addWidget(self.facts)
        inside.addWidget(self.facts_part)
        self.tips_part, body, _ = section("Tips")
        self.tips = Rows(sizes.s8)
        body.layout().addWidget(self.tips)
        inside.addWidget(self.tips_part)
        inside.addStretch(1)
        whole.addWidget(Scroll(content))

    def show_view(self, view: ModelView) -> None:
        self.title.set_text(view.name or "Untitled")
        facts = [("Nodes", words.thousands(view.nodes))]
        facts += [("Parameters", words.thousands(view.parameters))] if view.parameters is not None else []
        facts += [("Without the head", words.thousands(view.backbone))] if view.backbone is not None else []
        facts += [("Work for one item", f"{words.work(view.work)} FLOPs")] if view.work is not None else []
        given = (("Training memory", view.memory), ("Reads", view.source), ("Answers", view.target))
        facts += [(label, value) for label, value in given if value]
        self.facts.show_all(tuple(facts), lambda _, parts: FactRow(*parts))
        self.tips.show_all(view.tips, _make_tip)
        self.tips_part.setVisible(bool(view.tips))


def _make_tip(_place: int, tip: str) -> QWidget:
    made = QWidget()
    line = row(made, space=theme.sizes().s8)
    line.addWidget(IconLabel("lightbulb", "info"), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Label(tip, "secondary", "text2", wrap=True), 1)
    return made

"""The inspector: what the selected node is, how its shape comes about, its settings, cost and problems."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QScrollArea, QStackedWidget, QWidget

from engine.params import Param
from widgets import icons, keymap, theme, words
from widgets.controls import Button, Elided, IconButton, Label, Line, surface
from widgets.controls.base import column, row
from widgets.form import Form
from widgets.inspector_pages import ManyPage, ModelPage, Rows, Scroll, section
from widgets.inspector_parts import CostRow, HeadTile, PortRow, ProblemBox, Title
from widgets.link import Link
from widgets.live_panel import LivePanel
from widgets.live_values import LiveFacts
from widgets.pictures.layer_picture import LayerPicture
from widgets.views import ManyView, ModelView, NodeView, PortView, ProblemView

_REPEAT, _RATE = "@repeat", "@lr"
_MOST_PORTS = 8
_ABOUT = {
    _REPEAT: Param(
        name=_REPEAT, kind="int", default=1, label="Repeat", min=1, max=100, unit="×", log=True,
        help="How often the block follows itself, each time with weights of its own.",
    ),
    _RATE: Param(
        name=_RATE, kind="float", default=1.0, label="Learning speed", min=0, max=100, unit="×", advanced=True,
        help="Multiplies the learning rate of this node; 0.1 learns ten times slower.",
    ),
}  # fmt: skip
"""Settings every node has, beside those of its layer; their names cannot be those of a layer's setting."""


class _NodePage(QWidget):
    """One node: head, problems, shape, settings, cost, and the foot with its two buttons."""

    def __init__(self, owner: Inspector):
        super().__init__()
        self._owner = owner
        self.view: NodeView | None = None
        whole = column(self)
        content = QWidget()
        self._column = column(content)
        self._build_head()
        self._build_problems()
        self._build_shape()
        part, inside, self.settings_title = section("Settings")
        inside.layout().setContentsMargins(0, 0, 0, theme.sizes().s8)
        self.form = Form()
        inside.layout().addWidget(self.form)
        self.presets = Link("Presets", "caption")
        self.presets.setToolTip("Settings under a name: choose, save, rename")
        head = part.layout().itemAt(1).layout()
        head.addStretch(1)
        head.addWidget(self.presets)
        self.presets.clicked.connect(self._on_presets)
        self.settings = part
        self._column.addWidget(part)
        self._build_cost()
        self._column.addStretch(1)
        whole.addWidget(Scroll(content), 1)
        self._build_foot(whole)
        self.form.changed.connect(self._on_changed)
        self.form.lend_wanted.connect(lambda name: self._owner.lend_wanted.emit(self._id(), name))

    def _build_head(self) -> None:
        sizes = theme.sizes()
        head = row(space=sizes.s12)
        head.setContentsMargins(sizes.s12, sizes.s12, sizes.s8, sizes.s6)
        self.tile = HeadTile("Dense")
        head.addWidget(self.tile)
        names = column()
        self.title = Title()
        self.code = Elided("", "code", "text2")
        self.code.setAccessibleDescription("Name in the code")
        names.addWidget(self.title)
        names.addWidget(self.code)
        head.addLayout(names, 1)
        buttons = row(space=0)
        self.mute = IconButton("eye", "Mute", checkable=True, command="mute")
        self.freeze = IconButton("snowflake", "Freeze weights", checkable=True, command="freeze")
        self.more = IconButton("ellipsis", "More")
        for button in (self.mute, self.freeze, self.more):
            buttons.addWidget(button)
        head.addLayout(buttons)
        self._column.addLayout(head)
        self.help = Label("", "secondary", "text2", wrap=True)
        line = row()
        line.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s12)
        line.addWidget(self.help)
        self._column.addLayout(line)
        self.title.renamed.connect(self._on_renamed)
        self.mute.clicked.connect(self._on_mute)
        self.freeze.clicked.connect(self._on_freeze)
        self.more.clicked.connect(self._on_more)

    def _build_problems(self) -> None:
        sizes = theme.sizes()
        self.problems = Rows(sizes.s8)
        self.problems.layout().setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s12)
        self.problems.hide()
        self._column.addWidget(self.problems)
        self.training = LivePanel()
        self._column.addWidget(self.training)

    def _build_shape(self) -> None:
        part, inside, self.shape_title = section("Shape")
        self.ports = Rows()
        self.picture = LayerPicture()
        self.arithmetic = Label("", "caption", "text2", wrap=True)
        layout = inside.layout()
        layout.addWidget(self.ports)
        layout.addSpacing(theme.sizes().s4)
        layout.addWidget(self.picture)
        layout.addWidget(self.arithmetic)
        self.keep = Link("", "caption")
        line = row()
        line.setContentsMargins(-theme.sizes().s4, 0, 0, 0)  # its words stand in line with those above
        line.addWidget(self.keep)
        line.addStretch(1)
        layout.addLayout(line)
        self.keep.clicked.connect(self._on_keep)
        self.shape = part
        self._column.addWidget(part)

    def _build_cost(self) -> None:
        part, inside, _ = section("Cost")
        inside.layout().setSpacing(theme.sizes().s12)
        self.parameters = CostRow("Parameters", "model", "Numbers that training changes.")
        self.work = CostRow("Work", "model", "FLOPs for one item, going forward once.")
        inside.layout().addWidget(self.parameters)
        inside.layout().addWidget(self.work)
        self.cost = part
        self._column.addWidget(part)

    def _build_foot(self, whole) -> None:
        sizes = theme.sizes()
        whole.addWidget(Line())
        foot = row(space=sizes.s8)
        foot.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        self.insert = Button("Insert after", "git-branch")
        self.open_block = Button("Open block", "maximize")
        self.reset = Button("Reset settings", "rotate-ccw", "quiet", tip="Reset settings")
        for button in (self.insert, self.open_block, self.reset):
            button.set_small(True)
            foot.addWidget(button)
        foot.addStretch(1)
        whole.addLayout(foot)
        self.insert.clicked.connect(self._on_insert)
        self.open_block.clicked.connect(self._on_open)
        self.reset.clicked.connect(self._on_reset)

    def show_view(self, view: NodeView) -> None:
        """Show a node; the same node keeps its place and focus."""
        other = self.view is None or self.view.id != view.id
        self.view = view
        self.tile.set_section(view.section, view.icon or None)
        self.title.set_name(view.title)
        self.code.set_text(view.id)
        self.help.setText(view.help)
        self.help.setVisible(bool(view.help))
        self._show_state(view)
        self.problems.show_all(view.problems, self._make_problem)
        self._show_shape(view)
        self._show_settings(view)
        hue, cost = f"hue:{view.section}", view.cost
        self.cost.setVisible(cost.parameters is not None or cost.work is not None)
        self.parameters.setVisible(cost.parameters is not None)
        amount = words.thousands(cost.parameters or 0)
        self.parameters.show_cost(amount, cost.parameters_share, hue, cost.parameters_words)
        self.work.setVisible(cost.work is not None)
        self.work.show_cost(words.work(cost.work or 0), cost.work_share, hue, cost.work_words)
        self.insert.set_enabled_because(bool(view.outputs), f"{view.title} is an end; nothing comes after it.")
        self.open_block.setVisible(view.is_block)
        self.reset.set_text("" if view.is_block else "Reset settings")  # three buttons with words are too wide
        self.reset.setAccessibleName("Reset settings")
        self.reset.set_enabled_because(bool(view.values), "All settings are at their usual value.")
        if other:
            self.findChild(QScrollArea).verticalScrollBar().setValue(0)

    def _show_state(self, view: NodeView) -> None:
        self.mute.set_icon("eye-off" if view.muted else "eye")
        self.mute.setChecked(view.muted)
        self.mute.set_tip("Unmute" if view.muted else "Mute: data passes through unchanged")
        self.freeze.setChecked(view.frozen)
        self.freeze.set_tip("Unfreeze weights" if view.frozen else "Freeze weights: training leaves them alone")
        if view.mute_why:
            self.mute.set_enabled_because(False, view.mute_why)
        else:
            self.mute.setEnabled(True)
        if view.freeze_why:
            self.freeze.set_enabled_because(False, view.freeze_why)
        else:
            self.freeze.setEnabled(True)

    def _show_shape(self, view: NodeView) -> None:
        rows: list[tuple[str, PortView, bool]] = []
        for side, ports in (("In", view.inputs), ("Out", view.outputs)):
            rows += [(side if not place else "", port, side == "Out") for place, port in enumerate(ports[:_MOST_PORTS])]
        self.ports.show_all(tuple(rows), lambda _, parts: PortRow(*parts))
        self.picture.show_layer(view.picture)
        self.arithmetic.setText(view.arithmetic)
        self.arithmetic.setVisible(bool(view.arithmetic))
        self.keep.setText(view.keep.words if view.keep else "")
        self.keep.setVisible(view.keep is not None)
        self.shape.setVisible(bool(rows))

    def _show_settings(self, view: NodeView) -> None:
        params, values = dict(view.params), dict(view.values)
        if view.repeat is not None:
            params = {_REPEAT: _ABOUT[_REPEAT], **params}
            values[_REPEAT] = view.repeat
        if view.lr is not None:
            params[_RATE] = _ABOUT[_RATE]
            values[_RATE] = view.lr
        self.form.show_values(params, values, view.errors, view.context)
        self.settings.setVisible(bool(params))
        self.presets.setVisible(not view.is_block)

    def _make_problem(self, place: int, problem: ProblemView) -> QWidget:
        made = ProblemBox(problem, place == 0)
        made.fix_chosen.connect(lambda fix: self._owner.fix_wanted.emit(place, fix))
        return made

    def _id(self) -> str:
        assert self.view is not None
        return self.view.id

    def _on_changed(self, name: str, value) -> None:
        if name in _ABOUT:
            self._owner.about_changed.emit(self._id(), name.removeprefix("@"), value)
        else:
            self._owner.param_changed.emit(self._id(), name, value)

    def _on_keep(self) -> None:
        if self.view is not None and self.view.keep is not None:
            self._owner.param_changed.emit(self._id(), *self.view.keep.value)

    def _on_presets(self) -> None:
        corner = self.presets.mapToGlobal(self.presets.rect().bottomLeft())
        self._owner.presets_wanted.emit(self._id(), corner)

    def _on_renamed(self, name: str) -> None:
        self._owner.rename_wanted.emit(self._id(), name.strip())

    def _on_mute(self) -> None:
        self._owner.mute_wanted.emit(self._id(), self.mute.isChecked())

    def _on_freeze(self) -> None:
        self._owner.freeze_wanted.emit(self._id(), self.freeze.isChecked())

    def _on_insert(self) -> None:
        self._owner.insert_after_wanted.emit(self._id())

    def _on_open(self) -> None:
        self._owner.open_block_wanted.emit(self._id())

    def _on_reset(self) -> None:
        self._owner.reset_wanted.emit(self._id())

    def more_menu(self) -> QMenu:
        """What else can be done with this node."""
        menu = QMenu(self)
        menu.addAction(icons.icon("pencil"), "Rename", keymap.first("rename"), self.title.edit)
        menu.addAction(icons.icon("copy"), "Copy the name in the code", self._on_copy)
        menu.addSeparator()
        for key, icon, said in _COMMANDS:
            menu.addAction(
                icons.icon(icon), said, keymap.first(key), lambda key=key: self._owner.command_wanted.emit(key)
            )
        return menu

    def _on_more(self) -> None:
        menu = self.more_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in menu.actions():  # the canvas owns these keys; here they are only shown
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._id())


_COMMANDS = (
    ("duplicate", "copy", "Duplicate"),
    ("group", "boxes", "Group into block"),
    ("delete", "trash-2", "Delete"),
)


class Inspector(QWidget):
    """The panel at the right of the Build page."""

    param_changed = Signal(str, str, object)
    many_changed = Signal(str, object)
    """A setting of all selected nodes."""
    lend_wanted = Signal(str, str)
    presets_wanted = Signal(str, QPoint)
    """The menu of presets for a node, to open at a point of the screen."""
    about_changed = Signal(str, str, object)
    rename_wanted = Signal(str, str)
    mute_wanted = Signal(str, bool)
    freeze_wanted = Signal(str, bool)
    insert_after_wanted = Signal(str)
    open_block_wanted = Signal(str)
    reset_wanted = Signal(str)
    fix_wanted = Signal(int, int)
    left = Signal()
    """Escape: back to where the node was chosen."""
    command_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        self._restyle()
        self.setAccessibleName("Inspector")
        whole = column(self)
        self._pages = QStackedWidget()
        self.node, self.many, self.model = _NodePage(self), ManyPage(), ModelPage()
        self.many.command_wanted.connect(self.command_wanted)
        self.many.param_changed.connect(self.many_changed)
        for page in (self.model, self.node, self.many):
            self._pages.addWidget(page)
        whole.addWidget(self._pages)

    def _restyle(self) -> None:
        self.setMinimumWidth(theme.sizes().inspector_least)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange:
            self._restyle()

    def keyPressEvent(self, event):
        """Escape leads out of the form; what a field does with it first is its own."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def show_node(self, view: NodeView) -> None:
        """Show one node."""
        self.node.show_view(view)
        self._pages.setCurrentWidget(self.node)

    def show_training(self, facts: LiveFacts | None) -> None:
        """Show how the node fares in a run; None takes that away."""
        self.node.training.show_facts(facts)

    def show_many(self, view: ManyView) -> None:
        """Show what several nodes have in common."""
        self.many.show_view(view)
        self._pages.setCurrentWidget(self.many)

    def show_nothing(self, view: ModelView) -> None:
        """Show the whole model."""
        self.model.show_view(view)
        self._pages.setCurrentWidget(self.model)

    def start_rename(self) -> None:
        """Begin to rename the node that is shown."""
        self.node.title.edit()

    def focus_setting(self, name: str = "") -> None:
        """Put the keyboard into a setting, the first one without a name."""
        rows = self.node.form.rows
        first = next((one for one, row in rows.items() if not row.param.advanced), next(iter(rows), ""))
        name = name or first
        self.node.form.focus_on(name)

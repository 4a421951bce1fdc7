"""Parts that hold other parts: panels, collapsible sections, form rows, empty states."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.base import Line, Themed, box, column, paint_icon, row, start, surface, text, width_of
from widgets.controls.buttons import Button
from widgets.controls.labels import Elided, IconLabel, Label


class Panel(Themed, QWidget):
    """A panel with a head of 40 and a body."""

    wants_ring = False

    def __init__(self, title="", parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        whole = column(self)
        self.head_bar = QWidget(self)
        self.head_bar.setFixedHeight(sizes.row_head)
        self.head = row(self.head_bar, space=sizes.s4)
        self.head.setContentsMargins(sizes.s12, 0, sizes.s8, 0)
        self.title = Elided(title, "name", parent=self.head_bar)
        self.head.addWidget(self.title, 1)
        self.head_bar.setVisible(bool(title))
        whole.addWidget(self.head_bar)
        self.body: QVBoxLayout = column()
        whole.addLayout(self.body, 1)
        self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        self.title.set_text(title)
        self.head_bar.setVisible(bool(title))

    def _restyle(self) -> None:
        if hasattr(self, "head_bar"):
            self.head_bar.setFixedHeight(theme.sizes().row_head)


class _SectionHead(Themed, QAbstractButton):
    """The line that opens and closes a section."""

    ring_radius = "r4"

    def __init__(self, title: str, parent: QWidget):
        super().__init__(parent)
        self.note, self.hue, self.role = "", None, "name"
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        sizes = theme.sizes()
        return QSize(round(width_of(self.text(), "body", True) + sizes.icon_small + 3 * sizes.s12), sizes.row_palette)

    def keyPressEvent(self, event):
        wanted = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}.get(event.key())
        if wanted is not None:
            self.setChecked(wanted)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        middle, hover = area.center().y(), self.underMouse()
        paint_icon(
            painter, "chevron-down" if self.isChecked() else "chevron-right", 0, middle, sizes.icon_small,
            "text1" if hover else "text3",
        )  # fmt: skip
        x = sizes.icon_small + sizes.s6
        if self.hue:
            box(painter, QRectF(x, middle - sizes.dot / 2, sizes.dot, sizes.dot), sizes.gap, self.hue)
            x += sizes.dot + sizes.s8
        note = width_of(self.note, "caption") + sizes.s8 if self.note else 0
        ink = "text1" if self.isChecked() or hover else "text2"
        text(painter, area.adjusted(x, 0, -note, 0), self.text(), "body", ink, bold=True)
        if self.note:
            text(painter, area, self.note, "caption", "text3", Qt.AlignmentFlag.AlignRight)


class Section(Themed, QWidget):
    """A part of a panel that folds under its title; `toggled` says whether it is open."""

    toggled = Signal(bool)
    wants_ring = False

    def __init__(self, title: str, open=True, note="", parent: QWidget | None = None):
        super().__init__(parent)
        whole = column(self)
        self.head = _SectionHead(title, self)
        self.head.setChecked(open)
        self.head.note = note
        whole.addWidget(self.head)
        self._inside = QWidget(self)
        self.body = column(self._inside, space=theme.sizes().s4)
        whole.addWidget(self._inside)
        self._inside.setVisible(open)
        self.head.toggled.connect(self._on_toggled)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def add(self, widget: QWidget) -> QWidget:
        self.body.addWidget(widget)
        return widget

    def is_open(self) -> bool:
        return self.head.isChecked()

    def set_open(self, open: bool) -> None:
        self.head.setChecked(open)

    def set_note(self, note: str) -> None:
        self.head.note = note
        self.head.update()

    def set_hue(self, role: str | None) -> None:
        """Show a small square before the title, in the color of a role such as "hue:Dense"."""
        self.head.hue = role
        self.head.update()

    def _on_toggled(self, open: bool) -> None:
        self._inside.setVisible(open)
        self.toggled.emit(open)


class FormRow(Themed, QWidget):
    """A label at the left, its field at the right, a short note after it."""

    wants_ring = False

    def __init__(self, label: str, widget: QWidget, note="", parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        layout = row(self, space=sizes.s8)
        self.label = Elided(label, "secondary", "text2", parent=self)
        self.field = widget
        self.note = Elided(note, "caption", "text3", parent=self)
        self.note.setVisible(bool(note))
        layout.addWidget(self.label)
        layout.addWidget(widget)
        layout.addWidget(self.note, 1)
        stretches = widget.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Fixed
        layout.setStretchFactor(widget, 2 if stretches else 0)
        self._rest = None
        if not stretches:
            layout.addStretch(0 if note else 1)
            self._rest = layout.itemAt(layout.count() - 1)
        if not widget.accessibleName() or widget.accessibleName() == getattr(widget, "text", str)():
            widget.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._restyle()

    def set_note(self, note: str, color="text3") -> None:
        self.note.set_text(note)
        self.note.set_color(color)
        self.note.setVisible(bool(note))
        if self._rest is not None:  # the note takes all that is left, not half of it
            self.layout().setStretch(self.layout().indexOf(self._rest), 0 if note else 1)

    def _restyle(self) -> None:
        if hasattr(self, "label"):
            self.label.setFixedWidth(theme.sizes().form_label)
            self.setMinimumHeight(theme.sizes().row_form)


class EmptyState(Themed, QWidget):
    """What an empty place will show, and the one button that fills it."""

    clicked = Signal()
    wants_ring = False

    def __init__(
        self, icon: str, title: str, line="", button="", parent: QWidget | None = None, button_icon: str | None = None,
        kind="primary",
    ):  # fmt: skip
        super().__init__(parent)
        sizes = theme.sizes()
        whole = column(self, space=sizes.s6, edge=sizes.s16)
        whole.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        self.icon = IconLabel(icon, "text2", sizes.icon_big, self)
        self.title = Label(title, "name", parent=self)
        self.line = Label(line, "secondary", "text2", wrap=True, parent=self)
        self.line.setAlignment(middle)
        self.button = Button(button, button_icon, kind, self)
        self.button.clicked.connect(self._on_clicked)
        whole.addWidget(self.icon, 0, middle)
        whole.addWidget(self.title, 0, middle)
        whole.addWidget(self.line)
        whole.addSpacing(sizes.s4)
        whole.addWidget(self.button, 0, middle)
        whole.addStretch(1)
        self.set_words(title, line, button)

    def set_words(self, title: str, line: str = "", button: str = "") -> None:
        self.title.setText(title)
        self.line.setText(line)
        self.line.setVisible(bool(line))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{title}. {line}")

    def set_icon(self, icon: str) -> None:
        self.icon.set_icon(icon)

    def _on_clicked(self) -> None:
        self.clicked.emit()

    def paintEvent(self, event):
        paint_empty_frame(self)


def paint_empty_frame(widget: QWidget, edge: float = 0) -> None:
    """Paint the dashed frame of a place that is still empty, away from the widget's own edge."""
    sizes, painter = theme.sizes(), start(widget)
    pen = QPen(theme.color("line2"), sizes.hair)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(
        QRectF(widget.rect()).adjusted(edge + 0.5, edge + 0.5, -edge - 0.5, -edge - 0.5), sizes.r9, sizes.r9
    )


__all__ = ["EmptyState", "FormRow", "Line", "Panel", "Section"]

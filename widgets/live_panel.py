"""Training in the inspector: how the chosen card fares in the epoch that is shown, figure by figure."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls import Elided, IconLabel, Label
from widgets.controls.base import column, row
from widgets.inspector_pages import Rows, section
from widgets.live_values import ICONS, LiveFacts, LivePart

MOST_PARTS = 12


class LivePanel(QWidget):
    """A part of the inspector; hidden while the Training overlay is off."""

    def __init__(self) -> None:
        super().__init__()
        whole = column(self)
        part, inside, self.head = section("Training")
        whole.addWidget(part)
        sizes = theme.sizes()
        layout = inside.layout()
        assert layout is not None
        line = row(space=sizes.s8)
        self.icon = IconLabel("check", "good")
        self.title = Label("", "name", wrap=True)
        line.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.title, 1)
        self.text = Label("", "secondary", "text2", wrap=True)
        self.rows, self.parts = Rows(), Rows()
        layout.setSpacing(sizes.s6)
        layout.addLayout(line)
        for widget in (self.text, self.rows, self.parts):
            layout.addWidget(widget)
        self.hide()

    def show_facts(self, facts: LiveFacts | None) -> None:
        """Show a card, None where the overlay is off or nothing is known."""
        self.setVisible(facts is not None)
        if facts is None:
            return
        self.head.setText(facts.head)
        name, role = ICONS[facts.level]
        self.icon.set_icon(facts.icon or name, role)
        self.icon.setVisible(facts.level != "none" and bool(facts.title))
        self.title.setText(facts.title)
        self.title.setVisible(bool(facts.title))
        self.text.setText(facts.text)
        self.text.setVisible(bool(facts.text))
        self.rows.show_all(facts.rows, lambda _, parts: _FigureRow(*parts))
        shown = facts.parts[:MOST_PARTS]
        self.parts.show_all(shown, lambda _, one: _PartRow(one))


class _FigureRow(QWidget):
    """A figure with its words; what it means is in the tooltip."""

    def __init__(self, words_: str, figure: str, tip: str) -> None:
        super().__init__()
        line = row(self, space=theme.sizes().s8)
        line.addWidget(Label(words_, "secondary", "text2"), 1)
        line.addWidget(Label(figure, "secondary", "text1", bold=True))
        self.setFixedHeight(theme.sizes().row_fact)
        self.setToolTip(tip)
        self.setAccessibleName(f"{words_}: {figure}")


class _PartRow(QWidget):
    """A node inside of a block, by copy."""

    def __init__(self, part: LivePart) -> None:
        super().__init__()
        line = row(self, space=theme.sizes().s6)
        line.addWidget(IconLabel(*ICONS[part.level], size=theme.sizes().icon_small))
        line.addWidget(Elided(part.words, "secondary", "text2"), 1)
        line.addWidget(Label(part.word, "secondary", "text1"))
        self.setFixedHeight(theme.sizes().row_fact)
        self.setAccessibleName(f"{part.words}: {part.word}")

"""The sheet of all keys: finds a command by name or key, and gives it other keys. Values in, wishes out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from widgets import theme
from widgets.controls import Button, Chip, Label, Line, SearchField, surface
from widgets.controls.base import column, row
from widgets.lists import RowList, Rows
from widgets.shortcut_bench import Bench
from widgets.shortcut_rows import KeyRow, KeyRows, listing, said, stops, tip


class ShortcutSheet(QDialog):
    """Every command and stroke by group, with a bench below where the chosen one gets its keys."""

    key_wanted = Signal(str, str, str)
    """A key for a command: name, key, and the key it replaces or an empty text."""
    swap_wanted = Signal(str, str, str)
    take_wanted = Signal(str, str, str)
    remove_wanted = Signal(str, str)
    reset_wanted = Signal(str)
    reset_all_wanted = Signal()
    export_wanted = Signal()
    import_wanted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        surface(self, "panel")
        sizes = theme.sizes()
        self._rows: dict[str, KeyRow] = {}
        self._fixed: list[KeyRow] = []
        whole = column(self)
        head = row(space=sizes.s8)
        head.setContentsMargins(sizes.s20, sizes.s16, sizes.s20, sizes.s12)
        head.addWidget(Label("Shortcuts", "page_title"), 1)
        self.take_in = Button("Import", "upload", "quiet", tip="Take the keys of a file")
        self.give_out = Button("Export", "download", "quiet", tip="Write your keys to a file")
        head.addWidget(self.take_in)
        head.addWidget(self.give_out)
        whole.addLayout(head)
        line = row(space=sizes.s8)
        line.setContentsMargins(sizes.s20, 0, sizes.s20, sizes.s8)
        self.search = SearchField("Search by name or key, such as undo or Ctrl+D")
        self.search.setAccessibleName("Search shortcuts")
        self.changed = Chip("Changed", "pencil", count=0, checkable=True)
        line.addWidget(self.search, 1)
        line.addWidget(self.changed)
        whole.addLayout(line)
        self.list = RowList(Rows(said, tip, stops), KeyRows(), "Shortcuts", self)
        inside = row()
        inside.setContentsMargins(sizes.s8, 0, sizes.s4, 0)
        inside.addWidget(self.list)
        whole.addLayout(inside, 1)
        self.nothing = Label("", "secondary", "text2", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.nothing.setMargin(sizes.s24)
        self.nothing.hide()
        whole.addWidget(self.nothing, 1)
        whole.addWidget(Line())
        self.bench = Bench(self)
        whole.addWidget(self.bench)
        whole.addWidget(Line())
        foot = row(space=sizes.s8)
        foot.setContentsMargins(sizes.s20, sizes.s12, sizes.s20, sizes.s12)
        self.reset_all = Button("Reset all", "rotate-ccw", "quiet")
        close = Button("Close")
        foot.addWidget(self.reset_all)
        foot.addStretch(1)
        foot.addWidget(close)
        whole.addLayout(foot)
        close.clicked.connect(self.accept)
        self._connect()
        self.search.setFocus()

    def _connect(self) -> None:
        self.take_in.clicked.connect(self.import_wanted)
        self.give_out.clicked.connect(self.export_wanted)
        self.reset_all.clicked.connect(self.reset_all_wanted)
        self.search.textChanged.connect(lambda _: self._list())
        self.search.moved.connect(self.list.move_by)
        self.search.returnPressed.connect(self._on_opened)
        self.search.left.connect(self.reject)
        self.changed.toggled.connect(lambda _: self._list())
        self.list.selectionModel().currentChanged.connect(lambda *_: self._on_chosen())
        self.list.opened.connect(lambda _: self._on_opened())
        bench = self.bench
        bench.key_wanted.connect(self.key_wanted)
        bench.swap_wanted.connect(self.swap_wanted)
        bench.take_wanted.connect(self.take_wanted)
        bench.remove_wanted.connect(self.remove_wanted)
        bench.reset_wanted.connect(self.reset_wanted)
        bench.left.connect(self.list.setFocus)

    def show_rows(self, rows: Sequence[KeyRow]) -> None:
        """Show every command and stroke; the chosen one stays chosen."""
        self._rows = {one.name: one for one in rows if not one.fixed}
        self._fixed = [one for one in rows if one.fixed]
        count = sum(one.changed for one in rows)
        self.changed.set_count(count)
        if not count:
            self.changed.setChecked(False)
        self.changed.setEnabled(bool(count))
        self.reset_all.set_enabled_because(bool(count), "All keys are as on the first day.")
        self._list()

    def choose(self, name: str) -> None:
        """Choose a command."""
        for at, part in enumerate(self.list.rows().rows()):
            if getattr(getattr(part, "row", None), "name", "") == name:
                self.list.choose(at)
                return

    def chosen(self) -> str:
        """The command that is chosen, empty without one."""
        place = self.list.place()
        return self.list.row_at(place).row.name if self.list.rows().stops(place) else ""

    def show_note(self, words: str, tone: str = "info") -> None:
        """Say a sentence on the bench: "info", "good" or "error"."""
        self.bench.show_note(words, tone)

    def refuse(self, sentence: str) -> None:
        """Say why the key that was pressed cannot be, and wait for another one."""
        self.bench.refuse(sentence)

    def show_conflict(self, sentence: str, swap: str, take: str, why_no_swap: str = "") -> None:
        """Ask what becomes of a key that another command has."""
        self.bench.show_conflict(sentence, swap, take, why_no_swap)

    def _list(self) -> None:
        kept, typed = self.chosen(), self.search.text().strip()
        parts = listing([*self._rows.values(), *self._fixed], typed, self.changed.isChecked())
        self.list.rows().set_rows(parts)
        self.list.setVisible(bool(parts))
        self.nothing.setVisible(not parts)
        self.nothing.setText(f"No command or key matches “{typed}”. Try what it does, such as “zoom”.")
        self.choose(kept)
        if not self.chosen() and typed:
            self.list.choose_first()
            self.list.scrollToTop()
        self._on_chosen()

    def _on_chosen(self) -> None:
        self.bench.show_row(self._rows.get(self.chosen()))

    def _on_opened(self) -> None:
        if self.chosen():
            self.bench.start()

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return  # no button of a dialog is pressed from afar
        super().keyPressEvent(event)

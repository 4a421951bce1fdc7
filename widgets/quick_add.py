"""The quick menu: which layer comes next, with the shape each would give; opens under a dropped wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets import icons, theme
from widgets.controls import Elided, KeyCap, Label, Line, Popup, SearchField
from widgets.controls.base import box, row, text, width_of
from widgets.fuzzy import match, runs
from widgets.lists import RowList, RowPainter, Rows, State

_FIRST_FIT, _FIRST_OTHER, _MOST_ROWS = 6, 2, 10


@dataclass(frozen=True)
class QuickRow:
    """One layer of the menu.

    Attributes:
        result: the shape that comes out, `same`, `adds Flatten first`, or why it does not fit.
        state: it fits, fits with another layer between, or does not fit.
        keywords: further words the search finds it by.
    """

    name: str
    label: str
    section: str
    result: str = ""
    state: Literal["fit", "bridge", "unfit"] = "fit"
    icon: str = ""
    keywords: str = ""


@dataclass(frozen=True)
class _Shown:
    row: QuickRow
    places: frozenset[int] = frozenset()
    line: bool = False


def shortlist(rows: list[QuickRow]) -> list[QuickRow]:
    """The rows before anything is typed: the first that fit, then the first that do not without help."""
    fit = [one for one in rows if one.state == "fit"][:_FIRST_FIT]
    other = [one for one in rows if one.state != "fit"]
    return fit + other[: _FIRST_OTHER if fit else _FIRST_FIT]


def found(rows: list[QuickRow], typed: str) -> list[tuple[QuickRow, frozenset[int]]]:
    """The rows that match, best first; what fits comes before what does not."""
    states = {"fit": 0, "bridge": 1, "unfit": 2}
    hits = []
    for place, one in enumerate(rows):
        hit = match(typed, one.label)
        if hit is None:
            other = match(typed, f"{one.name} {one.section} {one.keywords}")
            if other is None or other.rank >= 50:
                continue
            hits.append((100 + other.rank, states[one.state], place, one, frozenset[int]()))
        else:
            hits.append((hit.rank, states[one.state], place, one, hit.places))
    return [(one, places) for *_, one, places in sorted(hits, key=lambda hit: (hit[1] == 2, hit[0], hit[1], hit[2]))]


class _QuickRows(RowPainter):
    """Paints a tile, a name and what comes out."""

    def height(self, row: _Shown) -> int:
        return theme.sizes().row + (theme.sizes().s8 if row.line else 0)

    def draw(self, painter: QPainter, area: QRectF, row: _Shown, state: State) -> None:
        sizes, one = theme.sizes(), row.row
        if row.line:
            painter.fillRect(QRectF(area.x(), area.y() + sizes.s4, area.width(), sizes.hair), theme.color("line"))
            area = area.adjusted(0, sizes.s8, 0, 0)
        if state.selected or state.hover:
            box(painter, area, sizes.r4, "hover")
        side, middle = sizes.tile_mid, area.center().y()
        tile = QRectF(area.x() + sizes.s8, middle - side / 2, side, side)
        if one.state == "unfit":
            painter.setOpacity(0.45)
        icons.paint_tile(painter, tile, one.section, one.icon or None)
        painter.setOpacity(1)
        x, right = tile.right() + sizes.s8, area.right() - sizes.s8
        # a name that is cut may be any of several layers: it goes before what it leads to
        left = right - x - width_of(one.label, "body", True) - sizes.s8
        wide = min(width_of(one.result, "caption"), max(left, (right - x) * 0.3))
        spot = QRectF(right - wide, area.y(), wide, area.height())
        text(
            painter,
            spot,
            one.result,
            "caption",
            "text3" if one.state == "unfit" else "text2",
            Qt.AlignmentFlag.AlignRight,
        )
        draw_runs(
            painter, QRectF(x, area.y(), spot.x() - x - sizes.s8, area.height()), one.label, row.places,
            "text3" if one.state == "unfit" else "text1",
        )  # fmt: skip


def draw_runs(painter: QPainter, area: QRectF, words: str, places: frozenset[int], ink: str, role="body") -> None:
    """Write a text whose matching letters are strong."""
    if not places:
        text(painter, area, words, role, ink)
        return
    x = area.x()
    for piece, strong in runs(words, places):
        if x >= area.right():
            break
        text(painter, QRectF(x, area.y(), area.right() - x, area.height()), piece, role, ink, bold=strong)
        x += width_of(piece, role, strong)


class QuickAdd(Popup):
    """The menu; `chosen` says the layer, `closed` that it is gone."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self.setAccessibleName("Add a layer")
        self._rows: list[QuickRow] = []
        self._all = False
        head = row(space=sizes.s4)
        head.setContentsMargins(sizes.s8, sizes.s4, sizes.s8, sizes.s6)
        self.before = Label("", "secondary", "text2")
        self.title = Elided("", "body", bold=True)
        self.shape = Label("", "caption", "text2")
        head.addWidget(self.before)
        head.addWidget(self.title, 1)
        head.addWidget(self.shape)
        self.body.addLayout(head)
        self.search = SearchField("Type a layer name")
        self.search.setAccessibleName("Type a layer name")
        line = row()
        line.setContentsMargins(sizes.s4, 0, sizes.s4, sizes.s6)
        line.addWidget(self.search)
        self.body.addLayout(line)
        self.list = RowList(
            Rows(lambda one: f"{one.row.label}, {one.row.result}", _tip, _stops), _QuickRows(), "Layers"
        )
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self.list)
        self.nothing = Label("", "secondary", "text2", wrap=True)
        self.nothing.setMargin(sizes.s8)
        self.nothing.hide()
        self.body.addWidget(self.nothing)
        self.body.addSpacing(sizes.s4)
        self.body.addWidget(Line())
        foot = row(space=sizes.s4)
        foot.setContentsMargins(sizes.s8, sizes.s6, sizes.s8, sizes.gap)
        self.all_words = Label("", "caption", "text2")
        for cap, said in (
            ("↵", Label("add", "caption", "text2")),
            ("Tab", self.all_words),
            ("Esc", Label("cancel", "caption", "text2")),
        ):
            foot.addWidget(KeyCap(cap))
            foot.addWidget(said)
            foot.addSpacing(sizes.s4)
        foot.addStretch(1)
        self.body.addLayout(foot)
        self.search.textChanged.connect(self._show)
        self.search.moved.connect(self.list.move_by)
        self.search.returnPressed.connect(self._on_return)
        self.search.left.connect(self.close)
        self.list.tapped.connect(self._on_tapped)

    def open_at(
        self, point: QPoint, title: str = "", shape_words: str = "", rows: list[QuickRow] | None = None
    ) -> None:
        """Open at a global point; without a title the layer stands alone."""
        self.set_inner_width(theme.sizes().quick_menu)
        self._rows, self._all = list(rows or []), False
        self.before.setText("Add after" if title else "Add a layer")
        self.title.set_text(title)
        self.shape.setText(shape_words)
        self.all_words.setText(f"all {len(self._rows)}")
        self.search.clear()
        self._show()
        super().open_at(point)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _show(self) -> None:
        typed = self.search.text().strip()
        if typed:
            shown = [_Shown(one, places) for one, places in found(self._rows, typed)]
        else:
            listed = self._rows if self._all else shortlist(self._rows)
            shown = [_Shown(one) for one in listed]
        apart = next((at for at, one in enumerate(shown) if at and one.row.state != "fit"), 0)
        if apart and not typed and shown[apart - 1].row.state == "fit":
            shown[apart] = _Shown(shown[apart].row, shown[apart].places, True)
        self.list.rows().set_rows(shown)
        self.list.choose(-1)
        self.list.choose_first()
        self.list.scrollToTop()
        self.list.setVisible(bool(shown))
        self.nothing.setText(f"No layer matches “{typed}”. Try what it does, such as “pool”.")
        self.nothing.setVisible(not shown)
        painter = self.list.itemDelegate()
        self.list.setFixedHeight(sum(painter.height(one) for one in shown[:_MOST_ROWS]))
        self.adjustSize()

    def _choose(self, place: int) -> None:
        if self.list.rows().stops(place):
            name = self.list.row_at(place).row.name
            self.close()
            self.chosen.emit(name)

    def _on_return(self) -> None:
        self._choose(self.list.place())

    def _on_tapped(self, place: int, _spot) -> None:
        self._choose(place)

    def event(self, event):
        # Tab is taken before Qt moves the focus with it
        if event.type() == event.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            self._all = not self._all
            self.search.clear()
            self._show()
            return True
        return super().event(event)

    def focusNextPrevChild(self, next_: bool) -> bool:
        return False


def _tip(one: _Shown) -> str:
    return f"{one.row.label}: {one.row.result}" if one.row.state == "unfit" else ""


def _stops(one: _Shown) -> bool:
    return one.row.state != "unfit"

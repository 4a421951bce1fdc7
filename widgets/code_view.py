"""The code panel: the generated Python, which line belongs to which node, and the way there and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPalette, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from engine.codeedit import values_in
from widgets import theme
from widgets.code_colors import CodeColors
from widgets.controls import Button, Label, surface
from widgets.controls.base import column, row, start, text, width_of


class _Margin(QWidget):
    """Line numbers and, per line, a stripe in the hue of its node's section."""

    def __init__(self, code: _Code):
        super().__init__(code)
        self._code = code

    def sizeHint(self):
        return QSize(self._code.margin_width(), 0)

    def paintEvent(self, event):
        code, sizes, painter = self._code, theme.sizes(), start(self)
        painter.fillRect(self.rect(), theme.color("field"))
        block = code.firstVisibleBlock()
        top = code.blockBoundingGeometry(block).translated(code.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            high, number = code.blockBoundingRect(block).height(), block.blockNumber() + 1
            area = QRectF(0, top, self.width() - sizes.s16, high)
            if number in code.marked:
                painter.fillRect(QRectF(0, top, self.width(), high), theme.color("acc_wash"))
            ink = "text2" if number in code.marked else "text3"
            text(painter, area, str(number), "code", ink, Qt.AlignmentFlag.AlignRight)
            role = code.stripe(number)
            if role:
                spot = QRectF(self.width() - sizes.s8, top, sizes.ring + sizes.hair, high)
                painter.fillRect(spot, theme.color(role))
            top += high
            block = block.next()


class _Code(QPlainTextEdit):
    """The text itself, read only."""

    line_chosen = Signal(int)
    value_wanted = Signal(int, int, str)
    refused = Signal(str)

    def __init__(self):
        super().__init__()
        self.owners: dict[int, str] = {}
        self.hues: dict[str, str] = {}
        self.problems: dict[str, str] = {}
        self.marked: set[int] = set()
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Code")
        self.setTabChangesFocus(True)
        self.colors = CodeColors(self.document())
        self.margin = _Margin(self)
        self._dress()
        self.updateRequest.connect(self._on_update)
        self.cursorPositionChanged.connect(self._on_moved)
        self._quiet = False
        self.field = ValueField(self)

    def _dress(self) -> None:
        # the application's sheet gives text fields a border; the code fills its panel
        self.setStyleSheet(
            "QPlainTextEdit, QPlainTextEdit:focus { border: none; border-radius: 0; padding: 0; }"
            "QAbstractScrollArea::corner { background: transparent; border: none; }"
        )
        self.setFont(theme.font("code"))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, theme.color("text1"))
        self.setPalette(palette)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(self.margin_width(), 0, 0, 0)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and hasattr(self, "margin"):
            self.setFont(theme.font("code"))
            self.setViewportMargins(self.margin_width(), 0, 0, 0)
            self.colors.recolor()
            self.mark(self.marked, scroll=False)

    def margin_width(self) -> int:
        digits = max(3, len(str(self.blockCount())))
        return round(width_of("0" * digits, "code") + theme.sizes().s32)

    def stripe(self, number: int) -> str:
        """The color role of a line's stripe, empty without one."""
        owner = self.owners.get(number, "")
        if owner in self.problems:
            return "error_fill"
        return f"hue:{self.hues[owner]}" if owner in self.hues else ""

    def resizeEvent(self, event):
        super().resizeEvent(event)
        inside = self.contentsRect()
        self.margin.setGeometry(inside.left(), inside.top(), self.margin_width(), inside.height())

    def _on_update(self, rect, dy: int) -> None:
        if dy:
            self.margin.scroll(0, dy)
        else:
            self.margin.update(0, rect.y(), self.margin.width(), rect.height())

    def set_code(self, words: str) -> None:
        """Show a text, keeping the place where the person looks."""
        if words == self.toPlainText():
            return
        self._quiet = True
        place = self.verticalScrollBar().value()
        self.setPlainText(words)
        self.verticalScrollBar().setValue(place)
        self.setViewportMargins(self.margin_width(), 0, 0, 0)
        self._quiet = False

    def mark(self, numbers: set[int], scroll: bool = True) -> None:
        """Wash these lines and underline the lines of nodes with problems."""
        self.marked = set(numbers)
        extra = [self._wash(number) for number in sorted(numbers)]
        extra += [self._wave(number) for number, owner in self.owners.items() if owner in self.problems]
        self.setExtraSelections([one for one in extra if one is not None])
        if numbers and scroll:
            self._show_line(min(numbers))
        self.margin.update()

    def _cursor(self, number: int) -> QTextCursor | None:
        block = self.document().findBlockByNumber(number - 1)
        return QTextCursor(block) if block.isValid() else None

    def _wash(self, number: int) -> QTextEdit.ExtraSelection | None:
        cursor = self._cursor(number)
        if cursor is None:
            return None
        made = QTextEdit.ExtraSelection()
        made.cursor = cursor
        made.format.setBackground(theme.color("acc_wash"))
        made.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return made

    def _wave(self, number: int) -> QTextEdit.ExtraSelection | None:
        cursor = self._cursor(number)
        if cursor is None:
            return None
        line = cursor.block().text()
        cursor.setPosition(cursor.block().position() + len(line) - len(line.lstrip()))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        made = QTextEdit.ExtraSelection()
        made.cursor = cursor
        made.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        made.format.setUnderlineColor(theme.color("error_fill"))
        return made

    def _show_line(self, number: int) -> None:
        first = self.firstVisibleBlock().blockNumber() + 1
        high = self.blockBoundingRect(self.document().firstBlock()).height() or 1
        shown = int(self.viewport().height() / high)
        if not first <= number < first + shown - 1:
            self.verticalScrollBar().setValue(max(0, number - 1 - shown // 3))

    def _on_moved(self) -> None:
        if not self._quiet and not self.textCursor().hasSelection():
            self.line_chosen.emit(self.textCursor().blockNumber() + 1)

    def edit_at(self, number: int, column: int) -> None:
        """Open a field over the value at a place of the text, or say why there is none."""
        block = self.document().findBlockByNumber(number - 1)
        values = values_in(block.text())
        place = next((at for at, one in enumerate(values) if one.start <= column <= one.end), -1)
        if place < 0:
            self.refused.emit("There is no value here. Numbers, quoted words, True and False can be changed.")
        elif number not in self.owners:
            self.refused.emit("This line belongs to no node, so it is read-only: it follows from the rest.")
        else:
            self.field.open(number, place, values[place].start, values[place].end)

    def mouseDoubleClickEvent(self, event):
        cursor = self.cursorForPosition(event.position().toPoint())
        values = values_in(cursor.block().text())
        if any(one.start <= cursor.positionInBlock() <= one.end for one in values):
            self.edit_at(cursor.blockNumber() + 1, cursor.positionInBlock())
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            cursor = self.textCursor()
            self.edit_at(cursor.blockNumber() + 1, cursor.positionInBlock())
        else:
            super().keyPressEvent(event)

    def event(self, event):
        if event.type() == event.Type.ToolTip:
            at = self.viewport().mapFromGlobal(event.globalPos())
            owner = self.owners.get(self.cursorForPosition(QPoint(at.x(), at.y())).blockNumber() + 1, "")
            QToolTip.showText(event.globalPos(), self.problems.get(owner, ""), self)
            return True
        return super().event(event)


class ValueField(QLineEdit):
    """Lies over a value of the code while it is changed; Enter tells it, Esc and leaving do not."""

    def __init__(self, code: _Code):
        super().__init__(code.viewport())
        self._code = code
        self._where = (0, 0)
        self.setAccessibleName("Value in the code")
        self.returnPressed.connect(self._on_return)
        self.hide()

    def open(self, number: int, place: int, start: int, end: int) -> None:
        """Over the letters from start to end of a line."""
        code, self._where = self._code, (number, place)
        block = code.document().findBlockByNumber(number - 1)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + start)
        spot = code.cursorRect(cursor)
        self.setFont(code.font())
        self.setText(block.text()[start:end])
        wide = round(width_of("0" * max(6, end - start + 2), "code")) + 2 * theme.sizes().s8
        high = max(spot.height() + theme.sizes().s4, theme.sizes().target)
        self.setGeometry(spot.x() - theme.sizes().s8, spot.center().y() - high // 2, wide, high)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_return(self) -> None:
        where, words = self._where, self.text()
        self._close()
        self._code.value_wanted.emit(*where, words)

    def _close(self) -> None:
        self.hide()
        self._code.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        self.hide()


class CodeView(QWidget):
    """The dock panel. `corner` holds the note and the buttons; a dock may take it into its own row."""

    node_chosen = Signal(str)
    copied = Signal()
    save_wanted = Signal()
    value_wanted = Signal(int, int, str)
    """A value was changed: its line, which of the line's values it is, and what was typed."""
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "field")
        sizes = theme.sizes()
        self._whole = column(self)
        self.corner = QWidget()
        line = row(self.corner, space=sizes.s4)
        line.setContentsMargins(sizes.s16, sizes.s4, sizes.s8, sizes.s4)
        line.addStretch(1)
        line.addWidget(Label("Follows the canvas. Double-click a value to change it", "secondary", "text3"))
        line.addSpacing(sizes.s8)
        self.copy_button = Button("Copy", "copy", "quiet")
        self.save_button = Button("Save as .py", "file-code", "quiet")
        for button in (self.copy_button, self.save_button):
            button.set_small(True)
            line.addWidget(button)
        self._whole.addWidget(self.corner)
        self.code = _Code()
        self._whole.addWidget(self.code, 1)
        self.waiting = Label("", "secondary", "text2", wrap=True)
        self.waiting.setMargin(sizes.s16)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.waiting.hide()
        self._whole.addWidget(self.waiting, 1)
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(self.save_wanted)
        self.code.line_chosen.connect(self._on_line)
        self.code.value_wanted.connect(self.value_wanted)
        self.code.refused.connect(self.refused)

    def text(self) -> str:
        """The source that is shown."""
        return self.code.toPlainText()

    def show_code(
        self,
        words: str,
        lines: Mapping[int, str],
        hues: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
    ) -> None:
        """Show source.

        Args:
            lines: line number (from 1) to node id.
            hues: node id to section.
            problems: node id to what is wrong with it.
        """
        self.waiting.hide()
        self.code.show()
        self._enable(True)
        marked = {self.code.owners[number] for number in self.code.marked if number in self.code.owners}
        self.code.owners, self.code.hues = dict(lines), dict(hues or {})
        self.code.problems = dict(problems or {})
        self.code.set_code(words)
        self._mark(marked, scroll=False)

    def show_waiting(self, sentence: str) -> None:
        """Say why there is no code yet."""
        self.code.hide()
        self.waiting.setText(sentence)
        self.waiting.show()
        self._enable(False)

    def highlight(self, nodes: Iterable[str]) -> None:
        """Wash the lines of these nodes and bring the first into view."""
        self._mark(set(nodes), scroll=True)

    def copy(self) -> None:
        """Put the whole source on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
        self.copied.emit()

    def _mark(self, nodes: set[str], scroll: bool) -> None:
        self.code.mark({number for number, owner in self.code.owners.items() if owner in nodes}, scroll)

    def _enable(self, on: bool) -> None:
        for button in (self.copy_button, self.save_button):
            button.set_enabled_because(on, "There is no code yet.")

    def _on_line(self, number: int) -> None:
        owner = self.code.owners.get(number)
        if owner:
            self._mark({owner}, scroll=False)
            self.node_chosen.emit(owner)

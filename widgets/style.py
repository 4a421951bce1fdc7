"""Dresses the application: fonts, Fusion with a palette, one generated style sheet and a small proxy style."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QMenu, QProxyStyle, QStyle, QWidget

from widgets import icons, theme
from widgets.composited import Cutter

FONTS = Path(__file__).resolve().parent.parent / "assets" / "fonts"
_ARROWS = {
    QStyle.PrimitiveElement.PE_IndicatorArrowDown: "chevron-down",
    QStyle.PrimitiveElement.PE_IndicatorArrowUp: "chevron-up",
    QStyle.PrimitiveElement.PE_IndicatorArrowLeft: "chevron-left",
    QStyle.PrimitiveElement.PE_IndicatorArrowRight: "chevron-right",
    QStyle.PrimitiveElement.PE_IndicatorMenuCheckMark: "check",
    QStyle.PrimitiveElement.PE_IndicatorSpinUp: "chevron-up",
    QStyle.PrimitiveElement.PE_IndicatorSpinDown: "chevron-down",
}
_CUT = "cut to its card"
"""Marks a menu or tooltip that is watched already."""
_CHECKS = {QStyle.PrimitiveElement.PE_IndicatorCheckBox, QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck}


class _Style(QProxyStyle):
    """Paints what a style sheet cannot: ticks, radio dots, chevrons; rounds menus and tooltips."""

    def drawPrimitive(self, element, option, painter, widget=None):
        if element in _CHECKS:
            _paint_check(painter, QRectF(option.rect), option.state)
        elif element == QStyle.PrimitiveElement.PE_IndicatorRadioButton:
            _paint_radio(painter, QRectF(option.rect), option.state)
        elif element in _ARROWS:
            _paint_arrow(painter, QRectF(option.rect), _ARROWS[element], option.state)
        elif element == QStyle.PrimitiveElement.PE_FrameFocusRect:
            return  # controls show their own ring, on keyboard focus only
        else:
            super().drawPrimitive(element, option, painter, widget)

    def polish(self, thing):
        if isinstance(thing, QMenu) or (isinstance(thing, QWidget) and thing.inherits("QTipLabel")):
            thing.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
            if thing.property(_CUT) is None:
                radius = theme.sizes().r9 if isinstance(thing, QMenu) else theme.sizes().r6
                thing.setProperty(_CUT, True)
                thing.installEventFilter(Cutter(radius, thing))
        return super().polish(thing)

    def pixelMetric(self, metric, option=None, widget=None):
        focus = (QStyle.PixelMetric.PM_FocusFrameHMargin, QStyle.PixelMetric.PM_FocusFrameVMargin)
        if metric in focus:
            return theme.sizes().ring + theme.sizes().gap
        if metric == QStyle.PixelMetric.PM_SmallIconSize:
            return theme.sizes().icon
        return super().pixelMetric(metric, option, widget)


def _paint_check(painter: QPainter, rect: QRectF, state) -> None:
    on = bool(state & QStyle.StateFlag.State_On)
    part = bool(state & QStyle.StateFlag.State_NoChange)
    box = _frame_mark(painter, rect, state, on or part)
    painter.drawRoundedRect(box, theme.sizes().r4, theme.sizes().r4)
    if on:
        icons.paint(painter, "check", rect, "on_fill")
    elif part:
        icons.paint(painter, "minus", rect, "on_fill")
    painter.restore()


def _paint_radio(painter: QPainter, rect: QRectF, state) -> None:
    on = bool(state & QStyle.StateFlag.State_On)
    box = _frame_mark(painter, rect, state, on)
    painter.drawEllipse(box)
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_fill"))
        painter.drawEllipse(box.center(), box.width() * 0.2, box.width() * 0.2)
    painter.restore()


def _frame_mark(painter: QPainter, rect: QRectF, state, filled: bool) -> QRectF:
    """Set pen and brush for a checkbox or radio button, painting its focus ring; the caller restores."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not state & QStyle.StateFlag.State_Enabled:
        painter.setOpacity(0.5)
    hover = state & QStyle.StateFlag.State_MouseOver
    keyboard = state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange
    edge = "acc_line" if keyboard else ("text3" if hover else "line3")
    width = theme.sizes().ring if keyboard else theme.sizes().hair
    painter.setPen(Qt.PenStyle.NoPen if filled and not keyboard else QPen(theme.color(edge), width))
    painter.setBrush(
        theme.color("acc_hover" if hover else "acc_fill") if filled else QColor(Qt.GlobalColor.transparent)
    )
    side = min(rect.width(), rect.height())
    inset = width / 2
    return QRectF(rect.x(), rect.y(), side, side).adjusted(inset, inset, -inset, -inset)


def _paint_arrow(painter: QPainter, rect: QRectF, name: str, state) -> None:
    side = min(theme.sizes().icon_small, max(rect.width(), rect.height()))
    corner = rect.center() - QPointF(side / 2, side / 2)
    color = "text2" if state & QStyle.StateFlag.State_Enabled else "text3"
    icons.paint(painter, name, QRectF(corner.x(), corner.y(), side, side), color)


class _Dressed:
    """What must outlive `dress`: Qt owns the style, Python must keep it too."""

    style: _Style | None = None


@lru_cache(maxsize=1)
def load_fonts() -> tuple[str, ...]:
    """Load the shipped fonts and return their families."""
    families = []
    for path in sorted(FONTS.glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(dict.fromkeys(families))


def dress(app: QApplication) -> None:
    """Put fonts, palette and style sheet of the current theme on the application."""
    load_fonts()
    app.setFont(theme.font("body"))
    if _Dressed.style is None:
        _Dressed.style = _Style("Fusion")
        app.setStyle(_Dressed.style)
    app.setPalette(_palette())
    app.setStyleSheet(sheet())


def _palette() -> QPalette:
    role, palette = QPalette.ColorRole, QPalette()
    table = {
        role.Window: "panel", role.WindowText: "text1", role.Text: "text1", role.ButtonText: "text1",
        role.Base: "field", role.AlternateBase: "card", role.Button: "card", role.Mid: "line", role.Dark: "line2",
        role.PlaceholderText: "text3", role.ToolTipBase: "card", role.ToolTipText: "text1", role.Link: "acc",
        role.LinkVisited: "acc", role.Highlight: "acc_fill", role.HighlightedText: "on_fill", role.Accent: "acc_line",
        role.Light: "hover", role.Midlight: "line", role.Shadow: "shadow", role.BrightText: "on_fill",
    }  # fmt: skip
    for qt_role, name in table.items():
        palette.setColor(qt_role, theme.color(name))
    for qt_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, qt_role, theme.color("text3"))
    return palette


_SHEET = """
*[surface="canvas"] { background: @canvas; }
*[surface="bar"] { background: @bar; }
*[surface="panel"] { background: @panel; }
*[surface="card"] { background: @card; border: {hair}px solid @line2; border-radius: {r11}px; }
*[surface="field"] { background: @field; }
QMainWindow, QDialog { background: @panel; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMainWindow::separator { background: @line; width: {hair}px; height: {hair}px; }
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit {
  background: @field; color: @text1; border: {hair}px solid @line2; border-radius: {r6}px;
  padding: {s2}px {s8}px; font-size: {body}px;
  selection-background-color: @acc_fill; selection-color: @on_fill; }
QLineEdit { min-height: {line_inside}px; max-height: {line_inside}px; }
QSpinBox, QDoubleSpinBox { min-height: {line_inside}px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: @line3; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
  border: {ring}px solid @acc_line; padding: {focus_down}px {focus_side}px; }
QLineEdit[state="error"] { border-color: @error_line; }
QLineEdit[state="error"]:focus { border-color: @error_fill; }
QLineEdit:disabled, QSpinBox:disabled { color: @text3; border-color: @line; }
QCheckBox, QRadioButton { spacing: {s8}px; font-size: {secondary}px; color: @text1; min-height: {target}px; }
QCheckBox:disabled, QRadioButton:disabled { color: @text3; }
QCheckBox::indicator, QRadioButton::indicator { width: {tick}px; height: {tick}px; }
QPushButton { background: @card; color: @text1; border: {hair}px solid @line2; border-radius: {r6}px;
  padding: 0 {s12}px; min-height: {line_button}px; font-size: {body}px; font-weight: 600; }
QPushButton:hover { background: @hover; border-color: @line3; }
QPushButton:default { background: @acc_fill; color: @on_fill; border-color: @acc_fill; }
QPushButton:default:hover { background: @acc_hover; }
QPushButton:focus { border: {ring}px solid @acc_line; }
QPushButton:disabled { color: @text3; background: transparent; border-color: @line; }
QComboBox { combobox-popup: 0; font-size: {body}px; }
QComboBox QAbstractItemView { background: @card; border: {hair}px solid @line2; border-radius: {r6}px;
  padding: {s4}px; outline: 0; }
QComboBox QAbstractItemView::item { min-height: {row}px; padding: 0 {s8}px; border-radius: {r4}px; }
QMenu { background: @card; border: {hair}px solid @line2; border-radius: {r9}px; padding: {s4}px;
  font-size: {secondary}px; }
QMenu::item { min-height: {row}px; padding: 0 {s12}px 0 {s8}px; border-radius: {r4}px; color: @text1; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @text3; }
QMenu::icon { padding-left: {s8}px; }
QMenu::separator { height: {hair}px; background: @line; margin: {s4}px {s4}px; }
QMenu::indicator { width: {tick}px; height: {tick}px; margin-left: {s6}px; }
QToolTip { background: @card; color: @text1; border: {hair}px solid @line2; border-radius: {r6}px;
  padding: {s6}px {s8}px; font-size: {secondary}px; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: {scroll_bar}px; }
QScrollBar:horizontal { height: {scroll_bar}px; }
QScrollBar::handle { background: @line2; border-radius: {scroll_round}px; margin: {s2}px; }
QScrollBar::handle:vertical { min-height: {s32}px; }
QScrollBar::handle:horizontal { min-width: {s32}px; }
QScrollBar::handle:hover { background: @line3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea { border: 0; }
QScrollArea { background: transparent; }
QListView, QTreeView, QTableView { background: transparent; border: 0; outline: 0; font-size: {body}px;
  selection-background-color: @acc_wash; selection-color: @text1; gridline-color: @line; }
QListView::item, QTreeView::item { min-height: {row}px; border-radius: {r4}px; padding: 0 {s4}px; }
QListView::item:hover, QTreeView::item:hover { background: @hover; }
QListView::item:selected, QTreeView::item:selected { background: @acc_wash; color: @text1; }
QHeaderView::section { background: @panel; color: @text2; border: 0; border-bottom: {hair}px solid @line;
  padding: {s4}px {s8}px; font-size: {caption}px; }
QTableCornerButton::section { background: @panel; border: 0; }
QProgressBar { background: @line; color: transparent; border: 0; border-radius: {bar_round}px; max-height: {bar}px; }
QProgressBar::chunk { background: @acc_line; border-radius: {bar_round}px; }
QTabBar::tab { background: transparent; color: @text2; padding: {s6}px {s12}px; border: 0;
  border-bottom: {ring}px solid transparent; font-size: {body}px; }
QTabBar::tab:selected { color: @text1; border-bottom-color: @acc_line; }
QTabWidget::pane { border: 0; border-top: {hair}px solid @line; }
QDockWidget { color: @text2; font-size: {secondary}px; }
QDockWidget::title { background: @panel; padding: {s6}px {s12}px; border-bottom: {hair}px solid @line; }
QSplitter::handle { background: @line; }
"""


def sheet() -> str:
    """Return the style sheet of the current theme, scaled."""
    sizes = theme.sizes()
    lengths = {name: getattr(sizes, name) for name in sizes.__dataclass_fields__}
    for role in theme.TYPE_ROLES:
        lengths.setdefault(role, theme.font(role).pixelSize())
    lengths["body"] = theme.font("body").pixelSize()
    lengths["line_inside"] = sizes.field - 2 * sizes.hair - 2 * sizes.s2
    lengths["line_button"] = sizes.row - 2 * sizes.hair
    lengths["focus_down"] = sizes.s2 - 1
    lengths["focus_side"] = sizes.s8 - 1
    lengths["scroll_round"] = max(1, (sizes.scroll_bar - 2 * sizes.s2) // 2)
    lengths["bar_round"] = sizes.bar // 2
    text = _SHEET
    for name in sorted(lengths, key=len, reverse=True):
        text = text.replace(f"{{{name}}}", str(lengths[name]))
    look = theme.current()
    for name in sorted(look.__dataclass_fields__, key=len, reverse=True):
        value = getattr(look, name)
        if isinstance(value, str) and value.startswith("#"):
            text = text.replace(f"@{name}", value)
    return text

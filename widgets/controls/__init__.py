"""The reusable controls every page is built from.

base      repainting on a new look, the keyboard ring, paint helpers
labels    labels, elided lines, key caps, icons, section tiles, tooltips
buttons   buttons, icon buttons, switches, segmented choices
fields    text, search, a choice from a list
numbers   numbers to drag or type, linked lengths
sliders   a slider with its number
marks     chips, badges, progress rings and cells, ratio bars
split     the bar of training, validation and test
tabs      page tabs with signs, dock tabs
layout    panels, collapsible sections, form rows, empty states
floating  toasts, popups, callouts with repairs
"""

from widgets.controls.base import FocusRing, Line, Themed, surface
from widgets.controls.buttons import Button, IconButton, Segmented, Switch
from widgets.controls.fields import Choice, SearchField, TextField
from widgets.controls.floating import Callout, Popup, Toast, ToastHost
from widgets.controls.labels import Elided, IconLabel, KeyCap, Label, Tile, rich_tip
from widgets.controls.layout import EmptyState, FormRow, Panel, Section
from widgets.controls.marks import Badge, Bar, Chip, ProgressCells, ProgressRing
from widgets.controls.numbers import NumberField, SizeField
from widgets.controls.sliders import SliderField
from widgets.controls.split import SplitBar
from widgets.controls.tabs import DockTabs, PageTabs

__all__ = [
    "Badge", "Bar", "Button", "Callout", "Chip", "Choice", "DockTabs", "Elided", "EmptyState", "FocusRing", "FormRow",
    "IconButton", "IconLabel", "KeyCap", "Label", "Line", "NumberField", "PageTabs", "Panel", "Popup", "ProgressCells",
    "ProgressRing", "SearchField", "Section", "Segmented", "SizeField", "SliderField", "SplitBar", "Switch",
    "TextField", "Themed", "Tile", "Toast", "ToastHost", "rich_tip", "surface",
]  # fmt: skip

"""Every length, type size and time of the window: the only file with a pixel."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFont


@dataclass(frozen=True)
class Sizes:
    """Every length in device-independent pixels; `hair`, `ring` and `gap` do not grow with the type."""

    hair: int = 1
    ring: int = 2
    gap: int = 2
    s2: int = 2
    s4: int = 4
    s6: int = 6
    s8: int = 8
    s12: int = 12
    s16: int = 16
    s20: int = 20
    s24: int = 24
    s32: int = 32
    r4: int = 4
    r6: int = 6
    r9: int = 9
    r11: int = 11
    row_fact: int = 22
    row: int = 28
    row_palette: int = 30
    row_form: int = 34
    row_head: int = 40
    field: int = 28
    target: int = 24
    icon: int = 16
    icon_small: int = 14
    icon_tiny: int = 10
    icon_big: int = 24
    tile: int = 28
    tile_mid: int = 20
    tile_small: int = 18
    tile_icon: int = 18
    dot: int = 8
    switch_width: int = 30
    switch_height: int = 18
    switch_knob: int = 14
    tick: int = 16
    knob: int = 14
    groove: int = 4
    bar: int = 6
    badge: int = 18
    key_cap: int = 18
    chip: int = 24
    scroll_bar: int = 10
    number_field: int = 72
    slider_field: int = 56
    form_label: int = 96
    toast: int = 34
    toast_width: int = 360
    empty_width: int = 420
    # The window and its panels.
    top_bar: int = 48
    status_bar: int = 26
    page_tab: int = 88
    dock_tabs: int = 34
    dock_open: int = 300
    palette: int = 232
    palette_least: int = 200
    palette_most: int = 360
    inspector: int = 304
    inspector_least: int = 260
    inspector_most: int = 420
    canvas_least: int = 480
    data_sources: int = 264
    data_report: int = 304
    ready_sets: int = 720
    data_preparation: int = 180
    step_card: int = 112
    thumb: int = 110
    runs: int = 240
    doctor: int = 304
    run_head: int = 102
    plot: int = 326
    mixups: int = 504
    mixup_cell: int = 42
    try_panel: int = 320
    test_numbers: int = 72
    export_panel: int = 320
    welcome_side: int = 256
    template_picture: int = 130
    finder: int = 560
    dialog_width: int = 520
    shortcut_sheet: int = 680
    shortcut_sheet_height: int = 680
    settings_least: int = 280
    shortcut_bench: int = 104
    recent_picture_width: int = 48
    recent_picture_height: int = 32
    dialog_height: int = 600
    finder_field: int = 160
    window_width: int = 1440
    window_height: int = 900
    window_least_width: int = 1100
    window_least_height: int = 680
    drawer_below: int = 1240
    icons_below: int = 1160
    # The canvas.
    card_width: int = 224
    card_head: int = 49
    card_slim: int = 37
    card_row: int = 27
    card_pad: int = 9
    card_text: int = 46
    deck: int = 5
    glow: int = 4
    sparkline: int = 26
    port: int = 10
    port_big: int = 14
    port_grab: int = 24
    wire: int = 2
    wire_hover: int = 3
    wire_pull: int = 18
    shortcut_beside: int = 34
    label_height: int = 20
    label_gap: int = 37
    plain_gap: int = 22
    callout_width: int = 348
    repair_width: int = 168
    repair_most: int = 232
    leader: int = 26
    quick_menu: int = 252
    minimap_width: int = 128
    minimap_height: int = 108
    grid_step: int = 20


# Role -> pixels, line height, weight.
TYPE = {
    "page_title": (20, 28, QFont.Weight.DemiBold),
    "card_title": (15, 20, QFont.Weight.DemiBold),
    "name": (13, 18, QFont.Weight.DemiBold),
    "body": (13, 18, QFont.Weight.Normal),
    "row": (12, 17, QFont.Weight.Medium),
    "settings": (11.5, 16, QFont.Weight.Normal),
    "secondary": (12, 17, QFont.Weight.Normal),
    "caption": (11, 16, QFont.Weight.Normal),
    "code": (12, 19, QFont.Weight.Normal),
}
TYPE_ROLES = tuple(TYPE)
TEXT_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
SCALE_LEAST, SCALE_MOST = 0.9, 1.75
MOTION = {
    "hover": 80,
    "select": 120,
    "menu": 160,
    "insert": 220,
    "toast_in": 200,
    "toast_stay": 6000,
    "toast_out": 160,
}
SHADOW_INSIDE = 8
UNSCALED = {"hair", "ring", "gap", "window_least_width", "window_least_height", "drawer_below", "icons_below"}
UNSCALED |= {"window_width", "window_height"}

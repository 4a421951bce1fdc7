"""Every color of the window in both looks: with `measures`, the only file with a hex value."""

from __future__ import annotations

from dataclasses import dataclass, field

# Section -> hue on dark, hue on light: equal lightness within a theme (OKLCH 0.78 and 0.50).
_HUES = {
    "Inputs and outputs": ("#AEB8C8", "#5B6473"),
    "Dense": ("#F2A26A", "#984B00"),
    "Convolution": ("#7ABDFF", "#1B66A7"),
    "Pooling": ("#62C8DF", "#007188"),
    "Normalization": ("#71CBB9", "#007465"),
    "Activation": ("#7CCD8E", "#19763A"),
    "Regularization": ("#ADC367", "#5B6D00"),
    "Recurrent": ("#EE97C9", "#934173"),
    "Attention": ("#D19FF5", "#7B499C"),
    "Embedding": ("#F19E97", "#964944"),
    "Merge": ("#D3B555", "#7D5F00"),
    "Reshape": ("#CBB394", "#755F41"),
    "Blocks": ("#AFACFF", "#5D56A7"),
    "Loss": ("#F996A9", "#9C3F55"),
}
SECTIONS = tuple(_HUES)
_PORTS = {
    "image": ("#5FB0FF", "#1F7AD0"),
    "numbers": ("#F0A35A", "#B25E0C"),
    "sequence": ("#4FD0AE", "#0B8468"),
    "tokens": ("#E892CC", "#B03A86"),
    "value": ("#E3CF5A", "#857000"),
    "anything": ("#9AA3B2", "#6C7482"),
    "mask": ("#C9A0FF", "#7B499C"),
}
KINDS = tuple(_PORTS)
_RUNS = {
    "dark": ("#6CB6FF", "#5CCB95", "#E892CC", "#E3CF5A", "#FF8A80", "#C9A0FF"),
    "light": ("#1F73C4", "#18794E", "#B03A86", "#857000", "#C0272D", "#7B499C"),
}


def _side(table: dict[str, tuple[str, str]], index: int) -> dict[str, str]:
    return {name: pair[index] for name, pair in table.items()}


@dataclass(frozen=True)
class Theme:
    """One look: every color by the role it plays."""

    name: str
    canvas: str
    bar: str
    panel: str
    card: str
    hover: str
    field: str
    grid: str
    line: str
    line2: str
    line3: str
    text1: str
    text2: str
    text3: str
    acc: str
    acc_fill: str
    acc_hover: str
    acc_line: str
    acc_wash: str
    error: str
    error_fill: str
    error_wash: str
    error_line: str
    warning: str
    warning_wash: str
    warning_line: str
    good: str
    good_wash: str
    good_line: str
    info: str
    info_wash: str
    training: str
    validation: str
    code_keyword: str
    code_function: str
    code_number: str
    code_text: str
    shadow_card: float
    shadow_far: float
    shadow_near: float
    tile_share: float
    right: str = "#0F62AE"
    wrong: str = "#E07B1A"
    on_fill: str = "#FFFFFF"
    knob: str = "#FFFFFF"
    shadow: str = "#000000"
    hues: dict[str, str] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    runs: tuple[str, ...] = ()


DARK = Theme(
    name="dark", canvas="#101216", bar="#16181D", panel="#1A1C22", card="#23262E", hover="#2C3039", field="#121419",
    grid="#22262E", line="#2A2E36", line2="#3D434F", line3="#6B7382", text1="#E8EAEF", text2="#B0B7C4",
    text3="#929AA9", acc="#9D94FF", acc_fill="#6557E8", acc_hover="#7365F2", acc_line="#8379FF", acc_wash="#2A2850",
    error="#FF8A80", error_fill="#D8383E", error_wash="#35191C", error_line="#B8464A", warning="#F2B84B",
    warning_wash="#322814", warning_line="#8A6A2A", good="#5CCB95", good_wash="#152B22", good_line="#2F7A57",
    info="#6CB6FF", info_wash="#14273A", training="#6CB6FF", validation="#F5A04C", code_keyword="#C4A7FF",
    code_function="#7ABDFF", code_number="#F2A26A", code_text="#7CCD8E", shadow_card=0.35, shadow_far=0.50,
    shadow_near=0.35, tile_share=0.17, hues=_side(_HUES, 0), ports=_side(_PORTS, 0), runs=_RUNS["dark"],
)  # fmt: skip
LIGHT = Theme(
    name="light", canvas="#F1F2F5", bar="#F8F8FA", panel="#FFFFFF", card="#FFFFFF", hover="#ECEEF2", field="#F5F6F8",
    grid="#DADDE4", line="#E3E5EA", line2="#C9CDD6", line3="#808896", text1="#1A1D23", text2="#4A515E",
    text3="#5F6773", acc="#5443D6", acc_fill="#5B4BDB", acc_hover="#6A5BE6", acc_line="#6A5BE6", acc_wash="#ECEAFD",
    error="#C0272D", error_fill="#D33B40", error_wash="#FDECEC", error_line="#E3A0A2", warning="#8A5A00",
    warning_wash="#FDF3DC", warning_line="#DDBB72", good="#18794E", good_wash="#E5F5EC", good_line="#8FCBAC",
    info="#0B68B8", info_wash="#E6F1FB", training="#1F73C4", validation="#B85600", code_keyword="#5D56A7",
    code_function="#1B66A7", code_number="#984B00", code_text="#19763A", shadow_card=0.08, shadow_far=0.16,
    shadow_near=0.08, tile_share=0.12, hues=_side(_HUES, 1), ports=_side(_PORTS, 1), runs=_RUNS["light"],
)  # fmt: skip

"""Who looks at whom: attention matrices, masks, and the layers that are built around them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from widgets.pictures.about import About, Picture
from widgets.pictures.flow import paint_flow
from widgets.pictures.ink import LEFT, Ink, fit_side

_STEPS = 7
_WEIGHTS = (0.9, 0.3, 0.6, 0.2, 0.75, 0.45, 0.55, 0.25, 0.85, 0.35, 0.65)
"""Example weights; they differ so that one sees that each pair has a weight of its own."""


def allowed(about: About, query: int, key: int) -> bool:
    """Whether a step may look at another."""
    if about.layer == "PaddingMask":
        return key < _STEPS - 2
    causal = about.layer == "CausalMask" or bool(about.get("causal", False))
    if causal and key > query:
        return False
    window = about.get("window")
    return not isinstance(window, int) or query - key < window


def weight(about: About, query: int, key: int) -> float:
    """How much it looks there in the example; ALiBi fades with the distance."""
    if about.layer in ("CausalMask", "PaddingMask"):
        return 0.75
    if about.layer == "AlibiAttention":
        return max(0.08, 0.95 - 0.16 * abs(query - key))
    return _WEIGHTS[(query * 5 + key * 3) % len(_WEIGHTS)]


def matrix(ink: Ink, about: About, corner: QPointF, side: float) -> QRectF:
    """Rows look, columns are looked at; what is not allowed stays empty."""
    return ink.cells(
        corner, side, _STEPS, _STEPS,
        lambda query, key: ink.shade(weight(about, query, key)) if allowed(about, query, key) else None,
    )  # fmt: skip


def paint(ink: Ink, about: About) -> None:
    """One matrix for each head, as sheets; the front one is shown."""
    heads = max(1, int(about.number("heads", 1)))
    shift = ink.sizes.s4
    shown = min(heads, 4) if about.get("heads") else 1
    side = fit_side(QRectF(0, 0, ink.area.height(), ink.area.height() - ink.line - (shown - 1) * shift), _STEPS, _STEPS)
    corner = QPointF(ink.area.left() + ink.line, ink.area.top() + ink.line)
    for sheet in range(shown - 1, 0, -1):
        area = QRectF(corner.x() + sheet * shift, corner.y() + sheet * shift, side * _STEPS, side * _STEPS)
        ink.painter.fillRect(area, ink.grey(0.1))
        ink.frame(area, strong=False, width=1)
    whole = QRectF(corner.x(), corner.y(), side * _STEPS, side * _STEPS)
    from widgets import theme

    ink.painter.fillRect(whole, theme.color("panel"))
    matrix(ink, about, corner, side)
    ink.text(QRectF(whole.left(), ink.area.top() - 1, whole.width(), ink.line), "looked at", "text3")
    ink.painter.save()
    ink.painter.translate(ink.area.left() + ink.line / 2, whole.center().y())
    ink.painter.rotate(-90)
    ink.text(QRectF(-40, -ink.line / 2, 80, ink.line), "looks", "text3")
    ink.painter.restore()
    ink.beside(whole.right() + (shown - 1) * shift + ink.sizes.s16, *_lines(about))


def _lines(about: About) -> list[str]:
    if about.layer == "PaddingMask":
        return ["no one looks", "at padding", f"token {int(about.number('padding'))}"]
    lines = []
    heads = int(about.number("heads", 1))
    if about.get("heads"):
        features = next((dims[-1] for dims in about.inputs if dims), None)
        size = f" of {features // heads}" if isinstance(features, int) and heads and features % heads == 0 else ""
        lines.append(f"{heads} head{'s' if heads > 1 else ''}{size}")
    if about.layer == "GroupedQueryAttention":
        lines.append(f"{int(about.number('groups', 1))} share keys")
    causal = about.layer == "CausalMask" or bool(about.get("causal", False))
    lines.append("only back" if causal else "all at all")
    if isinstance(about.get("window"), int):
        lines.append(f"{about.get('window')} steps at most")
    if about.layer == "AlibiAttention":
        lines.append("near counts more")
    return lines


def said(about: About) -> str:
    return "Who looks at whom: " + ", ".join(_lines(about))


# ---- layers around it ----


def _stack(about: About) -> tuple[list[str], int]:
    """The parts of one layer in their order, and how many layers there are."""
    decoder = "Decoder" in about.layer
    parts = ["attention", *(["look at source"] if decoder else []), "feed forward"]
    return parts, max(1, int(about.number("layers", 1)))


def paint_layer(ink: Ink, about: About) -> None:
    """A small matrix beside the parts of a layer, each with a shortcut around it."""
    side = fit_side(QRectF(0, 0, ink.area.height() * 0.6, ink.area.height() * 0.6), _STEPS, _STEPS)
    corner = QPointF(ink.area.left(), ink.area.center().y() - side * _STEPS / 2 - ink.line / 2)
    grid = matrix(ink, about, corner, side)
    ink.text(
        QRectF(grid.left(), grid.bottom() + 2, grid.width() + 30, ink.line),
        f"{int(about.number('heads', 1))} heads",
        align=LEFT,
    )
    parts, count = _stack(about)
    room = QRectF(
        grid.right() + ink.sizes.s16, ink.area.top(), ink.area.right() - grid.right() - ink.sizes.s16, ink.area.height()
    )
    times = f"× {count}" if count > 1 else ""
    paint_flow(ink, room, parts, shortcuts=True, times=times)


def said_layer(about: About) -> str:
    parts, count = _stack(about)
    times = f", {count} times" if count > 1 else ""
    return f"{', then '.join(parts)}, each with a shortcut around it{times}"


def paint_pair(ink: Ink, about: About) -> None:
    """Encoder and decoder: the one reads the source, the other writes and looks at it."""
    gap = ink.sizes.s32 + ink.sizes.s8
    wide = (ink.area.width() - gap) / 2
    left = QRectF(ink.area.left(), ink.area.top(), wide, ink.area.height())
    right = QRectF(left.right() + gap, ink.area.top(), wide, ink.area.height())
    paint_flow(ink, left, ["attention", "forward"], shortcuts=True, times=f"× {int(about.number('encoders', 1))}")
    right_parts = ["attention", "to source", "forward"]
    paint_flow(ink, right, right_parts, shortcuts=True, times=f"× {int(about.number('decoders', 1))}")
    ink.arrow(
        QPointF(left.right() + 4, ink.area.center().y()), QPointF(right.left() - 6, ink.area.center().y()), ink.hue
    )


def said_pair(about: About) -> str:
    encoders, decoders = int(about.number("encoders", 1)), int(about.number("decoders", 1))
    return f"{encoders} encoder layers read the source; {decoders} decoder layers write and look at it"


ATTENTION = Picture(paint, said)
TRANSFORMER = Picture(paint_layer, said_layer)
TRANSFORMER_PAIR = Picture(paint_pair, said_pair)

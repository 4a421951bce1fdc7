"""Layers with a memory: the same cell step after step, and the gates inside it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from widgets import words
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink

GATES = {
    "LSTM": ("forget", "write", "read"),
    "GRU": ("reset", "renew"),
    "RNN": (),
}


def kind_of(about: About) -> str:
    """LSTM, GRU or RNN, as a whole layer or as a single cell."""
    return about.layer.removesuffix("Cell")


def paint(ink: Ink, about: About) -> None:
    """Three steps: what comes in from below, the state that is handed on, what goes out above."""
    layers = min(2, max(1, int(about.number("layers", 1))))
    both = bool(about.get("both_directions", False))
    single = about.layer.endswith("Cell")
    steps = 1 if single else 3
    area = QRectF(ink.area.left(), ink.area.top(), ink.area.width() * 0.62, ink.area.height() - ink.line)
    gap = ink.sizes.s24
    wide = min((area.width() - (steps - 1) * gap) / steps, ink.sizes.s32 * 2)
    arrow = ink.sizes.s12
    high = (area.height() - 2 * arrow - (layers - 1) * arrow) / layers
    for step in range(steps):
        x = area.left() + step * (wide + gap) + (gap if single else 0)
        for layer in range(layers):
            y = area.top() + arrow + (layers - 1 - layer) * (high + arrow)
            cell = QRectF(x, y, wide, high)
            _cell(ink, cell, kind_of(about), layers)
            middle = cell.center().x()
            ink.arrow(QPointF(middle, cell.bottom() + arrow - 2), QPointF(middle, cell.bottom() + 2))
            if layer == layers - 1:
                ink.arrow(QPointF(middle, cell.top() - 2), QPointF(middle, cell.top() - arrow + 2), ink.hue)
            if step < steps - 1 or single:
                _handed_on(ink, cell, gap, both)
            if single:
                y = cell.center().y()
                ink.arrow(QPointF(cell.left() - gap + 2, y), QPointF(cell.left() - 2, y), ink.hue)
    names = ("step 1", "step 2", "step 3") if not single else ("one step",)
    for step, name in enumerate(names):
        x = area.left() + step * (wide + gap) + (gap if single else 0)
        ink.text(QRectF(x, area.bottom(), wide, ink.line), name, "text3")
    ink.beside(area.right() + ink.sizes.s16, *_lines(about))


def _cell(ink: Ink, cell: QRectF, kind: str, layers: int) -> None:
    """A box with its gates named; small boxes show them as dots."""
    ink.block(cell)
    gates = GATES[kind]
    if not gates:
        ink.text(cell, "tanh" if layers == 1 else "", "text1")
        return
    fits = cell.height() / len(gates) >= ink.line
    for at, gate in enumerate(gates):
        high = cell.height() / len(gates)
        spot = QRectF(cell.left(), cell.top() + at * high, cell.width(), high)
        if fits:
            ink.text(spot, gate, "text1")
        else:
            ink.dot(QPointF(cell.left() + (at + 1) * cell.width() / (len(gates) + 1), cell.center().y()), 3, ink.hue)


def _handed_on(ink: Ink, cell: QRectF, gap: float, both: bool) -> None:
    y = cell.center().y() - (4 if both else 0)
    ink.arrow(QPointF(cell.right() + 2, y), QPointF(cell.right() + gap - 2, y), ink.hue)
    if both:
        ink.arrow(QPointF(cell.right() + gap - 2, y + 9), QPointF(cell.right() + 2, y + 9), ink.shade(0.6))


def _lines(about: About) -> list[str]:
    lines = [f"state of {words.thousands(int(about.number('hidden', 1)))}"]
    layers = int(about.number("layers", 1))
    if layers > 1:
        lines.append(f"{layers} layers")
    if about.get("both_directions"):
        lines.append("both directions")
    lines.append("handed on" if not about.layer.endswith("Cell") else "in and out")
    return lines


def said(about: About) -> str:
    gates = GATES[kind_of(about)]
    inside = f" through the gates {', '.join(gates)}" if gates else ""
    return f"The same cell at every step hands on its {', '.join(_lines(about)[:-1])}{inside}"


RECURRENT = Picture(paint, said)

"""Ports that a card leaves out come back while a wire is in the hand that they could take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from widgets.canvas.content import Card, Slot
from widgets.canvas.items import NodeItem

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene


class Shown:
    """The cards that show more ports than they keep, until `restore`. A port keeps its place, so no wire moves."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._cards: dict[str, tuple[Card, Card]] = {}

    def hidden(self, item: NodeItem, side: str) -> tuple[Slot, ...]:
        """The ports of one side, "in" or "out", that a card leaves out."""
        return item.card.hidden_inputs if side == "in" else item.card.hidden_outputs

    def show(self, item: NodeItem, side: str, slots: tuple[Slot, ...]) -> None:
        """Show some of them for now."""
        if not slots:
            return
        card = item.card
        if side == "in":
            more = replace(card, inputs=(*card.inputs, *slots), hidden_inputs=_less(card.hidden_inputs, slots))
        else:
            more = replace(card, outputs=(*card.outputs, *slots), hidden_outputs=_less(card.hidden_outputs, slots))
        self._cards[card.id] = (self._cards.get(card.id, (card, card))[0], more)
        item.set_card(more)

    def restore(self) -> None:
        """Every card as it was, where an edit has not given it another look."""
        for name, (before, more) in self._cards.items():
            item = self._scene.nodes.get(name)
            if item is not None and item.card is more:
                item.set_card(before)
        self._cards = {}


def _less(hidden: tuple[Slot, ...], shown: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return tuple(slot for slot in hidden if slot not in shown)

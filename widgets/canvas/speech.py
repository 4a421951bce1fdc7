"""The canvas in words: what a screen reader says of the chosen card, what a tooltip says of anything."""

from __future__ import annotations

from widgets.canvas.content import Card
from widgets.canvas.hits import Hit
from widgets.canvas.scene import CanvasScene
from widgets.outline import OutlineRow


def tip(scene: CanvasScene, hit: Hit) -> str:
    """The full words of what is elided or only drawn: shape, port, problem."""
    if hit.kind == "port" and hit.slot:
        return _port_tip(scene, hit)
    if hit.kind == "node":
        card = scene.nodes[hit.node].card
        live = scene.live.get(hit.node)
        if live is not None and live.said:
            return live.said
        plain = " · ".join(part for part in (card.title, card.summary) if part)
        return "\n".join(part for part in (card.message or plain, card.note, _hidden(card)) if part)
    return _TIPS.get(hit.kind, "")


_TIPS = {
    "rest": "This wire is turned off. Double-click to turn it on.",
    "plus": "Add after this",
    "dot": "Drag to lead the wire, double-click to remove the dot",
}


def _port_tip(scene: CanvasScene, hit: Hit) -> str:
    assert hit.slot is not None
    facts = scene.inference.facts.get(hit.node) if scene.inference else None
    name = hit.slot.port.replace("_", " ")
    if facts is None:
        return name
    if hit.side == "out":
        tensor = facts.outputs.get(hit.slot.port)
    else:
        tensors = facts.inputs.get(hit.slot.port, ())
        tensor = tensors[hit.slot.index] if hit.slot.index < len(tensors) else None
    return f"{name}: {tensor.words()}" if tensor else name


def description(scene: CanvasScene, name: str) -> str:
    """The chosen card in words: what it is, what is wrong, who feeds it."""
    if name not in scene.nodes:
        count = len(scene.nodes)
        return f"Canvas, {count} layers" if count != 1 else "Canvas, 1 layer"
    card = scene.nodes[name].card
    words = [card.title]
    if card.level:
        words[0] += f", {card.level}: {card.message}"
    words += [card.summary] if card.summary else []
    feeds = [scene.nodes[edge.source].card.title for edge in scene.graph.incoming[name]]
    words += [f"input from {', '.join(feeds)}"] if feeds else []
    words += [word for word, on in _states(card) if on]
    words += [f"note: {card.note}"] if card.note else []
    words += [_hidden(card)] if _hidden(card) else []
    if len(scene.selected) > 1:
        words.append(f"{len(scene.selected)} chosen")
    return ", ".join(words)


def _hidden(card: Card) -> str:
    count = len(card.hidden_inputs) + len(card.hidden_outputs)
    return f"{count} unused port{'s' if count > 1 else ''} hidden" if count else ""


def _states(card: Card) -> list[tuple[str, bool]]:
    return [("muted", card.muted), ("frozen", card.frozen), ("locked", card.locked), ("collapsed", card.collapsed)]


def outline_rows(scene: CanvasScene) -> list[OutlineRow]:
    """Every card in words, in the order in which data flows, then what is part of no order."""
    graph = scene.graph
    ordered = [*graph.order, *sorted(set(graph.nodes) - set(graph.order))]
    return [_outline_row(scene, name) for name in ordered if name in scene.nodes]


def _outline_row(scene: CanvasScene, name: str) -> OutlineRow:
    card = scene.nodes[name].card
    out = scene.inference.output(name, card.outputs[0].port) if scene.inference and card.outputs else None
    feeds = [scene.nodes[edge.source].card.title for edge in scene.graph.incoming[name]]
    shape = out.words() if out else ""
    said = description(scene, name) + (f", gives {shape}" if shape else "")
    fed = f"from {', '.join(feeds)}" if feeds else ""
    return OutlineRow(
        name, card.title, said, card.section, card.icon, shape, fed, card.level, card.muted, int(card.row)
    )

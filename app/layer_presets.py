"""Presets of layers on the Build page: in the inspector, in the quick search, and what a layer was given last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QTimer

from app import presets
from app.preset_menu import PresetMenu
from engine.edits import change
from engine.graph import label_of
from engine.layer import layers
from engine.presets import Preset, of_layer, put_on, taken
from widgets.quick_add import QuickRow

if TYPE_CHECKING:
    from app.build import BuildPage

_MARK = "#"
_NOTE_AFTER = 1500


class LayerPresets(QObject):
    """Knows the presets of each layer, and notes what layers are given."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._menu = PresetMenu(page.window_)
        self._due: set[str] = set()
        self._note = QTimer(self)
        self._note.setSingleShot(True)
        self._note.setInterval(_NOTE_AFTER)
        self._note.timeout.connect(self._on_note)
        self._chosen: tuple[str, Preset] | None = None
        page.inspector.presets_wanted.connect(self._on_wanted)
        page.inspector.param_changed.connect(lambda node, *_: self._used(node))

    # ---- inspector ----

    def _on_wanted(self, node: str, at: QPoint) -> None:
        found = self._page.graph.nodes.get(node)
        if found is None or found.layer not in layers:
            return
        cls = layers[found.layer]

        def use(name: str, params: dict[str, Any]) -> None:
            words = f"Put {name} on {label_of(found)}"
            if self._page.edit(words, lambda graph: change(graph, node, params=params)):
                self._used(node)

        self._menu.open(at, cls, found.params, of_layer(found.layer), use)

    def _used(self, node: str) -> None:
        self._due.add(node)
        self._note.start()

    def _on_note(self) -> None:
        due, self._due = self._due, set()
        for name in due:
            node = self._page.graph.nodes.get(name)
            if node is not None and node.layer in layers:
                presets.remember_used(node.layer, taken(layers[node.layer], node.params))

    # ---- quick search ----

    def rows(self, shown: Mapping[str, QuickRow]) -> list[QuickRow]:
        """A row for each preset of the layers that fit, told apart from the layer's own row by its name."""
        shelf, lasts = presets.load()[0], presets.lasts()
        return [_row(row, preset) for name, row in shown.items() for preset in _offered(name, shelf, lasts)]

    def choose(self, name: str) -> str:
        """Take a row of the quick search: the layer's name comes back, and `start` gives its preset from now on."""
        layer, _, preset = name.partition(_MARK)
        offered = _offered(layer, presets.load()[0], presets.lasts()) if preset else []
        found = next((one for one in offered if one.name == preset), None)
        self._chosen = (layer, found) if found else None
        return layer

    def done(self) -> None:
        """The layer that was chosen has been added."""
        self._chosen = None

    def start(self, layer: str) -> dict[str, Any]:
        """The settings that a fresh layer starts with: those of the chosen preset, or on request those used last."""
        if layer not in layers:
            return {}
        if self._chosen is not None and self._chosen[0] == layer:
            return put_on(layers[layer], {}, self._chosen[1])
        last = presets.last_used(layer) if self._page.window_.settings.as_last_used else None
        return put_on(layers[layer], {}, last) if last else {}


def _offered(layer: str, shelf: presets.Shelf, lasts: Mapping[str, Preset]) -> list[Preset]:
    last = lasts.get(layer)
    return [*([last] if last else []), *shelf.of(layer), *of_layer(layer)]


def _row(row: QuickRow, preset: Preset) -> QuickRow:
    """A layer's row as that of a preset; the shape gives way to the name, which is longer."""
    return replace(
        row,
        name=f"{row.name}{_MARK}{preset.name}",
        label=f"{row.label} · {preset.name}",
        result="" if row.state == "fit" else row.result,
        keywords=f"{row.keywords} {preset.line} preset",
    )

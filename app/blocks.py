"""Commands for blocks and networks: make, enter, leave, unpack, make unique, lend out a setting, libraries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QInputDialog

from engine.blocks import (
    follow,
    free_name,
    group,
    lent_alike,
    make_unique,
    promote,
    rename_block,
    take_blocks,
    unpack,
)
from engine.errors import UserError
from engine.graph import label_of
from engine.library import SUFFIX, load_library, save_library
from engine.places import Place, add_network, block_at, remove_network, rename_network
from engine.project import Project
from engine.recipes import recipe_of

if TYPE_CHECKING:
    from app.build import BuildPage


class BlockCommands(QObject):
    """What the Build page can do with blocks and with several networks."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document

    # ---- going around ----

    def enter(self, name: str) -> None:
        """Show the inside of a block instance."""
        if self._page.graph.nodes[name].block in self._document.project.blocks:
            self._document.go(self._document.place.entered(name))

    def leave(self) -> None:
        """Back to where the block stands, with its instance selected."""
        place = self._document.place
        if place.inside:
            instance = place.path[-1]
            self._document.go(place.left())
            self._page.select([instance], center=True)

    # ---- blocks ----

    def group(self) -> None:
        """Put the selected nodes into a new block; asks for its name."""
        blocks = self._document.project.blocks
        name, fine = QInputDialog.getText(
            self._page, "Group into block", "What is the block called?", text=free_name(blocks, "Block")
        )
        if fine:
            self.group_as(name)

    def group_as(self, name: str) -> None:
        """Put the selected nodes into a new block of that name."""
        place, names = self._document.place, list(self._page.selection)
        made: list[str] = []

        def edit(project: Project) -> Project:
            changed, instance = group(project, place, names, name)
            made.append(instance)
            return changed

        if self._document.edit(f"Group into {name}", edit) and made:
            self._page.select([made[-1]])

    def unpack(self) -> None:
        """Put the inside of the selected block in its place."""
        place, name = self._document.place, self._page.selection[-1]
        made: list[str] = []

        def edit(project: Project) -> Project:
            changed, names = unpack(project, place, name)
            made.extend(names)
            return changed

        if self._document.edit(f"Unpack {label_of(self._page.graph.nodes[name])}", edit):
            self._page.select(made)

    def make_unique(self) -> None:
        """Give the selected instance a block of its own."""
        place, name = self._document.place, self._page.selection[-1]
        self._document.edit("Make unique", lambda project: make_unique(project, place, name)[0])

    def rename_block(self) -> None:
        """Another name for the block of the selected instance."""
        old = self._page.graph.nodes[self._page.selection[-1]].block
        name, fine = QInputDialog.getText(self._page, "Rename block", "What is the block called?", text=old)
        if fine:
            self._document.edit("Rename block", lambda project: rename_block(project, old, name))

    def promote(self, node: str, key: str) -> None:
        """Lend a setting of a node inside a block to the block's instances."""
        block = block_at(self._document.project, self._document.place)
        if not block:
            self._page.window_.say("Only inside a block can a setting be lent out. Enter a block first.")
            return
        alike = lent_alike(self._document.project, block, node, key)
        if not alike:
            self._lend(block, node, key)
        elif self._document.edit(f"Lend out {key}", lambda project: follow(project, block, node, key, alike)):
            self._page.window_.say(
                f"It follows the block's setting {alike}, as another node does.",
                tone="good",
                action="Give it a setting of its own",
                on_action=lambda: self._lend_apart(block, node, key),
            )

    def _lend(self, block: str, node: str, key: str) -> None:
        self._document.edit(f"Lend out {key}", lambda project: promote(project, block, node, key))

    def _lend_apart(self, block: str, node: str, key: str) -> None:
        self._document.stack.undo()
        self._lend(block, node, key)

    # ---- library ----

    def save_to_library(self) -> None:
        """Write the selected block, with those it is made of, to a library file."""
        name = self._page.graph.nodes[self._page.selection[-1]].block
        path, _ = QFileDialog.getSaveFileName(self._page, "Save block", f"{name}{SUFFIX}", f"Lamina blocks (*{SUFFIX})")
        if path:
            window = self._page.window_
            if window.attempt(lambda: save_library(self._document.project.blocks, [name], Path(path))):
                window.say(f"Saved the block {name}.", tone="good")

    def load_from_library(self) -> None:
        """Bring the blocks of a library file into the project."""
        path, _ = QFileDialog.getOpenFileName(self._page, "Load blocks", "", f"Lamina blocks (*{SUFFIX})")
        if path:
            self._page.window_.attempt(lambda: self.take_library(Path(path)))

    def take_library(self, path: Path) -> None:
        """Bring all blocks of a library file into the project."""
        blocks = load_library(path)

        def edit(project: Project) -> Project:
            for name in blocks:
                project = take_blocks(project, blocks, name)
            return project

        if self._document.edit("Load blocks", edit):
            self._page.window_.say(f"{len(blocks)} blocks are in the palette under Blocks.", tone="good")

    # ---- networks ----

    def add_network(self) -> None:
        """One more network, on a tab of its own."""
        name, fine = QInputDialog.getText(self._page, "Add a network", "What is the network called?")
        if fine and self._document.edit("Add network", lambda project: add_network(project, name)):
            self._document.go(Place(name.strip()))
            self._page.canvas.setFocus()

    def network_menu(self, name: str, at: QPoint) -> None:
        """Rename or remove a network."""
        from widgets.shell import themed_menu

        menu = themed_menu(self._page)
        train = menu.addAction("Train this one", lambda: self._train_network(name))
        why = why_not_trained(self._document.project, name)
        train.setEnabled(not why)
        train.setToolTip(why or "Training, testing and export take this network; its tab comes first")
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addAction("Rename", lambda: self._rename_network(name))
        menu.addAction("Remove", lambda: self._remove_network(name))
        menu.popup(at)

    def _train_network(self, name: str) -> None:
        self._document.edit(f"Train {name}", lambda project: project.focused(name))

    def _rename_network(self, old: str) -> None:
        name, fine = QInputDialog.getText(self._page, "Rename network", "What is the network called?", text=old)
        if fine and self._document.edit("Rename network", lambda project: rename_network(project, old, name)):
            self._document.go(Place(name.strip()))

    def _remove_network(self, name: str) -> None:
        self._document.edit("Remove network", lambda project: remove_network(project, name))


def why_not_trained(project: Project, name: str) -> str:
    """Why a network cannot be made the one that is trained, empty where it can."""
    try:
        recipe = recipe_of(project.recipe)
    except UserError:
        return "The settings on the Train page are wrong; mend them first."
    if any(recipe.played_by(role) for role in recipe.roles()):
        return f"“{recipe.label}” says on the Train page which network plays which part."
    return "It is the one that is trained." if name == next(iter(project.networks)) else ""


def why_not_leave(page: BuildPage) -> str:
    """Why one cannot leave a block, empty where one can."""
    return "" if page.document.place.inside else "This is not inside a block."


def why_not_unpack(page: BuildPage) -> str:
    """Why the selection cannot be unpacked, empty where it can."""
    chosen = page.selection
    return "" if chosen and page.graph.nodes[chosen[-1]].block else "Select a block first."

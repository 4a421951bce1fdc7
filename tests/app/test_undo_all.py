"""Undo of everything leads back to the bytes that were there, redo of everything to the bytes at the end."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from app.document import Document
from engine.blocks import group, make_unique, unpack
from engine.check import check
from engine.clip import clip_of, paste
from engine.edits import add, change, move, remove, set_param
from engine.notes import add_note
from engine.places import Place, add_network
from engine.project import Project, dumps
from engine.sharing import share
from engine.templates import new_from_template
from engine.wiring import connect, disconnect

LAYERS = ["Linear", "ReLU", "Conv2d", "Add", "Flatten", "LSTM", "Dropout", "Output"]


def data(project: Project) -> str:
    """The project as its file has it, where the person looks aside."""
    return dumps(replace(project, view={}))


def step(document: Document, dice: random.Random) -> bool:
    """One edit of any kind; False where it was refused."""
    graph, place = document.graph, document.place
    names = sorted(graph.nodes) or [""]
    one, two = dice.choice(names), dice.choice(names)
    edges = sorted(graph.edges)
    in_graph = {
        "add": lambda g: add(g, dice.choice(LAYERS), dice.randrange(-500, 500), dice.random() * 900)[0],
        "remove": lambda g: remove(g, [one], dice.random() < 0.5),
        "connect": lambda g: connect(g, one, two, blocks=document.project.blocks),
        "disconnect": lambda g: disconnect(g, [dice.choice(edges)]) if edges else g,
        "move": lambda g: move(g, {one: (dice.random() * 100, 1 / 3)}),
        "title": lambda g: change(g, one, title=dice.choice(["", "a", "Zwölf", "\u2028"])),
        "mute": lambda g: change(g, one, muted=not g.node(one).muted),
        "set": lambda g: set_param(g, one, dice.choice(["features", "filters", "kernel"]), dice.choice([1, 7, [3, 5]])),
        "note": lambda g: add_note(g, 1, 2, "words")[0],
        "share": lambda g: share(g, [one, two]),
    }
    in_project = {
        "group": lambda p: group(p, place, [one, two])[0],
        "unpack": lambda p: unpack(p, place, one)[0],
        "unique": lambda p: make_unique(p, place, one)[0],
        "paste": lambda p: paste(p, place, clip_of(graph, p.blocks, [one, two]), 20, 20, dice.random() < 0.5)[0],
        "network": lambda p: add_network(p, f"net {dice.randrange(1000)}") if len(p.networks) < 3 else p,
        "recipe": lambda p: replace(p, recipe={**p.recipe, "epochs": dice.randrange(1, 99)}),
        "role": lambda p: replace(p, data=p.data.with_role(p.data.fields[0].name, dice.choice(["input", "unused"]))),
        "repair": lambda p: _repaired(p, dice),
    }
    name = dice.choice([*in_graph, *in_project])
    if one == "" and name not in ("add", "note", "network", "recipe", "role"):
        return False
    merge = name if name in ("move", "set") else ""
    if name in in_graph:
        return document.edit_graph(name, in_graph[name], merge)
    return document.edit(name, in_project[name], merge)


def _repaired(project: Project, dice: random.Random) -> Project:
    fixes = [fix for problem in check(project)[:3] for fix in problem.fixes]
    return dice.choice(fixes).edit(project) if fixes else project


@pytest.mark.parametrize("seed", range(6))
def test_undo_all_equals_the_start_and_redo_all_the_end(qapp, seed: int) -> None:
    dice = random.Random(seed)
    document = Document()
    document.start(new_from_template("resnet-digits"))
    first = data(document.project)
    taken = 0
    for _ in range(120):
        if len(document.graph.nodes) > 40:
            document.edit_graph("clear", lambda graph: remove(graph, sorted(graph.nodes)[5:]))
        taken += step(document, dice)
        if dice.random() < 0.1:
            document.go(Place(dice.choice(list(document.project.networks))))
        if dice.random() < 0.1 and document.stack.canUndo():
            document.stack.undo()
    assert taken > 30 and document.stack.count() > 15
    document.stack.setIndex(document.stack.count())
    last = data(document.project)
    states = [data(state) for at in range(document.stack.count() + 1) if (state := document.state_at(at)) is not None]
    document.stack.setIndex(0)
    assert data(document.project) == first == states[0]
    document.stack.setIndex(document.stack.count())
    assert data(document.project) == last == states[-1]
    for at in (3, 1, document.stack.count() - 1):
        document.stack.setIndex(at)
        assert data(document.project) == states[at]
    document.close()

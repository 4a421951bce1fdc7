"""Notes and frames: what a frame holds, and edits that refuse what cannot be."""

from __future__ import annotations

import pytest

from engine import edits, notes, wiring
from engine import graph as g
from engine.errors import UserError
from engine.graphfile import graph_from_json, graph_json


def chain() -> g.Graph:
    graph, first = edits.add(g.Graph(), "Conv2d", 0, 0)
    graph, second = edits.add(graph, "ReLU", 0, 49)
    graph, _ = edits.add(graph, "Linear", 0, 300)
    return wiring.connect(graph, first, second)


def test_a_frame_goes_around_the_selection_and_holds_it() -> None:
    graph, name = notes.frame_around(chain(), ["conv_1", "relu_1"], "Stem")
    frame = graph.frames[name]
    assert (frame.x, frame.y, frame.kind, frame.text) == (-24, -40, "frame", "Stem")
    assert frame.y + frame.height == 49 + 27 + 24  # the ReLU is a row of the stack
    assert notes.inside(graph, name) == (["conv_1", "relu_1"], [])
    with pytest.raises(UserError, match="Select some"):
        notes.frame_around(graph, [])


def test_a_frame_holds_notes_but_a_note_holds_nothing() -> None:
    graph, frame = notes.frame_around(chain(), ["conv_1", "relu_1", "linear_1"])
    graph, note = notes.add_note(graph, 10, 120, "why")
    assert notes.inside(graph, frame) == (["conv_1", "relu_1", "linear_1"], [note])
    assert notes.inside(graph, note) == ([], [])


def test_place_write_tint_and_drop() -> None:
    graph, note = notes.add_note(chain(), 10, 120, "why")
    graph = notes.place(graph, {note: (1, 2, 3, 4)})
    assert (graph.frames[note].width, graph.frames[note].height) == notes.LEAST
    graph = notes.tint(notes.write(graph, note, "so"), note, "Dense")
    assert (graph.frames[note].text, notes.hue_of(graph.frames[note])) == ("so", "Dense")
    assert graph_from_json(graph_json(graph)) == graph
    assert notes.hue_of(notes.tint(graph, note, "").frames[note]) == ""
    assert not notes.drop(graph, [note]).frames


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda graph: notes.write(graph, "note_9", ""), "no note"),
        (lambda graph: notes.add_note(graph, 0, 0, "x" * 4001), "4001"),
        (lambda graph: notes.tint(notes.add_note(graph, 0, 0)[0], "note_1", "pink"), "no tint"),
    ],
)
def test_wrong_edits_say_why(edit, says) -> None:
    with pytest.raises(UserError, match=says):
        edit(chain())

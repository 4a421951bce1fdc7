"""The editor of padding: three ways, the numbers of one of them below."""

from __future__ import annotations

import pytest

from engine.layer import layers
from engine.padding import joined
from widgets.form_padding import PaddingEditor
from widgets.views import FormContext


@pytest.fixture
def editor(qapp, qtbot):
    params, _ = joined(layers["Conv2d"].params(), {})
    made = PaddingEditor(params["padding"], FormContext())
    qtbot.addWidget(made)
    qtbot.addWidget(made.below)
    return made


def test_each_way_gives_its_value(editor) -> None:
    told: list[object] = []
    editor.edited.connect(told.append)
    editor.show_value(0)
    for way, value in (("same", None), ("number", [1, 1]), ("none", [0, 0])):
        editor.inner._parts[way].click()
        assert told.pop() == value
        editor.show_value(value)
        assert editor.below.isHidden() is (way != "number")


def test_a_way_that_is_clicked_once_more_keeps_its_numbers(editor) -> None:
    told: list[object] = []
    editor.edited.connect(told.append)
    editor.show_value([3, 2])
    editor.inner._parts["number"].click()
    assert not told
    editor.show_mixed()
    editor.inner._parts["number"].click()
    assert told == [[1, 1]], "where nodes differ it is a choice"

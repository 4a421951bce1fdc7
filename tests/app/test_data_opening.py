"""What the Data page shows while data are opened: a table stays where only the roles of its fields change."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, wine


def test_another_role_leaves_the_table_where_it_is(qapp, monkeypatch) -> None:
    with open_window() as window:
        asked: list[str] = []
        monkeypatch.setattr(window.helper, "ask", lambda call, *_: asked.append(call))
        window.document.start(wine())
        window.show_page("data")
        presenter, opened = window.data, []
        monkeypatch.setattr(presenter.widget, "show_opening", opened.append)
        data = window.document.project.data
        asked.clear()
        name = next(one.name for one in data.fields if one.role == "input")
        presenter._on_role(name, "unused")
        assert window.document.project.data != data
        assert "open" in asked and not opened
        other = replace(data, source={**data.source, "other": 1})
        window.document.edit("Other data", lambda project: replace(project, data=other))
        assert len(opened) == 1

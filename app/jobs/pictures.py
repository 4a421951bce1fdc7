"""Jobs that show a network: as a picture, or as what differs from another."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from app.jobs.printing import print_json
from engine.errors import UserError
from engine.project import Project, load


def picture(options: Namespace) -> None:
    from engine.infer import infer

    if not 0.5 <= options.scale <= 4:
        raise UserError(f"--scale needs a number from 0.5 to 4. It is {options.scale:g}.")
    project = load(options.project)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from widgets import theme
    from widgets.canvas.picture_files import write_picture

    app = QApplication.instance() or QApplication(["lamina"])
    assert isinstance(app, QApplication)
    theme.apply(app, options.theme)
    walk = infer(project.graph, project.data.schema, project.blocks)
    path = Path(options.output)
    width, height = write_picture(path, project.graph, walk, project.blocks, scale=options.scale)
    if options.json:
        print_json({"picture": str(path), "width": width, "height": height})
    else:
        print(f"Drew {path}, {width} × {height} {'pixels' if path.suffix.lower() == '.png' else 'units'}.")


def diff(options: Namespace) -> int:
    from engine.compare import compare

    one, two = _state(options.one), _state(options.two)
    found = compare(one, two)
    if options.json:
        print_json(_comparison_json(found))
        return 0
    if not found:
        print("The two are the same, places on the canvas aside.")
        return 0
    for sign, sentence in found.lines():
        print(f"{sign} {sentence}")
    return 0


def _state(name: str) -> Project:
    """A project file, or the project as it was when a run was made."""
    path = Path(name)
    if path.is_dir():
        from engine.runs import Run

        return Run(path).project()
    return load(path)


def _comparison_json(found: Any) -> dict[str, Any]:
    graphs = {
        one.name: {
            "added": [node.id for node in one.added],
            "removed": [node.id for node in one.removed],
            "changed": {part.id: {key: list(pair) for key, pair in part.settings.items()} for part in one.changed},
            "added_wires": [[edge.source, edge.output, edge.target, edge.input] for edge in one.added_wires],
            "removed_wires": [[edge.source, edge.output, edge.target, edge.input] for edge in one.removed_wires],
            "notes": one.notes,
        }
        for one in found.graphs
        if one
    }
    settings = {key: list(pair) for key, pair in found.settings.items()}
    return {"same": not found, "graphs": graphs, "settings": settings}

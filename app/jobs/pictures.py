"""The job that draws a network as a picture."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from app.jobs.printing import print_json
from engine.errors import UserError
from engine.project import load


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

"""The network as a file: PNG in pixels, SVG and PDF in lines that stay sharp at any size."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QIODevice, QMarginsF, QRectF, QSaveFile, QSize, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from engine.cards import stacks
from engine.errors import UserError
from engine.facts import Inference
from engine.graph import NO_BLOCKS, Blocks, Graph
from widgets import theme
from widgets.canvas.picture import area_of, draw, render
from widgets.canvas.scene import CanvasScene

FORMATS = {".png": "PNG picture", ".svg": "SVG drawing", ".pdf": "PDF page"}
_PDF_DPI = 72


def part_of_picture(graph: Graph, names: Iterable[str], blocks: Blocks = NO_BLOCKS) -> Graph:
    """The chosen nodes alone, whole stacks where a part of one is chosen."""
    from engine.edits import part_of

    rows = stacks(graph, blocks)
    heads = {rows.get(name, (name, 0.0))[0] for name in names}
    return part_of(graph, heads | {row for row, (head, _) in rows.items() if head in heads})


def write_picture(
    path: Path,
    graph: Graph,
    inference: Inference | None,
    blocks: Blocks = NO_BLOCKS,
    look: str = "",
    scale: float = 2.0,
    problems: tuple = (),
) -> tuple[int, int]:
    """Write the network as a picture of the kind that the file's ending says; returns width and height.

    Raises:
        UserError: the ending says no kind of picture, or the file could not be written.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise UserError(f"{path.name} needs one of the endings {', '.join(FORMATS)}.")
    file = QSaveFile(str(path))  # the old picture stays until the new one is whole
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise _unwritable(path)
    if kind == ".png":
        image = render(graph, inference, blocks, look, scale, problems)
        size = (image.width(), image.height())
        fine = image.save(file, "PNG")
    else:
        size = _vector(file, kind, graph, inference, blocks, look, problems)
        fine = True
    if not fine or not file.commit():
        raise _unwritable(path)
    return size


def _unwritable(path: Path) -> UserError:
    return UserError(f"{path.name} could not be written. Choose another folder.")


def _vector(
    file: QSaveFile, kind: str, graph: Graph, inference: Inference | None, blocks: Blocks, look: str, problems: tuple
) -> tuple[int, int]:
    with theme.wearing(look or theme.current().name):
        scene = CanvasScene()
        scene.show_graph(graph, inference, blocks, problems)
        area = area_of(scene)
        size = area.size().toSize()
        device = _svg(file, size) if kind == ".svg" else _pdf(file, area.size())
        with QPainter(device) as painter:
            draw(painter, scene, area, QRectF(0, 0, size.width(), size.height()))
        scene.clear()
    return size.width(), size.height()


def _svg(file: QSaveFile, size: QSize):
    from PySide6.QtSvg import QSvgGenerator

    made = QSvgGenerator()
    made.setOutputDevice(file)
    made.setSize(size)
    made.setViewBox(QRectF(0, 0, size.width(), size.height()))
    made.setTitle("Network")
    made.setDescription("Drawn by Lamina")
    return made


def _pdf(file: QSaveFile, size: QSizeF) -> QPdfWriter:
    made = QPdfWriter(file)
    made.setTitle("Network")
    made.setCreator("Lamina")
    made.setResolution(_PDF_DPI)
    page = QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    made.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    return made

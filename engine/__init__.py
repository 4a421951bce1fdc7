"""Everything of Lamina that is true without a window: declare, draw, check, compile, train, test, export.

Names are resolved on first use, so that importing `engine` stays light (no torch):

    from engine import load, check, generate, train

Map:
    errors        the one error meant for people          declare    settings, catalogues
    shapes        dimensions and tensor kinds             layer      what a layer is
    graph         nodes, wires, edits, the judge          infer      one walk: shapes or reasons
    check         problems and repairs                    codegen    graph to Python source
    decoder       the making half of an autoencoder       script     a stand-alone training script
    backbone      how large a network is without its head
    project       the file                                templates  ready projects
    runs          the run store                           layout     where nodes stand
    blocks        make and unpack blocks                  library    blocks that travel between projects
    places        networks and the insides of blocks      doctor     what a run's curves say
    peek          what of a network can be computed
    jobs          train, test, predict, peek, export      helper     the warm process behind them
    layers/ losses/ data/ recipes/ exporters/             the catalogues
    run/          the worker's world; the only place that imports torch
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "UserError": "errors",
    "layers": "layer",
    "Graph": "graph",
    "Node": "graph",
    "Edge": "graph",
    "add": "edits",
    "connect": "wiring",
    "diff": "graphdiff",
    "infer": "infer",
    "check": "check",
    "Problem": "check",
    "generate": "codegen",
    "Project": "project",
    "DataChoice": "project",
    "load": "project",
    "save": "project",
    "loads": "project",
    "dumps": "project",
    "templates": "templates",
    "new_from_template": "templates",
    "sources": "data.sources",
    "scan": "data.dataset",
    "open_dataset": "data.dataset",
    "create": "runs",
    "list_runs": "runs",
    "open_run": "runs",
    "find": "runs",
    "train": "jobs",
    "cross_validate": "jobs",
    "test": "jobs",
    "predict": "jobs",
    "peek": "jobs",
    "export": "jobs",
    "exporters": "exporters",
    "layout": "layout",
    "group": "blocks",
    "unpack": "blocks",
    "load_library": "library",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    module = importlib.import_module(f"engine.{home}")
    return getattr(module, name)

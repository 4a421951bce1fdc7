"""Puts functions of Lamina into the programs that it exports, as they stand, so that both read texts, recordings,
pictures and tables in the very same way.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

PARTS = {
    "text": (
        ("engine.errors", ("listed",)),
        ("engine.data.vocabulary", ("UNKNOWN", "_WORD", "cut", "encode", "places_of")),
        ("engine.data.item_text", ("read_text", "parts_of")),
    ),
    "sound": (
        ("engine.data.wav", ("_PCM", "_CODECS", "MOST_CHANNELS", "read_samples", "_chunks", "_samples")),
        (
            "engine.data.spectrum",
            ("WINDOW_SECONDS", "HOP_SECONDS", "FLOOR", "_sizes", "power", "mel_bands", "picture", "resampled"),
        ),
        ("engine.data.raw", ("FULL_SCALE", "as_signal")),
        ("engine.data.item_sound", ("read_sound", "formed")),
    ),
}
"""What a program needs to read each kind of thing: modules with names in them."""
MORE_IMPORTS = {"text": ("import re",), "sound": ("import struct", "from math import gcd")}
USUAL_IMPORTS = ("import csv", "import json", "from collections.abc import Iterable, Mapping, Sequence",
                 "from pathlib import Path", "from typing import Any")  # fmt: skip
ERROR = '''class UserError(SystemExit):
    """What a person can mend; the program ends with this text."""
'''
EMPTY = "READERS: dict[str, Any] = {}\n"


def kinds_of(inputs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Whether some inputs (as JSON) are read from a text or a recording."""
    return sorted({one["reads"]["how"] for one in inputs if one.get("reads")}, reverse=True)


def reading(inputs: Sequence[Mapping[str, Any]]) -> tuple[list[str], str]:
    """The import lines and the functions with which a program reads what these inputs take."""
    kinds = kinds_of(inputs)
    parts = [ERROR] if kinds else []
    if kinds:
        parts.append("Array = Column = np.ndarray\n")
    parts += [taken(module, names) for kind in kinds for module, names in PARTS[kind]]
    filled = "".join(f'"{kind}": read_{kind}, ' for kind in kinds).rstrip(", ")
    module = importlib.import_module("engine.run.bundles.reading")
    functions = inspect.getmembers(module, inspect.isfunction)
    names = [name for name, one in functions if one.__module__ == module.__name__]
    parts += [f"READERS: dict[str, Any] = {{{filled}}}\n", taken(module.__name__, names)]
    imports = [*USUAL_IMPORTS, *(line for kind in kinds for line in MORE_IMPORTS[kind])]
    return sorted(imports, key=lambda line: (line.startswith("from"), line)), "\n\n".join(parts)


def with_reading(program: str, inputs: Sequence[Mapping[str, Any]]) -> str:
    """A program whose import of `engine.run.bundles.reading` is replaced by the functions themselves."""
    imports, functions = reading(inputs)
    lines = program.splitlines()
    own = [line for line in lines if line.startswith(("import ", "from "))]
    others = [line for line in own if line.split()[1].split(".")[0] in ("numpy", "onnxruntime")]
    standard = {line for line in own if line.split()[1].split(".")[0] not in ("numpy", "onnxruntime", "engine")}
    standard -= {"from __future__ import annotations"}
    first, last = lines.index(own[1]), lines.index(own[-1])
    block = sorted({*standard, *imports}, key=lambda line: (line.startswith("from"), line))
    body = "\n".join(lines[last + 1 :]).strip("\n")
    head = [*lines[:first], *block, "", *others, "", "", functions.strip("\n")]
    return "\n".join(head) + f"\n\n\n{body}\n"


def taken(module: str, names: Sequence[str]) -> str:
    """The source of some functions and constants of a module, in the module's order.

    Raises:
        LookupError: the module has none of that name.
    """
    text = inspect.getsource(importlib.import_module(module))
    lines, wanted = text.splitlines(), set(names)
    found: list[str] = []
    for statement in ast.parse(text).body:
        if wanted & (told := set(_names(statement))):
            wanted -= told
            function = isinstance(statement, ast.FunctionDef)
            part = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
            found.append(f"\n\n{part}\n" if function and found else f"{part}\n")
    if wanted:
        raise LookupError(f"{module} has no {', '.join(sorted(wanted))}")
    return "".join(found)


def _names(statement: ast.stmt) -> Iterable[str]:
    """What a statement at the top of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    for target in targets:
        for part in target.elts if isinstance(target, ast.Tuple) else (target,):
            if isinstance(part, ast.Name):
                yield part.id

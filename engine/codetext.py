"""Lines of generated source, each with the node it belongs to; names and texts of people made safe for it."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from engine.facts import Facts
from engine.layer import layers

WIDTH = 120


class Text:
    """Lines under construction, each with the node it belongs to."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def add(self, line: str = "", node: str = "") -> None:
        for part in line.split("\n"):
            self.rows.append((part, node))

    def block(self, text: str) -> None:
        """A piece of text with two blank lines before it."""
        self.add()
        self.add()
        for part in text.strip("\n").split("\n"):
            self.add(part)

    def extend(self, other: Text) -> None:
        self.rows.extend(other.rows)


def class_name(name: str) -> str:
    """`CNN on handwritten digits` to `CnnOnHandwrittenDigits`; always a valid class name that nothing else uses."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    made = "".join(word if word.isupper() and len(word) <= 4 else word[:1].upper() + word[1:] for word in words)[:80]
    if not made or made[0].isdigit():
        made = f"Network{made}"
    return f"{made}Network" if made in _taken_names() else made


@cache
def _taken_names() -> frozenset[str]:
    """What a class cannot be called: names of the generated source and of Python, and the layers' helper classes."""
    helpers = {
        name
        for cls in layers
        for settings in ({}, *cls.samples)
        for support in cls(**settings).supports()
        for name in re.findall(r"^(?:class|def) (\w+)", support, re.M)
    }
    return frozenset(
        {"Model", "Preparation", "Tensor", "F", "SCALES", "Path", *helpers, *dir(builtins), *keyword.kwlist}
    )


def variable_name(name: str, taken: Iterable[str]) -> str:
    """A variable called like a data field or an output: an identifier that nothing else in the source uses."""
    made = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name.strip().lower()))[:60]
    if not made.strip("_"):
        made = "output"
    if not made.isidentifier():
        made = f"_{made}" if f"_{made}".isidentifier() else re.sub(r"[^a-z0-9_]", "_", f"_{made}")
    if keyword.iskeyword(made) or made in _VARIABLES or made in dir(builtins):
        made = f"{made}_"
    full, number = made, 2
    while full in taken:
        full, number = f"{made}_{number}", number + 1
    return full


_VARIABLES = frozenset({"torch", "nn", "f", "self", "math", "outputs", "targets", "objectives", "predictions", "x"})


def plain_words(text: str, most: int) -> str:
    """People's words as they may stand in a comment or a docstring: one line, nothing that could end it."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.replace("\\", "/").replace('"', "'").split())[:most].rstrip()


def shape_note(facts: Facts) -> str:
    """The shape at the end of a line, where it changes."""
    before = [tensor for tensors in facts.inputs.values() for tensor in tensors]
    after = list(facts.outputs.values())
    if not after or (before and after[0].dims == before[0].dims):
        return ""
    inside = ", ".join(["batch", *(str(dim) if isinstance(dim, int) else dim.code() for dim in after[0].dims)])
    return f"  # ({inside})" if after[0].dims else ""


def comment(text: str) -> str:
    return plain_words(text, 100)


def fitted(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of at most `WIDTH` characters where that can be: a shape that does not fit is dropped, another remark goes
    above, and what stands in brackets goes to lines of its own."""
    return [(part, node) for line, node in rows for part in ([line] if len(line) <= WIDTH else _shorter(line))]


def _shorter(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    line = re.sub(r"  # \(batch[\w ,+*/()-]*\)$", "", line)
    code, mark, remark = line.rpartition("  # ")
    if mark and not set(remark) & set("\"'") and code.count('"') % 2 == 0:
        return [f"{indent}# {remark}", *fitted_line(code)]
    return fitted_line(line)


def fitted_line(line: str) -> list[str]:
    """A line, broken after its first bracket where it is too long; with an argument a line where that is too long."""
    brackets = _brackets(line)
    if len(line) <= WIDTH or brackets is None or line.lstrip().startswith(("#", '"""')):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    start, end = brackets
    inside = line[start + 1 : end].rstrip(", ")
    lines = [f"{indent}    {inside}"]
    if len(lines[0]) > WIDTH:
        parts = _parts(inside)
        texts = [f"{part}," for part in parts] if len(parts) > 1 else _terms(inside)
        lines = [f"{indent}    {text}" for text in texts]
    return [line[: start + 1], *lines, f"{indent}{line[end:]}"]


def _brackets(line: str) -> tuple[int, int] | None:
    """Where the round brackets open and close that hold most, outside of texts."""
    depth, start = 0, 0
    found = []
    for place, sign in _outside(line):
        if sign == "(":
            start, depth = (start if depth else place), depth + 1
        elif sign == ")" and depth:
            depth -= 1
            if not depth and place > start + 1:
                found.append((start, place))
    return max(found, key=lambda pair: pair[1] - pair[0], default=None)


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The signs of a line of source that stand outside of texts, with their places."""
    quoted, escaped = "", False
    for place, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted and not escaped else quoted
            escaped = sign == "\\" and not escaped
        elif sign in "\"'":
            quoted = sign
        else:
            yield place, sign


def _parts(inside: str) -> list[str]:
    """The arguments of a call, one by one: split at the commas that stand outside of brackets and texts."""
    parts, depth, start = [], 0, 0
    for place, sign in _outside(inside):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append(inside[start:place].strip())
            start = place + 1
    return [*parts, inside[start:].strip()]


def _terms(inside: str) -> list[str]:
    """A sum, one term a line."""
    cuts, depth = [0], 0
    for place, sign in _outside(inside):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth and inside[place : place + 3] in (" + ", " - "):
            cuts.append(place + 1)
    return [inside[start:end].strip() for start, end in pairwise([*cuts, len(inside)])]

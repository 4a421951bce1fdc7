"""Watches a network at work: which value every node gives, how long it takes, and where an error comes from.

The text that is run stays the generated one. Around the lines of each node in a `forward` two calls are put, so that
nodes without a module of their own (an addition, a mean) are seen as well as those with one, and line numbers stay.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.run.model import Built, rewritten

NAME = "__peek__"

Given = Callable[[str, str, Tensor], None]
"""Told a node at the place, one of its outputs, and the value there."""


class Enough(Exception):
    """Everything that was asked for has been seen."""


@dataclass
class Watch:
    """What is looked at: the nodes at `path`, in the first copy of every block on the way."""

    built: Built
    path: tuple[str, ...]
    given: Given
    before: Callable[[str], None] = lambda _node: None
    """Told each node at the place before it works; may raise, to end the pass."""
    wanted: frozenset[str] | None = None
    """Nodes after which the pass may end; None lets it run to its end."""
    seconds: dict[str, float] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    """Bytes that each node's results take which were not there before."""
    stack: list[str] = field(default_factory=list)
    _begun: list[tuple[float, set[int]]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def here(self) -> bool:
        """Whether the lines that run now are those of the place."""
        return len(self.stack) == len(self.path) and all(map(_same_node, self.stack, self.path))

    def start(self, values: Mapping[str, Any]) -> None:
        """A `forward` begins: its arguments are the values of the nodes they are named after."""
        if not self.here():
            return
        for name, value in values.items():
            if isinstance(value, Tensor) and name not in self._seen:
                self._tell(name, {"out": value})

    def enter(self, key: str, values: Mapping[str, Any]) -> None:
        """The lines of a node begin."""
        if self.here():
            self.before(_node(key))
        self.stack.append(key)
        self._begun.append((time.perf_counter(), _storages(values.values())))

    def leave(self, key: str, values: Mapping[str, Any]) -> None:
        """The lines of a node are done."""
        began, known = self._begun.pop()
        passed = time.perf_counter() - began
        self.stack.pop()
        name = _node(key)
        if not self.here() or name in self._seen:
            return
        self.seconds[name] = passed
        variables = self.built.source.values.get(key, {})
        found = {port: values[variable] for port, variable in variables.items() if variable in values}
        self.memory[name] = _fresh_bytes(found.values(), known)
        self._tell(name, {port: value for port, value in found.items() if variables[port] != "_"})

    def _tell(self, name: str, values: Mapping[str, Any]) -> None:
        self._seen.add(name)
        for port, value in values.items():
            if isinstance(value, Tensor):
                self.given(name, port, value)
        if self.wanted is not None and self.wanted <= self._seen:
            raise Enough

    def failed_at(self) -> str:
        """The node at the place that was at work when an error came, empty where none was."""
        depth = len(self.path)
        inside = len(self.stack) > depth and all(map(_same_node, self.stack, self.path))
        return _node(self.stack[depth]) if inside else ""

    def again(self) -> None:
        """Ready for another pass."""
        self.stack.clear()
        self._begun.clear()
        self._seen.clear()


def _node(key: str) -> str:
    return key.rpartition("/")[2]


def _same_node(key: str, name: str) -> bool:
    return _node(key) == name


def _storages(values: Any) -> set[int]:
    return {value.untyped_storage().data_ptr() for value in values if isinstance(value, Tensor)}


def _fresh_bytes(values: Any, known: set[int]) -> int:
    fresh = {}
    for value in values:
        if isinstance(value, Tensor) and value.untyped_storage().data_ptr() not in known:
            fresh[value.untyped_storage().data_ptr()] = value.untyped_storage().nbytes()
    return sum(fresh.values())


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """While this lasts, the classes of the model tell what they do; afterwards they are as they were."""
    lines = watch.built.source.lines
    seeing = rewritten(watch.built, lambda forward: _watch_method(forward, lines), {NAME: watch})
    before: dict[Any, Any] = {made: made.__dict__["forward"] for made in seeing}
    for made, forward in seeing.items():
        made.forward = forward  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for made, forward in before.items():
            made.forward = forward


def _watch_method(method: ast.FunctionDef, lines: Mapping[int, str]) -> bool:
    """Put the calls into a `forward`; False where none of its lines is a node's."""
    groups = _groups(method.body, lines)
    if not any(key for key, _ in groups):
        return False
    first = method.body[0]
    body: list[ast.stmt] = [_call("start", None, first)]
    for key, statements in groups:
        if key:
            body += [_call("enter", key, statements[0]), *statements, _call("leave", key, statements[-1])]
        else:
            body += statements
    method.body = body
    return True


def _groups(body: Sequence[ast.stmt], lines: Mapping[int, str]) -> list[tuple[str, list[ast.stmt]]]:
    """The statements of a method in a row, those of one node together."""
    found: list[tuple[str, list[ast.stmt]]] = []
    for statement in body:
        end = statement.end_lineno or statement.lineno
        key = next((lines[number] for number in range(statement.lineno, end + 1) if number in lines), "")
        if found and found[-1][0] == key:
            found[-1][1].append(statement)
        else:
            found.append((key, [statement]))
    return found


def _call(what: str, key: str | None, near: ast.stmt) -> ast.stmt:
    args = f"{key!r}, locals()" if key is not None else "locals()"
    made = ast.parse(f"{NAME}.{what}({args})").body[0]
    for part in ast.walk(made):
        ast.copy_location(part, near)
    return made

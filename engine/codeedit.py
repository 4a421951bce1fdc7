"""Edits of values in the generated code, carried back into the graph where it is plain what they mean.

Nothing is parsed back by rules of its own: each setting of the node that owns the line is tried with the value that
was typed, and the one that makes the compiler write exactly the edited line is it.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.codegen import generate
from engine.edits import change, set_param
from engine.errors import UserError
from engine.graph import Graph, label_of
from engine.layer import layers
from engine.project import Project

REPEAT = "repeat"


@dataclass(frozen=True)
class Value:
    """A number or a word in a line of code that stands for a value: where it is and what it says."""

    start: int
    end: int
    text: str


def values_in(line: str) -> list[Value]:
    """The values in a line: numbers with their sign, quoted words, True, False and None; comments hold none."""
    found: list[Value] = []
    indent = len(line) - len(line.lstrip())
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.strip()).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return found
    for place, token in enumerate(tokens):
        start, end = token.start[1] + indent, token.end[1] + indent
        signed = place > 0 and tokens[place - 1].string == "-" and _opens(tokens, place - 2)
        if token.type == tokenize.NUMBER:
            begin = tokens[place - 1].start[1] + indent if signed else start
            found.append(Value(begin, end, line[begin:end]))
        elif token.type == tokenize.STRING or token.string in ("True", "False", "None"):
            found.append(Value(start, end, token.string))
    return found


def _opens(tokens: list[tokenize.TokenInfo], place: int) -> bool:
    return place < 0 or tokens[place].string in ("(", "[", ",", "=", "{", ":")


def edit_value(project: Project, number: int, place: int, typed: str) -> tuple[Project, str]:
    """Carry a changed value of the code into the graph; returns the project and what the step is called.

    Args:
        number: the line, from 1, of `generate(project, strict=False)`.
        place: which of the line's `values_in` was changed.

    Raises:
        UserError: it is no value, or not plain what it means; the sentence says why the code is read-only there.
    """
    source = generate(project, strict=False)
    lines = source.text.split("\n")
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    values = values_in(line)
    if not 0 <= place < len(values):
        raise UserError("There is no value here. Numbers, quoted words, True and False can be changed.")
    owner = source.lines.get(number, "")
    old, new = values[place], _literal(typed)
    if not owner:
        raise UserError("This line belongs to no node of the network, so it is read-only. It follows from the rest.")
    edited = line[: old.start] + _written(new, old.text) + line[old.end :]
    if edited == line:
        return project, ""
    graph, put = _graph_of(project, owner)
    name = owner.split("/")[-1]
    row = [at for at, one in source.lines.items() if one == owner].index(number)
    exact: list[tuple[str, Project]] = []
    near: list[tuple[str, Project]] = []
    broken = False
    for key, value in _candidates(project, graph, name, ast.literal_eval(old.text), new):
        try:
            tried = put(_set(graph, name, key, value))
            written = generate(tried, strict=False)
        except UserError:
            continue
        own = [at for at, one in written.lines.items() if one == owner]
        there = written.text.split("\n")[own[row] - 1] if row < len(own) else ""
        named = re.search(rf"\b{key}\w*=$", line[: old.start])
        broken |= bool(named) and (not there or there.strip().startswith("#"))
        if there in (edited, _without(line, old, edited)):  # what is usual is not written
            exact.append((key, tried))
        elif there != line and _alike(there, edited, place):
            near.append((key, tried))  # another value of the line follows from this one
    return _decided(exact or near, graph, name, old.text, new, broken)


def _decided(
    found: list[tuple[str, Project]], graph: Graph, name: str, old: str, new: Any, broken: bool
) -> tuple[Project, str]:
    node = graph.nodes[name]
    if len(found) == 1:
        return found[0][1], f"Set {found[0][0]} of {label_of(node)}"
    if found:
        keys = ", ".join(key for key, _ in found)
        raise UserError(f"This value could be {keys} of {label_of(node)}. Change it in the inspector.")
    if broken:
        raise UserError(
            f"With {new} the network would not fit together, and there would be no such line. "
            f"Change {label_of(node)} in the inspector, which shows repairs."
        )
    raise UserError(_why_not(graph, name, old, new))


def _set(graph: Graph, name: str, key: str, value: Any) -> Graph:
    if key != REPEAT:
        return set_param(graph, name, key, value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:
        raise UserError("A block is repeated 1 to 100 times.")
    return change(graph, name, repeat=value)


def _without(line: str, value: Value, edited: str) -> str:
    """The line without a named value such as `stride=2`; the edited line where it has no name."""
    before = re.sub(r",\s*\w+=$", "", line[: value.start])
    return before + line[value.end :] if before != line[: value.start] else edited


def _alike(line: str, edited: str, place: int) -> bool:
    """Whether two lines differ in other values alone than the one at a place."""
    one, two = values_in(line), values_in(edited)
    return len(one) == len(two) and one[place].text == two[place].text and _masked(line, one) == _masked(edited, two)


def _masked(line: str, values: list[Value]) -> str:
    for value in reversed(values):
        line = f"{line[: value.start]}?{line[value.end :]}"
    return line


def _literal(typed: str) -> Any:
    text = typed.strip()
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        if text.replace("_", "").isalnum() and not text[:1].isdigit():
            return text
        raise UserError(f"{text!r} is no value. Type a number, a word, True or False.") from None
    if not isinstance(value, int | float | str | bool) and value is not None:
        raise UserError(f"{text!r} is not a single value. Type a number, a word, True or False.")
    return value


def _written(value: Any, like: str) -> str:
    """A value as the compiler writes it in the place of another one."""
    return f'"{value}"' if isinstance(value, str) and like[:1] in "\"'" else repr(value)


def _graph_of(project: Project, owner: str) -> tuple[Graph, Any]:
    """The graph that a line's owner stands in, and how to put another one in its place."""
    if "/" in owner:
        block = owner.rsplit("/", 1)[0]
        if block not in project.blocks:
            raise UserError("This line belongs to a block that is not in the project any more.")

        def put_block(graph: Graph) -> Project:
            changed = replace(project.blocks[block], graph=graph)
            return replace(project, blocks={**project.blocks, block: changed})

        return project.blocks[block].graph, put_block
    network = next(iter(project.networks))

    def put(graph: Graph) -> Project:
        return replace(project, networks={**project.networks, network: graph})

    return project.networks[network], put


def _candidates(project: Project, graph: Graph, name: str, old: Any, new: Any) -> Iterator[tuple[str, Any]]:
    """Each setting of a node with the typed value in it, whole or as one side of a size."""
    node = graph.nodes[name]
    if node.block:
        lent = project.blocks[node.block].params if node.block in project.blocks else ()
        given = {one.name: one.default for one in lent} | dict(node.params)
        yield from ((key, new) for key, value in given.items() if value == old and type(value) is type(old))
        if node.repeat == old:
            yield REPEAT, new
    if node.layer not in layers:
        return
    for key, declared in layers[node.layer].params().items():
        given = node.params.get(key, declared.default)
        if isinstance(given, list | tuple):
            yield key, [new] * len(given)
            for place, part in enumerate(given):
                if part == old:
                    yield key, [*given[:place], new, *given[place + 1 :]]
        else:
            yield key, new


def _why_not(graph: Graph, name: str, old: str, new: Any) -> str:
    node = graph.nodes[name]
    label = label_of(node)
    if node.layer in layers:
        for key, declared in layers[node.layer].params().items():
            if repr(node.params.get(key, declared.default)) == old:
                wrong = layers[node.layer].problems_of({key: new})
                if wrong:
                    return wrong[key]
    return (
        f"{old} is no setting of {label}: it follows from what {label} gets or from the data, so it is read-only here."
    )

"""What panels show, as plain values: nodes, ports, problems, templates. The window makes them, widgets only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from PySide6.QtGui import QImage

from engine.params import Param
from widgets.pictures.about import About

Level = Literal["error", "warning", "info"]
UNSET: Any = object()
"""Marks a note without a value to set."""


@dataclass(frozen=True)
class FieldView:
    """A field of the data that forms offer: its name and kind."""

    name: str
    kind: str


@dataclass(frozen=True)
class Note:
    """A few words behind a setting; with a value they are a link that sets it."""

    words: str
    value: Any = UNSET


@dataclass(frozen=True)
class RunOffer:
    """A run that can be chosen: what a setting holds for it, its id, name, when it was, its best value, and whose it
    is where it is another project's."""

    ref: str
    id: str
    name: str
    when: str = ""
    best: str = ""
    project: str = ""

    def is_meant_by(self, text: str) -> bool:
        """Whether a setting names this run: by what it holds, or by the beginning of the id."""
        return text in (self.ref, self.id) or self.id.startswith(text)


@dataclass(frozen=True)
class NodeOffer:
    """A node that can be ticked: id, what it is called, and a word where something is to be known of it."""

    id: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class FormContext:
    """What a form may offer besides its own declaration.

    Attributes:
        fields: the data's fields, for settings that name one.
        notes: words behind single settings, by name.
        folder: where file dialogs open.
        expressions: whether settings may be expressions, as inside a block.
        narrow: whether the form stands in a narrow panel: labels of wide editors go above them.
        runs: gives the runs that a setting may name, read when the list opens.
        nodes: gives the nodes with weights that a setting may name.
    """

    fields: tuple[FieldView, ...] = ()
    notes: Mapping[str, Note] = field(default_factory=dict)
    folder: str = ""
    expressions: bool = False
    narrow: bool = False
    runs: Callable[[], Sequence[RunOffer]] | None = None
    nodes: Callable[[], Sequence[NodeOffer]] | None = None


@dataclass(frozen=True)
class FixView:
    """One repair: what its button says, and what it brings in at most two short lines."""

    label: str
    lines: tuple[str, ...] = ()
    price: int = 0
    """How many parameters it adds."""


@dataclass(frozen=True)
class ProblemView:
    """One problem as people read it; `where` names the node, `node` is its id."""

    level: Level
    title: str
    detail: str = ""
    node: str = ""
    where: str = ""
    fixes: tuple[FixView, ...] = ()


@dataclass(frozen=True)
class PortView:
    """One port: its symbol, its shape in pieces (True marks numbers), and who is at the other end."""

    name: str
    symbol: str = "anything"
    parts: tuple[tuple[str, bool], ...] = ()
    others: str = ""
    problem: bool = False

    @property
    def words(self) -> str:
        """The shape as one text."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True)
class CostView:
    """What a node costs; shares are of the whole model, None where they are not known."""

    parameters: int | None = None
    parameters_share: float | None = None
    work: float | None = None
    work_share: float | None = None
    parameters_words: str = ""
    """How the parameters come about; `work_words` likewise."""
    work_words: str = ""


@dataclass(frozen=True)
class NodeView:
    """Everything the inspector shows of one node.

    Attributes:
        title: what the card is called; `label` is the layer's own name.
        values: the settings that differ from their defaults; `errors` the sentences for wrong ones.
        repeat: how often a block feeds itself, None where it cannot.
        mute_why: why it cannot be muted, empty where it can; `freeze_why` likewise.
    """

    id: str
    title: str
    label: str
    section: str
    icon: str = ""
    help: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    context: FormContext = FormContext()
    inputs: tuple[PortView, ...] = ()
    outputs: tuple[PortView, ...] = ()
    arithmetic: str = ""
    keep: Note | None = None
    """What would keep the size: words, and the setting with its value."""
    picture: About | None = None
    """What the picture of the layer is drawn from."""
    cost: CostView = CostView()
    problems: tuple[ProblemView, ...] = ()
    muted: bool = False
    frozen: bool = False
    mute_why: str = ""
    freeze_why: str = ""
    is_block: bool = False
    repeat: int | None = None
    lr: float | None = None
    note: str = ""


@dataclass(frozen=True)
class KindView:
    """How many of the selected nodes are of one kind."""

    label: str
    section: str
    icon: str = ""
    count: int = 1


@dataclass(frozen=True)
class ManyView:
    """What the inspector shows while several nodes are selected."""

    count: int
    kinds: tuple[KindView, ...] = ()
    cost: CostView = CostView()
    muted: bool = False
    frozen: bool = False
    group_why: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    """The settings that all of them have; `mixed` those in which they differ, each with a few words on how."""
    values: Mapping[str, Any] = field(default_factory=dict)
    mixed: Mapping[str, str] = field(default_factory=dict)
    context: FormContext = FormContext()


@dataclass(frozen=True)
class ModelView:
    """What the inspector shows while nothing is selected."""

    name: str = ""
    nodes: int = 0
    parameters: int | None = None
    work: float | None = None
    memory: str = ""
    source: str = ""
    target: str = ""
    tips: tuple[str, ...] = ()
    backbone: int | None = None
    """Parameters without the last layers, None where that says nothing."""


@dataclass(frozen=True)
class TemplateCard:
    """A template in the gallery; `name` is what the window gets back."""

    name: str
    title: str
    line: str = ""
    data: str = ""
    time: str = ""
    tags: tuple[str, ...] = ()
    picture: QImage | None = None


@dataclass(frozen=True)
class RecentEntry:
    """A project opened before: where it is, what it is called, when that was."""

    path: str
    name: str
    when: str = ""
    picture: QImage | None = None

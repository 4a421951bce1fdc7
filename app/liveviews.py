"""From what was measured in a run to what the Training overlay shows: marks of cards, wires, facts, repairs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.livestory import NetworkStory, middle
from engine.check import Problem
from engine.graph import Edge, Graph, Node, label_of
from engine.health import Verdict, worst_of
from engine.health_repairs import problem_of
from engine.healthstore import NodeHealth
from engine.layer import Objective, layers
from engine.places import Place
from engine.project import Project
from widgets import words
from widgets.live_values import LiveFacts, LiveMark, LivePart

MOST_PROBLEMS = 20
KINDS = {"frozen": "snowflake"}
"""Signs of kinds of verdicts where the level's own would say less."""


@dataclass(frozen=True)
class Shown:
    """What the overlay shows now."""

    story: NetworkStory
    place: Place
    epoch: int
    """A measured one."""
    measure: str
    run: str
    losses: Mapping[str, float]
    """The loss of the parts in this epoch."""
    broken: tuple[str, str] = ("", "")
    """Where a run failed and why, if this is its last epoch."""

    def path(self, name: str) -> str:
        """The path of a card, copies left out."""
        return ".".join((*self.place.path, name))

    @property
    def said(self) -> str:
        return f"Epoch {self.epoch} · {self.run}"


def marks_of(shown: Shown, graph: Graph) -> dict[str, LiveMark]:
    """The mark of every card that has something to say."""
    largest = shown.story.largest(shown.epoch, shown.measure)
    paths = {name: shown.path(name) for name in graph.nodes}
    course = shown.story.course(tuple(paths.values()), shown.epoch, shown.measure)
    found = {}
    for name, node in graph.nodes.items():
        mark = _mark(shown, node, paths[name], largest, course.get(paths[name], ((), -1)))
        if mark is not None:
            found[name] = mark
    return found


def _mark(
    shown: Shown, node: Node, path: str, largest: float, course: tuple[tuple[float, ...], int]
) -> LiveMark | None:
    cls = layers[node.layer] if not node.block and node.layer in layers else None
    if cls is not None and issubclass(cls, Objective):
        return _loss_mark(shown, node)
    if node.muted:
        return None
    then = shown.story.anatomy.node(path)
    if then is not None and then.layer != node.layer:
        tip = f"{label_of(node)}\nWhen {shown.run} was made this was {label_of(then)}."
        return LiveMark("none", "changed", known=False, icon="diff", tip=tip)
    verdict = verdict_of(shown, path)
    if verdict is None:
        if then is not None or (cls is not None and cls.section == "Inputs and outputs"):
            return None  # such as an output: there is nothing to measure
        return LiveMark(
            "none", "not in run", known=False, tip=f"{label_of(node)}\n{shown.run} does not have this layer."
        )
    figure = shown.story.figure(path, shown.epoch, shown.measure)
    if verdict.level == "none" and not math.isfinite(figure):
        return None
    word = verdict.word if verdict.level in ("error", "warning", "info") else figure_words(figure, shown.measure)
    return LiveMark(
        verdict.level, word, share_of(figure, largest, shown.measure), course[0], course[1],
        KINDS.get(verdict.kind, ""), tell=lambda: _tip(shown, node, path, verdict),
    )  # fmt: skip


def _loss_mark(shown: Shown, node: Node) -> LiveMark | None:
    """The card of a loss says the loss."""
    if not shown.losses or node.muted or shown.story.anatomy.node(node.id) is None:
        return None
    said = [f"{part}: {words.number(value, 4)}" for part, value in shown.losses.items()]
    value = shown.losses.get("validation", next(iter(shown.losses.values())))
    tip = "\n".join([f"{label_of(node)}, {shown.said}", *said])
    return LiveMark("none", f"loss {words.number(value, 3)}", tip=tip, icon="trending-down")


def verdict_of(shown: Shown, path: str) -> Verdict | None:
    """The verdict on a card; the place where a run broke is told by the run itself."""
    verdicts = shown.story.verdicts(shown.epoch)
    found = worst_of(verdicts[one] for one in shown.story.paths(path)[1] if one in verdicts)
    node, message = shown.broken
    if node and path == node:
        return Verdict(
            "broken", "error", "broke here", "Training broke off here", message, ("lower_rate", "clip"), path
        )
    return found


def share_of(figure: float, largest: float, measure: str) -> float | None:
    """How far the bar of a figure reaches, over four powers of ten."""
    if not math.isfinite(figure):
        return 1.0 if math.isinf(figure) else None
    if figure <= 0:
        return 0.0
    if measure == "signal":
        return _clipped(1 + math.log10(figure / largest) / 4) if largest > 0 else 0.0
    return _clipped((math.log10(figure) + (2 if measure == "values" else 5)) / 4)


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))


def figure_words(figure: float, measure: str) -> str:
    """A measured figure in a few letters."""
    if not math.isfinite(figure):
        return ""
    if measure == "steps":
        return percent(figure)
    return f"± {short(figure)}" if measure == "values" else short(figure)


def short(value: float) -> str:
    """A number of any size in two digits."""
    if not math.isfinite(value):
        return "none" if math.isnan(value) else "infinite"
    if value and not 1e-3 <= abs(value) < 1e4:
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:.2g}" if abs(value) < 9.95 else f"{value:.0f}"


def percent(share: float) -> str:
    """A share that may be very small."""
    return f"{short(100 * share)}{words.HARD}%"


def _tip(shown: Shown, node: Node, path: str, verdict: Verdict) -> str:
    lines = [f"{label_of(node)}: {(verdict.title or verdict.word).lower()}"]
    if verdict.path != path and verdict.level in ("error", "warning", "info"):
        lines.append(f"In {shown.story.anatomy.label(verdict.path)}.")
    lines.append(_said_of(shown, path, verdict))
    lines += [f"{name}: {figure}" for name, figure, _ in rows_of(shown, path)[:4]]
    return "\n".join([*(line for line in lines if line), shown.said])


def flow_of(shown: Shown, graph: Graph) -> dict[Edge, float]:
    """How strong the gradient is that comes back through each wire, on the scale of the bars."""
    if shown.measure != "signal":
        return {}
    largest = shown.story.largest(shown.epoch, "signal")
    found = {}
    for edge in graph.edges:
        path = shown.path(edge.source)
        if shown.story.paths(path)[0]:
            share = share_of(shown.story.figure(path, shown.epoch, "signal"), largest, "signal")
            if share is not None:
                found[edge] = share
    return found


# ---- the inspector ---------------------------------------------------------------------------------------------------

_ROWS: tuple[tuple[str, str, Callable[[float], str], str], ...] = (
    ("Mean of its values", "mean", short, "Over all values that it gave out on the steps that were looked at."),
    ("Spread of its values", "std", short, "Standard deviation. About 1 from layer to layer is a good sign."),
    ("Values that are 0", "zeros", percent, "After a ReLU about half is usual."),
    ("Units always 0", "dead", percent, "Units that gave nothing but 0. From 60 % on the layer is called dying."),
    ("At the flat ends", "saturated", percent, "Values where the curve is flat: no gradient comes through there."),
    ("Gradient at its output", "signal", short, "How strong the correction is that comes back to it."),
    ("Gradient of its weights", "gradient", short, "Its length, before any limit."),
    ("One step moves them by", "update", percent, "Relative to the length of the weights. About 0.1 % is usual."),
)


def rows_of(shown: Shown, path: str) -> tuple[tuple[str, str, str], ...]:
    """The figures of a card, of several copies the middle ones."""
    lines = shown.story.own(path, shown.epoch)
    found = []
    for name, key, written, tip in _ROWS:
        value = _of(lines, key)
        if math.isfinite(value) and not (key == "zeros" and value < 5e-4):
            found.append((name, written(value), tip))
    return tuple(found)


def _of(lines: list[NodeHealth], key: str) -> float:
    return middle(getattr(line, key) for line in lines)


def facts_of(shown: Shown, graph: Graph, name: str, mark: LiveMark | None) -> LiveFacts | None:
    """What the inspector says of a card."""
    node = graph.nodes[name]
    path = shown.path(name)
    verdict = verdict_of(shown, path)
    if mark is None:
        return None
    if not mark.known or verdict is None:
        _, _, text = mark.said.partition("\n")
        rows = tuple((line.partition(": ")[0].capitalize(), line.partition(": ")[2], "") for line in text.split("\n"))
        if mark.known:
            return LiveFacts(shown.said, title="Loss", rows=rows, icon=mark.icon)
        return LiveFacts(shown.said, title=text)
    # what is ill stands above as a problem, with its repairs
    text = "" if verdict.ill else _said_of(shown, path, verdict)
    parts = _parts(shown, path) if node.block else ()
    return LiveFacts(
        shown.said,
        verdict.level,
        "" if verdict.ill else verdict.title,
        text,
        rows_of(shown, path),
        parts,
        KINDS.get(verdict.kind, ""),
    )


def _said_of(shown: Shown, path: str, verdict: Verdict) -> str:
    """What there is to say of a card; a sound block is more than one of its layers."""
    if verdict.path != path and verdict.level == "good":
        return "Every layer inside is healthy."
    return verdict.text


def _parts(shown: Shown, path: str) -> tuple[LivePart, ...]:
    """What is inside of a block and not simply healthy, the worst first; and how many are."""
    verdicts = shown.story.verdicts(shown.epoch)
    own, inside = shown.story.paths(path)
    found = [verdicts[one] for one in inside if one not in own and one in verdicts and verdicts[one].level != "none"]
    order = {"error": 0, "warning": 1, "info": 2}
    told = sorted((one for one in found if one.level in order), key=lambda one: order[one.level])
    label = shown.story.anatomy.label
    parts = [LivePart(_inside(label(one.path)), one.level, one.word) for one in told]
    well = len(found) - len(told)
    if told and well:
        parts.append(LivePart(f"{well} more layer{'s' if well > 1 else ''} inside", "good", "healthy"))
    return tuple(parts)


def _inside(label: str) -> str:
    """`ReLU in Residual block, copy 2` as `ReLU, copy 2`: one sees in which block one is."""
    name, _, around = label.partition(" in ")
    copy = around.rpartition(", ")[2]
    return f"{name}, {copy}" if copy.startswith("copy ") else name


class Illness:
    """Ill cards as problems with their repairs; what a repair leads to is worked out once while the project stays."""

    def __init__(self) -> None:
        self._project: Project | None = None
        self._known: dict[tuple[str, str, str], Problem] = {}

    def problems(self, shown: Shown, project: Project, graph: Graph) -> list[Problem]:
        """In the order of the data."""
        if project is not self._project:
            self._project, self._known = project, {}
        found: list[Problem] = []
        for name in (*graph.order, *sorted(set(graph.nodes) - set(graph.order))):
            node, path = graph.nodes[name], shown.path(name)
            then = shown.story.anatomy.node(path)
            same = then is not None and then.layer == node.layer and not node.muted
            verdict = verdict_of(shown, path) if same else None
            if verdict is not None and verdict.ill and len(found) < MOST_PROBLEMS:
                found.append(replace(self._problem(shown, project, name, path, verdict), detail=verdict.text))
        return found

    def _problem(self, shown: Shown, project: Project, name: str, path: str, verdict: Verdict) -> Problem:
        key = (path, verdict.path, verdict.kind + verdict.title)
        if key not in self._known:
            said = "" if verdict.path == path else _inside(shown.story.anatomy.label(verdict.path))
            self._known[key] = problem_of(project, verdict, shown.place.network, name, said)
        return self._known[key]

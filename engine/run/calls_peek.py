"""The helper's calls that look inside a network while an item flows through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.exporters import Progress
from engine.run.calls import call

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.split import Split
    from engine.project import Project
    from engine.run.peek import Peeker, Question

_peeker: list[Peeker] = []


@call
def peek(
    progress: Progress,
    project: dict[str, Any],
    network: str = "",
    path: Sequence[str] = (),
    nodes: Sequence[str] | None = None,
    item: Mapping[str, Any] | None = None,
    runs: Sequence[str] = (),
    run: str = "",
    targets: Sequence[str] = (),
    measure: bool = False,
) -> dict[str, Any]:
    """The values of a network's nodes for one item of the data; `nodes` are those that are seen."""
    asked = _question(project, network, path, item, runs, run, nodes, targets, measure)
    return _peeking(progress).look(asked, progress)


@call
def peek_more(
    progress: Progress,
    project: dict[str, Any],
    node: str,
    port: str = "",
    network: str = "",
    path: Sequence[str] = (),
    item: Mapping[str, Any] | None = None,
    runs: Sequence[str] = (),
    run: str = "",
    page: int = 0,
    channel: int = 0,
) -> dict[str, Any]:
    """One node's whole value: a page of its maps, a histogram, a table."""
    asked = _question(project, network, path, item, runs, run)
    return _peeking(progress).more(asked, node, port, page, channel, progress)


@call
def peek_forget(progress: Progress) -> None:
    """Let go of the network that was looked into, and of its weights."""
    _peeker.clear()


def _peeking(progress: Progress) -> Peeker:
    """The one that keeps the model; its torch is loaded with the first question."""
    if not _peeker:
        progress(0.0, "Loading PyTorch")
        from engine.run.peek import Peeker

        def opened(project: Project, progress: Progress) -> tuple[Dataset, Split | None]:
            from engine.run.calls_data import _kept, data_json

            return _kept.get(data_json(project.data), progress)

        _peeker.append(Peeker(opened))
    return _peeker[0]


def _question(
    project: dict[str, Any],
    network: str,
    path: Sequence[str],
    item: Mapping[str, Any] | None,
    runs: Sequence[str],
    run: str,
    nodes: Sequence[str] | None = None,
    targets: Sequence[str] = (),
    measure: bool = False,
) -> Question:
    from engine.places import Place
    from engine.project import from_json
    from engine.run.peek import Question
    from engine.run.peek_item import Wish

    wish = dict(item or {})
    return Question(
        from_json(project),
        Place(network, tuple(path)),
        None if nodes is None else tuple(nodes),
        Wish(
            int(wish.get("index", 0)), str(wish.get("step", "")), str(wish.get("part", "")), int(wish.get("label", -1))
        ),
        tuple(runs),
        run,
        tuple(targets),
        measure,
    )

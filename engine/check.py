"""All problems of a project at once: of its settings, its data, and every one of its networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from engine.check_network import Checker, Problem
from engine.edits import set_param
from engine.errors import UserError
from engine.facts import Inference
from engine.fixes import Fix, Later
from engine.graph import label_of
from engine.infer import infer
from engine.project import Project
from engine.recipes import Recipe, recipe_of
from engine.recipes.starts import OtherRun
from engine.repairs import bridges, issubclass_input, usual_objective

__all__ = ["Fix", "Problem", "bridges", "check", "issubclass_input", "ready", "usual_objective"]


def check(project: Project, walk: Inference | None = None) -> list[Problem]:
    """Every problem of a project, errors first, in the order of the networks and their graphs.

    Args:
        walk: the inference of one of the networks, where the caller has it already.
    """
    found = list(_choices(project))
    recipe = _recipe(project)
    trained = _trained(project, recipe)
    if recipe is None or recipe.reads_data:
        found += _data(project)
    if recipe is not None:
        found += _roles(project, recipe)
    for name, graph in project.networks.items():
        role = trained.get(name)
        if role is None and not graph.nodes:
            continue
        checker = Checker(project.focused(name), _walk_of(project, name, walk))
        own = list(checker.problems(recipe is None or role is None or role in recipe.objective_roles()))
        own += _waists(checker, recipe)
        if role is None and trained:  # it takes no part in training, so it cannot keep it from starting
            own = [replace(one, level="warning") if one.level == "error" else one for one in own]
        order = {node: place for place, node in enumerate(graph.order)}
        own.sort(key=lambda problem: order.get(problem.node or "", -1))
        found += [replace(one, network=name, fixes=_all_on(name, one.fixes)) for one in own]
    levels = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda problem: levels[problem.level])


def ready(project: Project) -> None:
    """Raise a `UserError` with every error of the project; do nothing where it can be trained."""
    errors = [problem for problem in check(project) if problem.level == "error"]
    if errors:
        lines = []
        for one in errors:
            graph = project.networks.get(one.network, project.graph)
            where = f"{label_of(graph.nodes[one.node])} ({one.node}): " if one.node and one.node in graph.nodes else ""
            inside = f"In {one.network}: " if one.network and len(project.networks) > 1 else ""
            lines.append(f"{inside}{where}{one.words()}")
        raise UserError("This project cannot be trained yet.\n" + "\n".join(f"  {line}" for line in lines))


def _walk_of(project: Project, name: str, walk: Inference | None) -> Inference:
    """The inference of a network: the caller's where it can only be of this one."""
    graph = project.networks[name]
    if walk is not None:
        same = [other for other, one in project.networks.items() if walk.facts.keys() == one.nodes.keys()]
        if same == [name]:
            return walk
    return infer(graph, project.data.schema, project.blocks)


def _all_on(network: str, fixes: Sequence[Fix]) -> Sequence[Fix]:
    return (
        Later(lambda: [_on(network, fix) for fix in fixes])
        if isinstance(fixes, Later)
        else [_on(network, fix) for fix in fixes]
    )


def _on(network: str, fix: Fix) -> Fix:
    """A repair of a focused project as one of the whole project, whose networks keep their order."""

    def edit(project: Project) -> Project:
        after = fix.edit(project.focused(network))
        return replace(after, networks={name: after.networks[name] for name in project.networks})

    return replace(fix, edit=edit)


def _choices(project: Project) -> Iterator[Problem]:
    """Settings outside of the graph that a file or the command line may hold and that nothing takes."""
    from engine.data.preparation import Preparation
    from engine.data.sources import sources

    data = project.data
    makers: list[tuple[str, Callable[[], object]]] = [
        ("The training settings", lambda: recipe_of(project.recipe)),
        ("The preparation", lambda: Preparation(**{k: v for k, v in data.preparation.items() if k != "type"})),
    ]
    if data.source is not None:
        source = data.source
        makers.append(("The data source", lambda: sources.make(source)))
    for what, maker in makers:
        try:
            maker()
        except UserError as error:
            yield Problem("error", None, f"{what} cannot be used", error.message)


def _recipe(project: Project) -> Recipe | None:
    """The project's recipe, None where its settings are wrong."""
    try:
        return recipe_of(project.recipe)
    except UserError:
        return None


def _roles(project: Project, recipe: Recipe) -> Iterator[Problem]:
    """The roles of a recipe that no network plays."""
    for role, help_ in recipe.roles().items():
        name = recipe.played_by(role)
        if name and name not in project.networks:
            detail = f"{help_} Add a network on a tab of that name, or choose another on the Train page."
            yield Problem("error", None, f"{recipe.label} needs a network called “{name}”", detail)


def _trained(project: Project, recipe: Recipe | None) -> dict[str, str]:
    """The networks that take part in training, with their roles."""
    if recipe is None:
        return {}
    first = next(iter(project.networks))
    return {recipe.played_by(role) or first: role for role in recipe.roles()}


def _waists(checker: Checker, recipe: Recipe | None) -> Iterator[Problem]:
    """Low-rank learning keeps the weights it starts with, and without another run these are random numbers."""
    nodes = checker.graph.nodes.values()
    names = [node.id for node in nodes if node.params.get("lora_rank") and not node.muted]
    if not names or recipe is None or isinstance(getattr(recipe, "start_from", None), OtherRun):
        return

    def edit(project: Project) -> Project:
        after = project.graph
        for name in names:
            after = set_param(after, name, "lora_rank", 0)
        return project.with_graph(after)

    fix = checker.repairs.priced("Switch it off", ("all its weights learn",), edit)
    yield Problem(
        "warning",
        names[0],
        "Low-rank learning keeps random weights",
        "It learns a small change beside weights that stay, and here they stay as they are drawn at the start. Start "
        "from another run on the Train page, or switch it off.",
        fixes=(fix,) if fix else (),
    )


def _data(project: Project) -> list[Problem]:
    data = project.data
    if data.source is None:
        text = "Choose a ready-made set or your own files on the Data page."
        return [Problem("error", None, "No data is chosen", text)]
    if not data.fields:
        return [Problem("error", None, "The data has not been read yet", "Open the Data page to read it.")]
    return []

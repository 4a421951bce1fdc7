"""A number for each step where the data has one for all of them: told before training, with the repair."""

from __future__ import annotations

from dataclasses import replace

from engine.check import check
from engine.edits import add
from engine.graph import Graph
from engine.project import Project
from engine.templates import new_from_template
from engine.wiring import connect


def _project() -> Project:
    data = new_from_template("lstm-digits").data  # only the shape of a choice; the fields are set below
    from engine.data.fields import Field
    from engine.shapes import Numbers, Sequence

    fields = (
        Field("series", "series", Sequence(12, 1), role="input"),
        Field("temp", "number", Numbers(1), role="target"),
    )
    graph, read = add(Graph(), "SeriesInput", params={"field": "series"})
    graph, lstm = add(graph, "LSTM", params={"hidden": 64})
    graph, linear = add(graph, "Linear", params={"features": 1})
    graph, end = add(graph, "MSE", params={"target": "temp"})
    for source, target in ((read, lstm), (lstm, linear), (linear, end)):
        graph = connect(graph, source, target)
    return Project(networks={"main": graph}, data=replace(data, fields=fields))


def test_a_number_for_each_step_is_no_answer_to_one_number() -> None:
    project = _project()
    (problem,) = [one for one in check(project) if one.level == "error"]
    assert problem.title == "Mean squared error compares two sizes"
    assert "12 steps × 1" in problem.detail
    repair = next(fix for fix in problem.fixes if "Last step" in fix.label)
    after = repair.edit(project)
    assert not [one for one in check(after) if one.level == "error"]

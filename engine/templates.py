"""Templates: ready projects, each a JSON file that brings its data choice, its recipe and what it promises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import UserError, listed
from engine.project import Project, loads

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "templates"


@dataclass(frozen=True)
class Template:
    """What the gallery shows of a template; `goal` is the metric that it reaches and that a test holds it to."""

    name: str
    title: str
    line: str
    tags: tuple[str, ...]
    data: str
    seconds: float
    goal: Mapping[str, Any]
    path: Path

    def project(self) -> Project:
        """The project, ready to train."""
        project = loads(self.path.read_text(encoding="utf-8"), self.path.name)
        about = {key: value for key, value in project.about.items() if key == "description"}
        return replace(project, about={**about, "template": self.name})


@cache
def templates() -> tuple[Template, ...]:
    """All templates in the order of the gallery."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))["about"]
        found.append(
            (
                about.get("place", 1000),
                Template(
                    name=path.stem,
                    title=about["title"],
                    line=about["line"],
                    tags=tuple(about["tags"]),
                    data=about["data"],
                    seconds=about["seconds"],
                    goal=about["goal"],
                    path=path,
                ),
            )
        )
    return tuple(template for _, template in sorted(found, key=lambda one: (one[0], one[1].name)))


def template(name: str) -> Template:
    """The template of that name or title; `UserError` names those there are."""
    for one in templates():
        if name.lower() in (one.name.lower(), one.title.lower()):
            return one
    raise UserError(f"There is no template {name!r}. There are {listed([one.name for one in templates()], 'and', 40)}.")


def new_from_template(name: str) -> Project:
    """A fresh project from a template."""
    return template(name).project()

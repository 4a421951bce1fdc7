"""Jobs around a project: make it, list what it may be made of, check it, print its source."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from app import terminal
from app.jobs.printing import plain, print_json, spaced
from engine.errors import UserError, listed
from engine.project import load, save
from widgets import words


def templates(options: Namespace) -> None:
    from engine.templates import templates as all_templates

    if options.json:
        print_json(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "line": one.line,
                    "data": one.data,
                    "seconds": one.seconds,
                    "goal": dict(one.goal),
                }
                for one in all_templates()
            ]
        )
        return
    rows = [(one.name, one.title, one.data, f"about {words.duration(one.seconds)}") for one in all_templates()]
    terminal.table(("Name", "What it is", "Data", "Training"), rows)


def new(options: Namespace) -> None:
    from engine.templates import new_from_template

    path = Path(options.output)
    if path.exists() and not options.force:
        raise UserError(f"{path} exists already. Choose another name, or add --force to replace it.")
    project = new_from_template(options.template)
    save(project, path)
    if options.json:
        print_json({"project": str(path), "name": project.name})
    else:
        print(f"Made {path}: {project.name}. Train it with: lamina train {path}")


def layers(options: Namespace) -> int:
    from engine.layer import layers as catalogue

    if options.name:
        return _explain(options)
    if options.json:
        print_json([_layer_json(cls) for cls in catalogue])
        return 0
    for section, entries in catalogue.sections().items():
        shown = [cls for cls in entries if cls.in_palette]
        if shown:
            print(section)
            for cls in shown:
                print(f"  {cls.__name__:26} {cls.help()}")
    return 0


def _layer_json(cls: Any) -> dict[str, Any]:
    return {
        "name": cls.__name__,
        "label": cls.label,
        "section": cls.section,
        "help": cls.help(),
        "inputs": [
            {"name": port.name, "takes": port.words(), "optional": port.optional, "many": port.many}
            for port in cls.ports()
        ],
        "outputs": list(cls.outputs),
        "settings": [
            {"name": one.name, "label": one.label, "default": one.default, "takes": one.expects(), "help": one.help}
            for one in cls.params().values()
        ],
    }


def _explain(options: Namespace) -> int:
    from engine.layer import layers as catalogue

    cls = catalogue[options.name]
    if options.json:
        print_json(_layer_json(cls))
        return 0
    print(f"{cls.label} ({cls.__name__}), {cls.section}\n\n  {cls.help()}\n")
    for port in cls.ports():
        extra = " (may stay open)" if port.optional else " (any number)" if port.many else ""
        print(f"  in   {port.name:14} {port.words()}{extra}")
    for name in cls.outputs:
        print(f"  out  {name}")
    print()
    for one in cls.params().values():
        print(f"  {one.name:18} {one.help} Takes {one.expects()}; usually {one.default}.")
    return 0


def check(options: Namespace) -> int:
    from engine.backbone import without_head
    from engine.check import check as find_problems
    from engine.graph import label_of
    from engine.infer import infer

    project = load(options.project)
    walk = infer(project.graph, project.data.schema, project.blocks)
    problems = find_problems(project, walk)
    errors = [one for one in problems if one.level == "error"]
    nodes = []
    for name in project.graph.order:
        facts = walk[name]
        nodes.append(
            {
                "id": name,
                "name": label_of(project.graph.nodes[name]),
                "out": {port: tensor.words() for port, tensor in facts.outputs.items()},
                "parameters": plain(facts.parameters),
                "flops": plain(facts.flops),
            }
        )
    if options.json:
        print_json(
            {
                "ok": not errors,
                "parameters": plain(walk.parameters),
                "without_head": without_head(project, walk),
                "flops": plain(walk.flops),
                "nodes": nodes,
                "problems": [
                    {
                        "level": one.level,
                        "node": one.node,
                        "title": one.title,
                        "detail": one.detail,
                        "repairs": [fix.label for fix in one.fixes],
                        "prices": [fix.price for fix in one.fixes],
                    }
                    for one in problems
                ],
            }
        )
        return 1 if errors else 0
    rows = [
        (one["id"], one["name"], ", ".join(one["out"].values()), spaced(one["parameters"]), spaced(one["flops"]))
        for one in nodes
    ]
    terminal.table(("Node", "Layer", "Shape", "Parameters", "FLOPs"), rows, right=(3, 4))
    left = without_head(project, walk)
    kept = f", without the head {spaced(left)}" if left is not None else ""
    print(f"\n{spaced(plain(walk.parameters))} parameters{kept}; {spaced(plain(walk.flops))} FLOPs per item")
    for one in problems:
        where = f"{one.node}: " if one.node else ""
        print(
            f"{one.level:8} {where}{one.words()}"
            + (f" Repairs: {listed([f'{fix.label} ({fix.lines[-1]})' for fix in one.fixes])}." if one.fixes else "")
        )
    if not problems:
        print("No problems.")
    return 1 if errors else 0


def code(options: Namespace) -> None:
    from engine.codegen import generate
    from engine.saving import write_atomically
    from engine.script import script

    project = load(options.project)
    text = (
        script(project, Path(options.output).stem if options.output else "model")
        if options.script
        else generate(project).text
    )
    if not options.output:
        print(text, end="")
        return
    path = Path(options.output)
    write_atomically(path, text.encode())
    print(f"Wrote {path}.", file=sys.stderr)
    if options.script:
        from engine.script import write_data

        print(f"Wrote {write_data(project, path)}.", file=sys.stderr)

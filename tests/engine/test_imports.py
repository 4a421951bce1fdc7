"""House rules that a machine can see: what may be imported where, and what no file may hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
CODE = [path for folder in ("app", "widgets", "engine", "tests") for path in (REPO / folder).rglob("*.py")]
HEAVY = {"torch", "onnx", "onnxruntime", "onnxscript", "pandas", "matplotlib", "sklearn", "polars", "scipy"}


def imported(statement: str) -> set[str]:
    """The packages that a statement brings into a fresh interpreter."""
    code = (
        f"{statement}\nimport sys, json\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPO)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        ("import engine", HEAVY | {"PySide6", "pyqtgraph", "numpy"}),
        (
            "import engine.check, engine.codegen, engine.jobs, engine.script, engine.templates",
            HEAVY | {"PySide6", "pyqtgraph"},
        ),
        ("import app.cli; app.cli.build_parser()", HEAVY | {"PySide6", "pyqtgraph"}),
        ("import app.window", HEAVY | {"pyqtgraph"}),
    ],
)
def test_a_start_brings_in_nothing_heavy(statement: str, banned: set[str]) -> None:
    assert not imported(statement) & banned


def test_imports_only_go_down() -> None:
    program = shutil.which("lint-imports") or str(Path(sys.executable).with_name("lint-imports"))
    if not Path(program).exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([program, "--no-cache"], capture_output=True, text=True, check=False, cwd=REPO)
    assert done.returncode == 0, done.stdout[-3000:]


RULES: list[tuple[str, str, str]] = [
    (r"^.{121,}$", "", "lines end at 120 columns: ruff format breaks code, break texts by hand"),
    (r"\b(TODO|FIXME|XXX)\b", "tests/engine/test_imports.py", "do it now, or write an issue"),
    (r"\bsetStyleSheet\(\s*[\"'][^\"']*#[0-9a-fA-F]{3,8}\b", "", "colors live in widgets/colors.py"),
    (
        r"(?<![.\w`])(eval|exec)\(",
        "engine/run/model.py engine/run/standalone.py",
        "nothing from a file is evaluated",
    ),
    (r"\b(import|from) (pickle|dill|joblib|shelve|marshal)\b", "", "no pickle: JSON and safetensors"),
    (r"weights_only=False", "", "foreign weights are opened with weights_only=True"),
    (r"allow_pickle=True", "", "arrays are opened without pickle"),
]


@pytest.mark.parametrize(("pattern", "allowed", "advice"), RULES, ids=[advice for _, _, advice in RULES])
def test_no_file_holds(pattern: str, allowed: str, advice: str) -> None:
    found = []
    for path in CODE:
        name = path.relative_to(REPO).as_posix()
        if name in allowed.split() or name.startswith("tests/"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            line = re.sub(r"  # (type: ignore|noqa|fmt: skip).*$", "", line)
            if re.search(pattern, line) and not line.lstrip().startswith(("#", '"""')):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not found, f"{advice}\n" + "\n".join(found)


LOOKS = ("widgets/colors.py", "widgets/measures.py")


def test_colors_are_named_in_the_theme_alone() -> None:
    found = []
    for path in CODE:
        name = path.relative_to(REPO).as_posix()
        if not name.startswith(("app/", "widgets/")) or name in LOOKS:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if re.search(r"[\"'(: ]#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?\b|\d(px)\b", line) and not line.lstrip().startswith(
                "#"
            ):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not found, "colors live in widgets/colors.py, sizes in widgets/measures.py\n" + "\n".join(found)


def test_the_engine_knows_no_qt() -> None:
    for path in (REPO / "engine").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) (PySide6|pyqtgraph)", path.read_text(encoding="utf-8"), re.M), path


def test_every_file_says_what_it_is_for() -> None:
    import ast

    for path in CODE:
        text = path.read_text(encoding="utf-8")
        if text.strip():
            assert ast.get_docstring(ast.parse(text)), f"{path.relative_to(REPO)} has no docstring"

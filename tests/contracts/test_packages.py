"""Every folder with source stands in the list of packages: one that is forgotten is missing in an installed program."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_folder_with_source_is_a_package_that_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for top in ("app", "widgets", "engine")
        for file in (ROOT / top).rglob("*.py")
    }
    assert found == set(listed)

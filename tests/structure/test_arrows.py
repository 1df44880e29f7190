"""Imports point down (the contracts in pyproject.toml), and no package escapes the contracts."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from structure.tree import PROJECT, SOURCE, name, python_files

CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_contracts_are_kept() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    environment = {"PYTHONPATH": str(PROJECT / "src"), "PATH": "/usr/bin:/bin"}
    result = subprocess.run(
        [linter, "--no-cache"], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=50
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_package_has_its_place_in_the_layers() -> None:
    layers = {part.strip() for layer in CONTRACTS[0]["layers"] for part in layer.split("|")}
    packages = {f"cordboard.{entry.parent.name}" for entry in SOURCE.glob("*/__init__.py")}
    assert packages == layers


def test_no_module_stands_outside_the_packages() -> None:
    assert [file.name for file in SOURCE.glob("*.py")] == ["__init__.py"]


def test_product_never_imports_tests() -> None:
    found = []
    for file in python_files("src"):
        for node in ast.walk(ast.parse(file.read_text())):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.split(".")[0] in ("tests", "kit", "unit"):
                found.append(name(file))
    assert found == []

"""Modules and functions stay small. Lists are ratchets: what no longer needs its place must leave it."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from structure.tree import PROJECT, name, python_files, text_files

LONGEST_MODULE = 500
LONG_MODULE = 300
LONGEST_FUNCTION = 60
FULL_FOLDER = 12
FULLEST_FOLDER = 22

# Modules over 300 lines whose cut would hurt more than their length: an owner has thought about it.
LONG_MODULES = {
    "src/cordboard/sip/events.py",  # a vocabulary
}
# Folders of more than 12 modules: one noun of the RFC, one section of the settings file each.
FULL_FOLDERS = {"src/cordboard/sip", "src/cordboard/config/sections"}


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def test_no_module_is_longer_than_500_lines() -> None:
    others = (file for file in text_files("src", "web") if file.suffix in (".c", ".h", ".js", ".mjs"))
    files = [*python_files("src", "tests", "bench"), *others]
    assert files
    assert [f"{name(file)}: {lines(file)} lines" for file in files if lines(file) > LONGEST_MODULE] == []


def test_modules_over_300_lines_are_named() -> None:
    assert {name(file) for file in python_files("src") if lines(file) > LONG_MODULE} == LONG_MODULES


def test_no_function_is_longer_than_60_lines() -> None:
    found = []
    for file in python_files("src"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(f"{name(file)}:{node.lineno} {node.name}: {length} lines")
    assert found == []


def test_no_folder_is_too_full() -> None:
    counts = Counter(name(file.parent) for file in python_files("src") if file.name != "__init__.py")
    assert {folder for folder, count in counts.items() if count > FULL_FOLDER} == FULL_FOLDERS
    assert max(counts.values()) <= FULLEST_FOLDER


def test_tests_below_net_never_sleep() -> None:
    found = [
        name(file)
        for file in python_files("tests/unit", "tests/flows")
        if "time.sleep(" in file.read_text() or "asyncio.sleep(" in file.read_text()
    ]
    assert found == []
    assert (PROJECT / "tests" / "unit").is_dir()

"""A name says what a thing is; some names say nothing."""

from __future__ import annotations

import ast
import re

from structure.tree import name, python_files, text_files

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "stuff"}
EMPTY_FILE_WORDS = EMPTY_WORDS | {"common"}


def words(identifier: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", identifier)}


def test_no_file_has_an_empty_name() -> None:
    assert [name(f) for f in text_files("src", "tests", "web", "bench") if words(f.stem) & EMPTY_FILE_WORDS] == []


def test_no_folder_has_an_empty_name() -> None:
    folders = {file.parent for file in text_files("src", "tests", "web", "bench")}
    assert [name(folder) for folder in folders if words(folder.name) & EMPTY_FILE_WORDS] == []


def test_no_class_has_an_empty_name() -> None:
    found = [
        f"{name(file)}:{node.lineno} {node.name}"
        for file in python_files("src", "tests")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef) and words(node.name) & EMPTY_WORDS
    ]
    assert found == []


def test_words() -> None:
    assert words("CallManager") == {"call", "manager"}
    assert words("SIPHelpers") == {"sip", "helpers"}
    assert words("test_common_name") == {"test", "common", "name"}

"""What the structure tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "cordboard"
_NOT_OURS = {"node_modules", "__pycache__", "pages", ".venv", "dist", "build"}
_TEXT = {".py", ".c", ".h", ".js", ".mjs", ".html", ".css", ".json", ".toml", ".lock", ".md", ".xml", ".txt", ".sh", ""}


def python_files(*directories: str) -> Iterator[Path]:
    """Python files below these directories of the project."""
    return (file for file in text_files(*directories) if file.suffix == ".py")


def text_files(*directories: str) -> Iterator[Path]:
    """All text files that are ours below these directories, or below the whole project."""
    for directory in directories or (".",):
        for file in sorted((PROJECT / directory).rglob("*")):
            parts = file.relative_to(PROJECT).parts
            hidden = any(part.startswith(".") and part != ".ci" for part in parts)
            if file.is_file() and not hidden and not _NOT_OURS & set(parts) and file.suffix in _TEXT:
                yield file


def name(file: Path) -> str:
    """A file's path in the project."""
    return str(file.relative_to(PROJECT))

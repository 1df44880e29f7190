"""Libraries are compiled where a compiler is; without one, or with a broken source, there is one line instead."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pytest

from cordboard.media.compiled.build import build
from cordboard.media.compiled.library import load

GOOD = "int answer(void) { return 42; }\n"
BROKEN = "int answer(void) { return }\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    source = folder / "thing.c"
    source.write_text(GOOD)
    return source


def test_a_source_becomes_a_library_beside_it(tmp_path: Path, source: Path) -> None:
    built = build(tmp_path)
    assert (built.libraries, built.trouble) == ((source.with_suffix(".so"),), "")
    library = load(source.parent, "thing")
    assert library is not None
    assert library.answer() == 42
    assert sorted(each.name for each in source.parent.iterdir()) == ["thing.c", "thing.so"]


def test_only_what_is_out_of_date_is_compiled_again(tmp_path: Path, source: Path) -> None:
    build(tmp_path)
    library = source.with_suffix(".so")
    os.utime(source, (1, 1))
    os.utime(library, (2, 2))
    build(tmp_path)
    assert library.stat().st_mtime == 2
    source.with_name("thing.h").write_text("")
    build(tmp_path)
    assert library.stat().st_mtime > 2


def test_a_broken_source_is_one_line_and_leaves_no_old_library(tmp_path: Path, source: Path) -> None:
    build(tmp_path)
    source.write_text(BROKEN)
    built = build(tmp_path, anew=True)
    assert built.libraries == ()
    assert built.trouble.startswith("thing.c was not compiled (")
    assert "error" in built.trouble
    assert "\n" not in built.trouble
    assert [each.name for each in source.parent.iterdir()] == ["thing.c"]


def test_no_compiler_is_one_line(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    assert build(tmp_path).trouble == "thing.c was not compiled (no C compiler)"


def test_no_library_and_a_broken_one_are_no_library(tmp_path: Path) -> None:
    assert load(tmp_path, "thing") is None
    (tmp_path / "thing.so").write_bytes(b"not a library")
    assert load(tmp_path, "thing") is None


def test_the_compiler_finds_nothing_to_warn_of(tmp_path: Path) -> None:
    package = Path(__file__).resolve().parents[4] / "src" / "cordboard"
    sources = sorted(package.rglob("*.c"))
    assert sources
    for source in sources:
        for each in source.parent.glob("*.[ch]"):
            (tmp_path / each.name).write_bytes(each.read_bytes())
        copy = tmp_path / source.name
        copy.write_text(
            f'#pragma GCC diagnostic error "-Wall"\n#pragma GCC diagnostic error "-Wextra"\n{copy.read_text()}'
        )
    assert build(tmp_path).trouble == ""
    assert all(isinstance(load(tmp_path, source.stem), ctypes.CDLL) for source in sources)

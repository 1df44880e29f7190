"""`scripts/second_look.py`, which `make test` runs pytest with: what fails once, twice, or cannot be run."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "second_look.py"
LATE = """
from pathlib import Path
def test_late():
    seen, mark = Path("mark").exists(), Path("mark").touch()
    assert seen
def test_fine():
    pass
"""
LOOKED = "FAILED BESIDE OTHERS, once more alone:"
PASSED, FAILED, INTERRUPTED = 0, 1, 2


@pytest.mark.parametrize(
    ("more", "status", "looked"),
    [
        ("", PASSED, True),
        ("def test_wrong(): assert False", FAILED, True),
        ("raise RuntimeError", INTERRUPTED, False),
        ("import pytest\n@pytest.mark.parametrize('n', range(10))\ndef test_many(n): assert False", FAILED, False),
    ],
)
async def test_second_look(tmp_path: Path, more: str, status: int, looked: bool) -> None:
    (tmp_path / "test_it.py").write_text(LATE + more)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(SCRIPT), "-q", "test_it.py"), cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == status, said.decode()
    _, _, named = said.decode().partition(LOOKED)
    assert ("\n  test_it.py::test_late\n" in named) == looked
    assert ("passed alone" in said.decode()) == (status == PASSED)

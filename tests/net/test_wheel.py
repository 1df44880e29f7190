"""A wheel built from this tree serves the softphone wherever it is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAGES = PROJECT / "src" / "cordboard" / "pages"


def test_wheel_holds_the_built_pages(tmp_path: Path) -> None:
    assert (PAGES / "softphone" / "index.html").is_file(), "the pages are not built: run `make web`"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=50)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    built = {f"cordboard/pages/{file.relative_to(PAGES)}" for file in PAGES.rglob("*") if file.is_file()}
    assert built <= names
    assert {"cordboard/pages/softphone/index.html", "cordboard/pages/desktop/index.html", "cordboard/py.typed"} <= names
    assert not [name for name in names if name.startswith(("tests/", "web/", "kit/"))]

"""What is rendered beside Debian's units of coturn and rtpengine, as systemd reads it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cordboard.config import lab_settings
from cordboard.deploy.parts import PARTS

UNITS = Path("/lib/systemd/system")
MOST_EXPOSED = 5.0  # of 10, as systemd-analyze counts; coturn begins as root, rtpengine may serve the kernel
TURN = {"turn.urls": ("turn:turn.example:3478",), "turn.secret": "s"}


def analyzed(word: str, unit: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", word, *options, str(unit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize(
    ("part", "name", "changes"),
    [
        ("coturn", "coturn", TURN),
        ("rtpengine", "rtpengine-daemon", {"media.engine": "rtpengine"}),
        ("rtpengine", "rtpengine-daemon", {"media.engine": "rtpengine", "rtpengine.table": 0}),
    ],
    ids=["coturn", "rtpengine", "rtpengine in the kernel"],
)
def test_drop_in(tmp_path: Path, part: str, name: str, changes: dict[str, object]) -> None:
    (drop_in,) = [
        each for each in PARTS[part](lab_settings(changes)) if each.place.endswith(".service.d/cordboard.conf")
    ]
    assert drop_in.place == f"/etc/systemd/system/{name}.service.d/cordboard.conf"
    unit = tmp_path / f"{name}.service"
    shutil.copy(UNITS / unit.name, unit)
    (tmp_path / f"{name}.service.d").mkdir()
    (tmp_path / f"{name}.service.d" / "cordboard.conf").write_text(drop_in.text)
    said = analyzed("verify", unit, "--man=no")
    assert (said.returncode, said.stderr) == (0, "")
    exposed = analyzed("security", unit, "--offline=true", "--no-pager", f"--threshold={int(MOST_EXPOSED * 10)}")
    assert exposed.returncode == 0, exposed.stdout

"""Print the versions that pip would install for the given requirements, one `name==version` a line, nothing else.

usage: python lock.py REQUIREMENT...        for instance: python lock.py .[test]
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

_OWN = "cordboard"


def resolved(requirements: list[str]) -> list[str]:
    """The pins, sorted by name; this project itself is left out."""
    command = [sys.executable, "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed", "--report", "-"]
    report: dict[str, Any] = json.loads(
        subprocess.run([*command, *requirements], check=True, capture_output=True).stdout
    )
    found = [(each["metadata"]["name"], each["metadata"]["version"]) for each in report["install"]]
    return [f"{name}=={version}" for name, version in sorted(found, key=lambda pin: pin[0].lower()) if name != _OWN]


if __name__ == "__main__":
    print("\n".join(resolved(sys.argv[1:])))

"""How tests are shared out among processes: a test in a browser goes wherever somebody is idle, as it has a lab and a
page of its own; all others go by file, as files may share what is dear to start.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).parents[2]
BROWSER = "tests/browser/"
# The ladders of the gateway count together which cells they visit.
LADDERS = "tests/flows/test_gateway_"
# What waits comes first, what computes last: it fills the gaps at the end.
ORDER = ("tests/browser/test_firefox", LADDERS, BROWSER, "tests/witness/", "tests/net/", "tests/media/", "tests/")


class SharingOut(LoadFileScheduling):
    """The scheduler of pytest-xdist, asked for by `tests/conftest.py`."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def unit_of(nodeid: str) -> str:
    """What goes to one process as a whole."""
    if nodeid.startswith(LADDERS):
        return LADDERS
    file = nodeid.partition("::")[0]
    return nodeid if file.startswith(BROWSER) and not shares(file) else file


def rank(nodeid: str) -> int:
    """Lower ones are begun earlier."""
    return next((at for at, prefix in enumerate(ORDER) if nodeid.startswith(prefix)), len(ORDER))


@cache
def shares(file: str) -> bool:
    """Whether its tests have something in common that one of them starts."""
    return 'scope="module"' in (ROOT / file).read_text()

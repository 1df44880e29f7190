"""The `o=` line of our descriptions in one dialog: the same session all along, each version one more than the last
(RFC 3264 section 8).

Media that is carried on elsewhere begins another session and counts from one again; the peer is not to notice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"(?m)^o=(\S+) (\S+) (\d+) ")


@dataclass(slots=True)
class Origin:
    """`session` is what the peer was told first, `source` what the engine calls it now."""

    session: str = ""
    source: str = ""
    version: int = 0
    ahead: int = 0  # of the engine's versions

    def to_json(self) -> list[str | int]:
        """For a snapshot."""
        return [self.session, self.source, self.version, self.ahead]

    @classmethod
    def from_json(cls, saved: object) -> Origin:
        """The counterpart of `to_json`; what is not one is an origin that nobody knows yet."""
        match saved:
            case [str(session), str(source), int(version), int(ahead)]:
                return cls(session, source, version, ahead)
        return cls()

    def keep(self, sdp: str) -> str:
        """The engine's description as the next one of this dialog; without an `o=` line as it is."""
        found = LINE.search(sdp)
        if found is None:
            return sdp
        user, source, version = found[1], found[2], int(found[3])
        if self.session and source != self.source:
            self.ahead = self.version + 1 - version
        self.session, self.source = self.session or source, source
        self.version = version + self.ahead
        return f"{sdp[: found.start()]}o={user} {self.session} {self.version} {sdp[found.end() :]}"

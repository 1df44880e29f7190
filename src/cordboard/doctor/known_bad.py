"""Versions of other programs with which something is known to go wrong; docs/doctor.md lists them.

A distribution may have mended a fault without changing the version: a finding is no more than a warning. Browsers
and rtpengine do not tell the doctor their versions; they are here to be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KnownBad:
    """Versions from `since` on and before `until` (() has no end), with what is wrong and what to do."""

    program: str
    since: Version
    until: Version
    what: str
    mend: str

    def has(self, version: Version) -> bool:
        return self.since <= version and (not self.until or version < self.until)

    @property
    def range(self) -> str:
        until = ".".join(map(str, self.until))
        since = ".".join(map(str, self.since))
        return f"{since or 'all'} to before {until}" if since and until else f"before {until}" if until else since


_LANGUAGE = "does not know all of the language that the pages are written in (ECMAScript 2022)"
_NOTIFY = (
    "can be kept from all SIP by one NOTIFY about voicemail (CVE-2026-57191); packages of distributions may have the"
    " correction"
)
KNOWN_BAD = (
    KnownBad(
        "Coturn",
        (),
        (4, 5, 2),
        "lets its users send to services of its own machine by the peer 0.0.0.0 (CVE-2020-26262)",
        "Install 4.9.0 or later; until then deny 0.0.0.0/8 and ::/128 as peers.",
    ),
    KnownBad(
        "Coturn",
        (4, 5, 2),
        (4, 9, 0),
        "takes IPv4-mapped IPv6 addresses for peers that are not denied (CVE-2026-27624)",
        "Install 4.9.0 or later, or a package of the distribution that has the correction; deny ::ffff:0.0.0.0/96.",
    ),
    KnownBad(
        "rtpengine",
        (),
        (10, 6),
        "can be kept from setting up calls by forged DTLS ClientHello packets",
        "Install 13.4.1.1 or later, or a package of the distribution that has the correction.",
    ),
    KnownBad(
        "rtpengine",
        (10, 6),
        (13, 4, 1, 1),
        "can be made to take and send sound of strangers while it learns a call's addresses (RTP inject, RTP bleed);"
        " 11.5.1.41 and later of that branch, and packages of distributions, may have the correction",
        "Install 13.4.1.1 or later.",
    ),
    KnownBad(
        "Asterisk",
        (),
        (18,),
        "has no translation between Opus and G.711 in Debian's packages, and gets no corrections any more",
        "Install Asterisk 22, or allow ulaw and alaw alone for browsers.",
    ),
    KnownBad(
        "Asterisk",
        (18,),
        (20,),
        "gets no corrections of security faults any more",
        "Install Asterisk 20 or 22.",
    ),
    KnownBad("Asterisk", (20,), (20, 21), _NOTIFY, "Install Asterisk 20.21, or 22.10.1 or later."),
    KnownBad("Asterisk", (21,), (22, 10, 1), _NOTIFY, "Install Asterisk 22.10.1 or later."),
    KnownBad("Chrome and Edge", (), (94,), _LANGUAGE, "Update agents' browsers."),
    KnownBad("Firefox", (), (93,), _LANGUAGE, "Update agents' browsers."),
    KnownBad("Safari", (), (16, 4), _LANGUAGE, "Update agents' browsers; only Chromium and Firefox are tested."),
)
_NAMED = re.compile(r"(coturn|asterisk(?: pbx)?|rtpengine|nginx)[-/ ]v?([0-9]+(?:\.[0-9]+)*)", re.IGNORECASE)
_NAMES = {
    "coturn": "Coturn",
    "asterisk": "Asterisk",
    "asterisk pbx": "Asterisk",
    "rtpengine": "rtpengine",
    "nginx": "nginx",
}


def program_in(banner: str) -> tuple[str, Version] | None:
    """Name and version in what a program says of itself: SOFTWARE, Server or User-Agent; None where none is known."""
    found = _NAMED.search(banner)
    if found is None:
        return None
    return _NAMES[found[1].lower()], tuple(int(each) for each in found[2].split(".")[:4])


def known_of(program: str, version: Version) -> list[KnownBad]:
    """What is known against it."""
    return [each for each in KNOWN_BAD if each.program == program and each.has(version)]

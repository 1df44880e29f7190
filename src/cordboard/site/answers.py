"""What an administrator decides about a new site, and what is made by chance for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DIRECTORY = "/etc/cordboard"


@dataclass(frozen=True, slots=True)
class Answers:
    """Texts as written in the settings; "" where there is none.

    `listen` is this machine's IP address with the port for SIP Server, `media_address` the IP address at which browsers
    and SIP Server reach it. The doctor's two DNs are among the `agents`.
    """

    sip_server: str
    gws: str
    public_name: str
    listen: str
    media_address: str
    agents: tuple[str, ...]
    sip_server_backup: str = ""
    certificate: str = ""
    certificate_key: str = ""
    acme: bool = False
    acme_contact: str = ""
    turn: bool = True
    probe_dn: str = ""
    answering_dn: str = ""
    directory: str = DIRECTORY


@dataclass(frozen=True, slots=True)
class Chance:
    """The secrets of a new site; `sip_server_passwords` by DN, where SIP Server asks for them."""

    token: str = field(repr=False)
    turn: str = field(repr=False)
    admin_hash: str = field(repr=False)
    sip_server_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

"""All checks, once, in the order in which they are told: from this machine outwards, the call at last."""

from __future__ import annotations

from cordboard.doctor.check import Check
from cordboard.doctor.checks import call, gws, gws_account, machine, media, peers, secure, sip, turn, web, workspace

GROUPS = {
    "machine": "This machine",
    "web": "Desk, WebSocket and browsers",
    "sip": "SIP Server",
    "gws": "GWS and Workspace",
    "media": "Sound",
    "turn": "STUN and TURN",
    "peers": "Programs around",
    "call": "A call",
}
CHECKS: tuple[Check, ...] = (
    *machine.CHECKS,
    *web.CHECKS,
    *(each for each in secure.CHECKS if each.group == "web"),
    *(each for each in secure.CHECKS if each.group == "sip"),
    *sip.CHECKS,
    *gws.CHECKS,
    *gws_account.CHECKS,
    *workspace.CHECKS,
    *media.CHECKS,
    *turn.CHECKS,
    *peers.CHECKS,
    *call.CHECKS,
)


def check_of(id: str) -> Check | None:
    """The check of that id."""
    return next((each for each in CHECKS if each.id == id), None)

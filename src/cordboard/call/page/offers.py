"""Offers after the first: what the page's mean, and when it gets one of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cordboard.call.events import Update
from cordboard.call.leg import Purpose
from cordboard.call.media import MediaMoved
from cordboard.call.outputs import LegOutput, description
from cordboard.sdp.errors import SdpError
from cordboard.sdp.webrtc import WebRtcRemote, read_webrtc
from cordboard.sip import events as sip
from cordboard.sip.message import Request, Response

if TYPE_CHECKING:
    from cordboard.call.page.leg import PageLeg

UFRAG = re.compile(rb"^a=ice-ufrag:\s*([A-Za-z0-9+/]{4,256})\s*$", re.MULTILINE)  # RFC 8839 section 5.4
FLOW_LOST = 503  # without a response: the connection is closed, the request went with it


def note_description(leg: PageLeg, message: Request | Response) -> None:
    """Remember what an ICE restart is recognised by."""
    if found := UFRAG.search(message.body):
        leg.ufrag = found[1].decode()


def reoffered(leg: PageLeg, request: Request) -> list[LegOutput]:
    """A page without GWS holds by itself; its ICE and DTLS stay, SIP Server gets a hold.

    An offer that restarts ICE (RFC 8839 section 4.4.1.1.1) is about the page's network: it retrieves no call.
    """
    remote = _page_description(request)
    if remote is None:
        return []
    before = leg.ufrag
    note_description(leg, request)
    restarted = before not in ("", leg.ufrag)
    held = remote.direction in ("sendonly", "inactive")
    if held == leg.held or (restarted and not held):
        return []
    leg.held = held
    return [Update(held=held)]


def _page_description(message: Request | Response) -> WebRtcRemote | None:
    """What the page describes, None if nothing or nothing usable."""
    if not message.body:
        return None
    try:
        return read_webrtc(description(message))
    except SdpError:
        return None


# --- codec or media lines changed


def reoffer(leg: PageLeg) -> list[LegOutput]:
    """Offer anew, with the same ICE and DTLS; one at a time, and when the page's connection is there."""
    leg.reoffer_due = leg.reinviting or leg.waits_for_page
    if leg.reoffer_due:
        return []
    leg.reinviting = True
    return [leg.make_offer(Purpose.REINVITE)]


def reoffer_if_due(leg: PageLeg) -> list[LegOutput]:
    return reoffer(leg) if leg.reoffer_due else []


def changed_before_the_200(leg: PageLeg, event: Update) -> list[LegOutput]:
    """SIP Server's early answer has changed what the page is to be told in ours."""
    return leg.answer_anew() if event.media_changed and leg.settled else []


def reoffer_accepted(leg: PageLeg, event: sip.Accepted, now: float) -> list[LegOutput]:
    leg.reinviting = False
    note_description(leg, event.response)
    return [*leg.take_answer(description(event.response)), *reoffer_if_due(leg)]


def reoffer_refused(leg: PageLeg, event: sip.ReinviteRejected, now: float) -> list[LegOutput]:
    """Unless it was lost, the media goes on as it was; where that is gone, the call is over."""
    leg.reinviting, stale, leg.stale = False, leg.stale, max(0, leg.stale - 1)
    if leg.misplaced and not stale and (event.response is not None or event.status != FLOW_LOST):
        return leg.lose_peer(f"the page answered {event.status}")
    leg.reoffer_due = leg.reoffer_due or event.response is None
    return [] if event.response is None else reoffer_if_due(leg)


# --- the media is carried on elsewhere


def moved_while_ringing(leg: PageLeg, event: MediaMoved, now: float) -> list[LegOutput]:
    """The page rings on; once it has answered it is offered the new place."""
    leg.lose_place(1)
    leg.reoffer_due = True
    return []


def moved_in_call(leg: PageLeg, event: MediaMoved, now: float) -> list[LegOutput]:
    """An offer of ours that is out comes first."""
    leg.lose_place(int(leg.reinviting and not leg.wants(Purpose.REINVITE)))
    again = leg.ask_again()
    return again if leg.wants(Purpose.REINVITE) else [*again, *reoffer(leg)]

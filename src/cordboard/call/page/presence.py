"""A page that goes away, and the page that takes its call up.

Theory of operation. While a call rings, the page has `presence` seconds to come back; it then rings anew.

An established call does not end because a WebSocket did. Signalling and media go separate ways, so the first question
is whether the page is still heard (`LISTEN_PAGE`): while it is, the call goes on as it is, and the dialog moves to the
page's next connection. A page that is neither connected nor heard is gone (loaded again, crashed, its machine off):
after `hold_treatment` seconds SIP Server is asked to hold, so that the customer hears its treatment, and whichever page
of the DN comes, under whatever name, is called anew with `X-Cordboard-Call: resumed`. The engine forgets the old page's
ICE and DTLS; the trunk's side knows nothing of it all. Once the new page has answered, the trunk is retrieved, unless
the agent had held the call: then the page is told so.

Without a page for `without_page` seconds the call ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordboard.call.events import Disconnect, Fail, Header, Info, Update
from cordboard.call.leg import LegState, Purpose
from cordboard.call.media import MediaReply, MediaRequest, Verb
from cordboard.call.outputs import LegOutput, description, words
from cordboard.call.page.offers import FLOW_LOST, note_description, reoffer_if_due
from cordboard.genesys import dialect
from cordboard.sip import events as sip

if TYPE_CHECKING:
    from cordboard.call.page.leg import PageLeg

HEARD = 0.5  # seconds: a page that was heard within them is there
LISTEN_EVERY = 1.0  # seconds
RESUMED = ("X-Cordboard-Call", "resumed")
SECONDS = "X-Cordboard-Seconds"  # how long the resumed call has lasted
GONE: tuple[Header, ...] = (("Reason", 'SIP;cause=480;text="The page is gone"'),)
LOST = (408, FLOW_LOST)  # without a response: nobody answered, or the connection is closed
DECLINED = (486, 603)


@dataclass(frozen=True, slots=True)
class PageGone:
    """The page's WebSocket is closed."""


@dataclass(frozen=True, slots=True)
class PageBack:
    """The DN has a page: on this flow, at this URI; `same` if it is the call's own page on a new connection."""

    flow: sip.Flow
    target: str
    same: bool
    identity: str = ""


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What a call is told about the site. Times in seconds, `hold_treatment` 0 for never; statuses are SIP statuses."""

    page_return: float = 2.0
    hold_treatment: float = 1.0
    without_page: float = 60.0
    no_page_status: int = 480
    reject_status: int = 486


# --- while it rings


def gone(leg: PageLeg, event: PageGone, now: float) -> list[LegOutput]:
    """What is to be said meanwhile waits too."""
    leg.gone_at, leg.deadline, leg.early = now, now + leg.settings.page_return, False
    return []


def rings_anew(leg: PageLeg, event: PageBack, now: float) -> list[LegOutput]:
    """Ring again: the old INVITE is lost with its connection.

    It may have been answered at that moment: what the page began by that answer is not what it answers now.
    """
    old = leg.session
    _take_page(leg, event)
    leg.early, leg.state = False, LegState.PREPARING
    return [leg.send(sip.Hangup(old)), MediaRequest(Verb.RENEW_PAGE), leg.make_offer(Purpose.INVITE)]


def found(leg: PageLeg, event: PageBack, now: float) -> list[LegOutput]:
    """The page came back before it was called."""
    _note_page(leg, event)
    return []


def not_back(leg: PageLeg, event: sip.Tick, now: float) -> list[LegOutput]:
    if leg.deadline is None or now < leg.deadline:
        return []
    called = leg.state in (LegState.PREPARING, LegState.CALLING)
    ended = Disconnect("the page is gone", GONE)
    return [*leg.hang_up(ended), Fail(leg.settings.no_page_status) if called else ended]


# --- in a call


def gone_in_call(leg: PageLeg, event: PageGone, now: float) -> list[LegOutput]:
    """The call's page, or the one that was to take the call up, has lost its connection."""
    leg.candidate = None
    if leg.gone_at is None:
        leg.gone_at, leg.deadline, leg.early = now, now + LISTEN_EVERY, False
    return []


def still_gone(leg: PageLeg, event: sip.Tick, now: float) -> list[LegOutput]:
    """Time to listen whether the page is there all the same, or to give it up."""
    if leg.deadline is None or leg.gone_at is None or now < leg.deadline:
        return []
    if now >= leg.gone_at + leg.settings.without_page:
        return not_back(leg, event, now)
    leg.deadline = now + LISTEN_EVERY
    return [MediaRequest(Verb.LISTEN_PAGE)]


def listened(leg: PageLeg, reply: MediaReply, now: float) -> list[LegOutput]:
    """The engine has told how long the page has been silent."""
    if leg.gone_at is None:
        return []
    if not reply.status and reply.silent < HEARD:
        leg.gone_at = now - reply.silent
        leg.deadline = leg.gone_at + (HEARD if leg.candidate else LISTEN_EVERY)
        return []
    if leg.candidate is not None:
        return resume(leg, leg.candidate, now)
    return _treat(leg, leg.gone_at, now)


def _treat(leg: PageLeg, gone_at: float, now: float) -> list[LegOutput]:
    """Nobody speaks for the agent: the customer gets SIP Server's treatment."""
    settings = leg.settings
    give_up = gone_at + settings.without_page
    if leg.parked or leg.held or not settings.hold_treatment:
        leg.deadline = give_up
        return [Update(held=True, unattended=True)] if leg.parked or leg.held else []
    if now < gone_at + settings.hold_treatment:
        leg.deadline = min(gone_at + settings.hold_treatment, give_up)
        return []
    leg.parked, leg.deadline = True, give_up
    return [Update(held=True, unattended=True)]


def back_in_call(leg: PageLeg, event: PageBack, now: float) -> list[LegOutput]:
    """The page itself on a new connection, or another page of the DN while the call has none."""
    if event.same:
        return _returned(leg, event)
    if leg.gone_at is None:
        return []
    if leg.parked:
        return resume(leg, event, now)
    leg.candidate = event
    return [MediaRequest(Verb.LISTEN_PAGE)]


def _returned(leg: PageLeg, event: PageBack) -> list[LegOutput]:
    _note_page(leg, event)
    leg.early = True
    return [leg.send(sip.MoveSession(leg.session, event.flow)), *_retrieve(leg), *leg.say_all(), *reoffer_if_due(leg)]


def _retrieve(leg: PageLeg) -> list[LegOutput]:
    """Open what we held ourselves; a call that the agent holds has a page again."""
    leg.parked = False
    return [Update(held=leg.held)]


def moved(leg: PageLeg, event: PageBack, now: float) -> list[LegOutput]:
    """The page that calls came back; another page knows nothing of its call."""
    if not event.same:
        return []
    _note_page(leg, event)
    return [leg.send(sip.MoveSession(leg.session, event.flow))]


# --- another page takes the call up


def resume(leg: PageLeg, event: PageBack, now: float) -> list[LegOutput]:
    """Call the new page; the old one's dialog and media are forgotten."""
    old = leg.session
    _take_page(leg, event)
    leg.early, leg.settled, leg.state = False, False, LegState.RESUMING
    leg.deadline = now + leg.settings.without_page
    leg.lasted = int(now - (now if leg.connected_at is None else leg.connected_at))
    leg.unsaid.clear()
    return [leg.send(sip.Hangup(old)), MediaRequest(Verb.RENEW_PAGE), leg.make_offer(Purpose.INVITE)]


def called_anew(leg: PageLeg, now: float) -> list[LegOutput]:
    """The call's own page in another dialog, with media that begins anew on both ends."""
    return resume(leg, PageBack(leg.flow, leg.target, same=False), now)


def resuming_headers(leg: PageLeg) -> tuple[Header, ...]:
    """The INVITE's: what the page was told of the call, as it is now."""
    dropped = (dialect.CALL_UUID.lower(), "p-asserted-identity" if leg.beginning.agent_first else "")
    kept = tuple(each for each in leg.beginning.headers if each[0].lower() not in dropped)
    named = ((dialect.CALL_UUID, leg.call_uuid),) if leg.call_uuid else ()
    return (*named, *kept, RESUMED, (SECONDS, str(leg.lasted)))


def offer_made(leg: PageLeg, reply: MediaReply, now: float) -> list[LegOutput]:
    """The INVITE goes out, unless the new page went meanwhile; without an offer the call cannot go on."""
    outputs = leg.replied(reply)
    return [Disconnect(reply.why) if isinstance(each, Fail) else each for each in outputs]


def gone_again(leg: PageLeg, event: PageGone, now: float) -> list[LegOutput]:
    """The offer for it is still being made."""
    leg.gone_at, leg.deadline = now, now + LISTEN_EVERY
    return []


def gone_before_it_answered(leg: PageLeg, event: PageGone, now: float) -> list[LegOutput]:
    return [leg.send(sip.Hangup(leg.session)), *_wait_on(leg, now)]


def refused(leg: PageLeg, event: sip.Rejected, now: float) -> list[LegOutput]:
    """The agent's refusal ends the call; whatever else keeps this page from it, the next one may take it."""
    if event.status in DECLINED:
        leg.state = LegState.ENDED
        return [Disconnect("the agent ended the call")]
    return _wait_on(leg, now)


def _wait_on(leg: PageLeg, now: float) -> list[LegOutput]:
    leg.state = LegState.CONNECTED
    leg.gone_at, leg.deadline = now, now + LISTEN_EVERY
    return []


def resumed(leg: PageLeg, event: sip.Accepted, now: float) -> list[LegOutput]:
    """The new page has the call: retrieved, or told that it is held."""
    leg.state, leg.early, leg.deadline = LegState.CONNECTED, True, None
    note_description(leg, event.response)
    told = [*_retrieve(leg), *(leg.say(words(do="hold")) if leg.held else [])]
    return [*leg.take_answer(description(event.response)), *told, *leg.say_all(), *reoffer_if_due(leg)]


def noted(leg: PageLeg, event: Update) -> list[LegOutput]:
    """The page that is to take the call up learns of it when it has."""
    if event.media_changed:
        leg.reoffer_due = True
        return []
    if event.held is None:
        return leg.updated(event)
    leg.held, leg.parked = event.held, False
    return []


# --- words that were on their way


def replied(leg: PageLeg, event: sip.Replied, now: float) -> list[LegOutput]:
    """What was said into a closed connection is said again on the next one."""
    said: Info | None = leg.said.pop(event.key, None)
    if said is not None and event.response is None and event.status in LOST:
        leg.unsaid.append(said)
    return []


# --- inside


def _note_page(leg: PageLeg, event: PageBack) -> None:
    leg.flow, leg.target, leg.identity = event.flow, event.target, event.identity or leg.identity
    leg.gone_at = leg.deadline = leg.candidate = None


def _take_page(leg: PageLeg, event: PageBack) -> None:
    """A new dialog needs a new name."""
    _note_page(leg, event)
    leg.forget_peer()
    leg.reinviting = leg.reoffer_due = False
    leg.attempt += 1
    leg.session = f"{leg.session.split('#', 1)[0]}#{leg.attempt}"

"""One call between a customer, SIP Server, the gateway and a page, over a link that loses, repeats and reorders.

The link is UDP between SIP Server and gateway; the page's WebSocket and the customer's line are sound. Everything that
happens is drawn from one seed, so a call that leaks is the same call again when its seed is given again.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from cordboard.call.call import CallInput, FromSip
from cordboard.call.leg import LegState
from cordboard.call.media import Side, Verb
from cordboard.call.trunk.settings import TrunkSettings
from cordboard.genesys import dialect
from cordboard.lab import telephony as cti
from cordboard.lab.media_server_port import CloseMedia, OpenMedia
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.sip import events as sip
from cordboard.sip.session.timer import SessionTimer
from kit.gateway_stack import GatewayStack
from kit.lossy_draw import Draw
from kit.mangling import mangled
from kit.sip_server_stack import TRUNK, SipServerStack, lab_settings
from kit.tempered_phone import ON_HOLD, SDP, TemperedPhone

SERVER = ("127.0.0.81", 5060)
GATEWAY = ("127.0.0.9", 5060)
DN, NUMBER, ANOTHER = "5001", "+15550123", "+15550199"
MUCH = 40  # messages that one event may make
ROUNDS = 10


@dataclass(slots=True)
class LossyLink:
    """Shares of 1 and seconds."""

    random: Random
    loss: float = 0.1
    duplication: float = 0.1
    reordering: float = 0.1
    delay: float = 0.02
    late: float = 0.8  # the most by which a message that is overtaken comes later
    corruption: float = 0.0

    def arrivals(self) -> list[float]:
        """After how many seconds each copy arrives."""
        copies = (self.random.random() >= self.loss) + (self.random.random() < self.duplication)
        return [self._one() for _ in range(copies)]

    def carried(self, data: bytes) -> bytes:
        """The message as it arrives."""
        return mangled(data, self.random) if self.random.random() < self.corruption else data

    def _one(self) -> float:
        overtaken = self.random.random() < self.reordering
        return self.delay * (0.5 + self.random.random()) + (self.random.random() * self.late if overtaken else 0.0)


class LossyServer(SipServerStack):
    """Knows which sessions of its media server are open."""

    def __init__(self, settings: SipServerSettings) -> None:
        super().__init__(settings)
        self.media: set[str] = set()

    def _media(self, request: Any, now: float) -> None:
        if isinstance(request, OpenMedia):
            self.media.add(request.session)
        elif isinstance(request, CloseMedia):
            self.media.discard(request.session)
        super()._media(request, now)


class LossyGateway(GatewayStack):
    """Has room for one call; to another INVITE, a consult call for instance, it is busy."""

    def __init__(self, refer: bool) -> None:
        trunk = TrunkSettings(accepts_refer=refer, reliable_provisional=True)
        super().__init__(trunk_settings=trunk, session_timer=SessionTimer())

    @property
    def begun(self) -> bool:
        return LegState.IDLE not in (self.call.page.state, self.call.trunk.state) or self.call.dialing is not None

    def feed(self, input: CallInput, now: float) -> None:
        event = input.event if isinstance(input, FromSip) else None
        if self.begun and isinstance(event, sip.Invited) and not event.replaces:
            self._core(Side.TRUNK, sip.Reject(event.session, 486), now)
            return
        super().feed(input, now)


class LossyCall:
    """Everything about one call; `run` plays it to its end and `leaks` tells what is left."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.now = 1000.0
        self.log: list[str] = []
        self.link = LossyLink(self.random)
        self.drawn = Draw.draw(self.random)
        self.gateway = LossyGateway(self.drawn.refer)
        self.server = self._server()
        page = sip.Flow("WS", "page", ("127.0.0.1", 8088), "1")
        line = sip.Flow("UDP", "line", SERVER)
        contact = f"<sip:{NUMBER}@{TRUNK[0]}:{TRUNK[1]}>"
        self.page = TemperedPhone(self, "page", page, "<sip:p@page.invalid>", self.drawn.page)
        self.customer = TemperedPhone(self, "customer", line, contact, self.drawn.customer, room=3)
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._round = 0

    def _server(self) -> LossyServer:
        truth = {True: "true", False: "false"}
        annex = {dialect.REFER_ENABLED: truth[self.drawn.refer], dialect.DUAL_DIALOG_ENABLED: truth[self.drawn.dual]}
        server = LossyServer(lab_settings(address=SERVER, dns=(DnSettings(DN, annex=annex),)))
        server.addresses = {GATEWAY: "gateway", TRUNK: "customer"}
        server.register(DN, "gateway", self.now)
        server.feed(cti.AgentLogin(DN, f"agent{DN}"), self.now)
        server.feed(cti.AgentSetReady(DN), self.now)
        server.sent.clear()
        return server

    # --- time and messages ---

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (self.now + seconds, next(self._order), action))

    def run(self) -> None:
        self.later(0.0, self._begin)
        for after, what in self.drawn.happens:
            self.later(after, lambda what=what: self._happen(what))
        self.later(self.drawn.ends_after, self._end)
        self.pass_time(self.drawn.ends_after + 900.0)

    def pass_time(self, seconds: float) -> None:
        until = self.now + seconds
        while (time := self._next()) is not None and time <= until:
            self.now = max(self.now, time)
            while self._coming and self._coming[0][0] <= self.now:
                heapq.heappop(self._coming)[2]()
                self._carry()
            self._wake()
            self._carry()
        self.now = until

    def _next(self) -> float | None:
        times = [self.gateway.deadline, self.server.deadline, self.page.core.deadline, self.customer.core.deadline]
        if self._coming:
            times.append(self._coming[0][0])
        return min((time for time in times if time is not None), default=None)

    def _wake(self) -> None:
        for stack in (self.gateway, self.server):
            if stack.deadline is not None and stack.deadline <= self.now:
                stack.pass_time(self.now)
                assert stack.deadline is None or stack.deadline > self.now, "a deadline in the past"
        for phone in (self.page, self.customer):
            if phone.core.deadline is not None and phone.core.deadline <= self.now:
                phone.do(sip.Tick())

    def _carry(self) -> None:
        """Put on their way what everybody has said."""
        for peer, data in _drain(self.gateway.sent):
            if peer == "page":
                self._surely("gateway", data, lambda data: self.page.do(sip.Received(self.page.flow, data)))
            else:
                self._over_the_link("gateway", data, lambda data: self.server.receive("gateway", data, self.now))
        for peer, data in _drain(self.server.sent):
            if peer == "gateway":
                self._over_the_link("server", data, lambda data: self.gateway.receive("trunk", data, self.now))
            elif peer == "customer":
                self._surely("server", data, lambda data: self.customer.do(sip.Received(self.customer.flow, data)))
            elif peer == "cti":
                self._say(f"cti        {data.decode()[:80]}")
        for data in _drain(self.page.sent):
            self._surely("page", data, lambda data: self.gateway.receive("page", data, self.now))
        for data in _drain(self.customer.sent):
            self._surely("customer", data, lambda data: self.server.receive("customer", data, self.now))

    def _over_the_link(self, sender: str, data: bytes, deliver: Callable[[bytes], None]) -> None:
        arrivals = self.link.arrivals()
        self._note(sender, data, "lost" if not arrivals else f"x{len(arrivals)}" if len(arrivals) > 1 else "")
        for after in arrivals:
            arriving = self.link.carried(data)
            if arriving != data:
                self._note("link", arriving, "mangled")
            self.later(after, lambda arriving=arriving: deliver(arriving))

    def _surely(self, sender: str, data: bytes, deliver: Callable[[bytes], None]) -> None:
        self._note(sender, data, "")
        self.later(0.005, lambda: deliver(data))

    def _note(self, sender: str, data: bytes, fate: str) -> None:
        head = data.split(b"\r\n\r\n")[0].decode(errors="replace").split("\r\n")
        cseq = next((line for line in head if line.startswith("CSeq")), "")
        self._say(f"{sender:10} {head[0][:60]}  {cseq} {fate}")

    def _say(self, text: str) -> None:
        self.log.append(f"{self.now:9.3f} {text}")

    # --- what happens ---

    def _begin(self) -> None:
        own = f"<sip:{NUMBER}@{TRUNK[0]}:{TRUNK[1]}>"
        match self.drawn.begins:
            case "outbound":
                uri = f"sip:{NUMBER}@gateway.invalid"
                self.page.call(uri, f"<{uri}>", f"<sip:{DN}@gateway.invalid>")
            case "make call":
                self.server.feed(cti.MakeCall(DN, NUMBER), self.now)
            case _:
                uri = f"sip:{DN if self.drawn.begins == 'inbound' else '8000'}@{SERVER[0]}:{SERVER[1]}"
                self.customer.call(uri, f"<{uri}>", own)

    def _happen(self, what: str) -> None:
        self._say(what)
        match what:
            case "page holds" | "page retrieves":
                self.page.hold(ON_HOLD if what == "page holds" else SDP)
            case "customer holds":
                self.customer.hold(ON_HOLD)
            case "page answers":
                self.page.answer()
            case _:
                self._ask(what)

    def _ask(self, what: str) -> None:
        """Something that GWS asks of SIP Server about the DN's call."""
        views = self.server.switch.views(DN)
        if not views:
            return
        call = views[-1].call_uuid
        requests: dict[str, cti.TelephonyRequest] = {
            "answer": cti.AnswerCall(DN, call),
            "hold": cti.HoldCall(DN, call),
            "retrieve": cti.RetrieveCall(DN, call),
            "digit": cti.SendDtmf(DN, call, "5"),
            "release": cti.ReleaseCall(DN, call),
            "transfer at once": cti.SingleStepTransfer(DN, call, ANOTHER),
            "conference at once": cti.SingleStepConference(DN, call, ANOTHER),
            "consult": cti.InitiateTransfer(DN, call, ANOTHER),
            "complete": cti.CompleteTransfer(DN, call),
            "reconnect": cti.ReconnectCall(DN, call),
            "record": cti.RecordCall(DN, call, cti.RecordingAction.START),
        }
        self.server.feed(requests[what], self.now)

    def _end(self) -> None:
        """One who knows of the call ends it, the others have to notice. What SIP Server still has gets another end."""
        self._round += 1
        if self._round > ROUNDS:
            return
        for ender in self.drawn.enders:
            phone = {"customer": self.customer, "page": self.page}.get(ender)
            known = bool(phone.calls) if phone else bool(self.server.switch.views(DN))
            if known and (self._round == 1 or (self.server.switch.calls and phone)):
                self._say(f"{ender} ends the call")
                phone.hang_up() if phone else self._ask("release")
                self.server.feed(cti.AgentSetNotReady(DN), self.now)  # a refused call is not offered for ever
                break
        self.later(45.0, self._end)

    # --- the end ---

    def everybody_ends(self) -> None:
        """All sides end what they have, after which nothing may be left whatever went wrong before."""
        self.link.corruption = 0.0
        for phone in (self.page, self.customer):
            phone.end_all()
        self._carry()
        if self.gateway.begun:
            self.gateway.end(self.now)
        self._carry()
        for view in self.server.switch.views(DN):
            self.server.feed(cti.ReleaseCall(DN, view.call_uuid), self.now)
        self._carry()
        self.pass_time(400.0)

    def leaks(self) -> list[str]:
        """What is left of the call, in words."""
        gateway, switch, core = self.gateway, self.server.switch, self.server.stack.core
        verbs = [request.verb for request in gateway.engine.requests]
        left = {
            "the gateway's call": gateway.begun and not gateway.call.over,
            "media at the gateway": bool(verbs) and verbs[-1] is not Verb.CLOSE,
            "a timer at the gateway": gateway.deadline is not None,
            "a call at SIP Server": bool(switch.calls),
            "a session at SIP Server": core.sessions > 0,
            "a transaction at SIP Server": core.transactions > 0,
            "a SIP timer at SIP Server": core.deadline is not None,
            "media at SIP Server": bool(self.server.media),
            "a broken call at SIP Server": bool(self.server.broken),
            "a session of the page": not self.page.is_idle,
            "a session of the customer": not self.customer.is_idle,
        }
        for side, each in gateway.cores.items():
            left[f"a session of the gateway's core, {side}"] = each.sessions > 0
            left[f"a transaction of the gateway's core, {side}"] = each.transactions > 0
        return [what for what, is_left in left.items() if is_left]


def _drain(queue: list[Any]) -> list[Any]:
    """What is to be carried; one event never makes a flood."""
    taken = list(queue)
    assert len(taken) < MUCH
    queue.clear()
    return taken

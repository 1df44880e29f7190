"""An internal call between two agents of one gateway, through the SIP Server look-alike, in virtual time.

Both pages, CTI and the media engine want something at random times, so that re-INVITEs cross in each of the four
dialogs. Nothing is lost; every message takes its time. Everything is drawn from one seed.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from cordboard.call.leg import LegState
from cordboard.call.media import MediaReply, Side, Verb
from cordboard.lab import telephony as cti
from cordboard.lab.sip_server.calls.leg import Phone
from cordboard.lab.sip_server.calls.vocabulary import LAB_RECORDING, Job, JobKind
from cordboard.lab.sip_server.settings import DnSettings
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from cordboard.sip.message import Request, Response, parse_message
from kit.counted import CountedIdentifiers
from kit.gateway_stack import GatewayStack
from kit.page_ladders import PAGE_DESCRIPTION
from kit.sip_server_stack import SERVER, SipServerStack, lab_settings
from kit.tempered_phone import Temper, TemperedPhone

ADDRESSES = (("127.0.0.9", 5060), ("127.0.0.10", 5060))
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
DESCRIPTIONS = (Verb.TAKE_TRUNK_OFFER, Verb.TAKE_PAGE_OFFER)
WANTS = (
    "page holds",
    "page retrieves",
    "page offers",
    "media changed",
    "hold",
    "retrieve",
    "refresh",
    "fresh offer",
    "record",
)
MOVES = "media moves"
LASTS = 6.0  # seconds in which something is wanted
RESTS = 120.0


class OfferingPage(TemperedPhone):
    """A page as JsSIP makes it: one exchange at a time, 491 to what crosses its own offer."""

    def __init__(self, world: Any, dn: str) -> None:
        flow = sip.Flow("WS", "page", ("127.0.0.1", 8088), "1")
        super().__init__(world, f"page-{dn}", flow, "<sip:p@page.invalid>", Temper(0.0, 0.1))
        self.name = f"page-{dn}"
        self.holds = False

    def receive(self, _: str, data: bytes, now: float) -> None:
        self.do(sip.Received(self.flow, data))

    def hold(self, holds: bool) -> None:  # type: ignore[override]
        if holds != self.holds:
            self.holds = holds
            self.offer()

    def offer(self) -> None:
        direction = "sendonly" if self.holds else "sendrecv"
        for session, answered in self.calls.items():
            if answered:
                self.do(sip.Reinvite(session, PAGE_DESCRIPTION.replace("a=sendrecv", f"a={direction}")))

    def _told(self, body: bytes) -> None:
        """As the softphone does: what the gateway opened, the page opens too."""
        if json.loads(body) == {"do": "retrieve"}:
            self.hold(False)
        super()._told(body)


@dataclass(slots=True)
class Agent:
    """One DN: its page, and its half of the gateway."""

    dn: str
    page: OfferingPage
    gateway: GatewayStack


class CrossingCall:
    """`run` plays it until everything has had time to come to rest; `unrest` tells what has not."""

    def __init__(self, seed: int, wants: tuple[str, ...] = WANTS) -> None:
        self.random = Random(seed)
        self.wants = wants
        self.now = 1000.0
        self.log: list[str] = []
        self.unanswered: set[tuple[str, str]] = set()
        self._answered: set[tuple[str, str]] = set()
        self._order = itertools.count()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._arrived: dict[tuple[str, str], float] = {}
        self.described: dict[tuple[str, str], str] = {}  # by whom to whom: the last description
        annex = {LAB_RECORDING: "true"}
        self.server = SipServerStack(lab_settings(dns=tuple(DnSettings(dn, annex=annex) for dn in ("5001", "5002"))))
        self.agents = [self._agent(dn, number) for number, dn in enumerate(("5001", "5002"))]
        for agent, address in zip(self.agents, ADDRESSES, strict=True):
            self.server.addresses[address] = agent.dn
        for agent in self.agents:
            self.server.register(agent.dn, agent.dn, self.now)

    def _agent(self, dn: str, number: int) -> Agent:
        gateway = GatewayStack()
        host = f"{ADDRESSES[number][0]}:{ADDRESSES[number][1]}"
        gateway.cores[Side.TRUNK] = UserAgentCore(CountedIdentifiers(f"{dn}-trunk-"), via_host=lambda flow: host)
        gateway.cores[Side.PAGE] = UserAgentCore(
            CountedIdentifiers(f"{dn}-page-"), via_host=lambda flow: "gateway.invalid", yields=True
        )
        trunk = gateway.call.trunk
        trunk.dn, trunk.contact, trunk.domain = dn, f"<sip:{dn}@{host}>", f"{SERVER[0]}:{SERVER[1]}"
        trunk.flow = sip.Flow("UDP", "trunk", SERVER)
        gateway.call.page.dn = dn
        return Agent(dn, OfferingPage(self, dn), gateway)

    # --- time and messages

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (self.now + seconds, next(self._order), action))

    def run(self) -> None:
        self.agents[0].page.call("sip:5002@gateway.invalid", "<sip:5002@gateway.invalid>", "<sip:5001@gateway.invalid>")
        if MOVES in self.wants:  # while the call is being set up, too
            self.later(self.random.random() * 2.0, lambda: self._want(self.random.choice(self.agents), MOVES))
        self.pass_time(2.0)
        for _ in range(self.random.randint(2, 10)):
            what, agent = self.random.choice(self.wants), self.random.choice(self.agents)
            together = self.random.random() < 0.5
            when = self.random.random() * LASTS
            for each in self.agents if together else [agent]:
                self.later(when, lambda each=each, what=what: self._want(each, what))
        self.pass_time(LASTS + RESTS)

    def end(self) -> None:
        self.agents[self.random.randint(0, 1)].page.hang_up()
        self.pass_time(RESTS)

    def pass_time(self, seconds: float) -> None:
        until = self.now + seconds
        self._carry()
        while (time := self._next()) is not None and time <= until:
            self.now = max(self.now, time)
            while self._coming and self._coming[0][0] <= self.now:
                heapq.heappop(self._coming)[2]()
                self._carry()
            for stack in (self.server, *(agent.gateway for agent in self.agents)):
                if stack.deadline is not None and stack.deadline <= self.now:
                    stack.pass_time(self.now)
            for agent in self.agents:
                if agent.page.core.deadline is not None and agent.page.core.deadline <= self.now:
                    agent.page.do(sip.Tick())
            self._carry()
        self.now = until

    def _next(self) -> float | None:
        times = [self.server.deadline, *(agent.gateway.deadline for agent in self.agents)]
        times += [agent.page.core.deadline for agent in self.agents]
        if self._coming:
            times.append(self._coming[0][0])
        return min((time for time in times if time is not None), default=None)

    def _carry(self) -> None:
        """Put on their way what everybody has said."""
        for peer, data in _drain(self.server.sent):
            gateway = next((each.gateway for each in self.agents if each.dn == peer), None)
            if gateway is None:
                self._say(f"{peer:8} {data.decode()[:60]}")
            else:
                self._send("server", peer, data, gateway.receive, "trunk")
        for agent in self.agents:
            for peer, data in _drain(agent.gateway.sent):
                if peer == "page":
                    self._send(agent.dn, agent.page.name, data, agent.page.receive, "gateway")
                else:
                    self._send(agent.dn, "server", data, self.server.receive, agent.dn)
            for data in _drain(agent.page.sent):
                self._send(agent.page.name, agent.dn, data, agent.gateway.receive, "page")

    def _send(self, sender: str, to: str, data: bytes, deliver: Callable[[str, bytes, float], None], peer: str) -> None:
        """In the order in which it was said; UDP on one machine keeps it, too."""
        self._note(sender, to, data)
        before = self._arrived.get((sender, to), 0.0)
        arrives = max(before, self.now + self.random.choice((0.001, 0.02, 0.2)))
        self._arrived[sender, to] = arrives
        self.later(arrives - self.now, lambda: deliver(peer, data, self.now))

    def _note(self, sender: str, to: str, data: bytes) -> None:
        message = parse_message(data)
        first = data.split(b"\r\n")[0].decode()
        cseq = message.headers.get("CSeq") or ""
        directions = [word for word in DIRECTIONS if f"a={word}" in message.body.decode()]
        words = message.body.decode() if message.body.startswith(b"{") else ""
        if message.body.startswith(b"v=0"):
            self.described[sender, to] = message.body.decode()
        self._say(f"{sender:9} > {to:9} {first[:44]:44} {cseq:12} {' '.join(directions)}{words}")
        name = message.headers.get("Call-ID") or "", cseq
        if isinstance(message, Request) and message.method == "INVITE":
            self.unanswered |= {name} - self._answered
        elif isinstance(message, Response) and message.status >= 200:
            self.unanswered.discard(name)
            self._answered.add(name)

    def _say(self, text: str) -> None:
        self.log.append(f"{self.now:9.3f} {text}")

    # --- what happens

    def _want(self, agent: Agent, what: str) -> None:
        self._say(f"{agent.dn}: {what}")
        match what:
            case "page holds" | "page retrieves":
                agent.page.hold(what == "page holds")
            case "page offers":
                agent.page.offer()
            case "media changed":
                agent.gateway.feed(MediaReply(self.random.choice(DESCRIPTIONS), reoffer=True), self.now)
            case "media moves":
                agent.gateway.media_moved(self.now)
            case "refresh" | "fresh offer":
                self._refresh(agent, what == "refresh")
            case _:
                self._ask(agent, what)

    def _refresh(self, agent: Agent, described: bool) -> None:
        """SIP Server's own re-INVITE, with the description that it gave last or without any."""
        for call in self.server.switch.calls.values():
            phone = call.phone_of(agent.dn)
            if phone is not None:
                call.jobs.append(Job(JobKind.SESSION if described else JobKind.REFRESH, phone))
                phone.refresh_at = self.now
        self.server.pass_time(self.now)

    def _ask(self, agent: Agent, what: str) -> None:
        """Something that GWS asks of SIP Server."""
        for view in self.server.switch.views(agent.dn):
            requests: dict[str, cti.TelephonyRequest] = {
                "hold": cti.HoldCall(agent.dn, view.call_uuid),
                "retrieve": cti.RetrieveCall(agent.dn, view.call_uuid),
                "record": cti.RecordCall(agent.dn, view.call_uuid, cti.RecordingAction.START),
            }
            self.server.feed(requests[what], self.now)

    # --- the end

    def unrest(self) -> list[str]:
        """What is still open, or seen differently by two who should agree, in words."""
        left = [f"an INVITE without final response: {' '.join(each)}" for each in sorted(self.unanswered)]
        calls = list(self.server.switch.calls.values())
        left += [f"SIP Server has {len(calls)} calls"] if len(calls) != 1 else []
        left += [f"broken: {each.error!r}" for each in self.server.broken]
        for call in calls:
            left += ["SIP Server's call is busy"] if call.negotiation is not None or call.jobs else []
            left += [what for agent in self.agents for what in _unrest_of(agent, call.phone_of(agent.dn))]
        left += [what for agent in self.agents for what in self._misplaced(agent)]
        return left

    def _misplaced(self, agent: Agent) -> list[str]:
        """Who was not told last where the agent's media is."""
        place = f"m=audio {agent.gateway.engine.port} "
        told = {name: self.described.get((agent.dn, name), "") for name in ("server", agent.page.name)}
        legs = agent.gateway.call.page, agent.gateway.call.trunk
        left = [f"{name} was told of another place of {agent.dn}'s media" for name in told if place not in told[name]]
        return left + [f"{agent.dn}'s {leg.side} leg waits" for leg in legs if leg.misplaced or leg.stale]

    def leaks(self) -> list[str]:
        """What is left of a call that was ended."""
        cores = {"SIP Server": self.server.stack.core}
        for agent in self.agents:
            cores |= {f"{agent.dn} {side}": core for side, core in agent.gateway.cores.items()}
            cores[agent.page.name] = agent.page.core
        left = [name for name, core in cores.items() if core.sessions or core.transactions]
        left += [f"{agent.dn}'s call" for agent in self.agents if not agent.gateway.call.over]
        return left + ["SIP Server's call"] * bool(self.server.switch.calls)


def _unrest_of(agent: Agent, phone: Phone | None) -> list[str]:
    page, trunk = agent.gateway.call.page, agent.gateway.call.trunk
    wrong = {
        "is not in the call": phone is None,
        "is not connected": (page.state, trunk.state) != (LegState.CONNECTED, LegState.CONNECTED),
        "has a re-INVITE under way": page.reinviting or trunk.reinviting or page.reoffer_due,
        "holds for one leg only": page.held != trunk.held,
        "holds otherwise than its media": agent.gateway.engine.held != trunk.held,
        "holds otherwise than SIP Server knows": phone is not None and phone.on_hold != trunk.held,
        "describes itself otherwise than it is": phone is not None
        and ("a=inactive" in phone.description) != trunk.held,
        "is held by its page alone": agent.page.holds and not page.held,
    }
    return [f"{agent.dn} {what}" for what, is_wrong in wrong.items() if is_wrong]


def _drain(queue: list[Any]) -> list[Any]:
    taken = list(queue)
    queue.clear()
    return taken

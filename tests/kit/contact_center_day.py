"""A day of a contact centre in virtual time: SIP Server's look-alike with 20 agents' phones behind one address, and the
customers of a scenario. After every instant it is looked at whether agents, calls and phones agree."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from cordboard.lab import telephony as cti
from cordboard.lab.contact_center.reading import built_in
from cordboard.lab.contact_center.states import State as At
from cordboard.lab.media_server_port import CloseMedia, MediaDigit, MediaOpened, OpenMedia
from cordboard.lab.scenarios.account import Account, account
from cordboard.lab.scenarios.behaviour import StandIn
from cordboard.lab.scenarios.course import CUSTOMER, Course, PhoneConnected, PhoneEnded, TimePassed
from cordboard.lab.scenarios.customer import HangUp, Place, Press
from cordboard.lab.scenarios.scenario import Scenario, plan
from cordboard.lab.sip_server.calls.leg import Broken
from cordboard.lab.sip_server.calls.vocabulary import State as CallState
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.machine import CallExpected
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.lab.sip_server.stack import Stack
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from kit.counted import CountedIdentifiers
from kit.sip_server_stack import GUIDS, RUN, SERVER, WALL_CLOCK, description

DNS = tuple(str(dn) for dn in range(5001, 5021))
GATEWAY = ("127.0.0.70", 5060)
OUTSIDE = ("127.0.0.90", 5060)
TO_SERVER = sip.Flow("UDP", "day", SERVER)


@dataclass
class Phones:
    """All phones at one address. `state` by session: ringing, talking."""

    remote: tuple[str, int]
    core: UserAgentCore = field(init=False)
    state: dict[str, str] = field(default_factory=dict)
    number: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = f"{self.remote[0]}:{self.remote[1]}"
        self.core = UserAgentCore(CountedIdentifiers(f"{name}-"), via_host=lambda flow: name)
        self.sdp = description("phone", self.remote[0])

    def contact(self, number: str) -> str:
        return f"<sip:{number}@{self.remote[0]}:{self.remote[1]}>"

    def react(self, event: sip.Output) -> list[sip.Input]:
        """What every phone does by itself: ring, answer when it is told to, accept what changes."""
        match event:
            case sip.Invited(session, _, request):
                number = request.uri.partition(":")[2].partition("@")[0]
                self.state[session], self.number[session] = "ringing", number
                return [sip.Ring(session, self.contact(number))]
            case sip.Requested(session, transaction, request):
                told = request.method == "NOTIFY" and self.state.get(session) == "ringing"
                answered: list[sip.Input] = [sip.Respond(transaction, 200)]
                if told:
                    self.state[session] = "talking"
                    answered.append(sip.Accept(session, self.contact(self.number[session]), self.sdp))
                return answered
            case sip.Reinvited(session):
                return [sip.Accept(session, self.contact(self.number[session]), self.sdp)]
            case sip.Cancelled(session) | sip.Ended(session) | sip.Rejected(session):
                self.state.pop(session, None)
        return []


class ContactCenterDay:
    """`run` lets the scenario pass; `faults` is what did not agree, and when."""

    def __init__(self, scenario: Scenario, **settings: Any) -> None:
        self.now = 1000.0
        self.faults: list[str] = []
        self.steps = 0
        self.media: dict[str, str] = {}  # session at the media server -> the caller who hears it
        guids = iter(GUIDS)
        self.stack = Stack(
            SipServerSettings(
                address=SERVER,
                dns=tuple(DnSettings(dn) for dn in DNS),
                trunk=OUTSIDE,
                contact_center=built_in(),
                **settings,
            ),
            GenesysIdentifiers(SERVER[0], lambda: next(guids)),
            run=RUN,
            secret=b"secret",
            wall_clock=WALL_CLOCK,
        )
        self.agents, self.outside = Phones(GATEWAY), Phones(OUTSIDE)
        self._wire: deque[tuple[Phones | None, Any]] = deque()
        people = built_in().people
        played = [
            StandIn(dn, people[dn].user_name, scenario.agents, scenario.seed, scenario.acceleration)
            for dn in scenario.agents.dns
        ]
        self.course = Course("day", plan(scenario), played)
        self._register()

    @property
    def switch(self) -> Any:
        return self.stack.machine.switch

    def run(self, longest: float = 100_000.0) -> Account:
        """Until every customer is accounted for and everything is quiet."""
        until = self.now + longest
        self._do(self.course.begin(self.now))
        while (due := self._deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            if self.course.deadline is not None and self.course.deadline <= self.now:
                self._do(self.course.handle(TimePassed(), self.now))
            self._wire += [(None, sip.Tick()), (self.agents, sip.Tick()), (self.outside, sip.Tick())]
            self._settle()
            self._look()
            if self.course.over and not self.switch.calls and not self.stack.core.sessions:
                break
        return account(self.course, self.switch.routing.router.statistics.journeys)

    def left(self) -> list[str]:
        """What should be over and is not."""
        found = [f"call in {call.state}" for call in self.switch.calls.values()]
        found += [f"side {session}" for session in self.switch._sides]
        found += [f"at a routing point: {call}" for call in self.switch.routing.router._visits]
        found += [f"media {session}" for session in self.media]
        found += [f"phone {session}" for phones in (self.agents, self.outside) for session in phones.state]
        return found

    # --- inside ---

    def _deadline(self) -> float | None:
        times = [self.stack.deadline, self.agents.core.deadline, self.outside.core.deadline, self.course.deadline]
        return min((time for time in times if time is not None), default=None)

    def _register(self) -> None:
        domain = f"{SERVER[0]}:{SERVER[1]}"
        for dn in DNS:
            own = f"<sip:{dn}@{domain}>"
            headers = (("Contact", self.agents.contact(dn)), ("Expires", "999999"))
            self._wire.append(
                (self.agents, sip.SendRequest(dn, TO_SERVER, "REGISTER", f"sip:{domain}", own, own, headers))
            )
        self._settle()

    def _do(self, outputs: list[Any]) -> None:
        """What the course wants."""
        for output in outputs:
            match output:
                case Place(customer):
                    call_id = f"{customer.id}@outside"
                    data = {**customer.data, CUSTOMER: self.course.tag(customer.id)}
                    self._wire.append((None, CallExpected(call_id, data)))
                    own = f"<sip:{customer.caller}@{OUTSIDE[0]}:{OUTSIDE[1]}>"
                    target = f"sip:{customer.to}@{SERVER[0]}:{SERVER[1]}"
                    self.outside.state[customer.id], self.outside.number[customer.id] = "calling", customer.caller
                    contact = self.outside.contact(customer.caller)
                    invite = sip.Invite(
                        customer.id, TO_SERVER, target, own, f"<{target}>", contact, self.outside.sdp, (), call_id
                    )
                    self._wire.append((self.outside, invite))
                case Press(id, digits):
                    caller = self.outside.number[id]
                    sessions = [session for session, who in self.media.items() if who == caller]
                    self._wire += [(None, MediaDigit(session, digit)) for session in sessions for digit in digits]
                case HangUp(id):
                    self.outside.state.pop(id, None)
                    self._wire.append((self.outside, sip.Hangup(id)))
                case _:
                    self._wire.append((None, output))
        self._settle()

    def _settle(self) -> None:
        while self._wire:
            phones, input = self._wire.popleft()
            if phones is None:
                for output in self.stack.handle(input, self.now):
                    self._from_server(output)
                continue
            for event in phones.core.handle(input, self.now):
                if isinstance(event, sip.Transmit):
                    received = sip.Received(sip.Flow("UDP", "sip-server", phones.remote), event.data)
                    self._wire.append((None, received))
                else:
                    self._wire.extend((phones, each) for each in phones.react(event))
                    if phones is self.outside:
                        self._customer(event)

    def _customer(self, event: sip.Output) -> None:
        """What a customer's phone learns."""
        match event:
            case sip.Accepted(session, _, True):
                self.outside.state[session] = "talking"
                self._do_later(PhoneConnected(session))
            case sip.Provisional(session, response) if response.body:
                self._do_later(PhoneConnected(session))
            case sip.Rejected(session, status):
                self._do_later(PhoneEnded(session, str(status)))
            case sip.Ended(session):
                self._do_later(PhoneEnded(session))

    def _do_later(self, input: Any) -> None:
        for output in self.course.handle(input, self.now):
            self._do([output])

    def _from_server(self, output: Any) -> None:
        match output:
            case sip.Transmit(flow, data):
                phones = self.agents if flow.remote == GATEWAY else self.outside
                self._wire.append((phones, sip.Received(TO_SERVER, data)))
            case OpenMedia(session, service):
                call, _ = self.switch.find(session)
                self.media[session] = call.ani
                self._wire.append((None, MediaOpened(session, description(service, "127.0.0.81", 9000, "0 101"))))
            case CloseMedia(session):
                self.media.pop(session, None)
            case Broken():
                self.faults.append(f"{self.now:.3f} broken: {output.error!r}")
            case cti.CallEvent() | cti.DnEvent() | cti.Error():
                for wanted in self.course.handle(output, self.now):
                    self._do([wanted])

    def _look(self) -> None:
        """Whether agents, calls and phones agree; after every instant in which something happened."""
        self.steps += 1
        rings, talks = self._at_phones()
        for call in self.switch.calls.values():
            for phone in call.phones():
                if not phone.is_dn or phone.state in (None, cti.CallState.RELEASED):
                    continue
                agent, dn = self.switch.agents[phone.number], phone.number
                if phone.state is cti.CallState.RINGING:
                    self._expect(rings.pop(dn, 0) == 1, f"{dn} rings for CTI and not at the phone")
                else:
                    self._expect(talks.pop(dn, 0) == 1, f"{dn} talks for CTI and not at the phone")
                self._expect(agent.is_logged_in, f"{dn} has a call and is logged out")
                self._expect(not agent.work_mode, f"{dn} has a call in {agent.work_mode}")
        for visit in self.switch.routing.router._visits.values():
            state, offered = self.switch.calls[visit.call].state, visit.state is At.OFFERED
            at_agent = state in (CallState.OFFERED, CallState.RINGING)
            self._expect(offered == at_agent, f"a call is {visit.state} for the router and {state} for SIP Server")
        self._expect(not rings and not talks, f"phones that CTI knows nothing of: {rings} {talks}")

    def _at_phones(self) -> tuple[dict[str, int], dict[str, int]]:
        rings: dict[str, int] = {}
        talks: dict[str, int] = {}
        for session, state in self.agents.state.items():
            counts, dn = rings if state == "ringing" else talks, self.agents.number[session]
            counts[dn] = counts.get(dn, 0) + 1
        return rings, talks

    def _expect(self, true: bool, what: str) -> None:
        if not true:
            self.faults.append(f"{self.now:.3f} {what}")

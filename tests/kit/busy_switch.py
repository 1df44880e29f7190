"""SIP Server's look-alike with four phones that do as they are told, under random requests of CTI and random acts of
the phones: in virtual time, without loss; the same seed plays the same day."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

from cordboard.lab import telephony as cti
from cordboard.lab.media_server_port import CloseMedia, MediaFailed, MediaOpened, MediaReply, OpenMedia
from cordboard.lab.sip_server.calls.leg import Broken
from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.lab.sip_server.stack import Stack
from cordboard.sip import events as sip
from cordboard.sip.core import UserAgentCore
from kit.contact_center import contact_center
from kit.counted import CountedIdentifiers
from kit.sip_server_stack import GUIDS, RUN, SERVER, WALL_CLOCK, description

DNS = ("5001", "5002", "5003")
OUTSIDE = "+15550100"
NUMBERS = (*DNS, OUTSIDE, "8000", "8001", "8002", "600", "5999")
LONG = 200.0  # seconds after which everything must be over
OPTIONS = {
    "dual-dialog-enabled": ("true", "false"),
    "make-call-rfc3725-flow": ("1", "2"),
    "sip-cti-control": ("talk,hold", "talk"),
    "refer-enabled": ("false", "true"),
    "sip-replaces-mode": ("0", "1"),
    "record": ("false", "false", "true"),
    "lab-recording": ("true",),
    "lab-session-refresh": ("reinvite", "update"),
}


WITH_NUMBER = (
    cti.InitiateTransfer,
    cti.InitiateConference,
    cti.SingleStepTransfer,
    cti.SingleStepConference,
    cti.RedirectCall,
    cti.DeleteFromConference,
)
PAIR = (cti.CompleteTransfer, cti.CompleteConference, cti.AlternateCall, cti.AlternateCall, cti.ReconnectCall)
UP = (*WITH_NUMBER, cti.RecordCall, cti.SetMonitorMode, cti.SendDtmf)
FITTING: dict[cti.CallState, tuple[Any, ...]] = {
    cti.CallState.RINGING: (cti.AnswerCall, cti.AnswerCall, cti.RedirectCall, cti.ReleaseCall),
    cti.CallState.DIALING: (cti.ReleaseCall, cti.SendDtmf),
    cti.CallState.ESTABLISHED: (cti.HoldCall, cti.HoldCall, *UP),
    cti.CallState.HELD: (cti.RetrieveCall, *UP),
}
ANYTHING = (*PAIR, *UP, cti.AnswerCall, cti.HoldCall, cti.RetrieveCall, cti.ReleaseCall, cti.ClearCall)


@dataclass
class Phone:
    """Answers what comes: now and then it refuses, hangs up, or lets it ring."""

    number: str
    flow: sip.Flow
    chance: random.Random
    core: UserAgentCore = field(init=False)
    offers: dict[str, str] = field(default_factory=dict)  # sessions that ring
    talking: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.core = UserAgentCore(CountedIdentifiers(f"{self.number}-"), via_host=lambda flow: self.host)
        self.sdp = description(self.number, self.flow.remote[0])

    @property
    def host(self) -> str:
        return f"{self.flow.remote[0]}:{self.flow.remote[1]}"

    @property
    def contact(self) -> str:
        return f"<sip:{self.number}@{self.host}>"

    def react(self, event: sip.Output) -> list[sip.Input]:
        match event:
            case sip.Invited(session, _, request):
                if self.chance.random() < 0.1:
                    return [sip.Reject(session, self.chance.choice((302, 480, 486, 603)))]
                self.offers[session] = request.body.decode()
                return [sip.Ring(session, self.contact), *(self.answer(session) if self.chance.random() < 0.5 else [])]
            case sip.Requested(session, transaction, request):
                return self.do_as_told(session, transaction, request.method, request.headers.get("Event") or "")
            case sip.Reinvited(session, _):
                if self.chance.random() < 0.05:
                    return [sip.Reject(session, 488)]
                return [sip.Accept(session, self.contact, self.sdp)]
            case sip.Accepted(session, response, _):
                self.talking.add(session)
                return [] if response.body else [sip.Hangup(session)]
            case sip.OutOfDialogRequested(transaction, _, _):
                return [sip.Respond(transaction, 603)]
            case sip.Cancelled(session, _) | sip.Ended(session, _, _) | sip.Rejected(session, _, _):
                self.offers.pop(session, None)
                self.talking.discard(session)
        return []

    def do_as_told(self, session: str, transaction: str, method: str, event: str) -> list[sip.Input]:
        if method == "REFER" or self.chance.random() < 0.05:
            return [sip.Respond(transaction, 603)]
        told: list[sip.Input] = [sip.Respond(transaction, 200)]
        if event == "talk":
            told += self.answer(session) if session in self.offers else [sip.Reinvite(session, self.sdp)]
        elif event == "hold":
            told.append(sip.Reinvite(session, self.sdp + "a=inactive\r\n"))
        return told

    def answer(self, session: str) -> list[sip.Input]:
        self.offers.pop(session, None)
        self.talking.add(session)
        return [sip.Accept(session, self.contact, self.sdp)]

    def act(self) -> list[sip.Input]:
        """Something of its own accord."""
        for session in self.offers:
            return self.answer(session) if self.chance.random() < 0.7 else [sip.Reject(session, 486)]
        for session in sorted(self.talking):
            if self.chance.random() < 0.1:
                self.talking.discard(session)
                return [sip.Hangup(session)]
        return []

    def hang_up_all(self) -> list[sip.Input]:
        sessions = [*self.offers, *self.talking]
        self.offers.clear()
        self.talking.clear()
        return [sip.Hangup(session) for session in sessions]


class BusySwitch:
    """One day, by its seed; `log` tells what was asked and what came of it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = 1000.0
        self.log: list[str] = []
        self.broken: list[Broken] = []
        self.media: set[str] = set()
        guids = iter(GUIDS)
        annex = {name: self.chance.choice(values) for name, values in OPTIONS.items()}
        dns = tuple(DnSettings(dn, annex=annex if dn == "5001" else {"lab-recording": "true"}) for dn in DNS)
        addresses = {number: (f"127.0.0.{70 + place}", 5060) for place, number in enumerate((*DNS, OUTSIDE))}
        self.log.append(f"5001 has {annex}")
        self.stack = Stack(
            SipServerSettings(
                address=SERVER,
                dns=dns,
                trunk=addresses[OUTSIDE],
                no_answer_timeout=5,
                contact_center=contact_center(),
            ),
            GenesysIdentifiers(SERVER[0], lambda: next(guids)),
            run=RUN,
            secret=b"secret",
            wall_clock=WALL_CLOCK,
        )
        self.phones = {
            remote: Phone(number, sip.Flow("UDP", "phone", remote), self.chance) for number, remote in addresses.items()
        }
        self._wire: deque[tuple[Phone | None, object]] = deque()
        self._register()

    # --- the day ---

    def run(self, requests: int = 40) -> None:
        for dn in DNS[1:]:
            self._feed(cti.AgentLogin(dn, dn))
            self._feed(cti.AgentSetReady(dn))
        for _ in range(requests):
            if self.chance.random() < 0.7:
                self._feed(self._request())
            else:
                phone = self.chance.choice(list(self.phones.values()))
                self._do(phone, phone.act())
            self.wait(self.chance.choice((0.0, 0.0, 0.005, 0.02, 1.0, 8.0)))

    def end(self) -> None:
        """Everybody hangs up, as often as it takes until nobody is called any more."""
        for dn in DNS:
            self._feed(cti.AgentSetNotReady(dn))
        for _ in range(5):
            for phone in self.phones.values():
                self._do(phone, phone.hang_up_all())
            self.wait(LONG)

    def left(self) -> list[str]:
        """What should be over and is not."""
        switch = self.stack.machine.switch
        found = [f"broken: {each.error!r}" for each in self.broken]
        found += [f"call in {call.state}" for call in switch.calls.values()]
        found += [f"side {session}" for session in switch._sides]
        found += [f"at a routing point: {call}" for call in switch.routing.router._visits]
        found += [f"media {session}" for session in self.media]
        found += ["SIP Server's core"] * bool(self.stack.core.sessions)
        return found + [f"phone {each.number}" for each in self.phones.values() if each.core.sessions]

    # --- what is asked ---

    def _request(self) -> cti.TelephonyRequest:
        """Mostly what fits the state of a call, sometimes anything."""
        dn = self.chance.choice(DNS)
        views = self.stack.machine.switch.views(dn)
        number = self.chance.choice(NUMBERS)
        if not views or self.chance.random() < 0.05:
            other, mode = self.chance.choice(DNS), self.chance.choice(list(cti.MonitorMode))
            begun: list[cti.TelephonyRequest] = [
                cti.MakeCall(dn, number),
                cti.MakeCall(dn, OUTSIDE),
                cti.MonitorNextCall(dn, other, mode),
                cti.SetDoNotDisturb(dn, self.chance.random() < 0.3),
                cti.SetForward(dn, number if self.chance.random() < 0.3 else ""),
            ]
            return self.chance.choice(begun)
        view = self.chance.choice(views)
        kinds = FITTING[view.state] if self.chance.random() < 0.9 else ANYTHING
        if (view.parent_call or view.consult_call) and self.chance.random() < 0.7:
            kinds = PAIR
        return self._made(self.chance.choice(kinds), dn, view.call_uuid, number)

    def _made(self, kind: Any, dn: str, call: str, number: str) -> cti.TelephonyRequest:
        arguments = {
            cti.RecordCall: (self.chance.choice(list(cti.RecordingAction)),),
            cti.SetMonitorMode: (self.chance.choice(list(cti.MonitorMode)),),
            cti.SendDtmf: ("12",),
        }
        made = kind(dn, call, *(arguments.get(kind, (number,) if kind in WITH_NUMBER else ())))
        return cast(cti.TelephonyRequest, made)

    # --- the world ---

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while True:
            cores = [self.stack.deadline, *(phone.core.deadline for phone in self.phones.values())]
            due = min((time for time in cores if time is not None), default=None)
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            self._feed(sip.Tick())
            for phone in self.phones.values():
                self._do(phone, [sip.Tick()])
        self.now = until

    def _feed(self, input: object) -> None:
        if not isinstance(input, sip.Tick | sip.Received | MediaOpened):
            self.log.append(f"{self.now:9.3f} {input}")
        self._wire.append((None, input))
        self._settle()

    def _do(self, phone: Phone, inputs: list[sip.Input]) -> None:
        self._wire.extend((phone, each) for each in inputs)
        self._settle()

    def _settle(self) -> None:
        while self._wire:
            phone, input = self._wire.popleft()
            if phone is None:
                for output in self.stack.handle(input, self.now):  # type: ignore[arg-type]
                    self._from_server(output)
                continue
            for event in phone.core.handle(input, self.now):  # type: ignore[arg-type]
                if isinstance(event, sip.Transmit):
                    self.log.append(f"{self.now:9.3f} {phone.number} -> {_head(event.data)}")
                    flow = sip.Flow("UDP", "sip-server", phone.flow.remote)
                    self._wire.append((None, sip.Received(flow, event.data)))
                else:
                    self._wire.extend((phone, each) for each in phone.react(event))

    def _from_server(self, output: object) -> None:
        match output:
            case sip.Transmit(flow, data) if flow.remote in self.phones:
                phone = self.phones[flow.remote]
                self.log.append(f"{self.now:9.3f} {phone.number} <- {_head(data)}")
                self._wire.append((phone, sip.Received(sip.Flow("UDP", "phone", SERVER), data)))
            case OpenMedia(session, service):
                failed = session not in self.media and self.chance.random() < 0.05
                if not failed:
                    self.media.add(session)
                reply: MediaReply = MediaOpened(session, description(service, "127.0.0.81", 9000, "0 101"))
                self._wire.append((None, MediaFailed(session, "chance") if failed else reply))
            case CloseMedia(session):
                self.media.discard(session)
            case Broken():
                self.broken.append(output)
            case cti.CallEvent(name, call):
                self.log.append(f"{self.now:9.3f} cti <- {name} {call.dn} {call.state} {call.call_uuid[-3:]}")
            case cti.Error(dn, _, code, message):
                self.log.append(f"{self.now:9.3f} cti <- Error {dn} {code} {message}")

    def _register(self) -> None:
        domain = f"{SERVER[0]}:{SERVER[1]}"
        for phone in self.phones.values():
            if phone.number in DNS:
                own = f"<sip:{phone.number}@{domain}>"
                headers = (("Contact", phone.contact), ("Expires", "999999"))
                server = sip.Flow("UDP", "phone", SERVER)
                self._do(phone, [sip.SendRequest("r", server, "REGISTER", f"sip:{domain}", own, own, headers)])


def _head(data: bytes) -> str:
    lines = data.decode().split("\r\n")
    cseq = next((line for line in lines if line.startswith("CSeq")), "")
    call = next((line for line in lines if line.startswith("Call-ID")), "")
    return f"{lines[0]} | {cseq} | {call[-14:]}"

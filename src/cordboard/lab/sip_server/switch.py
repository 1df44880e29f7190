"""The switch: all DNs with their bindings and agents, all calls, and the routing points between them.

It is what a call asks about the world around it (`calls.call.Server`), and where SIP events find their call.
Numbers: the configured DNs, the routing points, the echo, and outside numbers, which begin with `+` or `9`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from cordboard.genesys import dialect
from cordboard.genesys.call_uuid import call_uuid, connection_id
from cordboard.lab.contact_center.plan import plain
from cordboard.lab.contact_center.words import Terms
from cordboard.lab.sip_server.agents import Agent, AgentRequest
from cordboard.lab.sip_server.calls.call import Call
from cordboard.lab.sip_server.calls.flow.basic import BasicCall
from cordboard.lab.sip_server.calls.joining.wanted import Supervision
from cordboard.lab.sip_server.calls.leg import Outputs, Side
from cordboard.lab.sip_server.calls.vocabulary import Event, Route
from cordboard.lab.sip_server.registrar import Registrar
from cordboard.lab.sip_server.routing import Routing
from cordboard.lab.sip_server.settings import HostPort, SipServerSettings
from cordboard.lab.telephony import AgentLogout, AgentSetNotReady, CallState, CallView, DnEvent, DnView, UserData
from cordboard.sip.events import Flow, Header, Invited, Reject
from cordboard.sip.uri import Uri

LISTENER = "sip-server"

LAB_REDIRECT = "lab-redirect"  # a call to this DN is answered with 302 and this number

MOVED = 302
UNAUTHORIZED = 401
NOT_FOUND = 404
TEMPORARILY_UNAVAILABLE = 480
BUSY_HERE = 486


class Switch:
    """`run` are 16 octets that name this run; `wall_clock` is what must be added to `now` for seconds of the epoch."""

    def __init__(self, settings: SipServerSettings, run: bytes, secret: bytes, wall_clock: float) -> None:
        self.settings = settings
        self.registrar = Registrar(settings, secret)
        self.dns = {each.dn: each for each in settings.dns if each.enabled}
        self.agents = {dn: Agent(dn) for dn in self.dns}
        self.out_of_service: frozenset[str] = frozenset()
        center = settings.contact_center or plain(settings.routing_point)
        defaults = Terms(
            no_answer_timeout=settings.no_answer_timeout,
            no_answer_action=settings.no_answer_action,
            wrap_up_time=settings.wrap_up_time,
        )
        self.routing = Routing(center, self.agents, self._free, defaults, settings.reoffer_after)
        self.calls: dict[str, BasicCall] = {}
        self._sides: dict[str, tuple[BasicCall, Side]] = {}
        self._referred: dict[tuple[str, str], BasicCall] = {}  # DN and the number it was told to call
        self.supervision = Supervision()
        self._run = run
        self._wall_clock = wall_clock
        self._call_numbers = itertools.count(1)
        self._session_numbers = itertools.count(1)

    @property
    def deadline(self) -> float | None:
        times = [self.registrar.deadline, self.routing.deadline]
        times += [call.deadline for call in self.calls.values()]
        times += [agent.wrap_up_until for agent in self.agents.values()]
        return min((time for time in times if time is not None), default=None)

    # --- calls ---

    def new_call(self, ani: str, dnis: str, user_data: UserData) -> BasicCall:
        number = next(self._call_numbers)
        uuid = call_uuid(self._run, number)
        call = BasicCall(self, uuid, connection_id(self._run, number), ani, dnis, dict(user_data))
        call.to_outside = self.is_outside(dnis)
        self.calls[uuid] = call
        return call

    def consult(self, dn: str, number: str, user_data: UserData) -> BasicCall:
        return self.new_call(dn, number, user_data)

    def successor(self, call: BasicCall, ani: str, dnis: str) -> BasicCall:
        """A call that takes this one over, under the same UUID; while the old one lives, it is kept beside it."""
        following = BasicCall(self, call.uuid, call.connection_id, ani, dnis, dict(call.user_data))
        following.asserted, following.from_outside = call.asserted, call.from_outside
        if call.uuid in self.calls:
            following.previous, call.following = call, following
        self.calls[f"{call.uuid} after" if call.uuid in self.calls else call.uuid] = following
        return following

    def find(self, session: str) -> tuple[BasicCall, Side] | None:
        """The call and the side of it that a session belongs to."""
        return self._sides.get(session)

    def adopt(self, call: Call, side: Side) -> None:
        assert isinstance(call, BasicCall)
        self._sides[side.session] = (call, side)

    def drop(self, side: Side) -> None:
        """Forget that side; a twin in another call may have its session."""
        if (found := self.find(side.session)) is not None and found[1] is side:
            del self._sides[side.session]

    def finish(self, call: Call, now: float) -> None:
        self.calls = {uuid: each for uuid, each in self.calls.items() if each is not call}
        following = self.calls.pop(f"{call.uuid} after", None)
        if following is not None:
            self.calls[call.uuid] = following
        if not call.awaits_following:
            self.forget_referred(call)
        if self.calls.get(call.uuid) is None:
            self.routing.ended(call, now)
        self._sides = {session: found for session, found in self._sides.items() if found[0] is not call}

    # --- REFER ---

    def expect_referred(self, call: Call, dn: str, number: str) -> None:
        assert isinstance(call, BasicCall)
        self._referred[dn, number] = call

    def forget_referred(self, call: Call) -> None:
        self._referred = {key: each for key, each in self._referred.items() if each is not call}

    def referred(self, dn: str, number: str) -> BasicCall | None:
        """The call whose REFER made this DN call this number; once."""
        return self._referred.pop((dn, number), None)

    # --- what a call asks ---

    def established(self, call: Call, now: float) -> Outputs:
        assert isinstance(call, BasicCall)
        if call.routed:
            self.routing.answered(call, call.offered_to, now)
        return self.supervision.established(call, now)

    def new_session(self) -> str:
        return f"session-{next(self._session_numbers)}"

    def sdp_id(self, now: float) -> int:
        return int(self.epoch(now))

    def epoch(self, now: float) -> float:
        return now + self._wall_clock

    # --- numbers ---

    def is_outside(self, number: str) -> bool:
        internal = number in self.dns or self.routing.is_routing_point(number) or number == self.settings.echo
        return not internal and number[:1] in ("+", "9")

    def classify(self, number: str) -> tuple[Event, object]:
        """What a call to this number gets, and the argument of that event: the number or a SIP status."""
        number = self._forwarded(number)
        if self.routing.is_routing_point(number):
            return Event.TO_QUEUE, number
        if number == self.settings.echo:
            return Event.TO_ECHO, None
        if number in self.dns:
            status = self._refusal(number)
            return (Event.TO_NOBODY, status) if status else (Event.TO_PHONE, number)
        if self.is_outside(number):
            return Event.TO_PHONE, number
        return Event.TO_NOBODY, NOT_FOUND

    def _refusal(self, dn: str) -> int:
        """The status with which a call to this DN is refused at once; 0 if it is offered."""
        options = self.dns[dn].options
        if not self._can_be_reached(dn):
            return TEMPORARILY_UNAVAILABLE
        if self.agents[dn].do_not_disturb:
            return BUSY_HERE
        if options.get(dialect.REJECT_CALL_IN_CALL) == "true" and self.calls_of(dn):
            return BUSY_HERE
        if options.get(dialect.REJECT_CALL_NOT_READY) == "true" and not self.agents[dn].is_ready:
            return TEMPORARILY_UNAVAILABLE
        return 0

    def _forwarded(self, number: str) -> str:
        """Where calls to this number go: there, or to the number that its agent has set."""
        for _ in range(self.settings.maximum_redirections):
            agent = self.agents.get(number)
            if agent is None or not agent.forward_to:
                break
            number = agent.forward_to
        return number

    def _can_be_reached(self, dn: str) -> bool:
        binding = self.registrar.binding(dn)
        return binding is not None and binding.target is not None and dn not in self.out_of_service

    def route(self, number: str, caller: str, asserted: str) -> Route | None:
        if number not in self.dns:
            return self._trunk_route(number)
        binding = self.registrar.binding(number)
        if binding is None or binding.target is None or number in self.out_of_service:
            return None
        headers: tuple[Header, ...] = ()
        if caller not in self.dns and asserted:
            headers = (("P-Asserted-Identity", asserted),)
        return Route(
            _flow(binding.target, binding.transport),
            binding.contact,
            binding.address_of_record,
            True,
            headers,
            self.dns[number].options,
        )

    def _trunk_route(self, number: str) -> Route | None:
        trunk = self.settings.trunk
        if trunk is None:
            return None
        options = self.settings.trunk_options
        return Route(_flow(trunk), _uri(number, trunk), self.address_of(number), False, (), options)

    def address_of(self, number: str) -> str:
        binding = self.registrar.binding(number)
        return binding.address_of_record if binding else _uri(number, self.settings.address)

    def options_of(self, number: str) -> Mapping[str, str]:
        """The options of a DN, or the trunk's for a number outside."""
        return self.dns[number].options if number in self.dns else self.settings.trunk_options

    def contact_of(self, number: str) -> str:
        return f"<{_uri(number, self.settings.address)}>"

    def refusal(self, event: Invited, caller: str, number: str, now: float) -> Reject | None:
        """A challenge for a DN with `authenticate-requests=...,invite`, a 302 for one with `lab-redirect`."""
        if caller in self.dns:
            challenge = self.registrar.challenge("INVITE", "invite", caller, event.request, now)
            if challenge is not None:
                return Reject(event.session, UNAUTHORIZED, headers=(("WWW-Authenticate", challenge),))
        if (to := self.options_of(number).get(LAB_REDIRECT)) and number in self.dns:
            return Reject(event.session, MOVED, headers=(("Contact", self.contact_of(to)),))
        return None

    # --- DNs and agents ---

    def calls_of(self, dn: str) -> list[BasicCall]:
        return [call for call in self.calls.values() if call.phone_of(dn) is not None]

    def _free(self, dns: list[str]) -> list[str]:
        """Those of the DNs that can be reached and have no call."""
        busy = {phone.number for call in self.calls.values() for phone in call.phones() if phone.is_dn} if dns else ()
        return [dn for dn in dns if dn not in busy and self._can_be_reached(dn)]

    def views(self, dn: str) -> list[CallView]:
        """The DN's calls, as CTI was told of them."""
        found = [(call, call.phone_of(dn)) for call in self.calls.values()]
        return [call.view(phone) for call, phone in found if phone and phone.state not in (None, CallState.RELEASED)]

    def dn_view(self, dn: str) -> DnView | None:
        agent = self.agents.get(dn)
        if agent is None:
            return None
        in_service = self.registrar.binding(dn) is not None and dn not in self.out_of_service
        working = (agent.name, agent.state, agent.work_mode, agent.reason)
        return DnView(dn, in_service, *working, agent.do_not_disturb, agent.forward_to)

    def annex(self, dn: str) -> dict[str, str]:
        if dn not in self.dns:
            return {}
        options, binding = self.dns[dn].options, self.registrar.binding(dn)
        return {**options, dialect.CONTACT: binding.contact} if binding else options

    def dn_event(self, dn: str, reference: int = 0) -> Outputs:
        view = self.dn_view(dn)
        return [DnEvent(view, reference)] if view else []

    def no_answer(self, dn: str, action: str, now: float) -> Outputs:
        """What a call that rang too long does to the agent."""
        actions: dict[str, AgentRequest] = {"notready": AgentSetNotReady(dn), "logout": AgentLogout(dn)}
        request = actions.get(action)
        if request is None or dn not in self.agents or self.agents[dn].handle(request, now):
            return []
        return self.dn_event(dn)

    def call_ended(self, call: Call, dn: str, was_established: bool, now: float) -> Outputs:
        if any(each is not call for each in self.calls_of(dn)):
            return []
        assert isinstance(call, BasicCall)
        wrap_up = call.wrap_up_time(dn) if was_established else 0.0
        return self.dn_event(dn) if self.agents[dn].call_ended(wrap_up, now) else []


def _flow(remote: HostPort, transport: str = "UDP") -> Flow:
    return Flow(transport, LISTENER, remote)


def _uri(number: str, address: HostPort) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return str(Uri("sip", number, host, address[1]))

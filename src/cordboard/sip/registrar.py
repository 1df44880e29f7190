"""The binding table of a registrar (RFC 3261 section 10.3; instances as in RFC 5626 section 6).

An address of record has any number of bindings; each knows the flow on which its REGISTER came, which is the way to a
page whose contact names no host that exists. A REGISTER is checked as a whole before any of it takes effect. A
binding belongs to its contact URI, or to its instance and reg-id where it has both, so a reloaded page replaces its
own older binding.

Whether the sender may register is decided by the caller before it comes here. A lost connection does not remove a
binding by itself; the caller says `FlowClosed` if that is what it should mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from cordboard.sip.address import NameAddress
from cordboard.sip.dialog import cseq_of
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Flow, FlowClosed, Header, Tick
from cordboard.sip.fields import contacts, expires_of, is_wildcard
from cordboard.sip.message import Request
from cordboard.sip.transaction.alarms import Alarms
from cordboard.sip.uri import Uri

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Binding:
    """Where an address of record can be reached until `expires` (time, not seconds left)."""

    contact: NameAddress
    flow: Flow
    expires: float
    call_id: str
    cseq: int

    @property
    def instance(self) -> tuple[str, str] | None:
        """`+sip.instance` and `reg-id`, if it has both."""
        instance, number = self.contact.parameters.get("+sip.instance"), self.contact.parameters.get("reg-id")
        return (instance, number) if instance and number else None

    def same_place(self, other: Binding) -> bool:
        """Whether `other` takes this one's place."""
        if self.instance and other.instance:
            return self.instance == other.instance
        return self.contact.uri.matches(other.contact.uri)


@dataclass(frozen=True, slots=True)
class Register:
    """A REGISTER whose sender may register."""

    request: Request
    flow: Flow


Input = Register | FlowClosed | Tick


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to the `Register`."""

    status: int
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding is made, or `renewed`: the same contact again, perhaps on another flow."""

    address: str
    binding: Binding
    renewed: bool


class UnboundCause(StrEnum):
    TAKEN_BACK = "taken back"
    EXPIRED = "expired"
    FLOW_CLOSED = "flow closed"


@dataclass(frozen=True, slots=True)
class Unbound:
    """A binding is gone."""

    address: str
    binding: Binding
    cause: UnboundCause


Output = Answer | Bound | Unbound


class Registrar:
    """Bindings by address of record; lifetimes in seconds."""

    def __init__(self, minimum: int = 60, maximum: int = HOUR, default: int = HOUR, limit: int = 10) -> None:
        self._minimum = minimum
        self._maximum = maximum
        self._default = default
        self._limit = limit  # bindings of one address of record
        self._bindings: dict[str, list[Binding]] = {}
        self._alarms: Alarms[str] = Alarms()  # of each address, when its next binding expires
        self._addresses: dict[Flow, set[str]] = {}  # that have been registered on a flow

    @property
    def deadline(self) -> float | None:
        """When the next binding expires."""
        return self._alarms.deadline

    def bindings(self, address: str) -> tuple[Binding, ...]:
        """The bindings of an address of record (see `address_of_record`), the latest last."""
        return tuple(self._bindings.get(address, ()))

    def __len__(self) -> int:
        return sum(len(bindings) for bindings in self._bindings.values())

    def handle(self, input: Input, now: float) -> list[Output]:
        """Take one input; a `Register` gives its `Answer` first."""
        match input:
            case Register():
                expired = self._expire(now)
                return [*self._register(input.request, input.flow, now), *expired]
            case FlowClosed():
                return self._close(input.flow)
            case Tick():
                return self._expire(now)

    def _expire(self, now: float) -> list[Output]:
        outputs: list[Output] = []
        while (address := self._alarms.pop_due(now)) is not None:
            outputs += self._remove(UnboundCause.EXPIRED, lambda binding: binding.expires <= now, address)
        return outputs

    def _close(self, flow: Flow) -> list[Output]:
        outputs: list[Output] = []
        for address in sorted(self._addresses.pop(flow, ())):
            outputs += self._remove(UnboundCause.FLOW_CLOSED, lambda binding: binding.flow == flow, address)
        return outputs

    def _remove(self, cause: UnboundCause, doomed: Callable[[Binding], bool], address: str) -> list[Output]:
        bindings = self._bindings.get(address, [])
        gone = [binding for binding in bindings if doomed(binding)]
        self._keep(address, [binding for binding in bindings if binding not in gone])
        return [Unbound(address, binding, cause) for binding in gone]

    def _keep(self, address: str, bindings: list[Binding]) -> None:
        """These are the bindings of the address from now on."""
        before, self._bindings[address] = self._bindings.get(address, []), bindings
        for flow in {binding.flow for binding in before} - {binding.flow for binding in bindings}:
            self._addresses.get(flow, set()).discard(address)
            if not self._addresses.get(flow):
                self._addresses.pop(flow, None)
        for binding in bindings:
            self._addresses.setdefault(binding.flow, set()).add(address)
        if not bindings:
            del self._bindings[address]
        self._alarms.set(address, min((binding.expires for binding in bindings), default=None))

    def _register(self, request: Request, flow: Flow, now: float) -> list[Output]:
        try:
            address = address_of_record(request)
            wanted = self._wanted(request, flow, now)
        except RemoteProtocolError as error:
            return [Answer(error.status_hint)]
        if wanted is None:
            return self._remove_all(request, address, now)
        refusal = self._refusal(request, address, wanted, now)
        if refusal is not None:
            return [refusal]
        changes = [change for binding in wanted for change in self._apply(address, binding, now)]
        return [self._answer(address, now), *changes]

    def _wanted(self, request: Request, flow: Flow, now: float) -> list[Binding] | None:
        """The bindings that the request asks for, those to be removed with no time left; None for `*`."""
        headers = request.headers
        if is_wildcard(headers):
            return None
        call_id, cseq = headers.get("Call-ID", ""), cseq_of(request).number
        return [
            Binding(contact, flow, now + self._lifetime(expires_of(headers, contact)), call_id, cseq)
            for contact in contacts(headers)
        ]

    def _lifetime(self, asked: int | None) -> int:
        return min(self._default if asked is None else asked, self._maximum)

    def _refusal(self, request: Request, address: str, wanted: list[Binding], now: float) -> Answer | None:
        held = self._bindings.get(address, [])
        for binding in wanted:
            if 0 < binding.expires - now < self._minimum:
                return Answer(423, (("Min-Expires", str(self._minimum)),))
            if any(other.same_place(binding) and _is_older(binding, other) for other in held):
                return Answer(500)
        new = [one for one in wanted if one.expires > now and not any(other.same_place(one) for other in held)]
        return Answer(403) if len(held) + len(new) > self._limit else None

    def _remove_all(self, request: Request, address: str, now: float) -> list[Output]:
        """`Contact: *`, which is allowed with Expires 0 only (section 10.3 step 6)."""
        if expires_of(request.headers) != 0:
            return [Answer(400)]
        call_id, cseq = request.headers.get("Call-ID", ""), cseq_of(request).number
        if any(held.call_id == call_id and held.cseq >= cseq for held in self._bindings.get(address, [])):
            return [Answer(500)]
        removed = self._remove(UnboundCause.TAKEN_BACK, lambda binding: True, address)
        return [self._answer(address, now), *removed]

    def _apply(self, address: str, binding: Binding, now: float) -> list[Output]:
        held = self._bindings.get(address, [])
        old = next((other for other in held if other.same_place(binding)), None)
        if binding.expires <= now:
            return self._remove(UnboundCause.TAKEN_BACK, lambda other: other is old, address)
        self._keep(address, [*(other for other in held if other is not old), binding])
        return [Bound(address, binding, renewed=old is not None)]

    def _answer(self, address: str, now: float) -> Answer:
        """200 with all bindings and the seconds they have left (section 10.3 step 8)."""
        headers: list[Header] = []
        for binding in self._bindings.get(address, []):
            left = str(round(binding.expires - now))
            contact = replace(binding.contact, parameters={**binding.contact.parameters, "expires": left})
            headers.append(("Contact", str(contact)))
        return Answer(200, tuple(headers))


def address_of_record(request: Request) -> str:
    """The To URI in canonical form (section 10.3 step 5): scheme, user, host and port, no parameters."""
    uri = NameAddress.parse(request.headers.get("To", "")).uri
    if not uri.is_sip or not uri.user:
        raise RemoteProtocolError("address of record is not a SIP URI with a user", status_hint=404)
    return str(Uri("sip", uri.user, uri.host.lower(), uri.port))


def _is_older(binding: Binding, held: Binding) -> bool:
    """Whether the request for `binding` is a late one: same Call-ID, number not higher (section 10.3 step 7)."""
    return binding.call_id == held.call_id and binding.cseq <= held.cseq

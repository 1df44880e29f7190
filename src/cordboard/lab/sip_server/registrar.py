"""The registrar, as crude as the real one (reference: SIP Server section 1.3).

1. An unknown or disabled DN gets 404 at once, which still echoes `Expires` and `Contact;expires=`.
2. An unknown DN that de-registers gets no answer at all.
3. A DN has one binding; a REGISTER with another Call-ID replaces it silently.
4. `Expires: 0` wipes the DN's binding, whoever sends it and whatever contact it names.
5. The lifetime is what was asked for; there is no Min-Expires.
6. The URI of the To header is kept as written and used in the To of INVITEs; the Contact URI is their Request-URI.

In its answer to a de-REGISTER the server writes `Expires: 0` only for the Call-ID that made the last registration
(traced).

What the real one does with a REGISTER without Contact is not known; here it is answered with the binding. Options of
the DN make the lab's registrar refuse: `lab-register-status` answers every REGISTER with that status,
`lab-register-retry-after` adds Retry-After, `lab-register-minimum` asks for a longer lifetime (423), and
`lab-register-query=false` hides the binding from a query.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from cordboard.genesys import dialect
from cordboard.lab.sip_server.settings import HostPort, SipServerSettings
from cordboard.sip import digest
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Flow, Header, Respond
from cordboard.sip.message import Request
from cordboard.sip.uri import Uri

DEFAULT_EXPIRES = 1800
LONGEST_EXPIRES = 2**32 - 1
NONCE_LIFETIME = 300.0
REFUSE_WITH = "lab-register-status"
RETRY_AFTER = "lab-register-retry-after"
MINIMUM = "lab-register-minimum"
ANSWER_QUERY = "lab-register-query"


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a DN is. `contact` and `address_of_record` are URIs as the phone wrote them, without angle brackets."""

    contact: str
    address_of_record: str
    expires_at: float
    source: HostPort
    target: HostPort | None  # None: the contact's host is no IP address (`.invalid`), so the DN cannot be reached
    transport: str = "UDP"  # by which the DN registered, and is called

    def came_from(self, remote: HostPort) -> bool:
        """Connections of one phone have ever other ports."""
        if self.transport != "UDP":
            return remote[0] == self.source[0]
        return remote in (self.source, self.target)


@dataclass(frozen=True, slots=True)
class Registration:
    """What a REGISTER led to: an answer (None: silence) and the DN whose binding came or went ("" if none did)."""

    answer: Respond | None
    changed: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    dn: str
    contact: str
    address_of_record: str
    expires: int
    call_id: str

    @property
    def echo(self) -> tuple[Header, ...]:
        """What an answer says back; `*` and no contact are not echoed."""
        expires: Header = ("Expires", str(self.expires))
        if self.contact in ("", "*"):
            return (expires,)
        return (expires, ("Contact", f"<{self.contact}>;expires={self.expires}"))


class Registrar:
    """The bindings of all DNs. `secret` signs the nonces of digest challenges."""

    def __init__(self, settings: SipServerSettings, secret: bytes) -> None:
        self._settings = settings
        self._secret = secret
        self._dns = {each.dn: each for each in settings.dns if each.enabled}
        self._bindings: dict[str, Binding] = {}
        self._call_ids: dict[str, str] = {}  # DN -> Call-ID of its last registration

    def share(self, other: Registrar) -> None:
        """Have the same bindings as the other one of a pair from now on."""
        self._bindings, self._call_ids = other._bindings, other._call_ids

    def binding(self, dn: str) -> Binding | None:
        return self._bindings.get(dn)

    @property
    def deadline(self) -> float | None:
        return min((binding.expires_at for binding in self._bindings.values()), default=None)

    def expire(self, now: float) -> list[str]:
        """Drop what has run out; the DNs that lost their binding."""
        gone = [dn for dn, binding in self._bindings.items() if binding.expires_at <= now]
        for dn in gone:
            del self._bindings[dn]
        return gone

    def register(self, transaction: str, flow: Flow, request: Request, now: float) -> Registration:
        """Handle one REGISTER."""
        try:
            asked = _read(request)
        except RemoteProtocolError as error:
            return Registration(Respond(transaction, error.status_hint))
        if asked.dn not in self._dns:
            return self._unknown(transaction, asked)
        if (refusal := self._refusal(transaction, asked)) is not None:
            return Registration(refusal)
        if (challenge := self.challenge("REGISTER", "register", asked.dn, request, now)) is not None:
            return Registration(Respond(transaction, 401, headers=(("WWW-Authenticate", challenge),)))
        if asked.expires == 0:
            return self._wipe(transaction, asked)
        if not asked.contact:
            shown = self._dns[asked.dn].options.get(ANSWER_QUERY) != "false"
            return Registration(Respond(transaction, 200, headers=self._current(asked.dn, now) if shown else ()))
        return self._bind(transaction, asked, flow, now)

    def _refusal(self, transaction: str, asked: _Asked) -> Respond | None:
        """What the DN's options make of it; None if it may pass."""
        options = self._dns[asked.dn].options
        later: tuple[Header, ...] = (("Retry-After", options[RETRY_AFTER]),) if RETRY_AFTER in options else ()
        if status := _seconds(options.get(REFUSE_WITH, "0")):
            return Respond(transaction, status, headers=later)
        if asked.contact and 0 < asked.expires < _seconds(options.get(MINIMUM, "0")):
            return Respond(transaction, 423, headers=(("Min-Expires", options[MINIMUM]),))
        return None

    def _unknown(self, transaction: str, asked: _Asked) -> Registration:
        if asked.expires == 0:
            return Registration(None)
        return Registration(Respond(transaction, 404, headers=asked.echo))

    def _bind(self, transaction: str, asked: _Asked, flow: Flow, now: float) -> Registration:
        is_new = asked.dn not in self._bindings or self._bindings[asked.dn].contact != asked.contact
        self._bindings[asked.dn] = Binding(
            asked.contact,
            asked.address_of_record,
            now + asked.expires,
            flow.remote,
            _target(asked.contact),
            flow.transport,
        )
        self._call_ids[asked.dn] = asked.call_id
        return Registration(Respond(transaction, 200, headers=asked.echo), asked.dn if is_new else "")

    def _wipe(self, transaction: str, asked: _Asked) -> Registration:
        had_binding = self._bindings.pop(asked.dn, None) is not None
        known = self._call_ids.get(asked.dn) == asked.call_id
        if known:
            del self._call_ids[asked.dn]
        answer = Respond(transaction, 200, headers=asked.echo if known else asked.echo[1:])
        return Registration(answer, asked.dn if had_binding else "")

    def _current(self, dn: str, now: float) -> tuple[Header, ...]:
        binding = self._bindings.get(dn)
        return (("Contact", f"<{binding.contact}>;expires={int(binding.expires_at - now)}"),) if binding else ()

    def challenge(self, method: str, option: str, number: str, request: Request, now: float) -> str | None:
        """The challenge that this request of a DN needs; None if it may pass. `option` is the method's word in
        `authenticate-requests`."""
        dn = self._dns[number]
        if option not in dn.options.get(dialect.AUTHENTICATE_REQUESTS, ""):
            return None
        verdict = digest.Verdict.BAD
        if given := request.headers.get("Authorization"):
            verdict = digest.judge(
                given,
                method,
                dn.dn,
                dn.password,
                self._settings.realm,
                lambda nonce: digest.nonce_age(self._secret, nonce, now),
                NONCE_LIFETIME,
            )
        if verdict is digest.Verdict.GOOD:
            return None
        nonce = digest.nonce(self._secret, now)
        stale = verdict is digest.Verdict.STALE
        return digest.challenge(self._settings.realm, nonce, qop=self._settings.digest_qop, stale=stale)


def _read(request: Request) -> _Asked:
    """What a REGISTER asks for; raises RemoteProtocolError. Of several contacts the first counts."""
    to = request.headers.get("To") or ""
    dn = NameAddress.parse(to).uri.user
    if not dn:
        raise RemoteProtocolError("To without user")
    contacts = request.headers.get_list("Contact")
    contact = contacts[0] if contacts else ""
    expires = request.headers.get("Expires", "")
    if contact and contact != "*":
        own = NameAddress.parse(contact).parameters.get("expires")
        expires = own if own is not None else expires
    seconds = _seconds(expires)
    if contact == "*" and seconds != 0:
        raise RemoteProtocolError("Contact * without Expires: 0")  # RFC 3261 section 10.3, step 6
    return _Asked(dn, bare_uri(contact), bare_uri(to), seconds, request.headers.get("Call-ID") or "")


def _seconds(text: str | None) -> int:
    """RFC 3261 section 20.19: a malformed value is taken as the default."""
    if not text or not (text.isascii() and text.isdigit()):
        return DEFAULT_EXPIRES
    return min(int(text[:11]), LONGEST_EXPIRES)


def bare_uri(value: str) -> str:
    """The URI of an address header exactly as written: no name, no brackets, no header parameters."""
    if "<" in value:
        return value.partition("<")[2].partition(">")[0]
    return value.partition(";")[0].strip()


def _target(contact: str) -> HostPort | None:
    try:
        uri = Uri.parse(contact)
        host = str(ipaddress.ip_address(uri.host.strip("[]")))
    except (RemoteProtocolError, ValueError):
        return None
    return host, uri.port or 5060

"""The Via header: which way a response travels (RFC 3261 sections 18.2 and 20.42, RFC 3581)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import WHITESPACE, Parameters, number, parse_parameters, print_parameters, split_list
from cordboard.sip.headers import Headers

MAGIC_COOKIE = "z9hG4bK"
REMEMBERED = 256  # hops
LONGEST_REMEMBERED = 200  # characters

_SENT = re.compile(
    r"SIP\s*/\s*([0-9.]+)\s*/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+"  # protocol, transport; blanks around slashes
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._\-]+)"  # host
    r"(?:\s*:\s*([0-9]+))?\s*(;.*)?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Via:
    """One hop. `transport` is upper-case, `host` as in the grammar (IPv6 in square brackets)."""

    transport: str
    host: str
    port: int | None = None
    parameters: Parameters = field(default_factory=dict, hash=False)
    version: str = "2.0"  # another one is for the 505 that tells its sender so

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one hop (an element of the list, see `Headers.get_list`); raises RemoteProtocolError.

        It is asked for several times for each message: short ones are remembered, nobody may change the parameters.
        """
        return _remembered(text) if len(text) <= LONGEST_REMEMBERED else cls._parse(text)

    @classmethod
    def _parse(cls, text: str) -> Via:
        match = _SENT.fullmatch(text.strip(WHITESPACE))
        if match is None:
            raise RemoteProtocolError("Via is malformed")
        version, transport, host, port, parameters = match.groups()
        return cls(
            transport.upper(),
            host,
            number(port, 65535, "port in Via") if port else None,
            parse_parameters(parameters) if parameters else {},
            version,
        )

    @property
    def branch(self) -> str:
        """The branch parameter; "" if absent."""
        return self.parameters.get("branch") or ""

    @property
    def sent_by(self) -> str:
        """Host and port as the sender wrote them, lower-case: part of a transaction's key (RFC 3261 section 17.2.3)."""
        host = self.host.lower()
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def reply_to(self) -> tuple[str, int]:
        """Where responses go over a datagram (sections 18.2.2, RFC 3581 section 4); IPv6 without brackets."""
        host = self.parameters.get("received") or self.host
        rport = self.parameters.get("rport")
        port = number(rport, 65535, "rport") if rport else self.port
        return host.strip("[]"), port or (5061 if self.transport in ("TLS", "WSS") else 5060)

    def stamped(self, source: tuple[str, int]) -> Via:
        """This hop as a server keeps it: `received` where the address differs, `rport` filled in where asked for.

        A `received` of the sender's own is dropped, lest it direct our responses at somebody else.
        """
        address, port = source
        parameters = {name: value for name, value in self.parameters.items() if name != "received"}
        if "rport" in parameters:
            parameters["rport"] = str(port)
        if "rport" in parameters or self.host.strip("[]").lower() != address.lower():
            parameters["received"] = address
        return replace(self, parameters=parameters)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/{self.version}/{self.transport} {self.host}{port}{print_parameters(self.parameters)}"


@lru_cache(REMEMBERED)
def _remembered(text: str) -> Via:
    return Via._parse(text)


def top_via(headers: Headers) -> Via:
    """The topmost hop of a message; raises RemoteProtocolError if there is none or it is malformed."""
    value = headers.get("Via") or ""
    return _remembered_top(value) if len(value) <= LONGEST_REMEMBERED else _top_of(value)


def _top_of(value: str) -> Via:
    elements = split_list(value)
    if not elements:
        raise RemoteProtocolError("Via is missing")
    return Via.parse(elements[0])


@lru_cache(REMEMBERED)
def _remembered_top(value: str) -> Via:
    return _top_of(value)

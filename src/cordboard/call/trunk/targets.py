"""Where SIP Server may send us: to itself and nowhere else, whether by 302, by REFER or by a Contact.

A call that left for another host would carry the agent's DN, and the password in answer to a challenge, to whoever
was named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote

from cordboard.call.events import Header
from cordboard.call.outputs import OUR_PREFIX
from cordboard.genesys import dialect
from cordboard.sip.address import NameAddress, parse_addresses
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Flow
from cordboard.sip.grammar import is_token
from cordboard.sip.headers import Headers
from cordboard.sip.uri import Uri


def is_own(uri: Uri, hosts: Iterable[str]) -> bool:
    """Whether a URI leads to SIP Server, whose names and addresses `hosts` are."""
    known = {bare(host) for host in hosts}
    return uri.scheme == "sip" and bare(uri.host) in known and "maddr" not in uri.parameters


def hosts_of(domain: str, flow: Flow) -> tuple[str, str]:
    """SIP Server's name, as in its host:port, and its address."""
    host, _, port = domain.rpartition(":")
    return host if host and port.isdigit() else domain, flow.remote[0]


def bare(host: str) -> str:
    """A host for comparison: lower case, an IPv6 address without its brackets."""
    return host.lower().strip("[]")


def request_uri(uri: Uri) -> str:
    """The URI as a Request-URI: without headers and method (RFC 3261 section 19.1.5)."""
    kept = {name: value for name, value in uri.parameters.items() if name != "method"}
    return str(replace(uri, headers="", parameters=kept))


def contacts_by_preference(headers: Headers) -> list[Uri]:
    """The Contacts of a 3xx, the best first (RFC 3261 section 20.10: q); none where they cannot be read."""
    try:
        addresses = parse_addresses(headers.get_all("Contact"))
    except RemoteProtocolError:
        return []
    return [address.uri for address in sorted(addresses, key=_quality, reverse=True)]


def _quality(address: NameAddress) -> float:
    try:
        return min(1.0, max(0.0, float(address.parameters.get("q") or 1.0)))
    except ValueError:
        return 0.0


def headers_in(uri: Uri) -> tuple[Header, ...] | None:
    """The headers in a URI that an INVITE of ours may carry; None where one is malformed.

    A URI can ask for any header (section 19.1.5); those who name the parties or the dialog are ours alone.
    """
    found: list[Header] = []
    for part in filter(None, uri.headers.split("&")):
        name, _, value = part.partition("=")
        name, value = unquote(name), unquote(value)
        if not is_token(name) or not value.isprintable():
            return None
        if name.lower() == "replaces" or (dialect.crosses(name) and not name.lower().startswith(OUR_PREFIX)):
            found.append((name, value))
    return tuple(found)

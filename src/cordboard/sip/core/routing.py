"""Where a request goes: from the URI of the next hop to a flow (RFC 3261 section 8.1.2, without RFC 3263's DNS)."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Flow
from cordboard.sip.uri import Uri


def default_next_hop(flow: Flow, uri: str) -> Flow:
    """A datagram goes to the address in the URI if that is an IP literal, else where the flow leads; connections
    stay.
    """
    if flow.reliable:
        return flow
    try:
        target = Uri.parse(uri)
        host = str(ip_address(target.host.strip("[]")))
    except (RemoteProtocolError, ValueError):
        return flow
    return replace(flow, remote=(host, target.port or 5060))

from __future__ import annotations

import pytest

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.headers import Headers
from cordboard.sip.via import Via, top_via


@pytest.mark.parametrize(
    ("text", "via", "printed"),
    [
        (
            "SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bKD1-4",
            Via("UDP", "127.0.0.81", 5060, {"branch": "z9hG4bKD1-4"}),
            "SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bKD1-4",
        ),
        (
            "SIP/2.0/WS qk8v.invalid;branch=z9hG4bK1",
            Via("WS", "qk8v.invalid", None, {"branch": "z9hG4bK1"}),
            "SIP/2.0/WS qk8v.invalid;branch=z9hG4bK1",
        ),
        (
            "  sip /  2.0\t/ udp   [::1] : 5070 ; rport ;\tBranch = z ; received=::2",
            Via("UDP", "[::1]", 5070, {"rport": None, "branch": "z", "received": "::2"}),
            "SIP/2.0/UDP [::1]:5070;rport;branch=z;received=::2",
        ),
        ("SIP/2.0/TLS-SCTP h", Via("TLS-SCTP", "h"), "SIP/2.0/TLS-SCTP h"),
    ],
)
def test_reading_and_printing(text: str, via: Via, printed: str) -> None:
    assert Via.parse(text) == via
    assert str(via) == printed
    assert Via.parse(printed) == via


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP ",
        "SIP/x/UDP h",
        "SIP/2.0 h",
        "SIP/2.0/UDPh",
        "SIP/2.0/UDP h:",
        "SIP/2.0/UDP h:65536",
        "SIP/2.0/UDP h x",
        "SIP/2.0/UDP h;=x",
        "SIP/2.0/UDP a@h",
        "SIP/2.0/UDP [::1",
        'SIP/2.0/UDP h;x="',
    ],
)
def test_malformed_hops_are_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Via.parse(text)


def test_branch_and_sent_by() -> None:
    assert Via.parse("SIP/2.0/UDP H:5060;branch=B").branch == "B"
    assert Via.parse("SIP/2.0/UDP H").branch == ""
    assert Via.parse("SIP/2.0/UDP H;branch").branch == ""
    assert Via.parse("SIP/2.0/UDP H:5060").sent_by == "h:5060"
    assert Via.parse("SIP/2.0/UDP H").sent_by == "h"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("SIP/2.0/UDP 127.0.0.81:5070", ("127.0.0.81", 5070)),
        ("SIP/2.0/UDP 127.0.0.81", ("127.0.0.81", 5060)),
        ("SIP/2.0/TLS h", ("h", 5061)),
        ("SIP/2.0/UDP h:5070;received=127.0.0.9", ("127.0.0.9", 5070)),
        ("SIP/2.0/UDP h:5070;rport", ("h", 5070)),
        ("SIP/2.0/UDP h:5070;received=127.0.0.9;rport=4000", ("127.0.0.9", 4000)),
        ("SIP/2.0/UDP [::1]:5070", ("::1", 5070)),
        ("SIP/2.0/UDP h;received=[::2]", ("::2", 5060)),
    ],
)
def test_where_responses_go(text: str, address: tuple[str, int]) -> None:
    assert Via.parse(text).reply_to == address


def test_a_bad_rport_is_refused_when_it_is_needed() -> None:
    with pytest.raises(RemoteProtocolError):
        _ = Via.parse("SIP/2.0/UDP h;rport=x").reply_to


@pytest.mark.parametrize(
    ("text", "stamped"),
    [
        ("SIP/2.0/UDP 127.0.0.81:5060;branch=b", "SIP/2.0/UDP 127.0.0.81:5060;branch=b"),
        ("SIP/2.0/UDP h:5060;branch=b", "SIP/2.0/UDP h:5060;branch=b;received=127.0.0.81"),
        ("SIP/2.0/UDP 127.0.0.81;rport;branch=b", "SIP/2.0/UDP 127.0.0.81;rport=4000;branch=b;received=127.0.0.81"),
        ("SIP/2.0/UDP h;rport=9", "SIP/2.0/UDP h;rport=4000;received=127.0.0.81"),
        ("SIP/2.0/UDP 127.0.0.81;received=127.0.0.66", "SIP/2.0/UDP 127.0.0.81"),
    ],
)
def test_a_server_notes_where_a_request_came_from(text: str, stamped: str) -> None:
    assert str(Via.parse(text).stamped(("127.0.0.81", 4000))) == stamped


def test_the_address_of_a_server_over_ipv6_needs_no_note() -> None:
    assert str(Via.parse("SIP/2.0/UDP [::1]:5060").stamped(("::1", 5060))) == "SIP/2.0/UDP [::1]:5060"


def test_the_top_hop_is_the_first_of_the_first_field() -> None:
    headers = Headers([("To", "x"), ("v", "SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b"), ("Via", "SIP/2.0/UDP c")])
    assert top_via(headers) == Via("UDP", "a", None, {"branch": "1"})


@pytest.mark.parametrize("fields", [[], [("Via", "")], [("Via", ",")], [("Via", "x")]])
def test_a_message_without_a_readable_top_hop_is_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(RemoteProtocolError):
        top_via(Headers(fields))

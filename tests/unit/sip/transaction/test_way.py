"""Large requests go over a connection where there is one (RFC 3261 section 18.1.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordboard.sip.core import UserAgentCore, WireStyle
from cordboard.sip.events import (
    Accepted,
    Acknowledge,
    Flow,
    FlowClosed,
    Hangup,
    Invite,
    OutOfDialogReplied,
    Output,
    Received,
    Rejected,
    SendRequest,
    Tick,
    Transmit,
)
from cordboard.sip.message import Headers, Request, Response, parse_message, reason_phrase, to_bytes
from cordboard.sip.style import SIP_SERVER_REQUESTS
from cordboard.sip.transaction.way import LARGEST_DATAGRAM
from cordboard.sip.via import top_via
from kit.counted import CountedIdentifiers

UDP = Flow("UDP", "trunk", ("127.0.0.81", 5060))
TCP = Flow("TCP", "trunk", ("127.0.0.81", 5060), "1")
SDP = "v=0\r\n" + "a=candidate\r\n" * 120


def core(style: WireStyle | None = None, way: Flow | None = TCP) -> UserAgentCore:
    return UserAgentCore(
        CountedIdentifiers(),
        via_host=lambda flow: "127.0.0.60:5060" if flow.transport == "UDP" else "127.0.0.60:5061",
        style=style or WireStyle(),
        reliable_way=lambda flow: way,
    )


def invite(sdp: str = SDP) -> Invite:
    return Invite("call", UDP, "sip:bob@127.0.0.81", "<sip:a@h>", "<sip:b@h>", "<sip:a@127.0.0.60:5060>", sdp)


def message(size: int) -> SendRequest:
    return SendRequest(
        "m", UDP, "MESSAGE", "sip:bob@127.0.0.81", "<sip:a@h>", "<sip:b@h>", (), "text/plain", b"x" * size
    )


def sent(outputs: list[Output]) -> list[tuple[Flow, Request]]:
    found = []
    for output in outputs:
        if isinstance(output, Transmit):
            read = parse_message(output.data)
            assert isinstance(read, Request)
            assert top_via(read.headers).transport == output.flow.transport
            found.append((output.flow, read))
    return found


def answer(request: Request, status: int, **more: str) -> bytes:
    fields = [field for field in request.headers.items() if field[0] in ("Via", "From", "Call-ID", "CSeq")]
    fields.append(("To", f"{request.headers.get('To')};tag=b"))
    fields += more.items()
    return to_bytes(Response(status, reason_phrase(status), Headers(fields)))


GENESYS = WireStyle(SIP_SERVER_REQUESTS, rport=False)
STYLES = pytest.mark.parametrize("style", [WireStyle(), GENESYS], ids=["natural", "SIP Server"])


@STYLES
def test_the_border_is_1300_octets(style: WireStyle) -> None:
    agent = core(style)
    ((flow, small),) = sent(agent.handle(message(100), 0.0))
    assert flow == UDP
    room = LARGEST_DATAGRAM - (len(to_bytes(small)) - 100) - 1  # Content-Length has a digit more
    first, second = agent.handle(message(room), 0.0), agent.handle(message(room + 1), 0.0)
    assert [len(output.data) for output in first if isinstance(output, Transmit)] == [LARGEST_DATAGRAM]
    assert [flow for flow, _ in sent(first)] == [UDP]
    ((flow, large),) = sent(second)
    assert flow == TCP
    assert top_via(large.headers).host == "127.0.0.60"
    assert top_via(large.headers).port == 5061
    assert len(large.headers.get_all("Via")) == 1


def test_without_a_reliable_way_it_stays_a_datagram() -> None:
    assert [flow for flow, _ in sent(core(way=None).handle(invite(), 0.0))] == [UDP]


def test_nothing_is_repeated_on_the_connection() -> None:
    agent = core()
    assert [flow for flow, _ in sent(agent.handle(invite(), 0.0))] == [TCP]
    assert agent.handle(Tick(), 31.9) == []
    assert any(isinstance(output, Rejected) for output in agent.handle(Tick(), 32.0))


@STYLES
def test_a_connection_that_fails_before_any_answer_lets_the_request_go_as_a_datagram(style: WireStyle) -> None:
    agent = core(style)
    ((_, first),) = sent(agent.handle(invite(), 0.0))
    ((flow, second),) = sent(agent.handle(FlowClosed(TCP), 0.1))
    assert flow == UDP
    assert len(second.headers.get_all("Via")) == 1
    assert top_via(second.headers).branch == top_via(first.headers).branch
    assert [flow for flow, _ in sent(agent.handle(Tick(), 0.6))] == [UDP]
    outputs = agent.handle(Received(UDP, answer(second, 200, Contact="<sip:b@127.0.0.81>")), 0.7)
    assert any(isinstance(output, Accepted) for output in outputs)
    assert agent.transactions == 1


def test_the_datagram_fails_as_any_other() -> None:
    agent = core()
    agent.handle(message(2000), 0.0)
    agent.handle(FlowClosed(TCP), 0.1)
    (failed,) = (output for output in agent.handle(Tick(), 32.2) if isinstance(output, OutOfDialogReplied))
    assert failed.status == 408
    assert agent.transactions == 0
    assert agent.deadline is None


def test_after_an_answer_the_end_of_the_connection_ends_the_request() -> None:
    agent = core()
    ((_, request),) = sent(agent.handle(invite(), 0.0))
    agent.handle(Received(TCP, answer(request, 100)), 0.1)
    outputs = agent.handle(FlowClosed(TCP), 0.2)
    assert sent(outputs) == []
    assert [output.status for output in outputs if isinstance(output, Rejected)] == [503]


def test_another_connection_is_none_of_its_business() -> None:
    agent = core()
    agent.handle(invite(), 0.0)
    assert agent.handle(FlowClosed(replace(TCP, connection="2")), 0.1) == []


def test_cancel_and_ack_of_a_failure_go_the_way_of_their_invite() -> None:
    agent = core()
    ((_, request),) = sent(agent.handle(invite(), 0.0))
    agent.handle(Received(TCP, answer(request, 180)), 0.1)
    ((flow, cancel),) = sent(agent.handle(Hangup("call"), 0.2))
    assert (flow, cancel.method) == (TCP, "CANCEL")
    assert str(top_via(cancel.headers)) == str(top_via(request.headers))
    ((flow, ack),) = sent(agent.handle(Received(TCP, answer(request, 487)), 0.3))
    assert (flow, ack.method) == (TCP, "ACK")
    assert str(top_via(ack.headers)) == str(top_via(request.headers))


def test_a_small_ack_of_a_2xx_is_a_datagram_again() -> None:
    agent = core()
    ((_, request),) = sent(agent.handle(invite(), 0.0))
    outputs = agent.handle(Received(TCP, answer(request, 200, Contact="<sip:b@127.0.0.81>")), 0.1)
    assert [(flow, ack.method) for flow, ack in sent(outputs)] == [(UDP, "ACK")]


def test_a_large_ack_is_repeated_as_a_datagram() -> None:
    agent = core()
    ((flow, request),) = sent(agent.handle(invite(sdp=""), 0.0))
    assert flow == UDP
    success = answer(request, 200, Contact="<sip:b@127.0.0.81>")
    agent.handle(Received(UDP, success), 0.1)
    assert [flow for flow, _ in sent(agent.handle(Acknowledge("call", SDP), 0.2))] == [TCP]
    for now in (0.6, 1.1):
        ((flow, ack),) = sent(agent.handle(Received(UDP, success), now))
        assert (flow, ack.method, ack.body) == (UDP, "ACK", SDP.encode())
        assert len(ack.headers.get_all("Via")) == 1

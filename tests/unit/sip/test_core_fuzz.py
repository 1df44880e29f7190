"""Mangled messages do the core no harm: it never raises, says so or answers 4xx, and forgets all in time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.sip import events
from cordboard.sip.core import SessionTimer
from cordboard.sip.events import Credentials, Received
from cordboard.sip.framing import KeepAlive, Unreadable, read
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response, reason_phrase, to_bytes
from kit.pair import SDP
from kit.solo import CONTACT, OURS, PEER_CONTACT, Solo

fuzz = settings(deadline=None, database=None)

NASTY = (
    "", " ", ";", "<", ">", '"', ",", "*", "<>", "sip:", "<sip:a@b", "sip:a@b;tag=", "<sip:a@b>;tag=our-tag2", ";;;=",
    "0", "-1", "4294967296", "99999999999999999999", "1 ACK", "1 INVITE", "1 CANCEL", "x" * 300, "\x00", "é", "%zz",
    "SIP/2.0/UDP", "SIP/2.0/UDP h;branch=z9hG4bK", "SIP/2.0/UDP 127.0.0.2:99999", "[::1", "<sip:a;lr>, <broken",
)  # fmt: skip
EXTENSIONS = (
    ("Require", "100rel"), ("RSeq", "1"), ("RSeq", "2"), ("RSeq", "x"), ("RAck", "1 1 INVITE"), ("RAck", "1 4 INVITE"),
    ("RAck", "1"), ("Supported", "100rel, timer"), ("Session-Expires", "90;refresher=uas"), ("Session-Expires", "1"),
    ("Session-Expires", "1800;refresher=uac"), ("Min-SE", "100"), ("Min-SE", "9999999999999"), ("Allow", "UPDATE"),
    ("WWW-Authenticate", 'Digest realm="r", nonce="n"'), ("WWW-Authenticate", "Digest"),
    ("Proxy-Authenticate", 'Digest realm="r", nonce="n", stale=true'),
    ("Replaces", "peer-call;to-tag=our-tag5;from-tag=peer-tag"), ("Replaces", "x"),
)  # fmt: skip
METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "NOTIFY", "INFO", "UPDATE", "REGISTER", "OPTIONS", "REFER", "PRACK", "X")
NAMES = ("Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Require", "Record-Route", "Content-Length")


def request(
    method: str, uri: str, our_tag: str, their_tag: str, number: int, extensions: list[tuple[str, str]]
) -> Request:
    fields = [
        ("Via", f"SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKfuzz{number % 3}"),
        ("From", f"<sip:peer@example.com>{their_tag}"),
        ("To", f"<sip:5001@example.com>{our_tag}"),
        ("Call-ID", "peer-call" if number % 2 else "our-call1"),
        ("CSeq", f"{number} {method}"),
        ("Max-Forwards", "70"),
        ("Contact", PEER_CONTACT),
        ("Record-Route", "<sip:127.0.0.9;lr>"),
        ("Content-Length", "0"),
        *extensions,
    ]
    return Request(method, uri, Headers(fields), SDP.encode() if number % 4 == 0 else b"")


requests = st.builds(
    request,
    st.sampled_from(METHODS),
    st.sampled_from((f"sip:5001@{OURS}", "sip:x", "tel:1", "nonsense:", "*")),
    st.sampled_from(("", ";tag=our-tag2", ";tag=our-tag5", ";tag=our-tag6", ";tag=zz")),
    st.sampled_from(("", ";tag=peer-tag", ";tag=zz")),
    st.integers(0, 12),
    st.lists(st.sampled_from(EXTENSIONS), max_size=4),
)


@st.composite
def responses(draw: st.DrawFn) -> Response:
    status = draw(st.sampled_from((100, 180, 183, 200, 202, 302, 401, 404, 407, 408, 422, 481, 487, 491, 500, 603)))
    method = draw(st.sampled_from(METHODS))
    fields = [
        ("Via", f"SIP/2.0/UDP {OURS};branch=z9hG4bKour-{draw(st.integers(1, 12))}"),
        ("From", "<sip:5001@example.com>;tag=our-tag2"),
        ("To", f"<sip:peer@example.com>{draw(st.sampled_from(('', ';tag=peer-tag', ';tag=fork')))}"),
        ("Call-ID", "our-call1"),
        ("CSeq", f"{draw(st.integers(0, 4))} {method}"),
        ("Contact", draw(st.sampled_from((PEER_CONTACT, "<broken", "*", "sip:x")))),
        ("Record-Route", draw(st.sampled_from(("<sip:127.0.0.9;lr>", "<sip:127.0.0.9>", "<broken")))),
        *draw(st.lists(st.sampled_from(EXTENSIONS), max_size=4)),
    ]
    return Response(status, reason_phrase(status), Headers(fields), draw(st.sampled_from((b"", SDP.encode()))))


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    message = draw(st.one_of(requests, responses()))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(NAMES))
        change = draw(st.integers(0, 2))
        if change == 0:
            message.headers.remove(name)
        elif change == 1:
            message.headers.set(name, draw(st.sampled_from(NASTY)))
        else:
            message.headers.add(name, draw(st.sampled_from(NASTY)))
    data = to_bytes(message)
    if draw(st.booleans()):
        return data
    start = draw(st.integers(0, len(data)))
    end = min(len(data), start + draw(st.integers(0, 20)))
    return data[:start] + draw(st.binary(max_size=10)) + data[end:]


@st.composite
def commands(draw: st.DrawFn) -> events.Input:
    session = draw(st.sampled_from(("s", "our-session5", "our-session6", "nobody")))
    return draw(
        st.sampled_from(
            (
                events.Ring(session, CONTACT),
                events.Ring(session, CONTACT, 183, SDP, reliable=True),
                events.Accept(session, CONTACT, SDP),
                events.Reject(session, 486),
                events.Acknowledge(session, SDP),
                events.Reinvite(session, SDP),
                events.Reinvite(session),
                events.SendInDialog(session, "k", "INFO"),
                events.SendInDialog(session, "k", "UPDATE", content_type="application/sdp", body=SDP.encode()),
                events.Respond("our-transaction4", 200),
                events.Hangup(session),
                events.FlowClosed(Solo().flow),
            )
        )
    )


def calling(stage: int) -> Solo:
    """A core with one call of ours, in one of its stages."""
    solo = Solo(session_timer=SessionTimer(90), credentials=lambda flow, address: Credentials("5001", "secret"))
    invite = solo.call()
    if stage > 0:
        solo.reply(180, invite)
    if stage > 1:
        solo.reply(200, invite, sdp=SDP)
    return solo


steps = st.lists(st.one_of(mangled(), mangled(), commands(), st.floats(0, 20)), min_size=1, max_size=12)


@fuzz
@given(st.integers(0, 2), steps)
def test_core_survives_whatever_comes(stage: int, sequence: list[bytes | events.Input | float]) -> None:
    solo = calling(stage)
    for step in sequence:
        if isinstance(step, float):
            solo.run(step)
        elif isinstance(step, bytes):
            solo.do(Received(solo.flow, step))
        else:
            solo.do(step)
    for invited in ["s", *(output.session for output in solo.all(events.Invited))]:
        solo.do(events.Hangup(invited))
    solo.run(4 * 32)
    assert (solo.core.sessions, solo.core.transactions, solo.core.deadline) == (0, 0, None)


@fuzz
@given(mangled())
def test_broken_message_is_noted_and_refused_where_that_is_possible(data: bytes) -> None:
    solo = Solo()
    framed = read(data)
    solo.do(Received(solo.flow, data))
    if isinstance(framed, Unreadable):
        assert solo.kinds == ["Malformed"]
        assert [message.status // 100 for _, message in solo.sent if isinstance(message, Response)] in ([], [4], [5])
        assert solo.core.transactions == 0
    elif isinstance(framed, KeepAlive):
        assert solo.outputs == solo.sent == []


@fuzz
@given(st.binary(max_size=300))
def test_arbitrary_bytes(data: bytes) -> None:
    solo = Solo()
    solo.do(Received(solo.flow, data))
    assert set(solo.kinds) <= {"Malformed"}

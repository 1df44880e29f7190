from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.sip.core import UserAgentCore
from cordboard.sip.events import Flow, Malformed, Received, Transmit
from cordboard.sip.framing import KeepAlive
from cordboard.sip.message import MAXIMUM_SIZE, Response, parse_message
from cordboard.sip.stream import Broken, Piece, StreamDecoder
from kit.counted import CountedIdentifiers
from unit.sip.samples import SAMPLES, SIP_SERVER_BYE, SIP_SERVER_INVITE_WITH_OFFER

PING, PONG = KeepAlive(b"\r\n"), KeepAlive(b"")
MESSAGES = list(SAMPLES.values())
WITHOUT_LENGTH = SIP_SERVER_BYE.replace(b"Content-Length: 0\r\n", b"")
FLOW = Flow("TCP", "trunk", ("127.0.0.81", 5060), "1")


def cut(*chunks: bytes) -> list[Piece]:
    decoder = StreamDecoder()
    return [piece for chunk in chunks for piece in decoder.feed(chunk)]


def octets(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


def said(piece: Piece) -> list[int]:
    """The status codes that a core answers to a piece with."""
    assert isinstance(piece, bytes)
    core = UserAgentCore(CountedIdentifiers(), via_host=lambda flow: "127.0.0.60:5060")
    outputs = core.handle(Received(FLOW, piece), 0.0)
    assert any(isinstance(output, Malformed) for output in outputs)
    answers = [parse_message(output.data) for output in outputs if isinstance(output, Transmit)]
    return [answer.status for answer in answers if isinstance(answer, Response)]


@pytest.mark.parametrize("message", MESSAGES, ids=SAMPLES.keys())
def test_a_message_comes_out_as_it_went_in_however_it_is_chopped(message: bytes) -> None:
    assert cut(message) == [message]
    assert cut(*octets(message)) == [message]


def test_many_messages_in_one_read() -> None:
    assert cut(b"".join(MESSAGES)) == MESSAGES


@given(st.lists(st.sampled_from(MESSAGES), max_size=5), st.lists(st.integers(0, 6000), max_size=12))
@settings(deadline=None, database=None)
def test_reads_end_anywhere(messages: list[bytes], ends: list[int]) -> None:
    data = b"".join(messages)
    places = [0, *sorted(min(end, len(data)) for end in ends), len(data)]
    assert cut(*(data[start:end] for start, end in itertools.pairwise(places))) == messages


def test_what_waits_for_the_rest_is_counted() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(SIP_SERVER_INVITE_WITH_OFFER[:-10]) == []
    assert decoder.pending == len(SIP_SERVER_INVITE_WITH_OFFER) - 10
    assert decoder.feed(SIP_SERVER_INVITE_WITH_OFFER[-10:]) == [SIP_SERVER_INVITE_WITH_OFFER]
    assert decoder.pending == 0


def test_a_body_may_look_like_messages_and_pings() -> None:
    body = b"\r\n\r\nBYE sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\n"
    message = SIP_SERVER_BYE.replace(b"Length: 0", f"Length: {len(body)}".encode()) + body
    assert cut(message, SIP_SERVER_BYE) == [message, SIP_SERVER_BYE]
    assert cut(*octets(message + SIP_SERVER_BYE)) == [message, SIP_SERVER_BYE]


@pytest.mark.parametrize("length", [b"l: 0", b"CONTENT-LENGTH : 0", b"Content-Length:\r\n 0", b"l:000"])
def test_spellings_of_the_length(length: bytes) -> None:
    message = SIP_SERVER_BYE.replace(b"Content-Length: 0", length)
    assert cut(message + SIP_SERVER_BYE) == [message, SIP_SERVER_BYE]


def test_line_feeds_alone_end_lines_too() -> None:
    message = SIP_SERVER_BYE.replace(b"\r\n", b"\n")
    assert cut(message + SIP_SERVER_BYE) == [message, SIP_SERVER_BYE]


# --- keep-alives (RFC 5626 sections 3.5.1 and 4.4.1) ---


def test_pings_and_pongs_between_messages() -> None:
    data = b"\r\n\r\n" + SIP_SERVER_BYE + b"\r\n" + SIP_SERVER_BYE + b"\r\n\r\n\r\n"
    assert cut(data) == [PING, SIP_SERVER_BYE, PONG, SIP_SERVER_BYE, PING, PONG]


def test_a_ping_in_two_reads_gets_its_pong() -> None:
    assert cut(b"\r\n", b"\r\n") == [PONG, PING]
    assert cut(b"\r", b"\n\r", b"\n") == [PING]
    assert cut(b"\r\n\r", b"\n") == [PING]


def test_a_message_between_two_pongs_makes_no_ping_of_them() -> None:
    assert cut(b"\r\n", SIP_SERVER_BYE, b"\r\n") == [PONG, SIP_SERVER_BYE, PONG]


def test_keep_alives_leave_nothing_behind() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(b"\r\n\r\n" * 1000) == [PING] * 1000
    assert decoder.pending == 0


# --- hostile streams ---


def test_without_a_length_the_request_is_refused_and_the_stream_ends() -> None:
    head, broken = cut(WITHOUT_LENGTH + SIP_SERVER_BYE)
    assert head == WITHOUT_LENGTH
    assert isinstance(broken, Broken)
    assert said(head) == [400]


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (b"Content-Length: -1", 400),
        (b"Content-Length: ten", 400),
        (b"Content-Length: 0x10", 400),
        (b"Content-Length:", 400),
        (b"Content-Length: 0\r\nl: 40", 400),
        (b"Content-Length: 0, 0", 400),
        (b"Content-Length: " + b"9" * 400, 400),
        (b"Content-Length: 65536", 513),
        (b"Content-Length: 4000000000", 513),
        (b"a line that is no header\r\nContent-Length: 0", 400),
        (b"Content-Length: 0\rContent-Length: 5", None),
    ],
)
def test_lengths_that_cannot_be_true(length: bytes, status: int | None) -> None:
    head, broken = cut(SIP_SERVER_BYE.replace(b"Content-Length: 0", length) + SIP_SERVER_BYE)
    assert isinstance(broken, Broken)
    assert said(head) == ([] if status is None else [status])


def test_headers_without_end() -> None:
    decoder = StreamDecoder()
    pieces: list[Piece] = decoder.feed(SIP_SERVER_BYE[:-2])
    for _ in range(5000):
        pieces += decoder.feed(b"X-Filler: and so on, and on\r\n")
        assert decoder.pending <= MAXIMUM_SIZE
    head, broken = pieces
    assert isinstance(broken, Broken)
    assert said(head) == [513]


def test_another_protocol_gets_nothing_but_the_end() -> None:
    head, broken = cut(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert isinstance(broken, Broken)
    assert said(head) == []


def test_after_the_end_nothing_counts() -> None:
    decoder = StreamDecoder()
    assert len(decoder.feed(WITHOUT_LENGTH)) == 2
    assert decoder.feed(SIP_SERVER_BYE) == []
    assert decoder.pending == 0


def test_the_largest_message() -> None:
    room = MAXIMUM_SIZE - len(SIP_SERVER_BYE) - 4
    message = SIP_SERVER_BYE.replace(b"Length: 0", f"Length: {room}".encode()) + b"x" * room
    assert len(message) == MAXIMUM_SIZE
    assert cut(message) == [message]
    head, broken = cut(message.replace(str(room).encode(), str(room + 1).encode()) + b"x")
    assert isinstance(broken, Broken)
    assert said(head) == [400]


@pytest.mark.timeout(10)
def test_a_stream_octet_by_octet_takes_no_long() -> None:
    decoder = StreamDecoder()
    pieces = [piece for octet in octets(b"A: b\r\n" * 15000) for piece in decoder.feed(octet)]
    assert isinstance(pieces[-1], Broken)


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"\r\n", b"\n\n", b"l: 3\r\n", *MESSAGES]), max_size=12))
@settings(deadline=None, database=None)
def test_any_octets(chunks: list[bytes]) -> None:
    decoder = StreamDecoder()
    pieces = [piece for chunk in chunks for piece in decoder.feed(chunk)]
    assert decoder.pending <= MAXIMUM_SIZE
    assert not any(isinstance(piece, Broken) for piece in pieces[:-1])
    assert sum(len(piece) for piece in pieces if isinstance(piece, bytes)) <= sum(map(len, chunks))

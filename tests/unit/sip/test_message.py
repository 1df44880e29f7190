"""Every sample is read whole, mangled in each way that must not matter, cut off, and with junk behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cordboard.sip.errors import LocalProtocolError, RemoteProtocolError
from cordboard.sip.message import (
    MAXIMUM_SIZE,
    Headers,
    Message,
    Request,
    Response,
    parse_message,
    reason_phrase,
    to_bytes,
)
from unit.sip.samples import (
    JSSIP_ANSWER,
    OFFER,
    SAMPLES,
    SIP_SERVER_INVITE_WITH_OFFER,
    SIP_SERVER_INVITE_WITHOUT_OFFER,
    wire,
)

each_sample = pytest.mark.parametrize("data", SAMPLES.values(), ids=SAMPLES.keys())


def head_and_body(data: bytes) -> tuple[bytes, bytes]:
    head, _, body = data.partition(b"\r\n\r\n")
    return head, body


def with_line_feeds_only(data: bytes) -> bytes:
    head, body = head_and_body(data)
    return head.replace(b"\r\n", b"\n") + b"\n\n" + body


def with_mixed_line_ends(data: bytes) -> bytes:
    head, body = head_and_body(data)
    return head.replace(b"\r\n", b"\n") + b"\n\r\n" + body


def with_empty_lines_before(data: bytes) -> bytes:
    return b"\r\n\r\n" + data


def folded(data: bytes) -> bytes:
    head, body = head_and_body(data)
    return head.replace(b": ", b":\r\n \t ") + b"\r\n\r\n" + body


def shouted(data: bytes) -> bytes:
    head, body = head_and_body(data)
    first, *rest = head.split(b"\r\n")
    lines = [name.upper() + b" : " + value for name, _, value in (line.partition(b": ") for line in rest)]
    return b"\r\n".join([first, *lines]) + b"\r\n\r\n" + body


def compact(data: bytes) -> bytes:
    for name, short in {b"Via": b"v", b"From": b"f", b"To": b"t", b"Call-ID": b"i", b"Content-Length": b"L"}.items():
        data = data.replace(b"\r\n" + name + b": ", b"\r\n" + short + b": ")
    return data


def without_content_length(data: bytes) -> bytes:
    head, body = head_and_body(data)
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def values(message: Message) -> list[tuple[str, str]]:
    """All fields with lower-case names, Content-Length apart."""
    return [(name.lower(), value) for name, value in message.headers.items() if name != "Content-Length"]


@each_sample
def test_what_is_read_is_printed_again_octet_by_octet(data: bytes) -> None:
    assert to_bytes(parse_message(data)) == data


@each_sample
@pytest.mark.parametrize(
    "mangle",
    [
        with_line_feeds_only,
        with_mixed_line_ends,
        with_empty_lines_before,
        folded,
        shouted,
        compact,
        without_content_length,
    ],
)
def test_what_must_not_matter_does_not(data: bytes, mangle: Callable[[bytes], bytes]) -> None:
    mangled = mangle(data)
    assert mangled != data
    plain, read = parse_message(data), parse_message(mangled)
    assert values(read) == values(plain)
    assert read.body == plain.body
    assert type(read) is type(plain)


@each_sample
@pytest.mark.parametrize("junk", [b"\r\n", b"\0", b"junk", b"INVITE sip:x@y SIP/2.0\r\n\r\n"])
def test_octets_after_content_length_are_dropped(data: bytes, junk: bytes) -> None:
    assert to_bytes(parse_message(data + junk)) == data


@each_sample
def test_a_message_cut_off_anywhere_is_refused(data: bytes) -> None:
    for length in range(len(data)):
        with pytest.raises(RemoteProtocolError):
            parse_message(data[:length])


@each_sample
@pytest.mark.parametrize("octet", [b"\0", b"\r", b"\n", b" ", b":", b"\xff", b"<"])
def test_one_octet_changed_is_read_or_refused(data: bytes, octet: bytes) -> None:
    for place in range(0, len(data), 3):
        mangled = data[:place] + octet + data[place + 1 :]
        try:
            message = parse_message(mangled)
        except RemoteProtocolError:
            continue
        assert parse_message(to_bytes(message)).headers.get_all("Via") == message.headers.get_all("Via")


def test_a_request_of_sip_server() -> None:
    request = parse_message(SIP_SERVER_INVITE_WITH_OFFER)
    assert isinstance(request, Request)
    assert (request.method, request.uri) == ("INVITE", "sip:5001@127.0.0.60:5060")
    assert request.headers.get("X-Genesys-CallUUID") == "TTL7J9EM750GP936CFL0EOACN8000077"
    assert [name for name, _ in request.headers.items()][:8] == [
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Content-Length",
        "Content-Type",
        "Via",
        "Contact",
    ]
    assert request.body == OFFER


def test_a_response_of_jssip_with_utf_8() -> None:
    response = parse_message(JSSIP_ANSWER)
    assert isinstance(response, Response)
    assert (response.status, response.reason) == (200, "OK")
    assert response.headers.get("From") == '"Zoë" <sip:+15550100@127.0.0.1>;tag=c2'
    assert response.body == OFFER


def test_a_head_that_is_not_utf_8_is_taken_as_latin_1() -> None:
    message = parse_message(JSSIP_ANSWER.replace("Zoë".encode(), "Zoë".encode("latin-1")))
    assert message.headers.get("From", "").startswith('"Zoë"')
    assert to_bytes(message) == JSSIP_ANSWER


def test_the_body_need_not_be_text() -> None:
    body = bytes(range(256)) + b"\r\n\r\n\n\n"
    assert parse_message(wire("MESSAGE sip:a@b SIP/2.0\nContent-Length: %LENGTH%", body)).body == body
    assert parse_message(wire("MESSAGE sip:a@b SIP/2.0", body)).body == body


def test_an_empty_line_of_the_body_is_not_taken_for_the_end_of_the_head() -> None:
    message = parse_message(b"MESSAGE sip:a@b SIP/2.0\nTo: x\n\nfirst\r\n\r\nsecond")
    assert message.body == b"first\r\n\r\nsecond"


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        ("SIP/2.0 200 OK", 200, "OK"),
        ("SIP/2.0 100 ", 100, ""),
        ("SIP/2.0 100", 100, ""),
        ("sip/2.0 699 a: b  c", 699, "a: b  c"),
        ("SIP/2.0 486 Zajęte", 486, "Zajęte"),
    ],
)
def test_status_lines(line: str, status: int, reason: str) -> None:
    response = parse_message(wire(line))
    assert isinstance(response, Response)
    assert (response.status, response.reason) == (status, reason)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("", 400),
        ("INVITE", 400),
        ("INVITE sip:a@b", 400),
        ("INVITE  sip:a@b SIP/2.0", 400),
        ("INVITE sip:a@b  SIP/2.0", 400),
        ("INVITE sip:a@b SIP/2.0 ", 400),
        ("INVITE sip:a@b SIP/2.0 x", 400),
        ("INVITE sip:a@b SIP/two", 400),
        ("INVITE sip:a@b HTTP/1.1", 400),
        ("IN@ITE sip:a@b SIP/2.0", 400),
        ("GET / HTTP/1.1", 400),
        ("INVITE sip:a@b SIP/7.0", 505),
        ("SIP/3.0 200 OK", 505),
        ("SIP/2.0", 400),
        ("SIP/2.0 OK", 400),
        ("SIP/2.0 99 x", 400),
        ("SIP/2.0 099 x", 400),
        ("SIP/2.0 700 x", 400),
        ("SIP/2.0 4294967301 better not break", 400),
        ("SIP/2.0 2OO OK", 400),
        ("SIP/2.0 -20 OK", 400),
    ],
)
def test_start_lines_that_are_refused(line: str, status: int) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        parse_message(f"{line}\r\nTo: x\r\n\r\n".encode())
    assert refused.value.status_hint == status


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"INVITE sip:a@b SIP/2.0\r\n", b"\0\1\0\0" * 5])
def test_no_head_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_message(data)


@pytest.mark.parametrize("length", ["-1", "4", "", "1x", "0x1", "1,1", "9" * 30])
def test_a_content_length_that_cannot_be_is_refused(length: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        parse_message(f"MESSAGE sip:a@b SIP/2.0\r\nContent-Length: {length}\r\n\r\nabc".encode())
    assert refused.value.status_hint == 400


def test_two_content_lengths_must_agree() -> None:
    assert parse_message(b"MESSAGE sip:a@b SIP/2.0\r\nl: 2\r\nContent-Length: 2\r\n\r\nabc").body == b"ab"
    with pytest.raises(RemoteProtocolError):
        parse_message(b"MESSAGE sip:a@b SIP/2.0\r\nl: 2\r\nContent-Length: 3\r\n\r\nabc")


def test_a_bare_carriage_return_is_refused_in_the_head_but_not_in_the_body() -> None:
    with pytest.raises(RemoteProtocolError):
        parse_message(b"MESSAGE sip:a@b SIP/2.0\r\nSubject: a\rVia: b\r\n\r\n")
    assert parse_message(b"MESSAGE sip:a@b SIP/2.0\r\n\r\na\rb").body == b"a\rb"


def test_the_size_is_bounded() -> None:
    fitting = b"MESSAGE sip:a@b SIP/2.0\r\n\r\n".ljust(MAXIMUM_SIZE, b"x")
    assert parse_message(fitting).body.startswith(b"xxx")
    with pytest.raises(RemoteProtocolError) as refused:
        parse_message(fitting + b"x")
    assert refused.value.status_hint == 513


def test_content_length_is_put_right_in_its_place() -> None:
    message = parse_message(SIP_SERVER_INVITE_WITHOUT_OFFER)
    message.body = b"12345"
    printed = to_bytes(message)
    assert b"CSeq: 1 INVITE\r\nContent-Length: 5\r\nVia: " in printed
    assert printed.endswith(b"\r\n\r\n12345")
    assert printed.count(b"Content-Length") == 1


def test_content_length_is_added_at_the_end_and_never_twice() -> None:
    response = Response(200, "OK", Headers([("Via", "x")]), b"abc")
    assert to_bytes(response) == b"SIP/2.0 200 OK\r\nVia: x\r\nContent-Length: 3\r\n\r\nabc"
    response.headers = Headers([("l", "9"), ("Content-Length", "8")])
    assert to_bytes(response) == b"SIP/2.0 200 OK\r\nContent-Length: 3\r\n\r\nabc"


@pytest.mark.parametrize(
    "message",
    [
        Request("INVITE", "sip:a@b SIP/2.0\r\nX: y"),
        Response(200, "OK\nX: y"),
        Request("INVITE", "sip:a@b", Headers([("Subject", "a\r\nX: y")])),
        Request("INVITE", "sip:a@b", Headers([("Subject", "a\rX: y")])),
        Request("INVITE", "sip:a@b", Headers([("Subject\nX", "y")])),
    ],
)
def test_a_hidden_line_end_is_not_printed(message: Message) -> None:
    with pytest.raises(LocalProtocolError):
        to_bytes(message)


def test_what_cannot_be_utf_8_is_printed_as_a_question_mark() -> None:
    assert b"Subject: ?\r\n" in to_bytes(Request("INVITE", "sip:a@b", Headers([("Subject", "\ud800")])))


def test_neither_numbers_nor_bodies_show_in_the_representation() -> None:
    assert repr(parse_message(wire("INVITE sip:15550100@b SIP/2.0\nTo: x", b"abc"))) == (
        "Request(INVITE, Headers(To), body of 3 octets)"
    )
    assert repr(Response(486, "Busy Here")) == "Response(486, Headers(), body of 0 octets)"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (100, "Trying"),
        (180, "Ringing"),
        (200, "OK"),
        (481, "Call/Transaction Does Not Exist"),
        (487, "Request Terminated"),
    ],
)
def test_reason_phrases(status: int, reason: str) -> None:
    assert reason_phrase(status) == reason


@pytest.mark.parametrize(("status", "reason"), [(299, "OK"), (499, "Request Failure"), (0, "Unknown")])
def test_an_unknown_status_has_the_phrase_of_its_class(status: int, reason: str) -> None:
    assert reason_phrase(status) == reason

"""No input makes a parser raise anything but RemoteProtocolError, and what was read survives printing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.sip.address import NameAddress, parse_addresses
from cordboard.sip.digest import Credentials, authorization, challenge, first_supported, nonce_age, verify
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import CSeq, Event, Reason, SubscriptionState, bearer_token, media_type, seconds
from cordboard.sip.framing import KeepAlive, Unreadable, read
from cordboard.sip.grammar import parse_parameters, print_parameters, quote, split_list, unquote
from cordboard.sip.headers import Headers
from cordboard.sip.message import Message, Request, Response, parse_message, to_bytes
from cordboard.sip.uri import Uri
from cordboard.sip.validation import validate
from cordboard.sip.via import Via
from unit.sip.samples import SAMPLES

fuzz = settings(deadline=None, database=None)

PIECES = [
    *(
        "sip:",
        "sips:",
        "tel:",
        "<",
        ">",
        '"',
        "\\",
        ";",
        ",",
        "=",
        "?",
        "@",
        ":",
        "/",
        "%",
        "%00",
        "%ff",
        "%40",
        "[",
        "]",
    ),
    *(" ", "\t", "\r", "\n", "\r\n", "\r\n ", "\0", "\x85", "\ufeff", "ß", "İ", "²", "5001", "127.0.0.1", "::1", "h"),
    *("tag", "branch", "z9hG4bK", "received", "rport", "expires", "SIP/2.0/UDP", "SIP", "INVITE", "1", "-1", "9" * 30),
    *(
        "Digest",
        "username",
        "realm",
        "nonce",
        "uri",
        "response",
        "algorithm",
        "MD5",
        "qop",
        "auth",
        "nc",
        "Bearer",
        "*",
    ),
]

values = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=16).map("".join)

PARSERS: list[Callable[[str], object]] = [
    CSeq.parse,
    Credentials.parse,
    Event.parse,
    NameAddress.parse,
    Reason.parse,
    SubscriptionState.parse,
    Uri.parse,
    Via.parse,
    bearer_token,
    lambda text: Headers.parse(text.split("\n")),
    lambda text: Uri.parse(f"sip:{text}"),
    lambda text: Via.parse(f"SIP/2.0/UDP {text}").reply_to,
    lambda text: authorization(f"Digest {text}", "REGISTER", "sip:h", "5001", "secret", "0a4f"),
    lambda text: first_supported([text]),
    lambda text: nonce_age(b"secret", text, 0.0),
    lambda text: parse_addresses([text]),
    lambda text: seconds(text),
    lambda text: verify(f"Digest {text}", "REGISTER", "5001", "secret", "r", bool),
    media_type,
    parse_parameters,
    split_list,
]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A real message with octets cut out, put in, changed or doubled at some places."""
    data = draw(st.sampled_from(list(SAMPLES.values())))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 20)))
        piece = draw(
            st.sampled_from([piece.encode() for piece in PIECES]) | st.binary(max_size=6) | st.just(data[start:end])
        )
        data = data[:start] + piece + data[end if draw(st.booleans()) else start :]
    return data


@st.composite
def shuffled(draw: st.DrawFn) -> bytes:
    """The lines of a real message in another order, some doubled or lost, some with another value."""
    head, _, body = draw(st.sampled_from(list(SAMPLES.values()))).partition(b"\r\n\r\n")
    first, *rest = head.split(b"\r\n")
    lines = draw(st.lists(st.sampled_from(rest), max_size=2 * len(rest)))
    changed = [line.partition(b":")[0] + b": " + draw(values).encode() for line in lines[:2]]
    return b"\r\n".join([first, *changed, *lines[2:]]) + b"\r\n\r\n" + body


def attempt(data: bytes) -> Message | None:
    try:
        return parse_message(data)
    except RemoteProtocolError:
        return None


def without_length(message: Message) -> list[tuple[str, str]]:
    return [field for field in message.headers.items() if field[0] != "Content-Length"]


@fuzz
@given(st.binary(max_size=400) | mangled() | shuffled())
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    message = attempt(data)
    framed = read(data, connection=True)
    assert isinstance(framed, Request | Response | KeepAlive | Unreadable)
    if message is None:
        assert isinstance(framed, KeepAlive | Unreadable)


@fuzz
@given(mangled() | shuffled())
def test_what_was_read_survives_printing(data: bytes) -> None:
    message = attempt(data)
    if message is None:
        return
    again = parse_message(to_bytes(message))
    assert without_length(again) == without_length(message)
    assert again.body == message.body
    assert type(again) is type(message)


@fuzz
@given(mangled() | shuffled())
def test_what_is_left_of_a_broken_request_is_enough_for_an_answer(data: bytes) -> None:
    framed = read(data)
    if not isinstance(framed, Unreadable) or framed.request is None:
        return
    answer = Response(framed.status, "Bad", framed.request.headers)
    printed = parse_message(to_bytes(answer))
    assert printed.headers.get_all("Via")
    assert all(len(printed.headers.get_all(name)) <= 1 for name in ("To", "From", "Call-ID"))
    assert len(printed.headers.get_all("CSeq")) == 1


@fuzz
@given(shuffled())
def test_validation_refuses_or_lets_pass(data: bytes) -> None:
    message = attempt(data)
    if message is None:
        return
    try:
        validate(message)
    except RemoteProtocolError as error:
        status = error.status_hint
    else:
        status = 0
    assert status in (0, 400, 416)


@pytest.mark.parametrize("parse", PARSERS)
@fuzz
@given(text=values)
def test_any_value_is_read_or_refused(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except RemoteProtocolError as error:
        refusal = error.status_hint
        assert refusal in (400, 513)


@pytest.mark.parametrize(
    ("parse", "before"),
    [
        (Uri.parse, "sip:"),
        (Uri.parse, "sip:a@h"),
        (Uri.parse, "tel:1"),
        (NameAddress.parse, ""),
        (NameAddress.parse, "<sip:a@h>"),
        (NameAddress.parse, "sip:a@h"),
        (NameAddress.parse, '"A" <sip:'),
        (Via.parse, "SIP/2.0/UDP h"),
        (Via.parse, "SIP/2.0/"),
        (CSeq.parse, "1 "),
        (Event.parse, "talk"),
        (SubscriptionState.parse, "active"),
    ],
)
@fuzz
@given(text=values)
def test_values_survive_printing(parse: Callable[[str], object], before: str, text: str) -> None:
    flat = text.replace("\r", "").replace("\n", "")  # a value of a message holds no line end
    try:
        value = parse(before + flat)
    except RemoteProtocolError:
        return
    assert parse(str(value)) == value


@fuzz
@given(st.text(), st.text())
def test_quoted_text_survives(text: str, more: str) -> None:
    flat = text.replace("\r", "").replace("\n", "")
    assert unquote(quote(text)) == text.replace("\r", " ").replace("\n", " ")
    parameters = {"a": quote(flat), "b": quote(more)}
    assert parse_parameters(print_parameters(parameters)) == parameters
    assert split_list(f"{quote(text)}, {quote(more)}") == [quote(text), quote(more)]


@fuzz
@given(st.text(), st.text(), st.text(), st.text(min_size=1), st.booleans())
def test_credentials_survive_the_wire(user: str, password: str, realm: str, cnonce: str, qop: bool) -> None:
    user, realm, cnonce = ("".join(text.split()) for text in (user, realm, cnonce + "x"))
    answer = authorization(challenge(realm, "n", qop=qop), "REGISTER", "sip:h", user, password, cnonce)
    assert verify(answer, "REGISTER", user, password, realm, lambda nonce: nonce == "n")
    assert not verify(answer, "REGISTER", user, password + "x", realm, lambda nonce: nonce == "n")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("parse", PARSERS)
def test_a_hostile_value_of_full_size_takes_no_long(parse: Callable[[str], object]) -> None:
    finished = 0
    for piece in [*PIECES, '""', "<>", "a,", "a;", 'a="b",', "a=b, ", "\\\\", '\\"', ";=", "a=", "%4", ": "]:
        for hostile in (
            piece * (60000 // len(piece)),
            '"' + piece * (59999 // len(piece)),
            "<" + piece * (59999 // len(piece)),
        ):
            try:
                parse(hostile)
            except RemoteProtocolError:
                finished += 1
            else:
                finished += 1
    assert finished == 3 * (len(PIECES) + 12)

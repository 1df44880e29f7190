"""Each of the 49 messages of RFC 4475, through the parser, the core and, where it is a REGISTER, the binding table."""

from __future__ import annotations

import base64
import io
import tarfile
import textwrap
from itertools import groupby

import pytest

from cordboard.sip.address import NameAddress
from cordboard.sip.fields import CSeq, contacts, expires_of
from cordboard.sip.framing import Unreadable, read
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response, parse_message, to_bytes
from cordboard.sip.uri import Uri
from cordboard.sip.via import Via
from kit.torture import answers, judge, messages_of, registrar_says
from unit.sip.torture.invalid import INVALID
from unit.sip.torture.semantics import SEMANTICS
from unit.sip.torture.valid import BINARY, LONG_TOKEN, STRANGE_USER, TOKEN, VALID
from unit.sip.torture.writing import SDP, Torture

ALL = (*VALID, *INVALID, *SEMANTICS)
BY_NAME = {torture.name: torture for torture in ALL}


def each(*tortures: Torture) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("torture", tortures, ids=[f"{each.section} {each.name}" for each in tortures])


def understood(name: str) -> Request:
    message = read(BY_NAME[name].octets)
    assert isinstance(message, Request)
    return message


def test_there_are_49() -> None:
    counts = {section: len(list(found)) for section, found in groupby(sorted(_chapters()))}
    assert counts == {"3.1.1": 13, "3.1.2": 19, "3.2": 1, "3.3": 15, "3.4": 1}
    assert len(BY_NAME) == 49


def _chapters() -> list[str]:
    return [torture.section.rpartition(".")[0] for torture in ALL]


@each(*ALL)
def test_the_core_says(torture: Torture) -> None:
    assert judge(torture.octets) == torture.verdict


@each(*(torture for torture in ALL if torture.registrar))
def test_the_binding_table_says(torture: Torture) -> None:
    assert registrar_says(torture.octets) == torture.registrar


@each(*(torture for torture in ALL if isinstance(torture.verdict, int)))
def test_an_answer_can_be_read_and_goes_where_it_must(torture: Torture) -> None:
    (answer,) = answers(torture.octets)
    assert answer.headers.get_all("Via")
    for name in ("From", "To", "Call-ID", "CSeq"):
        assert len(answer.headers.get_all(name)) <= 1


@each(*(torture for torture in ALL if isinstance(read(torture.octets), Request | Response)))
def test_what_was_understood_survives_printing(torture: Torture) -> None:
    message = read(torture.octets)
    assert isinstance(message, Request | Response)
    again = parse_message(to_bytes(message))
    assert _without_length(again.headers) == _without_length(message.headers)
    assert again.body == message.body


def _without_length(headers: Headers) -> list[tuple[str, str]]:
    return [field for field in headers.items() if field[0] != "Content-Length"]


@each(*ALL)
def test_every_beginning_of_it_is_borne(torture: Torture) -> None:
    for length in range(0, len(torture.octets), 7):
        assert judge(torture.octets[:length]) is not None


# --- what is in the valid ones ---


def test_short_tortuous_invite() -> None:
    headers = understood("wsinv").headers
    assert NameAddress.parse(headers.get("To", "")).tag == "1918181833n"
    sender = NameAddress.parse(headers.get("From", ""))
    assert (sender.display_name, sender.tag) == ('J Sender \\"', "98asjd8")
    assert CSeq.parse(headers.get("CSeq", "")) == CSeq(9, "INVITE")
    assert [Via.parse(hop).branch for hop in headers.get_list("Via")] == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    assert headers.get("BrandNewHeader") == "brand-new value and its second line"
    assert headers.get("Subject") == ""
    (contact,) = contacts(headers)
    assert contact.display_name == 'Quoted string ""'
    assert contact.parameters == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert understood("wsinv").body == SDP


def test_wide_range_of_characters() -> None:
    message = understood("intmeth")
    assert message.method == TOKEN
    uri = Uri.parse(message.uri)
    assert (uri.user, uri.password) == (STRANGE_USER, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    assert NameAddress.parse(message.headers.get("To", "")).display_name == "BEL:\x07 NUL:\x00 DEL:\x7f"
    sender = NameAddress.parse(message.headers.get("From", ""))
    assert (sender.display_name, sender.tag) == ("token1~` token2'+_ token3*%!.-", "_token~1'+`*%!-.")
    assert message.headers.get("extensionheader-!.%*+_`'~") == "\ufeff\u5927\u505c\u96fb"


def test_escapes() -> None:
    message = understood("esc01")
    assert Uri.parse(message.uri).user == "sips:user@example.com"
    assert str(Uri.parse(message.uri)) == message.uri
    (contact,) = contacts(message.headers)
    assert contact.uri.user == "caller"
    assert contact.uri.parameters == {"%6c%72": None, "n%61me": "v%61lue%25%34%31"}
    assert [contact.uri.user for contact in contacts(understood("escnull").headers)] == ["\0", "\0\0"]
    assert NameAddress.parse(understood("esc02").headers.get("To", "")).display_name == "%Z%45"


def test_long_values() -> None:
    headers = understood("longreq").headers
    assert len(headers.get_list("Via")) == 34
    assert NameAddress.parse(headers.get("To", "")).parameters == {"p": LONG_TOKEN}


def test_octets_behind_a_message_are_no_body() -> None:
    assert understood("dblreq").body == b""


def test_a_semicolon_in_the_user() -> None:
    uri = Uri.parse(understood("semiuri").uri)
    assert (uri.user, uri.parameters) == ("user;par=u@example.net", {})


def test_transports() -> None:
    hops = [Via.parse(hop).transport for hop in understood("transports").headers.get_list("Via")]
    assert hops == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_a_body_of_octets() -> None:
    assert BINARY in understood("mpart01").body


def test_numbers_beyond_bounds_where_they_are_read_leniently() -> None:
    octets = (
        BY_NAME["scalar02"].octets.replace(b"36893488147419103232", b"8").replace(b"Forwards: 300", b"Forwards: 70")
    )
    message = read(octets)
    assert isinstance(message, Request)
    (contact,) = contacts(message.headers)
    assert expires_of(message.headers, contact) == expires_of(message.headers) == 2**32 - 1


def test_parameters_of_a_contact_and_of_its_uri() -> None:
    (outside,) = contacts(understood("cparam01").headers)
    assert (outside.uri.parameters, outside.parameters) == ({}, {"unknownparam": None})
    (inside,) = contacts(understood("cparam02").headers)
    assert (inside.uri.parameters, inside.parameters) == ({"unknownparam": None}, {})
    (with_headers,) = contacts(understood("regescrt").headers)
    assert with_headers.uri.headers == "Route=%3Csip:sip.example.com%3E"


# --- what is in the answers ---


def test_405_tells_what_is_allowed() -> None:
    for name in ("intmeth", "esc02"):
        (answer,) = answers(BY_NAME[name].octets)
        assert "INVITE" in answer.headers.get("Allow", "")


def test_420_names_what_is_not_supported() -> None:
    (answer,) = answers(BY_NAME["bext01"].octets)
    assert answer.headers.get_list("Unsupported") == ["nothingSupportsThis", "nothingSupportsThisEither"]


def test_415_tells_what_would_be_right() -> None:
    (answer,) = answers(BY_NAME["invut"].octets)
    assert answer.headers.get("Accept") == "application/sdp"


def test_400_repeats_what_it_can() -> None:
    (answer,) = answers(BY_NAME["quotbal"].octets)
    assert answer.headers.get("To") == '"Mr. J. User <sip:j.user@example.com>'
    (answer,) = answers(BY_NAME["insuf"].octets)
    assert [name for name, _ in answer.headers.items()] == ["Via", "CSeq", "Content-Length"]
    broken = read(BY_NAME["insuf"].octets)
    assert isinstance(broken, Unreadable)
    assert broken.why == "To is missing"


def test_the_archive_is_read_out_of_the_text_of_the_rfc() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for torture in ALL:
            member = tarfile.TarInfo(f"./{torture.name}.dat")
            member.size = len(torture.octets)
            archive.addfile(member, io.BytesIO(torture.octets))
    rows = textwrap.wrap(base64.b64encode(packed.getvalue()).decode(), 64)
    rows[20:20] = [
        "",
        "Somebody, et al.          Informational                     [Page 50]",
        "\f",
        "RFC 4475     Title    May",
        "",
    ]
    program = "   -- BEGIN MESSAGE ARCHIVE --\n   while (<>) {\n   -- END MESSAGE ARCHIVE --\n"
    text = "\n".join(["   " + row for row in ["-- BEGIN MESSAGE ARCHIVE --", *rows, "-- END MESSAGE ARCHIVE --"]])
    assert messages_of(program + text) == {torture.name: torture.octets for torture in ALL}

"""Messages after the descriptions of RFC 4475 (torture tests), those that matter to a user agent on datagrams.

The section of RFC 4475 stands in each name. Valid ones must be understood, broken ones refused with the right status.
"""

from __future__ import annotations

import pytest

from cordboard.sip.address import NameAddress, parse_addresses
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import CSeq, contacts, expires_of
from cordboard.sip.framing import Unreadable, read
from cordboard.sip.message import Message, Request, Response, parse_message, to_bytes
from cordboard.sip.uri import Uri
from cordboard.sip.via import Via, top_via
from unit.sip.samples import wire


def understood(data: bytes) -> Message:
    message = read(data)
    assert isinstance(message, Request | Response)
    assert values(parse_message(to_bytes(message))) == values(message)
    return message


def values(message: Message) -> list[tuple[str, str]]:
    return [field for field in message.headers.items() if field[0] != "Content-Length"]


def refused(data: bytes) -> Unreadable:
    framed = read(data)
    assert isinstance(framed, Unreadable)
    return framed


def request(start: str = "OPTIONS sip:user@example.com SIP/2.0", **changes: str | None) -> bytes:
    """A valid request with header lines replaced by name (underscore for hyphen), or left out for None."""
    headers: dict[str, str | None] = {
        "To": "sip:user@example.com",
        "From": "sip:caller@example.net;tag=323",
        "Max_Forwards": "70",
        "Call_ID": "torture.1234@example.net",
        "CSeq": f"60 {start.partition(' ')[0]}",
        "Via": "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw",
        **changes,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
    return wire("\n".join([start, *lines, "l: 0"]))


def test_3_1_1_1_a_short_tortuous_invite() -> None:
    data = (
        b"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
        b"TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
        b'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
        b"MaX-fOrWaRdS: 0068\r\n"
        b"Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
        b"Content-Length   : 5\r\n"
        b"cseq: 0009\r\n  INVITE\r\n"
        b"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n"
        b"s :\r\n"
        b"NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
        b"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
        b"Content-Type: application/sdp\r\n"
        b"Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
        b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
        b" SIP  /    2.0   / UDP  192.0.2.111   ; branch=\r\n z9hG4bK30239\r\n"
        b'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n'
        b"  secondparam ; q = 0.33\r\n\r\nv=0\r\n"
    )
    message = understood(data)
    headers = message.headers
    assert NameAddress.parse(headers.get("To", "")).tag == "1918181833n"
    sender = NameAddress.parse(headers.get("From", ""))
    assert (sender.display_name, sender.tag) == ('J Rosenberg \\"', "98asjd8")
    assert CSeq.parse(headers.get("CSeq", "")) == CSeq(9, "INVITE")
    assert [Via.parse(hop).branch for hop in headers.get_list("Via")] == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    assert headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert headers.get("Subject") == ""
    (contact,) = contacts(headers)
    assert contact.display_name == 'Quoted string ""'
    assert contact.parameters == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert message.body == b"v=0\r\n"


def test_3_1_1_2_a_wide_range_of_valid_characters() -> None:
    method = "!interesting-Method0123456789_*+`.%indeed'~"
    user = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    password = "&it+has=1,weird!*pas$wd~_too.(doesn't-it)"
    message = understood(
        request(
            f"{method} sip:{user}:{password}@example.com SIP/2.0",
            To='"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:x@example.com>',
            **{"extensionHeader-!.%*+_`'~": "大停電"},
        )
    )
    assert isinstance(message, Request)
    assert message.method == method
    uri = Uri.parse(message.uri)
    assert (uri.user, uri.password, uri.host) == (user, password, "example.com")
    assert NameAddress.parse(message.headers.get("To", "")).display_name == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert message.headers.get("extensionheader-!.%*+-`'~") == "大停電"


def test_3_1_1_3_percent_in_a_user() -> None:
    message = understood(request("INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0"))
    assert isinstance(message, Request)
    assert Uri.parse(message.uri).user == "sips:user@example.com"
    assert str(Uri.parse(message.uri)) == message.uri


def test_3_1_1_4_escaped_nulls() -> None:
    message = understood(
        request(
            "REGISTER sip:example.com SIP/2.0", Contact="<sip:%00@host5.example.com>, <sip:%00%00@host5.example.com>"
        )
    )
    assert [contact.uri.user for contact in contacts(message.headers)] == ["\0", "\0\0"]


def test_3_1_1_5_percent_in_a_method_is_no_escape() -> None:
    message = understood(request("RE%47IST%45R sip:registrar.example.com SIP/2.0"))
    assert isinstance(message, Request)
    assert message.method == "RE%47IST%45R"


def test_3_1_1_6_no_space_between_display_name_and_bracket() -> None:
    sender = NameAddress.parse(
        understood(request(From="caller<sip:caller@example.com>;tag=323")).headers.get("From", "")
    )
    assert (sender.display_name, sender.tag) == ("caller", "323")


def test_3_1_1_7_long_values() -> None:
    display_name, token = "I have a user name of " + "extreme" * 20, "long" + "token" * 40
    message = understood(
        request(
            f"INVITE sip:user@example.com;unknownparam={token} SIP/2.0",
            To=f'"{display_name}"<sip:user@example.com:6000;unknownparam1={token}>;unknownparam={token}',
            Call_ID=token,
            Via=", ".join(f"SIP/2.0/TCP sip{hop}.example.com;branch={token}{hop}" for hop in range(34)),
        )
    )
    assert NameAddress.parse(message.headers.get("To", "")).display_name == display_name
    assert len(message.headers.get_list("Via")) == 34


def test_3_1_1_8_octets_behind_a_message_in_a_datagram() -> None:
    message = understood(request("REGISTER sip:example.com SIP/2.0") + request("INVITE sip:joe@example.com SIP/2.0"))
    assert isinstance(message, Request)
    assert (message.method, message.body) == ("REGISTER", b"")


def test_3_1_1_9_a_semicolon_in_the_user() -> None:
    message = understood(request("OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0"))
    assert isinstance(message, Request)
    uri = Uri.parse(message.uri)
    assert (uri.user, uri.parameters) == ("user;par=u@example.net", {})


def test_3_1_1_10_transports_known_and_unknown() -> None:
    hops = [f"SIP/2.0/{transport} t1.example.com;branch=z9hG4bK1" for transport in ("UDP", "SCTP", "TLS", "UNKNOWN")]
    message = understood(request(Via=", ".join(hops)))
    assert [Via.parse(hop).transport for hop in message.headers.get_list("Via")] == ["UDP", "SCTP", "TLS", "UNKNOWN"]


def response(start: str) -> bytes:
    return request().replace(b"OPTIONS sip:user@example.com SIP/2.0", start.encode(), 1)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (
            "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое",
            "= 2**3 * 5**2 но сто девяносто девять - простое",
        ),
        ("SIP/2.0 100 ", ""),
    ],
)
def test_3_1_1_12_and_13_unusual_reason_phrases(start: str, reason: str) -> None:
    message = understood(response(start))
    assert isinstance(message, Response)
    assert message.reason == reason


def test_3_1_2_1_separators_without_anything_between() -> None:
    with pytest.raises(RemoteProtocolError):
        contacts(parse_message(request(Contact='"Joe" <sip:joe@example.org>;;;;,;,,')).headers)


@pytest.mark.parametrize("length", ["9999", "-999"], ids=["3.1.2.2 too large", "3.1.2.3 negative"])
def test_content_lengths_that_lie(length: str) -> None:
    broken = refused(request("INVITE sip:user@example.com SIP/2.0").replace(b"l: 0", f"l: {length}".encode()))
    assert broken.status == 400
    assert broken.request is not None


def test_3_1_2_4_numbers_that_are_too_large_in_a_request() -> None:
    assert refused(request(CSeq="36893488147419103232 OPTIONS")).status == 400
    assert refused(request(Max_Forwards="300")).status == 400
    message = understood(request(Contact="<sip:u@h>;expires=280297596632815", Expires="10000000000"))
    assert expires_of(message.headers) == 2**32 - 1
    assert expires_of(message.headers, contacts(message.headers)[0]) == 2**32 - 1


def test_3_1_2_5_numbers_that_are_too_large_in_a_response() -> None:
    assert (
        refused(
            response("SIP/2.0 503 Service Unavailable").replace(b"CSeq: 60", b"CSeq: 9292394834772304023312")
        ).request
        is None
    )


def test_3_1_2_6_a_quoted_string_without_end() -> None:
    assert refused(request(To='"Mr. J. User <sip:j.user@example.com>')).status == 400


@pytest.mark.parametrize(
    "start",
    [
        "INVITE <sip:user@example.com> SIP/2.0",
        "INVITE sip:user@example.com; lr SIP/2.0",
        "INVITE  sip:user@example.com  SIP/2.0",
        "OPTIONS sip:remote-target@example.com SIP/2.0  ",
    ],
    ids=["3.1.2.7 brackets", "3.1.2.8 blank inside", "3.1.2.9 blanks between", "3.1.2.10 blanks behind"],
)
def test_request_lines_with_something_too_much(start: str) -> None:
    broken = refused(request(start))
    assert broken.status == 400
    assert broken.request is not None


def test_3_1_2_13_uri_headers_without_brackets() -> None:
    message = understood(request(Contact="sip:user@example.com?Route=%3Csip:sip.example.com%3E"))
    with pytest.raises(RemoteProtocolError):
        contacts(message.headers)


def test_3_1_2_14_blanks_inside_brackets_are_let_pass() -> None:
    message = understood(request(To='"Watson, Thomas" < sip:t.watson@example.org >'))
    assert NameAddress.parse(message.headers.get("To", "")).uri.user == "t.watson"


def test_3_1_2_15_display_names_that_need_quotes_and_have_none() -> None:
    message = understood(request(From="Bell, Alexander <sip:a.g.bell@example.com>;tag=43"))
    sender = NameAddress.parse(message.headers.get("From", ""))
    assert (sender.display_name, sender.uri.user, sender.tag) == ("Bell, Alexander", "a.g.bell", "43")
    with pytest.raises(RemoteProtocolError):
        parse_addresses(["Bell, Alexander <sip:a.g.bell@example.com>"])


def test_3_1_2_16_an_unknown_version() -> None:
    broken = refused(request("OPTIONS sip:t.watson@example.org SIP/7.0"))
    assert broken.status == 505
    assert broken.request is not None


@pytest.mark.parametrize(
    ("method", "cseq"), [("OPTIONS", "8 INVITE"), ("NEWMETHOD", "8 INVITE")], ids=["3.1.2.17 known", "3.1.2.18 unknown"]
)
def test_methods_that_do_not_match(method: str, cseq: str) -> None:
    assert refused(request(f"{method} sip:user@example.com SIP/2.0", CSeq=cseq)).status == 400


def test_3_1_2_19_an_overlarge_status_code() -> None:
    assert refused(response("SIP/2.0 4294967301 better not break the receiver")).request is None


@pytest.mark.parametrize("missing", ["To", "From", "Call_ID", "CSeq", "Via"])
def test_3_3_1_required_headers_that_are_missing(missing: str) -> None:
    without: dict[str, str | None] = {missing: None}
    broken = refused(request(start="OPTIONS sip:user@example.com SIP/2.0", **without))
    assert broken.status == 400
    assert broken.request is None


@pytest.mark.parametrize("uri", ["nobodyKnowsThisScheme:totallyopaquecontent", "soap.beep://192.0.2.103:3002"])
def test_3_3_2_and_3_request_uris_of_unknown_schemes(uri: str) -> None:
    broken = refused(request(f"OPTIONS {uri} SIP/2.0"))
    assert broken.status == 416
    assert broken.request is not None


def test_3_3_4_unknown_schemes_elsewhere() -> None:
    message = understood(
        request(
            To="isbn:2983792873",
            From="<http://www.example.com>;tag=3234233",
            Contact="<name:John_Smith>",
        )
    )
    assert NameAddress.parse(message.headers.get("To", "")).uri == Uri("isbn", "2983792873", "")
    assert NameAddress.parse(message.headers.get("From", "")).tag == "3234233"
    assert contacts(message.headers)[0].uri.scheme == "name"


def test_3_3_8_headers_that_stand_twice() -> None:
    data = request("INVITE sip:user@example.com SIP/2.0")
    for line in (b"CSeq: 59 INVITE", b"Call-ID: other", b"To: sip:other@example.com", b"From: sip:o@example.com;tag=9"):
        assert refused(data.replace(b"l: 0", line + b"\r\nl: 0")).status == 400


def test_3_3_9_content_lengths_that_differ() -> None:
    assert refused(request().replace(b"l: 0", b"Content-Length: 0\r\nl: 5") + b"hello").status == 400


def test_3_3_11_no_hop_left_is_for_a_proxy_to_mind() -> None:
    assert understood(request(Max_Forwards="0")).headers.get("Max-Forwards") == "0"


def test_3_3_12_and_13_parameters_of_contact_and_of_its_uri() -> None:
    (outside,) = contacts(understood(request(Contact="sip:+19725552222@gw1.example.net;unknownparam")).headers)
    assert (outside.uri.parameters, outside.parameters) == ({}, {"unknownparam": None})
    (inside,) = contacts(understood(request(Contact="<sip:+19725552222@gw1.example.net;unknownparam>")).headers)
    assert (inside.uri.parameters, inside.parameters) == ({"unknownparam": None}, {})


def test_3_4_1_a_request_as_of_1999() -> None:
    message = understood(
        request(
            "INVITE sip:UserB@example.com SIP/2.0",
            Via="SIP/2.0/UDP iftgw.example.com",
            From="<sip:+13035551111@ift.client.example.net;user=phone>",
            Max_Forwards=None,
        )
    )
    assert top_via(message.headers).branch == ""
    assert NameAddress.parse(message.headers.get("From", "")).tag is None

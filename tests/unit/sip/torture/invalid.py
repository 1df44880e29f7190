"""RFC 4475 section 3.1.2: messages that break the grammar."""

from __future__ import annotations

from unit.sip.torture.writing import CALL, DROPPED, REQUEST, SDP, Torture, request, response

INVITE = "INVITE sip:user@example.com SIP/2.0"
OPTIONS = "OPTIONS sip:user@example.com SIP/2.0"
REGISTER = "REGISTER sip:example.com SIP/2.0"

INVALID = (
    Torture(
        "3.1.2.1",
        "badinv01",
        request(
            INVITE,
            'Contact: "Joe" <sip:joe@example.org>;;;;',
            sdp=True,
            Via="SIP/2.0/UDP 192.0.2.15;;,;,,",
        ),
        CALL,
        "let pass: separators with nothing between them mean nothing (the RFC suggests 400)",
    ),
    Torture(
        "3.1.2.2", "clerr", request(INVITE, body=SDP, length="9999"), 400, "body shorter than Content-Length (18.3)"
    ),
    Torture("3.1.2.3", "ncl", request(INVITE, body=SDP, length="-999"), 400, "negative Content-Length"),
    Torture(
        "3.1.2.4",
        "scalar02",
        request(
            REGISTER,
            "Contact: <sip:user@host129.example.com>;expires=280297596632815",
            "Expires: 10000000000",
            cseq="36893488147419103232 REGISTER",
            Max_Forwards="300",
        ),
        400,
        "CSeq beyond 2**32 (8.1.1.5)",
    ),
    Torture(
        "3.1.2.5",
        "scalarlg",
        response(
            "SIP/2.0 503 Service Unavailable",
            "Retry-After: 949302838503028349304023988",
            CSeq="9292394834772304023312 OPTIONS",
        ),
        DROPPED,
        "a response is never answered",
    ),
    Torture(
        "3.1.2.6",
        "quotbal",
        request(INVITE, sdp=True, To='"Mr. J. User <sip:j.user@example.com>'),
        400,
        "a quoted string without end; the 400 repeats the To as it came, without a tag",
    ),
    Torture("3.1.2.7", "ltgtruri", request("INVITE <sip:user@example.com> SIP/2.0", sdp=True), 400, "brackets (7.1)"),
    Torture(
        "3.1.2.8", "lwsruri", request("INVITE sip:user@example.com; lr SIP/2.0", sdp=True), 400, "blank inside (7.1)"
    ),
    Torture(
        "3.1.2.9", "lwsstart", request("INVITE  sip:user@example.com  SIP/2.0", cseq="8 INVITE", sdp=True), 400, "7.1"
    ),
    Torture("3.1.2.10", "trws", request(OPTIONS + "  "), 400, "blanks at the end (7.1)"),
    Torture(
        "3.1.2.11",
        "escruri",
        request("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0", sdp=True),
        400,
        "headers in a Request-URI (19.1.1)",
    ),
    Torture(
        "3.1.2.12",
        "baddate",
        request(INVITE, "Date: Fri, 01 Jan 2010 16:00:00 EST", sdp=True),
        CALL,
        "let pass: nobody here reads Date",
    ),
    Torture(
        "3.1.2.13",
        "regbadct",
        request(REGISTER, "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"),
        REQUEST,
        "URI headers need brackets (20.10); the registrar reads contacts",
        registrar=400,
    ),
    Torture(
        "3.1.2.14",
        "badaspec",
        request(
            OPTIONS, From='"Bell, Alexander" <sip:a.g.bell@example.com>;tag=1', To='"Watson" < sip:watson@example.org >'
        ),
        REQUEST,
        "let pass: blanks inside brackets mean nothing",
    ),
    Torture(
        "3.1.2.15",
        "baddn",
        request(
            OPTIONS, From="Bell, Alexander <sip:a.g.bell@example.com>;tag=43", To="Watson, Thomas <sip:w@example.org>"
        ),
        REQUEST,
        "let pass: From and To hold one address each, so the comma divides nothing",
    ),
    Torture(
        "3.1.2.16",
        "badvers",
        request("OPTIONS sip:t.watson@example.org SIP/7.0", Via="SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw"),
        505,
        "another version (7.1)",
    ),
    Torture("3.1.2.17", "mismatch01", request(OPTIONS, cseq="8 INVITE"), 400, "method in CSeq (8.1.1.5)"),
    Torture(
        "3.1.2.18",
        "mismatch02",
        request("NEWMETHOD sip:user@example.com SIP/2.0", sdp=True, cseq="8 INVITE"),
        400,
        "method in CSeq (8.1.1.5); 501 would do as well",
    ),
    Torture(
        "3.1.2.19", "bigcode", response("SIP/2.0 4294967301 better not break the receiver"), DROPPED, "no status code"
    ),
)

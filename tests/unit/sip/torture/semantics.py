"""RFC 4475 section 3.3: messages whose grammar is right and whose meaning is not, or is unusual."""

from __future__ import annotations

from unit.sip.torture.writing import CALL, DROPPED, REQUEST, SDP, Torture, request, response

INVITE = "INVITE sip:user@example.com SIP/2.0"
OPTIONS = "OPTIONS sip:user@example.com SIP/2.0"
REGISTER = "REGISTER sip:example.com SIP/2.0"
USER = {"To": "sip:watson@example.com", "From": "sip:watson@example.com;tag=2"}

SEMANTICS = (
    Torture(
        "3.3.1",
        "insuf",
        request(INVITE, sdp=True, without=("To", "From", "Call-ID", "Max-Forwards")),
        400,
        "To, From and Call-ID are missing (8.1.1), and from the 400 too",
    ),
    Torture("3.3.2", "unkscm", request("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"), 416, "8.2.2.1"),
    Torture("3.3.3", "novelsc", request("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"), 416, "8.2.2.1"),
    Torture(
        "3.3.4",
        "unksm2",
        request(REGISTER, "Contact: <name:John_Smith>", To="isbn:2983792873", From="<http://www.example.com>;tag=3"),
        REQUEST,
        "the core minds the Request-URI only; to the registrar nobody is an ISBN",
        registrar=404,
    ),
    Torture(
        "3.3.5",
        "bext01",
        request(
            OPTIONS, "Require: nothingSupportsThis, nothingSupportsThisEither", "Proxy-Require: noProxiesSupportThis"
        ),
        420,
        "Unsupported names both (8.2.2.3); Proxy-Require is for proxies",
    ),
    Torture(
        "3.3.6",
        "invut",
        request(
            INVITE, "Content-Type: application/unknownformat", body=b'<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n'
        ),
        415,
        "Accept says what would be right (8.2.3)",
    ),
    Torture(
        "3.3.7",
        "regaut01",
        request(REGISTER, "Authorization: NoOneKnowsThisScheme opaque-data=here", **USER),
        REQUEST,
        "who may register is decided by the core's user: 401 (gateway pages, lab registrar)",
        registrar=200,
    ),
    Torture(
        "3.3.8",
        "multi01",
        request(
            INVITE,
            "CSeq: 59 INVITE",
            "Call-ID: other@example.net",
            "Call-ID: third@example.net",
            "To: sip:other@example.com",
            "From: sip:other.caller@example.com;tag=3413415",
            sdp=True,
        ),
        400,
        "headers that there may be one of (7.3.1)",
    ),
    Torture(
        "3.3.9",
        "mcl01",
        request(OPTIONS, "l: 5", body=b"There's no way to know how many octets are here.", length="13"),
        400,
        "18.3",
    ),
    Torture(
        "3.3.10",
        "bcast",
        response("SIP/2.0 200 OK", "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23", body=SDP),
        DROPPED,
        "answers no request of ours (18.1.2); never sent on by its Via",
    ),
    Torture(
        "3.3.11",
        "zeromf",
        request(OPTIONS, Max_Forwards="0"),
        483,
        "the RFC lets endpoints answer; a back-to-back user agent breaks loops here (RFC 7332)",
    ),
    Torture(
        "3.3.12",
        "cparam01",
        request(REGISTER, "Contact: sip:+19725552222@gw1.example.net;unknownparam", **USER),
        REQUEST,
        "unknownparam belongs to the binding",
        registrar=200,
    ),
    Torture(
        "3.3.13",
        "cparam02",
        request(REGISTER, "Contact: <sip:+19725552222@gw1.example.net;unknownparam>", **USER),
        REQUEST,
        "unknownparam belongs to the URI",
        registrar=200,
    ),
    Torture(
        "3.3.14",
        "regescrt",
        request(REGISTER, "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>", **USER),
        REQUEST,
        "URI headers in brackets are kept with the binding",
        registrar=200,
    ),
    Torture(
        "3.3.15",
        "sdp01",
        request(INVITE, "Contact: <sip:caller@host15.example.net>", "Accept: text/nobodyKnowsThis", sdp=True),
        CALL,
        "let pass: who sends SDP takes SDP (the RFC suggests 406)",
    ),
)

"""RFC 5118: messages with IPv6 addresses where they belong and where they do not."""

from __future__ import annotations

from unit.sip.torture.writing import CALL, REQUEST, Torture, request

VIA = "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111"
USER = {"To": "sip:user@example.com", "From": "sip:user@example.com;tag=81x2", "Via": VIA}
CONTACT = 'Contact: "Caller" <sip:caller@[2001:db8::1]>'


def description(*rows: str) -> bytes:
    head = [
        "v=0",
        "o=assistant 971731711378798081 0 IN IP6 2001:db8::20",
        "s=Live video feed",
        "t=3338481189 3370017201",
    ]
    return "\r\n".join([*head, *rows, ""]).encode()


MEDIA = (
    "m=audio 6000 RTP/AVP 2",
    "a=rtpmap:2 G726-32/8000",
    "m=video 6024 RTP/AVP 107",
    "a=rtpmap:107 H263-1998/90000",
)

IPV6 = (
    Torture(
        "4.1",
        "ipv6-good",
        request("REGISTER sip:[2001:db8::10] SIP/2.0", 'Contact: "Caller" <sip:caller@[2001:db8::1]>', **USER),
        REQUEST,
        "a reference in brackets",
        registrar=200,
    ),
    Torture(
        "4.2",
        "ipv6-bad",
        request("REGISTER sip:2001:db8::10 SIP/2.0", CONTACT, **USER),
        400,
        "a Request-URI without the brackets (RFC 3261 section 19.1.1)",
    ),
    Torture(
        "4.3",
        "port-ambiguous",
        request("REGISTER sip:[2001:db8::10:5070] SIP/2.0", CONTACT, **USER),
        REQUEST,
        "5070 belongs to the address",
        registrar=200,
    ),
    Torture(
        "4.4",
        "port-unambiguous",
        request("REGISTER sip:[2001:db8::10]:5070 SIP/2.0", CONTACT, **USER),
        REQUEST,
        "5070 is the port",
        registrar=200,
    ),
    Torture(
        "4.5",
        "via-received-param-with-delim",
        request(
            "OPTIONS sip:[2001:db8::10] SIP/2.0",
            **USER | {"Via": "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111"},
        ),
        REQUEST,
        "brackets around `received`, as some write it",
    ),
    Torture(
        "4.5",
        "via-received-param-no-delim",
        request(
            "OPTIONS sip:[2001:db8::10] SIP/2.0",
            **USER | {"Via": "SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3"},
        ),
        REQUEST,
        "and none, as the grammar has it",
    ),
    Torture(
        "4.6",
        "ipv6-in-sdp",
        request(
            "INVITE sip:user@[2001:db8::10] SIP/2.0",
            "Content-Type: application/sdp",
            CONTACT,
            body=description("c=IN IP6 2001:db8::20", *MEDIA),
            **USER,
        ),
        CALL,
        "an address in the description",
    ),
    Torture(
        "4.7",
        "mult-ip-in-header",
        request(
            "OPTIONS sip:user@host.example.net SIP/2.0",
            "Via: SIP/2.0/UDP 192.0.2.1;received=192.0.2.254;branch=z9hG4bKjhja8781hjuaij65144",
            "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200",
            **USER,
        ),
        REQUEST,
        "hops of both kinds",
    ),
    Torture(
        "4.8",
        "mult-ip-in-sdp",
        request(
            "INVITE sip:user@[2001:db8::10] SIP/2.0",
            "Content-Type: application/sdp",
            CONTACT,
            body=description(MEDIA[0], "c=IN IP4 192.0.2.1", MEDIA[2], "c=IN IP6 2001:db8::1"),
            **USER,
        ),
        CALL,
        "audio by IPv4, video by IPv6",
    ),
    Torture(
        "4.9",
        "ipv4-mapped-ipv6",
        request(
            "INVITE sip:user@example.com SIP/2.0",
            "Content-Type: application/sdp",
            CONTACT,
            body=description("c=IN IP6 ::ffff:192.0.2.10", *MEDIA),
            **USER,
        ),
        CALL,
        "IPv4 in the clothes of IPv6; whether it can be reached is the media engine's business",
    ),
    Torture(
        "4.10",
        "ipv6-bug-abnf-3-colons",
        request("OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0", **USER),
        REQUEST,
        "three colons, which RFC 3261's grammar asks for by mistake",
    ),
)

"""Rules for headers and descriptions that both legs share."""

from __future__ import annotations

from cordboard.call.outputs import as_offered, crossing_headers, held_by_address, without_tag
from cordboard.sip.headers import Headers


def test_hold_by_address() -> None:
    sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.9\r\nc=IN IP4 127.0.0.9\r\nm=audio 8000 RTP/AVP 0\r\na=inactive\r\n"
    assert held_by_address(sdp) == ("v=0\r\no=- 1 2 IN IP4 127.0.0.9\r\nc=IN IP4 0.0.0.0\r\nm=audio 8000 RTP/AVP 0\r\n")


def test_ipv6_has_no_such_form() -> None:
    """What is left says hold by its direction."""
    sdp = "v=0\r\nc=IN IP6 ::1\r\nm=audio 8000 RTP/AVP 0\r\na=inactive\r\n"
    assert held_by_address(sdp) == sdp


def test_pictures_of_an_answer_as_they_would_be_offered() -> None:
    """It receives, because we sent only; what it would send nobody has asked. Refusals and sound stay as they are."""
    sdp = (
        "v=0\r\nm=audio 8000 RTP/AVP 0\r\na=recvonly\r\nm=video {} RTP/AVP 96\r\na={}\r\n"
        "m=application 0 UDP/BFCP *\r\na=sendonly\r\n"
    )
    for said, kept in (("recvonly", "sendrecv"), ("sendonly", "sendrecv"), ("sendrecv", "sendrecv"), ("inactive",) * 2):
        assert as_offered(sdp.format(8002, said)) == sdp.format(8002, kept)
    assert as_offered("") == ""


def test_our_own_words_do_not_come_from_outside() -> None:
    headers = Headers([("X-Cordboard-Call", "resumed"), ("X-Genesys-CallUUID", "ONE"), ("Subject", "no")])
    assert crossing_headers(headers) == (("X-Genesys-CallUUID", "ONE"),)


def test_address_without_its_tag() -> None:
    assert without_tag("sip:1@h;x=1;TAG=2") == "sip:1@h;x=1"

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.sdp.description import (
    MAXIMUM_LENGTH,
    Attribute,
    MediaDescription,
    Origin,
    SdpError,
    SessionDescription,
    parse,
)

from . import samples

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
SAMPLES = [value for name, value in vars(samples).items() if name.isupper() and value.startswith("v=0")]


def test_reads_the_lines_that_matter() -> None:
    description = parse(samples.GENESYS_OFFER)
    assert description.origin == Origin("Genesys", 1769469826, 2, "198.51.100.81")
    assert description.name == "GSept-9.0.022.05"
    assert description.connection == "198.51.100.81"
    (media,) = description.media
    assert (media.kind, media.port, media.protocol) == ("audio", 8000, "RTP/AVP")
    assert media.formats == ["0", "8", "9", "102", "103", "104", "18", "120", "101"]
    assert media.get("fmtp") == "18 annexb=yes"
    assert media.get_all("fmtp") == ["18 annexb=yes", "101 0-15"]
    assert media.get("sendrecv") is None
    assert description.connection_of(media) == "198.51.100.81"


@pytest.mark.parametrize("text", SAMPLES)
def test_reads_back_what_it_wrote(text: str) -> None:
    description = parse(text)
    written = description.to_text()
    assert parse(written) == description
    assert written == str(description)
    assert written.endswith("\r\n")
    assert "\n" not in written.replace("\r\n", "")


def test_session_attributes_are_the_default_of_media() -> None:
    description = parse(samples.FIREFOX_OFFER)
    media = description.media[0]
    assert media.get("fingerprint") is None
    assert description.lookup(media, "fingerprint") == f"sha-256 {samples.FINGERPRINT}"
    assert description.lookup(media, "ice-ufrag") == "8f31c2d7"
    assert description.lookup(media, "nothing") is None
    assert description.get("ice-options") == "trickle"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_takes_any_line_end_and_blank_lines(end: str) -> None:
    assert parse(samples.GENESYS_OFFER.replace("\r\n", end) + end + end) == parse(samples.GENESYS_OFFER)


def test_media_connection_counts_before_the_session_s() -> None:
    description = parse(HEAD + "c=IN IP4 127.0.0.1\r\nm=audio 4/2 RTP/AVP 0\r\nc=IN IP4 127.0.0.9/127\r\nb=AS:64\r\n")
    assert description.connection_of(description.media[0]) == "127.0.0.9"
    assert description.media[0].port == 4


def test_writes_ip6_by_the_address() -> None:
    media = MediaDescription("audio", 9, "RTP/AVP", ["0"], "2001:db8::1", [Attribute("rtcp-mux"), Attribute("x", "y")])
    text = SessionDescription(Origin("-", 1, 2, "2001:db8::1"), "", None, [], [media]).to_text()
    assert text == (
        "v=0\r\no=- 1 2 IN IP6 2001:db8::1\r\ns=-\r\nt=0 0\r\n"
        "m=audio 9 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\na=rtcp-mux\r\na=x:y\r\n"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "v=0"),
        ("hello", "v=0"),
        ("v=1\r\no=- 1 1 IN IP4 127.0.0.1\r\n", "v=0"),
        ("v=0\r\ns=-\r\n", "without o="),
        ("v=0\r\no=- one 1 IN IP4 127.0.0.1\r\n", "o= line"),
        ("v=0\r\no=- " + "9" * 5000 + " 1 IN IP4 127.0.0.1\r\n", "o= line"),
        ("v=0\r\no=- 1 1 IN IP4\r\n", "o= line"),
        (HEAD + "nonsense\r\n", "letter"),
        (HEAD + "M=audio 1 RTP/AVP 0\r\n", "letter"),
        (HEAD + "m=audio\r\n", "m= line"),
        (HEAD + "m=audio 70000 RTP/AVP 0\r\n", "m= line"),
        (HEAD + "m=audio -1 RTP/AVP 0\r\n", "m= line"),
        (HEAD + "m=audio \u0663 RTP/AVP 0\r\n", "m= line"),
        (HEAD + "m=audio 1 RTP/AVP\r\n", "m= line"),
        (HEAD + "c=IN IP4\r\n", "c= line"),
        (HEAD + "c=ATM NSAP 47\r\n", "c= line"),
        (HEAD + "c=IN IP4 /127\r\n", "c= line"),
        (HEAD + "a=\0\r\n", "NUL"),
        (HEAD + "m=audio 1 RTP/AVP 0\r\n" * 33, "more than"),
        (HEAD + "a=x\r\n" * MAXIMUM_LENGTH, "longer"),
    ],
)
def test_says_what_cannot_be_read(text: str, why: str) -> None:
    with pytest.raises(SdpError, match=why) as caught:
        parse(text)
    assert caught.value.status_hint == 400


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    for attempt in (text, HEAD + text):
        try:
            description = parse(attempt)
        except SdpError:
            continue
        assert parse(description.to_text()).media == description.media


@given(st.data())
def test_damaged_descriptions_are_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SAMPLES))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    damaged = text[:start] + data.draw(st.text(max_size=20)) + text[end:]
    try:
        description = parse(damaged)
    except SdpError:
        return
    assert len(description.media) <= 32

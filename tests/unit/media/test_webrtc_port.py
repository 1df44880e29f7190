"""Who gets which datagram of the port that all pages share."""

from __future__ import annotations

import pytest

from cordboard.media.relay.sides.webrtc_port import BATCH, WebRtcPort
from cordboard.stun.message import Address
from cordboard.stun.request import binding_request
from unit.media.virtual import VirtualSocket

KNOWN: Address = ("127.0.0.1", 5000)
STRANGER: Address = ("127.0.0.1", 6666)
RTP = b"\x80\x00" + bytes(20)
DTLS = b"\x16\xfe\xfd" + bytes(20)


class RecordingPage:
    def __init__(self) -> None:
        self.got: list[tuple[str, Address]] = []

    def receive_stun(self, ufrag: str, data: bytes, source: Address, now: float) -> None:
        self.got.append((f"stun {ufrag}", source))

    def receive_dtls(self, data: bytes, source: Address, now: float) -> None:
        self.got.append(("dtls", source))

    def receive_media(self, data: bytes, source: Address) -> None:
        self.got.append(("media", source))


@pytest.fixture
def sock() -> VirtualSocket:
    return VirtualSocket()


@pytest.fixture
def port(sock: VirtualSocket) -> WebRtcPort:
    return WebRtcPort(sock)  # type: ignore[arg-type]


@pytest.fixture
def page(port: WebRtcPort) -> RecordingPage:
    page = RecordingPage()
    port.listen("ours", page)
    port.assign(KNOWN, page)
    return page


def check(username: str) -> bytes:
    return binding_request(bytes(12), username, "p" * 22)


def test_datagrams_of_a_known_source_go_by_their_first_byte(
    sock: VirtualSocket, port: WebRtcPort, page: RecordingPage
) -> None:
    sock.incoming = [(RTP, KNOWN), (DTLS, KNOWN), (check("ours:theirs"), KNOWN), (b"\x40" * 20, KNOWN)]
    port.readable()
    assert page.got == [("media", KNOWN), ("dtls", KNOWN), ("stun ours", KNOWN)]
    assert port.strangers == 0


def test_only_checks_that_name_a_call_are_heard_from_strangers(
    sock: VirtualSocket, port: WebRtcPort, page: RecordingPage
) -> None:
    hostile = [RTP, DTLS, b"", b"\x80", b"\x00" * 40, check("other:x"), check("")]
    sock.incoming = [(data, STRANGER) for data in hostile] + [(check("ours:theirs"), STRANGER)]
    port.readable()
    assert page.got == [("stun ours", STRANGER)]
    assert port.strangers == len(hostile)
    assert sock.sent == []


def test_a_batch_ends_so_that_others_have_their_turn(
    sock: VirtualSocket, port: WebRtcPort, page: RecordingPage
) -> None:
    sock.incoming = [(RTP, KNOWN)] * (BATCH + 5)
    port.readable()
    assert len(page.got) == BATCH
    port.readable()
    assert len(page.got) == BATCH + 5


def test_source_belongs_to_who_proved_it_last(sock: VirtualSocket, port: WebRtcPort, page: RecordingPage) -> None:
    other = RecordingPage()
    port.assign(KNOWN, other)
    sock.incoming = [(RTP, KNOWN)]
    port.readable()
    assert (page.got, other.got) == ([], [("media", KNOWN)])
    port.release(page)
    sock.incoming = [(RTP, KNOWN)]
    port.readable()
    assert len(other.got) == 2, "releasing a page must not take what is another's by now"


def test_released_pages_hear_nothing(sock: VirtualSocket, port: WebRtcPort, page: RecordingPage) -> None:
    port.release(page)
    port.unlisten("ours")
    sock.incoming = [(RTP, KNOWN), (DTLS, KNOWN), (check("ours:theirs"), KNOWN)]
    port.readable()
    assert page.got == []
    assert port.strangers == 3


def test_full_socket_is_loss_not_failure(sock: VirtualSocket, port: WebRtcPort) -> None:
    assert port.send(RTP, KNOWN)
    sock.full = True
    assert not port.send(RTP, KNOWN)

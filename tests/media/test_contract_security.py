"""Strangers and impostors: nothing of theirs passes, nothing goes to them, and the call goes on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from cordboard.media.port import MediaEngine, MediaError, MediaEventKind
from cordboard.rtp.g711 import encode_pcmu
from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.tone import tone
from kit.conversation import Conversation
from kit.page import PagePhone, settle
from kit.phone import until
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = ":".join(["AB"] * 32)


async def test_rtp_of_a_stranger_is_not_passed_on_and_gets_nothing(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await call.incoming()
    await call.talk()
    stranger = new_trunk()
    stranger.peer = call.trunk.peer
    stranger.speak(1700.0)
    assert not await call.page.hears(1700.0, within=0.5)
    assert await call.page.hears(1000.0)
    assert call.unbroken(call.page)
    assert stranger.received == []
    assert (await call.statistics()).trunk.packets_refused > 5


async def test_stranger_with_the_trunks_own_ssrc_and_sequence_is_refused(
    call: Conversation, new_trunk: Callable[..., TrunkPhone]
) -> None:
    await call.incoming()
    await call.talk()
    stranger = new_trunk()
    stranger.peer = call.trunk.peer
    audio = encode_pcmu(tone(1700.0, 0.02))
    before = call.trunk.voice
    for ahead in range(200):
        packet = RtpPacket(0, (before.sequence + ahead) & 0xFFFF, before.timestamp + 160 * ahead, before.ssrc, audio)
        stranger.send_rtp(packet.to_bytes())
    assert await call.page.hears(1000.0)
    assert call.unbroken(call.page)


async def test_hostile_datagrams_to_both_ports_change_nothing(call: Conversation) -> None:
    await call.incoming()
    await call.talk()
    assert call.trunk.peer is not None
    hostile = [
        b"",
        b"\x80",
        b"\x80" * 11,
        b"\x80\x00" + bytes(10),
        b"\xbf\xff" + b"\xff" * 30,  # CSRCs and extension that are not there
        b"\x80\xc8\x00\x00",
        b"\x80\xc8\xff\xff" + bytes(20),
        b"\x16\xfe\xfd" + bytes(10),
        bytes([0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42]) + bytes(20),
        b"\xff" * 2000,
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for data in hostile:
            for port in (call.page.gateway[1], call.trunk.peer.port, call.trunk.peer.port + 1):
                stranger.sendto(data, ("127.0.0.1", port))
    for data in hostile:
        call.trunk.send_rtp(data)
        call.trunk.send_rtcp(data)
        if data:
            call.page.send_raw(data)
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.unbroken(call.page)


@pytest.mark.needs("replay protection")
async def test_repeated_srtp_is_passed_on_once(call: Conversation) -> None:
    await call.incoming()
    sent: list[bytes] = []
    send_raw = call.page.send_raw
    call.page.send_raw = lambda data: (sent.append(data), send_raw(data))  # type: ignore[method-assign, assignment]
    for _ in range(5):
        call.page.send(0, bytes(160), step=160)
    for data in list(sent):
        send_raw(data)
    assert await until(lambda: len(call.trunk.received) == 5)
    await settle()
    assert len(call.trunk.received) == 5


async def test_wrong_fingerprint_in_the_offer_passes_no_media(call: Conversation) -> None:
    await call.point_trunk()
    await call.engine.take_page_offer(call.name, call.page.offer(fingerprint=WRONG))
    call.page.take(await call.engine.page_answer(call.name))
    assert await call.page.nominate()
    call.page.say_hello()
    await _assert_failed(call)


async def test_wrong_fingerprint_in_an_answer_that_comes_after_dtls_passes_no_media(call: Conversation) -> None:
    await call.point_trunk()
    await call.offer_page()
    await call.page.connect()
    await call.engine.take_page_answer(call.name, call.page.answer(fingerprint=WRONG))
    await _assert_failed(call)


async def _assert_failed(call: Conversation) -> None:
    assert await call.told(MediaEventKind.FAILED)
    if call.page.secured:
        call.page.speak(440.0)
    call.trunk.speak(1000.0)
    silent = await asyncio.gather(call.page.stays_silent(), call.trunk.stays_silent())
    assert silent == [True, True]
    assert call.events == [MediaEventKind.FAILED]
    assert (await call.statistics()).connected == 0.0


async def test_dtls_done_before_the_answer_came_waits_for_it(call: Conversation) -> None:
    await call.point_trunk()
    await call.offer_page()
    await call.page.connect()
    call.page.speak(440.0)
    call.trunk.speak(1000.0)
    silent = await asyncio.gather(call.page.stays_silent(), call.trunk.stays_silent())
    assert silent == [True, True], "nobody has vouched for the certificate yet"
    assert call.events == []
    await call.take_page_answer()
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]
    assert call.events == [MediaEventKind.CONNECTED]


@pytest.mark.needs("ICE before DTLS")
async def test_client_hello_before_a_check_is_ignored(call: Conversation) -> None:
    await call.engine.take_page_offer(call.name, call.page.offer())
    call.page.take(await call.engine.page_answer(call.name))
    call.page.say_hello(once=True)
    await settle()
    assert not call.page.secured
    assert call.events == []
    assert await call.page.nominate()
    call.page.say_hello()
    assert await until(lambda: call.page.secured)
    assert await call.told(MediaEventKind.CONNECTED)


@pytest.mark.needs("ICE before DTLS")
async def test_strangers_client_hello_does_not_disturb_the_handshake(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    """A ClientHello that cannot be accepted, sprayed at the port by somebody who was faster than the page."""
    await call.engine.take_page_offer(call.name, call.page.offer())
    call.page.take(await call.engine.page_answer(call.name))
    stranger = new_page()
    stranger.gateway = call.page.gateway
    stranger.profiles = b"SRTP_AES128_CM_SHA1_80"
    for _ in range(50):
        stranger.say_hello()
    await call.page.connect()
    assert await call.told(MediaEventKind.CONNECTED)
    assert not stranger.secured


async def test_check_with_a_wrong_password_vouches_for_nothing(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    await call.point_trunk()
    await call.engine.take_page_offer(call.name, call.page.offer())
    answer = await call.engine.page_answer(call.name)
    call.page.take(answer)
    stranger = new_page()
    stranger.take(answer)
    stranger.ufrag = call.page.ufrag
    stranger.check(password="x" * 32)
    assert await until(lambda: stranger.stun_errors)
    assert stranger.stun_errors[0][0] == 401
    stranger.say_hello()
    await settle()
    assert not stranger.secured
    assert call.events == []


async def test_lost_flight_is_repeated(call: Conversation) -> None:
    """The page never sees our first flight: our own timer sends it again."""
    await call.engine.take_page_offer(call.name, call.page.offer())
    call.page.take(await call.engine.page_answer(call.name))
    assert await call.page.nominate()
    call.page.deaf = True
    call.page.say_hello()
    assert await until(lambda: call.page.flights, 1.0)
    call.page.deaf = False
    assert await until(lambda: call.page.secured, 4.0)
    assert await call.told(MediaEventKind.CONNECTED)


async def test_page_that_wants_to_be_the_server_is_refused(call: Conversation) -> None:
    await call.offer_page()
    with pytest.raises(MediaError) as refusal:
        await call.engine.take_page_answer(call.name, call.page.answer().replace("setup:active", "setup:passive"))
    assert refusal.value.status == 488


@pytest.mark.parametrize("profile", [b"SRTP_AEAD_AES_128_GCM", b"SRTP_AES128_CM_SHA1_80"])
async def test_both_srtp_profiles(call: Conversation, profile: bytes) -> None:
    call.page.profiles = profile
    await call.incoming()
    await call.talk()


@pytest.mark.needs("long tags")
async def test_handshake_without_common_profile_fails(call: Conversation) -> None:
    await call.engine.take_page_offer(call.name, call.page.offer())
    call.page.take(await call.engine.page_answer(call.name))
    assert await call.page.nominate()
    call.page.profiles = b"SRTP_AES128_CM_SHA1_32"
    call.page.say_hello()
    assert await call.told(MediaEventKind.FAILED)


async def test_other_calls_are_not_disturbed(
    engine: MediaEngine, call: Conversation, new_page: Callable[..., PagePhone], new_trunk: Callable[..., TrunkPhone]
) -> None:
    """Two calls on the same port: each hears its own."""
    await call.incoming()
    other = Conversation(engine, call._events, new_page(), new_trunk())
    await other.outgoing()
    call.page.speak(440.0)
    call.trunk.speak(1000.0)
    other.page.speak(600.0)
    other.trunk.speak(1400.0)
    heard = await asyncio.gather(
        call.trunk.hears(440.0), call.page.hears(1000.0), other.trunk.hears(600.0), other.page.hears(1400.0)
    )
    assert heard == [True] * 4
    await engine.close(other.name)
    heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
    assert heard == [True, True]

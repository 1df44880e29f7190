"""Attacks: a race of ClientHellos while many calls are set up, RTP bleed and injection from before the first packet on,
floods of SRTP that does not fit. Single strangers and impostors are in `test_contract_security`.

Classes: CVE-2023-49786, CVE-2023-51275 (ClientHello), CVE-2017-14099, CVE-2025-53399 (bleed), CVE-2021-41105 (flood).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from cordboard.media.port import MediaEngine, MediaEvent, MediaEventKind
from cordboard.rtp.packet import RtpPacket
from cordboard.stun.message import Address
from kit.conversation import Conversation
from kit.engines import LACKS
from kit.page import PagePhone, settle
from kit.phone import until
from kit.stranger import INJECTED, Stranger, around, bad_hello, ever_heard, good_hello, hellos, lies, ports_of
from kit.trunk import TrunkPhone

pytestmark = pytest.mark.asyncio(loop_scope="module")

SET_UPS = 200
FEWER = {"relay-compiled": 60, "rtpengine": 100}  # the one sets up like the relay, the other is slower
AT_ONCE = 20
PER_SECOND = 1000
FLOOD = 10_000  # packets of a stranger to each port
NewCall = Callable[[], Conversation]


@pytest_asyncio.fixture(loop_scope="module")
async def new_call(engine: MediaEngine, events: list[MediaEvent]) -> AsyncIterator[NewCall]:
    """Makes further calls; what is left of them is ended."""
    made: list[Conversation] = []

    def make() -> Conversation:
        made.append(Conversation(engine, events, PagePhone(), TrunkPhone()))
        return made[-1]

    yield make
    for call in made:
        await over(call)


async def over(call: Conversation) -> None:
    call.page.close()
    call.trunk.close()
    await call.engine.close(call.name)


# --- ClientHellos


async def set_up(call: Conversation, number: int, meanwhile: Callable[[Conversation], None]) -> None:
    """One call with sound both ways; `meanwhile` when its ports are open and its page has not come there yet. Each
    fifth page comes through a NAT that gives it another port between its first check and its handshake."""

    async def before_the_page() -> None:
        meanwhile(call)
        if number % 5 == 0:
            assert await call.page.nominate()
            call.page.move()

    await (call.incoming if number % 2 else call.outgoing)(before_the_page)
    call.page.speak(440.0)
    call.trunk.speak(1000.0)
    heard = await asyncio.gather(call.trunk.hears(440.0, packets=8), call.page.hears(1000.0, packets=8))
    assert heard == [True, True], f"call {number}: trunk heard, page heard: {heard}"
    assert call.events == [MediaEventKind.CONNECTED]
    await over(call)


async def test_client_hellos_of_a_stranger_stop_no_call_that_is_set_up(
    request: pytest.FixtureRequest, new_call: NewCall
) -> None:
    """1,000 a second in no order over all ports around those of a call that is known, and besides to each call's own
    ports before its page can have come there. An engine that takes DTLS from anybody gets those of the published
    attack, which it cannot accept."""
    name = request.node.callspec.params["engine"]
    strict = "ICE before DTLS" not in LACKS[name]
    kinds = (good_hello(), bad_hello()) if strict else (bad_hello(),)
    targets: list[Address] = []

    def aimed(call: Conversation) -> None:
        targets.extend([] if targets else around(call))
        for target in ports_of(call):
            for hello in kinds:
                stranger.shoot(hello, target)

    with Stranger() as stranger:
        await set_up(new_call(), 0, aimed)
        async with stranger.shooting(hellos(targets, kinds), PER_SECOND):
            for first in range(0, FEWER.get(name, SET_UPS), AT_ONCE):
                numbers = range(first, first + AT_ONCE)
                await asyncio.gather(*(set_up(new_call(), number, aimed) for number in numbers))
        assert stranger.sent > SET_UPS
        assert stranger.media == []


@pytest.mark.needs("ICE before DTLS")
async def test_client_hellos_to_the_very_port_all_the_time(call: Conversation) -> None:
    with Stranger() as stranger:
        await call.point_trunk()
        await call.offer_page()
        async with stranger.shooting(hellos([call.page.gateway], (good_hello(), bad_hello())), PER_SECOND):
            await call.take_page_answer()
            await call.page.connect()
            await call.talk()
    assert call.events == [MediaEventKind.CONNECTED]


@pytest.mark.parametrize(
    "make", [bad_hello, pytest.param(good_hello, marks=pytest.mark.needs("ICE before DTLS"))], ids=["bad", "good"]
)
@pytest.mark.parametrize("way", [Conversation.incoming, Conversation.outgoing])
async def test_client_hello_to_the_very_port_of_the_page(
    call: Conversation, make: Callable[[], bytes], way: Callable[..., Awaitable[None]]
) -> None:
    """The page connects, though it may take longer."""

    async def faster() -> None:
        with Stranger() as stranger:
            stranger.shoot(make(), call.page.gateway)

    await way(call, faster)
    await call.talk()
    assert call.events == [MediaEventKind.CONNECTED]


@pytest.mark.needs("ICE before DTLS")
async def test_stranger_who_would_finish_the_handshake_before_the_page(
    call: Conversation, new_page: Callable[..., PagePhone]
) -> None:
    stranger = new_page()

    async def shake_hands() -> None:
        stranger.gateway = call.page.gateway
        stranger.say_hello()
        await settle()

    await call.incoming(shake_hands)
    await call.talk()
    assert not stranger.secured
    assert call.events == [MediaEventKind.CONNECTED]


async def test_pages_new_source_during_the_handshake(call: Conversation) -> None:
    """A NAT gives the page another port between its ClientHello and the rest of its handshake."""
    await call.point_trunk()
    await call.offer_page()
    await call.take_page_answer()
    assert await call.page.nominate()
    call.page.deaf = True
    call.page.say_hello()
    assert await until(lambda: call.page.flights)
    await settle()
    call.page.move()
    assert await call.page.nominate()
    call.page.hear_at_last()
    assert await until(lambda: call.page.secured)
    assert await call.told(MediaEventKind.CONNECTED)
    await call.talk()


# --- bleed and injection


async def test_stranger_gets_nothing_and_is_heard_by_nobody(new_call: NewCall) -> None:
    """From before the first packet of anybody, when whoever learns a source from packets learns his."""
    calls = [new_call() for _ in range(3)]
    with Stranger() as stranger:
        for call in calls:

            async def attacked(call: Conversation = call) -> None:
                async with stranger.shooting(lies([call]), PER_SECOND):
                    call.trunk.speak(1000.0)
                    await asyncio.sleep(0.2)

            await call.incoming(attacked)
        async with stranger.shooting(lies(calls), 3 * PER_SECOND):
            for call in calls:
                call.page.speak(440.0)
            heard = await asyncio.gather(
                *(call.trunk.hears(440.0, packets=40) for call in calls),
                *(call.page.hears(1000.0, packets=40) for call in calls),
            )
        assert heard == [True] * 6
        assert stranger.sent > 2 * PER_SECOND
        assert stranger.media == []
    for call in calls:
        assert ever_heard(call.page, INJECTED) < 0.1
        assert ever_heard(call.trunk, INJECTED) < 0.1
        assert call.unbroken(call.page)
        assert call.unbroken(call.trunk)
        assert call.events == [MediaEventKind.CONNECTED]
        await over(call)


# --- floods


async def test_flood_of_wrong_srtp_ends_no_call(request: pytest.FixtureRequest, call: Conversation) -> None:
    """To the page's port from the page's own address, so that only the tag is wrong, and to every port from a stranger:
    counting errors must never hang up. Fewer, and slower, where the engine cannot stand a queue that is long."""
    bursts = "bursts" not in LACKS[request.node.callspec.params["engine"]]
    count, at_once = (FLOOD, 50) if bursts else (FLOOD // 4, 4)
    await call.incoming()
    await call.talk()
    with Stranger() as stranger:
        for number in range(count // 2):
            wrong = RtpPacket(0, number & 0xFFFF, 160 * number, 4711, bytes(180)).to_bytes()
            call.page.send_raw(wrong)
            for target in ports_of(call)[:3]:
                stranger.shoot(wrong, target)
            if number % (at_once // 2) == 0:
                await asyncio.sleep(0.001)
        heard = await asyncio.gather(call.trunk.hears(440.0), call.page.hears(1000.0))
        assert heard == [True, True]
        stranger.listen()
        assert stranger.media == []
    assert (await call.statistics()).page.packets_refused > count / 4
    assert call.events == [MediaEventKind.CONNECTED]

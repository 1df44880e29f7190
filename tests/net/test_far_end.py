"""The far end for load: it registers, calls, answers, hears, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from cordboard.net.udp import UdpSocket, open_udp
from cordboard.phone.far_call import CallFailed, FarCall, FarState
from cordboard.phone.far_end import FarEnd, FarEndSettings
from cordboard.phone.far_sound import SoundSettings
from cordboard.phone.packets.choice import make
from cordboard.sdp.plain import read_plain
from cordboard.sip.message import Response, parse_message
from kit.peer import SipPeer
from kit.phone import until

HOST = "127.0.0.92"
CUSTOMER = SoundSettings(frequency=1000.0, expected=440.0)
AGENT = SoundSettings(frequency=440.0, expected=1000.0)


class Pair:
    """Two far ends in one packet loop: one calls as a customer, the other answers in place of a gateway."""

    def __init__(self, answer_after: float | None) -> None:
        self.packets = make("python")
        self.customer = FarEnd(HOST, 0, self.packets, FarEndSettings(sound=CUSTOMER))
        self.agent = FarEnd(HOST, 0, self.packets, FarEndSettings(answer_after=answer_after, sound=AGENT))
        self.came: list[FarCall] = []

    async def open(self) -> None:
        await self.customer.open()
        await self.agent.open()
        self.agent.on_call(self.came.append)

    async def close(self) -> None:
        await self.customer.close()
        await self.agent.close()
        self.packets.close()

    async def call(self) -> FarCall:
        return await self.customer.call("5001", self.agent.address)


@pytest.fixture
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    pair = Pair(getattr(request, "param", 0.0))
    await pair.open()
    try:
        yield pair
        assert pair.customer.calls == pair.agent.calls == 0
    finally:
        await pair.close()
    assert pair.customer.core.sessions == pair.agent.core.sessions == 0


async def test_both_hear_each_others_tone_and_the_figures_outlive_the_call(pair: Pair) -> None:
    call = await pair.call()
    await call.connected()
    [answered] = pair.came
    assert answered.dn == "5001"
    assert len(dict(answered.headers)["X-Genesys-CallUUID"]) == 32
    assert await until(lambda: call.figures().heard and answered.figures().heard)
    assert call.state is FarState.TALKING
    call.hang_up()
    await answered.ended()
    assert answered.reason == "BYE"
    for each in (call, answered):
        figures = each.figures()
        assert figures.received > 0
        assert figures.lost == 0
        assert each.times.begun <= each.times.answered <= figures.first_received <= each.times.ended
    assert 0.0 < call.figures().latency.p99 < 0.5


async def test_stamps_of_another_stream_are_foreign(pair: Pair) -> None:
    call = await pair.call()
    await call.connected()
    [answered] = pair.came
    call.sound.expect(440.0, answered.ssrc)
    answered.sound.expect(1000.0, call.ssrc ^ 1)
    assert await until(lambda: answered.figures().foreign > 0 and call.figures().heard)
    assert call.figures().foreign == 0
    call.hang_up()
    await answered.ended()


@pytest.mark.parametrize("pair", [None], indirect=True)
async def test_call_rings_until_it_is_answered_or_given_up(pair: Pair) -> None:
    call = await pair.call()
    assert await until(lambda: call.times.ringing > 0)
    assert call.state is FarState.DIALING
    call.hang_up()
    await pair.came[0].ended()
    assert pair.came[0].reason == "cancelled"
    with pytest.raises(CallFailed, match="hung up here"):
        await call.connected()


async def test_calls_that_share_a_socket_hear_their_own_only(pair: Pair) -> None:
    sharing = FarEnd(HOST, 0, pair.packets, FarEndSettings(sound=CUSTOMER, calls_per_socket=2))
    await sharing.open()
    calls = [await sharing.call("5001", pair.agent.address) for _ in range(3)]
    ports = [read_plain(call.sound.offer()).port for call in calls]
    assert ports[0] == ports[1] != ports[2]
    await asyncio.gather(*(call.connected() for call in calls))
    calls[0].hang_up()
    for call, answered in list(zip(calls, pair.came, strict=True))[1:]:
        call.sound.expect(440.0, answered.ssrc)
        assert await until(lambda call=call: call.figures().heard)
        assert call.figures().foreign == 0
    await sharing.close()
    assert await until(lambda: pair.agent.calls == 0)


async def test_codec_that_is_not_ours_is_refused(pair: Pair) -> None:
    other = FarEnd(HOST, 0, pair.packets, FarEndSettings(sound=SoundSettings(codec="PCMA")))
    await other.open()
    call = await other.call("5001", pair.agent.address)
    with pytest.raises(CallFailed, match="refused with 488"):
        await call.connected()
    await other.close()


async def test_closing_hangs_up(pair: Pair) -> None:
    call = await pair.call()
    await call.connected()
    await pair.customer.close()
    await pair.came[0].ended()
    assert call.state is FarState.OVER
    assert call.reason == "hung up here"


class Asking:
    """Whoever sends requests to the far end, one at a time."""

    def __init__(self, far_end: FarEnd) -> None:
        self._far_end = far_end
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def open(self) -> None:
        self.socket: UdpSocket = await open_udp(HOST, 0, lambda data, source: self._answers.put_nowait(data))
        host, port = self._far_end.address
        own = f"{HOST}:{self.socket.address[1]}"
        self.peer = SipPeer("asker", f"sip:5001@{own}", f"sip:5001@{host}:{port}", f"<sip:5001@{own}>", f"UDP {own}")

    async def ask(self, text: str) -> Response:
        self.socket.send(self.peer.build(text), self._far_end.address)
        answer = parse_message(await asyncio.wait_for(self._answers.get(), 2))
        assert isinstance(answer, Response)
        return answer


async def test_any_dn_registers_and_options_are_answered(pair: Pair) -> None:
    asking = Asking(pair.customer)
    await asking.open()
    answer = await asking.ask("REGISTER sip:far-end + Expires: 60")
    assert (answer.status, answer.headers.get("Expires")) == (200, "60")
    await asyncio.wait_for(pair.customer.registered("5001"), 1)
    contact = pair.customer.bindings["5001"]
    assert answer.headers.get("Contact") == f"<{contact}>;expires=60"
    assert pair.customer.registrations == 1
    assert (await asking.ask("OPTIONS sip:far-end")).status == 200
    assert (await asking.ask("MESSAGE sip:far-end")).status == 481
    assert (await asking.ask("REGISTER sip:far-end + Expires: 0")).status == 200
    assert dict(pair.customer.bindings) == {}
    with pytest.raises(LookupError, match="5001 is not registered"):
        await pair.customer.call("5001")
    asking.socket.close()

"""The headless agent's connection and registration, and what it says when something is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from cordboard.net.tls import connecting, listening
from cordboard.phone.agent import Agent, AgentEvent, AgentEventKind
from cordboard.phone.errors import CallFailed, NotConnected, NotRegistered
from cordboard.phone.packets import make
from cordboard.phone.settings import AgentSettings
from cordboard.phone.words import WORDS_TYPE
from cordboard.sip import events as sip
from kit.answering_server import AnsweringServer, answering_server
from kit.certificates import Authority
from kit.phone import until
from kit.site import free_port


@asynccontextmanager
async def phone(url: str, **settings: Any) -> AsyncIterator[Agent]:
    """Not connected yet."""
    packets = make("python")
    agent = Agent(AgentSettings(url, "5001", **settings), packets)
    try:
        yield agent
    finally:
        await agent.close()
        packets.close()


@asynccontextmanager
async def registered(server: AnsweringServer, **settings: Any) -> AsyncIterator[Agent]:
    async with phone(server.url, **settings) as agent:
        await agent.connect()
        await agent.register()
        yield agent


async def test_registers_as_a_page_does() -> None:
    async with answering_server() as server, phone(server.url, token="proof", origin="http://127.0.0.1") as agent:
        await agent.connect()
        assert await agent.register() == 600
        assert agent.is_registered
        (request,) = server.requests
        assert request.headers.get("Authorization") == "Bearer proof"
        assert request.headers.get("Contact") == agent.contact
        assert ".invalid;transport=ws" in agent.contact
        assert (request.headers.get("Via") or "").startswith("SIP/2.0/WS ")


async def test_a_token_is_asked_for_at_every_register() -> None:
    tokens = iter(["first", "second"])
    async with answering_server() as server, phone(server.url, token=lambda: next(tokens, "last")) as agent:
        await agent.connect()
        await agent.register()
        await agent.register()
        sent = [request.headers.get("Authorization") for request in server.requests]
        assert sent == ["Bearer first", "Bearer second"]
        assert len({request.headers.get("Call-ID") for request in server.requests}) == 1


async def test_a_challenge_is_answered_by_the_password() -> None:
    async with answering_server() as server, phone(server.url, password="secret") as agent:
        await agent.connect()
        server.register = 401
        with pytest.raises(NotRegistered) as refused:
            await agent.register()
        assert refused.value.status == 401
        assert len(server.requests) == 2, "the wrong password was tried again"
        assert 'username="5001"' in (server.requests[1].headers.get("Authorization") or "")
        assert not agent.is_registered


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
async def test_refusals_to_register_have_their_status(status: int) -> None:
    async with answering_server() as server, phone(server.url, token="proof") as agent:
        await agent.connect()
        server.register = status
        with pytest.raises(NotRegistered, match=f"REGISTER: {status} ") as refused:
            await agent.register()
        assert refused.value.status == status
        server.register = 200
        assert await agent.register() == 600


async def test_a_registrar_that_is_silent_is_waited_for_so_long() -> None:
    async with answering_server() as server, phone(server.url, respond_within=0.1) as agent:
        await agent.connect()
        server.register = 0
        with pytest.raises(NotRegistered, match="408 no answer"):
            await agent.register()


@pytest.mark.parametrize(("status", "why"), [(403, "Forbidden"), (404, "Not Found"), (486, "Busy Here"), (503, "Serv")])
async def test_calls_that_are_refused_have_a_status(status: int, why: str) -> None:
    async with answering_server() as server, registered(server) as agent:
        server.invite = status
        call = agent.dial("5002")
        with pytest.raises(CallFailed, match=f"{status} {why}") as refused:
            await call.connected()
        assert refused.value.status == status
        assert (await call.ended()).status == status
        assert agent.calls == {}


@pytest.mark.parametrize("sdp", ["v=0\r\n", "rubbish", "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 0 X 0\r\n"])
async def test_descriptions_that_cannot_be_used_end_the_call(sdp: str) -> None:
    async with answering_server() as server, registered(server) as agent:
        server.invite, server.sdp = 200, sdp
        call = agent.dial("5002")
        with pytest.raises(CallFailed, match="description cannot be used"):
            await call.connected()
        assert await until(lambda: any(isinstance(output, sip.Ended) for output in server.outputs)), "no BYE"


async def test_an_offer_that_cannot_be_used_is_refused() -> None:
    async with answering_server() as server, registered(server) as agent:
        came = []
        agent.on_call(came.append)
        own = f"<sip:5002@{server.flow.remote[0]}>"
        target = agent.contact.strip("<>")
        server.feed(sip.Invite("call", server.flow, target, own, f"<{target}>", own, "v=0\r\no=- 1 1 IN IP4 x\r\n"))
        assert await until(lambda: any(isinstance(output, sip.Rejected) for output in server.outputs))
        (rejected,) = [output for output in server.outputs if isinstance(output, sip.Rejected)]
        assert rejected.status == 488
        (call,) = came
        assert (await call.ended()).status == 488


async def test_a_ping_is_answered_in_words() -> None:
    async with answering_server() as server, registered(server) as agent:
        ping = json.dumps({"do": "ping", "id": "77"}).encode()
        target, own = agent.contact.strip("<>"), "<sip:gateway@127.0.0.1>"
        server.feed(sip.SendRequest("ping", server.flow, "MESSAGE", target, own, own, (), WORDS_TYPE, ping))
        assert await until(lambda: any(isinstance(output, sip.OutOfDialogReplied) for output in server.outputs))
        (replied,) = [output for output in server.outputs if isinstance(output, sip.OutOfDialogReplied)]
        assert replied.response is not None
        assert (replied.status, replied.response.headers.get("X-Cordboard-Microphone")) == (200, "ready")
        assert [request.method for request in server.requests] == ["REGISTER"]


@pytest.mark.parametrize("kind", [AgentEventKind.TAKEN_OVER, AgentEventKind.DRAINING])
async def test_what_the_gateway_tells_is_an_event(kind: AgentEventKind) -> None:
    async with answering_server() as server, registered(server) as agent:
        events: list[AgentEvent] = []
        agent.on_event(events.append)
        body = json.dumps({str(kind): True}).encode()
        target, own = agent.contact.strip("<>"), "<sip:gateway@127.0.0.1>"
        server.feed(sip.SendRequest("word", server.flow, "MESSAGE", target, own, own, (), WORDS_TYPE, body))
        assert await until(lambda: events == [AgentEvent(kind)])


async def test_a_lost_connection_is_told_and_another_one_can_be_made() -> None:
    async with answering_server() as server, registered(server) as agent:
        events: list[AgentEvent] = []
        agent.on_event(events.append)
        server.invite = 0
        call = agent.dial("5002")
        assert await until(lambda: bool(server.session))
        server.drop()
        assert await until(lambda: bool(events))
        assert events[0].kind is AgentEventKind.LOST
        assert (await call.ended()).why == "the connection was lost"
        with pytest.raises(NotConnected):
            agent.dial("5003")
        with pytest.raises(NotConnected):
            await agent.register()
        await agent.connect()
        assert await agent.register() == 600


async def test_a_connection_lost_while_registering_is_a_refusal() -> None:
    async with answering_server() as server, phone(server.url) as agent:
        await agent.connect()
        server.register = 0
        registering = asyncio.get_running_loop().create_task(agent.register())
        assert await until(lambda: bool(server.requests))
        server.drop()
        with pytest.raises(NotRegistered, match="the connection was lost"):
            await registering


async def test_nobody_listens() -> None:
    async with phone(f"ws://127.0.0.1:{free_port()}/ws") as agent:
        with pytest.raises(NotConnected, match=r"(?i)connect"):
            await agent.connect()


async def test_what_is_no_sip_server_is_not_taken_for_one() -> None:
    async with answering_server() as server, phone(server.url + "/elsewhere") as agent:
        with pytest.raises(NotConnected, match="refused with 404"):
            await agent.connect()


async def test_a_server_that_does_not_answer_is_given_up() -> None:
    writers: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda reader, writer: writers.append(writer), "127.0.0.1", 0)
    async with silent, phone(f"ws://127.0.0.1:{silent.sockets[0].getsockname()[1]}/", connect_within=0.1) as agent:
        with pytest.raises(NotConnected, match=r"no answer within 0\.1 s"):
            await agent.connect()
        for writer in writers:
            writer.close()
            await writer.wait_closed()


async def test_another_subprotocol_is_refused() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=("chat",))
        await socket.prepare(request)
        await socket.receive()
        return socket

    application = web.Application()
    application.router.add_get("/ws", handle)
    runner = web.AppRunner(application, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with phone(f"ws://127.0.0.1:{runner.addresses[0][1]}/ws") as agent:
        with pytest.raises(NotConnected, match="subprotocol"):
            await agent.connect()
    await runner.cleanup()


async def test_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with answering_server(listening(authority.identity("127.0.0.1"))) as server:
        async with phone(server.url, tls=connecting(authority.file)) as agent:
            await agent.connect()
            assert await agent.register() == 600
            assert (server.requests[0].headers.get("Via") or "").startswith("SIP/2.0/WSS ")
        async with phone(server.url) as stranger:
            with pytest.raises(NotConnected, match="certificate not trusted"):
                await stranger.connect()


async def test_tls_where_there_is_none() -> None:
    async with answering_server() as server, phone(server.url.replace("ws:", "wss:")) as agent:
        with pytest.raises(NotConnected):
            await agent.connect()


async def test_closing_unregisters() -> None:
    async with answering_server() as server:
        async with registered(server):
            pass
        assert await until(lambda: len(server.requests) == 2)
        assert server.requests[1].headers.get("Expires") == "0"

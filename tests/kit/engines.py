"""The media engines that the contract tests run over, and what each of them cannot do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from cordboard.media.port import MediaEngine
from cordboard.media.relay.settings import Loop
from kit.relay import relay
from kit.rtpengine import rtpengine


@asynccontextmanager
async def over_relay(loop: Loop = Loop.PYTHON) -> AsyncIterator[MediaEngine]:
    async with relay(report_seconds=0.4, trunk_gone_after=1.0, loop=loop) as engine:
        yield engine


def over_compiled_relay() -> AbstractAsyncContextManager[MediaEngine]:
    return over_relay(Loop.COMPILED)


@asynccontextmanager
async def over_rtpengine() -> AsyncIterator[MediaEngine]:
    async with rtpengine() as engine:
        yield engine


ENGINES: dict[str, Callable[[], AbstractAsyncContextManager[MediaEngine]]] = {
    "relay": over_relay,
    "relay-compiled": over_compiled_relay,
    "rtpengine": over_rtpengine,
}

RELAY_LACKS = {"transcoding": "the relay decodes nothing"}

# What a contract test can need of an engine (`@pytest.mark.needs("trait")`), and why an engine does not have it.
LACKS: dict[str, dict[str, str]] = {
    "relay": RELAY_LACKS,
    "relay-compiled": RELAY_LACKS,
    "rtpengine": {
        "no transcoding": "rtpengine translates where the sides have no codec in common",
        "one stream": "rtpengine passes RTP on with the SSRC, sequence and time of its source",
        "renumbering": "rtpengine passes RTP on with the payload number of its source; the page is offered the trunk's",
        "known payloads": "rtpengine passes on what nobody has agreed to",
        "own reports": "rtpengine passes RTCP on, and counts no loss itself",
        "replay protection": "rtpengine 10.5 decrypts a packet as often as it comes",
        "ICE before DTLS": "rtpengine 10.5 takes DTLS from anybody (CVE-2023-51275): what it cannot accept is made up"
        " for, but a ClientHello that it can, at the very port and before the page's, keeps the page out",
        "bursts": "rtpengine never reads a port again in whose queue it has found more than 50 datagrams five times",
        "long tags": "rtpengine takes SRTP with tags of 32 bits, too",
        "own feedback": "rtpengine passes feedback on as it is: it translates none, and sends nothing again",
    },
}

# The compiled loop has the usual packets of sound; pictures are Python's with either loop.
OF_SOUND = {f"test_contract_{each}" for each in ("calls", "security", "repointing", "opus", "pages", "attacks")}

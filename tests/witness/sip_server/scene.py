"""SIPp as SIP Server before the running gateway, and a page without a browser behind it.

SIPp echoes the page's tone, so hearing it again proves both directions at once; `other` is a second telephone, with a
tone of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cordboard.sip.message import Message, Request
from kit.media_page import MediaPage, PageCall
from kit.phone import until
from kit.site import Site, site
from kit.trunk import TrunkPhone
from witness.sip_server.scenario import scenario
from witness.sipp_process import Sipp, sipp

DN = "5001"


AGENT, OTHER = 440.0, 1000.0  # Hz


UUID, ANOTHER_UUID = "0A1B2C3D4E5F6G7H8J9K0A1B2C3D4E5F", "ZZ1B2C3D4E5F6G7H8J9K0A1B2C3D4EZZ"


QUIET = {"ping_seconds": 0, "ping_before_call": 0, "registration_check": 0}


REGISTERED = """
    <- REGISTER
    -> 200
"""


ANSWERED = """
    -> INVITE + Supported: uui,100rel,timer | echo
    <- 100?
    <- 180 + Allow-Events: talk
    -> NOTIFY + Event: talk + Subscription-State: active
    <- 200 NOTIFY
    <- 200 | m=audio [0-9]+ RTP/AVP 0 101
    -> ACK
    pause 12
    -> INVITE
    <- 100?
    <- 200 | m=audio [0-9]+ RTP/AVP 0 8 101
    -> ACK | echo
"""


SIGN = """
    <- INFO | Signal=5
    -> 200
"""


AGENT_ENDS = """
    <- BYE
    -> 200
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """SIPp, the gateway, the page, and one more telephone at SIP Server's side."""

    server: Sipp
    site: Site
    page: MediaPage
    other: TrunkPhone

    async def talking(self) -> PageCall:
        """The page's first call, answered, with SIPp's echo on it."""
        call = await self.page.called()
        await call.is_in("talking")
        await call.hears(AGENT)
        return call

    async def meets_other(self, line: str) -> None:
        """The other telephone talks to what that message describes, and hears the agent."""
        described = await self.server.message(line)
        self.other.take(described.body.decode())
        self.other.speak(OTHER)
        assert await self.other.hears(AGENT), f"{len(self.other.received)} packets\n{self.server.report()}"

    async def message_to(self, number: str) -> Message:
        """The gateway's INVITE to that number."""

        def found() -> list[Message]:
            came = [each.message for each in self.server.messages() if each.line.endswith(" INVITE") and not each.sent]
            return [each for each in came if isinstance(each, Request) and each.uri.startswith(f"sip:{number}@")]

        assert await until(found), f"no INVITE to {number}\n{self.server.report()}"
        return found()[0]

    async def ended(self) -> None:
        """SIPp is content, nothing is left, and the page was never asked to negotiate again."""
        await self.server.ended()
        await self.site.assert_idle()
        assert [call.reinvited for call in self.page.calls] == [0] * len(self.page.calls)


@asynccontextmanager
async def scene(
    lines: str, records: Path, *, calls: int = 1, caller: str = "+15550100", **more: Any
) -> AsyncIterator[Scene]:
    other = TrunkPhone()
    path = records / "scenario.xml"
    path.write_text(scenario(lines, UUID))
    keys = {"caller": caller, "rtp_address": other.host, "rtp_port": other.port}
    async with (
        sipp(path, records, calls=calls, **keys) as server,
        site(server.address, **(QUIET | more)) as running,
        MediaPage.open(running.websocket_url, DN, running.token(DN), frequency=AGENT) as page,
    ):
        try:
            yield Scene(server, running, page, other)
        except BaseException:
            print(server.report())
            raise
        finally:
            other.close()

"""SIPp as SIP Server calls an agent, gives up, dials for the agent, holds and retrieves."""

from __future__ import annotations

from pathlib import Path

import pytest

from witness.sip_server.scene import AGENT, AGENT_ENDS, ANSWERED, OTHER, REGISTERED, SIGN, UUID, scene


async def test_inbound(tmp_path: Path) -> None:
    async with scene(REGISTERED + ANSWERED + AGENT_ENDS, tmp_path) as it:
        call = await it.talking()
        assert call.invite["X-Genesys-CallUUID"] == UUID
        it.page.hang_up(call)
        await it.ended()


async def test_cancel(tmp_path: Path) -> None:
    ladder = """
        -> INVITE | echo
        <- 100?
        <- 180
        -> CANCEL + Reason: SIP;cause=480;text="No answer"
        <- 200 CANCEL
        <- 487
        -> ACK
    """
    async with scene(REGISTERED + ladder, tmp_path) as it:
        call = await it.page.called()
        await call.is_in("over")
        await it.ended()


FLOW_1 = """
    -> INVITE
    <- 100?
    <- 180
    -> NOTIFY + Event: talk + Subscription-State: active
    <- 200 NOTIFY
    <- 200 | m=audio [0-9]+ RTP/AVP 0 8 101
    pause 1200
    -> ACK | echo
"""


FLOW_2 = """
    -> INVITE | old hold
    <- 100?
    <- 180
    -> NOTIFY + Event: talk + Subscription-State: active
    <- 200 NOTIFY
    <- 200
    -> ACK
    -> INVITE | other
    <- 100?
    <- 200
    -> ACK
    <- INFO | Signal=5
    -> 200
    -> INVITE
    <- 100?
    <- 200
    -> ACK | echo
"""


async def test_make_call_flow_1(tmp_path: Path) -> None:
    """The 200 stays without ACK until the callee answers, and is repeated."""
    async with scene(REGISTERED + FLOW_1 + AGENT_ENDS, tmp_path, caller="+15550123") as it:
        call = await it.talking()
        assert call.invite["X-Cordboard-Call"] == "agent-first"
        assert it.server.lines().count("< 1 200 INVITE") > 1
        it.page.hang_up(call)
        await it.ended()


async def test_make_call_flow_2(tmp_path: Path) -> None:
    """The agent is answered by a hold description, hears ringback from a media server, then the callee."""
    async with scene(REGISTERED + FLOW_2 + AGENT_ENDS, tmp_path, caller="+15550123") as it:
        await it.meets_other("< 3 200 INVITE")
        call = await it.page.called()
        await call.hears(OTHER)
        it.page.press(call, "5")
        await call.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()


HOLD_BY_NOTIFY = """
    -> NOTIFY + Event: hold + Subscription-State: active
    <- 200 NOTIFY
    <- INVITE | a=inactive
    -> 200 INVITE | inactive
    <- ACK
    <- INFO | Signal=5
    -> 200
    -> NOTIFY + Event: talk + Subscription-State: active
    <- 200 NOTIFY
    <- INVITE | m=audio [1-9]
    -> 200 INVITE | echo
    <- ACK
"""


async def test_hold_and_retrieve_by_notify(tmp_path: Path) -> None:
    async with scene(REGISTERED + ANSWERED + SIGN + HOLD_BY_NOTIFY + AGENT_ENDS, tmp_path) as it:
        call = await it.talking()
        it.page.press(call, "5")
        await call.was_told({"do": "hold"})
        await it.server.message("< 2 ACK")
        await call.hears_nothing()
        it.page.press(call, "5")
        await call.was_told({"do": "retrieve"})
        await call.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()


@pytest.mark.parametrize("form", ["old hold", "sendonly", "inactive"])
async def test_hold_by_reinvite_retrieved_without_sdp(form: str, tmp_path: Path) -> None:
    hold = f"""
        -> INVITE | {form}
        <- 100?
        <- 200 | a=(recvonly|inactive)
        -> ACK
        <- INFO | Signal=5
        -> 200
        -> INVITE
        <- 100?
        <- 200
        -> ACK | echo
    """
    async with scene(REGISTERED + ANSWERED + SIGN + hold + AGENT_ENDS, tmp_path) as it:
        call = await it.talking()
        it.page.press(call, "5")
        await it.server.message("> 4 ACK")
        await call.hears_nothing()
        it.page.press(call, "5")
        await call.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()

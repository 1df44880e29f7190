"""SIPp as SIP Server wants reliable provisional responses and keeps session timers."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.phone import until
from witness.sip_server.scene import AGENT, AGENT_ENDS, OTHER, REGISTERED, SIGN, scene

RELIABLE_RINGING = """
    -> INVITE + Supported: uui,timer + Require: 100rel | echo
    <- 100?
    <- 180 + Require: 100rel + RSeq: ^ *1$
    -> PRACK + RAck: 1 1 INVITE
    <- 200 PRACK
    -> NOTIFY + Event: talk + Subscription-State: active
    <- 200 NOTIFY
    <- 200
    -> ACK
"""


RELIABLE_PROGRESS = """
    call REGISTER
    <- REGISTER
    -> 200
    call INVITE
    <- INVITE + Supported: 100rel
    -> 183 + Require: 100rel + RSeq: 7001 | other
    <- PRACK + RAck: 7001 [0-9]+ INVITE
    -> 200
    -> 180 INVITE + Require: 100rel + RSeq: 7002
    <- PRACK + RAck: 7002 [0-9]+ INVITE
    -> 200
    -> 200 INVITE
    <- ACK
    <- BYE
    -> 200
"""


async def test_100rel_required_by_sip_server(tmp_path: Path) -> None:
    async with scene(REGISTERED + RELIABLE_RINGING + AGENT_ENDS, tmp_path) as it:
        it.page.hang_up(await it.talking())
        await it.ended()


async def test_100rel_of_the_called_party(tmp_path: Path) -> None:
    """Its answer is in the reliable 183 and nowhere else."""
    async with scene(RELIABLE_PROGRESS, tmp_path, calls=2) as it:
        call = it.page.dial("+15550177")
        invite = await it.message_to("+15550177")
        it.other.take(invite.body.decode())
        it.other.speak(OTHER)
        await call.is_in("talking")
        await call.hears(OTHER)
        assert await it.other.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()


SHORT = {"session_expires": 4, "min_se": 2}


TIMED = """
    -> INVITE + Session-Expires: 4;refresher={refresher} + Min-SE: 2 + Supported: uui,100rel,timer \
+ Allow: {allow} | echo
    <- 100?
    <- 180
    -> NOTIFY + Event: talk + Subscription-State: active
    <- 200 NOTIFY
    <- 200 + Session-Expires: 4;refresher={refresher} + Supported: timer
    -> ACK
"""


ALLOW = "ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, REFER"


async def test_session_refreshed_by_sip_server(tmp_path: Path) -> None:
    refreshes = """
        pause 1400
        -> UPDATE + Session-Expires: 4;refresher=uac + Min-SE: 2 + Supported: timer
        <- 200 UPDATE + Session-Expires: 4;refresher=uac
        pause 1400
        -> INVITE + Session-Expires: 4;refresher=uac + Min-SE: 2 | echo
        <- 100?
        <- 200 + Session-Expires: 4;refresher=uac
        -> ACK
        pause 1400
    """
    timed = TIMED.format(refresher="uac", allow=ALLOW + ", UPDATE")
    async with scene(REGISTERED + timed + refreshes + SIGN + AGENT_ENDS, tmp_path, **SHORT) as it:
        call = await it.talking()
        await it.server.message("> 4 ACK")
        assert await until(lambda: False, 1.4) is False
        it.page.press(call, "5")
        await call.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()


async def test_session_that_sip_server_does_not_refresh_ends(tmp_path: Path) -> None:
    timed = TIMED.format(refresher="uac", allow=ALLOW)
    ends = """
        <- BYE + Reason: cause=408
        -> 200
    """
    async with scene(REGISTERED + timed + ends, tmp_path, **SHORT) as it:
        call = await it.talking()
        await call.is_in("over")
        await it.ended()


@pytest.mark.parametrize("by", ["UPDATE", "INVITE"])
async def test_session_refreshed_by_the_gateway(by: str, tmp_path: Path) -> None:
    """By UPDATE where SIP Server allows that, else by a re-INVITE."""
    timed = TIMED.format(refresher="uas", allow=f"{ALLOW}, UPDATE" if by == "UPDATE" else ALLOW)
    answer = "-> 200 + Session-Expires: 4;refresher=uac + Require: timer"
    refresh = f"""
        <- {by} + Session-Expires: 4;refresher=uac
        {answer + " | echo" if by == "INVITE" else answer}
        {"<- ACK" if by == "INVITE" else ""}
    """
    async with scene(REGISTERED + timed + refresh * 2 + AGENT_ENDS, tmp_path, **SHORT) as it:
        call = await it.talking()
        await it.server.message(f"< 2 {by}")
        await call.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()

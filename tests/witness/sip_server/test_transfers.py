"""SIPp as SIP Server puts other parties and a mixer into the agent's call."""

from __future__ import annotations

from pathlib import Path

from cordboard.sdp.description import parse
from witness.sip_server.scene import AGENT, AGENT_ENDS, ANOTHER_UUID, ANSWERED, DN, OTHER, REGISTERED, SIGN, scene


async def test_transfer_by_reinvite_changes_party_and_call_identifier(tmp_path: Path) -> None:
    transfer = f"""
        -> INVITE + X-Genesys-CallUUID: {ANOTHER_UUID} | other
        <- 100?
        <- 200
        -> ACK
    """
    async with scene(REGISTERED + ANSWERED + SIGN + transfer + AGENT_ENDS, tmp_path) as it:
        call = await it.talking()
        it.page.press(call, "5")
        await it.meets_other("< 4 200 INVITE")
        await call.was_told({"call": {"uuid": ANOTHER_UUID}})
        await call.hears(OTHER)
        it.page.hang_up(call)
        await it.ended()


TRANSFER_BY_REFER = f"""
    call REGISTER
    {REGISTERED}
    {ANSWERED}
    {SIGN}
    -> REFER + Refer-To: <sip:1004@[local_ip]:[local_port]> + Referred-By: sip:1003@[local_ip]:[local_port]
    <- 202 REFER
    <- NOTIFY + Event: refer + Subscription-State: active | SIP/2.0 100
    -> 200
    <- NOTIFY + Subscription-State: active | SIP/2.0 180
    -> 200
    <- NOTIFY + Subscription-State: terminated | SIP/2.0 200
    -> 200
    <- BYE
    -> 200
    call INVITE
    <- INVITE + From: sip:{DN}@ + Referred-By: sip:1003@ | m=audio
    -> 180
    pause 100
    -> 200 | other
    <- ACK
    <- BYE
    -> 200
"""


async def test_transfer_by_refer(tmp_path: Path) -> None:
    async with scene(TRANSFER_BY_REFER, tmp_path, calls=2, refer="accept") as it:
        call = await it.talking()
        it.page.press(call, "5")
        invite = await it.message_to("1004")
        it.other.take(invite.body.decode())
        it.other.speak(OTHER)
        await call.was_told({"call": {"transferred": "1004"}})
        await call.hears(OTHER)
        assert await it.other.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()


MIXER = """
    -> INVITE
    <- 100?
    <- 200
    -> ACK | {party}
"""


async def test_conference_by_offerless_reinvites_in_quick_succession(tmp_path: Path) -> None:
    """Each answer is the same session one version on, at the same port."""
    parties = "".join(MIXER.format(party=party) for party in ("other", "echo", "other"))
    async with scene(REGISTERED + ANSWERED + SIGN + parties + AGENT_ENDS, tmp_path) as it:
        call = await it.talking()
        it.page.press(call, "5")
        await it.meets_other("< 6 200 INVITE")
        await call.hears(OTHER)
        described = [
            parse((await it.server.message(f"< {number} 200 INVITE")).body.decode()) for number in (2 + 1, 4, 5, 6)
        ]
        assert len({(each.origin.session_id, each.media[0].port) for each in described}) == 1
        versions = [int(each.origin.version) for each in described]
        assert versions == list(range(versions[0], versions[0] + 4))
        it.page.hang_up(call)
        await it.ended()

"""SIP Server look-alike: calls from outside straight to an agent's DN (SIP Server reference 2.1)."""

from __future__ import annotations

import pytest

from cordboard.lab.sip_server.calls.leg import Broken
from cordboard.lab.sip_server.machine import CommandRefused
from cordboard.lab.telephony import DnEvent
from cordboard.sip.errors import LocalProtocolError
from kit.ladder import Ladder
from kit.sip_server_ladders import DIRECT_ANSWERED, DIRECT_TO_RINGING, FRESH_OFFER, connected
from kit.sip_server_stack import DnSettings, SipServerStack, ladder_of


@pytest.fixture
def server() -> SipServerStack:
    return SipServerStack()


@pytest.fixture
def ladder(server: SipServerStack) -> Ladder:
    return ladder_of(server)


def test_an_agent_answers_by_cti_and_is_asked_for_a_fresh_offer_12_ms_later(ladder: Ladder) -> None:
    ladder(DIRECT_TO_RINGING)
    ladder(
        r"""
        cti    -> AnswerCall 5001
        agent  <- NOTIFY sip:5001@127.0.0.64:5060 + CSeq: 2 NOTIFY + Event: talk + Subscription-State: active + X-Genesys-CallUUID: /./ | none
        agent  -> 200 NOTIFY
        agent  -> 200 INVITE | agent
        agent  <- ACK + CSeq: 1 ACK
        caller <- 200 INVITE + X-Genesys-CallUUID: - | /s=agent/
        cti    <- EventEstablished 5001 reference=7 BusinessCall=1
        caller -> ACK
        after 0.011 s
        """  # noqa: E501
    )
    ladder.wait(0.001001)
    ladder(
        r"""
        agent  <- INVITE + CSeq: 3 INVITE + Session-Expires: 1800;refresher=uac + Min-SE: 90 + Supported: timer + Allow: /^INVITE, ACK, PRACK/ | none
        agent  -> 200 INVITE | agent-full
        caller <- INVITE | /s=agent-full/
        caller -> 200 INVITE | caller-answer
        caller <- ACK
        agent  <- ACK + CSeq: 3 ACK + X-Genesys-CallUUID: /./ | /o=Genesys \d+ 2 IN[\s\S]*s=caller-answer/
        """  # noqa: E501
    )


def test_the_fresh_offer_gets_an_answer_even_if_the_caller_refuses_it(ladder: Ladder) -> None:
    ladder(DIRECT_TO_RINGING + DIRECT_ANSWERED)
    ladder.wait(0.012)
    ladder(
        r"""
        agent  <- INVITE | none
        agent  -> 200 INVITE | agent-full
        caller <- INVITE | /s=agent-full/
        caller -> 488 INVITE
        caller <- ACK
        agent  <- ACK | /s=caller/
        """
    )


def test_the_fresh_offer_waits_for_the_callers_ack(ladder: Ladder) -> None:
    ladder(DIRECT_TO_RINGING + DIRECT_ANSWERED.replace("caller -> ACK", ""))
    ladder("after 0.1 s")
    ladder("caller -> ACK" + FRESH_OFFER)


def test_the_agent_hangs_up(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        agent  -> BYE
        agent  <- 200 BYE
        caller <- BYE + X-Genesys-CallUUID: /./
        cti    <- EventReleased 5001 state=Released
        caller -> 200 BYE
        after 40 s
        """
    )
    assert_idle(server)


def test_the_caller_hangs_up(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        caller -> BYE
        caller <- 200 BYE
        agent  <- BYE + X-Genesys-CallUUID: /./ + Reason: -
        cti    <- EventReleased 5001
        agent  -> 200 BYE
        after 40 s
        """
    )
    assert_idle(server)


def test_the_agent_hangs_up_by_cti(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        cti    -> ReleaseCall 5001
        caller <- BYE
        agent  <- BYE
        cti    <- EventReleased 5001 reference=7
        caller -> 200 BYE
        agent  -> 200 BYE
        """
    )
    assert not server.switch.calls


def test_the_caller_abandons_while_the_agents_phone_rings(ladder: Ladder, server: SipServerStack) -> None:
    ladder(DIRECT_TO_RINGING)
    ladder(
        """
        caller -> CANCEL
        caller <- 200 CANCEL
        caller <- 487
        agent  <- CANCEL + X-Genesys-CallUUID: - + To: sip:5001@127.0.0.81:5070
        cti    <- EventAbandoned 5001
        cti    <- EventReleased 5001
        caller -> ACK
        agent  -> 200 CANCEL
        agent  -> 487 INVITE
        agent  <- ACK + X-Genesys-CallUUID: -
        after 40 s
        """
    )
    assert_idle(server)


@pytest.mark.parametrize("status", [486, 480, 603])
def test_a_direct_caller_learns_why_the_agent_does_not_take_the_call(
    ladder: Ladder, server: SipServerStack, status: int
) -> None:
    ladder(DIRECT_TO_RINGING)
    ladder(
        f"""
        agent  -> {status} INVITE
        agent  <- ACK + X-Genesys-CallUUID: -
        caller <- {status} INVITE
        cti    <- EventReleased 5001
        caller -> ACK
        """
    )
    assert not server.switch.calls


def test_an_agent_refuses_by_cti(ladder: Ladder) -> None:
    ladder(DIRECT_TO_RINGING)
    ladder(
        """
        cti    -> ReleaseCall 5001
        caller <- 486 INVITE
        agent  <- CANCEL
        cti    <- EventReleased 5001 reference=7
        caller -> ACK
        agent  -> 200 CANCEL
        agent  -> 487 INVITE
        agent  <- ACK
        """
    )


@pytest.mark.parametrize(
    ("number", "status"),
    [("5003", 480), ("5999", 404), ("banana", 404)],
    ids=["not registered", "unknown", "no number"],
)
def test_a_number_that_nobody_answers_is_refused(ladder: Ladder, number: str, status: int) -> None:
    ladder(
        f"""
        caller -> INVITE sip:{number}@127.0.0.81:5070 | caller
        caller <- 100
        caller <- {status} INVITE
        caller -> ACK
        """
    )


def test_a_phone_that_does_not_know_notify_talk_fails_the_answer_and_keeps_ringing(ladder: Ladder) -> None:
    ladder(DIRECT_TO_RINGING)
    ladder(
        """
        cti    -> AnswerCall 5001
        agent  <- NOTIFY
        agent  -> 489 NOTIFY
        cti    <- Error 5001 code=51 reference=7
        """
    )
    ladder(DIRECT_ANSWERED)


def test_a_notify_that_is_never_answered_is_repeated_for_32_seconds(ladder: Ladder, server: SipServerStack) -> None:
    ladder(DIRECT_TO_RINGING)
    ladder(
        """
        cti    -> AnswerCall 5001
        agent  <- NOTIFY
        """
    )
    ladder.wait(33)
    repeated = [peer for peer, data in server.sent if peer == "agent" and data.startswith(b"NOTIFY")]
    assert len(repeated) == 10  # after 0.5, 1.5, 3.5, 7.5 s and then every 4 s
    assert ("cti", b"Error 5001 code=57 reference=7") in server.sent


def test_a_phone_may_answer_without_cti_and_without_180(ladder: Ladder) -> None:
    ladder(
        r"""
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 200 INVITE | agent
        agent  <- ACK
        caller <- 180 + X-Genesys-CallUUID: /./
        caller <- 200 INVITE | /s=agent/
        cti    <- EventEstablished 5001
        """
    )


def test_a_reliable_180_is_acknowledged_by_prack(ladder: Ladder) -> None:
    ladder(
        """
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 180 INVITE + Require: 100rel + RSeq: 4711
        agent  <- PRACK + RAck: 4711 1 INVITE
        cti    <- EventRinging 5001
        caller <- 180
        agent  -> 200 PRACK
        """
    )


def test_an_offerless_caller_gets_the_agents_offer(ladder: Ladder) -> None:
    ladder(
        r"""
        caller -> INVITE sip:5001@127.0.0.81:5070
        caller <- 100
        agent  <- INVITE | none
        agent  -> 180
        cti    <- EventRinging 5001
        caller <- 180
        agent  -> 200 INVITE | agent-full
        caller <- 200 INVITE | /s=agent-full/
        cti    <- EventEstablished 5001
        caller -> ACK | caller-answer
        agent  <- ACK + CSeq: 1 ACK | /s=caller-answer/
        """
    )


def test_a_2xx_without_description_ends_only_that_call(ladder: Ladder, server: SipServerStack) -> None:
    ladder(
        """
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 200 INVITE
        agent  <- ACK
        caller <- 480 INVITE
        agent  <- BYE
        """
    )
    assert [str(each.error) for each in server.broken] == ["2xx to an INVITE without description"]
    assert not server.switch.calls


def test_digits_of_cti_go_to_the_caller_one_by_one(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        r"""
        cti    -> SendDtmf 5001 4#
        caller <- INFO + Content-Type: application/dtmf-relay | /^Signal=4\r\n/
        caller -> 200 INFO
        caller <- INFO | /^Signal=#\r\n/
        caller -> 200 INFO
        cti    <- EventDtmfSent 5001 reference=7
        cti    -> SendDtmf 5001 4x
        cti    <- Error 5001 code=53
        """
    )


def test_attached_data_comes_with_the_call_that_was_announced(ladder: Ladder, server: SipServerStack) -> None:
    server.expect_call("caller-call-1", {"CustomerSegment": "Gold"}, ladder.now)
    ladder(
        """
        caller -> INVITE sip:5001@127.0.0.81:5070 | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 180
        cti    <- EventRinging 5001 data.CustomerSegment=Gold
        caller <- 180
        """
    )


def test_digits_by_info_reach_the_other_party_and_other_requests_are_answered(ladder: Ladder) -> None:
    connected(ladder)
    ladder(
        r"""
        caller -> INFO + Content-Type: application/dtmf-relay | digit-5
        caller <- 200 INFO
        agent  <- INFO + Content-Type: application/dtmf-relay + X-Genesys-CallUUID: /./ | /Signal=5/
        agent  -> 200 INFO
        agent  -> UPDATE
        agent  <- 200 UPDATE
        agent  -> UPDATE | agent
        agent  <- 501 UPDATE
        agent  -> REFER
        agent  <- 501 REFER
        agent  -> MESSAGE
        agent  <- 200 MESSAGE
        """
    )


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 200), ("MESSAGE", 405), ("SUBSCRIBE", 405)])
def test_requests_outside_calls(ladder: Ladder, server: SipServerStack, method: str, status: int) -> None:
    ladder.peers["caller"].call_id = "outside"  # type: ignore[attr-defined]
    ladder(f"caller -> {method} sip:127.0.0.81:5070\ncaller <- {status} {method} + Allow: /REFER/")
    assert not server.switch.calls


def test_cti_learns_of_bindings(ladder: Ladder, server: SipServerStack) -> None:
    server.addresses[("127.0.0.66", 5060)] = "third"
    server.register("5003", "third", ladder.now)
    ladder.wait(3601)
    seen = [(event.dn.dn, event.dn.in_service) for event in server.events if isinstance(event, DnEvent)]
    assert seen[-4:] == [("5003", True), ("5001", False), ("5002", False), ("5003", False)]
    assert server.switch.annex("5003")["contact"] == "*"


def test_a_command_that_the_core_refuses_ends_only_its_call(ladder: Ladder, server: SipServerStack) -> None:
    connected(ladder)
    ladder(
        """
        trunk  -> INVITE sip:600@127.0.0.81:5070 | caller
        trunk  <- 100
        trunk  <- 180
        trunk  <- 200 INVITE
        trunk  -> ACK
        """
    )
    (call,) = server.switch.calls_of("5001")
    error = LocalProtocolError("no")
    outputs = server.stack.machine.handle(CommandRefused(call.origin.session, error), ladder.now)
    assert outputs[0] == Broken(call.uuid, error)
    assert [call.dnis for call in server.switch.calls.values()] == ["600"]


def test_there_is_a_limit_of_calls() -> None:
    ladder = ladder_of(SipServerStack(maximum_calls=0))
    ladder("caller -> INVITE sip:5001@127.0.0.81:5070 | caller\ncaller <- 100\ncaller <- 503 INVITE")


@pytest.mark.parametrize(
    ("option", "status"), [({"reject-call-incall": "true"}, 486), ({"reject-call-notready": "true"}, 480)]
)
def test_a_dn_may_refuse_calls_by_its_options(option: dict[str, str], status: int) -> None:
    server = SipServerStack(dns=(DnSettings("5001", annex=option), DnSettings("5002")))
    ladder = ladder_of(server)
    if status == 486:
        connected(ladder)
    ladder(f"trunk -> INVITE sip:5001@127.0.0.81:5070 | caller\ntrunk <- 100\ntrunk <- {status} INVITE")


def assert_idle(server: SipServerStack) -> None:
    """Nothing of the call is left, transactions included."""
    assert not server.switch.calls
    assert server.switch.views("5001") == []
    assert (server.stack.core.sessions, server.stack.core.transactions) == (0, 0)

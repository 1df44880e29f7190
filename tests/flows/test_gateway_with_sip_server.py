"""The product's gateway and the SIP Server look-alike, byte by byte: what CTI orders, and what the page is told."""

from __future__ import annotations

import pytest

from cordboard.call.trunk.settings import TrunkSettings
from kit.joined import Joined
from kit.sip_server_parties import stack_with

ANSWER = '{"do":"answer"}'
HOLD = '{"do":"hold"}'
RETRIEVE = '{"do":"retrieve"}'


def joined(**options: str) -> Joined:
    """5001 is the gateway's, with these DN options; 5002 is a phone that SIP Server has to hold by itself."""
    agent = {name.replace("_", "-"): value for name, value in options.items()}
    return Joined(stack_with(agent=agent, colleague={"sip-cti-control": "talk"}), TrunkSettings(accepts_refer=True))


def nothing_left(running: Joined) -> None:
    running.wait(64)
    assert not running.server.switch.calls
    assert not running.server.broken
    assert all(call.over or call.trunk.state == "idle" for call, _ in running.gateway.calls)
    assert all(core.sessions == core.transactions == 0 for core in running.gateway.cores.values())


def in_call(running: Joined) -> None:
    """The customer has called, the agent has answered in the desktop."""
    running.call("caller", "5001")
    running.order("AnswerCall 5001")
    running.wait(0.1)
    assert running.words == [ANSWER]
    assert running.heard("5001")[-1] == "EventEstablished"


@pytest.mark.parametrize("flow", ["1", "2"])
def test_make_call(flow: str) -> None:
    running = joined(make_call_rfc3725_flow=flow)
    running.order("MakeCall 5001 5002")
    running.wait(1)
    assert running.heard("5001") == ["EventDialing", "EventEstablished"]
    assert (running.words, running.page_invites) == ([ANSWER], 1)
    running.hang_up("page")
    nothing_left(running)


def test_make_call_by_refer() -> None:
    running = joined(refer_enabled="true")
    running.order("MakeCall 5001 5002")
    running.wait(1)
    assert running.heard("5001") == ["EventDialing", "EventEstablished"]
    assert running.server.notes == []
    assert (running.words[0], running.page_invites) == (ANSWER, 1)
    running.hang_up("colleague")
    nothing_left(running)


def test_make_call_by_refer_to_somebody_who_refuses() -> None:
    running = joined(refer_enabled="true")
    running.refusing["colleague"] = 486
    running.order("MakeCall 5001 5002")
    running.wait(1)
    assert running.sent_to_page[-1].startswith("BYE")
    nothing_left(running)


def test_hold_and_retrieve() -> None:
    running = joined()
    in_call(running)
    running.order("HoldCall 5001")
    running.order("RetrieveCall 5001")
    assert running.words == [ANSWER, HOLD, RETRIEVE]
    assert running.page_invites == 1
    running.hang_up("caller")
    nothing_left(running)


@pytest.mark.parametrize("release", ["", "202"])
def test_transferred_by_refer(release: str) -> None:
    """5002 has called and transfers the agent to 5003; by option SIP Server hangs up at once."""
    running = joined(refer_enabled="true", **({"lab_refer_release": release} if release else {}))
    running.call("colleague", "5001")
    running.order("AnswerCall 5001")
    running.wait(0.1)
    running.order("SingleStepTransfer 5002 5003")
    running.wait(1)
    assert running.words[-1] == '{"call":{"transferred":"5003"}}'
    assert running.page_invites == 1
    assert running.heard("5003")[-1] == "EventEstablished"
    running.hang_up("page")
    nothing_left(running)


def test_transfer_by_refer_that_fails_leaves_the_call() -> None:
    running = joined(refer_enabled="true")
    running.refusing["third"] = 603
    running.call("colleague", "5001")
    running.order("AnswerCall 5001")
    running.wait(0.1)
    running.order("SingleStepTransfer 5002 5003")
    running.wait(1)
    assert running.words == [ANSWER]
    assert any(event.startswith("Error 5002") for event in running.events)
    running.hang_up("page")
    nothing_left(running)


def killed_while_it_carries_out_a_refer() -> Joined:
    """5002 transfers the agent to 5003, which rings then; the next process knows nothing of it."""
    running = joined(refer_enabled="true")
    running.call("colleague", "5001")
    running.order("AnswerCall 5001")
    running.wait(0.1)
    running.ringing.add("third")
    running.order("SingleStepTransfer 5002 5003")
    running.wait(1)
    assert len(running.server.switch.calls) == 2
    running.kill_gateway()
    return running


def test_killed_in_a_transfer_that_comes_to_nothing_the_call_goes_on() -> None:
    running = killed_while_it_carries_out_a_refer()
    running.answer("third", "486 INVITE")
    running.wait(33)
    assert running.heard("5003")[-1] == "EventReleased"
    running.order("HoldCall 5001")
    assert running.words[-1] == HOLD
    assert running.heard("5001")[-1] == "EventHeld"
    running.hang_up("page")
    nothing_left(running)


def test_killed_in_a_transfer_that_is_answered_all_is_over_without_an_ack() -> None:
    """For SIP Server the target has taken the call; it ends that by itself, and nobody is left with a dead line."""
    running = killed_while_it_carries_out_a_refer()
    running.answer("third")
    running.wait(33)  # 64*T1
    assert [running.heard(dn)[-1] for dn in ("5001", "5002", "5003")] == ["EventReleased"] * 3
    assert running.sent_to_page[-1].startswith("BYE")
    nothing_left(running)


@pytest.mark.parametrize("dual", ["true", "false"])
def test_consult_and_two_step_transfer(dual: str) -> None:
    """In a second dialog or on the one: the agent holds, speaks with 5002, and is out."""
    running = joined(dual_dialog_enabled=dual)
    in_call(running)
    running.order("InitiateTransfer 5001 5002")
    running.wait(1)
    assert running.heard("5002")[-1] == "EventEstablished"
    assert running.page_invites == (2 if dual == "true" else 1)
    running.order("CompleteTransfer 5001")
    running.wait(1)
    assert running.heard("5001").count("EventReleased") >= 1
    assert running.sent_to_page[-1].startswith("BYE")
    running.hang_up("caller")
    nothing_left(running)


@pytest.mark.parametrize("dual", ["true", "false"])
def test_conference(dual: str) -> None:
    running = joined(dual_dialog_enabled=dual)
    in_call(running)
    running.order("InitiateConference 5001 5002")
    running.wait(1)
    invites = running.page_invites
    running.order("CompleteConference 5001")
    running.wait(1)
    assert running.page_invites == invites
    assert len(running.server.switch.calls) == 1
    assert not [call for call, _ in running.gateway.calls if call.over is False and call.trunk.held]
    running.hang_up("page")
    running.hang_up("caller")
    nothing_left(running)


@pytest.mark.parametrize("mode", ["0", "1"])
def test_two_step_transfer_to_the_agent(mode: str) -> None:
    """5002 consults the agent and transfers the customer: by re-INVITE, or by INVITE with Replaces."""
    running = joined(sip_replaces_mode=mode)
    running.call("caller", "5002")
    running.wait(0.1)
    running.order("InitiateTransfer 5002 5001")
    running.wait(0.1)
    running.order("AnswerCall 5001")
    running.wait(1)
    assert running.words == [ANSWER]
    running.order("CompleteTransfer 5002")
    running.wait(1)
    assert running.page_invites == 1
    assert [word for word in running.words if "uuid" in word]
    running.hang_up("caller")
    nothing_left(running)

"""SIP Server look-alike: session refreshes, 100rel, challenged INVITEs, 302 (SIP Server reference 1.2, 1.5)."""

from __future__ import annotations

import pytest

from cordboard.sip import digest
from kit.ladder import Ladder
from kit.sip_server_ladders import connected
from kit.sip_server_parties import stack_with
from kit.sip_server_stack import DnSettings, SipServerStack, lab_settings, ladder_of

REFRESHED = """
    agent <- INVITE + Session-Expires: 1800;refresher=uac | /s=caller-answer/
    agent -> 200 INVITE + Session-Expires: 1800;refresher=uac | agent
    agent <- ACK
"""


def test_a_session_is_refreshed_when_half_its_time_is_over() -> None:
    ladder = ladder_of(SipServerStack())
    connected(ladder)
    for _ in range(3):
        ladder("after 899.9 s")
        ladder.wait(0.2)
        ladder(REFRESHED)


def test_a_refresh_by_update() -> None:
    ladder = ladder_of(stack_with(agent={"lab-session-refresh": "update"}))
    connected(ladder)
    for _ in range(2):
        ladder.wait(900)
        ladder(
            """
            agent <- UPDATE + Session-Expires: 1800;refresher=uac + X-Genesys-CallUUID: /./ | none
            agent -> 200 UPDATE + Session-Expires: 1800;refresher=uac
            """
        )


def test_a_server_that_forgets() -> None:
    ladder = ladder_of(stack_with(agent={"lab-session-refresh": "none"}))
    connected(ladder)
    ladder("after 3000 s")


def test_what_the_phone_says_counts() -> None:
    ladder = ladder_of(SipServerStack())
    connected(ladder)
    ladder.wait(900)
    ladder(
        """
        agent <- INVITE
        agent -> 200 INVITE + Session-Expires: 600;refresher=uac | agent
        agent <- ACK
        after 299 s
        """
    )
    ladder.wait(1.1)
    ladder(
        """
        agent <- INVITE
        agent -> 200 INVITE + Session-Expires: 600;refresher=uas | agent
        agent <- ACK
        after 700 s
        """
    )


@pytest.mark.parametrize("value", ["nonsense", "9999999999999", "-5"])
def test_a_session_expires_that_cannot_be_read_is_the_usual(value: str) -> None:
    ladder = ladder_of(SipServerStack())
    connected(ladder)
    ladder.wait(900)
    ladder(f"agent <- INVITE\nagent -> 200 INVITE + Session-Expires: {value} | agent\nagent <- ACK\nafter 899 s")
    ladder.wait(1.1)
    ladder("agent <- INVITE")


def test_a_refresh_that_is_refused_changes_nothing() -> None:
    server = SipServerStack()
    ladder = ladder_of(server)
    connected(ladder)
    ladder.wait(900)
    ladder("agent <- INVITE\nagent -> 500 INVITE\nagent <- ACK")
    assert [view.state for view in server.switch.views("5001")] == ["Established"]


# --- INVITE is challenged ---------------------------------------------------------------------------------------------


def test_an_invite_of_a_dn_is_challenged() -> None:
    annex = {"authenticate-requests": "register, invite"}
    server = SipServerStack(lab_settings(dns=(DnSettings("5001"), DnSettings("5002", "secret", annex))))
    ladder = ladder_of(server)
    ladder(
        """
        agent -> INVITE sip:600@127.0.0.81:5070 | agent-full
        agent <- 100
        cti   <- EventDialing 5001
        agent <- 180
        agent <- 200 INVITE
        cti   <- EventEstablished 5001
        """
    )


def _challenged() -> tuple[SipServerStack, Ladder]:
    annex = {"authenticate-requests": "invite"}
    server = SipServerStack(lab_settings(dns=(DnSettings("5001", "secret", annex), DnSettings("5002"))))
    return server, ladder_of(server)


def test_a_right_answer_lets_the_call_through() -> None:
    server, ladder = _challenged()
    ladder(
        """
        agent -> INVITE sip:600@127.0.0.81:5070 | agent-full
        agent <- 100
        agent <- 401 INVITE + WWW-Authenticate: /^Digest realm="genesys"/
        agent -> ACK
        """
    )
    peer = ladder.peers["agent"]
    challenge = peer.got[-1].headers.get("WWW-Authenticate")  # type: ignore[attr-defined]
    peer.forget()  # type: ignore[attr-defined]
    given = digest.authorization(challenge, "INVITE", "sip:600@127.0.0.81:5070", "5001", "secret", "c", 1)
    ladder(
        f"""
        agent -> INVITE sip:600@127.0.0.81:5070 + Authorization: {given} | agent-full
        agent <- 100
        cti   <- EventDialing 5001
        agent <- 180
        agent <- 200 INVITE
        cti   <- EventEstablished 5001
        """
    )
    assert len(server.switch.calls) == 1


def test_a_wrong_answer_is_challenged_again() -> None:
    server, ladder = _challenged()
    ladder(
        """
        agent -> INVITE sip:600@127.0.0.81:5070 + Authorization: Digest username="5001" | agent-full
        agent <- 100
        agent <- 401 INVITE
        """
    )
    assert not server.switch.calls


def test_a_dn_is_redirected_by_302() -> None:
    dns = (DnSettings("5001"), DnSettings("5002", annex={"lab-redirect": "5003"}))
    ladder = ladder_of(SipServerStack(lab_settings(dns=dns)))
    ladder(
        """
        agent -> INVITE sip:5002@127.0.0.81:5070 | agent-full
        agent <- 100
        agent <- 302 INVITE + Contact: <sip:5003@127.0.0.81:5070>
        """
    )


# --- 100rel -----------------------------------------------------------------------------------------------------------


def test_a_caller_who_knows_100rel_gets_a_reliable_180() -> None:
    ladder = ladder_of(SipServerStack())
    ladder(
        """
        caller -> INVITE sip:5001@127.0.0.81:5070 + Supported: 100rel | caller
        caller <- 100
        agent  <- INVITE
        agent  -> 180
        cti    <- EventRinging 5001
        caller <- 180 + Require: 100rel + RSeq: /./
        """
    )

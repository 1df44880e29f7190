"""Registrations at SIP Server, message by message in virtual time: wiped bindings, refusals, storms, failover."""

from __future__ import annotations

import pytest

from cordboard.lab.sip_server import registrar as lab
from cordboard.sip.availability import FailoverSettings, State
from cordboard.sip.events import Received
from cordboard.sip.registration import Pace, Start, Stop, Upkeep
from kit.registration_site import GATEWAY, RegistrationSite

DEREGISTER_OF_A_SOFTPHONE = (
    b"REGISTER sip:127.0.0.81:5060;transport=UDP SIP/2.0\r\n"
    b'From: "Softphone" <sip:5001@127.0.0.81:5060>;tag=old-1\r\n'
    b"To: <sip:5001@127.0.0.81:5060>\r\n"
    b"Call-ID: an-older-registration\r\n"
    b"CSeq: 2 REGISTER\r\n"
    b"Content-Length: 0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.81:5090;branch=z9hG4bKsoftphone2\r\n"
    b"Max-Forwards: 70\r\n"
    b"Contact: <sip:5001@127.0.0.81:5090>\r\n"
    b"Expires: 0\r\n\r\n"
)


def wipe(site: RegistrationSite) -> None:
    """Another registrar of 5001 says goodbye, as in the trace of SIP Server: the binding that is in force is gone."""
    primary = site.servers["primary"]
    assert primary.registrar.binding("5001") is not None
    answers = primary._handle(Received(GATEWAY, DEREGISTER_OF_A_SOFTPHONE), site.now)
    assert answers[0].startswith(b"SIP/2.0 200 ")
    assert primary.registrar.binding("5001") is None


@pytest.mark.parametrize("query", [False, True])
def test_wiped_binding_is_back_within_the_check(query: bool) -> None:
    site = RegistrationSite(upkeep=Upkeep(check_seconds=30, query=query))
    site.start()
    site.wait(70)
    wipe(site)
    site.wait(30)
    assert site.servers["primary"].bound == 1
    assert site.said["Wiped"] == (1 if query else 0), "a query tells, a refresh repairs without knowing"
    assert site.said["Failed"] == 0
    site.wait(300)
    assert site.said["Wiped"] == (1 if query else 0)


def test_wiped_binding_without_checks_is_gone_until_the_refresh() -> None:
    site = RegistrationSite()
    site.start()
    site.wait(70)
    wipe(site)
    site.wait(600)
    assert site.servers["primary"].bound == 0
    site.wait(1800)
    assert site.servers["primary"].bound == 1


def test_query_at_a_server_that_shows_no_bindings_still_repairs() -> None:
    site = RegistrationSite(upkeep=Upkeep(check_seconds=30, query=True))
    site.servers["primary"].options[lab.ANSWER_QUERY] = "false"
    site.start()
    site.wait(70)
    wipe(site)
    site.wait(31)
    assert site.servers["primary"].bound == 1
    assert site.said["Wiped"] == 0


# --- refusals


def test_digest() -> None:
    site = RegistrationSite(dns=3, upkeep=Upkeep(check_seconds=30))
    site.servers["primary"].options["authenticate-requests"] = "register"
    site.start()
    site.wait(5)
    assert site.servers["primary"].bound == 3
    assert site.servers["primary"].count("REGISTER") == 6
    site.wait(600)
    assert site.said["Failed"] == 0, "a nonce that became stale is answered again"


def test_wrong_password_is_not_hammered() -> None:
    site = RegistrationSite(password="wrong")
    site.servers["primary"].options["authenticate-requests"] = "register"
    site.start()
    site.wait(3600)
    assert site.statuses == {401: site.said["Failed"]}
    assert 12 <= site.said["Failed"] <= 17


def test_unknown_dn_is_tried_now_and_then_until_it_is_configured() -> None:
    site = RegistrationSite()
    primary = site.servers["primary"]
    primary.dns = ("5999",)
    primary.start()
    site.start()
    site.wait(600)
    assert site.statuses == {404: site.said["Failed"]}
    assert 10 <= site.said["Failed"] <= 15
    primary.dns = ("5001",)
    primary.start()
    site.wait(60)
    assert primary.bound == 1


def test_longer_lifetime_is_taken() -> None:
    site = RegistrationSite()
    site.servers["primary"].options[lab.MINIMUM] = "3600"
    site.start()
    site.wait(1)
    assert site.servers["primary"].bound == 1
    assert site.said["Failed"] == 0


def test_retry_after_is_honoured() -> None:
    site = RegistrationSite()
    primary = site.servers["primary"]
    primary.options.update({lab.REFUSE_WITH: "503", lab.RETRY_AFTER: "120"})
    site.start()
    site.wait(119)
    assert primary.count("REGISTER") == 1
    primary.options.clear()
    site.wait(2)
    assert primary.bound == 1
    assert site.failover.state("primary") is State.UP


@pytest.mark.parametrize("status", ["500", "503"])
def test_refusals_without_retry_after_are_tried_again_ever_slower(status: str) -> None:
    site = RegistrationSite(failover=FailoverSettings(check_seconds=0))
    primary = site.servers["primary"]
    primary.options[lab.REFUSE_WITH] = status
    site.start()
    site.wait(60)
    assert 5 <= primary.count("REGISTER") <= 8
    primary.options.clear()
    site.wait(60)
    assert primary.bound == 1


def test_stop_and_start_in_one_breath_leave_the_dn_registered() -> None:
    site = RegistrationSite()
    site.start()
    site.wait(1)
    site.tell("5001", Stop())
    site.tell("5001", Start())
    site.wait(2)
    assert site.servers["primary"].bound == 1


# --- storms

MANY = 1000


def test_a_thousand_dns_at_once_are_paced() -> None:
    site = RegistrationSite(dns=MANY, pace=Pace(in_flight=100, per_second=200))
    began = site.now
    site.start()
    site.wait(5.1)
    primary = site.servers["primary"]
    assert primary.bound == MANY
    assert primary.count("REGISTER") == MANY
    assert primary.busiest_second(began) <= 200 * 1.1 + 1


def test_a_thousand_dns_are_back_within_ten_seconds_of_a_server_that_forgot_them() -> None:
    site = RegistrationSite(dns=MANY, pace=Pace(in_flight=100, per_second=200), upkeep=Upkeep(check_seconds=30))
    site.start()
    site.wait(60)
    primary = site.servers["primary"]
    primary.crash()
    site.wait(100)
    assert site.failover.state("primary") is State.DOWN
    assert site.said["nobody"] == 1
    primary.start()
    back = site.now
    site.wait(10)
    assert primary.bound == MANY
    assert primary.busiest_second(back) <= 200 * 1.1 + 100, "and the retransmissions of those on their way"


def test_no_more_are_on_their_way_than_allowed_while_nobody_answers() -> None:
    site = RegistrationSite(dns=MANY, pace=Pace(in_flight=100, per_second=1000))
    site.servers["primary"].crash()
    site.start()
    site.wait(20)
    assert site.most_in_flight == 100


def test_refreshes_of_dns_that_registered_together_are_spread() -> None:
    site = RegistrationSite(dns=MANY, pace=Pace(in_flight=1000, per_second=10000))
    began = site.now
    site.start()
    site.wait(1790)
    primary = site.servers["primary"]
    assert primary.count("REGISTER", began + 1) == MANY
    assert primary.busiest_second(began + 1) < 30, "ten percent of 1800 s for a thousand"


# --- failover

PAIR = ("primary", "backup")


def pair(dns: int = 20, **more: float) -> RegistrationSite:
    site = RegistrationSite(dns=dns, servers=PAIR, upkeep=Upkeep(check_seconds=30), failover=FailoverSettings(**more))
    site.start()
    site.wait(30)
    assert (site.servers["primary"].bound, site.servers["backup"].bound) == (dns, 0)
    return site


def test_failover_and_failback() -> None:
    site = pair(failback_seconds=60)
    primary, backup = (site.servers[name] for name in PAIR)
    primary.crash()
    site.wait(10)
    assert site.failover.current == "backup"
    assert backup.bound == 20
    site.wait(100)
    seen = len(primary.requests)
    primary.start()
    site.wait(55)
    assert site.failover.current == "backup", "it has to prove itself first"
    assert primary.count("REGISTER", site.now - 55) == 0
    site.wait(15)
    assert site.failover.current == "primary"
    assert primary.bound == 20
    everything = [*primary.requests[seen:], *backup.requests]
    assert [request for _, request in everything if request.headers.get("Expires") == "0"] == []


def test_a_primary_that_comes_and_goes_is_not_followed() -> None:
    site = pair(failback_seconds=60)
    primary = site.servers["primary"]
    primary.crash()
    site.wait(20)
    for _ in range(5):
        primary.start()
        site.wait(40)
        primary.crash()
        site.wait(20)
    assert site.failover.current == "backup"
    assert site.said["Use"] == 1


def test_both_down_is_said_once_and_the_first_that_returns_is_used() -> None:
    site = pair()
    primary, backup = (site.servers[name] for name in PAIR)
    primary.crash()
    backup.crash()
    site.wait(300)
    assert not site.failover.reachable
    assert site.said["nobody"] == 1
    primary.start()
    site.wait(10)
    assert site.failover.reachable
    assert site.failover.current == "primary"
    assert primary.bound == 20


def test_a_lost_datagram_changes_nothing() -> None:
    site = pair()
    primary = site.servers["primary"]
    primary.there = False
    site.wait(1.5)
    primary.there = True
    site.wait(60)
    assert site.said["Use"] == site.said["Down"] == 0


def test_a_server_that_answers_no_options_is_used_all_the_same() -> None:
    site = RegistrationSite(upkeep=Upkeep(check_seconds=30))
    site.servers["primary"].answers_options = False
    site.start()
    site.wait(600)
    assert site.said["Down"] == 0
    assert site.said["SendRegister"] < 30


def test_failed_registers_alone_are_enough() -> None:
    """Without OPTIONS: two that nobody answered."""
    site = pair(check_seconds=0)
    site.servers["primary"].crash()
    site.wait(30 + 33)
    assert site.failover.current == "backup"
    site.wait(5)
    assert site.servers["backup"].bound == 20

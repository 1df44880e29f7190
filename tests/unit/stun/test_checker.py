"""The full ICE agent: alone, against the lite one, and against itself."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.stun.checker import Checker
from cordboard.stun.lite import ConsentLost, IceLite, Nominated, Refused, Reply
from cordboard.stun.message import (
    AttributeType,
    Message,
    MessageClass,
    build,
    error_code,
    has_fingerprint,
    has_integrity,
    parse,
    xor_address,
)
from cordboard.stun.request import binding_request
from cordboard.stun.vocabulary import Failed, RemoteCandidates, Selected, Send, Timing
from kit.ice_network import IceNetwork

OURS, THEIRS = ("127.0.0.1", 4000), ("127.0.0.2", 5000)
NOWHERE = ("127.0.0.9", 9)
HIGH, LOW = 2_130_706_431, 1_694_498_815
OUR_NAME, OUR_PASSWORD = "ours", "our-password-of-ICE-22ch"
THEIR_NAME, THEIR_PASSWORD = "theirs", "their-password-of-ICE-22"
REMOTE = RemoteCandidates(THEIR_NAME, THEIR_PASSWORD, ((THEIRS, HIGH),))


def agent(
    name: str = OUR_NAME, password: str = OUR_PASSWORD, *, controlling: bool = True, seed: int = 1, **timing: float
) -> Checker:
    chance = random.Random(seed)
    return Checker(
        name, password, controlling=controlling, transaction=lambda: chance.randbytes(12), timing=Timing(**timing)
    )


def pair(
    network: IceNetwork, *, controlling: tuple[bool, bool] = (True, False), lite: bool = False
) -> tuple[Checker, Checker | IceLite]:
    """Two agents that know each other's descriptions."""
    ours = agent(controlling=controlling[0])
    network.attach(ours, OURS)
    if lite:
        theirs: Checker | IceLite = IceLite(THEIR_NAME, THEIR_PASSWORD, OUR_NAME)
        network.attach(theirs, THEIRS)
    else:
        theirs = agent(THEIR_NAME, THEIR_PASSWORD, controlling=controlling[1], seed=2)
        network.attach(theirs, THEIRS)
        remote = RemoteCandidates(OUR_NAME, OUR_PASSWORD, ((OURS, HIGH),))
        network.take(THEIRS, theirs.take_remote(remote, 0.0))
    remote = RemoteCandidates(THEIR_NAME, THEIR_PASSWORD, ((THEIRS, HIGH),), lite)
    network.take(OURS, ours.take_remote(remote, 0.0))
    return ours, theirs


def sent(outputs: list[object]) -> list[Send]:
    return [output for output in outputs if isinstance(output, Send)]


def only(outputs: list[object]) -> Send:
    (one,) = sent(outputs)
    return one


def answer(request: bytes, password: str = THEIR_PASSWORD, mapped: tuple[str, int] = OURS) -> bytes:
    """The success response to a check of ours."""
    transaction = parse(request).transaction
    attribute = (int(AttributeType.XOR_MAPPED_ADDRESS), xor_address(mapped, transaction))
    return build(Message(MessageClass.SUCCESS, transaction, (attribute,)), password.encode())


def refusal(request: bytes, code: int, key: str | None = THEIR_PASSWORD) -> bytes:
    message = Message(MessageClass.ERROR, parse(request).transaction, (error_code(code, "no"),))
    return build(message, key.encode() if key else None)


def check(*, number: int = 9, controlling: bool = True, nominate: bool = False, tie_breaker: int = 1) -> bytes:
    """A check of the peer's."""
    return binding_request(
        bytes([number] * 12),
        f"{OUR_NAME}:{THEIR_NAME}",
        OUR_PASSWORD,
        controlling=controlling,
        nominate=nominate,
        tie_breaker=tie_breaker,
    )


# --- what a check is


def test_a_check_has_all_that_the_rfc_asks_for() -> None:
    request = only(agent().take_remote(REMOTE, 0.0))
    assert request.destination == THEIRS
    message = parse(request.data)
    assert message.username == f"{THEIR_NAME}:{OUR_NAME}"
    assert message.priority is not None
    assert message.get(AttributeType.ICE_CONTROLLING) is not None
    assert message.get(AttributeType.USE_CANDIDATE) is None, "a nomination before the path is known to work"
    assert has_integrity(request.data, THEIR_PASSWORD.encode())
    assert has_fingerprint(request.data)


def test_nothing_is_checked_without_a_description() -> None:
    assert agent().deadline is None
    assert agent().tick(100.0) == []


# --- the two ends of a call


def test_against_a_lite_agent_we_control_whatever_we_were() -> None:
    network = IceNetwork()
    ours, theirs = pair(network, controlling=(False, False), lite=True)
    network.run(1.0)
    assert ours.controlling
    assert network.told(OURS) == [Selected(THEIRS)]
    assert network.told(THEIRS, Nominated) == [Nominated(OURS)]
    assert ours.selected == THEIRS
    assert isinstance(theirs, IceLite)


def test_two_round_trips_are_enough_with_a_lite_agent() -> None:
    network = IceNetwork(delay=0.01)
    pair(network, lite=True)
    network.run(0.041)
    assert network.told(OURS) == [Selected(THEIRS)]
    assert len(network.wire) == 4, "more was sent than two checks and their answers"


@pytest.mark.parametrize("controlling", [(True, False), (False, True)])
def test_two_full_agents_select_the_path(controlling: tuple[bool, bool]) -> None:
    network = IceNetwork()
    pair(network, controlling=controlling)
    network.run(0.5)
    assert network.told(OURS) == [Selected(THEIRS)]
    assert network.told(THEIRS) == [Selected(OURS)]


@pytest.mark.parametrize("controlling", [True, False])
def test_role_conflict_is_settled(controlling: bool) -> None:
    network = IceNetwork()
    ours, theirs = pair(network, controlling=(controlling, controlling))
    network.run(2.0)
    assert isinstance(theirs, Checker)
    assert ours.controlling is not theirs.controlling
    assert network.told(OURS, Selected) == [Selected(THEIRS)]
    assert network.told(THEIRS, Selected) == [Selected(OURS)]


def test_a_check_that_comes_before_the_description_is_remembered() -> None:
    ours = agent(controlling=False)
    assert [type(output) for output in ours.handle(check(nominate=True), THEIRS, 0.0)] == [Send]
    assert ours.knows(THEIRS)
    outputs = ours.take_remote(RemoteCandidates(THEIR_NAME, THEIR_PASSWORD), 0.1)
    assert only(outputs).destination == THEIRS
    outputs = ours.handle(answer(only(outputs).data), THEIRS, 0.2)
    assert outputs == [Selected(THEIRS)]


def test_a_source_that_no_description_named_is_checked() -> None:
    """Behind a translator: peer-reflexive (RFC 8445 section 7.3.1.3)."""
    network = IceNetwork(translated={THEIRS: NOWHERE})
    pair(network)
    network.run(1.0)
    assert network.told(OURS, Selected) == [Selected(NOWHERE)]
    assert network.told(THEIRS, Selected) == [Selected(OURS)]


# --- several candidates


def several(ours: Checker, *candidates: tuple[tuple[str, int], int]) -> list[object]:
    return list(ours.take_remote(RemoteCandidates(THEIR_NAME, THEIR_PASSWORD, candidates), 0.0))


def test_candidates_are_checked_by_priority_and_paced() -> None:
    ours = agent(pace=0.05)
    assert only(several(ours, (NOWHERE, LOW), (THEIRS, HIGH))).destination == THEIRS
    assert ours.deadline == 0.05
    assert sent(ours.tick(0.04)) == []
    assert only(ours.tick(0.05)).destination == NOWHERE


def test_the_better_path_is_waited_for_only_so_long() -> None:
    ours = agent(nominate_after=0.1)
    first = only(several(ours, (NOWHERE, HIGH), (THEIRS, LOW)))
    assert first.destination == NOWHERE
    second = only(ours.tick(0.05))
    assert sent(ours.handle(answer(second.data), THEIRS, 0.06)) == [], "the better one has not failed yet"
    nomination = only(ours.tick(0.16))
    assert nomination.destination == THEIRS
    assert parse(nomination.data).get(AttributeType.USE_CANDIDATE) is not None
    assert ours.handle(answer(nomination.data), THEIRS, 0.17) == [Selected(THEIRS)]


def test_a_candidate_where_the_network_leads_nowhere_holds_nothing_up() -> None:
    ours = agent()
    several(ours, (NOWHERE, HIGH), (THEIRS, LOW))
    assert ours.unreachable(NOWHERE, 0.0) == []
    second = only(ours.tick(0.05))
    nomination = only(ours.handle(answer(second.data), THEIRS, 0.06))
    assert parse(nomination.data).get(AttributeType.USE_CANDIDATE) is not None


def test_only_so_many_pairs_are_made() -> None:
    ours = agent(pace=0.01)
    several(ours, *(((f"127.0.{number >> 8}.{number & 255}", 1), number) for number in range(300)))
    checked = sum(len(sent(ours.tick(number / 100))) for number in range(1, 400))
    assert checked < 100 * 4


# --- nomination


def test_the_controlled_side_waits_for_the_nomination_and_then_no_longer() -> None:
    ours = agent(controlling=False, nominate_after=0.1)
    request = only(ours.take_remote(REMOTE, 0.0))
    assert ours.handle(answer(request.data), THEIRS, 0.01) == []
    assert ours.deadline == pytest.approx(0.11)
    assert ours.tick(0.11) == [Selected(THEIRS)]
    assert sent(ours.handle(check(nominate=True), THEIRS, 0.2)), "answered"
    assert ours.selected == THEIRS


def test_a_nomination_of_another_path_is_followed_if_it_is_better() -> None:
    ours = agent(controlling=False, nominate_after=0.0)
    low = only(several(ours, (THEIRS, LOW)))
    assert Selected(THEIRS) in ours.handle(answer(low.data), THEIRS, 0.01)
    request = only(
        [output for output in ours.handle(check(nominate=True), NOWHERE, 1.0) if sent([output])][1:]  # [0] answers
    )
    assert request.destination == NOWHERE
    assert ours.handle(answer(request.data), NOWHERE, 1.01) == [Selected(NOWHERE)]


def test_a_check_with_the_role_that_is_ours_is_refused_by_the_larger_number() -> None:
    ours = agent(controlling=True)
    ours.take_remote(REMOTE, 0.0)
    outputs = ours.handle(check(tie_breaker=0), THEIRS, 0.1)
    assert Refused("Role Conflict") in outputs
    assert parse(sent(outputs)[0].data).error == (487, "Role Conflict")
    outputs = ours.handle(check(number=8, tie_breaker=2**64 - 1), THEIRS, 0.2)
    assert not ours.controlling
    assert parse(sent(outputs)[0].data).message_class is MessageClass.SUCCESS


def test_487_changes_our_role_and_number_and_the_check_is_made_again() -> None:
    ours = agent(controlling=True)
    request = only(ours.take_remote(REMOTE, 0.0))
    number = parse(request.data).get(AttributeType.ICE_CONTROLLING)
    ours.handle(refusal(request.data, 487), THEIRS, 0.01)
    assert not ours.controlling
    again = parse(only(ours.tick(0.05)).data).get(AttributeType.ICE_CONTROLLED)
    assert again is not None
    assert again != number


# --- loss


def test_a_check_is_repeated_ever_more_slowly_and_given_up() -> None:
    ours = agent()
    first = only(ours.take_remote(REMOTE, 0.0))
    times = []
    while ours.deadline is not None:
        now = ours.deadline
        times.append(now)
        outputs = ours.tick(now)
        if Failed() not in outputs:
            assert only(outputs) == first
    assert times == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 39.5]
    assert outputs == [Failed()]


def test_what_has_failed_works_when_the_peer_checks() -> None:
    ours = agent(retransmit=0.1, transmissions=1)
    ours.take_remote(REMOTE, 0.0)
    assert ours.tick(1.6) == [Failed()]
    outputs = ours.handle(check(controlling=False), THEIRS, 2.0)
    request = sent(outputs)[1]
    assert sent(ours.handle(answer(request.data), THEIRS, 2.1))


def half_is_lost(seed: int) -> Callable[[tuple[str, int], bytes], bool]:
    """Every second datagram, but of each side's requests and answers never two in a row."""
    chance = random.Random(seed)
    before: dict[tuple[tuple[str, int], int], bool] = {}

    def lost(source: tuple[str, int], data: bytes) -> bool:
        key = (source, data[0])
        before[key] = chance.random() < 0.5 and not before.get(key, False)
        return before[key]

    return lost


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([(True, False), (False, True), (True, True), (False, False)]))
def test_a_lossy_exchange_converges(seed: int, controlling: tuple[bool, bool]) -> None:
    """Both sides select the path all the same, and agree on their roles."""
    network = IceNetwork(delay=0.02, lost=half_is_lost(seed))
    ours, theirs = pair(network, controlling=controlling)
    network.run(20.0)
    assert ours.selected == THEIRS
    assert theirs.selected == OURS
    assert isinstance(theirs, Checker)
    assert ours.controlling is not theirs.controlling


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_a_lossy_exchange_with_a_lite_agent_converges(seed: int) -> None:
    network = IceNetwork(delay=0.02, lost=half_is_lost(seed))
    ours, theirs = pair(network, lite=True)
    network.run(20.0)
    assert ours.selected == THEIRS
    assert theirs.selected == OURS


# --- consent


def test_consent_is_asked_for_every_five_seconds_or_so() -> None:
    network = IceNetwork()
    pair(network, lite=True)
    network.run(120.0)
    asked = [time for time, source, _, data in network.wire if source == OURS and time > 1.0]
    steps = [after - before for before, after in itertools.pairwise(asked)]
    assert all(4.0 <= step <= 6.0 for step in steps)
    assert len({round(step, 3) for step in steps}) > 5, "they are not spread"
    assert network.told(OURS) == [Selected(THEIRS)]
    assert network.told(THEIRS, ConsentLost) == []


def test_without_answers_consent_is_lost_after_thirty_seconds() -> None:
    network = IceNetwork()
    ours, _ = pair(network, lite=True)
    network.run(1.0)
    network.lost = lambda source, data: True
    network.run(40.0)
    assert network.told(OURS) == [Selected(THEIRS), ConsentLost(THEIRS)]
    assert ours.selected is None
    assert not ours.knows(THEIRS)
    silence = [time for time, source, _, _ in network.wire if source == OURS]
    assert max(silence) < 31.0, "something was sent without consent"
    assert ours.deadline is None
    outputs = ours.handle(check(controlling=False), THEIRS, 41.0)
    assert [parse(each.data).message_class for each in sent(outputs)] == [MessageClass.SUCCESS], "answered, no more"
    assert ours.deadline is None


# --- what is no answer


def test_answers_that_the_peer_has_not_made_count_for_nothing() -> None:
    ours = agent()
    request = only(ours.take_remote(REMOTE, 0.0))
    stranger = answer(request.data, password="somebody-elses-password")
    assert ours.handle(stranger, THEIRS, 0.01) == [Refused("a response that the peer has not made")]
    assert ours.selected is None
    assert sent(ours.handle(answer(request.data), THEIRS, 0.02)), "the true one counts"


def test_an_answer_from_elsewhere_is_no_path() -> None:
    """RFC 8445 section 7.2.5.2.1: the addresses must mirror those of the check."""
    ours = agent()
    request = only(ours.take_remote(REMOTE, 0.0))
    assert ours.handle(answer(request.data), NOWHERE, 0.01) == [Failed()]


@pytest.mark.parametrize("code", [400, 401])
def test_a_refusal_ends_the_check(code: int) -> None:
    ours = agent()
    request = only(ours.take_remote(REMOTE, 0.0))
    assert ours.handle(refusal(request.data, code, key=None), THEIRS, 0.01) == [Failed()]


def test_an_answer_to_nothing_is_read_over() -> None:
    ours = agent()
    ours.take_remote(REMOTE, 0.0)
    assert ours.handle(answer(check()), THEIRS, 0.01) == []


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(20), b"\x01" * 40])
def test_rubbish_is_refused(data: bytes) -> None:
    assert [type(output) for output in agent().handle(data, THEIRS, 0.0)] == [Refused]


def test_checks_with_a_wrong_password_are_refused_and_not_followed() -> None:
    ours = agent(controlling=False)
    request = binding_request(bytes(12), f"{OUR_NAME}:{THEIR_NAME}", "wrong-password-of-ICE-22", nominate=True)
    outputs = ours.handle(request, NOWHERE, 0.0)
    assert Refused("Unauthenticated") in outputs
    assert not ours.knows(NOWHERE)
    assert ours.take_remote(RemoteCandidates(THEIR_NAME, THEIR_PASSWORD), 0.1) == []


def test_lite_and_full_answer_alike() -> None:
    """The peer cannot tell which of the two answered its check."""
    lite = IceLite(OUR_NAME, OUR_PASSWORD, THEIR_NAME).handle(check(), THEIRS, 0.0)
    full = agent(controlling=False).handle(check(), THEIRS, 0.0)
    assert [each.data for each in lite if isinstance(each, Reply)] == [each.data for each in sent(full)]

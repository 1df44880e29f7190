from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.stun.lite import CONSENT, MAXIMUM_SOURCES, ConsentLost, IceLite, Nominated, Refused, Reply
from cordboard.stun.message import (
    AttributeType,
    Message,
    MessageClass,
    build,
    has_fingerprint,
    has_integrity,
    parse,
)
from cordboard.stun.request import binding_request

PASSWORD = "p" * 24
PAGE = ("127.0.0.1", 50001)
MOVED = ("127.0.0.2", 50002)
TRANSACTION = bytes(range(12))


def agent(remote: str = "page") -> IceLite:
    return IceLite("ours", PASSWORD, remote)


def check(
    username: str = "ours:page", password: str = PASSWORD, *, nominate: bool = False, controlling: bool = True
) -> bytes:
    return binding_request(TRANSACTION, username, password, nominate=nominate, controlling=controlling)


def refusal(ice: IceLite, data: bytes) -> tuple[int, bool]:
    """Code of the error that answers, and whether it is protected."""
    refused, reply = ice.handle(data, PAGE, 1.0)
    assert isinstance(refused, Refused)
    assert isinstance(reply, Reply)
    assert reply.destination == PAGE
    message = parse(reply.data)
    assert message.message_class is MessageClass.ERROR
    assert message.transaction == TRANSACTION
    assert has_fingerprint(reply.data)
    assert ice.deadline is None
    assert not ice.knows(PAGE)
    assert message.error is not None
    return message.error[0], has_integrity(reply.data, PASSWORD.encode())


def test_answers_a_check_with_the_address_it_came_from() -> None:
    ice = agent()
    (reply,) = ice.handle(check(), PAGE, 1.0)
    assert isinstance(reply, Reply)
    message = parse(reply.data)
    assert message.message_class is MessageClass.SUCCESS
    assert message.transaction == TRANSACTION
    assert message.mapped_address == PAGE
    assert has_integrity(reply.data, PASSWORD.encode())
    assert has_fingerprint(reply.data)
    assert ice.knows(PAGE)
    assert ice.selected is None


def test_answers_over_ip6() -> None:
    (reply,) = agent().handle(check(), ("2001:db8::5", 6), 1.0)
    assert isinstance(reply, Reply)
    assert parse(reply.data).mapped_address == ("2001:db8::5", 6)


def test_tells_a_nomination_once() -> None:
    ice = agent()
    ice.handle(check(), PAGE, 1.0)
    assert ice.handle(check(nominate=True), PAGE, 1.1)[1:] == [Nominated(PAGE)]
    assert ice.selected == PAGE
    assert len(ice.handle(check(nominate=True), PAGE, 3.6)) == 1


def test_follows_a_new_nomination_and_back() -> None:
    ice = agent()
    ice.handle(check(nominate=True), PAGE, 1.0)
    assert len(ice.handle(check(), MOVED, 2.0)) == 1
    assert ice.selected == PAGE
    assert ice.handle(check(nominate=True), MOVED, 2.1)[1:] == [Nominated(MOVED)]
    assert ice.selected == MOVED
    assert ice.sources == {PAGE, MOVED}
    assert ice.handle(check(nominate=True), PAGE, 2.2)[1:] == [Nominated(PAGE)]


def test_answers_before_the_remote_ufrag_is_known() -> None:
    ice = agent(remote="")
    assert ice.handle(check("ours:whoever", nominate=True), PAGE, 1.0)[1:] == [Nominated(PAGE)]
    ice.remote_ufrag = "page"
    assert isinstance(ice.handle(check("ours:whoever"), PAGE, 1.1)[0], Refused)
    assert isinstance(ice.handle(check("ours:page"), PAGE, 1.2)[0], Reply)


@pytest.mark.parametrize(
    "username", ["ours:stranger", "ours", "their:page", "oursx:page", "", ":", "page:ours", "öurs:page"]
)
def test_a_wrong_username_is_401(username: str) -> None:
    assert refusal(agent(), check(username)) == (401, False)


def test_a_wrong_password_is_401() -> None:
    assert refusal(agent(), check(password="q" * 24)) == (401, False)


def test_no_username_or_no_integrity_is_400() -> None:
    assert refusal(agent(), build(Message(MessageClass.REQUEST, TRANSACTION), PASSWORD.encode())) == (400, False)
    bare = Message(MessageClass.REQUEST, TRANSACTION, ((int(AttributeType.USERNAME), b"ours:page"),))
    assert refusal(agent(), build(bare)) == (400, False)


def test_two_controlled_agents_are_a_conflict() -> None:
    assert refusal(agent(), check(controlling=False)) == (487, True)


def test_an_attribute_that_must_be_understood_is_420() -> None:
    attributes = ((int(AttributeType.USERNAME), b"ours:page"), (0x7777, b""), (0x9999, b""))
    data = build(Message(MessageClass.REQUEST, TRANSACTION, attributes), PASSWORD.encode())
    assert refusal(agent(), data) == (420, True)
    reply = agent().handle(data, PAGE, 1.0)[1]
    assert isinstance(reply, Reply)
    assert parse(reply.data).get(AttributeType.UNKNOWN_ATTRIBUTES) == b"\x77\x77"


def test_says_nothing_to_what_is_no_check() -> None:
    ice = agent()
    without_fingerprint = Message(MessageClass.REQUEST, TRANSACTION, ((int(AttributeType.USERNAME), b"ours:page"),))
    for data in (
        b"\0\1",
        build(without_fingerprint, PASSWORD.encode(), fingerprint=False),
        check()[:-1] + b"\0",
        build(Message(MessageClass.SUCCESS, TRANSACTION), PASSWORD.encode()),
        build(Message(MessageClass.REQUEST, TRANSACTION, method=3), PASSWORD.encode()),
    ):
        (refused,) = ice.handle(data, PAGE, 1.0)
        assert isinstance(refused, Refused)
        assert refused.why
    assert ice.handle(build(Message(MessageClass.INDICATION, TRANSACTION)), PAGE, 1.0) == []
    assert ice.deadline is None


def test_consent_lasts_30_seconds_from_the_latest_check() -> None:
    ice = agent()
    assert ice.deadline is None
    assert ice.tick(1000.0) == []
    ice.handle(check(nominate=True), PAGE, 10.0)
    assert ice.deadline == 10.0 + CONSENT == 40.0
    ice.handle(check(), PAGE, 35.0)
    assert ice.deadline == 65.0
    ice.handle(check(password="q" * 24), PAGE, 50.0)
    assert ice.deadline == 65.0
    assert ice.tick(64.9) == []
    assert ice.tick(65.0) == [ConsentLost(PAGE)]
    assert ice.deadline is None
    assert ice.selected is None
    assert not ice.knows(PAGE)
    assert ice.tick(66.0) == []


def test_consent_can_begin_anew() -> None:
    ice = agent()
    ice.handle(check(nominate=True), PAGE, 10.0)
    ice.tick(40.0)
    assert ice.handle(check(nominate=True), PAGE, 50.0)[1:] == [Nominated(PAGE)]
    assert ice.deadline == 80.0


def test_remembers_few_sources_and_always_the_selected() -> None:
    ice = agent()
    ice.handle(check(nominate=True), PAGE, 1.0)
    for port in range(1, 100):
        ice.handle(check(), ("127.0.0.3", port), 2.0)
    assert len(ice.sources) == MAXIMUM_SOURCES
    assert ice.knows(PAGE)
    assert ice.knows(("127.0.0.3", 99))
    assert not ice.knows(("127.0.0.3", 1))


@given(st.data())
def test_damaged_checks_change_nothing(data: st.DataObject) -> None:
    good = check(nominate=True)
    position = data.draw(st.integers(0, len(good) - 1))
    damaged = bytearray(good)
    damaged[position] ^= data.draw(st.integers(1, 255))
    ice = agent()
    for output in ice.handle(bytes(damaged), PAGE, 1.0):
        assert isinstance(output, (Refused, Reply))
    assert ice.selected is None
    assert ice.deadline is None

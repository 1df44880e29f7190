from __future__ import annotations

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.stun.message import (
    AttributeType,
    Message,
    MessageClass,
    StunError,
    build,
    error_code,
    has_fingerprint,
    has_integrity,
    is_stun,
    parse,
    read_xor_address,
    username_of,
    xor_address,
)
from cordboard.stun.request import binding_request

# RFC 5769: the test vectors of sections 2.1 to 2.4.
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
PASSWORD = b"VOkJxbRl1RmTxUk/WvJxBt"
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
RESPONSE_IP4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
RESPONSE_IP6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
LONG_TERM_REQUEST = bytes.fromhex(
    "000100602112a44278ad3433c6ad72c029da412e"
    "00060012e3839ee38388e383aae38383e382afe382b90000"
    "0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700"
    "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666"
)


def test_vector_request() -> None:
    message = parse(REQUEST)
    assert (message.message_class, message.method, message.transaction) == (MessageClass.REQUEST, 1, TRANSACTION)
    assert message.protected
    assert message.username == "evtj:h6vY"
    assert message.priority == 0x6E0001FF
    assert message.get(AttributeType.ICE_CONTROLLED) == bytes.fromhex("932ff9b151263b36")
    assert message.get(AttributeType.SOFTWARE) == b"STUN test client"
    assert message.get(AttributeType.USE_CANDIDATE) is None
    assert message.unknown_attributes() == ()
    assert has_integrity(REQUEST, PASSWORD)
    assert not has_integrity(REQUEST, PASSWORD + b"x")
    assert has_fingerprint(REQUEST)


def test_vector_response_over_ip4() -> None:
    message = parse(RESPONSE_IP4)
    assert message.message_class is MessageClass.SUCCESS
    assert message.mapped_address == ("192.0.2.1", 32853)
    assert has_integrity(RESPONSE_IP4, PASSWORD)
    assert has_fingerprint(RESPONSE_IP4)


def test_vector_response_over_ip6() -> None:
    message = parse(RESPONSE_IP6)
    assert message.mapped_address == ("2001:db8:1234:5678:11:2233:4455:6677", 32853)
    assert has_integrity(RESPONSE_IP6, PASSWORD)
    assert has_fingerprint(RESPONSE_IP6)


def test_vector_request_with_long_term_credentials() -> None:
    message = parse(LONG_TERM_REQUEST)
    assert message.username == "マトリックス"
    key = hashlib.md5("マトリックス:example.org:TheMatrIX".encode()).digest()
    assert has_integrity(LONG_TERM_REQUEST, key)
    assert not has_fingerprint(LONG_TERM_REQUEST)


def test_addresses_are_xored_both_ways() -> None:
    for address in (("192.0.2.1", 32853), ("2001:db8::7", 1), ("127.0.0.1", 65535)):
        assert read_xor_address(xor_address(address, TRANSACTION), TRANSACTION) == address
    assert xor_address(("192.0.2.1", 32853), TRANSACTION) == bytes.fromhex("0001a147e112a643")
    assert xor_address(("fe80::1%lo", 5), TRANSACTION) == xor_address(("fe80::1", 5), TRANSACTION)
    for value in (b"", b"\0\1", b"\0\1ab1234x", b"\0\3ab1234", b"\0\2ab1234"):
        assert read_xor_address(value, TRANSACTION) is None


def test_builds_what_it_reads() -> None:
    attributes = ((int(AttributeType.USERNAME), b"a:b"), (0x8022, b"x"), (0x7777, b"12345"))
    message = Message(MessageClass.REQUEST, TRANSACTION, attributes)
    data = build(message, b"secret")
    read = parse(data)
    assert read.attributes == attributes
    assert read.protected
    assert read.unknown_attributes() == (0x7777,)
    assert has_integrity(data, b"secret")
    assert has_fingerprint(data)
    bare = build(message, fingerprint=False)
    assert parse(bare) == message
    assert not has_integrity(bare, b"secret")
    assert not has_fingerprint(bare)


@pytest.mark.parametrize("message_class", list(MessageClass))
@pytest.mark.parametrize("method", [1, 3, 0x9, 0x80, 0xFF])
def test_class_and_method_share_a_field(message_class: MessageClass, method: int) -> None:
    message = Message(message_class, TRANSACTION, (), method)
    assert parse(build(message)) == message


def test_error_codes() -> None:
    message = Message(MessageClass.ERROR, TRANSACTION, (error_code(487, "Role Conflict"),))
    assert parse(build(message)).error == (487, "Role Conflict")
    assert Message(MessageClass.ERROR, TRANSACTION).error is None
    assert Message(MessageClass.ERROR, TRANSACTION, ((9, b"\0"),)).error is None


def test_what_follows_the_integrity_is_ignored() -> None:
    data = build(Message(MessageClass.REQUEST, TRANSACTION), b"secret", fingerprint=False)
    extra = bytes.fromhex("0025000000240004") + b"1234"
    longer = data[:2] + (len(data) - 20 + len(extra)).to_bytes(2, "big") + data[4:] + extra
    assert parse(longer).attributes == ()
    assert has_integrity(longer, b"secret")


def test_any_changed_byte_is_noticed() -> None:
    for position in range(len(REQUEST)):
        changed = REQUEST[:position] + bytes([REQUEST[position] ^ 1]) + REQUEST[position + 1 :]
        assert not has_fingerprint(changed)
        covered = 4 <= position < len(REQUEST) - 32 or len(REQUEST) - 28 <= position < len(REQUEST) - 8
        if covered and is_stun(changed):
            with contextlib.suppress(StunError):  # the changed byte was a length
                assert not has_integrity(changed, PASSWORD)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        REQUEST[:19],
        REQUEST[:-4],
        REQUEST + b"\0\0\0\0",
        b"\x80" + REQUEST[1:],
        REQUEST[:4] + b"\0\0\0\0" + REQUEST[8:],
        build(Message(MessageClass.REQUEST, TRANSACTION, ((0x8022, bytes(1500)),))),
        # an attribute that says it is longer than the message, and half an attribute's header
        bytes.fromhex("000100042112a442") + TRANSACTION + bytes.fromhex("80220001"),
        bytes.fromhex("000100082112a442") + TRANSACTION + bytes.fromhex("8022ffff00000000"),
    ],
)
def test_refuses_what_is_no_message(data: bytes) -> None:
    with pytest.raises(StunError):
        parse(data)


def test_finds_the_username_at_once() -> None:
    assert username_of(REQUEST) == "evtj:h6vY"
    assert username_of(RESPONSE_IP4) is None
    assert username_of(binding_request(TRANSACTION, "ours:theirs", "x")) == "ours:theirs"
    assert username_of(b"") is None
    assert username_of(REQUEST[:60]) is None
    assert username_of(b"\x16\xfe\xfd" + bytes(60)) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for data in (body, bytes.fromhex("0001") + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + TRANSACTION + body):
        username_of(data)
        has_fingerprint(data)
        try:
            message = parse(data)
        except StunError:
            continue
        assert has_integrity(data, b"x") in (True, False)
        assert message.error is None or message.error[0] < 1000
        assert message.mapped_address is None or len(message.mapped_address) == 2

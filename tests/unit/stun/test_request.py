from __future__ import annotations

from cordboard.stun.message import AttributeType, has_fingerprint, has_integrity, parse
from cordboard.stun.request import binding_request

TRANSACTION = bytes(range(12))


def test_a_check_of_a_controlling_agent() -> None:
    data = binding_request(TRANSACTION, "ours:theirs", "password", priority=5, tie_breaker=7, nominate=True)
    message = parse(data)
    assert message.username == "ours:theirs"
    assert message.priority == 5
    assert message.get(AttributeType.ICE_CONTROLLING) == bytes(7) + b"\7"
    assert message.get(AttributeType.ICE_CONTROLLED) is None
    assert message.get(AttributeType.USE_CANDIDATE) == b""
    assert has_integrity(data, b"password")
    assert has_fingerprint(data)


def test_a_check_of_a_controlled_agent() -> None:
    message = parse(binding_request(TRANSACTION, "ours:theirs", "password", controlling=False))
    assert message.get(AttributeType.ICE_CONTROLLING) is None
    assert message.get(AttributeType.ICE_CONTROLLED) is not None
    assert message.get(AttributeType.USE_CANDIDATE) is None

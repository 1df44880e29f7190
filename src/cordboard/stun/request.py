"""Binding requests as an ICE agent's connectivity checks write them (RFC 8445 section 7.2.2)."""

from __future__ import annotations

from cordboard.stun.message import AttributeType, Message, MessageClass, build

PEER_REFLEXIVE_PRIORITY = (110 << 24) | (65_535 << 8) | 255


def binding_request(
    transaction: bytes,
    username: str,
    password: str,
    *,
    priority: int = PEER_REFLEXIVE_PRIORITY,
    controlling: bool = True,
    tie_breaker: int = 1,
    nominate: bool = False,
) -> bytes:
    """A check to the agent whose password this is; `username` is `<its ufrag>:<the sender's ufrag>`."""
    role = AttributeType.ICE_CONTROLLING if controlling else AttributeType.ICE_CONTROLLED
    attributes = [
        (int(AttributeType.USERNAME), username.encode()),
        (int(role), tie_breaker.to_bytes(8, "big")),
        (int(AttributeType.PRIORITY), priority.to_bytes(4, "big")),
    ]
    if nominate:
        attributes.append((int(AttributeType.USE_CANDIDATE), b""))
    return build(Message(MessageClass.REQUEST, transaction, tuple(attributes)), password.encode())

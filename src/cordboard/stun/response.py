"""What an ICE agent answers to a connectivity check (RFC 8445 section 7.3, RFC 8489 sections 6.3.1 and 9.1.3)."""

from __future__ import annotations

import hmac

from cordboard.stun.message import (
    Address,
    AttributeType,
    Message,
    MessageClass,
    build,
    error_code,
    has_integrity,
    xor_address,
)

Refusal = tuple[int, str]  # code and reason


def refusal_of(
    message: Message, data: bytes, local_ufrag: str, local_password: bytes, remote_ufrag: str
) -> Refusal | None:
    """Why a request is not to be accepted, in the order of the RFC; None if it is. `remote_ufrag` "": not known yet."""
    username = message.username
    if username is None or not message.protected:
        return 400, "Bad Request"
    local, _, remote = username.partition(":")
    ours = hmac.compare_digest(local.encode(), local_ufrag.encode()) and remote_ufrag in ("", remote)
    if not ours or not has_integrity(data, local_password):
        return 401, "Unauthenticated"
    if message.unknown_attributes():
        return 420, "Unknown Attribute"
    return None


def success(request: Message, source: Address, password: bytes) -> bytes:
    """The check came from `source`."""
    mapped = (int(AttributeType.XOR_MAPPED_ADDRESS), xor_address(source, request.transaction))
    return build(Message(MessageClass.SUCCESS, request.transaction, (mapped,)), password)


def refused(request: Message, code: int, reason: str, password: bytes) -> bytes:
    """The check was not accepted."""
    attributes = [error_code(code, reason)]
    unknown = request.unknown_attributes()
    if code == 420:
        attributes.append((AttributeType.UNKNOWN_ATTRIBUTES, b"".join(one.to_bytes(2, "big") for one in unknown)))
    # RFC 8489 section 9.1.3: 400 and 401 answer someone whose password is not known to be ours.
    key = None if code in (400, 401) else password
    return build(Message(MessageClass.ERROR, request.transaction, tuple(attributes)), key)

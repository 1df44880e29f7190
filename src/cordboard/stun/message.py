"""STUN messages (RFC 8489) with the attributes that ICE uses (RFC 8445 section 16).

A message is a header of 20 bytes and attributes of type, length and value, padded to whole words. MESSAGE-INTEGRITY
covers all that stands before it, FINGERPRINT comes last; both are computed with the length field as if the message
ended with them (sections 14.5 and 14.7). What stands behind MESSAGE-INTEGRITY is ignored, FINGERPRINT excepted.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

MAGIC_COOKIE = 0x2112A442
HEADER_LENGTH = 20
MAXIMUM_LENGTH = 1500  # bytes: STUN over UDP is never fragmented by those who follow section 6.1
BINDING = 0x001
REMEMBERED = 1024  # addresses that requests came from

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_COOKIE = struct.pack("!I", MAGIC_COOKIE)
_FINGERPRINT_XOR = 0x5354554E  # "STUN"
_INTEGRITY_LENGTH = 20

Address = tuple[str, int]


class StunError(Exception):
    """A datagram is not a STUN message that can be read."""


class MessageClass(IntEnum):
    REQUEST = 0
    INDICATION = 1
    SUCCESS = 2
    ERROR = 3


class AttributeType(IntEnum):
    """IANA's numbers; those below 0x8000 must be understood."""

    MAPPED_ADDRESS = 0x0001
    USERNAME = 0x0006
    MESSAGE_INTEGRITY = 0x0008
    ERROR_CODE = 0x0009
    UNKNOWN_ATTRIBUTES = 0x000A
    REALM = 0x0014
    NONCE = 0x0015
    MESSAGE_INTEGRITY_SHA256 = 0x001C
    USERHASH = 0x001E
    XOR_MAPPED_ADDRESS = 0x0020
    PRIORITY = 0x0024
    USE_CANDIDATE = 0x0025
    SOFTWARE = 0x8022
    FINGERPRINT = 0x8028
    ICE_CONTROLLED = 0x8029
    ICE_CONTROLLING = 0x802A


KNOWN = frozenset(int(one) for one in AttributeType)


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `attributes` in wire order, without MESSAGE-INTEGRITY and FINGERPRINT, which belong to the bytes.

    `protected` says that a message that was read carries MESSAGE-INTEGRITY; whether it is right, `has_integrity` tells.
    """

    message_class: MessageClass
    transaction: bytes  # 12 bytes
    attributes: tuple[tuple[int, bytes], ...] = ()
    method: int = BINDING
    protected: bool = False

    def get(self, attribute: int) -> bytes | None:
        """The value of the first attribute of that type; those after it are ignored (section 14)."""
        for number, value in self.attributes:
            if number == attribute:
                return value
        return None

    @property
    def username(self) -> str | None:
        value = self.get(AttributeType.USERNAME)
        return None if value is None else value.decode("utf-8", "replace")

    @property
    def priority(self) -> int | None:
        value = self.get(AttributeType.PRIORITY)
        return int.from_bytes(value, "big") if value is not None and len(value) == 4 else None

    @property
    def mapped_address(self) -> Address | None:
        value = self.get(AttributeType.XOR_MAPPED_ADDRESS)
        return None if value is None else read_xor_address(value, self.transaction)

    @property
    def error(self) -> tuple[int, str] | None:
        """Code and reason of ERROR-CODE."""
        value = self.get(AttributeType.ERROR_CODE)
        if value is None or len(value) < 4:
            return None
        return (value[2] & 7) * 100 + value[3], value[4:].decode("utf-8", "replace")

    def unknown_attributes(self) -> tuple[int, ...]:
        """Types that must be understood and are not (section 6.3.1)."""
        return tuple(number for number, _ in self.attributes if number < 0x8000 and number not in KNOWN)


def is_stun(data: bytes) -> bool:
    """By the first bits, the magic cookie and the length; cheap."""
    return (
        len(data) >= HEADER_LENGTH
        and data[0] < 4
        and data[4:8] == _COOKIE
        and int.from_bytes(data[2:4], "big") + HEADER_LENGTH == len(data)
        and len(data) % 4 == 0
    )


def parse(data: bytes) -> Message:
    """Read a message; raises `StunError`. Integrity and fingerprint are checked apart, by the two functions below."""
    if not is_stun(data) or len(data) > MAXIMUM_LENGTH:
        raise StunError("not a STUN message")
    kind, _, _, transaction = _HEADER.unpack_from(data)
    attributes, protected = [], False
    for number, _, value in _attributes(data):
        if number == AttributeType.MESSAGE_INTEGRITY:
            protected = True
            break
        if number != AttributeType.FINGERPRINT:
            attributes.append((number, value))
    message_class = MessageClass(kind >> 7 & 2 | kind >> 4 & 1)
    method = kind & 0x000F | kind >> 1 & 0x0070 | kind >> 2 & 0x0F80
    return Message(message_class, transaction, tuple(attributes), method, protected)


def build(message: Message, key: bytes | None = None, *, fingerprint: bool = True) -> bytes:
    """The message on the wire; with `key` it gets MESSAGE-INTEGRITY (ICE: the key is the password, section 9.1.1)."""
    body = b"".join(_attribute(number, value) for number, value in message.attributes)
    if key is not None:
        covered = _header(message, len(body) + 4 + _INTEGRITY_LENGTH) + body
        body += _attribute(AttributeType.MESSAGE_INTEGRITY, hmac.digest(key, covered, hashlib.sha1))
    if fingerprint:
        covered = _header(message, len(body) + 8) + body
        body += _attribute(AttributeType.FINGERPRINT, _crc(covered))
    return _header(message, len(body)) + body


def has_integrity(data: bytes, key: bytes) -> bool:
    """The message carries a MESSAGE-INTEGRITY that this key makes."""
    for number, offset, value in _attributes(data):
        if number == AttributeType.MESSAGE_INTEGRITY:
            if len(value) != _INTEGRITY_LENGTH:
                return False
            covered = data[:2] + struct.pack("!H", offset - HEADER_LENGTH + 4 + _INTEGRITY_LENGTH) + data[4:offset]
            return hmac.compare_digest(hmac.digest(key, covered, hashlib.sha1), value)
    return False


def has_fingerprint(data: bytes) -> bool:
    """The message ends with the right FINGERPRINT."""
    if not is_stun(data) or len(data) < HEADER_LENGTH + 8:
        return False
    return data[-8:-4] == _ATTRIBUTE.pack(AttributeType.FINGERPRINT, 4) and data[-4:] == _crc(data[:-8])


def username_of(data: bytes) -> str | None:
    """The USERNAME of a request, for finding its call on a port shared by many; nothing else is checked.

    In ICE that is `<ufrag of the receiver>:<ufrag of the sender>` (RFC 8445 section 7.2.2). None if there is none.
    """
    end = len(data)
    if end < 24 or data[0] > 3 or data[4:8] != _COOKIE:
        return None
    offset = HEADER_LENGTH
    while offset + 4 <= end:
        number, length = _ATTRIBUTE.unpack_from(data, offset)
        offset += 4
        if number == 0x0006:
            if offset + length > end or length > 513:
                return None
            return bytes(data[offset : offset + length]).decode("utf-8", "replace")
        offset += length + 3 & ~3
    return None


def xor_address(address: Address, transaction: bytes) -> bytes:
    """The value of XOR-MAPPED-ADDRESS (section 14.2)."""
    packed = _packed(address[0])
    port = address[1] ^ MAGIC_COOKIE >> 16
    return struct.pack("!BBH", 0, 1 if len(packed) == 4 else 2, port) + _xor(packed, transaction)


@lru_cache(REMEMBERED)
def _packed(host: str) -> bytes:
    return ipaddress.ip_address(host.partition("%")[0]).packed


def read_xor_address(value: bytes, transaction: bytes) -> Address | None:
    """The address in XOR-MAPPED-ADDRESS; None if it cannot be read."""
    if len(value) < 4 or {1: 8, 2: 20}.get(value[1]) != len(value):
        return None
    port = int.from_bytes(value[2:4], "big") ^ MAGIC_COOKIE >> 16
    return str(ipaddress.ip_address(_xor(value[4:], transaction))), port


def error_code(code: int, reason: str) -> tuple[int, bytes]:
    """The attribute ERROR-CODE (section 14.8)."""
    return AttributeType.ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100) + reason.encode()


def _xor(packed: bytes, transaction: bytes) -> bytes:
    mask = (_COOKIE + transaction)[: len(packed)]
    return (int.from_bytes(packed, "big") ^ int.from_bytes(mask, "big")).to_bytes(len(packed), "big")


def _header(message: Message, length: int) -> bytes:
    kind, method = message.message_class, message.method
    bits = (kind & 2) << 7 | (kind & 1) << 4 | method & 0x000F | (method & 0x0070) << 1 | (method & 0x0F80) << 2
    return _HEADER.pack(bits, length, MAGIC_COOKIE, message.transaction)


def _attribute(number: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(number, len(value)) + value + bytes(-len(value) % 4)


def _attributes(data: bytes) -> list[tuple[int, int, bytes]]:
    """Type, offset of its header and value of each attribute; raises `StunError`."""
    attributes = []
    offset = HEADER_LENGTH
    while offset < len(data):
        if offset + 4 > len(data):
            raise StunError("attribute is not whole")
        number, length = _ATTRIBUTE.unpack_from(data, offset)
        if offset + 4 + length > len(data):
            raise StunError("attribute is longer than the message")
        attributes.append((number, offset, data[offset + 4 : offset + 4 + length]))
        offset += 4 + (length + 3 & ~3)
    return attributes


def _crc(data: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(data) ^ _FINGERPRINT_XOR)

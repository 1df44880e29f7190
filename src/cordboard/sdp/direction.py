"""The direction of a media stream (RFC 3264 sections 5.1 and 6.1)."""

from __future__ import annotations

from enum import StrEnum

from cordboard.sdp.description import MediaDescription, SessionDescription


class Direction(StrEnum):
    """What the describing side says that it does with a stream."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)


def direction_of(*, sends: bool, receives: bool) -> Direction:
    """The direction of a side that does what the two flags say."""
    if sends:
        return Direction.SENDRECV if receives else Direction.SENDONLY
    return Direction.RECVONLY if receives else Direction.INACTIVE


def answer_direction(offered: str, ours: str) -> Direction:
    """What the answer says to an offer of `offered` when we would like `ours` (RFC 3264 section 6.1)."""
    offer, wish = Direction(offered), Direction(ours)
    return direction_of(sends=wish.sends and offer.receives, receives=wish.receives and offer.sends)


def media_direction(description: SessionDescription, media: MediaDescription) -> Direction:
    """The media's direction, else the session's, else sendrecv (RFC 8866 section 6.7)."""
    for attributes in (media.attributes, description.attributes):
        for attribute in attributes:
            if attribute.name in _NAMES:
                return Direction(attribute.name)
    return Direction.SENDRECV


_NAMES = frozenset(direction.value for direction in Direction)

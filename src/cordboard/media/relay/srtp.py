"""SRTP (RFC 3711) of one association, by pylibsrtp: its sessions, and the short way that every packet takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, partial
from queue import SimpleQueue
from typing import Any

from pylibsrtp import ERRORS, Policy, Session, _binding
from pylibsrtp import Error as SrtpError

__all__ = ["SrtpError", "SrtpSessions"]

LONGEST_PACKET = 1500  # that pylibsrtp takes, with
LONGEST_TRAILER = 144  # what protecting may add
REPLAY_WINDOW = 1024  # packets; the least that WebRTC stacks use over bad Wi-Fi

Cipher = Callable[[bytes], bytes]

# glibc gives a thread memory of its own. So the sessions of all calls lie together and not each one among the hundred
# kilobytes of its handshake, and a packet finds its keys sooner: it costs a tenth less.
_Made = SimpleQueue[tuple[Session, Session] | Exception]
_WANTED: SimpleQueue[tuple[int, bytes, bytes, _Made]] = SimpleQueue()


class SrtpSessions:
    """The keys of both ways: `unprotect`, `unprotect_rtcp`, `protect`, `protect_rtcp`, each bytes -> bytes.

    They raise `SrtpError` for a wrong tag or a repeated packet and `ValueError` for one that is too long.
    """

    __slots__ = ("inbound", "outbound", "profile", "protect", "protect_rtcp", "unprotect", "unprotect_rtcp")

    def __init__(self, profile: str, policy: int, inbound_key: bytes, outbound_key: bytes) -> None:
        self.profile = profile
        self.inbound, self.outbound = inbound, outbound = _made_elsewhere(policy, inbound_key, outbound_key)
        self.unprotect = inbound.unprotect
        self.unprotect_rtcp = inbound.unprotect_rtcp
        self.protect = outbound.protect
        self.protect_rtcp = outbound.protect_rtcp

    def quick(self) -> tuple[Cipher, Cipher]:
        """`unprotect` and `protect` for the path that every packet takes: they make nothing anew for each."""
        try:
            inbound, outbound = self.inbound._srtp[0], self.outbound._srtp[0]
            return partial(_unprotect, inbound, self.inbound), partial(_protect, outbound, self.outbound)
        except AttributeError:  # a session is another thing inside
            return self.unprotect, self.protect


# What pylibsrtp's methods do, but in one memory for all sessions: each session's own would have left the processor's
# cache since the packet before.
_LENGTH = _binding.ffi.new("int *")
_MEMORY = _binding.ffi.new("char[]", LONGEST_PACKET)
_BUFFER = _binding.ffi.buffer(_MEMORY)


def _unprotect(inbound: Any, _kept_alive: Session, packet: bytes) -> bytes:
    size = len(packet)
    if size > LONGEST_PACKET:
        raise ValueError("packet is too long")
    _LENGTH[0] = size
    _BUFFER[0:size] = packet
    failed = _binding.lib.srtp_unprotect(inbound, _MEMORY, _LENGTH)
    if failed:
        raise SrtpError(ERRORS[failed])
    result: bytes = _BUFFER[0 : _LENGTH[0]]
    return result


def _protect(outbound: Any, _kept_alive: Session, packet: bytes) -> bytes:
    size = len(packet)
    if size > LONGEST_PACKET - LONGEST_TRAILER:
        raise ValueError("packet is too long")
    _LENGTH[0] = size
    _BUFFER[0:size] = packet
    failed = _binding.lib.srtp_protect(outbound, _MEMORY, _LENGTH)
    if failed:
        raise SrtpError(ERRORS[failed])
    result: bytes = _BUFFER[0 : _LENGTH[0]]
    return result


def _made_elsewhere(profile: int, inbound_key: bytes, outbound_key: bytes) -> tuple[Session, Session]:
    _start_maker()
    made: _Made = SimpleQueue()
    _WANTED.put((profile, inbound_key, outbound_key, made))
    sessions = made.get()
    if isinstance(sessions, Exception):
        raise sessions
    return sessions


@cache
def _start_maker() -> None:
    """Queues and not an executor, whose futures cost as much as the sessions; nothing of a call stays in the thread."""
    threading.Thread(target=_make_all, name="srtp-sessions", daemon=True).start()


def _make_all() -> None:
    while True:
        _make_next()


def _make_next() -> None:
    profile, inbound_key, outbound_key, made = _WANTED.get()
    try:
        made.put(_both_sessions(profile, inbound_key, outbound_key))
    except Exception as failure:
        made.put(failure)


def _both_sessions(profile: int, inbound_key: bytes, outbound_key: bytes) -> tuple[Session, Session]:
    inbound = _session(inbound_key, Policy.SSRC_ANY_INBOUND, profile)
    return inbound, _session(outbound_key, Policy.SSRC_ANY_OUTBOUND, profile)


def _session(key: bytes, ssrc_type: int, profile: int) -> Session:
    policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=profile)
    policy.window_size = REPLAY_WINDOW
    # A packet that its receiver has asked for again is sent again as it was, never with another payload.
    policy.allow_repeat_tx = ssrc_type == Policy.SSRC_ANY_OUTBOUND
    return Session(policy)

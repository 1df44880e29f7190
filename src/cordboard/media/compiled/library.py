"""Loads the compiled libraries, and finds the SRTP functions that they call.

SRTP is libsrtp's, which pylibsrtp brings along: its binding is a shared object that exports the functions (or is linked
to a libsrtp that does). Their addresses are given to the compiled code, which is so built without any header and works
on the very sessions that Python has made.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

from pylibsrtp import Policy, Session, _binding

from cordboard.media.compiled.build import SUFFIX
from cordboard.observe import get_log

log = get_log("media")

SRTP_VERSION = 2  # the functions of libsrtp 3 take other arguments


@dataclass(frozen=True, slots=True)
class SrtpFunctions:
    """Addresses of functions `(srtp_t, void *packet, int *length) -> int`, 0 for success."""

    protect: int
    unprotect: int
    protect_rtcp: int
    unprotect_rtcp: int


class NotCompiled(Exception):
    """There is no compiled library that can be used; the text says why."""


def load(directory: Path, name: str) -> ctypes.CDLL | None:
    """The library `name` of that directory; None (and, if there is a broken one, a line in the log) without it."""
    path = directory / f"{name}{SUFFIX}"
    if not path.exists():
        return None
    try:
        return ctypes.CDLL(str(path))
    except OSError as failure:
        log.warning("a compiled library cannot be loaded", library=name, error=str(failure))
        return None


def srtp_functions() -> SrtpFunctions:
    """Those that pylibsrtp itself calls, tried out. Raises `NotCompiled` where they cannot be found or are others."""
    try:
        binding = ctypes.CDLL(str(_binding.__file__))
        version = binding.srtp_get_version
        version.restype = ctypes.c_uint
        if version() >> 24 != SRTP_VERSION:
            raise NotCompiled(f"pylibsrtp uses libsrtp {version() >> 24}, and the compiled code needs {SRTP_VERSION}")
        names = ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp")
        functions = SrtpFunctions(*(_address(binding, name) for name in names))
    except (OSError, AttributeError) as failure:
        raise NotCompiled(f"pylibsrtp does not export libsrtp's functions: {failure}") from None
    if not _work(functions):
        raise NotCompiled("libsrtp's functions do not work on pylibsrtp's sessions")
    return functions


def _work(functions: SrtpFunctions) -> bool:
    """A packet that one of them has protected can be read by pylibsrtp."""
    key, packet = bytes(range(30)), b"\x80\x00" + bytes(30)
    ours = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    theirs = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND))
    protect = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))
    buffer, length = ctypes.create_string_buffer(packet, 256), ctypes.c_int(len(packet))
    failed = protect(functions.protect)(session_pointer(ours), buffer, length)
    return not failed and bytes(theirs.unprotect(buffer.raw[: length.value])) == packet


def _address(library: ctypes.CDLL, name: str) -> int:
    found = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
    assert found is not None
    return found


def session_pointer(session: Session) -> int:
    """The `srtp_t` of a session; it is valid as long as the session lives. Raises `NotCompiled`."""
    try:
        return int(_binding.ffi.cast("uintptr_t", session._srtp[0]))
    except (AttributeError, TypeError) as failure:
        raise NotCompiled(f"pylibsrtp keeps its sessions in another way: {failure}") from None

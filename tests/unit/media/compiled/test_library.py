"""The SRTP functions of pylibsrtp, called by their addresses."""

from __future__ import annotations

import ctypes

import pytest
from pylibsrtp import Policy, Session

from cordboard.media.compiled import library
from cordboard.media.compiled.library import NotCompiled, session_pointer, srtp_functions

KEY = bytes(range(30))
FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))


def session(ssrc_type: int) -> Session:
    return Session(Policy(key=KEY, ssrc_type=ssrc_type))


def call(address: int, of: Session, packet: bytes) -> tuple[int, bytes]:
    buffer, length = ctypes.create_string_buffer(packet, 500), ctypes.c_int(len(packet))
    status = FUNCTION(address)(session_pointer(of), buffer, length)
    return status, buffer.raw[: length.value]


def test_packets_are_protected_and_unprotected_on_pythons_sessions() -> None:
    functions = srtp_functions()
    ours, theirs = session(Policy.SSRC_ANY_OUTBOUND), session(Policy.SSRC_ANY_INBOUND)
    rtp, rtcp = b"\x80\x00\x00\x01" + bytes(40), b"\x80\xc9\x00\x01\x00\x00\x00\x07"
    status, sealed = call(functions.protect, ours, rtp)
    assert (status, len(sealed)) == (0, len(rtp) + 10)
    assert call(functions.unprotect, theirs, sealed) == (0, rtp)
    assert call(functions.unprotect, theirs, sealed)[0] != 0  # again
    status, sealed = call(functions.protect_rtcp, ours, rtcp)
    assert (status, call(functions.unprotect_rtcp, theirs, sealed)) == (0, (0, rtcp))


def test_a_binding_of_another_kind_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unlike:
        def __getattr__(self, name: str) -> object:
            raise AttributeError(f"undefined symbol: {name}")

    monkeypatch.setattr(library.ctypes, "CDLL", lambda _: Unlike())
    with pytest.raises(NotCompiled, match="does not export libsrtp's functions: undefined symbol: srtp_get_version"):
        srtp_functions()
    with pytest.raises(NotCompiled, match="keeps its sessions in another way"):
        session_pointer(object())


def test_another_libsrtp_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Third:
        @staticmethod
        def srtp_get_version() -> int:
            return 3 << 24

    monkeypatch.setattr(library.ctypes, "CDLL", lambda _: Third())
    with pytest.raises(NotCompiled, match="pylibsrtp uses libsrtp 3, and the compiled code needs 2"):
        srtp_functions()

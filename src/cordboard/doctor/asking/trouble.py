"""What keeps a check from looking: said once, understood by all."""

from __future__ import annotations

import errno
import os
import socket
import ssl


class Trouble(Exception):
    """Nothing can be seen; the text is a finding's `what`. `why` and `mend` replace those of the check."""

    def __init__(self, what: str, *, why: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.why = why
        self.mend = mend


_WORDS = {
    errno.ECONNREFUSED: "nothing listens there (connection refused)",
    errno.EHOSTUNREACH: "no way leads there (no route to host)",
    errno.ENETUNREACH: "no way leads there (network unreachable)",
    errno.ECONNRESET: "the connection was broken off",
    errno.ETIMEDOUT: "it does not answer (timed out): a firewall may drop what is sent",
}


def reason(error: BaseException) -> str:
    """Why a connection came to nothing, in words for an administrator."""
    if isinstance(error, socket.gaierror):
        return "its name is not known to the DNS"
    if isinstance(error, TimeoutError):
        return _WORDS[errno.ETIMEDOUT]
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message or error})"
    if isinstance(error, ssl.SSLError):
        return f"TLS fails ({(error.reason or str(error)).replace('_', ' ').lower()})"
    number = getattr(error, "errno", None)
    if number in _WORDS:
        return _WORDS[number]
    if isinstance(number, int) and number > 0:
        return os.strerror(number).lower()
    return str(error) or type(error).__name__

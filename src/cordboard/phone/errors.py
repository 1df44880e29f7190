"""Why something did not work, in words for a report."""

from __future__ import annotations


class PhoneError(Exception):
    """The phone could not do what was asked."""


class NotConnected(PhoneError):
    """There is no connection to the gateway; the text says why."""


class NotRegistered(PhoneError):
    """The registrar refused; `status` is its SIP status, 408 or 503 where it did not answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"REGISTER: {status} {why}")
        self.status = status


class CallFailed(PhoneError):
    """The call ended before it had sound; `status` is the SIP status, 0 where there was none."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"{status} {why}" if status else why)
        self.status = status

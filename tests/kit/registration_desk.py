"""A registration whose registrar is played by the test."""

from __future__ import annotations

from cordboard.sip import digest
from cordboard.sip.events import Header, Tick
from cordboard.sip.headers import Headers
from cordboard.sip.message import Response, reason_phrase
from cordboard.sip.registration import (
    Account,
    Failed,
    Forget,
    Move,
    Output,
    Registration,
    Renew,
    Reply,
    SendRegister,
    Start,
    State,
    Stop,
    Upkeep,
)
from kit.counted import CountedIdentifiers

CONTACT = "<sip:5001@127.0.0.1:5060>"
ACCOUNT = Account("sip:127.0.0.2:5070", "<sip:5001@127.0.0.2>", CONTACT, "5001", "secret", 1800)


class Desk:
    """A registration with its registrar's part played by the test."""

    def __init__(self, account: Account = ACCOUNT, upkeep: Upkeep | None = None) -> None:
        self.registration = Registration(account, CountedIdentifiers(), upkeep)
        self.now = 100.0
        self.said: list[Output] = []

    def do(self, input: Start | Stop | Forget | Renew | Move | Reply | Tick) -> list[Output]:
        outputs = self.registration.handle(input, self.now)
        self.said += outputs
        return outputs

    def reply(self, status: int, *headers: Header) -> list[Output]:
        """Answer the latest REGISTER."""
        fields = [("CSeq", f"{self.sent.cseq} REGISTER"), *headers]
        return self.do(Reply(status, Response(status, reason_phrase(status), Headers(fields))))

    def good(self, expires: int = 1800) -> list[Output]:
        return self.reply(200, ("Contact", f"{CONTACT};expires={expires}"))

    def challenge(self, nonce: str, status: int = 401, qop: bool = True, stale: bool = False) -> list[Output]:
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        return self.reply(status, (name, digest.challenge("realm", nonce, qop=qop, stale=stale)))

    def wait(self, seconds: float) -> list[Output]:
        """Let time pass up to the next thing that happens."""
        until = self.now + seconds
        deadline = self.registration.deadline
        if deadline is None or deadline > until:
            self.now = until
            return []
        self.now = max(self.now, deadline)
        return self.do(Tick())

    @property
    def sent(self) -> SendRegister:
        return [output for output in self.said if isinstance(output, SendRegister)][-1]

    @property
    def state(self) -> State:
        return self.registration.state

    def header(self, name: str) -> str | None:
        return Headers(self.sent.headers).get(name)


def registered() -> Desk:
    desk = Desk()
    desk.do(Start())
    desk.good()
    return desk


def failed_refresh() -> Desk:
    """Still bound, but the refresh was refused."""
    desk = registered()
    desk.wait(2000)
    desk.reply(500)
    return desk


def failed(outputs: list[Output], status: int, now: float, wait: float) -> bool:
    """Whether that is all that is said: the next try is after three quarters of the wait at least, and not later."""
    return [type(each) for each in outputs] == [Failed] and all(
        isinstance(each, Failed) and each.status == status and now + 0.75 * wait <= each.retry_at <= now + wait
        for each in outputs
    )

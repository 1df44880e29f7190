"""What goes into a `Registration` and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.sip import events
from cordboard.sip.events import Flow, Header, Tick
from cordboard.sip.message import Response


@dataclass(frozen=True, slots=True)
class Account:
    """Who registers what where: `address` and `contact` are whole header values, `registrar` is the Request-URI."""

    registrar: str
    address: str
    contact: str
    user: str
    password: str = field(default="", repr=False)
    expires: int = 1800  # seconds
    headers: tuple[Header, ...] = ()


# --- inputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Be registered from now on."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Take the registration back."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Be unregistered without telling the registrar; responses still to come are ignored."""


@dataclass(frozen=True, slots=True)
class Renew:
    """Register again now: the registrar was away and may have lost the binding. A refusal is not tried sooner."""


@dataclass(frozen=True, slots=True)
class Move:
    """Register at another registrar from now on, without a word to the old one."""

    account: Account


@dataclass(frozen=True, slots=True)
class Reply:
    """The final response to the latest `SendRegister`; `cseq` is that of the `SendRegister`, 0 if not known."""

    status: int
    response: Response | None
    cseq: int = 0


Input = Start | Stop | Forget | Renew | Move | Reply | Tick


# --- outputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendRegister:
    """Send this REGISTER and give back its final response as `Reply`."""

    target: str
    from_uri: str
    to_uri: str
    headers: tuple[Header, ...]
    call_id: str
    from_tag: str
    cseq: int

    def on(self, key: str, flow: Flow) -> events.SendRequest:
        """The same as a command for the core."""
        return events.SendRequest(
            key,
            flow,
            "REGISTER",
            self.target,
            self.from_uri,
            self.to_uri,
            self.headers,
            call_id=self.call_id,
            from_tag=self.from_tag,
            cseq=self.cseq,
        )


@dataclass(frozen=True, slots=True)
class Registered:
    """The binding is in force for `expires` seconds from now; said again at each refresh."""

    expires: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The registrar refused or did not answer; the next try is at `retry_at`."""

    status: int
    retry_at: float


@dataclass(frozen=True, slots=True)
class Wiped:
    """The registrar no longer had our binding although its time was not over; it is registered again at once."""


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The registration is taken back, or the registrar did not answer to that; nothing more will be sent."""


Output = SendRegister | Registered | Failed | Wiped | Unregistered

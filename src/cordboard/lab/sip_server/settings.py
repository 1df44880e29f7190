"""What the SIP Server look-alike is configured with: its DNs, its numbers and its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cordboard.genesys import dialect
from cordboard.lab.contact_center.plan import ContactCenter
from cordboard.lab.sip_server.faults import Faults

HostPort = tuple[str, int]

# The recommended [TServer] annex of a DN behind a gateway (reference: SIP Server section 1.2).
DEFAULT_ANNEX: Mapping[str, str] = MappingProxyType(
    {
        **dialect.RECOMMENDED_OPTIONS,
        dialect.REINVITE_REQUIRES_HOLD: "false",
        dialect.RING_TONE_ON_MAKE_CALL: "true",
        dialect.REJECT_CALL_IN_CALL: "false",
        dialect.REJECT_CALL_NOT_READY: "false",
        dialect.RECORD: "false",
        dialect.SIP_HOLD_RFC3264: "false",
        dialect.SIP_REPLACES_MODE: "0",
    }
)


@dataclass(frozen=True, slots=True)
class DnSettings:
    """One agent DN. `annex` overrides single options of `DEFAULT_ANNEX`; a disabled DN is treated as unknown.

    With `authenticate-requests=register` in the annex a REGISTER is challenged and `password` asked for.
    """

    dn: str
    password: str = field(default="", repr=False)
    annex: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True

    @property
    def options(self) -> dict[str, str]:
        return {**DEFAULT_ANNEX, **self.annex}


@dataclass(frozen=True, slots=True)
class SipServerSettings:
    """`trunk` is where calls to external numbers (`+...` or `9...`) are sent; without it there are none.

    Times in seconds. `no_answer_action` is what happens to an agent who lets a routed call ring: none, notready,
    logout. It, `no_answer_timeout` and `wrap_up_time` hold where the contact centre says nothing; without
    `contact_center` there is one queue, `routing_point`.
    """

    address: HostPort = ("127.0.0.1", 5070)
    dns: tuple[DnSettings, ...] = ()
    trunk: HostPort | None = None
    media_address: str = "127.0.0.1"
    routing_point: str = "8000"
    echo: str = "600"
    realm: str = "genesys"
    digest_qop: bool = True
    no_answer_timeout: float = 15.0
    no_answer_action: str = "notready"
    wrap_up_time: float = 0.0
    reoffer_after: float = 5.0  # until a routed call is offered again to an agent who refused it
    refresh_after: float = 0.012  # between the ACK and the offerless re-INVITE (reference: SIP Server section 2.1)
    maximum_calls: int = 500
    faults: Faults = field(default_factory=Faults)  # how it misbehaves from the start
    trunk_options: Mapping[str, str] = field(default_factory=dict)  # of the parties outside, as a DN's annex
    stay_mixed: bool = False  # the last two of a conference stay at the mixer
    maximum_redirections: int = 5
    contact_center: ContactCenter | None = None
    certificate: str = ""  # with it the connections at `address` are TLS, without it TCP
    key: str = ""
    ca_file: str = ""  # what certificates of phones are signed by, when the server calls them over TLS

"""SIP Server's own words: headers, events, DN options, and how its calls to an agent's phone are told apart.

Reference: SIP Server 1.2, 2.1, 2.2, 3.1, 3.2.
"""

from __future__ import annotations

# --- headers ----------------------------------------------------------------------------------------------------------

CALL_UUID = "X-Genesys-CallUUID"  # the same value in every dialog of a call; equals `id` of GWS's call resource
CALL_INFO = "X-Genesys-CallInfo"
GVP_SESSION_ID = "X-Genesys-GVP-Session-ID"
GVP_SESSION_DATA = "X-Genesys-GVP-Session-Data"
RM_APPLICATION_DBID = "X-Genesys-RM-Application-dbid"
ROUTE = "X-Genesys-Route"
PARTITION_ID = "X-Genesys-PartitionId"
ISCC_COF_ID = "X-ISCC-CofId"

# Beside every X- header, these say who calls and why, and are to cross a gateway.
CALLER_HEADERS = (
    "P-Asserted-Identity",
    "User-to-User",
    "Diversion",
    "History-Info",
    "Reason",
    "Alert-Info",
    "Call-Info",
)


_CROSSING = frozenset(name.lower() for name in CALLER_HEADERS)


def crosses(header: str) -> bool:
    """Whether a gateway passes this header on to the phone behind it."""
    name = header.lower()
    return name.startswith("x-") or name in _CROSSING


# --- NOTIFY without a subscription ------------------------------------------------------------------------------------

EVENT_TALK = "talk"  # answer; on a held call: retrieve
EVENT_HOLD = "hold"
ALLOW_EVENTS = "talk, hold"  # what a phone says in its 180

# --- [TServer] options of a DN ----------------------------------------------------------------------------------------

TSERVER_SECTION = "TServer"
CONTACT = "contact"
SIP_CTI_CONTROL = "sip-cti-control"
MAKE_CALL_RFC3725_FLOW = "make-call-rfc3725-flow"
REFER_ENABLED = "refer-enabled"
TRANSFER_COMPLETE_BY_REFER = "transfer-complete-by-refer"
SIP_REPLACES_MODE = "sip-replaces-mode"
DUAL_DIALOG_ENABLED = "dual-dialog-enabled"
REINVITE_REQUIRES_HOLD = "reinvite-requires-hold"
RING_TONE_ON_MAKE_CALL = "ring-tone-on-make-call"
SIP_RING_TONE_MODE = "sip-ring-tone-mode"
SIP_HOLD_RFC3264 = "sip-hold-rfc3264"
REJECT_CALL_IN_CALL = "reject-call-incall"
REJECT_CALL_NOT_READY = "reject-call-notready"
AUTHENTICATE_REQUESTS = "authenticate-requests"
PASSWORD = "password"
RECORD = "record"
RECOVERY_TIMEOUT = "recovery-timeout"
OOS_CHECK = "oos-check"
OOS_FORCE = "oos-force"

# What a DN behind this gateway needs; `contact=*` means learned from REGISTER.
RECOMMENDED_OPTIONS: dict[str, str] = {
    CONTACT: "*",
    SIP_CTI_CONTROL: "talk,hold",
    MAKE_CALL_RFC3725_FLOW: "1",
    REFER_ENABLED: "false",
    TRANSFER_COMPLETE_BY_REFER: "false",
    DUAL_DIALOG_ENABLED: "true",
}


def is_agent_first(offerless: bool, supported: str) -> bool:
    """Whether an INVITE is probably the agent's own MakeCall: no SDP and nothing but `timer` in Supported.

    A guess (SIP Server 2.2): ordinary calls can be offerless too. The NOTIFY talk right after the 180 confirms it.
    """
    return offerless and {word.strip().lower() for word in supported.split(",")} == {"timer"}

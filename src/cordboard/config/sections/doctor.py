"""The settings of the doctor."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting


@dataclass(frozen=True, slots=True)
class DoctorSettings:
    """What `cordboard doctor` may use to try things out: DNs and an account of its own."""

    probe_dn: str = setting(
        kinds.OPTIONAL_DN,
        "",
        "A DN that the doctor registers and calls from. It is listed among [[agents]] and belongs to no agent: SIP"
        " Server keeps one registration of a DN, and the doctor takes its own back. Empty: neither is tried.",
        lab="5019",
    )
    answering_dn: str = setting(
        kinds.OPTIONAL_DN,
        "",
        "A second one, which answers the doctor's call. Empty: no call is tried.",
        lab="5020",
    )
    gws_user: str = setting(
        kinds.TEXT,
        "",
        "A user of GWS whose device is a DN with the options of all others, for instance probe_dn. Empty: what only a"
        " user of GWS sees is not looked at.",
        lab="agent5019",
    )
    gws_password: str = setting(kinds.TEXT, "", "That user's password.", lab="agent5019", secret=True)
    ca_file: str = setting(
        kinds.file("/etc/cordboard/site-ca.pem"),
        "",
        "The certificates that those of the public name and of GWS must be signed by (PEM), where agents' browsers know"
        " an authority that this machine does not; empty: those of this machine.",
    )
    certificate_days: int = setting(
        kinds.whole(1, 365), 21, "How long before its end a certificate is warned of.", unit="days"
    )

"""The settings of the machine and of what stands around Cordboard there: names, certificates, directories."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What `cordboard render` writes the configuration of nginx, coturn, systemd and the others from."""

    public_name: str = setting(
        kinds.HOST_NAME,
        "",
        "The name that browsers open: one https origin for softphone, SIP WebSocket, connector and GWS. Empty: none.",
    )
    certificate: str = setting(
        kinds.file("/etc/cordboard/phone.pem"),
        "",
        "The certificate of public_name, with its chain (PEM). Empty: none, or the one that acme gets.",
    )
    certificate_key: str = setting(kinds.file("/etc/cordboard/phone.key"), "", "The key of certificate (PEM).")
    acme: bool = setting(
        kinds.TRUTH, False, "Whether the certificate is had from an ACME authority (RFC 8555), through nginx's port 80."
    )
    acme_contact: str = setting(
        kinds.MAIL, "", "The mail address that the ACME authority is given for warnings. Empty: none."
    )
    media_address: str = setting(
        kinds.host("192.0.2.10", optional=True),
        "",
        "The IP address of coturn and rtpengine as browsers reach it.",
        derived="[media] advertise",
    )
    user: str = setting(kinds.USER, "cordboard", "The user of the system that Cordboard runs as.")
    install_directory: str = setting(
        kinds.file("/opt/cordboard"), "/opt/cordboard", "Where Cordboard is installed, as a virtual environment."
    )
    configuration_directory: str = setting(
        kinds.file("/etc/cordboard"), "/etc/cordboard", "Where cordboard.toml and its secrets are."
    )

"""The settings of the admin page."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.kinds.people import PASSWORD_HASH, USER_NAME, USER_NAMES
from cordboard.config.setting import setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class AdminSettings:
    """The page on which administrators see agents, calls, traces and findings (docs/admin.md)."""

    listen: Address = setting(
        kinds.address("127.0.0.1:8091", optional=True),
        "",
        "Where the admin page listens for HTTP; empty: nowhere. It is for the operator's network, not for agents.",
        lab="127.0.0.1:8091",
    )
    url: str = setting(
        kinds.url("https://admin.phone.example", optional=True),
        "",
        "The address of the admin page as browsers reach it, for instance through a proxy with TLS.",
        derived="http:// and [admin] listen",
    )
    users: tuple[str, ...] = setting(
        USER_NAMES,
        [],
        "Users of GWS who may sign in to the admin page, with their password there.",
        lab=["agent5001"],
    )
    local_user: str = setting(
        USER_NAME, "administrator", "The name of the one account that the admin page knows without GWS."
    )
    password_hash: str = setting(
        PASSWORD_HASH,
        "",
        "What `cordboard admin password` prints for the password of local_user; empty: there is no such account.",
        secret=True,
    )
    idle_minutes: int = setting(
        kinds.whole(1, 1440), 30, "How long a session lasts in which nobody does anything.", unit="minutes"
    )
    session_hours: int = setting(kinds.whole(1, 168), 12, "How long a session lasts at most.", unit="hours")

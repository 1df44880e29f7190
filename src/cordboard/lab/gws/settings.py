"""What the lab's GWS is told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cordboard.bayeux.session import ServerSettings
from cordboard.genesys.states import AgentState

_PAGES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, with the DN of their place."""

    user_name: str
    password: str
    dn: str
    first_name: str = ""
    last_name: str = ""
    employee_id: str = ""


def lab_account(dn: str) -> Account:
    """The account that the lab makes for a DN: `agent5001` with the password `agent5001`."""
    return Account(f"agent{dn}", f"agent{dn}", dn, "Agent", dn, f"E{dn}")


@dataclass(frozen=True, slots=True)
class GwsSettings:
    """`api_root` is the external address of the API, which goes into every `uri`; times are in seconds."""

    accounts: tuple[Account, ...] = ()
    api_root: str = "http://127.0.0.1:8090/api/v2"
    desktop_pages: Path = _PAGES / "desktop"
    lab_pages: Path = _PAGES / "lab"
    auto_ready: bool = False  # Ready at once after StartContactCenterSession
    version: str = "8.5.202.96"
    session_idle: float = 1800.0
    allowed_origins: tuple[str, ...] = ()  # as in http://*.example.com; empty: no cross-origin request
    not_ready_reasons: tuple[AgentState, ...] = ()  # beside Genesys's own states
    cometd: ServerSettings = field(default_factory=ServerSettings)

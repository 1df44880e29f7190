"""What the lab's GWS is told at its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cordboard.bayeux.session import ServerSettings
from cordboard.genesys.states import AGENT_STATES, NOT_READY_REASONS, AgentState
from cordboard.lab.contact_center.people import Person

_PAGES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in: GWS's view of a person of the contact centre. `place` is the default place."""

    user_name: str
    password: str = field(repr=False)
    dn: str
    first_name: str = ""
    last_name: str = ""
    employee_id: str = ""
    place: str = ""
    groups: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict, hash=False)
    is_supervisor: bool = False

    @property
    def login_codes(self) -> tuple[str, ...]:
        """The agent logins at the switch: the DN's own number and the employee id."""
        return (self.dn, self.employee_id) if self.employee_id else (self.dn,)


def lab_account(dn: str) -> Account:
    """The account that the lab makes for a DN: `agent5001` with the password `agent5001`."""
    return Account(f"agent{dn}", f"agent{dn}", dn, "Agent", dn, f"E{dn}", f"Place_{dn}")


def account_of(person: Person) -> Account:
    return Account(
        user_name=person.user_name,
        password=person.password,
        dn=person.dn,
        first_name=person.first_name,
        last_name=person.last_name,
        employee_id=person.employee_id,
        place=person.place,
        groups=person.groups,
        skills=person.skills,
        is_supervisor=person.is_supervisor,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A seat with its DNs; `acd_positions` are those of them at which an agent can log in when there are several."""

    name: str
    dns: tuple[str, ...]
    acd_positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """A number where calls wait, as the team communicator finds it."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Disposition:
    """What came of a call, as `SetCallDisposition` names it."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Protection:
    """Who may ask from a browser. Everything is closed by default, as in GWS.

    `csrf` asks for the token of X-CSRF-HEADER on POST, PUT and DELETE, on CometD only with `csrf_on_cometd`.
    `allowed_origins` as in `http://*.example.com`. Times in seconds.
    """

    csrf: bool = False
    csrf_on_cometd: bool = False
    allowed_origins: tuple[str, ...] = ()
    allowed_headers: tuple[str, ...] = (
        "X-Requested-With",
        "Content-Type",
        "Accept",
        "Origin",
        "Cookie",
        "authorization",
        "ssid",
        "surl",
        "ContactCenterId",
        "X-CSRF-TOKEN",
    )
    preflight_age: int = 120


@dataclass(frozen=True, slots=True)
class GwsSettings:
    """`api_root` is the external address of the API, which goes into every `uri`; times are in seconds.

    `workspace_options` are added to the section `interaction-workspace`. `attached_twice` says which value of a key
    shows that was attached twice: the "last" or the "first".
    """

    accounts: tuple[Account, ...] = ()
    api_root: str = "http://127.0.0.1:8090/api/v2"
    desktop_pages: Path = _PAGES / "desktop"
    lab_pages: Path = _PAGES / "lab"
    version: str = "8.5.202.96"
    session_idle: float = 1800.0
    protection: Protection = field(default_factory=Protection)
    cometd: ServerSettings = field(default_factory=ServerSettings)

    auto_ready: bool = False  # Ready at once after StartContactCenterSession
    tells_logged_in: bool = False  # the state LoggedIn in passing, before the first one
    starts_without_phone: bool = True  # else StartContactCenterSession fails while the DN has no phone
    tells_voice_channel: bool = False  # voice is among the channels of /me, as in early versions
    logs_out_lost_sessions: bool = False  # voice is logged out when an agent's last HTTP session ends by itself
    not_ready_reasons: tuple[AgentState, ...] = NOT_READY_REASONS  # beside Genesys's own states
    places: tuple[Place, ...] = ()  # beside the accounts' own
    queues: tuple[Queue, ...] = (Queue("8000", "Main queue"),)
    dispositions: tuple[Disposition, ...] = (
        Disposition("done", "Done"),
        Disposition("callback", "Call back"),
        Disposition("escalated", "Escalated"),
        Disposition("wrong-number", "Wrong number"),
    )
    disposition_key: str = "DispositionCode"
    workspace_options: Mapping[str, str] = field(default_factory=dict)
    maximum_user_data: int = 64 * 1024  # octets of all data of a call, as JSON
    attached_twice: str = "last"
    tells_error_text: bool = True  # ErrorMessage says what went wrong, which some servers leave out

    @property
    def agent_states(self) -> tuple[AgentState, ...]:
        """What an agent may choose: Genesys's own states, then the site's reasons."""
        return (*AGENT_STATES, *self.not_ready_reasons)

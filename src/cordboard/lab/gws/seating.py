"""Who works where: an agent sits at the own place, unless StartContactCenterSession named another one or SIP Server
says that the agent has logged in elsewhere: before a restart of GWS, or by another face."""

from __future__ import annotations

from cordboard.genesys.status import Resource, StatusCode
from cordboard.lab.gws.answer import GwsError, not_found, text_of
from cordboard.lab.gws.directory import Directory
from cordboard.lab.gws.settings import Account, Place
from cordboard.lab.telephony import DnView


class Seating:
    """The agents with a contact-centre session and their DNs."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._dns: dict[str, str] = {}  # by user name, while a contact-centre session runs
        self._users: dict[str, Account] = {}  # by DN
        self._logged_in: dict[str, str] = {}  # the user name at each DN, as SIP Server says

    def follow(self, view: DnView) -> None:
        """Take note of who is logged in at a DN."""
        if view.agent:
            self._logged_in[view.dn] = view.agent
        else:
            self._logged_in.pop(view.dn, None)

    def dn(self, account: Account) -> str:
        """The DN of the session, without one where the agent is logged in, else the own."""
        if (dn := self._dns.get(account.user_name)) is not None:
            return dn
        return next((dn for dn, name in self._logged_in.items() if name == account.user_name), account.dn)

    def works(self, account: Account) -> bool:
        """Whether a contact-centre session runs."""
        return account.user_name in self._dns

    def account_at(self, dn: str) -> Account | None:
        """Who works at a DN; whose it is while nobody does."""
        sitting = self._users.get(dn) or self._directory.of_user_name(self._logged_in.get(dn, ""))
        if sitting is not None and self.dn(sitting) == dn:
            return sitting
        owner = self._directory.of_dn(dn)
        return owner if owner is not None and self.dn(owner) == dn else None

    def sit(self, account: Account, dn: str) -> None:
        """Raises `GwsError` 19 when somebody else does, 2 when the agent works elsewhere."""
        other = self._users.get(dn)
        if other is not None and other is not account:
            raise GwsError(StatusCode.IN_USE, f"Device '{dn}' is in use")
        if self._dns.get(account.user_name, dn) != dn:
            message = "The contact center session runs at another place: end it first"
            raise GwsError(StatusCode.PARAMETER_INVALID, message)
        self._dns[account.user_name] = dn
        self._users[dn] = account

    def leave(self, account: Account) -> None:
        """The session ended: the own DN is the agent's again."""
        dn = self._dns.pop(account.user_name, None)
        if dn is not None:
            self._users.pop(dn, None)

    def wanted(self, account: Account, body: Resource) -> str:
        """The DN that `place` and `devicePath` of StartContactCenterSession name (HTCC API, its parameters)."""
        place = self._place(body) if "place" in body else None
        if "devicePath" in body:
            return self._device(account, text_of(body, "devicePath"), place)
        if place is None:
            return self.dn(account)
        positions = place.dns if len(place.dns) == 1 else place.acd_positions
        if len(positions) != 1:
            raise GwsError(
                StatusCode.PARAMETER_INVALID,
                f"Place '{place.name}' has {len(positions)} ACD positions: 'devicePath' must name one",
            )
        return positions[0]

    def _place(self, body: Resource) -> Place:
        name = text_of(body, "place")
        place = self._directory.place(name)
        if place is None:
            raise not_found("Place", name)
        return place

    def _device(self, account: Account, path: str, place: Place | None) -> str:
        dn = self._directory.dn_of_device(path.rpartition("/")[2])
        allowed = place.dns if place is not None else (account.dn, *self._dns_of(account.place))
        if dn is None or dn not in allowed:
            raise not_found("Device", path)
        return dn

    def _dns_of(self, place: str) -> tuple[str, ...]:
        found = self._directory.place(place)
        return found.dns if found is not None else ()

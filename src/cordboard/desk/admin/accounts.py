"""Whether somebody is who he says and may see the admin page: users of GWS that the settings name, a local account."""

from __future__ import annotations

import asyncio
import base64
import hmac

from cordboard.access.password_hash import verified
from cordboard.config import Settings
from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, GwsRefused
from cordboard.desk.pages import Page

WRONG = "user name or password is wrong, or this user is no administrator"
BY_GWS, LOCAL = "GWS", "local account"


class Accounts:
    """The local account is looked at first, so that it lets in while GWS is away."""

    def __init__(self, settings: Settings, gws: Gws) -> None:
        self._settings = settings.admin
        self._gws = gws

    async def check(self, user: str, password: str) -> str:
        """How the user is known. Raises `Refusal` (403) for a stranger, `GwsUnreachable`."""
        local = self._settings.local_user
        if self._settings.password_hash and hmac.compare_digest(user.encode(), local.encode()):
            if await asyncio.to_thread(verified, password, self._settings.password_hash):
                return LOCAL
        elif user in self._settings.users and await self._known_to_gws(user, password):
            return BY_GWS
        raise Refusal(403, "wrong-password", WRONG)

    async def _known_to_gws(self, user: str, password: str) -> bool:
        """Asks with cookies of its own, which are forgotten; GWS must name the same user."""
        basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        try:
            found = await self._gws.me(Page("", 0.0), basic)
        except GwsRefused as error:
            if error.signed_out:
                return False
            raise Refusal(403, "refused", f"GWS refuses: {error}") from None
        return found.get("userName") == user

"""Attached data: what may be attached, and what attaching the same key twice means."""

from __future__ import annotations

import json

from cordboard.genesys.status import Resource, StatusCode
from cordboard.lab.gws.answer import GwsError, clip
from cordboard.lab.gws.settings import GwsSettings

LONGEST_KEY = 255  # characters
DEEPEST = 8


class UserDataRules:
    """Limits that Genesys does not publish, so they are settings."""

    def __init__(self, settings: GwsSettings) -> None:
        self._most = settings.maximum_user_data
        self._keeps_first = settings.attached_twice == "first"

    def checked(self, before: Resource, pairs: Resource) -> Resource:
        """`pairs` if they may join the data that a call has; else raises `GwsError` 10."""
        for key in pairs:
            if not key or len(key) > LONGEST_KEY:
                raise _refused(f"The key '{clip(key)}' is not of 1 to {LONGEST_KEY} characters")
        if _depth(pairs) > DEEPEST:
            raise _refused(f"The user data are nested more than {DEEPEST} deep")
        size = len(json.dumps({**before, **pairs}).encode())
        if size > self._most:
            raise _refused(f"The call would have {size} octets of user data, {self._most} are allowed")
        return pairs

    def attached(self, before: Resource, pairs: Resource) -> Resource:
        """AttachUserData: SIP Server then holds two pairs of a key, of which a JSON object can show only one."""
        fresh = {key: value for key, value in pairs.items() if key not in before}
        return fresh if self._keeps_first else pairs


def _depth(value: object) -> int:
    if not isinstance(value, dict | list):
        return 0
    members = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, members), default=0)


def _refused(message: str) -> GwsError:
    return GwsError(StatusCode.VALIDATION, message)

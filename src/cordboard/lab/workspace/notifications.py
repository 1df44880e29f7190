"""CometD of v3: the machinery of v2's, and what a client is told once it subscribes to the initialization channel."""

from __future__ import annotations

from collections.abc import Callable

from cordboard.bayeux.channel import is_pattern, matches
from cordboard.bayeux.message import SUBSCRIBE, Message
from cordboard.bayeux.session import ServerSettings
from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.words import INITIALIZATION
from cordboard.lab.gws.cometd.notifications import Notifications
from cordboard.lab.gws.faults import GwsFaults
from cordboard.lab.gws.settings import Account
from cordboard.lab.gws.sign_in import Session


class WorkspaceNotifications(Notifications):
    """`initialization` gives the messages for an account, in their order."""

    def __init__(
        self, settings: ServerSettings, faults: GwsFaults, initialization: Callable[[Account], list[Resource]]
    ) -> None:
        super().__init__(settings, faults)
        self._initialization = initialization

    async def answer(
        self,
        messages: list[Message],
        session: Session,
        browser: str,
        has_gone: Callable[[], bool],
        is_websocket: bool = False,
    ) -> tuple[Message, ...]:
        replies = await super().answer(messages, session, browser, has_gone, is_websocket)
        for message in filter(_subscribes, messages):
            for told in self._initialization(session.account):
                self.deliver_to(message.get("clientId") or "", INITIALIZATION, told)  # one that is not known gets none
        return replies


def _subscribes(message: Message) -> bool:
    if message["channel"] != SUBSCRIBE:
        return False
    wanted = message.get("subscription")
    patterns = wanted if isinstance(wanted, list) else [wanted]
    return any(is_pattern(pattern) and matches(pattern, INITIALIZATION) for pattern in patterns)

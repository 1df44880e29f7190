"""GWS as the doctor asks it: anonymously, and as a user of its own who starts no contact-centre session."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cordboard.bayeux.message import CONNECT, DISCONNECT, HANDSHAKE, LONG_POLLING, VERSION
from cordboard.doctor.asking.http import Answer, Http
from cordboard.doctor.asking.trouble import Trouble
from cordboard.genesys.channels import API_PATH, NOTIFICATIONS_PATH
from cordboard.genesys.status import StatusCode

SUBRESOURCES = "features,devices,channels"
CSRF_NAME = "X-CSRF-HEADER"


@dataclass(frozen=True, slots=True)
class Account:
    """The doctor's user, signed in: his session's cookies, the answer that set them, and his resource."""

    cookies: Mapping[str, str] = field(repr=False)
    csrf: Mapping[str, str] = field(repr=False)
    answer: Answer = field(repr=False)
    user: Mapping[str, Any]

    @property
    def devices(self) -> list[Mapping[str, Any]]:
        devices = self.user.get("devices")
        return [each for each in devices if isinstance(each, dict)] if isinstance(devices, list) else []


async def sign_in(http: Http, gws: str, user: str, password: str) -> Account:
    """`GET /api/v2/me` with Basic; nothing starts by it. Raises `Trouble`."""
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    answer = await http.ask(
        "GET",
        f"{gws}{API_PATH}/me?subresources={SUBRESOURCES}",
        headers={"Authorization": f"Basic {basic}", "Accept": "application/json"},
        verified=True,
    )
    said = answer.json
    if answer.status != 200 or not isinstance(said, dict) or said.get("statusCode") != StatusCode.OK:
        raise Trouble(f"GWS does not sign [doctor] gws_user in: {refusal_of(answer)}")
    found = said.get("user")
    if not isinstance(found, dict):
        raise Trouble("GWS's answer to GET /api/v2/me has no user in it")
    name = answer.headers.get(CSRF_NAME, "")
    csrf = {name: answer.headers[name]} if name in answer.headers else {}
    return Account(answer.cookies, csrf, answer, found)


def refusal_of(answer: Answer) -> str:
    """What an answer of GWS says against us, in words."""
    said = answer.json
    if isinstance(said, dict) and said.get("statusCode") is not None:
        return f"status {answer.status}, code {said['statusCode']} {str(said.get('statusMessage') or '')[:120]}".strip()
    return f"status {answer.status} with {answer.kind}"


class CometdClient:
    """One client of CometD; `cookies` are its own."""

    def __init__(self, http: Http, gws: str, cookies: Mapping[str, str], csrf: Mapping[str, str]) -> None:
        self._http = http
        self._url = f"{gws}{NOTIFICATIONS_PATH}"
        self._headers = dict(csrf)
        self.cookies = dict(cookies)
        self.client = ""

    async def handshake(self) -> Mapping[str, Any]:
        """Its reply. Raises `Trouble`."""
        offered = {"version": VERSION, "supportedConnectionTypes": [LONG_POLLING]}
        said = await self._say({"channel": HANDSHAKE, **offered})
        self.client = str(said.get("clientId") or "")
        return said

    async def connect(self, hold: float) -> Mapping[str, Any]:
        """A connect that asks to be held for so many seconds. Raises `Trouble`."""
        advice = {"timeout": round(hold * 1000)}
        return await self._say({"channel": CONNECT, "connectionType": LONG_POLLING, "advice": advice}, hold + 5.0)

    async def disconnect(self) -> None:
        """Raises `Trouble`."""
        await self._say({"channel": DISCONNECT})

    async def _say(self, message: Mapping[str, Any], patience: float = 6.0) -> Mapping[str, Any]:
        channel = message["channel"]
        whole = [{"id": "1", **message, **({"clientId": self.client} if self.client else {})}]
        answer = await self._http.ask(
            "POST",
            self._url,
            headers=self._headers,
            body=whole,
            cookies=self.cookies,
            verified=True,
            patience=patience,
        )
        self.cookies.update(answer.cookies)
        said = answer.json
        if answer.status != 200 or not isinstance(said, list):
            raise Trouble(f"CometD's {channel} at {NOTIFICATIONS_PATH} gets {refusal_of(answer)}")
        replies = [each for each in said if isinstance(each, dict) and each.get("channel") == channel]
        if not replies:
            raise Trouble(f"CometD's {channel} gets no reply in the answer")
        return replies[0]


async def polls_beside(first: CometdClient, second: CometdClient, hold: float) -> tuple[Mapping[str, Any], float]:
    """The reply that the second client's poll gets while the first one's is held, and after how many seconds.

    Raises `Trouble`.
    """
    for each in (first, second):
        await each.connect(0.0)
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        group.create_task(_quietly(first.connect(hold + 1.0)))
        await asyncio.sleep(0.2)
        began = loop.time()
        reply = await second.connect(hold)
        seconds = loop.time() - began
        await first.disconnect()  # which ends its poll
    await second.disconnect()
    return reply, seconds


async def _quietly(poll: Any) -> None:
    with contextlib.suppress(Trouble):  # it was only there to be held
        await poll

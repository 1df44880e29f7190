"""Who asks: the WORKSPACE_SESSIONID cookie, which initialize-workspace sets.

That call itself takes a code of the authentication service, or a bearer token: one of that service, or in the lab the
user name of an agent. `x-api-key` and other headers of a gateway before the real service are not looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from cordboard.genesys.status import Resource
from cordboard.genesys.workspace.words import SESSION_COOKIE
from cordboard.lab.gws.answer import GwsError
from cordboard.lab.gws.sign_in import Session, Sessions
from cordboard.lab.workspace.answer import WorkspaceError, broken, refused, respond, unauthorized

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GuestHandler = Callable[[web.Request], Awaitable[Resource | web.StreamResponse]]
AgentHandler = Callable[[web.Request, Session], Awaitable[Resource | web.StreamResponse]]


class Gate:
    """Wraps handlers: `agent` lets only those in who have a session, `guest` everybody; both make the envelope."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def agent(self, handler: AgentHandler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            session = self._sessions.find(request.cookies.get(SESSION_COOKIE, ""))
            if session is None:
                return refused(request, unauthorized())
            return await _answer(request, handler(request, session), session.account.user_name)

        return handle

    def guest(self, handler: GuestHandler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await _answer(request, handler(request))

        return handle


async def _answer(
    request: web.Request, answering: Awaitable[Resource | web.StreamResponse], user: str = ""
) -> web.StreamResponse:
    try:
        answer = await answering
    except (WorkspaceError, GwsError) as error:
        return refused(request, error, user)
    except (ConnectionError, web.HTTPException):
        raise
    except Exception as error:
        return broken(request, error)
    return answer if isinstance(answer, web.StreamResponse) else respond(answer)

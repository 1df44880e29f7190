"""The integration guide's `/api/v2/me/calls/active/answer` and its like, by GWS's own API.

The desk asks GWS which calls there are and operates the one that is meant. GWS's CSRF token comes with its answer.
"""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from urllib.parse import quote

from aiohttp import web

from cordboard.desk.errors import Refusal
from cordboard.desk.gws import Gws, json_object
from cordboard.desk.pages import Page
from cordboard.desk.proxy import answers, reach
from cordboard.desk.proxy.overhearing import Overhear, Overheard
from cordboard.desk.session_watch import SessionWatch
from cordboard.genesys.guide import SHORT_FORMS, active_call, call_id
from cordboard.genesys.operations import CallOperation
from cordboard.genesys.status import StatusCode, failure

_CALLS = "/api/v2/me/calls"
_SHORT_FORM = re.compile(rf"{_CALLS}/active/({'|'.join(SHORT_FORMS)})/?")
_METHODS = frozenset({"POST", "DELETE"})  # the guide hangs up by DELETE and does the rest by POST
_LARGEST = 2_000_000


def operation_of(method: str, path: str) -> CallOperation | None:
    """What a short form means; None for another path. Raises `Refusal` for a wrong method."""
    match = _SHORT_FORM.fullmatch(path)
    if match is None:
        return None
    if method not in _METHODS or (method == "DELETE" and match[1] != "hangup"):
        raise Refusal(405, "wrong-method", f"{match[1]} is asked for by POST")
    return SHORT_FORMS[match[1]]


async def operate(
    operation: CallOperation,
    page: Page,
    gws: Gws,
    watch: SessionWatch,
    patience: float,
    overhear: Overhear | None = None,
) -> web.StreamResponse:
    """GWS's answer to the operation on the active call, or why there is none. Raises `Refusal`, `GwsUnreachable`."""
    jar = page.jar
    headers = {"Accept": "application/json"}
    async with gws.exchange(page, "GET", f"{_CALLS}?fields=*", headers=headers, patience=patience) as answer:
        answers.refuse_redirection(answer, gws)
        if (refused := await answers.refused(page, jar, gws, answer, watch)) is not None:
            return refused
        body = await answers.whole(answer, gws, _LARGEST)
        said = json_object(body)
        if answer.status != 200 or not isinstance(said.get("calls"), list):
            return web.Response(body=body, status=answer.status, headers=reach.kept_headers(answer.headers))
        headers |= {"Content-Type": "application/json"} | reach.csrf_headers(answer.headers)
    call = active_call(operation, said["calls"])
    if call is None:
        why = f"there is no call for {operation.value}"
        content = {**failure(StatusCode.NOT_FOUND, f"T{why[1:]}"), "error": why, "code": "no-call"}
        return web.json_response(content, status=404)
    path = f"{_CALLS}/{quote(call_id(call), safe='')}"
    order = json.dumps({"operationName": operation.value}).encode()
    heard = overhear(page, "POST", path, order) if overhear else None
    with heard or nullcontext():
        return await _order(page, gws, watch, path, headers, order, patience, heard)


async def _order(
    page: Page,
    gws: Gws,
    watch: SessionWatch,
    path: str,
    headers: dict[str, str],
    order: bytes,
    patience: float,
    heard: Overheard | None,
) -> web.Response:
    jar = page.jar
    async with gws.exchange(page, "POST", path, headers=headers, body=order, patience=patience) as answer:
        if heard is not None:
            heard.status = answer.status
        answers.refuse_redirection(answer, gws)
        if (refused := await answers.refused(page, jar, gws, answer, watch)) is not None:
            return refused
        body = await answers.whole(answer, gws, _LARGEST)
        if heard is not None:
            heard.read(body)
        return web.Response(body=body, status=answer.status, headers=reach.kept_headers(answer.headers))

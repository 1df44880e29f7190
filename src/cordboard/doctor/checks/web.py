"""What browsers open: the desk, the gateway's WebSocket, both directly and by their public names."""

from __future__ import annotations

from urllib.parse import urlsplit

from cordboard.config import Address, Settings
from cordboard.config.completion import is_wildcard
from cordboard.doctor.asking.http import Answer
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.asking.websocket import Handshake, handshake
from cordboard.doctor.check import Result, check, failed, ok, skipped, warning
from cordboard.doctor.patient import Patient

FOREIGN = "https://doctor.invalid"  # an origin that no site has (RFC 6761)
PATH = "/ws"
_ASTERISK = (
    "Asterisk itself looks at no Origin: let browsers reach it through nginx alone, as `cordboard render` writes it,"
    " and set [gateway] websocket to an address that only this machine reaches."
)


def here(address: Address) -> str:
    """An address that is listened at, as it is reached from this machine."""
    if is_wildcard(address.host):
        return str(Address("::1" if ":" in address.host else "127.0.0.1", address.port))
    return str(address)


def gateway_url(settings: Settings, scheme: str) -> str:
    """The gateway's own WebSocket; `scheme` is ws or http."""
    secure = "s" if settings.gateway.websocket_certificate else ""
    return f"{scheme}{secure}://{here(settings.gateway.websocket)}{PATH}"


@check(
    "web.desk",
    "The desk answers",
    why="The desk serves the softphone, signs agents in and passes on what they ask GWS.",
    mend="`systemctl status cordboard` and `journalctl -u cordboard -n 50`; start it by `START_COMMAND`.",
)
async def desk(patient: Patient) -> Result:
    """GETs /healthz, / and /readyz at [desk] listen."""
    at = f"http://{here(patient.settings.desk.listen)}"
    health = await patient.http.ask("GET", f"{at}/healthz")
    if health.status != 200 or health.json is None:
        return failed(
            f"{at} answers {health.status} with {health.kind}: another program has the desk's port",
            mend=f"`sudo ss -ltnp 'sport = :{patient.settings.desk.listen.port}'` shows which; move it, or [desk]"
            f" listen.",
        )
    headers = {"Host": urlsplit(patient.settings.desk.url).netloc}
    page = await patient.http.ask("GET", f"{at}/", headers=headers)
    if page.status == 503 and page.is_html:
        return failed("the desk runs, but the softphone was never built", mend="Install a wheel, or run `make web`.")
    if page.status != 200 or not page.is_html:
        return failed(f"{at}/ answers {page.status} with {page.kind}")
    ready = await patient.http.ask("GET", f"{at}/readyz")
    if ready.status == 503:
        said = ready.json
        reasons = said.get("reasons", []) if isinstance(said, dict) else []
        why = "; ".join(map(str, reasons))[:300] or "without a reason"
        return warning(f"the desk answers, but is not ready for calls: {why}", mend=f"`curl {at}/readyz` says why.")
    return ok(f"the softphone at {at}")


@check(
    "web.gateway",
    "The gateway's WebSocket listens",
    why="Without it the softphone shows 'Disconnected' or 'Connecting...' (the guide's issue 1).",
    mend="`systemctl status cordboard` and `journalctl -u cordboard -n 50`; start it by `START_COMMAND`."
    ' `curl -v WEBSOCKET_URL` should return "HTTP/1.1 426 Upgrade Required".',
)
async def gateway(patient: Patient) -> Result:
    """GETs /ws at [gateway] websocket without asking for an upgrade: 426 is right."""
    url = gateway_url(patient.settings, "http")
    answer = await patient.http.ask("GET", url)
    if answer.status == 426:
        return ok(f"{url} answers 426")
    return failed(
        f"{url} answers {answer.status} instead of 426: another program has this port",
        mend=f"`sudo ss -ltnp 'sport = :{patient.settings.gateway.websocket.port}'` shows which; move it, or [gateway]"
        " websocket.",
        status=answer.status,
    )


@check(
    "web.websocket",
    "A page can open the WebSocket",
    why="Pages that are refused show 'Connecting...' for ever.",
    mend="Have [desk] url, as browsers show it in their address bar, among [gateway] allowed_origins.",
    after=("web.gateway",),
)
async def websocket(patient: Patient) -> Result:
    """Opens it directly, with the desk's Origin and the subprotocol sip."""
    url = gateway_url(patient.settings, "ws")
    found = await handshake(patient.http, url, patient.settings.desk.url)
    return _opened(found, url) or ok(f"{url} takes the subprotocol sip")


def _opened(found: Handshake, url: str) -> Result | None:
    """What is wrong with a handshake that should have succeeded."""
    if not found.opened:
        why = " for the desk's own origin" if found.status == 403 else ""
        return failed(f"{url} answers {found.status}{why} instead of 101", status=found.status)
    if found.protocol != "sip":
        return failed(
            f"{url} opens without the subprotocol sip",
            mend="What answers is no SIP over WebSocket (RFC 7118), or the proxy drops Sec-WebSocket-Protocol.",
        )
    return None


@check(
    "web.origin",
    "Pages of other sites are kept away",
    why="A page of any site that an agent visits could otherwise register a phone with what it can find or guess.",
    mend="Have only the desk's origin in [gateway] allowed_origins, and let the proxy pass Origin on unchanged.",
    after=("web.gateway",),
)
async def origin(patient: Patient) -> Result:
    """Opens the WebSocket with an Origin of nobody, directly and by its public address: both must be refused."""
    settings = patient.settings
    is_asterisk = settings.gateway.kind == "asterisk"
    direct, public = gateway_url(settings, "ws"), settings.gateway.websocket_url
    refused = []
    for url in dict.fromkeys((public,) if is_asterisk else (direct, public)):
        try:
            found = await handshake(patient.http, url, FOREIGN)
        except Trouble:
            continue  # another check tells
        if found.opened and is_asterisk:
            return warning(f"{url} lets pages of {FOREIGN} in", mend=_ASTERISK)
        if found.opened:
            return failed(f"{url} lets pages of {FOREIGN} in")
        refused.append(url)
    return ok(f"refused at {' and '.join(refused)}") if refused else skipped("no WebSocket answers")


@check(
    "web.public_desk",
    "The desk is reached by its public address",
    why="This is the address that agents open, and that Workspace's frame has.",
    mend="Let the name in [desk] url lead to the proxy, and the proxy to [desk] listen: `sudo nginx -t`, `systemctl"
    " status nginx`, `tail /var/log/nginx/error.log`; `cordboard render` writes its configuration.",
    after=("web.desk",),
)
async def public_desk(patient: Patient) -> Result:
    """GETs [desk] url and looks whether it is this desk that answers."""
    url = patient.settings.desk.url
    answer = await patient.http.ask("GET", f"{url}/")
    if answer.status in (502, 503, 504):
        return failed(f"{url} answers {answer.status}: the proxy does not reach the desk", status=answer.status)
    if answer.status != 200 or not answer.is_html:
        return failed(f"{url} answers {answer.status} with {answer.kind}", status=answer.status)
    if "frame-ancestors" not in answer.headers.get("Content-Security-Policy", ""):
        return failed(
            f"{url} shows a page that is not the desk's, or without its Content-Security-Policy",
            mend="Let the proxy pass / on to [desk] listen, and leave the answers' headers as they are.",
        )
    return ok(f"{url} in {answer.seconds * 1000:.0f} ms", milliseconds=round(answer.seconds * 1000))


@check(
    "web.public_websocket",
    "The WebSocket is reached by its public address",
    why="This is the address that softphones connect to: without it they show 'Connecting...' (the guide's issue 1).",
    mend="Let the proxy forward /ws to [gateway] websocket with HTTP/1.1 and the headers Upgrade, Connection,"
    " Sec-WebSocket-Protocol and Origin, and a read timeout of 60 s or more; `cordboard render` writes that for nginx.",
    after=("web.gateway",),
)
async def public_websocket(patient: Patient) -> Result:
    """Opens [gateway] websocket_url with the desk's Origin and the subprotocol sip."""
    url = patient.settings.gateway.websocket_url
    found = await handshake(patient.http, url, patient.settings.desk.url)
    if found.status in (502, 503, 504):
        return failed(f"{url} answers {found.status}: the proxy does not reach the gateway", status=found.status)
    if found.status in (200, 400, 404, 426):
        return failed(f"{url} answers {found.status}: the proxy does not pass the upgrade on", status=found.status)
    return _opened(found, url) or ok(f"{url} takes the subprotocol sip")


@check(
    "web.connector",
    "Workspace reaches the connector",
    why="Workspace waits for its softphone at sipendpoint.uri before it signs an agent in for voice; the connector"
    " stands there in the place of Genesys Softphone.",
    mend="Let the proxy pass [connector] path below Workspace's own origin on to [desk] listen (`cordboard render`"
    " does), or set Workspace's option sipendpoint.uri to an address of the desk and name Workspace's origin in"
    " [connector] origins.",
    after=("web.desk",),
)
async def connector(patient: Patient) -> Result:
    """Asks the connector's Ping below [gws] browser_url, and at [desk] url as a page of Workspace would."""
    settings = patient.settings
    path = f"{settings.connector.path}/Ping"
    below = await _ping(patient, settings.gws.browser_url + path, settings.gws.browser_url)
    beside = await _ping(patient, settings.desk.url + path, settings.gws.browser_url)
    if below is not None and _is_connector(below):
        return ok(f"at {settings.gws.browser_url}{settings.connector.path}")
    if beside is not None and _is_connector(beside):
        return warning(
            f"the connector answers at {settings.desk.url}{settings.connector.path} only, not below Workspace's origin",
            why="Workspace then asks another origin; it works where its option sipendpoint.uri says so.",
        )
    for url, answer in ((settings.gws.browser_url, below), (settings.desk.url, beside)):
        if answer is not None and _refuses(answer) and await _is_there(patient, url + path):
            return failed(
                f"the connector refuses pages of {settings.gws.browser_url}, Workspace's origin",
                mend="Set [gws] browser_url to Workspace's origin as browsers show it, or name it in [connector]"
                " origins.",
                status=answer.status,
            )
    status = below.status if below is not None else 0
    return failed(
        f"neither Workspace's origin nor the desk has the connector at {settings.connector.path}", status=status
    )


async def _ping(patient: Patient, url: str, origin: str = "") -> Answer | None:
    try:
        return await patient.http.ask("GET", url, headers={"Origin": origin} if origin else {})
    except Trouble:
        return None


async def _is_there(patient: Patient, url: str) -> bool:
    """Whether the connector is what refused a page: the desk refuses strange origins on every path."""
    answer = await _ping(patient, url)
    return answer is not None and _is_connector(answer)


def _refuses(answer: Answer) -> bool:
    said = answer.json
    return isinstance(said, dict) and said.get("code") in ("wrong-origin", "wrong-host")


def _is_connector(answer: Answer) -> bool:
    """Without a session of GWS it refuses, in JSON, with a code."""
    said = answer.json
    return answer.status == 200 or (isinstance(said, dict) and said.get("code") in ("signed-out", "gws-unreachable"))


@check(
    "web.metrics",
    "Metrics are served",
    why="Without them nobody sees that calls fail or get bad before agents say so.",
    mend="See [metrics] listen, and what Prometheus scrapes.",
)
async def metrics(patient: Patient) -> Result:
    """GETs /metrics at [metrics] listen."""
    listen = patient.settings.metrics.listen
    if not listen:
        return skipped("[metrics] listen is empty: no metrics are served")
    answer = await patient.http.ask("GET", f"http://{here(listen)}/metrics")
    if answer.status != 200 or b"cordboard_" not in answer.body:
        return failed(f"http://{here(listen)}/metrics answers {answer.status} without Cordboard's metrics")
    return ok(f"http://{here(listen)}/metrics")


CHECKS = (desk, gateway, websocket, origin, public_desk, public_websocket, connector, metrics)

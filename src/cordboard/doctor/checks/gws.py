"""GWS: its page, its version, its events, and what it lets pages of other origins do; nobody is signed in for these."""

from __future__ import annotations

from urllib.parse import urlsplit

from cordboard.config import Settings
from cordboard.doctor.asking.gws import CometdClient, refusal_of
from cordboard.doctor.asking.http import Answer
from cordboard.doctor.check import Result, check, failed, ok, skipped, warning
from cordboard.doctor.checks.gws_account import account_of
from cordboard.doctor.patient import Patient
from cordboard.genesys.channels import API_PATH, NOTIFICATIONS_PATH
from cordboard.genesys.status import StatusCode

SLOW = 2.0  # seconds
FOREIGN = "https://doctor.invalid"  # an origin that no site has (RFC 6761)
_INDEX = "See that GWS runs and that [gws] url and [desk] workspace_path are right: `curl -v {url}` should show HTML."
_PROXY_ERRORS = (502, 503, 504)


@check(
    "gws.index",
    "Workspace's page is there",
    why="Agents cannot open Workspace, and the softphone beside it is not reached either.",
    mend=_INDEX.format(url="WORKSPACE_URL"),
)
async def index(patient: Patient) -> Result:
    """GETs [desk] workspace_path at [gws] url, which should be HTML (the guide's issue 2)."""
    settings = patient.settings
    url = settings.gws.url + settings.desk.workspace_path
    answer = await patient.http.ask("GET", url)
    data = {"status": answer.status, "milliseconds": round(answer.seconds * 1000)}
    mend = _INDEX.format(url=url)
    if answer.status in _PROXY_ERRORS:
        return failed(*_proxy(url, answer), data=data)
    if answer.status in (301, 302, 303, 307, 308):
        location = answer.headers.get("Location", "")
        where = urlsplit(location).netloc
        if not where or where in _known_places(settings):
            return ok(f"{settings.desk.workspace_path} leads on to {urlsplit(location).path or '/'}", data=data)
        return warning(f"{url} redirects to {where}: single sign-on, or another address", mend=mend, data=data)
    if answer.status != 200 or not answer.is_html:
        return failed(f"{url} answers {answer.status} with {answer.kind}", mend=mend, data=data)
    if answer.seconds > SLOW:
        return warning(f"Workspace's page took {answer.seconds:.1f} s", mend="Look at the load of GWS.", data=data)
    return ok(f"HTML at {settings.desk.workspace_path}, in {data['milliseconds']} ms", data=data)


def _known_places(settings: Settings) -> set[str]:
    """Where agents may be sent from Workspace's page: GWS itself, and where they sign in."""
    urls = (settings.gws.url, settings.gws.browser_url, settings.gws.login_url)
    signing_in = (settings.oauth.url, settings.oauth.browser_url) if settings.oauth.client_id else ()
    return {urlsplit(each).netloc for each in (*urls, *signing_in) if each}


def _proxy(url: str, answer: Answer) -> tuple[str]:
    server = answer.headers.get("Server", "a proxy")
    return (f"{url} answers {answer.status}: {server} stands before GWS and does not reach it",)


@check(
    "gws.version",
    "GWS's API answers",
    why="The softphone signs in, hears of calls and steers them by GWS's API version 2.",
    mend="`curl -v GWS_URL/api/v2/diagnostics/version` should show JSON with a version; if not, [gws] url leads to"
    " something else than GWS 8.5 or 9 with API v2.",
)
async def version(patient: Patient) -> Result:
    """GETs /api/v2/diagnostics/version."""
    url = f"{patient.settings.gws.url}{API_PATH}/diagnostics/version"
    answer = await patient.http.ask("GET", url, headers={"Accept": "application/json"})
    said = answer.json
    if answer.status == 200 and isinstance(said, dict) and said.get("version"):
        found = str(said["version"])[:40]
        return ok(f"GWS {found}", version=found)
    if answer.status in _PROXY_ERRORS:
        return failed(*_proxy(url, answer), status=answer.status)
    if answer.is_html:
        return failed(
            f"{url} answers {answer.status} with an HTML page instead of JSON",
            mend="A login page, a web application firewall or a proxy's error page stands in the way: let requests for"
            f" {API_PATH} from this machine through to GWS unchanged.",
            status=answer.status,
        )
    if isinstance(said, dict) and said.get("statusCode") == StatusCode.NOT_AUTHENTICATED:
        return ok("GWS answers; it tells its version only to those who have signed in")
    return failed(f"{url} gets {refusal_of(answer)}", status=answer.status)


@check(
    "gws.cometd",
    "GWS's events are there (CometD)",
    why="Calls, states and attached data reach agents as events of CometD; without them GWS's status shows"
    " 'Disconnected' (the guide's issue 2).",
    mend="`curl -v -X POST -H 'Content-Type: application/json' -d"
    ' \'[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}]\''
    " URL/api/v2/notifications` should show JSON: a clientId, or code 20 without a session. A proxy must let POST"
    " through, without a time limit under 90 seconds and without buffering.",
    after=("gws.version",),
)
async def cometd(patient: Patient) -> Result:
    """A Bayeux handshake at /api/v2/notifications, with a session where [doctor] gws_user is set."""
    gws = patient.settings.gws.url
    if not patient.settings.doctor.gws_user:
        return await _cometd_without_session(patient, gws)
    account = await account_of(patient)
    client = CometdClient(patient.http, gws, account.cookies, account.csrf)
    said = await client.handshake()
    if not client.client:
        return failed(f"the handshake is refused: {str(said.get('error') or 'without a reason')[:120]}")
    types = said.get("supportedConnectionTypes")
    await client.disconnect()
    if not isinstance(types, list) or "long-polling" not in types:
        return failed(
            f"CometD offers {types} and no long-polling",
            mend="Switch long-polling on in GWS's cometDSettings: softphone and Workspace use it.",
        )
    return ok(f"handshake done, by {', '.join(map(str, types))[:60]}", transports=[str(each) for each in types][:4])


async def _cometd_without_session(patient: Patient, gws: str) -> Result:
    handshake = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}
    answer = await patient.http.ask("POST", gws + NOTIFICATIONS_PATH, body=[handshake])
    said = answer.json
    if isinstance(said, list) and said:
        return ok("handshake done without a session")
    if isinstance(said, dict) and said.get("statusCode") == StatusCode.NOT_AUTHENTICATED:
        return ok("CometD is there and asks for a session; [doctor] gws_user would have one")
    return failed(f"{NOTIFICATIONS_PATH} gets {refusal_of(answer)}", status=answer.status)


@check(
    "gws.cors",
    "GWS does not trust every origin",
    why="A GWS that lets pages of any origin ask with the agent's cookies lets any web page answer, end and listen to"
    " calls. The softphone needs no such right: it asks through the desk.",
    mend="In GWS's crossOriginSettings set allowedOrigins to the pages that need it, never to * together with"
    " allowCredentials.",
    after=("gws.version",),
)
async def cors(patient: Patient) -> Result:
    """Asks GWS with the Origin of nobody and with the desk's, and looks at Access-Control-Allow-*."""
    settings = patient.settings
    url = f"{settings.gws.url}{API_PATH}/diagnostics/version"
    foreign = await patient.http.ask("GET", url, headers={"Origin": FOREIGN})
    if _allows(foreign, FOREIGN):
        return warning("GWS lets pages of any origin read its answers with the agent's cookies", any_origin=True)
    if foreign.headers.get("Access-Control-Allow-Origin", "") == "*":
        return ok("GWS's answers may be read by any page, but only without cookies", any_origin=False)
    own = await patient.http.ask("GET", url, headers={"Origin": settings.desk.url})
    allowed = _allows(own, settings.desk.url)
    said = " and allows the desk's" if allowed else "; the softphone asks through the desk and needs none"
    return ok(f"GWS refuses foreign origins{said}", desk_allowed=allowed)


def _allows(answer: Answer, origin: str) -> bool:
    allowed = answer.headers.get("Access-Control-Allow-Origin", "")
    credentials = answer.headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
    return allowed == origin and credentials


@check(
    "gws.proxied",
    "The desk reaches GWS",
    why="Softphones ask GWS through the desk: signing in, calls and events stop when that way is closed.",
    mend="Look into the log of `cordboard serve` for 'GWS'; [gws] url must be right for the machine that the desk is"
    " on.",
    after=("web.desk",),
)
async def proxied(patient: Patient) -> Result:
    """Opens a page at the desk and has it ask GWS for its version, as a softphone does."""
    settings = patient.settings
    desk = f"http://{settings.desk.listen}"
    opened = await patient.http.ask("POST", f"{desk}/page", headers={"Origin": settings.desk.url}, body={})
    said = opened.json
    page = said.get("page") if isinstance(said, dict) else None
    if opened.status != 200 or not isinstance(page, str):
        return failed(f"the desk opens no page: it answers {opened.status} with {opened.kind}", status=opened.status)
    headers = {"Origin": settings.desk.url, "X-Cordboard-Page": page}
    answer = await patient.http.ask("GET", f"{desk}/gws{API_PATH}/diagnostics/version", headers=headers)
    if answer.status == 200 or (answer.status == 403 and answer.json is not None):
        return ok(f"the desk passes on what GWS answers, in {answer.seconds * 1000:.0f} ms")
    why = answer.json.get("error", "") if isinstance(answer.json, dict) else ""
    return failed(f"through the desk GWS gets {answer.status}: {str(why or answer.kind)[:200]}", status=answer.status)


@check(
    "gws.oauth",
    "GWS's authentication service answers",
    why="Agents sign in there: without it nobody can.",
    mend="See [oauth] url; `curl -v URL/auth/v3/oauth/token` should answer 4xx with JSON.",
)
async def oauth(patient: Patient) -> Result:
    """Where [oauth] client_id is set: asks the token address without a code, which must be refused in JSON."""
    settings = patient.settings.oauth
    if not settings.client_id:
        return skipped("[oauth] client_id is empty: agents do not sign in there")
    answer = await patient.http.ask("GET", f"{settings.url}/auth/v3/oauth/token")
    if answer.status in (400, 401, 403, 405):
        return ok(f"it answers {answer.status}")
    return failed(f"{settings.url}/auth/v3/oauth/token answers {answer.status} with {answer.kind}")


CHECKS = (index, version, cometd, cors, proxied, oauth)

"""GWS as a user sees it: signing in, cookies, addresses, the DN and its options, two phones in one browser."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from cordboard.config import Settings
from cordboard.doctor.asking.gws import Account, CometdClient, polls_beside, refusal_of, sign_in
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.check import Result, check, failed, ok, skipped, together, warning
from cordboard.doctor.patient import Patient
from cordboard.genesys.channels import API_PATH
from cordboard.genesys.dn_options import Difference, Need, agent_options, differences

NOBODY = "[doctor] gws_user is empty: what only a user of GWS sees is not looked at"
HOLD = 2.0  # seconds that the poll of one of two clients is to be held


async def account_of(patient: Patient) -> Account:
    """The doctor's user, signed in once for all checks. Raises `Trouble`."""
    settings = patient.settings
    user, password = settings.doctor.gws_user, settings.doctor.gws_password

    async def find() -> Account:
        return await sign_in(patient.http, settings.gws.url, user, password)

    return await patient.once("account", find)


@check(
    "gws.account",
    "A user signs in at GWS",
    why="Agents sign in the same way.",
    mend="See [doctor] gws_user and gws_password (in cordboard.secrets.toml); sign in once at Workspace with them,"
    " where a first password must be changed. Where agents have no passwords (SAML), leave gws_user empty.",
    after=("gws.version",),
)
async def account(patient: Patient) -> Result:
    """Signs [doctor] gws_user in by HTTP Basic; no contact-centre session is started."""
    if not patient.settings.doctor.gws_user:
        return skipped(NOBODY)
    found = await account_of(patient)
    features = [str(each.get("id")) for each in found.user.get("features") or () if isinstance(each, dict)]
    if features and "api-voice" not in features:
        return warning(
            "the user has no feature api-voice",
            why="Without it GWS lets him have no calls.",
            mend="Give the contact centre the feature api-voice, and look whether agents have it.",
            features=features,
        )
    return ok(f"signed in, {len(found.devices)} device{'' if len(found.devices) == 1 else 's'}", features=features)


@check(
    "gws.cookies",
    "GWS's session reaches the desk",
    why="A softphone in Workspace's page signs in by the session that the browser has with GWS: its cookies must be"
    " named in the settings, and be sent to the desk as well.",
    mend="Serve Workspace, desk and connector under one name (`cordboard render` writes that for nginx), name all"
    " cookies of GWS and of its load balancer in [gws] session_cookies, and have their Path=/.",
    after=("gws.account",),
)
async def cookies(patient: Patient) -> Result:
    """Looks at the cookies that signing in sets, and whether browsers send them to the desk too."""
    settings = patient.settings
    if not settings.doctor.gws_user:
        return skipped(NOBODY)
    found = await _as_browsers(patient)
    wanted = settings.gws.session_cookies
    results = []
    if missing := [name for name in wanted if name not in found.cookies]:
        got = ", ".join(found.cookies) or "none"
        results.append(failed(f"GWS sets no cookie {', '.join(missing)} when a user signs in; it sets {got}"))
    desk, gws = urlsplit(settings.desk.url).hostname, urlsplit(settings.gws.browser_url).hostname
    if desk != gws:
        results.append(
            warning(f"browsers know the desk as {desk} and GWS as {gws}: they send the one's cookies not to the other")
        )
    results += [each for each in map(_cookie, found.answer.headers.getall("Set-Cookie", [])) if each is not None]
    if settings.gws.browser_url.startswith("https:") and (bare := _without(found, "secure", wanted)):
        results.append(
            warning(
                f"the cookie {', '.join(bare)} is not marked Secure although browsers come by https",
                why="It may be sent in the clear.",
                mend="Have GWS, or nginx by `proxy_cookie_flags`, mark it Secure.",
            )
        )
    return together(results, f"{', '.join(wanted)} for the whole of {gws}")


async def _as_browsers(patient: Patient) -> Account:
    """The user signed in by the address that browsers have: a proxy may change cookies. Raises `Trouble`."""
    settings = patient.settings
    if settings.gws.browser_url == settings.gws.url:
        return await account_of(patient)
    doctor = settings.doctor
    try:
        return await sign_in(patient.http, settings.gws.browser_url, doctor.gws_user, doctor.gws_password)
    except Trouble:
        return await account_of(patient)


def _cookie(value: str) -> Result | None:
    """What is wrong with one Set-Cookie."""
    for morsel in _morsels(value):
        if morsel["path"] not in ("", "/"):
            return failed(
                f"the cookie {morsel.key} holds only below {morsel['path']}: browsers do not send it to the desk",
                mend="Have GWS, or nginx by `proxy_cookie_path`, set it with Path=/.",
            )
    return None


def _without(found: Account, flag: str, names: tuple[str, ...]) -> list[str]:
    morsels = [each for value in found.answer.headers.getall("Set-Cookie", []) for each in _morsels(value)]
    return [each.key for each in morsels if each.key in names and not each[flag]]


def _morsels(value: str) -> list[Any]:
    try:
        return list(SimpleCookie(value).values())
    except CookieError:
        return []


@check(
    "gws.addresses",
    "GWS names itself as browsers know it",
    why="GWS writes its own address into its answers. Where that is http and agents come by https, browsers block it as"
    " mixed content; where it is an inner name, they cannot reach it.",
    mend="Set externalApiUrlV2 (and internalApiUrlV2) of GWS to [gws] browser_url with /api/v2 (and /internal-api).",
    after=("gws.account",),
)
async def addresses(patient: Patient) -> Result:
    """Compares the absolute URIs in GWS's answers with [gws] browser_url."""
    if not patient.settings.doctor.gws_user:
        return skipped(NOBODY)
    found = await account_of(patient)
    wanted = patient.settings.gws.browser_url
    said = sorted({_origin(each) for each in _uris(found.user)})
    rewritten = [each for each in said if each != wanted and each in _rewritten(patient.settings)]
    others = [each for each in said if each not in (wanted, *rewritten)]
    if not others and rewritten:
        return ok(f"{', '.join(rewritten)}, of which nginx makes {wanted}", origins=said)
    if not others:
        return ok(f"{wanted} in all of its answers" if said else "its answers hold no absolute address", origins=said)
    if wanted.startswith("https:") and any(each.startswith("http:") for each in others):
        return failed(f"GWS calls itself {', '.join(others)[:200]}, which pages of {wanted} may not load", origins=said)
    return warning(f"GWS calls itself {', '.join(others)[:200]}, browsers know it as {wanted}", origins=said)


def _rewritten(settings: Settings) -> tuple[str, ...]:
    """What the rendered nginx replaces in GWS's answers: `deploy/templates/nginx/uris`."""
    if not settings.site.public_name:
        return ()
    return _origin(settings.gws.url), f"http://{urlsplit(settings.gws.browser_url).netloc}"


def _uris(value: object) -> list[str]:
    """Every absolute `uri` below."""
    if isinstance(value, Mapping):
        own = [each for name, each in value.items() if name.lower().endswith("uri") and isinstance(each, str)]
        return [each for each in own if "://" in each] + [uri for each in value.values() for uri in _uris(each)]
    return [uri for each in value for uri in _uris(each)] if isinstance(value, list) else []


def _origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


@check(
    "gws.device",
    "GWS's DN is one of ours",
    why="Where the DN that a user has at GWS is not the one that the gateway registers, the phone rings and Workspace"
    " shows no call, or the other way round.",
    mend="In Genesys Administrator, see the user's default place and its DN; have that DN among [[agents]]"
    " (`cordboard agents add DN`).",
    after=("gws.account",),
)
async def device(patient: Patient) -> Result:
    """Compares the voice devices of [doctor] gws_user with [[agents]]."""
    if not patient.settings.doctor.gws_user:
        return skipped(NOBODY)
    found = await account_of(patient)
    numbers = [str(each.get("phoneNumber") or "") for each in found.devices]
    if not any(numbers):
        return failed("the user has no device: no place, or a place without a DN")
    unknown = [number for number in numbers if number and patient.settings.agent(number) is None]
    if unknown:
        return failed(f"GWS gives him the DN {', '.join(unknown)}, which is not among [[agents]]")
    return ok(f"DN {', '.join(numbers)}, which the gateway has too")


@check(
    "gws.dn_options",
    "The DN has the options it needs",
    why="The DN's options decide whether Answer and Hold in Workspace reach the phone, and whether transfers work.",
    mend="Set them in section [TServer] of the DN's annex, in Genesys Administrator or Configuration Manager;"
    " `cordboard agents options` prints all of them.",
    after=("gws.account",),
)
async def dn_options(patient: Patient) -> Result:
    """Reads the [TServer] annex through GWS and compares it with the options that a DN needs."""
    if not patient.settings.doctor.gws_user:
        return skipped(NOBODY)
    found = await account_of(patient)
    results = [await _options(patient, found, each) for each in found.devices if each.get("id")]
    if not results:
        return skipped("the user has no device whose options could be read")
    return together(results, results[0].what)


async def _options(patient: Patient, account: Account, device: Mapping[str, Any]) -> Result:
    dn = str(device.get("phoneNumber") or "")
    url = f"{patient.settings.gws.url}{API_PATH}/me/devices/{device['id']}/settings/tserver"
    answer = await patient.http.ask("GET", url, cookies=account.cookies, verified=True)
    said = answer.json
    listed = said.get("settings") if isinstance(said, dict) else None
    if answer.status != 200 or not isinstance(listed, list):
        raise Trouble(
            f"GWS does not tell the options of the DN: {refusal_of(answer)}",
            why="They could not be compared with what is needed.",
            mend="Compare them by hand: `cordboard agents options` prints what is needed.",
        )
    options = {str(each.get("name")): str(each.get("value") or "") for each in listed if isinstance(each, dict)}
    agent = patient.settings.agent(dn)
    with_password = bool(agent and agent.sip_server_password)
    accepts_refer = patient.settings.gateway.refer == "accept"
    wrong = [
        each
        for each in differences(options, with_password=with_password)
        if not (accepts_refer and each.option.name == "refer-enabled" and each.found == "true")
        and not (each.option.name == "contact" and _is_registered(patient, dn, each.found))
    ]
    shown = {name: value for name, value in options.items() if "password" not in name.lower()}
    data = {"options": shown, "wrong": {each.option.name: each.found for each in wrong}}
    if not wrong:
        return ok(f"all {len(agent_options(with_password=with_password))} options will do", data=data)
    needed = [each for each in wrong if each.option.need is Need.REQUIRED]
    what = f"the DN {dn} has {'; '.join(map(_difference, wrong))}"
    why = " ".join(f"{each.option.name}: {each.option.why}" for each in wrong)
    return failed(what, why=why, data=data) if needed else warning(what, why=why, data=data)


def _is_registered(patient: Patient, dn: str, contact: str) -> bool:
    """GWS shows `contact` as it is: after a registration it is where the phone is, which is us."""
    return contact.removeprefix("sip:").startswith(f"{dn}@{patient.settings.gateway.advertise.host}")


def _difference(each: Difference) -> str:
    return f"{each.option.name}={each.found or '(absent)'} instead of {each.option.value or '(absent)'}"


@check(
    "gws.clients",
    "Workspace and softphone hear events side by side",
    why="CometD lets a browser hold one poll only. Softphone and Workspace in one browser are two clients: the desk"
    " keeps cookies of its own for each softphone, so that GWS takes them for two browsers. Where GWS does not, one"
    " of them hears of calls up to two seconds late.",
    mend="See that nothing between desk and GWS adds or shares the cookie BAYEUX_BROWSER; else raise CometD's"
    " maxSessionsPerBrowser in GWS's cometDSettings to 2 or more.",
    seconds=15.0,
    after=("gws.cometd",),
)
async def clients(patient: Patient) -> Result:
    """Has two clients of one session, each with its own CometD cookie, hold polls at the same time."""
    if not patient.settings.doctor.gws_user:
        return skipped(NOBODY)
    found = await account_of(patient)
    pair = [CometdClient(patient.http, patient.settings.gws.url, found.cookies, found.csrf) for _ in range(2)]
    for each in pair:
        if not (await each.handshake()).get("successful"):
            raise Trouble("a second handshake in one session is refused")
    reply, seconds = await polls_beside(pair[0], pair[1], HOLD)
    advice = reply.get("advice")
    data = {"held_seconds": round(seconds, 1), "advice": advice if isinstance(advice, dict) else {}}
    if isinstance(advice, dict) and advice.get("multiple-clients"):
        return warning(
            "GWS takes two clients with cookies of their own for one browser (advice multiple-clients)", data=data
        )
    if not reply.get("successful"):
        return failed(f"the second client's poll is refused: {str(reply.get('error') or '')[:120]}", data=data)
    return ok(f"two polls were held at once, {seconds:.1f} s", data=data)


CHECKS = (account, device, dn_options, cookies, addresses, clients)

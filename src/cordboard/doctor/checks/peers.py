"""The programs around Cordboard: rtpengine, Asterisk, their versions, and what was rendered for them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import replace
from pathlib import Path

from cordboard.config import Address
from cordboard.deploy.comparing import differences
from cordboard.deploy.rendering import Rendered, RenderProblem
from cordboard.deploy.whole import render_all, without_header
from cordboard.doctor.asking.trouble import Trouble, reason
from cordboard.doctor.check import Result, check, failed, ok, skipped, together, warning
from cordboard.doctor.checks.sip import options_of, sip_of
from cordboard.doctor.checks.turn import software_of
from cordboard.doctor.checks.web import gateway_url
from cordboard.doctor.known_bad import known_of, program_in
from cordboard.doctor.patient import Patient
from cordboard.media.rtpengine.ng import NgError, connect

NG_SECONDS = 2.0


@check(
    "peers.rtpengine",
    "The rtpengine daemons answer",
    why="They carry the sound: calls are refused when none answers.",
    mend="`systemctl status rtpengine-daemon`, and that its listen-ng is the address in [rtpengine] daemons; the"
    " gateway alone may reach that port.",
)
async def rtpengine(patient: Patient) -> Result:
    """Where [media] engine is rtpengine: pings each daemon by its ng protocol and asks for its statistics."""
    settings = patient.settings
    if settings.media.engine != "rtpengine":
        return skipped(f"the {settings.media.engine} carries the calls")
    results = await asyncio.gather(*(_daemon(each) for each in settings.rtpengine.daemons))
    return together(list(results), "; ".join(each.what for each in results))


async def _daemon(at: Address) -> Result:
    try:
        client = await connect(at.host, at.port, NG_SECONDS)
    except OSError as error:
        return failed(f"rtpengine at {at} cannot be reached: {reason(error)}")
    try:
        await client.request("ping")
        said = (await client.request("statistics")).get("statistics")
    except NgError as error:
        return failed(str(error))
    finally:
        await client.close()
    current = said.get("currentstatistics") if isinstance(said, dict) else None
    calls = current.get("sessionstotal", 0) if isinstance(current, dict) else 0
    return ok(f"rtpengine at {at} answers, {calls} calls", calls=calls)


@check(
    "peers.asterisk",
    "Asterisk answers",
    why='With [gateway] kind = "asterisk" it stands between browsers and SIP Server.',
    mend='`systemctl status asterisk`; `docker exec webrtc-asterisk asterisk -rx "http show status"` must show /ws,'
    ' and "pjsip show transports" transport-wss; `cordboard render` writes its configuration.',
)
async def asterisk(patient: Patient) -> Result:
    """Where Asterisk is the gateway: /ws must answer 426 (or 400) to a plain GET, as its own HTTP server does."""
    settings = patient.settings
    if settings.gateway.kind != "asterisk":
        return skipped("the gateway is Cordboard's own")
    answer = await patient.http.ask("GET", gateway_url(settings, "http"))
    banner = answer.headers.get("Server", "")
    if answer.status not in (400, 426) or "asterisk" not in banner.lower():
        return failed(f"{gateway_url(settings, 'http')} answers {answer.status} by {banner or 'an unknown program'}")
    return ok(f"{banner} answers {answer.status}", server=banner)


@check(
    "peers.versions",
    "No version is known to be bad",
    why="A fault that is known of this version.",
    mend="Install a later version.",
    seconds=15.0,
)
async def versions(patient: Patient) -> Result:
    """Compares what TURN servers, Asterisk, SIP Server and proxies say of themselves with the list of known faults."""
    results, seen = [], []
    for banner in await _banners(patient):
        found = program_in(banner)
        if found is None:
            continue
        name = f"{found[0]} {'.'.join(map(str, found[1]))}"
        seen.append(name)
        results += [warning(f"{name} {each.what}", why=each.what, mend=each.mend) for each in known_of(*found)]
    well = f"nothing is known against {', '.join(seen)}" if seen else "nobody tells its version"
    return replace(together(results, well), data={"versions": seen})


async def _banners(patient: Patient) -> list[str]:
    settings = patient.settings
    found: list[str] = []
    for url in (settings.desk.url, settings.gws.browser_url):
        try:
            found.append((await patient.http.ask("HEAD", f"{url}/")).headers.get("Server", ""))
        except Trouble:
            continue
    if settings.gateway.kind == "asterisk":
        with contextlib.suppress(Trouble):
            found.append((await patient.http.ask("GET", gateway_url(settings, "http"))).headers.get("Server", ""))
    for turn in settings.turn.urls[:2]:
        try:
            found.append(await software_of(patient, turn))
        except Trouble:
            continue
    try:
        asker = await sip_of(patient)
        response = (await options_of(patient, asker.servers[0])).response
    except Trouble:
        response = None
    if response is not None:
        found.append(response.headers.get("Server") or response.headers.get("User-Agent") or "")
    return list(dict.fromkeys(found))


@check(
    "peers.rendered",
    "Deployed files are those of the settings",
    why="What was changed by hand, or rendered before the settings changed, is lost or wrong at the next rendering.",
    mend="`cordboard render --check` shows each difference; `cordboard render DIRECTORY` writes them anew.",
)
async def rendered(patient: Patient) -> Result:
    """Compares the files that `cordboard render` has put in place on this machine with what it would write now."""
    if patient.settings.in_lab:
        return skipped("the lab deploys nothing")
    try:
        deployed = await asyncio.to_thread(_deployed, patient)
        differing = await asyncio.to_thread(lambda: list(differences(deployed, patient.instruments.root)))
    except RenderProblem as problem:
        if not patient.settings.site.public_name:
            return skipped("[site] public_name is empty: nothing is rendered for this site")
        return warning(f"nothing can be rendered from these settings: {problem.problems[0]}", problems=problem.problems)
    if not deployed:
        return skipped("nothing that `cordboard render` wrote is in place here")
    names = list(dict.fromkeys(map(_file_of, differing)))
    if names:
        what = "deployed file differs" if len(names) == 1 else "deployed files differ"
        return warning(f"{len(names)} {what}: {', '.join(names)[:300]}", files=names)
    return ok("1 file as it would be rendered" if len(deployed) == 1 else f"{len(deployed)} files as they would be")


def _file_of(difference: str) -> str:
    """`--- /etc/x` begins a difference of lines, `/etc/x: its mode is ...` is one by itself."""
    first = difference.splitlines()[0]
    return first.removeprefix("--- ").strip() if first.startswith("--- ") else first.partition(":")[0]


def _deployed(patient: Patient) -> list[Rendered]:
    """Those that have been put in their places. A file there that never was ours, nginx.conf of a machine with other
    sites for instance, is none, nor one that only others may read."""
    root = patient.instruments.root
    return [
        each for each in render_all(patient.settings) if each.place and _is_ours(root / each.place.lstrip("/"), each)
    ]


def _is_ours(place: Path, rendered: Rendered) -> bool:
    if not place.is_file() or not os.access(place, os.R_OK):
        return False
    text = place.read_text(encoding="utf-8", errors="replace")
    return not rendered.comment or without_header(text) != text


CHECKS = (rtpengine, asterisk, versions, rendered)

"""Certificates, and what browsers demand of pages that use a microphone inside the frames of others."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cordboard.config import Settings
from cordboard.doctor.asking.certificates import Certificate, public_key_of, read_chain, shown_at, until
from cordboard.doctor.asking.http import trusting
from cordboard.doctor.asking.trouble import Trouble
from cordboard.doctor.asking.turn import Server
from cordboard.doctor.check import Result, check, failed, ok, skipped, together, warning
from cordboard.doctor.patient import Patient
from cordboard.sip.location import USUAL_PORT

_RENEW = (
    "Renew it (with [site] acme: `systemctl status nginx` and its log; else ask the authority) and put the new files in"
    " place: gateway and nginx take them up, `sudo systemctl reload nginx` at once."
)


@check(
    "web.certificate_files",
    "Certificate files can be used",
    why="A certificate that is over, of another name or without its key is refused by browsers or SIP Server, or keeps"
    " the gateway from starting.",
    mend=_RENEW,
)
async def certificate_files(patient: Patient) -> Result:
    """Reads every certificate and key that the settings name: readable, belonging together, name, time left."""
    pairs = list(_files(patient.settings))
    if not pairs:
        return skipped("the settings name no certificate")
    results = [_file(patient, *each) for each in pairs]
    days = {pair[1]: each.data["days"] for pair, each in zip(pairs, results, strict=True) if each.data}
    found = together(results, f"{len(pairs)} file{'' if len(pairs) == 1 else 's'}, {_least(days)} days left at least")
    return replace(found, data={"days": days})


def _least(days: dict[str, int]) -> int:
    return min(days.values(), default=0)


def _files(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """Setting, certificate, key, and the name that the certificate must be for, "" for any."""
    gateway, server, site = settings.gateway, settings.sip_server, settings.site
    if gateway.websocket_certificate:
        host = urlsplit(gateway.websocket_url).hostname or ""
        yield "[gateway] websocket_certificate", gateway.websocket_certificate, gateway.websocket_key, host
    if server.tls_certificate:
        yield "[sip_server] tls_certificate", server.tls_certificate, server.tls_key, ""
    if site.certificate:
        yield "[site] certificate", site.certificate, site.certificate_key, site.public_name


def _file(patient: Patient, setting: str, certificate: str, key: str, host: str) -> Result:
    try:
        own, *chain = read_chain(certificate)
        if key and not _is_of_others(setting, key) and public_key_of(key) != own.key:
            return failed(f"{key} is not the key of {certificate}", mend=f"Set {setting} and its key to a pair.")
    except Trouble as trouble:
        return failed(f"{setting}: {trouble}", mend=trouble.mend)
    return _certificate(patient, own, host, f"{setting} ({certificate})", chain=len(chain) + 1)


def _is_of_others(setting: str, key: str) -> bool:
    """The site's key is nginx's, which reads it as root; whoever runs the doctor need not be able to."""
    return setting == "[site] certificate" and Path(key).exists() and not os.access(key, os.R_OK)


def _certificate(patient: Patient, found: Certificate, host: str, where: str, **data: Any) -> Result:
    """Its name and its time."""
    now = patient.instruments.clock()
    days = int(found.days_left(now))
    data |= {"days": days}
    if found.ends <= now:
        return failed(f"the certificate of {where} ended on {until(found.ends)}", mend=_RENEW, data=data)
    if found.begins > now:
        return failed(
            f"the certificate of {where} begins on {until(found.begins)} only",
            mend="See the clock of this machine (`timedatectl`).",
            data=data,
        )
    if host and not found.is_for(host):
        names = ", ".join(found.names[:4]) or "no name at all"
        mend = f"Have a certificate with {host} among its subject alternative names."
        return failed(f"the certificate of {where} is for {names} and not for {host}", mend=mend, data=data)
    if days < patient.settings.doctor.certificate_days:
        what = f"the certificate of {where} ends in {days} days, on {until(found.ends)}"
        return warning(what, mend=_RENEW, data=data)
    return ok(f"{where}: {days} days", data=data)


@check(
    "web.certificates",
    "Browsers accept what is shown by TLS",
    why="Browsers refuse the page or, worse, only the WebSocket behind it: 'Connecting...' without a word.",
    mend=_RENEW,
)
async def certificates(patient: Patient) -> Result:
    """Shakes hands with each https, wss and turns address in the settings: chain, name and time, as browsers do."""
    places = _places(patient.settings)
    if not places:
        return skipped("the settings have no https, wss or turns address")
    results = [await _shown(patient, host, port) for host, port in places]
    days = {f"{host}:{port}": each.data.get("days", 0) for (host, port), each in zip(places, results, strict=True)}
    count = f"{len(places)} address{'' if len(places) == 1 else 'es'}"
    found = together(results, f"{count}, {_least(days)} days left at least")
    return replace(found, data={"days": days})


def _places(settings: Settings) -> list[tuple[str, int]]:
    urls = (settings.desk.url, settings.gateway.websocket_url, settings.gws.browser_url, settings.gws.url)
    parts = [each for each in map(urlsplit, urls) if each.scheme in ("https", "wss")]
    relays = [Server.parse(each) for each in settings.turn.urls if each.lower().startswith("turns:")]
    places = [
        *((each.hostname or "", each.port or 443) for each in parts),
        *((each.host, each.port) for each in relays),
    ]
    return list(dict.fromkeys(places))


async def _shown(patient: Patient, host: str, port: int) -> Result:
    try:
        shown = await shown_at(host, port, host, patient.http.tls(verified=True))
    except Trouble as trouble:
        return failed(str(trouble), mend=trouble.mend or f"`openssl s_client -connect {host}:{port}` shows more.")
    found = _certificate(patient, shown.certificate, host, f"{host}:{port}", tls=shown.version)
    if found.state == "failed" or not shown.refused:
        return found
    return failed(
        f"the certificate of {host}:{port} is not trusted: {shown.refused}",
        mend="Have the whole chain in the certificate's file (the server's own first, then each issuer). For an"
        " authority of your own, install it in agents' browsers and name its file in [doctor] ca_file.",
        data=found.data,
    )


@check(
    "sip.certificate",
    "SIP Server's certificate is accepted",
    why="Over TLS nothing passes between gateway and SIP Server if the certificate is refused.",
    mend="See [sip_server] tls_ca_file and tls_name; `openssl s_client -connect HOST:PORT` shows what SIP Server"
    " shows.",
)
async def sip_certificate(patient: Patient) -> Result:
    """Where SIP goes by TLS: shakes hands with SIP Server and verifies its certificate as the gateway does."""
    settings = patient.settings.sip_server
    if settings.transport != "tls":
        return skipped(f"SIP goes by {settings.transport}, not by TLS")
    host, port = settings.address.host, settings.address.port or USUAL_PORT["TLS"]
    context = trusting(settings.tls_ca_file, settings.tls_certificate, settings.tls_key)
    name = settings.tls_name or host
    shown = await shown_at(host, port, name, context)
    if shown.refused:
        return failed(f"the certificate of {host}:{port} is not trusted: {shown.refused}")
    return _certificate(patient, shown.certificate, name, f"{host}:{port}", tls=shown.version)


@check(
    "web.frames",
    "Every frame around the softphone is secure",
    why="Browsers give a microphone to a page only if it and every page around it come by https (or from this machine),"
    " and they block ws: in pages of https: (mixed content).",
    mend="Serve desk, WebSocket and Workspace by https and wss: set [desk] url, [gateway] websocket_url and [gws]"
    " browser_url to https://, wss:// and https:// addresses; `cordboard render` writes nginx's part.",
)
async def frames(patient: Patient) -> Result:
    """Looks at the addresses of the desk, of its WebSocket and of every page that may embed it."""
    settings = patient.settings
    desk, websocket = settings.desk.url, settings.gateway.websocket_url
    results = []
    if not _is_trustworthy(desk):
        results.append(failed(f"the softphone itself comes by {desk}: browsers give it no microphone"))
    if desk.startswith("https:") and websocket.startswith("ws:") and not _is_trustworthy(websocket):
        results.append(failed(f"the softphone comes by https and its WebSocket by {websocket}: browsers block that"))
    around = dict.fromkeys((settings.gws.browser_url, *settings.desk.frame_ancestors, *settings.desk.embed_origins))
    results += [
        failed(f"{each} may embed the softphone, but is not secure: in its frame there is no microphone")
        for each in around
        if not _is_trustworthy(each) and "*" not in each
    ]
    if settings.gws.browser_url not in (*settings.desk.frame_ancestors, *settings.desk.embed_origins, desk):
        results.append(
            failed(
                f"{settings.gws.browser_url}, where Workspace comes from, may not embed the softphone",
                mend="Name it in [desk] frame_ancestors.",
            )
        )
    return together(results, f"{desk} and {len(around)} origin{'' if len(around) == 1 else 's'} around it")


def _is_trustworthy(url: str) -> bool:
    """Secure Contexts section 3.1: https and wss, and this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in ("https", "wss") or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@check(
    "web.embedding",
    "What is served allows the frame and the microphone",
    why="A header that a proxy adds or drops can forbid the frame in Workspace, or the microphone in it.",
    mend="Let the proxy pass the desk's headers on unchanged; no X-Frame-Options, and a Permissions-Policy only with"
    " microphone=(self ...). In Workspace's web-content section the frame's option allow must have microphone.",
    after=("web.public_desk",),
)
async def embedding(patient: Patient) -> Result:
    """Looks at the headers of the softphone as the public address serves it."""
    settings = patient.settings
    answer = await patient.http.ask("GET", f"{settings.desk.url}/")
    headers = answer.headers
    frame = headers.get("X-Frame-Options", "")
    is_same = frame.upper() == "SAMEORIGIN" and settings.gws.browser_url == settings.desk.url
    if frame and not is_same:
        return failed(f"the page comes with X-Frame-Options: {frame[:40]}, so that Workspace may not embed it")
    allowed = _ancestors(headers.getall("Content-Security-Policy", []))
    wanted = settings.gws.browser_url
    if wanted != settings.desk.url and not all(wanted in each or "*" in each for each in allowed):
        return failed(f"Content-Security-Policy's frame-ancestors does not name {wanted}")
    policy = headers.get("Permissions-Policy", "").replace(" ", "").lower()
    if "microphone=()" in policy:
        return failed("the page comes with Permissions-Policy: microphone=(): it may not use one")
    return ok(f"{wanted} may embed it, with its microphone")


def _ancestors(policies: list[str]) -> list[list[str]]:
    found = [each.split() for policy in policies for each in policy.split(";")]
    return [words[1:] for words in found if words and words[0].lower() == "frame-ancestors"]


CHECKS = (frames, embedding, certificate_files, certificates, sip_certificate)

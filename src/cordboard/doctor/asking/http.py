"""Asks by HTTP: one request, no redirection followed, no cookie kept unless given, a bounded answer."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy

from cordboard.doctor.asking.trouble import Trouble, reason
from cordboard.net.tls import CertificateUnusable, Identity, connecting

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 6.0
LARGEST = 400_000  # bytes that are read of an answer
MOST_REQUESTS = 120  # of one examination
AGENT = "cordboard-doctor"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `ahead` is how many seconds the server's Date is ahead of our clock, None without a Date."""

    url: str
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    cookies: Mapping[str, str] = field(repr=False)
    seconds: float
    ahead: float | None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        return "html" in self.content_type or self.text.lstrip()[:15].lower().startswith(("<!doctype html", "<html"))

    @property
    def json(self) -> Any:
        """What the body is as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def kind(self) -> str:
        """What came, in words."""
        if self.is_html:
            return "an HTML page"
        if self.json is not None:
            return "JSON"
        return f"{len(self.body)} bytes of {self.content_type or 'no declared type'}"


class Http:
    """`ca_file` signs what is asked with `verified`; else certificates are left to the check that is about them."""

    def __init__(self, clock: Callable[[], float], ca_file: str = "") -> None:
        self._clock = clock
        self._ca_file = ca_file
        self._session: aiohttp.ClientSession | None = None
        self._trusting: ssl.SSLContext | None = None
        self.requests = 0

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        cookies: Mapping[str, str] | None = None,
        verified: bool = False,
        patience: float = ANSWER_SECONDS,
    ) -> Answer:
        """One request; `body` is sent as JSON. Raises `Trouble` where nothing answers."""
        self.count(url)
        sent = {"User-Agent": AGENT, **(headers or {})}
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        timeout = aiohttp.ClientTimeout(total=patience, sock_connect=CONNECT_SECONDS)
        began = self._clock()
        try:
            async with self.session.request(
                method,
                url,
                headers=sent,
                json=body,
                timeout=timeout,
                allow_redirects=False,
                ssl=self.tls(verified=verified) if url.startswith("https:") else True,
            ) as response:
                content = await response.content.read(LARGEST) if method != "HEAD" else b""
                seconds = self._clock() - began
                set_cookies = {name: morsel.value for name, morsel in response.cookies.items()}
                ahead = _ahead(response.headers, began, began + seconds)
                return Answer(url, response.status, response.headers, content, set_cookies, seconds, ahead)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Trouble(f"{url} cannot be reached: {reason(cause_of(error))}") from None

    def count(self, url: str) -> None:
        """One more request. Raises `Trouble` when there were too many: an examination is no load test."""
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise Trouble(f"{url} is not asked: the doctor has made {MOST_REQUESTS} requests already")

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=16, force_close=True)
            )
        return self._session

    def tls(self, *, verified: bool) -> ssl.SSLContext:
        """Raises `Trouble` for a [doctor] ca_file that cannot be used."""
        if not verified:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        if self._trusting is None:
            self._trusting = trusting(self._ca_file)
        return self._trusting

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def trusting(ca_file: str, certificate: str = "", key: str = "") -> ssl.SSLContext:
    """A context that verifies, with a certificate of our own where there is one. Raises `Trouble`."""
    try:
        return connecting(ca_file, Identity(certificate, key) if certificate else None)
    except CertificateUnusable as error:
        raise Trouble(str(error), mend=f"See the settings that name {error.file}; it must be PEM.") from None


def cause_of(error: BaseException) -> BaseException:
    """What is under aiohttp's error."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return error.certificate_error
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    return error


def _ahead(headers: Mapping[str, str], began: float, ended: float) -> float | None:
    """Date has whole seconds, cut off: half a second is added; what lies between sending and receiving is no error."""
    try:
        said = parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None
    return said + 0.5 - (began + ended) / 2
